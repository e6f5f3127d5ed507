//! SQL of demand reports and their lines.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::people::Organisation;
use crate::rounds::demand::{Approved, Line, Report, ReportState};
use crate::schema::{demand_lines, demand_reports, organisations};
use crate::types::{LotId, OrganisationId, ReportId, RoundId};

/// A hospital's report for a round.
pub fn report_of(conn: &mut Conn, round: &RoundId, hospital: &OrganisationId) -> Result<Option<Report>> {
    Ok(demand_reports::table
        .filter(demand_reports::round_id.eq(round))
        .filter(demand_reports::hospital_id.eq(hospital))
        .select(Report::as_select())
        .first(conn)
        .optional()?)
}

/// Every report of a round.
pub fn reports_of(conn: &mut Conn, round: &RoundId) -> Result<Vec<Report>> {
    Ok(demand_reports::table
        .filter(demand_reports::round_id.eq(round))
        .order(demand_reports::hospital_id)
        .select(Report::as_select())
        .load(conn)?)
}

/// How many reports of a round were handed in and are not approved.
pub fn open_reports(conn: &mut Conn, round: &RoundId) -> Result<i64> {
    Ok(demand_reports::table
        .filter(demand_reports::round_id.eq(round))
        .filter(demand_reports::state.eq_any([ReportState::Submitted, ReportState::Returned]))
        .count()
        .get_result(conn)?)
}

/// Enters a report.
pub fn insert_report(tx: &mut Tx, it: &Report) -> Result<()> {
    diesel::insert_into(demand_reports::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Writes a report's fields.
pub fn update_report(tx: &mut Tx, it: &Report) -> Result<()> {
    diesel::update(demand_reports::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// The lines of a report, by lot and company.
pub fn lines_of(conn: &mut Conn, report: &ReportId) -> Result<Vec<Line>> {
    Ok(demand_lines::table
        .filter(demand_lines::report_id.eq(report))
        .order((demand_lines::lot_id, demand_lines::company))
        .select(Line::as_select())
        .load(conn)?)
}

/// Makes a report's lines `after` from `before`, touching only what differs.
pub fn replace_lines(tx: &mut Tx, before: &[Line], after: &[Line]) -> Result<()> {
    for gone in before.iter().filter(|old| !after.iter().any(|new| new.id == old.id)) {
        diesel::delete(demand_lines::table.find(&gone.id)).execute(tx.conn())?;
    }
    for line in after.iter().filter(|new| !before.contains(new)) {
        if before.iter().any(|old| old.id == line.id) {
            diesel::update(demand_lines::table.find(&line.id)).set(line).execute(tx.conn())?;
        } else {
            diesel::insert_into(demand_lines::table).values(line).execute(tx.conn())?;
        }
    }
    Ok(())
}

/// The approved quantities above zero of approved reports.
pub fn approved(conn: &mut Conn, round: &RoundId) -> Result<Vec<Approved>> {
    Ok(demand_lines::table
        .inner_join(demand_reports::table)
        .filter(demand_lines::round_id.eq(round))
        .filter(demand_reports::state.eq(ReportState::Approved))
        .filter(demand_lines::approved.gt(0))
        .order((demand_lines::lot_id, demand_lines::hospital_id, demand_lines::company))
        .select((
            demand_lines::lot_id,
            demand_lines::hospital_id,
            demand_lines::company,
            demand_lines::approved.assume_not_null(),
        ))
        .load(conn)?)
}

/// A lot's sums over reports that were handed in at least once, as stored (thousandths).
#[derive(Debug, Clone, Default, Queryable)]
pub struct Sums {
    /// Which lot.
    pub lot_id: String,
    /// How many hospitals.
    pub hospitals: i64,
    /// How many lines.
    pub lines: i64,
    /// Reported.
    pub reported: i64,
    /// Verified.
    pub verified: i64,
    /// Approved.
    pub approved: i64,
}

/// The sums of every lot of a round. Drafts are the hospital's own and do not count.
pub fn sums_by_lot(conn: &mut Conn, round: &RoundId) -> Result<Vec<Sums>> {
    Ok(demand_lines::table
        .inner_join(demand_reports::table)
        .filter(demand_lines::round_id.eq(round))
        .filter(demand_reports::state.ne(ReportState::Draft))
        .group_by(demand_lines::lot_id)
        .order(demand_lines::lot_id)
        .select((
            demand_lines::lot_id,
            sql::<BigInt>("COUNT(DISTINCT demand_lines.hospital_id)"),
            sql::<BigInt>("COUNT(*)"),
            sql::<BigInt>("CAST(SUM(demand_lines.reported) AS BIGINT)"),
            sql::<BigInt>("CAST(COALESCE(SUM(demand_lines.verified), 0) AS BIGINT)"),
            sql::<BigInt>("CAST(COALESCE(SUM(demand_lines.approved), 0) AS BIGINT)"),
        ))
        .load(conn)?)
}

/// The lines of a round, or of one of its lots, that are no draft, with their hospitals: by lot, hospital and
/// company.
pub fn lines_with_hospitals(
    conn: &mut Conn,
    round: &RoundId,
    lot: Option<&LotId>,
) -> Result<Vec<(Line, Organisation)>> {
    let mut query = demand_lines::table
        .inner_join(demand_reports::table)
        .inner_join(organisations::table.on(organisations::id.eq(demand_lines::hospital_id)))
        .filter(demand_lines::round_id.eq(round))
        .filter(demand_reports::state.ne(ReportState::Draft))
        .select((Line::as_select(), Organisation::as_select()))
        .into_boxed();
    if let Some(lot) = lot {
        query = query.filter(demand_lines::lot_id.eq(lot));
    }
    Ok(query.order((demand_lines::lot_id, organisations::name, demand_lines::company)).load(conn)?)
}
