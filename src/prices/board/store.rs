//! SQL of the board's small tables, and of the names its pages show.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Nullable, Text};

use super::{Count, Part, Sum, Top};
use crate::catalog::Product;
use crate::db::{Conn, Tx, in_any_order};
use crate::error::Result;
use crate::people::{Organisation, OrganisationKind};
use crate::prices::findings::State;
use crate::prices::monitoring::Tier;
use crate::schema::{
    board_counts, finding_months, finding_tops, findings, hospital_numbers, organisations, product_numbers,
    products, purchase_sums, purchase_tops,
};
use crate::types::{Money, OrganisationId, ProductId, UnitPrice};

/// How far the purchases are counted; none before the first count.
pub fn count(conn: &mut Conn) -> Result<Option<Count>> {
    Ok(board_counts::table.find(1).select(Count::as_select()).first(conn).optional()?)
}

/// Writes how far they are counted.
pub fn set_count(tx: &mut Tx, it: &Count) -> Result<()> {
    diesel::delete(board_counts::table).execute(tx.conn())?;
    diesel::insert_into(board_counts::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// The last month that is counted.
pub fn last_month_bought(conn: &mut Conn) -> Result<Option<NaiveDate>> {
    Ok(purchase_sums::table
        .filter(purchase_sums::part.eq(Part::All))
        .order(purchase_sums::month.desc())
        .select(purchase_sums::month)
        .first(conn)
        .optional()?)
}

/// The last month something standing was found in.
pub fn last_month_found(conn: &mut Conn) -> Result<Option<NaiveDate>> {
    Ok(findings::table
        .filter(findings::state.eq(State::Standing))
        .order(findings::month.desc())
        .select(findings::month)
        .first(conn)
        .optional()?)
}

/// The months' sums of some keys, the latest month first. A supplier has two: its name and its code.
pub fn sums(conn: &mut Conn, part: Part, keys: &[String], from: NaiveDate) -> Result<Vec<Sum>> {
    Ok(purchase_sums::table
        .filter(purchase_sums::part.eq(part).and(purchase_sums::key.eq_any(keys.to_vec())))
        .filter(purchase_sums::month.ge(from))
        .order(purchase_sums::month.desc())
        .select(Sum::as_select())
        .load(conn)?)
}

/// Everybody's sums of a month, the largest amount first, behind a place.
pub fn of_month(
    conn: &mut Conn,
    part: Part,
    month: NaiveDate,
    after: Option<(Money, String)>,
    limit: i64,
) -> Result<Vec<Sum>> {
    let mut query = purchase_sums::table.select(Sum::as_select()).into_boxed();
    query = query.filter(purchase_sums::part.eq(part).and(purchase_sums::month.eq(month)));
    if let Some((amount, key)) = after {
        query = query
            .filter(purchase_sums::amount.le(amount))
            .filter(purchase_sums::amount.lt(amount).or(purchase_sums::key.lt(key)));
    }
    Ok(query.order((purchase_sums::amount.desc(), purchase_sums::key.desc())).limit(limit).load(conn)?)
}

/// What somebody has most of in a month.
pub fn tops(
    conn: &mut Conn,
    part: Part,
    keys: &[String],
    month: NaiveDate,
    ranked: Part,
) -> Result<Vec<Top>> {
    let rows: Vec<(i32, String, i64, Money)> = purchase_tops::table
        .filter(purchase_tops::part.eq(part).and(purchase_tops::key.eq_any(keys.to_vec())))
        .filter(purchase_tops::month.eq(month).and(purchase_tops::ranked.eq(ranked)))
        .order((purchase_tops::amount.desc(), purchase_tops::other))
        .select((purchase_tops::place, purchase_tops::other, purchase_tops::lines, purchase_tops::amount))
        .load(conn)?;
    Ok(rows.into_iter().map(|(place, other, lines, amount)| Top { place, other, lines, amount }).collect())
}

/// Findings of a rule and tier in a month.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Found {
    /// The month.
    pub month: NaiveDate,
    /// The rule.
    pub rule: String,
    /// The tier.
    pub tier: Tier,
    /// How many stand.
    pub findings: i64,
    /// Their money effect.
    pub effect: Money,
}

/// Findings from one month to another.
pub fn found(conn: &mut Conn, from: NaiveDate, to: NaiveDate) -> Result<Vec<Found>> {
    Ok(finding_months::table
        .filter(finding_months::month.ge(from).and(finding_months::month.le(to)))
        .order((finding_months::rule, finding_months::tier, finding_months::month))
        .select((
            finding_months::month,
            finding_months::rule,
            finding_months::tier,
            finding_months::findings,
            finding_months::effect,
        ))
        .load(conn)?)
}

/// What findings concern most: id or text, findings, effect.
pub type Ranked = (String, i64, Money);

/// What the findings of the last months concern most.
pub fn ranked(conn: &mut Conn, months: i32, part: Part) -> Result<Vec<Ranked>> {
    Ok(finding_tops::table
        .filter(finding_tops::months.eq(months).and(finding_tops::part.eq(part)))
        .order(finding_tops::place)
        .select((finding_tops::key, finding_tops::findings, finding_tops::effect))
        .load(conn)?)
}

/// These products by their ids.
pub fn products(conn: &mut Conn, ids: Vec<ProductId>) -> Result<HashMap<ProductId, Product>> {
    let mut found = HashMap::new();
    for some in ids.chunks(1_000) {
        let rows: Vec<Product> = products::table
            .filter(products::id.eq_any(some.to_vec()))
            .select(Product::as_select())
            .load(conn)?;
        found.extend(rows.into_iter().map(|it| (it.id.clone(), it)));
    }
    Ok(found)
}

/// Products by their short numbers.
pub fn products_by_number(conn: &mut Conn, mut numbers: Vec<i32>) -> Result<HashMap<i32, Product>> {
    numbers.sort_unstable();
    numbers.dedup();
    let mut found = HashMap::new();
    for some in numbers.chunks(1_000) {
        let rows: Vec<(i32, Product)> = product_numbers::table
            .inner_join(products::table)
            .filter(product_numbers::no.eq_any(some.to_vec()))
            .select((product_numbers::no, Product::as_select()))
            .load(conn)?;
        found.extend(rows);
    }
    Ok(found)
}

/// Suppliers of a month whose text in purchases holds another.
pub fn suppliers_like(conn: &mut Conn, month: NaiveDate, text: &str, limit: i64) -> Result<Vec<String>> {
    let like = format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
    Ok(purchase_sums::table
        .filter(purchase_sums::part.eq(Part::Supplier).and(purchase_sums::month.eq(month)))
        .filter(purchase_sums::key.like(like).escape('\\'))
        .order(purchase_sums::key)
        .limit(limit)
        .select(purchase_sums::key)
        .load(conn)?)
}

/// A hospital as purchases know it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Hospital {
    /// Its short number.
    pub no: i32,
    /// Its id.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
    /// Its code.
    pub code: String,
    /// Its region.
    pub region: String,
}

