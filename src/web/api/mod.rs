//! The door for programs: who asks, how often, and how an error is told. Every answer is described by the document at
//! `/api/openapi.json`.
//!
//! The token comes as `Authorization: Bearer TOKEN`; the route table says which scope it needs. An error is
//! `{"error": "word", "message": "in Chinese", "message_en": "in English"}`.

pub mod check;
pub mod compare;
pub mod contracts;
pub mod feed;
pub mod full;
pub mod idempotency;
pub mod key;
pub mod openapi;
pub mod orders;
pub mod receipts;
pub mod stream;
pub mod tokens;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError, web};
use chrono::NaiveDate;
use futures_util::StreamExt;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::error::Error;
use crate::people::{self, Organisation};
use crate::standards;
use crate::standards::feed::Consumer;
use crate::text::{Lang, Say, Text, fill};
use crate::tokens::store as tokens_store;
use crate::tokens::{ApiToken, Scope, Standing};
use crate::types::{Actor, Ctx, parse_day, sha256};
use crate::web::{Allowed, App, Route};

/// An error as a program reads it.
pub struct Fault {
    /// The status.
    pub status: StatusCode,
    /// The word a program decides by.
    pub word: &'static str,
    zh: String,
    en: String,
    /// Seconds after which to ask again.
    wait: Option<u64>,
    /// More fields of the answer.
    more: Box<Map<String, Value>>,
}

impl Fault {
    /// An error in both languages.
    pub fn new(status: StatusCode, word: &'static str, said: impl Fn(&Text) -> String) -> Self {
        let say = |lang: Lang| said(lang.text());
        Self { status, word, zh: say(Lang::Zh), en: say(Lang::En), wait: None, more: Box::default() }
    }

    /// What an operation refused.
    pub fn refused(why: &dyn Say) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "refused", |t| why.say(t))
    }

    /// The same with another status.
    #[must_use]
    pub fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// The same with one more field.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.more.insert(name.to_owned(), value);
        self
    }

    fn bad(word: &'static str, said: impl Fn(&Text) -> String) -> Self {
        Self::new(StatusCode::BAD_REQUEST, word, said)
    }

    /// The answer.
    pub fn answer(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status);
        if matches!(self.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            let challenge = format!("Bearer realm=\"jicai\", error=\"{}\"", self.word);
            answer.insert_header((header::WWW_AUTHENTICATE, challenge));
        }
        if let Some(seconds) = self.wait {
            answer.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        answer.json(self.body())
    }

    /// What the answer says.
    pub fn body(&self) -> Value {
        json!(Told { error: self.word, message: &self.zh, message_en: &self.en, more: &self.more })
    }
}

/// An error: the word to decide by and a sentence in both languages.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Error)]
pub struct Told<'a> {
    /// The word.
    pub error: &'a str,
    /// The sentence in Chinese.
    pub message: &'a str,
    /// The sentence in English.
    pub message_en: &'a str,
    /// More, such as the lines that are faulty.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub more: &'a Map<String, Value>,
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.status, self.word, self.en)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

impl ResponseError for Fault {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        self.answer()
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(why) => Fault::refused(&*why),
            Error::NotFound => Fault::new(StatusCode::NOT_FOUND, "not_found", |t| t.api.not_found.to_owned()),
            other => {
                tracing::error!(fault = %other, "a program's request failed");
                Fault::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", |t| t.api.fault.to_owned())
            }
        }
    }
}

/// What a handler for programs gives.
pub type Answer = Result<HttpResponse, Fault>;

/// Who asks: a program whose token may do what the route needs.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Its token.
    pub token: ApiToken,
    /// The consumer it is.
    pub consumer: Option<Consumer>,
    /// The hospital it acts for.
    pub hospital: Option<Organisation>,
}

impl Caller {
    /// Now, and this program as the actor.
    pub fn ctx(&self, app: &App) -> Ctx {
        Ctx { now: app.now(), actor: self.actor() }
    }

    fn actor(&self) -> Actor {
        match &self.consumer {
            Some(it) => Actor { account: None, organisation: None, name: format!("feed: {}", it.name) },
            None => self.token.actor(),
        }
    }

