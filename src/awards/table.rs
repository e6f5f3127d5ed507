//! CSV tables with known columns: headers in either language and any order, each fault with its line.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::str::FromStr;

use csv::{ReaderBuilder, StringRecord};

use super::decode::{Decoded, detect};
use crate::text::{Text, fill};
use crate::types::NotANumber;

/// A column by its English name and its Chinese header.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// The name in files and faults.
    pub name: &'static str,
    /// The header a Chinese file may use.
    pub chinese: &'static str,
    /// Whether a file without it is refused.
    pub needed: bool,
}

/// How many faults are told in full.
pub const FAULTS_TOLD: usize = 100;

/// The longest cell that is read, in characters.
const LONGEST_CELL: usize = 500;

/// The faults found so far; all are counted, the first are kept.
pub struct Faults {
    text: &'static Text,
    told: Vec<String>,
    count: u64,
}

impl Faults {
    /// None yet, to be told in one language.
    pub fn new(text: &'static Text) -> Self {
        Self { text, told: Vec::new(), count: 0 }
    }

    /// Adds one.
    pub fn add(&mut self, fault: String) {
        self.count += 1;
        if self.told.len() < FAULTS_TOLD {
            self.told.push(fault);
        }
    }

    /// The messages they are told in.
    pub fn text(&self) -> &'static Text {
        self.text
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The lines to print, the last saying how many are not told.
    pub fn lines(mut self) -> Vec<String> {
        if self.count > self.told.len() as u64 {
            let more = self.count - self.told.len() as u64;
            self.told.push(fill(self.text.awards.more_faults, &[("more", &more), ("count", &self.count)]));
        }
        self.told
    }
}

/// One line of a table being read.
pub struct Row<'r> {
    file: &'r str,
    columns: &'static [Column],
    places: &'r [Option<usize>],
    record: &'r StringRecord,
    faults: &'r mut Faults,
    /// Its line in the file, counted from 1.
    pub line: u64,
}

/// Which numbers a column takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Least {
    /// Above zero.
    Positive,
    /// Zero and above.
    Zero,
}

impl Row<'_> {
    /// A cell without the spaces around it; empty when the file lacks the column.
    pub fn cell(&self, column: usize) -> &str {
        self.places[column].and_then(|place| self.record.get(place)).unwrap_or_default().trim()
    }

    /// A cell that may be empty.
    pub fn optional(&mut self, column: usize) -> Option<&str> {
        let cell = self.cell(column);
        let fault = if cell.chars().any(char::is_control) {
            self.faults.text.awards.cell_control
        } else if cell.len() > LONGEST_CELL && cell.chars().count() > LONGEST_CELL {
            self.faults.text.awards.cell_long
        } else {
            return Some(self.cell(column));
        };
        self.fault(column, fault);
        None
    }

    /// A cell that must say something.
    pub fn text(&mut self, column: usize) -> Option<&str> {
        if self.cell(column).is_empty() {
            let fault = self.faults.text.awards.cell_empty;
            self.fault(column, fault);
            return None;
        }
        self.optional(column)
    }

    /// A number; `None` after a fault.
    pub fn number<T>(&mut self, column: usize, least: Least) -> Option<T>
    where
        T: FromStr<Err = NotANumber> + Default + PartialOrd,
    {
        let (messages, parsed) = (&self.faults.text.awards, self.cell(column).parse::<T>());
        let fault = match parsed {
            Ok(number) if number < T::default() => messages.number_negative.to_owned(),
            Ok(number) if least == Least::Positive && number == T::default() => {
                messages.number_zero.to_owned()
            }
            Ok(number) => return Some(number),
            Err(why) => not_a_number(self.faults.text, why),
        };
        self.fault(column, fault);
        None
    }

    /// A number or an empty cell; `None` after a fault.
    pub fn optional_number<T>(&mut self, column: usize, least: Least) -> Option<Option<T>>
    where
        T: FromStr<Err = NotANumber> + Default + PartialOrd,
    {
        if self.cell(column).is_empty() {
            return Some(None);
        }
        self.number(column, least).map(Some)
    }

    /// One of a closed set of words; `None` after a fault.
    pub fn word<T: Copy>(&mut self, column: usize, words: &[(&str, T)]) -> Option<T> {
        let cell = self.cell(column);
        if let Some((_, word)) = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(cell)) {
            return Some(*word);
        }
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).filter(|word| !word.is_empty()).collect();
        let fault = fill(self.faults.text.awards.word_unknown, &[("known", &known.join(", "))]);
        self.fault(column, fault);
        None
    }

    /// Adds a fault about one cell.
    pub fn fault(&mut self, column: usize, why: impl Display) {
        let (file, line, name) = (self.file, self.line, self.columns[column].name);
        let value = clipped(self.cell(column));
        self.faults.add(format!("{file}:{line}: {name}: \"{value}\": {why}"));
    }

    /// The messages faults are told in.
    pub fn messages(&self) -> &'static Text {
        self.faults.text
    }
}

