//! `/indicators/inputs`: what hospitals bought outside the platform, by month, with its document.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::Datelike;
use serde::Deserialize;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::indicators::inputs::{self, Given, Input, Listed, Outside};
use crate::indicators::{Period, Refused};
use crate::people::{self, OrganisationKind, Role, Who};
use crate::text::fill;
use crate::types::{InputId, OrganisationId};
use crate::web::form::Form;
use crate::web::indicators::own;
use crate::web::{App, IndicatorReader, InputKeeper, Page, page};

/// Figures on a page.
const PAGE: usize = 100;

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    year: String,
    before: String,
    correct: String,
}

#[derive(Template)]
#[template(path = "indicators/inputs.html")]
struct Show {
    page: Page,
    lines: Vec<Listed>,
    year: String,
    years: Vec<(String, String)>,
    next: String,
    is_first: bool,
    form: Form,
    /// The figure that is corrected, with the hospital's code.
    corrects: Option<(Input, String)>,
    figures: Vec<(String, String)>,
    may_enter: bool,
    is_own: bool,
}

impl Show {
    fn figure(&self, line: &Listed) -> &'static str {
        line.0.figure.name(self.page.t)
    }

    fn stands(&self, line: &Listed) -> bool {
        line.0.superseded_at.is_none()
    }

    fn month(&self, it: &Input) -> String {
        it.month.format("%Y-%m").to_string()
    }

    fn correct_title(&self, it: &Input) -> String {
        let month = self.month(it);
        fill(self.page.t.indicators.input_correct_title, &[("month", &month), ("amount", &it.amount)])
    }

    /// What was typed into a field, else what the corrected figure says.
    fn typed(&self, field: &str) -> String {
        let text = self.form.text(field);
        match (&self.corrects, field) {
            _ if !text.is_empty() => text.to_owned(),
            (Some((it, _)), "amount") => it.amount.to_string(),
            (Some((it, _)), "document") => it.document.clone(),
            _ => String::new(),
        }
    }
}

/// The figure a reader wants to correct: one that stands and is his to change.
fn corrected(conn: &mut Conn, who: &Who, id: &str) -> Result<Option<(Input, String)>> {
    let Ok(id) = id.parse::<InputId>() else { return Ok(None) };
    let Some(it) = inputs::input(conn, &id)? else { return Ok(None) };
    if own(who).is_some_and(|own| *own != it.hospital_id) {
        return Err(Error::NotFound);
    }
    let Some(it) = inputs::standing(conn, &it.hospital_id, it.month, it.figure)? else { return Ok(None) };
    let code = people::store::organisation(conn, &it.hospital_id)?.map(|it| it.code).unwrap_or_default();
    Ok(Some((it, code)))
}

async fn load(page: Page, who: &Who, app: &App, asked: &Asked, form: Form) -> Result<Show> {
    let today = app.now().day();
    let year: i32 = if asked.year.is_empty() { today.year() } else { asked.year.parse().unwrap_or(0) };
    let period = Period::year(year)?;
    let before: Option<InputId> = asked.before.parse().ok();
    let (is_first, reader, correct) = (before.is_none(), who.clone(), asked.correct.clone());
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let (mut lines, corrects) = app
        .read(move |conn| {
            let lines = inputs::page(conn, own(&reader), period, before.as_ref(), limit)?;
            Ok((lines, corrected(conn, &reader, &correct)?))
        })
        .await?;
    let is_more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let next = match lines.last() {
        Some((last, ..)) if is_more => format!("/indicators/inputs?year={year}&before={}", last.id),
        _ => String::new(),
    };
    let years = (today.year() - 6..=today.year().max(year)).rev();
    Ok(Show {
        years: years.map(|year| (year.to_string(), year.to_string())).collect(),
        year: year.to_string(),
        figures: Outside::ALL.iter().map(|it| (it.to_string(), it.name(page.t).to_owned())).collect(),
        may_enter: who.is_any(&[Role::Hospital, Role::Officer]),
        is_own: own(who).is_some(),
        page,
        lines,
        next,
        is_first,
        form,
        corrects,
    })
}

/// The page.
pub async fn index(
    page: Page,
    who: IndicatorReader,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    page::show(&load(page, &who, &app, &asked, Form::default()).await?)
}

/// The hospital a form is for: the reader's own, or by its code.
fn hospital(conn: &mut Conn, who: &Who, code: &str) -> Result<OrganisationId> {
    if let Some(own) = own(who) {
        return Ok(own.clone());
    }
    let found = people::store::organisation_by_code(conn, code)?;
    let found = found.filter(|it| it.kind == OrganisationKind::Hospital);
    found.map(|it| it.id).ok_or_else(|| Refused::NoHospital(code.to_owned()).into())
}

/// Enters a figure, or corrects one.
pub async fn enter(page: Page, who: InputKeeper, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let (ctx, reader, sent) = (who.ctx(&app), who.0.clone(), form.clone());
    let done = app
        .write(move |tx| {
            let given = Given {
                id: sent.choice("id")?,
                hospital: hospital(tx.conn(), &reader, sent.text("hospital"))?,
                month: inputs::month(sent.required("month")?, ctx.now.day())?,
                figure: sent.choice("figure")?,
                amount: sent.number("amount")?,
                document: sent.text("document").to_owned(),
                replaces: sent.text("replaces").parse().ok(),
            };
            inputs::enter(tx, &ctx, &given)?;
            Ok(given.month.year())
        })
        .await;
    match done {
        Ok(year) => Ok(page::see_done(&format!("/indicators/inputs?year={year}"))),
        Err(Error::Refused(why)) => {
            let asked = Asked { correct: form.text("replaces").to_owned(), ..Asked::default() };
            page::show_refused(&load(page.refused(&*why), &who, &app, &asked, form).await?)
        }
        Err(fault) => Err(fault),
    }
}
