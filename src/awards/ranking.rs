//! What bids are ranked by: the comparable price, or the cut against the product's own current price (降幅).

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::fraction::{Fraction, pair, shown};
use super::shortlist::comparable;
use super::{Bid, Code, Lot};
use crate::rounds::rule_set::RuleSet;

/// A price and what its cut is measured from, both for one unit of one spec.
#[derive(Debug, Clone, Copy)]
pub struct Measure {
    /// The price.
    pub price: Fraction,
    /// The ceiling, or the product's current price where bids are ranked by cut.
    pub from: Fraction,
}

/// How deep a bid cuts by the rules: its comparable price against the ceiling, or its own price against its
/// current price.
pub fn measure(rules: &RuleSet, lot: &Lot, bid: &Bid) -> Measure {
    match bid.current_price.filter(|_| rules.ranks_by_cut()) {
        Some(from) => Measure {
            price: Fraction::whole(bid.unit_price.decimal()),
            from: Fraction::whole(from.decimal()),
        },
        None => Measure { price: comparable(bid), from: Fraction::whole(lot.ceiling.decimal()) },
    }
}

/// What ranks a bid, smallest first: the comparable price, or what the cut leaves of the current price.
pub fn key(rules: &RuleSet, measure: Measure) -> Fraction {
    match rules.ranks_by_cut() {
        true => measure.left(),
        false => measure.price,
    }
}

/// Why a bid cannot be ranked, if so: it has no current price to cut, or cuts too little.
pub fn fault(rules: &RuleSet, bid: &Bid, measure: Measure) -> Option<(Code, String)> {
    let ranking = rules.ranking.as_ref().filter(|_| rules.ranks_by_cut())?;
    if !bid.current_price.is_some_and(|price| price.is_positive()) {
        return Some((Code::NoCurrentPrice, "current_price = 0".to_owned()));
    }
    let least = ranking.least_cut.map_or(Decimal::ZERO, |least| least.0);
    let (met, arithmetic) = measure.reaches(least);
    (!met).then_some((Code::CutTooSmall, arithmetic))
}

/// Two keys beside each other, the later one first: `0.5000 ≥ 0.4000`, or `20.00% ≤ 30.00%` for cuts.
pub fn beside(rules: &RuleSet, later: Fraction, first: Fraction) -> String {
    if rules.ranks_by_cut() {
        let cut = |left: Fraction| Decimal::ONE.saturating_sub(left.value());
        let (later, first) = percents(cut(later), cut(first));
        return format!("{later}% ≤ {first}%");
    }
    let (later, first) = pair(later, first);
    format!("{later} ≥ {first}")
}

impl Measure {
    /// What the cut leaves: price over base.
    pub fn left(self) -> Fraction {
        self.price.over(self.from).unwrap_or(Fraction::whole(Decimal::MAX))
    }

    /// The cut, to 28 digits.
    pub fn cut(self) -> Decimal {
        self.price.over(self.from).map_or(Decimal::ZERO, |left| Decimal::ONE.saturating_sub(left.value()))
    }

    /// Whether the cut is at least `least`, and `(1.0000 − 0.4500) / 1.0000 = 55.00% ≥ 50.00%`.
    pub fn reaches(self, least: Decimal) -> (bool, String) {
        let met = self.price <= self.from.times(Decimal::ONE - least);
        let (made, wanted) = percents(self.cut(), least);
        let (from, price) = (shown(self.from.value(), 4), shown(self.price.value(), 4));
        let sign = if met { "≥" } else { "<" };
        (met, format!("({from} − {price}) / {from} = {made}% {sign} {wanted}%"))
    }
}

/// Two shares in percent, with as many decimals as it takes to show which is larger.
fn percents(made: Decimal, wanted: Decimal) -> (String, String) {
    let hundred = Decimal::ONE_HUNDRED;
    let (made, wanted) = (made.saturating_mul(hundred), wanted.saturating_mul(hundred));
    let shows = |p: &u32| shown(made, *p).cmp(&shown(wanted, *p)) != Ordering::Equal;
    let places = if made == wanted { 2 } else { (2..=20).find(shows).unwrap_or(20) };
    (shown(made, places), shown(wanted, places))
}
