//! Where a row of supply or payment is shown: the page of the order, delivery note, invoice or contract it belongs to.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::db::Conn;
use crate::error::Result;
use crate::schema::{delivery_lines, order_lines, receipts};
use crate::types::{DeliveryId, DeliveryLineId, OrderId, OrderLineId, ReceiptId};

/// A row by its table and id.
pub type Subject = (String, String);

/// The address of the page each row is shown on; rows of tables without a page are left out.
pub fn paths(conn: &mut Conn, of: &[Subject]) -> Result<BTreeMap<Subject, String>> {
    let ids = |table: &str| of.iter().filter(|(name, _)| name == table).map(|(_, id)| id.clone()).collect();
    let mut found = BTreeMap::new();
    for (table, page) in [
        ("orders", "orders"),
        ("deliveries", "deliveries"),
        ("invoices", "invoices"),
        ("contracts", "contracts"),
    ] {
        let list: Vec<String> = ids(table);
        found.extend(list.into_iter().map(|id| ((table.to_owned(), id.clone()), format!("/{page}/{id}"))));
    }
    for (line, order) in orders_of(conn, ids("order_lines"))? {
        found.insert(("order_lines".to_owned(), line.to_string()), format!("/orders/{order}"));
    }
    for (line, delivery) in deliveries_of(conn, ids("delivery_lines"))? {
        found.insert(("delivery_lines".to_owned(), line.to_string()), format!("/deliveries/{delivery}"));
    }
    for (receipt, delivery) in deliveries_of_receipts(conn, ids("receipts"))? {
        found.insert(("receipts".to_owned(), receipt.to_string()), format!("/deliveries/{delivery}"));
    }
    Ok(found)
}

fn orders_of(conn: &mut Conn, ids: Vec<String>) -> Result<Vec<(OrderLineId, OrderId)>> {
    let ids: Vec<OrderLineId> = ids.iter().filter_map(|id| id.parse().ok()).collect();
    Ok(order_lines::table
        .filter(order_lines::id.eq_any(ids))
        .select((order_lines::id, order_lines::order_id))
        .load(conn)?)
}

fn deliveries_of(conn: &mut Conn, ids: Vec<String>) -> Result<Vec<(DeliveryLineId, DeliveryId)>> {
    let ids: Vec<DeliveryLineId> = ids.iter().filter_map(|id| id.parse().ok()).collect();
    Ok(delivery_lines::table
        .filter(delivery_lines::id.eq_any(ids))
        .select((delivery_lines::id, delivery_lines::delivery_id))
        .load(conn)?)
}

fn deliveries_of_receipts(conn: &mut Conn, ids: Vec<String>) -> Result<Vec<(ReceiptId, DeliveryId)>> {
    let ids: Vec<ReceiptId> = ids.iter().filter_map(|id| id.parse().ok()).collect();
    Ok(receipts::table
        .inner_join(delivery_lines::table)
        .filter(receipts::id.eq_any(ids))
        .select((receipts::id, delivery_lines::delivery_id))
        .load(conn)?)
}
