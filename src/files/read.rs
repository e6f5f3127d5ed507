//! Tables read line by line: the header mapped to the columns wanted, each line's cells by column.

use std::io::Read;
use std::str::FromStr;
use std::sync::Arc;

use chrono::NaiveDate;

use super::csv::Records;
use super::decode::Text;
use super::{Fault, Faults, Limits, Raw, Reason, Refused, xlsx};
use crate::error::{Error, Result};
use crate::text::Say;
use crate::types::NotANumber;

/// A column of a file: its name in code and in English, its Chinese header, other headers meaning the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The English name, by which the code asks for the cell.
    pub key: &'static str,
    /// The Chinese header.
    pub zh: &'static str,
    /// Other headers accepted, in either language.
    pub also: &'static [&'static str],
    /// Whether the file must have it.
    pub required: bool,
}

impl Column {
    /// A column the file must have.
    pub const fn must(key: &'static str, zh: &'static str) -> Self {
        Self { key, zh, also: &[], required: true }
    }

    /// A column the file may have.
    pub const fn may(key: &'static str, zh: &'static str) -> Self {
        Self { key, zh, also: &[], required: false }
    }

    /// The same column under more headers.
    pub const fn also(self, also: &'static [&'static str]) -> Self {
        Self { also, ..self }
    }

    fn is_called(&self, header: &str) -> bool {
        let names = [self.key, self.zh];
        names.iter().chain(self.also).any(|name| plain(name) == header)
    }

    fn names(&self) -> String {
        format!("{} {}", self.key, self.zh)
    }
}

/// What to do with columns that are not in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// Refuse the file by their names.
    Refuse,
    /// Skip them, for files of other systems.
    Ignore,
}

/// A header as it is compared: without spaces around it, whatever its case.
fn plain(header: &str) -> String {
    header.trim_matches(super::is_space).to_lowercase()
}

#[derive(Debug)]
struct Header {
    columns: &'static [Column],
    /// For each column its place in the file.
    places: Vec<Option<usize>>,
    names: Vec<String>,
}

impl Header {
    fn of(raw: &Raw, columns: &'static [Column], unknown: Unknown) -> Result<Self> {
        if let Some((_, Reason::Formula(address))) = raw.bad.first() {
            return Err(Error::refused(Refused::HeaderFormula(address.clone())));
        }
        let names: Vec<String> = (0..raw.len()).map(|at| raw.cell(at).to_owned()).collect();
        let mut places = vec![None; columns.len()];
        let (mut strange, mut twice) = (Vec::new(), Vec::new());
        for (at, name) in names.iter().enumerate() {
            let header = plain(name);
            match columns.iter().position(|column| column.is_called(&header)) {
                None if header.is_empty() || unknown == Unknown::Ignore => {}
                None => strange.push(name.clone()),
                Some(column) => match places.get_mut(column) {
                    Some(place @ None) => *place = Some(at),
                    _ => twice.push(name.clone()),
                },
            }
        }
        if places.iter().all(Option::is_none) {
            let wanted = columns.iter().map(Column::names).collect();
            return Err(Error::refused(Refused::HeaderNone { line: raw.line, wanted }));
        }
        let absent = columns.iter().zip(&places).filter(|(column, place)| column.required && place.is_none());
        let missing: Vec<String> = absent.map(|(column, _)| column.names()).collect();
        if !missing.is_empty() || !strange.is_empty() || !twice.is_empty() {
            return Err(Error::refused(Refused::Header { missing, unknown: strange, twice }));
        }
        Ok(Self { columns, places, names })
    }

    fn place(&self, key: &str) -> Option<usize> {
        let column = self.columns.iter().position(|column| column.key == key)?;
        self.places.get(column).copied().flatten()
    }

    fn name(&self, key: &str) -> String {
        self.place(key).and_then(|at| self.names.get(at)).cloned().unwrap_or_else(|| key.to_owned())
    }
}

/// One line of a table: its number and its cells by column.
#[derive(Debug, Clone)]
pub struct Row {
    /// The line of a CSV file or the row of a sheet, counted from 1.
    pub line: u64,
    header: Arc<Header>,
    raw: Raw,
}

