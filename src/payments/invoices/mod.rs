//! Invoices of suppliers: entered, matched with order and receipt to the cent, taken back, corrected by credit notes.
//!
//! Code and number are used once, also those of a document that was taken back: a wrong invoice is voided or
//! credited at the tax authority and the right one carries a new number. So what does not match is shown to the
//! supplier before it is entered, and is entered only when the supplier says that the document itself is so.

pub mod credit_notes;
pub mod file;
pub mod import;
pub mod rules;
pub mod store;
pub mod xml;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::audit::{self, Deed};
use crate::credit::{self, Fact, FactKind};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter, News};
use crate::payments::{Invoice, InvoiceKind, InvoiceLine, InvoiceState};
use crate::people;
use crate::text::{Say, Text, fill};
use crate::types::{
    Ctx, InvoiceId, InvoiceLineId, Money, NotANumber, OrganisationId, Quantity, ReceiptId, UnitPrice,
};

pub use rules::{Fault, Ground, Refused};

/// An invoice as it is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The id of the row it makes.
    pub id: InvoiceId,
    /// Code; empty on fully digital ones.
    pub code: String,
    /// Number.
    pub number: String,
    /// The day on it.
    pub issued_on: NaiveDate,
    /// Its total with tax.
    pub total: Money,
    /// The tax in it, when it says so.
    pub tax: Option<Money>,
    /// Its lines.
    pub lines: Vec<EnteredLine>,
    /// To be entered also when it does not match.
    pub anyway: bool,
}

/// A line as it is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnteredLine {
    /// For which receipt.
    pub receipt_id: ReceiptId,
    /// Quantity.
    pub quantity: Quantity,
    /// Yuan a unit, with tax.
    pub unit_price: UnitPrice,
    /// Amount with tax.
    pub amount: Money,
}

/// An invoice compared with orders and receipts, before it is entered.
#[derive(Debug, Clone)]
pub struct Compared {
    /// For which hospital.
    pub hospital_id: OrganisationId,
    /// What stands against each line.
    pub grounds: Vec<Ground>,
    /// Each line's faults.
    pub faults: Vec<Vec<Fault>>,
    /// The sum of the lines.
    pub sum: Money,
    /// The total on the document.
    pub total: Money,
}

impl Compared {
    /// It agrees on every line and in its total.
    pub fn is_match(&self) -> bool {
        self.sum == self.total && self.faults.iter().all(Vec::is_empty)
    }

    /// What differs, in words.
    pub fn differences(&self, t: &Text) -> String {
        let mut said: Vec<String> = Vec::new();
        for (list, line) in self.faults.iter().zip(1..) {
            let fault =
                |fault: &Fault| fill(t.invoices.mismatch_line, &[("line", &line), ("fault", &fault.say(t))]);
            said.extend(list.iter().map(fault));
        }
        if self.sum != self.total {
            said.push(Refused::Sum { total: self.total, sum: self.sum }.say(t));
        }
        said.join(" ")
    }

    /// What differs, as a refusal.
    pub fn mismatch(&self) -> Refused {
        let faults = self.faults.iter().enumerate();
        let faults = faults.flat_map(|(at, list)| list.iter().map(move |fault| (at + 1, *fault))).collect();
        Refused::Mismatch(faults, (self.sum != self.total).then_some((self.total, self.sum)))
    }
}

