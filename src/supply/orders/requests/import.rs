//! The lines of a request from CSV or XLSX, as they stand: what they mean is decided against contracts and catalogue.

use std::collections::BTreeMap;
use std::io::Read;

use serde_json::Value;

use crate::error::{Error, Result};
use crate::files::json::Form;
use crate::files::read::{Column, Row, Unknown, open};
use crate::files::{Faults, Limits};
use crate::supply::orders::requests::Given;
use crate::supply::orders::requests::refused::{LineFault, Refused};
use crate::text::{Lang, Say};

/// The columns of the file. A line names a contract, or a product and its supplier. The last four only help whoever
/// fills the template in.
pub const COLUMNS: &[Column] = &[
    Column::may("contract", "合同编号"),
    Column::may("product", "产品").also(&[
        "医保编码",
        "医保编码/产品",
        "med_list_codg",
        "hilist_code",
        "prodId",
    ]),
    Column::may("supplier", "供应企业").also(&["signEntpName"]),
    Column::must("quantity", "数量").also(&["cnt"]),
    Column::must("unit_price", "单价").also(&["单价（元）", "pric"]),
    Column::may("unit", "单位").also(&["计量单位", "min_salunt"]),
    Column::may("generic", "通用名").also(&["prodname"]),
    Column::may("spec", "规格"),
    Column::may("room", "剩余约定量"),
    Column::may("ends", "合同期满"),
];

/// How much of a file is read.
pub const LIMITS: Limits =
    Limits { bytes: 16 << 20, lines: 20_000, columns: 60, cell: 2_000, unpacked: 128 << 20 };

/// Most characters of a cell.
const WORDS: usize = 200;

/// Reads a file. Lines that cannot be read are kept with the reason, so that every line gets its answer.
pub fn read(input: impl Read) -> Result<Vec<Given>> {
    let mut rows = open(input, COLUMNS, Unknown::Refuse, LIMITS)?;
    let mut lines = Vec::new();
    loop {
        let mut faults = Faults::default();
        let row = rows.next(&mut faults)?;
        keep(&mut lines, &faults)?;
        let Some(row) = row else { break };
        let mut faults = Faults::default();
        let given = given(&row, &mut faults);
        keep(&mut lines, &faults)?;
        lines.extend(given);
    }
    Ok(lines)
}

/// Reads objects with the same fields, each a line counted from 1.
pub fn read_objects(list: Vec<Value>) -> Result<Vec<Given>> {
    if list.len() as u64 > LIMITS.lines {
        return Err(Error::refused(crate::files::Refused::TooManyLines(LIMITS.lines)));
    }
    let (mut form, mut lines) = (Form::new(COLUMNS, Unknown::Refuse, LIMITS), Vec::new());
    for (line, object) in (1..).zip(list) {
        let mut faults = Faults::default();
        let row = form.line(line, object).map_err(|fault| faults.push(fault)).ok();
        let given = row.and_then(|row| given(&row, &mut faults));
        keep(&mut lines, &faults)?;
        lines.extend(given);
    }
    Ok(lines)
}

fn given(row: &Row, faults: &mut Faults) -> Option<Given> {
    let mut cell = |key: &str| row.words(key, WORDS, faults).map(str::to_owned);
    let cells = ["contract", "product", "supplier", "quantity", "unit", "unit_price"].map(&mut cell);
    let [Some(contract), Some(product), Some(supplier), Some(quantity), Some(unit), Some(unit_price)] = cells
    else {
        return None;
    };
    Some(Given {
        source: i32::try_from(row.line).unwrap_or(i32::MAX),
        contract,
        product,
        supplier,
        quantity,
        unit,
        unit_price,
        unreadable: String::new(),
    })
}

/// Keeps a line for each line with faults, which says all of them.
fn keep(lines: &mut Vec<Given>, faults: &Faults) -> Result<()> {
    if faults.count() > faults.first().len() as u64 {
        return Err(Error::refused(Refused::Unreadable(faults.count())));
    }
    let mut said: BTreeMap<u64, (Vec<String>, Vec<String>)> = BTreeMap::new();
    for fault in faults.first() {
        let (zh, en) = said.entry(fault.line).or_default();
        zh.push(fault.say(Lang::Zh.text()));
        en.push(fault.say(Lang::En.text()));
    }
    for (line, (zh, en)) in said {
        let fault = LineFault::Unreadable { zh: zh.join(" "), en: en.join(" ") };
        let source = i32::try_from(line).unwrap_or(i32::MAX);
        lines.push(Given { source, unreadable: serde_json::to_string(&fault)?, ..Given::default() });
    }
    Ok(())
}
