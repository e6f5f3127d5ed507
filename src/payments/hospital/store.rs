//! SQL of payments and of what is to be paid.

use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::on_db;
use crate::payments::ageing::Bucket;
use crate::payments::{Payment, PaymentLine};
use crate::schema::{payment_lines, payments, receipts};
use crate::supply::{Payer, Receipt, ReceiptState};
use crate::types::{Money, OrganisationId, PaymentId, ReceiptId};

/// One payment.
pub fn payment(conn: &mut Conn, id: &PaymentId) -> Result<Option<Payment>> {
    Ok(payments::table.find(id).select(Payment::as_select()).first(conn).optional()?)
}

/// The payment that reverses one.
pub fn reversal(conn: &mut Conn, id: &PaymentId) -> Result<Option<Payment>> {
    Ok(payments::table
        .filter(payments::reverses_id.eq(id))
        .select(Payment::as_select())
        .first(conn)
        .optional()?)
}

/// The number of a payment of a hospital with this reference and amount that was not reversed.
pub fn same(
    conn: &mut Conn,
    hospital: &OrganisationId,
    reference: &str,
    amount: Money,
) -> Result<Option<String>> {
    let found: Vec<(PaymentId, String)> = payments::table
        .filter(payments::hospital_id.eq(hospital).and(payments::reference.eq(reference)))
        .filter(payments::amount.eq(amount).and(payments::reverses_id.is_null()))
        .order(payments::id)
        .limit(100)
        .select((payments::id, payments::number))
        .load(conn)?;
    for (id, number) in found {
        if reversal(conn, &id)?.is_none() {
            return Ok(Some(number));
        }
    }
    Ok(None)
}

/// A payment's lines.
pub fn lines(conn: &mut Conn, id: &PaymentId) -> Result<Vec<PaymentLine>> {
    Ok(payment_lines::table
        .filter(payment_lines::payment_id.eq(id))
        .order(payment_lines::receipt_id)
        .select(PaymentLine::as_select())
        .load(conn)?)
}

/// Writes a payment with its lines.
pub fn insert(tx: &mut Tx, it: &Payment, lines: &[PaymentLine]) -> Result<()> {
    diesel::insert_into(payments::table).values(it).execute(tx.conn())?;
    for part in lines.chunks(500) {
        on_db!(tx.conn(), c => diesel::insert_into(payment_lines::table).values(part).execute(c))?;
    }
    Ok(())
}

/// The payments for a receipt, oldest first: number, day, amount, and the payment's id.
pub fn of_receipt(conn: &mut Conn, id: &ReceiptId) -> Result<Vec<(PaymentId, String, NaiveDate, Money)>> {
    Ok(payment_lines::table
        .inner_join(payments::table)
        .filter(payment_lines::receipt_id.eq(id))
        .order((payments::paid_on, payments::id))
        .select((payments::id, payments::number, payments::paid_on, payment_lines::amount))
        .load(conn)?)
}

/// Which payments a reader asks for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only of this hospital.
    pub hospital: Option<OrganisationId>,
    /// Only to this supplier.
    pub supplier: Option<OrganisationId>,
    /// Only by this payer.
    pub payer: Option<Payer>,
    /// Not before.
    pub from: Option<NaiveDate>,
    /// Not after.
    pub to: Option<NaiveDate>,
    /// Before this one, for the next page: its day and id.
    pub after: Option<(NaiveDate, PaymentId)>,
}