/// Compares an invoice of a supplier with orders and receipts. `before` holds what invoices before it in the same
/// file cover.
pub fn compare(
    conn: &mut Conn,
    supplier: &OrganisationId,
    entry: &Entry,
    before: &BTreeMap<ReceiptId, Quantity>,
) -> Result<Compared> {
    if entry.lines.is_empty() {
        return Err(Refused::NoLines.into());
    }
    if entry.lines.len() > rules::LINES {
        return Err(Refused::TooManyLines(rules::LINES).into());
    }
    let ids: Vec<ReceiptId> = entry.lines.iter().map(|line| line.receipt_id.clone()).collect();
    let mut known = store::grounds(conn, supplier, &ids)?;
    let (mut grounds, mut faults, mut sum) = (Vec::new(), Vec::new(), Money::ZERO);
    let (mut hospital_id, mut met): (Option<OrganisationId>, BTreeSet<&ReceiptId>) = (None, BTreeSet::new());
    for (line, at) in entry.lines.iter().zip(1..) {
        if !met.insert(&line.receipt_id) {
            return Err(Refused::Twice(at).into());
        }
        let mut ground = known.remove(&line.receipt_id).ok_or(Refused::NoReceipt(at))?;
        if hospital_id.get_or_insert_with(|| ground.receipt.hospital_id.clone())
            != &ground.receipt.hospital_id
        {
            return Err(Refused::TwoHospitals(at).into());
        }
        if let Some(more) = before.get(&line.receipt_id) {
            ground.covered = ground.covered.plus(*more).ok_or(Refused::Value(at))?;
        }
        let is_sound =
            line.quantity.is_positive() && line.unit_price.is_positive() && line.amount >= Money::ZERO;
        if !is_sound {
            return Err(Refused::Value(at).into());
        }
        let too_large = |_: NotANumber| Refused::Value(at);
        faults.push(rules::faults(line.quantity, line.unit_price, line.amount, &ground).map_err(too_large)?);
        sum = sum.plus(line.amount).ok_or(Refused::Value(at))?;
        grounds.push(ground);
    }
    let hospital_id = hospital_id.ok_or(Refused::NoLines)?;
    Ok(Compared { hospital_id, grounds, faults, sum, total: entry.total })
}

/// Whether code and number are free; says which document has them.
pub fn is_free(conn: &mut Conn, supplier: &OrganisationId, code: &str, number: &str) -> Result<()> {
    rules::number(code, number)?;
    match store::of_number(conn, code, number)? {
        None => Ok(()),
        Some(earlier) if earlier.supplier_id == *supplier => Err(Refused::Known {
            number: rules::shown(code, number),
            day: earlier.entered_at.day(),
            state: earlier.state,
        }
        .into()),
        // Whose it is stays between that supplier and the bureau.
        Some(_) => Err(Refused::Taken(rules::shown(code, number)).into()),
    }
}

/// Enters an invoice of the actor's organisation. One that matches makes its receipts payable; one that does not is
/// kept with its faults, which count in the supplier's register. The same form sent twice is one invoice.
pub fn enter(tx: &mut Tx, ctx: &Ctx, entry: &Entry) -> Result<InvoiceState> {
    let supplier = ctx.actor.organisation.clone().ok_or(Error::NotFound)?;
    if let Some(known) = store::invoice(tx.conn(), &entry.id)? {
        return if known.supplier_id == supplier { Ok(known.state) } else { Err(Error::NotFound) };
    }
    rules::head(entry.issued_on, ctx.now.day(), entry.total, entry.tax)?;
    is_free(tx.conn(), &supplier, &entry.code, &entry.number)?;
    let found = compare(tx.conn(), &supplier, entry, &BTreeMap::new())?;
    if !found.is_match() && !entry.anyway {
        return Err(found.mismatch().into());
    }
    let state = if found.is_match() { InvoiceState::Matched } else { InvoiceState::Mismatched };
    let invoice = Invoice {
        id: entry.id.clone(),
        code: entry.code.clone(),
        number: entry.number.clone(),
        kind: InvoiceKind::Invoice,
        corrects_id: None,
        hospital_id: found.hospital_id.clone(),
        supplier_id: supplier.clone(),
        issued_on: entry.issued_on,
        amount: entry.total,
        tax: entry.tax,
        state,
        reason: String::new(),
        entered_at: ctx.now,
        account_id: ctx.actor.account.clone(),
    };
    let lines: Vec<InvoiceLine> = entry
        .lines
        .iter()
        .zip(&found.faults)
        .zip(1..)
        .map(|((line, faults), position)| InvoiceLine {
            id: InvoiceLineId::new(),
            invoice_id: invoice.id.clone(),
            position,
            receipt_id: line.receipt_id.clone(),
            return_id: None,
            quantity: line.quantity,
            unit_price: line.unit_price,
            amount: line.amount,
            fault: rules::written(faults),
        })
        .collect();
    insert(tx, ctx, &invoice, &lines, "invoice.enter")?;
    match state {
        InvoiceState::Matched => cover(tx, &found.grounds, &lines)?,
        _ => refuse(tx, ctx, &invoice, &found)?,
    }
    Ok(state)
}

