//! What may be settled, sent and deducted, and when. Pure.

use chrono::NaiveDate;

use super::{Settlement, SettlementState};
use crate::error::Error;
use crate::files::Faults;
use crate::text::{Say, Text, fill};
use crate::types::{Money, Time};
use crate::workdays::Calendar;

/// Why something about a settlement is refused.
#[derive(Debug, Clone)]
pub enum Refused {
    /// The month is not over.
    Month(NaiveDate),
    /// Another settlement is not yet approved.
    Busy {
        /// Its number.
        number: String,
        /// Who began it.
        by: String,
        /// When.
        at: Time,
    },
    /// No verified claim for the month or before waits.
    NothingConfirmed(NaiveDate),
    /// The settlement is not in a state in which this can be done.
    State(SettlementState),
    /// The bank does not pay on that day.
    ExecuteOn {
        /// The day given.
        given: NaiveDate,
        /// The next day it does.
        next: NaiveDate,
    },
    /// The bureau has no approved account.
    NoPayer,
    /// No transfer can go out: none is open, or their suppliers have no approved account.
    NothingToSend,
    /// The bank's file has faults; nothing of it was taken.
    Faulty(Faults),
    /// A cell of the bank's file.
    Result(ResultFault),
    /// Deducted from the hospital's next claim: a later month than the one settled.
    DeductionMonth {
        /// The month given.
        given: NaiveDate,
        /// The month settled.
        after: NaiveDate,
    },
    /// Nothing is paid that is not deducted.
    NothingToDeduct,
}

/// What is wrong with a cell of the bank's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResultFault {
    /// No attempt of this settlement has the id.
    Unknown,
    /// The id stands on an earlier line.
    Twice(u64),
    /// Another amount than was sent.
    Amount(Money),
    /// The bank's answer was read before and was another.
    Answered,
    /// A day before the file was made, or to come.
    Day,
    /// Not paid, and no reason.
    NoReason,
    /// Paid, and no day.
    NoDay,
    /// An earlier attempt: the transfer was sent again since.
    Old,
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let s = &t.settlements;
        let month = |day: &NaiveDate| day.format("%Y-%m").to_string();
        match self {
            Refused::Month(day) => fill(s.bad_month, &[("month", &month(day))]),
            Refused::Busy { number, by, at } => fill(s.busy, &[("number", number), ("by", by), ("at", at)]),
            Refused::NothingConfirmed(day) => fill(s.nothing_confirmed, &[("month", &month(day))]),
            Refused::State(state) => fill(s.bad_state, &[("state", &state.name(t))]),
            Refused::ExecuteOn { given, next } => fill(s.bad_execute_on, &[("given", given), ("next", next)]),
            Refused::NoPayer => s.no_payer.to_owned(),
            Refused::NothingToSend => s.nothing_to_send.to_owned(),
            Refused::Faulty(faults) => {
                let first = faults.sentences(t).into_iter().take(20).collect::<Vec<_>>().join(" ");
                fill(s.results_faulty, &[("count", &faults.count()), ("first", &first)])
            }
            Refused::Result(why) => why.say(t),
            Refused::DeductionMonth { given, after } => {
                fill(s.bad_deduction_month, &[("given", &month(given)), ("after", &month(after))])
            }
            Refused::NothingToDeduct => s.nothing_to_deduct.to_owned(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Refused::Month(_) | Refused::NothingConfirmed(_) | Refused::DeductionMonth { .. } => "month",
            Refused::ExecuteOn { .. } => "execute_on",
            Refused::Faulty(_) | Refused::Result(_) => "file",
            _ => return None,
        })
    }
}

impl Say for ResultFault {
    fn say(&self, t: &Text) -> String {
        let s = &t.settlements;
        match self {
            ResultFault::Unknown => s.result_unknown.to_owned(),
            ResultFault::Twice(line) => fill(s.result_twice, &[("line", line)]),
            ResultFault::Amount(sent) => fill(s.result_amount, &[("sent", sent)]),
            ResultFault::Answered => s.result_answered.to_owned(),
            ResultFault::Day => s.result_day.to_owned(),
            ResultFault::NoReason => s.result_no_reason.to_owned(),
            ResultFault::NoDay => s.result_no_day.to_owned(),
            ResultFault::Old => s.result_old.to_owned(),
        }
    }
}

