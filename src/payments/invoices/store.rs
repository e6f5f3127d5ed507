//! SQL of invoices, their lines and what they are compared with.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::on_db;
use crate::payments::invoices::rules::Ground;
use crate::payments::{Invoice, InvoiceKind, InvoiceLine, InvoiceState};
use crate::schema::{
    deliveries, delivery_lines, invoice_lines, invoices, order_lines, orders, organisations, receipts,
    returns,
};
use crate::supply::{Receipt, ReceiptState, Return};
use crate::types::{
    DeliveryLineId, InvoiceId, OrderId, OrderLineId, OrganisationId, Quantity, ReceiptId, ReturnId,
};

/// Ids of one statement.
const BATCH: usize = 500;

/// One document.
pub fn invoice(conn: &mut Conn, id: &InvoiceId) -> Result<Option<Invoice>> {
    Ok(invoices::table.find(id).select(Invoice::as_select()).first(conn).optional()?)
}

/// The document with a code and number.
pub fn of_number(conn: &mut Conn, code: &str, number: &str) -> Result<Option<Invoice>> {
    Ok(invoices::table
        .filter(invoices::code.eq(code).and(invoices::number.eq(number)))
        .select(Invoice::as_select())
        .first(conn)
        .optional()?)
}

/// A document's lines in order.
pub fn lines(conn: &mut Conn, id: &InvoiceId) -> Result<Vec<InvoiceLine>> {
    Ok(invoice_lines::table
        .filter(invoice_lines::invoice_id.eq(id))
        .order(invoice_lines::position)
        .select(InvoiceLine::as_select())
        .load(conn)?)
}

/// The credit notes that take from an invoice, oldest first.
pub fn corrections(conn: &mut Conn, id: &InvoiceId) -> Result<Vec<Invoice>> {
    Ok(invoices::table
        .filter(invoices::corrects_id.eq(id))
        .order((invoices::entered_at, invoices::id))
        .select(Invoice::as_select())
        .load(conn)?)
}

/// Writes a document with its lines.
pub fn insert(tx: &mut Tx, it: &Invoice, lines: &[InvoiceLine]) -> Result<()> {
    diesel::insert_into(invoices::table).values(it).execute(tx.conn())?;
    for part in lines.chunks(BATCH) {
        on_db!(tx.conn(), c => diesel::insert_into(invoice_lines::table).values(part).execute(c))?;
    }
    Ok(())
}