    /// The consumer it is; a token that belongs to none has nothing to acknowledge or compare.
    pub fn consumer(&self) -> Result<&Consumer, Fault> {
        self.consumer.as_ref().ok_or_else(|| forbidden(|t| t.api.no_consumer.to_owned()))
    }

    /// The hospital it acts for.
    pub fn hospital(&self) -> Result<&Organisation, Fault> {
        self.hospital.as_ref().ok_or_else(|| forbidden(|t| t.api.scope_missing.to_owned()))
    }
}

fn forbidden(said: impl Fn(&Text) -> String) -> Fault {
    Fault::new(StatusCode::FORBIDDEN, "insufficient_scope", said)
}

impl FromRequest for Caller {
    type Error = Fault;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Fault>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move { caller(&req).await })
    }
}

/// The scope the route table asks for.
fn scope(req: &HttpRequest) -> Option<Scope> {
    let pattern = req.match_pattern()?;
    match Route::of(req.method(), &pattern)?.allowed {
        Allowed::Token(scope) => Some(scope),
        _ => None,
    }
}

async fn caller(req: &HttpRequest) -> Result<Caller, Fault> {
    let denied = |said: fn(&Text) -> &'static str| {
        Fault::new(StatusCode::UNAUTHORIZED, "invalid_token", |t| said(t).into())
    };
    let (Some(app), Some(scope)) = (req.app_data::<web::Data<App>>(), scope(req)) else {
        return Err(Error::fault("a handler for programs has no scope in the route table").into());
    };
    let given = req.headers().get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let (scheme, secret) = given.split_once(' ').unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") || secret.trim().is_empty() {
        return Err(denied(|t| t.api.no_token));
    }
    let (hash, now) = (sha256(secret.trim().as_bytes()), app.now());
    let key = hash.clone();
    let found = app
        .read(move |conn| {
            let Some(token) = tokens_store::with_hash(conn, &key)? else { return Ok(None) };
            let consumer = match &token.consumer_id {
                Some(id) => standards::store::consumer(conn, id)?,
                None => None,
            };
            let hospital = match &token.organisation_id {
                Some(id) => people::store::organisation(conn, id)?,
                None => None,
            };
            Ok(Some(Caller { token, consumer, hospital }))
        })
        .await?;
    let caller = found.ok_or_else(|| denied(|t| t.api.unknown_token))?;
    match caller.token.standing(&hash, now.day()) {
        Standing::InForce => {}
        Standing::Revoked => return Err(denied(|t| t.api.unknown_token)),
        Standing::Expired => return Err(denied(|t| t.api.expired)),
        Standing::Replaced => return Err(denied(|t| t.api.replaced)),
    }
    if !caller.token.scopes.holds(scope) {
        return Err(forbidden(|t| fill(t.api.scope_needed, &[("scope", &scope.name(t))])));
    }
    let is_off = caller.consumer.as_ref().is_some_and(|it| !it.active)
        || caller.hospital.as_ref().is_some_and(|it| !it.active);
    if is_off {
        return Err(forbidden(|t| t.api.inactive.to_owned()));
    }
    if let Err(seconds) = app.limits.count(&caller.token.id) {
        let said = |t: &Text| fill(t.api.too_often, &[("seconds", &seconds)]);
        let fault = Fault::new(StatusCode::TOO_MANY_REQUESTS, "too_often", said);
        return Err(Fault { wait: Some(seconds), ..fault });
    }
    // Its use is written down once a minute.
    if caller.token.used_at.is_none_or(|at| at.plus_millis(60_000) <= now) {
        let id = caller.token.id.clone();
        app.write(move |tx| tokens_store::used(tx, &id, now)).await?;
    }
    Ok(caller)
}

