//! Shortages (短缺药品): what is monitored, what orders and stock say, levels, the graded response, replacement, report.

pub mod by_hand;
pub mod import;
mod names;
pub mod replacement;
pub mod report;
pub mod responses;
pub mod rules;
pub mod signals;
pub mod store;
pub mod watch;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::catalog;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::News;
use crate::people;
use crate::schema::{shortage_entries, shortage_steps, shortages, stock_reports};
use crate::types::{
    AccountId, Ctx, OrganisationId, ProductId, Quantity, ShortageEntryId, ShortageId, ShortageStepId,
    StockReportId, Time,
};

use rules::Figures;
pub use rules::Refused;
pub use watch::{Watched, limits, watch};
use watch::{post, step, tell};

/// The table the audit trail names a shortage by.
pub const SUBJECT: &str = "shortages";

crate::words! {
    /// Which list a generic stands on.
    List {
        /// The national list of shortages (国家短缺药品清单).
        NationalShortage = "national_shortage",
        /// The national list of those prone to shortage (临床必需易短缺药品重点监测清单).
        NationalProne = "national_prone",
        /// A list of this region.
        Local = "local",
    }

    /// How bad it is, the mildest first.
    Level {
        /// No shortage.
        None = "none",
        /// Yellow.
        Yellow = "yellow",
        /// Orange.
        Orange = "orange",
        /// Red.
        Red = "red",
    }

    /// Where a shortage is.
    ShortageState {
        /// Being dealt with.
        Open = "open",
        /// Closed with a reason.
        Closed = "closed",
    }

    /// What was done.
    StepKind {
        /// It was found.
        Opened = "opened",
        /// An officer recorded it.
        Recorded = "recorded",
        /// Its level changed.
        Level = "level",
        /// A response was carried out.
        Response = "response",
        /// A replacement supplier was named.
        Replacement = "replacement",
        /// A report was written.
        Report = "report",
        /// It was closed.
        Closed = "closed",
    }
}

impl Level {
    /// One level worse; none stays none and red stays red.
    pub fn worse(self) -> Self {
        match self {
            Level::None => Level::None,
            Level::Yellow => Level::Orange,
            Level::Orange | Level::Red => Level::Red,
        }
    }
}

/// An entry of the monitoring list.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = shortage_entries, treat_none_as_default_value = false)]
pub struct Entry {
    /// Its id, from the form.
    pub id: ShortageEntryId,
    /// The generic name, as lots and the catalogue have it.
    pub generic: String,
    /// The dosage form as the list has it; may be empty.
    pub form: String,
    /// Which list.
    pub list: List,
    /// The first day.
    pub since: NaiveDate,
    /// The last day; none while it stands.
    pub until: Option<NaiveDate>,
    /// The document the list comes from.
    pub source: String,
    /// When it was entered.
    pub at: Time,
    /// By whom.
    pub account_id: Option<AccountId>,
}

/// What a hospital has in stock of a product. The latest counts, earlier ones stay.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = stock_reports, treat_none_as_default_value = false)]
pub struct StockReport {
    /// Its id, from the form.
    pub id: StockReportId,
    /// Whose.
    pub hospital_id: OrganisationId,
    /// Of which product.
    pub product_id: ProductId,
    /// Its generic name.
    pub generic: String,
    /// On hand, in smallest units.
    pub on_hand: Quantity,
    /// Used in a month.
    pub monthly_use: Quantity,
    /// As of which day.
    pub reported_on: NaiveDate,
    /// No later report of the hospital for the product.
    pub is_latest: bool,
    /// When it was entered.
    pub at: Time,
    /// By whom.
    pub account_id: Option<AccountId>,
}

/// What a hospital reports.
#[derive(Debug, Clone)]
pub struct NewStock {
    /// Its id.
    pub id: StockReportId,
    /// The product's code.
    pub product: String,
    /// On hand.
    pub on_hand: Quantity,
    /// Used in a month.
    pub monthly_use: Quantity,
    /// As of which day.
    pub reported_on: NaiveDate,
}

