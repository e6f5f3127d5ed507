//! SQL of listing prices: on their way, stored, corrected, unmatched; and what differs from the catalogue.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Integer, Text};

use super::import::Line;
use super::{Listing, Price};
use crate::db::{Conn, Tx, in_any_order};
use crate::error::{Error, Result};
use crate::load_all;
use crate::people::OrganisationKind;
use crate::schema::{listings, organisations, products, staged_listings, unmatched_listings};
use crate::types::{ListingId, ProductId, Time, UnitPrice};

/// A listing on its way.
#[derive(Insertable)]
#[diesel(table_name = staged_listings, treat_none_as_default_value = false)]
struct Staged {
    file: i32,
    n: i32,
    id: ListingId,
    line: i64,
    product_code: String,
    region: String,
    from_day: NaiveDate,
    price: UnitPrice,
}

/// Puts lines beside the table, behind `at` others of the file.
pub fn stage(tx: &mut Tx, file: i32, at: i32, lines: &[Line]) -> Result<()> {
    let numbers = at.saturating_add(1)..;
    let rows: Vec<Staged> = lines
        .iter()
        .zip(numbers)
        .map(|(it, n)| Staged {
            file,
            n,
            id: ListingId::new(),
            line: i64::try_from(it.line).unwrap_or(i64::MAX),
            product_code: it.product.clone(),
            region: it.region.clone(),
            from_day: it.from,
            price: it.price,
        })
        .collect();
    load_all!(tx.conn(), staged_listings::table, &rows)?;
    Ok(())
}

/// Takes a file's lines beside the table away.
pub fn clear(tx: &mut Tx, file: i32) -> Result<()> {
    diesel::delete(staged_listings::table.filter(staged_listings::file.eq(file))).execute(tx.conn())?;
    Ok(())
}

/// The codes of the catalogue.
pub fn codes(conn: &mut Conn) -> Result<std::collections::HashSet<String>> {
    let codes: Vec<String> = products::table.select(products::code).load(conn)?;
    Ok(codes.into_iter().collect())
}

fn count(rows: usize) -> Result<i64> {
    i64::try_from(rows).map_err(Error::fault_of)
}

/// Corrects listings that a file gives another price, and keeps what they were; how many.
pub fn correct(tx: &mut Tx, file: i32, source: &str) -> Result<i64> {
    let noted = "INSERT INTO listing_changes (file, product_id, region, from_day, price_before, price_after) \
        SELECT s.file, p.id, s.region, s.from_day, l.price, s.price FROM staged_listings s \
        INNER JOIN products p ON p.code = s.product_code \
        INNER JOIN listings l ON l.product_id = p.id AND l.region = s.region AND l.from_day = s.from_day \
        WHERE s.file = $1 AND l.price <> s.price";
    let noted = diesel::sql_query(noted).bind::<Integer, _>(file).execute(tx.conn())?;
    if noted > 0 {
        let corrected = "UPDATE listings SET price = c.price_after, source = $1 FROM listing_changes c \
            WHERE c.file = $2 AND c.product_id = listings.product_id AND c.region = listings.region \
            AND c.from_day = listings.from_day";
        diesel::sql_query(corrected).bind::<Text, _>(source).bind::<Integer, _>(file).execute(tx.conn())?;
    }
    count(noted)
}

/// Enters the listings of a file that are not here yet; how many.
pub fn enter(tx: &mut Tx, file: i32, source: &str, now: Time) -> Result<i64> {
    let entered = "INSERT INTO listings (id, product_id, region, from_day, price, source, created_at) \
        SELECT s.id, p.id, s.region, s.from_day, s.price, $1, $2 FROM staged_listings s \
        INNER JOIN products p ON p.code = s.product_code \
        WHERE s.file = $3 AND NOT EXISTS (SELECT 1 FROM listings l WHERE l.product_id = p.id \
        AND l.region = s.region AND l.from_day = s.from_day)";
    count(
        diesel::sql_query(entered)
            .bind::<Text, _>(source)
            .bind::<BigInt, _>(now)
            .bind::<Integer, _>(file)
            .execute(tx.conn())?,
    )
}

/// Keeps the listings of a file whose product the catalogue lacks, the last word of each; how many.
pub fn keep_unmatched(tx: &mut Tx, file: i32, source: &str) -> Result<i64> {
    let kept = "INSERT INTO unmatched_listings (id, file, line, product_code, region, from_day, price, source) \
        SELECT s.id, s.file, s.line, s.product_code, s.region, s.from_day, s.price, $1 FROM staged_listings s \
        WHERE s.file = $2 AND NOT EXISTS (SELECT 1 FROM products p WHERE p.code = s.product_code) \
        ON CONFLICT (product_code, region, from_day) DO UPDATE SET file = excluded.file, line = excluded.line, \
        price = excluded.price, source = excluded.source";
    count(diesel::sql_query(kept).bind::<Text, _>(source).bind::<Integer, _>(file).execute(tx.conn())?)
}

/// Enters unmatched listings whose product the catalogue has now and that are not here yet; how many.
pub fn enter_matched(tx: &mut Tx, now: Time) -> Result<i64> {
    let entered = "INSERT INTO listings (id, product_id, region, from_day, price, source, created_at) \
        SELECT u.id, p.id, u.region, u.from_day, u.price, u.source, $1 FROM unmatched_listings u \
        INNER JOIN products p ON p.code = u.product_code \
        WHERE NOT EXISTS (SELECT 1 FROM listings l WHERE l.product_id = p.id \
        AND l.region = u.region AND l.from_day = u.from_day)";
    count(diesel::sql_query(entered).bind::<BigInt, _>(now).execute(tx.conn())?)
}

