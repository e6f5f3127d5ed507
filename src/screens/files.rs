//! Findings as files, and the files of an award that screens read.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

use super::Finding;
use crate::awards::Status;
use crate::error::Result;
use crate::files::read::{Column, Unknown, open};
use crate::files::{Faults, Limits};
use crate::text::Text;

/// The columns of a file of findings with their widths in a sheet.
pub const COLUMNS: [(&str, u16); 9] = [
    ("screen", 22),
    ("lot", 8),
    ("companies", 40),
    ("figure", 12),
    ("threshold", 12),
    ("n", 6),
    ("arithmetic", 60),
    ("says", 60),
    ("finding", 34),
];

/// A finding as a line of that file, with the companies as they are called here.
pub fn line(finding: &Finding, companies: &[&str], t: &Text) -> [String; COLUMNS.len()] {
    [
        finding.screen.to_string(),
        finding.lot.as_deref().unwrap_or_default().to_owned(),
        companies.join("; "),
        finding.shown(),
        finding.held(),
        finding.n.to_string(),
        finding.arithmetic.clone(),
        finding.says(companies, t),
        finding.id(),
    ]
}

/// What became of each bid, by lot, company and product.
pub type Statuses = HashMap<(String, String, String), Status>;

/// The columns of `awards.csv` that are read; the others are passed over.
const AWARDS: &[Column] = &[
    Column::must("lot", "lot"),
    Column::must("company", "company"),
    Column::must("product", "product"),
    Column::must("status", "status"),
];

/// Reads the statuses in an `awards.csv`.
pub fn read_awards(path: &Path) -> Result<(Statuses, Faults)> {
    let words: Vec<_> = Status::ALL.iter().map(|status| (status.as_str(), *status)).collect();
    let rows = open(File::open(path)?, AWARDS, Unknown::Ignore, Limits::default())?;
    let (list, faults) = rows.collect(|row, faults| {
        let lot = row.filled("lot", faults)?.to_owned();
        let company = row.filled("company", faults)?.to_owned();
        let product = row.filled("product", faults)?.to_owned();
        Some(((lot, company, product), row.word("status", &words, faults)?))
    })?;
    Ok((list.into_iter().collect(), faults))
}
