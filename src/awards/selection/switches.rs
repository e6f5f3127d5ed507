//! What an officer does with a choice of regions: begin it, stop and start its clocks, give it up.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::json;

use super::turns::{Held, end_if_done, held};
use super::{
    Queue, QueueRow, QueueState, Refused, RegionRow, Selection, SelectionState, none_running, path, refuse,
    rules, store, tell, tell_turn,
};
use crate::audit::{self, Deed};
use crate::awards::evaluation::compute;
use crate::awards::input::{self, Input};
use crate::awards::{self, publicity, questions};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::notify::Letter;
use crate::rounds::rule_set::RuleSet;
use crate::rounds::{self, Round, RoundState};
use crate::types::{Ctx, LotId, OrganisationId, QueueId, RoundId, SelectionId, Time};

/// Begins the choice of regions for every lot that two winners or more may choose in and that is not chosen yet.
/// The award has to rest on the data as they are.
pub fn start(tx: &mut Tx, ctx: &Ctx, round: &RoundId, id: SelectionId, minutes: i32) -> Result<()> {
    awards::store::hold_round(tx, round)?;
    if store::selection(tx.conn(), &id)?.is_some_and(|known| known.round_id == *round) {
        return Ok(());
    }
    let round = rounds::round(tx.conn(), round)?;
    publicity::in_state(&round, RoundState::Evaluation)?;
    let minutes = rules::minutes(minutes).map_err(Error::refused)?;
    none_running(tx.conn(), &round.id)?;
    questions::none_open(tx.conn(), &round.id)?;
    let input = input::load(tx.conn(), &round)?;
    let award = publicity::rests_on(awards::store::latest(tx.conn(), &round.id)?, &input.sha256)?;
    if input.rules.regions.is_none() {
        return refuse(Refused::NoRegions);
    }
    let selection = Selection {
        id,
        round_id: round.id.clone(),
        award_id: award.id,
        state: SelectionState::Running,
        minutes,
        started_at: ctx.now,
        started_by: ctx.actor.account.clone(),
        paused_at: None,
        ended_at: None,
        reason: String::new(),
    };
    let queues = to_choose(tx, &selection, &input, ctx.now)?;
    if queues.is_empty() {
        return refuse(Refused::Nothing);
    }
    store::insert(tx, &selection)?;
    for queue in &queues {
        store::insert_queue(tx, queue)?;
    }
    let deed = Deed { action: "regions.start", subject: "selections", id: selection.id.as_str() };
    audit::record(tx, ctx, deed, &(), &json!({ "minutes": minutes, "lots": queues.len() }))?;
    let letter = Letter::RegionsStarted {
        number: round.number.clone(),
        title: round.title.clone(),
        path: path(&round.id),
        minutes,
    };
    let choosers: BTreeSet<&OrganisationId> =
        queues.iter().flat_map(|queue| queue.choosers.iter().map(|(id, _)| id)).collect();
    for supplier in choosers {
        tell(tx, ctx, supplier, &letter, &format!("regions.start:{}", selection.id))?;
    }
    for queue in &queues {
        tell_turn(tx, ctx, &round, &input.rules, &selection, queue)?;
    }
    Ok(())
}

/// The turns of every lot that is to be chosen.
fn to_choose(tx: &mut Tx, selection: &Selection, input: &Input, now: Time) -> Result<Vec<Queue>> {
    let chosen: BTreeSet<LotId> =
        store::queues(tx.conn(), &selection.round_id)?.into_iter().map(|queue| queue.row.lot_id).collect();
    let outcome = compute(input)?;
    let suppliers: HashMap<&str, (&OrganisationId, &str)> =
        input.offers.iter().map(|o| (&*o.bid.company, (&o.supplier_id, o.name.as_str()))).collect();
    let mut list = Vec::new();
    for lot in outcome.lots.iter().filter(|lot| lot.choosers.len() > 1) {
        let lot_id = input.lot_ids.get(&lot.lot).ok_or(Error::NotFound)?;
        let regions: Vec<_> = outcome.volumes.iter().filter(|volume| volume.lot == lot.lot).collect();
        if regions.is_empty() || chosen.contains(lot_id) {
            continue;
        }
        let id = QueueId::new();
        let chooser = |company: &Arc<str>| {
            suppliers.get(&**company).map(|(id, name)| ((*id).clone(), (*name).to_owned()))
        };
        let region = |(volume, place): (&&awards::RegionVolume, i32)| RegionRow {
            queue_id: id.clone(),
            place,
            region: volume.region.to_string(),
            base_volume: volume.base,
            agreed_volume: volume.agreed,
        };
        list.push(Queue {
            choosers: lot.choosers.iter().filter_map(chooser).collect(),
            regions: regions.iter().zip(1..).map(region).collect(),
            picks: Vec::new(),
            row: QueueRow {
                id: id.clone(),
                selection_id: selection.id.clone(),
                lot_id: lot_id.clone(),
                state: QueueState::Open,
                due_at: Some(rules::due(selection, now)),
            },
        });
    }
    Ok(list)
}

