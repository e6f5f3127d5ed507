//! `jicai import`: a file into the database, whole or not at all.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use jicai::catalog::Refused;
use jicai::catalog::difference::Counts;
use jicai::catalog::import::{Layout, Profile, Reading, read};
use jicai::catalog::upload::{self, Source};
use jicai::error::Result;
use jicai::files::{self, Faults, Limits};
use jicai::prices::ingest::{self, How, Outcome, Progress};
use jicai::prices::listings;
use jicai::text::{Say, Text, fill};
use jicai::types::{Ctx, Time, sha256};

use super::{Stop, lang, open_db};

/// What a file brings.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// Products of the catalogue
    Products,
    /// Purchases of hospitals
    Transactions,
    /// Listing prices of regions
    Listings,
}

/// Import a file into the database
///
/// Prints `new,N`, `changed,N`, `unchanged,N` and `bad,N`, then for bad lines a table `line,column,value,reason`.
/// A file with bad lines is not applied, unless --skip-bad says to apply the good ones. Of transactions it prints
/// `lines,N`, `new,N`, `unchanged,N`, `unmatched,N` and `bad,N`; unmatched lines, whose hospital or product the
/// registers lack, are kept until they have it. A dry run counts as new what the registers know. A run that was broken
/// off goes on when the same file is given again. Of listings it prints `changed,N` too (listings that had another
/// price), and `differing,N`: products whose last listing in the bureau's own region is not the catalogue's price.
/// With --match instead of a file, kept lines of transactions or listings are matched with the registers as they are
/// now: prints `matched,N` and `unchanged,N`. The database is that of DATABASE_URL. Exit status 0: applied (or would
/// be); 1: failed; 2: bad input, nothing applied. JICAI_LANG=en|zh chooses the language of reasons.
#[derive(Args)]
pub struct ImportArgs {
    /// What the file brings
    kind: Kind,
    /// A CSV or XLSX file, UTF-8 or GB18030
    #[arg(required_unless_present = "match_again")]
    file: Option<PathBuf>,
    /// How its columns are named: standard, hainan-2024, guizhou-consumables; without it, known by the header
    #[arg(long, value_name = "NAME", value_parser = profile)]
    profile: Option<Profile>,
    /// Show what would change and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Apply the good lines and list the bad ones
    #[arg(long)]
    skip_bad: bool,
    /// Match kept lines of transactions or listings again instead of reading a file
    #[arg(long = "match", conflicts_with_all = ["file", "dry_run", "skip_bad", "profile"])]
    match_again: bool,
}

/// The profiles a command can name: a choice of columns needs the page.
fn names() -> String {
    let known = Profile::ALL.iter().filter(|profile| **profile != Profile::Chosen);
    known.map(|profile| profile.as_str()).collect::<Vec<_>>().join(", ")
}

fn profile(text: &str) -> std::result::Result<Profile, String> {
    let found = text.parse().ok().filter(|profile| *profile != Profile::Chosen);
    found.ok_or_else(|| format!("known names: {}", names()))
}

/// Runs the command.
pub fn run(args: &ImportArgs) -> std::result::Result<(), Stop> {
    let t = lang().text();
    match (args.kind, &args.file) {
        (Kind::Products, Some(file)) => products(args, file, t),
        (kind, Some(file)) => prices(args, kind, file, t),
        (Kind::Products, None) => Err(Stop::Bad(vec![t.prices.cli_match.to_owned()])),
        (kind, None) => match_again(kind),
    }
}

/// Kept lines and the registers as they are now.
fn match_again(kind: Kind) -> std::result::Result<(), Stop> {
    let (_, db) = open_db()?;
    let ctx = Ctx::system(Time::now(), "import");
    let done = db.write(|tx| match kind {
        Kind::Listings => listings::match_again(tx, &ctx),
        _ => ingest::match_again(tx, &ctx),
    });
    let ingest::Matched { added, unchanged } = done.map_err(Stop::of)?;
    println!("matched,{added}\nunchanged,{unchanged}");
    Ok(())
}

fn products(args: &ImportArgs, file: &Path, t: &Text) -> std::result::Result<(), Stop> {
    let stop = Stop::of;
    let content = content(file, t)?;
    let layout = match args.profile {
        Some(profile) => Layout::known(profile),
        None => upload::layout_of(&content).map_err(stop)?,
    };
    if layout.is_open() {
        return Err(Stop::Bad(vec![fill(t.catalog.cli_profile_chosen, &[("names", &names())])]));
    }
    let mut reading = read(content.as_slice(), &layout).map_err(stop)?;
    let hash = sha256(&content);
    let counts = apply(args, file, &mut reading, &hash)?;
    print(&counts, &reading, t).map_err(stop)?;
    if counts.bad > 0 && !args.skip_bad {
        return Err(Stop::Bad(vec![Refused::BadLines(counts.bad).say(t)]));
    }
    let mut notes = Vec::new();
    if counts.bad > 0 {
        notes.push(fill(t.catalog.cli_skipped, &[("count", &counts.bad)]));
    }
    if args.dry_run {
        notes.push(t.catalog.cli_dry.to_owned());
    }
    // Nobody may be listening on standard error.
    let _ = notes.iter().try_for_each(|note| writeln!(io::stderr(), "{note}"));
    Ok(())
}

