//! Somebody's own ledger against the platform's invoices: each difference with its cause.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::files::Faults;
use crate::imports::{self, Import, Kind, New, State};
use crate::payments::invoices::rules::{self as matching, shown};
use crate::payments::invoices::store as invoices;
use crate::payments::statements::import::{self, Entry};
use crate::payments::statements::{Side, store};
use crate::payments::{Invoice, InvoiceKind, InvoiceState};
use crate::supply::DeliveryState;
use crate::text::Text;
use crate::types::{Ctx, ImportId, InvoiceId, Money, OrganisationId, ReceiptId, ReturnId};

crate::words! {
    /// Why a ledger and the platform differ.
    Cause {
        /// The platform has no such invoice.
        MissingHere = "missing_here",
        /// It has none, and its goods are not accepted yet.
        NotAccepted = "not_accepted",
        /// The supplier took it back.
        Withdrawn = "withdrawn",
        /// It is here and its price differs from the order.
        Price = "price",
        /// It is here and does not match otherwise.
        Mismatched = "mismatched",
        /// Another day.
        Day = "day",
        /// The ledger has taken credit notes off.
        Credited = "credited",
        /// The ledger has taken goods off that went back and have no credit note.
        Returned = "returned",
        /// Another amount.
        Amount = "amount",
        /// The ledger knows of money that is not registered here.
        NotRegistered = "not_registered",
        /// Money is registered here that the ledger does not know.
        NotInLedger = "not_in_ledger",
        /// The ledger has no such invoice.
        MissingThere = "missing_there",
    }
}

impl Cause {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let m = &t.statements;
        match self {
            Cause::MissingHere => m.missing_here,
            Cause::NotAccepted => m.not_accepted,
            Cause::Withdrawn => m.withdrawn,
            Cause::Price => m.price_differs,
            Cause::Mismatched => m.mismatched,
            Cause::Day => m.day_differs,
            Cause::Credited => m.ledger_credited,
            Cause::Returned => m.returned,
            Cause::Amount => m.amount_differs,
            Cause::NotRegistered => m.not_registered,
            Cause::NotInLedger => m.not_in_ledger,
            Cause::MissingThere => m.missing_there,
        }
    }
}

/// A difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The ledger's line, when it has one.
    pub line: Option<u64>,
    /// Code and number as people write them.
    pub number: String,
    /// The platform's invoice, when it has one.
    pub invoice: Option<InvoiceId>,
    /// Why.
    pub cause: Cause,
    /// In the ledger.
    pub theirs: String,
    /// On the platform.
    pub ours: String,
}

/// What the platform knows of an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ours {
    /// The document.
    pub invoice: Invoice,
    /// Taken off by credit notes.
    pub credited: Money,
    /// Went back without a credit note.
    pub returned: Money,
    /// Paid for it: a receipt's money fills its invoices in the order they were entered.
    pub paid: Money,
    /// A line's price differs from the order.
    pub has_price_fault: bool,
}

/// Divides what is paid for a receipt over the parts that invoices have of it, in order.
pub fn divide(paid: Money, parts: &[Money]) -> Vec<Money> {
    let mut left = paid.max(Money::ZERO);
    let take = |part: &Money| {
        let share = left.min(*part);
        left = left.minus(share).unwrap_or(Money::ZERO);
        share
    };
    parts.iter().map(take).collect()
}

