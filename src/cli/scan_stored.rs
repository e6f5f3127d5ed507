//! `jicai scan` of stored prices: what is found as CSV, then a summary.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, Write};

use jicai::db::Db;
use jicai::error::Result as Done;
use jicai::files::write::Csv;
use jicai::prices::monitoring::Rule;
use jicai::scans::{self, Asked, Cause, Line, ScanRun};
use jicai::text::{Text, fill};
use jicai::types::{Ctx, Money, Time};

use super::{Stop, code::is_closed};

const COLUMNS: &[&str] = &[
    "rule",
    "product",
    "generic",
    "hospital",
    "month",
    "tier",
    "observed",
    "reference",
    "quantity",
    "effect",
    "effect_all",
    "figures",
];

/// What each rule found: findings, purchases, effect.
type Counts = BTreeMap<String, (u64, i64, Money)>;

/// Judges, prints and says what changed.
pub fn run(db: &Db, ctx: &Ctx, asked: &Asked, t: &Text) -> Result<(), Stop> {
    let mut out = Csv::bare(io::BufWriter::new(io::stdout().lock()));
    let mut written = out.row(COLUMNS);
    let mut counts = Counts::new();
    let mut tell = |line: &Line<'_>| {
        let it = line.found;
        let sum = counts.entry(line.rule.name.clone()).or_default();
        let effect = sum.2.plus(it.effect).unwrap_or(sum.2);
        *sum = (sum.0 + 1, sum.1 + it.purchases, effect);
        if written.is_ok() {
            written = row(&mut out, line);
        }
    };
    let done = scans::run(db, ctx, asked, &mut tell, &Time::now).map_err(Stop::of)?;
    let written = written.and_then(|()| out.finish().map(drop));
    if let Err(e) = written
        && !is_closed(&e)
    {
        return Err(Stop::of(e));
    }
    // Nobody may be listening on standard error; the result is written already.
    let _ = writeln!(io::stderr(), "{}", summary(&done, asked, &counts, t).join("\n"));
    Ok(())
}

fn row(out: &mut Csv<impl Write>, line: &Line<'_>) -> Done<()> {
    let it = line.found;
    let maybe = |value: Option<String>| value.unwrap_or_default();
    let figures: Vec<String> = it.figures.iter().map(|(name, value)| format!("{name}={value}")).collect();
    out.row([
        line.rule.name.clone(),
        line.product.to_owned(),
        line.generic.to_owned(),
        line.hospital.to_owned(),
        maybe(it.month.map(|month| month.to_string())),
        it.tier.to_string(),
        maybe(it.observed.map(|price| price.to_string())),
        maybe(it.reference.map(|price| price.to_string())),
        it.quantity.to_string(),
        it.effect.to_string(),
        it.effect_all.to_string(),
        figures.join("; "),
    ])
}

fn summary(run: &ScanRun, asked: &Asked, counts: &Counts, t: &Text) -> Vec<String> {
    let s = &t.scans;
    // Several versions of one rule count as one.
    let mut named: Vec<&Rule> = Vec::new();
    for rule in &asked.rules {
        match named.iter_mut().find(|it| it.name == rule.name) {
            Some(known) if known.version < rule.version => *known = rule,
            Some(_) => {}
            None => named.push(rule),
        }
    }
    let rules = named.len();
    let read: [(&str, &dyn Display); 3] =
        [("rows", &run.rows_read), ("products", &run.products), ("rules", &rules)];
    let found: [(&str, &dyn Display); 5] = [
        ("new", &run.found_new),
        ("changed", &run.changed),
        ("standing", &run.standing),
        ("gone", &run.gone),
        ("effect", &run.effect),
    ];
    let mut lines = vec![fill(s.cli_read, &read), fill(s.cli_found, &found)];
    for rule in named {
        let (count, purchases, effect) = counts.get(&rule.name).copied().unwrap_or_default();
        let name = format!("{} ({})", rule.title(t.lang), rule.name);
        let values: [(&str, &dyn Display); 4] =
            [("rule", &name), ("count", &count), ("purchases", &purchases), ("effect", &effect)];
        lines.push(fill(s.cli_rule, &values));
    }
    let drifts = scans::drifts(run);
    lines.push(
        format!("{}: {}", s.drift, if drifts.is_empty() { s.no_drift } else { "" }).trim_end().to_owned(),
    );
    for it in drifts {
        let values: [(&str, &dyn Display); 5] = [
            ("cause", &Cause::name(it.cause, t)),
            ("new", &it.new),
            ("changed", &it.changed),
            ("gone", &it.gone),
            ("effect", &it.effect),
        ];
        lines.push(format!("  {}", fill(s.drift_cause, &values)));
    }
    let skipped: Vec<String> = serde_json::from_str(&run.skipped).unwrap_or_default();
    if !skipped.is_empty() {
        lines.push(fill(s.cli_skipped, &[("codes", &skipped.join(", "))]));
    }
    if asked.is_dry {
        lines.push(s.cli_dry.to_owned());
    }
    lines
}
