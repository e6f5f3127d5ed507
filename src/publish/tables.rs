//! SQL of the public tables: rounds with an award, winners, and the months of price indices.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Integer, Nullable, Text};

use super::store::open_states;
use crate::awards::Status;
use crate::db::{self, Conn};
use crate::error::Result;
use crate::prices::indices::{Formula, Kind};
use crate::rounds::RoundState;
use crate::types::{DecisionId, Points, RoundId, Time, UnitPrice};

/// Longest text of a search.
const LONGEST: usize = 100;

/// A pattern that finds the text anywhere; its wildcards are plain letters no name has.
fn like(text: &str) -> String {
    let text: String = text.trim().chars().take(LONGEST).collect();
    format!("%{}%", text.to_lowercase().replace(['%', '_', '\\'], ""))
}

/// A round whose award is or was public.
#[derive(QueryableByName)]
pub struct PublicRound {
    /// Its id.
    #[diesel(sql_type = Text)]
    pub id: RoundId,
    /// Its number.
    #[diesel(sql_type = Text)]
    pub number: String,
    /// Its title.
    #[diesel(sql_type = Text)]
    pub title: String,
    /// Where it is.
    #[diesel(sql_type = Text)]
    pub state: RoundState,
    /// Publicity's first moment.
    #[diesel(sql_type = BigInt)]
    pub publicity_from: Time,
    /// Its end.
    #[diesel(sql_type = BigInt)]
    pub publicity_to: Time,
}

/// Rounds whose award is or was public, newest first, before `before`.
pub fn rounds(conn: &mut Conn, q: &str, before: &str, limit: i64) -> Result<Vec<PublicRound>> {
    let query = db::in_any_order(
        conn,
        "SELECT r.id, r.number, r.title, r.state, r.publicity_from, r.publicity_to FROM rounds r \
         WHERE r.state <> 'aborted' AND ($1 = '' OR r.id < $1) \
         AND EXISTS (SELECT 1 FROM awards a WHERE a.round_id = r.id AND a.published_at IS NOT NULL) \
         AND (lower(r.number) LIKE $2 OR lower(r.title) LIKE $2) ORDER BY r.id DESC LIMIT $3",
    );
    Ok(query.bind::<Text, _>(before).bind::<Text, _>(like(q)).bind::<BigInt, _>(limit).load(conn)?)
}

/// A winner of an award that is public now.
#[derive(QueryableByName)]
pub struct Winner {
    /// The decision.
    #[diesel(sql_type = Text)]
    pub id: DecisionId,
    /// The round.
    #[diesel(sql_type = Text)]
    pub round_id: RoundId,
    /// The round's number.
    #[diesel(sql_type = Text)]
    pub round: String,
    /// The lot's code.
    #[diesel(sql_type = Text)]
    pub lot: String,
    /// The generic name.
    #[diesel(sql_type = Text)]
    pub generic: String,
    /// The dosage form.
    #[diesel(sql_type = Text)]
    pub form: String,
    /// The company.
    #[diesel(sql_type = Text)]
    pub company: String,
    /// The product.
    #[diesel(sql_type = Text)]
    pub product: String,
    /// Its spec.
    #[diesel(sql_type = Text)]
    pub spec: String,
    /// The lot's ceiling.
    #[diesel(sql_type = BigInt)]
    pub ceiling: UnitPrice,
    /// The price it wins at.
    #[diesel(sql_type = BigInt)]
    pub price: UnitPrice,
    /// The agreed share.
    #[diesel(sql_type = Text)]
    pub share: String,
    /// The term.
    #[diesel(sql_type = Nullable<Integer>)]
    pub term_years: Option<i32>,
    /// How it won.
    #[diesel(sql_type = Text)]
    pub status: Status,
}

