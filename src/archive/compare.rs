//! Comparing a result file of an archive with the same table computed again, cell by cell.

use super::report::{Check, Difference, What};
use super::unpack::Unpacked;
use crate::awards::output::{self, Table};
use crate::error::Result;
use crate::files::write::Csv;

/// Compares a file with the table it must be; `None`: the archive must not have it.
pub fn table(archive: &Unpacked, what: What, name: &str, computed: Option<Table>) -> Result<Check> {
    let mut check = Check::new(what);
    let (held, computed) = match (archive.has(name), computed) {
        (false, None) => return Ok(check),
        (true, None) => {
            check.push(Difference::of(name, "", name, ""));
            return Ok(check);
        }
        (false, Some(_)) => {
            check.push(Difference::of(name, "", "", name));
            return Ok(check);
        }
        (true, Some(table)) => (archive.read(name)?, output::write(table, Csv::new(Vec::new())?)?),
    };
    let wanted = Records::of(&computed);
    if held == computed {
        check.count = wanted.count().saturating_sub(1);
        return Ok(check);
    }
    differences(name, &held, &computed, &mut check);
    if check.is_ok() {
        // The cells are alike, the bytes are not: quoting or line ends.
        let sums = [&held, &computed].map(|bytes| crate::types::sha256(bytes));
        check.push(Difference::of(name, "sha256", &sums[0], &sums[1]));
    }
    Ok(check)
}

fn differences(name: &str, held: &[u8], computed: &[u8], check: &mut Check) {
    let (mut held, mut computed) = (Records::of(held), Records::of(computed));
    let mut header: Vec<String> = Vec::new();
    loop {
        let (is, want) = match (held.next(), computed.next()) {
            (None, None) => return,
            (is, want) => (is, want),
        };
        let line = is.as_ref().or(want.as_ref()).map_or(0, |record| record.0);
        let (is, want) = (is.map(|r| r.1).unwrap_or_default(), want.map(|r| r.1).unwrap_or_default());
        if header.is_empty() {
            header.clone_from(&want);
        }
        check.count += 1;
        let cell = |cells: &[String], at: usize| cells.get(at).cloned().unwrap_or_default();
        for at in 0..is.len().max(want.len()) {
            let (is, want) = (cell(&is, at), cell(&want, at));
            if is != want {
                let column = header.get(at).map_or("", String::as_str);
                check.push(Difference::of(name, column, is, want).at(line));
            }
        }
    }
}

/// The lines of a CSV file with their numbers; bytes that are no UTF-8 are shown as well as can be.
struct Records<'a>(csv::Reader<&'a [u8]>);

impl<'a> Records<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        Self(csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes))
    }
}

impl Iterator for Records<'_> {
    type Item = (u64, Vec<String>);

    fn next(&mut self) -> Option<Self::Item> {
        let mut record = csv::ByteRecord::new();
        // Reading bytes from memory has no fault but a missing end, which is the end.
        if !self.0.read_byte_record(&mut record).ok()? {
            return None;
        }
        let line = record.position().map_or(0, csv::Position::line);
        Some((line, record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect()))
    }
}