/// Writes a document's fields.
pub fn update(tx: &mut Tx, it: &Invoice) -> Result<()> {
    diesel::update(invoices::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// Writes what of a receipt is invoiced, credited and paid, and how far it is.
pub fn set_receipt(tx: &mut Tx, it: &Receipt) -> Result<()> {
    diesel::update(receipts::table.find(&it.id))
        .set((
            receipts::invoiced.eq(it.invoiced),
            receipts::credited.eq(it.credited),
            receipts::paid.eq(it.paid),
            receipts::state.eq(it.state),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// One receipt.
pub fn receipt(conn: &mut Conn, id: &ReceiptId) -> Result<Option<Receipt>> {
    Ok(receipts::table.find(id).select(Receipt::as_select()).first(conn).optional()?)
}

/// Receipts by their ids.
pub fn receipts(conn: &mut Conn, ids: &[ReceiptId]) -> Result<HashMap<ReceiptId, Receipt>> {
    let mut found = HashMap::new();
    for part in ids.chunks(BATCH) {
        let rows: Vec<Receipt> =
            receipts::table.filter(receipts::id.eq_any(part)).select(Receipt::as_select()).load(conn)?;
        found.extend(rows.into_iter().map(|it| (it.id.clone(), it)));
    }
    Ok(found)
}

/// What matching invoices cover of receipts: a quantity of each that has any.
pub fn covered(conn: &mut Conn, ids: &[ReceiptId]) -> Result<HashMap<ReceiptId, Quantity>> {
    let mut found: HashMap<ReceiptId, Quantity> = HashMap::new();
    for part in ids.chunks(BATCH) {
        let rows: Vec<(ReceiptId, Quantity)> = invoice_lines::table
            .inner_join(invoices::table)
            .filter(invoice_lines::receipt_id.eq_any(part))
            .filter(invoices::state.eq(InvoiceState::Matched).and(invoices::kind.eq(InvoiceKind::Invoice)))
            .select((invoice_lines::receipt_id, invoice_lines::quantity))
            .load(conn)?;
        for (id, quantity) in rows {
            let sum = found.entry(id).or_default();
            *sum = sum.plus(quantity).unwrap_or(*sum);
        }
    }
    Ok(found)
}

/// A supplier's receipts with what matching invoices cover of them; another's are not there.
pub fn grounds(
    conn: &mut Conn,
    supplier: &OrganisationId,
    ids: &[ReceiptId],
) -> Result<HashMap<ReceiptId, Ground>> {
    let (known, mut covered) = (receipts(conn, ids)?, covered(conn, ids)?);
    let own = known.into_iter().filter(|(_, receipt)| receipt.supplier_id == *supplier);
    Ok(own
        .map(|(id, receipt)| {
            let covered = covered.remove(&id).unwrap_or_default();
            (id, Ground { receipt, covered })
        })
        .collect())
}

/// A supplier's receipts of one hospital that wait for an invoice, oldest first.
pub fn to_invoice(
    conn: &mut Conn,
    supplier: &OrganisationId,
    hospital: &OrganisationId,
    limit: i64,
) -> Result<Vec<Receipt>> {
    Ok(receipts::table
        .filter(receipts::supplier_id.eq(supplier).and(receipts::state.eq(ReceiptState::Accepted)))
        .filter(receipts::hospital_id.eq(hospital))
        .order((receipts::due_on, receipts::id))
        .limit(limit)
        .select(Receipt::as_select())
        .load(conn)?)
}

/// The hospitals with receipts that wait for a supplier's invoice: id, name, how many.
pub fn hospitals_to_invoice(
    conn: &mut Conn,
    supplier: &OrganisationId,
) -> Result<Vec<(OrganisationId, String, i64)>> {
    let counts: Vec<(OrganisationId, i64)> = receipts::table
        .filter(receipts::supplier_id.eq(supplier).and(receipts::state.eq(ReceiptState::Accepted)))
        .group_by(receipts::hospital_id)
        .select((receipts::hospital_id, diesel::dsl::count_star()))
        .load(conn)?;
    let names = crate::people::store::names(conn, counts.iter().map(|(id, _)| id.clone()).collect())?;
    let named = counts.into_iter().map(|(id, count)| {
        let name = names.get(&id).cloned().unwrap_or_default();
        (id, name, count)
    });
    let mut list: Vec<_> = named.collect();
    list.sort_by(|a, b| (&a.1, &a.0).cmp(&(&b.1, &b.0)));
    Ok(list)
}

/// What was received, in the words of the order line, and where it came: order, delivery note and line of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Goods {
    /// Generic name.
    pub generic: String,
    /// Product.
    pub product: String,
    /// Spec.
    pub spec: String,
    /// Unit.
    pub unit: String,
    /// The order.
    pub order: String,
    /// The order's number.
    pub order_number: String,
    /// Number of the delivery note.
    pub delivery: String,
    /// Its line.
    pub line: i32,
}

type Ordered = (OrderLineId, String, String, String, String, OrderId, String);

/// The goods of receipts.
pub fn goods<'a>(
    conn: &mut Conn,
    list: impl Iterator<Item = &'a Receipt>,
) -> Result<HashMap<ReceiptId, Goods>> {
    let list: Vec<&Receipt> = list.collect();
    let mut found = HashMap::new();
    for part in list.chunks(BATCH) {
        let lines: HashMap<OrderLineId, Ordered> = ordered(conn, part)?;
        let notes = noted(conn, part)?;
        for receipt in part {
            let mut it = Goods::default();
            if let Some((_, generic, product, spec, unit, order, number)) = lines.get(&receipt.order_line_id)
            {
                it = Goods {
                    generic: generic.clone(),
                    product: product.clone(),
                    spec: spec.clone(),
                    unit: unit.clone(),
                    order: order.to_string(),
                    order_number: number.clone(),
                    ..it
                };
            }
            if let Some((number, line)) = notes.get(&receipt.delivery_line_id) {
                it = Goods { delivery: number.clone(), line: *line, ..it };
            }
            found.insert(receipt.id.clone(), it);
        }
    }
    Ok(found)
}

fn ordered(conn: &mut Conn, list: &[&Receipt]) -> Result<HashMap<OrderLineId, Ordered>> {
    let ids: Vec<&OrderLineId> = list.iter().map(|it| &it.order_line_id).collect();
    let rows: Vec<Ordered> = order_lines::table
        .inner_join(orders::table)
        .filter(order_lines::id.eq_any(ids))
        .select((
            order_lines::id,
            order_lines::generic,
            order_lines::product,
            order_lines::spec,
            order_lines::unit,
            orders::id,
            orders::number,
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(|row| (row.0.clone(), row)).collect())
}

fn noted(conn: &mut Conn, list: &[&Receipt]) -> Result<HashMap<DeliveryLineId, (String, i32)>> {
    let ids: Vec<&DeliveryLineId> = list.iter().map(|it| &it.delivery_line_id).collect();
    let rows: Vec<(DeliveryLineId, String, i32)> = delivery_lines::table
        .inner_join(deliveries::table)
        .filter(delivery_lines::id.eq_any(ids))
        .select((delivery_lines::id, deliveries::number, delivery_lines::position))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, number, line)| (id, (number, line))).collect())
}

/// A line of a supplier's delivery note.
pub fn delivery_line(
    conn: &mut Conn,
    supplier: &OrganisationId,
    number: &str,
    line: i32,
) -> Result<Option<DeliveryLineId>> {
    Ok(delivery_lines::table
        .inner_join(deliveries::table)
        .filter(deliveries::supplier_id.eq(supplier).and(deliveries::number.eq(number)))
        .filter(delivery_lines::position.eq(line))
        .select(delivery_lines::id)
        .first(conn)
        .optional()?)
}

/// The receipt of a delivery line, when it was taken in.
pub fn receipt_of(conn: &mut Conn, line: &DeliveryLineId) -> Result<Option<Receipt>> {
    Ok(receipts::table
        .filter(receipts::delivery_line_id.eq(line))
        .select(Receipt::as_select())
        .first(conn)
        .optional()?)
}

/// The hospital with a name, or else a code.
pub fn hospital(conn: &mut Conn, name_or_code: &[&str]) -> Result<Option<OrganisationId>> {
    Ok(organisations::table
        .filter(organisations::kind.eq(crate::people::OrganisationKind::Hospital))
        .filter(organisations::name.eq_any(name_or_code).or(organisations::code.eq_any(name_or_code)))
        .order(organisations::id)
        .select(organisations::id)
        .first(conn)
        .optional()?)
}

/// What went back of receipts, oldest first.
pub fn returns_of(conn: &mut Conn, ids: &[ReceiptId]) -> Result<Vec<Return>> {
    let mut found = Vec::new();
    for part in ids.chunks(BATCH) {
        let rows: Vec<Return> = returns::table
            .filter(returns::receipt_id.eq_any(part))
            .order(returns::id)
            .select(Return::as_select())
            .load(conn)?;
        found.extend(rows);
    }
    Ok(found)
}

/// Which returns have their credit note.
pub fn credited_returns(conn: &mut Conn, ids: &[ReturnId]) -> Result<Vec<ReturnId>> {
    let mut found = Vec::new();
    for part in ids.chunks(BATCH) {
        let rows: Vec<Option<ReturnId>> = invoice_lines::table
            .filter(invoice_lines::return_id.eq_any(part))
            .select(invoice_lines::return_id)
            .load(conn)?;
        found.extend(rows.into_iter().flatten());
    }
    Ok(found)
}

/// How documents stand that a list can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Invoices that match.
    Matched,
    /// Invoices that do not.
    Mismatched,
    /// Invoices that were taken back.
    Withdrawn,
    /// Credit notes.
    CreditNote,
}

