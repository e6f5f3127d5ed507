//! Drafts of monitoring rules: a version copied, changed as a text, tried out on what is stored, approved by a second
//! person, and published as the next version. A published version never changes.

pub mod rules;
pub mod store;
pub mod trials;

use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::prices::monitoring::difference::{self, Difference};
use crate::prices::monitoring::faults::{self, Fault, Kept};
use crate::prices::monitoring::versions::{self, Version};
use crate::rounds::approvals::{Action, Approval};
use crate::rounds::drafts::{self, Named};
use crate::schema::monitoring_drafts;
use crate::types::{AccountId, ApprovalId, Ctx, MonitoringDraftId, Time, sha256};

pub use crate::rounds::drafts::DraftState;
pub use rules::Refused;

/// The table of drafts, as approvals and the trail name it.
pub const SUBJECT: &str = "monitoring_drafts";

/// A version of a monitoring rule being written.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = monitoring_drafts, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Draft {
    /// Its id, from the form.
    pub id: MonitoringDraftId,
    /// The rule's name.
    pub name: String,
    /// The version it was copied from.
    pub origin: i32,
    /// Its title in Chinese.
    pub title: String,
    /// Its text.
    pub body: String,
    /// What became of it.
    pub state: DraftState,
    /// Counts changes; a form carries it, so that two people cannot overwrite each other.
    pub version: i32,
    /// The version it has become.
    pub became: Option<i32>,
    /// Who copied it.
    pub created_by: AccountId,
    /// When.
    pub created_at: Time,
    /// When it was changed last.
    pub updated_at: Time,
}

impl Draft {
    /// SHA-256 of its text.
    pub fn sha256(&self) -> String {
        sha256(self.body.as_bytes())
    }
}

/// What came of a change.
#[derive(Debug)]
pub enum Changed {
    /// It is saved.
    Saved,
    /// The text has faults; nothing is saved.
    Faulty(Vec<Fault>),
}

fn deed<'a>(action: &'static str, id: &'a MonitoringDraftId) -> Deed<'a> {
    Deed { action, subject: SUBJECT, id: id.as_str() }
}

/// A draft, or there is no such thing.
pub fn draft(conn: &mut Conn, id: &MonitoringDraftId) -> Result<Draft> {
    store::draft(conn, id)?.ok_or(Error::NotFound)
}

/// A draft as requests name it.
pub fn named(id: &MonitoringDraftId) -> Named<'_> {
    Named { subject: SUBJECT, id: id.as_str(), action: Action::MonitoringRule }
}

/// The request that waits for a reviewer.
pub fn request(conn: &mut Conn, id: &MonitoringDraftId) -> Result<Option<Approval>> {
    named(id).request(conn)
}

/// What a draft changes in the version it was copied from.
pub fn differences(conn: &mut Conn, draft: &Draft) -> Result<Vec<Difference>> {
    let origin = versions::version(conn, &draft.name, draft.origin)?;
    Ok(difference::between(&origin.body, &draft.body))
}

/// What the next version must keep of the one it was copied from.
fn kept(origin: &Version, latest: i32) -> Result<Kept> {
    let rule = origin.rule()?;
    let version = u32::try_from(latest.saturating_add(1)).map_err(Error::fault_of)?;
    Ok(Kept { name: rule.name, kind: rule.kind, version })
}

fn latest(conn: &mut Conn, name: &str) -> Result<i32> {
    Ok(versions::of(conn, name)?.first().ok_or(Error::NotFound)?.version)
}

/// Copies a version into a draft that has the next version's number, or finds it already copied under the same id.
pub fn copy(tx: &mut Tx, ctx: &Ctx, id: MonitoringDraftId, (name, from): (&str, i32)) -> Result<Draft> {
    if let Some(known) = store::draft(tx.conn(), &id)? {
        return Ok(known);
    }
    let origin = versions::version(tx.conn(), name, from)?;
    let latest = latest(tx.conn(), name)?;
    let draft = Draft {
        id,
        name: origin.name.clone(),
        origin: origin.version,
        title: origin.rule()?.title,
        body: rules::numbered(&origin.body, latest.saturating_add(1)),
        state: DraftState::Open,
        version: 1,
        became: None,
        created_by: ctx.actor.account.clone().ok_or(Error::Forbidden)?,
        created_at: ctx.now,
        updated_at: ctx.now,
    };
    store::insert(tx, &draft)?;
    audit::record(tx, ctx, deed("monitoring_draft.copy", &draft.id), &(), &draft)?;
    Ok(draft)
}

