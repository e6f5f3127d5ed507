//! Uploaded files: kept until a person has seen what they would change, then applied whole or given up.
//!
//! What a file brings is read, compared and applied by the module it belongs to, in the transaction that ends it here.

use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::schema::imports;
use crate::text::{Say, Text, fill};
use crate::types::{AccountId, Ctx, ImportId, OrganisationId, Time, sha256};

crate::words! {
    /// What a file brings.
    Kind {
        /// Products of the catalogue.
        Products = "products",
        /// Lots of a round.
        Lots = "lots",
        /// A hospital's demand for a round.
        Demand = "demand",
        /// A supplier's answers to orders.
        Confirmations = "confirmations",
        /// A supplier's delivery notes.
        Deliveries = "deliveries",
        /// Bases of surplus retention.
        RetentionBases = "retention_bases",
        /// Assessment scores of surplus retention.
        Assessments = "assessments",
        /// A supplier's invoices.
        Invoices = "invoices",
        /// One fully digital invoice as XML.
        EInvoice = "e_invoice",
        /// A hospital's payments.
        Payments = "payments",
        /// Items of a basket of a price index.
        BasketItems = "basket_items",
        /// Lines of a hospital preparation's cost review sheet.
        CostLines = "cost_lines",
        /// Negotiated drugs with their payment standards.
        Negotiated = "negotiated",
        /// Case baskets of disease cost.
        DiseaseBaskets = "disease_baskets",
        /// What hospitals bought outside the platform.
        OffPlatform = "off_platform",
        /// Varieties procured elsewhere.
        Varieties = "varieties",
        /// Somebody's own ledger, to be compared; it changes nothing.
        Ledger = "ledger",
    }

    /// Where a file is.
    State {
        /// Somebody has yet to apply it or give it up.
        Waiting = "waiting",
        /// Applied.
        Applied = "applied",
        /// Given up.
        Cancelled = "cancelled",
    }
}

impl State {
    /// The state's name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            State::Waiting => t.files.import_waiting,
            State::Applied => t.files.import_applied,
            State::Cancelled => t.files.import_cancelled,
        }
    }
}

/// Why a file is not applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// It was given up.
    Ended,
    /// So much of it is wrong.
    Faults(u64),
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        match self {
            Refused::Ended => t.files.import_ended.to_owned(),
            Refused::Faults(count) => fill(t.files.import_faults, &[("count", count)]),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some("file")
    }
}

/// An uploaded file, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = imports)]
pub struct Import {
    /// Its id, from the form.
    pub id: ImportId,
    /// What it brings.
    pub kind: Kind,
    /// Its name.
    pub file_name: String,
    /// What it is read for: a round's id, or how its columns are named.
    pub profile: String,
    /// Where its columns are when a person chose them: a JSON list, else `[]`.
    pub places: String,
    /// Whose it is.
    pub organisation_id: OrganisationId,
    /// Who uploaded it.
    pub account_id: Option<AccountId>,
    /// Where it is.
    pub state: State,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// What applying it did, as JSON; empty where nothing is kept of it.
    pub result: String,
    /// When it was uploaded.
    pub created_at: Time,
    /// When it was applied or given up.
    pub ended_at: Option<Time>,
}

/// An upload as it arrives.
#[derive(Clone, Copy)]
pub struct New<'a> {
    /// The id, from the form.
    pub id: &'a ImportId,
    /// What it brings.
    pub kind: Kind,
    /// What it is read for.
    pub profile: &'a str,
    /// Where its columns are, as JSON.
    pub places: &'a str,
    /// The file's name.
    pub file_name: &'a str,
    /// Its bytes.
    pub content: &'a [u8],
}

/// Keeps a file for review, or finds it already kept under the same id by the same organisation.
pub fn keep(tx: &mut Tx, ctx: &Ctx, new: New) -> Result<Import> {
    let organisation_id = ctx.actor.organisation.clone().ok_or(Error::Forbidden)?;
    let import = Import {
        id: new.id.clone(),
        kind: new.kind,
        file_name: new.file_name.to_owned(),
        profile: new.profile.to_owned(),
        places: new.places.to_owned(),
        organisation_id,
        account_id: ctx.actor.account.clone(),
        state: State::Waiting,
        sha256: sha256(new.content),
        result: String::new(),
        created_at: ctx.now,
        ended_at: None,
    };
    if let Some(known) = find(tx.conn(), new.kind, new.id)? {
        let is_own = known.organisation_id == import.organisation_id;
        return if is_own { Ok(known) } else { Err(Error::NotFound) };
    }
    diesel::insert_into(imports::table)
        .values((&import, imports::content.eq(new.content)))
        .execute(tx.conn())?;
    let deed = Deed { action: "import.upload", subject: "imports", id: import.id.as_str() };
    audit::record(tx, ctx, deed, &(), &import)?;
    Ok(import)
}

