//! The watched folder: files put there are taken like sent ones and moved to `done/` or `failed/`, a text beside each.
//!
//! A file is touched when two looks at least half a minute apart found it of the same size. Its bytes are copied to the
//! spool and it stays where it is until the copy has ended: a kill at any moment leaves it there, and the same bytes
//! again are the same file. The text is written before the file is moved.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use diesel::prelude::*;

use super::spool::Kept;
use super::work::{self, Bench};
use super::{Kind, New, Origin, PriceFile, Refused, State, state_name, store};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::files::Limits;
use crate::files::read::{Unknown, open};
use crate::prices::listings;
use crate::schema::folder_sightings;
use crate::text::{Lang, Say, Text, fill};
use crate::types::{Ctx, Time};

/// How long a file's size must have been still.
const STILL_MILLIS: i64 = 30_000;
/// Most files taken in one run.
const MOST: usize = 1_000;

/// A file as it was last seen.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = folder_sightings, treat_none_as_default_value = false)]
struct Sighting {
    name: String,
    bytes: i64,
    seen_at: Time,
    file: Option<i32>,
}

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Done {
    /// Files moved to `done/`.
    pub done: usize,
    /// Files moved to `failed/`.
    pub failed: usize,
    /// Files left for the next run.
    pub waiting: usize,
}

/// Takes the files of a folder that are complete, and moves those that have ended.
pub fn run(bench: &Bench<'_>, folder: &Path, most_bytes: u64) -> Result<Done> {
    let found = files(folder)?;
    forget(bench, &found)?;
    let mut done = Done::default();
    let mut taken = Vec::new();
    for (name, bytes) in found {
        match taken_as(bench, folder, &name, bytes, most_bytes)? {
            Some(file) => taken.push((name, file)),
            None => done.waiting += 1,
        }
    }
    work::run_due(bench)?;
    for (name, file) in taken {
        let it = bench.db.read(|conn| store::file(conn, file))?;
        if it.state.is_open() {
            done.waiting += 1;
            continue;
        }
        let is_done = matches!(it.state, State::Applied | State::Known);
        settle(bench, folder, &name, &it, is_done)?;
        if is_done { done.done += 1 } else { done.failed += 1 }
    }
    Ok(done)
}

/// The tables in the folder with their sizes, by name.
fn files(folder: &Path) -> Result<Vec<(String, i64)>> {
    let said = |e: io::Error| Error::fault(format!("watched folder {}: {e}", folder.display()));
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(said)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let lower = name.to_lowercase();
        let is_table = (lower.ends_with(".csv") || lower.ends_with(".xlsx")) && !name.starts_with('.');
        // A file may go away between the two looks; a link could lead anywhere and is left alone.
        let Some(facts) = fs::symlink_metadata(entry.path()).ok().filter(|it| is_table && it.is_file())
        else {
            continue;
        };
        found.push((name, i64::try_from(facts.len()).map_err(Error::fault_of)?));
    }
    found.sort();
    found.truncate(MOST);
    Ok(found)
}

/// Forgets files that are not there any more.
fn forget(bench: &Bench<'_>, found: &[(String, i64)]) -> Result<()> {
    let known: Vec<String> =
        bench.db.read(|conn| Ok(folder_sightings::table.select(folder_sightings::name).load(conn)?))?;
    let gone: Vec<&String> =
        known.iter().filter(|name| !found.iter().any(|(there, _)| there == *name)).collect();
    for name in gone {
        bench.db.write(|tx| {
            diesel::delete(folder_sightings::table.find(name)).execute(tx.conn())?;
            Ok(())
        })?;
    }
    Ok(())
}

fn sighting(conn: &mut Conn, name: &str) -> Result<Option<Sighting>> {
    Ok(folder_sightings::table.find(name).select(Sighting::as_select()).first(conn).optional()?)
}

