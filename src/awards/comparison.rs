//! The comparison: every lot with its bids in rank order, and how far each lies from the lines that decide.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::fraction::Fraction;
use super::input;
use super::rules::natural;
use super::store::{self, Decision, LotLine, Version};
use super::{Code, LotOutcome, Status};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::rounds::rule_set::{Category, FormClass, RuleSet};
use crate::rounds::{self, Lot, Round};
use crate::types::half_up;

crate::words! {
    /// A line of the rules that a bid can be near.
    Line {
        /// The fuse line (熔断线).
        Fuse = "fuse",
        /// The last place of the shortlist, from inside (入围末位).
        LastIn = "last_in",
        /// The first place below it (入围外首位).
        FirstOut = "first_out",
    }

    /// What lots are listed by.
    Sort {
        /// Their order in the round.
        Lot = "lot",
        /// Highest over lowest price, widest first.
        Spread = "spread",
        /// Mean cut of the winners, deepest first.
        Cut = "cut",
        /// Number of bids, most first.
        Bids = "bids",
    }

    /// Which lots are listed.
    Only {
        /// A bid is within so many percent of the fuse line.
        NearFuse = "near_fuse",
        /// The shortlist ends between two bids.
        NearQuota = "near_quota",
        /// A bid was fused.
        Fused = "fused",
        /// A bid won by revival.
        Revived = "revived",
        /// One valid bidder.
        Single = "single",
    }
}

/// A bid in its lot's row.
#[derive(Debug, Clone)]
pub struct Cell {
    /// The decision on it.
    pub decision: Decision,
    /// The company's name.
    pub company: String,
    /// How far its comparable price is above the fuse line, as a share of the line; below it is negative.
    pub distance: Option<Decimal>,
    /// The lines it is near.
    pub near: Vec<Line>,
}

/// A lot's row.
#[derive(Debug, Clone)]
pub struct Row {
    /// The lot.
    pub lot: Lot,
    /// What was decided for it.
    pub line: Option<LotLine>,
    /// Places on the shortlist; unknown when the input has changed since the version was computed.
    pub places: Option<usize>,
    /// What the fuse line is measured from.
    pub anchor: Option<Decimal>,
    /// The fuse line.
    pub fuse: Option<Decimal>,
    /// The bids in rank order, invalid ones last.
    pub cells: Vec<Cell>,
    /// Highest over lowest comparable price of the valid bids.
    pub spread: Option<Decimal>,
    /// The winners' mean cut against the ceiling.
    pub cut: Option<Decimal>,
}

/// Every lot of a round by one version of its award.
pub struct Comparison {
    /// The rows in the order of the round.
    pub rows: Vec<Row>,
    /// Whether lines are exact: the input is still the one the version was computed from. Else the fuse line is
    /// the stored one of six decimals, and places and anchor are not known.
    pub is_exact: bool,
}

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Lots of this kind.
    pub only: Option<Only>,
    /// Lots of this form class.
    pub form_class: Option<FormClass>,
    /// Lots of this category.
    pub category: Option<Category>,
    /// Lots whose code, generic name or companies hold this.
    pub words: String,
    /// The order.
    pub sort: Option<Sort>,
}

/// Reads the comparison; `within` is the share of the fuse line that counts as near it.
pub fn of_version(conn: &mut Conn, round: &Round, award: &Version, within: Decimal) -> Result<Comparison> {
    let exact = recomputed(conn, round, award)?;
    let has_one_quota = rules_of(conn, award)?.units.is_none();
    let mut lines = store::lot_lines_of(conn, &award.id)?;
    let mut decided: HashMap<_, Vec<(Decision, String)>> = HashMap::new();
    for (decision, company) in store::all_decisions(conn, &award.id)? {
        decided.entry(decision.lot_id.clone()).or_default().push((decision, company));
    }
    let rows = rounds::lots_of(conn, &round.id)?.into_iter().map(|lot| {
        let outcome = exact.as_ref().and_then(|lots| lots.get(&lot.code));
        let (line, bids) = (lines.remove(&lot.id), decided.remove(&lot.id).unwrap_or_default());
        row(lot, line, outcome, bids, (within, has_one_quota))
    });
    Ok(Comparison { rows: rows.collect::<Result<_>>()?, is_exact: exact.is_some() })
}

