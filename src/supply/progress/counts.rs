//! What is counted of orders by contract and agreement year, so that no page reads the order lines.
//!
//! A closed line never changes, and new lines are only placed in years that have not ended. So a recount of the years
//! that had not ended at their last count, of those with open lines, and of those never counted is the same as
//! counting everything; older years stand. It costs what one year of orders costs, however many there are.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Text};
use serde::Serialize;

use crate::db::{self, Conn, Db, Tx};
use crate::error::Result;
use crate::schema::{agreed_volumes, supply_counts};
use crate::terms::{self, Term};
use crate::types::{AgreedVolumeId, Quantity, Time};

/// What came of the orders of one contract in one agreement year.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = supply_counts)]
pub struct Counts {
    /// Which contract and year.
    pub volume_id: AgreedVolumeId,
    /// Order lines placed in the year.
    pub lines: i64,
    /// Of those, not closed.
    pub open_lines: i64,
    /// Ordered, also above the agreed volume.
    pub ordered: Quantity,
    /// Promised.
    pub promised: Quantity,
    /// Sent.
    pub shipped: Quantity,
    /// Accepted.
    pub accepted: Quantity,
    /// Refused at receipt.
    pub refused: Quantity,
    /// Of the agreed volume: given up because it was not promised, or promised and not accepted until the line was
    /// closed. A line closed before the supplier answered is nobody's loss.
    pub lost: Quantity,
    /// Of the agreed volume: still to come and past its day. A line without an answer or without a day has the term of
    /// delivery.
    pub overdue: Quantity,
    /// Promised by a day that has passed, or not answered within the term of delivery. What was promised without a day
    /// is not measured.
    pub due: Quantity,
    /// Accepted of that by its day.
    pub on_time: Quantity,
    /// As of which day.
    pub counted_on: NaiveDate,
    /// When it was counted.
    pub counted_at: Time,
}

/// Which years are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Those that may have changed since they were counted.
    Changed,
    /// All.
    All,
}

/// Years counted in one transaction: short, so that nobody waits for it.
const BATCH: i64 = 500;

/// Counts the years and gives how many were counted. Doing it again changes nothing but the time.
pub fn count(db: &Db, now: Time, which: Which) -> Result<usize> {
    let (mut counted, mut after) = (0, String::new());
    while let Some(last) = db.read(|conn| last_of_batch(conn, &after))? {
        counted += db.write(|tx| batch(tx, &after, &last, now, which))?;
        after = last;
    }
    Ok(counted)
}

/// The last id of the next batch; none when there is nothing left.
fn last_of_batch(conn: &mut Conn, after: &str) -> Result<Option<String>> {
    let ids: Vec<String> = agreed_volumes::table
        .filter(agreed_volumes::id.gt(after))
        .order(agreed_volumes::id)
        .select(agreed_volumes::id)
        .limit(BATCH)
        .load(conn)?;
    Ok(ids.into_iter().next_back())
}

/// A year that may have changed: `v` in the statements below.
const CHANGED: &str = "AND NOT EXISTS (SELECT 1 FROM supply_counts s \
    WHERE s.volume_id = v.id AND s.open_lines = 0 AND v.ends < s.counted_on)";

fn batch(tx: &mut Tx, after: &str, last: &str, now: Time, which: Which) -> Result<usize> {
    let today = now.day();
    let hours = terms::whole(tx.conn(), Term::DeliveryHours, today)?;
    // A line placed before this day and not answered should have come.
    let unanswered = now.plus_millis(hours.saturating_mul(-3_600_000)).day();
    let changed = if which == Which::Changed { CHANGED } else { "" };
    // The old rows go after the new ones are known to be wanted: the condition looks at them.
    let chosen = format!("SELECT v.id FROM agreed_volumes v WHERE v.id > $1 AND v.id <= $2 {changed}");
    let marked = diesel::sql_query(format!(
        "UPDATE supply_counts SET counted_at = -1 WHERE volume_id > $1 AND volume_id <= $2 AND volume_id IN ({chosen})"
    ));
    marked.bind::<Text, _>(after).bind::<Text, _>(last).execute(tx.conn())?;
    diesel::sql_query(
        "DELETE FROM supply_counts WHERE volume_id > $1 AND volume_id <= $2 AND counted_at = -1",
    )
    .bind::<Text, _>(after)
    .bind::<Text, _>(last)
    .execute(tx.conn())?;
    let made = db::in_any_order(tx.conn(), COUNT)
        .bind::<Text, _>(after)
        .bind::<Text, _>(last)
        .bind::<Date, _>(today)
        .bind::<Date, _>(unanswered)
        .bind::<BigInt, _>(now)
        .execute(tx.conn())?;
    Ok(made)
}

