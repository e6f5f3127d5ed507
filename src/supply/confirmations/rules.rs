//! What a supplier may answer to an order line: pure decisions.

use chrono::{Days, NaiveDate};

use crate::error::Error;
use crate::supply::orders::rules::shippable;
use crate::supply::{OrderLine, OrderState};
use crate::text::{Say, Text, fill};
use crate::types::{OrderLineId, Quantity};

/// A promise of a day later than this is taken for a mistyped year.
const FARTHEST_DAYS: u64 = 366;

/// What a supplier answers to one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Which line.
    pub line: OrderLineId,
    /// What it will deliver; zero is that it cannot.
    pub quantity: Quantity,
    /// By which day; none says that the usual term holds.
    pub day: Option<NaiveDate>,
}

/// Why an answer is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Not one line was answered.
    NoAnswer,
    /// A line of another order.
    Line,
    /// Below zero.
    Negative(i32),
    /// More than was ordered and is still wanted.
    More {
        /// The line's place.
        line: i32,
        /// As given.
        given: Quantity,
        /// The most that can be promised.
        most: Quantity,
    },
    /// A day that has passed.
    Past {
        /// The line's place.
        line: i32,
        /// As given.
        day: NaiveDate,
    },
    /// A day too far away to be meant.
    Far {
        /// The line's place.
        line: i32,
        /// As given.
        day: NaiveDate,
        /// The last day taken.
        last: NaiveDate,
    },
    /// Answered before, and not like this.
    Answered(i32),
    /// The hospital gave the line up.
    GivenUp(i32),
    /// No order of this number for this supplier.
    NoOrder(String),
    /// The order has no line at this place.
    NoLine(String),
    /// The same line twice in a file.
    Twice(i32),
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
            Refused::NoAnswer => d.no_answer.to_owned(),
            Refused::Line => d.answer_line.to_owned(),
            Refused::Negative(line) => fill(d.answer_negative, &[("line", line)]),
            Refused::More { line, given, most } => {
                fill(d.answer_more, &[("line", line), ("given", given), ("most", most)])
            }
            Refused::Past { line, day } => fill(d.answer_past, &[("line", line), ("day", day)]),
            Refused::Far { line, day, last } => {
                fill(d.answer_far, &[("line", line), ("day", day), ("last", last)])
            }
            Refused::Answered(line) => fill(d.answered, &[("line", line)]),
            Refused::GivenUp(line) => fill(d.given_up, &[("line", line)]),
            Refused::NoOrder(number) => fill(d.no_order, &[("number", number)]),
            Refused::NoLine(line) => fill(d.no_line, &[("line", line)]),
            Refused::Twice(line) => fill(d.answer_twice, &[("line", line)]),
        }
    }
}

/// A line with its answer, and what of it is not promised; `None` when it says the same already.
pub fn answer(
    line: &OrderLine,
    answer: &Answer,
    today: NaiveDate,
) -> Result<Option<(OrderLine, Quantity)>, Refused> {
    let at = line.position;
    // A day for nothing means nothing.
    let day = answer.day.filter(|_| answer.quantity != Quantity::ZERO);
    if line.promised.is_some() {
        let is_same = line.promised == Some(answer.quantity) && line.promised_on == day;
        return if is_same { Ok(None) } else { Err(Refused::Answered(at)) };
    }
    if line.state == OrderState::Closed {
        return Err(Refused::GivenUp(at));
    }
    if answer.quantity < Quantity::ZERO {
        return Err(Refused::Negative(at));
    }
    let most = shippable(line);
    let Some(short) = most.minus(answer.quantity).filter(|short| *short >= Quantity::ZERO) else {
        return Err(Refused::More { line: at, given: answer.quantity, most });
    };
    if let Some(day) = day {
        if day < today {
            return Err(Refused::Past { line: at, day });
        }
        let last = today.checked_add_days(Days::new(FARTHEST_DAYS)).unwrap_or(today);
        if day > last {
            return Err(Refused::Far { line: at, day, last });
        }
    }
    Ok(Some((OrderLine { promised: Some(answer.quantity), promised_on: day, ..line.clone() }, short)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::supply::samples::order_line;

    /// A line of 100, of which `released` was given up.
    fn line(state: OrderState, promised: Option<&str>, released: &str) -> OrderLine {
        let quantity = |text: &str| text.parse::<Quantity>().unwrap();
        OrderLine {
            position: 3,
            state,
            promised: promised.map(quantity),
            released: quantity(released),
            ..order_line()
        }
    }

    #[test]
    fn an_answer_is_at_most_what_is_wanted_and_of_a_day_to_come() {
        use OrderState::{Closed, Confirmed, Placed};
        let today: NaiveDate = "2027-01-01".parse().unwrap();
        // What the line is, what is answered, and what is missing then; `-` is refused, `=` is said already.
        let check = |it: OrderLine, given: &str, day: &str, want: &str| {
            let said = Answer {
                line: it.id.clone(),
                quantity: given.parse().unwrap(),
                day: (!day.is_empty()).then(|| day.parse().unwrap()),
            };
            let found = match answer(&it, &said, today) {
                Ok(Some((after, short))) => {
                    assert_eq!(after.promised, Some(said.quantity));
                    short.to_string()
                }
                Ok(None) => "=".to_owned(),
                Err(_) => "-".to_owned(),
            };
            assert_eq!(found, want, "{:?} {} {given} {day}", it.promised, it.released);
        };
        check(line(Placed, None, "0"), "100", "2027-01-03", "0");
        check(line(Placed, None, "0"), "100", "", "0");
        check(line(Placed, None, "0"), "60", "2027-01-01", "40");
        check(line(Placed, None, "0"), "0", "", "100");
        check(line(Placed, None, "0"), "0", "2020-01-01", "100");
        check(line(Placed, None, "0"), "100.001", "", "-");
        check(line(Placed, None, "0"), "-1", "", "-");
        check(line(Placed, None, "0"), "10", "2026-12-31", "-");
        check(line(Placed, None, "0"), "10", "2028-01-02", "90");
        check(line(Placed, None, "0"), "10", "2028-01-03", "-");
        // The hospital gave part of it up before the answer.
        check(line(Placed, None, "30"), "70", "", "0");
        check(line(Placed, None, "30"), "71", "", "-");
        check(line(Closed, None, "100"), "0", "", "-");
        check(line(Confirmed, Some("60"), "40"), "60", "", "=");
        check(line(Confirmed, Some("60"), "40"), "61", "", "-");
        check(line(Closed, Some("0"), "100"), "0", "", "=");
    }
}