/// Writes a document with its lines into table and trail. Whoever took the number a moment before wins.
fn insert(tx: &mut Tx, ctx: &Ctx, invoice: &Invoice, lines: &[InvoiceLine], action: &str) -> Result<()> {
    use diesel::result::{DatabaseErrorKind, Error as Fault};
    store::insert(tx, invoice, lines).map_err(|error| match error {
        Error::Database(Fault::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
            Refused::Taken(rules::shown(&invoice.code, &invoice.number)).into()
        }
        other => other,
    })?;
    let deed = Deed { action, subject: "invoices", id: invoice.id.as_str() };
    audit::record(tx, ctx, deed, &(), &serde_json::json!({ "invoice": invoice, "lines": lines }))
}

fn cover(tx: &mut Tx, grounds: &[Ground], lines: &[InvoiceLine]) -> Result<()> {
    for (ground, line) in grounds.iter().zip(lines) {
        let after = rules::invoiced(ground, line.quantity, line.amount)
            .ok_or_else(|| Error::fault(format!("receipt {}: too large", line.receipt_id)))?;
        store::set_receipt(tx, &after)?;
    }
    Ok(())
}

/// What does not match counts in the supplier's register, and both sides are told.
fn refuse(tx: &mut Tx, ctx: &Ctx, invoice: &Invoice, found: &Compared) -> Result<()> {
    let fact = Fact {
        supplier: &invoice.supplier_id,
        kind: FactKind::RefusedInvoice,
        subject: "invoices",
        id: invoice.id.as_str(),
        quantity: None,
        amount: Some(invoice.amount),
        detail: format!(
            "{} {}",
            rules::shown(&invoice.code, &invoice.number),
            serde_json::to_string(&found.faults)?
        ),
    };
    credit::note(tx, ctx, fact)?;
    tell(tx, ctx, News::InvoiceMismatched, invoice, &[&invoice.hospital_id, &invoice.supplier_id])
}

/// Writes about a document to organisations.
fn tell(tx: &mut Tx, ctx: &Ctx, news: News, invoice: &Invoice, to: &[&OrganisationId]) -> Result<()> {
    let name = |tx: &mut Tx, id: &OrganisationId| -> Result<String> {
        Ok(people::store::organisation(tx.conn(), id)?.map(|it| it.name).unwrap_or_default())
    };
    let letter = Letter::Supply {
        news,
        number: rules::shown(&invoice.code, &invoice.number),
        title: name(tx, &invoice.supplier_id)?,
        path: format!("/invoices/{}", invoice.id),
        detail: invoice.amount.to_string(),
    };
    for organisation in to {
        for person in people::recipients(tx.conn(), organisation)? {
            notify::post(tx, ctx, &person, &letter, &format!("{news}:{}:{organisation}", invoice.id))?;
        }
    }
    Ok(())
}

/// The supplier takes a document back that does not match; its number stays used. Doing it again changes nothing.
pub fn withdraw(tx: &mut Tx, ctx: &Ctx, id: &InvoiceId, reason: &str) -> Result<()> {
    let before = store::invoice(tx.conn(), id)?.ok_or(Error::NotFound)?;
    if ctx.actor.organisation.as_ref() != Some(&before.supplier_id) {
        return Err(Error::NotFound);
    }
    match before.state {
        InvoiceState::Withdrawn => return Ok(()),
        InvoiceState::Matched => return Err(Refused::NotMismatched(before.state).into()),
        InvoiceState::Mismatched if reason.is_empty() => return Err(Refused::NoReason.into()),
        InvoiceState::Mismatched => {}
    }
    let after = Invoice { state: InvoiceState::Withdrawn, reason: reason.to_owned(), ..before.clone() };
    store::update(tx, &after)?;
    let deed = Deed { action: "invoice.withdraw", subject: "invoices", id: id.as_str() };
    audit::record(tx, ctx, deed, &before, &after)?;
    tell(tx, ctx, News::InvoiceWithdrawn, &after, &[&after.hospital_id])
}
