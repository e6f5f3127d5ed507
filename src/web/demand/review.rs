//! One hospital's report as the bureau checks it; the hospital itself may read it here.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::people::Role;
use crate::rounds::Round;
use crate::rounds::demand::rules::{self, Refused};
use crate::rounds::demand::{self, Check, Line, LotSheet, Report, ReportState, Sheet};
use crate::text::{Text, fill};
use crate::types::{DemandId, OrganisationId, Quantity, RoundId, Time};
use crate::web::form::Form;
use crate::web::{App, Officer, Page, Person, page};

#[derive(Template)]
#[template(path = "demand/review.html")]
struct Review {
    page: Page,
    round: Round,
    hospital: crate::people::Organisation,
    report: Option<Report>,
    state: (&'static str, &'static str),
    deadline: Time,
    can_check: bool,
    can_return: bool,
    is_hidden: bool,
    rows: Vec<Row>,
    /// What was typed into a form that was refused.
    typed: Form,
}

impl Review {
    /// What stands in a line's field: as typed, else as it is known.
    fn field(&self, name: &str, row: &Row, known: impl std::fmt::Display) -> String {
        match self.typed.text("version") {
            "" => known.to_string(),
            _ => self.typed.text(&format!("{name}.{}", row.line.id)).to_owned(),
        }
    }

    fn is_chosen(&self, row: &Row) -> bool {
        self.typed.all("return").any(|id| id == row.line.id.as_str())
    }
}

struct Row {
    lot: crate::rounds::Lot,
    /// How many lines the lot has when this is its first, else 0.
    span: usize,
    average: Quantity,
    sum: Quantity,
    standing: (String, &'static str),
    line: Line,
    company: String,
    state: &'static str,
    verified: Quantity,
    labels: (String, String, String),
}

/// The page.
pub async fn show(
    page: Page,
    who: Person,
    app: web::Data<App>,
    ids: web::Path<(RoundId, OrganisationId)>,
) -> Result<HttpResponse> {
    let (round, hospital) = ids.into_inner();
    let is_staff = who.is_any(crate::web::STAFF);
    if !is_staff && who.organisation.id != hospital {
        return Err(Error::NotFound);
    }
    let now = app.now();
    let sheet = app.read(move |conn| demand::sheet(conn, &round, &hospital, now)).await?;
    page::show(&review(page, sheet, (who.is(Role::Officer), is_staff), now, Form::default()))
}

fn review(page: Page, sheet: Sheet, (is_officer, is_staff): (bool, bool), now: Time, typed: Form) -> Review {
    let t = page.t;
    let state = sheet.report.as_ref().map(|report| report.state);
    let in_time = is_officer && rules::may_check(&sheet.round).is_ok();
    let is_overdue = state == Some(ReportState::Returned) && now >= sheet.deadline;
    // A draft is the hospital's own.
    let is_hidden = is_staff && state == Some(ReportState::Draft);
    let lots = sheet.lots.iter().filter(|_| !is_hidden);
    Review {
        state: super::state(state, t),
        can_check: in_time && (state == Some(ReportState::Submitted) || is_overdue),
        can_return: in_time && matches!(state, Some(ReportState::Submitted | ReportState::Approved)),
        is_hidden,
        rows: lots.flat_map(|lot| rows(lot, t)).collect(),
        round: sheet.round,
        hospital: sheet.hospital,
        deadline: sheet.deadline,
        report: sheet.report,
        page,
        typed,
    }
}

/// Leads on, or shows an officer the form again with what was typed.
async fn answer(
    page: Page,
    app: &App,
    (round, hospital): (RoundId, OrganisationId),
    form: Form,
    done: Result<String>,
) -> Result<HttpResponse> {
    match done {
        Ok(to) => Ok(page::see_done(&to)),
        Err(Error::Refused(why)) => {
            let now = app.now();
            let sheet = app.read(move |conn| demand::sheet(conn, &round, &hospital, now)).await?;
            page::show_refused(&review(page.refused(&*why), sheet, (true, true), now, form))
        }
        Err(fault) => Err(fault),
    }
}

fn rows(it: &LotSheet, t: &Text) -> Vec<Row> {
    let d = &t.demand;
    let label = |message: &str, line: &Line| {
        fill(message, &[("lot", &it.lot.code), ("company", &super::brand(line.brand(), t))])
    };
    let row = |(at, line): (usize, &Line)| Row {
        lot: it.lot.clone(),
        span: if at == 0 { it.lines.len() } else { 0 },
        average: it.average,
        sum: it.sum,
        standing: super::standing(it.standing, t),
        company: super::brand(line.brand(), t),
        state: super::line_state(line.state, t),
        verified: line.verified.unwrap_or(line.reported),
        labels: (label(d.label_verified, line), label(d.label_remark, line), label(d.label_return, line)),
        line: line.clone(),
    };
    it.lines.iter().enumerate().map(row).collect()
}

/// What was found about each line, as typed.
fn checks(form: &Form) -> Result<Vec<Check>> {
    let mut checks = Vec::new();
    for (id, text) in form.with_prefix("verified.") {
        let line: DemandId = id.parse().map_err(|_| Error::refused(Refused::Changed))?;
        let verified = rules::quantity(text, form.text(&format!("unit.{id}"))).map_err(|why| {
            Error::refused(Refused::Quantity(
                form.text(&format!("lot.{id}")).to_owned(),
                form.text(&format!("company.{id}")).to_owned(),
                text.to_owned(),
                why,
            ))
        })?;
        checks.push(Check { line, verified, remark: form.text(&format!("remark.{id}")).to_owned() });
    }
    Ok(checks)
}

/// The version and the checks of the form.
fn checked(form: &Form) -> Result<(i32, Vec<Check>)> {
    Ok((form.choice("version")?, checks(form)?))
}

/// Keeps verified quantities.
pub async fn verify(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    ids: web::Path<(RoundId, OrganisationId)>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, ids, (round, hospital)) = (who.ctx(&app), ids.clone(), ids.into_inner());
    let to = format!("/rounds/{round}/demand/{hospital}");
    let done = match checked(&form) {
        Ok((seen, list)) => {
            app.write(move |tx| demand::verify(tx, &ctx, &round, &hospital, seen, &list)).await
        }
        Err(why) => Err(why),
    };
    answer(page, &app, ids, form, done.map(|()| to)).await
}

