//! The result files of an award, written whole or not at all.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use csv::Writer;

use super::{Allocation, Award, Outcome, RegionChoice};

/// A table ready to be written.
pub struct Table<'a> {
    /// The file name.
    pub name: &'static str,
    /// The header.
    pub header: &'static [&'static str],
    /// The lines.
    pub lines: Box<dyn Iterator<Item = Vec<String>> + 'a>,
}

/// `awards.csv`.
pub fn awards(outcome: &Outcome) -> Table<'_> {
    let header = &[
        "lot",
        "company",
        "product",
        "unit_price",
        "comparable_price",
        "rank",
        "status",
        "award_price",
        "share",
        "term_years",
        "reason",
    ];
    let line = |award: &Award| {
        vec![
            award.lot.to_string(),
            award.company.to_string(),
            award.product.clone(),
            award.unit_price.to_string(),
            award.comparable_price.to_string(),
            or_empty(award.rank),
            award.status.to_string(),
            or_empty(award.award_price),
            or_empty(award.share.map(|share| share.normalize())),
            or_empty(award.term_years),
            award.reason.to_string(),
        ]
    };
    Table { name: "awards.csv", header, lines: Box::new(outcome.awards.iter().map(line)) }
}

/// `allocations.csv`.
pub fn allocations(outcome: &Outcome) -> Table<'_> {
    let line = |allocation: &Allocation| {
        let Allocation { lot, region, hospital, company, quantity } = allocation;
        [lot, region, hospital, company]
            .map(|name| name.to_string())
            .into_iter()
            .chain([quantity.to_string()])
            .collect()
    };
    let header = &["lot", "region", "hospital", "company", "agreed_quantity"];
    Table { name: "allocations.csv", header, lines: Box::new(outcome.allocations.iter().map(line)) }
}

/// `regions.csv`.
pub fn regions(outcome: &Outcome) -> Table<'_> {
    let line = |choice: &RegionChoice| {
        let spare = choice.spare.as_deref().unwrap_or_default();
        [&choice.lot, &choice.region, &choice.main, spare].map(str::to_owned).to_vec()
    };
    let header = &["lot", "region", "main", "spare"];
    Table { name: "regions.csv", header, lines: Box::new(outcome.regions.iter().map(line)) }
}

fn or_empty(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// A cell that no spreadsheet takes for a formula.
pub fn safe(cell: &str) -> Cow<'_, str> {
    match cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => Cow::Owned(format!("'{cell}")),
        false => Cow::Borrowed(cell),
    }
}

/// Writes a table as CSV.
pub fn write(table: Table, to: impl Write) -> io::Result<()> {
    let mut writer = Writer::from_writer(to);
    writer.write_record(table.header)?;
    for line in table.lines {
        let cells: Vec<Cow<str>> = line.iter().map(|cell| safe(cell)).collect();
        writer.write_record(cells.iter().map(|cell| cell.as_bytes()))?;
    }
    writer.flush()
}

/// Writes the tables into a folder: all under other names first, then renamed, so that a crash leaves no
/// half of a file. A table of an earlier run that is not written now is removed, lest it be taken for ours.
pub fn write_all(folder: &Path, tables: Vec<Table>, possible: &[&str]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let names: Vec<&str> = tables.iter().map(|table| table.name).collect();
    let parts: Vec<(PathBuf, PathBuf)> =
        names.iter().map(|name| (part(folder, name), folder.join(name))).collect();
    let written = tables.into_iter().zip(&parts).try_for_each(|(table, (part, _))| {
        let mut file = BufWriter::new(File::create(part)?);
        file.write_all("\u{feff}".as_bytes())?;
        write(table, &mut file)?;
        file.into_inner().map_err(|e| e.into_error())?.sync_all()
    });
    let done = written.and_then(|()| parts.iter().try_for_each(|(part, name)| fs::rename(part, name)));
    if done.is_err() {
        // Nothing to do about a part that cannot be removed either: the first error is told.
        parts.iter().for_each(|(part, _)| fs::remove_file(part).unwrap_or_default());
        return done;
    }
    let stale = possible.iter().filter(|name| !names.contains(name));
    for name in stale {
        match fs::remove_file(folder.join(name)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
    }
    Ok(())
}

fn part(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!(".{name}.{}.part", std::process::id()))
}
