//! A supplier's file of invoices: kept, shown with what would become of each, then entered whole or given up.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;

use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::files::Faults;
use crate::imports::{self, Import, Kind, New};
use crate::payments::InvoiceState;
use crate::payments::invoices::store::{self, Goods};
use crate::payments::invoices::xml::{self, EInvoice};
use crate::payments::invoices::{self, Compared, EnteredLine, Entry, Ground, Refused, import, rules};
use crate::people;
use crate::types::{Ctx, ImportId, OrganisationId, ReceiptId};

/// What a file would do.
pub struct Preview {
    /// The file.
    pub file: Import,
    /// Its invoices, each compared with orders and receipts.
    pub invoices: Vec<(Entry, Compared)>,
    /// What is wrong with it.
    pub faults: Faults,
}

impl Preview {
    /// How many do not match.
    pub fn mismatched(&self) -> usize {
        self.invoices.iter().filter(|(_, found)| !found.is_match()).count()
    }
}

/// Keeps a file of the actor's organisation for review. One that cannot be read as a table is refused at once.
pub fn stage(tx: &mut Tx, ctx: &Ctx, id: &ImportId, (file_name, content): (&str, &[u8])) -> Result<()> {
    let supplier = ctx.actor.organisation.clone().ok_or(Error::NotFound)?;
    import::read(content, tx.conn(), &supplier, ctx.now.day())?;
    let new = New { id, kind: Kind::Invoices, profile: "", places: "[]", file_name, content };
    imports::keep(tx, ctx, new).map(drop)
}

/// What a waiting file would do; of one that has ended nothing but that.
pub fn preview(
    conn: &mut Conn,
    supplier: &OrganisationId,
    id: &ImportId,
    today: NaiveDate,
) -> Result<Preview> {
    let file = imports::own(conn, Kind::Invoices, id, supplier)?;
    if file.state != imports::State::Waiting {
        return Ok(Preview { file, invoices: Vec::new(), faults: Faults::default() });
    }
    let content = imports::content(conn, id)?;
    let (entries, faults) = import::read(content.as_slice(), conn, supplier, today)?;
    if entries.is_empty() && faults.is_empty() {
        return Err(Refused::FileEmpty.into());
    }
    let (mut list, mut before) = (Vec::new(), BTreeMap::new());
    for entry in entries {
        let found = invoices::compare(conn, supplier, &entry, &before)?;
        if found.is_match() {
            for line in &entry.lines {
                let sum: &mut crate::types::Quantity = before.entry(line.receipt_id.clone()).or_default();
                *sum = sum.plus(line.quantity).ok_or(Refused::Total)?;
            }
        }
        list.push((entry, found));
    }
    Ok(Preview { file, invoices: list, faults })
}

/// Enters every invoice of a file, also those that do not match, of which the reviewer saw `mismatched`. All or
/// none; doing it again changes nothing. Gives how many.
pub fn apply(tx: &mut Tx, ctx: &Ctx, id: &ImportId, mismatched: usize) -> Result<usize> {
    let supplier = ctx.actor.organisation.clone().ok_or(Error::NotFound)?;
    let it = preview(tx.conn(), &supplier, id, ctx.now.day())?;
    if it.file.state != imports::State::Waiting {
        return Ok(0);
    }
    if !it.faults.is_empty() || it.mismatched() != mismatched {
        return Err(Refused::Changed.into());
    }
    for (entry, _) in &it.invoices {
        invoices::enter(tx, ctx, &Entry { anyway: true, ..entry.clone() })?;
    }
    let result = serde_json::json!({ "invoices": it.invoices.len(), "mismatched": mismatched });
    imports::applied(tx, ctx, &it.file, &result.to_string())?;
    Ok(it.invoices.len())
}

/// A fully digital invoice that was uploaded, with the receipts its lines may be for.
pub struct Read {
    /// The file.
    pub file: Import,
    /// What it says.
    pub invoice: EInvoice,
    /// The hospital it is for.
    pub hospital: OrganisationId,
    /// The receipts it may be for, the oldest first.
    pub grounds: Vec<Ground>,
    /// Their goods.
    pub goods: HashMap<ReceiptId, Goods>,
    /// The receipt each line is likely for.
    pub proposed: Vec<Option<ReceiptId>>,
}

/// Most receipts offered for the lines of one invoice.
const OFFERED: i64 = 2_000;

