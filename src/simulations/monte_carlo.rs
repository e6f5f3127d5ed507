//! Many awards with prices that vary: how often each bid wins, and how prices and savings spread.
//!
//! In each run every price is multiplied by a factor drawn evenly from 1 − spread to 1 + spread, in millionths, and
//! rounded half up to the decimals a price may have. A bid that was not above its ceiling stays at or below it; one
//! that was above is left as it is. All of it is whole-number arithmetic.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::case::Case;
use super::draws::Draws;
use super::figures::{Figures, ceilings, figures};
use super::refused::Refused;
use crate::awards::rules::natural;
use crate::awards::{Bid, award};
use crate::error::{Error, Result};
use crate::types::{Money, UnitPrice, half_up};

/// Most runs of a simulation.
pub const MOST_RUNS: u32 = 10_000;
/// Most figures kept while running: runs times lots.
pub const MOST_FIGURES: u64 = 3_000_000;
/// A factor of one, in the unit that factors are drawn in.
const ONE: i64 = 1_000_000;

/// How bids vary.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// How many runs.
    pub runs: u32,
    /// How far a price goes up or down, as a share of it.
    pub spread: Decimal,
    /// What the numbers are drawn from.
    pub seed: u64,
}

/// The smallest value that at least a quarter, half and three quarters of the runs do not exceed, with the least and
/// the greatest: each is the figure of some run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quartiles<T> {
    /// The least.
    pub least: T,
    /// The first quartile.
    pub lower: T,
    /// The median.
    pub median: T,
    /// The third quartile.
    pub upper: T,
    /// The greatest.
    pub greatest: T,
}

/// What the runs came to for one bid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BidRuns {
    /// The lot.
    pub lot: String,
    /// The company.
    pub company: String,
    /// The product.
    pub product: String,
    /// The price it varies around.
    pub unit_price: UnitPrice,
    /// In how many runs it wins.
    pub won: u32,
}

/// What the runs came to for one lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotRuns {
    /// The lot.
    pub lot: String,
    /// In how many runs there are so many winners.
    pub winners: BTreeMap<u32, u32>,
    /// The lowest price won, over the runs with a winner.
    pub lowest: Option<Quartiles<UnitPrice>>,
    /// The highest.
    pub highest: Option<Quartiles<UnitPrice>>,
    /// The saving.
    pub saved: Option<Quartiles<Money>>,
}

/// What all runs came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runs {
    /// How the bids varied.
    pub plan: Plan,
    /// Lot by lot.
    pub lots: Vec<LotRuns>,
    /// Bid by bid, by lot and company.
    pub bids: Vec<BidRuns>,
    /// The saving over all lots.
    pub saved: Option<Quartiles<Money>>,
}

/// A bid's price as whole numbers.
#[derive(Clone, Copy)]
struct Price {
    /// As bid.
    bid: i64,
    /// The most it may become.
    most: i64,
    /// Prices are whole multiples of this.
    unit: i64,
}

impl Price {
    fn of(bid: &Bid, ceiling: Decimal, places: u32) -> Self {
        let unit = 10_i64.pow(UnitPrice::PLACES - places.min(UnitPrice::PLACES));
        let price = bid.unit_price.scaled();
        let scaled = ceiling.checked_mul(bid.ratio).and_then(|most| most.checked_mul(Decimal::from(ONE)));
        let most = scaled.and_then(|most| i64::try_from(most.floor().mantissa()).ok()).unwrap_or(i64::MAX);
        let most = if price > most { price } else { (most / unit * unit).max(price) };
        Self { bid: price, most, unit }
    }

    fn times(self, millionths: i64) -> UnitPrice {
        let under = i128::from(ONE) * i128::from(self.unit);
        let product = i128::from(self.bid) * i128::from(millionths);
        let units = (2 * product + under).div_euclid(2 * under).max(1);
        let price = i64::try_from(units * i128::from(self.unit)).unwrap_or(i64::MAX);
        UnitPrice::from_scaled(price.min(self.most))
    }
}

/// The runs of a case, to be made in any order and by any number of threads.
pub struct Simulator {
    case: Case,
    plan: Plan,
    prices: Vec<Price>,
    lots: Vec<Arc<str>>,
    /// The ceilings that savings are measured from, by lot.
    reference: HashMap<Arc<str>, UnitPrice>,
    /// A spread in millionths.
    spread: i64,
}

/// What some of the runs came to.
#[derive(Default)]
pub struct Tally {
    /// Wins by bid.
    won: Vec<u32>,
    lots: Vec<LotTally>,
    saved: Vec<i64>,
}

#[derive(Default, Clone)]
struct LotTally {
    winners: BTreeMap<u32, u32>,
    lowest: Vec<i64>,
    highest: Vec<i64>,
    saved: Vec<i64>,
}

