//! SQL of baskets, their items, and what is counted of them.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::dsl::{max, min, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::rules::{Bought, Counted};
use super::{Basket, BasketItem, IndexMonth, ItemState, Kind, Origin, State};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::load_all;
use crate::prices;
use crate::schema::{basket_items, baskets, index_items, index_months, products, transactions};
use crate::types::{BasketId, Money, Points, ProductId, Quantity, UnitPrice, Value};

/// How many products one query is asked for.
const BATCH: usize = 500;

/// A version of a basket.
pub fn basket(conn: &mut Conn, id: &BasketId) -> Result<Option<Basket>> {
    Ok(baskets::table.find(id).select(Basket::as_select()).first(conn).optional()?)
}

/// The latest version of a basket, whatever its state.
pub fn latest(conn: &mut Conn, name: &str) -> Result<Option<Basket>> {
    Ok(baskets::table
        .filter(baskets::name.eq(name))
        .order((baskets::version.desc(), baskets::id.desc()))
        .select(Basket::as_select())
        .first(conn)
        .optional()?)
}

/// The approved version before this one.
pub fn earlier(conn: &mut Conn, it: &Basket) -> Result<Option<Basket>> {
    Ok(baskets::table
        .filter(baskets::name.eq(&it.name).and(baskets::version.lt(it.version)))
        .filter(baskets::state.eq(State::Approved))
        .order(baskets::version.desc())
        .select(Basket::as_select())
        .first(conn)
        .optional()?)
}

/// Every version of a basket, the latest first.
pub fn versions(conn: &mut Conn, name: &str) -> Result<Vec<Basket>> {
    Ok(baskets::table
        .filter(baskets::name.eq(name))
        .order(baskets::version.desc())
        .limit(1_000)
        .select(Basket::as_select())
        .load(conn)?)
}

/// What a reader of the list asks for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only this kind.
    pub kind: Option<Kind>,
    /// Only this state.
    pub state: Option<State>,
    /// Only what follows this name and version, for the next page.
    pub after: Option<(String, i32)>,
}

/// A page of the list, by name, the latest version of each first.
pub fn page(conn: &mut Conn, filter: &Filter, limit: i64) -> Result<Vec<Basket>> {
    let mut query = baskets::table.select(Basket::as_select()).into_boxed();
    if let Some(kind) = filter.kind {
        query = query.filter(baskets::kind.eq(kind));
    }
    if let Some(state) = filter.state {
        query = query.filter(baskets::state.eq(state));
    }
    if let Some((name, version)) = filter.after.clone() {
        let same = baskets::name.eq(name.clone()).and(baskets::version.lt(version));
        query = query.filter(baskets::name.gt(name).or(same));
    }
    Ok(query.order((baskets::name, baskets::version.desc())).limit(limit).load(conn)?)
}

/// The approved versions, by name and version.
pub fn approved(conn: &mut Conn) -> Result<Vec<Basket>> {
    Ok(baskets::table
        .filter(baskets::state.eq(State::Approved))
        .order((baskets::name, baskets::version))
        .select(Basket::as_select())
        .load(conn)?)
}

