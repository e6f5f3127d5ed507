//! A submitted form as typed values; each fault names its field.

use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use zeroize::Zeroize;

use crate::error::{Error, Result};
use crate::text::{Say, Text, fill};
use crate::types::{NotANumber, Time, parse_day};

/// Most fields a form may have: a demand report of 60 lots with several brands stays far below.
const FIELDS: usize = 20_000;

/// The fields of a submitted form, in order.
#[derive(Debug, Clone, Default)]
pub struct Form(Vec<(String, String)>);

/// Why a field is refused.
#[derive(Debug)]
pub enum Refused {
    /// Empty.
    Empty(&'static str),
    /// Not a number of the wanted kind.
    Number(&'static str, String, NotANumber),
    /// Not a date or time.
    Time(&'static str, String),
    /// Not one of the choices, or not an id.
    Choice(&'static str, String),
    /// The whole form could not be read.
    Form,
    /// The upload could not be read or is too large (limit in MiB).
    Upload(usize),
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let c = &t.common;
        match self {
            Refused::Empty(_) => c.field_empty.to_owned(),
            Refused::Number(_, text, NotANumber::TooManyDecimals(n)) => {
                fill(c.field_decimals, &[("text", text), ("n", n)])
            }
            Refused::Number(_, text, _) => fill(c.field_number, &[("text", text)]),
            Refused::Time(_, text) => fill(c.field_time, &[("text", text)]),
            Refused::Choice(_, text) => fill(c.field_choice, &[("text", text)]),
            Refused::Form => c.form_unreadable.to_owned(),
            Refused::Upload(n) => fill(c.upload_refused, &[("n", n)]),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Refused::Empty(f) | Refused::Number(f, ..) | Refused::Time(f, _) | Refused::Choice(f, _) => {
                Some(f)
            }
            Refused::Form | Refused::Upload(_) => None,
        }
    }
}

impl Form {
    /// From pairs, without the zero character, which no text of a database holds.
    pub fn from_pairs(mut pairs: Vec<(String, String)>) -> Self {
        pairs.iter_mut().for_each(|(_, value)| value.retain(|c| c != '\0'));
        Self(pairs)
    }

    /// Wipes what was submitted from memory: for keys.
    pub fn wipe(&mut self) {
        for (_, value) in &mut self.0 {
            value.zeroize();
        }
    }

    /// A field's text without the spaces around it; empty when absent.
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.trim())
    }

    /// A field exactly as typed: for passwords.
    pub fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }

    /// A remark or reason: a field's text, cut after 2,000 characters.
    pub fn words(&self, name: &str) -> String {
        self.text(name).chars().take(2_000).collect()
    }

    /// Every value of a repeated field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.trim())
    }

    /// Every field whose name begins with `prefix`, as (rest of the name, value).
    pub fn with_prefix<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0
            .iter()
            .filter_map(move |(name, value)| name.strip_prefix(prefix).map(|rest| (rest, value.trim())))
    }

    /// A text that must be there.
    pub fn required(&self, name: &'static str) -> Result<&str> {
        match self.text(name) {
            "" => Err(Error::refused(Refused::Empty(name))),
            text => Ok(text),
        }
    }

    /// An exact number that must be there.
    pub fn number<T: FromStr<Err = NotANumber>>(&self, name: &'static str) -> Result<T> {
        let text = self.required(name)?;
        text.parse().map_err(|why| Error::refused(Refused::Number(name, text.to_owned(), why)))
    }

    /// An exact number, or `None` when the field is empty.
    pub fn number_if_given<T: FromStr<Err = NotANumber>>(&self, name: &'static str) -> Result<Option<T>> {
        if self.text(name).is_empty() { Ok(None) } else { self.number(name).map(Some) }
    }

    /// An id or a word of a closed set.
    pub fn choice<T: FromStr>(&self, name: &'static str) -> Result<T> {
        let text = self.required(name)?;
        text.parse().map_err(|_| Error::refused(Refused::Choice(name, text.to_owned())))
    }

    /// What a second person decides: yes or no.
    pub fn decision(&self) -> Result<bool> {
        match self.text("decision") {
            "yes" => Ok(true),
            "no" => Ok(false),
            other => Err(Error::refused(Refused::Choice("decision", other.to_owned()))),
        }
    }

    /// A Shanghai date and time.
    pub fn time(&self, name: &'static str) -> Result<Time> {
        let text = self.required(name)?;
        Time::parse_local(text).ok_or_else(|| Error::refused(Refused::Time(name, text.to_owned())))
    }

    /// A calendar day.
    pub fn day(&self, name: &'static str) -> Result<chrono::NaiveDate> {
        let text = self.required(name)?;
        parse_day(text).ok_or_else(|| Error::refused(Refused::Time(name, text.to_owned())))
    }
}

impl FromRequest for Form {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let read = web::Form::<Vec<(String, String)>>::from_request(req, payload);
        Box::pin(async move {
            let pairs = read.await.map_err(|_| Error::refused(Refused::Form))?.into_inner();
            if pairs.len() > FIELDS {
                return Err(Error::refused(Refused::Form));
            }
            Ok(Self::from_pairs(pairs))
        })
    }
}
