//! SQL of purchase history, and of products as far as purchases are matched by them.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::on_db;
use crate::people::OrganisationKind;
use crate::prices::{Named, Transaction};
use crate::schema::{organisations, products, transactions};
use crate::types::{OrganisationId, ProductId, TransactionId};

/// How many ids one query is asked for.
pub const BATCH: usize = 1_000;

/// What a hospital bought of these products from `from` and before `to`, summed (thousandths) by product.
/// Served by the index on hospital, product and day: only the rows summed are read.
pub fn bought(
    conn: &mut Conn,
    hospital: &OrganisationId,
    of: &[ProductId],
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<(ProductId, i64)>> {
    Ok(transactions::table
        .filter(transactions::hospital_id.eq(hospital))
        .filter(transactions::product_id.eq_any(of.to_vec()))
        .filter(transactions::day.ge(from).and(transactions::day.lt(to)))
        .group_by(transactions::product_id)
        .order(transactions::product_id)
        .select((transactions::product_id, sql::<BigInt>("CAST(SUM(transactions.quantity) AS BIGINT)")))
        .load(conn)?)
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

/// Every product's id by its code, to match an import's lines with: memory grows with the catalogue, not with
/// the purchases.
pub fn products_by_code(conn: &mut Conn) -> Result<HashMap<String, ProductId>> {
    let rows: Vec<(String, ProductId)> = products::table.select((products::code, products::id)).load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Which of these purchases are already here.
pub fn known(conn: &mut Conn, ids: &[TransactionId]) -> Result<HashSet<TransactionId>> {
    let rows: Vec<TransactionId> = transactions::table
        .filter(transactions::id.eq_any(ids.to_vec()))
        .select(transactions::id)
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Enters purchases that are not yet here, in one statement.
pub fn insert_all(tx: &mut Tx, rows: &[Transaction]) -> Result<()> {
    on_db!(tx.conn(), c => diesel::insert_into(transactions::table).values(rows).execute(c))?;
    Ok(())
}

/// Enters one purchase.
pub fn insert(tx: &mut Tx, row: &Transaction) -> Result<()> {
    diesel::insert_into(transactions::table).values(row).execute(tx.conn())?;
    Ok(())
}
