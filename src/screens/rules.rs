//! The screens over everything opened: values in, findings out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rust_decimal::Decimal;

use super::statistics::settled;
use super::thresholds::{Threshold, Thresholds};
use super::{Bid, Finding, Input, Lot, Screen, Screened, across, lots, origins};
use crate::awards::Status;
use crate::awards::fraction::Fraction;
use crate::awards::rules::natural;
use crate::types::half_up;

/// One company's lowest price in a lot.
#[derive(Debug, Clone)]
pub(super) struct Price<'a> {
    /// The bid.
    pub bid: &'a Bid,
    /// Its place in the input.
    pub row: usize,
    /// Its comparable price.
    pub value: Decimal,
}

/// A lot with its prices.
pub(super) struct Field<'a> {
    /// The lot.
    pub lot: &'a Lot,
    /// Prices from the lowest to the ceiling, one for each company, equal ones by company.
    pub prices: Vec<Price<'a>>,
    /// Prices above the ceiling of companies with none below it.
    pub over: Vec<Price<'a>>,
}

/// What has been found so far, and how many each screen has looked at.
pub(super) struct Found<'a> {
    thresholds: &'a Thresholds,
    screened: Screened,
}

/// A finding being formed.
pub(super) struct Draft<'a> {
    /// The lot, when it is about one.
    pub lot: Option<&'a Lot>,
    /// The figure.
    pub figure: Decimal,
    /// How many it was formed from.
    pub n: usize,
    /// The numbers.
    pub arithmetic: String,
    /// The prices behind it.
    pub prices: Vec<&'a Price<'a>>,
    /// What tells it from another of the same lot and companies.
    pub mark: String,
}

impl<'a> Draft<'a> {
    /// A finding about some prices of a lot.
    pub fn of(
        lot: &'a Lot,
        figure: Decimal,
        n: usize,
        prices: impl IntoIterator<Item = &'a Price<'a>>,
    ) -> Self {
        let prices = prices.into_iter().collect();
        Self { lot: Some(lot), figure, n, arithmetic: String::new(), prices, mark: String::new() }
    }

    /// With the numbers it came from.
    pub fn because(self, arithmetic: String) -> Self {
        Self { arithmetic, ..self }
    }
}

impl<'a> Found<'a> {
    /// The threshold of a screen, when `n` is enough for it; counts that it was looked at.
    pub fn looks(&mut self, screen: Screen, n: usize) -> Option<&'a Threshold> {
        let threshold = self.thresholds.of(screen).filter(|threshold| n >= threshold.least())?;
        *self.screened.looked.entry(screen).or_default() += 1;
        Some(threshold)
    }

    /// The threshold of a screen that counts what it looks at by itself.
    pub fn threshold(&self, screen: Screen) -> Option<&'a Threshold> {
        self.thresholds.of(screen)
    }

    /// A finding about prices.
    pub fn add(&mut self, screen: Screen, threshold: Decimal, draft: Draft) {
        let companies: BTreeSet<Arc<str>> = draft.prices.iter().map(|p| p.bid.company.clone()).collect();
        let rows = draft.prices.iter().map(|p| p.row).collect();
        self.push(Finding {
            screen,
            lot: draft.lot.map(|lot| lot.code.clone()),
            companies: companies.into_iter().collect(),
            mark: draft.mark,
            n: draft.n,
            figure: settled(draft.figure),
            threshold,
            arithmetic: draft.arithmetic,
            rows,
        });
    }

    /// A finding as it is.
    pub fn push(&mut self, finding: Finding) {
        self.screened.findings.push(finding);
    }
}

