//! Scans: stored prices judged by every monitoring rule, what that found, and why it is not what was found before.
//!
//! **One pass.** Products of one generic are a family and are judged together: purchases are read family by family from
//! the index `transactions_by_product` alone, in parts of about [`pass::ROWS`]. Two threads each read parts and judge
//! them by all rules, while a third writes what differs. So memory is bounded by the registers and the largest family,
//! and the cost is linear in purchases.
//!
//! **Nothing half.** What differs from the findings that stand is staged in `scan_changes` in bounded batches, which
//! nobody reads; one last transaction applies all of it. A run that was killed leaves staged rows, which the next run
//! takes away. When two run at once, the one that began later wins and the other is told.
//!
//! **The same again changes nothing.** A finding is known by rule, product, hospital and month; found again its figures
//! are refreshed, not found any more it is gone, and it never opens a second one. A listing's finding has no month of its
//! own: gone and back it is the same row, found anew.
//!
//! **Months.** Findings of a month do not depend on later purchases, so a scan of some months finds in them what a scan
//! of all does. It still reads all purchases.

mod causes;
pub mod drafts;
mod ground;
mod left_out;
mod part;
mod pass;
mod sources;
pub mod store;
mod told;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::prices::monitoring::Rule;
use crate::prices::monitoring::exclusions::{self, Excluded};
use crate::prices::monitoring::ground::Window;
use crate::prices::monitoring::purchases::Month;
use crate::schema::scan_runs;
use crate::text::{Say, Text};
use crate::types::{AccountId, Ctx, Money, ScanRunId, Time};

pub use causes::{Cause, Drift, drifts};
pub use part::Line;

crate::words! {
    /// How far a run is.
    State {
        /// Reads and judges; nothing of it is seen.
        Running = "running",
        /// Applied.
        Done = "done",
        /// Killed, or overtaken by a later one.
        Stopped = "stopped",
    }
}

/// One scan.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = scan_runs)]
pub struct ScanRun {
    /// Its id.
    pub id: ScanRunId,
    /// How far it is.
    pub state: State,
    /// When it began.
    pub began_at: Time,
    /// When it was applied.
    pub ended_at: Option<Time>,
    /// The first month reported; none from the beginning.
    pub from_month: Option<NaiveDate>,
    /// The last month reported.
    pub to_month: NaiveDate,
    /// Whether every rule judged.
    pub is_whole: bool,
    /// The rules, a JSON array of `[name, version]`.
    pub rules: String,
    /// Purchases read.
    pub rows_read: i64,
    /// Products judged.
    pub products: i64,
    /// Codes of products whose numbers are too large to judge, a JSON array.
    pub skipped: String,
    /// Findings that are new or back.
    pub found_new: i64,
    /// Findings whose figures changed.
    pub changed: i64,
    /// Findings that stand after it, the new ones included.
    pub standing: i64,
    /// Findings that are gone.
    pub gone: i64,
    /// What all that stand cost.
    pub effect: Money,
    /// Why it is not what was found before, a JSON array of [`Drift`].
    pub drift: String,
    /// Who asked for it; none when the clock or the command line did.
    pub account_id: Option<AccountId>,
}

/// What is asked of a scan.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The first day, whose month is judged whole.
    pub from: Option<NaiveDate>,
    /// The last day, whose month is judged whole.
    pub to: Option<NaiveDate>,
    /// The rules; several versions of one, each with its own days.
    pub rules: Vec<Rule>,
    /// Whether these are all the rules there are: findings of others are gone then.
    pub is_whole: bool,
    /// Only judge, write nothing.
    pub is_dry: bool,
}

/// Why a scan is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The last day is before the first.
    Window,
    /// Another scan was begun after this one.
    Overtaken,
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        match self {
            Refused::Window => t.scans.window.to_owned(),
            Refused::Overtaken => t.scans.overtaken.to_owned(),
        }
    }
}

