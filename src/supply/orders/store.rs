//! SQL of orders and their lines.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::on_db;
use crate::people::OrganisationKind;
use crate::schema::{contracts, order_lines, order_releases, orders, organisations};
use crate::supply::orders::Release;
use crate::supply::{Order, OrderLine, OrderState};
use crate::types::{ContractId, OrderId, OrderLineId, OrderReleaseId, OrganisationId, RequestId};

/// One order.
pub fn order(conn: &mut Conn, id: &OrderId) -> Result<Option<Order>> {
    Ok(orders::table.find(id).select(Order::as_select()).first(conn).optional()?)
}

/// Rows of one statement: 24 columns each, and SQLite takes 32,766 values.
const BATCH: usize = 1_000;

/// Enters an order with its lines.
pub fn insert(tx: &mut Tx, it: &Order, lines: &[OrderLine]) -> Result<()> {
    diesel::insert_into(orders::table).values(it).execute(tx.conn())?;
    for part in lines.chunks(BATCH) {
        on_db!(tx.conn(), c => diesel::insert_into(order_lines::table).values(part).execute(c))?;
    }
    Ok(())
}

/// Writes an order's fields.
pub fn update_order(tx: &mut Tx, it: &Order) -> Result<()> {
    diesel::update(orders::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// One line.
pub fn line(conn: &mut Conn, id: &OrderLineId) -> Result<Option<OrderLine>> {
    Ok(order_lines::table.find(id).select(OrderLine::as_select()).first(conn).optional()?)
}

/// Lines of an order after a position, in order.
pub fn lines(conn: &mut Conn, order: &OrderId, after: i32, limit: i64) -> Result<Vec<OrderLine>> {
    Ok(order_lines::table
        .filter(order_lines::order_id.eq(order).and(order_lines::position.gt(after)))
        .order(order_lines::position)
        .limit(limit)
        .select(OrderLine::as_select())
        .load(conn)?)
}

/// Writes a line's fields.
pub fn update_line(tx: &mut Tx, it: &OrderLine) -> Result<()> {
    diesel::update(order_lines::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// The states that lines of an order are in.
pub fn states_of(conn: &mut Conn, order: &OrderId) -> Result<Vec<OrderState>> {
    Ok(order_lines::table
        .filter(order_lines::order_id.eq(order))
        .select(order_lines::state)
        .distinct()
        .load(conn)?)
}

/// One release.
pub fn release(conn: &mut Conn, id: &OrderReleaseId) -> Result<Option<Release>> {
    Ok(order_releases::table.find(id).select(Release::as_select()).first(conn).optional()?)
}

/// The newest releases of an order, each with its line's position.
pub fn releases_of(conn: &mut Conn, order: &OrderId, limit: i64) -> Result<Vec<(Release, i32)>> {
    Ok(order_releases::table
        .inner_join(order_lines::table)
        .filter(order_releases::order_id.eq(order))
        .order((order_releases::at.desc(), order_releases::id.desc()))
        .limit(limit)
        .select((Release::as_select(), order_lines::position))
        .load(conn)?)
}

/// Enters a release.
pub fn insert_release(tx: &mut Tx, it: &Release) -> Result<()> {
    diesel::insert_into(order_releases::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// The orders of a request, by number.
pub fn of_request(conn: &mut Conn, request: &RequestId) -> Result<Vec<Order>> {
    Ok(orders::table
        .filter(orders::request_id.eq(request))
        .order(orders::number)
        .select(Order::as_select())
        .load(conn)?)
}

/// Whose orders a reader sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// A hospital's own.
    Hospital(OrganisationId),
    /// A supplier's own.
    Supplier(OrganisationId),
    /// All.
    All,
}

/// Which orders a reader asks for.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Whose.
    pub scope: Scope,
    /// Only this far.
    pub state: Option<OrderState>,
    /// The other side's name contains this.
    pub counterpart: String,
    /// Placed from this day.
    pub from: Option<NaiveDate>,
    /// Placed until this day.
    pub to: Option<NaiveDate>,
    /// A line's product: the generic name begins so; of one's own orders generic name or product contain it.
    pub product: String,
    /// Only orders with lines of this contract.
    pub contract: Option<ContractId>,
    /// Below this number, for the next page.
    pub before: String,
}

/// A page of orders, the newest number first.
pub fn page(conn: &mut Conn, filter: &Filter, limit: i64) -> Result<Vec<Order>> {
    let mut query = orders::table.select(Order::as_select()).into_boxed();
    match &filter.scope {
        Scope::Hospital(id) => query = query.filter(orders::hospital_id.eq(id.clone())),
        Scope::Supplier(id) => query = query.filter(orders::supplier_id.eq(id.clone())),
        Scope::All => {}
    }
    if let Some(state) = filter.state {
        query = query.filter(orders::state.eq(state));
    }
    // A number says its month: the index on numbers leads to the period, whoever asks.
    if let Some(from) = filter.from {
        query = query.filter(orders::number.ge(month(from)).and(orders::placed_on.ge(from)));
    }
    if let Some(to) = filter.to {
        query = query.filter(orders::placed_on.le(to));
        if let Some(next) = to.with_day(1).and_then(|day| day.checked_add_months(chrono::Months::new(1))) {
            query = query.filter(orders::number.lt(month(next)));
        }
    }
    if !filter.before.is_empty() {
        query = query.filter(orders::number.lt(filter.before.clone()));
    }
    if !filter.counterpart.is_empty() {
        let (hospitals, suppliers) = named(conn, &filter.counterpart)?;
        query = match &filter.scope {
            Scope::Hospital(_) => query.filter(orders::supplier_id.eq_any(suppliers)),
            Scope::Supplier(_) => query.filter(orders::hospital_id.eq_any(hospitals)),
            Scope::All if suppliers.is_empty() => query.filter(orders::hospital_id.eq_any(hospitals)),
            Scope::All if hospitals.is_empty() => query.filter(orders::supplier_id.eq_any(suppliers)),
            Scope::All => {
                query.filter(orders::hospital_id.eq_any(hospitals).or(orders::supplier_id.eq_any(suppliers)))
            }
        };
    }
    if let Some(contract) = &filter.contract {
        let of_contract = order_lines::table
            .filter(order_lines::contract_id.eq(contract.clone()))
            .select(order_lines::order_id);
        query = query.filter(orders::id.eq_any(of_contract));
    }
    if !filter.product.is_empty() {
        let contains = format!("%{}%", plain(&filter.product));
        let generic = lower(order_lines::generic).like(contains.clone());
        let text = generic.or(lower(order_lines::product).like(contains));
        let lines = order_lines::table.select(order_lines::order_id);
        query = match &filter.scope {
            Scope::Hospital(id) => query.filter(
                orders::id.eq_any(lines.filter(order_lines::hospital_id.eq(id.clone())).filter(text)),
            ),
            Scope::Supplier(id) => query.filter(
                orders::id.eq_any(lines.filter(order_lines::supplier_id.eq(id.clone())).filter(text)),
            ),
            // Of all orders only a beginning leads through an index.
            Scope::All => query.filter(
                orders::id.eq_any(
                    lines
                        .filter(order_lines::generic.ge(filter.product.clone()))
                        .filter(order_lines::generic.lt(format!("{}\u{10ffff}", filter.product))),
                ),
            ),
        };
    }
    Ok(query.order(orders::number.desc()).limit(limit).load(conn)?)
}

/// What the numbers of a month begin with.
fn month(day: NaiveDate) -> String {
    format!("DD{:04}{:02}", day.year(), day.month())
}

diesel::define_sql_function! {
    /// Lower case, on both databases.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// Lower case without the wildcards of a pattern.
fn plain(text: &str) -> String {
    text.to_lowercase().replace(['%', '_', '\\'], "")
}

/// Hospitals and suppliers whose name contains a text; a search that fits more is no search.
fn named(conn: &mut Conn, text: &str) -> Result<(Vec<OrganisationId>, Vec<OrganisationId>)> {
    let rows: Vec<(OrganisationId, OrganisationKind)> = organisations::table
        .filter(lower(organisations::name).like(format!("%{}%", plain(text))))
        .order(organisations::id)
        .select((organisations::id, organisations::kind))
        .limit(500)
        .load(conn)?;
    let of = |wanted: OrganisationKind| -> Vec<OrganisationId> {
        rows.iter().filter(|(_, kind)| *kind == wanted).map(|(id, _)| id.clone()).collect()
    };
    Ok((of(OrganisationKind::Hospital), of(OrganisationKind::Supplier)))
}

/// The numbers of contracts.
pub fn contract_numbers(conn: &mut Conn, mut ids: Vec<ContractId>) -> Result<HashMap<ContractId, String>> {
    ids.sort_unstable();
    ids.dedup();
    let mut found = HashMap::new();
    for some in ids.chunks(BATCH) {
        let rows: Vec<(ContractId, String)> = contracts::table
            .filter(contracts::id.eq_any(some.to_vec()))
            .select((contracts::id, contracts::number))
            .load(conn)?;
        found.extend(rows);
    }
    Ok(found)
}
