//! XLSX rows through calamine's cells reader. `worksheet_range` is never called: a file of 5 KB can make it
//! ask for 550 GB, and a formula without a cached value would read as 0.

use std::io::{Cursor, Read};

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx};
use rust_decimal::Decimal;

use super::{Address, Limits, Raw, Reason, Refused};
use crate::error::{Error, Result};

/// Bytes that the parts other than worksheets (shared strings, styles) may unpack to: calamine holds those in
/// memory whole, several times their size.
const HELD: u64 = 96 << 20;
/// Parts of the archive.
const PARTS: usize = 2_000;

/// The rows of the first visible worksheet.
pub(super) fn rows(bytes: Vec<u8>, limits: &Limits) -> Result<Vec<Raw>> {
    weigh(&bytes, limits)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| Error::refused(Refused::Damaged))?;
    let first = book
        .sheets_metadata()
        .iter()
        .find(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone());
    let name = first.ok_or_else(|| Error::refused(Refused::NoSheet))?;
    let mut cells = book.worksheet_cells_reader(&name).map_err(|_| Error::refused(Refused::Damaged))?;

    let mut sheet = Sheet { limits, rows: Vec::new(), copied: 0 };
    let mut last = None;
    while let Some(cell) =
        cells.next_cell_with_formula_metadata().map_err(|_| Error::refused(Refused::Damaged))?
    {
        // A row or cell that comes back out of order would silently overwrite another.
        if last.is_some_and(|last| cell.pos <= last) {
            return Err(Error::refused(Refused::Damaged));
        }
        last = Some(cell.pos);
        sheet.take(cell.pos, &cell.value, cell.formula.is_some())?;
    }
    Ok(sheet.rows)
}

/// Unpacks every part into nothing, counting: the sizes an archive declares can lie.
fn weigh(bytes: &[u8], limits: &Limits) -> Result<()> {
    let damaged = || Error::refused(Refused::Damaged);
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    if archive.len() > PARTS {
        return Err(Error::refused(Refused::Bomb(limits.unpacked)));
    }
    let (mut held, mut sheets) = (0, 0);
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|_| damaged())?;
        let is_sheet = part.name().map_err(|_| damaged())?.to_ascii_lowercase().contains("worksheets/");
        let (sum, limit) =
            if is_sheet { (&mut sheets, limits.unpacked) } else { (&mut held, HELD.min(limits.unpacked)) };
        let room = limit.saturating_sub(*sum);
        let size = std::io::copy(&mut part.take(room + 1), &mut std::io::sink()).map_err(|_| damaged())?;
        if size > room {
            return Err(Error::refused(Refused::Bomb(limit)));
        }
        *sum += size;
    }
    Ok(())
}

struct Sheet<'a> {
    limits: &'a Limits,
    rows: Vec<Raw>,
    copied: u64,
}

impl Sheet<'_> {
    fn take(&mut self, pos: (u32, u32), value: &DataRef<'_>, formula: bool) -> Result<()> {
        let (row, column) = pos;
        let text = match value {
            _ if formula => Err(Reason::Formula(Address(row, column).to_string())),
            value => text_of(value, &Address(row, column)),
        };
        if matches!(&text, Ok(text) if text.is_empty()) {
            return Ok(());
        }
        let line = u64::from(row) + 1;
        if column as usize >= self.limits.columns {
            return Err(Error::refused(Refused::TooManyColumns { line, limit: self.limits.columns }));
        }
        if self.rows.last().is_none_or(|last| last.line != line) {
            // One more than the lines of data, for the header.
            if self.rows.len() as u64 > self.limits.lines {
                return Err(Error::refused(Refused::TooManyLines(self.limits.lines)));
            }
            self.rows.push(Raw { line, ..Raw::default() });
        }
        // Many cells can share one long string: what counts is what gets copied out of it.
        self.copied += text.as_ref().map_or(1, |text| text.len().min(self.limits.cell) as u64);
        if self.copied > self.limits.unpacked {
            return Err(Error::refused(Refused::Bomb(self.limits.unpacked)));
        }
        if let Some(raw) = self.rows.last_mut() {
            put(raw, column as usize, text, self.limits.cell);
        }
        Ok(())
    }
}

fn put(raw: &mut Raw, column: usize, text: std::result::Result<String, Reason>, limit: usize) {
    while raw.ends.len() < column {
        raw.ends.push(raw.text.len());
    }
    match text {
        Ok(text) if text.len() > limit => {
            raw.bad.push((column, Reason::TooLong(limit)));
            raw.text.extend(text.chars().take(100));
        }
        Ok(text) => raw.text.push_str(&text),
        Err(reason) => raw.bad.push((column, reason)),
    }
    raw.ends.push(raw.text.len());
}

fn text_of(value: &DataRef<'_>, address: &Address) -> std::result::Result<String, Reason> {
    match value {
        DataRef::Empty => Ok(String::new()),
        DataRef::String(text) | DataRef::DateTimeIso(text) => Ok(text.replace('\0', "")),
        DataRef::SharedString(text) => Ok(text.replace('\0', "")),
        DataRef::Int(number) => Ok(number.to_string()),
        DataRef::Bool(yes) => Ok(if *yes { "TRUE" } else { "FALSE" }.to_owned()),
        DataRef::Float(number) => shortest(*number).ok_or_else(|| Reason::Inexact(address.to_string())),
        DataRef::DateTime(moment) if moment.is_duration() => Err(Reason::Span(address.to_string())),
        DataRef::DateTime(moment) => Ok(date(moment.to_ymd_hms_milli())),
        DataRef::DurationIso(_) => Err(Reason::Span(address.to_string())),
        DataRef::Error(_) => Err(Reason::CellError(address.to_string())),
    }
}

fn date((year, month, day, hour, minute, second, _): (u16, u8, u8, u8, u8, u8, u16)) -> String {
    let day = format!("{year:04}-{month:02}-{day:02}");
    if (hour, minute, second) == (0, 0, 0) {
        return day;
    }
    format!("{day} {hour:02}:{minute:02}:{second:02}")
}

/// The number a person sees in the cell. A spreadsheet keeps binary floats and shows 15 digits of them, so the
/// shortest decimal that means this float is the one typed in; a sum of such numbers can carry noise beyond the
/// 15th digit, which the spreadsheet never shows. Whole numbers longer than that have lost digits: `None`.
/// This is the one place where a float is touched, and it leaves as text.
#[allow(clippy::disallowed_types)]
fn shortest(number: f64) -> Option<String> {
    if !number.is_finite() || number.abs() >= 1e15 {
        return None;
    }
    let text = number.to_string();
    let digits = text.trim_start_matches(['-', '0', '.']).bytes().filter(u8::is_ascii_digit).count();
    if digits <= 15 {
        return Some(text);
    }
    Decimal::from_scientific(&format!("{number:.14e}")).ok().map(|d| d.normalize().to_string())
}
