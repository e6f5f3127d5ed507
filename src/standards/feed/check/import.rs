//! Claim lines as they arrive, under our own names or those of the national settlement system.

use super::Claim;
use crate::files::read::{Column, Row};
use crate::files::{Fault, Faults, Limits, Reason};
use crate::types::{NotANumber, Quantity, UnitPrice};

/// The fields of a claim line; others of the same file are passed over.
pub const COLUMNS: &[Column] = &[
    Column::must("code", "医保编码").also(&["med_list_codg", "hilist_code"]),
    Column::must("date", "日期").also(&["fee_ocur_time", "费用发生日期"]),
    Column::must("price", "单价").also(&["pric", "unit_price"]),
    Column::must("quantity", "数量").also(&["cnt"]),
    Column::may("units", "转换比").also(&["convrat"]),
    Column::may("reference", "流水号").also(&["feedetl_sn", "bkkp_sn"]),
];

/// How much is read.
pub const LIMITS: Limits =
    Limits { bytes: 1 << 30, lines: 20_000_000, columns: 200, cell: 2_000, unpacked: 256 << 20 };

/// Longest code and reference, in characters.
const WORDS: usize = 60;

/// What a line says, or the first thing that is wrong with it.
pub fn claim(row: &Row) -> Result<Claim<'_>, Box<Fault>> {
    let mut faults = Faults::default();
    read(row, &mut faults).ok_or_else(|| {
        let first = faults.first().first().cloned();
        Box::new(first.unwrap_or_else(|| row.fault("code", Reason::Missing)))
    })
}

fn read<'r>(row: &'r Row, faults: &mut Faults) -> Option<Claim<'r>> {
    row.filled("code", faults)?;
    let code = row.words("code", WORDS, faults)?;
    let reference = row.words("reference", WORDS, faults)?;
    let day = day(row, faults)?;
    let price = row.not_negative::<UnitPrice>("price", faults)?;
    let quantity = row.number::<Quantity>("quantity", faults)?;
    let units = match row.get("units") {
        "" => Quantity::from_scaled(1_000),
        _ => row.positive::<Quantity>("units", faults)?,
    };
    let claim = Claim { line: row.line, reference, code, day, price, quantity, units };
    if claim.fits() {
        return Some(claim);
    }
    faults.push(row.fault("quantity", Reason::Number(NotANumber::TooLarge)));
    None
}

/// The day; a time of day behind it, as the national field has, is passed over.
fn day(row: &Row, faults: &mut Faults) -> Option<chrono::NaiveDate> {
    let cell = row.get("date");
    match cell.split_once([' ', 'T']) {
        Some((day, _)) => day.parse().map_err(|_| faults.push(row.fault("date", Reason::Date))).ok(),
        None => row.date("date", faults),
    }
}
