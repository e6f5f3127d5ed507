//! Prices that left the standard in force: what is proposed, and an officer's answer.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::people::Role;
use crate::standards::links::store::{self, Filter};
use crate::standards::links::{self, Kind, PriceLink, State};
use crate::text::fill;
use crate::web::form::Form;
use crate::web::{App, Officer, Page, Staff, page};

/// Proposals on a page.
const PAGE: usize = 100;

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    state: Option<String>,
    kind: String,
    before: String,
}

impl Asked {
    /// The word of the state; without one asked for, those that are open.
    fn state(&self) -> &str {
        self.state.as_deref().unwrap_or(State::Open.as_str())
    }

    fn filter(&self) -> Filter {
        Filter {
            state: self.state().parse().ok(),
            kind: self.kind.parse().ok(),
            before: self.before.parse().ok(),
        }
    }
}

#[derive(Template)]
#[template(path = "standards/links.html")]
struct List {
    page: Page,
    asked: Asked,
    rows: Vec<PriceLink>,
    next: String,
}

impl List {
    fn states(&self) -> Vec<(&'static str, &'static str)> {
        let all = ("", self.page.t.common.all);
        State::ALL.iter().map(|it| (it.as_str(), it.name(self.page.t))).chain([all]).collect()
    }

    fn kinds(&self) -> Vec<(&'static str, &'static str)> {
        let all = ("", self.page.t.common.all);
        [all].into_iter().chain(Kind::ALL.iter().map(|it| (it.as_str(), it.name(self.page.t)))).collect()
    }

    fn kind(&self, it: &PriceLink) -> &'static str {
        it.kind.name(self.page.t)
    }

    fn source(&self, it: &PriceLink) -> &'static str {
        it.source.name(self.page.t)
    }

    fn state(&self, it: &PriceLink) -> &'static str {
        it.state.name(self.page.t)
    }

    fn difference(&self, it: &PriceLink) -> String {
        it.difference().map(|it| it.to_string()).unwrap_or_default()
    }

    fn clause(&self, it: &PriceLink) -> &'static str {
        match it.kind {
            Kind::LowerStandard => self.page.t.links.clause_lower,
            Kind::LowerPrice => self.page.t.links.clause_above,
        }
    }

    fn who(&self, it: &PriceLink) -> String {
        match it.kind {
            Kind::LowerStandard => self.page.t.links.who_bureau.to_owned(),
            Kind::LowerPrice => fill(self.page.t.links.who_company, &[("company", &it.company)]),
        }
    }

    fn may_act(&self, it: &PriceLink) -> bool {
        it.state == State::Open && self.page.is(Role::Officer.as_str())
    }
}

async fn made(page: Page, app: &App, asked: Asked) -> Result<List> {
    let filter = asked.filter();
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let mut rows = app.read(move |conn| store::page(conn, &filter, limit)).await?;
    let is_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = match rows.last() {
        Some(last) if is_more => format!(
            "/standards/links?state={}&kind={}&before={}",
            page::encode(asked.state()),
            page::encode(&asked.kind),
            last.no
        ),
        _ => String::new(),
    };
    Ok(List { page, asked, rows, next })
}

/// The proposals.
pub async fn index(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    page::show(&made(page, &app, asked.into_inner()).await?)
}

/// An officer acts on a proposal.
pub async fn accept(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    no: web::Path<i64>,
) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let done = app.write(move |tx| links::accept(tx, &ctx, *no)).await;
    answer(page, &app, done).await
}

/// An officer dismisses a proposal.
pub async fn dismiss(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    no: web::Path<i64>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, reason) = (who.ctx(&app), form.text("reason").to_owned());
    let done = app.write(move |tx| links::dismiss(tx, &ctx, *no, &reason)).await;
    answer(page, &app, done).await
}

async fn answer(page: Page, app: &App, done: Result<()>) -> Result<HttpResponse> {
    match done {
        Ok(()) => Ok(page::see_done("/standards/links")),
        Err(Error::Refused(why)) => {
            page::show_refused(&made(page.refused(&*why), app, Asked::default()).await?)
        }
        Err(error) => Err(error),
    }
}
