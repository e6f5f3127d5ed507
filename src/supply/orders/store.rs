//! SQL of orders and their lines.

use diesel::prelude::*;

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::schema::{order_lines, orders};
use crate::supply::{Order, OrderLine, OrderState};
use crate::types::{OrderId, OrderLineId};

/// One order.
pub fn order(conn: &mut Conn, id: &OrderId) -> Result<Option<Order>> {
    Ok(orders::table.find(id).select(Order::as_select()).first(conn).optional()?)
}

/// Writes an order's fields.
pub fn update_order(tx: &mut Tx, it: &Order) -> Result<()> {
    diesel::update(orders::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// One line.
pub fn line(conn: &mut Conn, id: &OrderLineId) -> Result<Option<OrderLine>> {
    Ok(order_lines::table.find(id).select(OrderLine::as_select()).first(conn).optional()?)
}

/// Writes a line's fields.
pub fn update_line(tx: &mut Tx, it: &OrderLine) -> Result<()> {
    diesel::update(order_lines::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// The states that lines of an order are in.
pub fn states_of(conn: &mut Conn, order: &OrderId) -> Result<Vec<OrderState>> {
    Ok(order_lines::table
        .filter(order_lines::order_id.eq(order))
        .select(order_lines::state)
        .distinct()
        .load(conn)?)
}