/// A file of a kind.
pub fn find(conn: &mut Conn, kind: Kind, id: &ImportId) -> Result<Option<Import>> {
    Ok(imports::table
        .find(id)
        .filter(imports::kind.eq(kind))
        .select(Import::as_select())
        .first(conn)
        .optional()?)
}

/// A file of an organisation; another's is not there.
pub fn own(conn: &mut Conn, kind: Kind, id: &ImportId, organisation: &OrganisationId) -> Result<Import> {
    let file = find(conn, kind, id)?.ok_or(Error::NotFound)?;
    if file.organisation_id == *organisation { Ok(file) } else { Err(Error::NotFound) }
}

/// Keeps a file of the actor's organisation for review, when `read` finds that it can be read at all. The same form sent
/// twice keeps one.
pub fn stage(
    tx: &mut Tx,
    ctx: &Ctx,
    (kind, id): (Kind, &ImportId),
    (file_name, content): (&str, &[u8]),
    read: impl FnOnce(&mut Conn, &OrganisationId) -> Result<()>,
) -> Result<()> {
    let organisation = ctx.actor.organisation.clone().ok_or(Error::Forbidden)?;
    if find(tx.conn(), kind, id)?.is_none() {
        read(tx.conn(), &organisation)?;
    }
    let new = New { id, kind, profile: "", places: "[]", file_name, content };
    keep(tx, ctx, new).map(drop)
}

/// Applies a waiting file of the actor's organisation whole; `body` does it and gives how much it did and what came of
/// it. An applied file stays applied.
pub fn apply<T: Serialize>(
    tx: &mut Tx,
    ctx: &Ctx,
    (kind, id): (Kind, &ImportId),
    body: impl FnOnce(&mut Tx, &OrganisationId, &[u8]) -> Result<(usize, T)>,
) -> Result<usize> {
    let organisation = ctx.actor.organisation.clone().ok_or(Error::Forbidden)?;
    let file = own(tx.conn(), kind, id, &organisation)?;
    match file.state {
        State::Applied => return Ok(0),
        State::Cancelled => return Err(Error::refused(Refused::Ended)),
        State::Waiting => {}
    }
    let bytes = content(tx.conn(), id)?;
    let (count, made) = body(tx, &organisation, &bytes)?;
    applied(tx, ctx, &file, &serde_json::to_string(&made)?)?;
    let deed = Deed { action: "import.apply", subject: "imports", id: id.as_str() };
    audit::record(tx, ctx, deed, &file, &made)?;
    Ok(count)
}

/// Its bytes.
pub fn content(conn: &mut Conn, id: &ImportId) -> Result<Vec<u8>> {
    Ok(imports::table.find(id).select(imports::content).first(conn)?)
}

/// The newest files of a kind of an organisation.
pub fn recent(conn: &mut Conn, kind: Kind, organisation: &OrganisationId, limit: i64) -> Result<Vec<Import>> {
    Ok(imports::table
        .filter(imports::organisation_id.eq(organisation).and(imports::kind.eq(kind)))
        .order((imports::created_at.desc(), imports::id.desc()))
        .limit(limit)
        .select(Import::as_select())
        .load(conn)?)
}

/// Writes where a file's columns are.
pub fn set_layout(tx: &mut Tx, it: &Import) -> Result<()> {
    diesel::update(imports::table.find(&it.id))
        .set((imports::profile.eq(&it.profile), imports::places.eq(&it.places)))
        .execute(tx.conn())?;
    Ok(())
}

/// Writes that a file was applied and what that did; the trail hears of it from whoever applies it.
pub fn applied(tx: &mut Tx, ctx: &Ctx, it: &Import, result: &str) -> Result<()> {
    end(
        tx,
        &Import { state: State::Applied, result: result.to_owned(), ended_at: Some(ctx.now), ..it.clone() },
    )
}

/// Gives a waiting file up; one that has ended stays as it is.
pub fn cancel(tx: &mut Tx, ctx: &Ctx, it: &Import) -> Result<()> {
    if it.state != State::Waiting {
        return Ok(());
    }
    let after = Import { state: State::Cancelled, ended_at: Some(ctx.now), ..it.clone() };
    end(tx, &after)?;
    let deed = Deed { action: "import.cancel", subject: "imports", id: it.id.as_str() };
    audit::record(tx, ctx, deed, it, &after)
}

/// The bytes go: nobody needs them any more, and the hash stays.
fn end(tx: &mut Tx, it: &Import) -> Result<()> {
    diesel::update(imports::table.find(&it.id))
        .set((
            imports::state.eq(it.state),
            imports::result.eq(&it.result),
            imports::ended_at.eq(it.ended_at),
            imports::content.eq(Vec::<u8>::new()),
        ))
        .execute(tx.conn())?;
    Ok(())
}
