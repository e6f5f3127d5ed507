//! The settlement feed over HTTP: JSON and CSV for machines with a token; every error is JSON too.
//!
//! `GET /api/standards?since=SEQ&limit=N` gives `{"items": […], "last_seq": N, "more": true|false}`, the fields
//! of an item being those of [`feed::Item`]; `GET /api/standards.csv?since=SEQ` the same rows as CSV with the
//! headers `X-Last-Seq` and `X-More`; `POST /api/standards/ack` with `{"seq": N}` says what was taken over.
//! The token comes as `Authorization: Bearer TOKEN`. An error is `{"error": "word", "message": "sentence"}`.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use crate::error::Error;
use crate::files::write::Csv;
use crate::standards::feed::{self, Batch, Consumer};
use crate::standards::store;
use crate::text::Lang;
use crate::types::{Actor, Ctx, sha256};
use crate::web::App;

/// An error as a machine reads it.
struct Fault {
    status: StatusCode,
    word: &'static str,
    message: String,
}

impl Fault {
    fn new(status: StatusCode, word: &'static str, message: impl Into<String>) -> Self {
        Self { status, word, message: message.into() }
    }

    fn answer(self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status);
        if matches!(self.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            let challenge = format!("Bearer realm=\"jicai\", error=\"{}\"", self.word);
            answer.insert_header((header::WWW_AUTHENTICATE, challenge));
        }
        answer.json(json!({ "error": self.word, "message": self.message }))
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(why) => Fault::new(StatusCode::CONFLICT, "refused", why.say(Lang::En.text())),
            other => {
                tracing::error!(fault = %other, "feed failed");
                Fault::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", "try again later; nothing was changed")
            }
        }
    }
}

/// The consumer of a request's token.
async fn consumer(req: &HttpRequest, app: &App) -> Result<Consumer, Fault> {
    let refused = |message: &str| Fault::new(StatusCode::UNAUTHORIZED, "invalid_token", message);
    let given = req.headers().get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let (scheme, token) = given.split_once(' ').unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") || token.trim().is_empty() {
        return Err(refused("send the consumer's token as Authorization: Bearer TOKEN"));
    }
    let hash = sha256(token.trim().as_bytes());
    match app.read(move |conn| store::consumer_with(conn, &hash)).await? {
        Some(consumer) if consumer.active => Ok(consumer),
        Some(_) => {
            Err(Fault::new(StatusCode::FORBIDDEN, "insufficient_scope", "this consumer is deactivated"))
        }
        None => Err(refused("this token is unknown or was replaced")),
    }
}

/// `since` and `limit` of a request.
fn asked(req: &HttpRequest) -> Result<(i64, i64), Fault> {
    let (mut since, mut limit) = (0, feed::LIMIT);
    for pair in req.query_string().split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let bad = || Fault::new(StatusCode::BAD_REQUEST, "bad_parameter", format!("{name}: not \"{value}\""));
        let number = value.parse::<i64>();
        match (name, number) {
            ("since", Ok(n)) if n >= 0 => since = n,
            ("limit", Ok(n)) if (1..=feed::MOST).contains(&n) => limit = n,
            _ => return Err(bad()),
        }
    }
    Ok((since, limit))
}

async fn batch(req: &HttpRequest, app: &App) -> Result<Batch, Fault> {
    consumer(req, app).await?;
    let (since, limit) = asked(req)?;
    Ok(app.read(move |conn| feed::batch(conn, since, limit)).await?)
}

/// Rows after `since` as JSON.
pub async fn json(req: HttpRequest, app: web::Data<App>) -> HttpResponse {
    match batch(&req, &app).await {
        Ok(batch) => HttpResponse::Ok().json(batch),
        Err(fault) => fault.answer(),
    }
}

/// Rows after `since` as CSV.
pub async fn csv(req: HttpRequest, app: web::Data<App>) -> HttpResponse {
    let written = async {
        let batch = batch(&req, &app).await?;
        let mut out = Csv::new(Vec::new())?;
        out.row(feed::COLUMNS)?;
        feed::write_rows(&mut out, &batch.items)?;
        Ok::<_, Fault>((batch, out.finish()?))
    };
    match written.await {
        Ok((batch, bytes)) => HttpResponse::Ok()
            .content_type("text/csv; charset=utf-8")
            .insert_header(("x-last-seq", batch.last_seq.to_string()))
            .insert_header(("x-more", batch.more.to_string()))
            .body(bytes),
        Err(fault) => fault.answer(),
    }
}

/// A consumer acknowledges.
pub async fn ack(req: HttpRequest, app: web::Data<App>, body: web::Bytes) -> HttpResponse {
    match acknowledge(&req, &app, &body).await {
        Ok(seq) => HttpResponse::Ok().json(json!({ "acknowledged": seq })),
        Err(fault) => fault.answer(),
    }
}

async fn acknowledge(req: &HttpRequest, app: &App, body: &[u8]) -> Result<i64, Fault> {
    let consumer = consumer(req, app).await?;
    let bad =
        || Fault::new(StatusCode::BAD_REQUEST, "bad_body", "send {\"seq\": N} with a whole number from 0");
    let read: serde_json::Value = serde_json::from_slice(body).map_err(|_| bad())?;
    let seq = read.get("seq").and_then(serde_json::Value::as_i64).filter(|seq| *seq >= 0).ok_or_else(bad)?;
    let actor = Actor { account: None, organisation: None, name: format!("feed: {}", consumer.name) };
    let ctx = Ctx { now: app.now(), actor };
    app.write(move |tx| feed::acknowledge(tx, &ctx, &consumer.id, seq)).await?;
    Ok(seq)
}
