//! Prices paid above a reference: contract, payment standard, ceiling, or the lowest listing elsewhere.

use chrono::NaiveDate;

use super::{Case, Facts, Found, Tier, excess, tier};
use crate::prices::findings::Figure;
use crate::prices::monitoring::ground::{Product, Span};
use crate::prices::monitoring::kinds::Kind;
use crate::prices::monitoring::purchases::mean;
use crate::types::UnitPrice;

/// What purchases above their references add up to.
#[derive(Default)]
struct Sum<'a> {
    paid: i128,
    held: i128,
    quantity: i128,
    highest: i64,
    purchases: i64,
    last: Option<&'a Span>,
}

pub(super) fn above(case: &Case<'_>, found: &mut Vec<Found>) -> Option<()> {
    for (at, product) in case.products().filter(|(_, product)| has_any(case.rule.kind, product)) {
        for cell in case.ledger.cells(at).iter().filter(|cell| case.has(cell.month)) {
            let mut sum = Sum::default();
            for row in case.ledger.rows(cell) {
                let Some(span) = reference(case.rule.kind, product, row.hospital, row.day) else { continue };
                if row.price <= span.price {
                    continue;
                }
                let quantity = i128::from(row.quantity);
                sum.quantity += quantity;
                sum.paid += quantity * i128::from(row.price);
                sum.held += quantity * i128::from(span.price);
                if row.quantity > 0 {
                    sum.highest = sum.highest.max(row.price);
                    sum.purchases += 1;
                    sum.last = Some(span);
                }
            }
            let Some(last) = sum.last.filter(|_| sum.quantity > 0) else { continue };
            let tier = tier(case.rule, sum.paid, sum.held);
            if tier == Tier::None {
                continue;
            }
            let facts = Facts {
                tier,
                observed: mean(sum.paid, sum.quantity),
                reference: mean(sum.held, sum.quantity),
                quantity: sum.quantity,
                effect: (sum.paid - sum.held, 1),
                purchases: sum.purchases,
                figures: figures(case.rule.kind, &sum, last),
            };
            found.push(case.found(cell, facts)?);
        }
    }
    Some(())
}

fn figures(kind: Kind, sum: &Sum<'_>, last: &Span) -> Vec<(Figure, String)> {
    let price = UnitPrice::from_scaled(last.price).to_string();
    let source = last.source.to_string();
    let mut figures = match kind {
        Kind::AboveContract => vec![(Figure::Contract, source), (Figure::ContractPrice, price)],
        Kind::AboveStandard => vec![(Figure::PaymentStandard, price)],
        Kind::AboveCeiling => vec![(Figure::Lot, source), (Figure::Ceiling, price)],
        _ => vec![(Figure::Elsewhere, price), (Figure::ElsewhereRegion, source)],
    };
    figures.push((Figure::Excess, excess(sum.paid, sum.held)));
    figures.push((Figure::Highest, UnitPrice::from_scaled(sum.highest).to_string()));
    figures.push((Figure::Purchases, sum.purchases.to_string()));
    figures
}

fn has_any(kind: Kind, product: &Product) -> bool {
    match kind {
        Kind::AboveContract => !product.contracts.is_empty(),
        Kind::AboveStandard => !product.standard.is_empty(),
        Kind::AboveCeiling => !product.ceiling.is_empty(),
        _ => !product.elsewhere.is_empty(),
    }
}

/// What a purchase on a day is held against.
fn reference(kind: Kind, product: &Product, hospital: i32, day: NaiveDate) -> Option<&Span> {
    match kind {
        Kind::AboveContract => {
            let contracts = product.contracts.get(&hospital)?.iter();
            contracts
                .filter(|it| it.from <= day && day <= it.to)
                .filter_map(|it| it.prices.at(day))
                .max_by_key(|span| span.price)
        }
        Kind::AboveStandard => product.standard.at(day),
        Kind::AboveCeiling => product.ceiling.at(day),
        _ => product.elsewhere.at(day),
    }
}
