//! `/monitoring/exclusions`: what is left out of the comparison of monitoring rules, and the form that adds to it.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::people::Role;
use crate::prices::monitoring::exclusions::{self, Named, Wanted};
use crate::types::ExclusionId;
use crate::web::form::{self, Form};
use crate::web::prices::Titles;
use crate::web::{App, Officer, Page, Staff, page};

/// Exclusions of a page.
const PAGE: usize = 50;

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Lifted ones too.
    all: String,
    before: String,
}

#[derive(Template)]
#[template(path = "monitoring/exclusions.html")]
struct List {
    page: Page,
    list: Vec<Named>,
    titles: Titles,
    rules: Vec<(String, String)>,
    is_all: bool,
    next: String,
    is_officer: bool,
    typed: Form,
    /// The one whose lifting was refused.
    lifting: String,
}

impl List {
    fn rule<'a>(&'a self, it: &'a Named) -> &'a str {
        if it.rule.is_empty() { self.page.t.watching.every_rule } else { self.titles.of(&it.rule) }
    }

    fn is_lifting(&self, it: &Named) -> bool {
        it.id.as_str() == self.lifting
    }
}

async fn list(page: Page, is_officer: bool, app: &App, asked: Asked) -> Result<List> {
    let (t, is_all, before) = (page.t, asked.all == "yes", asked.before.parse::<ExclusionId>().ok());
    let (mut list, titles) = app
        .read(move |conn| {
            let limit = i64::try_from(PAGE + 1).map_err(Error::fault_of)?;
            Ok((exclusions::page(conn, is_all, before.as_ref(), limit)?, Titles::new(conn, t)?))
        })
        .await?;
    let is_more = list.len() > PAGE;
    list.truncate(PAGE);
    let next = match list.last() {
        Some(last) if is_more => {
            format!("/monitoring/exclusions?all={}&before={}", if is_all { "yes" } else { "" }, last.id)
        }
        _ => String::new(),
    };
    let named = crate::prices::monitoring::rules::names().into_iter();
    let rules = std::iter::once((String::new(), t.watching.every_rule.to_owned()))
        .chain(named.map(|name| (name.to_owned(), titles.of(name).to_owned())))
        .collect();
    let typed = Form::from_pairs(Vec::new());
    Ok(List { list, titles, rules, is_all, next, is_officer, typed, lifting: String::new(), page })
}

/// The page.
pub async fn index(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    page::show(&list(page, who.is(Role::Officer), &app, asked.into_inner()).await?)
}

/// Leaves something out.
pub async fn add(page: Page, who: Officer, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let wanted = Wanted {
        id: form.choice("id").map_err(|_| Error::refused(form::Refused::Form))?,
        rule: form.text("rule").to_owned(),
        product: form.text("product").to_owned(),
        hospital: form.text("hospital").to_owned(),
        reason: form.text("reason").to_owned(),
    };
    let ctx = who.ctx(&app);
    match app.write(move |tx| exclusions::add(tx, &ctx, &wanted)).await {
        Ok(()) => Ok(page::see_done("/monitoring/exclusions")),
        Err(Error::Refused(why)) => {
            let shown = list(page.refused(&*why), true, &app, Asked::default()).await?;
            page::show_refused(&List { typed: form, ..shown })
        }
        Err(fault) => Err(fault),
    }
}

/// Compares again.
pub async fn lift(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<ExclusionId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, key, why) = (who.ctx(&app), id.clone(), form.text("lift_reason").to_owned());
    match app.write(move |tx| exclusions::lift(tx, &ctx, &key, &why)).await {
        Ok(()) => Ok(page::see_done("/monitoring/exclusions")),
        Err(Error::Refused(why)) => {
            let shown = list(page.refused(&*why), true, &app, Asked::default()).await?;
            page::show_refused(&List { lifting: id.to_string(), ..shown })
        }
        Err(fault) => Err(fault),
    }
}
