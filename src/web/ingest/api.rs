//! The door for programs: a file of purchases or listings as the body of a request; every answer is JSON.
//!
//! `POST /api/transactions` and `POST /api/listings` take CSV (or XLSX) with `Authorization: Bearer TOKEN`;
//! `?name=FILE` names the file and `skip_bad=true` leaves bad lines out. The body goes to the spool and is looked at
//! before the answer: 202 when it will be applied now, 200 when the same file came before, 422 when bad lines keep it
//! from being applied. `GET /api/transactions/{no}` says how far the file of a number is. An error is
//! `{"error": "word", "message": "in Chinese", "message_en": "in English"}`.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::{pour, progress, spool};
use crate::error::Error;
use crate::files::Faults;
use crate::prices::files::store::BadLine;
use crate::prices::files::tokens::{self, ApiToken};
use crate::prices::files::work::{self, Bench};
use crate::prices::files::{self, Kind, New, Origin, PriceFile, Refused, State, store};
use crate::text::{Lang, Say, Text, fill};
use crate::types::{Ctx, sha256};
use crate::web::{App, block};

/// An error as a program reads it.
struct Fault {
    status: StatusCode,
    word: &'static str,
    said: Box<dyn Fn(&Text) -> String>,
}

impl Fault {
    fn new(status: StatusCode, word: &'static str, said: impl Fn(&Text) -> String + 'static) -> Self {
        Self { status, word, said: Box::new(said) }
    }

    fn answer(self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status);
        if matches!(self.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            let challenge = format!("Bearer realm=\"jicai\", error=\"{}\"", self.word);
            answer.insert_header((header::WWW_AUTHENTICATE, challenge));
        }
        let said = |lang: Lang| (self.said)(lang.text());
        answer.json(json!({ "error": self.word, "message": said(Lang::Zh), "message_en": said(Lang::En) }))
    }
}

impl From<Refused> for Fault {
    fn from(why: Refused) -> Self {
        let (status, word) = match why {
            Refused::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            Refused::Spool => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            Refused::Broken => (StatusCode::BAD_REQUEST, "broken_body"),
            _ => (StatusCode::UNPROCESSABLE_ENTITY, "refused"),
        };
        Fault::new(status, word, move |t| why.say(t))
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(why) => {
                Fault::new(StatusCode::UNPROCESSABLE_ENTITY, "refused", move |t| why.say(t))
            }
            Error::NotFound => {
                Fault::new(StatusCode::NOT_FOUND, "not_found", |t| t.ingest.api_not_found.to_owned())
            }
            other => {
                tracing::error!(fault = %other, "a program's file could not be taken");
                Fault::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", |t| t.ingest.api_fault.to_owned())
            }
        }
    }
}

/// The token of a request, which must hold the kind of file. Its use is written down once a minute.
async fn token(req: &HttpRequest, app: &App, kind: Kind) -> Result<ApiToken, Fault> {
    let given = req.headers().get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let (scheme, secret) = given.split_once(' ').unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") || secret.trim().is_empty() {
        let said = |t: &Text| t.ingest.api_no_token.to_owned();
        return Err(Fault::new(StatusCode::UNAUTHORIZED, "invalid_token", said));
    }
    let hash = sha256(secret.trim().as_bytes());
    let found = app.read(move |conn| tokens::with_hash(conn, &hash)).await?;
    let Some(token) = found.filter(|token| token.revoked_at.is_none()) else {
        let said = |t: &Text| t.ingest.api_unknown_token.to_owned();
        return Err(Fault::new(StatusCode::UNAUTHORIZED, "invalid_token", said));
    };
    if !token.scope.holds(kind) {
        let said = |t: &Text| t.ingest.api_scope.to_owned();
        return Err(Fault::new(StatusCode::FORBIDDEN, "insufficient_scope", said));
    }
    let (id, now) = (token.id.clone(), app.now());
    if token.used_at.is_none_or(|at| at.plus_millis(60_000) <= now) {
        app.write(move |tx| tokens::used(tx, &id, now)).await?;
    }
    Ok(token)
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
                let said = move |t: &Text| fill(t.ingest.api_parameter, &[("name", &key)]);
                return Err(Fault::new(StatusCode::BAD_REQUEST, "bad_parameter", said));
            }
        }
    }
    Ok((name, skip_bad))
}

/// Takes a file.
pub async fn send(req: HttpRequest, app: web::Data<App>, body: web::Payload) -> HttpResponse {
    received(&req, &app, body).await.unwrap_or_else(Fault::answer)
}

