//! Why something about a price case is refused.

use chrono::NaiveDate;

use crate::error::Error;
use crate::text::{Say, Text, fill};

/// Why something about a price case is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// It changed since the person looked at it.
    Stale,
    /// It is closed.
    Closed,
    /// It is open.
    NotClosed,
    /// Nobody follows it yet.
    Unassigned,
    /// Another officer follows it.
    OtherOfficer(String),
    /// Not an active officer.
    NotOfficer,
    /// A text that is missing: the field.
    Empty(&'static str),
    /// A text that is too long: the field and the most characters.
    TooLong(&'static str, usize),
    /// No supplier with this name or code, or several.
    Supplier(String),
    /// A supplier was written to; it stays.
    Addressed,
    /// No product with this code.
    NoProduct(String),
    /// No replacement with this code.
    NoReplacement(String),
    /// A case for the same rule and product is open, or one by hand for the product.
    IsOpen(String),
    /// A case for the same rule and product was closed: it is to be opened again.
    WasClosed(String),
    /// A finding is not of the product, not there, or in another case already.
    Finding,
    /// More findings than can be picked at once.
    Findings(usize),
    /// A document dated later than today.
    Dated(NaiveDate),
    /// Working days outside their bounds.
    Days(i64),
    /// A new price that is not below the old one and above zero.
    Prices,
    /// A suspension that begins in the past, or ends before it begins.
    Span,
    /// The product is suspended already.
    Suspended {
        /// The document.
        number: String,
        /// Its first day.
        from: NaiveDate,
    },
    /// Replaced by itself.
    Itself,
    /// A step of the same kind is not done yet.
    SameKind(String),
    /// A second person has not yet decided.
    Waiting,
    /// The step has its outcome, or was never sent.
    StepEnded,
    /// More replies than a step takes.
    Replies(usize),
    /// Steps whose outcome is not recorded.
    OpenSteps(usize),
    /// Closed as unfounded while the product is suspended.
    StillSuspended(String),
    /// The suspension is lifted or over.
    NotSuspended,
    /// Nothing waits for a decision.
    NothingAsked,
}

impl From<Refused> for Error {
    fn from(why: Refused) -> Self {
        Error::refused(why)
    }
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let c = &t.cases;
        match self {
            Refused::Stale => c.stale.to_owned(),
            Refused::Closed => c.is_closed.to_owned(),
            Refused::NotClosed => c.not_closed.to_owned(),
            Refused::Unassigned => c.unassigned.to_owned(),
            Refused::OtherOfficer(name) => fill(c.other_officer, &[("name", name)]),
            Refused::NotOfficer => c.not_officer.to_owned(),
            Refused::Empty(_) => t.common.field_empty.to_owned(),
            Refused::TooLong(_, most) => fill(c.too_long, &[("most", most)]),
            Refused::Supplier(named) => fill(c.no_supplier, &[("named", named)]),
            Refused::Addressed => c.addressed.to_owned(),
            Refused::NoProduct(code) => fill(c.no_product, &[("code", code)]),
            Refused::NoReplacement(code) => fill(c.no_replacement, &[("code", code)]),
            Refused::IsOpen(number) => fill(c.is_open, &[("number", number)]),
            Refused::WasClosed(number) => fill(c.was_closed, &[("number", number)]),
            Refused::Finding => c.bad_finding.to_owned(),
            Refused::Findings(most) => fill(c.too_many_findings, &[("most", most)]),
            Refused::Dated(day) => fill(c.bad_dated, &[("day", day)]),
            Refused::Days(days) => fill(c.bad_days, &[("days", days)]),
            Refused::Prices => c.bad_prices.to_owned(),
            Refused::Span => c.bad_span.to_owned(),
            Refused::Suspended { number, from } => {
                fill(c.is_suspended, &[("number", number), ("from", from)])
            }
            Refused::Itself => c.itself.to_owned(),
            Refused::SameKind(number) => fill(c.same_kind, &[("number", number)]),
            Refused::Waiting => c.waiting.to_owned(),
            Refused::StepEnded => c.step_ended.to_owned(),
            Refused::Replies(most) => fill(c.too_many_replies, &[("most", most)]),
            Refused::OpenSteps(count) => fill(c.open_steps, &[("count", count)]),
            Refused::StillSuspended(number) => fill(c.still_suspended, &[("number", number)]),
            Refused::NotSuspended => c.not_suspended.to_owned(),
            Refused::NothingAsked => c.nothing_asked.to_owned(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Refused::Empty(field) | Refused::TooLong(field, _) => field,
            Refused::NotOfficer => "assignee",
            Refused::Supplier(_) | Refused::Addressed => "supplier",
            Refused::NoProduct(_) => "code",
            Refused::Finding | Refused::Findings(_) => "finding",
            Refused::Dated(_) => "dated",
            Refused::Days(_) => "days",
            Refused::Prices => "new_price",
            Refused::Span => "from_day",
            Refused::Itself | Refused::NoReplacement(_) => "replacement",
            _ => return None,
        })
    }
}
