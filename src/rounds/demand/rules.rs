//! When a hospital may report, what a report must be, and what the bureau may do with it. Pure.

use rust_decimal::Decimal;

use crate::rounds::demand::{Report, ReportState};
use crate::rounds::{Round, RoundState};
use crate::text::{Say, Text, fill};
use crate::types::{NotANumber, Quantity, Time};

/// Between which shares of the yearly average bought a reported sum needs no reason: dated parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// At least.
    pub low: Decimal,
    /// At most.
    pub high: Decimal,
}

/// Most units of one line.
pub const LIMIT: i64 = 1_000_000_000;
/// Most lines of a report.
pub const LINES: usize = 5_000;
/// Longest company name, in characters.
pub const COMPANY: usize = 200;
/// Longest reason or remark, in characters.
pub const REASON: usize = 500;
/// How long a hospital has at least to correct what was returned.
pub const CORRECTION_DAYS: i64 = 3;

/// How a lot's sum stands to what was bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing was bought in the two years: there is nothing to compare with.
    NoHistory,
    /// Within the bounds, which themselves are within.
    Within,
    /// Below the lower bound, this share.
    Below(Decimal),
    /// Above the upper bound, this share.
    Above(Decimal),
}

impl Standing {
    /// How `sum` stands to the yearly average `history`.
    pub fn of(sum: Quantity, history: Quantity, bounds: &Bounds) -> Self {
        let (sum, average) = (sum.decimal(), history.decimal());
        if !history.is_positive() {
            Standing::NoHistory
        } else if sum < average * bounds.low {
            Standing::Below(bounds.low)
        } else if sum > average * bounds.high {
            Standing::Above(bounds.high)
        } else {
            Standing::Within
        }
    }

    /// Whether a reason is needed.
    pub fn is_outside(self) -> bool {
        matches!(self, Standing::Below(_) | Standing::Above(_))
    }
}

/// Why something about demand is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The round is not in a state in which demand can be reported or checked.
    State(RoundState),
    /// Reporting begins then.
    NotYet(Time),
    /// Reporting ended then.
    Over(Time),
    /// Handed in already.
    Submitted,
    /// Approved already.
    Approved,
    /// Not handed in, so there is nothing to check.
    NotSubmitted,
    /// Somebody else saved meanwhile.
    Changed,
    /// A lot of another round, or none.
    LotUnknown,
    /// A quantity that will not do: lot, company, as typed, why.
    Quantity(String, String, String, QuantityFault),
    /// The same company twice in one lot: lot, company.
    Twice(String, String),
    /// A brand's quantity without its company: lot, quantity.
    NoCompany(String, String),
    /// A text is too long: lot, limit.
    Long(String, usize),
    /// More lines than a report may have.
    TooMany,
    /// The line was not returned and stays as it is: lot, company.
    Locked(String, String),
    /// Sums outside the bounds without a reason.
    Reasons(Vec<Gap>),
    /// A verified quantity differs from the reported one without a remark: company or empty.
    NoRemark(String, Quantity, Quantity),
    /// Returning needs a remark.
    ReturnRemark,
    /// Returning needs at least one line.
    ReturnLines,
    /// The uploaded file has faults.
    FileFaulty(u64),
    /// The uploaded file has no line with a quantity.
    FileEmpty,
}

/// A sum outside the bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The lot's code.
    pub lot: String,
    /// Its generic name.
    pub generic: String,
    /// The sum reported.
    pub sum: Quantity,
    /// The yearly average bought.
    pub history: Quantity,
    /// Below or above.
    pub standing: Standing,
}

/// Why a text is not a quantity of a lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuantityFault {
    /// It carries a unit; quantities are plain numbers in this unit.
    WithUnit(String),
    /// The unit column names another unit than this.
    OtherUnit(String),
    /// Not an exact number.
    Number(NotANumber),
    /// Below zero.
    Negative,
    /// Above the limit.
    TooMuch,
}

impl Say for QuantityFault {
    fn say(&self, t: &Text) -> String {
        let d = &t.demand;
        match self {
            QuantityFault::WithUnit(unit) => fill(d.quantity_with_unit, &[("unit", unit)]),
            QuantityFault::OtherUnit(unit) => fill(d.quantity_other_unit, &[("unit", unit)]),
            QuantityFault::Number(why) => crate::files::Reason::Number(*why).say(t),
            QuantityFault::Negative => d.quantity_negative.to_owned(),
            QuantityFault::TooMuch => fill(d.quantity_too_much, &[("limit", &LIMIT)]),
        }
    }
}

