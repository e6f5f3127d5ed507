use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::case::{Case, Changes};
use super::comparison::compare;
use super::monte_carlo::{Plan, Runs, Simulator, Tally};
use super::synthetic::{Synthetic, synthetic};
use crate::awards::Status;
use crate::rounds::rule_set;
use crate::types::RuleSetId;

fn case(lots: u32, bidders: u32, seed: u64) -> Case {
    let it = Synthetic { rules: RuleSetId::new(), lots, bidders, spread: "0.6".parse().unwrap(), seed };
    synthetic(&it, rule_set::find("GY-YD2024-2").unwrap())
}

fn run(case: &Case, runs: u32, spread: &str, threads: u32, parts: &[u32]) -> Runs {
    let plan = Plan { runs, spread: spread.parse().unwrap(), seed: 42 };
    let simulator = Simulator::new(case, case, plan).unwrap();
    let (mut tally, mut done) = (Tally::default(), 0);
    for part in parts {
        simulator.run(done..*part, threads, &mut tally).unwrap();
        done = *part;
    }
    simulator.result(tally)
}

#[test]
fn threads_and_parts_and_the_order_of_bids_never_matter() {
    let case = case(5, 9, 3);
    let one = run(&case, 40, "0.15", 1, &[40]);
    assert_eq!(run(&case, 40, "0.15", 3, &[40]), one);
    assert_eq!(run(&case, 40, "0.15", 2, &[7, 8, 40]), one);
    let mut turned = case.clone();
    turned.bids.reverse();
    turned.lots.reverse();
    assert_eq!(run(&turned, 40, "0.15", 2, &[40]), one);
    assert_ne!(run(&case, 40, "0.16", 1, &[40]).bids, one.bids);
}

#[test]
fn without_spread_every_run_is_the_award() {
    let case = case(6, 12, 1);
    let outcome = case.award().unwrap();
    let runs = run(&case, 10, "0", 2, &[10]);
    assert_eq!(runs.bids.len(), outcome.awards.len());
    for bid in &runs.bids {
        let award = outcome.awards.iter().find(|a| *a.lot == *bid.lot && *a.company == *bid.company).unwrap();
        assert_eq!(bid.won, if award.award_price.is_some() { 10 } else { 0 }, "{} {}", bid.lot, bid.company);
    }
    let comparison = compare(&case, &case, &HashMap::new()).unwrap();
    let saved = runs.saved.unwrap();
    assert_eq!(saved.least, saved.greatest);
    assert_eq!(saved.median, comparison.base.sum.saved());
    assert_eq!(comparison.differing(), 0);
}

#[test]
fn what_is_saved_is_worked_out_by_hand() {
    // Two winners at 6.00 and 6.60 under a ceiling of 10.00; one bid above the ceiling; no demand by hospital, so the
    // mean price 6.30 counts. Two winners have 60 % of 1,000: (10.00 - 6.30) × 600 = 2,220.
    let mut case = case(1, 3, 1);
    case.lots[0].ceiling = "10".parse().unwrap();
    case.lots[0].base_volume = Some("1000".parse().unwrap());
    for (bid, price) in case.bids.iter_mut().zip(["6", "6.6", "11"]) {
        bid.unit_price = price.parse().unwrap();
    }
    let share = case.rules.share(case.lots[0].category, 2).unwrap();
    let half = Changes { percent: Some(Decimal::from(65)), ..Changes::default() };
    let comparison = compare(&case, &case.changed(&half, None).unwrap(), &HashMap::new()).unwrap();
    let base = &comparison.base.sum;
    let volume = Decimal::from(1000) * share;
    assert_eq!(base.reference.decimal(), volume * Decimal::from(10));
    assert_eq!(base.cost.decimal(), volume * "6.3".parse::<Decimal>().unwrap());
    // Both sides are measured from the ceiling of the base.
    let changed = &comparison.changed.sum;
    let volume = Decimal::from(1000) * case.rules.share(case.lots[0].category, 1).unwrap();
    assert_eq!(changed.reference.decimal(), volume * Decimal::from(10));
    assert_eq!(changed.cost.decimal(), volume * Decimal::from(6));
    // At 65 % the ceiling is 6.50: the bid of 6.60 is out, one winner is left.
    let lot = &comparison.lots[0];
    assert_eq!(lot.changed.ceiling.to_string(), "6.50");
    assert_eq!((lot.base.figures.winners, lot.changed.figures.winners), (2, 1));
    let second = lot.bids.iter().find(|bid| bid.company == "S002").unwrap();
    assert_eq!((second.base.status, second.changed.status), (Status::Won, Status::Invalid));
    assert!(second.differs());
}

#[test]
fn single_ceilings_come_before_the_percentage_and_unknown_lots_are_refused() {
    let case = case(3, 4, 2);
    let ceilings = BTreeMap::from([("2".to_owned(), "7.5".parse().unwrap())]);
    let changes = Changes { percent: Some(Decimal::from(50)), ceilings, ..Changes::default() };
    let changed = case.changed(&changes, None).unwrap();
    assert_eq!(changed.lots[1].ceiling.to_string(), "7.50");
    assert_eq!(changed.lots[0].ceiling.decimal() * Decimal::TWO, case.lots[0].ceiling.decimal());
    let ceilings = BTreeMap::from([("99".to_owned(), "7.5".parse().unwrap())]);
    assert!(case.changed(&Changes { ceilings, ..Changes::default() }, None).is_err());
    let tiny = Changes { percent: Some(Decimal::new(1, 6)), ..Changes::default() };
    assert!(case.changed(&tiny, None).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn wins_and_winners_add_up(seed in any::<u64>(), lots in 1u32..4, bidders in 1u32..8, spread in 0u32..99) {
        let case = case(lots, bidders, seed);
        let runs = run(&case, 8, &Decimal::new(spread.into(), 2).to_string(), 2, &[8]);
        for lot in &runs.lots {
            prop_assert_eq!(lot.winners.values().sum::<u32>(), 8);
            let won: u32 = runs.bids.iter().filter(|b| b.lot == lot.lot).map(|b| b.won).sum();
            prop_assert_eq!(lot.winners.iter().map(|(n, runs)| n * runs).sum::<u32>(), won);
            let ceiling = case.lots.iter().find(|l| *l.code == *lot.lot).unwrap().ceiling;
            if let Some(highest) = &lot.highest {
                prop_assert!(highest.greatest <= ceiling);
                prop_assert!(lot.lowest.as_ref().unwrap().least.is_positive());
            }
            let saved = lot.saved.as_ref().unwrap();
            prop_assert!(saved.least.scaled() >= 0 && saved.least <= saved.median && saved.median <= saved.greatest);
        }
    }
}
