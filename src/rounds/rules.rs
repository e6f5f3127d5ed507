//! What a round may do next, and what a round and its lots must be. Pure.

use crate::files::Reason;
use crate::rounds::approvals::{Approval, Decision};
use crate::rounds::calendar::{Calendar, label};
use crate::rounds::{Fields, LotFields, Round, RoundState};
use crate::text::{Say, Text, fill};
use crate::types::{AccountId, NotANumber, Time};

/// Decimals of a ceiling: a bid price has at most four (国家组织药品集中采购文件).
pub const CEILING_DECIMALS: u32 = 4;
/// Most lots of a round.
pub const LOTS: usize = 2_000;
/// Longest number of a round or code of a lot.
const SHORT: usize = 60;
/// Longest title or name.
const LONG: usize = 200;

/// Why something about a round is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Refused {
    /// The round is not in a state in which this can be done.
    State(RoundState),
    /// One state does not follow the other.
    Move { from: RoundState, to: RoundState },
    /// Two dates in the wrong order.
    Order { earlier: &'static str, earlier_at: String, later: &'static str, later_at: String },
    /// A date outside the years 2000 to 2100.
    Year { field: &'static str, at: String },
    /// Nothing in a field.
    Empty(&'static str),
    /// Too much in a field.
    Long(&'static str, usize),
    /// The number belongs to another round.
    NumberTaken(String),
    /// No organisation lies in this region.
    RegionUnknown(String),
    /// No such rule set version.
    RuleSetUnknown,
    /// Somebody else changed it since the form was opened.
    Changed,
    /// A draft that waits for approval stays as it is.
    Waits,
    /// Publishing needs at least one lot.
    NoLots,
    /// Publishing needs at least one member region.
    NoRegions,
    /// Publishing needs time left to report demand.
    DemandOver(Time),
    /// Publishing needs an approval.
    NotApproved,
    /// The code belongs to another lot of the round.
    LotTaken(String),
    /// The code is already on an earlier line of the file.
    LotTwice { line: u64 },
    /// More lots than a round may have.
    ManyLots,
    /// A number of a lot is zero or below.
    NotPositive(&'static str),
    /// A ceiling with too many decimals.
    CeilingDecimals,
    /// A value of one lot of a whole table.
    LotValue { lot: String, field: &'static str, value: String, why: NotANumber },
    /// What is wrong with one lot of a whole table.
    OfLot { lot: String, why: Box<Refused> },
    /// This field cannot be changed any more.
    Frozen { field: &'static str, state: RoundState },
    /// A changed date lies in the past.
    Past { field: &'static str, at: String },
    /// An amendment that changes nothing.
    NothingChanged,
    /// Bidding may not open before this moment.
    TooEarly(Time),
    /// Demand reports still wait to be approved.
    DemandOpen,
    /// The time for it is over since this moment.
    TooLate(Time),
    /// The one who asked may not decide.
    SamePerson,
    /// Somebody has already asked.
    AlreadyAsked { by: String, at: Time },
    /// Somebody has already decided.
    Decided { by: String, decision: Decision, at: Time },
    /// This request is decided on another page.
    Elsewhere,
    /// The upload still has bad lines.
    BadLines(u64),
    /// The upload was cancelled.
    Cancelled,
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let r = &t.rounds;
        match self {
            Refused::State(state) => fill(r.wrong_state, &[("state", &state.name(t))]),
            Refused::Move { from, to } => fill(r.wrong_move, &[("from", &from.name(t)), ("to", &to.name(t))]),
            Refused::Order { earlier, earlier_at, later, later_at } => fill(
                r.dates_order,
                &[
                    ("earlier", &label(earlier, t)),
                    ("earlier_at", earlier_at),
                    ("later", &label(later, t)),
                    ("later_at", later_at),
                ],
            ),
            Refused::Year { field, at } => fill(r.date_year, &[("field", &label(field, t)), ("at", at)]),
            Refused::Empty(field) => fill(r.empty_field, &[("field", &label(field, t))]),
            Refused::Long(field, n) => fill(r.long_field, &[("field", &label(field, t)), ("n", n)]),
            Refused::NumberTaken(number) => fill(r.number_taken, &[("number", number)]),
            Refused::RegionUnknown(region) => fill(r.region_unknown, &[("region", region)]),
            Refused::RuleSetUnknown => r.rule_set_unknown.to_owned(),
            Refused::Changed => r.changed_meanwhile.to_owned(),
            Refused::Waits => r.waits_for_approval.to_owned(),
            Refused::NoLots => r.no_lots.to_owned(),
            Refused::NoRegions => r.no_regions.to_owned(),
            Refused::DemandOver(at) => fill(r.demand_over, &[("at", at)]),
            Refused::NotApproved => r.not_approved.to_owned(),
            Refused::LotTaken(code) => fill(r.lot_taken, &[("lot", code)]),
            Refused::LotTwice { line } => fill(r.lot_twice, &[("line", line)]),
            Refused::ManyLots => fill(r.many_lots, &[("n", &LOTS)]),
            Refused::NotPositive(field) => fill(r.not_positive, &[("field", &label(field, t))]),
            Refused::CeilingDecimals => fill(r.ceiling_decimals, &[("n", &CEILING_DECIMALS)]),
            Refused::LotValue { lot, field, value, why } => fill(
                r.lot_value,
                &[
                    ("lot", lot),
                    ("field", &label(field, t)),
                    ("value", value),
                    ("reason", &Reason::Number(*why).say(t)),
                ],
            ),
            Refused::OfLot { lot, why } => fill(r.of_lot, &[("lot", lot), ("reason", &why.say(t))]),
            Refused::Frozen { field, state } => {
                fill(r.frozen, &[("field", &label(field, t)), ("state", &state.name(t))])
            }
            Refused::Past { field, at } => fill(r.past_date, &[("field", &label(field, t)), ("at", at)]),
            Refused::NothingChanged => r.nothing_changed.to_owned(),
            Refused::TooEarly(at) => fill(r.too_early, &[("at", at)]),
            Refused::DemandOpen => r.demand_open.to_owned(),
            Refused::Elsewhere => r.elsewhere.to_owned(),
            Refused::TooLate(at) => fill(r.too_late, &[("at", at)]),
            Refused::SamePerson => r.same_person.to_owned(),
            Refused::AlreadyAsked { by, at } => fill(r.already_asked, &[("by", by), ("at", at)]),
            Refused::Decided { by, decision, at } => {
                fill(r.already_decided, &[("by", by), ("at", at), ("decision", &decision.name(t))])
            }
            Refused::BadLines(n) => fill(r.bad_lines_left, &[("n", n)]),
            Refused::Cancelled => r.import_cancelled.to_owned(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Refused::Order { later: field, .. }
            | Refused::Year { field, .. }
            | Refused::Empty(field)
            | Refused::Long(field, _)
            | Refused::NotPositive(field)
            | Refused::Frozen { field, .. }
            | Refused::Past { field, .. } => Some(field),
            Refused::NumberTaken(_) => Some("number"),
            Refused::RegionUnknown(_) => Some("regions"),
            Refused::RuleSetUnknown => Some("rule_set_id"),
            Refused::LotTaken(_) | Refused::LotTwice { .. } => Some("lot"),
            Refused::CeilingDecimals => Some("ceiling"),
            _ => None,
        }
    }
}

/// What may follow a state: the whole state machine.
pub fn next(state: RoundState) -> &'static [RoundState] {
    use RoundState::*;
    match state {
        Draft => &[Demand, Aborted],
        Demand => &[DemandReview, Aborted],
        DemandReview => &[Bidding, Demand, Aborted],
        Bidding => &[Opening, Aborted],
        Opening => &[Evaluation, Aborted],
        Evaluation => &[Publicity, Aborted],
        Publicity => &[Awarded, Evaluation, Aborted],
        Awarded => &[Contracting],
        Contracting => &[Executing],
        Executing => &[Closed],
        Closed | Aborted => &[],
    }
}

/// Whether a state may follow another.
pub fn may_move(from: RoundState, to: RoundState) -> Result<(), Refused> {
    if next(from).contains(&to) { Ok(()) } else { Err(Refused::Move { from, to }) }
}

/// The state a round moves to by the clock alone.
pub fn due(round: &Round, now: Time) -> Option<RoundState> {
    let calendar = &round.calendar;
    match round.state {
        RoundState::Demand if now >= calendar.demand_to => Some(RoundState::DemandReview),
        RoundState::Bidding if now >= calendar.bidding_to => Some(RoundState::Opening),
        RoundState::Contracting if now.day() >= calendar.execution_from => Some(RoundState::Executing),
        RoundState::Executing if now.day() > calendar.execution_to => Some(RoundState::Closed),
        _ => None,
    }
}

/// Checks that a round is still being written and nobody is asked to approve it as it is.
pub fn is_open_draft(round: &Round, waits: bool) -> Result<(), Refused> {
    match round.state {
        RoundState::Draft if waits => Err(Refused::Waits),
        RoundState::Draft => Ok(()),
        other => Err(Refused::State(other)),
    }
}

/// Checks that bidding may open now; `is_ready` says that every report handed in is approved.
pub fn open_bidding(round: &Round, is_ready: bool, now: Time) -> Result<(), Refused> {
    match round.state {
        RoundState::DemandReview if now < round.calendar.bidding_from => {
            Err(Refused::TooEarly(round.calendar.bidding_from))
        }
        RoundState::DemandReview if now >= round.calendar.bidding_to => {
            Err(Refused::TooLate(round.calendar.bidding_to))
        }
        RoundState::DemandReview if !is_ready => Err(Refused::DemandOpen),
        RoundState::DemandReview => Ok(()),
        other => Err(Refused::State(other)),
    }
}

/// Checks that hospitals may report again: an amendment must first have moved the end of reporting.
pub fn reopen_demand(round: &Round, now: Time) -> Result<(), Refused> {
    match round.state {
        RoundState::DemandReview if now >= round.calendar.demand_to => {
            Err(Refused::TooLate(round.calendar.demand_to))
        }
        RoundState::DemandReview => Ok(()),
        other => Err(Refused::State(other)),
    }
}

/// Checks that the dates follow one another; names the two that do not.
pub fn calendar(it: &Calendar) -> Result<(), Refused> {
    let dates = it.dates();
    for date in &dates {
        let year = date.shown.split('-').next().and_then(|y| y.parse::<i32>().ok());
        if !year.is_some_and(|y| (2000..=2100).contains(&y)) {
            return Err(Refused::Year { field: date.field, at: date.shown.clone() });
        }
    }
    for pair in dates.windows(2) {
        let [earlier, later] = pair else { continue };
        let in_order = match later.field {
            // One phase may begin at the moment the one before ends.
            "bidding_from" | "opening_at" => earlier.at <= later.at,
            // The last day of confirming may be the first day of execution.
            "execution_from" => it.contract_to.day() <= it.execution_from,
            _ => earlier.at < later.at,
        };
        if !in_order {
            return Err(Refused::Order {
                earlier: earlier.field,
                earlier_at: earlier.shown.clone(),
                later: later.field,
                later_at: later.shown.clone(),
            });
        }
    }
    Ok(())
}

/// Trims and checks what an officer enters about a round. `regions` are those organisations lie in.
pub fn fields(mut it: Fields, regions: &[String]) -> Result<Fields, Refused> {
    it.number = filled(&it.number, "number", SHORT)?;
    it.title = filled(&it.title, "title", LONG)?;
    it.regions.sort_unstable();
    it.regions.dedup();
    if let Some(unknown) = it.regions.iter().find(|r| !regions.contains(r)) {
        return Err(Refused::RegionUnknown(unknown.clone()));
    }
    calendar(&it.calendar)?;
    Ok(it)
}

fn filled(text: &str, field: &'static str, most: usize) -> Result<String, Refused> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refused::Empty(field));
    }
    if text.chars().count() > most || text.chars().any(char::is_control) {
        return Err(Refused::Long(field, most));
    }
    Ok(text.to_owned())
}

/// Trims and checks a reason.
pub fn reason(text: &str) -> Result<String, Refused> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(Refused::Empty("reason")),
        1..=1_000 => Ok(text.to_owned()),
        _ => Err(Refused::Long("reason", 1_000)),
    }
}

/// Trims and checks a lot.
pub fn lot(mut it: LotFields) -> Result<LotFields, Refused> {
    it.code = filled(&it.code, "lot", SHORT)?;
    it.generic = filled(&it.generic, "generic", LONG)?;
    it.form = filled(&it.form, "form", SHORT)?;
    it.comparable_spec = filled(&it.comparable_spec, "comparable_spec", LONG)?;
    it.unit = filled(&it.unit, "unit", 20)?;
    if !it.ceiling.is_positive() {
        return Err(Refused::NotPositive("ceiling"));
    }
    if it.ceiling.decimal().normalize().scale() > CEILING_DECIMALS {
        return Err(Refused::CeilingDecimals);
    }
    if it.base_volume.is_some_and(|v| !v.is_positive()) {
        return Err(Refused::NotPositive("base_volume"));
    }
    Ok(it)
}

/// Checks that a draft can be published.
pub fn publishable(round: &Round, regions: usize, lots: usize, now: Time) -> Result<(), Refused> {
    if round.state != RoundState::Draft {
        return Err(Refused::State(round.state));
    }
    if lots == 0 {
        return Err(Refused::NoLots);
    }
    if regions == 0 {
        return Err(Refused::NoRegions);
    }
    calendar(&round.calendar)?;
    if now >= round.calendar.demand_to {
        return Err(Refused::DemandOver(round.calendar.demand_to));
    }
    Ok(())
}

/// What an amendment may touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amendable {
    /// Title and lots.
    pub terms: bool,
    /// The dates from this place of [`Calendar::FIELDS`] on.
    pub first_date: usize,
}

impl Amendable {
    /// Whether a field may be changed; every field of a lot belongs to the terms.
    pub fn allows(self, field: &str) -> bool {
        match Calendar::FIELDS.iter().position(|f| *f == field) {
            Some(place) => place >= self.first_date,
            None => self.terms && !matches!(field, "number" | "kind" | "regions" | "rule_set_id" | "state"),
        }
    }

    /// Whether anything may be changed.
    pub fn is_anything(self) -> bool {
        self.terms || self.first_date < Calendar::FIELDS.len()
    }
}

/// What may still be amended: the terms until bidding closes, then only the dates that are still to come.
pub fn amendable(round: &Round, now: Time) -> Amendable {
    use RoundState::*;
    let at = |terms, first_date| Amendable { terms, first_date };
    match round.state {
        Demand => at(true, usize::from(now >= round.calendar.demand_from)),
        DemandReview => at(true, 1),
        Bidding if now < round.calendar.bidding_to => at(true, 3),
        Bidding | Opening | Evaluation => at(false, 5),
        Publicity => at(false, 6),
        Awarded | Contracting => at(false, 7),
        Executing => at(false, 9),
        Draft | Closed | Aborted => at(false, 10),
    }
}

/// Checks one changed date of an amendment: it may be changed and lies ahead.
pub fn amended_date(round: &Round, new: &super::calendar::Date, now: Time) -> Result<(), Refused> {
    if !amendable(round, now).allows(new.field) {
        return Err(Refused::Frozen { field: new.field, state: round.state });
    }
    let is_past = if new.is_day { new.at.day() < now.day() } else { new.at <= now };
    if is_past {
        return Err(Refused::Past { field: new.field, at: new.shown.clone() });
    }
    Ok(())
}

/// Checks a reviewer's decision and trims the remark. `by` names who has already decided.
pub fn decide(
    request: &Approval,
    by: Option<String>,
    decider: &AccountId,
    yes: bool,
    remark: &str,
) -> Result<String, Refused> {
    if request.decision != Decision::Open {
        let at = request.decided_at.unwrap_or(request.asked_at);
        return Err(Refused::Decided { by: by.unwrap_or_default(), decision: request.decision, at });
    }
    if request.asked_by == *decider {
        return Err(Refused::SamePerson);
    }
    if yes && remark.trim().is_empty() { Ok(String::new()) } else { reason(remark) }
}
