//! Pages everybody may read without logging in: open data as tables, files and packages; kept by caches until
//! something changes.

pub mod home;
pub mod ocds;
mod rows;
pub mod tables;

use std::sync::LazyLock;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};

use crate::error::Result;
use crate::types::{Time, sha256};

/// Seconds for which an answer is good without asking again: what is withdrawn is gone everywhere after that.
const FRESH: u32 = 60;

/// A program that starts anew may write its pages differently.
static STARTED: LazyLock<i64> = LazyLock::new(|| Time::now().millis());

/// Answers 304 when the reader has this version, else with what `make` makes. `version` says what the content rests
/// on and costs less than the content; what else the answer depends on is the address, the language and the reader.
pub async fn cached<F: Future<Output = Result<HttpResponse>>>(
    req: &HttpRequest,
    version: &str,
    make: impl FnOnce() -> F,
) -> Result<HttpResponse> {
    let page = crate::web::Page::of(req);
    let reader = page.who.as_ref().map_or("", |who| who.account.id.as_str());
    let rests_on = format!("{}\n{}\n{}\n{version}\n{reader}", *STARTED, page.here, page.t.lang);
    let tag = format!("W/\"{}\"", sha256(rests_on.as_bytes()).get(..32).unwrap_or_default());
    let known = req.headers().get(header::IF_NONE_MATCH).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let is_known = known.split(',').any(|it| it.trim() == tag);
    let mut response = if is_known { HttpResponse::NotModified().finish() } else { make().await? };
    let headers = response.headers_mut();
    // A page shows who is logged in: no cache between may give it to anybody else.
    let keep = match reader {
        "" => format!("public, max-age={FRESH}"),
        _ => "private, no-cache".to_owned(),
    };
    for (name, value) in [(header::ETAG, tag), (header::CACHE_CONTROL, keep)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    headers.insert(header::VARY, HeaderValue::from_static("Cookie"));
    Ok(response)
}
