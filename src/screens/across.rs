//! Screens across the lots of a round: pairs and sets of companies that meet, and lots unlike the others.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rust_decimal::Decimal;

use super::lots::gap;
use super::rules::{Draft, Field, Found, Price, plain, won};
use super::statistics::{self, settled};
use super::{Finding, Screen};

/// Looks at the round as a whole.
pub(super) fn screen(fields: &[Field], found: &mut Found) {
    unlike_others(fields, found);
    ceiling_fraction(fields, found);
    let meetings = Meetings::new(fields);
    constant_factor(&meetings, found);
    rotation(&meetings, found);
    often_losing(fields, found);
}

/// The lots whose first two prices lie unusually close together or far apart.
fn unlike_others(fields: &[Field], found: &mut Found) {
    let gaps: Vec<(&Field, Decimal)> = fields
        .iter()
        .filter_map(|field| match &field.prices[..] {
            [first, second, ..] => Some((field, gap(first.value, second.value)?)),
            _ => None,
        })
        .collect();
    let values: Vec<Decimal> = gaps.iter().map(|(_, gap)| *gap).collect();
    for screen in [Screen::CloseSecond, Screen::FarSecond] {
        let Some(threshold) = found.looks(screen, gaps.len()) else { continue };
        let Some((low, high)) = statistics::fences(&values, threshold.value()) else { continue };
        let Some((first, third)) = statistics::quartiles(&values) else { continue };
        let fence = settled(if screen == Screen::CloseSecond { low } else { high });
        for (field, figure) in &gaps {
            let is_outside = match screen {
                Screen::CloseSecond => settled(*figure) <= fence,
                _ => settled(*figure) >= fence,
            };
            if !is_outside {
                continue;
            }
            let arithmetic = format!(
                "({1} − {0}) / {0} = {2}; Q₁ = {3}, Q₃ = {4}, {5}",
                plain(&field.prices[0].value),
                plain(&field.prices[1].value),
                plain(figure),
                plain(&first),
                plain(&third),
                plain(&fence)
            );
            let draft = Draft::of(field.lot, *figure, gaps.len(), &field.prices[..2]).because(arithmetic);
            found.add(screen, fence, draft);
        }
    }
}

/// Companies whose price is one and the same fraction of the ceiling in several lots.
fn ceiling_fraction(fields: &[Field], found: &mut Found) {
    let mut at: BTreeMap<Decimal, Vec<(&Field, &Price)>> = BTreeMap::new();
    let mut n = 0;
    for field in fields {
        for price in &field.prices {
            let Some(fraction) = price.value.checked_div(field.lot.ceiling.decimal()) else { continue };
            at.entry(settled(fraction)).or_default().push((field, price));
            n += 1;
        }
    }
    let Some(threshold) = found.looks(Screen::CeilingFraction, n) else { return };
    for (fraction, bids) in at {
        let companies: BTreeSet<&Arc<str>> = bids.iter().map(|(_, price)| &price.bid.company).collect();
        let lots: BTreeSet<&Arc<str>> = bids.iter().map(|(field, _)| &field.lot.code).collect();
        let count = Decimal::from(companies.len());
        if count < threshold.value() || lots.len() < 2 {
            continue;
        }
        let each = bids.iter().map(|(field, price)| {
            format!("{}: {} / {}", field.lot.code, plain(&price.value), field.lot.ceiling)
        });
        let arithmetic = format!("{} = {}", plain(&fraction), each.collect::<Vec<_>>().join(" = "));
        let prices = bids.iter().map(|(_, price)| *price).collect();
        let mark = fraction.to_string();
        found.add(
            Screen::CeilingFraction,
            threshold.value(),
            Draft { lot: None, figure: count, n, arithmetic, prices, mark },
        );
    }
}

/// Which companies bid in which lots.
struct Meetings<'a, 'f> {
    fields: &'f [Field<'a>],
    /// By company: its price in each lot it bids in, by the lot's place.
    of: BTreeMap<&'f Arc<str>, BTreeMap<usize, &'f Price<'a>>>,
}

impl<'a, 'f> Meetings<'a, 'f> {
    fn new(fields: &'f [Field<'a>]) -> Self {
        let mut of: BTreeMap<&Arc<str>, BTreeMap<usize, &Price>> = BTreeMap::new();
        for (at, field) in fields.iter().enumerate() {
            for price in &field.prices {
                of.entry(&price.bid.company).or_default().insert(at, price);
            }
        }
        Self { fields, of }
    }

    /// Every pair of companies with the lots they meet in, if there are at least so many.
    fn pairs(&self, least: usize) -> Vec<([&'f Arc<str>; 2], Vec<usize>)> {
        let able: Vec<_> = self.of.iter().filter(|(_, lots)| lots.len() >= least).collect();
        let mut pairs = Vec::new();
        for (at, (one, lots)) in able.iter().enumerate() {
            for (other, others) in &able[at + 1..] {
                let common: Vec<usize> =
                    lots.keys().filter(|lot| others.contains_key(lot)).copied().collect();
                if common.len() >= least {
                    pairs.push(([**one, **other], common));
                }
            }
        }
        pairs
    }

    fn price(&self, company: &Arc<str>, lot: usize) -> Option<&'f Price<'a>> {
        self.of.get(company)?.get(&lot).copied()
    }
}

