//! What may stand on a delivery note: pure decisions.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};

use crate::error::Error;
use crate::supply::OrderLine;
use crate::supply::orders::rules::{open, shippable};
use crate::text::{Say, Text, fill};
use crate::types::{OrderLineId, Quantity};

/// The longest note or batch number.
pub const NUMBER: usize = 50;
/// Most lines of one note: its page shows them all.
pub const LINES: usize = 1_000;
/// Digits of a trace code (追溯码), which begins with 8.
const CODE_DIGITS: usize = 20;
/// The last year a date may name: later ones are mistyped.
const LAST_YEAR: i32 = 2999;

/// One line of a note as it is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// For which order line.
    pub line: OrderLineId,
    /// How much.
    pub quantity: Quantity,
    /// Batch number.
    pub batch: String,
    /// Last day of use.
    pub expires_on: NaiveDate,
    /// Trace codes of its packages; may be none.
    pub codes: Vec<String>,
}

/// Why a delivery note is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Without a number, or one too long or on several lines.
    Number,
    /// The supplier has a note of this number.
    NumberTaken(String),
    /// Nothing on it.
    NoLines,
    /// More lines than a note may have.
    TooMany(usize),
    /// A line of another order.
    Line,
    /// The order line has not been answered.
    Unanswered(i32),
    /// Zero or below.
    NotPositive(i32),
    /// More than may still be sent.
    TooMuch {
        /// The order line's place.
        line: i32,
        /// As given, with what stands on the same note before.
        given: Quantity,
        /// The most that can be sent.
        most: Quantity,
    },
    /// Nothing more is to come on this line.
    Closed(i32),
    /// Without a batch number, or one too long.
    Batch(i32),
    /// Goods that expire today or have expired.
    Expired {
        /// The order line's place.
        line: i32,
        /// The batch.
        batch: String,
        /// Its last day of use.
        day: NaiveDate,
    },
    /// Not a trace code.
    BadCode(String),
    /// The same trace code twice.
    CodeTwice(String),
    /// More packages than units.
    MoreCodes {
        /// The order line's place.
        line: i32,
        /// How many codes.
        codes: usize,
        /// How many units.
        quantity: Quantity,
    },
    /// A package that was delivered and did not go back.
    CodeHeld {
        /// The code.
        code: String,
        /// The note it is on.
        note: String,
    },
    /// The same, on a note of another supplier.
    CodeForeign(String),
    /// No order of this number for this supplier.
    NoOrder(String),
    /// The order has no line at this place.
    NoLine(String),
    /// The same note number for two orders.
    TwoOrders(String),
}

impl From<Refused> for Error {
    fn from(why: Refused) -> Self {
        Error::refused(why)
    }
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let d = &t.deliveries;
        match self {
            Refused::Number => fill(d.bad_number, &[("most", &NUMBER)]),
            Refused::NumberTaken(number) => fill(d.number_taken, &[("number", number)]),
            Refused::NoLines => d.no_lines.to_owned(),
            Refused::TooMany(most) => fill(d.too_many, &[("most", most)]),
            Refused::Line => d.foreign_line.to_owned(),
            Refused::Unanswered(line) => fill(d.not_answered, &[("line", line)]),
            Refused::NotPositive(line) => fill(d.not_positive, &[("line", line)]),
            Refused::TooMuch { line, given, most } => {
                fill(d.too_much, &[("line", line), ("given", given), ("most", most)])
            }
            Refused::Closed(line) => fill(d.line_closed, &[("line", line)]),
            Refused::Batch(line) => fill(d.bad_batch, &[("line", line), ("most", &NUMBER)]),
            Refused::Expired { line, batch, day } => {
                fill(d.expired, &[("line", line), ("batch", batch), ("day", day)])
            }
            Refused::BadCode(code) => fill(d.bad_code, &[("code", code), ("digits", &CODE_DIGITS)]),
            Refused::CodeTwice(code) => fill(d.code_twice, &[("code", code)]),
            Refused::MoreCodes { line, codes, quantity } => {
                fill(d.more_codes, &[("line", line), ("codes", codes), ("quantity", quantity)])
            }
            Refused::CodeHeld { code, note } => fill(d.code_held, &[("code", code), ("note", note)]),
            Refused::CodeForeign(code) => fill(d.code_foreign, &[("code", code)]),
            Refused::NoOrder(number) => fill(d.no_order, &[("number", number)]),
            Refused::NoLine(line) => fill(d.no_line, &[("line", line)]),
            Refused::TwoOrders(number) => fill(d.two_orders, &[("number", number)]),
        }
    }

    fn field(&self) -> Option<&'static str> {
        matches!(self, Refused::Number | Refused::NumberTaken(_)).then_some("number")
    }
}

