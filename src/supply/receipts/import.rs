//! Lines that a hospital's own system takes in: each names a delivery note and one line of it.

use std::io::Read;

use serde_json::Value;

use super::rules::REASON;
use crate::error::{Error, Result};
use crate::files::json::Form;
use crate::files::read::{Column, Row, Unknown, open};
use crate::files::{Faults, Limits};
use crate::supply::deliveries::rules::codes;
use crate::types::Quantity;

/// The columns of a file, and the fields of an object.
pub const COLUMNS: &[Column] = &[
    Column::must("delivery", "配送单号").also(&["shpp_ord_no"]),
    Column::must("line", "行号"),
    Column::must("accepted", "验收数量").also(&["cnt"]),
    Column::may("refused", "拒收数量"),
    Column::may("reason", "拒收原因"),
    Column::may("codes", "追溯码").also(&["drug_trac_codg"]),
];

/// How much is read.
pub const LIMITS: Limits =
    Limits { bytes: 8 << 20, lines: 5_000, columns: 60, cell: 8_000, unpacked: 64 << 20 };

/// Longest number of a note, in characters.
const NUMBER: usize = 100;

/// What is said of one line of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The note's number.
    pub delivery: String,
    /// The line's place on it.
    pub position: i32,
    /// Accepted.
    pub accepted: Quantity,
    /// Refused.
    pub refused: Quantity,
    /// Why it was refused.
    pub reason: String,
    /// The trace codes of what is refused.
    pub codes: Vec<String>,
}

/// Reads a file; the faults of its lines beside the sound ones.
pub fn read(input: impl Read) -> Result<(Vec<Taken>, Faults)> {
    open(input, COLUMNS, Unknown::Refuse, LIMITS)?.collect(taken)
}

/// Reads objects with the same fields, each a line counted from 1.
pub fn read_objects(list: Vec<Value>) -> Result<(Vec<Taken>, Faults)> {
    if list.len() as u64 > LIMITS.lines {
        return Err(Error::refused(crate::files::Refused::TooManyLines(LIMITS.lines)));
    }
    let (mut form, mut found, mut faults) =
        (Form::new(COLUMNS, Unknown::Refuse, LIMITS), Vec::new(), Faults::default());
    for (line, object) in (1..).zip(list) {
        match form.line(line, object) {
            Ok(row) => found.extend(taken(&row, &mut faults)),
            Err(fault) => faults.push(fault),
        }
    }
    Ok((found, faults))
}

fn taken(row: &Row, faults: &mut Faults) -> Option<Taken> {
    row.filled("delivery", faults)?;
    let delivery = row.words("delivery", NUMBER, faults)?.to_owned();
    let position: Quantity = row.positive("line", faults)?;
    let whole =
        position.scaled().checked_div(1_000).filter(|n| n.checked_mul(1_000) == Some(position.scaled()));
    let Some(position) = whole.and_then(|n| i32::try_from(n).ok()) else {
        let malformed = crate::files::Reason::Number(crate::types::NotANumber::Malformed);
        faults.push(row.fault("line", malformed));
        return None;
    };
    let accepted = row.not_negative("accepted", faults)?;
    let refused = row.maybe("refused", faults, |row, key, faults| row.not_negative(key, faults))?;
    let reason = row.words("reason", REASON, faults)?.trim().to_owned();
    let refused = refused.unwrap_or(Quantity::ZERO);
    Some(Taken { delivery, position, accepted, refused, reason, codes: codes(row.get("codes")) })
}
