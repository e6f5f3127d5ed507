//! The header `Idempotency-Key`: the same key and request again get the stored answer, another request with the key is
//! refused.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use serde_json::Value;

use super::{Answer, Caller, Fault};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::tokens::idempotency::{self, Kept, LONGEST};
use crate::types::sha256;
use crate::web::App;

/// The header.
pub const HEADER: &str = "idempotency-key";

/// The key of a request, in quotes or without.
pub fn key(req: &HttpRequest) -> std::result::Result<Option<String>, Fault> {
    let Some(given) = req.headers().get(HEADER) else { return Ok(None) };
    let text = given.to_str().unwrap_or_default().trim();
    let text = text.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(text);
    let is_good = !text.is_empty() && text.len() <= LONGEST && text.bytes().all(|b| b.is_ascii_graphic());
    match is_good {
        true => Ok(Some(text.to_owned())),
        false => Err(Fault::new(StatusCode::BAD_REQUEST, "bad_key", |t| t.api.bad_key.to_owned())),
    }
}

/// The key of a request that must have one.
pub fn needed(req: &HttpRequest) -> std::result::Result<String, Fault> {
    let missing = || Fault::new(StatusCode::BAD_REQUEST, "no_key", |t| t.api.no_key.to_owned());
    key(req)?.ok_or_else(missing)
}

/// The fingerprint of a request: what it is sent to and what it says.
pub fn fingerprint(req: &HttpRequest, body_sha256: &str) -> String {
    sha256(format!("{} {}\n{body_sha256}", req.method(), req.uri()).as_bytes())
}

/// Does something once for a key: the effect and its answer are kept together.
pub async fn once(
    app: &App,
    caller: &Caller,
    (key, request): (String, String),
    mut work: impl FnMut(&mut Tx) -> Result<Value> + Send + 'static,
) -> Answer {
    let (token_id, now) = (caller.token.id.clone(), app.now());
    let done = app
        .write(move |tx| {
            if let Some(kept) = idempotency::kept(tx, &token_id, &key, &request)? {
                return Ok((kept, true));
            }
            let answer = work(tx)?.to_string();
            let kept = Kept {
                token_id: token_id.clone(),
                given_key: key.clone(),
                request: request.clone(),
                status: i32::from(StatusCode::CREATED.as_u16()),
                answer,
                created_at: now,
            };
            idempotency::keep(tx, &kept)?;
            Ok((kept, false))
        })
        .await;
    match done {
        Ok((kept, is_again)) => {
            let status = u16::try_from(kept.status).ok().and_then(|it| StatusCode::from_u16(it).ok());
            let mut answer = HttpResponse::build(status.unwrap_or(StatusCode::OK));
            if is_again {
                answer.insert_header(("idempotency-replayed", "true"));
            }
            Ok(answer.content_type("application/json").body(kept.answer))
        }
        // The same key came twice at the same moment.
        Err(Error::Database(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _))) => {
            Err(Fault::new(StatusCode::CONFLICT, "underway", |t| t.api.underway.to_owned()))
        }
        Err(error) => Err(error.into()),
    }
}
