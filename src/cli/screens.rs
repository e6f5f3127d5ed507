//! `jicai screens`: what is worth looking into in bids read from files, without a database.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use jicai::awards::files::read_input;
use jicai::awards::{self, Bid};
use jicai::error::Result as Done;
use jicai::files::write::Csv;
use jicai::rounds::rule_set;
use jicai::screens::files::{self, Statuses};
use jicai::screens::{self, Input, Lot, Screened, Thresholds};
use jicai::text::{Say, Text, fill};

use super::{Stop, award::told, code::is_closed, lang, rules::load};

/// Find what is worth looking into in the bids of a round: prices too close, cover bids, turns, related companies.
///
/// A finding is a reason to look, not proof. The lines say screen, lot, companies, figure, threshold, number and
/// arithmetic, so that everybody can compute them again. Winners come from --awards, else from the award by
/// --rules; without either, the lowest price stands for the winner where a screen can do with that. Exit status 0:
/// computed, whatever was found; 2: bad input.
#[derive(Args)]
pub struct Screens {
    /// The lots, as for `jicai award`
    #[arg(long, value_name = "FILE")]
    lots: PathBuf,
    /// The bids, as for `jicai award`
    #[arg(long, value_name = "FILE")]
    bids: PathBuf,
    /// The awards.csv that `jicai award` wrote, for the winners
    #[arg(long, value_name = "FILE")]
    awards: Option<PathBuf>,
    /// The rule set the bids are read by and, without --awards, decided by; else the newest, for reading only
    #[arg(long, value_name = "NAME|FILE.toml")]
    rules: Option<String>,
    /// Other thresholds than the program's own
    #[arg(long, value_name = "FILE.toml")]
    thresholds: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &Screens) -> Result<(), Stop> {
    let text = lang().text();
    let thresholds = thresholds(args.thresholds.as_deref())?;
    let newest = rule_set::names().last().copied().unwrap_or_default();
    let rules = load(args.rules.as_deref().unwrap_or(newest))?;
    let input = read_input(&rules, &args.lots, &args.bids, None, None);
    let input = input.map_err(|faulty| Stop::Bad(told(&faulty, text)))?;
    let statuses = match &args.awards {
        Some(path) => read_awards(path, text)?,
        None if args.rules.is_some() => {
            let outcome = awards::award(&rules, &input.lots, &input.bids, &input.demand, &input.answers);
            let outcome = outcome.map_err(|refused| Stop::Bad(vec![refused.say(text)]))?;
            let key = |it: &awards::Award| (it.lot.to_string(), it.company.to_string(), it.product.clone());
            outcome.awards.iter().map(|it| (key(it), it.status)).collect()
        }
        None => HashMap::new(),
    };
    let status = |bid: &Bid| {
        statuses.get(&(bid.lot.to_string(), bid.company.to_string(), bid.product.clone())).copied()
    };
    let lot = |it: awards::Lot| Lot { code: it.code, spec: it.comparable_spec, ceiling: it.ceiling };
    let input = Input {
        bids: input.bids.iter().map(|bid| screens::Bid::of(bid, status(bid))).collect(),
        lots: input.lots.into_iter().map(lot).collect(),
        ..Input::default()
    };
    let screened = screens::screen(&thresholds, &input);
    if let Err(e) = write(&screened, text)
        && !is_closed(&e)
    {
        return Err(Stop::of(e));
    }
    let values: [(&str, &dyn std::fmt::Display); 2] =
        [("findings", &screened.findings.len()), ("bids", &input.bids.len())];
    // Nobody may be listening on standard error; the result is written already.
    let _ = writeln!(io::stderr(), "{}", fill(text.screens.file_summary, &values));
    Ok(())
}

fn thresholds(path: Option<&Path>) -> Result<Thresholds, Stop> {
    let text = lang().text();
    let Some(path) = path else {
        return Thresholds::embedded().map_err(|refused| Stop::Bad(vec![refused.say(text)]));
    };
    let file = path.display();
    let unreadable = |e: io::Error| {
        Stop::Bad(vec![format!("{file}: {}", fill(text.awards.file_unreadable, &[("error", &e)]))])
    };
    let body = std::fs::read_to_string(path).map_err(unreadable)?;
    let parsed = Thresholds::parse(body.strip_prefix('\u{feff}').unwrap_or(&body));
    parsed.map_err(|refused| Stop::Bad(vec![format!("{file}: {}", refused.say(text))]))
}

fn read_awards(path: &Path, text: &Text) -> Result<Statuses, Stop> {
    let faulty = match files::read_awards(path) {
        Ok((statuses, faults)) if faults.is_empty() => return Ok(statuses),
        Ok((_, faults)) => Ok(faults),
        Err(error) => Err(error),
    };
    Err(Stop::Bad(told(&[(path.to_owned(), faulty)], text)))
}

fn write(screened: &Screened, text: &Text) -> Done<()> {
    let mut out = Csv::bare(io::stdout().lock());
    out.row(files::COLUMNS.iter().map(|(name, _)| name))?;
    for finding in &screened.findings {
        let companies: Vec<&str> = finding.companies.iter().map(|code| &**code).collect();
        out.row(files::line(finding, &companies, text))?;
    }
    out.finish().map(drop)
}
