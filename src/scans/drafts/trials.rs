//! Trials: a draft judges everything that is stored, and only counts. A job does it, since it takes as long as a scan.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::{SUBJECT, draft, store};
use crate::audit::{self, Deed};
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::prices::monitoring::versions::{self, Version};
use crate::prices::monitoring::{Rule, Tier};
use crate::rounds::drafts;
use crate::runs;
use crate::scans::{self, Asked};
use crate::schema::monitoring_trials;
use crate::types::{AccountId, Ctx, Money, MonitoringDraftId, Time, TrialId};

/// The job that tries drafts out.
pub const JOB: &str = "try_rules";
/// A trial that runs longer than this was lost with its node.
const LOST_MILLIS: i64 = 3_600_000;

crate::words! {
    /// How far a trial is.
    TrialState {
        /// It waits for a node.
        Asked = "asked",
        /// A node is at it.
        Running = "running",
        /// It counted to the end.
        Done = "done",
        /// It ended with a fault.
        Failed = "failed",
    }
}

/// One time a draft was tried out.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = monitoring_trials, treat_none_as_default_value = false)]
pub struct Trial {
    /// Its id, from the form.
    pub id: TrialId,
    /// The draft.
    pub draft_id: MonitoringDraftId,
    /// SHA-256 of the text that was tried.
    pub sha256: String,
    /// How far it is.
    pub state: TrialState,
    /// Who asked for it.
    pub asked_by: AccountId,
    /// When.
    pub asked_at: Time,
    /// When a node began.
    pub began_at: Option<Time>,
    /// When it ended.
    pub ended_at: Option<Time>,
    /// What it counted, a JSON [`Tried`]; empty before it ends.
    pub outcome: String,
}

/// Findings and what they cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Count {
    /// Findings.
    pub findings: i64,
    /// Their money effect.
    pub effect: Money,
}

/// What a trial counted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tried {
    /// Purchases read.
    pub rows: i64,
    /// Products judged.
    pub products: i64,
    /// Findings of the rule that stand, by tier.
    pub now: BTreeMap<Tier, Count>,
    /// Findings by the draft, by tier.
    pub then: BTreeMap<Tier, Count>,
    /// Findings that would be new.
    pub new: i64,
    /// Findings that would be gone.
    pub gone: i64,
}

impl Tried {
    /// The sum of counts.
    pub fn sum(counts: &BTreeMap<Tier, Count>) -> Count {
        counts.values().fold(Count::default(), |sum, it| Count {
            findings: sum.findings + it.findings,
            effect: sum.effect.plus(it.effect).unwrap_or(sum.effect),
        })
    }
}

impl Trial {
    /// What it counted; none before it is done.
    pub fn tried(&self) -> Option<Tried> {
        serde_json::from_str(&self.outcome).ok()
    }
}

/// Asks for a trial of a draft as it is now; a job makes it within seconds. The same form sent twice asks once, and so
/// does asking while one of the same text waits.
pub fn ask(tx: &mut Tx, ctx: &Ctx, id: &MonitoringDraftId, trial: TrialId) -> Result<()> {
    let draft = draft(tx.conn(), id)?;
    drafts::is_open(draft.state, false).map_err(Error::refused)?;
    if store::trial(tx.conn(), &trial)?.is_some() {
        return Ok(());
    }
    let last = store::last_trial(tx.conn(), id)?;
    let is_waiting = |it: &Trial| {
        matches!(it.state, TrialState::Asked | TrialState::Running) && it.sha256 == draft.sha256()
    };
    if last.as_ref().is_some_and(is_waiting) {
        return Ok(());
    }
    let it = Trial {
        id: trial,
        draft_id: id.clone(),
        sha256: draft.sha256(),
        state: TrialState::Asked,
        asked_by: ctx.actor.account.clone().ok_or(Error::Forbidden)?,
        asked_at: ctx.now,
        began_at: None,
        ended_at: None,
        outcome: String::new(),
    };
    store::insert_trial(tx, &it)?;
    // A site without the job's timetable has nobody to wake; the trial waits for one that has it.
    match runs::ask(tx, ctx, JOB) {
        Ok(()) | Err(Error::NotFound) => {}
        Err(fault) => return Err(fault),
    }
    let deed = Deed { action: "monitoring_draft.try", subject: SUBJECT, id: id.as_str() };
    audit::record(tx, ctx, deed, &(), &(&it.id, &it.sha256))
}

/// Makes the trials that wait; how many ended, and how many of them with a fault.
pub fn run_waiting(db: &Db, ctx: &Ctx, clock: &dyn Fn() -> Time) -> Result<(usize, usize)> {
    let (mut done, mut failed) = (0, 0);
    while let Some(trial) = db.write(|tx| store::take(tx, clock(), clock().plus_millis(-LOST_MILLIS)))? {
        let (state, outcome) = match tried(db, ctx, &trial, clock) {
            Ok(tried) => (TrialState::Done, serde_json::to_string(&tried)?),
            Err(fault) => {
                tracing::error!(trial = %trial.id, %fault, "a monitoring rule could not be tried out");
                failed += 1;
                (TrialState::Failed, String::new())
            }
        };
        db.write(|tx| store::end(tx, &trial.id, state, &outcome, clock()))?;
        done += 1;
    }
    Ok((done, failed))
}

fn tried(db: &Db, ctx: &Ctx, trial: &Trial, clock: &dyn Fn() -> Time) -> Result<Tried> {
    let (draft, versions, standing) = db.read(|conn| {
        let draft = draft(conn, &trial.draft_id)?;
        let standing = scans::store::standing_of(conn, &draft.name)?;
        Ok((draft.clone(), versions::of(conn, &draft.name)?, standing))
    })?;
    if draft.sha256() != trial.sha256 {
        return Err(Error::refused(drafts::Refused::Changed));
    }
    let mut rules: Vec<Rule> = versions.iter().map(Version::rule).collect::<Result<_>>()?;
    rules.push(Rule::parse(&draft.body).map_err(Error::refused)?);
    let asked = Asked { rules: versions::in_turn(rules), is_dry: true, ..Asked::default() };
    let mut tried = Tried::default();
    let mut tell = |line: &scans::Line<'_>| {
        let count = tried.then.entry(line.found.tier).or_default();
        count.findings += 1;
        count.effect = count.effect.plus(line.found.effect).unwrap_or(count.effect);
    };
    let run = scans::run(db, ctx, &asked, &mut tell, clock)?;
    let now = standing.into_iter().map(|(tier, findings, effect)| (tier, Count { findings, effect }));
    Ok(Tried {
        rows: run.rows_read,
        products: run.products,
        now: now.collect(),
        new: run.found_new,
        gone: run.gone,
        ..tried
    })
}
