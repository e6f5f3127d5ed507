//! SQL of drafts of monitoring rules and of their trials.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::trials::{Trial, TrialState};
use super::{Draft, DraftState};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::schema::{monitoring_drafts, monitoring_rules, monitoring_trials};
use crate::types::{MonitoringDraftId, Time, TrialId};

/// One draft.
pub fn draft(conn: &mut Conn, id: &MonitoringDraftId) -> Result<Option<Draft>> {
    Ok(monitoring_drafts::table.find(id).select(Draft::as_select()).first(conn).optional()?)
}

/// The drafts that can still be changed, newest first.
pub fn open(conn: &mut Conn, limit: i64) -> Result<Vec<Draft>> {
    Ok(monitoring_drafts::table
        .filter(monitoring_drafts::state.eq(DraftState::Open))
        .order(monitoring_drafts::id.desc())
        .limit(limit)
        .select(Draft::as_select())
        .load(conn)?)
}

/// Enters a draft.
pub fn insert(tx: &mut Tx, it: &Draft) -> Result<()> {
    diesel::insert_into(monitoring_drafts::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Writes a draft's fields.
pub fn update(tx: &mut Tx, it: &Draft) -> Result<()> {
    diesel::update(monitoring_drafts::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// Whether any version of a rule is in the database.
pub fn is_stored(conn: &mut Conn, name: &str) -> Result<bool> {
    let stored = monitoring_rules::table.filter(monitoring_rules::name.eq(name));
    Ok(diesel::select(exists(stored)).get_result(conn)?)
}

/// Whether a text was tried out to the end.
pub fn is_tried(conn: &mut Conn, id: &MonitoringDraftId, sha256: &str) -> Result<bool> {
    let tried = monitoring_trials::table
        .filter(monitoring_trials::draft_id.eq(id))
        .filter(monitoring_trials::sha256.eq(sha256).and(monitoring_trials::state.eq(TrialState::Done)));
    Ok(diesel::select(exists(tried)).get_result(conn)?)
}

/// One trial.
pub fn trial(conn: &mut Conn, id: &TrialId) -> Result<Option<Trial>> {
    Ok(monitoring_trials::table.find(id).select(Trial::as_select()).first(conn).optional()?)
}

/// The last trial of a draft.
pub fn last_trial(conn: &mut Conn, id: &MonitoringDraftId) -> Result<Option<Trial>> {
    Ok(monitoring_trials::table
        .filter(monitoring_trials::draft_id.eq(id))
        .order(monitoring_trials::id.desc())
        .select(Trial::as_select())
        .first(conn)
        .optional()?)
}

/// Enters a trial.
pub fn insert_trial(tx: &mut Tx, it: &Trial) -> Result<()> {
    diesel::insert_into(monitoring_trials::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Takes the next trial that waits, or one whose node went away before `lost`.
pub fn take(tx: &mut Tx, now: Time, lost: Time) -> Result<Option<Trial>> {
    let is_lost = monitoring_trials::state
        .eq(TrialState::Running)
        .and(monitoring_trials::began_at.assume_not_null().lt(lost));
    let found: Option<Trial> = monitoring_trials::table
        .filter(monitoring_trials::state.eq(TrialState::Asked).or(is_lost))
        .order(monitoring_trials::id)
        .select(Trial::as_select())
        .first(tx.conn())
        .optional()?;
    if let Some(it) = &found {
        diesel::update(monitoring_trials::table.find(&it.id))
            .set((
                monitoring_trials::state.eq(TrialState::Running),
                monitoring_trials::began_at.eq(Some(now)),
            ))
            .execute(tx.conn())?;
    }
    Ok(found)
}

/// Writes how a trial ended.
pub fn end(tx: &mut Tx, id: &TrialId, state: TrialState, outcome: &str, now: Time) -> Result<()> {
    diesel::update(monitoring_trials::table.find(id))
        .set((
            monitoring_trials::state.eq(state),
            monitoring_trials::ended_at.eq(Some(now)),
            monitoring_trials::outcome.eq(outcome),
        ))
        .execute(tx.conn())?;
    Ok(())
}
