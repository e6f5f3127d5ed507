//! `/public/credit`: ratings in effect that everybody may read without logging in, as a page, CSV and JSON.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::credit::standing::Rating;
use crate::error::Result;
use crate::files::write::Csv;
use crate::ratings::store::{self, Ratings};
use crate::text::Text;
use crate::types::RatingId;
use crate::web::lists::read_all;
use crate::web::public::cached;
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
pub async fn list(
    req: HttpRequest,
    page: Page,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let version = version(&app).await?;
    cached(&req, &version, || found(page, app, asked.into_inner())).await
}

/// What changes whenever the register does: a rating can end with the day.
async fn version(app: &App) -> Result<String> {
    Ok(format!("{} {}", app.read(store::version).await?, app.now().day()))
}

async fn found(page: Page, app: web::Data<App>, Asked { q, before }: Asked) -> Result<HttpResponse> {
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

/// Every rating that is public today.
async fn all(app: &App) -> Result<Vec<Rating>> {
    let today = app.now().day();
    app.read(move |conn| {
        let mut filter = Ratings { public: Some(today), ..Ratings::default() };
        read_all(EXPORT, |last: Option<&Rating>| {
            filter.before = last.map(|it| it.id.clone());
            store::page(conn, &filter, 1_000)
        })
    })
    .await
}

/// What everybody may know of a rating.
fn cells(it: &Rating, t: &Text) -> [String; 9] {
    [
        it.number.clone(),
        it.company_name.clone(),
        it.company_code.clone(),
        it.conduct.name(t).to_owned(),
        it.document.clone(),
        it.grade_name(t),
        it.scope.name(t).to_owned(),
        it.since.to_string(),
        it.last_day().to_string(),
    ]
}

/// What the cells are called in JSON.
const KEYS: [&str; 9] =
    ["number", "company", "company_code", "conduct", "document", "grade", "scope", "since", "until"];

/// The register as CSV.
pub async fn csv(req: HttpRequest, page: Page, app: web::Data<App>) -> Result<HttpResponse> {
    let version = version(&app).await?;
    cached(&req, &version, || as_csv(page, app)).await
}

async fn as_csv(page: Page, app: web::Data<App>) -> Result<HttpResponse> {
    let t = page.t;
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
    for it in &all(&app).await? {
        out.row(cells(it, t))?;
    }
    Ok(page::csv(m.public_title, out.finish()?))
}

/// The register as JSON.
pub async fn json(req: HttpRequest, page: Page, app: web::Data<App>) -> Result<HttpResponse> {
    let version = version(&app).await?;
    cached(&req, &version, || as_json(page, app)).await
}

async fn as_json(page: Page, app: web::Data<App>) -> Result<HttpResponse> {
    let object = |it: &Rating| -> serde_json::Map<String, serde_json::Value> {
        KEYS.iter().zip(cells(it, page.t)).map(|(key, cell)| ((*key).to_owned(), cell.into())).collect()
    };
    let rows: Vec<_> = all(&app).await?.iter().map(object).collect();
    let body = serde_json::to_vec(&serde_json::json!({ "table": "credit", "rows": rows, "next": null }))?;
    Ok(HttpResponse::Ok().content_type("application/json; charset=utf-8").body(body))
}
