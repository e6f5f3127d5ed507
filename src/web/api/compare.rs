//! What a consumer holds compared with what it should hold.

use actix_web::{HttpRequest, HttpResponse, web};

use super::stream::{poured, streamed};
use super::{Answer, Caller, Parameters};
use crate::files::json::Lines;
use crate::files::read::Unknown;
use crate::standards::feed::compare::{self, import};
use crate::standards::store;
use crate::web::{App, block};

/// Findings as JSON Lines, the counts last.
pub async fn compare(req: HttpRequest, caller: Caller, app: web::Data<App>, body: web::Payload) -> Answer {
    let consumer = caller.consumer()?.clone();
    let last = app.read(store::last_seq).await?;
    let parameters = Parameters::of(&req, &["upto", "from"])?;
    let upto = parameters.read("upto", last, |n: &i64| (0..=last).contains(n))?;
    let from = parameters.day("from")?;
    let file = poured(&req, &app, body).await?;
    let lines = block(move || Lines::open(file, import::COLUMNS, Unknown::Ignore, import::LIMITS)).await?;
    let (db, ctx) = (app.db.clone(), caller.ctx(&app));
    let mut answer = HttpResponse::Ok();
    answer.content_type("application/x-ndjson");
    Ok(streamed(answer, move |pipe| compare::run(&db, &ctx, (&consumer, upto, from), lines, pipe).map(drop)))
}