impl Standing {
    /// As the conditions of the partial indexes say it.
    fn condition(self) -> &'static str {
        match self {
            Standing::Matched => "kind = 'invoice' AND state = 'matched'",
            Standing::Mismatched => "state = 'mismatched'",
            Standing::Withdrawn => "state = 'withdrawn'",
            Standing::CreditNote => "kind = 'credit_note'",
        }
    }
}

/// Whose documents a reader sees, and which of them.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only of this hospital.
    pub hospital: Option<OrganisationId>,
    /// Only of this supplier.
    pub supplier: Option<OrganisationId>,
    /// Only those that stand so.
    pub standing: Option<Standing>,
    /// Only with this number.
    pub number: String,
    /// Not dated before.
    pub from: Option<NaiveDate>,
    /// Not dated after.
    pub to: Option<NaiveDate>,
    /// Before this one, for the next page: its day and id.
    pub after: Option<(NaiveDate, InvoiceId)>,
}

/// A page of documents, the newest first.
pub fn page(conn: &mut Conn, filter: &Filter, limit: i64) -> Result<Vec<Invoice>> {
    let mut query = invoices::table.select(Invoice::as_select()).into_boxed();
    if let Some(id) = &filter.hospital {
        query = query.filter(invoices::hospital_id.eq(id.clone()));
    }
    if let Some(id) = &filter.supplier {
        query = query.filter(invoices::supplier_id.eq(id.clone()));
    }
    if let Some(standing) = filter.standing {
        query = query.filter(diesel::dsl::sql::<diesel::sql_types::Bool>(standing.condition()));
    }
    if let Some(day) = filter.from {
        query = query.filter(invoices::issued_on.ge(day));
    }
    if let Some(day) = filter.to {
        query = query.filter(invoices::issued_on.le(day));
    }
    if let Some((day, id)) = &filter.after {
        let same = invoices::issued_on.eq(*day).and(invoices::id.lt(id.clone()));
        query = query.filter(invoices::issued_on.lt(*day).or(same)).filter(invoices::issued_on.le(*day));
    }
    if !filter.number.is_empty() {
        // A handful has one number: sorted here, so that no index by day is walked for them.
        let found = query.filter(invoices::number.eq(filter.number.clone()));
        let mut found: Vec<Invoice> = found.limit(limit).load(conn)?;
        found.sort_by(|a, b| (b.issued_on, &b.id).cmp(&(a.issued_on, &a.id)));
        return Ok(found);
    }
    Ok(query.order((invoices::issued_on.desc(), invoices::id.desc())).limit(limit).load(conn)?)
}

/// What is paid on each receipt of a document.
pub fn paid_of(conn: &mut Conn, lines: &[InvoiceLine]) -> Result<HashMap<ReceiptId, Receipt>> {
    let ids: Vec<ReceiptId> = lines.iter().map(|line| line.receipt_id.clone()).collect();
    receipts(conn, &ids)
}

/// The documents a receipt stands on, oldest first, each with its line.
pub fn documents_of(conn: &mut Conn, id: &ReceiptId) -> Result<Vec<(Invoice, InvoiceLine)>> {
    Ok(invoices::table
        .inner_join(invoice_lines::table)
        .filter(invoice_lines::receipt_id.eq(id))
        .order((invoices::entered_at, invoices::id, invoice_lines::position))
        .select((Invoice::as_select(), InvoiceLine::as_select()))
        .load(conn)?)
}
