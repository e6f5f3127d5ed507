//! What the board's small tables are counted from, each night: incremental, the same again changes nothing, and memory
//! is bounded by one month's pairs of hospital and product.
//!
//! A month is counted anew when purchases of it came since the last count, when a contract that may cover it was
//! signed or changed, or when a listing began before its end. Purchases are never changed or taken away, and are numbered
//! as they become purchases, those that waited for the registers too. Months older than [`KEPT`] are left as they were.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Integer, Nullable, Text};

use super::{Count, Part, earlier, later, month_of, store};
use crate::db::{self, Conn, Db, Tx, in_any_order};
use crate::error::{Error, Result};
use crate::prices::findings::State;
use crate::terms::{self, Term};
use crate::types::{Money, Time};

/// How many months up to the last one are counted.
pub const KEPT: u32 = 24;
/// Products and partners kept of a hospital or supplier in a month.
pub const TOPS: i32 = 20;
/// Products, hospitals and suppliers kept of the last months' findings.
pub const FINDING_TOPS: i64 = 100;
/// The numbers of last months that findings are ranked over.
pub const SPANS: &[i32] = &[1, 3, 6, 12];
/// What was written while the last count began may not have been seen by it.
const OVERLAP_MILLIS: i64 = 3_600_000;

/// Counts what is due; how many months of purchases were counted anew.
pub fn count(db: &Db, now: Time) -> Result<usize> {
    let due = db.read(due)?;
    for month in &due.months {
        db.write_large(|tx| count_month(tx, *month))?;
    }
    db.write_large(|tx| {
        count_findings(tx, due.last_month)?;
        let Some(last_month) = due.last_month else { return Ok(()) };
        store::set_count(
            tx,
            &Count { no: 1, last_id: due.last_id, lines: due.lines, last_month, counted_at: now },
        )
    })?;
    Ok(due.months.len())
}

/// What a count has to do.
struct Due {
    months: Vec<NaiveDate>,
    last_month: Option<NaiveDate>,
    last_id: i32,
    lines: i64,
}

#[derive(QueryableByName)]
struct Rows {
    #[diesel(sql_type = BigInt)]
    lines: i64,
    #[diesel(sql_type = Nullable<Date>)]
    first_day: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Date>)]
    last_day: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Integer>)]
    last_id: Option<i32>,
}

fn rows_after(conn: &mut Conn, id: i32) -> Result<Rows> {
    let statement = "SELECT COUNT(*) AS lines, MIN(day) AS first_day, MAX(day) AS last_day, MAX(id) AS last_id \
        FROM transactions WHERE id > $1";
    Ok(diesel::sql_query(statement).bind::<Integer, _>(id).get_result(conn)?)
}

#[derive(QueryableByName)]
struct Day {
    #[diesel(sql_type = Nullable<Date>)]
    day: Option<NaiveDate>,
}

/// The first day that what was signed, changed or listed since then may concern.
fn first_concerned(conn: &mut Conn, since: Time) -> Result<Option<NaiveDate>> {
    let statements = [
        "SELECT MIN(starts) AS day FROM contracts WHERE hospital_at >= $1 OR supplier_at >= $1",
        "SELECT MIN(c.starts) AS day FROM contract_changes x INNER JOIN contracts c ON c.id = x.contract_id \
         WHERE x.at >= $1",
        "SELECT MIN(from_day) AS day FROM listings WHERE created_at >= $1",
    ];
    let mut first: Option<NaiveDate> = None;
    for statement in statements {
        let found: Day = in_any_order(conn, statement).bind::<BigInt, _>(since.millis()).get_result(conn)?;
        first = first.into_iter().chain(found.day).min();
    }
    Ok(first)
}

fn due(conn: &mut Conn) -> Result<Due> {
    let before = store::count(conn)?;
    let known = before.as_ref().map_or(0, |it| it.last_id);
    let new = rows_after(conn, known)?;
    let lines = before.as_ref().map_or(0, |it| it.lines);
    let concerned = match &before {
        Some(before) => first_concerned(conn, before.counted_at.plus_millis(-OVERLAP_MILLIS))?,
        None => None,
    };
    let bought = new.last_day.map(month_of);
    let last_bought = bought.into_iter().chain(store::last_month_bought(conn)?).max();
    let first = new.first_day.into_iter().chain(concerned).min().map(month_of);
    let mut months = Vec::new();
    if let (Some(first), Some(last)) = (first, last_bought) {
        let mut month = first.max(earlier(last, KEPT - 1));
        while month <= last {
            months.push(month);
            month = later(month, 1);
        }
    }
    let found = store::last_month_found(conn)?;
    Ok(Due {
        months,
        last_month: last_bought.into_iter().chain(found).max(),
        last_id: new.last_id.unwrap_or(0).max(known),
        lines: lines + new.lines,
    })
}

