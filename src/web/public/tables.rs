//! `/public/rounds`, `/public/winners`, `/public/standards`, `/public/indices`: each as a page, CSV and JSON.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::cached;
use super::rows::{Asked, Column, Row, Table};
use crate::error::Result;
use crate::files::write::Csv;
use crate::text::{Text, fill};
use crate::web::{App, Page, page};

/// Rows on a page.
const PAGE: usize = 50;
/// Rows of one answer for programs.
const BATCH: usize = 1_000;
/// Most rows of a CSV file.
const EXPORT: usize = 100_000;

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Query {
    q: String,
    after: String,
    before: String,
}

impl Query {
    fn asked(&self, app: &App, rows: usize) -> Asked {
        let after = if self.after.is_empty() { &self.before } else { &self.after };
        Asked {
            q: self.q.chars().take(100).collect(),
            after: after.chars().take(100).collect(),
            today: app.now().day(),
            limit: i64::try_from(rows).unwrap_or(i64::MAX),
        }
    }
}

#[derive(Template)]
#[template(path = "public/table.html")]
struct Show {
    page: Page,
    table: Table,
    q: String,
    rows: Vec<Row>,
    next: String,
}

impl Show {
    fn title(&self) -> &'static str {
        self.table.words(self.page.t).0
    }

    fn intro(&self) -> &'static str {
        self.table.words(self.page.t).1
    }

    fn empty(&self) -> &'static str {
        if self.q.is_empty() { self.table.words(self.page.t).2 } else { self.page.t.publish.empty }
    }

    fn caption(&self) -> String {
        fill(self.page.t.publish.rows, &[("n", &PAGE)])
    }

    fn columns(&self) -> Vec<Column> {
        self.table.columns(self.page.t)
    }

    fn cells<'a>(&self, row: &'a Row) -> Vec<(Column, &'a String)> {
        self.columns().into_iter().zip(&row.cells).collect()
    }

    fn file(&self, ending: &str) -> String {
        let query = if self.q.is_empty() { String::new() } else { format!("?q={}", page::encode(&self.q)) };
        format!("{}.{ending}{query}", self.table.path())
    }
}

/// Rows of a table, one more than `rows` when there are more.
async fn load(app: &App, table: Table, asked: Asked, t: &'static Text) -> Result<Vec<Row>> {
    app.read(move |conn| table.rows(conn, &asked, t)).await
}

/// A table as a page, or as a file by the ending of its address.
pub async fn index(
    req: HttpRequest,
    page: Page,
    app: web::Data<App>,
    query: web::Query<Query>,
) -> Result<HttpResponse> {
    let (query, table, today) = (query.into_inner(), Table::of(req.path())?, app.now().day());
    let version = app.read(move |conn| table.version(conn, today)).await?;
    let ending = req.path().rsplit_once('.').map_or("", |(_, ending)| ending).to_owned();
    cached(&req, &version, || async move {
        match ending.as_str() {
            "csv" => csv(&app, table, &query, page.t).await,
            "json" => json(&app, table, &query, page.t).await,
            _ => html(&app, table, &query, page).await,
        }
    })
    .await
}

/// The address of what follows, when there is more than `most`.
fn next(rows: &mut Vec<Row>, most: usize, path: &str, q: &str) -> Option<String> {
    let is_more = rows.len() > most;
    rows.truncate(most);
    let last = rows.last().filter(|_| is_more)?;
    Some(format!("{path}?q={}&after={}", page::encode(q), page::encode(&last.place)))
}

async fn html(app: &App, table: Table, query: &Query, page: Page) -> Result<HttpResponse> {
    let asked = query.asked(app, PAGE + 1);
    let q = asked.q.clone();
    let mut rows = load(app, table, asked, page.t).await?;
    let next = next(&mut rows, PAGE, &table.path(), &q).unwrap_or_default();
    page::show(&Show { page, table, q, rows, next })
}

async fn json(app: &App, table: Table, query: &Query, t: &'static Text) -> Result<HttpResponse> {
    let asked = query.asked(app, BATCH + 1);
    let q = asked.q.clone();
    let mut rows = load(app, table, asked, t).await?;
    let next = next(&mut rows, BATCH, &format!("{}.json", table.path()), &q);
    let columns = table.columns(t);
    let object = |row: Row| -> serde_json::Map<String, serde_json::Value> {
        columns.iter().zip(row.cells).map(|(column, cell)| (column.key.to_owned(), cell.into())).collect()
    };
    let rows: Vec<_> = rows.into_iter().map(object).collect();
    let next = next.map(|path| format!("{}{path}", app.settings.base_url));
    let body = serde_json::json!({ "table": table.name(), "rows": rows, "next": next });
    Ok(HttpResponse::Ok().content_type("application/json; charset=utf-8").body(serde_json::to_vec(&body)?))
}

async fn csv(app: &App, table: Table, query: &Query, t: &'static Text) -> Result<HttpResponse> {
    let mut asked = query.asked(app, BATCH);
    let mut out = Csv::new(Vec::new())?;
    out.row(table.columns(t).iter().map(|column| column.key))?;
    let mut count = 0;
    while count < EXPORT {
        let rows = load(app, table, asked.clone(), t).await?;
        let Some(last) = rows.last() else { break };
        asked.after = last.place.clone();
        count += rows.len();
        for row in &rows {
            out.row(&row.cells)?;
        }
        if rows.len() < BATCH {
            break;
        }
    }
    Ok(page::csv(table.name(), out.finish()?))
}
