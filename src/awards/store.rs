//! SQL of computed awards: versions, decisions, lot lines and agreed quantities.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::Status;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::schema::{allocations, awards, decisions, lot_lines, offers, organisations, rounds, rulings};
use crate::types::{
    AccountId, AllocationId, AwardId, DecisionId, LotId, OfferId, OrganisationId, Quantity, RoundId,
    RuleSetId, Time, UnitPrice,
};

crate::words! {
    /// What a version of an award is.
    AwardState {
        /// The newest, not yet final.
        Proposed = "proposed",
        /// A newer version took its place.
        Superseded = "superseded",
        /// Final.
        Confirmed = "confirmed",
    }
}

/// A computed version of a round's award; corrections make a new one, none is ever changed.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = awards)]
pub struct Version {
    /// Its id.
    pub id: AwardId,
    /// Of which round.
    pub round_id: RoundId,
    /// Counts from 1.
    pub version: i32,
    /// What it is.
    pub state: AwardState,
    /// The rule set version it was computed by.
    pub rule_set_id: RuleSetId,
    /// SHA-256 of the canonical input.
    pub input_sha256: String,
    /// SHA-256 of the canonical output.
    pub output_sha256: String,
    /// Why it was computed: empty for the first, the correction for the others.
    pub reason: String,
    /// Who had it computed.
    pub account_id: Option<AccountId>,
    /// When.
    pub computed_at: Time,
    /// When it was first made public.
    pub published_at: Option<Time>,
}

/// The decision on one offer.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = decisions)]
pub struct Decision {
    /// Its id.
    pub id: DecisionId,
    /// Of which version.
    pub award_id: AwardId,
    /// The lot.
    pub lot_id: LotId,
    /// The offer decided on.
    pub offer_id: OfferId,
    /// Its supplier.
    pub supplier_id: OrganisationId,
    /// The product.
    pub product: String,
    /// Its spec.
    pub spec: String,
    /// Place in the lot's table, invalid offers last.
    pub position: i32,
    /// The price bid.
    pub unit_price: UnitPrice,
    /// The price ratio of its spec to the comparable spec.
    pub ratio: String,
    /// The comparable price.
    pub comparable_price: UnitPrice,
    /// Place among the valid offers.
    pub rank: Option<i32>,
    /// What became of it.
    pub status: Status,
    /// The price it wins at.
    pub award_price: Option<UnitPrice>,
    /// The agreed share of the lot, for winners with volume.
    pub share: String,
    /// The term in years, for winners.
    pub term_years: Option<i32>,
    /// The reason code.
    pub code: String,
    /// The clause it rests on.
    pub clause: String,
    /// The arithmetic with its numbers.
    pub arithmetic: String,
    /// The class or unit the rules sorted it into; empty where they have none.
    pub class: String,
}

/// What was decided for a lot as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = lot_lines)]
pub struct LotLine {
    /// Of which version.
    pub award_id: AwardId,
    /// The lot.
    pub lot_id: LotId,
    /// Above it an offer is fused.
    pub fuse_line: Option<UnitPrice>,
    /// Quota, fuse line and volume with their numbers.
    pub arithmetic: String,
    /// Winners, with volume or without.
    pub winners: i32,
    /// Valid bidders.
    pub bidders: i32,
    /// The yearly demand.
    pub base_volume: Quantity,
    /// What is agreed of it.
    pub agreed_volume: Quantity,
    /// The part of it no hospital's line carries.
    pub unallocated: Quantity,
}

/// What one hospital agrees to buy from one winner in a year.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
// Without this, a batch becomes a transaction of single inserts on SQLite.
#[diesel(table_name = allocations, treat_none_as_default_value = false)]
pub struct Agreed {
    /// Its id.
    pub id: AllocationId,
    /// Of which version.
    pub award_id: AwardId,
    /// The lot.
    pub lot_id: LotId,
    /// The hospital.
    pub hospital_id: OrganisationId,
    /// The winner.
    pub supplier_id: OrganisationId,
    /// The quantity.
    pub quantity: Quantity,
    /// The winner's offer: where a company may win with several products, this is the key and not the winner.
    pub offer_id: OfferId,
}

/// What the bureau found about an opened offer in evaluation; the offer itself stays as opened.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = rulings)]
pub struct Ruling {
    /// Its id, later rulings sort after earlier ones.
    pub id: String,
    /// The offer.
    pub offer_id: OfferId,
    /// Its round.
    pub round_id: RoundId,
    /// The offer no longer takes part.
    pub excluded: bool,
    /// The price ratio that counts instead of the one offered; empty when that one counts.
    pub ratio: String,
    /// Why.
    pub reason: String,
    /// Who found it.
    pub account_id: Option<AccountId>,
    /// When.
    pub at: Time,
}

/// Holds a round until the transaction ends: whoever comes second waits, and then sees what the first did.
pub fn hold_round(tx: &mut Tx, id: &RoundId) -> Result<()> {
    diesel::update(rounds::table.find(id)).set(rounds::version.eq(rounds::version)).execute(tx.conn())?;
    Ok(())
}

