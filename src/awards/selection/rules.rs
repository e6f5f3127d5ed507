//! What may be done with a choice of regions. Pure.

use super::{Queue, QueueState, Selection, SelectionState};
use crate::awards::Supply;
use crate::awards::regions::{Fault, Taken, Turn, Turns};
use crate::rounds::rule_set::Regions;
use crate::text::{Say, Text, fill};
use crate::types::{OrganisationId, Time};

/// Least and most minutes of a turn.
pub const MINUTES: (i32, i32) = (1, 1_440);

/// Why something about the choice of regions is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The rule set gives winners no choice of regions.
    NoRegions,
    /// No lot with two winners or more who may choose is left.
    Nothing,
    /// A choice is under way already.
    Running,
    /// No choice is under way.
    NotRunning,
    /// The choice is paused.
    Paused,
    /// The choice is not paused.
    NotPaused,
    /// Not a number of minutes a turn may have.
    Minutes,
    /// Somebody else's turn: the company's name.
    Turn(String),
    /// The turn was taken since the page was read, by a colleague or by default: the region taken.
    Taken(String),
    /// The time of the turn is over.
    Late(Time),
    /// The region cannot be taken any more.
    Gone(String),
    /// Nobody spares its own main region.
    OwnMain(String),
    /// Every region has its suppliers.
    Over,
    /// There is nothing to cancel.
    NothingToCancel,
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let v = &t.volumes;
        match self {
            Self::NoRegions => v.no_regions.to_owned(),
            Self::Nothing => v.nothing_to_choose.to_owned(),
            Self::Running => v.selection_running.to_owned(),
            Self::NotRunning => v.selection_not_running.to_owned(),
            Self::Paused => v.selection_paused.to_owned(),
            Self::NotPaused => v.selection_not_paused.to_owned(),
            Self::Minutes => fill(v.bad_minutes, &[("low", &MINUTES.0), ("high", &MINUTES.1)]),
            Self::Turn(name) => fill(v.not_your_turn, &[("company", name)]),
            Self::Taken(region) => fill(v.turn_taken, &[("region", region)]),
            Self::Late(due) => fill(v.turn_late, &[("due", &due.seconds())]),
            Self::Gone(region) => fill(v.region_gone, &[("region", region)]),
            Self::OwnMain(region) => fill(v.region_own_main, &[("region", region)]),
            Self::Over => v.turns_over.to_owned(),
            Self::NothingToCancel => v.nothing_to_cancel.to_owned(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        (*self == Self::Minutes).then_some("minutes")
    }
}

/// A turn has between a minute and a day.
pub fn minutes(minutes: i32) -> Result<i32, Refused> {
    if (MINUTES.0..=MINUTES.1).contains(&minutes) { Ok(minutes) } else { Err(Refused::Minutes) }
}

/// The end of a turn that begins now.
pub fn due(selection: &Selection, now: Time) -> Time {
    now.plus_millis(i64::from(selection.minutes) * 60_000)
}

/// The lot's turns after what was taken.
fn turns<'a>(rules: &'a Regions, queue: &Queue) -> Option<Turns<'a>> {
    let demand: Vec<_> = queue.regions.iter().map(|region| region.base_volume.decimal()).collect();
    let place = |id: &OrganisationId| queue.choosers.iter().position(|(supplier, _)| supplier == id);
    let taken: Option<Vec<Taken>> = queue
        .picks
        .iter()
        .map(|pick| {
            let region = queue.regions.iter().position(|region| region.region == pick.region)?;
            Some(Taken { who: place(&pick.supplier_id)?, supply: pick.supply, region })
        })
        .collect();
    Turns::after(rules, &demand, queue.choosers.len(), &taken?).ok()
}

/// Whose turn it is in a lot; none when all is taken.
pub fn turn(rules: &Regions, queue: &Queue) -> Option<Turn> {
    turns(rules, queue)?.turn()
}

/// What a supplier chooses on a page: the turn it saw and the region.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// The turn's number, from 1.
    pub turn: i32,
    /// The region.
    pub region: &'a str,
    /// Who chooses.
    pub supplier: &'a OrganisationId,
}

/// Whether the wish stands: it is the supplier's turn, the one it saw, in time, and the region is free for it.
pub fn may_pick(
    rules: &Regions,
    selection: &Selection,
    queue: &Queue,
    wish: Wish,
    now: Time,
) -> Result<Supply, Refused> {
    match selection.state {
        SelectionState::Running => {}
        SelectionState::Paused => return Err(Refused::Paused),
        SelectionState::Done | SelectionState::Cancelled => return Err(Refused::NotRunning),
    }
    if let Some(pick) = queue.picks.iter().find(|pick| pick.turn == wish.turn) {
        return Err(Refused::Taken(pick.region.clone()));
    }
    let mut turns = turns(rules, queue).ok_or(Refused::NotRunning)?;
    let turn = turns.turn().filter(|_| queue.row.state == QueueState::Open).ok_or(Refused::Over)?;
    let (whose, name) = &queue.choosers[turn.who];
    if whose != wish.supplier {
        return Err(Refused::Turn(name.clone()));
    }
    if let Some(due) = queue.row.due_at.filter(|due| *due <= now) {
        return Err(Refused::Late(due));
    }
    let gone = || Refused::Gone(wish.region.to_owned());
    let region = queue.regions.iter().position(|it| it.region == wish.region).ok_or_else(gone)?;
    match turns.take(Taken { who: turn.who, supply: turn.supply, region }) {
        Ok(()) => Ok(turn.supply),
        Err(Fault::OwnMain) => Err(Refused::OwnMain(wish.region.to_owned())),
        Err(_) => Err(gone()),
    }
}

/// Whether the time of a lot's turn is over.
pub fn is_overdue(selection: &Selection, queue: &Queue, now: Time) -> bool {
    selection.state == SelectionState::Running
        && queue.row.state == QueueState::Open
        && queue.row.due_at.is_some_and(|due| due <= now)
}
