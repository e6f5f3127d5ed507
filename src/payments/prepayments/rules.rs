//! What may be granted and recovered, and how a prepayment moves. Pure.

use rust_decimal::Decimal;
use serde::Serialize;

use super::{EntryKind, Prepayment};
use crate::error::{self, Error};
use crate::text::{Say, Text, fill};
use crate::types::{Money, Quantity, UnitPrice};

/// What a hospital agreed to buy in the agreement years that run, and the least prepayment for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Agreed {
    /// How many contracts.
    pub contracts: usize,
    /// Agreed volume times price, each contract rounded to the cent.
    pub amount: Money,
    /// The share of it that is to be prepaid at least.
    pub share: Decimal,
    /// Amount times share, rounded up to the cent: a cent less would be less than the share.
    pub least: Money,
}

/// Why a prepayment is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Zero or below.
    NotPositive,
    /// The hospital has no agreed volume this year.
    NoAgreed,
    /// Below the least share of the annual agreed amount.
    TooLow {
        /// What would be granted in all.
        given: Money,
        /// The least.
        least: Money,
        /// The annual agreed amount.
        agreed: Money,
    },
    /// More than is left.
    TooHigh {
        /// Asked for.
        given: Money,
        /// What is left.
        balance: Money,
    },
    /// Another grant for the hospital waits for its decision.
    Waiting,
    /// Without a reason in words.
    NoReason,
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let s = &t.settlements;
        match self {
            Refused::NotPositive => s.prepay_not_positive.to_owned(),
            Refused::NoAgreed => s.prepay_no_agreed.to_owned(),
            Refused::TooLow { given, least, agreed } => {
                fill(s.prepay_too_low, &[("given", given), ("least", least), ("agreed", agreed)])
            }
            Refused::TooHigh { given, balance } => {
                fill(s.prepay_too_high, &[("given", given), ("balance", balance)])
            }
            Refused::Waiting => s.prepay_waiting.to_owned(),
            Refused::NoReason => s.prepay_no_reason.to_owned(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Refused::NotPositive | Refused::TooLow { .. } | Refused::TooHigh { .. } => Some("amount"),
            Refused::NoReason => Some("reason"),
            Refused::NoAgreed | Refused::Waiting => None,
        }
    }
}

impl From<Refused> for Error {
    fn from(why: Refused) -> Self {
        Error::refused(why)
    }
}

/// The annual agreed amount of contracts, and the least to be prepaid (NHSA and MoF notice, 2024: at least 30 %).
pub fn agreed(contracts: &[(Quantity, UnitPrice)], share: Decimal) -> error::Result<Agreed> {
    let too_large = || Error::fault("an agreed amount is too large");
    let mut amount = Money::ZERO;
    for (quantity, price) in contracts {
        let one = Money::of(*quantity, *price).map_err(|_| too_large())?;
        amount = amount.plus(one).ok_or_else(too_large)?;
    }
    let exact = amount.decimal().checked_mul(share).ok_or_else(too_large)?;
    let up = exact.round_dp_with_strategy(Money::PLACES, rust_decimal::RoundingStrategy::AwayFromZero);
    let least = Money::rounded(up).map_err(|_| too_large())?;
    Ok(Agreed { contracts: contracts.len(), amount, share, least })
}

/// A grant takes what the hospital holds to at least the share of its annual agreed amount.
pub fn may_ask(
    agreed: &Agreed,
    before: &Prepayment,
    amount: Money,
    reason: &str,
    is_waiting: bool,
) -> Result<(), Refused> {
    if !amount.is_positive() {
        return Err(Refused::NotPositive);
    }
    if reason.trim().is_empty() {
        return Err(Refused::NoReason);
    }
    if is_waiting {
        return Err(Refused::Waiting);
    }
    if !agreed.amount.is_positive() {
        return Err(Refused::NoAgreed);
    }
    let held = before.granted.minus(before.recovered).unwrap_or(Money::ZERO);
    let given = held.plus(amount).unwrap_or(Money::from_scaled(i64::MAX));
    if given < agreed.least {
        return Err(Refused::TooLow { given, least: agreed.least, agreed: agreed.amount });
    }
    Ok(())
}

/// No more than is left is taken back.
pub fn may_recover(before: &Prepayment, amount: Money, reason: &str) -> Result<(), Refused> {
    if !amount.is_positive() {
        return Err(Refused::NotPositive);
    }
    if reason.trim().is_empty() {
        return Err(Refused::NoReason);
    }
    if amount > before.balance() {
        return Err(Refused::TooHigh { given: amount, balance: before.balance() });
    }
    Ok(())
}

