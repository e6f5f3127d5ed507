//! The choice of regions on line (供应地区选择): winners take regions in turns, each with its time.
//!
//! A turn's time begins when the turn before it was recorded, also when that was by default, so a platform that
//! was down has cost nobody a turn. What was taken is part of the award's input once the lot is done.

pub mod rules;
pub mod store;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use diesel::prelude::*;
use serde_json::json;

use super::evaluation::compute;
use super::input::{self, Input};
use super::{Pick, Supply, publicity};
use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter};
use crate::people::{self, Role};
use crate::rounds::rule_set::{Regions, RuleSet};
use crate::rounds::{self, Round, RoundState};
use crate::schema::{picks, queue_regions, queues, selections};
use crate::types::{
    AccountId, AwardId, Ctx, LotId, OrganisationId, PickId, Quantity, QueueId, RoundId, SelectionId, Time,
};

pub use rules::{Refused, Wish};

crate::words! {
    /// Where a choice of regions is.
    SelectionState {
        /// Turns are taken.
        Running = "running",
        /// The clocks stand still.
        Paused = "paused",
        /// Every lot is done.
        Done = "done",
        /// Given up.
        Cancelled = "cancelled",
    }

    /// Where a lot's turns are.
    QueueState {
        /// Turns are taken.
        Open = "open",
        /// Every region has its suppliers.
        Done = "done",
        /// Given up: what was taken does not count.
        Cancelled = "cancelled",
    }
}

/// A choice of regions.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = selections, treat_none_as_null = true)]
pub struct Selection {
    /// Its id.
    pub id: SelectionId,
    /// Of which round.
    pub round_id: RoundId,
    /// After which version of the award.
    pub award_id: AwardId,
    /// Where it is.
    pub state: SelectionState,
    /// Minutes of a turn.
    pub minutes: i32,
    /// When it began.
    pub started_at: Time,
    /// Who began it.
    pub started_by: Option<AccountId>,
    /// Since when the clocks stand still.
    pub paused_at: Option<Time>,
    /// When it was done or given up.
    pub ended_at: Option<Time>,
    /// Why it was paused or given up.
    pub reason: String,
}

/// One lot's turns.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = queues, treat_none_as_null = true)]
pub struct QueueRow {
    /// Its id.
    pub id: QueueId,
    /// In which choice.
    pub selection_id: SelectionId,
    /// The lot.
    pub lot_id: LotId,
    /// Where it is.
    pub state: QueueState,
    /// When the turn's time is over.
    pub due_at: Option<Time>,
}

/// A region to be taken.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = queue_regions)]
pub struct RegionRow {
    /// In which lot's turns.
    pub queue_id: QueueId,
    /// Its place in the list.
    pub place: i32,
    /// The region.
    pub region: String,
    /// The yearly demand of its hospitals.
    pub base_volume: Quantity,
    /// What is agreed of it.
    pub agreed_volume: Quantity,
}

/// A region taken.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = picks)]
pub struct Picked {
    /// Its id, from the form.
    pub id: PickId,
    /// In which lot's turns.
    pub queue_id: QueueId,
    /// The turn's number, from 1.
    pub turn: i32,
    /// The region.
    pub region: String,
    /// By whom.
    pub supplier_id: OrganisationId,
    /// As main or as spare supplier.
    pub supply: Supply,
    /// Its time was over: the largest demand left.
    pub by_default: bool,
    /// The account that chose.
    pub account_id: Option<AccountId>,
    /// When.
    pub at: Time,
}

/// One lot's turns with all that belongs to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// The turns.
    pub row: QueueRow,
    /// The choosers with their names, in rank order.
    pub choosers: Vec<(OrganisationId, String)>,
    /// The regions, in their order.
    pub regions: Vec<RegionRow>,
    /// What was taken, in the order of turns.
    pub picks: Vec<Picked>,
}

impl Queue {
    /// The number of the turn to be taken next, from 1.
    pub fn next_turn(&self) -> i32 {
        i32::try_from(self.picks.len()).unwrap_or(i32::MAX - 1) + 1
    }

    /// Whether the supplier chooses in this lot.
    pub fn is_of(&self, supplier: &OrganisationId) -> bool {
        self.choosers.iter().any(|(id, _)| id == supplier)
    }

    /// Who supplies a region so far.
    pub fn supplier(&self, region: &str, supply: Supply) -> Option<&str> {
        let pick = self.picks.iter().find(|pick| pick.region == region && pick.supply == supply)?;
        self.choosers.iter().find(|(id, _)| *id == pick.supplier_id).map(|(_, name)| name.as_str())
    }
}

/// The page both parties read.
pub fn path(round: &RoundId) -> String {
    format!("/rounds/{round}/regions")
}

/// The choice under way or paused.
pub fn current(conn: &mut Conn, round: &RoundId) -> Result<Option<Selection>> {
    let live = |it: &Selection| matches!(it.state, SelectionState::Running | SelectionState::Paused);
    Ok(store::of_round(conn, round)?.into_iter().find(live))
}

/// No award is computed or published while regions are being chosen.
pub fn none_running(conn: &mut Conn, round: &RoundId) -> Result<()> {
    match current(conn, round)? {
        Some(_) => Err(Error::refused(Refused::Running)),
        None => Ok(()),
    }
}

