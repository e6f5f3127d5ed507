//! SQL of order requests, their lines, and what these are checked against.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::catalog::Product;
use crate::contracts::Contract;
use crate::contracts::volumes::AgreedVolume;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::on_db;
use crate::people::OrganisationKind;
use crate::schema::{
    agreed_volumes, contracts, lots, order_request_lines, order_requests, organisations, products,
};
use crate::supply::orders::requests::rules::{Held, Seller};
use crate::supply::orders::requests::{Outcome, Request, RequestLine, RequestState};
use crate::types::{ContractId, OrderId, OrganisationId, RequestId};

/// Rows of one statement: at most 23 columns each, and SQLite takes 32,766 values.
const BATCH: usize = 1_000;

/// Every contract of a hospital, with its lot's generic name and unit.
pub fn contracts_of(conn: &mut Conn, hospital: &OrganisationId) -> Result<Vec<Held>> {
    let rows: Vec<(Contract, String, String)> = contracts::table
        .inner_join(lots::table)
        .filter(contracts::hospital_id.eq(hospital))
        .order(contracts::number)
        .select((Contract::as_select(), lots::generic, lots::unit))
        .load(conn)?;
    Ok(rows.into_iter().map(|(contract, generic, unit)| Held { contract, generic, unit }).collect())
}

/// The agreement years of a hospital's contracts that hold a day.
pub fn volumes_of(
    conn: &mut Conn,
    hospital: &OrganisationId,
    day: NaiveDate,
) -> Result<HashMap<ContractId, AgreedVolume>> {
    let rows: Vec<AgreedVolume> = agreed_volumes::table
        .inner_join(contracts::table)
        .filter(contracts::hospital_id.eq(hospital))
        .filter(agreed_volumes::starts.le(day).and(agreed_volumes::ends.ge(day)))
        .select(AgreedVolume::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(|volume| (volume.contract_id.clone(), volume)).collect())
}

/// Every supplier.
pub fn sellers(conn: &mut Conn) -> Result<Vec<Seller>> {
    let rows: Vec<(OrganisationId, String, String, bool)> = organisations::table
        .filter(organisations::kind.eq(OrganisationKind::Supplier))
        .order(organisations::name)
        .select((organisations::id, organisations::name, organisations::code, organisations::active))
        .load(conn)?;
    let seller = |(id, name, code, active)| Seller { id, name, code, active };
    Ok(rows.into_iter().map(seller).collect())
}

/// The products with these codes.
pub fn products_with(conn: &mut Conn, codes: &[String]) -> Result<Vec<Product>> {
    let mut found = Vec::new();
    for some in codes.chunks(BATCH) {
        let rows: Vec<Product> = products::table
            .filter(products::code.eq_any(some.to_vec()))
            .select(Product::as_select())
            .load(conn)?;
        found.extend(rows);
    }
    Ok(found)
}

/// One request.
pub fn request(conn: &mut Conn, id: &RequestId) -> Result<Option<Request>> {
    Ok(order_requests::table.find(id).select(Request::as_select()).first(conn).optional()?)
}

/// The requests of a hospital in a state, newest first.
pub fn requests_of(
    conn: &mut Conn,
    hospital: &OrganisationId,
    state: RequestState,
    limit: i64,
) -> Result<Vec<Request>> {
    Ok(order_requests::table
        .filter(order_requests::hospital_id.eq(hospital).and(order_requests::state.eq(state)))
        .order(order_requests::id.desc())
        .limit(limit)
        .select(Request::as_select())
        .load(conn)?)
}

/// Enters a request with its lines.
pub fn insert(tx: &mut Tx, it: &Request, lines: &[RequestLine]) -> Result<()> {
    diesel::insert_into(order_requests::table).values(it).execute(tx.conn())?;
    for part in lines.chunks(BATCH) {
        on_db!(tx.conn(), c => diesel::insert_into(order_request_lines::table).values(part).execute(c))?;
    }
    Ok(())
}

/// Writes a request's fields.
pub fn update(tx: &mut Tx, it: &Request) -> Result<()> {
    diesel::update(order_requests::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// Writes what a line becomes now.
pub fn set_outcome(tx: &mut Tx, request: &RequestId, position: i32, it: &Outcome) -> Result<()> {
    diesel::update(order_request_lines::table.find((request, position))).set(it).execute(tx.conn())?;
    Ok(())
}

/// Writes which order the sound lines for a supplier went into.
pub fn set_order(tx: &mut Tx, request: &RequestId, supplier: &OrganisationId, order: &OrderId) -> Result<()> {
    diesel::update(order_request_lines::table)
        .filter(order_request_lines::request_id.eq(request))
        .filter(order_request_lines::supplier_id.eq(supplier).and(order_request_lines::fault.eq("")))
        .set(order_request_lines::order_id.eq(order))
        .execute(tx.conn())?;
    Ok(())
}

/// Lines of a request after a position, in order; only the refused ones when `faulty`.
pub fn lines(
    conn: &mut Conn,
    request: &RequestId,
    faulty: bool,
    after: i32,
    limit: i64,
) -> Result<Vec<RequestLine>> {
    let mut query = order_request_lines::table
        .filter(order_request_lines::request_id.eq(request))
        .filter(order_request_lines::position.gt(after))
        .select(RequestLine::as_select())
        .into_boxed();
    if faulty {
        query = query.filter(order_request_lines::fault.ne(""));
    }
    Ok(query.order(order_request_lines::position).limit(limit).load(conn)?)
}