impl Simulator {
    /// Prepares a case whose savings are measured from the ceilings of `base`. The order of its bids no longer
    /// matters.
    pub fn new(case: &Case, base: &Case, plan: Plan) -> Result<Self> {
        let mut case = case.clone();
        is_bounded(&case, &plan).map_err(Error::refused)?;
        // What is chosen after the opening depends on who wins, which varies.
        case.answers.picks.clear();
        case.answers.reassignments.clear();
        case.lots.sort_by(|a, b| natural(&a.code, &b.code));
        case.bids.sort_by(|a, b| {
            natural(&a.lot, &b.lot).then_with(|| (&a.company, &a.product).cmp(&(&b.company, &b.product)))
        });
        let places = case.rules.price.decimals.0;
        let prices = {
            let ceilings = ceilings(&case.lots);
            let ceiling = |bid: &Bid| ceilings.get(&*bid.lot).map_or(Decimal::MAX, |price| price.decimal());
            case.bids.iter().map(|bid| Price::of(bid, ceiling(bid), places)).collect()
        };
        let lots = case.lots.iter().map(|lot| lot.code.clone()).collect();
        let spread = half_up(plan.spread * Decimal::from(ONE), 0).mantissa();
        let spread = i64::try_from(spread).unwrap_or(ONE);
        let reference = base.lots.iter().map(|lot| (lot.code.clone(), lot.ceiling)).collect();
        Ok(Self { case, plan, prices, lots, reference, spread })
    }

    /// Makes some of the runs on so many threads and adds them to the tally.
    pub fn run(&self, runs: Range<u32>, threads: u32, tally: &mut Tally) -> Result<()> {
        let count = runs.end.saturating_sub(runs.start);
        let part = count.div_ceil(threads.max(1)).max(1);
        let parts: Vec<Range<u32>> = (0..threads.max(1))
            .map(|n| {
                let start = runs.start.saturating_add(n.saturating_mul(part)).min(runs.end);
                start..start.saturating_add(part).min(runs.end)
            })
            .collect();
        let done = std::thread::scope(|scope| {
            let workers: Vec<_> = parts.into_iter().map(|part| scope.spawn(|| self.some(part))).collect();
            workers
                .into_iter()
                .map(|worker| {
                    worker.join().map_err(|_| Error::fault("a simulation thread ended in a panic"))?
                })
                .collect::<Result<Vec<Tally>>>()
        })?;
        done.into_iter().for_each(|part| tally.add(part));
        Ok(())
    }

    /// Some of the runs, one after the other.
    fn some(&self, runs: Range<u32>) -> Result<Tally> {
        let mut tally = Tally {
            won: vec![0; self.prices.len()],
            lots: vec![LotTally::default(); self.lots.len()],
            saved: vec![],
        };
        let reference: HashMap<&str, UnitPrice> =
            self.reference.iter().map(|(lot, ceiling)| (&**lot, *ceiling)).collect();
        let places: HashMap<(&str, &str, &str), usize> = self
            .case
            .bids
            .iter()
            .enumerate()
            .map(|(at, bid)| ((&*bid.lot, &*bid.company, bid.product.as_str()), at))
            .collect();
        let mut bids = self.case.bids.clone();
        for run in runs {
            self.vary(run, &mut bids);
            let Case { rules, lots, demand, answers, .. } = &self.case;
            let outcome = award(rules, lots, &bids, demand, answers).map_err(Error::refused)?;
            let figures = figures(&reference, &outcome).map_err(Error::refused)?;
            for it in outcome.awards.iter().filter(|it| it.award_price.is_some()) {
                if let Some(won) = places
                    .get(&(&*it.lot, &*it.company, it.product.as_str()))
                    .and_then(|at| tally.won.get_mut(*at))
                {
                    *won += 1;
                }
            }
            tally.note(&figures).map_err(Error::refused)?;
        }
        Ok(tally)
    }

    /// Every price at its factor of this run.
    fn vary(&self, run: u32, bids: &mut [Bid]) {
        let mut draws = Draws::new(self.plan.seed, u64::from(run));
        let most = u64::try_from(2 * self.spread).unwrap_or_default();
        for (bid, price) in bids.iter_mut().zip(&self.prices) {
            let drawn = i64::try_from(draws.up_to(most)).unwrap_or_default();
            bid.unit_price = price.times(ONE - self.spread + drawn);
        }
    }

    /// What the runs in a tally came to.
    pub fn result(&self, tally: Tally) -> Runs {
        let mut won = tally.won;
        won.resize(self.case.bids.len(), 0);
        let bids = self.case.bids.iter().zip(won).map(|(bid, won)| BidRuns {
            lot: bid.lot.to_string(),
            company: bid.company.to_string(),
            product: bid.product.clone(),
            unit_price: bid.unit_price,
            won,
        });
        let lots = self.lots.iter().zip(tally.lots).map(|(lot, tally)| LotRuns {
            lot: lot.to_string(),
            winners: tally.winners,
            lowest: quartiles(tally.lowest, UnitPrice::from_scaled),
            highest: quartiles(tally.highest, UnitPrice::from_scaled),
            saved: quartiles(tally.saved, Money::from_scaled),
        });
        Runs {
            plan: self.plan.clone(),
            lots: lots.collect(),
            bids: bids.collect(),
            saved: quartiles(tally.saved, Money::from_scaled),
        }
    }
}

