//! Drafts of rule sets: a published version copied, changed, approved by a second person, and published as the next
//! version. A published version never changes.

pub mod fields;
pub mod rules;
pub mod store;

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::Serialize;
use toml::Table;

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::rounds::approvals::{Action, Approval};
use crate::rounds::drafts::{self, Named};
use crate::rounds::rule_set::RuleSet;
use crate::rounds::rule_text::{self, Difference};
use crate::rounds::{RuleSetVersion, rule_set_version};
use crate::schema::rule_drafts;
use crate::types::{AccountId, ApprovalId, Ctx, RuleDraftId, RuleSetId, Time, sha256};

pub use crate::rounds::drafts::DraftState;
pub use rules::Refused;

/// The table of drafts, as approvals and the trail name it.
pub const SUBJECT: &str = "rule_drafts";

/// A rule set being written.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = rule_drafts, treat_none_as_null = true)]
pub struct RuleDraft {
    /// Its id.
    pub id: RuleDraftId,
    /// The version it was copied from.
    pub origin_id: RuleSetId,
    /// The document number it will have.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its canonical TOML.
    pub body: String,
    /// What became of it.
    pub state: DraftState,
    /// Counts changes; a form carries it, so that two people cannot overwrite each other.
    pub version: i32,
    /// The version it has become.
    pub rule_set_id: Option<RuleSetId>,
    /// Who copied it.
    pub created_by: AccountId,
    /// When.
    pub created_at: Time,
    /// When it was changed last.
    pub updated_at: Time,
}

/// What the trail keeps of a draft: its parameters, so that a change shows what changed.
#[derive(Serialize)]
struct Facts {
    name: String,
    state: DraftState,
    parameters: BTreeMap<String, String>,
}

fn facts(draft: &RuleDraft) -> Facts {
    let table: Table = draft.body.parse().unwrap_or_default();
    let parameters = rule_text::between(&Table::new(), &table);
    Facts {
        name: draft.name.clone(),
        state: draft.state,
        parameters: parameters.into_iter().filter_map(|d| Some((d.name, d.after?))).collect(),
    }
}

fn deed<'a>(action: &'static str, id: &'a RuleDraftId) -> Deed<'a> {
    Deed { action, subject: SUBJECT, id: id.as_str() }
}

/// A draft, or there is no such thing.
pub fn draft(conn: &mut Conn, id: &RuleDraftId) -> Result<RuleDraft> {
    store::draft(conn, id)?.ok_or(Error::NotFound)
}

/// A draft as requests name it.
pub fn named(id: &RuleDraftId) -> Named<'_> {
    Named { subject: SUBJECT, id: id.as_str(), action: Action::RuleSet }
}

/// The request that waits for a reviewer.
pub fn request(conn: &mut Conn, id: &RuleDraftId) -> Result<Option<Approval>> {
    named(id).request(conn)
}

/// What a draft changes in the version it was copied from.
pub fn differences(conn: &mut Conn, draft: &RuleDraft) -> Result<Vec<Difference>> {
    let origin = rule_set_version(conn, &draft.origin_id)?;
    let tables = (origin.body.parse().unwrap_or_default(), draft.body.parse().unwrap_or_default());
    Ok(rule_text::between(&tables.0, &tables.1))
}

/// Copies a published version into a draft, or finds it already copied under the same id. With the name of the
/// version it becomes that rule set's next version, else the first of a new one.
pub fn copy(tx: &mut Tx, ctx: &Ctx, from: &RuleSetId, id: RuleDraftId, name: &str) -> Result<RuleDraft> {
    if let Some(known) = store::draft(tx.conn(), &id)? {
        return Ok(known);
    }
    let origin = rule_set_version(tx.conn(), from)?;
    let name = rules::name(name).map_err(Error::refused)?;
    is_free(tx.conn(), &name, &origin)?;
    let mut table: Table = origin.body.parse().map_err(Error::fault_of)?;
    table.insert("name".to_owned(), toml::Value::String(name.clone()));
    let draft = RuleDraft {
        id,
        origin_id: origin.id,
        name,
        title: origin.title,
        body: rule_text::canonical(&table),
        state: DraftState::Open,
        version: 1,
        rule_set_id: None,
        created_by: ctx.actor.account.clone().ok_or(Error::Forbidden)?,
        created_at: ctx.now,
        updated_at: ctx.now,
    };
    store::insert(tx, &draft)?;
    audit::record(tx, ctx, deed("rule_draft.copy", &draft.id), &(), &facts(&draft))?;
    Ok(draft)
}

/// A name is the origin's, for its next version, or no rule set has it yet.
fn is_free(conn: &mut Conn, name: &str, origin: &RuleSetVersion) -> Result<()> {
    let taken = name != origin.name && crate::rounds::store::latest_rule_set(conn, name)?.is_some();
    if taken { Err(Error::refused(Refused::NameTaken(name.to_owned()))) } else { Ok(()) }
}

