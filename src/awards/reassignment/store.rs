//! SQL of placing volume: periods, what there is to place, and what was placed.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::{Answer, Period, PeriodState, Placed, VolumeRow, WinnerRow};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::on_db;
use crate::schema::{
    offers, organisations, reassignment_answers, reassignment_periods, reassignment_volumes,
    reassignment_winners, reassignments,
};
use crate::types::{LotId, OfferId, OrganisationId, PeriodId, Quantity, RoundId};

/// The periods of a round, newest first.
pub fn periods(conn: &mut Conn, round: &RoundId) -> Result<Vec<Period>> {
    Ok(reassignment_periods::table
        .filter(reassignment_periods::round_id.eq(round))
        .order((reassignment_periods::opened_at.desc(), reassignment_periods::id.desc()))
        .select(Period::as_select())
        .load(conn)?)
}

/// The period that counts.
pub fn counting(conn: &mut Conn, round: &RoundId) -> Result<Option<Period>> {
    Ok(periods(conn, round)?.into_iter().find(|it| it.state == PeriodState::Open))
}

/// Enters a period.
pub fn insert(tx: &mut Tx, it: &Period) -> Result<()> {
    diesel::insert_into(reassignment_periods::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Writes a period's fields.
pub fn update(tx: &mut Tx, it: &Period) -> Result<()> {
    diesel::update(reassignment_periods::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// Rows of one statement: SQLite takes 32,766 values.
const BATCH: usize = 500;

/// Enters the winners that volume can be placed with.
pub fn insert_winners(tx: &mut Tx, rows: &[WinnerRow]) -> Result<()> {
    for row in rows {
        diesel::insert_into(reassignment_winners::table).values(row).execute(tx.conn())?;
    }
    Ok(())
}

/// Enters what there is to place, many at a time.
pub fn insert_volumes(tx: &mut Tx, rows: &[VolumeRow]) -> Result<()> {
    for part in rows.chunks(BATCH) {
        on_db!(tx.conn(), c => diesel::insert_into(reassignment_volumes::table).values(part).execute(c))?;
    }
    Ok(())
}

/// The winners of a period with their names and products, by lot and place.
pub fn winners(conn: &mut Conn, period: &PeriodId) -> Result<Vec<(WinnerRow, String, String)>> {
    Ok(reassignment_winners::table
        .inner_join(offers::table.inner_join(organisations::table))
        .filter(reassignment_winners::period_id.eq(period))
        .order((reassignment_winners::lot_id, reassignment_winners::place))
        .select((WinnerRow::as_select(), organisations::name, offers::product))
        .load(conn)?)
}

/// What a hospital has to place.
pub fn volumes(conn: &mut Conn, period: &PeriodId, hospital: &OrganisationId) -> Result<Vec<VolumeRow>> {
    Ok(reassignment_volumes::table
        .filter(
            reassignment_volumes::period_id.eq(period).and(reassignment_volumes::hospital_id.eq(hospital)),
        )
        .order((reassignment_volumes::lot_id, reassignment_volumes::id))
        .select(VolumeRow::as_select())
        .load(conn)?)
}

/// What a hospital placed.
pub fn placed(conn: &mut Conn, period: &PeriodId, hospital: &OrganisationId) -> Result<Vec<Placed>> {
    Ok(reassignments::table
        .filter(reassignments::period_id.eq(period).and(reassignments::hospital_id.eq(hospital)))
        .order((reassignments::lot_id, reassignments::offer_id))
        .select(Placed::as_select())
        .load(conn)?)
}

/// Puts what a hospital places in the place of what it placed before.
pub fn replace(tx: &mut Tx, period: &PeriodId, hospital: &OrganisationId, rows: &[Placed]) -> Result<()> {
    diesel::delete(
        reassignments::table
            .filter(reassignments::period_id.eq(period).and(reassignments::hospital_id.eq(hospital))),
    )
    .execute(tx.conn())?;
    for row in rows {
        diesel::insert_into(reassignments::table).values(row).execute(tx.conn())?;
    }
    Ok(())
}

/// A hospital's answer, if it gave one.
pub fn answer(conn: &mut Conn, period: &PeriodId, hospital: &OrganisationId) -> Result<Option<Answer>> {
    Ok(reassignment_answers::table
        .find((period, hospital))
        .select(Answer::as_select())
        .first(conn)
        .optional()?)
}

/// Writes a hospital's answer over the one before.
pub fn put_answer(tx: &mut Tx, it: &Answer) -> Result<()> {
    let known = reassignment_answers::table.find((&it.period_id, &it.hospital_id));
    if diesel::update(known).set(it).execute(tx.conn())? == 0 {
        diesel::insert_into(reassignment_answers::table).values(it).execute(tx.conn())?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Sum {
    #[diesel(sql_type = Text)]
    offer_id: OfferId,
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// What all other hospitals placed with each winning offer.
pub fn placed_by_others(
    conn: &mut Conn,
    period: &PeriodId,
    hospital: &OrganisationId,
) -> Result<HashMap<OfferId, Quantity>> {
    let rows: Vec<Sum> = diesel::sql_query(
        "SELECT offer_id, CAST(SUM(quantity) AS BIGINT) AS total FROM reassignments \
         WHERE period_id = $1 AND hospital_id <> $2 GROUP BY offer_id",
    )
    .bind::<Text, _>(period)
    .bind::<Text, _>(hospital)
    .load(conn)?;
    Ok(rows.into_iter().map(|row| (row.offer_id, Quantity::from_scaled(row.total))).collect())
}

/// What was placed: lot, the hospital's code, the company's code, its product, quantity.
pub type Line = (LotId, String, String, String, Quantity);

/// Everything placed in a period.
pub fn lines(conn: &mut Conn, period: &PeriodId) -> Result<Vec<Line>> {
    let company = diesel::alias!(organisations as company);
    Ok(reassignments::table
        .inner_join(organisations::table.on(organisations::id.eq(reassignments::hospital_id)))
        .inner_join(offers::table.on(offers::id.eq(reassignments::offer_id)))
        .inner_join(company.on(company.field(organisations::id).eq(offers::supplier_id)))
        .filter(reassignments::period_id.eq(period))
        .order((reassignments::lot_id, organisations::code, reassignments::offer_id))
        .select((
            reassignments::lot_id,
            organisations::code,
            company.field(organisations::code),
            offers::product,
            reassignments::quantity,
        ))
        .load(conn)?)
}

/// A hospital with volume to place: id, code, name, region, lots, volume, when it answered.
#[derive(Debug, Clone, QueryableByName)]
pub struct Hospital {
    /// Its id.
    #[diesel(sql_type = Text)]
    pub id: OrganisationId,
    /// Its name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Its region.
    #[diesel(sql_type = Text)]
    pub region: String,
    /// Lots with something to place.
    #[diesel(sql_type = BigInt)]
    pub lots: i64,
    /// Lots in which it placed something.
    #[diesel(sql_type = BigInt)]
    pub placed: i64,
    /// When it answered, in milliseconds; zero when it has not.
    #[diesel(sql_type = BigInt)]
    pub at: i64,
}

/// The hospitals of a period and who of them has answered, by region and code.
pub fn hospitals(conn: &mut Conn, period: &PeriodId) -> Result<Vec<Hospital>> {
    Ok(diesel::sql_query(
        "SELECT o.id, o.name, o.region, \
         (SELECT COUNT(DISTINCT v.lot_id) FROM reassignment_volumes v \
          WHERE v.period_id = $1 AND v.hospital_id = o.id) AS lots, \
         (SELECT COUNT(DISTINCT r.lot_id) FROM reassignments r \
          WHERE r.period_id = $1 AND r.hospital_id = o.id) AS placed, \
         COALESCE((SELECT a.at FROM reassignment_answers a \
          WHERE a.period_id = $1 AND a.hospital_id = o.id), 0) AS at \
         FROM organisations o WHERE o.id IN \
         (SELECT hospital_id FROM reassignment_volumes WHERE period_id = $1) ORDER BY o.region, o.code",
    )
    .bind::<Text, _>(period)
    .load(conn)?)
}