/// Approves the report.
pub async fn approve(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    ids: web::Path<(RoundId, OrganisationId)>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, ids, (round, hospital)) = (who.ctx(&app), ids.clone(), ids.into_inner());
    let to = format!("/rounds/{round}/demand");
    let done = match checked(&form) {
        Ok((seen, list)) => {
            app.write(move |tx| demand::approve(tx, &ctx, &round, &hospital, seen, &list)).await
        }
        Err(why) => Err(why),
    };
    answer(page, &app, ids, form, done.map(|()| to)).await
}

/// The version, the chosen lines and the remark of the form.
fn chosen(form: &Form) -> Result<(i32, Vec<DemandId>, String)> {
    let lines = form.all("return").map(str::parse).collect::<std::result::Result<Vec<DemandId>, _>>();
    let lines = lines.map_err(|_| Error::refused(Refused::Changed))?;
    Ok((form.choice("version")?, lines, form.text("remark").to_owned()))
}

/// Returns the chosen lines.
pub async fn send_back(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    ids: web::Path<(RoundId, OrganisationId)>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, ids, (round, hospital)) = (who.ctx(&app), ids.clone(), ids.into_inner());
    let to = format!("/rounds/{round}/demand/{hospital}");
    let done = match chosen(&form) {
        Ok((seen, lines, remark)) => {
            app.write(move |tx| demand::send_back(tx, &ctx, &round, &hospital, seen, &lines, &remark)).await
        }
        Err(why) => Err(why),
    };
    answer(page, &app, ids, form, done.map(|()| to)).await
}
