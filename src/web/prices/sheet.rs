//! A table as a page shows it and as a file holds it: one and the same rows.

use actix_web::HttpResponse;

use crate::error::{Error, Result};
use crate::web::lists::{Line, Table};

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its header.
    pub name: String,
    /// Its width in a sheet.
    pub width: u16,
    /// It holds numbers.
    pub is_number: bool,
}

/// A column of words.
pub fn words(name: impl Into<String>, width: u16) -> Column {
    Column { name: name.into(), width, is_number: false }
}

/// A column of numbers.
pub fn numbers(name: impl Into<String>, width: u16) -> Column {
    Column { name: name.into(), width, is_number: true }
}

/// A cell: its text, and where it leads if anywhere.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    /// What it says.
    pub text: String,
    /// An address, or empty.
    pub link: String,
}

impl<T: std::fmt::Display> From<T> for Cell {
    fn from(text: T) -> Self {
        Self { text: text.to_string(), link: String::new() }
    }
}

/// A cell that leads somewhere.
pub fn link(text: impl std::fmt::Display, path: impl Into<String>) -> Cell {
    Cell { text: text.to_string(), link: path.into() }
}

/// A row.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// The series of a chart it belongs to, or empty.
    pub of: String,
    /// It belongs to a series that is not drawn.
    pub is_off: bool,
    /// Its cells, one a column.
    pub cells: Vec<Cell>,
}

impl From<Vec<Cell>> for Row {
    fn from(cells: Vec<Cell>) -> Self {
        Self { cells, ..Self::default() }
    }
}

/// Columns up to this width do not wrap.
const SHORT: u16 = 14;

/// A table.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// Its name in addresses of files.
    pub key: &'static str,
    /// Its title.
    pub title: String,
    /// What its figures mean.
    pub hint: String,
    /// What to say when it has no rows.
    pub empty: &'static str,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows; the page shows the first few.
    pub rows: Vec<Row>,
    /// How many of them the page shows.
    pub most: usize,
    /// Where all its rows are, with what the link says; empty if nowhere.
    pub more: (String, &'static str),
}

impl Sheet {
    /// What the page shows.
    pub fn shown(&self) -> &[Row] {
        self.rows.get(..self.most).unwrap_or(&self.rows)
    }

    /// Whether the file holds more than the page.
    pub fn is_cut(&self) -> bool {
        self.rows.len() > self.most
    }

    /// Whether a column holds numbers.
    pub fn is_number(&self, at: impl std::borrow::Borrow<usize>) -> bool {
        self.columns.get(*at.borrow()).is_some_and(|column| column.is_number)
    }

    /// How a column is set: numbers to the right, what is short on one line.
    pub fn class(&self, at: impl std::borrow::Borrow<usize>) -> &'static str {
        match self.columns.get(*at.borrow()) {
            Some(column) if column.is_number => "n",
            Some(column) if column.width <= SHORT => "k",
            _ => "",
        }
    }

    /// The table as a file.
    pub fn download(&self, file: &str) -> Result<HttpResponse> {
        let headers: Vec<(&str, u16)> = self.columns.iter().map(|it| (it.name.as_str(), it.width)).collect();
        let numbers: Vec<usize> = (0..self.columns.len()).filter(|at| self.is_number(at)).collect();
        let lines =
            self.rows.iter().map(|row| row.cells.iter().map(|cell| cell.text.clone()).collect::<Line>());
        Table { name: &self.title, headers: &headers, numbers: &numbers, lines: lines.collect() }
            .download(file)
    }
}

/// The sheet of a list that a file's name asks for: `months.csv` is the sheet `months`.
pub fn named(sheets: Vec<Sheet>, file: &str) -> Result<Sheet> {
    let key = file.rsplit_once('.').map_or("", |(key, _)| key);
    sheets.into_iter().find(|it| it.key == key).ok_or(Error::NotFound)
}