/// Pairs of companies whose prices differ by one factor in every lot they meet in.
fn constant_factor(meetings: &Meetings, found: &mut Found) {
    let least = found.threshold(Screen::ConstantFactor).map_or(usize::MAX, |t| t.least());
    for (pair, lots) in meetings.pairs(least) {
        let Some(threshold) = found.looks(Screen::ConstantFactor, lots.len()) else { continue };
        let both: Vec<(usize, &Price, &Price)> = lots
            .iter()
            .filter_map(|lot| Some((*lot, meetings.price(pair[0], *lot)?, meetings.price(pair[1], *lot)?)))
            .collect();
        let factors: Vec<Decimal> =
            both.iter().filter_map(|(_, one, other)| other.value.checked_div(one.value)).collect();
        let (Some(low), Some(high)) = (factors.iter().min(), factors.iter().max()) else { continue };
        let Some(figure) = high.checked_div(*low).map(|q| settled(q.saturating_sub(Decimal::ONE))) else {
            continue;
        };
        if figure > threshold.value() {
            continue;
        }
        let each = both.iter().zip(&factors).map(|((lot, one, other), factor)| {
            let code = &meetings.fields[*lot].lot.code;
            format!("{code}: {} / {} = {}", plain(&other.value), plain(&one.value), plain(factor))
        });
        let arithmetic = each.collect::<Vec<_>>().join("; ");
        let prices = both.iter().flat_map(|(_, one, other)| [*one, *other]).collect();
        let draft = Draft { lot: None, figure, n: lots.len(), arithmetic, prices, mark: String::new() };
        found.add(Screen::ConstantFactor, threshold.value(), draft);
    }
}

/// Sets of companies of which exactly one wins in more of the lots they meet in than chance explains, every one
/// of them in some.
fn rotation(meetings: &Meetings, found: &mut Found) {
    let least = found.threshold(Screen::Rotation).map_or(usize::MAX, |t| t.least());
    let mut sets: BTreeSet<(Vec<&Arc<str>>, Vec<usize>)> = BTreeSet::new();
    for (pair, lots) in meetings.pairs(least) {
        // Everybody who bids in all the lots this pair meets in.
        let all: Vec<&Arc<str>> = meetings
            .of
            .iter()
            .filter(|(_, bids)| lots.iter().all(|lot| bids.contains_key(lot)))
            .map(|(company, _)| *company)
            .collect();
        if all.len() > 2 {
            sets.insert((all, lots.clone()));
        }
        sets.insert((pair.to_vec(), lots));
    }
    let winners: Vec<Vec<&Price>> = meetings.fields.iter().map(Field::winners).collect();
    for (set, lots) in sets {
        turns(meetings, &winners, &set, &lots, found);
    }
}

fn turns(meetings: &Meetings, winners: &[Vec<&Price>], set: &[&Arc<str>], lots: &[usize], found: &mut Found) {
    let Some(threshold) = found.looks(Screen::Rotation, lots.len()) else { return };
    let mut wins: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let (mut chances, mut once) = (Vec::new(), 0);
    for lot in lots {
        let (field, winners) = (&meetings.fields[*lot], &winners[*lot]);
        let own: Vec<&&Price> = winners.iter().filter(|price| set.contains(&&price.bid.company)).collect();
        if let [one] = own[..] {
            once += 1;
            wins.entry(&one.bid.company).or_default().push(&field.lot.code);
        }
        chances.push(statistics::exactly_one(field.prices.len(), winners.len(), set.len()));
    }
    let expected: Decimal = chances.iter().sum();
    // Mutual: every one of them has its turn.
    if wins.len() < set.len() || Decimal::from(once) <= expected {
        return;
    }
    let figure = settled(statistics::at_least(&chances, once));
    if figure > threshold.value() {
        return;
    }
    let who = wins.iter().map(|(company, lots)| format!("{company}: {}", lots.join(" ")));
    let arithmetic = format!(
        "{once} / {}, E = {}, P = {}; {}",
        lots.len(),
        plain(&expected),
        plain(&figure),
        who.collect::<Vec<_>>().join("; ")
    );
    let prices =
        lots.iter().flat_map(|lot| set.iter().filter_map(|company| meetings.price(company, *lot))).collect();
    let draft = Draft { lot: None, figure, n: lots.len(), arithmetic, prices, mark: String::new() };
    found.add(Screen::Rotation, threshold.value(), draft);
}

/// Companies with many bids and an unusually low share of wins; only where an award says who won.
fn often_losing(fields: &[Field], found: &mut Found) {
    if !fields.iter().any(Field::is_decided) {
        return;
    }
    let mut of: BTreeMap<&Arc<str>, Vec<&Price>> = BTreeMap::new();
    for price in fields.iter().flat_map(|field| &field.prices) {
        of.entry(&price.bid.company).or_default().push(price);
    }
    let Some(threshold) = found.looks(Screen::OftenLosing, of.len()) else { return };
    let share = |prices: &Vec<&Price>| {
        let wins = prices.iter().filter(|price| won(price.bid)).count();
        Decimal::from(wins).checked_div(Decimal::from(prices.len())).unwrap_or_default()
    };
    let bids: Vec<Decimal> = of.values().map(|prices| Decimal::from(prices.len())).collect();
    let shares: Vec<Decimal> = of.values().map(share).collect();
    let Some((_, many)) = statistics::quartiles(&bids) else { return };
    let Some((fence, _)) = statistics::fences(&shares, threshold.value()) else { return };
    for (company, prices) in &of {
        let figure = settled(share(prices));
        if Decimal::from(prices.len()) < many || figure > settled(fence) {
            continue;
        }
        let wins = prices.iter().filter(|price| won(price.bid)).count();
        found.push(Finding {
            screen: Screen::OftenLosing,
            lot: None,
            companies: vec![(*company).clone()],
            mark: String::new(),
            n: of.len(),
            figure,
            threshold: settled(fence),
            arithmetic: format!("{wins} / {} = {}; {} ≤ n", prices.len(), plain(&figure), plain(&many)),
            rows: prices.iter().map(|price| price.row).collect(),
        });
    }
}
