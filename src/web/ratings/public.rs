//! `/public/credit`: ratings in effect that everybody may read without logging in, as a page and as CSV.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::credit::standing::Rating;
use crate::error::Result;
use crate::files::write::Csv;
use crate::ratings::store::{self, Ratings};
use crate::types::RatingId;
use crate::web::{App, Page, page};

const PAGE: usize = 100;

/// Most lines of the file.
const EXPORT: usize = 50_000;

/// From where the list goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    before: Option<RatingId>,
}

#[derive(Template)]
#[template(path = "ratings/public.html")]
struct List {
    page: Page,
    q: String,
    rows: Vec<Rating>,
    next: String,
}

/// The register.
pub async fn list(page: Page, app: web::Data<App>, asked: web::Query<Asked>) -> Result<HttpResponse> {
    let Asked { q, before } = asked.into_inner();
    let text: String = q.trim().chars().take(100).collect();
    let today = app.now().day();
    let filter = Ratings { text, public: Some(today), before, ..Ratings::default() };
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let mut rows = app.read(move |conn| store::page(conn, &filter, limit)).await?;
    let is_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = match rows.last() {
        Some(last) if is_more => format!("/public/credit?q={}&before={}", page::encode(&q), last.id),
        _ => String::new(),
    };
    page::show(&List { page, q, rows, next })
}

/// The register as CSV.
pub async fn csv(page: Page, app: web::Data<App>) -> Result<HttpResponse> {
    let (t, today) = (page.t, app.now().day());
    let rows = app
        .read(move |conn| {
            let mut filter = Ratings { public: Some(today), ..Ratings::default() };
            let mut rows = Vec::new();
            while rows.len() < EXPORT {
                let found = store::page(conn, &filter, 1_000)?;
                let Some(last) = found.last() else { break };
                filter.before = Some(last.id.clone());
                rows.extend(found);
            }
            Ok(rows)
        })
        .await?;
    let m = &t.ratings;
    let mut out = Csv::new(Vec::new())?;
    out.row([
        m.number,
        m.company,
        m.company_code,
        m.conduct,
        m.document,
        m.grade,
        m.scope,
        m.since,
        m.until,
    ])?;
    for it in &rows {
        out.row([
            it.number.clone(),
            it.company_name.clone(),
            it.company_code.clone(),
            it.conduct.name(t).to_owned(),
            it.document.clone(),
            it.grade_name(t),
            it.scope.name(t).to_owned(),
            it.since.to_string(),
            it.last_day().to_string(),
        ])?;
    }
    Ok(page::download(&format!("{}.csv", m.public_title), "text/csv; charset=utf-8", out.finish()?))
}
