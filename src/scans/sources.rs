//! SQL of what purchases are held against: products, contracts, awards, ceilings, payment standards, listings.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Integer, Nullable, Text};
use serde::Deserialize;

use crate::db::{Conn, Day};
use crate::error::Result;
use crate::on_db;
use crate::prices::findings::Finding;
use crate::prices::monitoring::purchases::Purchase;
use crate::schema::{findings, listings, product_numbers, products, transactions};
use crate::types::{ContractId, LotId, OrganisationId, ProductId, Quantity, RoundId, Time, UnitPrice};

/// A product of the catalogue as far as it is judged.
#[derive(Debug, Clone, Queryable)]
pub struct ProductRow {
    /// Its number among purchases; none before its first.
    pub no: Option<i32>,
    /// Its id.
    pub id: ProductId,
    /// Its code.
    pub code: String,
    /// Its generic name.
    pub generic: String,
    /// The generic key of its code.
    pub generic_key: String,
    /// Its dosage form.
    pub form: String,
    /// Its specification.
    pub spec: String,
    /// Its pack.
    pub pack: String,
    /// Units in a pack.
    pub pack_count: Option<i64>,
    /// Its maker.
    pub maker: String,
    /// Its listing price, yuan a pack.
    pub listing_price: Option<UnitPrice>,
}

/// Every product, by its number, those without one last.
pub fn products(conn: &mut Conn) -> Result<Vec<ProductRow>> {
    let number = product_numbers::no.nullable();
    let query = products::table
        .left_join(product_numbers::table.on(product_numbers::product_id.eq(products::id)))
        .order((number.is_null(), number, products::id))
        .select((
            number,
            products::id,
            products::code,
            products::generic,
            products::generic_key,
            products::form,
            products::spec,
            products::pack,
            products::pack_count,
            products::maker,
            products::listing_price,
        ));
    Ok(on_db!(conn, c => query.load(c))?)
}

/// A hospital with its number among purchases.
#[derive(Debug, Clone, QueryableByName)]
pub struct HospitalRow {
    /// Its number; none before its first purchase.
    #[diesel(sql_type = Nullable<Integer>)]
    pub no: Option<i32>,
    /// Its id.
    #[diesel(sql_type = Text)]
    pub id: OrganisationId,
    /// Its code.
    #[diesel(sql_type = Text)]
    pub code: String,
}

/// Every hospital.
pub fn hospitals(conn: &mut Conn) -> Result<Vec<HospitalRow>> {
    let query = "SELECT n.no, o.id, o.code FROM organisations o LEFT JOIN hospital_numbers n ON n.hospital_id = o.id \
        WHERE o.kind = 'hospital' ORDER BY o.id";
    Ok(diesel::sql_query(query).load(conn)?)
}

#[derive(QueryableByName)]
struct Region {
    #[diesel(sql_type = Text)]
    region: String,
}

/// The regions that the bureau and its hospitals are registered in.
pub fn own_regions(conn: &mut Conn) -> Result<Vec<String>> {
    let query =
        "SELECT DISTINCT region FROM organisations WHERE kind IN ('bureau', 'hospital') AND region <> ''";
    let rows: Vec<Region> = diesel::sql_query(query).load(conn)?;
    Ok(rows.into_iter().map(|row| row.region).collect())
}

/// A contract that binds or did.
#[derive(Debug, Clone, QueryableByName)]
pub struct ContractRow {
    /// Its id.
    #[diesel(sql_type = Text)]
    pub id: ContractId,
    /// Its number.
    #[diesel(sql_type = Text)]
    pub number: String,
    /// Its lot.
    #[diesel(sql_type = Text)]
    pub lot_id: LotId,
    /// The buyer.
    #[diesel(sql_type = Text)]
    pub hospital_id: OrganisationId,
    /// The supplier's name.
    #[diesel(sql_type = Text)]
    pub supplier: String,
    /// The product as bid.
    #[diesel(sql_type = Text)]
    pub product: String,
    /// Its spec.
    #[diesel(sql_type = Text)]
    pub spec: String,
    /// Agreed for a year.
    #[diesel(sql_type = BigInt)]
    pub quantity: Quantity,
    /// Yuan for one unit, now.
    #[diesel(sql_type = BigInt)]
    pub unit_price: UnitPrice,
    /// First day.
    #[diesel(sql_type = Date)]
    pub starts: NaiveDate,
    /// Last day.
    #[diesel(sql_type = Date)]
    pub ends: NaiveDate,
}

