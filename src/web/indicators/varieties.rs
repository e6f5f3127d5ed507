//! `/indicators/varieties`: generics and classes procured elsewhere that count as in force.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::indicators::varieties::{self, Level, Variety};
use crate::people::Role;
use crate::rounds::RoundKind;
use crate::types::{Ctx, VarietyId};
use crate::web::form::Form;
use crate::web::{App, Officer, Page, Staff, page};

/// Varieties on a page.
const PAGE: usize = 100;

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    kind: String,
    after: String,
    id: String,
}

#[derive(Template)]
#[template(path = "indicators/varieties.html")]
struct Show {
    page: Page,
    lines: Vec<Variety>,
    kind: RoundKind,
    kinds: Vec<(String, String)>,
    levels: Vec<(String, String)>,
    next: String,
    is_first: bool,
    form: Form,
    is_officer: bool,
}

impl Show {
    fn until(&self, it: &Variety) -> String {
        it.until.map(|day| day.to_string()).unwrap_or_default()
    }
}

async fn load(page: Page, app: &App, asked: &Asked, form: Form) -> Result<Show> {
    let kind = asked.kind.parse().unwrap_or(RoundKind::Drug);
    let (after, id) = (asked.after.clone(), asked.id.clone());
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let mut lines = app.read(move |conn| varieties::page(conn, kind, (&after, &id), limit)).await?;
    let is_more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let next = match lines.last() {
        Some(last) if is_more => {
            format!("/indicators/varieties?kind={kind}&after={}&id={}", page::encode(&last.generic), last.id)
        }
        _ => String::new(),
    };
    let t = page.t;
    Ok(Show {
        kinds: RoundKind::ALL.iter().map(|it| (it.to_string(), it.name(t).to_owned())).collect(),
        levels: Level::ALL.iter().map(|it| (it.to_string(), it.name(t).to_owned())).collect(),
        is_officer: page.is(Role::Officer.as_str()),
        is_first: asked.after.is_empty(),
        page,
        lines,
        kind,
        next,
        form,
    })
}

/// The page.
pub async fn index(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    page::show(&load(page, &app, &asked, Form::default()).await?)
}

fn given(form: &Form, ctx: &Ctx) -> Result<Variety> {
    Ok(Variety {
        id: form.choice("id")?,
        kind: form.choice("kind")?,
        generic: form.text("generic").to_owned(),
        level: form.choice("level")?,
        since: form.day("since")?,
        until: if form.text("until").is_empty() { None } else { Some(form.day("until")?) },
        document: form.text("document").to_owned(),
        account_id: ctx.actor.account.clone(),
        at: ctx.now,
        withdrawn_at: None,
    })
}

/// Enters a variety.
pub async fn add(page: Page, who: Officer, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let done = match given(&form, &ctx) {
        Ok(it) => app.write(move |tx| varieties::add(tx, &ctx, &it)).await,
        Err(why) => Err(why),
    };
    let asked = Asked { kind: form.text("kind").to_owned(), ..Asked::default() };
    match done {
        Ok(()) => {
            Ok(page::see_done(&format!("/indicators/varieties?kind={}", page::encode(form.text("kind")))))
        }
        Err(Error::Refused(why)) => page::show_refused(&load(page.refused(&*why), &app, &asked, form).await?),
        Err(fault) => Err(fault),
    }
}

/// Takes a variety out that was entered in error.
pub async fn withdraw(who: Officer, app: web::Data<App>, id: web::Path<VarietyId>) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    app.write(move |tx| varieties::withdraw(tx, &ctx, &id)).await?;
    Ok(page::see_done("/indicators/varieties"))
}
