//! Claim lines checked against the payment standards: lines in, lines out.

use actix_web::{HttpRequest, HttpResponse, web};

use super::stream::{poured, streamed};
use super::{Answer, Caller, Parameters};
use crate::files::json::Lines;
use crate::files::read::Unknown;
use crate::standards::feed::check::{self, Index, import};
use crate::web::{App, block};

/// JSON Lines are answered with JSON Lines, a table with CSV.
pub async fn check(req: HttpRequest, _caller: Caller, app: web::Data<App>, body: web::Payload) -> Answer {
    Parameters::of(&req, &[])?;
    let file = poured(&req, &app, body).await?;
    let db = app.db.clone();
    let (index, lines) = block(move || {
        let lines = Lines::open(file, import::COLUMNS, Unknown::Ignore, import::LIMITS)?;
        Ok((db.read(Index::load)?, lines))
    })
    .await?;
    let mut answer = HttpResponse::Ok();
    answer.content_type(if lines.is_json() { "application/x-ndjson" } else { "text/csv; charset=utf-8" });
    Ok(streamed(answer, move |pipe| check::run(&index, lines, pipe)))
}