/// Why a cell is not the number its column takes.
pub fn not_a_number(text: &'static Text, why: NotANumber) -> String {
    let messages = &text.awards;
    match why {
        NotANumber::Empty => messages.cell_empty.to_owned(),
        NotANumber::Malformed => messages.number_malformed.to_owned(),
        NotANumber::TooManyDecimals(places) => fill(messages.number_decimals, &[("places", &places)]),
        NotANumber::TooLarge => messages.number_large.to_owned(),
    }
}

/// Reads a CSV file; `each` is called with every line that has as many cells as the header.
pub fn read(path: &Path, columns: &'static [Column], faults: &mut Faults, each: impl FnMut(&mut Row)) {
    let file = path.display().to_string();
    let opened = File::open(path).and_then(detect).and_then(|found| Ok((found, File::open(path)?)));
    let text = faults.text;
    match opened {
        Ok((Ok(encoding), stream)) => {
            if let Err(e) = rows(&file, Decoded::new(stream, encoding), columns, faults, each) {
                faults.add(format!("{file}: {}", fill(text.awards.file_unreadable, &[("error", &e)])));
            }
        }
        Ok((Err(line), _)) => faults.add(format!("{file}:{line}: {}", text.awards.file_encoding)),
        Err(e) => faults.add(format!("{file}: {}", fill(text.awards.file_unreadable, &[("error", &e)]))),
    }
}

fn rows(
    file: &str,
    stream: impl Read,
    columns: &'static [Column],
    faults: &mut Faults,
    mut each: impl FnMut(&mut Row),
) -> io::Result<()> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(stream);
    let mut record = StringRecord::new();
    if !reader.read_record(&mut record)? {
        faults.add(format!("{file}:1: {}", faults.text.awards.file_empty));
        return Ok(());
    }
    let width = record.len();
    let Some(places) = header(file, &record, columns, faults) else { return Ok(()) };
    while reader.read_record(&mut record)? {
        // Every line ends in a line feed, so the reader now stands one line below the record's last, unless
        // an open quote swallowed the rest of the file.
        let inside = record.iter().map(|cell| cell.matches('\n').count() as u64).sum::<u64>();
        let open = record.iter().next_back().is_some_and(|cell| cell.ends_with('\n'));
        let line = reader.position().line().saturating_sub(inside + u64::from(!open));
        if record.len() != width {
            let values: [(&str, &dyn Display); 2] = [("found", &record.len()), ("wanted", &width)];
            faults.add(format!("{file}:{line}: {}", fill(faults.text.awards.line_cells, &values)));
            continue;
        }
        each(&mut Row { file, columns, places: &places, record: &record, faults, line });
    }
    Ok(())
}

/// Where each column is; `None` after a fault.
fn header(
    file: &str,
    record: &StringRecord,
    columns: &'static [Column],
    faults: &mut Faults,
) -> Option<Vec<Option<usize>>> {
    let before = faults.count;
    let messages = &faults.text.awards;
    let known = columns.iter().map(|c| c.name).collect::<Vec<_>>().join(", ");
    let mut places = vec![None; columns.len()];
    for (place, cell) in record.iter().enumerate() {
        let cell = cell.trim();
        let column = columns.iter().position(|c| c.name.eq_ignore_ascii_case(cell) || c.chinese == cell);
        let fault = match column {
            Some(column) if places[column].is_none() => {
                places[column] = Some(place);
                continue;
            }
            Some(_) => messages.column_twice.to_owned(),
            None => fill(messages.column_unknown, &[("known", &known)]),
        };
        faults.add(format!("{file}:1: \"{}\": {fault}", clipped(cell)));
    }
    for (column, place) in columns.iter().zip(&places) {
        if column.needed && place.is_none() {
            let fault = fill(messages.column_missing, &[("chinese", &column.chinese)]);
            faults.add(format!("{file}:1: {}: {fault}", column.name));
        }
    }
    (faults.count == before).then_some(places)
}

/// A value as it can stand in a one-line message.
fn clipped(value: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let mut text: String = value.chars().take(40).map(plain).collect();
    if value.chars().nth(40).is_some() {
        text.push('…');
    }
    text
}