/// A shortage of a generic.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = shortages, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Shortage {
    /// Its id.
    pub id: ShortageId,
    /// Its number: `QY` + year and month + a running number.
    pub number: String,
    /// Of which generic.
    pub generic: String,
    /// How bad it is now; it is looked at also after closing, so that it opens anew only when it gets worse.
    pub level: Level,
    /// How bad it was at most.
    pub worst: Level,
    /// Since when at this level.
    pub level_since: NaiveDate,
    /// Where it is.
    pub state: ShortageState,
    /// What was known last: [`Figures`] as JSON.
    pub figures: String,
    /// Counts what people do: a form carries it.
    pub version: i32,
    /// The replacement supplier.
    pub supplier_id: Option<OrganisationId>,
    /// When it was found.
    pub opened_at: Time,
    /// When it was last looked at.
    pub seen_at: Time,
    /// When it was closed.
    pub closed_at: Option<Time>,
    /// The level an officer recorded it at; none where the watch found it.
    pub recorded: Level,
}

impl Shortage {
    /// What was known last.
    pub fn figures(&self) -> Result<Figures> {
        Ok(serde_json::from_str(&self.figures)?)
    }
}

/// One step. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = shortage_steps, treat_none_as_default_value = false)]
pub struct Step {
    /// Its id, from the form.
    pub id: ShortageStepId,
    /// Of which shortage.
    pub shortage_id: ShortageId,
    /// What was done.
    pub kind: StepKind,
    /// Which response; empty for other steps.
    pub response: String,
    /// In words.
    pub body: String,
    /// What was known then, as JSON.
    pub figures: String,
    /// By whom; none: the platform.
    pub account_id: Option<AccountId>,
    /// When.
    pub at: Time,
}

/// Enters a generic into the monitoring list. The same form sent twice enters one.
pub fn add_entry(tx: &mut Tx, ctx: &Ctx, it: &Entry) -> Result<()> {
    if store::entry(tx.conn(), &it.id)?.is_some() {
        return Ok(());
    }
    rules::filled("generic", &it.generic, rules::SHORT)?;
    rules::filled("source", &it.source, rules::SHORT)?;
    if let Some(until) = it.until.filter(|until| *until < it.since) {
        return Err(Refused::Period(it.since, until).into());
    }
    if store::is_listed(tx.conn(), it)? {
        return Err(Refused::Listed(it.generic.clone()).into());
    }
    diesel::insert_into(shortage_entries::table).values(it).execute(tx.conn())?;
    let deed = Deed { action: "shortage.list", subject: "shortage_entries", id: it.id.as_str() };
    audit::record(tx, ctx, deed, &(), it)
}

/// Takes a generic off the monitoring list after a day; done twice it is done once.
pub fn end_entry(tx: &mut Tx, ctx: &Ctx, id: &ShortageEntryId, until: NaiveDate) -> Result<()> {
    let before = store::entry(tx.conn(), id)?.ok_or(Error::NotFound)?;
    match before.until {
        Some(known) if known == until => return Ok(()),
        Some(known) => return Err(Refused::Over(known).into()),
        None if until < before.since => return Err(Refused::Period(before.since, until).into()),
        None => {}
    }
    diesel::update(shortage_entries::table.find(id))
        .set(shortage_entries::until.eq(until))
        .execute(tx.conn())?;
    let deed = Deed { action: "shortage.unlist", subject: "shortage_entries", id: id.as_str() };
    audit::record(tx, ctx, deed, &before, &until)
}

/// Reports stock of the actor's hospital. The same form sent twice reports once; a report of an earlier day than the
/// latest is kept and does not count.
pub fn report_stock(tx: &mut Tx, ctx: &Ctx, new: &NewStock) -> Result<()> {
    let hospital = ctx.actor.organisation.clone().ok_or(Error::Forbidden)?;
    if let Some(known) = store::stock(tx.conn(), &new.id)? {
        return if known.hospital_id == hospital { Ok(()) } else { Err(Error::NotFound) };
    }
    let product = catalog::by_code(tx.conn(), &new.product)?;
    let product = product.ok_or_else(|| Error::from(Refused::Product(new.product.clone())))?;
    if new.on_hand < Quantity::ZERO {
        return Err(Refused::Negative("on_hand").into());
    }
    if new.monthly_use < Quantity::ZERO {
        return Err(Refused::Negative("monthly_use").into());
    }
    if new.reported_on > ctx.now.day() {
        return Err(Refused::Future(new.reported_on).into());
    }
    let latest = store::latest_stock(tx.conn(), &hospital, &product.id)?;
    let is_latest = latest.as_ref().is_none_or(|it| it.reported_on <= new.reported_on);
    if let Some(before) = latest.filter(|_| is_latest) {
        store::set_latest(tx, &before.id, false)?;
    }
    let it = StockReport {
        id: new.id.clone(),
        hospital_id: hospital,
        product_id: product.id,
        generic: product.generic,
        on_hand: new.on_hand,
        monthly_use: new.monthly_use,
        reported_on: new.reported_on,
        is_latest,
        at: ctx.now,
        account_id: ctx.actor.account.clone(),
    };
    diesel::insert_into(stock_reports::table).values(&it).execute(tx.conn())?;
    let deed = Deed { action: "stock.report", subject: "stock_reports", id: it.id.as_str() };
    audit::record(tx, ctx, deed, &(), &it)
}