/// The lots' outcomes with all their digits, when the input is still the version's.
fn recomputed(
    conn: &mut Conn,
    round: &Round,
    award: &Version,
) -> Result<Option<HashMap<String, LotOutcome>>> {
    let input = input::load(conn, round)?;
    if input.sha256 != award.input_sha256 || award.rule_set_id != round.rule_set_id {
        return Ok(None);
    }
    let bids: Vec<_> = input.offers.iter().filter(|o| o.excluded.is_empty()).map(|o| o.bid.clone()).collect();
    let outcome = super::award(&input.rules, &input.lots, &bids, &input.demand, &input.answers);
    let outcome = outcome.map_err(Error::refused)?;
    Ok(Some(outcome.lots.into_iter().map(|lot| (lot.lot.to_string(), lot)).collect()))
}

fn row(
    lot: Lot,
    line: Option<LotLine>,
    outcome: Option<&LotOutcome>,
    bids: Vec<(Decision, String)>,
    (within, has_one_quota): (Decimal, bool),
) -> Result<Row> {
    let stored = line.as_ref().and_then(|line| line.fuse_line).map(|line| line.decimal());
    let fuse = outcome.map_or(stored, |outcome| outcome.line);
    let places = outcome.map(|outcome| outcome.places);
    let mut cells = Vec::with_capacity(bids.len());
    let mut prices = Vec::new();
    // They win before the shortlist begins.
    let apart = bids.iter().filter(|(decision, _)| decision.code == Code::ZeroVolume.as_str()).count();
    let quota = places.filter(|_| has_one_quota);
    let last_rank = bids.iter().filter_map(|(decision, _)| decision.rank).max().unwrap_or(0);
    for (decision, company) in bids {
        let ratio: Decimal = decision
            .ratio
            .parse()
            .map_err(|_| Error::fault(format!("stored ratio of decision {}", decision.id)))?;
        let price = Fraction::comparable(decision.unit_price.decimal(), ratio);
        let mut near = Vec::new();
        if let Some(rank) = decision.rank {
            prices.push((price, decision.award_price, ratio));
            near.extend(fuse.filter(|fuse| is_near(price, *fuse, within)).map(|_| Line::Fuse));
            near.extend(quota.and_then(|places| at_quota(rank, (apart, places), last_rank)));
        }
        let distance = fuse.and_then(|fuse| distance(price, fuse)).filter(|_| decision.rank.is_some());
        cells.push(Cell { decision, company, distance, near });
    }
    let low = prices.iter().map(|(price, ..)| *price).min();
    let high = prices.iter().map(|(price, ..)| *price).max();
    let spread = high.zip(low).and_then(|(high, low)| high.over(low)).map(Fraction::value);
    let ceiling = Fraction::whole(lot.ceiling.decimal());
    let cuts: Vec<Decimal> = prices
        .iter()
        .filter_map(|(_, award, ratio)| {
            let left = Fraction::comparable(award.as_ref()?.decimal(), *ratio).over(ceiling)?;
            Some(Decimal::ONE.saturating_sub(left.value()))
        })
        .collect();
    let cut = cuts.iter().sum::<Decimal>().checked_div(Decimal::from(cuts.len()));
    Ok(Row { lot, line, places, anchor: outcome.and_then(|o| o.anchor), fuse, cells, spread, cut })
}

/// Whether a comparable price is within a share of the fuse line, both ends included, without rounding.
fn is_near(price: Fraction, fuse: Decimal, within: Decimal) -> bool {
    let line = Fraction::whole(fuse);
    let (low, high) = (line.times(Decimal::ONE - within), line.times(Decimal::ONE + within));
    low <= price && price <= high
}

/// How far a price is above the line, as a share of it.
fn distance(price: Fraction, fuse: Decimal) -> Option<Decimal> {
    price.over(Fraction::whole(fuse)).map(|times| times.value().saturating_sub(Decimal::ONE))
}

/// The last place in and the first place out, when the shortlist, which begins after those set apart, ends between two
/// bids.
fn at_quota(rank: i32, (apart, places): (usize, usize), last_rank: i32) -> Option<Line> {
    let last = i32::try_from(apart.checked_add(places)?).ok();
    match rank.checked_sub(last.filter(|last| places > 0 && *last < last_rank)?)? {
        0 => Some(Line::LastIn),
        1 => Some(Line::FirstOut),
        _ => None,
    }
}

impl Row {
    fn has(&self, line: Line) -> bool {
        self.cells.iter().any(|cell| cell.near.contains(&line))
    }

    fn has_status(&self, status: Status) -> bool {
        self.cells.iter().any(|cell| cell.decision.status == status)
    }

    /// Valid bidders.
    pub fn bidders(&self) -> usize {
        self.cells.iter().filter(|cell| cell.decision.rank.is_some()).count()
    }

