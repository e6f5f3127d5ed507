//! Screens within one lot: who bids, how the prices lie, and where they lie against the ceiling.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::rules::{Draft, Field, Found, Price, listed, plain};
use super::statistics::{self, settled};
use super::{Screen, Threshold};
use crate::awards::Status;

/// Looks at one lot.
pub(super) fn screen(field: &Field, found: &mut Found) {
    bidders(field, found);
    identical(field, found);
    spread(field, found);
    shape(field, found);
    first_and_second(field, found);
    last_and_first(field, found);
    near_ceiling(field, found);
    round_numbers(field, found);
    same_text(field, found);
    over_ceiling(field, found);
    lowest_invalid(field, found);
    related(field, found);
}

fn count(n: usize) -> Decimal {
    Decimal::from(n)
}

fn share(part: usize, whole: usize) -> Decimal {
    count(part).checked_div(count(whole)).unwrap_or_default()
}

/// Adds a finding when the figure is at most the threshold.
fn at_most(found: &mut Found, screen: Screen, threshold: &Threshold, draft: Draft) {
    if settled(draft.figure) <= threshold.value() {
        found.add(screen, threshold.value(), draft);
    }
}

/// Adds a finding when the figure is at least the threshold.
fn at_least(found: &mut Found, screen: Screen, threshold: &Threshold, draft: Draft) {
    if settled(draft.figure) >= threshold.value() {
        found.add(screen, threshold.value(), draft);
    }
}

fn bidders(field: &Field, found: &mut Found) {
    let n = field.prices.len();
    // A single bidder is not told a second time among few.
    for (screen, few) in [(Screen::SingleBidder, n == 1), (Screen::FewBidders, n > 1)] {
        let Some(threshold) = found.looks(screen, n).filter(|_| few) else { continue };
        let draft = Draft::of(field.lot, count(n), n, &field.prices).because(format!("n = {n}"));
        at_most(found, screen, threshold, draft);
    }
}

fn identical(field: &Field, found: &mut Found) {
    let n = field.prices.len();
    let Some(threshold) = found.looks(Screen::IdenticalPrices, n) else { return };
    for equal in field.prices.chunk_by(|a, b| a.value == b.value).filter(|equal| equal.len() > 1) {
        let Some(first) = equal.first() else { continue };
        let draft = Draft::of(field.lot, count(equal.len()), n, equal);
        let draft = draft.because(format!("{} × {}", plain(&first.value), equal.len()));
        at_least(found, Screen::IdenticalPrices, threshold, draft);
    }
}

fn spread(field: &Field, found: &mut Found) {
    let (n, values) = (field.prices.len(), field.values());
    let (Some(low), Some(high)) = (values.first(), values.last()) else { return };
    if let (Some(threshold), Some(figure)) = (found.looks(Screen::LowSpread, n), high.checked_div(*low)) {
        let draft = Draft::of(field.lot, figure, n, &field.prices);
        let draft = draft.because(format!("{} / {} = {}", plain(high), plain(low), plain(&figure)));
        at_most(found, Screen::LowSpread, threshold, draft);
    }
    let figures = statistics::variation(&values).zip(statistics::mean(&values));
    if let (Some(threshold), Some((figure, mean))) = (found.looks(Screen::LowVariation, n), figures) {
        let deviation = figure.saturating_mul(mean);
        let arithmetic = format!(
            "x = {}; x̄ = {}, s = {}; s / x̄ = {}",
            listed(&values),
            plain(&mean),
            plain(&deviation),
            plain(&figure)
        );
        let draft = Draft::of(field.lot, figure, n, &field.prices).because(arithmetic);
        at_most(found, Screen::LowVariation, threshold, draft);
    }
}

