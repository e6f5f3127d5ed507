//! Files: the one way the platform reads tables (CSV and XLSX, UTF-8 and GB18030) and writes them.

mod csv;
mod decode;
pub mod json;
pub mod read;
mod row;
#[cfg(test)]
mod tests;
pub mod write;
mod xlsx;

use std::fmt;
use std::io::Write;
use std::sync::Arc;

use crate::error::Result;
use crate::text::{Say, Text, fill};
use crate::types::NotANumber;

/// How much of a file is read before it is refused: there is a limit on everything.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: u64,
    /// Lines of data, the header not counted.
    pub lines: u64,
    /// Columns of a line.
    pub columns: usize,
    /// Bytes of one cell as UTF-8.
    pub cell: usize,
    /// Bytes an XLSX may unpack to.
    pub unpacked: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 512 << 20, lines: 3_000_000, columns: 200, cell: 8_000, unpacked: 512 << 20 }
    }
}

impl Limits {
    /// The usual limits with this many lines of data.
    pub fn lines(lines: u64) -> Self {
        Self { lines, ..Self::default() }
    }
}

/// Why a file as a whole is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Nothing in it.
    Empty,
    /// More bytes than allowed.
    TooLarge(u64),
    /// More lines than allowed.
    TooManyLines(u64),
    /// A line with more columns than allowed.
    TooManyColumns {
        /// The line.
        line: u64,
        /// How many are allowed.
        limit: usize,
    },
    /// Neither UTF-8 nor GB18030.
    Encoding {
        /// The line, counted from 1.
        line: u64,
        /// The byte, counted from 0.
        offset: u64,
    },
    /// UTF-16, known by its mark.
    Utf16,
    /// A NUL byte on this line.
    Nul(u64),
    /// A quotation mark opened on this line is never closed.
    QuoteOpen(u64),
    /// Text after a closing quotation mark on this line.
    QuoteStray(u64),
    /// An .xls or an encrypted workbook.
    OldExcel,
    /// Not a readable XLSX.
    Damaged,
    /// An XLSX that unpacks to more than allowed.
    Bomb(u64),
    /// No visible worksheet.
    NoSheet,
    /// A formula in the header, at this address.
    HeaderFormula(String),
    /// The first line names no known column.
    HeaderNone {
        /// The line taken for the header.
        line: u64,
        /// The columns expected, both names of each.
        wanted: Vec<String>,
    },
    /// Columns missing, unknown or given twice.
    Header {
        /// Required columns that are not there, both names of each.
        missing: Vec<String>,
        /// Names that mean nothing here.
        unknown: Vec<String>,
        /// Columns given more than once.
        twice: Vec<String>,
    },
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let f = &t.files;
        match self {
            Refused::Empty => f.empty.to_owned(),
            Refused::TooLarge(limit) => fill(f.too_large, &[("limit", limit)]),
            Refused::TooManyLines(limit) => fill(f.too_many_lines, &[("limit", limit)]),
            Refused::TooManyColumns { line, limit } => {
                fill(f.too_many_columns, &[("line", line), ("limit", limit)])
            }
            Refused::Encoding { line, offset } => fill(f.encoding, &[("line", line), ("offset", offset)]),
            Refused::Utf16 => f.utf16.to_owned(),
            Refused::Nul(line) => fill(f.nul, &[("line", line)]),
            Refused::QuoteOpen(line) => fill(f.quote_open, &[("line", line)]),
            Refused::QuoteStray(line) => fill(f.quote_stray, &[("line", line)]),
            Refused::OldExcel => f.old_excel.to_owned(),
            Refused::Damaged => f.damaged.to_owned(),
            Refused::Bomb(limit) => fill(f.bomb, &[("limit", limit)]),
            Refused::NoSheet => f.no_sheet.to_owned(),
            Refused::HeaderFormula(address) => fill(f.header_formula, &[("address", address)]),
            Refused::HeaderNone { line, wanted } => {
                fill(f.header_none, &[("line", line), ("wanted", &wanted.join(f.list_join))])
            }
            Refused::Header { missing, unknown, twice } => {
                let parts =
                    [(f.header_missing, missing), (f.header_unknown, unknown), (f.header_twice, twice)];
                let said = parts.iter().filter(|(_, names)| !names.is_empty());
                said.map(|(text, names)| fill(text, &[("names", &names.join(f.list_join))]))
                    .collect::<Vec<_>>()
                    .join(" ")
            }
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some("file")
    }
}

