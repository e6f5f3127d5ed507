//! Validity, related companies, ranking and the quota: who is shortlisted (入围).

use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;

use rust_decimal::Decimal;

use super::allocations::ByLot;
use super::fraction::{Fraction, pair, shown};
use super::ranking::{self, Measure};
use super::{Bid, Code, Lot, Reason, per_company};
use crate::rounds::rule_set::{Comparator, Keep, RuleSet};

/// A valid bid in its place.
#[derive(Debug, Clone)]
pub struct Contender<'a> {
    /// The bid.
    pub bid: &'a Bid,
    /// Its comparable price (单位可比价).
    pub price: Fraction,
    /// What hospitals reported for the brand: as given, else the demand for it.
    pub reported: Decimal,
    /// How many regions' hospitals reported the brand.
    pub coverage: usize,
    /// Its price and what its cut is measured from.
    pub measure: Measure,
    /// What it is ranked by, smallest first.
    pub key: Fraction,
    /// How equal keys beside it were separated.
    pub tie: Option<String>,
    /// Why it was passed over although its price would have had a place.
    pub passed: Option<String>,
}

/// A lot's bids, ranked.
#[derive(Debug, Clone)]
pub struct Standing<'a> {
    /// The lot.
    pub lot: &'a Lot,
    /// Valid bids by rank.
    pub valid: Vec<Contender<'a>>,
    /// The others, by company.
    pub invalid: Vec<(&'a Bid, Reason)>,
    /// Places on the shortlist.
    pub places: usize,
    /// How many of the first ranks win without volume and take no place.
    pub apart: usize,
    /// Mean and standard deviation of the shortlist before anyone is set apart.
    pub spread: Option<(Decimal, Decimal)>,
    /// The line that set those apart, for their reasons.
    pub apart_line: Option<String>,
    /// Why the bid just after the last place lost a place it had.
    pub eliminated: Option<String>,
}

/// The comparable price: the unit price over the ratio of its spec.
pub fn comparable(bid: &Bid) -> Fraction {
    Fraction::comparable(bid.unit_price.decimal(), bid.ratio)
}

/// `1.7000 / 1.7 = 1.0000`, or nothing when the spec is the comparable one.
pub fn conversion(bid: &Bid) -> Option<String> {
    (bid.ratio != Decimal::ONE).then(|| {
        let (price, ratio) = (shown(bid.unit_price.decimal(), 4), shown(bid.ratio, 6));
        format!("{price} / {ratio} = {}", shown(comparable(bid).value(), 4))
    })
}

/// The conversion and the tie of a bid, for its reason.
pub fn told(contender: &Contender) -> Option<String> {
    match (conversion(contender.bid), contender.tie.clone()) {
        (Some(conversion), tie) => Some(join(conversion, tie)),
        (None, tie) => tie,
    }
}

