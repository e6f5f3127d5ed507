//! SQL of payment standards, their releases and the feed's consumers, and what a draft is made from.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Date};
use rust_decimal::Decimal;

use crate::awards::fraction::Fraction;
use crate::catalog::ProductKind;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::on_db;
use crate::schema::{awards, consumers, decisions, organisations, products, releases, rounds, standards};
use crate::standards::feed::Consumer;
use crate::standards::{Release, Standard};
use crate::types::{AwardId, ConsumerId, LotId, RoundId, Time, UnitPrice, parse_decimal};

/// The confirmed award of a round.
pub fn confirmed_award(conn: &mut Conn, round: &RoundId) -> Result<Option<AwardId>> {
    Ok(awards::table
        .filter(awards::round_id.eq(round).and(awards::state.eq("confirmed")))
        .order(awards::version.desc())
        .select(awards::id)
        .first(conn)
        .optional()?)
}

/// A bid as the award decided it.
#[derive(Debug, Clone)]
pub struct Offered {
    /// The lot.
    pub lot_id: LotId,
    /// The company's name.
    pub company: String,
    /// The product as bid.
    pub product: String,
    /// Its spec.
    pub spec: String,
    /// The price bid for one unit of its spec.
    pub unit_price: UnitPrice,
    /// Its price over the comparable price.
    pub ratio: Decimal,
    /// The price won.
    pub award_price: Option<UnitPrice>,
}

impl Offered {
    /// The comparable price won.
    pub fn comparable(&self) -> Option<Fraction> {
        self.award_price.map(|price| Fraction::comparable(price.decimal(), self.ratio))
    }
}

type OfferedRow = (LotId, String, String, String, UnitPrice, String, Option<UnitPrice>);

/// Every bid of an award, lot by lot, in the award's order.
pub fn offered(conn: &mut Conn, award: &AwardId) -> Result<Vec<Offered>> {
    let rows: Vec<OfferedRow> = decisions::table
        .inner_join(organisations::table)
        .filter(decisions::award_id.eq(award))
        .order((decisions::lot_id, decisions::position))
        .select((
            decisions::lot_id,
            organisations::name,
            decisions::product,
            decisions::spec,
            decisions::unit_price,
            decisions::ratio,
            decisions::award_price,
        ))
        .load(conn)?;
    rows.into_iter().map(offer).collect()
}

fn offer((lot_id, company, product, spec, unit_price, ratio, award_price): OfferedRow) -> Result<Offered> {
    let ratio = parse_decimal(&ratio).map_err(|e| Error::fault(format!("stored ratio {ratio}: {e:?}")))?;
    Ok(Offered { lot_id, company, product, spec, unit_price, ratio, award_price })
}

/// A catalogue product with a price for one unit.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its code.
    pub code: String,
    /// The generic name.
    pub generic: String,
    /// The generic key of its code.
    pub generic_key: String,
    /// Its spec.
    pub spec: String,
    /// Its pack.
    pub pack: String,
    /// Units in a pack.
    pub pack_count: i64,
    /// Its maker.
    pub maker: String,
    /// Passed the consistency evaluation.
    pub evaluated: bool,
    /// Yuan for a pack.
    pub listing_price: UnitPrice,
}

type ListedRow =
    (String, String, String, String, String, Option<i64>, String, bool, Option<UnitPrice>, ProductKind);

/// The priced catalogue products of these generic keys, by code. A consumable without a pack is listed by the piece.
pub fn listed(conn: &mut Conn, keys: Vec<String>) -> Result<Vec<Listed>> {
    let rows: Vec<ListedRow> = products::table
        .filter(products::generic_key.eq_any(keys).and(products::generic_key.ne("")))
        .filter(products::listing_price.is_not_null())
        .order((products::generic_key, products::code))
        .select((
            products::code,
            products::generic,
            products::generic_key,
            products::spec,
            products::pack,
            products::pack_count,
            products::maker,
            products::evaluated,
            products::listing_price,
            products::kind,
        ))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(product).collect())
}

