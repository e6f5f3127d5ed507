//! Pages of demand reporting: the hospital's report, its upload, the bureau's board, check and lines.

pub mod board;
pub mod lot;
pub mod report;
pub mod review;
pub mod upload;

use actix_web::HttpResponse;
use serde::Deserialize;

use crate::error::Result;
use crate::files::write::{Cell, Csv, Xlsx};
use crate::people::Role;
use crate::rounds::demand::rules::BOUNDS;
use crate::rounds::demand::{LineState, ReportState, Standing};
use crate::text::{Text, fill};
use crate::web::page;

/// The bureau's people, and hospitals for what is their own.
pub const READERS: &[Role] =
    &[Role::Hospital, Role::Officer, Role::Reviewer, Role::Settlement, Role::Auditor, Role::Admin];

/// The kind of file asked for.
#[derive(Deserialize)]
pub struct As {
    /// `csv` or `xlsx`.
    #[serde(default, rename = "as")]
    kind: String,
}

/// A table as a download: XLSX when asked for, else CSV.
pub(super) fn table<'a>(
    kind: &As,
    name: &str,
    headers: &[(&str, u16)],
    rows: impl Iterator<Item = Vec<Cell<'a>>>,
) -> Result<HttpResponse> {
    if kind.kind == "xlsx" {
        let mut book = Xlsx::new("1", headers)?;
        for row in rows {
            book.row(&row)?;
        }
        return Ok(page::xlsx(name, book.finish()?));
    }
    let mut csv = Csv::new(Vec::new())?;
    csv.row(headers.iter().map(|(header, _)| *header))?;
    for row in rows {
        csv.row(row.iter().map(|cell| match cell {
            Cell::Text(text) => (*text).to_owned(),
            Cell::Number(number) => number.to_string(),
        }))?;
    }
    Ok(page::csv(name, csv.finish()?))
}

/// A report's state in words, with the class it is shown in.
fn state(state: Option<ReportState>, t: &Text) -> (&'static str, &'static str) {
    let d = &t.demand;
    match state {
        None => (d.state_none, "bad"),
        Some(ReportState::Draft) => (d.state_draft, "wait"),
        Some(ReportState::Submitted) => (d.state_submitted, ""),
        Some(ReportState::Returned) => (d.state_returned, "bad"),
        Some(ReportState::Approved) => (d.state_approved, "good"),
    }
}

/// A line's state in words.
fn line_state(state: LineState, t: &Text) -> &'static str {
    match state {
        LineState::Reported => t.demand.line_reported,
        LineState::Returned => t.demand.line_returned,
        LineState::Approved => t.demand.line_approved,
    }
}

/// A standing in words, with the class it is shown in.
fn standing(standing: Standing, t: &Text) -> (String, &'static str) {
    let d = &t.demand;
    match standing {
        Standing::NoHistory => (d.standing_none.to_owned(), ""),
        Standing::Within => (d.standing_within.to_owned(), "good"),
        Standing::Below => (fill(d.standing_below, &[("bound", &BOUNDS.low_percent)]), "bad"),
        Standing::Above => (fill(d.standing_above, &[("bound", &BOUNDS.high_percent)]), "bad"),
    }
}

/// A brand's company and product, or that the quantity is by generic name.
fn brand((company, product): (&str, &str), t: &Text) -> String {
    match (company, product) {
        ("", _) => t.demand.by_generic.to_owned(),
        (company, "") => company.to_owned(),
        (company, product) => format!("{company} {product}"),
    }
}