/// The differences of a line whose invoice is here.
pub fn of_line(entry: &Entry, ours: &Ours) -> Vec<Difference> {
    let it = &ours.invoice;
    let found = |cause: Cause, theirs: String, here: String| Difference {
        line: Some(entry.line),
        number: shown(&it.code, &it.number),
        invoice: Some(it.id.clone()),
        cause,
        theirs,
        ours: here,
    };
    let money = |cause: Cause, theirs: Money, here: Money| found(cause, theirs.to_string(), here.to_string());
    match it.state {
        InvoiceState::Withdrawn => return vec![money(Cause::Withdrawn, entry.amount, Money::ZERO)],
        InvoiceState::Mismatched => {
            let cause = if ours.has_price_fault { Cause::Price } else { Cause::Mismatched };
            return vec![money(cause, entry.amount, Money::ZERO)];
        }
        InvoiceState::Matched => {}
    }
    let mut list = Vec::new();
    if entry.issued_on != it.issued_on {
        list.push(found(Cause::Day, entry.issued_on.to_string(), it.issued_on.to_string()));
    }
    // Ledgers write credit notes with or without a minus.
    let theirs = match it.kind {
        InvoiceKind::CreditNote => Money::from_scaled(entry.amount.scaled().saturating_abs()),
        InvoiceKind::Invoice => entry.amount,
    };
    if theirs != it.amount {
        let less = |part: Money| part.is_positive() && it.amount.minus(part) == Some(theirs);
        let cause = match () {
            () if less(ours.credited) => Cause::Credited,
            () if less(ours.returned) => Cause::Returned,
            () => Cause::Amount,
        };
        list.push(money(cause, theirs, it.amount));
    }
    if it.kind == InvoiceKind::Invoice && entry.paid != ours.paid {
        let cause = if entry.paid > ours.paid { Cause::NotRegistered } else { Cause::NotInLedger };
        list.push(money(cause, entry.paid, ours.paid));
    }
    list
}

/// What a ledger differs in.
pub struct Compared {
    /// The file.
    pub file: Import,
    /// Its lines.
    pub lines: usize,
    /// The differences, by line; what is missing there at the end.
    pub differences: Vec<Difference>,
    /// What is wrong with the file itself.
    pub faults: Faults,
}

/// Keeps the actor's own ledger to be compared; it changes nothing.
pub fn stage(tx: &mut Tx, ctx: &Ctx, id: &ImportId, (file_name, content): (&str, &[u8])) -> Result<()> {
    import::read(content)?;
    let new = New { id, kind: Kind::Ledger, profile: "", places: "[]", file_name, content };
    imports::keep(tx, ctx, new).map(drop)
}

/// Most invoices looked at for what the ledger lacks.
const DATED: i64 = 50_000;

/// Compares a ledger with the platform, now.
pub fn compare(conn: &mut Conn, side: Side, own: &OrganisationId, id: &ImportId) -> Result<Compared> {
    let file = imports::own(conn, Kind::Ledger, id, own)?;
    if file.state != State::Waiting {
        return Err(Error::NotFound);
    }
    let content = imports::content(conn, id)?;
    let (entries, faults) = import::read(content.as_slice())?;
    let lines = entries.len();
    if !faults.is_empty() {
        return Ok(Compared { file, lines, differences: Vec::new(), faults });
    }
    let numbers: Vec<String> = entries.iter().map(|it| it.number.clone()).collect();
    let here = store::of_numbers(conn, side, own, &numbers)?;
    let known = ours(conn, here)?;
    let mut differences = Vec::new();
    let mut met: HashSet<InvoiceId> = HashSet::new();
    for entry in &entries {
        // A ledger without codes means whichever invoice has the number.
        let fits = |it: &&Ours| entry.code.is_empty() || it.invoice.code == entry.code;
        match known.get(&entry.number).and_then(|list| list.iter().find(fits)) {
            Some(ours) => {
                met.insert(ours.invoice.id.clone());
                differences.extend(of_line(entry, ours));
            }
            None => differences.push(missing_here(conn, side, own, entry)?),
        }
    }
    let days = entries.iter().map(|it| it.issued_on);
    if let (Some(from), Some(to)) = (days.clone().min(), days.max()) {
        for it in store::dated(conn, side, own, from, to, DATED)?.iter().filter(|it| !met.contains(&it.id)) {
            differences.push(Difference {
                line: None,
                number: shown(&it.code, &it.number),
                invoice: Some(it.id.clone()),
                cause: Cause::MissingThere,
                theirs: String::new(),
                ours: it.amount.to_string(),
            });
        }
    }
    Ok(Compared { file, lines, differences, faults })
}

