//! What every page has: language, visitor, navigation; and how a page becomes a response.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use askama::Template;

use crate::error::{Error, Result};
use crate::people::{Role, Who, password};
use crate::text::{Lang, Say, Text};
use crate::types::AccountId;
use crate::web::access::{
    self, ACCOUNT_READERS, CALENDAR_KEEPERS, EVALUATORS, INDICATOR_READERS, OVERSEERS, PREPAYMENT_READERS,
    PRICE_READERS, STAFF,
};
use crate::web::{asset, cases, credit, preparations, retention, shortages};

/// What every page has.
#[derive(Clone)]
pub struct Page {
    /// The messages of the reader's language.
    pub t: &'static Text,
    /// The reader, when logged in.
    pub who: Option<Who>,
    /// This page's address with its query, for the way back.
    pub here: String,
    /// The address without its query.
    pub path: String,
    /// The last form was done.
    pub done: bool,
    /// The last form was refused: field (may be empty) and sentence.
    pub refusal: Option<(String, String)>,
}

/// A link of the navigation.
pub struct Link {
    /// Address.
    pub path: &'static str,
    /// Text.
    pub name: &'static str,
    /// The reader is there.
    pub is_here: bool,
}

impl Page {
    /// The page of a request.
    pub fn of(req: &HttpRequest) -> Self {
        let lang = req.extensions().get::<Lang>().copied().unwrap_or(Lang::Zh);
        Self {
            t: lang.text(),
            who: req.extensions().get::<Who>().cloned(),
            here: req.uri().to_string(),
            path: req.path().to_owned(),
            done: req.query_string().split('&').any(|pair| pair == "done=1"),
            refusal: None,
        }
    }

    /// This page with a refusal beside its field.
    #[must_use]
    pub fn refused(mut self, why: &dyn Say) -> Self {
        self.refusal = Some((why.field().unwrap_or_default().to_owned(), why.say(self.t)));
        self.done = false;
        self
    }

    /// The refusal beside a field, else empty.
    pub fn fault(&self, field: &str) -> &str {
        self.refusal.as_ref().filter(|(at, _)| at == field).map_or("", |(_, sentence)| sentence)
    }

