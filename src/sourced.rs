//! What documents of rules share: how sure a number of theirs is, which days they hold, and how their text is read.

use chrono::NaiveDate;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use crate::text::Text;

crate::words! {
    /// How sure something is.
    Confidence {
        /// Read in the document or in a report of it.
        Verified = "verified",
        /// Reported by others only.
        SecondHand = "second_hand",
        /// The makers' own choice, to be checked by whoever uses it.
        Own = "own",
    }
}

impl Confidence {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            Confidence::Verified => t.rule_sets.confidence_verified,
            Confidence::SecondHand => t.rule_sets.confidence_second_hand,
            Confidence::Own => t.rule_sets.confidence_own,
        }
    }
}

/// The days a document holds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Effective {
    /// The first.
    #[serde(deserialize_with = "day")]
    pub from: NaiveDate,
    /// The last; none while it holds.
    #[serde(default, deserialize_with = "maybe_day")]
    pub to: Option<NaiveDate>,
    /// Where the days come from.
    pub source: String,
    /// How sure they are.
    pub confidence: Confidence,
}

impl Effective {
    /// Whether it holds on a day.
    pub fn holds(&self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}

/// Reads a day as TOML writes one, without a time.
pub fn day<'de, D: Deserializer<'de>>(d: D) -> Result<NaiveDate, D::Error> {
    let found = toml::value::Datetime::deserialize(d)?;
    let date = found.date.filter(|_| found.time.is_none());
    let date = date.and_then(|d| NaiveDate::from_ymd_opt(i32::from(d.year), d.month.into(), d.day.into()));
    date.ok_or_else(|| serde::de::Error::custom(format!("{found} is no day such as 2026-11-27")))
}

fn maybe_day<'de, D: Deserializer<'de>>(d: D) -> Result<Option<NaiveDate>, D::Error> {
    day(d).map(Some)
}

/// No TOML, or not the fields of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The line it was noticed on, from 1.
    pub line: usize,
    /// What the parser says, on one line.
    pub message: String,
}

impl Unreadable {
    /// What the parser said of a text.
    pub fn of(text: &str, why: &toml::de::Error) -> Self {
        let start = why.span().map_or(0, |span| span.start);
        Self { line: line_of(text, start), message: why.message().replace('\n', " ") }
    }
}

/// The line that a byte of a text stands on, from 1.
pub fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|b| *b == b'\n').count() + 1
}

/// Reads a document.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    toml::from_str(text).map_err(|why| Unreadable::of(text, &why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_told_by_its_line() {
        let check = |text: &str, want: Option<usize>| {
            let found = read::<std::collections::BTreeMap<String, Confidence>>(text);
            assert_eq!(found.err().map(|why| why.line), want, "{text}");
        };
        check("a = \"own\"\nb = \"verified\"\n", None);
        check("a = \"own\"\nb = \"sure\"\n", Some(2));
        check("a = \"own\"\n\nb = \n", Some(3));
    }
}
