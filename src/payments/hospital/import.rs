//! Payments from a table: one line a receipt, lines of one bank reference and supplier make one payment.

use std::collections::BTreeMap;
use std::io::Read;

use chrono::NaiveDate;

use crate::db::Conn;
use crate::error::Result;
use crate::files::read::{Column, Row, Unknown, open};
use crate::files::{Faults, Limits};
use crate::payments::hospital::{Entry, rules};
use crate::payments::invoices::store as receipts;
use crate::supply::Receipt;
use crate::text::{Say, Text, fill};
use crate::types::{Money, OrganisationId, PaymentId, ReceiptId};

/// The columns of the file. The list of open receipts, exported and with reference, day and amount filled in, is
/// such a file; its other columns are not read.
pub const COLUMNS: &[Column] = &[
    Column::must("reference", "银行流水号"),
    Column::must("paid_on", "付款日期"),
    Column::must("receipt", "验收编号"),
    Column::must("paid_amount", "本次付款金额"),
];

/// How much of a file is read.
pub const LIMITS: Limits =
    Limits { bytes: 8 << 20, lines: 10_000, columns: 40, cell: 400, unpacked: 64 << 20 };

/// Why a line is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineFault {
    /// The hospital has no such receipt.
    NoReceipt,
    /// The same receipt as on this line.
    Twice(u64),
    /// Another day than on this line of the same payment.
    Day(u64),
    /// It cannot be paid so.
    Payment(rules::Refused),
}

impl Say for LineFault {
    fn say(&self, t: &Text) -> String {
        let m = &t.paying;
        match self {
            LineFault::NoReceipt => m.line_no_receipt.to_owned(),
            LineFault::Twice(line) => fill(m.line_twice, &[("line", line)]),
            LineFault::Day(line) => fill(m.line_day, &[("line", line)]),
            LineFault::Payment(why) => why.say(t),
        }
    }
}

/// Payments being put together, in the order of the file.
#[derive(Default)]
struct Gathered {
    list: Vec<(Entry, u64)>,
    /// By reference and supplier.
    places: BTreeMap<(String, OrganisationId), usize>,
    /// On which line each receipt stands.
    met: BTreeMap<ReceiptId, u64>,
}

/// Reads a hospital's payments. Lines without an amount are left out.
pub fn read(
    input: impl Read,
    conn: &mut Conn,
    hospital: &OrganisationId,
    today: NaiveDate,
) -> Result<(Vec<Entry>, Faults)> {
    let mut rows = open(input, COLUMNS, Unknown::Ignore, LIMITS)?;
    let (mut faults, mut gathered) = (Faults::default(), Gathered::default());
    while let Some(row) = rows.next(&mut faults)? {
        if row.get("paid_amount").is_empty() {
            continue;
        }
        let Some(receipt) = receipt(&row, conn, hospital, &mut faults)? else { continue };
        gathered.take(&row, &receipt, today, &mut faults);
    }
    Ok((gathered.list.into_iter().map(|(entry, _)| entry).collect(), faults))
}

fn receipt(
    row: &Row,
    conn: &mut Conn,
    hospital: &OrganisationId,
    faults: &mut Faults,
) -> Result<Option<Receipt>> {
    let found = match row.get("receipt").parse() {
        Ok(id) => receipts::receipt(conn, &id)?.filter(|it| it.hospital_id == *hospital),
        Err(_) => None,
    };
    if found.is_none() {
        faults.push(row.fault("receipt", LineFault::NoReceipt));
    }
    Ok(found)
}

impl Gathered {
    fn take(&mut self, row: &Row, receipt: &Receipt, today: NaiveDate, faults: &mut Faults) {
        let (day, amount) = (row.date("paid_on", faults), row.number::<Money>("paid_amount", faults));
        let (Some(day), Some(amount)) = (day, amount) else { return };
        let reference = row.get("reference").to_owned();
        if let Err(why) = rules::head(day, today, &reference) {
            let column = if day > today { "paid_on" } else { "reference" };
            faults.push(row.fault(column, LineFault::Payment(why)));
            return;
        }
        if let Err(why) = rules::pay(receipt, amount, usize::try_from(row.line).unwrap_or(usize::MAX)) {
            faults.push(row.fault("paid_amount", LineFault::Payment(why)));
            return;
        }
        if let Some(line) = self.met.insert(receipt.id.clone(), row.line) {
            faults.push(row.fault("receipt", LineFault::Twice(line)));
            return;
        }
        let key = (reference.clone(), receipt.supplier_id.clone());
        match self.places.get(&key).and_then(|at| self.list.get_mut(*at)) {
            Some((entry, first)) if entry.paid_on != day => {
                faults.push(row.fault("paid_on", LineFault::Day(*first)));
            }
            Some((entry, _)) => entry.lines.push((receipt.id.clone(), amount)),
            None => {
                self.places.insert(key, self.list.len());
                let lines = vec![(receipt.id.clone(), amount)];
                let entry = Entry { id: PaymentId::new(), paid_on: day, reference, lines, again: false };
                self.list.push((entry, row.line));
            }
        }
    }
}
