//! What becomes of an award: prices that creep, winners nobody buys, and what is bought in their place.

use std::collections::BTreeMap;

use super::{Case, Facts, Found, Tier, excess, shown, tier};
use crate::prices::findings::Figure;
use crate::prices::monitoring::ground::{Agreed, Product};
use crate::prices::monitoring::purchases::{Cell, Month, mean};
use crate::types::{Quantity, UnitPrice};

/// Months of a year: a contract agrees the quantity of one.
const YEAR: i128 = 12;

pub(super) fn creep(case: &Case<'_>, found: &mut Vec<Found>) -> Option<()> {
    let least = case.count("months");
    for (at, product) in case.products().filter(|(_, product)| !product.award.is_empty()) {
        let cells = case.ledger.by_hospital(at);
        for months in cells.chunk_by(|a, b| a.hospital == b.hospital) {
            let (mut row, mut before) = (0, None);
            for cell in months {
                let Some(award) = product.award.at(cell.month.last()) else {
                    (row, before) = (0, None);
                    continue;
                };
                let held = cell.bought.checked_mul(i128::from(award.price))?;
                row = match before {
                    _ if cell.amount <= held => 0,
                    Some(before) if is_below(cell, before)? => 1,
                    _ => row + 1,
                };
                before = Some(*cell);
                let tier = tier(case.rule, cell.amount, held);
                if row < least || tier == Tier::None || !case.has(cell.month) {
                    continue;
                }
                let rows = case.ledger.rows(cell).iter();
                let purchases =
                    i64::try_from(rows.filter(|row| row.quantity > 0).count()).unwrap_or_default();
                let facts = Facts {
                    tier,
                    observed: mean(cell.amount, cell.bought),
                    reference: Some(UnitPrice::from_scaled(award.price)),
                    quantity: cell.bought,
                    effect: (cell.amount - held, 1),
                    purchases,
                    figures: vec![
                        (Figure::Lot, award.source.to_string()),
                        (Figure::AwardPrice, UnitPrice::from_scaled(award.price).to_string()),
                        (Figure::Excess, excess(cell.amount, held)),
                        (Figure::Months, row.to_string()),
                        (Figure::Purchases, purchases.to_string()),
                    ],
                };
                found.push(case.found(cell, facts)?);
            }
        }
    }
    Some(())
}

/// Whether the mean of a cell is below that of the one before.
fn is_below(cell: &Cell, before: &Cell) -> Option<bool> {
    Some(cell.amount.checked_mul(before.bought)? < before.amount.checked_mul(cell.bought)?)
}

pub(super) fn never_bought(case: &Case<'_>, found: &mut Vec<Found>) -> Option<()> {
    let grace = case.count("months");
    for (at, product) in case.products() {
        for (hospital, contracts) in &product.contracts {
            for contract in contracts {
                let first = Month::of(contract.from);
                let last = case.window.to.min(Month::of(contract.to));
                let (over, due) = (case.window.to.since(first), first.plus(grace));
                // Whole months that are over; the one that runs does not count.
                if over < grace || due > Month::of(contract.to) || !case.has(due) {
                    continue;
                }
                let cells = case.ledger.cells(at).iter();
                let is_of = |cell: &&Cell| cell.hospital == *hospital && cell.bought > 0;
                if cells.filter(is_of).any(|cell| first <= cell.month && cell.month <= last) {
                    continue;
                }
                found.extend(unbought(case, (at, *hospital), contract, i128::from(over))?);
            }
        }
    }
    Some(())
}

#[allow(clippy::option_option)]
fn unbought(
    case: &Case<'_>,
    (at, hospital): (usize, i32),
    contract: &Agreed,
    over: i128,
) -> Option<Option<Found>> {
    let first = Month::of(contract.from);
    let term = i128::from(Month::of(contract.to).since(first)) + 1;
    let over = over.min(term);
    let tier = tier(case.rule, over, term);
    let Some(price) = contract.prices.at(contract.from).filter(|_| tier != Tier::None) else {
        return Some(None);
    };
    let due = i128::from(contract.quantity).checked_mul(over)? / YEAR;
    // What the hospital bought of the lot's other products instead.
    let (mut amount, mut bought) = (0_i128, 0_i128);
    for (other, _) in case.products().filter(|(other, _)| *other != at) {
        let cells = case.ledger.cells(other).iter().filter(|cell| cell.hospital == hospital);
        for cell in cells.filter(|cell| first <= cell.month && cell.month <= Month::of(contract.to)) {
            amount += cell.amount;
            bought += cell.bought;
        }
    }
    let dearer = amount - bought.checked_mul(i128::from(price.price))?;
    let effect = match bought > 0 && dearer > 0 {
        true => (dearer.checked_mul(due.min(bought))?, bought),
        false => (0, 1),
    };
    let lot = case.family.lots.get(contract.lot).map(|lot| lot.code.to_string()).unwrap_or_default();
    let agreed = Quantity::from_scaled(contract.quantity);
    let facts = Facts {
        tier,
        observed: mean(amount, bought).filter(|_| bought > 0),
        reference: Some(UnitPrice::from_scaled(price.price)),
        quantity: due,
        effect,
        purchases: 0,
        figures: vec![
            (Figure::Lot, lot),
            (Figure::Contract, contract.number.to_string()),
            (Figure::ContractPrice, UnitPrice::from_scaled(price.price).to_string()),
            (Figure::AgreedQuantity, agreed.to_string()),
            (Figure::Bought, Quantity::ZERO.to_string()),
            (Figure::Months, over.to_string()),
            (Figure::Peers, buyers(case, at, hospital).to_string()),
        ],
    };
    let month = first.plus(case.count("months"));
    case.place(at, Some(hospital), Some(month), facts).map(Some)
}

