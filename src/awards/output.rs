//! The result files of an award, written whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Allocation, Answers, Award, Outcome, RegionChoice, RegionVolume};
use crate::error::Result;
use crate::files::write::Csv;

/// A table ready to be written.
pub struct Table<'a> {
    /// The file name.
    pub name: &'static str,
    /// The header.
    pub header: &'static [&'static str],
    /// The lines.
    pub lines: Box<dyn Iterator<Item = Vec<String>> + 'a>,
}

/// `awards.csv`, with the class where the rules sort into classes.
pub fn awards(outcome: &Outcome) -> Table<'_> {
    let named: &[&str] = &[
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
        "class",
    ];
    let has_classes = outcome.awards.iter().any(|award| award.class.is_some());
    let header = &named[..named.len() - usize::from(!has_classes)];
    let line = move |award: &Award| {
        let mut line = vec![
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
        ];
        if has_classes {
            line.push(or_empty(award.class));
        }
        line
    };
    Table { name: "awards.csv", header, lines: Box::new(outcome.awards.iter().map(line)) }
}

/// `allocations.csv`.
pub fn allocations(outcome: &Outcome) -> Table<'_> {
    let line = |allocation: &Allocation| {
        let Allocation { lot, region, hospital, company, product, quantity, own: _ } = allocation;
        [lot, region, hospital, company]
            .map(|name| name.to_string())
            .into_iter()
            .chain([quantity.to_string()])
            .chain(product.iter().map(|product| product.to_string()))
            .collect()
    };
    // All lines of an award name a product, or none does.
    let named: &[&str] = &["lot", "region", "hospital", "company", "agreed_quantity", "product"];
    let has_products = outcome.allocations.iter().any(|allocation| allocation.product.is_some());
    let header = &named[..named.len() - usize::from(!has_products)];
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

/// `questions.csv`: who may be asked what, apart from those who have refused. With its prices kept it answers yes
/// to all of it, with a price made empty no.
pub fn questions<'a>(outcome: &'a Outcome, answers: &'a Answers) -> Table<'a> {
    let line = |award: &Award| {
        let asked = award.entitled.as_ref()?;
        let answer = answers.consent(&award.lot, &award.company, asked.question);
        let is_refused = answer.is_some_and(|answer| answer.price.is_none());
        (!is_refused).then(|| {
            vec![
                award.lot.to_string(),
                award.company.to_string(),
                asked.question.to_string(),
                asked.price.to_string(),
                award.reason.to_string(),
            ]
        })
    };
    let header = &["lot", "company", "question", "price", "reason"];
    Table { name: "questions.csv", header, lines: Box::new(outcome.awards.iter().filter_map(line)) }
}

/// `region_volumes.csv`.
pub fn region_volumes(outcome: &Outcome) -> Table<'_> {
    let line = |volume: &RegionVolume| {
        let RegionVolume { lot, region, base, agreed, unallocated } = volume;
        let quantities = [base, agreed, unallocated].map(ToString::to_string);
        [lot, region].map(|name| name.to_string()).into_iter().chain(quantities).collect()
    };
    let header = &["lot", "region", "base_volume", "agreed_volume", "unallocated"];
    Table { name: "region_volumes.csv", header, lines: Box::new(outcome.volumes.iter().map(line)) }
}

/// A value as written in files, nothing when there is none.
pub(super) fn or_empty(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// Writes a table and gives back what it was written to.
pub fn write<W: Write>(table: Table, mut to: Csv<W>) -> Result<W> {
    to.row(table.header)?;
    for line in table.lines {
        to.row(line)?;
    }
    to.finish()
}

/// Writes the tables into a folder: all under other names first, then renamed, so that a crash leaves no
/// half of a file. A table of an earlier run that is not written now is removed, lest it be taken for ours.
pub fn write_all(folder: &Path, tables: Vec<Table>, possible: &[&str]) -> Result<()> {
    fs::create_dir_all(folder)?;
    let names: Vec<&str> = tables.iter().map(|table| table.name).collect();
    let parts: Vec<(PathBuf, PathBuf)> =
        names.iter().map(|name| (part(folder, name), folder.join(name))).collect();
    let written = tables
        .into_iter()
        .zip(&parts)
        .try_for_each(|(table, (part, _))| Ok(write(table, Csv::new(File::create(part)?)?)?.sync_all()?));
    let done = written.and_then(|()| Ok(parts.iter().try_for_each(|(part, name)| fs::rename(part, name))?));
    if done.is_err() {
        // Nothing to do about a part that cannot be removed either: the first error is told.
        parts.iter().for_each(|(part, _)| fs::remove_file(part).unwrap_or_default());
        return done;
    }
    let stale = possible.iter().filter(|name| !names.contains(name));
    for name in stale {
        match fs::remove_file(folder.join(name)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e.into()),
            _ => {}
        }
    }
    Ok(())
}

fn part(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!(".{name}.{}.part", std::process::id()))
}