impl Row {
    /// The cell without spaces around it; empty when blank or when the file lacks the column.
    pub fn get(&self, key: &str) -> &str {
        let cell = self.header.place(key).map_or("", |at| self.raw.cell(at));
        // The writer puts an apostrophe before cells a spreadsheet would run; what it wrote reads back the same.
        match cell.strip_prefix('\'') {
            Some(rest) if super::write::is_risky(rest) => rest,
            _ => cell,
        }
    }

    /// All cells in the order of the file, one for each header, also those of unknown columns.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.header.names.len()).map(|at| self.raw.cell(at))
    }

    /// A fault of this line's cell.
    pub fn fault(&self, key: &str, reason: impl Say + 'static) -> Fault {
        Fault::new(self.line, self.header.name(key), self.get(key), reason)
    }

    /// The cell, or a fault when it is blank.
    pub fn filled(&self, key: &str, faults: &mut Faults) -> Option<&str> {
        let cell = self.get(key);
        if cell.is_empty() {
            faults.push(self.fault(key, Reason::Missing));
            return None;
        }
        Some(cell)
    }

    /// The cell as words on one line of at most `most` characters, which may be none, or a fault.
    pub fn words(&self, key: &str, most: usize, faults: &mut Faults) -> Option<&str> {
        let cell = self.get(key);
        let reason = if cell.chars().any(char::is_control) {
            Reason::Control
        } else if cell.len() > most && cell.chars().count() > most {
            Reason::TooLong(most)
        } else {
            return Some(cell);
        };
        faults.push(self.fault(key, reason));
        None
    }

    /// What `read` makes of the cell, or nothing when it is blank; the outer `None` is a fault.
    pub fn maybe<'r, T>(
        &'r self,
        key: &str,
        faults: &mut Faults,
        read: impl FnOnce(&'r Self, &str, &mut Faults) -> Option<T>,
    ) -> Option<Option<T>> {
        if self.get(key).is_empty() {
            return Some(None);
        }
        read(self, key, faults).map(Some)
    }

    /// The cell as an exact number above zero, or a fault.
    pub fn positive<T>(&self, key: &str, faults: &mut Faults) -> Option<T>
    where
        T: FromStr<Err = NotANumber> + Default + PartialOrd,
    {
        let number: T = self.not_negative(key, faults)?;
        if number == T::default() {
            faults.push(self.fault(key, Reason::NotPositive));
            return None;
        }
        Some(number)
    }

    /// The cell as an exact number of zero or above, or a fault.
    pub fn not_negative<T>(&self, key: &str, faults: &mut Faults) -> Option<T>
    where
        T: FromStr<Err = NotANumber> + Default + PartialOrd,
    {
        let number: T = self.number(key, faults)?;
        if number < T::default() {
            faults.push(self.fault(key, Reason::Negative));
            return None;
        }
        Some(number)
    }

    /// The cell as an exact number (a money, price or quantity type), or a fault.
    pub fn number<T: FromStr<Err = NotANumber>>(&self, key: &str, faults: &mut Faults) -> Option<T> {
        let value = self.get(key).parse();
        value.map_err(|why| faults.push(self.fault(key, Reason::Number(why)))).ok()
    }

    /// The cell as one of a closed set of words, given as (what the file may say, what it means), or a fault.
    pub fn word<T: Copy>(&self, key: &str, words: &[(&str, T)], faults: &mut Faults) -> Option<T> {
        let cell = plain(self.get(key));
        let found = words.iter().find(|(word, _)| plain(word) == cell);
        if found.is_none() {
            let words =
                words.iter().map(|(word, _)| (*word).to_owned()).filter(|word| !word.is_empty()).collect();
            faults.push(self.fault(key, Reason::OneOf(words)));
        }
        found.map(|(_, meaning)| *meaning)
    }

    /// The cell as a day (`2026-11-23` or `2026/11/23`), or a fault.
    pub fn date(&self, key: &str, faults: &mut Faults) -> Option<NaiveDate> {
        let cell = self.get(key).replace('/', "-");
        let day = NaiveDate::parse_from_str(&cell, "%Y-%m-%d").ok();
        if day.is_none() {
            faults.push(self.fault(key, Reason::Date));
        }
        day
    }
}

