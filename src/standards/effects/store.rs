//! SQL of effects: the purchases of a draft's products by price, and the effects kept.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use super::rules::Bought;
use super::{Effect, EffectLine};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::on_db;
use crate::prices;
use crate::schema::{effect_lines, effects, products, transactions};
use crate::types::{EffectId, ProductId, Quantity, ReleaseId, UnitPrice};

/// Rows of one statement.
const BATCH: usize = 500;

/// What was bought of these products from `from` and before `to`, by price, by everybody or by the hospital of a short
/// number: each product's rows are one range of the index by product and day, which holds all that is read.
pub fn bought(
    conn: &mut Conn,
    of: &[ProductId],
    (from, to): (NaiveDate, NaiveDate),
    hospital: Option<i32>,
) -> Result<HashMap<ProductId, Vec<Bought>>> {
    let by = hospital.map_or("1 = 1".to_owned(), |no| format!("transactions.hospital = {no}"));
    let mut found: HashMap<ProductId, Vec<Bought>> = HashMap::new();
    for part in of.chunks(BATCH) {
        let numbers = prices::store::product_numbers_of(conn, part)?;
        let query = transactions::table
            .filter(transactions::product.eq_any(numbers.keys().copied().collect::<Vec<_>>()))
            .filter(transactions::day.ge(from).and(transactions::day.lt(to)))
            .filter(sql::<Bool>(&by))
            .group_by((transactions::product, transactions::unit_price))
            .order((transactions::product, transactions::unit_price))
            .select((
                transactions::product,
                transactions::unit_price,
                sql::<BigInt>("CAST(SUM(transactions.quantity) AS BIGINT)"),
                sql::<BigInt>("COUNT(*)"),
            ));
        let rows: Vec<(i32, i64, i64, i64)> = query.load(conn)?;
        for (no, price, quantity, purchases) in rows {
            let Some(product) = numbers.get(&no) else { continue };
            found.entry(product.clone()).or_default().push(Bought {
                price: UnitPrice::from_scaled(price),
                quantity: Quantity::from_scaled(quantity),
                purchases,
            });
        }
    }
    Ok(found)
}

/// A product's id and code, and its generic name, spec and maker.
pub type Found = (ProductId, String, String, String, String);

type Columns = (products::id, products::code, products::generic, products::spec, products::maker);

const COLUMNS: Columns = (products::id, products::code, products::generic, products::spec, products::maker);

/// The products with these codes.
pub fn products_by_code(conn: &mut Conn, codes: &[String]) -> Result<Vec<Found>> {
    let mut found: Vec<Found> = Vec::new();
    for part in codes.chunks(BATCH) {
        let rows = products::table.filter(products::code.eq_any(part.to_vec())).select(COLUMNS);
        found.extend(rows.load::<Found>(conn)?);
    }
    Ok(found)
}

/// The products with these generic names.
pub fn products_named(conn: &mut Conn, generics: &[String]) -> Result<Vec<Found>> {
    let mut found: Vec<Found> = Vec::new();
    for part in generics.chunks(BATCH) {
        let rows = products::table.filter(products::generic.eq_any(part.to_vec())).select(COLUMNS);
        found.extend(rows.load::<Found>(conn)?);
    }
    Ok(found)
}

/// Enters an effect with its lines.
pub fn insert(tx: &mut Tx, it: &Effect, lines: &[EffectLine]) -> Result<()> {
    diesel::insert_into(effects::table).values(it).execute(tx.conn())?;
    for part in lines.chunks(BATCH) {
        on_db!(tx.conn(), c => diesel::insert_into(effect_lines::table).values(part).execute(c))?;
    }
    Ok(())
}

/// The last effect computed for exactly these rows of a draft.
pub fn latest(conn: &mut Conn, (subject, id): (&str, &str), fingerprint: &str) -> Result<Option<Effect>> {
    Ok(effects::table
        .filter(effects::subject.eq(subject).and(effects::subject_id.eq(id)))
        .filter(effects::fingerprint.eq(fingerprint))
        .order((effects::computed_at.desc(), effects::id.desc()))
        .select(Effect::as_select())
        .first(conn)
        .optional()?)
}

/// An effect.
pub fn effect(conn: &mut Conn, id: &EffectId) -> Result<Option<Effect>> {
    Ok(effects::table.find(id).select(Effect::as_select()).first(conn).optional()?)
}

/// The effects that releases were decided with.
pub fn of_releases(conn: &mut Conn, of: &[ReleaseId]) -> Result<Vec<(ReleaseId, EffectId)>> {
    let rows: Vec<(Option<ReleaseId>, EffectId)> = effects::table
        .filter(effects::release_id.eq_any(of.to_vec()))
        .select((effects::release_id, effects::id))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(release, id)| Some((release?, id))).collect())
}

/// An effect's lines after a place, in their order.
pub fn lines(conn: &mut Conn, id: &EffectId, after: i32, limit: i64) -> Result<Vec<EffectLine>> {
    Ok(effect_lines::table
        .filter(effect_lines::effect_id.eq(id).and(effect_lines::position.gt(after)))
        .order(effect_lines::position)
        .limit(limit)
        .select(EffectLine::as_select())
        .load(conn)?)
}

/// Binds the last effect of a draft's rows to the release it was decided with.
pub fn released(tx: &mut Tx, of: (&str, &str), fingerprint: &str, release: &ReleaseId) -> Result<()> {
    if let Some(it) = latest(tx.conn(), of, fingerprint)? {
        diesel::update(effects::table.find(&it.id))
            .set(effects::release_id.eq(release))
            .execute(tx.conn())?;
    }
    Ok(())
}
