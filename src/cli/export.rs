//! `jicai export`: what the platform hands to other systems, as files.

use std::fs::File;
use std::io::{BufWriter, Write, stdout};
use std::path::{Path, PathBuf};

use chrono::Datelike;
use clap::{Args, Subcommand, ValueEnum};
use jicai::archive::{self, Refused};
use jicai::audit::{self, Deed};
use jicai::db::Db;
use jicai::error::{Error, Result};
use jicai::files::write::Csv;
use jicai::indicators::{Period, table};
use jicai::publish::{self, Desk};
use jicai::rounds;
use jicai::standards::feed;
use jicai::text::fill;
use jicai::types::{Ctx, Time};

use super::{Stop, lang, open_db};

/// Writes what other systems take over.
#[derive(Subcommand)]
pub enum Export {
    /// Payment standards as CSV, the same rows and columns as the settlement feed
    Standards(Standards),
    /// A published round in the Open Contracting Data Standard, to standard output
    Ocds(Ocds),
    /// The indicators of the city and its counties for a year or month, as counted last
    Kpi(Kpi),
    /// The archive of an opened round, which `jicai verify` checks without a database
    Archive(Archive),
}

/// Arguments of `export archive`.
#[derive(Args)]
pub struct Archive {
    /// The round's number
    #[arg(long, value_name = "NUMBER")]
    round: String,
    /// The file to write, whole or not at all
    file: PathBuf,
}

/// Arguments of `export ocds`.
#[derive(Args)]
pub struct Ocds {
    /// The round's number
    #[arg(long, value_name = "NUMBER")]
    round: String,
    /// The record package instead of the release package
    #[arg(long)]
    record: bool,
}

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Comma-separated values
    Csv,
}

/// Arguments of `export kpi`.
#[derive(Args)]
pub struct Kpi {
    /// The year; without it the current one
    #[arg(long, value_name = "YEAR")]
    year: Option<i32>,
    /// Only this month of it, from 1 to 12
    #[arg(long, value_name = "MONTH")]
    month: Option<u32>,
    /// The form of the file
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
    /// Write to this file, whole or not at all, instead of standard output
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Arguments of `export standards`.
#[derive(Args)]
pub struct Standards {
    /// Only rows after this number
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..))]
    since: i64,
    /// Write to this file, whole or not at all, instead of standard output
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Runs the command.
pub fn run(command: &Export) -> std::result::Result<(), Stop> {
    match command {
        Export::Standards(args) => standards(args),
        Export::Kpi(args) => kpi(args),
        Export::Archive(args) => archive(args),
        Export::Ocds(args) => ocds(args),
    }
}

/// Writes the archive of a round.
fn archive(args: &Archive) -> std::result::Result<(), Stop> {
    let (_, db) = open_db()?;
    let now = Time::now();
    let (round, written) = db
        .read(|conn| {
            let round = rounds::store::round_by_number(conn, &args.round)?;
            let round = round.ok_or_else(|| Error::refused(Refused::NoRound(args.round.clone())))?;
            let written = archive::export(conn, &round, now)?;
            Ok((round, written))
        })
        .map_err(Stop::of)?;
    whole(&args.file, |mut out| {
        out.write_all(&written.bytes)?;
        Ok((out, ()))
    })
    .map_err(Stop::of)?;
    let ctx = Ctx::system(now, "jicai export archive");
    db.write(|tx| {
        let deed = Deed { action: "round.archive", subject: "rounds", id: round.id.as_str() };
        audit::record(tx, &ctx, deed, &(), &written.sha256)
    })
    .map_err(Stop::of)?;
    let (file, sha256) = (args.file.display(), &written.sha256);
    let line = fill(lang().text().archive.written, &[("file", &file), ("sha256", sha256)]);
    // Nobody may be listening on standard error; the file is written.
    let _ = writeln!(std::io::stderr(), "{line}");
    Ok(())
}

