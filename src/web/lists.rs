//! What lists share: what an address asks for, and the table to download.

use std::str::FromStr;

use actix_web::HttpResponse;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::audit::{self, Deed};
use crate::error::{Error, Result};
use crate::files::write::FileKind;
use crate::types::{Ctx, parse_day};
use crate::web::{App, page};

pub use crate::files::write::{Line, Table};

/// Most lines of one export.
pub const EXPORT: usize = 200_000;
/// Lines of a page.
pub const PAGE: i64 = 100;

/// A value of an address, or none when it is empty; what cannot be one is not there.
pub fn given<T: FromStr>(text: &str) -> Result<Option<T>> {
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(|_| Error::NotFound) }
}

/// A day of an address, or none when there is none.
pub fn given_day(text: &str) -> Result<Option<NaiveDate>> {
    if text.is_empty() { Ok(None) } else { parse_day(text).map(Some).ok_or(Error::NotFound) }
}

/// Where a list goes on: a day and an id, as an address carries them.
pub fn place<T: FromStr>(text: &str) -> Result<Option<(NaiveDate, T)>> {
    if text.is_empty() {
        return Ok(None);
    }
    let (day, id) = text.split_once('~').ok_or(Error::NotFound)?;
    let day = parse_day(day).ok_or(Error::NotFound)?;
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

/// The rows of a list for its file: `page` reads those that come after a row, until there are no more or as many as the
/// file may hold.
pub fn read_all<R>(most: usize, mut page: impl FnMut(Option<&R>) -> Result<Vec<R>>) -> Result<Vec<R>> {
    let mut rows = Vec::new();
    while rows.len() < most {
        let found = page(rows.last())?;
        if found.is_empty() {
            break;
        }
        rows.extend(found);
    }
    Ok(rows)
}

/// The kind of file a query asks for.
#[derive(Deserialize)]
pub struct As {
    /// CSV unless said otherwise.
    #[serde(rename = "as", default = "csv")]
    pub kind: FileKind,
}

fn csv() -> FileKind {
    FileKind::Csv
}

/// The kind of file an address ends with.
pub fn kind(address: &str) -> Result<FileKind> {
    address.rsplit('.').next().unwrap_or_default().parse().map_err(|()| Error::NotFound)
}

impl<L: AsRef<[String]>> Table<'_, L> {
    /// As the kind of file the address ends with.
    pub fn download(&self, file: &str) -> Result<HttpResponse> {
        self.download_as(self.name, file)
    }

    /// The same under another name than that of the sheet.
    pub fn download_as(&self, name: &str, file: &str) -> Result<HttpResponse> {
        let kind = kind(file)?;
        Ok(page::table(name, kind, self.write(kind)?))
    }
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
