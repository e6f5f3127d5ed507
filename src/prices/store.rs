//! SQL of purchase history, and of products as far as purchases are matched by them.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::db::Conn;
use crate::error::Result;
use crate::people::OrganisationKind;
use crate::prices::Named;
use crate::schema::{hospital_numbers, organisations, product_numbers, products, transactions};
use crate::types::{OrganisationId, ProductId};

/// How many ids one query is asked for.
pub const BATCH: usize = 1_000;

/// What a hospital bought of these products from `from` and before `to`, summed (thousandths) by product, net of
/// returns. Served by the index on hospital, product and day: only the rows summed are read.
pub fn bought(
    conn: &mut Conn,
    hospital: &OrganisationId,
    of: &[ProductId],
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<(ProductId, i64)>> {
    let Some(hospital) = hospital_number(conn, hospital)? else { return Ok(Vec::new()) };
    let products = product_numbers_of(conn, of)?;
    let rows: Vec<(i32, i64)> = transactions::table
        .filter(transactions::hospital.eq(hospital))
        .filter(transactions::product.eq_any(products.keys().copied().collect::<Vec<_>>()))
        .filter(transactions::day.ge(from).and(transactions::day.lt(to)))
        .group_by(transactions::product)
        .order(transactions::product)
        .select((transactions::product, sql::<BigInt>("CAST(SUM(transactions.quantity) AS BIGINT)")))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(no, sum)| Some((products.get(&no)?.clone(), sum))).collect())
}

/// A hospital's short number; none when no purchase can be its.
pub fn hospital_number(conn: &mut Conn, hospital: &OrganisationId) -> Result<Option<i32>> {
    Ok(hospital_numbers::table
        .filter(hospital_numbers::hospital_id.eq(hospital))
        .select(hospital_numbers::no)
        .first(conn)
        .optional()?)
}

/// These products by their short numbers.
pub fn product_numbers_of(conn: &mut Conn, products: &[ProductId]) -> Result<HashMap<i32, ProductId>> {
    let rows: Vec<(i32, ProductId)> = product_numbers::table
        .filter(product_numbers::product_id.eq_any(products.to_vec()))
        .select((product_numbers::no, product_numbers::product_id))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Every hospital by its short number.
pub fn hospitals_by_number(conn: &mut Conn) -> Result<HashMap<i32, OrganisationId>> {
    let rows: Vec<(i32, OrganisationId)> =
        hospital_numbers::table.select((hospital_numbers::no, hospital_numbers::hospital_id)).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The products with one of these generic keys.
pub fn products_by_key(conn: &mut Conn, keys: &[String]) -> Result<Vec<Named>> {
    Ok(products::table
        .filter(products::generic_key.eq_any(keys.to_vec()))
        .select((products::id, products::generic_key, products::generic, products::maker))
        .load(conn)?)
}

/// The products with one of these generic names.
pub fn products_by_generic(conn: &mut Conn, generics: &[String]) -> Result<Vec<Named>> {
    Ok(products::table
        .filter(products::generic.eq_any(generics.to_vec()))
        .select((products::id, products::generic_key, products::generic, products::maker))
        .load(conn)?)
}

/// Every hospital by its code, to match an import's lines with.
pub fn hospitals_by_code(conn: &mut Conn) -> Result<HashMap<String, OrganisationId>> {
    let rows: Vec<(String, OrganisationId)> = organisations::table
        .filter(organisations::kind.eq(OrganisationKind::Hospital))
        .select((organisations::code, organisations::id))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}
