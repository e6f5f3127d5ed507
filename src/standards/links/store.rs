//! SQL of the proposals that link prices and standards.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date};

use super::{Kind, PriceLink, State};
use crate::db::{Conn, Tx, in_any_order};
use crate::error::Result;
use crate::schema::price_links;
use crate::types::Time;

/// What holds on day `$1`: the standards in force with each price that differs from them, as
/// `seq, source, product_id, code, generic, company, price, standard`.
///
/// A listing is for a pack; its price for one unit is rounded half up to six decimals, as `standards.price` is. A price
/// is the same as the standard when they are less than half a ten-thousandth of a yuan apart, which is the rounding of
/// bid prices; and a standard that is the product's own price rounded follows it already.
const FOUND: &str = "WITH held AS MATERIALIZED ( \
    SELECT s.seq, s.round_id, s.lot, s.product, s.generic, s.spec, s.company, s.standard, s.price, s.basis FROM standards s \
      WHERE s.starts <= $1 AND (s.ends IS NULL OR s.ends >= $1) \
      AND NOT EXISTS (SELECT 1 FROM standards later WHERE later.supersedes = s.seq) \
      AND NOT EXISTS (SELECT 1 FROM standards o WHERE o.product = s.product AND o.company = s.company AND o.spec = s.spec \
        AND (o.starts > s.starts OR (o.starts = s.starts AND o.seq > s.seq)) \
        AND o.starts <= $1 AND (o.ends IS NULL OR o.ends >= $1) \
        AND NOT EXISTS (SELECT 1 FROM standards later WHERE later.supersedes = o.seq))), \
  packs AS ( \
    SELECT p.id, p.code, p.generic, p.spec, p.maker, p.listing_price, \
      CASE WHEN p.pack_count IS NULL AND p.kind = 'consumable' AND p.pack = '' THEN 1 ELSE p.pack_count END AS units \
      FROM products p WHERE p.listing_price > 0), \
  listed AS ( \
    SELECT c.seq, p.id AS product_id, p.code, p.generic, p.maker, (2 * p.listing_price + p.units) / (2 * p.units) AS price \
      FROM held c INNER JOIN packs p ON p.code = c.product WHERE p.units > 0 \
    UNION ALL \
    SELECT c.seq, p.id AS product_id, p.code, p.generic, p.maker, (2 * p.listing_price + p.units) / (2 * p.units) AS price \
      FROM held c INNER JOIN packs p ON p.maker = c.company AND p.generic = c.generic AND p.spec = c.spec \
      WHERE p.units > 0 AND p.code <> c.product \
      AND NOT EXISTS (SELECT 1 FROM products named WHERE named.code = c.product)), \
  agreed AS ( \
    SELECT k.round_id, k.lot_id, k.supplier_id, k.product, k.spec, MIN(k.unit_price) AS low, MAX(k.unit_price) AS high \
      FROM contracts k WHERE k.state = 'confirmed' AND k.starts <= $1 AND k.ends >= $1 \
      GROUP BY k.round_id, k.lot_id, k.supplier_id, k.product, k.spec), \
  contracted AS ( \
    SELECT c.seq, c.product AS code, c.generic, c.company, \
      CASE WHEN a.low < c.standard THEN a.low ELSE a.high END AS price \
      FROM agreed a INNER JOIN lots l ON l.id = a.lot_id INNER JOIN organisations o ON o.id = a.supplier_id \
      INNER JOIN held c ON c.round_id = a.round_id AND c.lot = l.code AND c.company = o.name \
        AND c.product = a.product AND c.spec = a.spec), \
  found AS MATERIALIZED ( \
    SELECT c.seq, 'listing' AS source, x.product_id, x.code, x.generic, x.maker AS company, x.price, c.standard \
      FROM listed x INNER JOIN held c ON c.seq = x.seq \
      WHERE ABS(x.price - c.standard) > 50 AND NOT (c.basis = 'LOWER' AND x.price = c.price) \
    UNION ALL \
    SELECT c.seq, 'contract' AS source, '' AS product_id, x.code, x.generic, x.company, x.price, c.standard \
      FROM contracted x INNER JOIN held c ON c.seq = x.seq WHERE ABS(x.price - c.standard) > 50) ";

/// A row of `found` has the figures of a proposal.
const SAME: &str = "f.seq = price_links.seq AND f.source = price_links.source AND f.product_id = price_links.product_id \
    AND f.price = price_links.price AND f.standard = price_links.standard";