impl From<Refused> for Error {
    fn from(why: Refused) -> Self {
        Error::refused(why)
    }
}

/// The bank pays on a working day, today or later.
pub fn may_execute(calendar: &Calendar, today: NaiveDate, given: NaiveDate) -> Result<(), Refused> {
    let from = given.max(today);
    if from == given && calendar.is_working(given) {
        return Ok(());
    }
    Err(Refused::ExecuteOn { given, next: calendar.due(from, 1) })
}

/// Lines booked in one transaction, about: a month is a handful of them, and nobody waits long for one.
const LINES: i64 = 40_000;

/// To which number the transfers the bank paid (number and claims) are booked together: as many as have about
/// [`LINES`] lines, and at least one.
pub fn batch(paid: &[(String, i32)], of: &Settlement) -> Option<String> {
    let per_claim = (i64::from(of.lines) / i64::from(of.claims.max(1))).max(1);
    let mut lines = 0;
    let fits = |it: &&(String, i32)| {
        let before = lines;
        lines += i64::from(it.1) * per_claim;
        before == 0 || lines <= LINES
    };
    paid.iter().take_while(fits).last().map(|(number, _)| number.clone())
}

/// The sums of a settlement drawn up in every way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sums {
    /// What the claims say was confirmed.
    pub claims: Money,
    /// Their undisputed lines.
    pub lines: Money,
    /// The transfers.
    pub transfers: Money,
    /// The deductions.
    pub deductions: Money,
}

impl Sums {
    /// Every way gives the same.
    pub fn agree(&self) -> bool {
        [self.lines, self.transfers, self.deductions].iter().all(|sum| *sum == self.claims)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::SettlementId;

    #[test]
    fn the_bank_pays_on_working_days_to_come() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let check = |today: &str, given: &str, next: Option<&str>| {
            let found = may_execute(&Calendar::default(), day(today), day(given));
            let found = found.err().map(|why| match why {
                Refused::ExecuteOn { next, .. } => next,
                other => panic!("{other:?}"),
            });
            assert_eq!(found, next.map(day), "{today} {given}");
        };
        check("2026-12-11", "2026-12-11", None);
        check("2026-12-11", "2026-12-14", None);
        check("2026-12-11", "2026-12-12", Some("2026-12-14"));
        check("2026-12-11", "2026-12-10", Some("2026-12-11"));
        check("2026-12-12", "2026-12-11", Some("2026-12-14"));
    }

    #[test]
    fn transfers_are_booked_in_batches_of_about_as_many_lines() {
        let of = Settlement {
            id: SettlementId::new(),
            number: "ZJ202611-01".to_owned(),
            month: "2026-11-01".parse().unwrap(),
            sequence: 1,
            state: SettlementState::Approved,
            claims: 1_000,
            lines: 10_000,
            amount: Money::ZERO,
            opened_at: Time::from_millis(0),
            opened_by: None,
            approved_at: None,
            approved_by: None,
        };
        let check = |claims: &[i32], want: Option<&str>| {
            let paid: Vec<_> = (1..).zip(claims).map(|(n, c)| (format!("{n:04}"), *c)).collect();
            assert_eq!(batch(&paid, &of).as_deref(), want, "{claims:?}");
        };
        check(&[], None);
        check(&[1], Some("0001"));
        check(&[2_000, 2_000, 1], Some("0002"));
        check(&[9_000, 1], Some("0001"));
        check(&[1, 9_000, 1], Some("0001"));
    }

    #[test]
    fn sums_agree_only_when_all_do() {
        let check = |cents: [i64; 4], want: bool| {
            let [claims, lines, transfers, deductions] = cents.map(Money::from_scaled);
            assert_eq!(Sums { claims, lines, transfers, deductions }.agree(), want, "{cents:?}");
        };
        check([0, 0, 0, 0], true);
        check([5, 5, 5, 5], true);
        check([5, 4, 5, 5], false);
        check([5, 5, 6, 5], false);
        check([5, 5, 5, 4], false);
    }
}
