//! `jicai export`: what the platform hands to other systems, as files.

use std::fs::File;
use std::io::{BufWriter, Write, stdout};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use jicai::audit::{self, Deed};
use jicai::config::Settings;
use jicai::db::Db;
use jicai::error::Result;
use jicai::files::write::Csv;
use jicai::standards::feed;
use jicai::types::{Ctx, Time};

use super::{Stop, lang};

/// Writes what other systems take over.
#[derive(Subcommand)]
pub enum Export {
    /// Payment standards as CSV, the same rows and columns as the settlement feed
    Standards(Standards),
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
    let Export::Standards(args) = command;
    let failed = Stop::of;
    let (_, db) = open_db()?;
    let lines = match &args.out {
        Some(file) => to_file(&db, args.since, file),
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
fn to_file(db: &Db, since: i64, file: &Path) -> Result<usize> {
    let mut name = file.as_os_str().to_owned();
    name.push(".part");
    let part = PathBuf::from(name);
    let written = rows(db, since, BufWriter::new(File::create(&part)?)).and_then(|(out, lines)| {
        out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
        std::fs::rename(&part, file)?;
        Ok(lines)
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
