//! The files of what was chosen after the opening: regions in the order of turns, and volume hospitals placed.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::path::Path;

use super::{Faulty, Lines, Lot, Names, Wrong, kept, rows};
use crate::awards::{Pick, Reassignment, Supply};
use crate::files::read::{Column, Row};
use crate::files::{Fault, Faults};

/// Columns of `picks.csv`.
pub const PICKS: &[Column] = &[
    Column::must("lot", "竞价单元"),
    Column::must("region", "地区"),
    Column::must("company", "申报企业"),
    Column::must("supply", "供应"),
];

/// Columns of `reassignments.csv`.
pub const REASSIGNMENTS: &[Column] = &[
    Column::must("lot", "竞价单元"),
    Column::must("hospital", "医疗机构"),
    Column::must("company", "申报企业"),
    Column::must("quantity", "数量"),
    Column::may("product", "产品"),
];

/// Words of `supply`.
const SUPPLIES: &[(&str, Supply)] =
    &[("main", Supply::Main), ("spare", Supply::Spare), ("主供", Supply::Main), ("备供", Supply::Spare)];

/// Reads both files, each once, or tells every fault in both. Without the lots their codes are not checked.
pub fn read_choices(
    lots: Option<&[Lot]>,
    picks: Option<&Path>,
    reassignments: Option<&Path>,
) -> Result<(Vec<Pick>, Vec<Reassignment>), Vec<Faulty>> {
    let known = lots.map(|lots| lots.iter().map(|lot| &*lot.code).collect());
    let (mut faulty, mut names) = (Vec::new(), Names::default());
    let reading = Reading { lots: known };
    let picks = picks.map_or(Vec::new(), |path| kept(path, reading.picks(path, &mut names), &mut faulty));
    let placed = reassignments
        .map_or(Vec::new(), |path| kept(path, reading.reassignments(path, &mut names), &mut faulty));
    if faulty.is_empty() { Ok((picks, placed)) } else { Err(faulty) }
}

struct Reading<'a> {
    lots: Option<HashSet<&'a str>>,
}

impl Reading<'_> {
    fn picks(&self, path: &Path, names: &mut Names) -> Lines<Pick> {
        let mut first = HashMap::new();
        rows(path, PICKS)?.collect(|row, faults| {
            let lot = self.lot(row, names, faults);
            let region = names.of(row, "region", faults);
            let company = names.of(row, "company", faults);
            let supply = row.word("supply", SUPPLIES, faults);
            let pick = Pick { lot: lot?, region: region?, company: company?, supply: supply? };
            once(&mut first, (pick.lot.clone(), pick.region.clone(), supply), row, "region", faults)?;
            Some(pick)
        })
    }

    fn reassignments(&self, path: &Path, names: &mut Names) -> Lines<Reassignment> {
        let mut first = HashMap::new();
        rows(path, REASSIGNMENTS)?.collect(|row, faults| {
            let lot = self.lot(row, names, faults);
            let hospital = names.of(row, "hospital", faults);
            let company = names.of(row, "company", faults);
            let product = row.maybe("product", faults, |row, key, faults| names.of(row, key, faults));
            let quantity = row.positive("quantity", faults);
            let (lot, hospital, company, product) = (lot?, hospital?, company?, product?);
            let key = (lot.clone(), hospital.clone(), company.clone(), product.clone());
            once(&mut first, key, row, "company", faults)?;
            Some(Reassignment { lot, hospital, company, product, quantity: quantity? })
        })
    }

    fn lot(&self, row: &Row, names: &mut Names, faults: &mut Faults) -> Option<std::sync::Arc<str>> {
        let code = names.of(row, "lot", faults)?;
        if self.lots.as_ref().is_some_and(|lots| !lots.contains(&*code)) {
            faults.push(row.fault("lot", Wrong::UnknownLot));
            return None;
        }
        Some(code)
    }
}

/// The first line with a key; a later one is a fault.
fn once<K: Eq + Hash>(
    first: &mut HashMap<K, u64>,
    key: K,
    row: &Row,
    column: &str,
    faults: &mut Faults,
) -> Option<()> {
    let line = *first.entry(key).or_insert(row.line);
    if line == row.line {
        return Some(());
    }
    let fault: Fault = row.fault(column, Wrong::LotTwice(line));
    faults.push(fault);
    None
}