/// Ranks a lot's bids and finds the number of places.
pub fn stand<'a>(rules: &RuleSet, lot: &'a Lot, bids: &[&'a Bid], demand: &ByLot) -> Standing<'a> {
    let (brands, regions) = (demand.brands(&lot.code), demand.coverage(&lot.code));
    let (mut able, mut invalid) = (Vec::new(), Vec::new());
    for bid in bids {
        let named = |product| brands.get(&(&*bid.company, product)).copied().unwrap_or_default();
        let brand = || named(None).saturating_add(named(Some(bid.product.as_str())));
        let reported = bid.reported_volume.map_or_else(brand, |volume| volume.decimal());
        let coverage = regions.get(bid.company.as_ref()).copied().unwrap_or_default();
        let measure = ranking::measure(rules, lot, bid);
        let (price, key) = (comparable(bid), ranking::key(rules, measure));
        let (tie, passed) = (None, None);
        let contender = Contender { bid, price, reported, coverage, measure, key, tie, passed };
        match fault(rules, lot, &contender) {
            Some(reason) => invalid.push((*bid, reason)),
            None => able.push(contender),
        }
    }
    able.sort_by(|a, b| order(rules, a, b));
    let mut valid = one_per_group(rules, able, &mut invalid);
    invalid.sort_by(|a, b| (&a.0.company, &a.0.product).cmp(&(&b.0.company, &b.0.product)));

    name_ties(rules, &mut valid);
    let places = rules.quota(valid.len()).min(valid.len());
    let (valid, places) = per_company::pass_over(rules, valid, places);
    let first: Vec<Fraction> = valid.iter().take(places).map(|c| c.price).collect();
    let spread = Fraction::mean(&first).map(Fraction::value).zip(Fraction::deviation(&first));
    let mut standing =
        Standing { lot, valid, invalid, places, apart: 0, spread, apart_line: None, eliminated: None };
    set_apart(rules, &mut standing);
    standing
}

/// Why a bid does not take part, if so.
fn fault(rules: &RuleSet, lot: &Lot, contender: &Contender) -> Option<Reason> {
    let bid = contender.bid;
    let price = bid.unit_price.decimal();
    let found = |code, arithmetic, section: &str| {
        Some(Reason { code, arithmetic, clause: format!("{} {section}", rules.name) })
    };
    if price <= Decimal::ZERO {
        return found(Code::BadPrice, format!("{price} ≤ 0"), "price");
    }
    let (decimals, allowed) = (price.normalize().scale(), rules.price.decimals.0);
    if decimals > allowed {
        return found(
            Code::TooManyDecimals,
            format!("{}: {decimals} > {allowed}", price.normalize()),
            "price",
        );
    }
    let ceiling = Fraction::whole(lot.ceiling.decimal());
    if contender.price > ceiling {
        let (price, ceiling) = pair(contender.price, ceiling);
        return found(Code::OverCeiling, join(format!("{price} > {ceiling}"), conversion(bid)), "price");
    }
    let (code, arithmetic) = ranking::fault(rules, bid, contender.measure)?;
    found(code, arithmetic, "ranking")
}

/// The lowest comparable price (or deepest cut) first, then the comparators, then the company code and product.
fn order(rules: &RuleSet, a: &Contender, b: &Contender) -> Ordering {
    a.key
        .cmp(&b.key)
        .then_with(|| by_facts(rules, a, b))
        .then_with(|| (&a.bid.company, &a.bid.product).cmp(&(&b.bid.company, &b.bid.product)))
}

/// The facts that separate ties, the larger first.
pub fn by_facts(rules: &RuleSet, a: &Contender, b: &Contender) -> Ordering {
    let apart = rules.tie_break.order.iter().map(|c| fact(*c, b).cmp(&fact(*c, a)));
    apart.fold(Ordering::Equal, Ordering::then)
}

/// A fact that separates ties; an unknown one counts as none.
fn fact(comparator: Comparator, contender: &Contender) -> Decimal {
    let quantity = match comparator {
        Comparator::Sales => contender.bid.sales.unwrap_or_default().decimal(),
        Comparator::ReportedVolume => contender.reported,
        Comparator::Coverage => Decimal::from(contender.coverage),
        Comparator::Capacity => contender.bid.capacity.unwrap_or_default().decimal(),
    };
    quantity.normalize()
}

/// Keeps the first bid of each group of related companies.
fn one_per_group<'a>(
    rules: &RuleSet,
    able: Vec<Contender<'a>>,
    invalid: &mut Vec<(&'a Bid, Reason)>,
) -> Vec<Contender<'a>> {
    let Some(Keep::Lowest) = rules.related.as_ref().map(|related| related.keep) else { return able };
    let mut first: HashMap<&str, usize> = HashMap::new();
    let mut kept: Vec<Contender> = Vec::with_capacity(able.len());
    for contender in able {
        let group = contender.bid.group.as_deref();
        let stands = group.and_then(|group| Some((group, &kept[*first.get(group)?])));
        // A company is not related to itself: several products of it stand beside one another.
        if let Some((group, stands)) = stands.filter(|(_, it)| it.bid.company != contender.bid.company) {
            let beside = ranking::beside(rules, contender.key, stands.key);
            let arithmetic = format!("{group}: {beside} {}", stands.bid.company);
            let clause = format!("{} related", rules.name);
            invalid.push((contender.bid, Reason { code: Code::RelatedCompany, arithmetic, clause }));
            continue;
        }
        if let Some(group) = group {
            first.entry(group).or_insert(kept.len());
        }
        kept.push(contender);
    }
    kept
}

