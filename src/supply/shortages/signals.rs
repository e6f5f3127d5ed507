//! What orders and stock say of a generic: counted by month each night, the months before stand.

use chrono::{Datelike, Months, NaiveDate};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Nullable, Text};

use crate::db::{self, Conn, Tx};
use crate::error::Result;
use crate::supply::shortages::rules::{Figures, Limits};
use crate::terms::{self, Term};
use crate::types::{OrganisationId, Quantity, Time};

/// Months that a level looks at: this one and those before. Their counts may still change; older ones stand.
const MONTHS: u32 = 3;

/// The first days of the months that may still change, the oldest first.
pub fn window(today: NaiveDate) -> Vec<NaiveDate> {
    let this = today.with_day(1).unwrap_or(today);
    (0..MONTHS).rev().filter_map(|n| this.checked_sub_months(Months::new(n))).collect()
}

/// The first day that counts.
pub fn first(today: NaiveDate) -> NaiveDate {
    window(today).first().copied().unwrap_or(today)
}

/// Counts the order lines of a month of every generic that is monitored today. Doing it again counts the same.
pub fn count(tx: &mut Tx, month: NaiveDate, now: Time) -> Result<usize> {
    let today = now.day();
    let last = month.checked_add_months(Months::new(1)).and_then(|next| next.pred_opt()).unwrap_or(month);
    let hours = terms::whole(tx.conn(), Term::ConfirmHours, today)?;
    let unanswered = now.plus_millis(hours.saturating_mul(-3_600_000)).day();
    let repeat = terms::whole(tx.conn(), Term::ShortageRepeatLines, today)?;
    diesel::sql_query("DELETE FROM shortage_counts WHERE month = $1")
        .bind::<Date, _>(month)
        .execute(tx.conn())?;
    Ok(db::in_any_order(tx.conn(), COUNT)
        .bind::<Date, _>(month)
        .bind::<Date, _>(last)
        .bind::<Date, _>(today)
        .bind::<Date, _>(unanswered)
        .bind::<BigInt, _>(repeat)
        .bind::<BigInt, _>(now)
        .execute(tx.conn())?)
}

/// $1 and $2 the month, $3 today, $4 the day before which a line without an answer is late, $5 lines of one hospital
/// that are again and again, $6 now. Confirmed short is what the supplier promised less than was ordered.
const COUNT: &str = "\
INSERT INTO shortage_counts (generic, month, lines, answered, short_lines, late_lines, repeated, hospitals, suppliers, \
  counted_at) \
SELECT x.generic, $1, CAST(SUM(x.lines) AS BIGINT), CAST(SUM(x.answered) AS BIGINT), \
  CAST(SUM(x.short_lines) AS BIGINT), CAST(SUM(x.late_lines) AS BIGINT), \
  CAST(SUM(CASE WHEN x.lines >= $5 AND x.short_lines > 0 THEN 1 ELSE 0 END) AS BIGINT), COUNT(*), \
  (SELECT COUNT(DISTINCT s.supplier_id) FROM order_lines s \
    WHERE s.generic = x.generic AND s.placed_on >= $1 AND s.placed_on <= $2 AND s.shipped > 0), $6 \
FROM (SELECT l.generic AS generic, l.hospital_id AS hospital_id, COUNT(*) AS lines, \
    SUM(CASE WHEN l.promised IS NULL THEN 0 ELSE 1 END) AS answered, \
    SUM(CASE WHEN l.promised < l.quantity THEN 1 ELSE 0 END) AS short_lines, \
    SUM(CASE WHEN l.state <> 'closed' AND (l.promised_on < $3 OR l.promised IS NULL AND l.placed_on < $4) \
      THEN 1 ELSE 0 END) AS late_lines \
  FROM order_lines l \
  WHERE l.placed_on >= $1 AND l.placed_on <= $2 AND l.generic IN (SELECT e.generic FROM shortage_entries e \
    WHERE e.since <= $3 AND (e.until IS NULL OR e.until >= $3)) \
  GROUP BY l.generic, l.hospital_id) x \
GROUP BY x.generic";

#[derive(QueryableByName)]
struct Stock {
    #[diesel(sql_type = Nullable<BigInt>)]
    on_hand: Option<Quantity>,
    #[diesel(sql_type = Nullable<BigInt>)]
    monthly_use: Option<Quantity>,
    #[diesel(sql_type = BigInt)]
    reporting: i64,
    #[diesel(sql_type = BigInt)]
    low: i64,
}

