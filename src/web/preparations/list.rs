//! `/preparations`: cost review sheets, a hospital's own or all that were submitted.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::audit::{self, Deed};
use crate::error::{Error, Result};
use crate::people::{Role, Who};
use crate::preparations::store::{self, Filter, Listed};
use crate::preparations::{SUBJECT, State};
use crate::text::Text;
use crate::web::lists::{Table, read_all};
use crate::web::{App, Page, Person, page};

/// Sheets on a page, and most of one export.
const PAGE: usize = 100;
const EXPORT: usize = 100_000;

/// What the reader asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    state: String,
    before: String,
}

#[derive(Template)]
#[template(path = "preparations/list.html")]
struct List {
    page: Page,
    asked: Asked,
    rows: Vec<Listed>,
    next: String,
    is_hospital: bool,
    today: chrono::NaiveDate,
}

impl List {
    fn states(&self) -> Vec<(&'static str, &'static str)> {
        let t = self.page.t;
        let mut all = vec![("", t.common.all), ("due", t.preparations.due_only)];
        let shown =
            State::ALL.iter().filter(|it| self.is_hospital || !matches!(it, State::Draft | State::Discarded));
        all.extend(shown.map(|it| (it.as_str(), it.name(t))));
        all
    }

    fn state(&self, row: &Listed) -> (&'static str, &'static str) {
        super::state(&row.0, self.today, self.page.t)
    }

    fn price(&self, row: &Listed) -> String {
        super::shown(row.0.price)
    }

    fn day(&self, day: &Option<chrono::NaiveDate>) -> String {
        day.map(|it| it.to_string()).unwrap_or_default()
    }
}

fn filter(asked: &Asked, who: &Who, today: chrono::NaiveDate) -> Filter {
    Filter {
        hospital: super::scope(who),
        state: asked.state.parse().ok(),
        due_to: (asked.state == "due").then_some(today),
        before: asked.before.parse().ok(),
    }
}

/// The page.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (asked, today) = (asked.into_inner(), app.now().day());
    let filter = filter(&asked, &who, today);
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let mut rows = app.read(move |conn| store::page(conn, &filter, limit)).await?;
    let is_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = match rows.last() {
        Some((last, ..)) if is_more => {
            format!("/preparations?state={}&before={}", page::encode(&asked.state), last.id)
        }
        _ => String::new(),
    };
    let is_hospital = who.is(Role::Hospital);
    page::show(&List { page, asked, rows, next, is_hospital, today })
}

fn headers(t: &Text) -> [(&'static str, u16); 12] {
    let m = &t.preparations;
    [
        (m.number, 16),
        (m.name, 24),
        (m.approval, 24),
        (m.spec, 16),
        (m.pack, 16),
        (m.hospital, 28),
        (m.version, 8),
        (m.state, 12),
        (m.price, 16),
        (m.from_day, 12),
        (m.to_day, 12),
        (m.due_day, 12),
    ]
}

/// The filtered sheets as CSV or XLSX.
pub async fn export(
    page: Page,
    who: Person,
    app: web::Data<App>,
    file: web::Path<String>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    if !matches!(file.as_str(), "sheets.csv" | "sheets.xlsx") {
        return Err(Error::NotFound);
    }
    let (t, today, ctx, asked) = (page.t, app.now().day(), who.ctx(&app), asked.into_inner());
    let wanted = filter(&Asked { before: String::new(), state: asked.state.clone() }, &who, today);
    let rows = app
        .write(move |tx| {
            let mut filter = wanted.clone();
            let rows = read_all(EXPORT, |last: Option<&Listed>| {
                filter.before = last.map(|(it, ..)| it.id.clone());
                store::page(tx.conn(), &filter, 2_000)
            })?;
            let deed = Deed { action: "preparations.export", subject: SUBJECT, id: "" };
            let known = serde_json::json!({ "sheets": rows.len(), "state": asked.state });
            audit::record(tx, &ctx, deed, &(), &known)?;
            Ok(rows)
        })
        .await?;
    let day = |day: Option<chrono::NaiveDate>| day.map(|it| it.to_string()).unwrap_or_default();
    let lines: Vec<[String; 12]> = rows
        .into_iter()
        .map(|(it, of, hospital)| {
            let state = super::state(&it, today, t).0.to_owned();
            [
                it.number,
                of.name,
                of.approval,
                of.spec,
                of.pack,
                hospital,
                it.version.to_string(),
                state,
                it.price.map(|it| it.to_string()).unwrap_or_default(),
                day(it.from_day),
                day(it.to_day),
                day(it.due_day),
            ]
        })
        .collect();
    // Version and price are numbers; everything else is words.
    Table { name: t.preparations.title, headers: &headers(t), numbers: &[6, 8], lines }.download(&file)
}