/// Changes a draft's text. Every fault of it is told and nothing saved while there is one. `version` is the one the
/// officer saw: when somebody else has changed the draft since, nothing is saved either.
pub fn change(tx: &mut Tx, ctx: &Ctx, id: &MonitoringDraftId, version: i32, body: &str) -> Result<Changed> {
    let before = draft(tx.conn(), id)?;
    drafts::is_open(before.state, request(tx.conn(), id)?.is_some()).map_err(Error::refused)?;
    let body = rules::text(body).map_err(Error::refused)?;
    if body == before.body {
        return Ok(Changed::Saved);
    }
    let origin = versions::version(tx.conn(), &before.name, before.origin)?;
    let latest = latest(tx.conn(), &before.name)?;
    let rule = match faults::read(&body, &kept(&origin, latest)?) {
        Ok(rule) => rule,
        Err(faults) => return Ok(Changed::Faulty(faults)),
    };
    if before.version != version {
        return Err(Error::refused(drafts::Refused::Changed));
    }
    let after = Draft {
        title: rule.title,
        body,
        version: before.version.saturating_add(1),
        updated_at: ctx.now,
        ..before.clone()
    };
    store::update(tx, &after)?;
    audit::record(tx, ctx, deed("monitoring_draft.change", id), &before, &after)?;
    Ok(Changed::Saved)
}

/// Asks a second person to publish a draft that is sound, changes something, and was tried out as it is.
pub fn ask(tx: &mut Tx, ctx: &Ctx, id: &MonitoringDraftId) -> Result<()> {
    let draft = draft(tx.conn(), id)?;
    drafts::is_open(draft.state, false).map_err(Error::refused)?;
    sound(tx.conn(), &draft)?;
    rules::changes(&differences(tx.conn(), &draft)?).map_err(Error::refused)?;
    if !store::is_tried(tx.conn(), id, &draft.sha256())? {
        return Err(Error::refused(Refused::Untried));
    }
    named(id).ask(tx, ctx)
}

/// Refuses a draft whose number another version took since, or that has faults.
fn sound(conn: &mut Conn, draft: &Draft) -> Result<Version> {
    let origin = versions::version(conn, &draft.name, draft.origin)?;
    let latest = latest(conn, &draft.name)?;
    rules::may_follow(&draft.body, latest).map_err(Error::refused)?;
    let rule = faults::read(&draft.body, &kept(&origin, latest)?)
        .map_err(|faults| faults.into_iter().next().map_or(Error::NotFound, Error::refused))?;
    Version::of(&rule, &draft.body)
}

/// Takes the request back, so that the draft can be changed again; done twice it is done once.
pub fn withdraw(tx: &mut Tx, ctx: &Ctx, id: &MonitoringDraftId) -> Result<()> {
    draft(tx.conn(), id)?;
    named(id).withdraw(tx, ctx)
}

/// Gives a draft up, with what is asked about it; done twice it is done once.
pub fn discard(tx: &mut Tx, ctx: &Ctx, id: &MonitoringDraftId) -> Result<()> {
    let before = draft(tx.conn(), id)?;
    if before.state == DraftState::Discarded {
        return Ok(());
    }
    drafts::is_open(before.state, false).map_err(Error::refused)?;
    named(id).withdraw(tx, ctx)?;
    let after = Draft { state: DraftState::Discarded, updated_at: ctx.now, ..before.clone() };
    store::update(tx, &after)?;
    audit::record(tx, ctx, deed("monitoring_draft.discard", id), &before.state, &after.state)
}

/// Decides a request; on yes the draft becomes the next version of its rule in the same transaction.
pub fn decide(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &MonitoringDraftId,
    request: &ApprovalId,
    yes: bool,
    remark: &str,
) -> Result<()> {
    named(id).decide(tx, ctx, request, yes, remark)?;
    if yes { publish(tx, ctx, id) } else { Ok(()) }
}

fn publish(tx: &mut Tx, ctx: &Ctx, id: &MonitoringDraftId) -> Result<()> {
    let before = draft(tx.conn(), id)?;
    drafts::is_open(before.state, false).map_err(Error::refused)?;
    let made = sound(tx.conn(), &before)?;
    // The program's own version stays what it was, whatever the program brings later.
    if let [own] = versions::of(tx.conn(), &before.name)?.as_slice()
        && own.published_at.is_none()
        && !store::is_stored(tx.conn(), &own.name)?
    {
        versions::insert(tx, own)?;
    }
    let version = Version { published_by: ctx.actor.account.clone(), published_at: Some(ctx.now), ..made };
    versions::insert(tx, &version)?;
    let after = Draft {
        state: DraftState::Published,
        became: Some(version.version),
        updated_at: ctx.now,
        ..before.clone()
    };
    store::update(tx, &after)?;
    audit::record(
        tx,
        ctx,
        deed("monitoring_draft.publish", id),
        &before.state,
        &(after.state, after.became),
    )?;
    let deed = Deed { action: "monitoring_rule.publish", subject: "monitoring_rules", id: &version.name };
    audit::record(tx, ctx, deed, &(), &(version.version, version.effective_from, &version.sha256))
}