fn window(ctx: &Ctx, asked: &Asked) -> Result<Window> {
    let today = Month::of(ctx.now.day());
    let to = asked.to.map_or(today, Month::of);
    let from = asked.from.map(Month::of);
    if from.is_some_and(|from| from > to) || asked.from.zip(asked.to).is_some_and(|(from, to)| from > to) {
        return Err(Error::refused(Refused::Window));
    }
    Ok(Window { from, to, is_open: to >= today })
}

/// Judges stored prices and keeps what was found. `tell` hears of every finding that stands; `ended` is the clock after
/// it.
pub fn run(
    db: &Db,
    ctx: &Ctx,
    asked: &Asked,
    tell: &mut dyn FnMut(&Line<'_>),
    ended: &dyn Fn() -> Time,
) -> Result<ScanRun> {
    let window = window(ctx, asked)?;
    let mut run = begin(db, ctx, asked, window)?;
    let before = db.read(causes::before)?;
    let excluded = Excluded::new(db.read(exclusions::in_force)?);
    let fingerprints = causes::fingerprints(&asked.rules, &excluded);
    let held =
        pass::Held { asked, window, before: &before, excluded: &excluded, fingerprints: &fingerprints };
    let mut judged = pass::judge(db, &run, held, tell)?;
    let drift = judged.drift();
    run.state = State::Done;
    run.rows_read = judged.rows;
    run.products = judged.products;
    run.skipped = serde_json::to_string(&judged.skipped)?;
    run.found_new = drift.iter().map(|it| it.new).sum();
    run.changed = drift.iter().map(|it| it.changed).sum();
    run.gone = drift.iter().map(|it| it.gone).sum();
    run.standing = judged.standing;
    run.effect = judged.effect;
    run.drift = serde_json::to_string(&drift)?;
    run.ended_at = Some(ended());
    if !asked.is_dry {
        db.write_large(|tx| finish(tx, ctx, held, &run, &judged.inputs))?;
    }
    Ok(run)
}

/// Enters a run; those before it that never ended are broken off and what they staged is taken away.
fn begin(db: &Db, ctx: &Ctx, asked: &Asked, window: Window) -> Result<ScanRun> {
    let rules: Vec<(&str, u32)> = asked.rules.iter().map(|it| (it.name.as_str(), it.version)).collect();
    let run = ScanRun {
        id: ScanRunId::new(),
        state: State::Running,
        began_at: ctx.now,
        ended_at: None,
        from_month: window.from.map(Month::first),
        to_month: window.to.first(),
        is_whole: asked.is_whole,
        rules: serde_json::to_string(&rules)?,
        rows_read: 0,
        products: 0,
        skipped: "[]".to_owned(),
        found_new: 0,
        changed: 0,
        standing: 0,
        gone: 0,
        effect: Money::ZERO,
        drift: "[]".to_owned(),
        account_id: ctx.actor.account.clone(),
    };
    if !asked.is_dry {
        db.write(|tx| {
            store::stop_others(tx, &run.id)?;
            store::clear(tx)?;
            store::insert(tx, &run)
        })?;
    }
    Ok(run)
}

/// Applies what a run staged, all at once.
fn finish(
    tx: &mut Tx,
    ctx: &Ctx,
    held: pass::Held<'_>,
    run: &ScanRun,
    inputs: &[causes::Input],
) -> Result<()> {
    let pass::Held { asked, window, fingerprints, .. } = held;
    if !store::end(tx, run)? {
        return Err(Error::refused(Refused::Overtaken));
    }
    store::take_away(tx, run, ctx.now)?;
    store::refresh(tx, run, ctx.now)?;
    store::enter(tx, run, ctx.now)?;
    told::suppliers(tx, ctx, run)?;
    store::see(tx, asked, window, ctx.now)?;
    store::clear(tx)?;
    store::keep_rules(tx, asked, fingerprints)?;
    if asked.is_whole && window.from.is_none() {
        store::keep_inputs(tx, inputs)?;
    }
    let deed = Deed { action: "scan.run", subject: "scan_runs", id: run.id.as_str() };
    audit::record(tx, ctx, deed, &(), run)
}
