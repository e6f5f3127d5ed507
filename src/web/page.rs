//! What every page has: language, visitor, navigation; and how a page becomes a response.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use askama::Template;

use crate::error::{Error, Result};
use crate::files::write::FileKind;
use crate::people::{Role, Who, password};
use crate::text::{Lang, Say, Text};
use crate::types::AccountId;
use crate::web::asset;
use crate::web::nav::{self, Group};

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

    /// The round above this page, for the way back.
    pub fn round(&self) -> Option<String> {
        let (id, below) = self.path.strip_prefix("/rounds/")?.split_once('/')?;
        (!below.is_empty()).then(|| format!("/rounds/{id}"))
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

    /// Whether a note of a rule is English prose on a Chinese page. A file's or site's name is no prose.
    pub fn is_foreign(&self, text: &str) -> bool {
        let is_word = |it: &&str| {
            let it = it.trim_end_matches([',', ';', '.', ':']);
            !it.is_empty() && it.bytes().all(|b| b.is_ascii_alphabetic())
        };
        self.t.lang == Lang::Zh && text.split_whitespace().filter(is_word).nth(1).is_some()
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
    pub fn nav(&self) -> Vec<Group> {
        nav::groups(self)
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

/// A CSV file to download; its name without the ending.
pub fn csv(name: &str, bytes: Vec<u8>) -> HttpResponse {
    table(name, FileKind::Csv, bytes)
}

/// An XLSX file to download; its name without the ending.
pub fn xlsx(name: &str, bytes: Vec<u8>) -> HttpResponse {
    table(name, FileKind::Xlsx, bytes)
}

/// A table to download as a file of a kind; its name without the ending.
pub fn table(name: &str, kind: FileKind, bytes: Vec<u8>) -> HttpResponse {
    download(&format!("{name}.{kind}"), kind.media_type(), bytes)
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
