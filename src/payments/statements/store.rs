//! SQL of statements and reconciliation.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Date, Text};

use crate::db::{self, Conn};
use crate::error::Result;
use crate::payments::claims::LineState;
use crate::payments::statements::{MoveKind, Scope, Side};
use crate::payments::{Invoice, InvoiceKind, InvoiceState};
use crate::schema::{claim_lines, deliveries, invoice_lines, invoices, payment_lines, payments, receipts};
use crate::supply::{DeliveryState, Receipt};
use crate::types::{InvoiceId, Money, OrganisationId, ReceiptId};

/// Sums with one of the other side.
#[derive(Debug, QueryableByName)]
pub struct Sum {
    /// Which one.
    #[diesel(sql_type = Text)]
    pub other_id: OrganisationId,
    /// Before the first day.
    #[diesel(sql_type = BigInt)]
    pub before: Money,
    /// From the first day to the last.
    #[diesel(sql_type = BigInt)]
    pub within: Money,
}

/// Table, column of the day, and what else must hold.
fn source(kind: MoveKind) -> (&'static str, &'static str, &'static str) {
    match kind {
        MoveKind::Receipt => ("receipts", "received_on", "amount <> 0"),
        MoveKind::CreditNote => ("invoices", "issued_on", "kind = 'credit_note' AND state = 'matched'"),
        MoveKind::Payment => ("payments", "paid_on", "amount <> 0"),
    }
}

/// The columns of the side whose range is read, and of the other.
fn sides(scope: &Scope) -> (&'static str, &'static str) {
    match scope.side {
        Side::Hospital => ("hospital_id", "supplier_id"),
        Side::Supplier => ("supplier_id", "hospital_id"),
    }
}

