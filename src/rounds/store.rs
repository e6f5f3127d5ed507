//! SQL of rounds, lots and rule sets.

use diesel::prelude::*;

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::rounds::{Lot, Round, RoundState, RuleSetVersion};
use crate::schema::{lots, round_regions, rounds, rule_sets};
use crate::types::{LotId, RoundId, RuleSetId};

/// One round.
pub fn round(conn: &mut Conn, id: &RoundId) -> Result<Option<Round>> {
    Ok(rounds::table.find(id).select(Round::as_select()).first(conn).optional()?)
}

/// Rounds in a state, oldest first.
pub fn in_state(conn: &mut Conn, state: RoundState) -> Result<Vec<Round>> {
    Ok(rounds::table
        .filter(rounds::state.eq(state))
        .order(rounds::id)
        .select(Round::as_select())
        .load(conn)?)
}

/// Writes a round's fields.
pub fn update_round(tx: &mut Tx, it: &Round) -> Result<()> {
    diesel::update(rounds::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// Enters a round.
pub fn insert_round(tx: &mut Tx, it: &Round) -> Result<()> {
    diesel::insert_into(rounds::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// The regions that take part in a round.
pub fn regions_of(conn: &mut Conn, id: &RoundId) -> Result<Vec<String>> {
    Ok(round_regions::table
        .filter(round_regions::round_id.eq(id))
        .order(round_regions::region)
        .select(round_regions::region)
        .load(conn)?)
}

/// The lots of a round in their order.
pub fn lots_of(conn: &mut Conn, id: &RoundId) -> Result<Vec<Lot>> {
    Ok(lots::table
        .filter(lots::round_id.eq(id))
        .order((lots::position, lots::id))
        .select(Lot::as_select())
        .load(conn)?)
}

/// One lot.
pub fn lot(conn: &mut Conn, id: &LotId) -> Result<Option<Lot>> {
    Ok(lots::table.find(id).select(Lot::as_select()).first(conn).optional()?)
}

/// Enters a lot.
pub fn insert_lot(tx: &mut Tx, it: &Lot) -> Result<()> {
    diesel::insert_into(lots::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// One version of a rule set.
pub fn rule_set(conn: &mut Conn, id: &RuleSetId) -> Result<Option<RuleSetVersion>> {
    Ok(rule_sets::table.find(id).select(RuleSetVersion::as_select()).first(conn).optional()?)
}

/// The newest version of a rule set.
pub fn latest_rule_set(conn: &mut Conn, name: &str) -> Result<Option<RuleSetVersion>> {
    Ok(rule_sets::table
        .filter(rule_sets::name.eq(name))
        .order(rule_sets::version.desc())
        .select(RuleSetVersion::as_select())
        .first(conn)
        .optional()?)
}

/// Enters a version of a rule set.
pub fn insert_rule_set(tx: &mut Tx, it: &RuleSetVersion) -> Result<()> {
    diesel::insert_into(rule_sets::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Sets the regions that take part in a round.
pub fn set_regions(tx: &mut Tx, id: &RoundId, regions: &[String]) -> Result<()> {
    diesel::delete(round_regions::table.filter(round_regions::round_id.eq(id))).execute(tx.conn())?;
    for region in regions {
        diesel::insert_into(round_regions::table)
            .values((round_regions::round_id.eq(id), round_regions::region.eq(region)))
            .execute(tx.conn())?;
    }
    Ok(())
}
