//! `jicai simulate`: an award over files computed many times with prices that vary.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use jicai::awards::files::read_input;
use jicai::awards::output as tables;
use jicai::files::write::Csv;
use jicai::simulations::case::Case;
use jicai::simulations::monte_carlo::{Plan, Runs, Simulator, Tally, threads};
use jicai::simulations::output;
use jicai::text::fill;
use rust_decimal::Decimal;

use super::award::{told, unwritable};
use super::code::is_closed;
use super::{Stop, lang, rules::load};

/// Compute an award many times with prices that vary: how often each bid wins, what is saved.
///
/// The files are those of `jicai award`. In each run every price is multiplied by a factor drawn evenly from
/// 1 − spread to 1 + spread and stays within its ceiling; the same seed gives the same result on every machine.
/// With --out, simulated_bids.csv and simulated_lots.csv are written to the folder; without it the first goes to
/// standard output. Exit status 0: computed; 2: bad input.
#[derive(Args)]
pub struct Simulate {
    /// A rule set by its document number (see `jicai rules list`), or a rule set file ending in .toml
    #[arg(long, value_name = "NAME|FILE.toml")]
    rules: String,
    /// The lots
    #[arg(long, value_name = "FILE")]
    lots: PathBuf,
    /// The bids
    #[arg(long, value_name = "FILE")]
    bids: PathBuf,
    /// The hospitals' yearly demand; without it the lots' base volumes count
    #[arg(long, value_name = "FILE")]
    demand: Option<PathBuf>,
    /// How many runs
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    runs: u32,
    /// How far a price goes up or down, as a share of it
    #[arg(long, default_value = "0.1")]
    spread: Decimal,
    /// What the numbers are drawn from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The folder to write to, made when it is missing
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &Simulate) -> Result<(), Stop> {
    let text = lang().text();
    let rules = load(&args.rules)?;
    let input = read_input(&rules, &args.lots, &args.bids, args.demand.as_deref(), None);
    let input = input.map_err(|faulty| Stop::Bad(told(&faulty, text)))?;
    let (lots, bids) = (input.lots, input.bids);
    let case = Case { rules, lots, bids, demand: input.demand, answers: input.answers };

    let plan = Plan { runs: args.runs, spread: args.spread, seed: args.seed };
    let simulator = Simulator::new(&case, &case, plan).map_err(Stop::of)?;
    let mut tally = Tally::default();
    simulator.run(0..args.runs, threads(), &mut tally).map_err(Stop::of)?;
    let runs = simulator.result(tally);
    write(args, &runs)?;
    tell(&case, &runs);
    Ok(())
}

fn write(args: &Simulate, runs: &Runs) -> Result<(), Stop> {
    let text = lang().text();
    let Some(folder) = &args.out else {
        return match tables::write(output::bids(runs), Csv::bare(io::stdout().lock())) {
            Err(e) if !is_closed(&e) => Err(unwritable("-", &e, text)),
            _ => Ok(()),
        };
    };
    let written = tables::write_all(folder, vec![output::bids(runs), output::lots(runs)], &[]);
    written.map_err(|e| unwritable(&folder.display().to_string(), &e, text))
}

fn tell(case: &Case, runs: &Runs) {
    let saved = output::five(runs.saved.as_ref()).join(" / ");
    let values: [(&str, &dyn std::fmt::Display); 5] = [
        ("rules", &case.rules.name),
        ("runs", &runs.plan.runs),
        ("lots", &case.lots.len()),
        ("bids", &case.bids.len()),
        ("saved", &saved),
    ];
    // Nobody may be listening on standard error; the result is written already.
    let _ = writeln!(io::stderr(), "{}", fill(lang().text().simulations.summary, &values));
}
