//! The first page: what waits for the reader, by role; each task leads to the page it is done on.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::awards::{objections, questions, reassignment, selection};
use crate::bids::{self, EnvelopeState};
use crate::contracts;
use crate::db::Conn;
use crate::error::Result;
use crate::notify::outbox;
use crate::people::{OrganisationKind, Role, Who};
use crate::rounds::demand::{self, ReportState};
use crate::rounds::openers;
use crate::rounds::{self, Round, RoundState};
use crate::standards;
use crate::text::{Text, fill};
use crate::types::Time;
use crate::web::standards as web_standards;
use crate::web::{
    App, Page, Person, cases, deliveries, indicators, indices, page, preparations, ratings, settlements,
    shortages,
};

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    page: Page,
    tasks: Vec<Task>,
}

/// Something that waits for the reader.
pub struct Task {
    /// The page to do it on.
    path: String,
    /// What it is.
    what: String,
    /// Until when, when there is a deadline.
    until: String,
}

impl Task {
    fn new(path: String, what: String) -> Self {
        Self { path, what, until: String::new() }
    }

    fn of(round: &Round, page: &str, message: &str, n: i64) -> Self {
        let facts: [(&str, &dyn std::fmt::Display); 3] =
            [("number", &round.number), ("title", &round.title), ("n", &n)];
        Self::new(format!("/rounds/{}{page}", round.id), fill(message, &facts))
    }

    fn until(self, deadline: Time) -> Self {
        Self { until: deadline.to_string(), ..self }
    }

    fn deadline(&self, t: &Text) -> String {
        fill(t.home.until, &[("at", &self.until)])
    }
}

/// The task list.
pub async fn index(page: Page, who: Person, app: web::Data<App>) -> Result<HttpResponse> {
    let (t, now) = (page.t, app.now());
    let tasks = app.read(move |conn| tasks(conn, &who, t, now)).await?;
    page::show(&Home { page, tasks })
}

/// Rounds on their way are few: one look at each.
const LIVE: &[RoundState] = &[
    RoundState::Draft,
    RoundState::Demand,
    RoundState::DemandReview,
    RoundState::Bidding,
    RoundState::Opening,
    RoundState::Evaluation,
    RoundState::Publicity,
    RoundState::Awarded,
    RoundState::Contracting,
    RoundState::Executing,
];

fn tasks(conn: &mut Conn, who: &Who, t: &Text, now: Time) -> Result<Vec<Task>> {
    let mut list = Vec::new();
    for state in LIVE {
        for round in rounds::store::in_state(conn, *state)? {
            if who.is(Role::Officer) {
                list.extend(officer(conn, &round, t, now)?);
            }
            if who.is_any(openers::ROLES) {
                list.extend(opener(conn, who, &round, t)?);
            }
            if who.is(Role::Reviewer)
                && round.state == RoundState::Opening
                && now >= round.calendar.opening_at
            {
                list.push(Task::of(&round, "/opening", t.home.open_bids, 0));
            }
            if who.is(Role::Hospital) {
                list.extend(hospital(conn, who, &round, t, now)?);
            }
            if who.is(Role::Supplier) {
                list.extend(supplier(conn, who, &round, t, now)?);
            }
        }
    }
    if who.is(Role::Reviewer) {
        let waiting = rounds::store::open_approvals(conn, 100)?.len();
        list.extend(
            (waiting > 0)
                .then(|| Task::new("/approvals".to_owned(), fill(t.home.approvals, &[("n", &waiting)]))),
        );
    }
    if matches!(who.organisation.kind, OrganisationKind::Hospital | OrganisationKind::Supplier) {
        for (round, n) in contracts::waiting(conn, &who.organisation.id, who.organisation.kind)? {
            let task = Task {
                path: format!("/contracts?round={}", round.id),
                ..Task::of(&round, "", t.home.contracts, n)
            };
            list.push(task.until(round.calendar.contract_to));
        }
    }
    list.extend(deliveries::tasks(conn, who, t)?.into_iter().map(|(path, what)| Task::new(path, what)));
    list.extend(cases::tasks(conn, who, t)?.into_iter().map(|(path, what)| Task::new(path, what)));
    let settling = settlements::tasks(conn, who, t, now.day())?;
    list.extend(settling.into_iter().map(|(path, what)| Task::new(path, what)));
    let rated = ratings::tasks(conn, who, t, now.day())?;
    list.extend(rated.into_iter().map(|(path, what)| Task::new(path, what)));
    list.extend(shortages::tasks(conn, who, t)?.into_iter().map(|(path, what)| Task::new(path, what)));
    let mine = [
        indices::tasks(conn, who, t)?,
        preparations::tasks(conn, who, t)?,
        web_standards::tasks(conn, who, t)?,
        indicators::tasks(conn, who, t)?,
    ];
    let mine = mine.into_iter().flatten();
    list.extend(mine.map(|(path, what)| Task::new(path, what)));
    if who.is(Role::Settlement) {
        list.extend(behind(conn, t)?);
    }
    if who.is(Role::Admin) {
        let dead = outbox::dead(conn)?;
        list.extend(
            (dead > 0)
                .then(|| Task::new("/mails?state=dead".to_owned(), fill(t.home.dead_mails, &[("n", &dead)]))),
        );
    }
    Ok(list)
}