/// Winners, the newest decision first, before `before`.
pub fn winners(conn: &mut Conn, q: &str, before: &str, limit: i64) -> Result<Vec<Winner>> {
    let statement = format!(
        "SELECT d.id, r.id AS round_id, r.number AS round, l.code AS lot, l.generic, l.form, o.name AS company, \
         d.product, d.spec, l.ceiling, d.award_price AS price, d.share, d.term_years, d.status \
         FROM decisions d JOIN awards a ON a.id = d.award_id JOIN rounds r ON r.id = a.round_id \
         JOIN lots l ON l.id = d.lot_id JOIN organisations o ON o.id = d.supplier_id \
         WHERE d.award_price IS NOT NULL AND ($1 = '' OR d.id < $1) AND r.state IN ({}) \
         AND a.id = (SELECT n.id FROM awards n WHERE n.round_id = r.id AND n.published_at IS NOT NULL \
         ORDER BY n.version DESC LIMIT 1) \
         AND (lower(l.generic) LIKE $2 OR lower(d.product) LIKE $2 OR lower(o.name) LIKE $2 OR lower(r.number) LIKE $2) \
         ORDER BY d.id DESC LIMIT $3",
        open_states()
    );
    let query = db::in_any_order(conn, &statement);
    Ok(query.bind::<Text, _>(before).bind::<Text, _>(like(q)).bind::<BigInt, _>(limit).load(conn)?)
}

/// A month of an approved index.
#[derive(QueryableByName)]
pub struct IndexValue {
    /// The basket's id.
    #[diesel(sql_type = Text)]
    pub basket_id: String,
    /// Its title in Chinese.
    #[diesel(sql_type = Text)]
    pub title_zh: String,
    /// Its title in English.
    #[diesel(sql_type = Text)]
    pub title_en: String,
    /// What it holds.
    #[diesel(sql_type = Text)]
    pub kind: Kind,
    /// The formulas it is published by.
    #[diesel(sql_type = Text)]
    pub formulas: String,
    /// The first day of the base period.
    #[diesel(sql_type = Date)]
    pub base_from: NaiveDate,
    /// The month.
    #[diesel(sql_type = Date)]
    pub month: NaiveDate,
    #[diesel(sql_type = Nullable<BigInt>)]
    laspeyres: Option<Points>,
    #[diesel(sql_type = Nullable<BigInt>)]
    paasche: Option<Points>,
    #[diesel(sql_type = Nullable<BigInt>)]
    fisher: Option<Points>,
}

impl IndexValue {
    /// The formula it goes by: the first of those it is published by.
    pub fn formula(&self) -> Formula {
        self.formulas.split(' ').find_map(|word| word.parse().ok()).unwrap_or(Formula::Laspeyres)
    }

    /// Its value by that formula.
    pub fn value(&self) -> Option<Points> {
        match self.formula() {
            Formula::Laspeyres => self.laspeyres,
            Formula::Paasche => self.paasche,
            Formula::Fisher => self.fisher,
        }
    }
}

/// The months of approved indices, the latest first, after a month and a basket of it.
pub fn indices(
    conn: &mut Conn,
    q: &str,
    after: Option<(NaiveDate, String)>,
    limit: i64,
) -> Result<Vec<IndexValue>> {
    let (month, basket) = after.unwrap_or((NaiveDate::MAX, String::new()));
    let month = month.min(NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(NaiveDate::MAX));
    let query = db::in_any_order(
        conn,
        "SELECT b.id AS basket_id, b.title_zh, b.title_en, b.kind, b.formulas, b.base_from, m.month, m.laspeyres, \
         m.paasche, m.fisher FROM index_months m JOIN baskets b ON b.id = m.basket_id \
         WHERE b.state = 'approved' AND (b.to_month IS NULL OR m.month <= b.to_month) \
         AND (m.month < $1 OR (m.month = $1 AND m.basket_id > $2)) \
         AND (lower(b.title_zh) LIKE $3 OR lower(b.title_en) LIKE $3) \
         ORDER BY m.month DESC, m.basket_id LIMIT $4",
    );
    Ok(query
        .bind::<Date, _>(month)
        .bind::<Text, _>(basket)
        .bind::<Text, _>(like(q))
        .bind::<BigInt, _>(limit)
        .load(conn)?)
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    approved: i64,
    #[diesel(sql_type = BigInt)]
    counted: i64,
}

/// What changes whenever an index does.
pub fn version_of_indices(conn: &mut Conn) -> Result<String> {
    let query = "SELECT COUNT(*) AS approved, COALESCE(MAX(counted_at), 0) AS counted FROM baskets WHERE state = 'approved'";
    let it: Counted = diesel::sql_query(query).get_result(conn)?;
    Ok(format!("{}.{}", it.approved, it.counted))
}