fn note(tx: &mut Tx, it: &Sighting) -> Result<()> {
    diesel::delete(folder_sightings::table.find(&it.name)).execute(tx.conn())?;
    diesel::insert_into(folder_sightings::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// The number a file was taken under; none while it may still grow.
fn taken_as(
    bench: &Bench<'_>,
    folder: &Path,
    name: &str,
    bytes: i64,
    most_bytes: u64,
) -> Result<Option<i32>> {
    let now = (bench.now)();
    let seen = bench.db.read(|conn| sighting(conn, name))?.filter(|seen| seen.bytes == bytes);
    match seen {
        Some(Sighting { file: Some(file), .. }) => return Ok(Some(file)),
        Some(seen) if seen.seen_at.plus_millis(STILL_MILLIS) <= now => {}
        Some(_) => return Ok(None),
        None => {
            let first = Sighting { name: name.to_owned(), bytes, seen_at: now, file: None };
            bench.db.write(|tx| note(tx, &first))?;
            return Ok(None);
        }
    }
    let path = folder.join(name);
    let kept = match copy(bench, &path, most_bytes)? {
        Ok(kept) if kept.bytes == bytes => kept,
        // It grew after all.
        Ok(kept) => {
            bench.spool.remove(&kept.id)?;
            let again = Sighting { name: name.to_owned(), bytes: kept.bytes, seen_at: now, file: None };
            bench.db.write(|tx| note(tx, &again))?;
            return Ok(None);
        }
        // Not the file's fault: it stays for the next run.
        Err(Refused::Spool) => return Err(Error::fault("the spool cannot be written to")),
        Err(why) => {
            let said = (why.say(Lang::Zh.text()), why.say(Lang::En.text()));
            return refuse(bench, folder, name, &said).map(|()| None);
        }
    };
    let new = New {
        id: kept.id.clone(),
        kind: kind(&path),
        origin: Origin::Folder,
        file_name: name.to_owned(),
        sha256: kept.sha256,
        bytes: kept.bytes,
        skip_bad: false,
        token_id: None,
    };
    let ctx = Ctx::system(now, "folder");
    let (it, is_same) = bench.db.write(|tx| {
        let (it, is_same) = super::receive(tx, &ctx, &new)?;
        note(tx, &Sighting { name: name.to_owned(), bytes, seen_at: now, file: Some(it.no) })?;
        Ok((it, is_same))
    })?;
    if is_same {
        bench.spool.remove(&kept.id)?;
    }
    Ok(Some(it.no))
}

fn copy(bench: &Bench<'_>, path: &Path, most_bytes: u64) -> Result<std::result::Result<Kept, Refused>> {
    let mut file = File::open(path)?;
    let mut writer = match bench.spool.begin(most_bytes) {
        Ok(writer) => writer,
        Err(why) => return Ok(Err(why)),
    };
    let mut piece = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok(writer.finish());
        }
        if let Err(why) = writer.write(piece.get(..read).unwrap_or_default()) {
            return Ok(Err(why));
        }
    }
}

/// What a file brings, by its header; one that is neither is read as purchases and refused as such.
fn kind(path: &Path) -> Kind {
    let is_listings = File::open(path)
        .is_ok_and(|file| open(file, listings::import::COLUMNS, Unknown::Refuse, Limits::default()).is_ok());
    if is_listings { Kind::Listings } else { Kind::Transactions }
}

/// A file that cannot even be copied.
fn refuse(bench: &Bench<'_>, folder: &Path, name: &str, said: &(String, String)) -> Result<()> {
    let text = format!("{}\n{}\n", said.0, said.1);
    put_aside(folder, "failed", name, &text)?;
    forget_one(bench, name)
}

/// Moves a file that has ended, with a text of what came of it.
fn settle(bench: &Bench<'_>, folder: &Path, name: &str, it: &PriceFile, is_done: bool) -> Result<()> {
    let mut text = String::new();
    for lang in [Lang::Zh, Lang::En] {
        text.push_str(&told(it, lang.text()));
        let mut after = 0;
        loop {
            let lines = bench.db.read(|conn| store::faults(conn, it.no, after, 1_000))?;
            let Some(last) = lines.last() else { break };
            after = last.position;
            for line in &lines {
                let values: [(&str, &dyn std::fmt::Display); 4] = [
                    ("line", &line.line),
                    ("column", &line.column_name),
                    ("value", &line.value),
                    ("reason", &line.reason(lang)),
                ];
                text.push_str(&fill(lang.text().ingest.bad_line, &values));
                text.push('\n');
            }
        }
        text.push('\n');
    }
    put_aside(folder, if is_done { "done" } else { "failed" }, name, &text)?;
    forget_one(bench, name)
}

fn forget_one(bench: &Bench<'_>, name: &str) -> Result<()> {
    bench.db.write(|tx| {
        diesel::delete(folder_sightings::table.find(name)).execute(tx.conn())?;
        Ok(())
    })
}

/// What came of a file, in a few lines.
pub fn told(it: &PriceFile, t: &Text) -> String {
    let counts = fill(
        t.ingest.counts,
        &[
            ("lines", &it.lines),
            ("new", &it.added),
            ("changed", &it.changed),
            ("unchanged", &it.unchanged),
            ("unmatched", &it.unmatched),
            ("bad", &it.bad),
        ],
    );
    let head = fill(
        t.ingest.folder_head,
        &[("no", &it.no), ("name", &it.file_name), ("state", &state_name(it.state, t))],
    );
    let reason = it.reason(t);
    if reason.is_empty() { format!("{head}\n{counts}\n") } else { format!("{head}\n{reason}\n{counts}\n") }
}

/// Writes the text, then moves the file beside it under a name that is free.
fn put_aside(folder: &Path, place: &str, name: &str, text: &str) -> Result<()> {
    let place = folder.join(place);
    fs::create_dir_all(&place)?;
    let to = free(&place, name);
    let mut beside = to.clone().into_os_string();
    beside.push(".txt");
    fs::write(PathBuf::from(beside), text)?;
    match fs::rename(folder.join(name), &to) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        moved => Ok(moved?),
    }
}

/// `a.csv`, or `a-2.csv`, `a-3.csv` … when that is taken.
fn free(place: &Path, name: &str) -> PathBuf {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let numbered = (2..).map(|n| place.join(format!("{stem}-{n}.{ending}")));
    std::iter::once(place.join(name))
        .chain(numbered)
        .find(|path| !path.exists())
        .unwrap_or_else(|| place.join(name))
}
