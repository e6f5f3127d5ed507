//! Somebody's own ledger of invoices from a table.

use std::collections::BTreeMap;
use std::io::Read;

use chrono::NaiveDate;

use crate::error::Result;
use crate::files::read::{Column, Unknown, open};
use crate::files::{Faults, Limits};
use crate::text::{Say, Text, fill};
use crate::types::Money;

/// The columns of the file; the delivery note helps to say why an invoice is not here.
pub const COLUMNS: &[Column] = &[
    Column::may("code", "发票代码"),
    Column::must("number", "发票号码"),
    Column::must("issued_on", "开票日期"),
    Column::must("amount", "金额").also(&["价税合计"]),
    Column::must("paid", "已付金额").also(&["已收金额"]),
    Column::may("delivery", "配送单号"),
];

/// How much of a file is read.
pub const LIMITS: Limits =
    Limits { bytes: 8 << 20, lines: 20_000, columns: 40, cell: 400, unpacked: 64 << 20 };

/// The same code and number as on an earlier line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twice(u64);

impl Say for Twice {
    fn say(&self, t: &Text) -> String {
        fill(t.statements.line_twice, &[("line", &self.0)])
    }
}

/// A line of a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its line in the file.
    pub line: u64,
    /// Code; empty when the ledger has none.
    pub code: String,
    /// Number.
    pub number: String,
    /// Its day.
    pub issued_on: NaiveDate,
    /// Its amount with tax; a credit note's may be below zero.
    pub amount: Money,
    /// Paid or received for it.
    pub paid: Money,
    /// Number of the delivery note; may be empty.
    pub delivery: String,
}

/// Reads a ledger. A blank for what is paid is nothing paid.
pub fn read(input: impl Read) -> Result<(Vec<Entry>, Faults)> {
    let rows = open(input, COLUMNS, Unknown::Ignore, LIMITS)?;
    let mut met: BTreeMap<(String, String), u64> = BTreeMap::new();
    rows.collect(|row, faults| {
        let number = row.filled("number", faults)?.to_owned();
        let code = row.get("code").to_owned();
        if let Some(line) = met.insert((code.clone(), number.clone()), row.line) {
            faults.push(row.fault("number", Twice(line)));
            return None;
        }
        let (day, amount) = (row.date("issued_on", faults), row.number("amount", faults));
        let paid = row.maybe("paid", faults, |row, key, faults| row.number(key, faults));
        Some(Entry {
            line: row.line,
            code,
            number,
            issued_on: day?,
            amount: amount?,
            paid: paid?.unwrap_or(Money::ZERO),
            delivery: row.get("delivery").to_owned(),
        })
    })
}
