//! Purchases as pages read them: one product's, or one hospital's of a product or month, always by an index and never
//! more than a limit.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::history::Bought;
use crate::db::Conn;
use crate::error::Result;
use crate::schema::transactions;
use crate::types::{Money, Quantity, UnitPrice};

/// Most purchases of one product that a page is drawn from: years of one that hundreds of hospitals buy.
pub const MOST: i64 = 50_000;

/// What was bought of a product, not returned, the latest first; at most `limit`.
pub fn of_product(
    conn: &mut Conn,
    product: i32,
    from: NaiveDate,
    before: NaiveDate,
    limit: i64,
) -> Result<Vec<Bought>> {
    let rows: Vec<(NaiveDate, i32, UnitPrice, Quantity)> = transactions::table
        .filter(transactions::product.eq(product))
        .filter(transactions::day.ge(from).and(transactions::day.lt(before)))
        .filter(transactions::quantity.gt(0))
        .order(transactions::day.desc())
        .limit(limit)
        .select((transactions::day, transactions::hospital, transactions::unit_price, transactions::quantity))
        .load(conn)?;
    let bought = |(day, hospital, price, quantity)| Bought { day, hospital, price, quantity };
    Ok(rows.into_iter().map(bought).collect())
}

/// A purchase.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = transactions)]
pub struct Purchase {
    /// Its number.
    pub id: i32,
    /// The day.
    pub day: NaiveDate,
    /// The hospital's short number.
    pub hospital: i32,
    /// The product's short number.
    pub product: i32,
    /// From whom.
    pub supplier: String,
    /// How much; below zero for a return.
    pub quantity: Quantity,
    /// Yuan for one unit.
    pub unit_price: UnitPrice,
    /// Yuan in all.
    pub amount: Money,
}

/// Whose purchases: of a hospital, of a product, or of both. One of them is needed, as there is no index of all by day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Of a hospital, all products.
    Hospital(i32),
    /// Of a product, all hospitals.
    Product(i32),
    /// Of a product at a hospital.
    Both(i32, i32),
}

/// Which purchases.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Whose.
    pub whose: Whose,
    /// From this day on.
    pub from: NaiveDate,
    /// Before this day.
    pub before: NaiveDate,
    /// Only from these suppliers.
    pub suppliers: Option<Vec<String>>,
    /// Behind this day and number.
    pub after: Option<(NaiveDate, i32)>,
}

/// A page of purchases, the latest first.
pub fn page(conn: &mut Conn, filter: &Filter, limit: i64) -> Result<Vec<Purchase>> {
    let ids = ids(conn, filter, limit)?;
    let rows: Vec<Purchase> = transactions::table
        .filter(transactions::id.eq_any(ids.clone()))
        .select(Purchase::as_select())
        .load(conn)?;
    let mut rows: HashMap<i32, Purchase> = rows.into_iter().map(|it| (it.id, it)).collect();
    Ok(ids.iter().filter_map(|id| rows.remove(id)).collect())
}

fn ids(conn: &mut Conn, filter: &Filter, limit: i64) -> Result<Vec<i32>> {
    let mut query = transactions::table.select(transactions::id).into_boxed();
    query = match filter.whose {
        Whose::Hospital(hospital) => query.filter(transactions::hospital.eq(hospital)),
        Whose::Product(product) => query.filter(transactions::product.eq(product)),
        Whose::Both(hospital, product) => {
            query.filter(transactions::hospital.eq(hospital).and(transactions::product.eq(product)))
        }
    };
    query = query.filter(transactions::day.ge(filter.from).and(transactions::day.lt(filter.before)));
    if let Some(suppliers) = &filter.suppliers {
        query = query.filter(transactions::supplier.eq_any(suppliers.clone()));
    }
    if let Some((day, id)) = filter.after {
        query = query
            .filter(transactions::day.le(day))
            .filter(transactions::day.lt(day).or(transactions::id.lt(id)));
    }
    Ok(query.order((transactions::day.desc(), transactions::id.desc())).limit(limit).load(conn)?)
}

/// The day a product was bought last.
pub fn last_day(conn: &mut Conn, product: i32) -> Result<Option<NaiveDate>> {
    Ok(transactions::table
        .filter(transactions::product.eq(product))
        .order(transactions::day.desc())
        .select(transactions::day)
        .first(conn)
        .optional()?)
}