/// Keeps a fully digital invoice of the actor's organisation for its lines to be assigned.
pub fn stage_xml(tx: &mut Tx, ctx: &Ctx, id: &ImportId, (file_name, content): (&str, &[u8])) -> Result<()> {
    let supplier = ctx.actor.organisation.clone().ok_or(Error::NotFound)?;
    let invoice = xml::parse(content)?;
    parties(tx.conn(), &supplier, &invoice)?;
    rules::head(invoice.issued_on, ctx.now.day(), invoice.total, Some(invoice.tax))?;
    if imports::find(tx.conn(), Kind::EInvoice, id)?.is_none() {
        invoices::is_free(tx.conn(), &supplier, "", &invoice.number)?;
    }
    let new = New { id, kind: Kind::EInvoice, profile: "", places: "[]", file_name, content };
    imports::keep(tx, ctx, new).map(drop)
}

/// Sold by this supplier, bought by a hospital of the platform: which. Hospitals are known by their names, for their
/// codes here are those of medical institutions.
fn parties(conn: &mut Conn, supplier: &OrganisationId, it: &EInvoice) -> Result<OrganisationId> {
    let own = people::store::organisation(conn, supplier)?.ok_or(Error::NotFound)?;
    if it.seller.0 != own.code && it.seller.1 != own.name {
        return Err(xml::Refused::Seller(it.seller.1.clone()).into());
    }
    let hospital = store::hospital(conn, &[&it.buyer.1, &it.buyer.0])?;
    hospital.ok_or_else(|| xml::Refused::Buyer(it.buyer.1.clone()).into())
}

/// Reads a waiting invoice; `None` when it was entered or given up.
pub fn read_xml(conn: &mut Conn, supplier: &OrganisationId, id: &ImportId) -> Result<Option<Read>> {
    let file = imports::own(conn, Kind::EInvoice, id, supplier)?;
    if file.state != imports::State::Waiting {
        return Ok(None);
    }
    let invoice = xml::parse(&imports::content(conn, id)?)?;
    let hospital = parties(conn, supplier, &invoice)?;
    let list = store::to_invoice(conn, supplier, &hospital, OFFERED)?;
    let goods = store::goods(conn, list.iter())?;
    let ids: Vec<ReceiptId> = list.iter().map(|it| it.id.clone()).collect();
    let mut covered = store::covered(conn, &ids)?;
    let ground = |receipt: crate::supply::Receipt| {
        let covered = covered.remove(&receipt.id).unwrap_or_default();
        Ground { receipt, covered }
    };
    let grounds: Vec<Ground> = list.into_iter().map(ground).collect();
    let proposed = xml::propose(&invoice.lines, &grounds, &goods);
    Ok(Some(Read { file, invoice, hospital, grounds, goods, proposed }))
}

/// Enters a fully digital invoice with a receipt for each line, in order. Doing it again changes nothing.
pub fn enter_xml(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &ImportId,
    chosen: &[ReceiptId],
    anyway: bool,
) -> Result<Option<InvoiceState>> {
    let supplier = ctx.actor.organisation.clone().ok_or(Error::NotFound)?;
    let Some(it) = read_xml(tx.conn(), &supplier, id)? else { return Ok(None) };
    if chosen.len() != it.invoice.lines.len() {
        return Err(Refused::NoReceipt(chosen.len() + 1).into());
    }
    let known: HashMap<&ReceiptId, &Ground> = it.grounds.iter().map(|g| (&g.receipt.id, g)).collect();
    let mut lines = Vec::new();
    for ((line, receipt_id), at) in it.invoice.lines.iter().zip(chosen).zip(1..) {
        let ground = known.get(receipt_id).ok_or(Refused::NoReceipt(at))?;
        let ordered = ground.receipt.unit_price;
        // The file says prices without tax: one that makes the same amount is the price ordered.
        let unit_price = match rules::part(ordered, ground.covered, line.quantity) == Ok(line.amount) {
            true => ordered,
            false => rules::price(line.amount, line.quantity).ok_or(Refused::Value(at))?,
        };
        let receipt_id = receipt_id.clone();
        lines.push(EnteredLine { receipt_id, quantity: line.quantity, unit_price, amount: line.amount });
    }
    let entry = Entry {
        id: id.to_string().parse().map_err(Error::fault_of)?,
        code: String::new(),
        number: it.invoice.number.clone(),
        issued_on: it.invoice.issued_on,
        total: it.invoice.total,
        tax: Some(it.invoice.tax),
        lines,
        anyway,
    };
    let state = invoices::enter(tx, ctx, &entry)?;
    imports::applied(tx, ctx, &it.file, &serde_json::json!({ "invoice": entry.id }).to_string())?;
    Ok(Some(state))
}
