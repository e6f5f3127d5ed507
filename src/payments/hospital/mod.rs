//! Payments of hospitals to suppliers: registered for receipts, in full or in part, and taken back by another row.
//!
//! States only move forward. A receipt whose payment is reversed stays paid in its state; what is due is above zero
//! again, and that is what every list asks for.

pub mod import;
pub mod rules;
pub mod store;

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::audit::{self, Deed};
use crate::db::{self, Conn, Tx};
use crate::error::{Error, Result};
use crate::files::Faults;
use crate::imports::{self, Import, Kind, New, State};
use crate::notify::{self, Letter, News};
use crate::payments::invoices::store as receipts;
use crate::payments::{Payment, PaymentLine};
use crate::people;
use crate::supply::{Payer, Receipt};
use crate::types::{Ctx, ImportId, Money, OrganisationId, PaymentId, ReceiptId, Time};

pub use rules::Refused;

/// A payment as it is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The id of the row it makes.
    pub id: PaymentId,
    /// The day the money went.
    pub paid_on: NaiveDate,
    /// The bank's reference.
    pub reference: String,
    /// What for; below zero nets a credit.
    pub lines: Vec<(ReceiptId, Money)>,
    /// To be registered although one with this reference and amount is there.
    pub again: bool,
}

/// The next payment number: `FK`, year and month, a running number of that month.
pub fn next_number(tx: &mut Tx, now: Time) -> Result<String> {
    let month = now.local().format("%Y%m").to_string();
    let running = db::next_number(tx, &format!("payment:{month}"))?;
    Ok(format!("FK{month}{running:06}"))
}

/// Registers a payment of the actor's hospital. The same form sent twice is one payment.
pub fn pay(tx: &mut Tx, ctx: &Ctx, entry: &Entry) -> Result<()> {
    let hospital = ctx.actor.organisation.clone().ok_or(Error::NotFound)?;
    if let Some(known) = store::payment(tx.conn(), &entry.id)? {
        return if known.hospital_id == hospital { Ok(()) } else { Err(Error::NotFound) };
    }
    rules::head(entry.paid_on, ctx.now.day(), &entry.reference)?;
    let (before, supplier) = chosen(tx.conn(), &hospital, entry)?;
    let mut amount = Money::ZERO;
    let mut after = Vec::new();
    for ((receipt, (_, part)), at) in before.iter().zip(&entry.lines).zip(1..) {
        after.push(rules::pay(receipt, *part, at)?);
        amount = amount.plus(*part).ok_or(Refused::Zero(at))?;
    }
    if amount < Money::ZERO {
        return Err(Refused::Below(amount).into());
    }
    if !entry.again
        && let Some(number) = store::same(tx.conn(), &hospital, &entry.reference, amount)?
    {
        return Err(Refused::Again { reference: entry.reference.clone(), amount, number }.into());
    }
    let payment = Payment {
        id: entry.id.clone(),
        number: next_number(tx, ctx.now)?,
        payer: Payer::Hospital,
        hospital_id: hospital,
        supplier_id: supplier,
        claim_id: None,
        reverses_id: None,
        amount,
        paid_on: entry.paid_on,
        reference: entry.reference.clone(),
        reason: String::new(),
        at: ctx.now,
        account_id: ctx.actor.account.clone(),
    };
    write(tx, ctx, &payment, &entry.lines, &after, "payment.register")?;
    tell(tx, ctx, News::HospitalPaid, &payment)
}

/// The receipts of a payment in the order of its lines, and whom it goes to.
fn chosen(
    conn: &mut Conn,
    hospital: &OrganisationId,
    entry: &Entry,
) -> Result<(Vec<Receipt>, OrganisationId)> {
    if entry.lines.is_empty() {
        return Err(Refused::NoLines.into());
    }
    if entry.lines.len() > rules::LINES {
        return Err(Refused::TooManyLines(rules::LINES).into());
    }
    let ids: Vec<ReceiptId> = entry.lines.iter().map(|(id, _)| id.clone()).collect();
    let mut known = receipts::receipts(conn, &ids)?;
    let (mut list, mut met) = (Vec::new(), BTreeSet::new());
    for (id, at) in ids.iter().zip(1..) {
        if !met.insert(id) {
            return Err(Refused::Twice(at).into());
        }
        let own = known.remove(id).filter(|receipt| receipt.hospital_id == *hospital);
        list.push(own.ok_or(Refused::NoReceipt(at))?);
    }
    let supplier = rules::one_supplier(&list)?;
    Ok((list, supplier))
}

fn write(
    tx: &mut Tx,
    ctx: &Ctx,
    payment: &Payment,
    lines: &[(ReceiptId, Money)],
    after: &[Receipt],
    action: &str,
) -> Result<()> {
    let rows: Vec<PaymentLine> = lines
        .iter()
        .map(|(receipt_id, amount)| PaymentLine {
            payment_id: payment.id.clone(),
            receipt_id: receipt_id.clone(),
            amount: *amount,
        })
        .collect();
    store::insert(tx, payment, &rows)?;
    for receipt in after {
        receipts::set_receipt(tx, receipt)?;
    }
    let deed = Deed { action, subject: "payments", id: payment.id.as_str() };
    audit::record(tx, ctx, deed, &(), &serde_json::json!({ "payment": payment, "lines": rows }))
}

