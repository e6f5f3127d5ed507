//! SQL of case baskets and of what rounds do to them.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{Basket, CaseEffect, CaseLine, Item};
use crate::catalog::Product;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::on_db;
use crate::people::OrganisationKind;
use crate::rounds::{Lot, Round};
use crate::schema::{
    awards, disease_baskets, disease_effect_lines, disease_effects, disease_items, lots, organisations,
    products, rounds,
};
use crate::types::{AwardId, DiseaseBasketId, OrganisationId, ProductId, RoundId, Time};

/// Rows of one statement.
const BATCH: usize = 500;

/// Which baskets a reader asks for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only of this hospital.
    pub hospital: Option<OrganisationId>,
    /// Name or code begins with this.
    pub text: String,
    /// Only before this id, for the next page.
    pub before: Option<DiseaseBasketId>,
}

/// A page of baskets in use, newest first, with their hospitals' names.
pub fn page(conn: &mut Conn, filter: &Filter, limit: i64) -> Result<Vec<(Basket, Option<String>)>> {
    let mut query = disease_baskets::table
        .left_join(organisations::table)
        .filter(disease_baskets::active.eq(true))
        .select((Basket::as_select(), organisations::name.nullable()))
        .into_boxed();
    if let Some(hospital) = &filter.hospital {
        query = query.filter(disease_baskets::hospital_id.eq(hospital.clone()));
    }
    if !filter.text.is_empty() {
        let like = format!("{}%", filter.text.replace(['%', '_', '\\'], ""));
        query = query.filter(disease_baskets::name.like(like.clone()).or(disease_baskets::code.like(like)));
    }
    if let Some(before) = &filter.before {
        query = query.filter(disease_baskets::id.lt(before.clone()));
    }
    Ok(query.order(disease_baskets::id.desc()).limit(limit).load(conn)?)
}

/// A basket.
pub fn basket(conn: &mut Conn, id: &DiseaseBasketId) -> Result<Option<Basket>> {
    Ok(disease_baskets::table.find(id).select(Basket::as_select()).first(conn).optional()?)
}

/// The baskets in use with a name and a code.
pub fn named(conn: &mut Conn, name: &str, code: &str) -> Result<Vec<Basket>> {
    Ok(disease_baskets::table
        .filter(disease_baskets::name.eq(name).and(disease_baskets::code.eq(code)))
        .filter(disease_baskets::active.eq(true))
        .select(Basket::as_select())
        .load(conn)?)
}

/// The ids of every basket in use.
pub fn in_use(conn: &mut Conn) -> Result<Vec<DiseaseBasketId>> {
    Ok(disease_baskets::table
        .filter(disease_baskets::active.eq(true))
        .order(disease_baskets::id)
        .select(disease_baskets::id)
        .load(conn)?)
}

/// A basket's items in their order.
pub fn items(conn: &mut Conn, id: &DiseaseBasketId) -> Result<Vec<Item>> {
    Ok(disease_items::table
        .filter(disease_items::basket_id.eq(id))
        .order(disease_items::position)
        .select(Item::as_select())
        .load(conn)?)
}

/// Enters a basket.
pub fn insert(tx: &mut Tx, it: &Basket) -> Result<()> {
    diesel::insert_into(disease_baskets::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Writes a basket's fields.
pub fn update(tx: &mut Tx, it: &Basket) -> Result<()> {
    diesel::update(disease_baskets::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// Puts items in the place of those there are.
pub fn replace_items(tx: &mut Tx, id: &DiseaseBasketId, items: &[Item]) -> Result<()> {
    diesel::delete(disease_items::table.filter(disease_items::basket_id.eq(id))).execute(tx.conn())?;
    for part in items.chunks(BATCH) {
        on_db!(tx.conn(), c => diesel::insert_into(disease_items::table).values(part).execute(c))?;
    }
    Ok(())
}

/// The hospitals with these codes.
pub fn hospitals_by_code(conn: &mut Conn, codes: Vec<String>) -> Result<HashMap<String, OrganisationId>> {
    let rows: Vec<(String, OrganisationId)> = organisations::table
        .filter(organisations::kind.eq(OrganisationKind::Hospital))
        .filter(organisations::code.eq_any(codes))
        .select((organisations::code, organisations::id))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Products of the catalogue by their ids.
pub fn products_by_id(conn: &mut Conn, ids: Vec<ProductId>) -> Result<HashMap<ProductId, Product>> {
    let rows: Vec<Product> =
        products::table.filter(products::id.eq_any(ids)).select(Product::as_select()).load(conn)?;
    Ok(rows.into_iter().map(|it| (it.id.clone(), it)).collect())
}

/// The lots of any round with one of these generic names, or one of these generic keys.
pub fn lots_of(conn: &mut Conn, generics: Vec<String>, keys: Vec<String>) -> Result<Vec<Lot>> {
    let by_key = lots::generic_key.eq_any(keys).and(lots::generic_key.ne(""));
    Ok(lots::table
        .filter(lots::generic.eq_any(generics).or(by_key))
        .order((lots::round_id, lots::position))
        .select(Lot::as_select())
        .load(conn)?)
}

/// These rounds' confirmed awards, with the moment each was published, else computed.
pub fn confirmed(conn: &mut Conn, of: Vec<RoundId>) -> Result<Vec<(RoundId, AwardId, Time)>> {
    let rows: Vec<(RoundId, AwardId, Option<Time>, Time)> = awards::table
        .filter(awards::round_id.eq_any(of).and(awards::state.eq("confirmed")))
        .order((awards::round_id, awards::version))
        .select((awards::round_id, awards::id, awards::published_at, awards::computed_at))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(round, award, published, at)| (round, award, published.unwrap_or(at)))
        .collect())
}

/// What rounds do to a basket, the newest round first.
pub fn effects(conn: &mut Conn, id: &DiseaseBasketId) -> Result<Vec<(CaseEffect, Round)>> {
    Ok(disease_effects::table
        .inner_join(rounds::table)
        .filter(disease_effects::basket_id.eq(id))
        .order((disease_effects::to_day.desc(), disease_effects::round_id))
        .select((CaseEffect::as_select(), Round::as_select()))
        .load(conn)?)
}

/// The lines of what rounds do to a basket.
pub fn effect_lines(conn: &mut Conn, id: &DiseaseBasketId) -> Result<Vec<CaseLine>> {
    Ok(disease_effect_lines::table
        .filter(disease_effect_lines::basket_id.eq(id))
        .order((disease_effect_lines::round_id, disease_effect_lines::position))
        .select(CaseLine::as_select())
        .load(conn)?)
}

/// Puts what rounds do to a basket in the place of what was computed before.
pub fn replace_effects(
    tx: &mut Tx,
    id: &DiseaseBasketId,
    effects: &[CaseEffect],
    lines: &[CaseLine],
) -> Result<()> {
    diesel::delete(disease_effect_lines::table.filter(disease_effect_lines::basket_id.eq(id)))
        .execute(tx.conn())?;
    diesel::delete(disease_effects::table.filter(disease_effects::basket_id.eq(id))).execute(tx.conn())?;
    for part in effects.chunks(BATCH) {
        on_db!(tx.conn(), c => diesel::insert_into(disease_effects::table).values(part).execute(c))?;
    }
    for part in lines.chunks(BATCH) {
        on_db!(tx.conn(), c => diesel::insert_into(disease_effect_lines::table).values(part).execute(c))?;
    }
    Ok(())
}
