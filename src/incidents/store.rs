//! SQL of the nightly checks and their incidents. The large tables are read in ranges of ids, so that the memory of a
//! run does not grow with them.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::rules::{Check, Line, Receipt};
use super::{CheckRun, Incident};
use crate::contracts::volumes::AgreedVolume;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::schema::{agreed_volumes, contracts, incident_runs, incidents, order_lines, receipts, transfers};
use crate::types::{
    AgreedVolumeId, CheckRunId, ContractId, IncidentId, Money, OrderId, Quantity, SettlementId, UnitPrice,
};

/// Rows of one range.
pub const RANGE: i64 = 20_000;

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = Nullable<Text>)]
    id: Option<String>,
}

/// The last id of the next range of a table after an id; `None` at the end.
pub fn range_end(conn: &mut Conn, table: &str, after: &str) -> Result<Option<String>> {
    let query = format!(
        "SELECT MAX(id) AS id FROM (SELECT id FROM {table} WHERE id > $1 ORDER BY id LIMIT {RANGE}) part"
    );
    let found: Id = diesel::sql_query(query).bind::<Text, _>(after).get_result(conn)?;
    Ok(found.id)
}

#[derive(QueryableByName)]
struct LineRow {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Nullable<Text>)]
    volume_id: Option<String>,
    #[diesel(sql_type = BigInt)]
    quantity: Quantity,
    #[diesel(sql_type = BigInt)]
    shipped: Quantity,
    #[diesel(sql_type = BigInt)]
    accepted: Quantity,
    #[diesel(sql_type = BigInt)]
    refused: Quantity,
    #[diesel(sql_type = BigInt)]
    returned: Quantity,
    #[diesel(sql_type = BigInt)]
    released: Quantity,
    #[diesel(sql_type = BigInt)]
    sum_shipped: Quantity,
    #[diesel(sql_type = BigInt)]
    sum_accepted: Quantity,
    #[diesel(sql_type = BigInt)]
    sum_refused: Quantity,
    #[diesel(sql_type = BigInt)]
    sum_returned: Quantity,
}

/// The order lines of a range of ids with the volume they draw on.
pub fn lines(conn: &mut Conn, after: &str, to: &str) -> Result<Vec<(Option<String>, Line)>> {
    let query = "SELECT l.id, l.volume_id, l.quantity, l.shipped, l.accepted, l.refused, l.returned, l.released, \
        COALESCE(d.shipped, 0) AS sum_shipped, COALESCE(r.accepted, 0) AS sum_accepted, \
        COALESCE(r.refused, 0) AS sum_refused, COALESCE(b.returned, 0) AS sum_returned \
        FROM order_lines l \
        LEFT JOIN (SELECT order_line_id, CAST(SUM(quantity) AS BIGINT) AS shipped FROM delivery_lines \
            WHERE order_line_id > $1 AND order_line_id <= $2 GROUP BY order_line_id) d ON d.order_line_id = l.id \
        LEFT JOIN (SELECT order_line_id, CAST(SUM(accepted) AS BIGINT) AS accepted, CAST(SUM(refused) AS BIGINT) AS refused \
            FROM receipts WHERE order_line_id > $1 AND order_line_id <= $2 GROUP BY order_line_id) r ON r.order_line_id = l.id \
        LEFT JOIN (SELECT order_line_id, CAST(SUM(quantity) AS BIGINT) AS returned FROM returns \
            WHERE order_line_id > $1 AND order_line_id <= $2 GROUP BY order_line_id) b ON b.order_line_id = l.id \
        WHERE l.id > $1 AND l.id <= $2 ORDER BY l.id";
    let rows: Vec<LineRow> =
        diesel::sql_query(query).bind::<Text, _>(after).bind::<Text, _>(to).load(conn)?;
    let line = |row: LineRow| {
        let it = Line {
            id: row.id,
            quantity: row.quantity,
            shipped: row.shipped,
            accepted: row.accepted,
            refused: row.refused,
            returned: row.returned,
            released: row.released,
            sum_shipped: row.sum_shipped,
            sum_accepted: row.sum_accepted,
            sum_refused: row.sum_refused,
            sum_returned: row.sum_returned,
        };
        (row.volume_id, it)
    };
    Ok(rows.into_iter().map(line).collect())
}

