//! SQL of simulations.

use diesel::prelude::*;

use super::State;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::rounds::{Round, RoundState};
use crate::schema::{accounts, rounds, simulations};
use crate::types::{AccountId, Money, RoundId, SimulationId, Time};

/// A simulation as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = simulations)]
pub struct Head {
    /// Its id, from the form that made it.
    pub id: SimulationId,
    /// Its name.
    pub name: String,
    /// The round it starts from; none for a synthetic one.
    pub round_id: Option<RoundId>,
    /// The round's number when it was made; empty for a synthetic one.
    pub base: String,
    /// The rule sets of both sides.
    pub rules: String,
    /// What is saved as it was.
    pub base_saved: Money,
    /// What is saved with the changes.
    pub changed_saved: Money,
    /// How many bids end otherwise.
    pub differing: i32,
    /// Where it is.
    pub state: State,
    /// Runs with varied prices; 0 when only the two awards were compared.
    pub runs: i32,
    /// How many of them are done.
    pub runs_done: i32,
    /// What stopped it.
    pub fault: String,
    /// Who made it.
    pub account_id: AccountId,
    /// When.
    pub created_at: Time,
    /// When its runs last got on.
    pub touched_at: Time,
}

/// A simulation with all it holds.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = simulations)]
pub struct Simulation {
    /// What a list shows.
    #[diesel(embed)]
    pub head: Head,
    /// What it was asked for, as JSON.
    pub changes: String,
    /// The hash of the round's input when it was made.
    pub input_sha256: String,
    /// Both awards side by side, as JSON.
    pub comparison: String,
    /// What the runs came to, as JSON; empty until they are done.
    pub result: String,
    /// The node its runs are made on.
    pub node: String,
}

/// Enters a simulation.
pub fn insert(tx: &mut Tx, it: &Simulation) -> Result<()> {
    diesel::insert_into(simulations::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// One simulation.
pub fn simulation(conn: &mut Conn, id: &SimulationId) -> Result<Option<Simulation>> {
    Ok(simulations::table.find(id).select(Simulation::as_select()).first(conn).optional()?)
}

/// Deletes a simulation.
pub fn delete(tx: &mut Tx, id: &SimulationId) -> Result<()> {
    diesel::delete(simulations::table.find(id)).execute(tx.conn())?;
    Ok(())
}

/// Simulations with their makers' names, newest first, before `before`.
pub fn list(conn: &mut Conn, before: Option<SimulationId>, limit: i64) -> Result<Vec<(Head, String)>> {
    let mut query = simulations::table
        .inner_join(accounts::table)
        .select((Head::as_select(), accounts::name))
        .order(simulations::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(simulations::id.lt(before));
    }
    Ok(query.load(conn)?)
}

/// The oldest simulation whose runs nobody is at: it waits, or its node went away.
pub fn next_waiting(conn: &mut Conn, silent_since: Time) -> Result<Option<Simulation>> {
    let is_left = simulations::state
        .eq(State::Waiting)
        .or(simulations::state.eq(State::Running).and(simulations::touched_at.lt(silent_since)));
    Ok(simulations::table
        .filter(is_left)
        .order(simulations::id)
        .select(Simulation::as_select())
        .first(conn)
        .optional()?)
}

/// Takes a simulation for a node, from its beginning.
pub fn take(tx: &mut Tx, id: &SimulationId, node: &str, now: Time) -> Result<()> {
    diesel::update(simulations::table.find(id))
        .set((
            simulations::state.eq(State::Running),
            simulations::node.eq(node),
            simulations::runs_done.eq(0),
            simulations::touched_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Notes how far a node is. `false`: the simulation is gone, or another node's.
pub fn advance(tx: &mut Tx, id: &SimulationId, node: &str, done: i32, now: Time) -> Result<bool> {
    let mine = simulations::table
        .find(id)
        .filter(simulations::state.eq(State::Running).and(simulations::node.eq(node)));
    let changed = diesel::update(mine)
        .set((simulations::runs_done.eq(done), simulations::touched_at.eq(now)))
        .execute(tx.conn())?;
    Ok(changed > 0)
}

/// Writes how a simulation ended.
pub fn finish(
    tx: &mut Tx,
    id: &SimulationId,
    state: State,
    result: &str,
    fault: &str,
    now: Time,
) -> Result<()> {
    diesel::update(simulations::table.find(id))
        .set((
            simulations::state.eq(state),
            simulations::result.eq(result),
            simulations::fault.eq(fault),
            simulations::touched_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Rounds that can be simulated: opened ones, newest first.
pub fn bases(conn: &mut Conn, limit: i64) -> Result<Vec<Round>> {
    let opened = RoundState::ALL.iter().copied().filter(|state| super::is_base(*state));
    Ok(rounds::table
        .filter(rounds::state.eq_any(opened.collect::<Vec<_>>()))
        .order(rounds::id.desc())
        .limit(limit)
        .select(Round::as_select())
        .load(conn)?)
}