fn missing_here(conn: &mut Conn, side: Side, own: &OrganisationId, entry: &Entry) -> Result<Difference> {
    let delivery = match entry.delivery.as_str() {
        "" => None,
        number => store::delivery(conn, side, own, number)?,
    };
    let cause = match delivery {
        Some(DeliveryState::Sent) => Cause::NotAccepted,
        _ => Cause::MissingHere,
    };
    Ok(Difference {
        line: Some(entry.line),
        number: shown(&entry.code, &entry.number),
        invoice: None,
        cause,
        theirs: entry.amount.to_string(),
        ours: String::new(),
    })
}

/// What the platform knows of invoices, by number.
fn ours(conn: &mut Conn, list: Vec<Invoice>) -> Result<HashMap<String, Vec<Ours>>> {
    let ids: Vec<InvoiceId> = list.iter().map(|it| it.id.clone()).collect();
    let credits = store::credits(conn, &ids)?;
    let receipt_ids = store::receipts_on(conn, &ids)?;
    let receipts = invoices::receipts(conn, &receipt_ids)?;
    let parts = store::parts(conn, &receipt_ids)?;
    let back = returned(conn, &receipt_ids)?;
    let (mut paid, mut returned): (HashMap<InvoiceId, Money>, HashMap<InvoiceId, Money>) = Default::default();
    let add = |sums: &mut HashMap<InvoiceId, Money>, id: &InvoiceId, more: Money| {
        let sum = sums.entry(id.clone()).or_default();
        *sum = sum.plus(more).unwrap_or(*sum);
    };
    for (id, list) in &parts {
        let Some(receipt) = receipts.get(id) else { continue };
        let amounts: Vec<Money> = list.iter().map(|part| part.amount).collect();
        for (part, share) in list.iter().zip(divide(receipt.paid, &amounts)) {
            add(&mut paid, &part.invoice_id, share);
            add(&mut returned, &part.invoice_id, back.get(id).copied().unwrap_or_default());
        }
    }
    let mut known: HashMap<String, Vec<Ours>> = HashMap::new();
    for invoice in list {
        let id = &invoice.id;
        let has_price_fault = invoice.state == InvoiceState::Mismatched
            && invoices::lines(conn, id)?
                .iter()
                .flat_map(|line| matching::read(&line.fault))
                .any(|fault| matches!(fault, matching::Fault::Price { .. }));
        let of = |sums: &HashMap<InvoiceId, Money>| sums.get(id).copied().unwrap_or_default();
        let ours = Ours {
            credited: of(&credits),
            returned: of(&returned),
            paid: of(&paid),
            has_price_fault,
            invoice: invoice.clone(),
        };
        known.entry(invoice.number.clone()).or_default().push(ours);
    }
    Ok(known)
}

/// What went back of receipts and has no credit note.
fn returned(conn: &mut Conn, ids: &[ReceiptId]) -> Result<BTreeMap<ReceiptId, Money>> {
    let list = invoices::returns_of(conn, ids)?;
    let returns: Vec<ReturnId> = list.iter().map(|it| it.id.clone()).collect();
    let done: HashSet<ReturnId> = invoices::credited_returns(conn, &returns)?.into_iter().collect();
    let mut sums: BTreeMap<ReceiptId, Money> = BTreeMap::new();
    for it in list.into_iter().filter(|it| !done.contains(&it.id)) {
        let sum = sums.entry(it.receipt_id).or_default();
        *sum = sum.plus(it.amount).unwrap_or(*sum);
    }
    Ok(sums)
}

#[cfg(test)]
#[path = "difference_tests.rs"]
mod tests;