/// A number of a note or batch: one line, not empty, not too long.
pub fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= NUMBER && !text.chars().any(char::is_control)
}

/// Trace codes as people write them: parted by spaces, line breaks, commas or semicolons.
pub fn codes(text: &str) -> Vec<String> {
    let is_gap = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '，' | '；' | '、');
    text.split(is_gap).filter(|code| !code.is_empty()).map(str::to_owned).collect()
}

/// A trace code: 20 digits, the first an 8.
pub fn is_code(text: &str) -> bool {
    text.len() == CODE_DIGITS && text.starts_with('8') && text.bytes().all(|b| b.is_ascii_digit())
}

/// Looks at the lines of one note, or of all notes of one file, one after the other.
#[derive(Debug, Default)]
pub struct Checked {
    sent: BTreeMap<OrderLineId, Quantity>,
    codes: BTreeSet<String>,
}

impl Checked {
    /// One more line. `line` is its order line as it is stored.
    pub fn take(&mut self, line: &OrderLine, it: &Sent, today: NaiveDate) -> Result<(), Refused> {
        let at = line.position;
        if line.promised.is_none() && open(line).is_positive() {
            return Err(Refused::Unanswered(at));
        }
        if !it.quantity.is_positive() {
            return Err(Refused::NotPositive(at));
        }
        let most = shippable(line);
        if most == Quantity::ZERO {
            return Err(Refused::Closed(at));
        }
        let before = self.sent.get(&line.id).copied().unwrap_or_default();
        let sum = before.plus(it.quantity).filter(|sum| *sum <= most);
        let Some(sum) = sum else {
            let given = before.plus(it.quantity).unwrap_or(it.quantity);
            return Err(Refused::TooMuch { line: at, given, most });
        };
        if !is_number(&it.batch) {
            return Err(Refused::Batch(at));
        }
        if it.expires_on <= today || it.expires_on.year() > LAST_YEAR {
            return Err(Refused::Expired { line: at, batch: it.batch.clone(), day: it.expires_on });
        }
        // A package holds at least one unit.
        if i64::try_from(it.codes.len()).is_ok_and(|n| n.saturating_mul(1_000) > it.quantity.scaled()) {
            return Err(Refused::MoreCodes { line: at, codes: it.codes.len(), quantity: it.quantity });
        }
        for code in &it.codes {
            if !is_code(code) {
                return Err(Refused::BadCode(code.chars().take(60).collect()));
            }
            if !self.codes.insert(code.clone()) {
                return Err(Refused::CodeTwice(code.clone()));
            }
        }
        self.sent.insert(line.id.clone(), sum);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::supply::OrderState;
    use crate::supply::samples::order_line;

    const CODE: &str = "81234567890123456789";

    /// A line of 100 with what was promised, shipped and refused.
    fn line(promised: Option<&str>, [shipped, refused, released]: [&str; 3]) -> OrderLine {
        let quantity = |text: &str| text.parse::<Quantity>().unwrap();
        OrderLine {
            state: OrderState::Confirmed,
            promised: promised.map(quantity),
            shipped: quantity(shipped),
            refused: quantity(refused),
            released: quantity(released),
            ..order_line()
        }
    }

    fn sent(line: &OrderLine, quantity: &str, batch: &str, expires: &str, codes: &[&str]) -> Sent {
        Sent {
            line: line.id.clone(),
            quantity: quantity.parse().unwrap(),
            batch: batch.to_owned(),
            expires_on: expires.parse().unwrap(),
            codes: codes.iter().map(|code| (*code).to_owned()).collect(),
        }
    }

    fn today() -> NaiveDate {
        "2027-01-10".parse().unwrap()
    }

    #[test]
    fn what_is_sent_is_shippable_in_date_and_traced() {
        let check = |it: OrderLine, quantity: &str, batch: &str, expires: &str, codes: &[&str], is_taken| {
            let found = Checked::default().take(&it, &sent(&it, quantity, batch, expires, codes), today());
            assert_eq!(found.is_ok(), is_taken, "{quantity} {batch} {expires} {codes:?}: {found:?}");
        };
        let fresh = || line(Some("100"), ["0", "0", "0"]);
        check(fresh(), "100", "B1", "2028-01-01", &[CODE], true);
        check(fresh(), "0.001", "B1", "2028-01-01", &[], true);
        check(fresh(), "100.001", "B1", "2028-01-01", &[], false);
        check(fresh(), "0", "B1", "2028-01-01", &[], false);
        check(fresh(), "-1", "B1", "2028-01-01", &[], false);
        check(fresh(), "9000000000000000", "B1", "2028-01-01", &[], false);
        check(fresh(), "1", "", "2028-01-01", &[], false);
        check(fresh(), "1", "B\n1", "2028-01-01", &[], false);
        check(fresh(), "1", "B1", "2027-01-10", &[], false);
        check(fresh(), "1", "B1", "2027-01-11", &[], true);
        check(fresh(), "1", "B1", "3027-01-11", &[], false);
        check(fresh(), "1", "B1", "2028-01-01", &["71234567890123456789"], false);
        check(fresh(), "1", "B1", "2028-01-01", &["8123456789012345678"], false);
        check(fresh(), "1", "B1", "2028-01-01", &["８1234567890123456789"], false);
        check(fresh(), "2", "B1", "2028-01-01", &[CODE, CODE], false);
        check(fresh(), "1", "B1", "2028-01-01", &[CODE, "81234567890123456780"], false);
        // Not answered; nothing left; refused goods come again.
        check(line(None, ["0", "0", "0"]), "1", "B1", "2028-01-01", &[], false);
        check(line(Some("60"), ["60", "0", "40"]), "1", "B1", "2028-01-01", &[], false);
        check(line(Some("60"), ["60", "10", "40"]), "10", "B1", "2028-01-01", &[], true);
        check(line(Some("60"), ["60", "10", "40"]), "11", "B1", "2028-01-01", &[], false);
    }

    #[test]
    fn lines_of_one_note_add_up() {
        let (it, mut checked) = (line(Some("100"), ["0", "0", "0"]), Checked::default());
        assert_eq!(checked.take(&it, &sent(&it, "60", "B1", "2028-01-01", &[CODE]), today()), Ok(()));
        let more = checked.take(&it, &sent(&it, "41", "B2", "2028-01-01", &[]), today());
        assert!(matches!(more, Err(Refused::TooMuch { .. })), "{more:?}");
        let again = checked.take(&it, &sent(&it, "40", "B2", "2028-01-01", &[CODE]), today());
        assert_eq!(again, Err(Refused::CodeTwice(CODE.to_owned())));
    }

    #[test]
    fn codes_are_parted_however_people_write_them() {
        assert_eq!(codes(" 1，2;3\n4\t5、6 "), ["1", "2", "3", "4", "5", "6"]);
        assert!(codes(" \n").is_empty());
    }
}
