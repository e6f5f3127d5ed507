//! What may be claimed, disputed and confirmed, and when. Pure.

use chrono::{Datelike, Months, NaiveDate};

use super::{Claim, ClaimState, Due, LineState};
use crate::error::{self, Error};
use crate::text::{Say, Text, fill};
use crate::types::{Money, ReceiptId};

/// Why something about a claim is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The month is not over, or long past: only last month is claimed for.
    Month {
        /// The month asked for.
        given: NaiveDate,
        /// The month that is open.
        open: NaiveDate,
    },
    /// The day by which claims were due is over.
    Late {
        /// That day.
        until: NaiveDate,
        /// The first day on which what is left can be claimed.
        next: NaiveDate,
    },
    /// Nothing is due.
    Nothing,
    /// What is due is no longer what the supplier saw.
    Changed {
        /// Seen.
        seen: Money,
        /// Due now.
        now: Money,
    },
    /// Somebody changed the claim after the page was shown.
    Stale(String),
    /// The claim is no longer in a state in which this can be done.
    State(String, ClaimState),
    /// No claim or line was chosen.
    NoneChosen,
    /// A line is not in the claim, or not in a state in which this can be done.
    Line(String),
    /// A dispute without a reason, or with too long a one.
    NoReason,
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let c = &t.claims;
        match self {
            Refused::Month { given, open } => {
                let month = |day: &NaiveDate| day.format("%Y-%m").to_string();
                fill(c.bad_month, &[("given", &month(given)), ("open", &month(open))])
            }
            Refused::Late { until, next } => fill(c.late, &[("until", until), ("next", next)]),
            Refused::Nothing => c.nothing.to_owned(),
            Refused::Changed { seen, now } => fill(c.changed, &[("seen", seen), ("now", now)]),
            Refused::Stale(number) => fill(c.stale, &[("number", number)]),
            Refused::State(number, state) => {
                fill(c.bad_state, &[("number", number), ("state", &state.name(t))])
            }
            Refused::NoneChosen => c.none_chosen.to_owned(),
            Refused::Line(line) => fill(c.bad_line, &[("line", line)]),
            Refused::NoReason => c.no_reason.to_owned(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        matches!(self, Refused::NoReason).then_some("reason")
    }
}

impl From<Refused> for Error {
    fn from(why: Refused) -> Self {
        Error::refused(why)
    }
}

fn first_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// The first day of the month before the one a day is in.
pub fn month_before(day: NaiveDate) -> NaiveDate {
    first_of(day).checked_sub_months(Months::new(1)).unwrap_or(day)
}

/// The first day of the month after the one a day is in.
pub fn month_after(day: NaiveDate) -> NaiveDate {
    first_of(day).checked_add_months(Months::new(1)).unwrap_or(day)
}

/// The last day of a month.
pub fn last_of(month: NaiveDate) -> NaiveDate {
    month_after(month).pred_opt().unwrap_or(month)
}

/// A numbered day of a month, at most its last.
pub fn day_of(month: NaiveDate, day: i64) -> NaiveDate {
    u32::try_from(day).ok().and_then(|day| month.with_day(day)).unwrap_or_else(|| last_of(month))
}

/// Reads a month such as `2026-11`.
pub fn parse_month(text: &str) -> Option<NaiveDate> {
    (text.len() == 7).then(|| NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok()).flatten()
}

/// Claims are for last month, by the day they are due.
pub fn may_submit(month: NaiveDate, today: NaiveDate, until: NaiveDate) -> Result<(), Refused> {
    let open = month_before(today);
    if month != open {
        return Err(Refused::Month { given: month, open });
    }
    if today > until { Err(Refused::Late { until, next: month_after(today) }) } else { Ok(()) }
}

/// What is due less as much of the credits as it covers: a claim never falls below zero, and the rest waits.
pub fn net(due: Money, waiting: &[(ReceiptId, Money)]) -> (Vec<(ReceiptId, Money)>, Money) {
    let (mut left, mut taken) = (due.scaled(), Vec::new());
    for (receipt, credit) in waiting {
        let part = credit.scaled().saturating_neg().clamp(0, left.max(0));
        if part > 0 {
            left -= part;
            taken.push((receipt.clone(), Money::from_scaled(-part)));
        }
    }
    (taken, Money::from_scaled(left))
}

/// The sum of what is claimed.
pub fn total(list: &[Due]) -> error::Result<Money> {
    list.iter()
        .try_fold(Money::ZERO, |sum, due| sum.plus(due.amount))
        .ok_or_else(|| Error::fault("claims are too large"))
}

/// There is something to claim, and it is what the supplier saw.
pub fn check_seen(list: &[Due], seen: Option<Money>) -> error::Result<()> {
    if list.is_empty() {
        return Err(Refused::Nothing.into());
    }
    let now = total(list)?;
    match seen {
        Some(seen) if seen != now => Err(Refused::Changed { seen, now }.into()),
        _ => Ok(()),
    }
}

/// Lines are disputed while the hospital verifies what it saw.
pub fn may_verify(claim: &Claim, version: i32) -> Result<(), Refused> {
    if claim.state != ClaimState::Submitted {
        return Err(Refused::State(claim.number.clone(), claim.state));
    }
    if claim.version != version { Err(Refused::Stale(claim.number.clone())) } else { Ok(()) }
}

/// How a verified claim goes on: nothing left of it is disputed as a whole.
pub fn verified(undisputed_lines: i64) -> ClaimState {
    if undisputed_lines == 0 { ClaimState::Disputed } else { ClaimState::Confirmed }
}