/// The parameters of a request: each known, each once.
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Those of an address, of which only these names are known.
    pub fn of(req: &HttpRequest, known: &[&str]) -> Result<Self, Fault> {
        let given = web::Query::<Vec<(String, String)>>::from_query(req.query_string());
        let list = given.map(web::Query::into_inner).map_err(|_| bad_parameter("?", "?", known))?;
        for (at, (name, value)) in list.iter().enumerate() {
            let is_again = list.iter().take(at).any(|(other, _)| other == name);
            if !known.contains(&name.as_str()) || is_again || value.contains('\0') {
                return Err(bad_parameter(name, value, known));
            }
        }
        Ok(Self(list))
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    /// The day of a name, when one is given.
    pub fn day(&self, name: &str) -> Result<Option<NaiveDate>, Fault> {
        let Some(text) = self.get(name) else { return Ok(None) };
        parse_day(text).map(Some).ok_or_else(|| bad_parameter(name, text, &[]))
    }

    /// The value of a name read and looked at; `default` when it is not given.
    pub fn read<T: FromStr>(&self, name: &str, default: T, is_good: impl Fn(&T) -> bool) -> Result<T, Fault> {
        let Some(text) = self.get(name) else { return Ok(default) };
        text.parse().ok().filter(is_good).ok_or_else(|| bad_parameter(name, text, &[]))
    }
}

/// A parameter that is none, or whose value will not do.
fn bad_parameter(name: &str, value: &str, known: &[&str]) -> Fault {
    let plain = |text: &str| text.chars().take(100).filter(|c| !c.is_control()).collect::<String>();
    let (name, value, known) = (plain(name), plain(value), known.join(", "));
    Fault::bad("bad_parameter", move |t| match known.as_str() {
        "" => fill(t.api.bad_value, &[("name", &name), ("value", &value)]),
        known => fill(t.api.bad_parameter, &[("name", &name), ("known", &known)]),
    })
}

/// Refuses a body that is packed: it is read as it comes.
pub fn plain_body(req: &HttpRequest) -> Result<(), Fault> {
    match req.headers().get(header::CONTENT_ENCODING) {
        Some(it) if it.as_bytes() != b"identity" => {
            let said = |t: &Text| t.api.encoding.to_owned();
            Err(Fault::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "encoding", said))
        }
        _ => Ok(()),
    }
}

/// The whole of a small body.
pub async fn small_body(req: &HttpRequest, mut body: web::Payload, most: usize) -> Result<Vec<u8>, Fault> {
    plain_body(req)?;
    let mut bytes = Vec::new();
    while let Some(piece) = body.next().await {
        bytes.extend_from_slice(&piece.map_err(|_| broken_body())?);
        if bytes.len() > most {
            return Err(too_large(most as u64));
        }
    }
    if bytes.is_empty() { Err(empty_body()) } else { Ok(bytes) }
}

/// The lines of a JSON body `{"lines": [{…}, …]}`; none when the body is no JSON object but a table.
pub fn objects(body: &[u8]) -> crate::error::Result<Option<Vec<Value>>> {
    let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
    if !text.starts_with(b"{") && !text.starts_with(b"[") {
        return Ok(None);
    }
    let read: Value = serde_json::from_slice(text)
        .map_err(|why| Error::refused(BadJson::Broken { line: why.line(), column: why.column() }))?;
    match read {
        Value::Object(mut it) => match it.remove("lines") {
            Some(Value::Array(lines)) if it.is_empty() => Ok(Some(lines)),
            _ => Err(Error::refused(BadJson::NoLines)),
        },
        _ => Err(Error::refused(BadJson::NoLines)),
    }
}

/// Why a JSON body cannot be taken.
#[derive(Debug)]
enum BadJson {
    /// It is no JSON from here on.
    Broken {
        /// The line, from 1.
        line: usize,
        /// The byte of the line.
        column: usize,
    },
    /// It has no lines.
    NoLines,
}

impl Say for BadJson {
    fn say(&self, t: &Text) -> String {
        match self {
            BadJson::Broken { line, column } => fill(t.api.bad_json, &[("line", line), ("column", column)]),
            BadJson::NoLines => t.api.no_lines.to_owned(),
        }
    }
}

fn broken_body() -> Fault {
    Fault::bad("broken_body", |t| t.api.broken_body.to_owned())
}

fn empty_body() -> Fault {
    Fault::new(StatusCode::UNPROCESSABLE_ENTITY, "empty", |t| t.api.empty.to_owned())
}

fn too_large(most: u64) -> Fault {
    let most = (most >> 20).max(1);
    Fault::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", move |t| {
        fill(t.api.too_large, &[("limit", &most)])
    })
}
