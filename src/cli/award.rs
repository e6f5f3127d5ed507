//! `jicai award`: an award computed from files, without a database.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;
use jicai::awards::files::{Faulty, Input, read_choices, read_input};
use jicai::awards::output;
use jicai::awards::{self, Answers, Outcome};
use jicai::error::Error;
use jicai::files::write::Csv;
use jicai::rounds::rule_set::RuleSet;
use jicai::standards::output::{RESULTS, results};
use jicai::standards::rules::proposed;
use jicai::text::{Say, Text, fill};
use jicai::types::Quantity;

use super::{Stop, code::is_closed, lang, rules::load};

/// How many faults are told in full.
const TOLD: usize = 100;

/// Compute an award from CSV or XLSX files.
///
/// CSV is UTF-8 or GB18030; headers are English or Chinese, in any order. A bid whose spec is not the comparable
/// one and that gives no ratio gets the one of NDRC Price [2011] 2452. With --out, awards.csv,
/// standards.csv and, where they apply, allocations.csv, region_volumes.csv, regions.csv and questions.csv (who may
/// be asked to take a revival price or to negotiate) replace those of an earlier run in the folder; without it
/// awards.csv goes to standard output. questions.csv with its prices kept or made empty can be given back as
/// --consents. Exit status 0: computed; 2: bad input, with one line a fault on standard error and nothing written.
/// JICAI_LANG=en|zh chooses the language of messages.
#[derive(Args)]
pub struct Award {
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
    /// What bidders answered when asked: lot, company, question (revival, negotiation), price; no price is a refusal
    #[arg(long, value_name = "FILE")]
    consents: Option<PathBuf>,
    /// The regions that winners took, in the order of their turns; the others go by default
    #[arg(long, value_name = "FILE")]
    picks: Option<PathBuf>,
    /// The volume that hospitals placed with winners themselves; the rest goes by default
    #[arg(long, value_name = "FILE")]
    reassignments: Option<PathBuf>,
    /// The folder to write to, made when it is missing
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The day from which the payment standards hold, for the column `from`
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<NaiveDate>,
}

/// Runs the command.
pub fn run(args: &Award) -> Result<(), Stop> {
    let text = lang().text();
    let rules = load(&args.rules)?;
    let input = read(args, &rules).map_err(|faulty| Stop::Bad(told(&faulty, text)))?;
    let outcome = awards::award(&rules, &input.lots, &input.bids, &input.demand, &input.answers);
    let outcome = outcome.map_err(|refused| Stop::Bad(vec![refused.say(text)]))?;

    write(args, &rules, &outcome, &input.answers, text)?;
    tell(&rules, &outcome, text);
    Ok(())
}

/// All files, or every fault in all of them.
fn read(args: &Award, rules: &RuleSet) -> Result<Input, Vec<Faulty>> {
    let input = read_input(rules, &args.lots, &args.bids, args.demand.as_deref(), args.consents.as_deref());
    let lots = input.as_ref().ok().map(|input| &*input.lots);
    match (read_choices(lots, args.picks.as_deref(), args.reassignments.as_deref()), input) {
        (Ok((picks, reassignments)), Ok(mut input)) => {
            (input.answers.picks, input.answers.reassignments) = (picks, reassignments);
            Ok(input)
        }
        (choices, input) => Err([input.err(), choices.err()].into_iter().flatten().flatten().collect()),
    }
}

/// One line a fault, the first of all files, and how many there are.
pub(super) fn told(faulty: &[Faulty], text: &Text) -> Vec<String> {
    let (mut lines, mut count) = (Vec::new(), 0);
    for (path, found) in faulty {
        let file = path.display().to_string();
        match found {
            Ok(faults) => {
                lines.extend(faults.first().iter().take(TOLD).map(|fault| fault.at(&file, text)));
                count += faults.count();
            }
            Err(error) => {
                let why = match error {
                    Error::Refused(why) => why.say(text),
                    other => fill(text.awards.file_unreadable, &[("error", other)]),
                };
                lines.push(format!("{file}: {why}"));
                count += 1;
            }
        }
    }
    lines.truncate(TOLD);
    let more = count - lines.len() as u64;
    if more > 0 {
        lines.push(fill(text.awards.more_faults, &[("more", &more), ("count", &count)]));
    }
    lines
}

fn write(
    args: &Award,
    rules: &RuleSet,
    outcome: &Outcome,
    answers: &Answers,
    text: &Text,
) -> Result<(), Stop> {
    let Some(folder) = &args.out else {
        return match output::write(output::awards(outcome), Csv::bare(io::stdout().lock())) {
            Err(e) if !is_closed(&e) => Err(unwritable("-", &e, text)),
            _ => Ok(()),
        };
    };
    let proposed = proposed(rules, outcome);
    let from = args.from.map(|day| day.to_string()).unwrap_or_default();
    let tables = results(rules, outcome, answers, args.demand.is_some(), &proposed, &from);
    let written = output::write_all(folder, tables, RESULTS);
    written.map_err(|e| unwritable(&folder.display().to_string(), &e, text))
}

pub(super) fn unwritable(folder: &str, error: &Error, text: &Text) -> Stop {
    Stop::Bad(vec![fill(text.awards.output_unwritable, &[("folder", &folder), ("error", error)])])
}

/// A summary and whatever could not be allocated, on standard error.
fn tell(rules: &RuleSet, outcome: &Outcome, text: &Text) {
    let won = outcome.awards.iter().filter(|award| award.award_price.is_some()).count();
    let mut lines = vec![fill(
        text.awards.summary,
        &[
            ("rules", &rules.name),
            ("lots", &outcome.lots.len()),
            ("bids", &outcome.awards.len()),
            ("won", &won),
        ],
    )];
    let mut short: BTreeMap<usize, (Quantity, usize)> = BTreeMap::new();
    let place = |lot: &str| outcome.lots.iter().position(|l| *l.lot == *lot).unwrap_or(0);
    for part in &outcome.unallocated {
        let (sum, hospitals) = short.entry(place(&part.lot)).or_default();
        *sum = sum.plus(part.quantity).unwrap_or(*sum);
        *hospitals += 1;
    }
    for (lot, (quantity, hospitals)) in short {
        let lot = &outcome.lots[lot].lot;
        let values: [(&str, &dyn std::fmt::Display); 3] =
            [("lot", lot), ("quantity", &quantity), ("hospitals", &hospitals)];
        lines.push(fill(text.awards.unallocated, &values));
    }
    // Nobody may be listening on standard error; the result is written already.
    let _ = writeln!(io::stderr(), "{}", lines.join("\n"));
}
