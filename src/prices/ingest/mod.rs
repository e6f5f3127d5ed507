//! Purchases from `transactions.csv`, by the million: read as a stream, staged in chunks, shown all at once.
//!
//! **Table.** `transactions` names hospital and product by short numbers (`hospital_numbers`, `product_numbers`): with the
//! ids' 36 characters in the row and in both indexes two million rows took 720 MB instead of 268 and several times as
//! long to write.
//! It has two indexes: by hospital, product and day for a hospital's history, by product and day with all that a
//! judgement of prices reads. It has no foreign keys, which PostgreSQL would look up twice a row: numbers come from the
//! two registers and are never taken back.
//!
//! **Applied whole or not at all, and resumable.** A first look over the file finds every bad line before anything is
//! written. Then chunks of sound lines go to `staged_transactions`, which nobody reads, each in a transaction with the
//! cursor in `ingests`; one last transaction moves them into `transactions` and writes the link of the audit trail. A
//! run that was killed goes on behind its last chunk when the same file is given again; a kill during the move repeats
//! only the move. Lines of a chunk are sorted by product and day, so that the indexes are written in their order.
//!
//! **The same again changes nothing.** A file is known by its SHA-256. A line is known by its content and its number
//! among the lines of its file with the same content (`nth`): two equal lines of one file are two purchases, and a file
//! that overlaps another brings only what that one had not. The line's place in the file is no part of it, since an
//! overlapping file has the line elsewhere. Whether days overlap is known from `ingests`; where none do, no row is
//! looked up.
//!
//! **Unmatched lines** name a hospital or product the registers lack. They are kept in `unmatched_transactions` with
//! their codes, and move to `transactions` when the registers have grown: before the next file, or when asked for.
//!
//! A quantity below zero is a return (退货): its amount is below zero too, and sums are net of it. Its price is judged
//! by nobody.

pub mod import;
mod repeats;
mod stage;
pub mod store;

use std::io::Read;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::{self, Db, Tx};
use crate::error::{Error, Result};
use crate::files::Faults;
use crate::prices::files;
use crate::schema::ingests;
use crate::text::{Say, Text, fill};
use crate::types::{AccountId, Ctx, Money, Time};

use import::{Codes, Lines};
use repeats::Repeats;
pub use stage::hash;

/// Lines staged in one transaction and moved by one statement.
pub const CHUNK: usize = 100_000;

crate::words! {
    /// How far a file is.
    State {
        /// Being staged; readers see nothing of it.
        Staging = "staging",
        /// In the table.
        Applied = "applied",
    }
}

/// One file of purchases.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = ingests, treat_none_as_default_value = false)]
pub struct Ingest {
    /// Its number.
    pub no: i32,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Its name.
    pub file_name: String,
    /// How far it is.
    pub state: State,
    /// Its lines of data.
    pub lines: i64,
    /// Of them bad and left out.
    pub bad: i64,
    /// Sound lines staged so far; all of them once it is applied.
    pub staged: i64,
    /// Purchases it added.
    pub added: i64,
    /// Lines that were here already, from files before it.
    pub unchanged: i64,
    /// Lines kept because the registers lacked their hospital or product.
    pub unmatched: i64,
    /// Its first day.
    pub first_day: NaiveDate,
    /// Its last day.
    pub last_day: NaiveDate,
    /// Its rows have ids from this on, as many as it has sound lines at most; 0 until it is applied. Lines that are
    /// matched later become purchases under later numbers.
    pub first_id: i32,
    /// Who brought it; none when the command line did.
    pub account_id: Option<AccountId>,
    /// When it was begun.
    pub created_at: Time,
    /// When it was applied.
    pub applied_at: Option<Time>,
}

/// Why purchases are refused.
#[derive(Debug, Clone)]
pub enum Refused {
    /// A day that is still to come.
    Future,
    /// Another hospital than the one that sends the file.
    OtherHospital,
    /// A quantity of nothing.
    NoQuantity,
    /// Quantity times price is another amount, this one.
    Amount(Money),
    /// More different lines come more than once than can be told apart.
    Repeats,
    /// Another run is staging the same file.
    Underway,
    /// The file changed while it was read.
    Changed,
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let p = &t.prices;
        match self {
            Refused::Future => p.day_future.to_owned(),
            Refused::OtherHospital => p.other_hospital.to_owned(),
            Refused::NoQuantity => p.quantity_none.to_owned(),
            Refused::Amount(product) => fill(p.amount_differs, &[("product", product)]),
            Refused::Repeats => p.repeats.to_owned(),
            Refused::Underway => p.underway.to_owned(),
            Refused::Changed => p.changed.to_owned(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some("file")
    }
}

/// A file that can be read more than once.
pub struct Source<'a, R> {
    /// Its name.
    pub name: &'a str,
    /// Opens it at its beginning.
    pub open: &'a (dyn Fn() -> std::io::Result<R> + Sync),
}

