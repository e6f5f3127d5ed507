//! Re-allocation: a hospital's sheet of what it may place with whom, and the bureau's board of who has answered.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::audit::{self, Deed};
use crate::awards::reassignment::{self, Given, LotSheet, Period, Sheet, Winner, rules};
use crate::awards::{input, output, publicity, sheets, store};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::files::write::Csv;
use crate::people::{Role, Who};
use crate::rounds::rule_set::RuleSet;
use crate::rounds::{self, Round, RoundState};
use crate::text::{Text, fill};
use crate::types::{PeriodId, Quantity, RoundId, Time};
use crate::web::access::STAFF;
use crate::web::form::{Form, Refused};
use crate::web::{App, Hospital, Officer, Page, Person, Staff, page};

/// Who may enter: the bureau's people, and hospitals with something to place.
pub const PARTIES: &[Role] =
    &[Role::Officer, Role::Reviewer, Role::Settlement, Role::Auditor, Role::Admin, Role::Hospital];

#[derive(Template)]
#[template(path = "awards/reassignment.html")]
struct Board {
    page: Page,
    facts: Facts,
    deadline: String,
    reason: String,
    form_id: String,
}

struct Facts {
    round: Round,
    now: Time,
    is_officer: bool,
    /// The rule set lets hospitals place volume.
    has_rules: bool,
    has_award: bool,
    /// The newest period, whatever became of it.
    latest: Option<Period>,
    is_counting: bool,
    hospitals: Vec<reassignment::store::Hospital>,
}

/// Whether a round has volume this reader may place, or ask to be placed.
pub fn concerns(conn: &mut Conn, who: &Who, round: &Round) -> Result<bool> {
    if round.state < RoundState::Evaluation || round.state == RoundState::Aborted {
        return Ok(false);
    }
    if who.is_any(STAFF) {
        return may_place(conn, round);
    }
    let Some(period) = reassignment::store::counting(conn, &round.id)? else { return Ok(false) };
    let own = reassignment::store::volumes(conn, &period.id, &who.organisation.id)?;
    Ok(who.is(Role::Hospital) && !own.is_empty())
}

fn may_place(conn: &mut Conn, round: &Round) -> Result<bool> {
    let version = rounds::rule_set_version(conn, &round.rule_set_id)?;
    let rules = RuleSet::parse(&version.body).map_err(Error::refused)?;
    Ok(rules.volume.hospitals_place.unwrap_or(false))
}

fn facts(conn: &mut Conn, who: &Who, id: &RoundId, now: Time) -> Result<Facts> {
    let round = rounds::round(conn, id)?;
    let latest = reassignment::store::periods(conn, id)?.into_iter().next();
    let counting = reassignment::store::counting(conn, id)?;
    let hospitals = match &counting {
        Some(period) => reassignment::store::hospitals(conn, &period.id)?,
        None => Vec::new(),
    };
    Ok(Facts {
        has_rules: may_place(conn, &round)?,
        has_award: store::latest(conn, id)?.is_some(),
        is_officer: who.is(Role::Officer),
        is_counting: counting.is_some(),
        latest: counting.or(latest),
        hospitals,
        round,
        now,
    })
}

impl Board {
    fn new(page: Page, facts: Facts) -> Self {
        let form_id = page.fresh_id();
        let deadline = facts.latest.as_ref().filter(|_| facts.is_counting).map(|it| it.deadline.input());
        Self { page, facts, deadline: deadline.unwrap_or_default(), reason: String::new(), form_id }
    }

    fn can_open(&self) -> bool {
        let f = &self.facts;
        f.is_officer
            && f.has_rules
            && f.has_award
            && f.round.state == RoundState::Evaluation
            && !f.is_counting
    }

    fn can_move(&self) -> bool {
        self.facts.is_officer && self.facts.is_counting && self.facts.round.state == RoundState::Evaluation
    }