/// Says of each ranked bid how it was separated from neighbours of the same key.
fn name_ties(rules: &RuleSet, ranked: &mut [Contender]) {
    for place in 1..ranked.len() {
        let [a, b] = &mut ranked[place - 1..=place] else { continue };
        if a.key != b.key {
            continue;
        }
        let decided = rules.tie_break.order.iter().find(|c| fact(**c, a) != fact(**c, b));
        let is_one = a.bid.company == b.bid.company;
        let name = |bid: &Bid| match is_one {
            true => format!("{} {}", bid.company, bid.product),
            false => bid.company.to_string(),
        };
        let (first, second) = (name(a.bid), name(b.bid));
        let why = match decided {
            Some(c) => format!("TIE {first} > {second}: {c} {} > {}", fact(*c, a), fact(*c, b)),
            None if is_one => format!("TIE {first} > {second}: product"),
            None => format!("TIE {first} > {second}: company code"),
        };
        a.tie = Some(match a.tie.take() {
            Some(before) => join(before, Some(why.clone())),
            None => why.clone(),
        });
        b.tie = Some(why);
    }
}

/// Sets apart the bids far below the shortlisted mean: they win without volume and take no place.
fn set_apart(rules: &RuleSet, standing: &mut Standing) {
    let Some(zero) = &rules.zero_volume else { return };
    let Some((mean, deviation)) = standing.spread else { return };
    let times = zero.deviations.0;
    let line = mean.saturating_sub(deviation.saturating_mul(times));
    let below = standing.valid.iter().take_while(|c| c.price.value() < line).count();
    standing.apart = below;
    let arithmetic =
        format!("{} − {} × {} = {}", shown(mean, 4), times.normalize(), shown(deviation, 4), shown(line, 4));
    standing.apart_line = Some(arithmetic);
    standing.places = standing.places.min(standing.valid.len() - below);
}

/// Takes the last place from the lots whose shortlist has the widest spread, when the rules say so.
pub fn eliminate(rules: &RuleSet, standings: &mut [Standing]) {
    let Some(elimination) = rules.elimination.as_ref().filter(|e| e.enabled) else { return };
    let mut widest: Vec<(Fraction, usize)> = Vec::new();
    for (index, standing) in standings.iter().enumerate() {
        let list = standing.shortlisted();
        let (Some(low), Some(high)) = (list.first(), list.last()) else { continue };
        match high.price.over(low.price) {
            Some(ratio) if ratio > Fraction::whole(Decimal::ONE) => widest.push((ratio, index)),
            _ => {}
        }
    }
    // Standings come in the order of their lots, and the sort is stable.
    widest.sort_by_key(|(ratio, _)| Reverse(*ratio));
    let limit = elimination.lots.0;
    for (place, (ratio, index)) in widest.into_iter().take(limit as usize).enumerate() {
        let standing = &mut standings[index];
        standing.places -= 1;
        standing.eliminated =
            Some(format!("max / min = {}, {} ≤ {limit}", shown(ratio.value(), 4), place + 1));
    }
}

impl<'a> Standing<'a> {
    /// The shortlisted bids.
    pub fn shortlisted(&self) -> &[Contender<'a>] {
        &self.valid[self.apart..self.apart + self.places]
    }
}

/// Two parts of an arithmetic.
pub fn join(first: String, second: Option<String>) -> String {
    match second {
        Some(second) => format!("{first}; {second}"),
        None => first,
    }
}