fn other(scope: &Scope) -> String {
    scope.other.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// The sums of one kind of movement by the other side.
pub fn sums(
    conn: &mut Conn,
    scope: &Scope,
    kind: MoveKind,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<Sum>> {
    let ((table, day, holds), (own, opposite)) = (source(kind), sides(scope));
    let only = if scope.other.is_some() { format!("{opposite} = $4") } else { "$4 = ''".to_owned() };
    let query = format!(
        "SELECT {opposite} AS other_id, \
         CAST(SUM(CASE WHEN {day} < $1 THEN amount ELSE 0 END) AS BIGINT) AS before, \
         CAST(SUM(CASE WHEN {day} >= $1 THEN amount ELSE 0 END) AS BIGINT) AS within \
         FROM {table} WHERE {own} = $3 AND {day} <= $2 AND {holds} AND {only} GROUP BY {opposite}"
    );
    Ok(db::in_any_order(conn, &query)
        .bind::<Date, _>(from)
        .bind::<Date, _>(to)
        .bind::<Text, _>(&scope.id)
        .bind::<Text, _>(other(scope))
        .load(conn)?)
}

/// One movement of an account.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Move {
    /// Its day.
    #[diesel(sql_type = Date)]
    pub day: NaiveDate,
    /// What it is.
    #[diesel(sql_type = Text)]
    pub kind: MoveKind,
    /// The row's id.
    #[diesel(sql_type = Text)]
    pub id: String,
    /// The number of credit note or payment.
    #[diesel(sql_type = Text)]
    pub number: String,
    /// The buyer.
    #[diesel(sql_type = Text)]
    pub hospital_id: OrganisationId,
    /// The seller.
    #[diesel(sql_type = Text)]
    pub supplier_id: OrganisationId,
    /// What it adds to what is owed; below zero it takes off.
    #[diesel(sql_type = BigInt)]
    pub amount: Money,
}

/// Where a page of movements goes on: day, kind and id of the last one.
pub type After = (NaiveDate, MoveKind, String);

/// A page of an account's movements in order.
pub fn moves(
    conn: &mut Conn,
    scope: &Scope,
    from: NaiveDate,
    to: NaiveDate,
    after: Option<&After>,
    limit: i64,
) -> Result<Vec<Move>> {
    let (own, opposite) = sides(scope);
    let only = if scope.other.is_some() { format!("{opposite} = $4") } else { "$4 = ''".to_owned() };
    let part = |kind: MoveKind| {
        let (table, day, holds) = source(kind);
        let number = if kind == MoveKind::Receipt { "''" } else { "number" };
        let amount = if kind == MoveKind::Receipt { "amount" } else { "-amount" };
        // `$5` to `$7` are the last movement shown: only what comes after it in the order of the list.
        let later = format!("{day} >= $5 AND ({day} > $5 OR '{kind}' > $6 OR ('{kind}' = $6 AND id > $7))");
        format!(
            "SELECT * FROM (SELECT {day} AS day, '{kind}' AS kind, id, {number} AS number, hospital_id, supplier_id, \
             CAST({amount} AS BIGINT) AS amount FROM {table} \
             WHERE {own} = $3 AND {day} >= $1 AND {day} <= $2 AND {holds} AND {only} AND {later} \
             ORDER BY {day}, id LIMIT $8) AS {kind}_part"
        )
    };
    let parts: Vec<String> = MoveKind::ALL.iter().map(|kind| part(*kind)).collect();
    let query = format!("{} ORDER BY day, kind, id LIMIT $8", parts.join(" UNION ALL "));
    let (day, kind, id) = match after {
        Some((day, kind, id)) => (*day, kind.as_str(), id.as_str()),
        None => (from, "", ""),
    };
    Ok(db::in_any_order(conn, &query)
        .bind::<Date, _>(from)
        .bind::<Date, _>(to)
        .bind::<Text, _>(&scope.id)
        .bind::<Text, _>(other(scope))
        .bind::<Date, _>(day)
        .bind::<Text, _>(kind)
        .bind::<Text, _>(id)
        .bind::<BigInt, _>(limit)
        .load(conn)?)
}

/// A page of the receipts of an account that are not settled to the cent: something is due or to be netted, not all
/// is invoiced, or goods that went back have no credit note.
pub fn unsettled(
    conn: &mut Conn,
    scope: &Scope,
    from: NaiveDate,
    to: NaiveDate,
    after: Option<&(NaiveDate, ReceiptId)>,
    limit: i64,
) -> Result<Vec<Receipt>> {
    let uncredited = "EXISTS (SELECT 1 FROM returns b WHERE b.receipt_id = receipts.id AND NOT EXISTS \
         (SELECT 1 FROM invoice_lines l WHERE l.return_id = b.id))";
    let is_unsettled =
        sql::<Bool>(&format!("(amount - credited - paid <> 0 OR invoiced <> amount OR {uncredited})"));
    let mut query = receipts::table
        .filter(receipts::received_on.ge(from).and(receipts::received_on.le(to)))
        .filter(is_unsettled)
        .select(Receipt::as_select())
        .into_boxed();
    query = match scope.side {
        Side::Hospital => query.filter(receipts::hospital_id.eq(scope.id.clone())),
        Side::Supplier => query.filter(receipts::supplier_id.eq(scope.id.clone())),
    };
    if let Some(other) = &scope.other {
        query = match scope.side {
            Side::Hospital => query.filter(receipts::supplier_id.eq(other.clone())),
            Side::Supplier => query.filter(receipts::hospital_id.eq(other.clone())),
        };
    }
    if let Some((day, id)) = after {
        let same = receipts::received_on.eq(*day).and(receipts::id.gt(id.clone()));
        query = query.filter(receipts::received_on.gt(*day).or(same)).filter(receipts::received_on.ge(*day));
    }
    Ok(query.order((receipts::received_on, receipts::id)).limit(limit).load(conn)?)
}

/// Which receipts stand on an invoice that does not match and was not taken back.
pub fn disputed(conn: &mut Conn, ids: &[ReceiptId]) -> Result<HashSet<ReceiptId>> {
    let rows: Vec<ReceiptId> = invoice_lines::table
        .inner_join(invoices::table)
        .filter(invoice_lines::receipt_id.eq_any(ids))
        .filter(invoices::state.eq(InvoiceState::Mismatched))
        .select(invoice_lines::receipt_id)
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Which receipts the hospital disputes in a claim on the fund.
pub fn claim_disputed(conn: &mut Conn, ids: &[ReceiptId]) -> Result<HashSet<ReceiptId>> {
    let rows: Vec<ReceiptId> = claim_lines::table
        .filter(claim_lines::receipt_id.eq_any(ids))
        .filter(claim_lines::state.eq(LineState::Disputed))
        .select(claim_lines::receipt_id)
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Which receipts were in a payment that was reversed.
pub fn reversed(conn: &mut Conn, ids: &[ReceiptId]) -> Result<HashSet<ReceiptId>> {
    let rows: Vec<ReceiptId> = payment_lines::table
        .inner_join(payments::table)
        .filter(payment_lines::receipt_id.eq_any(ids).and(payments::reverses_id.is_not_null()))
        .select(payment_lines::receipt_id)
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The documents of one side with these numbers.
pub fn of_numbers(
    conn: &mut Conn,
    side: Side,
    id: &OrganisationId,
    numbers: &[String],
) -> Result<Vec<Invoice>> {
    let mut found = Vec::new();
    for part in numbers.chunks(500) {
        let query =
            invoices::table.filter(invoices::number.eq_any(part)).select(Invoice::as_select()).into_boxed();
        let own = match side {
            Side::Hospital => query.filter(invoices::hospital_id.eq(id.clone())),
            Side::Supplier => query.filter(invoices::supplier_id.eq(id.clone())),
        };
        found.extend(own.load(conn)?);
    }
    Ok(found)
}

/// The matching documents of one side over some days, by day; at most `limit`.
pub fn dated(
    conn: &mut Conn,
    side: Side,
    id: &OrganisationId,
    from: NaiveDate,
    to: NaiveDate,
    limit: i64,
) -> Result<Vec<Invoice>> {
    let query = invoices::table
        .filter(invoices::issued_on.ge(from).and(invoices::issued_on.le(to)))
        .filter(invoices::state.eq(InvoiceState::Matched))
        .select(Invoice::as_select())
        .into_boxed();
    let own = match side {
        Side::Hospital => query.filter(invoices::hospital_id.eq(id.clone())),
        Side::Supplier => query.filter(invoices::supplier_id.eq(id.clone())),
    };
    Ok(own.order((invoices::issued_on, invoices::id)).limit(limit).load(conn)?)
}

/// What credit notes take off invoices.
pub fn credits(conn: &mut Conn, ids: &[InvoiceId]) -> Result<HashMap<InvoiceId, Money>> {
    let mut found: HashMap<InvoiceId, Money> = HashMap::new();
    for part in ids.chunks(500) {
        let rows: Vec<(Option<InvoiceId>, Money)> = invoices::table
            .filter(invoices::corrects_id.eq_any(part).and(invoices::state.eq(InvoiceState::Matched)))
            .select((invoices::corrects_id, invoices::amount))
            .load(conn)?;
        for (id, amount) in rows {
            let Some(id) = id else { continue };
            let sum = found.entry(id).or_default();
            *sum = sum.plus(amount).unwrap_or(*sum);
        }
    }
    Ok(found)
}

/// A receipt's part on a matching invoice.
#[derive(Debug, Clone)]
pub struct Part {
    /// Which receipt.
    pub receipt_id: ReceiptId,
    /// Which invoice.
    pub invoice_id: InvoiceId,
    /// How much of it.
    pub amount: Money,
}

/// The receipts on invoices.
pub fn receipts_on(conn: &mut Conn, ids: &[InvoiceId]) -> Result<Vec<ReceiptId>> {
    let mut found = Vec::new();
    for part in ids.chunks(500) {
        let rows: Vec<ReceiptId> = invoice_lines::table
            .filter(invoice_lines::invoice_id.eq_any(part))
            .select(invoice_lines::receipt_id)
            .load(conn)?;
        found.extend(rows);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Every part of receipts on matching invoices, in the order the invoices were entered.
pub fn parts(conn: &mut Conn, ids: &[ReceiptId]) -> Result<BTreeMap<ReceiptId, Vec<Part>>> {
    let mut found: BTreeMap<ReceiptId, Vec<Part>> = BTreeMap::new();
    for part in ids.chunks(500) {
        let rows: Vec<(ReceiptId, InvoiceId, Money)> = invoice_lines::table
            .inner_join(invoices::table)
            .filter(invoice_lines::receipt_id.eq_any(part))
            .filter(invoices::state.eq(InvoiceState::Matched).and(invoices::kind.eq(InvoiceKind::Invoice)))
            .order((invoices::entered_at, invoices::id, invoice_lines::position))
            .select((invoice_lines::receipt_id, invoice_lines::invoice_id, invoice_lines::amount))
            .load(conn)?;
        for (receipt_id, invoice_id, amount) in rows {
            let list = found.entry(receipt_id.clone()).or_default();
            list.push(Part { receipt_id, invoice_id, amount });
        }
    }
    Ok(found)
}

/// How far a delivery note is, of one side.
pub fn delivery(
    conn: &mut Conn,
    side: Side,
    id: &OrganisationId,
    number: &str,
) -> Result<Option<DeliveryState>> {
    let query =
        deliveries::table.filter(deliveries::number.eq(number)).select(deliveries::state).into_boxed();
    let own = match side {
        Side::Hospital => query.filter(deliveries::hospital_id.eq(id.clone())),
        Side::Supplier => query.filter(deliveries::supplier_id.eq(id.clone())),
    };
    Ok(own.order(deliveries::id).first(conn).optional()?)
}
