//! SQL of receipts.

use diesel::prelude::*;

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::schema::receipts;
use crate::supply::Receipt;
use crate::types::{DeliveryLineId, ReceiptId};

/// One receipt.
pub fn receipt(conn: &mut Conn, id: &ReceiptId) -> Result<Option<Receipt>> {
    Ok(receipts::table.find(id).select(Receipt::as_select()).first(conn).optional()?)
}

/// The receipt of a delivery line.
pub fn of_line(conn: &mut Conn, line: &DeliveryLineId) -> Result<Option<Receipt>> {
    Ok(receipts::table
        .filter(receipts::delivery_line_id.eq(line))
        .select(Receipt::as_select())
        .first(conn)
        .optional()?)
}

/// Enters a receipt.
pub fn insert(tx: &mut Tx, it: &Receipt) -> Result<()> {
    diesel::insert_into(receipts::table).values(it).execute(tx.conn())?;
    Ok(())
}
