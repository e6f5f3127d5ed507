//! A day's rows, loaded together.

use diesel::prelude::*;

use crate::db::Db;
use crate::error::Result;
use crate::payments::{Invoice, InvoiceLine, Payment, PaymentLine};
use crate::schema::{
    deliveries, delivery_lines, invoice_lines, invoices, order_lines, orders, payment_lines, payments,
    receipts, returns,
};
use crate::supply::{Delivery, DeliveryLine, Order, OrderLine, Receipt, Return};

macro_rules! rows {
    ($($table:ident: $row:ident,)*) => {
        /// Rows by table, in the order in which they refer to one another.
        #[derive(Default)]
        pub struct Rows { $(pub $table: Vec<$row>,)* }

        impl Rows {
            /// Loads them in one transaction and starts anew; adds to what was loaded before.
            pub fn flush(&mut self, db: &Db, counts: &mut super::Counts) -> Result<()> {
                db.write(|tx| {
                    $(crate::load_all!(tx.conn(), $table::table, &self.$table)?;)*
                    Ok(())
                })?;
                $(add(counts, stringify!($table), self.$table.len()); self.$table.clear();)*
                Ok(())
            }
        }
    };
}

rows! {
    orders: Order,
    order_lines: OrderLine,
    deliveries: Delivery,
    delivery_lines: DeliveryLine,
    receipts: Receipt,
    returns: Return,
    invoices: Invoice,
    invoice_lines: InvoiceLine,
    payments: Payment,
    payment_lines: PaymentLine,
}

fn add(counts: &mut super::Counts, table: &'static str, more: usize) {
    let more = u64::try_from(more).unwrap_or(u64::MAX);
    match counts.iter_mut().find(|(known, _)| *known == table) {
        Some((_, count)) => *count += more,
        None => counts.push((table, more)),
    }
}