    fn can_cancel(&self) -> bool {
        let f = &self.facts;
        f.is_officer && f.is_counting && publicity::in_evaluation(&f.round).is_ok()
    }

    fn answered(&self) -> String {
        let answered = self.facts.hospitals.iter().filter(|it| it.at > 0).count();
        let counts: [(&str, &dyn std::fmt::Display); 2] =
            [("answered", &answered), ("total", &self.facts.hospitals.len())];
        fill(self.page.t.volumes.answered_count, &counts)
    }
}

#[derive(Template)]
#[template(path = "awards/placing.html")]
struct Own {
    page: Page,
    sheet: Sheet,
    now: Time,
    is_open: bool,
    version: i32,
    lots: Vec<LotView>,
}

struct LotView {
    it: LotSheet,
    rows: Vec<WinnerView>,
}

struct WinnerView {
    it: Winner,
    field: String,
    label: String,
    typed: String,
}

fn own(page: Page, sheet: Sheet, now: Time, typed: Option<&Form>) -> Own {
    let t = page.t;
    let view = |lot: &LotSheet| LotView {
        it: lot.clone(),
        rows: lot.winners.iter().map(|winner| winner_view(lot, winner, typed, t)).collect(),
    };
    let seen = sheet.answer.as_ref().map_or(0, |answer| answer.version);
    Own {
        is_open: rules::may_place(&sheet.round, &sheet.period, now).is_ok(),
        version: typed.and_then(|form| form.text("version").parse().ok()).unwrap_or(seen),
        lots: sheet.lots.iter().map(view).collect(),
        page,
        sheet,
        now,
    }
}

fn winner_view(lot: &LotSheet, winner: &Winner, typed: Option<&Form>, t: &Text) -> WinnerView {
    let field = format!("give:{}:{}", lot.lot.id, winner.row.offer_id);
    let placed = if winner.placed.is_positive() { winner.placed.to_string() } else { String::new() };
    WinnerView {
        label: fill(t.volumes.give_label, &[("lot", &lot.lot.code), ("company", &winner.name)]),
        typed: typed.map_or(placed, |form| form.text(&field).to_owned()),
        it: winner.clone(),
        field,
    }
}

/// The hospital's sheet, or the bureau's board.
pub async fn show(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<RoundId>,
) -> Result<HttpResponse> {
    let (id, now) = (id.into_inner(), app.now());
    if who.is_any(STAFF) {
        let facts = app.read(move |conn| facts(conn, &who, &id, now)).await?;
        return page::show(&Board::new(page, facts));
    }
    let hospital = who.organisation.id.clone();
    let sheet = app.read(move |conn| reassignment::sheet(conn, &id, &hospital)).await?;
    page::show(&own(page, sheet, now, None))
}

/// The quantities of a form, by lot and winner.
fn given(form: &Form) -> Result<Vec<Given>> {
    let mut list = Vec::new();
    for (key, text) in form.with_prefix("give:").filter(|(_, text)| !text.is_empty()) {
        let choice = || Error::refused(Refused::Choice("give", key.to_owned()));
        let (lot, offer) = key.split_once(':').ok_or_else(choice)?;
        let quantity: Quantity =
            text.parse().map_err(|why| Error::refused(Refused::Number("give", text.to_owned(), why)))?;
        let (lot, offer) = (lot.parse().map_err(|_| choice())?, offer.parse().map_err(|_| choice())?);
        list.push((lot, offer, quantity));
    }
    Ok(list)
}