/// Counts every year of the batch that has no row: $1 and $2 the batch, $3 today, $4 the day before which a line
/// without an answer is late, $5 now.
const COUNT: &str = "\
INSERT INTO supply_counts (volume_id, lines, open_lines, ordered, promised, shipped, accepted, refused, lost, overdue, \
  due, on_time, counted_on, counted_at) \
SELECT x.volume_id, COUNT(x.line), \
  CAST(COALESCE(SUM(x.is_open), 0) AS BIGINT), CAST(COALESCE(SUM(x.quantity), 0) AS BIGINT), \
  CAST(COALESCE(SUM(x.promised), 0) AS BIGINT), CAST(COALESCE(SUM(x.shipped), 0) AS BIGINT), \
  CAST(COALESCE(SUM(x.accepted), 0) AS BIGINT), CAST(COALESCE(SUM(x.refused), 0) AS BIGINT), \
  CAST(COALESCE(SUM(CASE WHEN x.of_volume = 0 OR x.promised IS NULL THEN 0 \
    WHEN x.is_open = 0 THEN x.quantity - x.accepted ELSE x.quantity - x.promised END), 0) AS BIGINT), \
  CAST(COALESCE(SUM(CASE WHEN x.of_volume = 0 OR x.is_open = 0 OR x.is_late = 0 THEN 0 \
    WHEN x.promised IS NULL THEN x.quantity WHEN x.promised > x.accepted THEN x.promised - x.accepted \
    ELSE 0 END), 0) AS BIGINT), \
  CAST(COALESCE(SUM(CASE WHEN x.is_due = 0 THEN 0 ELSE COALESCE(x.promised, x.quantity) END), 0) AS BIGINT), \
  CAST(COALESCE(SUM(CASE WHEN x.is_due = 0 THEN 0 ELSE x.on_time END), 0) AS BIGINT), \
  $3, $5 \
FROM (SELECT v.id AS volume_id, l.id AS line, l.quantity AS quantity, l.promised AS promised, l.shipped AS shipped, \
    l.accepted AS accepted, l.refused AS refused, \
    CASE WHEN l.state <> 'closed' THEN 1 ELSE 0 END AS is_open, \
    CASE WHEN l.volume_id IS NULL THEN 0 ELSE 1 END AS of_volume, \
    CASE WHEN l.promised_on < $3 OR l.promised_on IS NULL AND l.placed_on < $4 THEN 1 ELSE 0 END AS is_late, \
    CASE WHEN l.promised_on IS NOT NULL THEN CASE WHEN l.state = 'closed' OR l.promised_on < $3 THEN 1 ELSE 0 END \
      WHEN l.promised IS NULL AND l.state <> 'closed' AND l.placed_on < $4 THEN 1 ELSE 0 END AS is_due, \
    COALESCE((SELECT SUM(r.accepted) FROM receipts r \
      WHERE r.order_line_id = l.id AND r.received_on <= l.promised_on), 0) AS on_time \
  FROM agreed_volumes v LEFT JOIN order_lines l \
    ON l.contract_id = v.contract_id AND l.placed_on >= v.starts AND l.placed_on <= v.ends \
  WHERE v.id > $1 AND v.id <= $2 AND NOT EXISTS (SELECT 1 FROM supply_counts s WHERE s.volume_id = v.id)) x \
GROUP BY x.volume_id";

/// The counts of these years.
pub fn of_years(conn: &mut Conn, years: &[AgreedVolumeId]) -> Result<Vec<Counts>> {
    Ok(supply_counts::table
        .filter(supply_counts::volume_id.eq_any(years))
        .select(Counts::as_select())
        .load(conn)?)
}
