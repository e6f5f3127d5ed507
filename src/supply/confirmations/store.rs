//! SQL of answers to orders: lines, shortfalls, and what is due.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Text};

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::schema::{order_lines, orders, shortfalls};
use crate::supply::confirmations::{Scope, Shortfall};
use crate::supply::{Order, OrderLine, OrderState};
use crate::types::{OrderId, OrderLineId, OrganisationId, ShortfallId, Time};

/// The lines of an order in their order.
pub fn lines(conn: &mut Conn, order: &OrderId) -> Result<Vec<OrderLine>> {
    Ok(order_lines::table
        .filter(order_lines::order_id.eq(order))
        .order(order_lines::position)
        .select(OrderLine::as_select())
        .load(conn)?)
}

/// The order of a number.
pub fn by_number(conn: &mut Conn, number: &str) -> Result<Option<Order>> {
    Ok(orders::table.filter(orders::number.eq(number)).select(Order::as_select()).first(conn).optional()?)
}

/// The numbers of orders.
pub fn numbers(conn: &mut Conn, ids: Vec<OrderId>) -> Result<HashMap<OrderId, String>> {
    let rows: Vec<(OrderId, String)> =
        orders::table.filter(orders::id.eq_any(ids)).select((orders::id, orders::number)).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The orders of a supplier in a state, oldest first, from after a number on.
pub fn of_supplier(
    conn: &mut Conn,
    supplier: &OrganisationId,
    state: OrderState,
    after: &str,
    limit: i64,
) -> Result<Vec<Order>> {
    Ok(orders::table
        .filter(orders::supplier_id.eq(supplier).and(orders::state.eq(state)))
        .filter(orders::number.gt(after))
        .order(orders::number)
        .limit(limit)
        .select(Order::as_select())
        .load(conn)?)
}

/// Enters a shortfall.
pub fn insert_shortfall(tx: &mut Tx, it: &Shortfall) -> Result<()> {
    diesel::insert_into(shortfalls::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// A page of shortfalls, the latest first, from before an id on.
pub fn shortfalls(
    conn: &mut Conn,
    scope: &Scope,
    before: Option<&ShortfallId>,
    limit: i64,
) -> Result<Vec<(Shortfall, OrderLine, String)>> {
    let mut query = shortfalls::table
        .inner_join(order_lines::table.inner_join(orders::table))
        .select((Shortfall::as_select(), OrderLine::as_select(), orders::number))
        .into_boxed();
    match scope {
        Scope::All => {}
        Scope::Hospital(id) => query = query.filter(shortfalls::hospital_id.eq(id)),
        Scope::Supplier(id) => query = query.filter(shortfalls::supplier_id.eq(id)),
    }
    if let Some(before) = before {
        query = query.filter(shortfalls::id.lt(before));
    }
    Ok(query.order(shortfalls::id.desc()).limit(limit).load(conn)?)
}

#[derive(QueryableByName)]
struct OrderRow {
    #[diesel(sql_type = Text)]
    id: OrderId,
}

#[derive(QueryableByName)]
struct LineRow {
    #[diesel(sql_type = Text)]
    id: OrderLineId,
}

/// Orders without a full answer that were placed before a moment, of which that is not noted yet.
pub fn unanswered(conn: &mut Conn, before: Time, limit: i64) -> Result<Vec<OrderId>> {
    let rows: Vec<OrderRow> = diesel::sql_query(
        "SELECT o.id FROM orders o WHERE o.state = 'placed' AND o.placed_at < $1 AND NOT EXISTS (
             SELECT 1 FROM credit_facts f
             WHERE f.kind = 'unanswered' AND f.subject = 'orders' AND f.subject_id = o.id)
         ORDER BY o.placed_at, o.id LIMIT $2",
    )
    .bind::<BigInt, _>(before)
    .bind::<BigInt, _>(limit)
    .load(conn)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Answered lines with something still to come whose promised day has passed, not noted yet.
pub fn late_by_promise(conn: &mut Conn, today: NaiveDate, limit: i64) -> Result<Vec<OrderLineId>> {
    let rows: Vec<LineRow> = diesel::sql_query(
        "SELECT l.id FROM order_lines l WHERE l.state = 'confirmed' AND l.promised_on < $1 AND NOT EXISTS (
             SELECT 1 FROM credit_facts f
             WHERE f.kind = 'late_delivery' AND f.subject = 'order_lines' AND f.subject_id = l.id)
         ORDER BY l.promised_on, l.id LIMIT $2",
    )
    .bind::<Date, _>(today)
    .bind::<BigInt, _>(limit)
    .load(conn)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Answered lines with something still to come, without a promised day, of orders placed before a moment, not noted
/// yet.
pub fn late_by_term(conn: &mut Conn, before: Time, limit: i64) -> Result<Vec<OrderLineId>> {
    let rows: Vec<LineRow> = diesel::sql_query(
        "SELECT l.id FROM order_lines l JOIN orders o ON o.id = l.order_id
         WHERE l.state = 'confirmed' AND l.promised_on IS NULL AND o.placed_at < $1 AND NOT EXISTS (
             SELECT 1 FROM credit_facts f
             WHERE f.kind = 'late_delivery' AND f.subject = 'order_lines' AND f.subject_id = l.id)
         ORDER BY l.id LIMIT $2",
    )
    .bind::<BigInt, _>(before)
    .bind::<BigInt, _>(limit)
    .load(conn)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
