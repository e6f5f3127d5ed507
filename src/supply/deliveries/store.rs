//! SQL of delivery notes, their lines and trace codes.

use diesel::prelude::*;

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::on_db;
use crate::schema::{deliveries, delivery_lines, order_lines, receipts, trace_codes};
use crate::supply::confirmations::Scope;
use crate::supply::deliveries::TraceCode;
use crate::supply::{Delivery, DeliveryLine, DeliveryState, OrderLine, Receipt};
use crate::types::{DeliveryId, DeliveryLineId, OrderId, OrganisationId, Time};

/// One note.
pub fn delivery(conn: &mut Conn, id: &DeliveryId) -> Result<Option<Delivery>> {
    Ok(deliveries::table.find(id).select(Delivery::as_select()).first(conn).optional()?)
}

/// The supplier's note of a number.
pub fn by_number(conn: &mut Conn, supplier: &OrganisationId, number: &str) -> Result<Option<DeliveryId>> {
    Ok(deliveries::table
        .filter(deliveries::supplier_id.eq(supplier).and(deliveries::number.eq(number)))
        .select(deliveries::id)
        .first(conn)
        .optional()?)
}

/// Which notes a list asks for.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Whose.
    pub scope: Scope,
    /// In this state.
    pub state: Option<DeliveryState>,
    /// Of this order.
    pub order: Option<OrderId>,
    /// Of exactly this number.
    pub number: Option<String>,
    /// Before this id, for the next page.
    pub before: Option<DeliveryId>,
}

/// A page of notes, the latest first.
pub fn page(conn: &mut Conn, filter: &Filter, limit: i64) -> Result<Vec<Delivery>> {
    let mut query = deliveries::table.select(Delivery::as_select()).into_boxed();
    match &filter.scope {
        Scope::All => {}
        Scope::Hospital(id) => query = query.filter(deliveries::hospital_id.eq(id)),
        Scope::Supplier(id) => query = query.filter(deliveries::supplier_id.eq(id)),
    }
    if let Some(state) = filter.state {
        query = query.filter(deliveries::state.eq(state));
    }
    if let Some(order) = &filter.order {
        query = query.filter(deliveries::order_id.eq(order));
    }
    if let Some(number) = &filter.number {
        query = query.filter(deliveries::number.eq(number));
    }
    if let Some(before) = &filter.before {
        query = query.filter(deliveries::id.lt(before));
    }
    Ok(query.order(deliveries::id.desc()).limit(limit).load(conn)?)
}

/// How many notes wait for a hospital, counted no further than `most`.
pub fn waiting(conn: &mut Conn, hospital: &OrganisationId, most: i64) -> Result<usize> {
    let rows: Vec<DeliveryId> = deliveries::table
        .filter(deliveries::hospital_id.eq(hospital).and(deliveries::state.eq(DeliveryState::Sent)))
        .select(deliveries::id)
        .limit(most)
        .load(conn)?;
    Ok(rows.len())
}

/// Enters a note.
pub fn insert(tx: &mut Tx, it: &Delivery) -> Result<()> {
    diesel::insert_into(deliveries::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Writes a note's state.
pub fn set_state(tx: &mut Tx, id: &DeliveryId, state: DeliveryState) -> Result<()> {
    diesel::update(deliveries::table.find(id)).set(deliveries::state.eq(state)).execute(tx.conn())?;
    Ok(())
}

/// Rows of one statement: at most 7 columns each, and SQLite takes 32,766 values.
const BATCH: usize = 1_000;

/// Enters lines.
pub fn insert_lines(tx: &mut Tx, list: &[DeliveryLine]) -> Result<()> {
    for part in list.chunks(BATCH) {
        on_db!(tx.conn(), c => diesel::insert_into(delivery_lines::table).values(part).execute(c))?;
    }
    Ok(())
}

/// A note's lines with their order lines, in order.
pub fn lines(conn: &mut Conn, id: &DeliveryId) -> Result<Vec<(DeliveryLine, OrderLine)>> {
    Ok(delivery_lines::table
        .inner_join(order_lines::table)
        .filter(delivery_lines::delivery_id.eq(id))
        .order(delivery_lines::position)
        .select((DeliveryLine::as_select(), OrderLine::as_select()))
        .load(conn)?)
}

/// What was taken in of a note's lines.
pub fn receipts(conn: &mut Conn, id: &DeliveryId) -> Result<Vec<Receipt>> {
    Ok(receipts::table
        .inner_join(delivery_lines::table)
        .filter(delivery_lines::delivery_id.eq(id))
        .order(delivery_lines::position)
        .select(Receipt::as_select())
        .load(conn)?)
}

/// Enters trace codes.
pub fn insert_codes(tx: &mut Tx, list: &[TraceCode]) -> Result<()> {
    for part in list.chunks(BATCH) {
        on_db!(tx.conn(), c => diesel::insert_into(trace_codes::table).values(part).execute(c))?;
    }
    Ok(())
}

/// The first of these codes that is delivered and did not go back: code, note, supplier.
pub fn held_code(conn: &mut Conn, codes: &[String]) -> Result<Option<(String, String, OrganisationId)>> {
    for part in codes.chunks(BATCH) {
        let found = trace_codes::table
            .inner_join(delivery_lines::table.inner_join(deliveries::table))
            .filter(trace_codes::code.eq_any(part).and(trace_codes::freed_at.is_null()))
            .order(trace_codes::code)
            .select((trace_codes::code, deliveries::number, deliveries::supplier_id))
            .first(conn)
            .optional()?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// The codes of a note's lines, in order of line and code; not more than `most`.
pub fn codes(conn: &mut Conn, id: &DeliveryId, most: i64) -> Result<Vec<TraceCode>> {
    Ok(trace_codes::table
        .inner_join(delivery_lines::table)
        .filter(delivery_lines::delivery_id.eq(id))
        .order((delivery_lines::position, trace_codes::code))
        .limit(most)
        .select(TraceCode::as_select())
        .load(conn)?)
}

/// The codes of a line that are still where they were delivered.
pub fn held_codes(conn: &mut Conn, line: &DeliveryLineId) -> Result<Vec<String>> {
    Ok(trace_codes::table
        .filter(trace_codes::delivery_line_id.eq(line).and(trace_codes::freed_at.is_null()))
        .order(trace_codes::code)
        .select(trace_codes::code)
        .load(conn)?)
}

/// Frees codes of a line: their packages went back.
pub fn free_codes(tx: &mut Tx, line: &DeliveryLineId, codes: &[String], at: Time) -> Result<()> {
    for part in codes.chunks(BATCH) {
        diesel::update(
            trace_codes::table
                .filter(trace_codes::delivery_line_id.eq(line).and(trace_codes::code.eq_any(part))),
        )
        .set(trace_codes::freed_at.eq(at))
        .execute(tx.conn())?;
    }
    Ok(())
}