/// What a disputed line becomes when the hospital takes the dispute back: claimed again while the claim is verified,
/// else it goes into the next claim. A credit waits in any case.
pub fn accepted(claim: ClaimState, amount: Money) -> LineState {
    match claim {
        ClaimState::Submitted => LineState::Claimed,
        _ if amount.is_positive() => LineState::Accepted,
        _ => LineState::Carried,
    }
}

/// What a disputed line becomes when the supplier takes it back.
pub fn withdrawn(amount: Money) -> LineState {
    if amount.is_positive() { LineState::Withdrawn } else { LineState::Carried }
}

/// Longest reason of a dispute.
const REASON: usize = 500;

/// A dispute says why.
pub fn reason(text: &str) -> Result<String, Refused> {
    let text = text.trim();
    let length = text.chars().count();
    if length == 0 || length > REASON { Err(Refused::NoReason) } else { Ok(text.to_owned()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn claims_are_for_last_month_until_the_day_they_are_due() {
        let check = |month: &str, today: &str, until: &str, want: Result<(), Refused>| {
            assert_eq!(may_submit(day(month), day(today), day(until)), want, "{month} {today}");
        };
        check("2026-11-01", "2026-12-01", "2026-12-08", Ok(()));
        check("2026-11-01", "2026-12-08", "2026-12-08", Ok(()));
        let late = Refused::Late { until: day("2026-12-08"), next: day("2027-01-01") };
        check("2026-11-01", "2026-12-09", "2026-12-08", Err(late));
        let month = Refused::Month { given: day("2026-12-01"), open: day("2026-11-01") };
        check("2026-12-01", "2026-12-05", "2026-12-08", Err(month));
        let month = Refused::Month { given: day("2026-10-01"), open: day("2026-11-01") };
        check("2026-10-01", "2026-12-05", "2026-12-08", Err(month));
        check("2026-12-01", "2027-01-05", "2027-01-05", Ok(()));
    }

    #[test]
    fn months_have_their_days() {
        assert_eq!(month_before(day("2026-01-31")), day("2025-12-01"));
        assert_eq!(month_after(day("2026-12-31")), day("2027-01-01"));
        assert_eq!(last_of(day("2028-02-01")), day("2028-02-29"));
        assert_eq!(day_of(day("2026-02-01"), 30), day("2026-02-28"));
        assert_eq!(parse_month("2026-11"), Some(day("2026-11-01")));
        assert_eq!(parse_month("2026-13"), None);
        assert_eq!(parse_month("2026-1-1"), None);
    }

    #[test]
    fn credits_are_netted_as_far_as_what_is_due_covers_them() {
        let check = |due: i64, waiting: &[i64], taken: &[i64], amount: i64| {
            let waiting: Vec<_> =
                waiting.iter().map(|c| (ReceiptId::new(), Money::from_scaled(*c))).collect();
            let (found, left) = net(Money::from_scaled(due), &waiting);
            let found: Vec<i64> = found.iter().map(|(_, c)| c.scaled()).collect();
            assert_eq!((found.as_slice(), left.scaled()), (taken, amount), "{due} {waiting:?}");
        };
        check(1_000, &[], &[], 1_000);
        check(1_000, &[-300, -200], &[-300, -200], 500);
        check(1_000, &[-300, -900], &[-300, -700], 0);
        check(1_000, &[-1_000, -1], &[-1_000], 0);
        check(1_000, &[-5_000], &[-1_000], 0);
    }

    #[test]
    fn a_line_in_dispute_goes_on_one_way_or_the_other() {
        let check = |claim: ClaimState, cents: i64, accept: LineState, withdraw: LineState| {
            let amount = Money::from_scaled(cents);
            assert_eq!((accepted(claim, amount), withdrawn(amount)), (accept, withdraw), "{claim} {cents}");
        };
        check(ClaimState::Submitted, 5, LineState::Claimed, LineState::Withdrawn);
        check(ClaimState::Confirmed, 5, LineState::Accepted, LineState::Withdrawn);
        check(ClaimState::Deducted, 5, LineState::Accepted, LineState::Withdrawn);
        check(ClaimState::Confirmed, -5, LineState::Carried, LineState::Carried);
        assert_eq!(verified(0), ClaimState::Disputed);
        assert_eq!(verified(1), ClaimState::Confirmed);
        assert_eq!(reason("  "), Err(Refused::NoReason));
        assert_eq!(reason(" 数量不符 "), Ok("数量不符".to_owned()));
        assert_eq!(reason(&"长".repeat(501)), Err(Refused::NoReason));
    }

    proptest! {
        #[test]
        fn a_claim_and_what_waits_are_never_more_than_what_is_due(
            due in 0i64..10_000,
            waiting in proptest::collection::vec(-3_000i64..0, 0..20),
        ) {
            let list: Vec<_> = waiting.iter().map(|c| (ReceiptId::new(), Money::from_scaled(*c))).collect();
            let (taken, amount) = net(Money::from_scaled(due), &list);
            let netted: i64 = taken.iter().map(|(_, c)| c.scaled()).sum();
            prop_assert_eq!(amount.scaled(), due + netted);
            prop_assert!(amount >= Money::ZERO);
            let all: i64 = waiting.iter().sum();
            prop_assert!(amount == Money::ZERO || netted == all, "credits wait only when nothing is left");
        }
    }
}