impl Say for Gap {
    fn say(&self, t: &Text) -> String {
        let (bound, message) = match self.standing {
            Standing::Above(bound) => (bound, t.demand.gap_above),
            Standing::Below(bound) => (bound, t.demand.gap_below),
            Standing::NoHistory | Standing::Within => return String::new(),
        };
        fill(
            message,
            &[
                ("lot", &self.lot),
                ("generic", &self.generic),
                ("sum", &self.sum),
                ("history", &self.history),
                ("bound", &percent(bound)),
            ],
        )
    }
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let d = &t.demand;
        let brand = |company: &String| match company.as_str() {
            "" => d.by_generic.to_owned(),
            name => name.to_owned(),
        };
        match self {
            Refused::State(state) => fill(t.rounds.wrong_state, &[("state", &state.name(t))]),
            Refused::NotYet(from) => fill(d.not_yet, &[("from", from)]),
            Refused::Over(to) => fill(d.over, &[("to", &to.seconds())]),
            Refused::Submitted => d.submitted_already.to_owned(),
            Refused::Approved => d.approved_already.to_owned(),
            Refused::NotSubmitted => d.not_submitted.to_owned(),
            Refused::Changed => d.changed.to_owned(),
            Refused::LotUnknown => d.lot_unknown.to_owned(),
            Refused::Quantity(lot, company, text, why) => fill(
                d.quantity_bad,
                &[("lot", lot), ("company", &brand(company)), ("text", text), ("why", &why.say(t))],
            ),
            Refused::Twice(lot, company) => fill(d.twice, &[("lot", lot), ("company", &brand(company))]),
            Refused::NoCompany(lot, text) => fill(d.no_company, &[("lot", lot), ("text", text)]),
            Refused::Long(lot, limit) => fill(d.too_long, &[("lot", lot), ("limit", limit)]),
            Refused::TooMany => fill(d.too_many, &[("limit", &LINES)]),
            Refused::Locked(lot, company) => fill(d.locked, &[("lot", lot), ("company", &brand(company))]),
            Refused::Reasons(gaps) => {
                let said: Vec<String> = gaps.iter().map(|gap| gap.say(t)).collect();
                fill(d.reasons_needed, &[("gaps", &said.join(d.gap_join))])
            }
            Refused::NoRemark(company, reported, verified) => fill(
                d.remark_needed,
                &[("company", &brand(company)), ("reported", reported), ("verified", verified)],
            ),
            Refused::ReturnRemark => d.return_remark_needed.to_owned(),
            Refused::ReturnLines => d.return_lines_needed.to_owned(),
            Refused::FileFaulty(count) => fill(d.file_faulty, &[("count", count)]),
            Refused::FileEmpty => d.file_empty.to_owned(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Refused::ReturnRemark => Some("remark"),
            Refused::FileFaulty(_) | Refused::FileEmpty => Some("file"),
            _ => None,
        }
    }
}

impl From<Refused> for crate::error::Error {
    fn from(why: Refused) -> Self {
        Self::refused(why)
    }
}

/// A share in percent.
pub fn percent(share: Decimal) -> Decimal {
    (share * Decimal::ONE_HUNDRED).normalize()
}

/// Reads a quantity of a lot counted in `unit`. Zero is a quantity.
pub fn quantity(text: &str, unit: &str) -> Result<Quantity, QuantityFault> {
    let value: Quantity = text.parse().map_err(|why| match why {
        NotANumber::Malformed if text.contains(char::is_alphabetic) && text.contains(char::is_numeric) => {
            QuantityFault::WithUnit(unit.to_owned())
        }
        other => QuantityFault::Number(other),
    })?;
    if value < Quantity::ZERO {
        Err(QuantityFault::Negative)
    } else if value.decimal() > Decimal::from(LIMIT) {
        Err(QuantityFault::TooMuch)
    } else {
        Ok(value)
    }
}

/// Until when a hospital may write its report.
pub fn deadline(round: &Round, report: Option<&Report>) -> Time {
    report.and_then(|it| it.due_at).unwrap_or(round.calendar.demand_to)
}

