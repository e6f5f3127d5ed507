//! `/terms`: the days, hours and shares of carrying contracts out: what holds today, where it comes from, its history.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{self, Role};
use crate::terms::{self, Known, Term, TermValue};
use crate::text::{Text, fill};
use crate::types::{AccountId, TermValueId, parse_decimal};
use crate::web::form::Form;
use crate::web::{App, Officer, Page, Staff, page};

#[derive(Template)]
#[template(path = "terms.html")]
struct Show {
    page: Page,
    rows: Vec<Row>,
    history: Vec<(TermValue, String)>,
    draft: Option<Draft>,
    is_officer: bool,
}

/// A term as the page shows it.
struct Row {
    term: Term,
    known: Known,
    /// What holds today: `None` is without limit.
    value: Option<String>,
    /// From which day it holds, when it was set.
    since: Option<NaiveDate>,
    /// What was set for a later day.
    later: Vec<(NaiveDate, String)>,
}

/// The form of one term, with what was typed.
struct Draft {
    term: Term,
    bounds: String,
    value: String,
    since: String,
    reason: String,
}

impl Show {
    fn confidence(&self, word: &str) -> &'static str {
        let m = &self.page.t.terms;
        match word {
            "verified" => m.verified,
            "second_hand" => m.second_hand,
            _ => m.own,
        }
    }

    fn value(&self, value: &Option<String>) -> String {
        value.clone().unwrap_or_else(|| self.page.t.terms.no_limit.to_owned())
    }

    fn stored(&self, value: &str) -> String {
        if value.is_empty() { self.page.t.terms.no_limit.to_owned() } else { value.to_owned() }
    }

    fn since(&self, row: &Row) -> String {
        match row.since {
            Some(day) => fill(self.page.t.terms.holds_from, &[("day", &day)]),
            None => self.page.t.terms.program.to_owned(),
        }
    }

    fn later(&self, (day, value): &(NaiveDate, String)) -> String {
        fill(self.page.t.terms.later, &[("day", day), ("value", &self.stored(value))])
    }

    fn set_title(&self, term: &Term) -> String {
        fill(self.page.t.terms.set_title, &[("name", &term.name(self.page.t))])
    }
}

/// Which term's form is open.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Query {
    #[serde(default)]
    set: String,
}

fn rows(conn: &mut Conn, history: &[TermValue], today: NaiveDate) -> Result<Vec<Row>> {
    let known = terms::known()?;
    known
        .into_iter()
        .map(|(term, known)| {
            let of = history.iter().filter(|it| it.term == term);
            let later = of.clone().filter(|it| it.since > today).map(|it| (it.since, it.value.clone()));
            Ok(Row {
                value: terms::limit(conn, term, today)?.map(|value| value.normalize().to_string()),
                since: of.clone().find(|it| it.since <= today).map(|it| it.since),
                later: later.collect(),
                term,
                known,
            })
        })
        .collect()
}

fn named(conn: &mut Conn, list: Vec<TermValue>) -> Result<Vec<(TermValue, String)>> {
    let mut names: BTreeMap<AccountId, String> = BTreeMap::new();
    let mut found = Vec::new();
    for it in list {
        let by = match &it.account_id {
            Some(id) => match names.get(id) {
                Some(name) => name.clone(),
                None => {
                    let name = people::store::account_name(conn, Some(id))?;
                    names.insert(id.clone(), name.clone());
                    name
                }
            },
            None => String::new(),
        };
        found.push((it, by));
    }
    Ok(found)
}

fn draft(row: &Row, form: &Form, today: NaiveDate, t: &Text) -> Draft {
    let or = |field: &str, held: String| {
        if form.all("term").next().is_some() { form.text(field).to_owned() } else { held }
    };
    let bounds = if row.known.may_be_empty { t.terms.bounds_or_none } else { t.terms.bounds };
    Draft {
        term: row.term,
        bounds: fill(bounds, &[("least", &row.known.least), ("most", &row.known.most)]),
        value: or("value", row.value.clone().unwrap_or_default()),
        since: or("since", today.to_string()),
        reason: or("reason", String::new()),
    }
}

async fn load(page: Page, app: &App, set: Option<Term>, form: Form) -> Result<Show> {
    let (t, today) = (page.t, app.now().day());
    let (rows, history) = app
        .read(move |conn| {
            let history = terms::history(conn)?;
            Ok((rows(conn, &history, today)?, named(conn, history)?))
        })
        .await?;
    let is_officer = page.is(Role::Officer.as_str());
    let draft =
        rows.iter().find(|row| is_officer && Some(row.term) == set).map(|row| draft(row, &form, today, t));
    Ok(Show { page, rows, history, draft, is_officer })
}

/// The terms.
pub async fn index(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    query: web::Query<Query>,
) -> Result<HttpResponse> {
    page::show(&load(page, &app, query.set.parse().ok(), Form::default()).await?)
}

fn given(form: &Form, ctx: &crate::types::Ctx) -> Result<TermValue> {
    // A value is kept in its plainest form, so that 0.30 and 0.3 are the same.
    let value = match parse_decimal(form.text("value")) {
        Ok(number) => number.normalize().to_string(),
        Err(_) => form.text("value").to_owned(),
    };
    Ok(TermValue {
        id: form.choice::<TermValueId>("id")?,
        term: form.choice("term")?,
        since: form.day("since")?,
        value,
        reason: form.words("reason"),
        account_id: ctx.actor.account.clone(),
        at: ctx.now,
    })
}

/// Sets a term from a day on.
pub async fn set(page: Page, who: Officer, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let (ctx, term): (_, Option<Term>) = (who.ctx(&app), form.text("term").parse().ok());
    let done = match given(&form, &ctx) {
        Ok(value) => app.write(move |tx| terms::set(tx, &ctx, value.clone())).await,
        Err(why) => Err(why),
    };
    match done {
        Ok(()) => Ok(page::see_done("/terms")),
        Err(Error::Refused(why)) => page::show_refused(&load(page.refused(&*why), &app, term, form).await?),
        Err(fault) => Err(fault),
    }
}