#[derive(QueryableByName)]
struct ReceiptRow {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = BigInt)]
    sent: Quantity,
    #[diesel(sql_type = BigInt)]
    accepted: Quantity,
    #[diesel(sql_type = BigInt)]
    refused: Quantity,
    #[diesel(sql_type = BigInt)]
    unit_price: UnitPrice,
    #[diesel(sql_type = BigInt)]
    amount: Money,
    #[diesel(sql_type = BigInt)]
    credited: Money,
    #[diesel(sql_type = BigInt)]
    invoiced: Money,
    #[diesel(sql_type = BigInt)]
    paid: Money,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = BigInt)]
    sum_invoiced: Money,
    #[diesel(sql_type = BigInt)]
    sum_credited: Money,
    #[diesel(sql_type = BigInt)]
    sum_paid: Money,
}

/// The receipts of a range of ids.
pub fn receipts_of(conn: &mut Conn, after: &str, to: &str) -> Result<Vec<Receipt>> {
    let query = "SELECT r.id, d.quantity AS sent, r.accepted, r.refused, r.unit_price, r.amount, r.credited, r.invoiced, \
        r.paid, r.state, COALESCE(i.invoiced, 0) AS sum_invoiced, COALESCE(i.credited, 0) AS sum_credited, \
        COALESCE(p.paid, 0) AS sum_paid \
        FROM receipts r JOIN delivery_lines d ON d.id = r.delivery_line_id \
        LEFT JOIN (SELECT l.receipt_id, \
            CAST(SUM(CASE WHEN v.kind = 'invoice' THEN l.amount ELSE 0 END) AS BIGINT) AS invoiced, \
            CAST(SUM(CASE WHEN v.kind = 'credit_note' THEN l.amount ELSE 0 END) AS BIGINT) AS credited \
            FROM invoice_lines l JOIN invoices v ON v.id = l.invoice_id AND v.state = 'matched' \
            WHERE l.receipt_id > $1 AND l.receipt_id <= $2 GROUP BY l.receipt_id) i ON i.receipt_id = r.id \
        LEFT JOIN (SELECT receipt_id, CAST(SUM(amount) AS BIGINT) AS paid FROM payment_lines \
            WHERE receipt_id > $1 AND receipt_id <= $2 GROUP BY receipt_id) p ON p.receipt_id = r.id \
        WHERE r.id > $1 AND r.id <= $2 ORDER BY r.id";
    let rows: Vec<ReceiptRow> =
        diesel::sql_query(query).bind::<Text, _>(after).bind::<Text, _>(to).load(conn)?;
    let receipt = |row: ReceiptRow| {
        Ok(Receipt {
            state: row
                .state
                .parse()
                .map_err(|()| Error::fault(format!("stored receipt state {}", row.state)))?,
            id: row.id,
            sent: row.sent,
            accepted: row.accepted,
            refused: row.refused,
            unit_price: row.unit_price,
            amount: row.amount,
            credited: row.credited,
            invoiced: row.invoiced,
            paid: row.paid,
            sum_invoiced: row.sum_invoiced,
            sum_credited: row.sum_credited,
            sum_paid: row.sum_paid,
        })
    };
    rows.into_iter().map(receipt).collect()
}

#[derive(QueryableByName)]
struct TotalRow {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = BigInt)]
    amount: Money,
    #[diesel(sql_type = BigInt)]
    sum: Money,
}

/// A document of a range of ids: id, amount, sum of its lines. `of` is invoices or payments.
pub fn totals(conn: &mut Conn, of: Check, after: &str, to: &str) -> Result<Vec<(String, Money, Money)>> {
    let (table, lines, key) = match of {
        Check::InvoiceTotal => ("invoices", "invoice_lines", "invoice_id"),
        _ => ("payments", "payment_lines", "payment_id"),
    };
    let query = format!(
        "SELECT h.id, h.amount, CAST(COALESCE(SUM(l.amount), 0) AS BIGINT) AS sum FROM {table} h \
         LEFT JOIN {lines} l ON l.{key} = h.id WHERE h.id > $1 AND h.id <= $2 GROUP BY h.id, h.amount ORDER BY h.id"
    );
    let rows: Vec<TotalRow> =
        diesel::sql_query(query).bind::<Text, _>(after).bind::<Text, _>(to).load(conn)?;
    Ok(rows.into_iter().map(|row| (row.id, row.amount, row.sum)).collect())
}

