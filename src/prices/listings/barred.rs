//! Listings in the bureau's own region of a product whose company's credit rating suspends it: kept apart with the
//! reason, never in force. A lower price than the one in force is let through, as in the catalogue: repair can ask for it.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::store::own_regions;
use crate::credit::standing;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::load_all;
use crate::schema::{listings, products, refused_listings, staged_listings, unmatched_listings};
use crate::text::{Lang, Say};
use crate::types::{Ctx, ListingId, ProductId, Time, UnitPrice};

/// A line that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = refused_listings, treat_none_as_default_value = false)]
pub struct Refused {
    /// Its id.
    pub id: ListingId,
    /// The file that brought it.
    pub file: i32,
    /// Its line there.
    pub line: i64,
    /// The product's code.
    pub product_code: String,
    /// The region.
    pub region: String,
    /// The first day of the price.
    pub from_day: NaiveDate,
    /// Yuan a pack.
    pub price: UnitPrice,
    /// The rating's number.
    pub rating: String,
    /// Why, in Chinese.
    pub reason_zh: String,
    /// Why, in English.
    pub reason_en: String,
    /// When.
    pub refused_at: Time,
}

impl Refused {
    /// Why.
    pub fn reason(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.reason_zh,
            Lang::En => &self.reason_en,
        }
    }
}

/// A line that may be refused.
#[derive(Debug, Clone, Queryable)]
struct Line {
    id: ListingId,
    file: i32,
    line: i64,
    code: String,
    region: String,
    from: NaiveDate,
    price: UnitPrice,
    product: ProductId,
    maker: String,
}

/// Rows of one statement.
const ROWS: usize = 500;

/// Takes what is barred out of the lines a file staged; how many.
pub fn of_file(tx: &mut Tx, ctx: &Ctx, file: i32) -> Result<i64> {
    let barred = standing::listing(tx.conn(), ctx.now.day())?;
    if barred.is_empty() {
        return Ok(0);
    }
    let regions = own_regions(tx.conn())?;
    let found: Vec<Line> = staged_listings::table
        .inner_join(products::table.on(products::code.eq(staged_listings::product_code)))
        .filter(staged_listings::file.eq(file).and(staged_listings::region.eq_any(regions)))
        .filter(products::maker.eq_any(barred.companies()).or(products::code.eq_any(barred.codes())))
        .order(staged_listings::n)
        .select((
            staged_listings::id,
            staged_listings::file,
            staged_listings::line,
            staged_listings::product_code,
            staged_listings::region,
            staged_listings::from_day,
            staged_listings::price,
            products::id,
            products::maker,
        ))
        .load(tx.conn())?;
    let refused = refuse(tx, ctx, &barred, found)?;
    for some in refused.chunks(ROWS) {
        let ids: Vec<&ListingId> = some.iter().map(|it| &it.id).collect();
        let out = staged_listings::table.filter(staged_listings::file.eq(file));
        diesel::delete(out.filter(staged_listings::id.eq_any(ids))).execute(tx.conn())?;
    }
    Ok(i64::try_from(refused.len()).unwrap_or(i64::MAX))
}

/// The same of unmatched listings whose product the catalogue has now.
pub fn of_unmatched(tx: &mut Tx, ctx: &Ctx) -> Result<i64> {
    let barred = standing::listing(tx.conn(), ctx.now.day())?;
    if barred.is_empty() {
        return Ok(0);
    }
    let regions = own_regions(tx.conn())?;
    let found: Vec<Line> = unmatched_listings::table
        .inner_join(products::table.on(products::code.eq(unmatched_listings::product_code)))
        .filter(unmatched_listings::region.eq_any(regions))
        .filter(products::maker.eq_any(barred.companies()).or(products::code.eq_any(barred.codes())))
        .order(unmatched_listings::id)
        .select((
            unmatched_listings::id,
            unmatched_listings::file,
            unmatched_listings::line,
            unmatched_listings::product_code,
            unmatched_listings::region,
            unmatched_listings::from_day,
            unmatched_listings::price,
            products::id,
            products::maker,
        ))
        .load(tx.conn())?;
    let refused = refuse(tx, ctx, &barred, found)?;
    for some in refused.chunks(ROWS) {
        let ids: Vec<&ListingId> = some.iter().map(|it| &it.id).collect();
        diesel::delete(unmatched_listings::table.filter(unmatched_listings::id.eq_any(ids)))
            .execute(tx.conn())?;
    }
    Ok(i64::try_from(refused.len()).unwrap_or(i64::MAX))
}

/// Keeps those of the lines that are barred, with the reason.
fn refuse(tx: &mut Tx, ctx: &Ctx, barred: &standing::Listing, lines: Vec<Line>) -> Result<Vec<Refused>> {
    let mut refused = Vec::new();
    for it in lines {
        let Some(why) = barred.product_from(&it.code, &it.maker, it.from) else { continue };
        if !is_dearer(tx.conn(), &it)? {
            continue;
        }
        refused.push(Refused {
            id: it.id,
            file: it.file,
            line: it.line,
            product_code: it.code,
            region: it.region,
            from_day: it.from,
            price: it.price,
            rating: why.rating.number.clone(),
            reason_zh: why.say(Lang::Zh.text()),
            reason_en: why.say(Lang::En.text()),
            refused_at: ctx.now,
        });
    }
    load_all!(tx.conn(), refused_listings::table, &refused)?;
    Ok(refused)
}

/// Whether a line lists a product that is not listed here yet, or dearer than it is on that day.
fn is_dearer(conn: &mut Conn, it: &Line) -> Result<bool> {
    let in_force: Option<UnitPrice> = listings::table
        .filter(listings::product_id.eq(&it.product).and(listings::region.eq(&it.region)))
        .filter(listings::from_day.le(it.from))
        .order(listings::from_day.desc())
        .select(listings::price)
        .first(conn)
        .optional()?;
    Ok(in_force.is_none_or(|price| it.price > price))
}

/// The refused lines of a file in their order, at most so many.
pub fn of(conn: &mut Conn, file: i32, limit: i64) -> Result<Vec<Refused>> {
    Ok(refused_listings::table
        .filter(refused_listings::file.eq(file))
        .order((refused_listings::line, refused_listings::id))
        .limit(limit)
        .select(Refused::as_select())
        .load(conn)?)
}
