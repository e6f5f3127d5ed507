//! `/simulations`: the simulations that are kept, newest first.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::error::Result;
use crate::simulations::{Head, store};
use crate::types::SimulationId;
use crate::web::{App, Evaluator, Page, page};

/// Simulations on a page.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "simulations/list.html")]
struct List {
    page: Page,
    rows: Vec<(Head, String)>,
    next: String,
}

/// From where the list goes on.
#[derive(Debug, Deserialize)]
pub struct Before {
    before: Option<SimulationId>,
}

/// The list.
pub async fn index(
    page: Page,
    _who: Evaluator,
    app: web::Data<App>,
    query: web::Query<Before>,
) -> Result<HttpResponse> {
    let before = query.into_inner().before;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut rows = app.read(move |conn| store::list(conn, before, limit)).await?;
    let is_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = match rows.last() {
        Some((last, _)) if is_more => format!("/simulations?before={}", last.id),
        _ => String::new(),
    };
    page::show(&List { page, rows, next })
}