/// Whether a hospital may write now: inside the reporting time, or while lines are returned to it.
pub fn may_write(round: &Round, report: Option<&Report>, now: Time) -> Result<(), Refused> {
    match report.map(|it| it.state) {
        Some(ReportState::Submitted) => return Err(Refused::Submitted),
        Some(ReportState::Approved) => return Err(Refused::Approved),
        Some(ReportState::Returned) => may_check(round)?,
        None | Some(ReportState::Draft) => {
            if round.state != RoundState::Demand {
                return Err(Refused::State(round.state));
            }
            if now < round.calendar.demand_from {
                return Err(Refused::NotYet(round.calendar.demand_from));
            }
        }
    }
    let to = deadline(round, report);
    if now < to { Ok(()) } else { Err(Refused::Over(to)) }
}

/// Whether the bureau may check demand now.
pub fn may_check(round: &Round) -> Result<(), Refused> {
    match round.state {
        RoundState::Demand | RoundState::DemandReview => Ok(()),
        other => Err(Refused::State(other)),
    }
}

/// Whether a report is not handed in.
pub fn is_missing(report: Option<&Report>) -> bool {
    !report.is_some_and(|it| matches!(it.state, ReportState::Submitted | ReportState::Approved))
}

/// Which reminder is due before a deadline: that many days ahead.
pub fn reminder(deadline: Time, now: Time) -> Option<i64> {
    [1, 3].into_iter().find(|days| deadline.plus_days(-days) <= now && now < deadline)
}

/// The sum of quantities. The limits on lines and reports keep it far below what fits.
pub fn sum(quantities: impl Iterator<Item = Quantity>) -> Quantity {
    Quantity::from_scaled(quantities.fold(0, |sum, q| q.scaled().saturating_add(sum)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_themselves_are_within() {
        let bounds = Bounds { low: "0.8".parse().unwrap(), high: "1.5".parse().unwrap() };
        let (below, above) = (Standing::Below(bounds.low), Standing::Above(bounds.high));
        let check = |sum: &str, history: &str, want: Standing| {
            let found = Standing::of(sum.parse().unwrap(), history.parse().unwrap(), &bounds);
            assert_eq!(found, want, "{sum} {history}");
        };
        check("800", "1000", Standing::Within);
        check("799.999", "1000", below);
        check("1500", "1000", Standing::Within);
        check("1500.001", "1000", above);
        check("0", "1000", below);
        check("0", "0", Standing::NoHistory);
        check("1000000", "0", Standing::NoHistory);
        check("0.8", "0.999", Standing::Within);
        check("0.799", "0.999", below);
        check("1000000000", "1000000000", Standing::Within);
        let wider = Bounds { low: Decimal::ZERO, high: Decimal::TWO };
        assert_eq!(Standing::of(Quantity::ZERO, Quantity::from_scaled(1), &wider), Standing::Within);
    }

    #[test]
    fn a_quantity_is_plain_digits_in_the_unit_of_the_lot() {
        let check = |text: &str, want: Result<&str, QuantityFault>| {
            assert_eq!(quantity(text, "粒").map(|q| q.to_string()), want.map(str::to_owned), "{text}");
        };
        check("1200", Ok("1200"));
        check("0", Ok("0"));
        check("0.125", Ok("0.125"));
        check("1200盒", Err(QuantityFault::WithUnit("粒".to_owned())));
        check("1200粒", Err(QuantityFault::WithUnit("粒".to_owned())));
        check("12万", Err(QuantityFault::WithUnit("粒".to_owned())));
        check("1,200", Err(QuantityFault::Number(NotANumber::Malformed)));
        check("0.1234", Err(QuantityFault::Number(NotANumber::TooManyDecimals(3))));
        check("-1", Err(QuantityFault::Negative));
        check("1000000000", Ok("1000000000"));
        check("1000000000.001", Err(QuantityFault::TooMuch));
        check("99999999999999999999", Err(QuantityFault::Number(NotANumber::TooLarge)));
        check("", Err(QuantityFault::Number(NotANumber::Empty)));
    }

    #[test]
    fn reminders_are_due_three_days_and_one_day_ahead() {
        let deadline = Time::parse_local("2026-12-01 17:00").unwrap();
        let check = |millis: i64, want| {
            assert_eq!(reminder(deadline, deadline.plus_millis(millis)), want, "{millis}");
        };
        let day = 86_400_000;
        check(-3 * day - 1, None);
        check(-3 * day, Some(3));
        check(-day - 1, Some(3));
        check(-day, Some(1));
        check(-1, Some(1));
        check(0, None);
    }
}