fn officer(conn: &mut Conn, round: &Round, t: &Text, now: Time) -> Result<Vec<Task>> {
    let (h, calendar) = (&t.home, &round.calendar);
    let mut list = Vec::new();
    match round.state {
        RoundState::Draft => list.push(Task::of(round, "", h.draft, 0)),
        RoundState::Demand => {
            let late = count(demand::late(conn, &round.id)?.len());
            if late > 0 {
                list.push(Task::of(round, "/demand", h.demand_missing, late).until(calendar.demand_to));
            }
        }
        RoundState::DemandReview if !demand::is_ready(conn, &round.id)? => {
            list.push(Task::of(round, "/demand", h.demand_review, 0).until(calendar.bidding_from));
        }
        RoundState::DemandReview => {
            list.push(Task::of(round, "", h.open_bidding, 0).until(calendar.bidding_from));
        }
        RoundState::Opening if now >= calendar.opening_at => {
            list.push(Task::of(round, "/opening", h.open_bids, 0))
        }
        RoundState::Evaluation => {
            let choosing = selection::current(conn, &round.id)?;
            list.extend(choosing.map(|_| Task::of(round, "/regions", h.regions_running, 0)));
            list.push(match questions::store::open_of(conn, &round.id, None)? {
                (n, Some(first)) => Task::of(round, "/questions", h.questions_open, count(n)).until(first),
                _ => Task::of(round, "/award", h.evaluate, 0).until(calendar.publicity_from),
            })
        }
        RoundState::Publicity => {
            let open = objections::open_of(conn, &round.id)?;
            if open > 0 {
                list.push(Task::of(round, "/objections", h.objections, open));
            } else if now >= calendar.publicity_to {
                list.push(Task::of(round, "/award", h.confirm_award, 0));
            }
        }
        RoundState::Awarded => {
            list.push(Task::of(round, "/contracts", h.draw_up, 0).until(calendar.contract_to))
        }
        RoundState::Contracting | RoundState::Executing
            if standards::store::releases_of(conn, &round.id)?.is_empty() =>
        {
            list.push(Task::of(round, "/standards", h.release, 0));
        }
        _ => {}
    }
    Ok(list)
}

/// Before bidding begins openers are named and each takes his key.
fn opener(conn: &mut Conn, who: &Who, round: &Round, t: &Text) -> Result<Option<Task>> {
    use RoundState::{Bidding, Demand, DemandReview, Draft};
    if !matches!(round.state, Draft | Demand | DemandReview | Bidding) {
        return Ok(None);
    }
    let task = |message| Task::of(round, "/openers", message, 0).until(round.calendar.bidding_from);
    Ok(match openers::named(conn, &round.id)? {
        None if who.is(Role::Officer) && round.state != Draft => Some(task(t.home.name_openers)),
        Some(named) => {
            named.seat(&who.account.id).filter(|seat| !seat.is_ready()).map(|_| task(t.home.take_key))
        }
        None => None,
    })
}

fn hospital(conn: &mut Conn, who: &Who, round: &Round, t: &Text, now: Time) -> Result<Option<Task>> {
    if rounds::seen_by(conn, who, &round.id).is_err() {
        return Ok(None);
    }
    if round.state == RoundState::Evaluation {
        let waits = reassignment::waiting(conn, round, &who.organisation.id, now)?;
        return Ok(waits.map(|to| Task::of(round, "/reassignment", t.home.place_volume, 0).until(to)));
    }
    let report = demand::store::report_of(conn, &round.id, &who.organisation.id)?;
    let deadline = demand::rules::deadline(round, report.as_ref());
    let message = match report.as_ref().map(|r| r.state) {
        Some(ReportState::Returned) => t.home.report_returned,
        None | Some(ReportState::Draft) if round.state == RoundState::Demand => t.home.report,
        _ => return Ok(None),
    };
    Ok((now < deadline).then(|| Task::of(round, "/demand", message, 0).until(deadline)))
}

fn supplier(conn: &mut Conn, who: &Who, round: &Round, t: &Text, now: Time) -> Result<Vec<Task>> {
    let mine = &who.organisation.id;
    match round.state {
        RoundState::Bidding if now >= round.calendar.bidding_from && now < round.calendar.bidding_to => {
            let receipts = bids::store::receipts_of(conn, &round.id, mine)?;
            let is_in = receipts.iter().any(|r| r.state == EnvelopeState::Standing);
            let message = if is_in { t.home.bid_standing } else { t.home.bid };
            Ok(vec![Task::of(round, "/bids", message, 0).until(round.calendar.bidding_to)])
        }
        RoundState::Evaluation => {
            let (n, first) = questions::store::open_of(conn, &round.id, Some(mine))?;
            let asked = first.map(|at| Task::of(round, "/questions", t.home.questions, count(n)).until(at));
            let waits = selection::waiting(conn, round, mine)?;
            let turn = waits.map(|(n, due)| Task::of(round, "/regions", t.home.choose_region, n).until(due));
            Ok(asked.into_iter().chain(turn).collect())
        }
        RoundState::Publicity if now < round.calendar.publicity_to => {
            let task = Task::of(round, "", t.home.publicity, 0).until(round.calendar.publicity_to);
            Ok(vec![Task { path: format!("/public/rounds/{}", round.id), ..task }])
        }
        _ => Ok(Vec::new()),
    }
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// Systems that have not yet taken every standard.
fn behind(conn: &mut Conn, t: &Text) -> Result<Vec<Task>> {
    let last = standards::store::last_seq(conn)?;
    let late = standards::store::consumers(conn)?.into_iter().filter(|c| c.active && c.acknowledged < last);
    Ok(late
        .map(|c| {
            let n = last.saturating_sub(c.acknowledged);
            Task::new(
                "/standards/consumers".to_owned(),
                fill(t.home.feed_behind, &[("name", &c.name), ("n", &n)]),
            )
        })
        .collect())
}

/// Answers when the database does.
pub async fn health(app: web::Data<App>) -> Result<HttpResponse> {
    app.read(|_| Ok(())).await?;
    Ok(HttpResponse::Ok().content_type("text/plain").body("ok\n"))
}
