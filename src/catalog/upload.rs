//! Uploaded product files: kept until a person has reviewed them and applies or cancels them, whole or not at all.

use diesel::prelude::*;
use serde::Serialize;

use super::difference::{Counts, Difference};
use super::import::{self, Layout, Profile, Reading};
use super::{Refused, lock, store};
use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::schema::imports;
use crate::text::Text;
use crate::types::{AccountId, Ctx, ImportId, OrganisationId, Time, sha256};

crate::words! {
    /// What a file brings.
    ImportKind {
        /// Products of the catalogue.
        Products = "products",
    }

    /// Where a file is.
    ImportState {
        /// Waits for review.
        Review = "review",
        /// Applied.
        Applied = "applied",
        /// Cancelled.
        Cancelled = "cancelled",
    }
}

impl ImportState {
    /// The state's name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            ImportState::Review => t.catalog.state_review,
            ImportState::Applied => t.catalog.state_applied,
            ImportState::Cancelled => t.catalog.state_cancelled,
        }
    }
}

/// An uploaded file, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = imports)]
pub struct Import {
    /// Its id.
    pub id: ImportId,
    /// What it brings.
    pub kind: ImportKind,
    /// Its name.
    pub file_name: String,
    /// How its columns are named.
    pub profile: Profile,
    /// Where its columns are when a person chose them: a JSON list, else `[]`.
    pub places: String,
    /// Whose it is.
    pub organisation_id: OrganisationId,
    /// Who uploaded it.
    pub account_id: Option<AccountId>,
    /// Where it is.
    pub state: ImportState,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// What applying it did: [`Counts`] as JSON; empty before.
    pub result: String,
    /// When it was uploaded.
    pub created_at: Time,
    /// When it was applied or cancelled.
    pub ended_at: Option<Time>,
}

impl Import {
    /// How it is laid out.
    pub fn layout(&self) -> Result<Layout> {
        Ok(Layout { profile: self.profile, places: serde_json::from_str(&self.places)? })
    }

    /// What applying it did.
    pub fn counts(&self) -> Option<Counts> {
        serde_json::from_str(&self.result).ok()
    }
}

/// An upload as it arrives.
#[derive(Debug, Clone)]
pub struct NewImport {
    /// The id, from the form.
    pub id: ImportId,
    /// The file's name.
    pub file_name: String,
    /// Its bytes.
    pub content: Vec<u8>,
    /// Its layout: [`layout_of`].
    pub layout: Layout,
}

/// Finds out a file's layout and refuses a file that cannot be read to its end, before it is stored.
pub fn layout_of(content: &[u8]) -> Result<Layout> {
    let sample = import::sample(content)?;
    Ok(Layout::known(Profile::of(&sample.names)))
}

/// Keeps a file for review, or finds it already kept under the same id.
pub fn start(tx: &mut Tx, ctx: &Ctx, new: &NewImport) -> Result<Import> {
    let organisation_id = ctx.actor.organisation.clone().ok_or(Error::Forbidden)?;
    if let Some(known) = store::import(tx.conn(), &new.id)? {
        return if known.organisation_id == organisation_id { Ok(known) } else { Err(Error::NotFound) };
    }
    let import = Import {
        id: new.id.clone(),
        kind: ImportKind::Products,
        file_name: new.file_name.clone(),
        profile: new.layout.profile,
        places: serde_json::to_string(&new.layout.places)?,
        organisation_id,
        account_id: ctx.actor.account.clone(),
        state: ImportState::Review,
        sha256: sha256(&new.content),
        result: String::new(),
        created_at: ctx.now,
        ended_at: None,
    };
    store::insert_import(tx, &import, &new.content)?;
    let deed = Deed { action: "import.upload", subject: "imports", id: import.id.as_str() };
    audit::record(tx, ctx, deed, &(), &import)?;
    Ok(import)
}

/// An organisation's file.
pub fn import(conn: &mut Conn, organisation: &OrganisationId, id: &ImportId) -> Result<Import> {
    let found = store::import(conn, id)?.filter(|import| import.organisation_id == *organisation);
    found.ok_or(Error::NotFound)
}

/// The file's header and first lines.
pub fn sample(conn: &mut Conn, import: &Import) -> Result<import::Sample> {
    let content = store::content(conn, &import.id)?;
    import::sample(content.as_slice())
}

