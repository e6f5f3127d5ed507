//! What lists share: what an address asks for, and the table to download.

use std::str::FromStr;

use actix_web::HttpResponse;
use chrono::NaiveDate;

use crate::audit::{self, Deed};
use crate::error::{Error, Result};
use crate::files::write::{Cell, Csv, Xlsx};
use crate::types::{Ctx, parse_decimal};
use crate::web::{App, page};

/// Most lines of one export.
pub const EXPORT: usize = 200_000;
/// Lines of a page.
pub const PAGE: i64 = 100;

/// A value of an address, or none when it is empty; what cannot be one is not there.
pub fn given<T: FromStr>(text: &str) -> Result<Option<T>> {
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(|_| Error::NotFound) }
}

/// Where a list goes on: a day and an id, as an address carries them.
pub fn place<T: FromStr>(text: &str) -> Result<Option<(NaiveDate, T)>> {
    if text.is_empty() {
        return Ok(None);
    }
    let (day, id) = text.split_once('~').ok_or(Error::NotFound)?;
    let day = day.parse().map_err(|_| Error::NotFound)?;
    Ok(Some((day, id.parse().map_err(|_| Error::NotFound)?)))
}

/// A query for an address, of names and values; empty values are left out.
pub fn query(values: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = values
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", page::encode(value)))
        .collect();
    pairs.join("&")
}

/// A line of a file.
pub type Line = Vec<String>;

/// A table to download.
pub struct Table<'a, L> {
    /// The name of the sheet, and of the file unless it has its own.
    pub name: &'a str,
    /// The columns with their widths in a sheet.
    pub headers: &'a [(&'a str, u16)],
    /// Which of them a sheet takes as numbers.
    pub numbers: &'a [usize],
    /// The lines, a text a column.
    pub lines: Vec<L>,
}

impl<L: AsRef<[String]>> Table<'_, L> {
    /// As CSV or XLSX, whichever the address ends with.
    pub fn download(&self, file: &str) -> Result<HttpResponse> {
        self.download_as(self.name, file)
    }

    /// The same in a file of another name.
    pub fn download_as(&self, name: &str, file: &str) -> Result<HttpResponse> {
        match file.rsplit('.').next() {
            Some("csv") => Ok(page::csv(name, self.csv()?)),
            Some("xlsx") => Ok(page::xlsx(name, self.xlsx()?)),
            _ => Err(Error::NotFound),
        }
    }

    fn csv(&self) -> Result<Vec<u8>> {
        let mut out = Csv::new(Vec::new())?;
        out.row(self.headers.iter().map(|(header, _)| header))?;
        for line in &self.lines {
            out.row(line.as_ref())?;
        }
        out.finish()
    }

    fn xlsx(&self) -> Result<Vec<u8>> {
        let mut out = Xlsx::new(self.name, self.headers)?;
        for line in &self.lines {
            out.row(&cells(line.as_ref(), self.numbers))?;
        }
        out.finish()
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

/// Writes into the trail that a list was exported.
pub async fn exported(
    app: &App,
    ctx: Ctx,
    (action, subject): (&'static str, &'static str),
    lines: usize,
    filter: String,
) -> Result<()> {
    app.write(move |tx| {
        let what = serde_json::json!({ "lines": lines, "filter": filter });
        audit::record(tx, &ctx, Deed { action, subject, id: "" }, &(), &what)
    })
    .await
}