/// Enters a version.
pub fn insert(tx: &mut Tx, it: &Basket) -> Result<()> {
    diesel::insert_into(baskets::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Writes a version.
pub fn update(tx: &mut Tx, it: &Basket) -> Result<()> {
    diesel::update(baskets::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// Whether a basket has items.
pub fn has_items(conn: &mut Conn, id: &BasketId) -> Result<bool> {
    let of = basket_items::table.filter(basket_items::basket_id.eq(id));
    Ok(diesel::select(diesel::dsl::exists(of)).get_result(conn)?)
}

/// A basket's items in order.
pub fn items(conn: &mut Conn, id: &BasketId) -> Result<Vec<BasketItem>> {
    Ok(basket_items::table
        .filter(basket_items::basket_id.eq(id))
        .order(basket_items::position)
        .select(BasketItem::as_select())
        .load(conn)?)
}

/// How many items a basket has, and how many of them have no weight.
pub fn item_counts(conn: &mut Conn, id: &BasketId) -> Result<(i64, i64)> {
    let of = || basket_items::table.filter(basket_items::basket_id.eq(id));
    let all = of().count().get_result(conn)?;
    let open = of().filter(basket_items::origin.eq(Origin::Open)).count().get_result(conn)?;
    Ok((all, open))
}

/// A product as an item shows it: code, generic name, specification, maker.
pub type Shown = (String, String, String, String);

/// A basket's items after a place, each with its product.
pub fn items_after(
    conn: &mut Conn,
    id: &BasketId,
    after: i32,
    limit: i64,
) -> Result<Vec<(BasketItem, Shown)>> {
    Ok(basket_items::table
        .inner_join(products::table)
        .filter(basket_items::basket_id.eq(id).and(basket_items::position.gt(after)))
        .order(basket_items::position)
        .limit(limit)
        .select((
            BasketItem::as_select(),
            (products::code, products::generic, products::spec, products::maker),
        ))
        .load(conn)?)
}

/// A product as far as a basket takes it in: id, code, whether it is a consumable.
pub fn products_by_code(conn: &mut Conn, codes: &[String]) -> Result<HashMap<String, (ProductId, bool)>> {
    let mut found = HashMap::new();
    for some in codes.chunks(BATCH) {
        let rows: Vec<(String, ProductId, String)> = products::table
            .filter(products::code.eq_any(some.to_vec()))
            .select((products::code, products::id, products::kind))
            .load(conn)?;
        found.extend(rows.into_iter().map(|(code, id, kind)| (code, (id, kind == "consumable"))));
    }
    Ok(found)
}

/// Puts these items in the place of those there are.
pub fn replace_items(tx: &mut Tx, id: &BasketId, items: &[BasketItem]) -> Result<()> {
    diesel::delete(basket_items::table.filter(basket_items::basket_id.eq(id))).execute(tx.conn())?;
    load_all!(tx.conn(), basket_items::table, items)?;
    Ok(())
}

/// Gives a new version the items of another. Weights summed from purchases go: the base period may move.
pub fn copy_items(tx: &mut Tx, from: &BasketId, to: &BasketId) -> Result<()> {
    let mut items = items(tx.conn(), from)?;
    for it in &mut items {
        it.basket_id = to.clone();
    }
    load_all!(tx.conn(), basket_items::table, &items)?;
    Ok(())
}

/// Takes the weights away that were summed from purchases.
pub fn open_computed(tx: &mut Tx, id: &BasketId) -> Result<()> {
    let of = basket_items::table.filter(basket_items::basket_id.eq(id));
    diesel::update(of.filter(basket_items::origin.eq(Origin::Computed)))
        .set((
            basket_items::base_quantity.eq(None::<Quantity>),
            basket_items::base_amount.eq(None::<Money>),
            basket_items::origin.eq(Origin::Open),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Writes an item's weight as summed.
pub fn set_weight(tx: &mut Tx, it: &BasketItem, base: &Bought) -> Result<()> {
    diesel::update(basket_items::table.find((&it.basket_id, it.position)))
        .set((
            basket_items::base_quantity.eq(Some(base.quantity)),
            basket_items::base_amount.eq(Some(base.amount)),
            basket_items::origin.eq(Origin::Computed),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// What was bought of these products from a day on and before another, net of returns. Served by the index on product
/// and day: only the rows summed are read.
pub fn bought(
    conn: &mut Conn,
    of: &[ProductId],
    from: NaiveDate,
    to: NaiveDate,
) -> Result<HashMap<ProductId, Bought>> {
    let mut found = HashMap::new();
    for some in of.chunks(BATCH) {
        let numbers = prices::store::product_numbers_of(conn, some)?;
        for (no, quantity, cents) in sums(conn, numbers.keys().copied().collect(), from, to)? {
            if let Some(product) = numbers.get(&no) {
                let bought =
                    Bought { quantity: Quantity::from_scaled(quantity), amount: Money::from_scaled(cents) };
                found.insert(product.clone(), bought);
            }
        }
    }
    Ok(found)
}

fn sums(conn: &mut Conn, numbers: Vec<i32>, from: NaiveDate, to: NaiveDate) -> Result<Vec<(i32, i64, i64)>> {
    Ok(transactions::table
        .filter(transactions::product.eq_any(numbers))
        .filter(transactions::day.ge(from).and(transactions::day.lt(to)))
        .group_by(transactions::product)
        .select((
            transactions::product,
            sql::<BigInt>("CAST(SUM(transactions.quantity) AS BIGINT)"),
            sql::<BigInt>("CAST(SUM(transactions.amount) AS BIGINT)"),
        ))
        .load(conn)?)
}

/// The number of the last purchase there is; 0 without any.
pub fn last_purchase(conn: &mut Conn) -> Result<i32> {
    let last: Option<i32> = transactions::table.select(max(transactions::id)).first(conn)?;
    Ok(last.unwrap_or(0))
}

/// The first day of the purchases entered after one and up to another: purchases are numbered as they come in.
pub fn first_day_after(conn: &mut Conn, after: i32, to: i32) -> Result<Option<NaiveDate>> {
    Ok(transactions::table
        .filter(transactions::id.gt(after).and(transactions::id.le(to)))
        .select(min(transactions::day))
        .first(conn)?)
}

/// The last month counted of a basket.
pub fn last_month(conn: &mut Conn, id: &BasketId) -> Result<Option<NaiveDate>> {
    Ok(index_months::table
        .filter(index_months::basket_id.eq(id))
        .select(max(index_months::month))
        .first(conn)?)
}

/// The months of an index in order, up to its last.
pub fn months(conn: &mut Conn, it: &Basket) -> Result<Vec<IndexMonth>> {
    let to = it.to_month.unwrap_or(NaiveDate::MAX);
    let rows: Vec<IndexMonth> = index_months::table
        .filter(index_months::basket_id.eq(&it.id))
        .order(index_months::month)
        .limit(1_200)
        .select(IndexMonth::as_select())
        .load(conn)?;
    Ok(rows.into_iter().filter(|row| row.month <= to).collect())
}

/// A month of an index.
pub fn month(conn: &mut Conn, id: &BasketId, month: NaiveDate) -> Result<Option<IndexMonth>> {
    Ok(index_months::table.find((id, month)).select(IndexMonth::as_select()).first(conn).optional()?)
}

/// An item in a month, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = index_items, treat_none_as_default_value = false)]
pub struct IndexItem {
    /// Of which version.
    pub basket_id: BasketId,
    /// The first day of the month.
    pub month: NaiveDate,
    /// The item's place in the basket.
    pub position: i32,
    /// Bought, carried forward or left out.
    pub state: ItemState,
    /// What was bought, net.
    pub quantity: Quantity,
    /// For how much.
    pub amount: Money,
    /// The price it stands in the index with.
    pub price: UnitPrice,
    /// Base price, base quantity.
    pub p0q0: Value,
    /// The month's price, base quantity.
    pub p1q0: Value,
    /// Base price, the month's quantity.
    pub p0q1: Value,
    /// Its points of the change.
    pub contribution: Points,
}

/// A basket's items of a month by their place.
pub fn month_items(conn: &mut Conn, id: &BasketId, month: NaiveDate) -> Result<HashMap<i32, IndexItem>> {
    let rows: Vec<IndexItem> = index_items::table
        .filter(index_items::basket_id.eq(id).and(index_items::month.eq(month)))
        .select(IndexItem::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(|it| (it.position, it)).collect())
}

/// The order of the items of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// What raised the index most first.
    Risers,
    /// What lowered it most first.
    Fallers,
    /// As they stand in the basket.
    Basket,
}

/// A month's items in an order, after one of them, each with its product.
pub fn month_page(
    conn: &mut Conn,
    (id, month): (&BasketId, NaiveDate),
    order: Order,
    after: Option<(Points, i32)>,
    limit: i64,
) -> Result<Vec<(IndexItem, Shown)>> {
    let mut query = index_items::table
        .filter(index_items::basket_id.eq(id.clone()).and(index_items::month.eq(month)))
        .select(IndexItem::as_select())
        .into_boxed();
    query = match order {
        Order::Risers => query.order((index_items::contribution.desc(), index_items::position.desc())),
        Order::Fallers => query.order((index_items::contribution, index_items::position)),
        Order::Basket => query.order(index_items::position),
    };
    if let Some((points, position)) = after {
        let same = index_items::contribution.eq(points);
        query = match order {
            Order::Risers => query.filter(
                index_items::contribution.lt(points).or(same.and(index_items::position.lt(position))),
            ),
            Order::Fallers => query.filter(
                index_items::contribution.gt(points).or(same.and(index_items::position.gt(position))),
            ),
            Order::Basket => query.filter(index_items::position.gt(position)),
        };
    }
    let rows: Vec<IndexItem> = query.limit(limit).load(conn)?;
    let places: Vec<i32> = rows.iter().map(|it| it.position).collect();
    let named = shown_at(conn, id, places)?;
    Ok(rows
        .into_iter()
        .map(|it| {
            let shown = named.get(&it.position).cloned().unwrap_or_default();
            (it, shown)
        })
        .collect())
}

fn shown_at(conn: &mut Conn, id: &BasketId, places: Vec<i32>) -> Result<HashMap<i32, Shown>> {
    let mut found = HashMap::new();
    for some in places.chunks(BATCH) {
        let rows: Vec<(i32, Shown)> = basket_items::table
            .inner_join(products::table)
            .filter(basket_items::basket_id.eq(id).and(basket_items::position.eq_any(some.to_vec())))
            .select((
                basket_items::position,
                (products::code, products::generic, products::spec, products::maker),
            ))
            .load(conn)?;
        found.extend(rows);
    }
    Ok(found)
}

/// Puts a counted month in the place of what was counted of it before.
pub fn write_month(tx: &mut Tx, it: &IndexMonth, items: &[BasketItem], counted: &[Counted]) -> Result<()> {
    let old = index_items::basket_id.eq(&it.basket_id).and(index_items::month.eq(it.month));
    diesel::delete(index_items::table.filter(old)).execute(tx.conn())?;
    diesel::delete(index_months::table.find((&it.basket_id, it.month))).execute(tx.conn())?;
    let rows: Vec<IndexItem> = items
        .iter()
        .zip(counted)
        .map(|(item, counted)| IndexItem {
            basket_id: it.basket_id.clone(),
            month: it.month,
            position: item.position,
            state: counted.state,
            quantity: counted.bought.quantity,
            amount: counted.bought.amount,
            price: counted.price,
            p0q0: counted.p0q0,
            p1q0: counted.p1q0,
            p0q1: counted.p0q1,
            contribution: counted.contribution,
        })
        .collect();
    load_all!(tx.conn(), index_items::table, &rows)?;
    diesel::insert_into(index_months::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Writes up to which purchase a basket is counted.
pub fn counted_to(tx: &mut Tx, it: &Basket) -> Result<()> {
    let changed = diesel::update(baskets::table.find(&it.id))
        .set((baskets::counted_to.eq(it.counted_to), baskets::counted_at.eq(it.counted_at)))
        .execute(tx.conn())?;
    if changed == 1 { Ok(()) } else { Err(Error::NotFound) }
}
