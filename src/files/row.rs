//! One line of a table: its cells by column, as words, numbers and days or as faults.

use std::str::FromStr;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};

use super::read::{Header, plain};
use super::{Fault, Faults, Raw, Reason};
use crate::text::Say;
use crate::types::{NotANumber, parse_day};

/// One line of a table: its number and its cells by column.
#[derive(Debug, Clone)]
pub struct Row {
    /// The line of a CSV file or the row of a sheet, counted from 1.
    pub line: u64,
    pub(super) header: Arc<Header>,
    pub(super) raw: Raw,
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

    /// Whether the line has the column at all; a blank cell is one.
    pub fn has(&self, key: &str) -> bool {
        self.header.place(key).is_some()
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
        let cell = self.get(key);
        let other = || NaiveDate::parse_from_str(&cell.replace('/', "-"), "%Y-%m-%d").ok();
        let day = parse_day(cell).or_else(|| other().filter(|day| (0..=9_999).contains(&day.year())));
        if day.is_none() {
            faults.push(self.fault(key, Reason::Date));
        }
        day
    }
}