async fn received(req: &HttpRequest, app: &App, body: web::Payload) -> Result<HttpResponse, Fault> {
    let kind = Kind::at(req.path());
    let token = token(req, app, kind).await?;
    let (file_name, skip_bad) = asked(req)?;
    let encoding = req.headers().get(header::CONTENT_ENCODING);
    if encoding.is_some_and(|it| it.as_bytes() != b"identity") {
        let said = |t: &Text| t.ingest.api_encoding.to_owned();
        return Err(Fault::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "encoding", said));
    }
    let kept = pour(app, body).await?;
    if kept.bytes == 0 {
        spool(app).remove(&kept.id).map_err(Error::from)?;
        let said = |t: &Text| t.ingest.api_empty.to_owned();
        return Err(Fault::new(StatusCode::UNPROCESSABLE_ENTITY, "empty", said));
    }
    let ctx = Ctx { now: app.now(), actor: token.actor() };
    let new = New {
        id: kept.id.clone(),
        kind,
        origin: Origin::Api,
        file_name,
        sha256: kept.sha256,
        bytes: kept.bytes,
        skip_bad,
        token_id: Some(token.id.clone()),
    };
    let (it, is_same) = app.write(move |tx| files::receive(tx, &ctx, &new)).await?;
    if is_same {
        spool(app).remove(&kept.id).map_err(Error::from)?;
        return Ok(HttpResponse::Ok().json(shown(&it, &[], true)));
    }
    let bench = app.clone();
    let it = block(move || looked(&bench, &it)).await?;
    answer(app, &it).await
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

async fn answer(app: &App, it: &PriceFile) -> Result<HttpResponse, Fault> {
    let (no, most) = (it.no, i64::try_from(Faults::KEPT).unwrap_or(i64::MAX));
    let faults = app.read(move |conn| store::faults(conn, no, 0, most)).await?;
    let status = match it.state {
        State::Checking | State::Applying | State::Waiting => StatusCode::ACCEPTED,
        State::Applied | State::Known | State::Abandoned => StatusCode::OK,
        State::Failed => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok(HttpResponse::build(status).json(shown(it, &faults, it.state == State::Known)))
}

fn shown(it: &PriceFile, faults: &[BadLine], is_known: bool) -> Value {
    let bad_lines: Vec<Value> = faults
        .iter()
        .map(|bad| {
            json!({ "line": bad.line, "column": bad.column_name, "value": bad.value, "reason": bad.reason_zh,
                "reason_en": bad.reason_en })
        })
        .collect();
    let mut shown = json!({
        "no": it.no, "kind": it.kind, "state": it.state, "name": it.file_name, "sha256": it.sha256,
        "bytes": it.bytes, "lines": it.lines, "new": it.added, "changed": it.changed,
        "unchanged": it.unchanged, "unmatched": it.unmatched, "refused": it.refused, "bad": it.bad, "bad_lines": bad_lines,
        "ingest": it.ingest, "known": is_known, "phase": it.phase, "percent": it.percent(),
        "progress": progress(it, Lang::Zh.text()), "progress_en": progress(it, Lang::En.text()),
        "received_at": it.created_at.iso(), "ended_at": it.ended_at.map(|at| at.iso()),
    });
    if it.state == State::Failed
        && let Some(map) = shown.as_object_mut()
    {
        map.insert("error".to_owned(), json!("refused"));
        map.insert("message".to_owned(), json!(it.reason_zh));
        map.insert("message_en".to_owned(), json!(it.reason_en));
    }
    shown
}

// Only the token it was sent with reads it.
async fn progress_of(req: &HttpRequest, app: &App, no: &str) -> Result<HttpResponse, Fault> {
    let kind = Kind::at(req.path());
    let token = token(req, app, kind).await?;
    let no: i32 = no.parse().map_err(|_| Error::NotFound)?;
    let most = i64::try_from(Faults::KEPT).unwrap_or(i64::MAX);
    let (it, faults) = app
        .read(move |conn| {
            let it = store::of_token(conn, &token.id, kind, no)?;
            Ok((it, store::faults(conn, no, 0, most)?))
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown(&it, &faults, it.state == State::Known)))
}

/// How far a file is, for the program that sent it.
pub async fn show(req: HttpRequest, app: web::Data<App>, no: web::Path<String>) -> HttpResponse {
    progress_of(&req, &app, &no).await.unwrap_or_else(Fault::answer)
}
