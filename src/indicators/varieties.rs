//! Generics and consumable classes procured elsewhere (national rounds, alliances) whose contracts are not on this
//! platform: they count as varieties in force from a day on.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::indicators::Refused;
use crate::rounds::RoundKind;
use crate::schema::indicator_varieties;
use crate::text::Text;
use crate::types::{AccountId, Ctx, Time, VarietyId};

crate::words! {
    /// Who procured.
    Level {
        /// The national alliance.
        National = "national",
        /// An alliance of provinces or cities.
        Alliance = "alliance",
        /// The city or its province.
        Local = "local",
    }
}

impl Level {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            Level::National => t.indicators.level_national,
            Level::Alliance => t.indicators.level_alliance,
            Level::Local => t.indicators.level_local,
        }
    }
}

/// A generic or class procured elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = indicator_varieties, treat_none_as_default_value = false)]
pub struct Variety {
    /// Its id, from the form.
    pub id: VarietyId,
    /// A drug or a class of consumables.
    pub kind: RoundKind,
    /// The generic or class name; names that are the same count once.
    pub generic: String,
    /// Who procured it.
    pub level: Level,
    /// The first day its contracts are carried out.
    pub since: NaiveDate,
    /// The last day; `None` goes on.
    pub until: Option<NaiveDate>,
    /// The document that says so.
    pub document: String,
    /// Who entered it.
    pub account_id: Option<AccountId>,
    /// When.
    pub at: Time,
    /// When it was taken out again, as an error.
    pub withdrawn_at: Option<Time>,
}

/// Longest name.
pub const WORDS: usize = 200;

/// Whether a variety can be taken.
pub fn check(it: &Variety) -> std::result::Result<(), Refused> {
    if it.generic.is_empty() {
        return Err(Refused::NoGeneric);
    }
    if it.document.is_empty() {
        return Err(Refused::NoDocument);
    }
    for (field, text) in [("generic", &it.generic), ("document", &it.document)] {
        if text.chars().count() > WORDS {
            return Err(Refused::TooLong(field, WORDS));
        }
    }
    match it.until {
        Some(until) if until < it.since => Err(Refused::Term(it.since, until)),
        _ => Ok(()),
    }
}

/// Enters a variety; the same form sent twice makes one.
pub fn add(tx: &mut Tx, ctx: &Ctx, it: &Variety) -> Result<()> {
    let known: i64 = indicator_varieties::table.find(&it.id).count().get_result(tx.conn())?;
    if known > 0 {
        return Ok(());
    }
    check(it)?;
    put(tx, it)?;
    let deed = Deed { action: "variety.add", subject: "indicator_varieties", id: it.id.as_str() };
    audit::record(tx, ctx, deed, &(), it)
}

pub(super) fn put(tx: &mut Tx, it: &Variety) -> Result<()> {
    diesel::insert_into(indicator_varieties::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Takes a variety out that was entered in error; done twice it is done once.
pub fn withdraw(tx: &mut Tx, ctx: &Ctx, id: &VarietyId) -> Result<()> {
    let before: Variety =
        indicator_varieties::table.find(id).select(Variety::as_select()).first(tx.conn())?;
    if before.withdrawn_at.is_some() {
        return Ok(());
    }
    let after = Variety { withdrawn_at: Some(ctx.now), ..before.clone() };
    diesel::update(indicator_varieties::table.find(id))
        .set(indicator_varieties::withdrawn_at.eq(after.withdrawn_at))
        .execute(tx.conn())?;
    let deed = Deed { action: "variety.withdraw", subject: "indicator_varieties", id: id.as_str() };
    audit::record(tx, ctx, deed, &before, &after)
}

/// Those of some names that stand, to compare a file with.
pub(super) fn named(conn: &mut Conn, names: &[String]) -> Result<Vec<Variety>> {
    let mut found = Vec::new();
    for some in names.chunks(500) {
        found.extend(
            indicator_varieties::table
                .filter(indicator_varieties::generic.eq_any(some.to_vec()))
                .filter(indicator_varieties::withdrawn_at.is_null())
                .order(indicator_varieties::id)
                .select(Variety::as_select())
                .load::<Variety>(conn)?,
        );
    }
    Ok(found)
}

/// Varieties of a kind after a name and id.
pub fn page(conn: &mut Conn, kind: RoundKind, after: (&str, &str), limit: i64) -> Result<Vec<Variety>> {
    let (name, id) = (after.0.to_owned(), after.1.to_owned());
    Ok(indicator_varieties::table
        .filter(indicator_varieties::kind.eq(kind))
        .filter(
            indicator_varieties::generic
                .gt(name.clone())
                .or(indicator_varieties::generic.eq(name).and(indicator_varieties::id.gt(id))),
        )
        .order((indicator_varieties::generic, indicator_varieties::id))
        .limit(limit)
        .select(Variety::as_select())
        .load(conn)?)
}
