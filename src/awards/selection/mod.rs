//! The choice of regions on line (供应地区选择): winners take regions in turns, each with its time.
//!
//! A turn's time begins when the turn before it was recorded, also when that was by default, so a platform that
//! was down has cost nobody a turn. What was taken is part of the award's input once the lot is done.

pub mod rules;
pub mod store;
mod switches;
mod turns;

use std::collections::HashMap;
use std::sync::Arc;

use diesel::prelude::*;

use super::{Pick, Supply};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter};
use crate::people;
use crate::rounds::rule_set::{Regions, RuleSet};
use crate::rounds::{self, Round};
use crate::schema::{picks, queue_regions, queues, selections};
use crate::types::{
    AccountId, AwardId, Ctx, LotId, OrganisationId, PickId, Quantity, QueueId, RoundId, SelectionId, Time,
};

pub use rules::{Refused, Wish};
pub use switches::{cancel, pause, resume, start};
pub use turns::{advance, advance_all, pick};

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
pub fn picks_of(
    conn: &mut Conn,
    round: &RoundId,
    codes: &HashMap<LotId, Arc<str>>,
    at: Option<Time>,
) -> Result<Vec<Pick>> {
    let mut list = Vec::new();
    for (lot, region, company, supply) in store::done(conn, round, at)? {
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
