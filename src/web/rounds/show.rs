//! `/rounds/{id}`: a round's facts, where it is now, its lots, and what this reader can do next.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use askama::Template;

use crate::contracts::successor;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{Role, Who};
use crate::rounds::approvals::{self, Action, Approval};
use crate::rounds::{self, Calendar, Lot, Round, RoundState, RuleSetVersion, calendar, demand, rules};
use crate::text::Text;
use crate::types::{RoundId, Time};
use crate::web::{self, App, EVALUATORS, Page, Person, STAFF, awards, page};

#[derive(Template)]
#[template(path = "rounds/show.html")]
struct Show {
    page: Page,
    it: Loaded,
    can: Can,
    steps: Vec<Step>,
    phases: Vec<Phase>,
    links: Vec<Link>,
    copy_id: String,
}

struct Loaded {
    round: Round,
    regions: String,
    rule_set: RuleSetVersion,
    lots: Vec<Lot>,
    amendments: usize,
    last_publish: Option<Approval>,
    abort_reason: String,
    /// Every demand report handed in is approved.
    is_ready: bool,
    /// There is a choice of regions this reader takes part in or may run.
    has_regions: bool,
    /// There is volume this reader may place, or ask to be placed.
    has_volume: bool,
    /// The round it follows, when this reader sees it.
    previous: Option<Round>,
    /// The round that follows it, when this reader sees it.
    successor: Option<Round>,
}

/// A state on the way.
struct Step {
    name: &'static str,
    /// `done`, `now` or `later`.
    at: &'static str,
}

/// A stretch of the calendar.
struct Phase {
    name: &'static str,
    from: String,
    to: String,
    at: &'static str,
}

struct Link {
    path: String,
    name: &'static str,
}

/// What this reader can do with the round now.
struct Can {
    edit: bool,
    ask: bool,
    withdraw: bool,
    amend: bool,
    open_bidding: bool,
    reopen_demand: bool,
    abort: bool,
    copy: bool,
    decide: bool,
}

/// The page.
pub async fn show(page: Page, who: Person, app: Data<App>, id: Path<RoundId>) -> Result<HttpResponse> {
    let reader = who.0.clone();
    let it = app.read(move |conn| load(conn, &reader, &id)).await?;
    let (t, now) = (page.t, app.now());
    let can = can(&it, &who, now);
    let steps = steps(it.round.state, t);
    let phases = phases(&it.round.calendar, now, t);
    let mut links = links(&it.round, &who, t);
    let more = [
        (it.has_regions, "regions", t.volumes.regions_title),
        (it.has_volume, "reassignment", t.volumes.placing_title),
    ];
    let of = |(_, part, name)| Link { path: format!("/rounds/{}/{part}", it.round.id), name };
    links.extend(more.into_iter().filter(|(is_there, ..)| *is_there).map(of));
    let copy_id = page.fresh_id();
    page::show(&Show { page, it, can, steps, phases, links, copy_id })
}

fn load(conn: &mut Conn, who: &Who, id: &RoundId) -> Result<Loaded> {
    let round = rounds::seen_by(conn, who, id)?;
    let amendments = rounds::amendments::of_round(conn, id)?;
    let is_aborted = round.state == RoundState::Aborted;
    let last = amendments.last().filter(|_| is_aborted);
    let previous = successor::previous_of(conn, id)?.map(|it| it.id);
    let next = successor::next_of(conn, id)?.map(|it| it.id);
    Ok(Loaded {
        previous: if_seen(conn, who, previous)?,
        successor: if_seen(conn, who, next)?,
        regions: rounds::store::regions_of(conn, id)?.join(" "),
        rule_set: rounds::rule_set_version(conn, &round.rule_set_id)?,
        lots: rounds::lots_of(conn, id)?,
        is_ready: demand::is_ready(conn, id)?,
        has_regions: awards::regions::concerns(conn, who, &round)?,
        has_volume: awards::reassignment::concerns(conn, who, &round)?,
        amendments: amendments.len(),
        last_publish: approvals::latest(conn, "rounds", id.as_str(), Action::Publish)?,
        abort_reason: last.map(|a| a.reason.clone()).unwrap_or_default(),
        round,
    })
}

fn if_seen(conn: &mut Conn, who: &Who, id: Option<RoundId>) -> Result<Option<Round>> {
    match id.map(|id| rounds::seen_by(conn, who, &id)).transpose() {
        Err(Error::NotFound) => Ok(None),
        other => other,
    }
}

impl Loaded {
    fn waits(&self) -> bool {
        self.last_publish.as_ref().is_some_and(|a| a.decision == approvals::Decision::Open)
    }

    /// What the reviewer said when publishing was refused and not asked again.
    fn rejection(&self) -> &str {
        let rejected = |a: &&Approval| a.decision == approvals::Decision::Rejected;
        self.last_publish.as_ref().filter(rejected).map_or("", |a| &a.remark)
    }
}

