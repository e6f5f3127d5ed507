//! Pages of payments: the clock, hospitals' payments, statements and reconciliation; and what they share.

pub mod ageing;
pub mod check;
pub mod ledger;
pub mod list;
pub mod new;
pub mod receipt;
pub mod receipts;
pub mod show;
pub mod statement;
pub mod upload;

use std::str::FromStr;

use actix_web::HttpResponse;
use chrono::NaiveDate;

use crate::audit::{self, Deed};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::files::write::{Cell, Csv, Xlsx};
use crate::people::{self, OrganisationKind, Who};
use crate::text::Text;
use crate::types::{Ctx, OrganisationId, parse_day, parse_decimal};
use crate::web::{App, page};

/// Whose rows somebody asks for: a hospital or supplier its own, with whomever it names; the bureau anybody's.
pub(in crate::web) fn parties(
    who: &Who,
    hospital: &str,
    supplier: &str,
) -> Result<(Option<OrganisationId>, Option<OrganisationId>)> {
    let own = who.organisation.id.clone();
    Ok(match who.organisation.kind {
        OrganisationKind::Hospital => (Some(own), given(supplier)?),
        OrganisationKind::Supplier => (given(hospital)?, Some(own)),
        OrganisationKind::Bureau => (given(hospital)?, given(supplier)?),
    })
}

/// Whether a row between these two is the reader's to see.
pub(in crate::web) fn may_see(who: &Who, hospital: &OrganisationId, supplier: &OrganisationId) -> bool {
    match who.organisation.kind {
        OrganisationKind::Hospital => who.organisation.id == *hospital,
        OrganisationKind::Supplier => who.organisation.id == *supplier,
        OrganisationKind::Bureau => true,
    }
}

/// A value of an address, or none when it is empty; what cannot be one is not there.
pub(in crate::web) fn given<T: FromStr>(text: &str) -> Result<Option<T>> {
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(|_| Error::NotFound) }
}

/// A day of an address, or none when there is none.
pub(in crate::web) fn given_day(text: &str) -> Result<Option<NaiveDate>> {
    if text.is_empty() { Ok(None) } else { parse_day(text).map(Some).ok_or(Error::NotFound) }
}

/// Where a list goes on: a day and an id, as an address carries them.
pub(in crate::web) fn place<T: FromStr>(text: &str) -> Result<Option<(NaiveDate, T)>> {
    if text.is_empty() {
        return Ok(None);
    }
    let (day, id) = text.split_once('~').ok_or(Error::NotFound)?;
    let day = parse_day(day).ok_or(Error::NotFound)?;
    Ok(Some((day, id.parse().map_err(|_| Error::NotFound)?)))
}

/// The choices of a filter: all, and each organisation of a kind; none for a reader of that kind.
pub(in crate::web) fn choices(
    conn: &mut Conn,
    who: &Who,
    kind: OrganisationKind,
    t: &Text,
) -> Result<Vec<(String, String)>> {
    if who.organisation.kind == kind {
        return Ok(Vec::new());
    }
    let list = people::store::organisations(conn, Some(kind), "", None, 2_000)?;
    let named = list.into_iter().map(|it| (it.id.to_string(), it.name));
    Ok(std::iter::once((String::new(), t.common.all.to_owned())).chain(named).collect())
}

/// A line of a file.
pub(in crate::web) type Line = Vec<String>;

/// A table to download: its name, its columns with their widths in a sheet, and which of them are numbers.
pub(in crate::web) struct Table<'a> {
    pub(in crate::web) name: &'a str,
    pub(in crate::web) headers: &'a [(&'a str, u16)],
    pub(in crate::web) numbers: &'a [usize],
    pub(in crate::web) lines: Vec<Line>,
}

impl Table<'_> {
    /// As CSV or XLSX, whichever the address asks for.
    pub(in crate::web) fn download(&self, file: &str) -> Result<HttpResponse> {
        let Some((_, ending)) = file.rsplit_once('.') else { return Err(Error::NotFound) };
        let name = format!("{}.{ending}", self.name);
        match ending {
            "csv" => {
                let mut out = Csv::new(Vec::new())?;
                out.row(self.headers.iter().map(|(header, _)| header))?;
                for line in &self.lines {
                    out.row(line)?;
                }
                Ok(page::download(&name, "text/csv; charset=utf-8", out.finish()?))
            }
            "xlsx" => {
                let mut out = Xlsx::new(self.name, self.headers)?;
                for line in &self.lines {
                    let cells: Vec<Cell> =
                        line.iter().enumerate().map(|(at, text)| self.cell(at, text)).collect();
                    out.row(&cells)?;
                }
                let media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
                Ok(page::download(&name, media, out.finish()?))
            }
            _ => Err(Error::NotFound),
        }
    }

    fn cell<'c>(&self, at: usize, text: &'c str) -> Cell<'c> {
        match parse_decimal(text) {
            Ok(number) if self.numbers.contains(&at) => Cell::Number(number),
            _ => Cell::Text(text),
        }
    }
}

/// Writes into the trail that a list was exported.
pub(in crate::web) async fn exported(
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

/// Most lines of one export.
pub(in crate::web) const EXPORT: usize = 200_000;
/// Lines of a page.
pub(in crate::web) const PAGE: i64 = 100;

/// A query for an address, of names and values.
pub(in crate::web) fn query(values: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = values
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", page::encode(value)))
        .collect();
    pairs.join("&")
}
