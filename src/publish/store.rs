//! SQL of releases, and of the sums they say.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};

use super::Release;
use crate::awards::publicity::is_public;
use crate::db::{self, Conn, Tx};
use crate::error::Result;
use crate::people::{Organisation, OrganisationKind};
use crate::rounds::RoundState;
use crate::schema::{ocds_releases, organisations};
use crate::types::{AwardId, LotId, OfferId, OrganisationId, Quantity, RoundId, Time, UnitPrice};

/// The bureau that procures.
pub(super) fn bureau(conn: &mut Conn) -> Result<Option<Organisation>> {
    Ok(organisations::table
        .filter(organisations::kind.eq(OrganisationKind::Bureau).and(organisations::active.eq(true)))
        .order((organisations::created_at, organisations::id))
        .select(Organisation::as_select())
        .first(conn)
        .optional()?)
}

/// Names and codes of organisations.
pub(super) fn named(
    conn: &mut Conn,
    ids: Vec<OrganisationId>,
) -> Result<HashMap<OrganisationId, (String, String)>> {
    let rows: Vec<(OrganisationId, String, String)> = organisations::table
        .filter(organisations::id.eq_any(ids))
        .select((organisations::id, organisations::name, organisations::code))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, name, code)| (id, (name, code))).collect())
}

/// A public round and what its newest release rests on.
#[derive(QueryableByName)]
pub(super) struct Mark {
    #[diesel(sql_type = Text)]
    pub(super) id: RoundId,
    #[diesel(sql_type = Text)]
    pub(super) state: RoundState,
    #[diesel(sql_type = Integer)]
    pub(super) version: i32,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) award: Option<AwardId>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) basis: Option<String>,
}

/// The published rounds: there are as many as the city ever procured.
pub(super) fn marks(conn: &mut Conn) -> Result<Vec<Mark>> {
    let query = "SELECT r.id, r.state, r.version, \
                 (SELECT a.id FROM awards a WHERE a.round_id = r.id AND a.published_at IS NOT NULL \
                  ORDER BY a.version DESC LIMIT 1) AS award, \
                 (SELECT o.basis FROM ocds_releases o WHERE o.round_id = r.id ORDER BY o.place DESC LIMIT 1) AS basis \
                 FROM rounds r WHERE r.published_at IS NOT NULL ORDER BY r.id";
    Ok(diesel::sql_query(query).load(conn)?)
}

/// The newest release of a round, whoever may read it.
pub(super) fn latest(conn: &mut Conn, round: &RoundId) -> Result<Option<Release>> {
    Ok(ocds_releases::table
        .filter(ocds_releases::round_id.eq(round))
        .order(ocds_releases::place.desc())
        .select(Release::as_select())
        .first(conn)
        .optional()?)
}

/// Enters a release.
pub(super) fn insert(tx: &mut Tx, it: &Release) -> Result<()> {
    diesel::insert_into(ocds_releases::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Notes what a release was found to rest on as well.
pub(super) fn set_basis(tx: &mut Tx, no: i64, basis: &str) -> Result<()> {
    diesel::update(ocds_releases::table.find(no)).set(ocds_releases::basis.eq(basis)).execute(tx.conn())?;
    Ok(())
}

/// The states in which an award is public, for a list in SQL.
pub(super) fn open_states() -> String {
    let states = RoundState::ALL.iter().filter(|state| is_public(**state));
    states.map(|state| format!("'{state}'")).collect::<Vec<_>>().join(", ")
}

/// The condition under which everybody may read a release `o` of the round `r`: as long as the award it tells of is
/// the one that is public, by the round's state now and not when it was made.
fn is_open() -> String {
    format!(
        "(o.award_id IS NULL OR (r.state IN ({}) AND o.award_id = (SELECT a.id FROM awards a \
         WHERE a.round_id = o.round_id AND a.published_at IS NOT NULL ORDER BY a.version DESC LIMIT 1)))",
        open_states()
    )
}

/// The releases everybody may read after a number, in the order they were made.
pub(super) fn after(conn: &mut Conn, no: i64, limit: i64) -> Result<Vec<Release>> {
    let query = format!(
        "SELECT o.* FROM ocds_releases o JOIN rounds r ON r.id = o.round_id \
         WHERE o.no > $1 AND {} ORDER BY o.no LIMIT $2",
        is_open()
    );
    Ok(diesel::sql_query(query).bind::<BigInt, _>(no).bind::<BigInt, _>(limit).load(conn)?)
}

/// The releases of a round that everybody may read, the first first.
pub(super) fn of_round(conn: &mut Conn, round: &RoundId) -> Result<Vec<Release>> {
    let query = format!(
        "SELECT o.* FROM ocds_releases o JOIN rounds r ON r.id = o.round_id \
         WHERE o.round_id = $1 AND {} ORDER BY o.place",
        is_open()
    );
    Ok(diesel::sql_query(query).bind::<Text, _>(round).load(conn)?)
}

#[derive(QueryableByName)]
struct First {
    #[diesel(sql_type = BigInt)]
    no: i64,
    #[diesel(sql_type = Text)]
    round_id: RoundId,
}

/// Rounds with the number of their first release, after a number.
pub(super) fn rounds_after(conn: &mut Conn, no: i64, limit: i64) -> Result<Vec<(i64, RoundId)>> {
    let query = "SELECT no, round_id FROM ocds_releases WHERE place = 1 AND no > $1 ORDER BY no LIMIT $2";
    let rows: Vec<First> =
        diesel::sql_query(query).bind::<BigInt, _>(no).bind::<BigInt, _>(limit).load(conn)?;
    Ok(rows.into_iter().map(|row| (row.no, row.round_id)).collect())
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = BigInt)]
    rounds: i64,
    #[diesel(sql_type = BigInt)]
    steps: i64,
    #[diesel(sql_type = BigInt)]
    awards: i64,
    #[diesel(sql_type = BigInt)]
    releases: i64,
}