/// The purchases of a month by hospital, product and supplier. What a hospital may buy on contract is joined by the
/// product's code, else by generic, spec and maker, as bids name products; contracts that overlap are one span, so that
/// no purchase is in two, and a day between two contracts is in none. The lowest listing of any region is for a pack, a
/// purchase for one unit.
const CELLS: &str = "WITH agreed AS ( \
        SELECT h.no AS hospital, n.no AS product, c.starts, c.ends FROM contracts c \
          INNER JOIN hospital_numbers h ON h.hospital_id = c.hospital_id \
          INNER JOIN products p ON p.code = c.product INNER JOIN product_numbers n ON n.product_id = p.id \
          WHERE c.state <> 'drawn' AND c.starts < $2 AND c.ends >= $1 \
        UNION ALL SELECT h.no, n.no, c.starts, c.ends FROM contracts c \
          INNER JOIN hospital_numbers h ON h.hospital_id = c.hospital_id \
          INNER JOIN organisations o ON o.id = c.supplier_id \
          INNER JOIN products p ON p.generic = c.product AND p.maker = o.name AND p.spec = c.spec \
          INNER JOIN product_numbers n ON n.product_id = p.id \
          WHERE c.state <> 'drawn' AND c.starts < $2 AND c.ends >= $1), \
    begun AS ( \
      SELECT hospital, product, starts, ends, CASE WHEN starts <= MAX(ends) OVER (PARTITION BY hospital, product \
        ORDER BY starts, ends ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) THEN 0 ELSE 1 END AS is_new \
      FROM agreed), \
    numbered AS ( \
      SELECT hospital, product, starts, ends, \
        SUM(is_new) OVER (PARTITION BY hospital, product ORDER BY starts, ends) AS span FROM begun), \
    contracted AS ( \
      SELECT hospital, product, MIN(starts) AS starts, MAX(ends) AS ends FROM numbered \
      GROUP BY hospital, product, span), \
    lowest AS ( \
      SELECT n.no AS product, MIN(p.pack_count) AS units, MIN(l.price) AS price FROM listings l \
        INNER JOIN products p ON p.id = l.product_id INNER JOIN product_numbers n ON n.product_id = p.id \
        WHERE p.pack_count > 0 AND l.from_day = (SELECT MAX(x.from_day) FROM listings x \
          WHERE x.product_id = l.product_id AND x.region = l.region AND x.from_day <= $1) GROUP BY n.no) \
    INSERT INTO board_cells (hospital, product, supplier, lines, amount, contracted, judged, above) \
    SELECT t.hospital, t.product, t.supplier, COUNT(*), CAST(SUM(t.amount) AS BIGINT), \
      CAST(SUM(CASE WHEN k.product IS NULL THEN 0 ELSE t.amount END) AS BIGINT), \
      CAST(SUM(CASE WHEN t.quantity > 0 AND l.price IS NOT NULL THEN t.amount ELSE 0 END) AS BIGINT), \
      CAST(SUM(CASE WHEN t.quantity > 0 AND t.unit_price * l.units > l.price THEN t.amount ELSE 0 END) AS BIGINT) \
    FROM transactions t \
      LEFT JOIN contracted k ON k.hospital = t.hospital AND k.product = t.product \
        AND t.day >= k.starts AND t.day <= k.ends \
      LEFT JOIN lowest l ON l.product = t.product \
    WHERE t.day >= $1 AND t.day < $2 GROUP BY t.hospital, t.product, t.supplier";

const SUMS: &str = "CAST(SUM(c.lines) AS BIGINT), CAST(SUM(c.amount) AS BIGINT), CAST(SUM(c.contracted) AS BIGINT), \
    CAST(SUM(c.judged) AS BIGINT), CAST(SUM(c.above) AS BIGINT) FROM board_cells c";

fn count_month(tx: &mut Tx, month: NaiveDate) -> Result<()> {
    let run = |tx: &mut Tx, statement: &str| -> Result<usize> {
        let query = in_any_order(tx.conn(), statement).bind::<Date, _>(month);
        Ok(query.execute(tx.conn())?)
    };
    db::empty(tx, "board_cells")?;
    let cells = in_any_order(tx.conn(), CELLS).bind::<Date, _>(month).bind::<Date, _>(later(month, 1));
    cells.execute(tx.conn())?;
    run(tx, "DELETE FROM purchase_sums WHERE month = $1")?;
    run(tx, "DELETE FROM purchase_tops WHERE month = $1")?;
    let into = "INSERT INTO purchase_sums (part, key, month, lines, amount, contracted, judged, above)";
    run(tx, &format!("{into} SELECT 'all', '', $1, {SUMS} HAVING COUNT(*) > 0"))?;
    run(
        tx,
        &format!(
            "{into} SELECT 'hospital', h.hospital_id, $1, {SUMS} \
             INNER JOIN hospital_numbers h ON h.no = c.hospital GROUP BY h.hospital_id"
        ),
    )?;
    run(tx, &format!("{into} SELECT 'supplier', c.supplier, $1, {SUMS} GROUP BY c.supplier"))?;
    // Of a hospital: drugs without decoction pieces, and consumables of high value, for the indicators.
    let low_value = terms::whole(tx.conn(), Term::LowValueClass, month)?;
    for (part, products) in [
        ("drugs", "p.kind = 'drug' AND p.code NOT LIKE 'T%'".to_owned()),
        ("high_value", format!("p.kind = 'consumable' AND SUBSTR(p.code, 2, 2) < '{low_value:02}'")),
    ] {
        run(
            tx,
            &format!(
                "{into} SELECT '{part}', h.hospital_id, $1, {SUMS} \
                 INNER JOIN hospital_numbers h ON h.no = c.hospital \
                 INNER JOIN product_numbers n ON n.no = c.product \
                 INNER JOIN products p ON p.id = n.product_id WHERE {products} GROUP BY h.hospital_id"
            ),
        )?;
    }
    for (part, ranked) in [
        (Part::Hospital, Part::Product),
        (Part::Hospital, Part::Supplier),
        (Part::Supplier, Part::Product),
        (Part::Supplier, Part::Hospital),
    ] {
        run(tx, &tops(part, ranked))?;
    }
    db::empty(tx, "board_cells")
}

