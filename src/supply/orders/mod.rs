//! Orders of a hospital with its suppliers, and where they and their lines stand.

pub mod rules;
pub mod store;

use crate::contracts::volumes::{self, Movement};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::supply::{Order, OrderLine};
use crate::types::{OrderId, Quantity};

/// Writes that part of a line will not come any more: the volume it reserved is free again, and the line is closed
/// when nothing more is to come. More than [`rules::shippable`] is a fault of the caller, who has to look first.
/// The order's state follows with [`follow`].
pub fn release(tx: &mut Tx, before: &OrderLine, quantity: Quantity) -> Result<OrderLine> {
    let released = before.released.plus(quantity);
    let released = released.filter(|_| quantity <= rules::shippable(before) && quantity >= Quantity::ZERO);
    let released = released
        .ok_or_else(|| Error::fault(format!("order line {}: {quantity} cannot be released", before.id)))?;
    let mut after = OrderLine { released, ..before.clone() };
    after.state = rules::line_state(&after);
    if let Some(volume) = &after.volume_id {
        volumes::shift(tx, volume, Movement::Release, quantity)?;
    }
    store::update_line(tx, &after)?;
    Ok(after)
}

/// Brings an order's state up to its lines.
pub fn follow(tx: &mut Tx, id: &OrderId) -> Result<Order> {
    let before = store::order(tx.conn(), id)?.ok_or(Error::NotFound)?;
    let state = rules::order_state(before.state, store::states_of(tx.conn(), id)?);
    if state == before.state {
        return Ok(before);
    }
    let after = Order { state, ..before };
    store::update_order(tx, &after)?;
    Ok(after)
}
