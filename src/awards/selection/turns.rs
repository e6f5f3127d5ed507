//! Taking turns: by choice or by default, until every region has its suppliers.

use serde_json::json;

use super::{
    Picked, Queue, QueueState, Refused, Selection, SelectionState, Wish, current, path, refuse, rules, store,
    tell_turn,
};
use crate::audit::{self, Deed};
use crate::awards;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::notify::{self, Letter};
use crate::people::{self, Role};
use crate::rounds::rule_set::RuleSet;
use crate::rounds::{self, Round, RoundState};
use crate::types::{Ctx, LotId, PickId, RoundId};

/// The choice under way with its lots and rules, held until the transaction ends.
pub(super) struct Held {
    pub(super) round: Round,
    pub(super) rules: RuleSet,
    pub(super) selection: Selection,
    pub(super) queues: Vec<Queue>,
}

pub(super) fn held(tx: &mut Tx, round: &RoundId) -> Result<Option<Held>> {
    awards::store::hold_round(tx, round)?;
    let round = rounds::round(tx.conn(), round)?;
    let Some(selection) = current(tx.conn(), &round.id)?.filter(|_| round.state == RoundState::Evaluation)
    else {
        return Ok(None);
    };
    let version = rounds::rule_set_version(tx.conn(), &round.rule_set_id)?;
    let rules = RuleSet::parse(&version.body).map_err(Error::refused)?;
    let mut queues = store::queues(tx.conn(), &round.id)?;
    queues.retain(|queue| queue.row.selection_id == selection.id);
    Ok(Some(Held { round, rules, selection, queues }))
}

/// Takes the largest demand left for everybody whose time is over; how many. Called again it finds nothing.
pub fn advance(tx: &mut Tx, ctx: &Ctx, round: &RoundId) -> Result<usize> {
    let Some(mut held) = held(tx, round)? else { return Ok(0) };
    let mut count = 0;
    for place in 0..held.queues.len() {
        let queue = &held.queues[place];
        if !rules::is_overdue(&held.selection, queue, ctx.now) {
            continue;
        }
        let Some(turn) = held.rules.regions.as_ref().and_then(|rules| rules::turn(rules, queue)) else {
            continue;
        };
        let pick = Picked {
            id: PickId::new(),
            queue_id: queue.row.id.clone(),
            turn: queue.next_turn(),
            region: queue.regions[turn.default].region.clone(),
            supplier_id: queue.choosers[turn.who].0.clone(),
            supply: turn.supply,
            by_default: true,
            account_id: None,
            at: ctx.now,
        };
        take(tx, ctx, &mut held, place, pick)?;
        count += 1;
    }
    Ok(count)
}

/// Every round's turns whose time is over.
pub fn advance_all(tx: &mut Tx, ctx: &Ctx) -> Result<usize> {
    let mut count = 0;
    for round in store::running(tx.conn())? {
        count += advance(tx, ctx, &round)?;
    }
    Ok(count)
}

/// Takes a region in one's turn. The same form sent twice takes one.
pub fn pick(tx: &mut Tx, ctx: &Ctx, round: &RoundId, id: PickId, lot: &LotId, wish: Wish) -> Result<()> {
    let Some(mut held) = held(tx, round)? else { return refuse(Refused::NotRunning) };
    let mine = |queue: &Queue| queue.row.lot_id == *lot && queue.is_of(wish.supplier);
    let place = held.queues.iter().position(mine).ok_or(Error::NotFound)?;
    let queue = &held.queues[place];
    if queue.picks.iter().any(|pick| pick.id == id && pick.supplier_id == *wish.supplier) {
        return Ok(());
    }
    let Some(regions) = &held.rules.regions else { return refuse(Refused::NoRegions) };
    let supply = rules::may_pick(regions, &held.selection, queue, wish, ctx.now).map_err(Error::refused)?;
    let pick = Picked {
        id,
        queue_id: queue.row.id.clone(),
        turn: wish.turn,
        region: wish.region.to_owned(),
        supplier_id: wish.supplier.clone(),
        supply,
        by_default: false,
        account_id: ctx.actor.account.clone(),
        at: ctx.now,
    };
    take(tx, ctx, &mut held, place, pick)
}

/// Writes a region taken and gives the turn on; the last one ends the lot, and the last lot the choice.
fn take(tx: &mut Tx, ctx: &Ctx, held: &mut Held, place: usize, pick: Picked) -> Result<()> {
    store::insert_pick(tx, &pick)?;
    let deed = Deed { action: "regions.pick", subject: "picks", id: pick.id.as_str() };
    let facts = json!({
        "lot": held.queues[place].row.lot_id,
        "turn": pick.turn,
        "region": pick.region,
        "supplier": pick.supplier_id,
        "supply": pick.supply,
        "by_default": pick.by_default,
    });
    audit::record(tx, ctx, deed, &(), &facts)?;
    let last = pick.supplier_id.clone();
    held.queues[place].picks.push(pick);
    let next = held.rules.regions.as_ref().and_then(|rules| rules::turn(rules, &held.queues[place]));
    let row = &mut held.queues[place].row;
    (row.state, row.due_at) = match &next {
        Some(_) => (QueueState::Open, Some(rules::due(&held.selection, ctx.now))),
        None => (QueueState::Done, None),
    };
    store::update_queue(tx, &held.queues[place].row)?;
    let queue = &held.queues[place];
    if next.is_some_and(|turn| queue.choosers[turn.who].0 != last) {
        tell_turn(tx, ctx, &held.round, &held.rules, &held.selection, queue)?;
    }
    end_if_done(tx, ctx, held)
}

pub(super) fn end_if_done(tx: &mut Tx, ctx: &Ctx, held: &mut Held) -> Result<()> {
    if held.queues.iter().any(|queue| queue.row.state == QueueState::Open) {
        return Ok(());
    }
    held.selection.state = SelectionState::Done;
    held.selection.ended_at = Some(ctx.now);
    held.selection.paused_at = None;
    store::update(tx, &held.selection)?;
    let deed = Deed { action: "regions.end", subject: "selections", id: held.selection.id.as_str() };
    audit::record(tx, ctx, deed, &(), &json!({ "state": held.selection.state }))?;
    let letter = Letter::RegionsEnded {
        number: held.round.number.clone(),
        title: held.round.title.clone(),
        path: path(&held.round.id),
    };
    for to in people::recipients_with(tx.conn(), Role::Officer)? {
        notify::post(tx, ctx, &to, &letter, &format!("regions.end:{}", held.selection.id))?;
    }
    Ok(())
}
