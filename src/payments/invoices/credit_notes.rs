//! Credit notes (红字发票): what an invoice loses again for goods sent back and for price changes.

use chrono::NaiveDate;

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::notify::News;
use crate::payments::invoices::rules::{self, Refused};
use crate::payments::invoices::{insert, is_free, store, tell};
use crate::payments::{Invoice, InvoiceKind, InvoiceLine, InvoiceState};
use crate::supply::{Receipt, Return};
use crate::types::{Ctx, InvoiceId, InvoiceLineId, Money, Quantity, ReceiptId, ReturnId, UnitPrice};

/// A credit note as it is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The id of the row it makes.
    pub id: InvoiceId,
    /// The invoice it takes from.
    pub invoice_id: InvoiceId,
    /// Code; empty on fully digital ones.
    pub code: String,
    /// Number.
    pub number: String,
    /// The day on it.
    pub issued_on: NaiveDate,
    /// Its total with tax, above zero.
    pub total: Money,
    /// The tax in it, when it says so.
    pub tax: Option<Money>,
    /// Why.
    pub reason: String,
    /// The returns it is for, each with its whole amount.
    pub returns: Vec<ReturnId>,
    /// What it takes off receipts for a changed price.
    pub prices: Vec<(ReceiptId, Money)>,
}

/// What of an invoice can be credited: returns without a credit note, and what is left of each receipt.
#[derive(Debug, Clone, Default)]
pub struct Creditable {
    /// Returns that wait for their credit note.
    pub returns: Vec<Return>,
    /// Each receipt on it with what is left to credit.
    pub receipts: Vec<(Receipt, Money)>,
}

/// Reads what of an invoice can be credited.
pub fn creditable(conn: &mut crate::db::Conn, lines: &[InvoiceLine]) -> Result<Creditable> {
    let mut known = store::paid_of(conn, lines)?;
    let ids: Vec<ReceiptId> = lines.iter().map(|line| line.receipt_id.clone()).collect();
    let returns = store::returns_of(conn, &ids)?;
    let return_ids: Vec<ReturnId> = returns.iter().map(|it| it.id.clone()).collect();
    let done = store::credited_returns(conn, &return_ids)?;
    let receipts = ids.iter().filter_map(|id| known.remove(id)).map(|receipt| {
        let left = receipt.invoiced.minus(receipt.credited).unwrap_or(Money::ZERO);
        (receipt, left)
    });
    let receipts = receipts.collect();
    Ok(Creditable { returns: returns.into_iter().filter(|it| !done.contains(&it.id)).collect(), receipts })
}

/// Enters a credit note of the actor's organisation. For a return it says exactly the return's amount; for a price
/// no more than is left of the receipt. The same form sent twice is one credit note.
pub fn enter(tx: &mut Tx, ctx: &Ctx, entry: &Entry) -> Result<()> {
    let supplier = ctx.actor.organisation.clone().ok_or(Error::NotFound)?;
    let invoice = store::invoice(tx.conn(), &entry.invoice_id)?.ok_or(Error::NotFound)?;
    if invoice.supplier_id != supplier {
        return Err(Error::NotFound);
    }
    if store::invoice(tx.conn(), &entry.id)?
        .is_some_and(|known| known.corrects_id.as_ref() == Some(&invoice.id))
    {
        return Ok(());
    }
    if invoice.kind != InvoiceKind::Invoice || invoice.state != InvoiceState::Matched {
        return Err(Refused::NotCreditable.into());
    }
    rules::head(entry.issued_on, ctx.now.day(), entry.total, entry.tax)?;
    if entry.reason.is_empty() {
        return Err(Refused::NoReason.into());
    }
    is_free(tx.conn(), &supplier, &entry.code, &entry.number)?;
    let note = Invoice {
        id: entry.id.clone(),
        code: entry.code.clone(),
        number: entry.number.clone(),
        kind: InvoiceKind::CreditNote,
        corrects_id: Some(invoice.id.clone()),
        hospital_id: invoice.hospital_id.clone(),
        supplier_id: supplier,
        issued_on: entry.issued_on,
        amount: entry.total,
        tax: entry.tax,
        state: InvoiceState::Matched,
        reason: entry.reason.clone(),
        entered_at: ctx.now,
        account_id: ctx.actor.account.clone(),
    };
    let on_invoice = store::lines(tx.conn(), &invoice.id)?;
    let can = creditable(tx.conn(), &on_invoice)?;
    let (lines, receipts) = taken(&note.id, entry, &can)?;
    insert(tx, ctx, &note, &lines, "invoice.credit")?;
    for receipt in &receipts {
        store::set_receipt(tx, receipt)?;
    }
    tell(tx, ctx, News::CreditNoteEntered, &note, &[&note.hospital_id])
}

/// The lines of a credit note and the receipts after it.
fn taken(id: &InvoiceId, entry: &Entry, can: &Creditable) -> Result<(Vec<InvoiceLine>, Vec<Receipt>)> {
    let mut parts: Vec<(ReceiptId, Option<ReturnId>, Quantity, Money)> = Vec::new();
    for wanted in &entry.returns {
        let it = can.returns.iter().find(|it| it.id == *wanted).ok_or(Refused::NoReturn)?;
        if parts.iter().any(|(_, of, ..)| of.as_ref() == Some(wanted)) {
            return Err(Refused::NoReturn.into());
        }
        parts.push((it.receipt_id.clone(), Some(it.id.clone()), it.quantity, it.amount));
    }
    for (receipt, amount) in &entry.prices {
        parts.push((receipt.clone(), None, Quantity::ZERO, *amount));
    }
    if parts.is_empty() {
        return Err(Refused::NoLines.into());
    }
    let mut after: Vec<Receipt> = can.receipts.iter().map(|(receipt, _)| receipt.clone()).collect();
    let (mut lines, mut sum) = (Vec::new(), Money::ZERO);
    for ((receipt_id, return_id, quantity, amount), position) in parts.into_iter().zip(1..) {
        let receipt = after.iter_mut().find(|it| it.id == receipt_id).ok_or(Refused::NotOnInvoice)?;
        *receipt = rules::credited(receipt, amount)?;
        sum = sum.plus(amount).ok_or(Refused::Total)?;
        let unit_price = if return_id.is_some() { receipt.unit_price } else { UnitPrice::ZERO };
        lines.push(InvoiceLine {
            id: InvoiceLineId::new(),
            invoice_id: id.clone(),
            position,
            receipt_id,
            return_id,
            quantity,
            unit_price,
            amount,
            fault: String::new(),
        });
    }
    if sum != entry.total {
        return Err(Refused::Sum { total: entry.total, sum }.into());
    }
    let touched = |it: &Receipt| lines.iter().any(|line| line.receipt_id == it.id);
    let after = after.into_iter().filter(touched).collect();
    Ok((lines, after))
}