    /// The language's word, for `<html lang>`.
    pub fn html_lang(&self) -> &'static str {
        match self.t.lang {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        }
    }

    /// The other language, for the switch.
    pub fn other_lang(&self) -> Lang {
        match self.t.lang {
            Lang::Zh => Lang::En,
            Lang::En => Lang::Zh,
        }
    }

    /// Whether the reader holds a role, by its word.
    pub fn is(&self, role: &str) -> bool {
        role.parse::<Role>().is_ok_and(|role| self.who.as_ref().is_some_and(|w| w.is(role)))
    }

    /// Whether two values are written alike: the chosen option of a list.
    pub fn is_same(&self, one: impl std::fmt::Display, other: impl std::fmt::Display) -> bool {
        one.to_string() == other.to_string()
    }

    /// A fresh id for a form that makes a row.
    pub fn fresh_id(&self) -> String {
        AccountId::new().to_string()
    }

    /// A fresh nonce for a form whose content is sealed.
    pub fn fresh_nonce(&self) -> String {
        password::token()
    }

    /// The address of a file in `static/`, changing with its content.
    pub fn asset(&self, name: &str) -> String {
        asset::address(name)
    }

    /// The navigation of this reader.
    pub fn links(&self) -> Vec<Link> {
        let n = &self.t.nav;
        let all: &[(&'static str, &'static str, &[Role])] = &[
            ("/", n.home, &[]),
            ("/rounds", n.rounds, &[]),
            ("/approvals", n.approvals, &[Role::Officer, Role::Reviewer, Role::Auditor]),
            ("/products", n.products, &[]),
            ("/ratio", n.ratio, &[]),
            ("/contracts", n.contracts, &[]),
            ("/orders", n.orders, &[]),
            ("/deliveries", n.deliveries, &[]),
            ("/distributors", n.distributors, &[]),
            ("/progress", n.progress, &[]),
            ("/shortages", n.shortages, shortages::READERS),
            ("/invoices", n.invoices, &[]),
            ("/payments", n.payments, &[]),
            ("/ageing", n.ageing, &[]),
            ("/claims", n.claims, &[]),
            ("/settlements", n.settlements, STAFF),
            ("/prepayments", n.prepayments, PREPAYMENT_READERS),
            ("/statements", n.statements, &[]),
            ("/bank-accounts", n.bank_accounts, ACCOUNT_READERS),
            ("/retention", n.retention, retention::PARTIES),
            ("/cases", n.cases, cases::PARTIES),
            ("/credit", n.credit, credit::PARTIES),
            ("/ratings", n.ratings, credit::PARTIES),
            ("/transactions", n.transactions, STAFF),
            ("/standards", n.standards, &[]),
            ("/indices", n.indices, STAFF),
            ("/indicators", n.indicators, INDICATOR_READERS),
            ("/preparations", n.preparations, preparations::PARTIES),
            ("/terms", n.terms, access::STAFF),
            ("/workdays", n.workdays, CALENDAR_KEEPERS),
            ("/prices", n.prices, STAFF),
            ("/findings", n.findings, PRICE_READERS),
            ("/simulations", n.simulations, EVALUATORS),
            ("/rules", n.rules, &[]),
            ("/public/rounds", n.public, &[]),
            ("/alerts", n.alerts, &[]),
            ("/monitoring", n.monitoring, STAFF),
            ("/incidents", n.incidents, STAFF),
            ("/organisations", n.organisations, &[Role::Admin]),
            ("/api-tokens", n.api_tokens, &[Role::Admin]),
            ("/mails", n.mails, OVERSEERS),
            ("/jobs", n.jobs, OVERSEERS),
            ("/audit", n.audit, OVERSEERS),
        ];
        let Some(who) = &self.who else { return Vec::new() };
        all.iter()
            .filter(|(_, _, roles)| roles.is_empty() || who.is_any(roles))
            .map(|&(path, name, _)| Link { path, name, is_here: self.is_at(path) })
            .collect()
    }

    fn is_at(&self, path: &str) -> bool {
        self.path == path || (path != "/" && self.path.starts_with(&format!("{path}/")))
    }
}

impl FromRequest for Page {
    type Error = Error;
    type Future = Ready<std::result::Result<Self, Error>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Page::of(req)))
    }
}

/// A page, status 200.
pub fn show(template: &impl Template) -> Result<HttpResponse> {
    with_status(StatusCode::OK, template)
}

/// A form shown again with its refusal, status 422.
pub fn show_refused(template: &impl Template) -> Result<HttpResponse> {
    with_status(StatusCode::UNPROCESSABLE_ENTITY, template)
}

fn with_status(status: StatusCode, template: &impl Template) -> Result<HttpResponse> {
    let html = template.render()?;
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html))
}

/// Sends the browser on with GET after a form was done.
pub fn see(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, path)).finish()
}

/// Sends the browser on and lets the next page say that it was done.
pub fn see_done(path: &str) -> HttpResponse {
    see(&format!("{path}{}done=1", if path.contains('?') { '&' } else { '?' }))
}

/// A file to download. The name may be Chinese.
pub fn download(name: &str, media_type: &str, bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(media_type)
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"download\"; filename*=UTF-8''{}", encode(name)),
        ))
        .body(bytes)
}

/// Percent-encodes everything but letters, digits and `-_.~`.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[derive(Template)]
#[template(path = "message.html")]
struct Message<'a> {
    page: &'a Page,
    sentence: &'a str,
}

/// A page with one sentence and a way back.
pub fn message(page: &Page, status: StatusCode, sentence: &str) -> HttpResponse {
    with_status(status, &Message { page, sentence }).unwrap_or_else(|_| HttpResponse::new(status))
}

/// An address on this site: anything else a form may carry leads home, so no form can send people elsewhere.
pub fn local(path: &str) -> &str {
    let is_local = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && !path.contains(|c: char| c.is_control());
    if is_local { path } else { "/" }
}
