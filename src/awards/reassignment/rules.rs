//! What a hospital may place with whom. Pure.

use super::{LotSheet, Period, PeriodState};
use crate::rounds::{Round, RoundState};
use crate::text::{Say, Text, fill};
use crate::types::{OfferId, Quantity, Time};

/// Why something about placing volume is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The rule set lets no hospital place volume itself.
    NotPlaceable,
    /// No hospital has anything to place.
    Nothing,
    /// Hospitals may place volume already.
    OpenAlready,
    /// Nobody is asked to place volume.
    NotOpen,
    /// The deadline lies in the past or after publicity.
    Deadline(Time),
    /// Hospitals may place volume until then: nothing is computed or published before.
    StillOpen(Time),
    /// The deadline has passed.
    Closed(Time),
    /// A colleague has saved since the page was read.
    Changed,
    /// A company that is no winner of the lot.
    NotWinner(String),
    /// Not a whole number of rounding units.
    NotWhole {
        /// The lot.
        lot: String,
        /// The winner.
        company: String,
        /// The unit.
        unit: Quantity,
    },
    /// More than there is to place.
    TooMuch {
        /// The lot.
        lot: String,
        /// What is given.
        given: Quantity,
        /// What there is.
        left: Quantity,
    },
    /// More than the winner can still supply.
    Capacity {
        /// The lot.
        lot: String,
        /// The winner.
        company: String,
        /// What it has left.
        left: Quantity,
    },
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let v = &t.volumes;
        match self {
            Self::NotPlaceable => v.not_placeable.to_owned(),
            Self::Nothing => v.nothing_to_place.to_owned(),
            Self::OpenAlready => v.placing_open.to_owned(),
            Self::NotOpen => v.placing_not_open.to_owned(),
            Self::Deadline(latest) => fill(v.bad_deadline, &[("latest", latest)]),
            Self::StillOpen(deadline) => fill(v.placing_still_open, &[("deadline", deadline)]),
            Self::Closed(deadline) => fill(v.placing_closed, &[("deadline", deadline)]),
            Self::Changed => v.placing_changed.to_owned(),
            Self::NotWinner(lot) => fill(v.place_not_winner, &[("lot", lot)]),
            Self::NotWhole { lot, company, unit } => {
                fill(v.place_not_whole, &[("lot", lot), ("company", company), ("unit", unit)])
            }
            Self::TooMuch { lot, given, left } => {
                fill(v.place_too_much, &[("lot", lot), ("given", given), ("left", left)])
            }
            Self::Capacity { lot, company, left } => {
                fill(v.place_capacity, &[("lot", lot), ("company", company), ("left", left)])
            }
        }
    }

    fn field(&self) -> Option<&'static str> {
        matches!(self, Self::Deadline(_)).then_some("deadline")
    }
}

/// A deadline lies ahead, and before publicity ends.
pub fn deadline(round: &Round, deadline: Time, now: Time) -> Result<Time, Refused> {
    let latest = round.calendar.publicity_to;
    if deadline > now && deadline <= latest { Ok(deadline) } else { Err(Refused::Deadline(latest)) }
}

/// Whether hospitals may place volume now.
pub fn may_place(round: &Round, period: &Period, now: Time) -> Result<(), Refused> {
    if round.state != RoundState::Evaluation || period.state != PeriodState::Open {
        return Err(Refused::NotOpen);
    }
    if now >= period.deadline { Err(Refused::Closed(period.deadline)) } else { Ok(()) }
}

/// Whether what a hospital gives in one lot stands: whole units, to winners, no more than it has, no more than
/// they can still supply beside what other hospitals gave them first.
pub fn check(sheet: &LotSheet, given: &[(OfferId, Quantity)], unit: Quantity) -> Result<(), Refused> {
    let mut sum = Quantity::ZERO;
    for (offer, quantity) in given {
        let lot = || sheet.lot.code.clone();
        let winner = sheet.winners.iter().find(|winner| winner.row.offer_id == *offer);
        let winner = winner.ok_or_else(|| Refused::NotWinner(lot()))?;
        let company = || winner.name.clone();
        if *quantity < Quantity::ZERO || quantity.scaled() % unit.scaled().max(1) != 0 {
            return Err(Refused::NotWhole { lot: lot(), company: company(), unit });
        }
        if let Some(left) = winner.left.filter(|left| quantity > left) {
            return Err(Refused::Capacity { lot: lot(), company: company(), left });
        }
        sum = sum.plus(*quantity).unwrap_or(Quantity::from_scaled(i64::MAX));
    }
    if sum > sheet.to_place {
        let (lot, left) = (sheet.lot.code.clone(), sheet.to_place);
        return Err(Refused::TooMuch { lot, given: sum, left });
    }
    Ok(())
}

/// What a winner can supply beside its own brand, in whole units.
pub fn room(capacity: Quantity, own: Quantity, unit: Quantity) -> Quantity {
    let unit = unit.scaled().max(1);
    let whole = capacity.scaled().max(0) / unit * unit;
    Quantity::from_scaled(whole.saturating_sub(own.scaled()).max(0))
}
