//! SQL of what consumers should hold and of the reports.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Nullable, Text};

use super::Comparison;
use super::rules::{Ours, Own};
use crate::db::{Conn, Tx, in_any_order};
use crate::error::Result;
use crate::schema::{comparisons, standards};
use crate::types::{ConsumerId, UnitPrice};

/// Rows of one reading.
const BATCH: i64 = 10_000;

#[derive(Debug, QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Text)]
    product: String,
    #[diesel(sql_type = Text)]
    company: String,
    #[diesel(sql_type = Text)]
    spec: String,
    #[diesel(sql_type = Text)]
    pack: String,
    #[diesel(sql_type = Text)]
    basis: String,
    #[diesel(sql_type = BigInt)]
    standard: UnitPrice,
    #[diesel(sql_type = BigInt)]
    price: UnitPrice,
    #[diesel(sql_type = Date)]
    starts: NaiveDate,
    #[diesel(sql_type = Nullable<Date>)]
    ends: Option<NaiveDate>,
}

/// What should be held of the rows up to a number: those that none of them supersedes.
pub fn ours(conn: &mut Conn, upto: i64) -> Result<Ours> {
    let statement = "SELECT s.seq, s.product, s.company, s.spec, s.pack, s.basis, s.standard, s.price, s.starts, \
        s.ends FROM standards s WHERE s.seq > $1 AND s.seq <= $2 AND NOT EXISTS \
        (SELECT 1 FROM standards later WHERE later.supersedes = s.seq AND later.seq <= $2) ORDER BY s.seq LIMIT $3";
    let (mut rows, mut after) = (Vec::new(), 0);
    loop {
        let found: Vec<Row> = in_any_order(conn, statement)
            .bind::<BigInt, _>(after)
            .bind::<BigInt, _>(upto)
            .bind::<BigInt, _>(BATCH)
            .load(conn)?;
        let Some(last) = found.last() else { break };
        after = last.seq;
        rows.extend(found.into_iter().map(own));
    }
    let mut superseded: Vec<i64> = standards::table
        .filter(standards::seq.le(upto).and(standards::supersedes.is_not_null()))
        .select(standards::supersedes.assume_not_null())
        .load(conn)?;
    superseded.sort_unstable();
    Ok(Ours::new(rows, superseded))
}

fn own(it: Row) -> Own {
    Own {
        seq: it.seq,
        product: it.product,
        company: it.company,
        spec: it.spec,
        pack: it.pack,
        basis: it.basis,
        standard: it.standard,
        price: it.price,
        starts: it.starts,
        ends: it.ends,
    }
}

/// Keeps a report.
pub fn insert(tx: &mut Tx, it: &Comparison) -> Result<()> {
    diesel::insert_into(comparisons::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// The last report of a consumer.
pub fn last(conn: &mut Conn, consumer: &ConsumerId) -> Result<Option<Comparison>> {
    Ok(comparisons::table
        .filter(comparisons::consumer_id.eq(consumer))
        .order(comparisons::id.desc())
        .select(Comparison::as_select())
        .first(conn)
        .optional()?)
}