/// Every contract that was confirmed.
pub fn contracts(conn: &mut Conn) -> Result<Vec<ContractRow>> {
    let query = "SELECT c.id, c.number, c.lot_id, c.hospital_id, s.name AS supplier, c.product, c.spec, c.quantity, \
        c.unit_price, c.starts, c.ends FROM contracts c INNER JOIN organisations s ON s.id = c.supplier_id \
        WHERE c.state IN ('confirmed', 'ended') ORDER BY c.number";
    Ok(diesel::sql_query(query).load(conn)?)
}

#[derive(QueryableByName)]
struct ChangeRow {
    #[diesel(sql_type = Text)]
    contract_id: ContractId,
    #[diesel(sql_type = Text)]
    before: String,
    #[diesel(sql_type = Text)]
    after: String,
    #[diesel(sql_type = BigInt)]
    at: Time,
}

#[derive(Deserialize)]
struct Terms {
    unit_price: UnitPrice,
}

/// A change of a contract's price: before, after and its day.
pub type PriceChange = (UnitPrice, UnitPrice, NaiveDate);

/// The price changes of contracts, each contract's in their order.
pub fn price_changes(conn: &mut Conn) -> Result<HashMap<ContractId, Vec<PriceChange>>> {
    let query =
        "SELECT contract_id, before, after, at FROM contract_changes WHERE kind = 'price' ORDER BY at, id";
    let rows: Vec<ChangeRow> = diesel::sql_query(query).load(conn)?;
    let mut found: HashMap<ContractId, Vec<PriceChange>> = HashMap::new();
    for row in rows {
        let (before, after): (Terms, Terms) =
            (serde_json::from_str(&row.before)?, serde_json::from_str(&row.after)?);
        let change = (before.unit_price, after.unit_price, row.at.day());
        found.entry(row.contract_id).or_default().push(change);
    }
    Ok(found)
}

/// A lot of a round with a confirmed award.
#[derive(Debug, Clone, QueryableByName)]
pub struct LotRow {
    /// Its id.
    #[diesel(sql_type = Text)]
    pub id: LotId,
    /// Of which round.
    #[diesel(sql_type = Text)]
    pub round_id: RoundId,
    /// Its code.
    #[diesel(sql_type = Text)]
    pub code: String,
    /// The generic name.
    #[diesel(sql_type = Text)]
    pub generic: String,
    /// The generic key; empty when not matched.
    #[diesel(sql_type = Text)]
    pub generic_key: String,
    /// The dosage form.
    #[diesel(sql_type = Text)]
    pub form: String,
    /// The specification prices are compared at.
    #[diesel(sql_type = Text)]
    pub comparable_spec: String,
    /// The smallest unit.
    #[diesel(sql_type = Text)]
    pub unit: String,
    /// The highest valid offer for one unit.
    #[diesel(sql_type = BigInt)]
    pub ceiling: UnitPrice,
    /// First day of execution.
    #[diesel(sql_type = Date)]
    pub execution_from: NaiveDate,
    /// Last day of execution.
    #[diesel(sql_type = Date)]
    pub execution_to: NaiveDate,
}

/// The lots of rounds that are carried out or were.
pub fn lots(conn: &mut Conn) -> Result<Vec<LotRow>> {
    let query = "SELECT l.id, l.round_id, l.code, l.generic, l.generic_key, l.form, l.comparable_spec, l.unit, l.ceiling, \
        r.execution_from, r.execution_to FROM lots l INNER JOIN rounds r ON r.id = l.round_id \
        WHERE r.state IN ('contracting', 'executing', 'closed') ORDER BY r.execution_from, l.round_id, l.position";
    Ok(diesel::sql_query(query).load(conn)?)
}

/// What won a lot.
#[derive(Debug, Clone, QueryableByName)]
pub struct WinnerRow {
    /// The lot.
    #[diesel(sql_type = Text)]
    pub lot_id: LotId,
    /// The company's name.
    #[diesel(sql_type = Text)]
    pub supplier: String,
    /// The product as bid.
    #[diesel(sql_type = Text)]
    pub product: String,
    /// Its spec.
    #[diesel(sql_type = Text)]
    pub spec: String,
    /// The price that won, for one unit of its spec.
    #[diesel(sql_type = BigInt)]
    pub award_price: UnitPrice,
}

