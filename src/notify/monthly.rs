//! What the monthly report of the indicators says: the figures that mail, plain text and the sheet beside them show.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Written;
use crate::error::Result;
use crate::files::write::{Cell, Xlsx};
use crate::text::{Text, fill};
use crate::types::parse_decimal;

/// The report of a month, already in its reader's language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Monthly {
    /// The month: `2026-10`.
    pub month: String,
    /// The page that shows the same figures.
    pub path: String,
    /// The year's page.
    pub year_path: String,
    /// When the figures were counted.
    pub counted: String,
    /// The figures of the month.
    pub rows: Vec<MonthlyRow>,
    /// The figures of the year so far.
    pub year_rows: Vec<MonthlyRow>,
}

/// One indicator, as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthlyRow {
    /// Its name.
    pub name: String,
    /// Its value, or the sign for none.
    pub value: String,
    /// What it is in.
    pub unit: String,
    /// The target of the year.
    pub target: String,
    /// Whether it is reached; empty when that cannot be said.
    pub reached: String,
    /// The value a year before.
    pub before: String,
    /// The change from it.
    pub change: String,
    /// Above the line.
    pub numerator: String,
    /// Below the line.
    pub denominator: String,
    /// Why there is no value, or what it lacks.
    pub note: String,
    /// Its page.
    pub path: String,
}

impl Monthly {
    /// The subject line.
    pub fn subject(&self, t: &Text) -> String {
        fill(t.indicators.mail_subject, &[("month", &self.month)])
    }

    /// What it is, in a sentence.
    pub fn sentence(&self, t: &Text) -> String {
        fill(t.indicators.mail_sentence, &[("month", &self.month), ("at", &self.counted)])
    }

    /// The letter as subject and paragraphs, for lists.
    pub(super) fn written(&self, t: &Text) -> Written {
        Written { subject: self.subject(t), paragraphs: vec![self.sentence(t)], path: self.path.clone() }
    }

    /// The name of the file beside the letter.
    pub fn file_name(&self) -> String {
        format!("indicators-{}.xlsx", self.month)
    }

    /// The columns of an indicator's row in a file, with their widths.
    pub fn headers(t: &Text) -> [(&'static str, u16); 10] {
        let m = &t.indicators;
        [
            (m.indicator, 34),
            (m.value, 16),
            (m.unit, 8),
            (m.target, 14),
            (m.reached_title, 10),
            (m.before, 16),
            (m.change, 12),
            (m.numerator, 20),
            (m.denominator, 20),
            (m.note, 50),
        ]
    }

    /// The file beside the letter: a sheet of the month and one of the year.
    pub fn sheet(&self, t: &Text) -> Result<Vec<u8>> {
        let headers = Self::headers(t);
        let year = self.month.split('-').next().unwrap_or_default();
        let mut out = Xlsx::new(&self.month, &headers)?;
        write(&mut out, &self.rows)?;
        out.sheet(year, &headers)?;
        write(&mut out, &self.year_rows)?;
        out.finish()
    }
}

fn number(text: &str) -> Option<Decimal> {
    parse_decimal(text.strip_prefix('+').unwrap_or(text)).ok()
}

/// A number as one, anything else as words.
fn or(text: &str) -> Cell<'_> {
    number(text).map_or(Cell::Text(text), Cell::Number)
}

fn write(out: &mut Xlsx, rows: &[MonthlyRow]) -> Result<()> {
    for row in rows {
        out.row(&[
            Cell::Text(&row.name),
            or(&row.value),
            Cell::Text(&row.unit),
            or(&row.target),
            Cell::Text(&row.reached),
            or(&row.before),
            or(&row.change),
            or(&row.numerator),
            or(&row.denominator),
            Cell::Text(&row.note),
        ])?;
    }
    Ok(())
}