fn is_bounded(case: &Case, plan: &Plan) -> std::result::Result<(), Refused> {
    if plan.runs == 0 || plan.runs > MOST_RUNS {
        return Err(Refused::Outside("runs", plan.runs.to_string(), "1", "10000"));
    }
    if plan.spread < Decimal::ZERO || plan.spread >= Decimal::ONE {
        return Err(Refused::Outside("spread", plan.spread.to_string(), "0", "0.999999"));
    }
    if u64::from(plan.runs) * case.lots.len() as u64 > MOST_FIGURES {
        return Err(Refused::TooMuch(MOST_FIGURES));
    }
    Ok(())
}

impl Tally {
    /// Notes the figures of one run.
    fn note(&mut self, figures: &[Figures]) -> std::result::Result<(), Refused> {
        let mut all = 0_i64;
        for (lot, it) in self.lots.iter_mut().zip(figures) {
            *lot.winners.entry(it.winners).or_default() += 1;
            lot.lowest.extend(it.lowest.map(UnitPrice::scaled));
            lot.highest.extend(it.highest.map(UnitPrice::scaled));
            lot.saved.push(it.saved().scaled());
            all = all.checked_add(it.saved().scaled()).ok_or(Refused::Sum)?;
        }
        self.saved.push(all);
        Ok(())
    }

    /// Adds other runs.
    fn add(&mut self, other: Tally) {
        self.won.resize(self.won.len().max(other.won.len()), 0);
        self.won.iter_mut().zip(other.won).for_each(|(sum, won)| *sum += won);
        self.lots.resize(self.lots.len().max(other.lots.len()), LotTally::default());
        for (sum, lot) in self.lots.iter_mut().zip(other.lots) {
            for (winners, runs) in lot.winners {
                *sum.winners.entry(winners).or_default() += runs;
            }
            sum.lowest.extend(lot.lowest);
            sum.highest.extend(lot.highest);
            sum.saved.extend(lot.saved);
        }
        self.saved.extend(other.saved);
    }
}

/// Nearest-rank quartiles; nothing of nothing.
fn quartiles<T>(mut values: Vec<i64>, of: impl Fn(i64) -> T) -> Option<Quartiles<T>> {
    values.sort_unstable();
    let last = values.len().checked_sub(1)?;
    let at =
        |quarters: usize| values.get((values.len() * quarters).div_ceil(4).saturating_sub(1)).map(|v| of(*v));
    Some(Quartiles {
        least: of(*values.first()?),
        lower: at(1)?,
        median: at(2)?,
        upper: at(3)?,
        greatest: of(*values.get(last)?),
    })
}

/// Threads to run on: all cores.
pub fn threads() -> u32 {
    std::thread::available_parallelism().ok().and_then(|n| u32::try_from(n.get()).ok()).unwrap_or(1)
}

/// A share of the runs in percent, to two decimals.
pub fn percent(of: u32, runs: u32) -> String {
    let share = Decimal::from(of).checked_div(Decimal::from(runs)).unwrap_or_default();
    format!("{:.2}%", half_up(share * Decimal::ONE_HUNDRED, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_are_figures_of_runs() {
        let check = |values: &[i64], want: [i64; 5]| {
            let it = quartiles(values.to_vec(), |v| v).unwrap();
            assert_eq!([it.least, it.lower, it.median, it.upper, it.greatest], want, "{values:?}");
        };
        check(&[5], [5, 5, 5, 5, 5]);
        check(&[2, 1], [1, 1, 1, 2, 2]);
        check(&[4, 3, 2, 1], [1, 1, 2, 3, 4]);
        check(&[1, 2, 3, 4, 5], [1, 2, 3, 4, 5]);
        check(&[8, 7, 6, 5, 4, 3, 2, 1], [1, 2, 4, 6, 8]);
        assert!(quartiles(Vec::new(), |v| v).is_none());
    }

    #[test]
    fn a_price_keeps_its_decimals_and_its_ceiling() {
        let check = |bid: i64, most: i64, unit: i64, factor: i64, want: i64| {
            assert_eq!(Price { bid, most, unit }.times(factor).scaled(), want, "{bid} × {factor}");
        };
        check(1_000_000, 2_000_000, 10_000, 1_100_000, 1_100_000);
        check(1_000_000, 2_000_000, 10_000, 1_005_000, 1_010_000);
        check(1_000_000, 2_000_000, 10_000, 1_004_999, 1_000_000);
        check(1_000_000, 1_050_000, 10_000, 1_100_000, 1_050_000);
        check(10_000, 2_000_000, 10_000, 100_000, 10_000);
        check(123_456, 2_000_000, 1, 999_999, 123_456);
    }
}
