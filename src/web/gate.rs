//! What every request passes through: session, access rule, forgery check, language, security headers,
//! and the page of an error.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, ResponseError, web};

use crate::error::Error;
use crate::people::{self, Who};
use crate::text::Lang;
use crate::types::sha256;
use crate::web::page::{self, Page};
use crate::web::{Allowed, App, Route};

/// The cookie of a session.
pub const SESSION: &str = "session";
/// The cookie of the chosen language.
pub const LANGUAGE: &str = "lang";

/// Everything comes from this site; no inline script or style, no framing, forms post only here.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
                   connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Error::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::Forbidden => StatusCode::FORBIDDEN,
            Error::Database(_) | Error::Fault(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

/// Wraps every request.
pub async fn gate(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let who = session(&req).await;
    let lang = language(&req, who.as_ref().ok().and_then(Option::as_ref));
    req.extensions_mut().insert(lang);
    if let Ok(Some(who)) = &who {
        req.extensions_mut().insert(who.clone());
    }
    let response = match who.and_then(|who| admit(&req, who.as_ref())) {
        Ok(Admitted::Enter) => match next.call(req).await {
            Ok(res) => res.map_into_boxed_body(),
            Err(e) => return Err(e),
        },
        Ok(Admitted::Login) => {
            let to = format!("/login?to={}", page::encode(&req.uri().to_string()));
            req.into_response(page::see(&to))
        }
        // `into_response` would forget the error, and with it what its page says.
        Err(error) => ServiceResponse::new(req.into_parts().0, HttpResponse::from_error(error)),
    };
    let mut response = shown(response);
    headers(response.headers_mut());
    Ok(response)
}

enum Admitted {
    Enter,
    Login,
}

async fn session(req: &ServiceRequest) -> Result<Option<Who>, Error> {
    let Some(cookie) = req.cookie(SESSION) else { return Ok(None) };
    let Some(app) = req.app_data::<web::Data<App>>() else { return Ok(None) };
    if req.path().starts_with("/static/") {
        return Ok(None);
    }
    let (hash, now) = (sha256(cookie.value().as_bytes()), app.now());
    let key = hash.clone();
    let who = app.read(move |conn| people::who(conn, &key, now)).await?;
    if let Some(who) = &who
        && who.seen_at.plus_millis(60_000) <= now
    {
        app.write(move |tx| people::store::touch_session(tx, &hash, now)).await?;
    }
    Ok(who)
}

fn language(req: &ServiceRequest, who: Option<&Who>) -> Lang {
    let cookie = req.cookie(LANGUAGE).and_then(|c| c.value().parse().ok());
    cookie.or(who.map(|w| w.account.lang)).unwrap_or(Lang::Zh)
}

fn admit(req: &ServiceRequest, who: Option<&Who>) -> Result<Admitted, Error> {
    if !is_same_site(req) {
        return Err(Error::Forbidden);
    }
    // No text of a database holds it, so nothing is there. Programs are told by their own handlers.
    if req.uri().to_string().contains("%00") && !req.path().starts_with("/api/") {
        return Err(Error::NotFound);
    }
    let Some(pattern) = req.match_pattern() else { return Ok(Admitted::Enter) };
    let Some(route) = Route::of(req.method(), &pattern) else { return Ok(Admitted::Enter) };
    if route.allowed.admits(who) {
        return match who {
            // A password somebody else set is changed before anything else.
            Some(w)
                if w.account.must_change
                    && route.allowed != Allowed::Public
                    && !matches!(pattern.as_str(), "/account" | "/account/password" | "/logout") =>
            {
                Ok(Admitted::Login)
            }
            _ => Ok(Admitted::Enter),
        };
    }
    if who.is_none() && route.method == "GET" { Ok(Admitted::Login) } else { Err(Error::Forbidden) }
}

/// Whether a request that changes something comes from this site's own pages. Browsers send `Sec-Fetch-Site`
/// or at least `Origin`; a client that sends neither is no browser and cannot be made to carry a cookie.
fn is_same_site(req: &ServiceRequest) -> bool {
    if matches!(*req.method(), Method::GET | Method::HEAD) {
        return true;
    }
    let text = |name: HeaderName| req.headers().get(name).map(|v| v.to_str().unwrap_or("?").to_owned());
    match text(HeaderName::from_static("sec-fetch-site")) {
        Some(site) => site == "same-origin" || site == "none",
        None => text(header::ORIGIN).is_none_or(|origin| {
            let host = text(header::HOST).unwrap_or_default();
            origin.split_once("://").is_some_and(|(_, from)| from == host)
        }),
    }
}

/// Turns an error into its page, in the reader's language; a fault is logged here, once.
fn shown(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let status = response.status();
    let page = Page::of(response.request());
    let made = match response.response().error().and_then(|e| e.as_error::<Error>()) {
        Some(Error::Refused(why)) => page::message(&page, status, &why.say(page.t)),
        Some(Error::NotFound) => page::message(&page, status, page.t.common.not_found),
        Some(Error::Forbidden) => page::message(&page, status, page.t.common.forbidden),
        Some(fault) => {
            tracing::error!(path = response.request().path(), %fault, "request failed");
            page::message(&page, status, page.t.common.fault)
        }
        None if status == StatusCode::NOT_FOUND
            && response.response().headers().get(header::CONTENT_TYPE).is_none() =>
        {
            page::message(&page, status, page.t.common.not_found)
        }
        None => return response,
    };
    response.into_response(made)
}

fn headers(map: &mut HeaderMap) {
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    ];
    for (name, value) in fixed {
        map.insert(name, HeaderValue::from_static(value));
    }
    if !map.contains_key(header::CACHE_CONTROL) {
        map.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}
