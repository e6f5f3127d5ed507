//! Invoices from a table: one line an invoice line, lines of one code and number make one invoice.

use std::collections::BTreeMap;
use std::io::Read;

use chrono::NaiveDate;

use crate::db::Conn;
use crate::error::Result;
use crate::files::read::{Column, Row, Unknown, open};
use crate::files::{Faults, Limits};
use crate::payments::invoices::{EnteredLine, Entry, rules, store};
use crate::people;
use crate::supply::Receipt;
use crate::text::{Say, Text, fill};
use crate::types::{InvoiceId, Money, OrganisationId, Quantity, ReceiptId, UnitPrice};

/// The columns of the file. A line names what it is for by delivery note and line of it, or by the receipt's id.
pub const COLUMNS: &[Column] = &[
    Column::may("code", "发票代码"),
    Column::must("number", "发票号码"),
    Column::must("issued_on", "开票日期"),
    Column::must("hospital", "医疗机构"),
    Column::may("delivery", "配送单号"),
    Column::may("line", "行号"),
    Column::may("receipt", "验收编号"),
    Column::must("quantity", "数量"),
    Column::must("unit_price", "单价"),
    Column::must("amount", "金额"),
    Column::may("tax", "税额"),
];

/// How much of a file is read.
pub const LIMITS: Limits =
    Limits { bytes: 8 << 20, lines: 10_000, columns: 40, cell: 400, unpacked: 64 << 20 };

/// Why a line is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineFault {
    /// Neither delivery note and line, nor a receipt.
    NoPlace,
    /// The supplier has no such delivery note with such a line.
    NoDelivery,
    /// The line was not taken in yet.
    NotReceived,
    /// The supplier has no such receipt.
    NoReceipt,
    /// It went to another hospital, which is this.
    Hospital(String),
    /// Another day than on this line of the same invoice.
    Day(u64),
    /// Another hospital than on this line of the same invoice.
    TwoHospitals(u64),
    /// The same receipt as on this line of the same invoice.
    Twice(u64),
    /// Tax on some lines of the invoice only.
    Tax(u64),
    /// Day or tax are not those of an invoice.
    Document(rules::Refused),
    /// The invoice has more lines than one may have.
    TooMany,
}

impl Say for LineFault {
    fn say(&self, t: &Text) -> String {
        let m = &t.invoices;
        match self {
            LineFault::NoPlace => m.line_no_place.to_owned(),
            LineFault::NoDelivery => m.line_no_delivery.to_owned(),
            LineFault::NotReceived => m.line_not_received.to_owned(),
            LineFault::NoReceipt => m.line_no_receipt.to_owned(),
            LineFault::Hospital(name) => fill(m.line_hospital, &[("name", name)]),
            LineFault::Day(line) => fill(m.line_day, &[("line", line)]),
            LineFault::TwoHospitals(line) => fill(m.line_two_hospitals, &[("line", line)]),
            LineFault::Twice(line) => fill(m.line_twice, &[("line", line)]),
            LineFault::Tax(line) => fill(m.line_tax, &[("line", line)]),
            LineFault::Document(why) => why.say(t),
            LineFault::TooMany => fill(m.too_many_lines, &[("most", &rules::LINES)]),
        }
    }
}

/// An invoice being put together.
struct Gathered {
    entry: Entry,
    first: u64,
    hospital: OrganisationId,
    /// On which line each receipt stands.
    met: BTreeMap<ReceiptId, u64>,
}

struct Reader<'a> {
    conn: &'a mut Conn,
    supplier: &'a OrganisationId,
    today: NaiveDate,
    names: BTreeMap<OrganisationId, (String, String)>,
    /// By code and number, in the order of the file.
    places: BTreeMap<(String, String), usize>,
    list: Vec<Gathered>,
}

/// Reads a supplier's invoices.
pub fn read(
    input: impl Read,
    conn: &mut Conn,
    supplier: &OrganisationId,
    today: NaiveDate,
) -> Result<(Vec<Entry>, Faults)> {
    let mut rows = open(input, COLUMNS, Unknown::Refuse, LIMITS)?;
    let mut faults = Faults::default();
    let (names, places) = (BTreeMap::new(), BTreeMap::new());
    let mut reader = Reader { conn, supplier, today, names, places, list: Vec::new() };
    while let Some(row) = rows.next(&mut faults)? {
        reader.take(&row, &mut faults)?;
    }
    Ok((reader.list.into_iter().map(|it| it.entry).collect(), faults))
}

