//! How long simulating takes beside plain awards of the same round in the same run: `cargo bench`.
//!
//! Prints wall and processor time of 1,000 awards one after the other and of 1,000 runs on all cores, and their
//! ratios. A ratio of processor times near one says that a run costs little more than its award.

use std::time::{Duration, Instant};

use jicai::awards::Demand;
use jicai::rounds::rule_set;
use jicai::simulations::case::Case;
use jicai::simulations::monte_carlo::{Plan, Simulator, Tally, threads};
use jicai::simulations::synthetic::{Synthetic, synthetic};
use jicai::types::{Quantity, RuleSetId};
use rust_decimal::Decimal;

const RUNS: u32 = 1_000;

fn main() {
    let it =
        Synthetic { rules: RuleSetId::new(), lots: 60, bidders: 30, spread: Decimal::new(6, 1), seed: 1 };
    let Ok(rules) = rule_set::find("GY-YD2024-2") else { return };
    let mut case = synthetic(&it, rules);
    compare("60 lots, 30 bids each", &case);
    case.demand = (1..=400_i64).flat_map(|hospital| demand(&case, hospital)).collect();
    compare("the same with 400 hospitals", &case);
}

/// One hospital's demand for every lot.
fn demand(case: &Case, hospital: i64) -> Vec<Demand> {
    let line = |lot: &jicai::awards::Lot| Demand {
        region: format!("R{}", hospital % 10).into(),
        hospital: format!("H{hospital}").into(),
        lot: lot.code.clone(),
        company: None,
        product: None,
        quantity: Quantity::from_scaled(hospital * 1_000_000),
    };
    case.lots.iter().map(line).collect()
}

fn compare(name: &str, case: &Case) {
    let (plain, plain_cpu) = timed(|| (0..RUNS).filter(|_| case.award().is_ok()).count());
    let (runs, runs_cpu) = timed(|| {
        let plan = Plan { runs: RUNS, spread: Decimal::new(1, 1), seed: 1 };
        let Ok(simulator) = Simulator::new(case, case, plan) else { return 0 };
        let mut tally = Tally::default();
        if simulator.run(0..RUNS, threads(), &mut tally).is_err() {
            return 0;
        }
        simulator.result(tally).bids.len()
    });
    println!("{name}, {RUNS} times on {} threads", threads());
    println!("  plain awards: {plain:.2?}, processor {plain_cpu:.2?}");
    println!("  simulation:   {runs:.2?}, processor {runs_cpu:.2?}");
    println!("  ratio: time {}, processor {}", ratio(runs, plain), ratio(runs_cpu, plain_cpu));
}

fn ratio(one: Duration, other: Duration) -> String {
    let hundredths = one.as_millis() * 100 / other.as_millis().max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// Wall time, and processor time of the process with all its threads.
fn timed(work: impl FnOnce() -> usize) -> (Duration, Duration) {
    let (began, cpu) = (Instant::now(), processor());
    assert!(work() > 0, "nothing was computed");
    (began.elapsed(), processor().saturating_sub(cpu))
}

/// From the kernel's accounts, in hundredths of a second; zero where there are none.
fn processor() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 =
        after_name.split_whitespace().skip(11).take(2).filter_map(|n| n.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}
