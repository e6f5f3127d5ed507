//! Orders of a hospital with its suppliers, and where they and their lines stand.

pub mod requests;
pub mod rules;
pub mod store;

use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::contracts::volumes::{self, Movement};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::notify::{self, Letter};
use crate::people;
use crate::schema::order_releases;
use crate::supply::{Order, OrderLine};
use crate::types::{AccountId, Ctx, OrderId, OrderLineId, OrderReleaseId, OrganisationId, Quantity, Time};

pub use rules::Refused;

/// What a hospital gave up of a line.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = order_releases, treat_none_as_default_value = false)]
pub struct Release {
    /// Its id, from the form.
    pub id: OrderReleaseId,
    /// Of which order.
    pub order_id: OrderId,
    /// Of which line.
    pub order_line_id: OrderLineId,
    /// How much.
    pub quantity: Quantity,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Time,
    /// Who.
    pub account_id: Option<AccountId>,
}

/// What a hospital wants to give up.
#[derive(Debug, Clone)]
pub struct GivenUp {
    /// The id, from the form.
    pub id: OrderReleaseId,
    /// Of which line.
    pub line: OrderLineId,
    /// How much may yet be sent, as the person saw it: all of it is given up.
    pub seen: Quantity,
    /// Why.
    pub reason: String,
}

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

/// A hospital gives up what has not been sent of a line: its volume is free again, and the supplier is told. The
/// same id again changes nothing.
pub fn give_up(tx: &mut Tx, ctx: &Ctx, hospital: &OrganisationId, it: &GivenUp) -> Result<OrderId> {
    let before = store::line(tx.conn(), &it.line)?;
    let before = before.filter(|line| line.hospital_id == *hospital).ok_or(Error::NotFound)?;
    if let Some(known) = store::release(tx.conn(), &it.id)? {
        return if known.order_line_id == before.id { Ok(before.order_id) } else { Err(Error::NotFound) };
    }
    let quantity = rules::give_up(&before, it.seen, &it.reason)?;
    let after = release(tx, &before, quantity)?;
    let order = follow(tx, &before.order_id)?;
    let made = Release {
        id: it.id.clone(),
        order_id: order.id.clone(),
        order_line_id: after.id.clone(),
        quantity,
        reason: it.reason.clone(),
        at: ctx.now,
        account_id: ctx.actor.account.clone(),
    };
    store::insert_release(tx, &made)?;
    let deed = Deed { action: "order.release", subject: "order_lines", id: after.id.as_str() };
    audit::record(tx, ctx, deed, &before, &serde_json::json!({ "line": after, "release": made }))?;
    let hospital = people::store::organisation(tx.conn(), hospital)?.ok_or(Error::NotFound)?;
    let letter = Letter::OrderReleased {
        number: order.number.clone(),
        title: hospital.name,
        path: format!("/orders/{}", order.id),
        product: format!("{} {}", after.generic, after.product),
        quantity: format!("{quantity} {}", after.unit),
        reason: it.reason.clone(),
    };
    for to in people::recipients(tx.conn(), &order.supplier_id)? {
        notify::post(tx, ctx, &to, &letter, &format!("order_released:{}", made.id))?;
    }
    Ok(order.id)
}