fn product(
    (code, generic, generic_key, spec, pack, count, maker, evaluated, price, kind): ListedRow,
) -> Option<Listed> {
    let is_consumable = kind == ProductKind::Consumable;
    let by_piece = (is_consumable && pack.trim().is_empty()).then_some(1);
    let pack_count = count.or(by_piece).filter(|n| *n > 0)?;
    let listing_price = price.filter(|p| p.is_positive())?;
    // The consistency evaluation (过评) is of drugs; no consumable is held back for want of it.
    let evaluated = evaluated || is_consumable;
    Some(Listed { code, generic, generic_key, spec, pack, pack_count, maker, evaluated, listing_price })
}

/// The packs of products that were bid by their code, as written and counted.
pub type Packs = HashMap<String, (String, Option<i64>)>;

/// The packs of these codes; what is no code of the catalogue is not among them.
pub fn packs(conn: &mut Conn, codes: Vec<String>) -> Result<Packs> {
    let rows: Vec<(String, String, Option<i64>)> = products::table
        .filter(products::code.eq_any(codes))
        .select((products::code, products::pack, products::pack_count))
        .load(conn)?;
    Ok(rows.into_iter().map(|(code, pack, count)| (code, (pack, count))).collect())
}

/// Enters a release.
pub fn insert_release(tx: &mut Tx, it: &Release) -> Result<()> {
    diesel::insert_into(releases::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Rows of one statement: 22 columns each.
const BATCH: usize = 500;

/// Enters released standards.
pub fn insert_all(tx: &mut Tx, list: &[Standard]) -> Result<()> {
    for part in list.chunks(BATCH) {
        on_db!(tx.conn(), c => diesel::insert_into(standards::table).values(part).execute(c))?;
    }
    Ok(())
}

/// The releases of a round, oldest first.
pub fn releases_of(conn: &mut Conn, round: &RoundId) -> Result<Vec<Release>> {
    Ok(releases::table
        .filter(releases::round_id.eq(round))
        .order(releases::first_seq)
        .select(Release::as_select())
        .load(conn)?)
}

/// One row.
pub fn standard(conn: &mut Conn, seq: i64) -> Result<Option<Standard>> {
    Ok(standards::table.find(seq).select(Standard::as_select()).first(conn).optional()?)
}

/// The row that took a row's place.
pub fn superseded_by(conn: &mut Conn, seq: i64) -> Result<Option<i64>> {
    Ok(standards::table
        .filter(standards::supersedes.eq(seq))
        .order(standards::seq.desc())
        .select(standards::seq)
        .first(conn)
        .optional()?)
}

/// No row took its place.
const CURRENT: &str = "NOT EXISTS (SELECT 1 FROM standards later WHERE later.supersedes = standards.seq)";

/// The rows of a round that nothing supersedes.
pub fn current_of_round(conn: &mut Conn, round: &RoundId) -> Result<Vec<Standard>> {
    Ok(standards::table
        .filter(standards::round_id.eq(round))
        .filter(sql::<Bool>(CURRENT))
        .order(standards::seq)
        .select(Standard::as_select())
        .load(conn)?)
}

/// The rows of these products that nothing supersedes, in the order of the feed.
pub fn current_of_products(conn: &mut Conn, of: Vec<String>) -> Result<Vec<Standard>> {
    let mut found: Vec<Standard> = Vec::new();
    for part in batches(of) {
        let rows = standards::table
            .filter(standards::product.eq_any(part))
            .filter(sql::<Bool>(CURRENT))
            .select(Standard::as_select());
        found.extend(rows.load::<Standard>(conn)?);
    }
    found.sort_by_key(|it| it.seq);
    Ok(found)
}

/// The rows of these generic names that nothing supersedes, in no order: standards are few enough to be looked through.
pub fn current_of_generics(conn: &mut Conn, of: Vec<String>) -> Result<Vec<Standard>> {
    let mut found: Vec<Standard> = Vec::new();
    for part in batches(of) {
        let rows = standards::table
            .filter(standards::generic.eq_any(part))
            .filter(sql::<Bool>(CURRENT))
            .select(Standard::as_select());
        found.extend(rows.load::<Standard>(conn)?);
    }
    Ok(found)
}

/// Each of them once, in parts for one statement.
fn batches(mut of: Vec<String>) -> Vec<Vec<String>> {
    of.sort_unstable();
    of.dedup();
    of.chunks(BATCH).map(<[String]>::to_vec).collect()
}

/// Every row of a product of a company, oldest first, with its release's number.
pub fn history(conn: &mut Conn, of: &Standard) -> Result<Vec<(Standard, String)>> {
    Ok(standards::table
        .inner_join(releases::table)
        .filter(standards::product.eq(&of.product).and(standards::company.eq(&of.company)))
        .filter(standards::spec.eq(&of.spec))
        .order(standards::seq)
        .select((Standard::as_select(), releases::number))
        .limit(500)
        .load(conn)?)
}

/// Which standards a reader asks for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Product, generic name, spec or company contains this.
    pub text: String,
    /// Only rows in force on this day.
    pub day: Option<NaiveDate>,
    /// Rows before this number (older), for the next page.
    pub before: Option<i64>,
}

diesel::define_sql_function! {
    /// Lower case, on both databases.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// A page of standards, newest first.
pub fn page(conn: &mut Conn, filter: &Filter, limit: i64) -> Result<Vec<Standard>> {
    let mut query = standards::table.select(Standard::as_select()).into_boxed();
    if !filter.text.is_empty() {
        let like = format!("%{}%", filter.text.to_lowercase().replace(['%', '_', '\\'], ""));
        query = query.filter(
            lower(standards::product)
                .like(like.clone())
                .or(lower(standards::generic).like(like.clone()))
                .or(lower(standards::spec).like(like.clone()))
                .or(lower(standards::company).like(like)),
        );
    }
    if let Some(day) = filter.day {
        query = query
            .filter(standards::starts.le(day))
            .filter(standards::ends.is_null().or(standards::ends.ge(day)))
            .filter(sql::<Bool>(CURRENT))
            .filter(
                sql::<Bool>(
                    "NOT EXISTS (SELECT 1 FROM standards other WHERE other.product = standards.product \
                     AND other.company = standards.company AND other.spec = standards.spec \
                     AND (other.starts > standards.starts OR (other.starts = standards.starts AND other.seq > standards.seq)) \
                     AND NOT EXISTS (SELECT 1 FROM standards later WHERE later.supersedes = other.seq) AND other.starts <= ",
                )
                .bind::<Date, _>(day)
                .sql(" AND (other.ends IS NULL OR other.ends >= ")
                .bind::<Date, _>(day)
                .sql("))"),
            );
    }
    if let Some(seq) = filter.before {
        query = query.filter(standards::seq.lt(seq));
    }
    Ok(query.order(standards::seq.desc()).limit(limit).load(conn)?)
}

/// A row of the feed with its release's number and time and its round's number, empty of a negotiated drug.
pub type Sent = (Standard, String, Time, String);

/// Rows after `since`, in their order.
pub fn since(conn: &mut Conn, since: i64, limit: i64) -> Result<Vec<Sent>> {
    let rows: Vec<(Standard, String, Time, Option<String>)> = standards::table
        .inner_join(releases::table)
        .left_join(rounds::table.on(standards::round_id.eq(rounds::id.nullable())))
        .filter(standards::seq.gt(since))
        .order(standards::seq)
        .select((Standard::as_select(), releases::number, releases::released_at, rounds::number.nullable()))
        .limit(limit)
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(it, release, at, round)| (it, release, at, round.unwrap_or_default()))
        .collect())
}

