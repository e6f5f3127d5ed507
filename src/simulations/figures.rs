//! What an award costs and saves, lot by lot.
//!
//! The reference is the ceiling times the agreed volume; in a comparison the ceiling is that of the base on both sides. What is paid is the winners' price at the comparable spec
//! times what each of them was allocated. Without demand by hospital nothing says how volume is split between
//! winners; then their mean price counts.

use std::collections::HashMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::refused::Refused;
use crate::awards::{Allocation, Award, Lot, LotOutcome, Outcome, Status};
use crate::types::{Money, Quantity, UnitPrice};

/// The figures of one lot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Winners, with volume or without.
    pub winners: u32,
    /// The lowest price won at the comparable spec.
    pub lowest: Option<UnitPrice>,
    /// The highest.
    pub highest: Option<UnitPrice>,
    /// The volume that winners carry.
    pub volume: Quantity,
    /// That volume at the ceiling.
    pub reference: Money,
    /// That volume at the prices won.
    pub cost: Money,
}

/// Figures added up over lots.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    /// The volume at the ceilings.
    pub reference: Money,
    /// The volume at the prices won.
    pub cost: Money,
}

impl Sum {
    /// What is saved.
    pub fn saved(&self) -> Money {
        self.reference.minus(self.cost).unwrap_or_default()
    }

    /// The saving in percent of the reference, to two decimals; nothing without a reference.
    pub fn percent(&self) -> String {
        let share = self.saved().decimal().checked_div(self.reference.decimal());
        let percent = |share: Decimal| crate::types::half_up(share * Decimal::ONE_HUNDRED, 2);
        share.map(|share| format!("{:.2}%", percent(share))).unwrap_or_default()
    }
}

impl Figures {
    /// What is saved.
    pub fn saved(&self) -> Money {
        self.reference.minus(self.cost).unwrap_or_default()
    }
}

/// The figures of all lots together.
pub fn sum<'a>(figures: impl Iterator<Item = &'a Figures>) -> Result<Sum, Refused> {
    figures
        .into_iter()
        .try_fold(Sum::default(), |sum, lot| {
            Some(Sum { reference: sum.reference.plus(lot.reference)?, cost: sum.cost.plus(lot.cost)? })
        })
        .ok_or(Refused::Sum)
}

/// The figures of each lot, in the order of the outcome. `ceilings` are by lot.
pub fn figures(ceilings: &HashMap<&str, UnitPrice>, outcome: &Outcome) -> Result<Vec<Figures>, Refused> {
    let (mut awards, mut allocations) = (outcome.awards.as_slice(), outcome.allocations.as_slice());
    let mut list = Vec::with_capacity(outcome.lots.len());
    for lot in &outcome.lots {
        // Awards and allocations stand in the order of the lots.
        let own_awards = take_while(&mut awards, |award| award.lot == lot.lot);
        let own_parts = take_while(&mut allocations, |part| part.lot == lot.lot);
        let ceiling = ceilings.get(&*lot.lot).copied().unwrap_or_default();
        list.push(of_lot(ceiling, lot, own_awards, own_parts).ok_or(Refused::Sum)?);
    }
    Ok(list)
}

fn take_while<'a, T>(rest: &mut &'a [T], belongs: impl Fn(&T) -> bool) -> &'a [T] {
    let count = rest.iter().take_while(|it| belongs(it)).count();
    let (own, other) = rest.split_at(count);
    *rest = other;
    own
}

fn of_lot(ceiling: UnitPrice, lot: &LotOutcome, awards: &[Award], parts: &[Allocation]) -> Option<Figures> {
    let winners: Vec<(&Award, Decimal)> = awards
        .iter()
        .filter_map(|award| Some((award, award.award_price?.decimal().checked_div(award.ratio)?)))
        .collect();
    let (volume, cost) =
        if parts.is_empty() { at_the_mean(lot, &winners)? } else { as_allocated(&winners, parts)? };
    let price = |price: Option<Decimal>| price.and_then(|price| UnitPrice::rounded(price).ok());
    Some(Figures {
        winners: u32::try_from(winners.len()).unwrap_or(u32::MAX),
        lowest: price(winners.iter().map(|(_, price)| *price).min()),
        highest: price(winners.iter().map(|(_, price)| *price).max()),
        volume,
        reference: Money::of(volume, ceiling).ok()?,
        cost: Money::rounded(cost).ok()?,
    })
}

fn as_allocated(winners: &[(&Award, Decimal)], parts: &[Allocation]) -> Option<(Quantity, Decimal)> {
    let mut sums: Vec<i64> = vec![0; winners.len()];
    for part in parts {
        let is_its = |(award, _): &(&Award, Decimal)| {
            award.company == part.company && part.product.as_ref().is_none_or(|it| **it == *award.product)
        };
        let at = winners.iter().position(is_its)?;
        let sum = sums.get_mut(at)?;
        *sum = sum.checked_add(part.quantity.scaled())?;
    }
    let (mut volume, mut cost) = (Quantity::ZERO, Decimal::ZERO);
    for (sum, (_, price)) in sums.into_iter().map(Quantity::from_scaled).zip(winners) {
        volume = volume.plus(sum)?;
        cost = cost.checked_add(sum.decimal().checked_mul(*price)?)?;
    }
    Some((volume, cost))
}

/// Without allocations: the agreed volume at the mean price of those who win with volume.
fn at_the_mean(lot: &LotOutcome, winners: &[(&Award, Decimal)]) -> Option<(Quantity, Decimal)> {
    let with_volume = winners.iter().filter(|(award, _)| award.status != Status::WonNoVolume);
    let prices: Vec<Decimal> = with_volume.map(|(_, price)| *price).collect();
    let sum = prices.iter().try_fold(Decimal::ZERO, |sum, price| sum.checked_add(*price))?;
    let Some(mean) = sum.checked_div(Decimal::from(prices.len())) else {
        return Some((Quantity::ZERO, Decimal::ZERO));
    };
    Some((lot.agreed, lot.agreed.decimal().checked_mul(mean)?))
}

/// The ceilings of lots by code.
pub fn ceilings(lots: &[Lot]) -> HashMap<&str, UnitPrice> {
    lots.iter().map(|lot| (&*lot.code, lot.ceiling)).collect()
}