fn shape(field: &Field, found: &mut Found) {
    let (n, values) = (field.prices.len(), field.values());
    if let (Some(threshold), Some(figure)) = (found.looks(Screen::Skewness, n), statistics::skewness(&values))
    {
        let draft = Draft::of(field.lot, figure, n, &field.prices);
        let draft = draft.because(format!("x = {}; G₁ = {}", listed(&values), plain(&figure)));
        at_most(found, Screen::Skewness, threshold, draft);
    }
    if let (Some(threshold), Some(figure)) = (found.looks(Screen::Kurtosis, n), statistics::kurtosis(&values))
    {
        let draft = Draft::of(field.lot, figure, n, &field.prices);
        let draft = draft.because(format!("x = {}; G₂ = {}", listed(&values), plain(&figure)));
        at_least(found, Screen::Kurtosis, threshold, draft);
    }
}

/// The gap between two prices over the lower one.
pub(super) fn gap(low: Decimal, high: Decimal) -> Option<Decimal> {
    high.saturating_sub(low).checked_div(low)
}

fn first_and_second(field: &Field, found: &mut Found) {
    let n = field.prices.len();
    let [first, second, ..] = &field.prices[..] else { return };
    let screens = [Screen::RelativeDistance, Screen::CoverGap];
    distance(found, screens, (n, n), field, (first, second), 1);
}

fn last_and_first(field: &Field, found: &mut Found) {
    // With one winner this is the first and the second price again.
    let Some(winners) = field.last_winner().filter(|winners| *winners > 1) else { return };
    let (Some(last), Some(loser)) = (field.prices.get(winners - 1), field.prices.get(winners)) else {
        return;
    };
    let losers = field.prices.len() - winners;
    let screens = [Screen::RelativeDistanceLast, Screen::CoverGapLast];
    distance(found, screens, (losers, field.prices.len()), field, (last, loser), winners);
}

/// The gap between the last winner and the first loser, against the losers' deviation and against the winner.
fn distance(
    found: &mut Found,
    [relative, cover]: [Screen; 2],
    (losers, n): (usize, usize),
    field: &Field,
    (winner, loser): (&Price, &Price),
    winners: usize,
) {
    let (low, high) = (winner.value, loser.value);
    let behind: Vec<Decimal> = field.values().split_off(winners.min(field.prices.len()));
    if let (Some(threshold), Some(deviation)) =
        (found.looks(relative, losers), statistics::deviation(&behind))
        && let Some(figure) = high.saturating_sub(low).checked_div(deviation)
    {
        let arithmetic = format!(
            "({} − {}) / {} = {}; s({}) = {}",
            plain(&high),
            plain(&low),
            plain(&deviation),
            plain(&figure),
            listed(&behind),
            plain(&deviation)
        );
        let prices = &field.prices[winners - 1..];
        at_least(found, relative, threshold, Draft::of(field.lot, figure, n, prices).because(arithmetic));
    }
    if let (Some(threshold), Some(figure)) = (found.looks(cover, n), gap(low, high)) {
        let arithmetic =
            format!("({} − {}) / {} = {}", plain(&high), plain(&low), plain(&low), plain(&figure));
        let draft = Draft::of(field.lot, figure, n, &field.prices[winners - 1..=winners]);
        at_least(found, cover, threshold, draft.because(arithmetic));
    }
}

fn near_ceiling(field: &Field, found: &mut Found) {
    let n = field.prices.len();
    let Some(threshold) = found.looks(Screen::NearCeiling, n) else { return };
    let ceiling = field.lot.ceiling.decimal();
    let Some(low) = field.prices.first().map(|price| price.value) else { return };
    let Some(figure) = low.checked_div(ceiling) else { return };
    let arithmetic = format!("{} / {} = {}", plain(&low), plain(&ceiling), plain(&figure));
    let draft = Draft::of(field.lot, figure, n, &field.prices).because(arithmetic);
    at_least(found, Screen::NearCeiling, threshold, draft);
}

