//! What a case costs before and after, and why something about a basket is refused. Pure and exact.

use rust_decimal::Decimal;

use super::CaseLine;
use crate::error::Error;
use crate::standards::effects::rules::Bought;
use crate::text::{Say, Text, fill};
use crate::types::{Money, UnitPrice};

/// Most items of a basket.
pub const ITEMS: usize = 500;
/// Most characters of a name or document, and of a code.
pub const WORDS: usize = 100;
/// Most cases in a year.
pub const CASES: i64 = 10_000_000;

/// Why something about a basket is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// A text that must be there is blank, or longer than it may be.
    Words(&'static str, usize),
    /// Cases below zero or beyond what there can be.
    Cases,
    /// A quantity of zero or below.
    Quantity,
    /// Neither a code nor a generic name, or both.
    OneOf,
    /// No product of the catalogue has the code.
    NoProduct(String),
    /// No hospital has the code.
    NoHospital(String),
    /// The basket has this item already.
    Twice(String),
    /// Another line of the file gives the basket other cases or another document.
    Differs(u64),
    /// More items than a basket may have.
    TooMany(usize),
    /// Another basket has the name, the code and the hospital.
    Known,
    /// Somebody changed it meanwhile.
    Stale,
    /// A figure too large to be kept.
    TooLarge,
    /// An upload was given up.
    Cancelled,
    /// An upload with faulty lines is not applied.
    BadLines(u64),
}

impl From<Refused> for Error {
    fn from(why: Refused) -> Self {
        Error::refused(why)
    }
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let d = &t.disease_costs;
        match self {
            Refused::Words(_, most) => fill(d.r_words, &[("most", most)]),
            Refused::Cases => fill(d.r_cases, &[("most", &CASES)]),
            Refused::Quantity => d.r_quantity.to_owned(),
            Refused::OneOf => d.r_one_of.to_owned(),
            Refused::NoProduct(code) => fill(d.r_product, &[("code", code)]),
            Refused::NoHospital(code) => fill(d.r_hospital, &[("code", code)]),
            Refused::Twice(name) => fill(d.r_twice, &[("name", name)]),
            Refused::Differs(line) => fill(d.r_differs, &[("line", line)]),
            Refused::TooMany(most) => fill(d.r_too_many, &[("most", most)]),
            Refused::Known => d.r_known.to_owned(),
            Refused::Stale => d.r_stale.to_owned(),
            Refused::TooLarge => d.r_too_large.to_owned(),
            Refused::Cancelled => d.r_cancelled.to_owned(),
            Refused::BadLines(count) => fill(d.r_bad_lines, &[("count", count)]),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Refused::Words(field, _) => Some(field),
            Refused::Cases => Some("cases"),
            Refused::Quantity => Some("quantity"),
            Refused::OneOf | Refused::NoProduct(_) | Refused::Twice(_) => Some("product"),
            Refused::NoHospital(_) => Some("hospital"),
            Refused::Known => Some("name"),
            _ => None,
        }
    }
}

/// A text that must be there, without the spaces around it.
pub fn words(field: &'static str, text: &str, most: usize) -> Result<String, Refused> {
    let text = text.trim();
    let is_sound = !text.is_empty() && text.chars().count() <= most && !text.chars().any(char::is_control);
    if is_sound { Ok(text.to_owned()) } else { Err(Refused::Words(field, most)) }
}

/// Cases in a year, if given.
pub fn cases(given: Option<i64>) -> Result<Option<i64>, Refused> {
    match given {
        Some(count) if !(0..=CASES).contains(&count) => Err(Refused::Cases),
        given => Ok(given),
    }
}

/// The average price paid, by quantity, rounded once to six decimals; none when nothing was bought net of returns.
pub fn average<'a>(bought: impl Iterator<Item = &'a Bought>) -> Option<UnitPrice> {
    let (mut quantity, mut spent) = (Decimal::ZERO, Decimal::ZERO);
    for it in bought {
        quantity = quantity.checked_add(it.quantity.decimal())?;
        spent = spent.checked_add(it.quantity.decimal().checked_mul(it.price.decimal())?)?;
    }
    if quantity <= Decimal::ZERO || spent < Decimal::ZERO {
        return None;
    }
    UnitPrice::rounded(spent.checked_div(quantity)?).ok()
}

/// The cost of a case, before and after, and how many lines are in neither sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    /// Yuan a case before, of the lines known on both sides.
    pub before: Money,
    /// Yuan a case after, of the same lines.
    pub after: Money,
    /// Lines without a price before or after.
    pub unknown: i32,
}

/// The sums of lines; a line without a price before or after is in neither. Nothing when a sum no longer fits.
pub fn sums(lines: &[CaseLine]) -> Option<Sums> {
    let mut sums = Sums::default();
    for it in lines {
        match (it.cost_before, it.cost_after) {
            (Some(before), Some(after)) => {
                sums.before = sums.before.plus(before)?;
                sums.after = sums.after.plus(after)?;
            }
            _ => sums.unknown = sums.unknown.checked_add(1)?,
        }
    }
    Some(sums)
}

/// What a year's cases move by.
pub fn yearly(change: Money, cases: i64) -> Option<Money> {
    change.scaled().checked_mul(cases).map(Money::from_scaled)
}