/// What changes whenever something about rounds becomes public or ceases to be: every step of a round counts.
pub fn version(conn: &mut Conn) -> Result<String> {
    let query = "SELECT (SELECT COUNT(*) FROM rounds) AS rounds, \
                 (SELECT CAST(COALESCE(SUM(version), 0) AS BIGINT) FROM rounds) AS steps, \
                 (SELECT COUNT(*) FROM awards WHERE published_at IS NOT NULL) AS awards, \
                 (SELECT COALESCE(MAX(no), 0) FROM ocds_releases) AS releases";
    let it: Version = diesel::sql_query(query).get_result(conn)?;
    Ok(format!("{}.{}.{}.{}", it.rounds, it.steps, it.awards, it.releases))
}

#[derive(QueryableByName)]
struct Agreed {
    #[diesel(sql_type = Text)]
    offer_id: OfferId,
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// What each winning offer is to supply to all hospitals together in a year.
pub(super) fn agreed(conn: &mut Conn, award: &AwardId) -> Result<HashMap<OfferId, Quantity>> {
    let query = "SELECT offer_id, CAST(SUM(quantity) AS BIGINT) AS total FROM allocations \
                 WHERE award_id = $1 GROUP BY offer_id";
    let rows: Vec<Agreed> = diesel::sql_query(query).bind::<Text, _>(award).load(conn)?;
    Ok(rows.into_iter().map(|row| (row.offer_id, Quantity::from_scaled(row.total))).collect())
}

/// The contracts of one product at one price that both sides confirmed, together.
#[derive(QueryableByName)]
pub(super) struct Signed {
    #[diesel(sql_type = Text)]
    pub(super) lot_id: LotId,
    #[diesel(sql_type = Text)]
    pub(super) supplier_id: OrganisationId,
    #[diesel(sql_type = Text)]
    pub(super) product: String,
    #[diesel(sql_type = BigInt)]
    pub(super) unit_price: UnitPrice,
    #[diesel(sql_type = BigInt)]
    pub(super) contracts: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) quantity: Quantity,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub(super) signed_at: Option<Time>,
}

/// The confirmed contracts of a round, by product and price.
pub(super) fn signed(conn: &mut Conn, round: &RoundId) -> Result<Vec<Signed>> {
    let query = "SELECT lot_id, supplier_id, product, unit_price, COUNT(*) AS contracts, \
                 CAST(SUM(quantity) AS BIGINT) AS quantity, \
                 MAX(CASE WHEN hospital_at > supplier_at THEN hospital_at ELSE supplier_at END) AS signed_at \
                 FROM contracts WHERE round_id = $1 AND state = 'confirmed' \
                 GROUP BY lot_id, supplier_id, product, unit_price \
                 ORDER BY lot_id, supplier_id, product, unit_price";
    Ok(diesel::sql_query(query).bind::<Text, _>(round).load(conn)?)
}

/// The next number of a release.
pub(super) fn next_no(tx: &mut Tx) -> Result<i64> {
    db::next_number(tx, "ocds_releases")
}