/// What to do with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Only look.
    Look,
    /// Apply it if no line is bad.
    Whole,
    /// Apply its sound lines.
    SkipBad,
}

/// How far a run is, for whoever waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Lines checked in the first look.
    Checked(u64),
    /// Sound lines staged, of all.
    Staged(i64, i64),
    /// Staged lines moved, of all.
    Moved(i64, i64),
}

/// What a run did, or would do.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Lines of data.
    pub lines: u64,
    /// Purchases that were not here before; of a mere look, the lines the registers know.
    pub new: i64,
    /// Lines that were here before.
    pub unchanged: i64,
    /// Lines whose hospital or product the registers lack.
    pub unmatched: i64,
    /// Listings that a credit rating bars.
    pub refused: i64,
    /// Lines with a fault or more.
    pub bad: i64,
    /// What is wrong with bad lines.
    pub faults: Faults,
    /// When the same file was applied before.
    pub known: Option<Time>,
    /// Whether purchases were taken now.
    pub is_applied: bool,
}

/// Reads a file and, unless only looking or a line is bad, applies it. The same file again changes nothing.
pub fn run<R: Read>(
    db: &Db,
    ctx: &Ctx,
    source: &Source<'_, R>,
    how: How,
    tell: &mut dyn FnMut(Progress),
) -> Result<Outcome> {
    run_of(db, ctx, source, how, None, tell)
}

/// The same for a file that stands among [`crate::prices::files`] under a number, and ends there with its rows.
pub fn run_of<R: Read>(
    db: &Db,
    ctx: &Ctx,
    source: &Source<'_, R>,
    how: How,
    file: Option<i32>,
    tell: &mut dyn FnMut(Progress),
) -> Result<Outcome> {
    let sha256 = stage::hash((source.open)()?)?;
    let known = db.read(|conn| store::by_hash(conn, &sha256))?;
    if let Some(known) = known.as_ref().filter(|it| it.state == State::Applied) {
        return Ok(Outcome {
            lines: u64::try_from(known.lines).unwrap_or(0),
            unchanged: known.added + known.unchanged,
            unmatched: known.unmatched,
            bad: known.bad,
            known: known.applied_at,
            ..Outcome::default()
        });
    }
    let mut codes = match how {
        How::Look => db.read(store::codes)?,
        How::Whole | How::SkipBad => db.write(|tx| {
            if store::number(tx)? > 0 {
                matched(tx, ctx)?;
            }
            store::codes(tx.conn())
        })?,
    };
    if let Some(sender) = &ctx.actor.organisation {
        codes.only = db.read(|conn| store::hospital_code(conn, sender))?;
    }
    // A run that goes on judges days as the one did that began: else it would count other lines as staged.
    let today = known.map_or(ctx.now, |it| it.created_at).day();
    let mut seen = look(source, &codes, today, tell)?;
    let all = i64::try_from(seen.lines).map_err(Error::fault_of)?;
    let bad = all - seen.good;
    let days = seen.days.filter(|_| how != How::Look && (seen.faults.is_empty() || how == How::SkipBad));
    let Some((first_day, last_day)) = days else {
        return Ok(Outcome {
            lines: seen.lines,
            new: seen.good - seen.unmatched,
            unmatched: seen.unmatched,
            bad,
            faults: seen.faults,
            ..Outcome::default()
        });
    };
    let new = |no| Ingest {
        no,
        sha256: sha256.clone(),
        file_name: source.name.to_owned(),
        state: State::Staging,
        lines: all,
        bad,
        staged: 0,
        added: 0,
        unchanged: 0,
        unmatched: 0,
        first_day,
        last_day,
        first_id: 0,
        account_id: ctx.actor.account.clone(),
        created_at: ctx.now,
        applied_at: None,
    };
    let begun = db.write(|tx| {
        let begun = match store::by_hash(tx.conn(), &sha256)? {
            Some(known) => known,
            None => {
                let no = i32::try_from(db::next_number(tx, "ingests")?).map_err(Error::fault_of)?;
                store::insert(tx, &new(no))?
            }
        };
        files::store::begun(tx, ctx, &begun, file)?;
        Ok(begun)
    })?;
    seen.repeats.seen();
    stage::stage(db, today, source, &codes, seen.repeats, &begun, seen.good, tell)?;
    let done = finish(db, ctx, begun.no, tell)?;
    Ok(Outcome {
        lines: seen.lines,
        new: done.added,
        unchanged: done.unchanged,
        unmatched: done.unmatched,
        refused: 0,
        bad,
        faults: seen.faults,
        known: None,
        is_applied: true,
    })
}

