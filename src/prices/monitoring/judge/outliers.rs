//! Prices far from the median of the comparable group in the month, measured by the median absolute deviation.
//!
//! Everything is whole numbers: twice the median is the sum of the middle two prices, distances are of twice a price,
//! and twice their median is the sum of the middle two distances.

use rust_decimal::Decimal;

use super::{Case, Facts, Found, Tier, shown};
use crate::prices::findings::Figure;
use crate::prices::monitoring::purchases::{Cell, mean, rounded};
use crate::types::UnitPrice;

/// The middle of a month of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Middle {
    /// Twice the median, in millionths of a yuan.
    pub twice_median: i128,
    /// Four times the median distance from it.
    pub four_mad: i128,
}

/// The median of these prices and the median distance from it, which twice are left in the place of the prices.
pub fn middle(prices: &mut [i64]) -> Option<Middle> {
    let twice_median = twice_median(prices)?;
    for price in prices.iter_mut() {
        *price = i64::try_from((2 * i128::from(*price) - twice_median).abs()).ok()?;
    }
    Some(Middle { twice_median, four_mad: self::twice_median(prices)? })
}

fn twice_median(values: &mut [i64]) -> Option<i128> {
    let half = values.len() / 2;
    if values.is_empty() {
        return None;
    }
    let is_even = values.len().is_multiple_of(2);
    let (below, middle, _) = values.select_nth_unstable(half);
    let upper = i128::from(*middle);
    let lower = if is_even { i128::from(*below.iter().max()?) } else { upper };
    Some(lower + upper)
}

/// The numbers of the rule as quotients of whole numbers.
struct Numbers {
    scale: (i128, i128),
    least_mad: (i128, i128),
    least: usize,
    below: bool,
}

fn parts(value: Decimal) -> Option<(i128, i128)> {
    Some((value.mantissa(), 10_i128.checked_pow(value.scale())?))
}

impl Numbers {
    /// A distance of a price from the median in robust deviations, as a quotient: `distance` is of twice the price.
    fn deviations(&self, distance: i128, middle: Middle) -> Option<(u128, u128)> {
        let (least, per) = self.least_mad;
        // Four times the least distance that counts, times `per`.
        let floor = middle.twice_median.checked_mul(2)?.checked_mul(least)?;
        let four_mad = middle.four_mad.checked_mul(per)?.max(floor);
        let over = distance.checked_mul(2)?.checked_mul(self.scale.1)?.checked_mul(per)?;
        let under = four_mad.checked_mul(self.scale.0)?;
        Some((u128::try_from(over).ok()?, u128::try_from(under).ok()?))
    }

    /// How grave a price is.
    fn tier(&self, case: &Case<'_>, price: i64, middle: Middle) -> Option<Tier> {
        let from_median = 2 * i128::from(price) - middle.twice_median;
        if from_median == 0 || (from_median < 0 && !self.below) {
            return Some(Tier::None);
        }
        let (over, under) = self.deviations(from_median.abs(), middle)?;
        Some(case.rule.judgement.tier_of(over, under))
    }
}

pub(super) fn outliers(case: &Case<'_>, found: &mut Vec<Found>) -> Option<()> {
    let judgement = &case.rule.judgement;
    let numbers = Numbers {
        scale: parts(judgement.value("scale"))?,
        least_mad: parts(judgement.value("least_mad"))?,
        least: usize::try_from(case.count("least_purchases")).unwrap_or_default(),
        below: case.count("below") > 0,
    };
    let mut prices = Vec::new();
    for group in &case.family.groups {
        let mut cells: Vec<&Cell> = group.iter().flat_map(|at| case.ledger.cells(*at)).collect();
        cells.sort_by_key(|cell| cell.month);
        for cells in cells.chunk_by(|a, b| a.month == b.month) {
            if !cells.first().is_some_and(|cell| case.has(cell.month)) {
                continue;
            }
            prices.clear();
            for cell in cells {
                let bought = case.ledger.rows(cell).iter().filter(|row| row.quantity > 0);
                prices.extend(bought.map(|row| row.price));
            }
            if prices.len() < numbers.least {
                continue;
            }
            let (Some(lowest), Some(highest)) = (prices.iter().min().copied(), prices.iter().max().copied())
            else {
                continue;
            };
            let Some(middle) = middle(&mut prices) else { continue };
            // Where neither end is far from the median, nothing is.
            if numbers.tier(case, lowest, middle)? == Tier::None
                && numbers.tier(case, highest, middle)? == Tier::None
            {
                continue;
            }
            for cell in cells {
                found.extend(in_cell(case, &numbers, cell, middle, prices.len())?);
            }
        }
    }
    Some(())
}

#[allow(clippy::option_option)]
fn in_cell(
    case: &Case<'_>,
    numbers: &Numbers,
    cell: &Cell,
    middle: Middle,
    peers: usize,
) -> Option<Option<Found>> {
    let mut worst: Option<(Tier, i128)> = None;
    let (mut amount, mut quantity, mut twice_effect) = (0_i128, 0_i128, 0_i128);
    let (mut purchases, mut highest) = (0_i64, 0_i64);
    for row in case.ledger.rows(cell).iter().filter(|row| row.quantity > 0) {
        let tier = numbers.tier(case, row.price, middle)?;
        if tier == Tier::None {
            continue;
        }
        let from_median = 2 * i128::from(row.price) - middle.twice_median;
        worst = worst.max(Some((tier, from_median.abs())));
        let bought = i128::from(row.quantity);
        amount += bought * i128::from(row.price);
        quantity += bought;
        twice_effect += bought * from_median.max(0);
        purchases += 1;
        highest = highest.max(row.price);
    }
    let Some((tier, distance)) = worst else { return Some(None) };
    let (over, under) = numbers.deviations(distance, middle)?;
    let median = |twice: i128, by: i128| rounded(twice, by).and_then(|it| i64::try_from(it).ok());
    let mut figures = Vec::new();
    let (median, mad) = (median(middle.twice_median, 2), median(middle.four_mad, 4));
    figures.extend(median.map(|it| (Figure::Median, UnitPrice::from_scaled(it).to_string())));
    figures.extend(mad.map(|it| (Figure::Mad, UnitPrice::from_scaled(it).to_string())));
    if under > 0 {
        let (over, under) = (i128::try_from(over).ok()?, i128::try_from(under).ok()?);
        figures.push((Figure::Deviations, shown(over, under)));
    }
    figures.push((Figure::Highest, UnitPrice::from_scaled(highest).to_string()));
    figures.push((Figure::Purchases, purchases.to_string()));
    figures.push((Figure::GroupPurchases, peers.to_string()));
    let facts = Facts {
        tier,
        observed: mean(amount, quantity),
        reference: median.map(UnitPrice::from_scaled),
        quantity,
        effect: (twice_effect, 2),
        purchases,
        figures,
    };
    case.found(cell, facts).map(Some)
}
