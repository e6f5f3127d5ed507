//! SQL of the monitoring list, stock reports and shortages.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::schema::{
    accounts, organisations, products, shortage_entries, shortage_steps, shortages, stock_reports,
};
use crate::supply::shortages::{Entry, Level, Shortage, ShortageState, Step, StockReport};
use crate::types::{OrganisationId, ProductId, ShortageEntryId, ShortageId, StockReportId};

/// One entry.
pub fn entry(conn: &mut Conn, id: &ShortageEntryId) -> Result<Option<Entry>> {
    Ok(shortage_entries::table.find(id).select(Entry::as_select()).first(conn).optional()?)
}

/// Whether the generic stands on the same list on some day of an entry.
pub fn is_listed(conn: &mut Conn, it: &Entry) -> Result<bool> {
    let mut query = shortage_entries::table
        .filter(shortage_entries::generic.eq(&it.generic).and(shortage_entries::list.eq(it.list)))
        .filter(shortage_entries::until.is_null().or(shortage_entries::until.assume_not_null().ge(it.since)))
        .into_boxed();
    if let Some(until) = it.until {
        query = query.filter(shortage_entries::since.le(until));
    }
    Ok(query.count().get_result::<i64>(conn)? > 0)
}

/// Whether an entry that says the same is there.
pub fn is_listed_alike(conn: &mut Conn, it: &Entry) -> Result<bool> {
    let known: Vec<Entry> = shortage_entries::table
        .filter(shortage_entries::generic.eq(&it.generic).and(shortage_entries::list.eq(it.list)))
        .filter(shortage_entries::since.eq(it.since))
        .select(Entry::as_select())
        .load(conn)?;
    Ok(known.iter().any(|known| known.until == it.until && known.form == it.form))
}

/// The list by generic, after a name and id; only what stands on a day when one is given.
pub fn entries(
    conn: &mut Conn,
    day: Option<NaiveDate>,
    after: Option<(String, ShortageEntryId)>,
    limit: i64,
) -> Result<Vec<Entry>> {
    let mut query = shortage_entries::table.select(Entry::as_select()).into_boxed();
    if let Some(day) = day {
        let stands = shortage_entries::until.is_null().or(shortage_entries::until.assume_not_null().ge(day));
        query = query.filter(stands);
    }
    if let Some((generic, id)) = after {
        let later = shortage_entries::generic.eq(generic.clone()).and(shortage_entries::id.gt(id));
        query = query.filter(shortage_entries::generic.gt(generic).or(later));
    }
    Ok(query.order((shortage_entries::generic, shortage_entries::id)).limit(limit).load(conn)?)
}

/// The entries of a generic that stand on a day.
pub fn entries_of(conn: &mut Conn, generic: &str, day: NaiveDate) -> Result<Vec<Entry>> {
    Ok(shortage_entries::table
        .filter(shortage_entries::generic.eq(generic).and(shortage_entries::since.le(day)))
        .filter(shortage_entries::until.is_null().or(shortage_entries::until.assume_not_null().ge(day)))
        .order(shortage_entries::id)
        .select(Entry::as_select())
        .load(conn)?)
}

/// The generics monitored on a day.
pub fn monitored(conn: &mut Conn, day: NaiveDate) -> Result<Vec<String>> {
    Ok(shortage_entries::table
        .filter(shortage_entries::since.le(day))
        .filter(shortage_entries::until.is_null().or(shortage_entries::until.assume_not_null().ge(day)))
        .order(shortage_entries::generic)
        .select(shortage_entries::generic)
        .distinct()
        .load(conn)?)
}

/// One stock report.
pub fn stock(conn: &mut Conn, id: &StockReportId) -> Result<Option<StockReport>> {
    Ok(stock_reports::table.find(id).select(StockReport::as_select()).first(conn).optional()?)
}

/// The latest report of a hospital for a product.
pub fn latest_stock(
    conn: &mut Conn,
    hospital: &OrganisationId,
    product: &ProductId,
) -> Result<Option<StockReport>> {
    Ok(stock_reports::table
        .filter(stock_reports::hospital_id.eq(hospital).and(stock_reports::product_id.eq(product)))
        .filter(stock_reports::is_latest.eq(true))
        .select(StockReport::as_select())
        .first(conn)
        .optional()?)
}