/// Changes a draft. `version` is the one the officer saw: when somebody else has changed it since, nothing is
/// written, except that the same form sent twice is one change.
pub fn change(tx: &mut Tx, ctx: &Ctx, id: &RuleDraftId, version: i32, table: Table) -> Result<RuleDraft> {
    let before = draft(tx.conn(), id)?;
    drafts::is_open(before.state, request(tx.conn(), id)?.is_some()).map_err(Error::refused)?;
    let origin = rule_set_version(tx.conn(), &before.origin_id)?;
    let mut table = table;
    rules::mark(&origin.body.parse().unwrap_or_default(), &mut table).map_err(Error::refused)?;
    let body = rule_text::canonical(&table);
    let parsed = RuleSet::parse(&body).map_err(Error::refused)?;
    if body == before.body {
        return Ok(before);
    }
    if before.version != version {
        return Err(Error::refused(drafts::Refused::Changed));
    }
    let name = rules::name(&parsed.name).map_err(Error::refused)?;
    is_free(tx.conn(), &name, &origin)?;
    let after = RuleDraft {
        name,
        title: parsed.title,
        body,
        version: before.version.saturating_add(1),
        updated_at: ctx.now,
        ..before.clone()
    };
    store::update(tx, &after)?;
    audit::record(tx, ctx, deed("rule_draft.change", id), &facts(&before), &facts(&after))?;
    Ok(after)
}

/// Asks a second person to publish a draft that is sound and changes something.
pub fn ask(tx: &mut Tx, ctx: &Ctx, id: &RuleDraftId) -> Result<()> {
    let draft = draft(tx.conn(), id)?;
    drafts::is_open(draft.state, false).map_err(Error::refused)?;
    RuleSet::parse(&draft.body).map_err(Error::refused)?;
    if differences(tx.conn(), &draft)?.is_empty() {
        return Err(Error::refused(drafts::Refused::Nothing));
    }
    named(id).ask(tx, ctx)
}

/// Takes the request back, so that the draft can be changed again; done twice it is done once.
pub fn withdraw(tx: &mut Tx, ctx: &Ctx, id: &RuleDraftId) -> Result<()> {
    draft(tx.conn(), id)?;
    named(id).withdraw(tx, ctx)
}

/// Gives a draft up, with what is asked about it; done twice it is done once.
pub fn discard(tx: &mut Tx, ctx: &Ctx, id: &RuleDraftId) -> Result<()> {
    let before = draft(tx.conn(), id)?;
    if before.state == DraftState::Discarded {
        return Ok(());
    }
    drafts::is_open(before.state, false).map_err(Error::refused)?;
    named(id).withdraw(tx, ctx)?;
    let after = RuleDraft { state: DraftState::Discarded, updated_at: ctx.now, ..before.clone() };
    store::update(tx, &after)?;
    audit::record(tx, ctx, deed("rule_draft.discard", id), &before.state, &after.state)
}

/// Decides a request; on yes the draft becomes the next version of its name in the same transaction.
pub fn decide(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &RuleDraftId,
    request: &ApprovalId,
    yes: bool,
    remark: &str,
) -> Result<()> {
    named(id).decide(tx, ctx, request, yes, remark)?;
    if yes { publish(tx, ctx, id).map(drop) } else { Ok(()) }
}

fn publish(tx: &mut Tx, ctx: &Ctx, id: &RuleDraftId) -> Result<RuleSetVersion> {
    let before = draft(tx.conn(), id)?;
    drafts::is_open(before.state, false).map_err(Error::refused)?;
    let origin = rule_set_version(tx.conn(), &before.origin_id)?;
    is_free(tx.conn(), &before.name, &origin)?;
    let parsed = RuleSet::parse(&before.body).map_err(Error::refused)?;
    let latest = crate::rounds::store::latest_rule_set(tx.conn(), &before.name)?;
    let version = RuleSetVersion {
        id: RuleSetId::new(),
        name: before.name.clone(),
        version: latest.map_or(1, |known| known.version.saturating_add(1)),
        title: parsed.title,
        body: before.body.clone(),
        sha256: sha256(before.body.as_bytes()),
        created_at: ctx.now,
    };
    crate::rounds::store::insert_rule_set(tx, &version)?;
    let after = RuleDraft {
        state: DraftState::Published,
        rule_set_id: Some(version.id.clone()),
        updated_at: ctx.now,
        ..before.clone()
    };
    store::update(tx, &after)?;
    audit::record(tx, ctx, deed("rule_draft.publish", id), &before.state, &(after.state, &version.id))?;
    audit::record(
        tx,
        ctx,
        Deed { action: "rule_set.publish", subject: "rule_sets", id: version.id.as_str() },
        &(),
        &(&version.name, version.version, &version.sha256),
    )?;
    Ok(version)
}
