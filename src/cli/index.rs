//! `jicai index`: the months of a price index, as counted.

use std::io::{self, Write};

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use jicai::error::Result as Done;
use jicai::files::write::Csv;
use jicai::prices::indices::{Basket, IndexMonth, store};
use jicai::text::fill;

use super::{Stop, code::is_closed, lang, open_db};

/// How months are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Comma-separated, with a header.
    Csv,
}

/// Print the months of a price index (价格指数)
///
/// Writes `name,version,month,laspeyres,paasche,fisher,p0q0,p1q0,p0q1,p1q1,purchased,carried,left_out,returned`, one
/// line a month, by name, version and month; a month without purchases has no index and its cells are blank. Months
/// are counted by `jicai job count_indices`. Exit status 0: printed; 2: bad input. JICAI_LANG=en|zh chooses the
/// language of messages.
#[derive(Args)]
pub struct Index {
    /// The basket's short name; every approved basket without it
    name: Option<String>,
    /// Only this month
    #[arg(long, value_name = "YYYY-MM")]
    month: Option<String>,
    /// How months are written
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
}

/// Runs the command.
pub fn run(args: &Index) -> Result<(), Stop> {
    let t = lang().text();
    let Format::Csv = args.format;
    let month = args.month.as_deref().map(|text| {
        let day = NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok();
        day.ok_or_else(|| Stop::Bad(vec![fill(t.indices.no_month, &[("given", &text)])]))
    });
    let month = month.transpose()?;
    let (_, db) = open_db()?;
    let read = db.read(|conn| {
        let mut found: Vec<(Basket, Vec<IndexMonth>)> = Vec::new();
        for it in store::approved(conn)? {
            let months = store::months(conn, &it)?;
            found.push((it, months));
        }
        Ok(found)
    });
    let mut found = read.map_err(Stop::of)?;
    if let Some(name) = &args.name {
        if !found.iter().any(|(it, _)| it.name == *name) {
            let mut known: Vec<&str> = found.iter().map(|(it, _)| it.name.as_str()).collect();
            known.dedup();
            let known =
                if known.is_empty() { t.common.none.to_owned() } else { known.join(t.files.list_join) };
            return Err(Stop::Bad(vec![fill(t.indices.no_basket, &[("name", name), ("known", &known)])]));
        }
        found.retain(|(it, _)| it.name == *name);
    }
    match print(&found, month) {
        // Whoever read the first lines has what they wanted.
        Err(why) if is_closed(&why) => Ok(()),
        done => done.map_err(Stop::of),
    }
}

fn print(found: &[(Basket, Vec<IndexMonth>)], month: Option<NaiveDate>) -> Done<()> {
    let mut out = Csv::bare(io::stdout().lock());
    out.row([
        "name",
        "version",
        "month",
        "laspeyres",
        "paasche",
        "fisher",
        "p0q0",
        "p1q0",
        "p0q1",
        "p1q1",
        "purchased",
        "carried",
        "left_out",
        "returned",
    ])?;
    let blank = |figure: Option<jicai::types::Points>| figure.map(|it| it.to_string()).unwrap_or_default();
    for (it, months) in found {
        for row in months.iter().filter(|row| month.is_none_or(|month| row.month == month)) {
            out.row([
                it.name.clone(),
                it.version.to_string(),
                row.month.format("%Y-%m").to_string(),
                blank(row.laspeyres),
                blank(row.paasche),
                blank(row.fisher),
                row.p0q0.to_string(),
                row.p1q0.to_string(),
                row.p0q1.to_string(),
                row.p1q1.to_string(),
                row.purchased.to_string(),
                row.carried.to_string(),
                row.left_out.to_string(),
                row.returned.to_string(),
            ])?;
        }
    }
    out.finish()?.flush()?;
    Ok(())
}