/// What is wrong with one cell or line, apart from what a domain has to say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Blank where a value is needed.
    Missing,
    /// Not the exact number wanted.
    Number(NotANumber),
    /// Zero or below.
    NotPositive,
    /// Below zero.
    Negative,
    /// Longer than allowed.
    TooLong(usize),
    /// A line break or another control character.
    Control,
    /// A formula, at this address.
    Formula(String),
    /// An error value such as #N/A, at this address.
    CellError(String),
    /// A number whose digits the spreadsheet has already lost, at this address.
    Inexact(String),
    /// A span of time, at this address.
    Span(String),
    /// More or fewer cells than the header.
    Count {
        /// Cells of the line.
        found: usize,
        /// Cells of the header.
        wanted: usize,
    },
    /// Not one of the words allowed.
    OneOf(Vec<String>),
    /// Not a date.
    Date,
    /// A line that is no JSON object.
    NoObject,
    /// A JSON number with more digits than a reader of JSON keeps.
    LongNumber,
    /// A JSON value that is no text and no number.
    NoValue,
    /// A name that means nothing here; these do.
    Unknown(Vec<String>),
}

impl Say for Reason {
    fn say(&self, t: &Text) -> String {
        let f = &t.files;
        match self {
            Reason::Missing | Reason::Number(NotANumber::Empty) => f.cell_missing.to_owned(),
            Reason::Number(NotANumber::Malformed) => f.cell_malformed.to_owned(),
            Reason::Number(NotANumber::TooManyDecimals(places)) => {
                fill(f.cell_decimals, &[("places", places)])
            }
            Reason::Number(NotANumber::TooLarge) => f.cell_too_large.to_owned(),
            Reason::NotPositive => f.cell_not_positive.to_owned(),
            Reason::Negative => f.cell_negative.to_owned(),
            Reason::Control => f.cell_control.to_owned(),
            Reason::TooLong(limit) => fill(f.cell_too_long, &[("limit", limit)]),
            Reason::Formula(address) => fill(f.cell_formula, &[("address", address)]),
            Reason::CellError(address) => fill(f.cell_error, &[("address", address)]),
            Reason::Inexact(address) => fill(f.cell_inexact, &[("address", address)]),
            Reason::Span(address) => fill(f.cell_span, &[("address", address)]),
            Reason::Count { found, wanted } => fill(f.cell_count, &[("found", found), ("wanted", wanted)]),
            Reason::OneOf(words) => fill(f.cell_one_of, &[("words", &words.join(f.list_join))]),
            Reason::Date => f.cell_date.to_owned(),
            Reason::NoObject => f.line_no_object.to_owned(),
            Reason::LongNumber => f.cell_long_number.to_owned(),
            Reason::NoValue => f.cell_no_value.to_owned(),
            Reason::Unknown(names) => fill(f.cell_unknown, &[("names", &names.join(f.list_join))]),
        }
    }
}

/// One wrong cell: where it is, what it says and why that will not do.
#[derive(Debug, Clone)]
pub struct Fault {
    /// The line of a CSV file or the row of a sheet, counted from 1.
    pub line: u64,
    /// The column by its name in the file; empty when the line as a whole is wrong.
    pub column: String,
    /// The value as found, on one line and cut to 100 characters.
    pub value: String,
    /// Why it is wrong, sayable in either language.
    pub reason: Arc<dyn Say>,
}