/// Every version of a round's award, newest first.
pub fn versions(conn: &mut Conn, id: &RoundId) -> Result<Vec<Version>> {
    Ok(awards::table
        .filter(awards::round_id.eq(id))
        .order(awards::version.desc())
        .select(Version::as_select())
        .load(conn)?)
}

/// The newest version.
pub fn latest(conn: &mut Conn, id: &RoundId) -> Result<Option<Version>> {
    Ok(awards::table
        .filter(awards::round_id.eq(id))
        .order(awards::version.desc())
        .select(Version::as_select())
        .first(conn)
        .optional()?)
}

/// Enters a version; an older proposal is superseded.
pub fn insert_version(tx: &mut Tx, it: &Version) -> Result<()> {
    diesel::update(
        awards::table.filter(awards::round_id.eq(&it.round_id).and(awards::state.eq(AwardState::Proposed))),
    )
    .set(awards::state.eq(AwardState::Superseded))
    .execute(tx.conn())?;
    diesel::insert_into(awards::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Notes when a version became public.
pub fn set_published(tx: &mut Tx, id: &AwardId, at: Time) -> Result<()> {
    diesel::update(awards::table.find(id)).set(awards::published_at.eq(Some(at))).execute(tx.conn())?;
    Ok(())
}

/// Makes a version final.
pub fn set_state(tx: &mut Tx, id: &AwardId, state: AwardState) -> Result<()> {
    diesel::update(awards::table.find(id)).set(awards::state.eq(state)).execute(tx.conn())?;
    Ok(())
}

/// Enters a decision.
pub fn insert_decision(tx: &mut Tx, it: &Decision) -> Result<()> {
    diesel::insert_into(decisions::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Enters a lot's line.
pub fn insert_lot_line(tx: &mut Tx, it: &LotLine) -> Result<()> {
    diesel::insert_into(lot_lines::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Rows of one insert: of a fixed size, so that the statement is prepared once.
const BATCH: usize = 64;

/// Enters agreed quantities, many at a time.
pub fn insert_agreed(tx: &mut Tx, rows: &[Agreed]) -> Result<()> {
    let (batches, rest) = rows.as_chunks::<BATCH>();
    for batch in batches {
        insert_batch(tx, batch)?;
    }
    for row in rest {
        diesel::insert_into(allocations::table).values(row).execute(tx.conn())?;
    }
    Ok(())
}

fn insert_batch(tx: &mut Tx, rows: &[Agreed; BATCH]) -> Result<()> {
    crate::on_db!(tx.conn(), c => diesel::insert_into(allocations::table).values(rows).execute(c))?;
    Ok(())
}

/// The decisions on a lot with the companies' names, in the order of the table.
pub fn decisions_of(conn: &mut Conn, award: &AwardId, lot: &LotId) -> Result<Vec<(Decision, String)>> {
    Ok(decisions::table
        .inner_join(organisations::table)
        .filter(decisions::award_id.eq(award).and(decisions::lot_id.eq(lot)))
        .order(decisions::position)
        .select((Decision::as_select(), organisations::name))
        .load(conn)?)
}

/// What the offers of a round say their products are listed at now.
pub fn current_prices(conn: &mut Conn, round: &RoundId) -> Result<HashMap<OfferId, UnitPrice>> {
    let list: Vec<(OfferId, UnitPrice)> = offers::table
        .filter(offers::round_id.eq(round).and(offers::current_price.is_not_null()))
        .select((offers::id, offers::current_price.assume_not_null()))
        .load(conn)?;
    Ok(list.into_iter().collect())
}

/// Every decision of a version with the companies' names.
pub fn all_decisions(conn: &mut Conn, award: &AwardId) -> Result<Vec<(Decision, String)>> {
    Ok(decisions::table
        .inner_join(organisations::table)
        .filter(decisions::award_id.eq(award))
        .order((decisions::lot_id, decisions::position))
        .select((Decision::as_select(), organisations::name))
        .load(conn)?)
}

/// The decisions on one supplier's offers.
pub fn decisions_for(conn: &mut Conn, award: &AwardId, supplier: &OrganisationId) -> Result<Vec<Decision>> {
    Ok(decisions::table
        .filter(decisions::award_id.eq(award).and(decisions::supplier_id.eq(supplier)))
        .order((decisions::lot_id, decisions::position))
        .select(Decision::as_select())
        .load(conn)?)
}

/// The lots' lines of a version.
pub fn lot_lines_of(conn: &mut Conn, award: &AwardId) -> Result<HashMap<LotId, LotLine>> {
    let lines: Vec<LotLine> =
        lot_lines::table.filter(lot_lines::award_id.eq(award)).select(LotLine::as_select()).load(conn)?;
    Ok(lines.into_iter().map(|line| (line.lot_id.clone(), line)).collect())
}

/// A hospital's place in the list of volumes.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Place {
    /// The hospital.
    pub id: OrganisationId,
    /// Its code, by which the list is ordered.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its region.
    pub region: String,
}

/// The hospitals with agreed quantities in a lot, by code, after `after`.
pub fn places(conn: &mut Conn, award: &AwardId, lot: &LotId, after: &str, limit: i64) -> Result<Vec<Place>> {
    let with_volume = allocations::table
        .filter(allocations::award_id.eq(award).and(allocations::lot_id.eq(lot)))
        .select(allocations::hospital_id);
    Ok(organisations::table
        .filter(organisations::id.eq_any(with_volume).and(organisations::code.gt(after.to_owned())))
        .order(organisations::code)
        .limit(limit)
        .select((organisations::id, organisations::code, organisations::name, organisations::region))
        .load(conn)?)
}

/// The agreed quantities of some hospitals in a lot.
pub fn agreed_at(
    conn: &mut Conn,
    award: &AwardId,
    lot: &LotId,
    hospitals: &[OrganisationId],
) -> Result<Vec<Agreed>> {
    Ok(allocations::table
        .filter(
            allocations::award_id
                .eq(award)
                .and(allocations::lot_id.eq(lot))
                .and(allocations::hospital_id.eq_any(hospitals.to_vec())),
        )
        .select(Agreed::as_select())
        .load(conn)?)
}

/// A line of an agreed quantity with names: lot, region, hospital, company, quantity, product.
pub type AgreedLine = (LotId, String, String, String, Quantity, String);

/// The agreed quantities of one lot with names, by hospital, company code and product.
pub fn agreed_lines(conn: &mut Conn, award: &AwardId, lot: &LotId) -> Result<Vec<AgreedLine>> {
    let company = diesel::alias!(organisations as company);
    Ok(allocations::table
        .inner_join(organisations::table.on(organisations::id.eq(allocations::hospital_id)))
        .inner_join(company.on(company.field(organisations::id).eq(allocations::supplier_id)))
        .inner_join(offers::table.on(offers::id.eq(allocations::offer_id)))
        .filter(allocations::award_id.eq(award).and(allocations::lot_id.eq(lot)))
        .order((
            organisations::region,
            organisations::code,
            company.field(organisations::code),
            offers::product,
        ))
        .select((
            allocations::lot_id,
            organisations::region,
            organisations::name,
            company.field(organisations::name),
            allocations::quantity,
            offers::product,
        ))
        .load(conn)?)
}

/// One hospital's agreed quantities: lot, company, quantity, product.
pub fn agreed_of_hospital(
    conn: &mut Conn,
    award: &AwardId,
    hospital: &OrganisationId,
) -> Result<Vec<(LotId, String, Quantity, String)>> {
    Ok(allocations::table
        .inner_join(organisations::table.on(organisations::id.eq(allocations::supplier_id)))
        .inner_join(offers::table.on(offers::id.eq(allocations::offer_id)))
        .filter(allocations::award_id.eq(award).and(allocations::hospital_id.eq(hospital)))
        .order((allocations::lot_id, organisations::code, offers::product))
        .select((allocations::lot_id, organisations::name, allocations::quantity, offers::product))
        .load(conn)?)
}

#[derive(QueryableByName)]
struct Sum {
    #[diesel(sql_type = Text)]
    offer_id: OfferId,
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// What each winning offer of a lot is to supply to all hospitals together.
pub fn agreed_sums(conn: &mut Conn, award: &AwardId, lot: &LotId) -> Result<HashMap<OfferId, Quantity>> {
    let rows: Vec<Sum> = diesel::sql_query(
        "SELECT offer_id, CAST(SUM(quantity) AS BIGINT) AS total FROM allocations \
         WHERE award_id = $1 AND lot_id = $2 GROUP BY offer_id",
    )
    .bind::<Text, _>(award)
    .bind::<Text, _>(lot)
    .load(conn)?;
    Ok(rows.into_iter().map(|row| (row.offer_id, Quantity::from_scaled(row.total))).collect())
}

/// The suppliers with an opened offer in a round.
pub fn bidders(conn: &mut Conn, round: &RoundId) -> Result<Vec<OrganisationId>> {
    Ok(offers::table
        .filter(offers::round_id.eq(round))
        .select(offers::supplier_id)
        .distinct()
        .order(offers::supplier_id)
        .load(conn)?)
}

/// The lot and round of an opened offer.
pub fn place_of_offer(conn: &mut Conn, id: &OfferId) -> Result<Option<(RoundId, LotId)>> {
    Ok(offers::table.find(id).select((offers::round_id, offers::lot_id)).first(conn).optional()?)
}

/// The rulings of a round, oldest first.
pub fn rulings_of(conn: &mut Conn, round: &RoundId) -> Result<Vec<Ruling>> {
    Ok(rulings::table
        .filter(rulings::round_id.eq(round))
        .order((rulings::at, rulings::id))
        .select(Ruling::as_select())
        .load(conn)?)
}

/// Enters a ruling.
pub fn insert_ruling(tx: &mut Tx, it: &Ruling) -> Result<()> {
    diesel::insert_into(rulings::table).values(it).execute(tx.conn())?;
    Ok(())
}
