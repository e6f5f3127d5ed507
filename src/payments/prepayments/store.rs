//! SQL of prepayments, their ledger and grants.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::{Entry, Grant, GrantState, Prepayment};
use crate::contracts::ContractState;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::schema::{
    agreed_volumes, contracts, organisations, prepayment_entries, prepayment_grants, prepayments,
};
use crate::types::{GrantId, OrganisationId, PrepaymentEntryId, Quantity, UnitPrice};

/// A hospital's prepayment.
pub fn prepayment(conn: &mut Conn, hospital: &OrganisationId) -> Result<Option<Prepayment>> {
    Ok(prepayments::table.find(hospital).select(Prepayment::as_select()).first(conn).optional()?)
}

/// Every hospital's prepayment with its name.
pub fn all(conn: &mut Conn) -> Result<Vec<(Prepayment, String)>> {
    Ok(prepayments::table
        .inner_join(organisations::table)
        .order((organisations::name, organisations::id))
        .limit(2_000)
        .select((Prepayment::as_select(), organisations::name))
        .load(conn)?)
}

/// Agreed volume and price of a hospital's contracts in the agreement years that hold a day.
pub fn agreed(
    conn: &mut Conn,
    hospital: &OrganisationId,
    day: NaiveDate,
) -> Result<Vec<(Quantity, UnitPrice)>> {
    Ok(contracts::table
        .inner_join(agreed_volumes::table)
        .filter(contracts::hospital_id.eq(hospital).and(contracts::state.eq(ContractState::Confirmed)))
        .filter(agreed_volumes::starts.le(day).and(agreed_volumes::ends.ge(day)))
        .select((agreed_volumes::agreed, contracts::unit_price))
        .load(conn)?)
}

/// Writes a hospital's prepayment.
pub(super) fn write(tx: &mut Tx, it: &Prepayment) -> Result<()> {
    let changed = diesel::update(prepayments::table.find(&it.hospital_id)).set(it).execute(tx.conn())?;
    if changed == 0 {
        diesel::insert_into(prepayments::table).values(it).execute(tx.conn())?;
    }
    Ok(())
}

/// A hospital's ledger, the latest first, before a row.
pub fn entries(
    conn: &mut Conn,
    hospital: &OrganisationId,
    before: Option<&PrepaymentEntryId>,
    limit: i64,
) -> Result<Vec<Entry>> {
    let mut query = prepayment_entries::table
        .filter(prepayment_entries::hospital_id.eq(hospital))
        .order((prepayment_entries::at.desc(), prepayment_entries::id.desc()))
        .limit(limit)
        .select(Entry::as_select())
        .into_boxed();
    if let Some(last) = before.map(|id| entry(conn, id)).transpose()?.flatten() {
        query = query.filter(
            prepayment_entries::at
                .lt(last.at)
                .or(prepayment_entries::at.eq(last.at).and(prepayment_entries::id.lt(last.id))),
        );
    }
    Ok(query.load(conn)?)
}

/// One row of a ledger.
pub fn entry(conn: &mut Conn, id: &PrepaymentEntryId) -> Result<Option<Entry>> {
    Ok(prepayment_entries::table.find(id).select(Entry::as_select()).first(conn).optional()?)
}

/// A grant.
pub fn grant(conn: &mut Conn, id: &GrantId) -> Result<Option<Grant>> {
    Ok(prepayment_grants::table.find(id).select(Grant::as_select()).first(conn).optional()?)
}

/// A grant by its number.
pub fn grant_of_number(conn: &mut Conn, number: &str) -> Result<Option<Grant>> {
    Ok(prepayment_grants::table
        .filter(prepayment_grants::number.eq(number))
        .select(Grant::as_select())
        .first(conn)
        .optional()?)
}

/// A hospital's grants, the latest first.
pub fn grants_of(conn: &mut Conn, hospital: &OrganisationId) -> Result<Vec<Grant>> {
    Ok(prepayment_grants::table
        .filter(prepayment_grants::hospital_id.eq(hospital))
        .order(prepayment_grants::number.desc())
        .limit(100)
        .select(Grant::as_select())
        .load(conn)?)
}

/// Grants that wait for their decision, with the hospital's name.
pub fn waiting(conn: &mut Conn) -> Result<Vec<(Grant, String)>> {
    Ok(prepayment_grants::table
        .inner_join(organisations::table)
        .filter(prepayment_grants::state.eq(GrantState::Asked))
        .order(prepayment_grants::number)
        .limit(500)
        .select((Grant::as_select(), organisations::name))
        .load(conn)?)
}

/// Whether a grant for the hospital waits for its decision.
pub fn is_waiting(conn: &mut Conn, hospital: &OrganisationId) -> Result<bool> {
    let waiting: i64 = prepayment_grants::table
        .filter(prepayment_grants::hospital_id.eq(hospital))
        .filter(prepayment_grants::state.eq(GrantState::Asked))
        .count()
        .get_result(conn)?;
    Ok(waiting > 0)
}

/// Enters a grant.
pub(super) fn insert_grant(tx: &mut Tx, it: &Grant) -> Result<()> {
    diesel::insert_into(prepayment_grants::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Writes a grant's fields.
pub(super) fn update_grant(tx: &mut Tx, it: &Grant) -> Result<()> {
    diesel::update(prepayment_grants::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}