/// Every hospital by its short number: there are hundreds.
pub fn hospitals(conn: &mut Conn) -> Result<HashMap<i32, Hospital>> {
    let rows: Vec<Hospital> = hospital_numbers::table
        .inner_join(organisations::table)
        .select((
            hospital_numbers::no,
            organisations::id,
            organisations::name,
            organisations::code,
            organisations::region,
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(|it| (it.no, it)).collect())
}

/// A product's short number; none when no purchase can be of it.
pub fn product_number(conn: &mut Conn, product: &ProductId) -> Result<Option<i32>> {
    Ok(product_numbers::table
        .filter(product_numbers::product_id.eq(product))
        .select(product_numbers::no)
        .first(conn)
        .optional()?)
}

/// The registered suppliers that these texts name, by the text: by name, else by code.
pub fn suppliers(conn: &mut Conn, texts: Vec<String>) -> Result<HashMap<String, Organisation>> {
    let mut found = HashMap::new();
    for some in texts.chunks(1_000) {
        let by_code: Vec<Organisation> = organisations::table
            .filter(organisations::code.eq_any(some.to_vec()))
            .filter(organisations::kind.eq(OrganisationKind::Supplier))
            .select(Organisation::as_select())
            .load(conn)?;
        found.extend(by_code.into_iter().map(|it| (it.code.clone(), it)));
        let by_name: Vec<Organisation> = organisations::table
            .filter(organisations::name.eq_any(some.to_vec()))
            .filter(organisations::kind.eq(OrganisationKind::Supplier))
            .select(Organisation::as_select())
            .load(conn)?;
        found.extend(by_name.into_iter().map(|it| (it.name.clone(), it)));
    }
    Ok(found)
}

/// Organisations of a kind whose name or code holds a text, by name.
pub fn organisations_like(
    conn: &mut Conn,
    kind: OrganisationKind,
    text: &str,
    limit: i64,
) -> Result<Vec<Organisation>> {
    let like = format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
    Ok(organisations::table
        .filter(organisations::kind.eq(kind))
        .filter(
            organisations::name
                .like(like.clone())
                .escape('\\')
                .or(organisations::code.like(like).escape('\\')),
        )
        .order((organisations::name, organisations::id))
        .limit(limit)
        .select(Organisation::as_select())
        .load(conn)?)
}

/// A hospital by its id, code or name.
pub fn hospital(conn: &mut Conn, text: &str) -> Result<Option<Organisation>> {
    let query = organisations::table
        .filter(organisations::kind.eq(OrganisationKind::Hospital))
        .filter(organisations::id.eq(text).or(organisations::code.eq(text)).or(organisations::name.eq(text)))
        .select(Organisation::as_select());
    Ok(query.first(conn).optional()?)
}

/// A price of a contract or a payment standard of a product, yuan for one smallest unit, and the days it holds.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Line {
    /// The company.
    #[diesel(sql_type = Text)]
    pub company: String,
    /// Yuan for one unit.
    #[diesel(sql_type = BigInt)]
    pub price: UnitPrice,
    /// The first day.
    #[diesel(sql_type = Date)]
    pub starts: NaiveDate,
    /// The last day, if there is one.
    #[diesel(sql_type = Nullable<Date>)]
    pub ends: Option<NaiveDate>,
    /// Hospitals that have such a contract; 0 of a standard.
    #[diesel(sql_type = BigInt)]
    pub hospitals: i64,
}

