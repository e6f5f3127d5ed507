//! The money effect of a standard on purchases. Pure and exact.
//!
//! Fund basis = min(price, standard), patient excess = max(price − standard, 0) for each unit bought (医保发〔2019〕18号).
//! What was spent and the fund's part of it are each rounded once to the cent; the excess is what is left, so that both
//! always make up what was spent.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{EffectLine, Total};
use crate::types::{Money, Quantity, UnitPrice};

/// Prices that an arithmetic names; a product bought at more of them says how many more.
pub const TERMS: usize = 40;

/// What was bought at one price, net of returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bought {
    /// Yuan for one smallest unit.
    pub price: UnitPrice,
    /// Smallest units.
    pub quantity: Quantity,
    /// Purchases.
    pub purchases: i64,
}

impl Bought {
    /// Nothing yet at this price.
    pub fn none(price: UnitPrice) -> Self {
        Self { price, quantity: Quantity::ZERO, purchases: 0 }
    }

    /// Adds what was bought at the same price; nothing when it no longer fits.
    pub fn add(&mut self, other: Self) -> Option<()> {
        self.quantity = self.quantity.plus(other.quantity)?;
        self.purchases = self.purchases.checked_add(other.purchases)?;
        Some(())
    }
}

/// The sums of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Sums {
    pub quantity: Quantity,
    pub fund_before: Money,
    pub fund_after: Money,
    pub excess_before: Money,
    pub excess_after: Money,
}

impl Sums {
    /// The sums of what was bought, by the standard before of each (none: the fund recognises the price) and after.
    pub fn of(bought: &[(Bought, Option<UnitPrice>)], after: UnitPrice) -> Option<Self> {
        let quantity = bought.iter().try_fold(Quantity::ZERO, |sum, (it, _)| sum.plus(it.quantity))?;
        let spent = sum(bought, |price, _| price)?;
        let fund_before = sum(bought, |price, before| before.map_or(price, |standard| price.min(standard)))?;
        let fund_after = sum(bought, |price, _| price.min(after))?;
        Some(Self {
            quantity,
            fund_before,
            fund_after,
            excess_before: spent.minus(fund_before)?,
            excess_after: spent.minus(fund_after)?,
        })
    }
}

/// Quantity times what `each` makes of the price and the standard before, summed and rounded once.
fn sum(
    bought: &[(Bought, Option<UnitPrice>)],
    each: impl Fn(UnitPrice, Option<UnitPrice>) -> UnitPrice,
) -> Option<Money> {
    let exact = bought.iter().try_fold(Decimal::ZERO, |sum, (it, before)| {
        sum.checked_add(it.quantity.decimal().checked_mul(each(it.price, *before).decimal())?)
    });
    Money::rounded(exact?).ok()
}

/// The fund's basis by a standard, price by price.
pub fn arithmetic(bought: &[Bought], standard: UnitPrice) -> String {
    let term = |it: &Bought| format!("{} × min({}, {standard})", it.quantity, it.price);
    let named: Vec<String> = bought.iter().take(TERMS).map(term).collect();
    match bought.len().checked_sub(TERMS) {
        Some(more) if more > 0 => format!("{} + … ({more})", named.join(" + ")),
        _ => named.join(" + "),
    }
}

/// The sums of lines by the day they start on; a later year's line stands for its product in place of the year before,
/// so days are not added up. Nothing when a sum no longer fits.
pub fn totals(lines: &[EffectLine]) -> Option<Vec<Total>> {
    let mut by_day: BTreeMap<NaiveDate, Total> = BTreeMap::new();
    for it in lines {
        let total = by_day.entry(it.starts).or_insert(Total {
            starts: it.starts,
            lines: 0,
            bought: 0,
            unknown: 0,
            quantity: Quantity::ZERO,
            fund_before: Money::ZERO,
            fund_after: Money::ZERO,
            excess_before: Money::ZERO,
            excess_after: Money::ZERO,
        });
        total.lines += 1;
        total.bought += i64::from(it.purchases > 0);
        total.unknown += i64::from(it.products == 0);
        total.quantity = total.quantity.plus(it.quantity.unwrap_or_default())?;
        let add = |to: &mut Money, what: Option<Money>| -> Option<()> {
            *to = to.plus(what.unwrap_or_default())?;
            Some(())
        };
        add(&mut total.fund_before, it.fund_before)?;
        add(&mut total.fund_after, it.fund_after)?;
        add(&mut total.excess_before, it.excess_before)?;
        add(&mut total.excess_after, it.excess_after)?;
    }
    Some(by_day.into_values().collect())
}