/// Enters what is found for the first time; how many.
pub fn find_new(tx: &mut Tx, now: Time) -> Result<usize> {
    let statement = format!(
        "{FOUND} INSERT INTO price_links \
         (no, seq, source, product_id, code, generic, company, kind, price, standard, state, reason, opened_at) \
         SELECT (SELECT COALESCE(MAX(no), 0) FROM price_links) \
           + ROW_NUMBER() OVER (ORDER BY f.seq, f.source, f.product_id), \
           f.seq, f.source, f.product_id, f.code, f.generic, f.company, \
           CASE WHEN f.price < f.standard THEN 'lower_standard' ELSE 'lower_price' END, \
           f.price, f.standard, 'open', '', $2 FROM found f \
         WHERE NOT EXISTS (SELECT 1 FROM price_links WHERE {SAME})"
    );
    run(tx, &statement, now)
}

/// Opens again what held before, stopped holding, and holds once more.
pub fn find_again(tx: &mut Tx, now: Time) -> Result<usize> {
    let statement = format!(
        "{FOUND} UPDATE price_links SET state = 'open', opened_at = $2, ended_at = NULL \
         WHERE state = 'over' AND EXISTS (SELECT 1 FROM found f WHERE {SAME})"
    );
    run(tx, &statement, now)
}

/// Ends open proposals whose figures no longer hold.
pub fn end_what_no_longer_holds(tx: &mut Tx, now: Time) -> Result<usize> {
    let statement = format!(
        "{FOUND} UPDATE price_links SET state = 'over', ended_at = $2 \
         WHERE state = 'open' AND NOT EXISTS (SELECT 1 FROM found f WHERE {SAME})"
    );
    run(tx, &statement, now)
}

fn run(tx: &mut Tx, statement: &str, now: Time) -> Result<usize> {
    let query = in_any_order(tx.conn(), statement);
    Ok(query.bind::<Date, _>(now.day()).bind::<BigInt, _>(now.millis()).execute(tx.conn())?)
}

/// Which proposals a reader asks for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only in this state.
    pub state: Option<State>,
    /// Only of this kind.
    pub kind: Option<Kind>,
    /// Only before this number.
    pub before: Option<i64>,
}

/// A page of proposals, newest first.
pub fn page(conn: &mut Conn, filter: &Filter, limit: i64) -> Result<Vec<PriceLink>> {
    let mut query = price_links::table.select(PriceLink::as_select()).into_boxed();
    if let Some(state) = filter.state {
        query = query.filter(price_links::state.eq(state));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(price_links::kind.eq(kind));
    }
    if let Some(before) = filter.before {
        query = query.filter(price_links::no.lt(before));
    }
    Ok(query.order(price_links::no.desc()).limit(limit).load(conn)?)
}

/// How many proposals are in a state.
pub fn count(conn: &mut Conn, state: State) -> Result<i64> {
    Ok(price_links::table.filter(price_links::state.eq(state)).count().get_result(conn)?)
}

/// A proposal.
pub fn link(conn: &mut Conn, no: i64) -> Result<Option<PriceLink>> {
    Ok(price_links::table.find(no).select(PriceLink::as_select()).first(conn).optional()?)
}

/// The accepted proposals to lower a standard.
pub fn accepted_of(conn: &mut Conn, seq: i64) -> Result<Vec<PriceLink>> {
    Ok(price_links::table
        .filter(price_links::seq.eq(seq))
        .filter(price_links::kind.eq(Kind::LowerStandard).and(price_links::state.eq(State::Accepted)))
        .order(price_links::no)
        .select(PriceLink::as_select())
        .load(conn)?)
}

/// Holds a proposal: of two who act on it one waits.
pub fn hold(tx: &mut Tx, no: i64) -> Result<()> {
    diesel::update(price_links::table.find(no))
        .set(price_links::state.eq(price_links::state))
        .execute(tx.conn())?;
    Ok(())
}

/// Writes what became of a proposal.
pub fn update(tx: &mut Tx, it: &PriceLink) -> Result<()> {
    diesel::update(price_links::table.find(it.no))
        .set((
            price_links::state.eq(it.state),
            price_links::reason.eq(&it.reason),
            price_links::ended_at.eq(it.ended_at),
            price_links::account_id.eq(&it.account_id),
        ))
        .execute(tx.conn())?;
    Ok(())
}