/// The supplier hears what was paid or taken back.
fn tell(tx: &mut Tx, ctx: &Ctx, news: News, payment: &Payment) -> Result<()> {
    let hospital = people::store::organisation(tx.conn(), &payment.hospital_id)?;
    let letter = Letter::Supply {
        news,
        number: payment.number.clone(),
        title: hospital.map(|it| it.name).unwrap_or_default(),
        path: format!("/payments/{}", payment.id),
        detail: payment.amount.to_string(),
    };
    for person in people::recipients(tx.conn(), &payment.supplier_id)? {
        notify::post(tx, ctx, &person, &letter, &format!("{news}:{}", payment.id))?;
    }
    Ok(())
}

/// Reverses a payment of the actor's hospital, once, by a row with the amounts below zero. What the fund paid is the
/// settlement's to reverse. The same form sent twice is one reversal.
pub fn reverse(tx: &mut Tx, ctx: &Ctx, id: &PaymentId, new: &PaymentId, reason: &str) -> Result<()> {
    let before = store::payment(tx.conn(), id)?.ok_or(Error::NotFound)?;
    let is_own = ctx.actor.organisation.as_ref() == Some(&before.hospital_id);
    if !is_own || before.payer != Payer::Hospital {
        return Err(Error::NotFound);
    }
    if before.reverses_id.is_some() {
        return Err(Refused::IsReversal.into());
    }
    if let Some(done) = store::reversal(tx.conn(), id)? {
        return if done.id == *new { Ok(()) } else { Err(Refused::Reversed(done.number).into()) };
    }
    if reason.is_empty() {
        return Err(Refused::NoReason.into());
    }
    let lines = store::lines(tx.conn(), id)?;
    let ids: Vec<ReceiptId> = lines.iter().map(|line| line.receipt_id.clone()).collect();
    let known = receipts::receipts(tx.conn(), &ids)?;
    let (mut back, mut after) = (Vec::new(), Vec::new());
    for line in &lines {
        let receipt = known.get(&line.receipt_id).ok_or(Error::NotFound)?;
        after.push(rules::take_back(receipt, line.amount)?);
        back.push((line.receipt_id.clone(), Money::from_scaled(-line.amount.scaled())));
    }
    let payment = Payment {
        id: new.clone(),
        number: next_number(tx, ctx.now)?,
        reverses_id: Some(before.id.clone()),
        amount: Money::from_scaled(-before.amount.scaled()),
        paid_on: ctx.now.day(),
        reason: reason.to_owned(),
        at: ctx.now,
        account_id: ctx.actor.account.clone(),
        ..before
    };
    write(tx, ctx, &payment, &back, &after, "payment.reverse")?;
    tell(tx, ctx, News::PaymentReversed, &payment)
}

/// What a file of payments would do.
pub struct Preview {
    /// The file.
    pub file: Import,
    /// Its payments.
    pub payments: Vec<Entry>,
    /// Those of them that are there already, by reference and amount: position, and the earlier one's number.
    pub again: Vec<(usize, String)>,
    /// What is wrong with it.
    pub faults: Faults,
}

/// Keeps a file of the actor's hospital for review. One that cannot be read as a table is refused at once.
pub fn stage(tx: &mut Tx, ctx: &Ctx, id: &ImportId, (file_name, content): (&str, &[u8])) -> Result<()> {
    let hospital = ctx.actor.organisation.clone().ok_or(Error::NotFound)?;
    import::read(content, tx.conn(), &hospital, ctx.now.day())?;
    let new = New { id, kind: Kind::Payments, profile: "", places: "[]", file_name, content };
    imports::keep(tx, ctx, new).map(drop)
}

/// What a waiting file would do; of one that has ended nothing but that.
pub fn preview(
    conn: &mut Conn,
    hospital: &OrganisationId,
    id: &ImportId,
    today: NaiveDate,
) -> Result<Preview> {
    let file = imports::own(conn, Kind::Payments, id, hospital)?;
    if file.state != State::Waiting {
        return Ok(Preview { file, payments: Vec::new(), again: Vec::new(), faults: Faults::default() });
    }
    let content = imports::content(conn, id)?;
    let (payments, faults) = import::read(content.as_slice(), conn, hospital, today)?;
    if payments.is_empty() && faults.is_empty() {
        return Err(Refused::FileEmpty.into());
    }
    let mut again = Vec::new();
    for (entry, at) in payments.iter().zip(0..) {
        let sum = entry.lines.iter().try_fold(Money::ZERO, |sum, (_, part)| sum.plus(*part));
        if let Some(number) = store::same(conn, hospital, &entry.reference, sum.ok_or(Refused::NoLines)?)? {
            again.push((at, number));
        }
    }
    Ok(Preview { file, payments, again, faults })
}

/// Registers every payment of a file, also the `again` that the reviewer saw to be there already. All or none; doing
/// it again changes nothing. Gives how many.
pub fn apply(tx: &mut Tx, ctx: &Ctx, id: &ImportId, again: usize) -> Result<usize> {
    let hospital = ctx.actor.organisation.clone().ok_or(Error::NotFound)?;
    let it = preview(tx.conn(), &hospital, id, ctx.now.day())?;
    if it.file.state != State::Waiting {
        return Ok(0);
    }
    if !it.faults.is_empty() || it.again.len() != again {
        return Err(Refused::Changed.into());
    }
    for entry in &it.payments {
        pay(tx, ctx, &Entry { again: true, ..entry.clone() })?;
    }
    let result = serde_json::json!({ "payments": it.payments.len() });
    imports::applied(tx, ctx, &it.file, &result.to_string())?;
    Ok(it.payments.len())
}