/// The last number of the feed; 0 before the first release.
pub fn last_seq(conn: &mut Conn) -> Result<i64> {
    Ok(standards::table.select(diesel::dsl::max(standards::seq)).first::<Option<i64>>(conn)?.unwrap_or(0))
}

/// Every consumer by name.
pub fn consumers(conn: &mut Conn) -> Result<Vec<Consumer>> {
    Ok(consumers::table.order(consumers::name).select(Consumer::as_select()).load(conn)?)
}

/// One consumer.
pub fn consumer(conn: &mut Conn, id: &ConsumerId) -> Result<Option<Consumer>> {
    Ok(consumers::table.find(id).select(Consumer::as_select()).first(conn).optional()?)
}

/// The consumer of a name.
pub fn consumer_named(conn: &mut Conn, name: &str) -> Result<Option<Consumer>> {
    Ok(consumers::table
        .filter(consumers::name.eq(name))
        .select(Consumer::as_select())
        .first(conn)
        .optional()?)
}

/// Enters a consumer.
pub fn insert_consumer(tx: &mut Tx, it: &Consumer) -> Result<()> {
    diesel::insert_into(consumers::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Writes a consumer's fields.
pub fn update_consumer(tx: &mut Tx, it: &Consumer) -> Result<()> {
    diesel::update(consumers::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}