enum Source<R> {
    Csv(Box<Records<R>>),
    Xlsx(std::vec::IntoIter<Raw>),
}

/// The lines of a table being read.
pub struct Rows<R> {
    source: Source<R>,
    header: Arc<Header>,
    limits: Limits,
    count: u64,
}

/// Opens a table: finds out whether it is CSV or XLSX and which encoding, and maps its header to the columns.
/// A CSV file is read as a stream; an XLSX file is held, within the limits.
pub fn open<R: Read>(
    mut input: R,
    columns: &'static [Column],
    unknown: Unknown,
    limits: Limits,
) -> Result<Rows<R>> {
    let mut head = Vec::new();
    input.by_ref().take(8).read_to_end(&mut head)?;
    if head.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return Err(Error::refused(Refused::OldExcel));
    }
    let (mut source, is_csv) = if head.starts_with(b"PK\x03\x04") {
        let room = limits.bytes.saturating_sub(head.len() as u64);
        input.by_ref().take(room.saturating_add(1)).read_to_end(&mut head)?;
        if head.len() as u64 > limits.bytes {
            return Err(Error::refused(Refused::TooLarge(limits.bytes)));
        }
        (Source::Xlsx(xlsx::rows(head, &limits)?.into_iter()), false)
    } else {
        (Source::Csv(Box::new(Records::new(Text::new(input, head, &limits), limits))), true)
    };
    let first = match &mut source {
        Source::Csv(records) if is_csv => records.header()?,
        Source::Csv(records) => records.next()?,
        Source::Xlsx(rows) => rows.find(|row| !row.is_blank()),
    };
    let first = first.ok_or_else(|| Error::refused(Refused::Empty))?;
    let header = Arc::new(Header::of(&first, columns, unknown)?);
    Ok(Rows { source, header, limits, count: 0 })
}

impl<R: Read> Rows<R> {
    /// The headers as they stand in the file.
    pub fn names(&self) -> &[String] {
        &self.header.names
    }

    /// Lines of data given out or found faulty so far.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The next line whose cells can be read; what is wrong with lines before it goes to `faults`.
    /// An error means that the file as a whole cannot be read on.
    pub fn next(&mut self, faults: &mut Faults) -> Result<Option<Row>> {
        loop {
            let raw = match &mut self.source {
                Source::Csv(records) => records.next()?,
                Source::Xlsx(rows) => rows.find(|row| !row.is_blank()),
            };
            let Some(raw) = raw else { return Ok(None) };
            self.count += 1;
            if self.count > self.limits.lines {
                return Err(Error::refused(Refused::TooManyLines(self.limits.lines)));
            }
            if self.is_sound(&raw, faults) {
                return Ok(Some(Row { line: raw.line, header: self.header.clone(), raw }));
            }
        }
    }

    fn is_sound(&self, raw: &Raw, faults: &mut Faults) -> bool {
        let wanted = self.header.names.len();
        let mut sound = true;
        for (at, reason) in &raw.bad {
            // A formula or an overlong cell in a column nobody reads does no harm.
            if self.header.places.contains(&Some(*at)) {
                let name = self.header.names.get(*at).cloned().unwrap_or_default();
                faults.push(Fault::new(raw.line, name, raw.cell(*at), reason.clone()));
                sound = false;
            }
        }
        let found = raw.len();
        let extra = (wanted..found).any(|at| !raw.cell(at).is_empty());
        let short = matches!(self.source, Source::Csv(_)) && found < wanted;
        if extra || short {
            faults.push(Fault::new(raw.line, "", raw.cell(0), Reason::Count { found, wanted }));
            sound = false;
        }
        sound
    }

    /// Reads the whole table: each line goes through `take`, which gives a value or leaves a fault.
    pub fn collect<T>(
        mut self,
        mut take: impl FnMut(&Row, &mut Faults) -> Option<T>,
    ) -> Result<(Vec<T>, Faults)> {
        let mut faults = Faults::default();
        let mut values = Vec::new();
        while let Some(row) = self.next(&mut faults)? {
            values.extend(take(&row, &mut faults));
        }
        Ok((values, faults))
    }
}
