//! The settlement feed: rows after a number as JSON or CSV, each answer with its digest and signature, and
//! acknowledgements.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::{Answer, Caller, Fault, Parameters, small_body};
use crate::error::Error;
use crate::files::write::Csv;
use crate::signing::message::{self, Seal};
use crate::standards::feed::{self, Batch};
use crate::types::Time;
use crate::web::{App, block};

/// Most bytes of an acknowledgement.
const ACKNOWLEDGEMENT: usize = 64 * 1024;

/// `since` and `limit`.
fn asked(req: &HttpRequest) -> Result<(i64, i64), Fault> {
    let given = Parameters::of(req, &["since", "limit"])?;
    let since = given.read("since", 0, |n: &i64| *n >= 0)?;
    let limit = given.read("limit", feed::LIMIT, |n: &i64| (1..=feed::MOST).contains(n))?;
    Ok((since, limit))
}

async fn batch(req: &HttpRequest, app: &App) -> Result<Batch, Fault> {
    let (since, limit) = asked(req)?;
    Ok(app.read(move |conn| feed::batch(conn, since, limit)).await?)
}

/// The seal of an answer, made on a thread that may wait.
pub async fn sealed(app: &App, hash: [u8; 32], last_seq: i64, now: Time) -> Result<Seal, Fault> {
    let maker = app.clone();
    Ok(block(move || message::seal(&maker.signer()?, &hash, last_seq, now)).await?)
}

/// An answer with its digest and signature; it is never packed, so that the digest is that of what arrives.
async fn answer(app: &App, media: &str, batch: &Batch, bytes: Vec<u8>) -> Answer {
    let hash = Sha256::digest(&bytes).into();
    let seal = sealed(app, hash, batch.last_seq, app.now()).await?;
    let mut answer = HttpResponse::Ok();
    answer.content_type(media).insert_header(("x-more", batch.more.to_string()));
    for header in seal.headers() {
        answer.insert_header(header);
    }
    Ok(answer.insert_header(("content-encoding", "identity")).body(bytes))
}

/// Rows after `since` as JSON.
pub async fn json(req: HttpRequest, _caller: Caller, app: web::Data<App>) -> Answer {
    let batch = batch(&req, &app).await?;
    let bytes = serde_json::to_vec(&batch).map_err(Error::from)?;
    answer(&app, "application/json", &batch, bytes).await
}

/// Rows after `since` as CSV.
pub async fn csv(req: HttpRequest, _caller: Caller, app: web::Data<App>) -> Answer {
    let batch = batch(&req, &app).await?;
    let mut out = Csv::new(Vec::new())?;
    out.row(feed::COLUMNS)?;
    feed::write_rows(&mut out, &batch.items)?;
    answer(&app, "text/csv; charset=utf-8", &batch, out.finish()?).await
}

/// What was acknowledged.
#[derive(Debug, Serialize, ToSchema)]
pub struct Acknowledged {
    /// The last row taken over.
    pub acknowledged: i64,
}

/// A consumer acknowledges: `{"seq": N}`.
pub async fn ack(req: HttpRequest, caller: Caller, app: web::Data<App>, body: web::Payload) -> Answer {
    let (consumer, ctx) = (caller.consumer()?.clone(), caller.ctx(&app));
    let bad = || Fault::new(StatusCode::BAD_REQUEST, "bad_body", |t| t.api.bad_acknowledgement.to_owned());
    let body = small_body(&req, body, ACKNOWLEDGEMENT).await.map_err(|fault| match fault.word {
        "empty" => bad(),
        _ => fault,
    })?;
    let read: Value = serde_json::from_slice(&body).map_err(|_| bad())?;
    let seq = read.get("seq").and_then(Value::as_i64).filter(|seq| *seq >= 0).ok_or_else(bad)?;
    let done = app.write(move |tx| feed::acknowledge(tx, &ctx, &consumer.id, seq)).await;
    match done {
        Ok(()) => Ok(HttpResponse::Ok().json(Acknowledged { acknowledged: seq })),
        // It goes back, or past the last row: what the consumer knows is not what the feed has.
        Err(Error::Refused(why)) => Err(Fault::refused(&*why).with_status(StatusCode::CONFLICT)),
        Err(error) => Err(error.into()),
    }
}
