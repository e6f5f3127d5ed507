//! Tables written: CSV for machines and spreadsheets, XLSX for people.

use std::io::Write;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{Color, Format, FormatBorder, Workbook, XlsxError};

use crate::error::Result;
use crate::types::parse_decimal;

/// Whether a spreadsheet would run the cell as a formula or swallow its start. A plain negative number is not.
pub(super) fn is_risky(cell: &str) -> bool {
    match cell.chars().next() {
        Some('=' | '+' | '@' | '\t' | '\r') => true,
        Some('-') => parse_decimal(cell).is_err(),
        _ => false,
    }
}

/// A CSV file being written: UTF-8 with BOM, cells made safe for spreadsheets with a leading apostrophe.
pub struct Csv<W: Write> {
    out: csv::Writer<W>,
}

impl<W: Write> Csv<W> {
    /// Starts the file.
    pub fn new(mut out: W) -> Result<Self> {
        out.write_all("\u{feff}".as_bytes())?;
        Ok(Self::bare(out))
    }

    /// Starts without the byte-order mark, for standard output and pipes.
    pub fn bare(out: W) -> Self {
        // Lines of a report can differ in length (`code,bad,reason`).
        Self { out: csv::WriterBuilder::new().flexible(true).from_writer(out) }
    }

    /// Writes one line.
    pub fn row<I, T>(&mut self, cells: I) -> Result<()>
    where
        I: IntoIterator<Item = T>,
        T: AsRef<str>,
    {
        for cell in cells {
            let cell = cell.as_ref();
            if is_risky(cell) {
                self.out.write_field(format!("'{cell}"))?;
            } else {
                self.out.write_field(cell)?;
            }
        }
        self.out.write_record(None::<&[u8]>)?;
        Ok(())
    }

    /// Ends the file.
    pub fn finish(mut self) -> Result<W> {
        self.out.flush()?;
        self.out.into_inner().map_err(|e| e.into_error().into())
    }
}

/// A cell of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Words and codes; never read as a number or a formula.
    Text(&'a str),
    /// A number, kept as one when a spreadsheet holds it exactly (15 digits), else as text.
    Number(Decimal),
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Cell::Text(text)
    }
}

impl From<Decimal> for Cell<'_> {
    fn from(number: Decimal) -> Self {
        Cell::Number(number)
    }
}

/// An XLSX file being written: sheet by sheet, each with its header styled and frozen, row by row with constant
/// memory.
pub struct Xlsx {
    book: Workbook,
    sheet: usize,
    row: u32,
}

impl Xlsx {
    /// Starts a sheet with its headers and their widths in characters.
    pub fn new(sheet: &str, headers: &[(&str, u16)]) -> Result<Self> {
        let mut file = Self { book: Workbook::new(), sheet: 0, row: 0 };
        file.begin(sheet, headers)?;
        Ok(file)
    }

    /// Starts another sheet; the one before is done.
    pub fn sheet(&mut self, sheet: &str, headers: &[(&str, u16)]) -> Result<()> {
        self.sheet += 1;
        self.row = 0;
        self.begin(sheet, headers)
    }

    fn begin(&mut self, sheet: &str, headers: &[(&str, u16)]) -> Result<()> {
        let style = Format::new().set_bold().set_background_color(Color::RGB(0xE8EEF4));
        let style = style.set_border_bottom(FormatBorder::Thin);
        let page = self.book.add_worksheet_with_constant_memory()?;
        page.set_name(sheet)?;
        page.set_freeze_panes(1, 0)?;
        for (at, (_, width)) in headers.iter().enumerate() {
            page.set_column_width(column(at)?, *width)?;
        }
        for (at, (header, _)) in headers.iter().enumerate() {
            page.write_string_with_format(0, column(at)?, *header, &style)?;
        }
        Ok(())
    }

    /// Writes one row.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        self.row = self.row.saturating_add(1);
        let page = self.book.worksheet_from_index(self.sheet)?;
        for (at, cell) in cells.iter().enumerate() {
            let at = column(at)?;
            match cell {
                Cell::Text("") => {}
                Cell::Text(text) => {
                    page.write_string(self.row, at, *text)?;
                }
                Cell::Number(number) => match exact(*number) {
                    Some(value) => {
                        page.write_number(self.row, at, value)?;
                    }
                    None => {
                        page.write_string(self.row, at, number.to_string())?;
                    }
                },
            }
        }
        Ok(())
    }

    /// Ends the file and gives its bytes.
    pub fn finish(mut self) -> Result<Vec<u8>> {
        Ok(self.book.save_to_buffer()?)
    }
}

crate::words! {
    /// How a table is written.
    FileKind {
        /// Comma-separated text.
        Csv = "csv",
        /// A workbook.
        Xlsx = "xlsx",
    }
}

impl FileKind {
    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            FileKind::Csv => "text/csv; charset=utf-8",
            FileKind::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// A line of a table.
pub type Line = Vec<String>;

/// A table that can be written as either kind of file.
pub struct Table<'a, L> {
    /// The name of its sheet.
    pub name: &'a str,
    /// The columns with their widths in a sheet.
    pub headers: &'a [(&'a str, u16)],
    /// Which of them a sheet takes as numbers.
    pub numbers: &'a [usize],
    /// The lines, a text a column.
    pub lines: Vec<L>,
}

impl<L: AsRef<[String]>> Table<'_, L> {
    /// The bytes of the file.
    pub fn write(&self, kind: FileKind) -> Result<Vec<u8>> {
        match kind {
            FileKind::Csv => {
                let mut out = Csv::new(Vec::new())?;
                out.row(self.headers.iter().map(|(header, _)| header))?;
                for line in &self.lines {
                    out.row(line.as_ref())?;
                }
                out.finish()
            }
            FileKind::Xlsx => {
                let mut out = Xlsx::new(self.name, self.headers)?;
                for line in &self.lines {
                    out.row(&cells(line.as_ref(), self.numbers))?;
                }
                out.finish()
            }
        }
    }
}

/// The cells of a sheet's row: the columns named are numbers where the text is one, everything else is text.
pub fn cells<'a>(line: &'a [String], numbers: &[usize]) -> Vec<Cell<'a>> {
    let cell = |(at, text): (usize, &'a String)| match parse_decimal(text) {
        Ok(number) if numbers.contains(&at) => Cell::Number(number),
        _ => Cell::Text(text),
    };
    line.iter().enumerate().map(cell).collect()
}

fn column(at: usize) -> std::result::Result<u16, XlsxError> {
    u16::try_from(at).map_err(|_| XlsxError::RowColumnLimitError)
}

/// The float a spreadsheet would hold for the number, if that is all of it: 15 digits are.
/// The file format knows no other numbers; nothing is computed with it.
#[allow(clippy::disallowed_types)]
fn exact(number: Decimal) -> Option<f64> {
    let number = number.normalize();
    (number.mantissa().unsigned_abs() < 1_000_000_000_000_000).then(|| number.to_f64()).flatten()
}
