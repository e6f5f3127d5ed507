//! The door for programs: a file of purchases or listings as the body of a request; every answer is JSON.
//!
//! `POST /api/transactions` and `POST /api/listings` take CSV (or XLSX) with `Authorization: Bearer TOKEN`;
//! `?name=FILE` names the file and `skip_bad=true` leaves bad lines out. The body goes to the spool and is looked at
//! before the answer: 202 when it will be applied now, 200 when the same file came before, 422 when bad lines keep it
//! from being applied. `GET /api/transactions/{no}` says how far the file of a number is. An error is
//! `{"error": "word", "message": "in Chinese", "message_en": "in English"}`.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::{pour, progress, spool};
use crate::db::Tx;
use crate::error::Error;
use crate::files::Faults;
use crate::prices::files::store::BadLine;
use crate::prices::files::work::{self, Bench};
use crate::prices::files::{self, Kind, New, Origin, Phase, PriceFile, Refused, State, store};
use crate::text::{Lang, Say, Text, fill};
use crate::tokens::idempotency::{self, Kept};
use crate::types::Ctx;
use crate::web::api::idempotency::{fingerprint, key};
use crate::web::api::{Answer, Caller, Fault, plain_body};
use crate::web::{App, block};

impl From<Refused> for Fault {
    fn from(why: Refused) -> Self {
        let (status, word) = match why {
            Refused::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            Refused::Spool => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            Refused::Broken => (StatusCode::BAD_REQUEST, "broken_body"),
            _ => (StatusCode::UNPROCESSABLE_ENTITY, "refused"),
        };
        Fault::new(status, word, |t| why.say(t))
    }
}

/// Name and treatment of a file.
fn asked(req: &HttpRequest) -> Result<(String, bool), Fault> {
    let (mut name, mut skip_bad) = ("api.csv".to_owned(), false);
    let given = web::Query::<Vec<(String, String)>>::from_query(req.query_string());
    for (key, value) in given.map(web::Query::into_inner).unwrap_or_else(|_| vec![Default::default()]) {
        match (key.as_str(), value.as_str()) {
            ("name", text) if !text.trim().is_empty() && !text.chars().any(char::is_control) => {
                name = text.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
            }
            ("skip_bad", "true") => skip_bad = true,
            ("skip_bad", "false") => skip_bad = false,
            _ => {
                let key: String = key.chars().take(100).collect();
                let said = |t: &Text| fill(t.ingest.api_parameter, &[("name", &key)]);
                return Err(Fault::new(StatusCode::BAD_REQUEST, "bad_parameter", said));
            }
        }
    }
    Ok((name, skip_bad))
}

/// Takes a file.
pub async fn send(req: HttpRequest, caller: Caller, app: web::Data<App>, body: web::Payload) -> Answer {
    let (kind, token) = (Kind::at(req.path()), caller.token);
    let (file_name, skip_bad) = asked(&req)?;
    let given_key = key(&req)?;
    plain_body(&req)?;
    let kept = pour(&app, body).await?;
    if kept.bytes == 0 {
        spool(&app).remove(&kept.id).map_err(Error::from)?;
        let said = |t: &Text| t.ingest.api_empty.to_owned();
        return Err(Fault::new(StatusCode::UNPROCESSABLE_ENTITY, "empty", said));
    }
    let ctx = Ctx { now: app.now(), actor: token.actor() };
    let new = New {
        id: kept.id.clone(),
        kind,
        origin: Origin::Api,
        file_name,
        sha256: kept.sha256.clone(),
        bytes: kept.bytes,
        skip_bad,
        token_id: Some(token.id.clone()),
    };
    let request = fingerprint(&req, &kept.sha256);
    let received = app.write(move |tx| receive(tx, &ctx, &new, given_key.as_deref(), &request)).await;
    let (it, come) = match received {
        Ok(received) => received,
        Err(error) => {
            spool(&app).remove(&kept.id).map_err(Error::from)?;
            return Err(error.into());
        }
    };
    if come == Come::Now {
        let bench = app.get_ref().clone();
        let it = block(move || looked(&bench, &it)).await?;
        return answer(&app, &it).await;
    }
    spool(&app).remove(&kept.id).map_err(Error::from)?;
    if come == Come::Replayed {
        let mut again = answer(&app, &it).await?;
        again
            .headers_mut()
            .insert(HeaderName::from_static("idempotency-replayed"), HeaderValue::from_static("true"));
        return Ok(again);
    }
    Ok(HttpResponse::Ok().json(shown(&it, &[], true)))
}

/// How a file came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Come {
    /// For the first time.
    Now,
    /// The same bytes came before.
    Before,
    /// The same request with the same key came before.
    Replayed,
}

/// Takes a file in once for its key. What is kept for a key is the file's number: the answer is how far that file is.
fn receive(
    tx: &mut Tx,
    ctx: &Ctx,
    new: &New,
    key: Option<&str>,
    request: &str,
) -> crate::error::Result<(PriceFile, Come)> {
    let given = key.zip(new.token_id.as_ref());
    if let Some((key, token)) = given
        && let Some(kept) = idempotency::kept(tx, token, key, request)?
    {
        let no = kept.answer.parse().map_err(|_| Error::fault("a kept answer is no number of a file"))?;
        return Ok((store::file(tx.conn(), no)?, Come::Replayed));
    }
    let (it, is_same) = files::receive(tx, ctx, new)?;
    if let Some((key, token)) = given {
        let kept = Kept {
            token_id: token.clone(),
            given_key: key.to_owned(),
            request: request.to_owned(),
            status: i32::from(StatusCode::ACCEPTED.as_u16()),
            answer: it.no.to_string(),
            created_at: ctx.now,
        };
        idempotency::keep(tx, &kept)?;
    }
    Ok((it, if is_same { Come::Before } else { Come::Now }))
}

