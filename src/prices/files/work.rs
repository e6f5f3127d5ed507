//! Going on with files in the background: looked at, then applied; where a killed run stopped, another goes on.
//!
//! A node says with every chunk that it is still at a file; one that says nothing for two minutes is taken for gone and
//! another, or the same after a restart, goes on. Should both be at it, the database lets one win.

use std::fs::File;
use std::io::{self, Read};
use std::sync::atomic::{AtomicI64, Ordering};

use super::spool::Spool;
use super::{Kind, Phase, PriceFile, Refused, State, store};
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::prices::ingest::{self, How, Outcome, Progress};
use crate::prices::listings;
use crate::text::{Lang, Say};
use crate::types::{Ctx, Time};

/// A node is taken for gone after this time without a sign.
const SILENT_MILLIS: i64 = 120_000;

/// Where and when the work is done.
pub struct Bench<'a> {
    /// The database.
    pub db: &'a Db,
    /// The bytes.
    pub spool: &'a Spool,
    /// This node.
    pub node: &'a str,
    /// The clock.
    pub now: &'a (dyn Fn() -> Time + Sync),
}

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Done {
    /// Files looked at.
    pub checked: usize,
    /// Files applied.
    pub applied: usize,
    /// Files refused.
    pub failed: usize,
}

/// Whether a file whose bytes are here waits for a node.
pub fn is_any_due(conn: &mut Conn, spool: &Spool, now: Time) -> Result<bool> {
    let due = store::due(conn, now.plus_millis(-SILENT_MILLIS))?;
    Ok(due.iter().any(|it| spool.path(&it.id).exists()))
}

/// Goes on with every file that waits and whose bytes are here.
pub fn run_due(bench: &Bench<'_>) -> Result<Done> {
    let mut done = Done::default();
    loop {
        let silent_since = (bench.now)().plus_millis(-SILENT_MILLIS);
        let due = bench.db.read(|conn| store::due(conn, silent_since))?;
        let mut is_any = false;
        for it in due.iter().filter(|it| bench.spool.path(&it.id).exists()) {
            if take(bench, it.no)? {
                is_any = true;
                go_on(bench, it, &mut done)?;
            }
        }
        if !is_any {
            break;
        }
    }
    bench.spool.sweep(|id| bench.db.read(|conn| store::is_open(conn, id)))?;
    Ok(done)
}

/// Takes a file for this node, unless another is at it.
pub fn take(bench: &Bench<'_>, no: i32) -> Result<bool> {
    let now = (bench.now)();
    bench.db.write(|tx| store::take(tx, no, bench.node, now, now.plus_millis(-SILENT_MILLIS)))
}

fn go_on(bench: &Bench<'_>, it: &PriceFile, done: &mut Done) -> Result<()> {
    let mut it = it.clone();
    if it.state == State::Checking {
        it = look(bench, &it)?;
        done.checked += 1;
    }
    if it.state == State::Applying {
        it = apply(bench, &it)?;
        done.applied += usize::from(it.state == State::Applied);
    }
    done.failed += usize::from(it.state == State::Failed);
    Ok(())
}

/// The first look over a file this node has taken: what it would do, every bad line, and where the file is then.
pub fn look(bench: &Bench<'_>, it: &PriceFile) -> Result<PriceFile> {
    let now = (bench.now)();
    let ctx = Ctx { now, actor: it.actor() };
    let found = match read(bench, &ctx, it, How::Look) {
        Ok(found) => found,
        Err(fault) => return failed(bench, it, fault),
    };
    let counted = store::counted(it, &found);
    let (state, why) = standing(&counted, found.known.is_some());
    let says = |lang: Lang| why.as_ref().map(|why| why.say(lang.text())).unwrap_or_default();
    let ended_at = (!state.is_open()).then_some(now);
    let after =
        PriceFile { state, reason_zh: says(Lang::Zh), reason_en: says(Lang::En), ended_at, ..counted };
    bench.db.write(|tx| {
        if store::looked(tx, &after)? {
            store::keep_faults(tx, it.no, &found.faults)?;
        }
        Ok(())
    })?;
    bench.db.read(|conn| store::file(conn, it.no))
}