/// What the first look found.
struct Seen {
    lines: u64,
    good: i64,
    unmatched: i64,
    days: Option<(NaiveDate, NaiveDate)>,
    faults: Faults,
    repeats: Repeats,
}

fn look<R: Read>(
    source: &Source<'_, R>,
    codes: &Codes,
    today: NaiveDate,
    tell: &mut dyn FnMut(Progress),
) -> Result<Seen> {
    let mut lines = Lines::open((source.open)()?, codes, today)?;
    let (mut faults, mut repeats) = (Faults::default(), Repeats::new());
    let (mut good, mut unmatched, mut days) = (0_i64, 0, None);
    while let Some(line) = lines.next(&mut faults)? {
        let it = &line.content;
        good += 1;
        unmatched += i64::from(it.codes.is_some());
        let (first, last) = days.unwrap_or((it.day, it.day));
        days = Some((first.min(it.day), last.max(it.day)));
        if !repeats.note(it) {
            return Err(Error::refused(Refused::Repeats));
        }
        if lines.count().is_multiple_of(CHUNK as u64) {
            tell(Progress::Checked(lines.count()));
        }
    }
    Ok(Seen { lines: lines.count(), good, unmatched, days, faults, repeats })
}

/// Moves what is staged into the table, in one transaction.
fn finish(db: &Db, ctx: &Ctx, no: i32, tell: &mut dyn FnMut(Progress)) -> Result<Ingest> {
    db.write_large(|tx| {
        let it = store::ingest(tx.conn(), no)?;
        if it.state == State::Applied {
            return Ok(it);
        }
        let first_id =
            i32::try_from(db::next_numbers(tx, "transactions", it.staged)?).map_err(Error::fault_of)?;
        let last = i32::try_from(it.staged).map_err(Error::fault_of)?;
        first_id.checked_add(last).ok_or_else(|| Error::fault("no more numbers for purchases"))?;
        let overlaps = store::overlaps(tx.conn(), &it)?;
        let mut after = Ingest { state: State::Applied, first_id, applied_at: Some(ctx.now), ..it.clone() };
        let is_first = !overlaps && store::is_empty(tx.conn())?;
        if is_first {
            db::drop_indexes(tx, store::INDEXES)?;
        }
        let mut at = 0_i32;
        while at < last {
            let to = at.saturating_add(CHUNK as i32).min(last);
            let part = store::Part { ingest: no, after: at, to, before_first: first_id - 1, overlaps };
            after.added += store::move_matched(tx, &part)?;
            after.unmatched += store::move_unmatched(tx, &part)?;
            at = to;
            tell(Progress::Moved(i64::from(at), it.staged));
        }
        if is_first {
            db::make_indexes(tx, store::INDEXES)?;
        }
        after.unchanged = it.staged - after.added - after.unmatched;
        store::clear(tx, no)?;
        store::update(tx, &after)?;
        if after.unmatched > 0 {
            store::add_unmatched_sums(tx, (first_id, first_id.saturating_add(last)))?;
        }
        files::store::applied(tx, &after)?;
        let deed = Deed { action: "transactions.import", subject: "ingests", id: &no.to_string() };
        audit::record(tx, ctx, deed, &(), &after)?;
        Ok(after)
    })
}

/// What matching again did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Matched {
    /// Lines that are purchases now.
    pub added: i64,
    /// Lines whose purchase was here already.
    pub unchanged: i64,
}

/// Matches kept lines again with the registers as they are now.
pub fn match_again(tx: &mut Tx, ctx: &Ctx) -> Result<Matched> {
    store::number(tx)?;
    matched(tx, ctx)
}

fn matched(tx: &mut Tx, ctx: &Ctx) -> Result<Matched> {
    let mut done = Matched::default();
    let Some((first, last)) = store::unmatched_ids(tx.conn())? else { return Ok(done) };
    let mut at = first;
    while at <= last {
        let to = at.saturating_add(CHUNK as i32).min(last.saturating_add(1));
        let added = store::match_part(tx, at, to)?;
        done.added += added;
        done.unchanged += store::drop_matched(tx, at, to)? - added;
        at = to;
    }
    if done != Matched::default() {
        store::drop_matched_sums(tx)?;
        let deed = Deed { action: "transactions.match", subject: "unmatched_transactions", id: "" };
        audit::record(tx, ctx, deed, &(), &done)?;
    }
    Ok(done)
}