/// Records what the hospital places.
pub async fn place(
    page: Page,
    who: Hospital,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    form: Form,
) -> Result<HttpResponse> {
    let (id, ctx, hospital) = (id.into_inner(), who.ctx(&app), who.organisation.id.clone());
    let (key, owner) = (id.clone(), hospital.clone());
    let version: Result<i32> = form.choice("version");
    let done = match version.and_then(|version| Ok((version, given(&form)?))) {
        Ok((seen, given)) => {
            app.write(move |tx| reassignment::place(tx, &ctx, &key, &owner, seen, &given)).await
        }
        Err(refused) => Err(refused),
    };
    match done {
        Ok(()) => Ok(page::see_done(&reassignment::path(&id))),
        Err(Error::Refused(why)) => {
            let sheet = match app.read(move |conn| reassignment::sheet(conn, &id, &hospital)).await {
                // What the form belongs to was given up in the meantime.
                Err(Error::NotFound) => {
                    return Ok(page::message(&page, StatusCode::UNPROCESSABLE_ENTITY, &why.say(page.t)));
                }
                sheet => sheet?,
            };
            page::show_refused(&own(page.refused(&*why), sheet, app.now(), Some(&form)))
        }
        Err(fault) => Err(fault),
    }
}

/// After an officer's form: the board again, or the board with the refusal and what was typed.
async fn answer(
    done: Result<()>,
    page: Page,
    who: Who,
    app: &App,
    id: RoundId,
    form: &Form,
) -> Result<HttpResponse> {
    match done {
        Ok(()) => Ok(page::see_done(&reassignment::path(&id))),
        Err(Error::Refused(why)) => {
            let now = app.now();
            let facts = app.read(move |conn| facts(conn, &who, &id, now)).await?;
            let board = Board::new(page.refused(&*why), facts);
            let (deadline, reason) = (form.text("deadline").to_owned(), form.text("reason").to_owned());
            let deadline = if deadline.is_empty() { board.deadline.clone() } else { deadline };
            page::show_refused(&Board { deadline, reason, ..board })
        }
        Err(fault) => Err(fault),
    }
}

/// Asks the hospitals.
pub async fn open(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    form: Form,
) -> Result<HttpResponse> {
    let (id, ctx, period): (RoundId, _, PeriodId) = (id.into_inner(), who.ctx(&app), form.choice("id")?);
    let round = id.clone();
    let done = match form.time("deadline") {
        Ok(to) => app.write(move |tx| reassignment::open(tx, &ctx, &round, period.clone(), to)).await,
        Err(refused) => Err(refused),
    };
    answer(done, page, who.0, &app, id, &form).await
}

/// Moves the deadline.
pub async fn set_deadline(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    form: Form,
) -> Result<HttpResponse> {
    let (id, ctx) = (id.into_inner(), who.ctx(&app));
    let round = id.clone();
    let done = match form.time("deadline") {
        Ok(to) => app.write(move |tx| reassignment::set_deadline(tx, &ctx, &round, to)).await,
        Err(refused) => Err(refused),
    };
    answer(done, page, who.0, &app, id, &form).await
}

/// Gives up what was placed.
pub async fn cancel(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    form: Form,
) -> Result<HttpResponse> {
    let (id, ctx, reason) = (id.into_inner(), who.ctx(&app), form.text("reason").to_owned());
    let round = id.clone();
    let done = app.write(move |tx| reassignment::cancel(tx, &ctx, &round, &reason)).await;
    answer(done, page, who.0, &app, id, &form).await
}

/// `reassignments.csv`, with the columns of `jicai award --reassignments`. An export is in the trail.
pub async fn file(who: Staff, app: web::Data<App>, id: web::Path<RoundId>) -> Result<HttpResponse> {
    let (id, ctx) = (id.into_inner(), who.ctx(&app));
    let (number, placed) = app
        .write(move |tx| {
            let round = rounds::round(tx.conn(), &id)?;
            let placed = input::load(tx.conn(), &round)?.answers.reassignments;
            let deed = Deed { action: "reassignment.export", subject: "rounds", id: id.as_str() };
            audit::record(tx, &ctx, deed, &(), &placed.len())?;
            Ok((round.number, placed))
        })
        .await?;
    let file = output::write(sheets::reassignments(&placed), Csv::new(Vec::new())?)?;
    Ok(page::csv(&format!("{number}-reassignments"), file))
}
