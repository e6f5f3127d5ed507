//! SQL of what is in force on a day.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date};

use crate::db::{Conn, in_any_order};
use crate::error::Result;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    seq: i64,
}

/// Numbers of the rows in force on a day, in their order: of the rows of a product, company and spec that cover it and
/// that no row supersedes, the one that began last.
pub fn in_force(conn: &mut Conn, day: NaiveDate) -> Result<Vec<i64>> {
    let statement = "SELECT s.seq FROM standards s WHERE s.starts <= $1 AND (s.ends IS NULL OR s.ends >= $1) \
        AND NOT EXISTS (SELECT 1 FROM standards later WHERE later.supersedes = s.seq) \
        AND NOT EXISTS (SELECT 1 FROM standards o WHERE o.product = s.product AND o.company = s.company \
        AND o.spec = s.spec AND o.starts <= $1 AND (o.ends IS NULL OR o.ends >= $1) \
        AND (o.starts > s.starts OR (o.starts = s.starts AND o.seq > s.seq)) \
        AND NOT EXISTS (SELECT 1 FROM standards later WHERE later.supersedes = o.seq)) ORDER BY s.seq";
    let rows: Vec<Row> = in_any_order(conn, statement).bind::<Date, _>(day).load(conn)?;
    Ok(rows.into_iter().map(|it| it.seq).collect())
}
