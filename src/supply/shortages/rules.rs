//! How bad a shortage is, and what may be done about it. Pure.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::files::Faults;
use crate::supply::shortages::{Level, ShortageState};
use crate::text::{Say, Text, fill};
use crate::types::Quantity;

/// Longest text.
pub const LONGEST: usize = 20_000;

/// Longest name or source.
pub const SHORT: usize = 200;

/// Why something about shortages is refused.
#[derive(Debug)]
pub enum Refused {
    /// Blank, or too long.
    Text(&'static str, usize),
    /// The entry ends before it begins.
    Period(NaiveDate, NaiveDate),
    /// The generic is on the list on these days already.
    Listed(String),
    /// The entry has ended.
    Over(NaiveDate),
    /// The catalogue has no product of this code.
    Product(String),
    /// Below zero.
    Negative(&'static str),
    /// A day that has not come.
    Future(NaiveDate),
    /// The product stands on an earlier line of the file.
    Twice(u64),
    /// The file has faults; nothing of it was taken.
    Faulty(Faults),
    /// The file has no line.
    NoLines,
    /// No file was chosen.
    NoFile,
    /// The shortage is closed.
    State(ShortageState),
    /// Somebody else changed it since the page was opened.
    Changed,
    /// The catalogue has no product of this generic name.
    Generic(String),
    /// A shortage without a level.
    Level,
    /// One of the generic is open already, with this number.
    IsOpen(String),
    /// No such response at its level.
    Response,
    /// The company cannot be named: it is suspended, or supplies nothing of the generic.
    Replacement(String),
}

impl From<Refused> for Error {
    fn from(why: Refused) -> Self {
        Error::refused(why)
    }
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let m = &t.shortages;
        match self {
            Refused::Text(_, most) => fill(m.bad_text, &[("most", most)]),
            Refused::Period(since, until) => fill(m.bad_period, &[("since", since), ("until", until)]),
            Refused::Listed(generic) => fill(m.already_listed, &[("generic", generic)]),
            Refused::Over(day) => fill(m.entry_over, &[("day", day)]),
            Refused::Product(code) => fill(m.unknown_product, &[("code", code)]),
            Refused::Negative(_) => m.negative.to_owned(),
            Refused::Future(day) => fill(m.future, &[("day", day)]),
            Refused::Twice(line) => fill(m.twice, &[("line", line)]),
            Refused::Faulty(faults) => {
                let first = faults.sentences(t).into_iter().take(20).collect::<Vec<_>>().join(" ");
                fill(m.faulty, &[("count", &faults.count()), ("first", &first)])
            }
            Refused::NoLines => m.no_lines.to_owned(),
            Refused::NoFile => m.no_file.to_owned(),
            Refused::State(state) => fill(m.wrong_state, &[("state", &state.name(t))]),
            Refused::Changed => m.changed.to_owned(),
            Refused::Generic(generic) => fill(m.unknown_generic, &[("generic", generic)]),
            Refused::Level => m.no_level.to_owned(),
            Refused::IsOpen(number) => fill(m.is_open, &[("number", number)]),
            Refused::Response => m.no_response.to_owned(),
            Refused::Replacement(name) => fill(m.no_replacement, &[("name", name)]),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Refused::Text(field, _) | Refused::Negative(field) => field,
            Refused::Period(..) => "until",
            Refused::Listed(_) | Refused::Generic(_) | Refused::IsOpen(_) => "generic",
            Refused::Level => "level",
            Refused::Product(_) => "product",
            Refused::Future(_) => "reported_on",
            Refused::Twice(_) | Refused::Faulty(_) | Refused::NoLines | Refused::NoFile => "file",
            Refused::Response => "response",
            Refused::Replacement(_) => "supplier",
            _ => return None,
        })
    }
}

/// A text that must be there and not be too long.
pub fn filled(field: &'static str, text: &str, most: usize) -> Result<(), Refused> {
    let is_good = !text.trim().is_empty() && text.chars().count() <= most;
    if is_good { Ok(()) } else { Err(Refused::Text(field, most)) }
}

/// Days that stock lasts: on hand over a month's use times 30, whole days; none when nothing is used.
pub fn days(on_hand: Quantity, monthly_use: Quantity) -> Option<i64> {
    if !monthly_use.is_positive() {
        return None;
    }
    let days = on_hand.decimal().checked_mul(Decimal::from(30))?.checked_div(monthly_use.decimal())?;
    days.floor().to_i64()
}