impl Fault {
    /// A fault of one cell. Any refusal can be the reason.
    pub fn new(line: u64, column: impl Into<String>, value: &str, reason: impl Say + 'static) -> Self {
        let plain = |c: char| if c.is_control() { ' ' } else { c };
        Self {
            line,
            column: column.into(),
            value: value.chars().take(100).map(plain).collect(),
            reason: Arc::new(reason),
        }
    }

    /// The fault as compilers tell theirs, for the command line: `bids.csv:7: unit_price: "0": why`.
    pub fn at(&self, file: &str, t: &Text) -> String {
        let (line, column, reason) = (self.line, &self.column, self.reason.say(t));
        match column.is_empty() {
            true => format!("{file}:{line}: {reason}"),
            false => format!("{file}:{line}: {column}: \"{}\": {reason}", self.value),
        }
    }
}

impl Say for Fault {
    fn say(&self, t: &Text) -> String {
        if self.column.is_empty() {
            let values: [(&str, &dyn fmt::Display); 2] =
                [("line", &self.line), ("reason", &self.reason.say(t))];
            return fill(t.files.fault_whole_line, &values);
        }
        fill(
            t.files.fault_line,
            &[
                ("line", &self.line),
                ("column", &self.column),
                ("value", &self.value),
                ("reason", &self.reason.say(t)),
            ],
        )
    }
}

/// The faults of a file: the first thousand kept, all counted.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    first: Vec<Fault>,
    count: u64,
}

impl Faults {
    /// How many faults are kept with their words.
    pub const KEPT: usize = 1_000;

    /// Records a fault.
    pub fn push(&mut self, fault: Fault) {
        self.count = self.count.saturating_add(1);
        if self.first.len() < Self::KEPT {
            self.first.push(fault);
        }
    }

    /// No fault so far.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// All faults, also those not kept.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The faults kept, in the order found.
    pub fn first(&self) -> &[Fault] {
        &self.first
    }

    /// One sentence a fault, and one more when some were not kept.
    pub fn sentences(&self, t: &Text) -> Vec<String> {
        let mut lines: Vec<String> = self.first.iter().map(|fault| fault.say(t)).collect();
        let more = self.count.saturating_sub(self.first.len() as u64);
        if more > 0 {
            lines.push(fill(t.files.more_faults, &[("count", &more)]));
        }
        lines
    }

    /// Writes `line,column,value,reason`.
    pub fn write_csv<W: Write>(&self, out: W, t: &Text) -> Result<W> {
        let mut table = write::Csv::new(out)?;
        table.row(["line", "column", "value", "reason"])?;
        for fault in &self.first {
            let line = fault.line.to_string();
            table.row([line.as_str(), &fault.column, &fault.value, &fault.reason.say(t)])?;
        }
        table.finish()
    }
}

/// The line or row as it stands in the file, before its header is known.
#[derive(Debug, Clone, Default)]
struct Raw {
    line: u64,
    text: String,
    ends: Vec<usize>,
    bad: Vec<(usize, Reason)>,
}

impl Raw {
    fn len(&self) -> usize {
        self.ends.len()
    }

    fn cell(&self, at: usize) -> &str {
        let from = if at == 0 { 0 } else { self.ends.get(at - 1).copied().unwrap_or(self.text.len()) };
        let to = self.ends.get(at).copied().unwrap_or(from);
        self.text.get(from..to).unwrap_or_default().trim_matches(is_space)
    }

    fn is_blank(&self) -> bool {
        self.bad.is_empty() && self.text.chars().all(is_space)
    }
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}'
}

/// The address of a cell as a spreadsheet shows it (`B7`), from its row and column counted from 0.
struct Address(u32, u32);

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut letters = Vec::new();
        let mut rest = self.1.saturating_add(1);
        while rest > 0 {
            rest -= 1;
            letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
            rest /= 26;
        }
        letters.iter().rev().try_for_each(|letter| write!(f, "{letter}"))?;
        write!(f, "{}", u64::from(self.0) + 1)
    }
}
