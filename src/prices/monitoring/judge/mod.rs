//! The rules on the purchases of one family of products: each kind in its own file. Pure.

mod above;
mod awards;
mod listings;
mod outliers;
mod series;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::ground::{Family, Product, Window};
use super::kinds::{Kind, Tier};
use super::purchases::{Cell, Ledger, Month, mean, money, quantity};
use super::rules::Rule;
use crate::prices::comparable::Quotient;
use crate::prices::findings::Figure;
use crate::prices::quartile;
use crate::types::{Money, Quantity, UnitPrice};

/// What a rule found: one product at one hospital in one month, or a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The rule's place in the list.
    pub rule: usize,
    /// The product's place in the family.
    pub product: usize,
    /// The hospital's number; none where a listing was judged.
    pub hospital: Option<i32>,
    /// The month; none where a listing was judged.
    pub month: Option<Month>,
    /// How grave it is.
    pub tier: Tier,
    /// The price judged.
    pub observed: Option<UnitPrice>,
    /// What it was held against.
    pub reference: Option<UnitPrice>,
    /// The quantity concerned.
    pub quantity: Quantity,
    /// The money effect at this hospital.
    pub effect: Money,
    /// The same over every hospital of the rule, product and month.
    pub effect_all: Money,
    /// Purchases judged.
    pub purchases: i64,
    /// The other figures.
    pub figures: Vec<(Figure, String)>,
}

/// A family under judgement.
struct Case<'a> {
    rule: &'a Rule,
    at: usize,
    family: &'a Family,
    ledger: &'a Ledger,
    window: Window,
}

/// What a finding is made of before its figures are formed; money in billionths of a yuan over a divisor.
struct Facts {
    tier: Tier,
    observed: Option<UnitPrice>,
    reference: Option<UnitPrice>,
    quantity: i128,
    effect: (i128, i128),
    purchases: i64,
    figures: Vec<(Figure, String)>,
}

/// Everything the rules find in a family. None when a number no longer fits what it is written with, which purchases
/// within their limits do not reach.
pub fn judge(rules: &[Rule], family: &Family, ledger: &Ledger, window: Window) -> Option<Vec<Found>> {
    let mut found = Vec::new();
    for (at, rule) in rules.iter().enumerate() {
        if rule.kind.is_of_today() && !window.is_open {
            continue;
        }
        let case = Case { rule, at, family, ledger, window };
        match rule.kind {
            Kind::LowestMultiple => listings::lowest_multiple(&case, &mut found)?,
            Kind::AboveContract | Kind::AboveStandard | Kind::AboveCeiling | Kind::DearerElsewhere => {
                above::above(&case, &mut found)?;
            }
            Kind::MonthChange => series::month_change(&case, &mut found)?,
            Kind::Outlier => outliers::outliers(&case, &mut found)?,
            Kind::Drift => series::drift(&case, &mut found)?,
            Kind::Volume => series::volume(&case, &mut found)?,
            Kind::Creep => awards::creep(&case, &mut found)?,
            Kind::NeverBought => awards::never_bought(&case, &mut found)?,
            Kind::Substitution => awards::substitution(&case, &mut found)?,
        }
    }
    let mut found = once(found);
    total(&mut found)?;
    Some(found)
}

/// One finding for a rule, product, hospital and month: lots or contracts that follow one another can each give it, and
/// the gravest counts.
fn once(found: Vec<Found>) -> Vec<Found> {
    let (mut places, mut kept): (HashMap<_, usize>, Vec<Found>) = (HashMap::new(), Vec::new());
    for it in found {
        match places.entry((it.rule, it.product, it.hospital, it.month)) {
            Entry::Vacant(free) => {
                free.insert(kept.len());
                kept.push(it);
            }
            Entry::Occupied(place) => {
                let known = kept.get_mut(*place.get());
                if let Some(known) = known.filter(|known| (known.tier, known.effect) < (it.tier, it.effect)) {
                    *known = it;
                }
            }
        }
    }
    kept
}

/// Gives each finding the sum over the hospitals of its rule, product and month.
fn total(found: &mut [Found]) -> Option<()> {
    let mut sums: HashMap<(usize, usize, Option<Month>), Money> = HashMap::new();
    for it in found.iter() {
        let sum = sums.entry((it.rule, it.product, it.month)).or_default();
        *sum = sum.plus(it.effect)?;
    }
    for it in found {
        it.effect_all = sums.get(&(it.rule, it.product, it.month)).copied().unwrap_or_default();
    }
    Some(())
}

impl Case<'_> {
    /// Whether the rule judges a month and the month is reported.
    fn has(&self, month: Month) -> bool {
        self.window.has(month) && self.rule.covers(month.first())
    }

    fn products(&self) -> impl Iterator<Item = (usize, &Product)> {
        self.family.products.iter().enumerate()
    }

    fn count(&self, name: &str) -> i32 {
        self.rule.judgement.count(name)
    }

    /// A finding in a cell; an effect below zero is none.
    fn found(&self, cell: &Cell, facts: Facts) -> Option<Found> {
        let mut it = self.place(cell.product, Some(cell.hospital), Some(cell.month), facts)?;
        it.figures.extend(self.peers(cell));
        Some(it)
    }

    fn place(
        &self,
        product: usize,
        hospital: Option<i32>,
        month: Option<Month>,
        facts: Facts,
    ) -> Option<Found> {
        let effect = money(facts.effect.0, facts.effect.1)?;
        Some(Found {
            rule: self.at,
            product,
            hospital,
            month,
            tier: facts.tier,
            observed: facts.observed,
            reference: facts.reference,
            quantity: quantity(facts.quantity)?,
            effect: effect.max(Money::ZERO),
            effect_all: Money::ZERO,
            purchases: facts.purchases,
            figures: facts.figures,
        })
    }

    /// What the other hospitals paid for the product in the month, by their means.
    fn peers(&self, cell: &Cell) -> Vec<(Figure, String)> {
        let others = self.ledger.in_month(cell.product, cell.month).iter();
        let others = others.filter(|it| it.hospital != cell.hospital && it.bought > 0);
        let mut means: Vec<UnitPrice> = others.filter_map(|it| mean(it.amount, it.bought)).collect();
        means.sort_unstable();
        let count = (Figure::Peers, means.len().to_string());
        let (Some(lowest), Some(highest)) = (means.first(), means.last()) else { return vec![count] };
        let median = quartile(&means, 2).unwrap_or(*lowest);
        vec![
            count,
            (Figure::PeerLowest, lowest.to_string()),
            (Figure::PeerMedian, median.to_string()),
            (Figure::PeerHighest, highest.to_string()),
        ]
    }
}

/// How much above one a quotient is, to four decimals.
fn excess(over: i128, under: i128) -> String {
    shown(over - under, under)
}

/// A quotient to four decimals, rounded half up.
fn shown(over: i128, under: i128) -> String {
    let scaled = over.checked_mul(10_000).and_then(|over| super::purchases::rounded(over, under));
    scaled.map(|it| rust_decimal::Decimal::from_i128_with_scale(it, 4).to_string()).unwrap_or_default()
}

/// A quotient in lowest terms to four decimals.
fn times(ratio: Quotient) -> String {
    ratio.rounded(4).map(|it| it.to_string()).unwrap_or_default()
}

/// The tier of a quotient of sums; a divisor of nothing is not judged.
fn tier(rule: &Rule, over: i128, under: i128) -> Tier {
    match (u128::try_from(over), u128::try_from(under)) {
        (Ok(over), Ok(under)) if under > 0 => rule.judgement.tier_of(over, under),
        _ => Tier::None,
    }
}
