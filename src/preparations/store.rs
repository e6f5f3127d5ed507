//! SQL of hospital preparations, their sheets and lines.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::{CostLine, CostSheet, Preparation, State};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::load_all;
use crate::schema::{cost_lines, cost_sheets, organisations, preparations};
use crate::types::{CostLineId, CostSheetId, OrganisationId, PreparationId};

/// A preparation.
pub fn preparation(conn: &mut Conn, id: &PreparationId) -> Result<Option<Preparation>> {
    Ok(preparations::table.find(id).select(Preparation::as_select()).first(conn).optional()?)
}

/// Whether the hospital has a preparation of the same approval, specification and pack.
pub fn is_known(conn: &mut Conn, it: &Preparation) -> Result<bool> {
    let same = preparations::table
        .filter(preparations::hospital_id.eq(&it.hospital_id).and(preparations::approval.eq(&it.approval)))
        .filter(preparations::spec.eq(&it.spec).and(preparations::pack.eq(&it.pack)));
    Ok(diesel::select(diesel::dsl::exists(same)).get_result(conn)?)
}

/// Enters a preparation.
pub fn insert_preparation(tx: &mut Tx, it: &Preparation) -> Result<()> {
    diesel::insert_into(preparations::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// A sheet.
pub fn sheet(conn: &mut Conn, id: &CostSheetId) -> Result<Option<CostSheet>> {
    Ok(cost_sheets::table.find(id).select(CostSheet::as_select()).first(conn).optional()?)
}

/// The sheet with a number.
pub fn of_number(conn: &mut Conn, number: &str) -> Result<Option<CostSheet>> {
    Ok(cost_sheets::table
        .filter(cost_sheets::number.eq(number))
        .select(CostSheet::as_select())
        .first(conn)
        .optional()?)
}

/// A preparation's sheets, the latest first.
pub fn sheets(conn: &mut Conn, of: &PreparationId) -> Result<Vec<CostSheet>> {
    Ok(cost_sheets::table
        .filter(cost_sheets::preparation_id.eq(of))
        .order(cost_sheets::version.desc())
        .limit(1_000)
        .select(CostSheet::as_select())
        .load(conn)?)
}

/// Enters a sheet.
pub fn insert_sheet(tx: &mut Tx, it: &CostSheet) -> Result<()> {
    diesel::insert_into(cost_sheets::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Writes a sheet.
pub fn update_sheet(tx: &mut Tx, it: &CostSheet) -> Result<()> {
    diesel::update(cost_sheets::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// A sheet's lines in order.
pub fn lines(conn: &mut Conn, of: &CostSheetId) -> Result<Vec<CostLine>> {
    Ok(cost_lines::table
        .filter(cost_lines::sheet_id.eq(of))
        .order(cost_lines::position)
        .select(CostLine::as_select())
        .load(conn)?)
}

/// Enters lines.
pub fn insert_lines(tx: &mut Tx, lines: &[CostLine]) -> Result<()> {
    load_all!(tx.conn(), cost_lines::table, lines)?;
    Ok(())
}

/// Takes a line of a draft away.
pub fn delete_line(tx: &mut Tx, of: &CostSheetId, id: &CostLineId) -> Result<usize> {
    let one = cost_lines::table.filter(cost_lines::id.eq(id).and(cost_lines::sheet_id.eq(of)));
    Ok(diesel::delete(one).execute(tx.conn())?)
}

/// Takes every line of a draft away.
pub fn delete_lines(tx: &mut Tx, of: &CostSheetId) -> Result<()> {
    diesel::delete(cost_lines::table.filter(cost_lines::sheet_id.eq(of))).execute(tx.conn())?;
    Ok(())
}

/// Writes what an officer says of a line.
pub fn set_accepted(tx: &mut Tx, it: &CostLine) -> Result<()> {
    diesel::update(cost_lines::table.find(&it.id))
        .set((cost_lines::accepted.eq(it.accepted), cost_lines::reason.eq(&it.reason)))
        .execute(tx.conn())?;
    Ok(())
}

/// What a reader of the list asks for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only this hospital's.
    pub hospital: Option<OrganisationId>,
    /// Only this state.
    pub state: Option<State>,
    /// Only those whose review is due up to this day.
    pub due_to: Option<NaiveDate>,
    /// Only sheets entered before this one, for the next page.
    pub before: Option<CostSheetId>,
}

/// A sheet with its preparation and the hospital's name.
pub type Listed = (CostSheet, Preparation, String);

/// A page of sheets, the newest first. A draft is its hospital's own business.
pub fn page(conn: &mut Conn, filter: &Filter, limit: i64) -> Result<Vec<Listed>> {
    let mut query = cost_sheets::table
        .inner_join(preparations::table)
        .inner_join(organisations::table.on(organisations::id.eq(cost_sheets::hospital_id)))
        .select((CostSheet::as_select(), Preparation::as_select(), organisations::name))
        .into_boxed();
    match filter.hospital.clone() {
        Some(hospital) => query = query.filter(cost_sheets::hospital_id.eq(hospital)),
        None => {
            query = query.filter(cost_sheets::state.ne_all([State::Draft, State::Discarded]));
        }
    }
    if let Some(state) = filter.state {
        query = query.filter(cost_sheets::state.eq(state));
    }
    if let Some(day) = filter.due_to {
        let is_due = cost_sheets::due_day.le(day).and(cost_sheets::to_day.is_null());
        query = query.filter(cost_sheets::state.eq(State::Approved)).filter(is_due.assume_not_null());
    }
    if let Some(before) = filter.before.clone() {
        query = query.filter(cost_sheets::id.lt(before));
    }
    Ok(query.order(cost_sheets::id.desc()).limit(limit).load(conn)?)
}

/// Sheets in force whose review is due up to a day and that nothing follows.
pub fn due(conn: &mut Conn, day: NaiveDate) -> Result<Vec<CostSheet>> {
    Ok(cost_sheets::table
        .filter(cost_sheets::state.eq(State::Approved).and(cost_sheets::due_day.le(day)))
        .filter(cost_sheets::to_day.is_null())
        .order((cost_sheets::due_day, cost_sheets::id))
        .limit(10_000)
        .select(CostSheet::as_select())
        .load(conn)?)
}

/// How many sheets wait in a state, for the list of what there is to do.
pub fn waiting(conn: &mut Conn, state: State) -> Result<i64> {
    Ok(cost_sheets::table.filter(cost_sheets::state.eq(state)).count().get_result(conn)?)
}
