//! SQL of plans, their sheets and lines.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::on_db;
use crate::payments::retention::{Line, Plan, PlanState, Purchase, Sheet};
use crate::rounds::{Lot, Round};
use crate::schema::{
    contracts, lots, organisations, retention_lines, retention_plans, retention_purchases, retention_sheets,
    rounds,
};
use crate::types::{LotId, OrganisationId, PlanId, RoundId};

/// A plan with its round.
pub fn plan(conn: &mut Conn, id: &PlanId) -> Result<Option<(Plan, Round)>> {
    Ok(retention_plans::table
        .inner_join(rounds::table)
        .filter(retention_plans::id.eq(id))
        .select((Plan::as_select(), Round::as_select()))
        .first(conn)
        .optional()?)
}

/// The plan of a round's year.
pub fn plan_of(conn: &mut Conn, round: &RoundId, year: i32) -> Result<Option<Plan>> {
    Ok(retention_plans::table
        .filter(retention_plans::round_id.eq(round).and(retention_plans::year.eq(year)))
        .select(Plan::as_select())
        .first(conn)
        .optional()?)
}

/// Enters a plan.
pub fn insert_plan(tx: &mut Tx, it: &Plan) -> Result<()> {
    diesel::insert_into(retention_plans::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Writes a plan's fields.
pub fn update_plan(tx: &mut Tx, it: &Plan) -> Result<()> {
    diesel::update(retention_plans::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// Plans before one, newest first; a hospital sees those approved that it has a sheet in.
pub fn plans(
    conn: &mut Conn,
    hospital: Option<&OrganisationId>,
    before: Option<PlanId>,
    limit: i64,
) -> Result<Vec<(Plan, Round)>> {
    let mut query = retention_plans::table
        .inner_join(rounds::table)
        .select((Plan::as_select(), Round::as_select()))
        .into_boxed();
    if let Some(hospital) = hospital {
        let own = retention_sheets::table
            .filter(retention_sheets::hospital_id.eq(hospital.clone()))
            .select(retention_sheets::plan_id);
        query = query
            .filter(retention_plans::state.eq(PlanState::Approved))
            .filter(retention_plans::id.eq_any(own));
    }
    if let Some(before) = before {
        query = query.filter(retention_plans::id.lt(before));
    }
    Ok(query.order(retention_plans::id.desc()).limit(limit).load(conn)?)
}

/// Lots with contracts that run in a plan's year, by position, each with their last day: the generics of the plan. One
/// whose term is over has left the scheme.
pub fn lots_in_year(conn: &mut Conn, plan: &Plan) -> Result<Vec<(Lot, NaiveDate)>> {
    let ends: Vec<(LotId, Option<NaiveDate>)> = contracts::table
        .filter(contracts::round_id.eq(&plan.round_id))
        .filter(contracts::starts.le(plan.ends).and(contracts::ends.ge(plan.starts)))
        .group_by(contracts::lot_id)
        .select((contracts::lot_id, diesel::dsl::max(contracts::ends)))
        .load(conn)?;
    let ends: BTreeMap<LotId, NaiveDate> =
        ends.into_iter().filter_map(|(lot, last)| Some((lot, last?))).collect();
    let found: Vec<Lot> = lots::table
        .filter(lots::round_id.eq(&plan.round_id))
        .order(lots::position)
        .select(Lot::as_select())
        .load(conn)?;
    let in_year = |lot: Lot| {
        let last = *ends.get(&lot.id)?;
        Some((lot, last))
    };
    Ok(found.into_iter().filter_map(in_year).collect())
}

/// Hospitals with a contract of the round or a base in the plan.
pub fn hospitals(conn: &mut Conn, plan: &Plan) -> Result<Vec<OrganisationId>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        hospital_id: OrganisationId,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT hospital_id FROM contracts WHERE round_id = $1
         UNION SELECT hospital_id FROM retention_bases WHERE plan_id = $2 ORDER BY hospital_id",
    )
    .bind::<Text, _>(&plan.round_id)
    .bind::<Text, _>(&plan.id)
    .load(conn)?;
    Ok(rows.into_iter().map(|row| row.hospital_id).collect())
}

/// Rows of one statement: SQLite takes 32,766 values, a line has 20.
const BATCH: usize = 500;

/// Takes a hospital's sheet away, with its lines and purchases.
pub fn clear(tx: &mut Tx, plan: &PlanId, hospital: &OrganisationId) -> Result<()> {
    let of = retention_lines::plan_id.eq(plan).and(retention_lines::hospital_id.eq(hospital));
    diesel::delete(retention_lines::table.filter(of)).execute(tx.conn())?;
    let of = retention_purchases::plan_id.eq(plan).and(retention_purchases::hospital_id.eq(hospital));
    diesel::delete(retention_purchases::table.filter(of)).execute(tx.conn())?;
    let of = retention_sheets::plan_id.eq(plan).and(retention_sheets::hospital_id.eq(hospital));
    diesel::delete(retention_sheets::table.filter(of)).execute(tx.conn())?;
    Ok(())
}

/// Enters a hospital's sheet with its lines and purchases.
pub fn insert(tx: &mut Tx, sheet: &Sheet, lines: &[Line], purchases: &[Purchase]) -> Result<()> {
    diesel::insert_into(retention_sheets::table).values(sheet).execute(tx.conn())?;
    for part in lines.chunks(BATCH) {
        on_db!(tx.conn(), c => diesel::insert_into(retention_lines::table).values(part).execute(c))?;
    }
    for part in purchases.chunks(BATCH) {
        on_db!(tx.conn(), c => diesel::insert_into(retention_purchases::table).values(part).execute(c))?;
    }
    Ok(())
}

/// Hospitals whose sheet an earlier computation left and this one did not make.
pub fn left_over(conn: &mut Conn, plan: &Plan) -> Result<Vec<OrganisationId>> {
    Ok(retention_sheets::table
        .filter(retention_sheets::plan_id.eq(&plan.id).and(retention_sheets::run.ne(plan.run)))
        .select(retention_sheets::hospital_id)
        .load(conn)?)
}

/// The sums of a plan's sheets, in cents.
#[derive(Debug, Clone, Copy, QueryableByName)]
pub struct Sums {
    /// Sheets.
    #[diesel(sql_type = BigInt)]
    pub hospitals: i64,
    /// Of them, those of which it cannot be said yet what is retained.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub waiting: Option<i64>,
    /// The budgets known.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub budget: Option<i64>,
    /// The spending.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub spend: Option<i64>,
    /// The surplus bases known.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub base: Option<i64>,
    /// What is retained, as far as it can be said.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub retained: Option<i64>,
}

/// Sums the sheets of a plan.
pub fn sums(conn: &mut Conn, plan: &PlanId) -> Result<Sums> {
    Ok(diesel::sql_query(
        "SELECT COUNT(*) AS hospitals,
                CAST(SUM(CASE WHEN retained IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS waiting,
                CAST(SUM(budget) AS BIGINT) AS budget, CAST(SUM(spend) AS BIGINT) AS spend,
                CAST(SUM(base) AS BIGINT) AS base, CAST(SUM(retained) AS BIGINT) AS retained
         FROM retention_sheets WHERE plan_id = $1",
    )
    .bind::<Text, _>(plan)
    .get_result(conn)?)
}

/// The hashes of a plan's sheets, by hospital.
pub fn hashes(conn: &mut Conn, plan: &PlanId) -> Result<Vec<(OrganisationId, String)>> {
    Ok(retention_sheets::table
        .filter(retention_sheets::plan_id.eq(plan))
        .order(retention_sheets::hospital_id)
        .select((retention_sheets::hospital_id, retention_sheets::inputs_sha256))
        .load(conn)?)
}

/// Writes whether a hospital's inputs were found changed.
pub fn set_changed(tx: &mut Tx, plan: &PlanId, hospital: &OrganisationId, changed: bool) -> Result<()> {
    diesel::update(retention_sheets::table.find((plan, hospital)))
        .set(retention_sheets::changed.eq(changed))
        .execute(tx.conn())?;
    Ok(())
}

/// How many sheets were found changed.
pub fn changed(conn: &mut Conn, plan: &PlanId) -> Result<usize> {
    let count: i64 = retention_sheets::table
        .filter(retention_sheets::plan_id.eq(plan).and(retention_sheets::changed.eq(true)))
        .count()
        .get_result(conn)?;
    Ok(usize::try_from(count).unwrap_or_default())
}

crate::words! {
    /// Which sheets a reader asks for.
    Standing {
        /// Every one.
        All = "",
        /// Without a result: a base, a price or a score is missing.
        Waiting = "waiting",
        /// The agreed volume is not completed.
        Incomplete = "incomplete",
        /// The assessment failed.
        Failed = "failed",
        /// Found changed by the last comparison.
        Changed = "changed",
    }
}

/// What a list of sheets is asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Of which plan.
    pub plan: PlanId,
    /// Which of them.
    pub standing: Standing,
    /// The hospital's name or code contains this.
    pub text: String,
    /// After this code, for the next page.
    pub after: String,
}

impl Default for Asked {
    fn default() -> Self {
        Self { plan: PlanId::new(), standing: Standing::All, text: String::new(), after: String::new() }
    }
}

/// A sheet with the hospital's code and name.
pub type Listed = (Sheet, String, String);

/// Sheets by the hospital's code.
pub fn sheets(conn: &mut Conn, asked: &Asked, limit: i64) -> Result<Vec<Listed>> {
    let mut query = retention_sheets::table
        .inner_join(organisations::table)
        .filter(retention_sheets::plan_id.eq(asked.plan.clone()))
        .filter(organisations::code.gt(asked.after.clone()))
        .select((Sheet::as_select(), organisations::code, organisations::name))
        .into_boxed();
    query = match asked.standing {
        Standing::All => query,
        Standing::Waiting => query.filter(retention_sheets::retained.is_null()),
        Standing::Incomplete => query.filter(retention_sheets::incomplete.gt(0)),
        Standing::Failed => query.filter(retention_sheets::cut.is_not_null()),
        Standing::Changed => query.filter(retention_sheets::changed.eq(true)),
    };
    if !asked.text.is_empty() {
        let like = format!("%{}%", asked.text.replace(['%', '_', '\\'], ""));
        query = query.filter(organisations::name.like(like.clone()).or(organisations::code.like(like)));
    }
    Ok(query.order(organisations::code).limit(limit).load(conn)?)
}

/// A hospital's sheet.
pub fn sheet(conn: &mut Conn, plan: &PlanId, hospital: &OrganisationId) -> Result<Option<Sheet>> {
    Ok(retention_sheets::table.find((plan, hospital)).select(Sheet::as_select()).first(conn).optional()?)
}

/// The lines of a hospital's sheet.
pub fn lines(conn: &mut Conn, plan: &PlanId, hospital: &OrganisationId) -> Result<Vec<Line>> {
    Ok(retention_lines::table
        .filter(retention_lines::plan_id.eq(plan).and(retention_lines::hospital_id.eq(hospital)))
        .order(retention_lines::position)
        .select(Line::as_select())
        .load(conn)?)
}

/// The purchases of a hospital's sheet.
pub fn purchases(conn: &mut Conn, plan: &PlanId, hospital: &OrganisationId) -> Result<Vec<Purchase>> {
    Ok(retention_purchases::table
        .filter(retention_purchases::plan_id.eq(plan))
        .filter(retention_purchases::hospital_id.eq(hospital))
        .order(retention_purchases::position)
        .select(Purchase::as_select())
        .load(conn)?)
}

/// The units of the round's generics.
pub fn units(lots: &[Lot]) -> BTreeMap<String, String> {
    lots.iter().rev().map(|lot| (lot.generic.clone(), lot.unit.clone())).collect()
}