/// The first look, at once; a job that was quicker has the file then.
fn looked(app: &App, it: &PriceFile) -> crate::error::Result<PriceFile> {
    let (spool, now) = (spool(app), || app.now());
    let bench = Bench { db: &app.db, spool: &spool, node: &app.settings.node, now: &now };
    if !work::take(&bench, it.no)? {
        return app.db.read(|conn| store::file(conn, it.no));
    }
    let seen = work::look(&bench, it)?;
    app.db.write(|tx| store::release(tx, it.no))?;
    Ok(seen)
}

async fn answer(app: &App, it: &PriceFile) -> Answer {
    let (no, most) = (it.no, i64::try_from(Faults::KEPT).unwrap_or(i64::MAX));
    let faults = app.read(move |conn| store::faults(conn, no, 0, most)).await?;
    let status = match it.state {
        State::Checking | State::Applying | State::Waiting => StatusCode::ACCEPTED,
        State::Applied | State::Known | State::Abandoned => StatusCode::OK,
        State::Failed => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok(HttpResponse::build(status).json(shown(it, &faults, it.state == State::Known)))
}

/// How far a file is.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileState {
    /// Its number.
    pub no: i32,
    /// What it brings: `transactions` or `listings`.
    #[schema(value_type = String)]
    pub kind: Kind,
    /// Where it is: `checking`, `waiting`, `applying`, `applied`, `known`, `failed` or `abandoned`.
    #[schema(value_type = String)]
    pub state: State,
    /// Its name.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// How many bytes.
    pub bytes: i64,
    /// Lines.
    pub lines: i64,
    /// New rows.
    pub new: i64,
    /// Changed rows.
    pub changed: i64,
    /// Rows that were there already.
    pub unchanged: i64,
    /// Lines the registers do not know.
    pub unmatched: i64,
    /// Lines kept but refused, because their supplier is suspended.
    pub refused: i64,
    /// Bad lines.
    pub bad: i64,
    /// The first bad lines.
    pub bad_lines: Vec<BadLineShown>,
    /// The number of what was taken in.
    pub ingest: Option<i32>,
    /// Whether the same file had come before.
    pub known: bool,
    /// What is being done.
    #[schema(value_type = String)]
    pub phase: Phase,
    /// How much of it is done, in percent.
    pub percent: i64,
    /// The same in a sentence in Chinese.
    pub progress: String,
    /// The same in English.
    pub progress_en: String,
    /// When it came.
    pub received_at: String,
    /// When it ended.
    pub ended_at: Option<String>,
    /// `refused` when it was not taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<&'static str>,
    /// Why, in Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Why, in English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_en: Option<String>,
}

/// A bad line.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BadLine)]
pub struct BadLineShown {
    /// The line.
    pub line: i64,
    /// The column.
    pub column: String,
    /// The value.
    pub value: String,
    /// Why it is bad, in Chinese.
    pub reason: String,
    /// Why it is bad, in English.
    pub reason_en: String,
}

fn shown(it: &PriceFile, faults: &[BadLine], is_known: bool) -> FileState {
    let bad_line = |bad: &BadLine| BadLineShown {
        line: bad.line,
        column: bad.column_name.clone(),
        value: bad.value.clone(),
        reason: bad.reason_zh.clone(),
        reason_en: bad.reason_en.clone(),
    };
    let has_failed = it.state == State::Failed;
    FileState {
        no: it.no,
        kind: it.kind,
        state: it.state,
        name: it.file_name.clone(),
        sha256: it.sha256.clone(),
        bytes: it.bytes,
        lines: it.lines,
        new: it.added,
        changed: it.changed,
        unchanged: it.unchanged,
        unmatched: it.unmatched,
        refused: it.refused,
        bad: it.bad,
        bad_lines: faults.iter().map(bad_line).collect(),
        ingest: it.ingest,
        known: is_known,
        phase: it.phase,
        percent: it.percent(),
        progress: progress(it, Lang::Zh.text()),
        progress_en: progress(it, Lang::En.text()),
        received_at: it.created_at.iso(),
        ended_at: it.ended_at.map(|at| at.iso()),
        error: has_failed.then_some("refused"),
        message: has_failed.then(|| it.reason_zh.clone()),
        message_en: has_failed.then(|| it.reason_en.clone()),
    }
}

/// How far a file is, for the program that sent it; only the token it was sent with reads it.
pub async fn show(req: HttpRequest, caller: Caller, app: web::Data<App>, no: web::Path<String>) -> Answer {
    let (kind, token) = (Kind::at(req.path()), caller.token);
    let no: i32 = no.parse().map_err(|_| missing())?;
    let most = i64::try_from(Faults::KEPT).unwrap_or(i64::MAX);
    let found = app
        .read(move |conn| {
            let it = store::of_token(conn, &token.id, kind, no)?;
            Ok((it, store::faults(conn, no, 0, most)?))
        })
        .await;
    match found {
        Ok((it, faults)) => Ok(HttpResponse::Ok().json(shown(&it, &faults, it.state == State::Known))),
        Err(Error::NotFound) => Err(missing()),
        Err(error) => Err(error.into()),
    }
}

fn missing() -> Fault {
    Fault::new(StatusCode::NOT_FOUND, "not_found", |t| t.ingest.api_not_found.to_owned())
}
