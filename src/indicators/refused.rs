//! Why something about indicators is refused.

use chrono::NaiveDate;

use crate::error::Error;
use crate::text::{Say, Text, fill};
use crate::types::Money;

/// Why a target, a figure or a variety is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// A target's value is not a number of zero or above with at most two decimals.
    Value(String),
    /// A percentage above 100.
    Percent(String),
    /// A year outside those that can be planned for.
    Year(i32),
    /// No hospital lies in the county.
    Region(String),
    /// The source document is not named.
    NoDocument,
    /// Who set the target is not said.
    NoIssuer,
    /// A text is longer than it may be.
    TooLong(&'static str, usize),
    /// The request was decided or withdrawn meanwhile.
    Decided,
    /// The second person is somebody else.
    Own,
    /// A rejection says why.
    NoRemark,
    /// An amount is below zero.
    Negative,
    /// The month has not begun, or it is not a month.
    Month(String),
    /// There is a figure already: it is corrected, not entered again.
    Standing(Money, String),
    /// The figure was corrected by somebody else meanwhile.
    Stale(Money),
    /// No hospital has the code.
    NoHospital(String),
    /// A hospital's file has a line of another one.
    OtherHospital(String),
    /// The same thing stands in an earlier line of the file.
    Twice(u64),
    /// The last day lies before the first.
    Term(NaiveDate, NaiveDate),
    /// A generic is not named.
    NoGeneric,
    /// Lines with faults: nothing is applied.
    BadLines(u64),
    /// The file was given up.
    Cancelled,
    /// What the file was compared with changed meanwhile.
    Changed,
}

impl From<Refused> for Error {
    fn from(why: Refused) -> Self {
        Error::refused(why)
    }
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let m = &t.indicators;
        match self {
            Refused::Value(given) => fill(m.bad_value, &[("given", given)]),
            Refused::Percent(given) => fill(m.bad_percent, &[("given", given)]),
            Refused::Year(year) => fill(m.bad_year, &[("year", year)]),
            Refused::Region(region) => fill(m.bad_region, &[("region", region)]),
            Refused::NoDocument => m.no_document.to_owned(),
            Refused::NoIssuer => m.no_issuer.to_owned(),
            Refused::TooLong(_, most) => fill(m.too_long, &[("most", most)]),
            Refused::Decided => m.decided.to_owned(),
            Refused::Own => m.own_request.to_owned(),
            Refused::NoRemark => m.no_remark.to_owned(),
            Refused::Negative => m.negative.to_owned(),
            Refused::Month(given) => fill(m.bad_month, &[("given", given)]),
            Refused::Standing(amount, document) => {
                fill(m.standing, &[("amount", amount), ("document", document)])
            }
            Refused::Stale(amount) => fill(m.stale, &[("amount", amount)]),
            Refused::NoHospital(code) => fill(m.no_hospital, &[("code", code)]),
            Refused::OtherHospital(code) => fill(m.other_hospital, &[("code", code)]),
            Refused::Twice(line) => fill(m.twice, &[("line", line)]),
            Refused::Term(since, until) => fill(m.bad_term, &[("since", since), ("until", until)]),
            Refused::NoGeneric => m.no_generic.to_owned(),
            Refused::BadLines(count) => fill(m.bad_lines, &[("count", count)]),
            Refused::Cancelled => m.file_cancelled.to_owned(),
            Refused::Changed => m.file_changed.to_owned(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Refused::Value(_) | Refused::Percent(_) => Some("value"),
            Refused::Year(_) => Some("year"),
            Refused::Region(_) => Some("region"),
            Refused::NoDocument => Some("document"),
            Refused::NoIssuer => Some("issuer"),
            Refused::TooLong(field, _) => Some(field),
            Refused::NoRemark => Some("remark"),
            Refused::Negative | Refused::Standing(..) | Refused::Stale(_) => Some("amount"),
            Refused::Month(_) => Some("month"),
            Refused::NoHospital(_) => Some("hospital"),
            Refused::Term(..) => Some("until"),
            Refused::NoGeneric => Some("generic"),
            _ => None,
        }
    }
}
