//! SQL of what is in force on a day.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date};

use crate::db::{Conn, in_any_order};
use crate::error::Result;
use crate::schema::{releases, rounds, standards};
use crate::standards::Standard;
use crate::standards::store::Sent;

/// Numbers of the rows in force on a day, after `after`, in their order: of the rows of a product, company and spec that
/// have begun and that no row supersedes, the one that began last, unless it is over.
pub fn in_force(conn: &mut Conn, day: NaiveDate, after: i64, limit: i64) -> Result<Vec<i64>> {
    let statement = "SELECT s.seq FROM standards s WHERE s.seq > $1 AND s.starts <= $2 \
        AND (s.ends IS NULL OR s.ends >= $2) \
        AND NOT EXISTS (SELECT 1 FROM standards later WHERE later.supersedes = s.seq) \
        AND NOT EXISTS (SELECT 1 FROM standards o WHERE o.product = s.product AND o.company = s.company \
        AND o.spec = s.spec AND o.starts <= $2 AND (o.starts > s.starts OR (o.starts = s.starts AND o.seq > s.seq)) \
        AND NOT EXISTS (SELECT 1 FROM standards later WHERE later.supersedes = o.seq)) ORDER BY s.seq LIMIT $3";
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        seq: i64,
    }
    let rows: Vec<Row> = in_any_order(conn, statement)
        .bind::<BigInt, _>(after)
        .bind::<Date, _>(day)
        .bind::<BigInt, _>(limit)
        .load(conn)?;
    Ok(rows.into_iter().map(|it| it.seq).collect())
}

/// Rows of the feed by their numbers, in their order.
pub fn sent(conn: &mut Conn, seqs: &[i64]) -> Result<Vec<Sent>> {
    Ok(standards::table
        .inner_join(releases::table)
        .inner_join(rounds::table)
        .filter(standards::seq.eq_any(seqs.to_vec()))
        .order(standards::seq)
        .select((Standard::as_select(), releases::number, releases::released_at, rounds::number))
        .load(conn)?)
}
