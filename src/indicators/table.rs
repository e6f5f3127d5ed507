//! The indicators of the city and its counties as a file for machines, with everything they are made of.

use std::io::Write;

use crate::db::Conn;
use crate::error::Result;
use crate::files::write::Csv;
use crate::indicators::{Period, Scope, board, shown, store};
use crate::text::Text;

/// The columns of the file.
pub const COLUMNS: &[&str] = &[
    "indicator",
    "name",
    "period",
    "part",
    "key",
    "value",
    "unit",
    "numerator",
    "denominator",
    "missing",
    "target",
    "before",
    "change",
    "note",
];

/// The rows of a period: the city's, then each county's that has hospitals. A value that is not there is blank.
pub fn rows(conn: &mut Conn, period: Period, t: &Text) -> Result<Vec<Vec<String>>> {
    let mut counties: Vec<String> =
        store::hospitals(conn)?.into_iter().map(|(.., region)| region).filter(|it| !it.is_empty()).collect();
    counties.sort();
    counties.dedup();
    let mut rows = Vec::new();
    for scope in std::iter::once(Scope::City).chain(counties.into_iter().map(Scope::County)) {
        let (part, key) = scope.place();
        for row in board(conn, &scope, period)?.rows {
            if !scope.has(row.indicator) {
                continue;
            }
            let it = shown::cells(&row, t);
            let missing = row.sum.map(|sum| sum.missing.to_string()).unwrap_or_default();
            let cells = [row.indicator.to_string(), it.name.to_owned(), period.name(), part.to_string()]
                .into_iter()
                .chain([key.to_owned(), it.value, it.unit.to_owned(), it.numerator, it.denominator, missing])
                .chain([it.target, it.before, it.change.trim_start_matches('+').to_owned(), it.note]);
            rows.push(cells.map(|cell| if cell == shown::NONE { String::new() } else { cell }).collect());
        }
    }
    Ok(rows)
}

/// Writes the rows as CSV.
pub fn write<W: Write>(out: W, rows: &[Vec<String>]) -> Result<W> {
    let mut out = Csv::new(out)?;
    out.row(COLUMNS)?;
    for row in rows {
        out.row(row)?;
    }
    out.finish()
}