/// What a file that waits would change, with what is wrong in it.
pub fn review(conn: &mut Conn, import: &Import, now: Time) -> Result<(Reading, Difference)> {
    if import.layout()?.is_open() {
        return Err(Error::refused(Refused::NoColumns));
    }
    let content = store::content(conn, &import.id)?;
    let reading = import::read(content.as_slice(), &import.layout()?)?;
    let difference = Difference::of(&reading, &store::known(conn)?, now);
    Ok((reading, difference))
}

/// Says which column of a waiting file is which: for each of [`import::CHOSEN`] its place.
pub fn choose(tx: &mut Tx, ctx: &Ctx, id: &ImportId, places: Vec<Option<usize>>) -> Result<()> {
    let before = waiting(tx, ctx, id)?;
    let content = store::content(tx.conn(), id)?;
    let layout = Layout { profile: Profile::Chosen, places };
    import::read(content.as_slice(), &layout)?;
    let after = Import { profile: layout.profile, places: serde_json::to_string(&layout.places)?, ..before };
    store::set_layout(tx, &after)
}

fn waiting(tx: &mut Tx, ctx: &Ctx, id: &ImportId) -> Result<Import> {
    let organisation = ctx.actor.organisation.clone().ok_or(Error::Forbidden)?;
    let import = import(tx.conn(), &organisation, id)?;
    if import.state != ImportState::Review {
        return Err(Error::refused(Refused::Ended(import.state)));
    }
    Ok(import)
}

/// Applies a reviewed file. `seen` is the [`Difference::mark`] of what was reviewed: when the catalogue has moved so
/// that something else would happen, nothing does. Applying twice is applying once.
pub fn apply(tx: &mut Tx, ctx: &Ctx, id: &ImportId, seen: &str, skip_bad: bool) -> Result<Counts> {
    let organisation = ctx.actor.organisation.clone().ok_or(Error::Forbidden)?;
    if let Some(done) = import(tx.conn(), &organisation, id)?.counts() {
        return Ok(done);
    }
    lock(tx)?;
    let before = waiting(tx, ctx, id)?;
    let (_, difference) = review(tx.conn(), &before, ctx.now)?;
    if difference.mark() != seen {
        return Err(Error::refused(Refused::Moved));
    }
    let source = Source { id: id.as_str(), file_name: &before.file_name, sha256: &before.sha256 };
    let counts = save(tx, ctx, &source, &difference, skip_bad)?;
    let result = serde_json::to_string(&counts)?;
    let ended_at = Some(ctx.now);
    store::end_import(tx, &Import { state: ImportState::Applied, result, ended_at, ..before })?;
    Ok(counts)
}

/// Throws a waiting file away; cancelling twice is cancelling once.
pub fn cancel(tx: &mut Tx, ctx: &Ctx, id: &ImportId) -> Result<()> {
    let organisation = ctx.actor.organisation.clone().ok_or(Error::Forbidden)?;
    if import(tx.conn(), &organisation, id)?.state == ImportState::Cancelled {
        return Ok(());
    }
    let before = waiting(tx, ctx, id)?;
    let after = Import { state: ImportState::Cancelled, ended_at: Some(ctx.now), ..before.clone() };
    store::end_import(tx, &after)?;
    let deed = Deed { action: "import.cancel", subject: "imports", id: id.as_str() };
    audit::record(tx, ctx, deed, &before, &after)
}

/// Where a file comes from, for the trail.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The id of the upload; of a file from the command line its hash.
    pub id: &'a str,
    /// Its name.
    pub file_name: &'a str,
    /// SHA-256 of its bytes.
    pub sha256: &'a str,
}

/// Applies a file that was read outside the database: the command line's way.
pub fn apply_reading(
    tx: &mut Tx,
    ctx: &Ctx,
    source: &Source,
    reading: &Reading,
    skip_bad: bool,
) -> Result<Counts> {
    lock(tx)?;
    let difference = Difference::of(reading, &store::known(tx.conn())?, ctx.now);
    save(tx, ctx, source, &difference, skip_bad)
}

fn save(tx: &mut Tx, ctx: &Ctx, source: &Source, found: &Difference, skip_bad: bool) -> Result<Counts> {
    if found.bad > 0 && !skip_bad {
        return Err(Error::refused(Refused::BadLines(found.bad)));
    }
    let counts = found.counts();
    store::save(tx, &found.rows())?;
    let deed = Deed { action: "product.import", subject: "imports", id: source.id };
    let facts = serde_json::json!({
        "file": source.file_name, "sha256": source.sha256, "skip_bad": skip_bad, "counts": counts,
    });
    audit::record(tx, ctx, deed, &(), &facts)?;
    Ok(counts)
}
