//! A shortage that an officer records: what a hospital or a company wrote before orders and stock show it. The nightly
//! watch may find it worse, never better than it was recorded, until it is closed.

use diesel::dsl::exists;
use diesel::prelude::*;

use crate::audit::{self, Deed};
use crate::awards::documents::{self, Owner};
use crate::db::{self, Conn, Tx};
use crate::error::Result;
use crate::notify::News;
use crate::schema::{products, shortages};
use crate::supply::shortages::rules::{self, Refused};
use crate::supply::shortages::watch::{limits, step, tell};
use crate::supply::shortages::{Level, SUBJECT, Shortage, ShortageState, StepKind, signals, store};
use crate::types::{Ctx, DocumentId, ShortageId};

/// Longest reason.
const REASON: usize = 2_000;

/// What an officer records.
#[derive(Debug, Clone)]
pub struct New {
    /// Its id, from the form.
    pub id: ShortageId,
    /// The generic name, as the catalogue has it.
    pub generic: String,
    /// How bad it is.
    pub level: Level,
    /// Why.
    pub reason: String,
    /// The document it rests on: its number, or who wrote it when.
    pub document: String,
    /// The document itself: id, name and bytes.
    pub file: Option<(DocumentId, String, Vec<u8>)>,
}

/// What documents of a shortage belong to.
pub fn owner(id: &ShortageId) -> Owner<'_> {
    (SUBJECT, id.as_str())
}

/// Records a shortage; officers and the hospitals concerned are told. The same form sent twice records one.
pub fn record(tx: &mut Tx, ctx: &Ctx, new: &New) -> Result<()> {
    if store::shortage(tx.conn(), &new.id)?.is_some() {
        return Ok(());
    }
    let generic = new.generic.trim();
    rules::filled("generic", generic, rules::SHORT)?;
    rules::filled("reason", &new.reason, REASON)?;
    rules::filled("document", &new.document, rules::SHORT)?;
    if new.level == Level::None {
        return Err(Refused::Level.into());
    }
    if !is_known(tx.conn(), generic)? {
        return Err(Refused::Generic(generic.to_owned()).into());
    }
    let latest = store::latest(tx.conn(), generic)?;
    if let Some(open) = latest.filter(|it| it.state == ShortageState::Open) {
        return Err(Refused::IsOpen(open.number).into());
    }
    let limits = limits(tx.conn(), ctx.now.day())?;
    let figures = signals::figures(tx.conn(), generic, &limits, ctx.now.day())?;
    let level = rules::level(&figures, &limits).max(new.level);
    let number = db::next_number(tx, SUBJECT)?;
    let it = Shortage {
        id: new.id.clone(),
        number: format!("QY{}{number:05}", ctx.now.day().format("%Y%m")),
        generic: generic.to_owned(),
        level,
        worst: level,
        level_since: ctx.now.day(),
        state: ShortageState::Open,
        figures: serde_json::to_string(&figures)?,
        version: 1,
        supplier_id: None,
        opened_at: ctx.now,
        seen_at: ctx.now,
        closed_at: None,
        recorded: new.level,
    };
    diesel::insert_into(shortages::table).values(&it).execute(tx.conn())?;
    let deed = Deed { action: "shortage.record", subject: SUBJECT, id: it.id.as_str() };
    audit::record(tx, ctx, deed, &(), &it)?;
    let body = format!("{}\n{}", new.document.trim(), new.reason.trim());
    step(tx, ctx, &it, StepKind::Recorded, ("", &body))?;
    if let Some((id, name, bytes)) = &new.file {
        let by = ctx.actor.account.clone();
        let document = documents::document(id.clone(), owner(&it.id), name, bytes.clone(), by, ctx.now)?;
        documents::insert(tx, &document)?;
        let deed = Deed { action: "shortage.document", subject: "documents", id: document.id.as_str() };
        audit::record(tx, ctx, deed, &(), &(&it.id, &document.name, document.size, &document.sha256))?;
    }
    tell(tx, ctx, &it, News::ShortageFound, &limits)
}

/// Whether the catalogue has a product of a generic name.
fn is_known(conn: &mut Conn, generic: &str) -> Result<bool> {
    let known = products::table.filter(products::generic.eq(generic));
    Ok(diesel::select(exists(known)).get_result(conn)?)
}