/// What a product costs by contract: named by its code, or by generic, spec and maker.
pub fn contract_prices(conn: &mut Conn, product: &Product, limit: i64) -> Result<Vec<Line>> {
    let statement = "SELECT o.name AS company, c.unit_price AS price, c.starts, c.ends, COUNT(*) AS hospitals \
        FROM contracts c INNER JOIN organisations o ON o.id = c.supplier_id \
        WHERE c.product IN ($1, $2) AND (c.product = $1 OR (c.spec = $3 AND o.name = $4)) AND c.state <> 'drawn' \
        GROUP BY o.name, c.unit_price, c.starts, c.ends ORDER BY c.starts DESC, c.unit_price LIMIT $5";
    lines(conn, statement, product, limit)
}

/// The payment standards of a product that no later row supersedes.
pub fn standards(conn: &mut Conn, product: &Product, limit: i64) -> Result<Vec<Line>> {
    let statement = "SELECT s.company, s.standard AS price, s.starts, s.ends, CAST(0 AS BIGINT) AS hospitals \
        FROM standards s \
        WHERE s.product IN ($1, $2) AND (s.product = $1 OR (s.spec = $3 AND s.company = $4)) \
        AND NOT EXISTS (SELECT 1 FROM standards later WHERE later.supersedes = s.seq) \
        ORDER BY s.starts DESC, s.seq DESC LIMIT $5";
    lines(conn, statement, product, limit)
}

fn lines(conn: &mut Conn, statement: &str, product: &Product, limit: i64) -> Result<Vec<Line>> {
    Ok(in_any_order(conn, statement)
        .bind::<Text, _>(&product.code)
        .bind::<Text, _>(&product.generic)
        .bind::<Text, _>(&product.spec)
        .bind::<Text, _>(&product.maker)
        .bind::<BigInt, _>(limit)
        .load(conn)?)
}