/// The winners of confirmed awards.
pub fn winners(conn: &mut Conn) -> Result<Vec<WinnerRow>> {
    let query = "SELECT d.lot_id, s.name AS supplier, d.product, d.spec, d.award_price FROM decisions d \
        INNER JOIN awards a ON a.id = d.award_id INNER JOIN organisations s ON s.id = d.supplier_id \
        WHERE a.state = 'confirmed' AND d.award_price IS NOT NULL ORDER BY d.lot_id, d.position";
    Ok(diesel::sql_query(query).load(conn)?)
}

/// A payment standard that nothing supersedes.
#[derive(Debug, Clone, QueryableByName)]
pub struct StandardRow {
    /// The product as bid, or its code.
    #[diesel(sql_type = Text)]
    pub product: String,
    /// The generic name.
    #[diesel(sql_type = Text)]
    pub generic: String,
    /// Its spec.
    #[diesel(sql_type = Text)]
    pub spec: String,
    /// The company.
    #[diesel(sql_type = Text)]
    pub company: String,
    /// Yuan for one unit.
    #[diesel(sql_type = BigInt)]
    pub standard: UnitPrice,
    /// First day.
    #[diesel(sql_type = Date)]
    pub starts: NaiveDate,
    /// Last day.
    #[diesel(sql_type = Nullable<Date>)]
    pub ends: Option<NaiveDate>,
}

/// Every standard in force some day, in the order of the feed.
pub fn standards(conn: &mut Conn) -> Result<Vec<StandardRow>> {
    let query = "SELECT s.product, s.generic, s.spec, s.company, s.standard, s.starts, s.ends FROM standards s \
        WHERE NOT EXISTS (SELECT 1 FROM standards later WHERE later.supersedes = s.seq) ORDER BY s.seq";
    Ok(diesel::sql_query(query).load(conn)?)
}

/// The first day of a region's price of a product: product, day, region, yuan a pack.
pub type ListingRow = (ProductId, NaiveDate, String, UnitPrice);

/// The listings of products in any region, by product and day.
pub fn listings_of(conn: &mut Conn, products: &[ProductId]) -> Result<Vec<ListingRow>> {
    Ok(listings::table
        .filter(listings::product_id.eq_any(products.to_vec()))
        .order((listings::product_id, listings::from_day, listings::region))
        .select((listings::product_id, listings::from_day, listings::region, listings::price))
        .load(conn)?)
}

/// The findings about products that stand, and those that are gone.
pub fn findings_of(conn: &mut Conn, products: &[ProductId]) -> Result<Vec<Finding>> {
    Ok(findings::table
        .filter(findings::product_id.eq_any(products.to_vec()))
        .select(Finding::as_select())
        .load(conn)?)
}

/// Adds the purchases of products up to a day, read from the index by product alone. The day is held against the last
/// one here: in the statement SQLite would compare each as text, which takes longer than to read what comes later.
pub fn purchases(conn: &mut Conn, products: &[i32], to: NaiveDate, all: &mut Vec<Purchase>) -> Result<()> {
    type Row = (i32, Day, i32, i64, i64);
    type Mode = diesel::connection::DefaultLoadingMode;
    let query = transactions::table.filter(transactions::product.eq_any(products.to_vec())).select((
        transactions::product,
        transactions::day,
        transactions::hospital,
        transactions::unit_price,
        transactions::quantity,
    ));
    on_db!(conn, c => {
        for row in query.load_iter::<Row, Mode>(c)? {
            let (product, Day(day), hospital, price, quantity) = row?;
            if day <= to {
                all.push(Purchase { product, day, hospital, price, quantity });
            }
        }
    });
    Ok(())
}

#[derive(QueryableByName)]
struct Last {
    #[diesel(sql_type = Nullable<Integer>)]
    id: Option<i32>,
}

/// The highest id of a purchase, which is about how many there are.
pub fn last_purchase(conn: &mut Conn) -> Result<i32> {
    let last: Last = diesel::sql_query("SELECT MAX(id) AS id FROM transactions").get_result(conn)?;
    Ok(last.id.unwrap_or_default())
}