/// Years of agreed volume after an id, in the order of their ids.
pub fn volumes(conn: &mut Conn, after: &str) -> Result<Vec<AgreedVolume>> {
    Ok(agreed_volumes::table
        .filter(agreed_volumes::id.gt(after))
        .order(agreed_volumes::id)
        .limit(RANGE)
        .select(AgreedVolume::as_select())
        .load(conn)?)
}

/// The open incident about a row, if there is one.
pub fn open_about(conn: &mut Conn, check: Check, id: &str) -> Result<Option<Incident>> {
    Ok(incidents::table
        .filter(incidents::check_name.eq(check).and(incidents::subject_id.eq(id)))
        .filter(incidents::ended_at.is_null())
        .select(Incident::as_select())
        .first(conn)
        .optional()?)
}

/// The open incidents that were not seen since a moment.
pub fn not_seen_since(conn: &mut Conn, moment: crate::types::Time) -> Result<Vec<Incident>> {
    Ok(incidents::table
        .filter(incidents::ended_at.is_null().and(incidents::last_at.lt(moment)))
        .order(incidents::id)
        .select(Incident::as_select())
        .load(conn)?)
}

/// Enters an incident.
pub fn insert(tx: &mut Tx, it: &Incident) -> Result<()> {
    diesel::insert_into(incidents::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Writes an incident's fields.
pub fn update(tx: &mut Tx, it: &Incident) -> Result<()> {
    diesel::update(incidents::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// Enters a run.
pub fn insert_run(tx: &mut Tx, it: &CheckRun) -> Result<()> {
    diesel::insert_into(incident_runs::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// One incident.
pub fn incident(conn: &mut Conn, id: &IncidentId) -> Result<Option<Incident>> {
    Ok(incidents::table.find(id).select(Incident::as_select()).first(conn).optional()?)
}

/// Open or ended incidents, the latest first, before an id.
pub fn page(
    conn: &mut Conn,
    is_open: bool,
    before: Option<&IncidentId>,
    limit: i64,
) -> Result<Vec<Incident>> {
    let mut query = incidents::table.select(Incident::as_select()).into_boxed();
    query = match is_open {
        true => query.filter(incidents::ended_at.is_null()),
        false => query.filter(incidents::ended_at.is_not_null()),
    };
    if let Some(id) = before {
        query = query.filter(incidents::id.lt(id));
    }
    Ok(query.order(incidents::id.desc()).limit(limit).load(conn)?)
}

/// The last run.
pub fn last_run(conn: &mut Conn) -> Result<Option<CheckRun>> {
    Ok(incident_runs::table
        .order((incident_runs::ended_at.desc(), incident_runs::id.desc()))
        .select(CheckRun::as_select())
        .first(conn)
        .optional()?)
}

/// A run by its id.
pub fn run(conn: &mut Conn, id: &CheckRunId) -> Result<Option<CheckRun>> {
    Ok(incident_runs::table.find(id).select(CheckRun::as_select()).first(conn).optional()?)
}

/// The order of an order line.
pub fn order_of(conn: &mut Conn, line: &str) -> Result<Option<OrderId>> {
    Ok(order_lines::table.find(line).select(order_lines::order_id).first(conn).optional()?)
}

/// The order a receipt belongs to.
pub fn order_of_receipt(conn: &mut Conn, receipt: &str) -> Result<Option<OrderId>> {
    let line: Option<String> =
        receipts::table.find(receipt).select(receipts::order_line_id).first(conn).optional()?;
    line.map_or(Ok(None), |line| order_of(conn, &line))
}

/// The settlement of a transfer.
pub fn settlement_of(conn: &mut Conn, transfer: &str) -> Result<Option<SettlementId>> {
    Ok(transfers::table.find(transfer).select(transfers::settlement_id).first(conn).optional()?)
}

/// The contract of a year's volume.
pub fn contract_of(conn: &mut Conn, volume: &AgreedVolumeId) -> Result<Option<(ContractId, String)>> {
    Ok(agreed_volumes::table
        .inner_join(contracts::table)
        .filter(agreed_volumes::id.eq(volume))
        .select((contracts::id, contracts::number))
        .first(conn)
        .optional()?)
}