fn can(it: &Loaded, who: &Who, now: Time) -> Can {
    let is_officer = who.is(Role::Officer);
    let (round, waits) = (&it.round, it.waits());
    let is_draft = round.state == RoundState::Draft;
    let asked_by_me = it.last_publish.as_ref().is_some_and(|a| a.asked_by == who.account.id);
    Can {
        edit: is_officer && is_draft && !waits,
        ask: is_officer && is_draft && !waits,
        withdraw: is_officer && is_draft && waits,
        amend: is_officer && rules::amendable(round, now).is_anything(),
        open_bidding: is_officer && rules::open_bidding(round, it.is_ready, now).is_ok(),
        reopen_demand: is_officer && rules::reopen_demand(round, now).is_ok(),
        abort: is_officer && rules::next(round.state).contains(&RoundState::Aborted),
        copy: is_officer,
        decide: who.is(Role::Reviewer) && waits && !asked_by_me,
    }
}

fn steps(state: RoundState, t: &'static Text) -> Vec<Step> {
    let step = |s: &RoundState| Step {
        name: s.name(t),
        at: match s.cmp(&state) {
            _ if state == RoundState::Aborted && *s != RoundState::Aborted => "later",
            std::cmp::Ordering::Less => "done",
            std::cmp::Ordering::Equal => "now",
            std::cmp::Ordering::Greater => "later",
        },
    };
    let shown = |s: &&RoundState| **s != RoundState::Aborted || state == RoundState::Aborted;
    RoundState::ALL.iter().filter(shown).map(step).collect()
}

fn phases(it: &Calendar, now: Time, t: &'static Text) -> Vec<Phase> {
    let dates = it.dates();
    let date = |field: &str| dates.iter().find(|d| d.field == field);
    let phase = |name, from: &str, to: &str| {
        let (from, to) = (date(from), date(to));
        let begins = from.or(to).map_or(now, |d| d.at);
        // The last day of execution belongs to it.
        let ends = to.or(from).map_or(now, |d| if d.is_day { d.at.plus_days(1) } else { d.at });
        let shown = |d: Option<&calendar::Date>| d.map(|d| d.shown.clone()).unwrap_or_default();
        let at = match (now < begins, now < ends) {
            (true, _) => "later",
            (false, true) => "now",
            (false, false) => "done",
        };
        Phase { name, from: shown(from), to: shown(to), at }
    };
    let r = &t.rounds;
    vec![
        phase(r.phase_demand, "demand_from", "demand_to"),
        phase(r.phase_bidding, "bidding_from", "bidding_to"),
        phase(r.phase_opening, "opening_at", ""),
        phase(r.phase_publicity, "publicity_from", "publicity_to"),
        phase(r.phase_contract, "", "contract_to"),
        phase(r.phase_execution, "execution_from", "execution_to"),
    ]
}

/// The pages of a round: from which state on, and for whom.
fn links(round: &Round, who: &Who, t: &'static Text) -> Vec<Link> {
    use RoundState::{
        Awarded, Bidding, Contracting, Demand, Draft, Evaluation, Executing, Opening, Publicity,
    };
    let (r, id) = (&t.rounds, &round.id);
    let of = |part: &str| format!("/rounds/{id}/{part}");
    let all: Vec<(String, &'static str, RoundState, &[Role])> = vec![
        (of("openers"), t.sealing.openers_title, Draft, STAFF),
        (of("demand"), r.page_demand, Demand, web::demand::READERS),
        (of("bids"), r.page_bids, Bidding, web::bids::PARTIES),
        (of("opening"), r.page_opening, Opening, STAFF),
        ("/public/receipts".to_owned(), t.sealing.public_title, Opening, &[]),
        (of("screens"), t.screens.page, Evaluation, EVALUATORS),
        (of("award"), r.page_award, Evaluation, STAFF),
        (of("comparison"), t.comparison.page, Evaluation, EVALUATORS),
        (of("report"), t.comparison.report, Evaluation, EVALUATORS),
        (format!("/public/rounds/{id}"), r.page_publicity, Publicity, &[]),
        (of("questions"), r.page_questions, Evaluation, web::questions::PARTIES),
        (of("objections"), r.page_objections, Publicity, web::awards::OBJECTORS),
        (of("contracts"), r.page_contracts, Awarded, STAFF),
        (format!("/contracts?round={id}"), r.page_contracts, Contracting, &[Role::Hospital, Role::Supplier]),
        (of("events"), t.events.title, Contracting, STAFF),
        (format!("/progress?round={id}"), t.progress.title, Contracting, &[]),
        (of("standards"), r.page_standards, Awarded, STAFF),
        (of("successor"), t.events.successor, Executing, &[Role::Officer]),
        (of("replay"), r.page_archive, Evaluation, STAFF),
        (format!("/simulations/new?round={id}"), r.page_simulate, Evaluation, web::EVALUATORS),
    ];
    all.into_iter()
        .filter(|(_, _, from, roles)| {
            let is_reached = round.state >= *from && round.state != RoundState::Aborted;
            is_reached && (roles.is_empty() || who.is_any(roles))
        })
        .map(|(path, name, _, _)| Link { path, name })
        .collect()
}