/// A shortage, or there is no such thing.
pub fn shortage(conn: &mut Conn, id: &ShortageId) -> Result<Shortage> {
    store::shortage(conn, id)?.ok_or(Error::NotFound)
}

/// An open shortage as the officer saw it.
fn seen(tx: &mut Tx, id: &ShortageId, version: i32) -> Result<Shortage> {
    let it = shortage(tx.conn(), id)?;
    if it.state != ShortageState::Open {
        return Err(Refused::State(it.state).into());
    }
    if it.version == version { Ok(it) } else { Err(Refused::Changed.into()) }
}

fn save(tx: &mut Tx, ctx: &Ctx, action: &str, before: &Shortage, after: Shortage) -> Result<Shortage> {
    let after = Shortage { version: before.version.saturating_add(1), ..after };
    store::update(tx, &after)?;
    audit::record(tx, ctx, Deed { action, subject: SUBJECT, id: after.id.as_str() }, before, &after)?;
    Ok(after)
}

/// Notes that a response of its level was carried out.
pub fn respond(tx: &mut Tx, ctx: &Ctx, id: &ShortageId, version: i32, key: &str, body: &str) -> Result<()> {
    let before = seen(tx, id, version)?;
    if !responses::at(before.worst)?.iter().any(|it| it.key == key) {
        return Err(Refused::Response.into());
    }
    rules::filled("body", body, rules::LONGEST)?;
    let after = save(tx, ctx, "shortage.respond", &before, before.clone())?;
    step(tx, ctx, &after, StepKind::Response, (key, body))
}

/// Names a replacement supplier; officers, the hospitals concerned and the supplier are told.
pub fn replace(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &ShortageId,
    version: i32,
    supplier: &OrganisationId,
    body: &str,
) -> Result<()> {
    let before = seen(tx, id, version)?;
    rules::filled("body", body, rules::LONGEST)?;
    let able = replacement::candidates(tx.conn(), &before.generic, ctx.now.day())?;
    let Some(named) = able.into_iter().find(|it| it.id == *supplier && it.barred.is_none()) else {
        let name = people::store::organisation(tx.conn(), supplier)?.ok_or(Error::NotFound)?.name;
        return Err(Refused::Replacement(name).into());
    };
    let after = Shortage { supplier_id: Some(supplier.clone()), ..before.clone() };
    let after = save(tx, ctx, "shortage.replace", &before, after)?;
    step(tx, ctx, &after, StepKind::Replacement, ("replace", &format!("{}: {}", named.name, body.trim())))?;
    let limits = limits(tx.conn(), ctx.now.day())?;
    tell(tx, ctx, &after, News::ShortageReplaced, &limits)?;
    let readers = people::recipients(tx.conn(), supplier)?;
    post(tx, ctx, &after, News::ShortageReplaced, &readers, Some(named.name))
}

/// Keeps a report with the figures it was written from; earlier ones stay.
pub fn write_report(tx: &mut Tx, ctx: &Ctx, id: &ShortageId, version: i32, body: &str) -> Result<()> {
    let before = seen(tx, id, version)?;
    rules::filled("body", body, rules::LONGEST)?;
    let after = save(tx, ctx, "shortage.report", &before, before.clone())?;
    step(tx, ctx, &after, StepKind::Report, ("", body))
}

/// Closes a shortage with a reason.
pub fn close(tx: &mut Tx, ctx: &Ctx, id: &ShortageId, version: i32, body: &str) -> Result<()> {
    let before = seen(tx, id, version)?;
    rules::filled("body", body, rules::LONGEST)?;
    let after = Shortage { state: ShortageState::Closed, closed_at: Some(ctx.now), ..before.clone() };
    let after = save(tx, ctx, "shortage.close", &before, after)?;
    step(tx, ctx, &after, StepKind::Closed, ("", body))?;
    let limits = limits(tx.conn(), ctx.now.day())?;
    let after = Shortage { supplier_id: None, ..after };
    tell(tx, ctx, &after, News::ShortageClosed, &limits)
}