/// Says whether a report is the latest.
pub fn set_latest(tx: &mut Tx, id: &StockReportId, is_latest: bool) -> Result<()> {
    diesel::update(stock_reports::table.find(id))
        .set(stock_reports::is_latest.eq(is_latest))
        .execute(tx.conn())?;
    Ok(())
}

/// A stock report with the product's code and the hospital's name.
pub type Listed = (StockReport, String, String);

/// The latest reports of a hospital, by product.
pub fn stock_of_hospital(
    conn: &mut Conn,
    hospital: &OrganisationId,
    after: &str,
    limit: i64,
) -> Result<Vec<Listed>> {
    Ok(stock_reports::table
        .inner_join(products::table)
        .inner_join(organisations::table)
        .filter(stock_reports::hospital_id.eq(hospital).and(stock_reports::is_latest.eq(true)))
        .filter(products::code.gt(after))
        .order(products::code)
        .limit(limit)
        .select((StockReport::as_select(), products::code, organisations::name))
        .load(conn)?)
}

/// The latest reports of a generic since a day, the least stock for its use first; of one hospital only when one is given.
pub fn stock_of_generic(
    conn: &mut Conn,
    generic: &str,
    from: NaiveDate,
    hospital: Option<&OrganisationId>,
    limit: i64,
) -> Result<Vec<Listed>> {
    let mut query = stock_reports::table
        .inner_join(products::table)
        .inner_join(organisations::table)
        .filter(stock_reports::generic.eq(generic).and(stock_reports::is_latest.eq(true)))
        .filter(stock_reports::reported_on.ge(from))
        .select((StockReport::as_select(), products::code, organisations::name))
        .into_boxed();
    if let Some(id) = hospital {
        query = query.filter(stock_reports::hospital_id.eq(id));
    }
    Ok(query.order((organisations::name, products::code)).limit(limit).load(conn)?)
}

/// One shortage.
pub fn shortage(conn: &mut Conn, id: &ShortageId) -> Result<Option<Shortage>> {
    Ok(shortages::table.find(id).select(Shortage::as_select()).first(conn).optional()?)
}

/// The last shortage of a generic.
pub fn latest(conn: &mut Conn, generic: &str) -> Result<Option<Shortage>> {
    Ok(shortages::table
        .filter(shortages::generic.eq(generic))
        .order(shortages::number.desc())
        .select(Shortage::as_select())
        .first(conn)
        .optional()?)
}

/// Writes a shortage.
pub fn update(tx: &mut Tx, it: &Shortage) -> Result<()> {
    diesel::update(shortages::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// Which shortages a list asks for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// In this state.
    pub state: Option<ShortageState>,
    /// At this level.
    pub level: Option<Level>,
    /// Before this one.
    pub before: Option<ShortageId>,
}

/// A page of shortages, the latest first.
pub fn page(conn: &mut Conn, filter: &Filter, limit: i64) -> Result<Vec<Shortage>> {
    let mut query = shortages::table.select(Shortage::as_select()).into_boxed();
    if let Some(state) = filter.state {
        query = query.filter(shortages::state.eq(state));
    }
    if let Some(level) = filter.level {
        query = query.filter(shortages::level.eq(level));
    }
    if let Some(before) = &filter.before {
        query = query.filter(shortages::id.lt(before));
    }
    Ok(query.order(shortages::id.desc()).limit(limit).load(conn)?)
}

/// How many open shortages there are at a level.
pub fn count(conn: &mut Conn, level: Level) -> Result<i64> {
    Ok(shortages::table
        .filter(shortages::state.eq(ShortageState::Open).and(shortages::level.eq(level)))
        .count()
        .get_result(conn)?)
}

/// The steps of a shortage in order, with who did them.
pub fn steps(conn: &mut Conn, id: &ShortageId) -> Result<Vec<(Step, Option<String>)>> {
    Ok(shortage_steps::table
        .left_join(accounts::table)
        .filter(shortage_steps::shortage_id.eq(id))
        .order((shortage_steps::at, shortage_steps::id))
        .select((Step::as_select(), accounts::name.nullable()))
        .load(conn)?)
}