/// How many other hospitals bought a product.
fn buyers(case: &Case<'_>, product: usize, but: i32) -> usize {
    let cells = case.ledger.cells(product).iter().filter(|cell| cell.bought > 0 && cell.hospital != but);
    let mut hospitals: Vec<i32> = cells.map(|cell| cell.hospital).collect();
    hospitals.sort_unstable();
    hospitals.dedup();
    hospitals.len()
}

/// What a hospital bought in a month: of products that won, and of others.
type Shares = BTreeMap<(i32, Month), (i128, i128)>;

/// Whether a product's award in any lot holds on a day of a month: where rounds follow one another the winners of the
/// one are not what is bought in the place of the winners of the other.
fn has_won(product: &Product, month: Month) -> bool {
    [month.first(), month.last()].into_iter().any(|day| product.award.at(day).is_some())
}

pub(super) fn substitution(case: &Case<'_>, found: &mut Vec<Found>) -> Option<()> {
    for (n, lot) in case.family.lots.iter().enumerate().filter(|(_, lot)| !lot.winners.is_empty()) {
        let mut shares = Shares::new();
        let is_winner = |at: usize, product: &Product, cell: &Cell| {
            lot.winners.contains(&at) || has_won(product, cell.month)
        };
        for (at, product) in case.products() {
            for cell in case.ledger.cells(at).iter().filter(|cell| cell.net > 0) {
                let sum = shares.entry((cell.hospital, cell.month)).or_default();
                let own = if is_winner(at, product, cell) { &mut sum.0 } else { &mut sum.1 };
                *own += cell.net;
            }
        }
        for (at, product) in case.products() {
            let cells = case.ledger.cells(at).iter();
            for cell in cells.filter(|it| it.net > 0 && case.has(it.month) && !is_winner(at, product, it)) {
                let Some(price) = cheapest(case, n, cell) else { continue };
                let (won, other) = shares.get(&(cell.hospital, cell.month)).copied().unwrap_or_default();
                let tier = tier(case.rule, other, won + other);
                if tier == Tier::None {
                    continue;
                }
                let rows = case.ledger.rows(cell).iter();
                let paid: i128 = rows.map(|row| i128::from(row.price) * i128::from(row.quantity)).sum();
                let facts = Facts {
                    tier,
                    observed: mean(cell.amount, cell.bought),
                    reference: Some(UnitPrice::from_scaled(price)),
                    quantity: cell.net,
                    effect: (paid - cell.net.checked_mul(i128::from(price))?, 1),
                    purchases: 0,
                    figures: vec![
                        (Figure::Lot, lot.code.to_string()),
                        (Figure::NonWinnerShare, shown(other, won + other)),
                        (Figure::WinnerQuantity, shown(won, 1_000)),
                        (Figure::ContractPrice, UnitPrice::from_scaled(price).to_string()),
                    ],
                };
                found.push(case.found(cell, facts)?);
            }
        }
    }
    Some(())
}

/// The hospital's lowest contract price in a lot in a month; none without a contract in it.
fn cheapest(case: &Case<'_>, lot: usize, cell: &Cell) -> Option<i64> {
    let winners = case.family.lots.get(lot)?.winners.iter();
    let contracts = winners.filter_map(|at| case.family.products.get(*at)?.contracts.get(&cell.hospital));
    let (first, last) = (cell.month.first(), cell.month.last());
    let prices = contracts.flatten().filter(|it| it.lot == lot && it.from <= last && first <= it.to);
    prices.filter_map(|it| it.prices.at(last.min(it.to))).map(|span| span.price).min()
}