/// The rules of a round's turns.
pub fn rules_of(conn: &mut Conn, round: &Round) -> Result<Option<Regions>> {
    let version = rounds::rule_set_version(conn, &round.rule_set_id)?;
    Ok(RuleSet::parse(&version.body).map_err(Error::refused)?.regions)
}

fn refuse<T>(why: Refused) -> Result<T> {
    Err(Error::refused(why))
}

/// Begins the choice of regions for every lot that two winners or more may choose in and that is not chosen yet.
/// The award has to rest on the data as they are.
pub fn start(tx: &mut Tx, ctx: &Ctx, round: &RoundId, id: SelectionId, minutes: i32) -> Result<()> {
    super::store::hold_round(tx, round)?;
    if store::selection(tx.conn(), &id)?.is_some_and(|known| known.round_id == *round) {
        return Ok(());
    }
    let round = rounds::round(tx.conn(), round)?;
    publicity::in_state(&round, RoundState::Evaluation)?;
    let minutes = rules::minutes(minutes).map_err(Error::refused)?;
    none_running(tx.conn(), &round.id)?;
    let input = input::load(tx.conn(), &round)?;
    let award = publicity::rests_on(super::store::latest(tx.conn(), &round.id)?, &input.sha256)?;
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
        let region = |(volume, place): (&&super::RegionVolume, i32)| RegionRow {
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

/// The choice under way with its lots and rules, held until the transaction ends.
struct Held {
    round: Round,
    rules: RuleSet,
    selection: Selection,
    queues: Vec<Queue>,
}

fn held(tx: &mut Tx, round: &RoundId) -> Result<Option<Held>> {
    super::store::hold_round(tx, round)?;
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

fn end_if_done(tx: &mut Tx, ctx: &Ctx, held: &mut Held) -> Result<()> {
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
    super::store::hold_round(tx, id)?;
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

fn tell(tx: &mut Tx, ctx: &Ctx, to: &OrganisationId, letter: &Letter, key: &str) -> Result<()> {
    for to in people::recipients(tx.conn(), to)? {
        notify::post(tx, ctx, &to, letter, key)?;
    }
    Ok(())
}

/// Writes to whoever's turn it is; the turns that come in one minute are one letter.
fn tell_turn(
    tx: &mut Tx,
    ctx: &Ctx,
    round: &Round,
    rules: &RuleSet,
    selection: &Selection,
    queue: &Queue,
) -> Result<()> {
    let turn = rules.regions.as_ref().and_then(|rules| rules::turn(rules, queue));
    let (Some(turn), Some(due)) = (turn, queue.row.due_at) else { return Ok(()) };
    let letter = Letter::RegionsTurn {
        number: round.number.clone(),
        title: round.title.clone(),
        path: path(&round.id),
        deadline: due.to_string(),
    };
    let minute = ctx.now.millis() / 60_000;
    tell(tx, ctx, &queue.choosers[turn.who].0, &letter, &format!("regions.turn:{}:{minute}", selection.id))
}

/// What was taken in the lots that are done, as the award takes it.
pub fn picks_of(conn: &mut Conn, round: &RoundId, codes: &HashMap<LotId, Arc<str>>) -> Result<Vec<Pick>> {
    let mut list = Vec::new();
    for (lot, region, company, supply) in store::done(conn, round)? {
        let lot = codes.get(&lot).ok_or(Error::NotFound)?.clone();
        list.push(Pick { lot, region: region.into(), company: company.into(), supply });
    }
    // Stable: the turns of a lot keep their order.
    list.sort_by(|a, b| super::rules::natural(&a.lot, &b.lot));
    Ok(list)
}

/// Whether the time of any turn of a round is over.
pub fn is_overdue(conn: &mut Conn, round: &RoundId, now: Time) -> Result<bool> {
    let open = queues::table.inner_join(selections::table).filter(
        selections::round_id
            .eq(round)
            .and(selections::state.eq(SelectionState::Running))
            .and(queues::state.eq(QueueState::Open))
            .and(queues::due_at.le(now)),
    );
    Ok(open.count().get_result::<i64>(conn)? > 0)
}

/// The lots in which it is a supplier's turn, and the first moment one of them ends.
pub fn waiting(conn: &mut Conn, round: &Round, supplier: &OrganisationId) -> Result<Option<(i64, Time)>> {
    let Some(selection) = current(conn, &round.id)?.filter(|it| it.state == SelectionState::Running) else {
        return Ok(None);
    };
    let Some(rules) = rules_of(conn, round)? else { return Ok(None) };
    let mut due: Vec<Time> = Vec::new();
    for queue in store::queues(conn, &round.id)? {
        let is_open = queue.row.selection_id == selection.id && queue.row.state == QueueState::Open;
        if is_open
            && queue.is_of(supplier)
            && rules::turn(&rules, &queue).is_some_and(|turn| queue.choosers[turn.who].0 == *supplier)
        {
            due.extend(queue.row.due_at);
        }
    }
    let count = i64::try_from(due.len()).unwrap_or(i64::MAX);
    Ok(due.into_iter().min().map(|first| (count, first)))
}
