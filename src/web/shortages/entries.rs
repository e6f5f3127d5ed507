//! `/shortages/list`: the monitoring list, kept on the page and by file.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::files::write::Csv;
use crate::people::Role;
use crate::supply::shortages::{self, Entry, List, Refused, import, store};
use crate::text::{Lang, fill};
use crate::types::{Ctx, ShortageEntryId};
use crate::web::form::Form;
use crate::web::upload::Upload;
use crate::web::{App, Officer, Page, Staff, page};

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    which: String,
    generic: String,
    id: String,
}

#[derive(Template)]
#[template(path = "shortages/entries.html")]
struct Show {
    page: Page,
    asked: Asked,
    today: NaiveDate,
    which: [(&'static str, &'static str); 2],
    lists: Vec<(&'static str, &'static str)>,
    rows: Vec<Entry>,
    typed: Form,
    next: String,
}

impl Show {
    fn is_officer(&self) -> bool {
        self.page.is(Role::Officer.as_str())
    }

    fn end_one(&self, it: &Entry) -> String {
        fill(self.page.t.shortages.end_one, &[("generic", &it.generic)])
    }

    fn since(&self) -> String {
        let typed = self.typed.text("since");
        if typed.is_empty() { self.today.to_string() } else { typed.to_owned() }
    }
}

const PAGE: usize = 200;

async fn made(page: Page, app: &App, asked: Asked, typed: Form) -> Result<Show> {
    let today = app.now().day();
    let day = (asked.which != "all").then_some(today);
    let after: Option<(String, ShortageEntryId)> = match asked.id.parse() {
        Ok(id) => Some((asked.generic.clone(), id)),
        Err(_) => None,
    };
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let mut rows = app.read(move |conn| store::entries(conn, day, after, limit)).await?;
    let is_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = match rows.last() {
        Some(last) if is_more => {
            let (which, generic) = (page::encode(&asked.which), page::encode(&last.generic));
            format!("/shortages/list?which={which}&generic={generic}&id={}", last.id)
        }
        _ => String::new(),
    };
    let t = page.t;
    let which = [("", t.shortages.entries_now), ("all", t.common.all)];
    let lists = List::ALL.iter().map(|it| (it.as_str(), it.name(t))).collect();
    Ok(Show { page, asked, today, which, lists, rows, typed, next })
}

/// The list.
pub async fn index(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    page::show(&made(page, &app, asked.into_inner(), Form::default()).await?)
}

async fn answer(page: Page, app: &App, form: Form, done: Result<()>) -> Result<HttpResponse> {
    match done {
        Ok(()) => Ok(page::see_done("/shortages/list")),
        Err(Error::Refused(why)) => {
            page::show_refused(&made(page.refused(&*why), app, Asked::default(), form).await?)
        }
        Err(fault) => Err(fault),
    }
}

fn entry(form: &Form, ctx: &Ctx) -> Result<Entry> {
    Ok(Entry {
        id: form.choice("id")?,
        generic: form.text("generic").to_owned(),
        form: form.text("form").chars().take(100).collect(),
        list: form.choice("list")?,
        since: form.day("since")?,
        until: if form.text("until").is_empty() { None } else { Some(form.day("until")?) },
        source: form.text("source").to_owned(),
        at: ctx.now,
        account_id: ctx.actor.account.clone(),
    })
}

/// Enters a generic.
pub async fn add(page: Page, who: Officer, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let done = match entry(&form, &ctx) {
        Ok(it) => app.write(move |tx| shortages::add_entry(tx, &ctx, &it)).await,
        Err(why) => Err(why),
    };
    answer(page, &app, form, done).await
}

/// Takes one off after today.
pub async fn end(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<ShortageEntryId>,
    form: Form,
) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let done = app.write(move |tx| shortages::end_entry(tx, &ctx, &id, ctx.now.day())).await;
    answer(page, &app, form, done).await
}

/// Enters the entries of a file.
pub async fn upload(page: Page, who: Officer, app: web::Data<App>, upload: Upload) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let done = match upload.name.is_empty() && upload.bytes.is_empty() {
        true => Err(Refused::NoFile.into()),
        false => app.write(move |tx| import::entries(tx, &ctx, &upload.bytes).map(drop)).await,
    };
    answer(page, &app, upload.form, done).await
}

/// An empty file with the right columns.
pub async fn template(page: Page, _who: Officer) -> Result<HttpResponse> {
    let mut out = Csv::new(Vec::new())?;
    out.row(import::ENTRIES.iter().map(|it| if page.t.lang == Lang::Zh { it.zh } else { it.key }))?;
    Ok(page::csv(page.t.shortages.entries_title, out.finish()?))
}