fn prices(args: &ImportArgs, kind: Kind, path: &Path, t: &Text) -> std::result::Result<(), Stop> {
    if args.profile.is_some() {
        return Err(Stop::Bad(vec![t.prices.cli_profile.to_owned()]));
    }
    let open = || File::open(path);
    open().map_err(|e| Stop::Bad(vec![format!("{}: {e}", path.display())]))?;
    let (_, db) = open_db()?;
    let ctx = Ctx::system(Time::now(), "import");
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let how = match (args.dry_run, args.skip_bad) {
        (true, _) => How::Look,
        (false, true) => How::SkipBad,
        (false, false) => How::Whole,
    };
    let source = ingest::Source { name: &name, open: &open };
    let mut tell = |progress| say(progress, t);
    let (done, counts) = match kind {
        Kind::Listings => {
            let (done, changed) =
                listings::by_command(&db, &ctx, &source, how, &mut tell).map_err(Stop::of)?;
            let differing =
                db.read(|conn| listings::differing_count(conn, ctx.now.day())).map_err(Stop::of)?;
            let counts = counts(&done, Some(changed), Some(differing));
            (done, counts)
        }
        _ => {
            let done = ingest::run(&db, &ctx, &source, how, &mut tell).map_err(Stop::of)?;
            let counts = counts(&done, None, None);
            (done, counts)
        }
    };
    let bad = done.faults.count();
    write(counts, &done.faults, t).map_err(Stop::of)?;
    if bad > 0 && how == How::Whole {
        return Err(Stop::Bad(vec![fill(t.prices.cli_bad, &[("count", &bad)])]));
    }
    let mut notes = Vec::new();
    if bad > 0 {
        notes.push(fill(t.catalog.cli_skipped, &[("count", &done.bad)]));
    }
    if done.refused > 0 {
        notes.push(fill(t.watching.cli_refused, &[("n", &done.refused)]));
    }
    if let Some(at) = done.known {
        notes.push(fill(t.prices.cli_known, &[("at", &at)]));
    } else if args.dry_run {
        notes.push(t.prices.cli_dry.to_owned());
    }
    let _ = notes.iter().try_for_each(|note| writeln!(io::stderr(), "{note}"));
    Ok(())
}

fn counts(done: &Outcome, changed: Option<i64>, differing: Option<i64>) -> String {
    let Outcome { lines, new, unchanged, unmatched, bad, .. } = done;
    let given = |word: &str, count: Option<i64>| count.map_or(String::new(), |n| format!("{word},{n}\n"));
    let (changed, differing) = (given("changed", changed), given("differing", differing));
    format!(
        "lines,{lines}\nnew,{new}\n{changed}unchanged,{unchanged}\nunmatched,{unmatched}\nbad,{bad}\n{differing}"
    )
}

/// How far it is, on standard error.
fn say(progress: Progress, t: &Text) {
    let p = &t.prices;
    let line = match progress {
        Progress::Checked(count) => fill(p.cli_checked, &[("count", &count)]),
        Progress::Staged(count, all) => fill(p.cli_staged, &[("count", &count), ("all", &all)]),
        Progress::Moved(count, all) => fill(p.cli_moved, &[("count", &count), ("all", &all)]),
    };
    let _ = writeln!(io::stderr(), "{line}");
}

fn content(path: &Path, t: &Text) -> std::result::Result<Vec<u8>, Stop> {
    let bad = |e: io::Error| Stop::Bad(vec![format!("{}: {e}", path.display())]);
    let limit = Limits::default().bytes;
    let mut content = Vec::new();
    File::open(path).map_err(bad)?.take(limit + 1).read_to_end(&mut content).map_err(bad)?;
    if content.len() as u64 > limit {
        return Err(Stop::Bad(vec![files::Refused::TooLarge(limit).say(t)]));
    }
    Ok(content)
}

/// Applies the file, or only looks when it is a dry run or the file is not good.
fn apply(
    args: &ImportArgs,
    file: &Path,
    reading: &mut Reading,
    hash: &str,
) -> std::result::Result<Counts, Stop> {
    let (_, db) = open_db()?;
    let ctx = Ctx::system(Time::now(), "import");
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    // What the registers say against a line is known now.
    let looked = db.read(|conn| upload::compare(conn, reading, ctx.now)).map_err(Stop::of)?;
    if args.dry_run || (reading.bad > 0 && !args.skip_bad) {
        return Ok(looked.counts());
    }
    let source = Source { id: hash, file_name: &name, sha256: hash };
    db.write(|tx| upload::apply_reading(tx, &ctx, &source, reading, args.skip_bad)).map_err(Stop::of)
}

fn print(counts: &Counts, reading: &Reading, t: &Text) -> Result<()> {
    let Counts { new, changed, unchanged, bad } = counts;
    let counts = format!("new,{new}\nchanged,{changed}\nunchanged,{unchanged}\nbad,{bad}\n");
    write(counts, &reading.faults, t)
}

/// The counts and the table of bad lines.
fn write(counts: String, faults: &Faults, t: &Text) -> Result<()> {
    let mut text = counts.into_bytes();
    if !faults.is_empty() {
        let table = faults.write_csv(Vec::new(), t)?;
        text.push(b'\n');
        text.extend(table.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&table));
    }
    match io::stdout().lock().write_all(&text) {
        // Whoever reads our output may stop early; what was done is done.
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => Ok(done?),
    }
}
