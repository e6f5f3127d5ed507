//! SQL of drafts of rule sets.

use diesel::prelude::*;

use super::{DraftState, RuleDraft};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::schema::rule_drafts;
use crate::types::RuleDraftId;

/// One draft.
pub fn draft(conn: &mut Conn, id: &RuleDraftId) -> Result<Option<RuleDraft>> {
    Ok(rule_drafts::table.find(id).select(RuleDraft::as_select()).first(conn).optional()?)
}

/// The drafts that can still be changed, newest first.
pub fn open(conn: &mut Conn, limit: i64) -> Result<Vec<RuleDraft>> {
    Ok(rule_drafts::table
        .filter(rule_drafts::state.eq(DraftState::Open))
        .order(rule_drafts::id.desc())
        .limit(limit)
        .select(RuleDraft::as_select())
        .load(conn)?)
}

/// Enters a draft.
pub fn insert(tx: &mut Tx, it: &RuleDraft) -> Result<()> {
    diesel::insert_into(rule_drafts::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Writes a draft's fields.
pub fn update(tx: &mut Tx, it: &RuleDraft) -> Result<()> {
    diesel::update(rule_drafts::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}
