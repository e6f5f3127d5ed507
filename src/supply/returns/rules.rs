//! What may go back after acceptance, and what it is worth: pure decisions.

use crate::error::Error;
use crate::supply::Receipt;
use crate::supply::receipts::rules::{REASON, is_reason};
use crate::text::{Say, Text, fill};
use crate::types::{Money, NotANumber, Quantity};

/// Why a return is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Zero or below.
    NotPositive,
    /// More than is still there of what was accepted.
    TooMuch {
        /// As given.
        given: Quantity,
        /// Accepted and not yet returned.
        most: Quantity,
    },
    /// Without a reason, or with one too long.
    Reason,
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
            Refused::NotPositive => d.return_not_positive.to_owned(),
            Refused::TooMuch { given, most } => fill(d.return_too_much, &[("given", given), ("most", most)]),
            Refused::Reason => fill(d.return_reason, &[("most", &REASON)]),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Refused::NotPositive | Refused::TooMuch { .. } => "quantity",
            Refused::Reason => "reason",
        })
    }
}

/// Whether a quantity may go back of a receipt of which `returned` went back before. Gives what is left after it.
pub fn may_return(
    accepted: Quantity,
    returned: Quantity,
    quantity: Quantity,
    reason: &str,
) -> Result<Quantity, Refused> {
    if !quantity.is_positive() {
        return Err(Refused::NotPositive);
    }
    let most = accepted.minus(returned).unwrap_or(Quantity::ZERO);
    let left = most.minus(quantity).filter(|left| *left >= Quantity::ZERO);
    let left = left.ok_or(Refused::TooMuch { given: quantity, most })?;
    if is_reason(reason) { Ok(left) } else { Err(Refused::Reason) }
}

/// What a return is worth: the difference of the rounded amounts returned after and before it, so that all returns of
/// a receipt never sum above its amount and a full return is exactly it.
pub fn amount(receipt: &Receipt, returned: Quantity, quantity: Quantity) -> Result<Money, NotANumber> {
    let worth = |quantity: Quantity| Money::of(quantity, receipt.unit_price);
    let sum = returned.plus(quantity).ok_or(NotANumber::TooLarge)?;
    worth(sum)?.minus(worth(returned)?).ok_or(NotANumber::TooLarge)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::supply::samples::receipt;
    use crate::types::UnitPrice;

    #[test]
    fn no_more_goes_back_than_was_accepted() {
        let check = |returned: &str, quantity: &str, reason: &str, want: Option<&str>| {
            let of = |text: &str| text.parse::<Quantity>().unwrap();
            let found = may_return(of("100"), of(returned), of(quantity), reason);
            assert_eq!(found.clone().ok(), want.map(of), "{returned} {quantity} {reason}: {found:?}");
        };
        check("0", "100", "r", Some("0"));
        check("40", "60", "r", Some("0"));
        check("40", "59.999", "r", Some("0.001"));
        check("40", "60.001", "r", None);
        check("100", "0.001", "r", None);
        check("0", "0", "r", None);
        check("0", "-1", "r", None);
        check("0", "1", "", None);
    }

    proptest! {
        #[test]
        fn returns_never_sum_above_the_receipt_and_a_full_return_is_exactly_it(
            price in 0i64..50_000_000,
            parts in proptest::collection::vec(1i64..200_000, 1..12),
        ) {
            let all = Quantity::from_scaled(parts.iter().sum());
            let it = receipt(all, UnitPrice::from_scaled(price));
            let (mut returned, mut sum) = (Quantity::ZERO, Money::ZERO);
            for part in parts {
                let part = Quantity::from_scaled(part);
                let worth = amount(&it, returned, part).unwrap();
                prop_assert!(worth >= Money::ZERO);
                sum = sum.plus(worth).unwrap();
                returned = returned.plus(part).unwrap();
                prop_assert!(sum <= it.amount);
            }
            prop_assert_eq!(sum, it.amount);
        }
    }
}