/// The statement that ranks one side of the cells for each of the other.
fn tops(part: Part, ranked: Part) -> String {
    let side = |part| match part {
        Part::Hospital => ("hospital", "h.hospital_id", "INNER JOIN hospital_numbers h ON h.no = x.hospital"),
        Part::Product => ("product", "p.product_id", "INNER JOIN product_numbers p ON p.no = x.product"),
        Part::Supplier | Part::All => ("supplier", "x.supplier", ""),
    };
    let ((column, key, join), (other, other_key, other_join)) = (side(part), side(ranked));
    format!(
        "INSERT INTO purchase_tops (part, key, month, ranked, place, other, lines, amount) \
         SELECT '{part}', {key}, $1, '{ranked}', CAST(x.place AS INTEGER), {other_key}, x.lines, x.amount FROM ( \
           SELECT y.{column}, y.{other}, y.lines, y.amount, \
             ROW_NUMBER() OVER (PARTITION BY y.{column} ORDER BY y.amount DESC, y.{other}) AS place FROM ( \
             SELECT c.{column}, c.{other}, CAST(SUM(c.lines) AS BIGINT) AS lines, \
               CAST(SUM(c.amount) AS BIGINT) AS amount FROM board_cells c GROUP BY c.{column}, c.{other}) y) x \
         {join} {other_join} WHERE x.place <= {TOPS}"
    )
}

/// Counts the standing findings: there are thousands, so all are counted each time.
fn count_findings(tx: &mut Tx, last: Option<NaiveDate>) -> Result<()> {
    diesel::sql_query("DELETE FROM finding_months").execute(tx.conn())?;
    diesel::sql_query("DELETE FROM finding_tops").execute(tx.conn())?;
    diesel::sql_query(
        "INSERT INTO finding_months (month, rule, tier, findings, effect) \
         SELECT month, rule, tier, COUNT(*), CAST(SUM(effect) AS BIGINT) FROM findings WHERE state = $1 \
         GROUP BY month, rule, tier",
    )
    .bind::<Text, _>(State::Standing)
    .execute(tx.conn())?;
    let Some(last) = last else { return Ok(()) };
    for months in SPANS {
        let back = u32::try_from(*months).map_err(Error::fault_of)?;
        for (part, key, only) in [
            (Part::All, "''", "1 = 1"),
            (Part::Product, "product_id", "1 = 1"),
            (Part::Hospital, "hospital_id", "hospital_id IS NOT NULL"),
            (Part::Supplier, "supplier", "supplier <> ''"),
        ] {
            in_any_order(tx.conn(), &ranking(part, key, only))
                .bind::<Text, _>(State::Standing)
                .bind::<Date, _>(earlier(last, back - 1))
                .bind::<Date, _>(last)
                .bind::<Integer, _>(*months)
                .bind::<BigInt, _>(FINDING_TOPS)
                .execute(tx.conn())?;
        }
    }
    Ok(())
}

/// What several rules find of one product at one hospital in one month is the same money: only the largest effect of
/// them counts.
fn ranking(part: Part, key: &str, only: &str) -> String {
    format!(
        "INSERT INTO finding_tops (months, part, place, key, findings, effect) \
         SELECT $4, '{part}', CAST(x.place AS INTEGER), x.key, x.findings, x.effect FROM ( \
           SELECT y.key, y.findings, y.effect, ROW_NUMBER() OVER (ORDER BY y.effect DESC, y.key) AS place FROM ( \
             SELECT z.key, CAST(SUM(z.findings) AS BIGINT) AS findings, CAST(SUM(z.effect) AS BIGINT) AS effect FROM ( \
               SELECT {key} AS key, COUNT(*) AS findings, MAX(effect) AS effect FROM findings \
               WHERE state = $1 AND month >= $2 AND month <= $3 AND {only} \
               GROUP BY product_id, hospital_id, supplier, month) z GROUP BY z.key) y) x \
         WHERE x.place <= $5"
    )
}

/// A sum of money that no longer fits is a fault of the data, not of the page.
pub fn total(amounts: impl Iterator<Item = Money>) -> Money {
    Money::from_scaled(amounts.fold(0, |sum, it| sum.saturating_add(it.scaled())))
}
