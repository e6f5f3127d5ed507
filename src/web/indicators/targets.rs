//! `/indicators/targets`: targets with their source, entered by an officer and decided by another person.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::Datelike;
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::indicators::targets::{self, New, State, Target};
use crate::people::{self, Role, Who};
use crate::types::TargetId;
use crate::web::form::{Form, Refused};
use crate::web::{App, Officer, Page, Reviewer, Staff, indicators, page};

/// Targets on a page.
const PAGE: usize = 100;

/// What the reader asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    before: String,
}

struct Line {
    it: Target,
    asked_by: String,
    decided_by: String,
    /// The reader asked for it himself.
    is_own: bool,
}

#[derive(Template)]
#[template(path = "indicators/targets.html")]
struct Show {
    page: Page,
    lines: Vec<Line>,
    next: String,
    is_first: bool,
    form: Form,
    indicators: Vec<(String, String)>,
    year: String,
    is_officer: bool,
    is_reviewer: bool,
}

impl Show {
    fn is_open(&self, line: &Line) -> bool {
        line.it.state == State::Asked
    }

    fn tone(&self, line: &Line) -> &'static str {
        match line.it.state {
            State::Asked => " wait",
            State::Approved => " good",
            State::Rejected => " bad",
            State::Withdrawn => "",
        }
    }

    /// What was typed into a field, this year for a new target.
    fn typed(&self, field: &str) -> &str {
        match (self.form.text(field), field) {
            ("", "year") => &self.year,
            (text, _) => text,
        }
    }

    fn region(&self, line: &Line) -> String {
        if line.it.region.is_empty() {
            self.page.t.indicators.city.to_owned()
        } else {
            line.it.region.clone()
        }
    }
}

async fn load(page: Page, who: &Who, app: &App, asked: &Asked, form: Form) -> Result<Show> {
    let before: Option<TargetId> = asked.before.parse().ok();
    let (is_first, me) = (before.is_none(), who.account.id.clone());
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let mut lines = app
        .read(move |conn| {
            let mut lines = Vec::new();
            for it in targets::page(conn, None, before.as_ref(), limit)? {
                let asked_by = people::store::account_name(conn, Some(&it.asked_by))?;
                let decided_by = people::store::account_name(conn, it.decided_by.as_ref())?;
                lines.push(Line { is_own: it.asked_by == me, asked_by, decided_by, it });
            }
            Ok(lines)
        })
        .await?;
    let is_more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let next = match lines.last() {
        Some(last) if is_more => format!("/indicators/targets?before={}", last.it.id),
        _ => String::new(),
    };
    Ok(Show {
        indicators: indicators::indicators(page.t),
        year: app.now().day().year().to_string(),
        is_officer: who.is(Role::Officer),
        is_reviewer: who.is(Role::Reviewer),
        page,
        lines,
        next,
        is_first,
        form,
    })
}

/// The page.
pub async fn index(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    page::show(&load(page, &who, &app, &asked, Form::default()).await?)
}

fn given(form: &Form) -> Result<New> {
    let year = form.required("year")?;
    let bad = |_| Error::refused(Refused::Choice("year", year.to_owned()));
    Ok(New {
        id: form.choice("id")?,
        indicator: form.choice("indicator")?,
        year: year.parse().map_err(bad)?,
        region: form.text("region").to_owned(),
        value: form.required("value")?.to_owned(),
        document: form.text("document").to_owned(),
        issuer: form.text("issuer").to_owned(),
    })
}

async fn answer(page: Page, who: &Who, app: &App, form: Form, done: Result<()>) -> Result<HttpResponse> {
    match done {
        Ok(()) => Ok(page::see_done("/indicators/targets")),
        Err(Error::Refused(why)) => {
            page::show_refused(&load(page.refused(&*why), who, app, &Asked::default(), form).await?)
        }
        Err(fault) => Err(fault),
    }
}

/// Enters a target.
pub async fn ask(page: Page, who: Officer, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let done = match given(&form) {
        Ok(new) => app.write(move |tx| targets::ask(tx, &ctx, &new)).await,
        Err(why) => Err(why),
    };
    answer(page, &who, &app, form, done).await
}

/// Takes a request back.
pub async fn withdraw(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<TargetId>,
) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let done = app.write(move |tx| targets::withdraw(tx, &ctx, &id)).await;
    answer(page, &who, &app, Form::default(), done).await
}

/// Decides.
pub async fn decide(
    page: Page,
    who: Reviewer,
    app: web::Data<App>,
    id: web::Path<TargetId>,
    form: Form,
) -> Result<HttpResponse> {
    let yes = form.decision()?;
    let remark = form.words("remark");
    let ctx = who.ctx(&app);
    let done = app.write(move |tx| targets::decide(tx, &ctx, &id, yes, &remark)).await;
    answer(page, &who, &app, Form::default(), done).await
}
