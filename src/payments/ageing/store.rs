//! SQL of the payment clock.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Text};

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::on_db;
use crate::payments::ageing::{Bucket, Open, Scope, Sums};
use crate::schema::ageing_counts;
use crate::supply::Payer;
use crate::types::{Money, OrganisationId, Time};

/// A row of the small table, and of the counting.
#[derive(Debug, Clone, Queryable, QueryableByName, Selectable, Insertable)]
#[diesel(table_name = ageing_counts, treat_none_as_default_value = false)]
struct Row {
    hospital_id: OrganisationId,
    supplier_id: OrganisationId,
    payer: Payer,
    receipts: i64,
    not_due: Money,
    late_30: Money,
    late_60: Money,
    late_90: Money,
    late_more: Money,
    uninvoiced: Money,
    overdue: Money,
    to_net: Money,
    counted_at: Time,
}

impl From<Row> for Open {
    fn from(it: Row) -> Self {
        let sums = Sums {
            receipts: it.receipts,
            by_bucket: [it.not_due, it.late_30, it.late_60, it.late_90, it.late_more],
            uninvoiced: it.uninvoiced,
            overdue: it.overdue,
            to_net: it.to_net,
        };
        Self { hospital_id: it.hospital_id, supplier_id: it.supplier_id, payer: it.payer, sums }
    }
}

/// Counts the open receipts of a scope, and the credits to net, by hospital, supplier and payer.
pub fn count(conn: &mut Conn, scope: &Scope, today: NaiveDate) -> Result<Vec<Open>> {
    let (of, id) = match scope {
        Scope::All => ("$5 = ''", String::new()),
        Scope::Hospital(id) => ("hospital_id = $5", id.to_string()),
        Scope::Supplier(id) => ("supplier_id = $5", id.to_string()),
    };
    let due = "amount - credited - paid";
    let sum = |what: &str, name: &str| {
        format!("CAST(SUM(CASE WHEN {what} THEN {due} ELSE 0 END) AS BIGINT) AS {name}")
    };
    // Credits lie in an index of their own: counted apart, so that neither reads what has nothing due.
    let columns = [
        sum("due_on >= $1", "not_due"),
        sum("due_on < $1 AND due_on >= $2", "late_30"),
        sum("due_on < $2 AND due_on >= $3", "late_60"),
        sum("due_on < $3 AND due_on >= $4", "late_90"),
        sum("due_on < $4", "late_more"),
        sum("state = 'accepted'", "uninvoiced"),
        sum("due_on < $1 AND state <> 'accepted'", "overdue"),
    ]
    .join(", ");
    let nothing = "CAST(0 AS BIGINT)";
    let query = format!(
        "SELECT hospital_id, supplier_id, payer, COUNT(*) AS receipts, {columns}, {nothing} AS to_net, \
         {nothing} AS counted_at FROM receipts WHERE {due} > 0 AND {of} GROUP BY hospital_id, supplier_id, payer \
         UNION ALL \
         SELECT hospital_id, supplier_id, payer, {nothing}, {nothing}, {nothing}, {nothing}, {nothing}, {nothing}, \
         {nothing}, {nothing}, CAST(SUM({due}) AS BIGINT), {nothing} FROM receipts WHERE {due} < 0 AND {of} \
         GROUP BY hospital_id, supplier_id, payer ORDER BY 1, 2, 3"
    );
    let first = |bucket: Bucket| bucket.days(today).0.unwrap_or(today);
    let rows: Vec<Row> = diesel::sql_query(query)
        .bind::<Date, _>(first(Bucket::NotDue))
        .bind::<Date, _>(first(Bucket::Late30))
        .bind::<Date, _>(first(Bucket::Late60))
        .bind::<Date, _>(first(Bucket::Late90))
        .bind::<Text, _>(id)
        .load(conn)?;
    let mut list: Vec<Open> = Vec::new();
    for row in rows.into_iter().map(Open::from) {
        match list.last_mut() {
            Some(last)
                if (&last.hospital_id, &last.supplier_id, last.payer)
                    == (&row.hospital_id, &row.supplier_id, row.payer) =>
            {
                last.sums = last.sums.and(&row.sums);
            }
            _ => list.push(row),
        }
    }
    Ok(list)
}

/// What was counted last, and when.
pub fn counted(conn: &mut Conn) -> Result<(Vec<Open>, Option<Time>)> {
    let rows: Vec<Row> = ageing_counts::table
        .order((ageing_counts::hospital_id, ageing_counts::supplier_id, ageing_counts::payer))
        .select(Row::as_select())
        .load(conn)?;
    let at = rows.first().map(|row| row.counted_at);
    Ok((rows.into_iter().map(Open::from).collect(), at))
}

/// Replaces what was counted.
pub fn replace(tx: &mut Tx, list: &[Open], at: Time) -> Result<()> {
    diesel::delete(ageing_counts::table).execute(tx.conn())?;
    let row = |it: &Open| {
        let [not_due, late_30, late_60, late_90, late_more] = it.sums.by_bucket;
        Row {
            hospital_id: it.hospital_id.clone(),
            supplier_id: it.supplier_id.clone(),
            payer: it.payer,
            receipts: it.sums.receipts,
            not_due,
            late_30,
            late_60,
            late_90,
            late_more,
            uninvoiced: it.sums.uninvoiced,
            overdue: it.sums.overdue,
            to_net: it.sums.to_net,
            counted_at: at,
        }
    };
    for part in list.chunks(500) {
        let rows: Vec<Row> = part.iter().map(row).collect();
        on_db!(tx.conn(), c => diesel::insert_into(ageing_counts::table).values(&rows).execute(c))?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Late {
    #[diesel(sql_type = Text)]
    hospital_id: OrganisationId,
    #[diesel(sql_type = BigInt)]
    amount: Money,
}

/// The hospitals that were late with what invoices cover when it was counted last, and with how much.
pub fn late_hospitals(conn: &mut Conn) -> Result<Vec<(OrganisationId, Money)>> {
    let query = "SELECT hospital_id, CAST(SUM(overdue) AS BIGINT) AS amount FROM ageing_counts \
         WHERE payer = 'hospital' AND overdue > 0 GROUP BY hospital_id ORDER BY hospital_id";
    let rows: Vec<Late> = diesel::sql_query(query).load(conn)?;
    Ok(rows.into_iter().map(|it| (it.hospital_id, it.amount)).collect())
}
