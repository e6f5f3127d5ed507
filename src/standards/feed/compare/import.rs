//! What a consumer holds, line by line, under the names of the feed.

use super::rules::Held;
use crate::files::read::{Column, Row};
use crate::files::{Fault, Faults, Limits, Reason};
use crate::types::UnitPrice;

/// The fields of a line, those of the feed; a line names its row by the number or by product, company, spec and first
/// day.
pub const COLUMNS: &[Column] = &[
    Column::may("seq", "序号"),
    Column::may("product", "产品").also(&["med_list_codg", "hilist_code"]),
    Column::may("company", "企业"),
    Column::may("spec", "规格"),
    Column::may("pack", "包装"),
    Column::may("standard", "支付标准"),
    Column::may("price", "产品单价"),
    Column::may("starts", "起始日期").also(&["from"]),
    Column::may("ends", "截止日期").also(&["to"]),
    Column::may("basis", "依据"),
];

/// How much is read.
pub const LIMITS: Limits =
    Limits { bytes: 1 << 30, lines: 5_000_000, columns: 200, cell: 4_000, unpacked: 256 << 20 };

/// Longest text, in characters.
const WORDS: usize = 500;

/// What a line says, or the first thing that is wrong with it.
pub fn held(row: &Row) -> Result<Held, Box<Fault>> {
    let mut faults = Faults::default();
    read(row, &mut faults).ok_or_else(|| {
        let first = faults.first().first().cloned();
        Box::new(first.unwrap_or_else(|| row.fault("seq", Reason::Missing)))
    })
}

fn read(row: &Row, faults: &mut Faults) -> Option<Held> {
    let text = |key: &str, faults: &mut Faults| -> Option<Option<String>> {
        match row.has(key) {
            false => Some(None),
            true => row.words(key, WORDS, faults).map(|text| Some(text.to_owned())),
        }
    };
    let seq = row.maybe("seq", faults, |row, key, faults| {
        let number = row.get(key).parse::<i64>().ok().filter(|seq| *seq > 0);
        if number.is_none() {
            faults.push(row.fault(key, Reason::Number(crate::types::NotANumber::Malformed)));
        }
        number
    })?;
    let held = Held {
        line: row.line,
        seq,
        product: text("product", faults)?,
        company: text("company", faults)?,
        spec: text("spec", faults)?,
        pack: text("pack", faults)?,
        basis: text("basis", faults)?,
        standard: row.maybe("standard", faults, |row, key, faults| row.number::<UnitPrice>(key, faults))?,
        price: row.maybe("price", faults, |row, key, faults| row.number::<UnitPrice>(key, faults))?,
        starts: row.maybe("starts", faults, |row, key, faults| row.date(key, faults))?,
        ends: match row.has("ends") {
            false => None,
            true => Some(row.maybe("ends", faults, |row, key, faults| row.date(key, faults))?),
        },
    };
    if held.seq.is_none() && (held.product.is_none() || held.company.is_none() || held.starts.is_none()) {
        faults.push(row.fault("seq", Reason::Missing));
        return None;
    }
    Some(held)
}