/// Takes unmatched listings away whose product the catalogue has now; how many.
pub fn drop_matched(tx: &mut Tx) -> Result<i64> {
    let dropped = "DELETE FROM unmatched_listings \
        WHERE EXISTS (SELECT 1 FROM products p WHERE p.code = unmatched_listings.product_code)";
    count(diesel::sql_query(dropped).execute(tx.conn())?)
}

/// A listing whose product the catalogue lacks.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = unmatched_listings)]
pub struct Unmatched {
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
}

/// Unmatched listings by product, region and day, behind one; at most `limit`.
pub fn unmatched(conn: &mut Conn, after: (&str, &str, NaiveDate), limit: i64) -> Result<Vec<Unmatched>> {
    use unmatched_listings::dsl::{from_day, product_code, region};
    let (product, place, day) = after;
    let behind = product_code.gt(product).or(region.gt(place)).or(region.eq(place).and(from_day.gt(day)));
    Ok(unmatched_listings::table
        .filter(product_code.ge(product).and(behind))
        .order((product_code, region, from_day))
        .limit(limit)
        .select(Unmatched::as_select())
        .load(conn)?)
}

/// The regions of the bureau itself, whose listings the catalogue has.
pub fn own_regions(conn: &mut Conn) -> Result<Vec<String>> {
    Ok(organisations::table
        .filter(organisations::kind.eq(OrganisationKind::Bureau))
        .filter(organisations::region.ne(""))
        .order(organisations::region)
        .distinct()
        .select(organisations::region)
        .load(conn)?)
}

/// What the catalogue lists in a region that no listing says yet: products without any listing there, and those the
/// catalogue had given a listing and gives another price now.
pub fn from_catalogue(conn: &mut Conn, region: &str, today: NaiveDate) -> Result<Vec<Price>> {
    let statement = "SELECT p.id AS product_id, p.listing_price AS price FROM products p \
        WHERE p.listing_price IS NOT NULL \
        AND NOT EXISTS (SELECT 1 FROM listings l WHERE l.product_id = p.id AND l.region = $1 AND l.from_day = $2) \
        AND (NOT EXISTS (SELECT 1 FROM listings l WHERE l.product_id = p.id AND l.region = $1) \
        OR p.listing_price <> (SELECT l.price FROM listings l WHERE l.product_id = p.id AND l.region = $1 \
        AND l.source = $3 ORDER BY l.from_day DESC LIMIT 1))";
    Ok(in_any_order(conn, statement)
        .bind::<Text, _>(region)
        .bind::<Date, _>(today)
        .bind::<Text, _>(super::CATALOGUE)
        .load(conn)?)
}

/// Enters listings.
pub fn insert(tx: &mut Tx, rows: &[Listing]) -> Result<()> {
    load_all!(tx.conn(), listings::table, rows)?;
    Ok(())
}

/// A product of which the last listing in the bureau's own region is not the price of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Differing {
    /// The product.
    #[diesel(sql_type = Text)]
    pub product_id: ProductId,
    /// Its code.
    #[diesel(sql_type = Text)]
    pub code: String,
    /// Its generic name.
    #[diesel(sql_type = Text)]
    pub generic: String,
    /// Its price in the catalogue.
    #[diesel(sql_type = diesel::sql_types::Nullable<BigInt>)]
    pub catalogue: Option<UnitPrice>,
    /// Its last listing's price.
    #[diesel(sql_type = BigInt)]
    pub listed: UnitPrice,
    /// Since when.
    #[diesel(sql_type = Date)]
    pub from_day: NaiveDate,
    /// Where that comes from.
    #[diesel(sql_type = Text)]
    pub source: String,
}

/// The listings in force in a region that are not the catalogue's price.
const DIFFERING: &str = "FROM products p \
    INNER JOIN listings l ON l.product_id = p.id AND l.region = $1 AND l.from_day = \
    (SELECT MAX(x.from_day) FROM listings x WHERE x.product_id = p.id AND x.region = $1 AND x.from_day <= $2) \
    WHERE (p.listing_price IS NULL OR p.listing_price <> l.price)";

/// Products whose last listing in a region differs from the catalogue, by code, behind one; at most `limit`.
pub fn differing(
    conn: &mut Conn,
    region: &str,
    today: NaiveDate,
    after: &str,
    limit: i64,
) -> Result<Vec<Differing>> {
    let statement = format!(
        "SELECT p.id AS product_id, p.code, p.generic, p.listing_price AS catalogue, l.price AS listed, \
        l.from_day, l.source {DIFFERING} AND p.code > $3 ORDER BY p.code LIMIT $4"
    );
    Ok(in_any_order(conn, &statement)
        .bind::<Text, _>(region)
        .bind::<Date, _>(today)
        .bind::<Text, _>(after)
        .bind::<BigInt, _>(limit)
        .load(conn)?)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many there are.
pub fn differing_count(conn: &mut Conn, region: &str, today: NaiveDate) -> Result<i64> {
    let statement = format!("SELECT COUNT(*) AS count {DIFFERING}");
    let found: Count =
        in_any_order(conn, &statement).bind::<Text, _>(region).bind::<Date, _>(today).get_result(conn)?;
    Ok(found.count)
}
