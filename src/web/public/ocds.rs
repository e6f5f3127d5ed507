//! `/public/ocds`: rounds in the Open Contracting Data Standard, one by one and page by page.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::cached;
use crate::config::Settings;
use crate::db::Conn;
use crate::error::Result;
use crate::publish::{Desk, store};
use crate::types::{RoundId, Time};
use crate::web::App;

/// From where a list goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct After {
    after: i64,
}

async fn answer(
    req: &HttpRequest,
    app: &App,
    write: impl FnOnce(&mut Conn, &Settings, Time) -> Result<Vec<u8>> + Send + 'static,
) -> Result<HttpResponse> {
    let version = app.read(store::version).await?;
    let (settings, now) = (app.settings.clone(), app.now());
    cached(req, &version, || async move {
        let bytes = app.read(move |conn| write(conn, &settings, now)).await?;
        Ok(HttpResponse::Ok().content_type("application/json; charset=utf-8").body(bytes))
    })
    .await
}

/// A page of releases.
pub async fn releases(
    req: HttpRequest,
    app: web::Data<App>,
    after: web::Query<After>,
) -> Result<HttpResponse> {
    let no = after.after;
    answer(&req, &app, move |conn, settings, now| Desk::open(conn, settings)?.page_of_releases(conn, no, now))
        .await
}

/// A page of records.
pub async fn records(
    req: HttpRequest,
    app: web::Data<App>,
    after: web::Query<After>,
) -> Result<HttpResponse> {
    let no = after.after;
    answer(&req, &app, move |conn, settings, now| Desk::open(conn, settings)?.page_of_records(conn, no, now))
        .await
}

/// The releases of a round.
pub async fn round(req: HttpRequest, app: web::Data<App>, id: web::Path<RoundId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    answer(&req, &app, move |conn, settings, _| Desk::open(conn, settings)?.round(conn, &id)).await
}

/// The record of a round.
pub async fn record(req: HttpRequest, app: web::Data<App>, id: web::Path<RoundId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    answer(&req, &app, move |conn, settings, _| Desk::open(conn, settings)?.record(conn, &id)).await
}