/// Where a file is after its first look, and why it is refused.
fn standing(it: &PriceFile, is_known: bool) -> (State, Option<Refused>) {
    match it.good() {
        _ if is_known => (State::Known, None),
        _ if it.lines == 0 => (State::Failed, Some(Refused::Nothing)),
        _ if !it.is_automatic() => (State::Waiting, None),
        0 => (State::Failed, Some(Refused::Nothing)),
        _ if it.bad > 0 && !it.skip_bad => (State::Failed, Some(Refused::Bad(it.bad))),
        _ => (State::Applying, None),
    }
}

/// Applies a file this node has taken.
pub fn apply(bench: &Bench<'_>, it: &PriceFile) -> Result<PriceFile> {
    let now = (bench.now)();
    let ctx = Ctx { now, actor: it.actor() };
    let how = if it.skip_bad { How::SkipBad } else { How::Whole };
    let found = match read(bench, &ctx, it, how) {
        Ok(found) => found,
        Err(fault) => return failed(bench, it, fault),
    };
    if found.known.is_some() {
        let known = PriceFile { state: State::Known, ended_at: Some(now), ..store::counted(it, &found) };
        bench.db.write(|tx| store::end(tx, &known))?;
    } else if !found.is_applied {
        bench.db.write(|tx| store::keep_faults(tx, it.no, &found.faults))?;
        let why = if found.bad > 0 { Refused::Bad(found.bad) } else { Refused::Nothing };
        return failed(bench, &store::counted(it, &found), Error::refused(why));
    }
    ended(bench, it.no)
}

/// The file as it is now; the bytes of one that has ended go.
fn ended(bench: &Bench<'_>, no: i32) -> Result<PriceFile> {
    let it = bench.db.read(|conn| store::file(conn, no))?;
    if !it.state.is_open() {
        bench.spool.remove(&it.id)?;
    }
    Ok(it)
}

/// Writes down why a file cannot be taken. A fault of the database is not the file's: it is tried again.
fn failed(bench: &Bench<'_>, it: &PriceFile, fault: Error) -> Result<PriceFile> {
    let (reason_zh, reason_en) = match fault {
        Error::Refused(why) => (why.say(Lang::Zh.text()), why.say(Lang::En.text())),
        // It was abandoned in the middle of the work.
        Error::NotFound => return ended(bench, it.no),
        fault @ Error::Database(_) => return Err(fault),
        fault => {
            tracing::error!(file = it.no, %fault, "a file of prices could not be taken");
            let say = |lang: Lang| lang.text().ingest.fault.to_owned();
            (say(Lang::Zh), say(Lang::En))
        }
    };
    let now = (bench.now)();
    let after = PriceFile { state: State::Failed, reason_zh, reason_en, ended_at: Some(now), ..it.clone() };
    bench.db.write(|tx| store::end(tx, &after))?;
    ended(bench, it.no)
}

fn read(bench: &Bench<'_>, ctx: &Ctx, it: &PriceFile, how: How) -> Result<Outcome> {
    let path = bench.spool.path(&it.id);
    let taken = AtomicI64::new(0);
    let open = || -> io::Result<Counted<'_>> {
        taken.store(0, Ordering::Relaxed);
        Ok(Counted { file: File::open(&path)?, taken: &taken })
    };
    let mut tell = |progress| {
        let at = match progress {
            Progress::Checked(_) => (Phase::Checking, taken.load(Ordering::Relaxed), it.bytes),
            Progress::Staged(done, all) if done == all => (Phase::Storing, done, all),
            Progress::Staged(done, all) => (Phase::Staging, done, all),
            // Told within the transaction that moves them, in which nothing else can be written.
            Progress::Moved(..) => return,
        };
        let written = bench.db.write(|tx| store::advance(tx, it.no, bench.node, at, (bench.now)()));
        if let Err(fault) = written {
            tracing::warn!(file = it.no, %fault, "how far a file is could not be written");
        }
    };
    let source = ingest::Source { name: &it.file_name, open: &open };
    match it.kind {
        Kind::Transactions => ingest::run_of(bench.db, ctx, &source, how, Some(it.no), &mut tell),
        Kind::Listings => listings::import(bench.db, ctx, &source, how, it.no, &mut tell),
    }
}

/// A file that says how much of it was read.
struct Counted<'a> {
    file: File,
    taken: &'a AtomicI64,
}

impl Read for Counted<'_> {
    fn read(&mut self, piece: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(piece)?;
        self.taken.fetch_add(i64::try_from(read).unwrap_or(0), Ordering::Relaxed);
        Ok(read)
    }
}