#[derive(QueryableByName)]
struct Orders {
    #[diesel(sql_type = BigInt)]
    lines: i64,
    #[diesel(sql_type = BigInt)]
    answered: i64,
    #[diesel(sql_type = BigInt)]
    short_lines: i64,
    #[diesel(sql_type = BigInt)]
    late_lines: i64,
    #[diesel(sql_type = BigInt)]
    repeated: i64,
    #[diesel(sql_type = BigInt)]
    suppliers: i64,
}

/// Stock reports of this day or later count.
pub fn reported_from(conn: &mut Conn, today: NaiveDate) -> Result<NaiveDate> {
    let days = terms::whole(conn, Term::ShortageReportDays, today)?;
    Ok(today.checked_sub_days(chrono::Days::new(days.unsigned_abs())).unwrap_or(today))
}

/// The figures of a generic as of the last count.
pub fn figures(conn: &mut Conn, generic: &str, limits: &Limits, today: NaiveDate) -> Result<Figures> {
    let from = reported_from(conn, today)?;
    let stock: Stock = diesel::sql_query(
        "SELECT CAST(SUM(on_hand) AS BIGINT) AS on_hand, CAST(SUM(monthly_use) AS BIGINT) AS monthly_use, \
           COUNT(DISTINCT hospital_id) AS reporting, \
           COUNT(DISTINCT CASE WHEN on_hand * 30 < monthly_use * $1 THEN hospital_id END) AS low \
         FROM stock_reports WHERE generic = $2 AND is_latest AND reported_on >= $3",
    )
    .bind::<BigInt, _>(limits.yellow)
    .bind::<Text, _>(generic)
    .bind::<Date, _>(from)
    .get_result(conn)?;
    let orders: Orders = diesel::sql_query(
        "SELECT CAST(COALESCE(SUM(lines), 0) AS BIGINT) AS lines, \
           CAST(COALESCE(SUM(answered), 0) AS BIGINT) AS answered, \
           CAST(COALESCE(SUM(short_lines), 0) AS BIGINT) AS short_lines, \
           CAST(COALESCE(SUM(late_lines), 0) AS BIGINT) AS late_lines, \
           CAST(COALESCE(SUM(repeated), 0) AS BIGINT) AS repeated, \
           CAST(COALESCE(MAX(suppliers), 0) AS BIGINT) AS suppliers \
         FROM shortage_counts WHERE generic = $1 AND month >= $2",
    )
    .bind::<Text, _>(generic)
    .bind::<Date, _>(first(today))
    .get_result(conn)?;
    Ok(Figures {
        on_hand: stock.on_hand,
        monthly_use: stock.monthly_use,
        reporting: stock.reporting,
        low: stock.low,
        lines: orders.lines,
        answered: orders.answered,
        short_lines: orders.short_lines,
        late_lines: orders.late_lines,
        repeated: orders.repeated,
        makers: (orders.lines > 0).then_some(orders.suppliers),
    })
}

/// Most hospitals a shortage concerns.
const HOSPITALS: i64 = 2_000;

#[derive(QueryableByName)]
struct Hospital {
    #[diesel(sql_type = Text)]
    id: OrganisationId,
}

/// The hospitals a shortage concerns: low in stock, or with a short or late line.
pub fn concerned(
    conn: &mut Conn,
    generic: &str,
    limits: &Limits,
    today: NaiveDate,
) -> Result<Vec<OrganisationId>> {
    let from = reported_from(conn, today)?;
    let query = db::in_any_order(
        conn,
        "SELECT DISTINCT found.id AS id FROM ( \
           SELECT hospital_id AS id FROM stock_reports \
             WHERE generic = $1 AND is_latest AND reported_on >= $2 AND on_hand * 30 < monthly_use * $3 \
           UNION ALL SELECT hospital_id AS id FROM order_lines \
             WHERE generic = $1 AND placed_on >= $4 \
               AND (promised < quantity OR state <> 'closed' AND promised_on < $5)) found \
         ORDER BY found.id LIMIT $6",
    );
    let found: Vec<Hospital> = query
        .bind::<Text, _>(generic)
        .bind::<Date, _>(from)
        .bind::<BigInt, _>(limits.yellow)
        .bind::<Date, _>(first(today))
        .bind::<Date, _>(today)
        .bind::<BigInt, _>(HOSPITALS)
        .load(conn)?;
    Ok(found.into_iter().map(|it| it.id).collect())
}