    fn is(&self, only: Only) -> bool {
        match only {
            Only::NearFuse => self.has(Line::Fuse),
            Only::NearQuota => self.has(Line::LastIn),
            Only::Fused => self.has_status(Status::Fused),
            Only::Revived => self.has_status(Status::WonRevived),
            Only::Single => self.bidders() == 1,
        }
    }

    fn holds(&self, words: &str) -> bool {
        let texts = [&self.lot.code, &self.lot.generic, &self.lot.form];
        texts.iter().any(|text| text.contains(words))
            || self
                .cells
                .iter()
                .any(|cell| cell.company.contains(words) || cell.decision.product.contains(words))
    }
}

/// The rows asked for, in the order asked for.
pub fn listed(mut rows: Vec<Row>, filter: &Filter) -> Vec<Row> {
    let words = filter.words.trim();
    rows.retain(|row| {
        filter.only.is_none_or(|only| row.is(only))
            && filter.form_class.is_none_or(|class| row.lot.form_class == class)
            && filter.category.is_none_or(|category| row.lot.category == category)
            && (words.is_empty() || row.holds(words))
    });
    match filter.sort.unwrap_or(Sort::Lot) {
        Sort::Lot => rows.sort_by(|a, b| natural(&a.lot.code, &b.lot.code)),
        Sort::Spread => rows.sort_by_key(|row| std::cmp::Reverse(row.spread)),
        Sort::Cut => rows.sort_by_key(|row| std::cmp::Reverse(row.cut)),
        Sort::Bids => rows.sort_by_key(|row| std::cmp::Reverse(row.bidders())),
    }
    rows
}

/// A share as a percentage with its sign: two decimals, or as many more as it takes to show on which side of
/// `within` it lies.
pub fn percent(share: Decimal, within: Decimal) -> String {
    let (made, line) = (share.saturating_mul(Decimal::ONE_HUNDRED), within * Decimal::ONE_HUNDRED);
    let shows = |places: &u32| {
        let short = half_up(made, *places);
        short.abs().cmp(&line) == made.abs().cmp(&line) && short.is_zero() == made.is_zero()
    };
    let places = (2..=20).find(shows).unwrap_or(20);
    let mut shown = half_up(made, places);
    shown.rescale(places);
    let sign = if shown.is_sign_positive() && !shown.is_zero() { "+" } else { "" };
    format!("{sign}{shown}%")
}

/// The rules a version was computed by.
pub fn rules_of(conn: &mut Conn, award: &Version) -> Result<RuleSet> {
    let rules = rounds::store::rule_set(conn, &award.rule_set_id)?.ok_or(Error::NotFound)?;
    RuleSet::parse(&rules.body).map_err(Error::refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn near_a_line_is_exact() {
        let check = |price: &str, ratio: &str, fuse: &str, want: bool| {
            let price = Fraction::comparable(d(price), d(ratio));
            assert_eq!(is_near(price, d(fuse), d("0.05")), want, "{price:?} {fuse}");
        };
        check("0.189", "1", "0.18", true);
        check("0.189001", "1", "0.18", false);
        check("0.171", "1", "0.18", true);
        check("0.170999", "1", "0.18", false);
        // A third of 0.567 is 0.189 exactly.
        check("0.567", "3", "0.18", true);
        check("0.567001", "3", "0.18", false);
    }

    #[test]
    fn a_percentage_shows_its_side() {
        let check = |share: &str, want: &str| assert_eq!(percent(d(share), d("0.05")), want);
        check("0.05", "+5.00%");
        check("0.0500001", "+5.00001%");
        check("0.049999", "+4.9999%");
        check("-0.05", "-5.00%");
        check("-0.123456", "-12.35%");
        check("0", "0.00%");
        check("0.000001", "+0.0001%");
    }

    #[test]
    fn the_quota_has_two_sides() {
        let check = |rank, apart, places, last, want| {
            assert_eq!(at_quota(rank, (apart, places), last), want, "{rank} {apart} {places} {last}");
        };
        check(2, 0, 2, 3, Some(Line::LastIn));
        check(3, 0, 2, 3, Some(Line::FirstOut));
        check(1, 0, 2, 3, None);
        check(2, 0, 2, 2, None);
        check(1, 0, 0, 3, None);
        // One set apart takes no place.
        check(2, 1, 2, 4, None);
        check(3, 1, 2, 4, Some(Line::LastIn));
        check(4, 1, 2, 4, Some(Line::FirstOut));
        check(3, 1, 2, 3, None);
    }
}