/// Looks at everything. The result does not depend on the order of lots, bids or submissions.
pub fn screen(thresholds: &Thresholds, input: &Input) -> Screened {
    let fields = fields(input);
    let mut found = Found { thresholds, screened: Screened::default() };
    for field in &fields {
        lots::screen(field, &mut found);
    }
    across::screen(&fields, &mut found);
    origins::screen(input, &mut found);
    let mut screened = found.screened;
    let lot = |finding: &Finding| finding.lot.clone().unwrap_or_else(|| "".into());
    screened.findings.sort_by(|a, b| {
        let by_lot = natural(&lot(a), &lot(b));
        let rest = || (&a.companies, &a.mark).cmp(&(&b.companies, &b.mark));
        a.screen.cmp(&b.screen).then(by_lot).then_with(rest)
    });
    screened
}

/// The lots in their natural order, each with one price for each company: its lowest.
fn fields(input: &Input) -> Vec<Field<'_>> {
    let mut by_lot: BTreeMap<&str, Vec<Price>> = BTreeMap::new();
    for (row, bid) in input.bids.iter().enumerate() {
        if bid.unit_price.is_positive() {
            let value = settled(Fraction::comparable(bid.unit_price.decimal(), bid.ratio).value());
            by_lot.entry(&bid.lot).or_default().push(Price { bid, row, value });
        }
    }
    let mut lots: Vec<&Lot> = input.lots.iter().collect();
    lots.sort_by(|a, b| natural(&a.code, &b.code));
    lots.into_iter()
        .map(|lot| {
            let mut prices = by_lot.remove(&*lot.code).unwrap_or_default();
            let key = |p: &Price| (p.value, p.bid.company.clone(), p.bid.product.clone());
            prices.sort_by_key(key);
            let mut known = BTreeSet::new();
            prices.retain(|price| known.insert(price.bid.company.clone()));
            let ceiling = lot.ceiling.decimal();
            let (prices, over) = prices.into_iter().partition(|price| price.value <= ceiling);
            Field { lot, prices, over }
        })
        .collect()
}

/// Whether a bid won at its own price, so that it can be the last winner of a lot.
pub(super) fn won_itself(bid: &Bid) -> bool {
    matches!(bid.status, Some(Status::Won | Status::WonNoVolume))
}

/// Whether a bid won at all.
pub(super) fn won(bid: &Bid) -> bool {
    matches!(bid.status, Some(Status::Won | Status::WonRevived | Status::WonNoVolume))
}

impl<'a> Field<'a> {
    /// The comparable prices.
    pub fn values(&self) -> Vec<Decimal> {
        self.prices.iter().map(|price| price.value).collect()
    }

    /// Whether an award says who won here.
    pub fn is_decided(&self) -> bool {
        self.prices.iter().any(|price| price.bid.status.is_some())
    }

    /// The winners: by the award, or the lowest price while there is none.
    pub fn winners(&self) -> Vec<&Price<'a>> {
        if self.is_decided() {
            return self.prices.iter().filter(|price| won(price.bid)).collect();
        }
        let lowest = self.prices.first().map(|price| price.value);
        self.prices.iter().filter(|price| Some(price.value) == lowest).collect()
    }

    /// How many of the first places lie up to the last that won at its own price.
    pub fn last_winner(&self) -> Option<usize> {
        self.prices.iter().rposition(|price| won_itself(price.bid)).map(|at| at + 1)
    }
}

/// Prices for a reader: `0.4, 0.41`; the first and last few of many.
pub(super) fn listed(prices: &[Decimal]) -> String {
    const EACH: usize = 12;
    let text = |list: &[Decimal]| list.iter().map(plain).collect::<Vec<_>>().join(", ");
    if prices.len() <= 2 * EACH {
        return text(prices);
    }
    format!("{}, …, {}", text(&prices[..EACH]), text(&prices[prices.len() - EACH..]))
}

/// A number with as many decimals as it has: six at most, unless only more of them tell it from zero.
pub(super) fn plain(value: &Decimal) -> String {
    let six = half_up(*value, 6);
    let told = if six.is_zero() { settled(*value) } else { six };
    told.normalize().to_string()
}