/// How many digits a number has between its first and its last that are not zero.
fn digits(value: Decimal) -> usize {
    let whole = value.normalize().mantissa().unsigned_abs().to_string();
    whole.trim_end_matches('0').len()
}

fn round_numbers(field: &Field, found: &mut Found) {
    let n = field.prices.len();
    let Some(threshold) = found.looks(Screen::RoundNumbers, n) else { return };
    let most = threshold.digits.map_or(1, |digits| digits.0 as usize);
    let is_round = |price: &&Price| digits(price.bid.unit_price.decimal()) <= most;
    let round: Vec<&Price> = field.prices.iter().filter(is_round).collect();
    let written: Vec<Decimal> = round.iter().map(|price| price.bid.unit_price.decimal()).collect();
    let arithmetic = format!("{} / {n}: {}", round.len(), listed(&written));
    let draft = Draft::of(field.lot, share(round.len(), n), n, round).because(arithmetic);
    at_least(found, Screen::RoundNumbers, threshold, draft);
}

fn same_text(field: &Field, found: &mut Found) {
    let n = field.prices.len();
    let Some(threshold) = found.looks(Screen::SameText, n) else { return };
    let mut texts: BTreeMap<&str, Vec<&Price>> = BTreeMap::new();
    for price in &field.prices {
        let text = price.bid.spec.trim();
        if count(text.chars().count()) >= threshold.value() && text != field.lot.spec.trim() {
            texts.entry(text).or_default().push(price);
        }
    }
    for (text, prices) in texts.into_iter().filter(|(_, prices)| prices.len() >= threshold.least()) {
        let companies = prices.len();
        let draft = Draft::of(field.lot, count(companies), n, prices).because(text.to_owned());
        found.add(Screen::SameText, count(threshold.least()), Draft { mark: text.to_owned(), ..draft });
    }
}

fn over_ceiling(field: &Field, found: &mut Found) {
    let (over, n) = (field.over.len(), field.prices.len() + field.over.len());
    let Some(threshold) = found.looks(Screen::OverCeiling, n) else { return };
    let values: Vec<Decimal> = field.over.iter().map(|price| price.value).collect();
    let arithmetic = format!("{over} / {n}: {} > {}", listed(&values), plain(&field.lot.ceiling.decimal()));
    let draft = Draft::of(field.lot, share(over, n), n, &field.over).because(arithmetic);
    at_least(found, Screen::OverCeiling, threshold, draft);
}

fn lowest_invalid(field: &Field, found: &mut Found) {
    if !field.is_decided() {
        return;
    }
    let n = field.prices.len();
    let Some(threshold) = found.looks(Screen::LowestInvalid, n) else { return };
    let is_invalid = |price: &&Price| price.bid.status == Some(Status::Invalid);
    let first: Vec<&Price> = field.prices.iter().take_while(is_invalid).collect();
    let values: Vec<Decimal> = first.iter().map(|price| price.value).collect();
    let draft = Draft::of(field.lot, count(first.len()), n, first).because(listed(&values));
    at_least(found, Screen::LowestInvalid, threshold, draft);
}

/// Related companies count as they bid, above the ceiling or not.
fn related(field: &Field, found: &mut Found) {
    let all: Vec<&Price> = field.prices.iter().chain(&field.over).collect();
    let n = all.len();
    let Some(threshold) = found.looks(Screen::RelatedMeet, n) else { return };
    let groups: BTreeSet<&str> = all.iter().map(|price| price.bid.group.trim()).collect();
    for group in groups.into_iter().filter(|group| !group.is_empty()) {
        let of: Vec<&Price> = all.iter().copied().filter(|price| price.bid.group.trim() == group).collect();
        let values: Vec<Decimal> = of.iter().map(|price| price.value).collect();
        let arithmetic = format!("{group}: {}", listed(&values));
        let draft = Draft::of(field.lot, count(of.len()), n, of).because(arithmetic);
        at_least(found, Screen::RelatedMeet, threshold, draft);
    }
}