impl Reader<'_> {
    fn take(&mut self, row: &Row, faults: &mut Faults) -> Result<()> {
        let (code, number) = (row.get("code").to_owned(), row.get("number").to_owned());
        let key = (code.clone(), number.clone());
        let place = self.places.get(&key).copied();
        if place.is_none() {
            let free = super::is_free(self.conn, self.supplier, &code, &number);
            if let Err(crate::error::Error::Refused(why)) = free {
                faults.push(row.fault("number", Said(why.into())));
                return Ok(());
            }
            free?;
        }
        let day = row.date("issued_on", faults);
        let quantity: Option<Quantity> = row.positive("quantity", faults);
        let unit_price: Option<UnitPrice> = row.positive("unit_price", faults);
        let amount: Option<Money> = row.not_negative("amount", faults);
        let tax = row.maybe("tax", faults, |row, key, faults| row.not_negative::<Money>(key, faults));
        let receipt = self.receipt(row, faults)?;
        let (Some(day), Some(quantity), Some(unit_price), Some(amount), Some(tax), Some(receipt)) =
            (day, quantity, unit_price, amount, tax, receipt)
        else {
            return Ok(());
        };
        if let Err(why) = rules::head(day, self.today, amount.max(Money::from_scaled(1)), tax) {
            let column = if day > self.today { "issued_on" } else { "tax" };
            faults.push(row.fault(column, LineFault::Document(why)));
            return Ok(());
        }
        let line = EnteredLine { receipt_id: receipt.id.clone(), quantity, unit_price, amount };
        match place.and_then(|at| self.list.get_mut(at)) {
            Some(known) => known.add(row, day, &receipt, line, tax, faults),
            None => {
                self.places.insert(key, self.list.len());
                self.list.push(Gathered {
                    entry: Entry {
                        id: InvoiceId::new(),
                        code,
                        number,
                        issued_on: day,
                        total: amount,
                        tax,
                        lines: vec![line],
                        anyway: false,
                    },
                    first: row.line,
                    hospital: receipt.hospital_id,
                    met: BTreeMap::from([(receipt.id, row.line)]),
                });
            }
        }
        Ok(())
    }

    /// The receipt a line names.
    fn receipt(&mut self, row: &Row, faults: &mut Faults) -> Result<Option<Receipt>> {
        let given = row.get("receipt");
        let receipt = if given.is_empty() {
            let (delivery, line) = (row.get("delivery"), row.get("line"));
            if delivery.is_empty() || line.is_empty() {
                faults.push(row.fault("delivery", LineFault::NoPlace));
                return Ok(None);
            }
            let found = match line.parse() {
                Ok(line) => store::delivery_line(self.conn, self.supplier, delivery, line)?,
                Err(_) => None,
            };
            let Some(found) = found else {
                faults.push(row.fault("line", LineFault::NoDelivery));
                return Ok(None);
            };
            let Some(receipt) = store::receipt_of(self.conn, &found)? else {
                faults.push(row.fault("line", LineFault::NotReceived));
                return Ok(None);
            };
            receipt
        } else {
            let found = match given.parse::<ReceiptId>() {
                Ok(id) => store::receipt(self.conn, &id)?,
                Err(_) => None,
            };
            let Some(receipt) = found.filter(|it| it.supplier_id == *self.supplier) else {
                faults.push(row.fault("receipt", LineFault::NoReceipt));
                return Ok(None);
            };
            receipt
        };
        let (name, code) = self.hospital(&receipt.hospital_id)?;
        if ![name.as_str(), code.as_str()].contains(&row.get("hospital")) {
            faults.push(row.fault("hospital", LineFault::Hospital(name)));
            return Ok(None);
        }
        Ok(Some(receipt))
    }

    fn hospital(&mut self, id: &OrganisationId) -> Result<(String, String)> {
        if let Some(known) = self.names.get(id) {
            return Ok(known.clone());
        }
        let it = people::store::organisation(self.conn, id)?;
        let names = it.map(|it| (it.name, it.code)).unwrap_or_default();
        self.names.insert(id.clone(), names.clone());
        Ok(names)
    }
}

impl Gathered {
    fn add(
        &mut self,
        row: &Row,
        day: NaiveDate,
        receipt: &Receipt,
        line: EnteredLine,
        tax: Option<Money>,
        faults: &mut Faults,
    ) {
        let twice = self.met.insert(receipt.id.clone(), row.line);
        let sums = (self.entry.total.plus(line.amount), sum(self.entry.tax, tax));
        let fault = match (twice, sums) {
            _ if day != self.entry.issued_on => row.fault("issued_on", LineFault::Day(self.first)),
            _ if receipt.hospital_id != self.hospital => {
                row.fault("hospital", LineFault::TwoHospitals(self.first))
            }
            (Some(other), _) => row.fault("line", LineFault::Twice(other)),
            _ if tax.is_some() != self.entry.tax.is_some() => row.fault("tax", LineFault::Tax(self.first)),
            _ if self.entry.lines.len() >= rules::LINES => row.fault("number", LineFault::TooMany),
            (None, (Some(total), Ok(tax))) => {
                self.entry.total = total;
                self.entry.tax = tax;
                self.entry.lines.push(line);
                return;
            }
            _ => row.fault("amount", crate::files::Reason::Number(crate::types::NotANumber::TooLarge)),
        };
        faults.push(fault);
    }
}

/// The sum of two amounts that are both given or both not.
fn sum(one: Option<Money>, other: Option<Money>) -> std::result::Result<Option<Money>, ()> {
    match (one, other) {
        (Some(one), Some(other)) => one.plus(other).map(Some).ok_or(()),
        _ => Ok(None),
    }
}

/// A refusal as the reason of a line's fault.
#[derive(Debug, Clone)]
struct Said(std::sync::Arc<dyn Say>);

impl Say for Said {
    fn say(&self, t: &Text) -> String {
        self.0.say(t)
    }
}