/// Prints a round as open data, released first if it has anything new to say.
fn ocds(args: &Ocds) -> std::result::Result<(), Stop> {
    let (settings, db) = open_db()?;
    let ctx = Ctx::system(Time::now(), "jicai export ocds");
    let written = db.read(|conn| publish::round_of(conn, &args.round)).and_then(|round| {
        db.write(|tx| publish::refresh(tx, &ctx, &round.id))?;
        db.read(|conn| {
            let desk = Desk::open(conn, &settings)?;
            if args.record { desk.record(conn, &round.id) } else { desk.round(conn, &round.id) }
        })
    });
    let written = written.map_err(Stop::of)?;
    stdout().lock().write_all(&written).map_err(|e| Stop::of(e.into()))
}

/// Writes the indicators.
fn kpi(args: &Kpi) -> std::result::Result<(), Stop> {
    let Format::Csv = args.format;
    let m = &lang().text().indicators;
    let now = Time::now();
    let year = args.year.unwrap_or(now.local().year());
    let bad_year = || Stop::Bad(vec![fill(m.export_no_year, &[("year", &year)])]);
    let period = match args.month {
        _ if !(2000..=2100).contains(&year) => return Err(bad_year()),
        None => Period::year(year).map_err(|_| bad_year())?,
        Some(month) => Period::month(year, month)
            .map_err(|_| Stop::Bad(vec![fill(m.export_no_month, &[("month", &month)])]))?,
    };
    let (_, db) = open_db()?;
    let rows = db.read(|conn| table::rows(conn, period, lang().text())).map_err(Stop::of)?;
    let written = match &args.out {
        Some(file) => whole(file, |out| Ok((table::write(out, &rows)?, ()))),
        None => table::write(BufWriter::new(stdout().lock()), &rows).map(drop),
    };
    written.map_err(Stop::of)?;
    let ctx = Ctx::system(now, "jicai export kpi");
    db.write(|tx| {
        let deed = Deed { action: "indicators.export", subject: "indicator_counts", id: "" };
        audit::record(tx, &ctx, deed, &(), &serde_json::json!({ "lines": rows.len(), "of": period.name() }))
    })
    .map_err(Stop::of)
}

/// Writes the payment standards.
fn standards(args: &Standards) -> std::result::Result<(), Stop> {
    let failed = Stop::of;
    let (_, db) = open_db()?;
    let lines = match &args.out {
        Some(file) => whole(file, |out| rows(&db, args.since, out)),
        None => rows(&db, args.since, BufWriter::new(stdout().lock())).map(|(_, lines)| lines),
    };
    let lines = lines.map_err(failed)?;
    let ctx = Ctx::system(Time::now(), "jicai export standards");
    db.write(|tx| {
        let deed = Deed { action: "standards.export", subject: "standards", id: "" };
        audit::record(tx, &ctx, deed, &(), &serde_json::json!({ "lines": lines, "since": args.since }))
    })
    .map_err(failed)
}

/// Writes beside the file first, so that a file that is there is a whole one.
fn whole<T>(file: &Path, write: impl FnOnce(BufWriter<File>) -> Result<(BufWriter<File>, T)>) -> Result<T> {
    let mut name = file.as_os_str().to_owned();
    name.push(".part");
    let part = PathBuf::from(name);
    let written = write(BufWriter::new(File::create(&part)?)).and_then(|(out, value)| {
        out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
        std::fs::rename(&part, file)?;
        Ok(value)
    });
    if written.is_err() {
        // The fault that stopped the export is the one to tell.
        let _ = std::fs::remove_file(&part);
    }
    written
}

/// Writes every row after `since`, some thousands at a time.
fn rows<W: Write>(db: &Db, mut since: i64, out: W) -> Result<(W, usize)> {
    let (mut out, mut lines) = (Csv::new(out)?, 0);
    out.row(feed::COLUMNS)?;
    loop {
        let batch = db.read(|conn| feed::batch(conn, since, feed::MOST))?;
        feed::write_rows(&mut out, &batch.items)?;
        lines += batch.items.len();
        since = batch.last_seq;
        if !batch.more {
            return Ok((out.finish()?, lines));
        }
    }
}