/// Stops the clocks, with the reason.
pub fn pause(tx: &mut Tx, ctx: &Ctx, round: &RoundId, reason: &str) -> Result<()> {
    let Some(held) = held(tx, round)? else { return refuse(Refused::NotRunning) };
    if held.selection.state == SelectionState::Paused {
        return refuse(Refused::Paused);
    }
    let paused = Selection {
        state: SelectionState::Paused,
        paused_at: Some(ctx.now),
        reason: publicity::text(reason, "reason")?,
        ..held.selection.clone()
    };
    change(tx, ctx, "regions.pause", &held.selection, &paused)
}

/// Lets the clocks run on: every turn keeps the time it had left.
pub fn resume(tx: &mut Tx, ctx: &Ctx, round: &RoundId) -> Result<()> {
    let Some(mut held) = held(tx, round)? else { return refuse(Refused::NotRunning) };
    let Some(since) = held.selection.paused_at else { return refuse(Refused::NotPaused) };
    let stood = ctx.now.millis() - since.millis();
    let running = Selection {
        state: SelectionState::Running,
        paused_at: None,
        reason: String::new(),
        ..held.selection.clone()
    };
    change(tx, ctx, "regions.resume", &held.selection, &running)?;
    for queue in held.queues.iter_mut().filter(|queue| queue.row.state == QueueState::Open) {
        queue.row.due_at = queue.row.due_at.map(|due| due.plus_millis(stood));
        store::update_queue(tx, &queue.row)?;
        tell_turn(tx, ctx, &held.round, &held.rules, &running, queue)?;
    }
    Ok(())
}

fn change(tx: &mut Tx, ctx: &Ctx, action: &str, before: &Selection, after: &Selection) -> Result<()> {
    store::update(tx, after)?;
    let facts = |it: &Selection| json!({ "state": it.state, "reason": it.reason });
    let deed = Deed { action, subject: "selections", id: after.id.as_str() };
    audit::record(tx, ctx, deed, &facts(before), &facts(after))
}

/// Gives up what was chosen, in one lot or in all: it no longer counts, and the choice can begin anew. Before the
/// award is final this is also the way out when the winners have changed since.
pub fn cancel(tx: &mut Tx, ctx: &Ctx, id: &RoundId, lot: Option<&LotId>, reason: &str) -> Result<()> {
    awards::store::hold_round(tx, id)?;
    let round = rounds::round(tx.conn(), id)?;
    publicity::in_evaluation(&round)?;
    let reason = publicity::text(reason, "reason")?;
    let mut queues = store::queues(tx.conn(), id)?;
    queues.retain(|queue| lot.is_none_or(|lot| queue.row.lot_id == *lot));
    if queues.is_empty() {
        return refuse(Refused::NothingToCancel);
    }
    let letter = Letter::RegionsCancelled {
        number: round.number.clone(),
        title: round.title.clone(),
        path: path(id),
        reason: reason.clone(),
    };
    for mut queue in queues {
        (queue.row.state, queue.row.due_at) = (QueueState::Cancelled, None);
        store::update_queue(tx, &queue.row)?;
        let deed = Deed { action: "regions.cancel", subject: "queues", id: queue.row.id.as_str() };
        audit::record(tx, ctx, deed, &(), &json!({ "lot": queue.row.lot_id, "reason": reason }))?;
        for (supplier, _) in &queue.choosers {
            tell(tx, ctx, supplier, &letter, &format!("regions.cancel:{id}:{}", ctx.now.millis()))?;
        }
    }
    for selection in store::of_round(tx.conn(), id)? {
        close(tx, ctx, &round, selection, &reason)?;
    }
    Ok(())
}

/// A choice with no lot left is cancelled; one with no open lot left is done.
fn close(tx: &mut Tx, ctx: &Ctx, round: &Round, selection: Selection, reason: &str) -> Result<()> {
    let mut queues = store::queues(tx.conn(), &round.id)?;
    queues.retain(|queue| queue.row.selection_id == selection.id);
    if queues.is_empty() && selection.state != SelectionState::Cancelled {
        let (state, ended_at, reason) = (SelectionState::Cancelled, Some(ctx.now), reason.to_owned());
        let after = Selection { state, ended_at, reason, paused_at: None, ..selection.clone() };
        return change(tx, ctx, "regions.cancel", &selection, &after);
    }
    if queues.is_empty() || matches!(selection.state, SelectionState::Done | SelectionState::Cancelled) {
        return Ok(());
    }
    let version = rounds::rule_set_version(tx.conn(), &round.rule_set_id)?;
    let rules = RuleSet::parse(&version.body).map_err(Error::refused)?;
    end_if_done(tx, ctx, &mut Held { round: round.clone(), rules, selection, queues })
}
