//! Prices and quantities over the months: sudden change, drift, abnormal volume.

use std::collections::BTreeMap;

use rust_decimal::prelude::ToPrimitive;

use super::{Case, Facts, Found, Tier, excess, shown, tier};
use crate::prices::findings::Figure;
use crate::prices::monitoring::purchases::{Cell, Month, mean, rounded};

/// One million: relative distances are kept to six decimals.
const ONE: i128 = 1_000_000;

/// The months of one hospital after another.
fn hospitals<'a>(cells: &'a [&'a Cell]) -> impl Iterator<Item = &'a [&'a Cell]> {
    cells.chunk_by(|a, b| a.hospital == b.hospital)
}

pub(super) fn month_change(case: &Case<'_>, found: &mut Vec<Found>) -> Option<()> {
    let (gap, falls) = (case.count("gap"), case.count("falls") > 0);
    for (at, _) in case.products() {
        let cells = case.ledger.by_hospital(at);
        for months in hospitals(&cells) {
            for pair in months.windows(2) {
                let [before, cell] = pair else { continue };
                if !case.has(cell.month) || cell.month.since(before.month) > gap {
                    continue;
                }
                // Means over one another, as quotients of whole numbers.
                let now = cell.amount.checked_mul(before.bought)?;
                let then = before.amount.checked_mul(cell.bought)?;
                let rose = now > then;
                let tier = match rose {
                    true => tier(case.rule, now, then),
                    false if falls => tier(case.rule, then, now),
                    false => Tier::None,
                };
                if tier == Tier::None {
                    continue;
                }
                let previous = mean(before.amount, before.bought)?;
                // (mean − mean before) × net quantity, over both quantities bought.
                let over = (now - then).checked_mul(cell.net.max(0))?;
                let under = cell.bought.checked_mul(before.bought)?;
                let facts = Facts {
                    tier,
                    observed: mean(cell.amount, cell.bought),
                    reference: Some(previous),
                    quantity: cell.net.max(0),
                    effect: (over, under),
                    purchases: purchases(case, cell),
                    figures: vec![
                        (Figure::Previous, previous.to_string()),
                        (Figure::Change, excess(now, then)),
                        (Figure::Purchases, purchases(case, cell).to_string()),
                    ],
                };
                found.push(case.found(cell, facts)?);
            }
        }
    }
    Some(())
}

fn purchases(case: &Case<'_>, cell: &Cell) -> i64 {
    let bought = case.ledger.rows(cell).iter().filter(|row| row.quantity > 0).count();
    i64::try_from(bought).unwrap_or(i64::MAX)
}

pub(super) fn volume(case: &Case<'_>, found: &mut Vec<Found>) -> Option<()> {
    let span = case.count("span");
    let least = usize::try_from(case.count("least_months")).unwrap_or_default().max(1);
    for (at, _) in case.products() {
        let cells = case.ledger.by_hospital(at);
        for months in hospitals(&cells) {
            for (n, cell) in months.iter().enumerate() {
                if n < least || !case.has(cell.month) {
                    continue;
                }
                let earlier = months.iter().take(n).rev();
                let earlier = earlier.take_while(|it| cell.month.since(it.month) <= span);
                let mut usual: Vec<i128> = earlier.map(|it| it.bought).collect();
                if usual.len() < least {
                    continue;
                }
                usual.sort_unstable();
                let half = usual.len() / 2;
                let upper = *usual.get(half)?;
                let lower = if usual.len().is_multiple_of(2) { *usual.get(half - 1)? } else { upper };
                let twice = lower + upper;
                let tier = tier(case.rule, 2 * cell.bought, twice);
                if tier == Tier::None {
                    continue;
                }
                let over = (2 * cell.bought - twice).checked_mul(cell.amount)?;
                let facts = Facts {
                    tier,
                    observed: None,
                    reference: None,
                    quantity: cell.bought,
                    effect: (over, cell.bought.checked_mul(2)?),
                    purchases: purchases(case, cell),
                    figures: vec![
                        (Figure::UsualQuantity, shown(twice, 2_000)),
                        (Figure::Ratio, shown(2 * cell.bought, twice)),
                        (Figure::Months, usual.len().to_string()),
                        (Figure::Purchases, purchases(case, cell).to_string()),
                    ],
                };
                found.push(case.found(cell, facts)?);
            }
        }
    }
    Some(())
}

/// A month of a product over all hospitals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Total {
    month: Month,
    amount: i128,
    bought: i128,
}

pub(super) fn drift(case: &Case<'_>, found: &mut Vec<Found>) -> Option<()> {
    let span = case.count("span");
    let base = usize::try_from(case.count("base_months")).unwrap_or_default().max(1);
    let allowance = (case.rule.judgement.value("allowance") * rust_decimal::Decimal::from(ONE)).to_i128()?;
    for (at, _) in case.products() {
        let mut totals: BTreeMap<Month, (i128, i128)> = BTreeMap::new();
        for cell in case.ledger.cells(at).iter().filter(|cell| cell.bought > 0) {
            let sum = totals.entry(cell.month).or_default();
            *sum = (sum.0 + cell.amount, sum.1 + cell.bought);
        }
        let totals: Vec<Total> =
            totals.into_iter().map(|(month, (amount, bought))| Total { month, amount, bought }).collect();
        for (n, last) in totals.iter().enumerate() {
            let first = totals.partition_point(|it| last.month.since(it.month) >= span);
            let Some(known) = totals.get(first..=n).filter(|known| known.len() > base) else { continue };
            if !case.has(last.month) {
                continue;
            }
            let (begin, rest) = known.split_at(base);
            let (amount, bought) = (sum(begin, |it| it.amount), sum(begin, |it| it.bought));
            let (drift, months) = cusum(rest, (amount, bought), allowance)?;
            let tier = tier(case.rule, drift, ONE);
            if tier == Tier::None {
                continue;
            }
            let base_price = mean(amount, bought)?;
            for cell in case.ledger.in_month(at, last.month).iter().filter(|cell| cell.bought > 0) {
                let over = cell.amount.checked_mul(bought)? - amount.checked_mul(cell.bought)?;
                if over <= 0 {
                    continue;
                }
                let facts = Facts {
                    tier,
                    observed: mean(cell.amount, cell.bought),
                    reference: Some(base_price),
                    quantity: cell.bought,
                    effect: (over, bought),
                    purchases: purchases(case, cell),
                    figures: vec![
                        (Figure::Baseline, base_price.to_string()),
                        (Figure::Drift, shown(drift, ONE)),
                        (Figure::Months, months.to_string()),
                        (Figure::Purchases, purchases(case, cell).to_string()),
                    ],
                };
                found.push(case.found(cell, facts)?);
            }
        }
    }
    Some(())
}

fn sum(totals: &[Total], of: impl Fn(&Total) -> i128) -> i128 {
    totals.iter().map(of).sum()
}

/// The sum at the last of these months, in millionths, and for how many months in a row it has been above zero.
fn cusum(months: &[Total], (amount, bought): (i128, i128), allowance: i128) -> Option<(i128, usize)> {
    let (mut drift, mut row) = (0_i128, 0);
    for it in months {
        // x / b, both quotients of amount and quantity.
        let over = it.amount.checked_mul(bought)?.checked_mul(ONE)?;
        let relative = rounded(over, it.bought.checked_mul(amount)?)? - ONE;
        drift = (drift + relative - allowance).max(0);
        row = if drift > 0 { row + 1 } else { 0 };
    }
    Some((drift, row))
}
