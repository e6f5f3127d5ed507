//! SQL of returns.

use diesel::prelude::*;

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::schema::{delivery_lines, receipts, returns};
use crate::supply::Return;
use crate::types::{DeliveryId, Quantity, ReceiptId, ReturnId};

/// One return.
pub fn one(conn: &mut Conn, id: &ReturnId) -> Result<Option<Return>> {
    Ok(returns::table.find(id).select(Return::as_select()).first(conn).optional()?)
}

/// What went back of a receipt.
pub fn returned(conn: &mut Conn, receipt: &ReceiptId) -> Result<Quantity> {
    let rows: Vec<Quantity> =
        returns::table.filter(returns::receipt_id.eq(receipt)).select(returns::quantity).load(conn)?;
    let sum = rows.into_iter().map(Quantity::scaled).sum();
    Ok(Quantity::from_scaled(sum))
}

/// What went back of a delivery, in the order it did.
pub fn of_delivery(conn: &mut Conn, id: &DeliveryId) -> Result<Vec<Return>> {
    Ok(returns::table
        .inner_join(receipts::table.inner_join(delivery_lines::table))
        .filter(delivery_lines::delivery_id.eq(id))
        .order(returns::id)
        .select(Return::as_select())
        .load(conn)?)
}

/// Enters a return.
pub fn insert(tx: &mut Tx, it: &Return) -> Result<()> {
    diesel::insert_into(returns::table).values(it).execute(tx.conn())?;
    Ok(())
}
