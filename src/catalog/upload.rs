//! Uploaded product files: kept until a person has reviewed them and applies or cancels them, whole or not at all.

use super::difference::{Counts, Difference};
use super::import::{self, Layout, Profile, Reading};
use super::{Product, Refused, lock, rules, store};
use crate::audit::{self, Deed};
use crate::credit::standing;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::files::Fault;
use crate::imports::{self, Import, Kind, State};
use crate::types::{Ctx, ImportId, OrganisationId, Time};

/// How a file is laid out.
pub fn layout(import: &Import) -> Result<Layout> {
    let unknown = || Error::fault(format!("stored profile of import {}", import.id));
    let profile = import.profile.parse().map_err(|()| unknown())?;
    Ok(Layout { profile, places: serde_json::from_str(&import.places)? })
}

/// What applying a file did.
pub fn counts(import: &Import) -> Option<Counts> {
    serde_json::from_str(&import.result).ok()
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
    let places = serde_json::to_string(&new.layout.places)?;
    let file = imports::New {
        id: &new.id,
        kind: Kind::Products,
        profile: new.layout.profile.as_str(),
        places: &places,
        file_name: &new.file_name,
        content: &new.content,
    };
    imports::keep(tx, ctx, file)
}

/// An organisation's file.
pub fn import(conn: &mut Conn, organisation: &OrganisationId, id: &ImportId) -> Result<Import> {
    let found = imports::find(conn, Kind::Products, id)?;
    found.filter(|import| import.organisation_id == *organisation).ok_or(Error::NotFound)
}

/// The file's header and first lines.
pub fn sample(conn: &mut Conn, import: &Import) -> Result<import::Sample> {
    let content = imports::content(conn, &import.id)?;
    import::sample(content.as_slice())
}

/// What a file that waits would change, with what is wrong in it.
pub fn review(conn: &mut Conn, import: &Import, now: Time) -> Result<(Reading, Difference)> {
    if layout(import)?.is_open() {
        return Err(Error::refused(Refused::NoColumns));
    }
    let content = imports::content(conn, &import.id)?;
    let mut reading = import::read(content.as_slice(), &layout(import)?)?;
    let difference = compare(conn, &mut reading, now)?;
    Ok((reading, difference))
}

/// What a file read would change. A line that lists a product suspended by its company's credit rating at a price, or at
/// a higher one, is a bad line with the reason.
pub fn compare(conn: &mut Conn, reading: &mut Reading, now: Time) -> Result<Difference> {
    let mut found = Difference::of(reading, &store::known(conn)?, now);
    let listing = standing::listing(conn, now.day())?;
    if listing.is_empty() {
        return Ok(found);
    }
    let mut faults = Vec::new();
    let mut barred = |line: u64, before: Option<&Product>, after: &Product| {
        let why = rules::is_dearer(before, after).then(|| listing.product(&after.code, &after.maker));
        let Some(why) = why.flatten() else { return false };
        faults.push(Fault::new(line, "", &after.code, why));
        true
    };
    found.new.retain(|it| !barred(it.line, None, &it.product));
    found.changed.retain(|it| !barred(it.line, Some(&it.before), &it.after));
    let count = u64::try_from(faults.len()).unwrap_or(u64::MAX);
    faults.sort_by_key(|fault| fault.line);
    reading.lines.retain(|line| !faults.iter().any(|fault| fault.line == line.line));
    faults.into_iter().for_each(|fault| reading.faults.push(fault));
    (reading.bad, found.bad) = (reading.bad + count, found.bad + count);
    Ok(found)
}

/// Says which column of a waiting file is which: for each of [`import::CHOSEN`] its place.
pub fn choose(tx: &mut Tx, ctx: &Ctx, id: &ImportId, places: Vec<Option<usize>>) -> Result<()> {
    let before = waiting(tx, ctx, id)?;
    let content = imports::content(tx.conn(), id)?;
    let layout = Layout { profile: Profile::Chosen, places };
    import::read(content.as_slice(), &layout)?;
    let (profile, places) = (layout.profile.to_string(), serde_json::to_string(&layout.places)?);
    imports::set_layout(tx, &Import { profile, places, ..before })
}

fn waiting(tx: &mut Tx, ctx: &Ctx, id: &ImportId) -> Result<Import> {
    let organisation = ctx.actor.organisation.clone().ok_or(Error::Forbidden)?;
    let import = import(tx.conn(), &organisation, id)?;
    if import.state != State::Waiting {
        return Err(Error::refused(Refused::Ended(import.state)));
    }
    Ok(import)
}

/// Applies a reviewed file. `seen` is the [`Difference::mark`] of what was reviewed: when the catalogue has moved so
/// that something else would happen, nothing does. Applying twice is applying once.
pub fn apply(tx: &mut Tx, ctx: &Ctx, id: &ImportId, seen: &str, skip_bad: bool) -> Result<Counts> {
    let organisation = ctx.actor.organisation.clone().ok_or(Error::Forbidden)?;
    if let Some(done) = counts(&import(tx.conn(), &organisation, id)?) {
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
    imports::applied(tx, ctx, &before, &serde_json::to_string(&counts)?)?;
    Ok(counts)
}

/// Throws a waiting file away; cancelling twice is cancelling once.
pub fn cancel(tx: &mut Tx, ctx: &Ctx, id: &ImportId) -> Result<()> {
    let organisation = ctx.actor.organisation.clone().ok_or(Error::Forbidden)?;
    let import = import(tx.conn(), &organisation, id)?;
    if import.state == State::Applied {
        return Err(Error::refused(Refused::Ended(import.state)));
    }
    imports::cancel(tx, ctx, &import)
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
    let difference = compare(tx.conn(), &mut reading.clone(), ctx.now)?;
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