/// What is known of a generic on a day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    /// In stock, over the hospitals that reported; none when none did.
    pub on_hand: Option<Quantity>,
    /// Used in a month, over the same hospitals.
    pub monthly_use: Option<Quantity>,
    /// Hospitals that reported.
    pub reporting: i64,
    /// Of those, with less than the yellow days.
    pub low: i64,
    /// Order lines in the months counted.
    pub lines: i64,
    /// Answered.
    pub answered: i64,
    /// Confirmed below what was ordered.
    pub short_lines: i64,
    /// Open past the promised day, or not answered in time.
    pub late_lines: i64,
    /// Hospitals that ordered again and again after a short line.
    pub repeated: i64,
    /// Makers that sent anything; none when nothing was ordered.
    pub makers: Option<i64>,
}

impl Figures {
    /// Days that stock lasts.
    pub fn days(&self) -> Option<i64> {
        days(self.on_hand?, self.monthly_use?)
    }

    /// Share of answered lines confirmed short; none when none was answered.
    pub fn short_share(&self) -> Option<Decimal> {
        Decimal::from(self.short_lines).checked_div(Decimal::from(self.answered))
    }
}

/// Where levels begin: dated parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Below: red.
    pub red: i64,
    /// Below: orange.
    pub orange: i64,
    /// Below: yellow.
    pub yellow: i64,
    /// Makers, at most: one level worse.
    pub few_makers: i64,
    /// Share confirmed short, at least: yellow.
    pub short_share: Decimal,
}

/// The level by days of stock, the signals of orders and the number of makers. Exactly a threshold of days is not below
/// it; what is not known does not speak.
pub fn level(it: &Figures, limits: &Limits) -> Level {
    let by_days = match it.days() {
        Some(days) if days < limits.red => Level::Red,
        Some(days) if days < limits.orange => Level::Orange,
        Some(days) if days < limits.yellow => Level::Yellow,
        _ => Level::None,
    };
    let is_short = it.short_lines > 0 && it.short_share().is_some_and(|share| share >= limits.short_share);
    let by_orders = if is_short || it.repeated > 0 { Level::Yellow } else { Level::None };
    let found = by_days.max(by_orders);
    match it.makers {
        // Ordered and nobody sends anything.
        Some(0) if it.late_lines > 0 || it.short_lines > 0 => Level::Red,
        Some(makers) if makers <= limits.few_makers => found.worse(),
        _ => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits { red: 7, orange: 15, yellow: 30, few_makers: 1, short_share: Decimal::new(2, 1) }
    }

    #[test]
    fn days_of_stock_are_whole_and_need_a_use() {
        let check = |on_hand: &str, monthly: &str, want: Option<i64>| {
            assert_eq!(days(on_hand.parse().unwrap(), monthly.parse().unwrap()), want, "{on_hand}/{monthly}");
        };
        check("100", "300", Some(10));
        check("69.999", "300", Some(6));
        check("70", "300", Some(7));
        check("0", "300", Some(0));
        check("100", "0", None);
    }

    #[test]
    fn levels_go_by_days_signals_and_makers() {
        let check = |on_hand: &str, orders: (i64, i64, i64, i64), makers: Option<i64>, want: Level| {
            let (answered, short_lines, late_lines, repeated) = orders;
            let stock = (!on_hand.is_empty()).then(|| on_hand.parse().unwrap());
            let it = Figures {
                on_hand: stock,
                monthly_use: stock.map(|_| "300".parse().unwrap()),
                answered,
                short_lines,
                late_lines,
                repeated,
                makers,
                ..Figures::default()
            };
            assert_eq!(level(&it, &limits()), want, "{on_hand} {orders:?} {makers:?}");
        };
        let calm = (10, 0, 0, 0);
        // Days of stock: exactly the threshold is not below it.
        check("69", calm, Some(3), Level::Red);
        check("70", calm, Some(3), Level::Orange);
        check("149", calm, Some(3), Level::Orange);
        check("150", calm, Some(3), Level::Yellow);
        check("299", calm, Some(3), Level::Yellow);
        check("300", calm, Some(3), Level::None);
        // Nobody reported: the orders speak alone.
        check("", calm, Some(3), Level::None);
        check("", calm, None, Level::None);
        check("", (10, 1, 0, 0), Some(3), Level::None);
        check("", (10, 2, 0, 0), Some(3), Level::Yellow);
        check("", (0, 0, 0, 0), None, Level::None);
        check("", (10, 0, 0, 1), Some(3), Level::Yellow);
        // Few makers make it one level worse, and alone make none.
        check("300", calm, Some(1), Level::None);
        check("299", calm, Some(1), Level::Orange);
        check("149", calm, Some(1), Level::Red);
        check("69", calm, Some(1), Level::Red);
        check("300", (10, 2, 0, 0), Some(1), Level::Orange);
        // Ordered, and nobody sends.
        check("300", (10, 0, 0, 0), Some(0), Level::None);
        check("300", (10, 0, 1, 0), Some(0), Level::Red);
    }
}