/// A prepayment after a movement, and the movement with its sign; `None` when anything would fall below zero.
pub fn moved(before: &Prepayment, kind: EntryKind, amount: Money) -> Option<(Prepayment, Money)> {
    let mut after = before.clone();
    let minus = Money::ZERO.minus(amount)?;
    let signed = match kind {
        EntryKind::Grant => {
            after.granted = before.granted.plus(amount)?;
            amount
        }
        EntryKind::Draw => {
            after.drawn = before.drawn.plus(amount)?;
            minus
        }
        EntryKind::Restore => {
            after.drawn = before.drawn.minus(amount)?;
            amount
        }
        EntryKind::Recover => {
            after.recovered = before.recovered.plus(amount)?;
            minus
        }
    };
    let is_sound = amount.is_positive() && after.drawn >= Money::ZERO && after.balance() >= Money::ZERO;
    is_sound.then_some((after, signed))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::types::OrganisationId;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    fn held(granted: &str, drawn: &str, recovered: &str) -> Prepayment {
        Prepayment {
            hospital_id: OrganisationId::new(),
            granted: money(granted),
            drawn: money(drawn),
            recovered: money(recovered),
        }
    }

    #[test]
    fn the_least_prepayment_is_never_a_cent_below_the_share() {
        let check = |contracts: &[(&str, &str)], share: &str, amount: &str, least: &str| {
            let rows: Vec<_> =
                contracts.iter().map(|(q, p)| (q.parse().unwrap(), p.parse().unwrap())).collect();
            let it = agreed(&rows, share.parse().unwrap()).unwrap();
            assert_eq!((it.amount, it.least), (money(amount), money(least)), "{contracts:?} {share}");
        };
        check(&[("10000", "0.2"), ("500", "3")], "0.3", "3500.00", "1050.00");
        check(&[("1", "0.01")], "0.3", "0.01", "0.01");
        check(&[("3", "0.333333")], "0.3", "1.00", "0.30");
        check(&[("1", "0.11")], "0.3", "0.11", "0.04");
        check(&[], "0.3", "0.00", "0.00");
    }

    #[test]
    fn a_grant_reaches_the_share_and_a_recovery_stays_within_what_is_left() {
        let agreed =
            agreed(&[("10000".parse().unwrap(), "0.2".parse().unwrap())], Decimal::new(3, 1)).unwrap();
        let none = held("0", "0", "0");
        let check = |before: &Prepayment, amount: &str, want: Result<(), Refused>| {
            assert_eq!(may_ask(&agreed, before, money(amount), "依据", false), want, "{amount}");
        };
        check(&none, "600.00", Ok(()));
        check(&none, "2000.00", Ok(()));
        let low = Refused::TooLow { given: money("599.99"), least: money("600"), agreed: money("2000") };
        check(&none, "599.99", Err(low));
        check(&held("600", "500", "0"), "0.01", Ok(()));
        check(&none, "0.00", Err(Refused::NotPositive));
        check(&none, "-1", Err(Refused::NotPositive));
        assert_eq!(may_ask(&agreed, &none, money("600"), " ", false), Err(Refused::NoReason));
        assert_eq!(may_ask(&agreed, &none, money("600"), "依据", true), Err(Refused::Waiting));
        let nothing = Agreed { amount: Money::ZERO, least: Money::ZERO, ..agreed };
        assert_eq!(may_ask(&nothing, &none, money("600"), "依据", false), Err(Refused::NoAgreed));
        assert_eq!(may_recover(&held("600", "500", "50"), money("50"), "年末"), Ok(()));
        let high = Refused::TooHigh { given: money("50.01"), balance: money("50") };
        assert_eq!(may_recover(&held("600", "500", "50"), money("50.01"), "年末"), Err(high));
    }

    proptest! {
        #[test]
        fn no_run_of_movements_takes_a_prepayment_below_zero(
            moves in proptest::collection::vec((0usize..4, 0i64..100), 0..60),
        ) {
            let mut it = held("0", "0", "0");
            let mut sum = 0;
            for (kind, cents) in moves {
                if let Some((after, signed)) = moved(&it, EntryKind::ALL[kind], Money::from_scaled(cents)) {
                    sum += signed.scaled();
                    it = after;
                }
                prop_assert!(it.balance() >= Money::ZERO && it.drawn >= Money::ZERO);
                prop_assert_eq!(it.balance().scaled(), sum);
            }
        }
    }
}