/// A page of payments, the newest first.
pub fn page(conn: &mut Conn, filter: &Filter, limit: i64) -> Result<Vec<Payment>> {
    let mut query = payments::table.select(Payment::as_select()).into_boxed();
    if let Some(id) = &filter.hospital {
        query = query.filter(payments::hospital_id.eq(id.clone()));
    }
    if let Some(id) = &filter.supplier {
        query = query.filter(payments::supplier_id.eq(id.clone()));
    }
    if let Some(payer) = filter.payer {
        query = query.filter(payments::payer.eq(payer));
    }
    if let Some(day) = filter.from {
        query = query.filter(payments::paid_on.ge(day));
    }
    if let Some(day) = filter.to {
        query = query.filter(payments::paid_on.le(day));
    }
    if let Some((day, id)) = &filter.after {
        let same = payments::paid_on.eq(*day).and(payments::id.lt(id.clone()));
        query = query.filter(payments::paid_on.lt(*day).or(same)).filter(payments::paid_on.le(*day));
    }
    Ok(query.order((payments::paid_on.desc(), payments::id.desc())).limit(limit).load(conn)?)
}

/// Which open receipts a reader asks for.
#[derive(Debug, Clone, Default)]
pub struct Open {
    /// Only of this hospital.
    pub hospital: Option<OrganisationId>,
    /// Only of this supplier.
    pub supplier: Option<OrganisationId>,
    /// Only by this payer.
    pub payer: Option<Payer>,
    /// Only those as late as this.
    pub bucket: Option<Bucket>,
    /// Only those that can be paid: an invoice covers them.
    pub payable: bool,
    /// Those with a credit to net instead.
    pub to_net: bool,
    /// After this one, for the next page: its last day and id.
    pub after: Option<(NaiveDate, ReceiptId)>,
}

/// A page of open receipts by the last day of their term. The condition is the one of the partial indexes, so a list
/// reads only what is open of whom it is about.
pub fn open(conn: &mut Conn, filter: &Open, today: NaiveDate, limit: i64) -> Result<Vec<Receipt>> {
    let sign = if filter.to_net { "<" } else { ">" };
    let is_open = sql::<Bool>(&format!("amount - credited - paid {sign} 0"));
    let mut query = receipts::table.filter(is_open).select(Receipt::as_select()).into_boxed();
    if let Some(id) = &filter.hospital {
        query = query.filter(receipts::hospital_id.eq(id.clone()));
    }
    if let Some(id) = &filter.supplier {
        query = query.filter(receipts::supplier_id.eq(id.clone()));
    }
    if let Some(payer) = filter.payer {
        query = query.filter(receipts::payer.eq(payer));
    }
    if filter.payable {
        query = query.filter(receipts::state.eq_any([ReceiptState::Invoiced, ReceiptState::Paid]));
    }
    if let Some((first, last)) = filter.bucket.map(|bucket| bucket.days(today)) {
        if let Some(first) = first {
            query = query.filter(receipts::due_on.ge(first));
        }
        if let Some(last) = last {
            query = query.filter(receipts::due_on.le(last));
        }
    }
    if let Some((day, id)) = &filter.after {
        let same = receipts::due_on.eq(*day).and(receipts::id.gt(id.clone()));
        query = query.filter(receipts::due_on.gt(*day).or(same)).filter(receipts::due_on.ge(*day));
    }
    Ok(query.order((receipts::due_on, receipts::id)).limit(limit).load(conn)?)
}

/// Whom a hospital can pay: supplier and what is due to it for receipts that an invoice covers.
pub fn suppliers_to_pay(conn: &mut Conn, hospital: &OrganisationId) -> Result<Vec<(OrganisationId, Money)>> {
    let query = "SELECT supplier_id, CAST(SUM(amount - credited - paid) AS BIGINT) AS due FROM receipts \
         WHERE hospital_id = $1 AND amount - credited - paid > 0 AND payer = 'hospital' \
         AND state <> 'accepted' AND state <> 'claimed' GROUP BY supplier_id ORDER BY supplier_id";
    let rows: Vec<Owed> = diesel::sql_query(query).bind::<Text, _>(hospital).load(conn)?;
    Ok(rows.into_iter().map(|row| (row.supplier_id, row.due)).collect())
}

#[derive(QueryableByName)]
struct Owed {
    #[diesel(sql_type = Text)]
    supplier_id: OrganisationId,
    #[diesel(sql_type = BigInt)]
    due: Money,
}
