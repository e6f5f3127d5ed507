//! How a round moves from state to state: by an officer, by another module, or by the clock.

use serde_json::json;

use crate::audit::{self, Deed};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::notify::Letter;
use crate::rounds::{
    Refused, Round, RoundState, amendments, approvals, demand, openers, publication, round, rules, store,
};
use crate::types::{AmendmentId, Ctx, RoundId};

/// Moves a round to a state that may follow. Publishing and giving up have their own operations, because they
/// need a second person or a reason.
pub fn advance(tx: &mut Tx, ctx: &Ctx, id: &RoundId, to: RoundState) -> Result<Round> {
    let before = round(tx.conn(), id)?;
    if before.state == RoundState::Draft || to == RoundState::Aborted {
        return Err(Error::refused(Refused::Move { from: before.state, to }));
    }
    step(tx, ctx, before, to)
}

/// Checks the move, writes it and records it.
pub(super) fn step(tx: &mut Tx, ctx: &Ctx, before: Round, to: RoundState) -> Result<Round> {
    rules::may_move(before.state, to).map_err(Error::refused)?;
    let from = before.state;
    let after = Round { state: to, version: before.version.saturating_add(1), ..before };
    store::update_round(tx, &after)?;
    audit::record(
        tx,
        ctx,
        Deed { action: "round.advance", subject: "rounds", id: after.id.as_str() },
        &json!({ "state": from }),
        &json!({ "state": to }),
    )?;
    Ok(after)
}

/// Opens bidding: an officer's act once the demand is checked and every opener holds a key, not before its date.
pub fn open_bidding(tx: &mut Tx, ctx: &Ctx, id: &RoundId) -> Result<Round> {
    let before = round(tx.conn(), id)?;
    let is_ready = demand::is_ready(tx.conn(), id)?;
    rules::open_bidding(&before, is_ready, ctx.now).map_err(Error::refused)?;
    openers::ready(tx.conn(), id)?.map_err(Error::refused)?;
    step(tx, ctx, before, RoundState::Bidding)
}

/// Lets hospitals report again, after an amendment has moved the end of reporting.
pub fn reopen_demand(tx: &mut Tx, ctx: &Ctx, id: &RoundId) -> Result<Round> {
    let before = round(tx.conn(), id)?;
    rules::reopen_demand(&before, ctx.now).map_err(Error::refused)?;
    step(tx, ctx, before, RoundState::Demand)
}

/// Gives a round up before it is awarded (废止). The reason stays with its amendments; whoever heard of the
/// round hears of its end.
pub fn abort(tx: &mut Tx, ctx: &Ctx, id: &RoundId, reason: &str) -> Result<Round> {
    let before = round(tx.conn(), id)?;
    let reason = rules::reason(reason).map_err(Error::refused)?;
    let from = before.state;
    let after = step(tx, ctx, before, RoundState::Aborted)?;
    approvals::withdraw_all(tx, ctx, "rounds", id.as_str())?;
    let changed = |state: RoundState| amendments::Facts::from([("state".to_owned(), state.to_string())]);
    let note = amendments::Note { id: AmendmentId::new(), reason: reason.clone() };
    amendments::write(tx, ctx, &after, note, &changed(from), &changed(RoundState::Aborted))?;
    if after.published_at.is_some() {
        let letter = Letter::RoundAborted {
            number: after.number.clone(),
            title: after.title.clone(),
            path: publication::path(&after.id),
            reason,
        };
        publication::tell(tx, ctx, &after, &letter, &format!("round.aborted:{id}"))?;
    }
    Ok(after)
}

/// Moves every round on that is due by the clock; run again it finds nothing to do. A round that slept through
/// several dates goes through every state on the way.
pub fn advance_due(tx: &mut Tx, ctx: &Ctx) -> Result<Vec<(RoundId, RoundState)>> {
    use RoundState::{Bidding, Contracting, Demand, Executing};
    let mut moved = Vec::new();
    for state in [Demand, Bidding, Contracting, Executing] {
        for mut it in store::in_state(tx.conn(), state)? {
            while let Some(to) = rules::due(&it, ctx.now) {
                it = step(tx, ctx, it, to)?;
                moved.push((it.id.clone(), to));
            }
        }
    }
    Ok(moved)
}
