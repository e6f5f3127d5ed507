//! SQL of what holds from a day on.

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

/// Numbers of the rows that no row supersedes and that have not ended before a day, in their order.
pub fn from_day(conn: &mut Conn, day: NaiveDate) -> Result<Vec<i64>> {
    let statement = "SELECT s.seq FROM standards s WHERE (s.ends IS NULL OR s.ends >= $1) \
        AND NOT EXISTS (SELECT 1 FROM standards later WHERE later.supersedes = s.seq) ORDER BY s.seq";
    let rows: Vec<Row> = in_any_order(conn, statement).bind::<Date, _>(day).load(conn)?;
    Ok(rows.into_iter().map(|it| it.seq).collect())
}
