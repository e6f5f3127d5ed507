//! Bid files in and out: `bids.csv` or XLSX into checked lines, and the template, content and export as files.

use std::collections::HashMap;

use rust_decimal::Decimal;

use crate::bids::content::Line;
use crate::bids::rules::{self, BadCell, Refused};
use crate::bids::{OfferKind, store::Listed};
use crate::error::{Error, Result};
use crate::files::read::{Column, Row, Unknown, open};
use crate::files::write::{FileKind, Table};
use crate::files::{Faults, Limits, Reason};
use crate::people::Organisation;
use crate::rounds::Lot;
use crate::rounds::rule_set::RuleSet;
use crate::text::{Lang, Text};
use crate::types::{NotANumber, Quantity, UnitPrice, parse_decimal};

/// Columns of a bid file. The last three are there for the reader of a template and are not read back.
pub const COLUMNS: &[Column] = &[
    Column::must("lot", "竞价单元"),
    Column::must("company", "申报企业"),
    Column::may("group", "关联企业组"),
    Column::must("product", "产品"),
    Column::must("spec", "规格"),
    Column::must("unit_price", "单位申报价"),
    Column::may("ratio", "差比价系数"),
    Column::may("capacity", "供应能力"),
    Column::may("reported_volume", "报量"),
    Column::may("sales", "上年销量"),
    Column::may("kind", "类型"),
    Column::may("accepts_revival", "接受复活"),
    Column::may("supplies_all", "全区供应"),
    Column::may("current_price", "现行挂网价"),
    Column::may("generic", "通用名"),
    Column::may("comparable_spec", "可比规格"),
    Column::may("ceiling", "最高有效申报价"),
];

/// How many of [`COLUMNS`] a supplier fills in and an export holds.
pub const FILLED: usize = 14;

const KINDS: &[(&str, OfferKind)] = &[
    ("reference", OfferKind::Reference),
    ("generic", OfferKind::Generic),
    ("参比", OfferKind::Reference),
    ("参比制剂", OfferKind::Reference),
    ("仿制", OfferKind::Generic),
    ("仿制药", OfferKind::Generic),
];
const YES_NO: &[(&str, bool)] = &[("yes", true), ("no", false), ("是", true), ("否", false)];

/// A round has some hundred lots; a file of more lines is a mistake.
const LINES: u64 = 2_000;
/// Longest product or spec.
const LONGEST: usize = 200;

/// What a file is checked against.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The lots of the round.
    pub lots: Vec<Lot>,
    /// Whose bid it is.
    pub supplier: Organisation,
    /// The rules of the round.
    pub rules: RuleSet,
}

impl Terms {
    /// The most products of one company that win a lot, where the rule set lets it bid several.
    pub fn products(&self) -> Option<u32> {
        self.rules.products.as_ref().map(|products| products.most_per_company.0)
    }

    /// Whether the rule set asks who can supply all regions.
    pub fn asks_regions(&self) -> bool {
        self.rules.units.as_ref().is_some_and(|units| units.supplies_all)
    }
}

/// Reads a whole file. Lines that bid nothing (no product, price, capacity or sales) are skipped; with any
/// fault nothing of the file is used.
pub fn read(bytes: &[u8], terms: &Terms) -> Result<(Vec<Line>, Faults)> {
    let limits = Limits { lines: 100_000, bytes: 32 << 20, unpacked: 64 << 20, ..Limits::default() };
    let mut rows = open(bytes, COLUMNS, Unknown::Refuse, limits)?;
    let mut faults = Faults::default();
    let mut lines = Vec::new();
    let mut seen: Seen = HashMap::new();
    while let Some(row) = rows.next(&mut faults)? {
        if rows.count() > LINES {
            return Err(Error::refused(Refused::TooManyLines(LINES, terms.lots.len())));
        }
        if is_blank(&row) {
            continue;
        }
        lines.extend(line(&row, terms, &mut seen, &mut faults));
    }
    if rows.count() > LINES {
        return Err(Error::refused(Refused::TooManyLines(LINES, terms.lots.len())));
    }
    if lines.is_empty() && faults.is_empty() {
        return Err(Error::refused(Refused::NoLines));
    }
    Ok((lines, faults))
}

/// The line on which each lot was met, or each product of a lot where several are allowed.
type Seen = HashMap<(String, String), u64>;

fn is_blank(row: &Row) -> bool {
    ["product", "unit_price", "capacity", "sales"].iter().all(|key| row.get(key).is_empty())
}

fn line(row: &Row, terms: &Terms, seen: &mut Seen, faults: &mut Faults) -> Option<Line> {
    let lot = lot(row, terms, seen, faults);
    company(row, &terms.supplier, faults);
    let product = words(row, "product", faults);
    let spec = words(row, "spec", faults);
    let unit_price = price(row, terms.rules.price.decimals.0, faults);
    let ratio = match terms.rules.has_one_price() {
        true => no_ratio(row, faults),
        false => ratio(row, &terms.rules, lot, spec.as_deref(), faults),
    };
    let capacity = quantity(row, "capacity", true, faults);
    let sales = quantity(row, "sales", false, faults);
    if !row.get("reported_volume").is_empty() {
        faults.push(row.fault("reported_volume", BadCell::ReportedVolume));
    }
    let kind = one_of(row, "kind", KINDS, OfferKind::Generic, faults);
    let accepts_revival = one_of(row, "accepts_revival", YES_NO, false, faults);
    let supplies_all = one_of(row, "supplies_all", YES_NO, false, faults);
    let current_price = current_price(row, terms.rules.ranks_by_cut(), faults);
    Some(Line {
        lot: lot?.code.clone(),
        lot_id: lot?.id.clone(),
        product: product?,
        spec: spec?,
        unit_price: unit_price?,
        ratio: ratio?,
        capacity: capacity?,
        sales: sales?,
        kind: kind?,
        accepts_revival: accepts_revival?,
        supplies_all: supplies_all?,
        current_price: current_price?,
    })
}

fn lot<'a>(row: &Row, terms: &'a Terms, seen: &mut Seen, faults: &mut Faults) -> Option<&'a Lot> {
    let code = row.filled("lot", faults)?;
    let Some(lot) = terms.lots.iter().find(|lot| lot.code == code) else {
        faults.push(row.fault("lot", BadCell::UnknownLot));
        return None;
    };
    let several = terms.products().is_some();
    let product = if several { row.get("product").to_owned() } else { String::new() };
    let key = (lot.code.clone(), product);
    if let Some(line) = seen.get(&key) {
        let (column, why) = match several {
            true => ("product", BadCell::ProductTwice(*line)),
            false => ("lot", BadCell::LotTwice(*line)),
        };
        faults.push(row.fault(column, why));
        return None;
    }
    seen.insert(key, row.line);
    Some(lot)
}

/// Two names are one when they differ only in spaces, case and the width of brackets.
fn plain_name(name: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff08}' => '(',
        '\u{ff09}' => ')',
        other => other,
    };
    name.chars().filter(|c| !c.is_whitespace()).map(narrow).collect::<String>().to_lowercase()
}

fn company(row: &Row, supplier: &Organisation, faults: &mut Faults) {
    let Some(cell) = row.filled("company", faults) else { return };
    let given = plain_name(cell);
    if given != plain_name(&supplier.name) && given != plain_name(&supplier.code) {
        let (name, code) = (supplier.name.clone(), supplier.code.clone());
        faults.push(row.fault("company", BadCell::OtherCompany { name, code }));
    }
    let group = row.get("group");
    if !group.is_empty() && plain_name(group) != plain_name(&supplier.group_name) {
        faults.push(row.fault("group", BadCell::OtherGroup(supplier.group_name.clone())));
    }
}

fn words(row: &Row, key: &str, faults: &mut Faults) -> Option<String> {
    let cell = row.filled(key, faults)?;
    if cell.chars().any(char::is_control) {
        faults.push(row.fault(key, BadCell::Control));
        return None;
    }
    if cell.chars().count() > LONGEST {
        faults.push(row.fault(key, Reason::TooLong(LONGEST)));
        return None;
    }
    Some(cell.to_owned())
}

fn price(row: &Row, places: u32, faults: &mut Faults) -> Option<UnitPrice> {
    let cell = row.filled("unit_price", faults)?;
    if parse_decimal(cell).is_ok_and(|price| price.normalize().scale() > places) {
        faults.push(row.fault("unit_price", Reason::Number(NotANumber::TooManyDecimals(places))));
        return None;
    }
    let price: UnitPrice = row.number("unit_price", faults)?;
    if !price.is_positive() {
        faults.push(row.fault("unit_price", Reason::NotPositive));
        return None;
    }
    Some(price)
}

/// 1, which is all that may stand there.
fn no_ratio(row: &Row, faults: &mut Faults) -> Option<Decimal> {
    let cell = row.get("ratio");
    if cell.is_empty() || parse_decimal(cell) == Ok(Decimal::ONE) {
        return Some(Decimal::ONE);
    }
    faults.push(row.fault("ratio", BadCell::NoRatio));
    None
}

fn ratio(
    row: &Row,
    by: &RuleSet,
    lot: Option<&Lot>,
    spec: Option<&str>,
    faults: &mut Faults,
) -> Option<Decimal> {
    let cell = row.get("ratio");
    let given = if cell.is_empty() {
        None
    } else {
        let read = parse_decimal(cell).map_err(|why| faults.push(row.fault("ratio", Reason::Number(why))));
        Some(read.ok()?)
    };
    let key = |why: &BadCell| if matches!(why, BadCell::RatioNeeded(_)) { "spec" } else { "ratio" };
    rules::ratio(by, lot?, spec?, given).map_err(|why| faults.push(row.fault(key(&why), why))).ok()
}

/// What the product is listed at now; needed where the rules rank by cut. The outer `None` is a fault.
fn current_price(row: &Row, needed: bool, faults: &mut Faults) -> Option<Option<UnitPrice>> {
    if row.get("current_price").is_empty() {
        if needed {
            faults.push(row.fault("current_price", BadCell::CurrentPriceNeeded));
        }
        return (!needed).then_some(None);
    }
    row.positive("current_price", faults).map(Some)
}

/// A quantity that may be blank. The outer `None` is a fault.
fn quantity(row: &Row, key: &str, positive: bool, faults: &mut Faults) -> Option<Option<Quantity>> {
    if row.get(key).is_empty() {
        return Some(None);
    }
    let number: Quantity = row.number(key, faults)?;
    if positive && !number.is_positive() {
        faults.push(row.fault(key, Reason::NotPositive));
        return None;
    }
    if number < Quantity::ZERO {
        faults.push(row.fault(key, BadCell::Negative));
        return None;
    }
    Some(Some(number))
}

fn one_of<T: Copy>(row: &Row, key: &str, words: &[(&str, T)], blank: T, faults: &mut Faults) -> Option<T> {
    if row.get(key).is_empty() { Some(blank) } else { row.word(key, words, faults) }
}

/// The cells of one line in the order of [`COLUMNS`].
pub type Cells = [String; 17];

/// A line of the supplier's own file for a lot: blank but for what is known, or filled with its offer.
pub fn cells(lot: &Lot, supplier: &Organisation, line: Option<&Line>) -> Cells {
    let of = |part: fn(&Line) -> String| line.map(part).unwrap_or_default();
    [
        lot.code.clone(),
        supplier.name.clone(),
        supplier.group_name.clone(),
        of(|l| l.product.clone()),
        line.map_or_else(|| lot.comparable_spec.clone(), |l| l.spec.clone()),
        of(|l| l.unit_price.to_string()),
        of(|l| l.ratio.to_string()),
        of(|l| l.capacity.map(|n| n.to_string()).unwrap_or_default()),
        String::new(),
        of(|l| l.sales.map(|n| n.to_string()).unwrap_or_default()),
        of(|l| l.kind.to_string()),
        of(|l| yes_no(l.accepts_revival).to_owned()),
        of(|l| yes_no(l.supplies_all).to_owned()),
        of(|l| l.current_price.map(|n| n.to_string()).unwrap_or_default()),
        lot.generic.clone(),
        lot.comparable_spec.clone(),
        lot.ceiling.to_string(),
    ]
}

/// A line of the export after the opening, readable by `jicai award`.
pub fn listed_cells(it: &Listed) -> Cells {
    let number = |n: Option<Quantity>| n.map(|n| n.to_string()).unwrap_or_default();
    let offer = &it.offer;
    let mut cells = Cells::default();
    let values = [
        it.lot.code.clone(),
        it.company.clone(),
        it.group.clone(),
        offer.product.clone(),
        offer.spec.clone(),
        offer.unit_price.to_string(),
        offer.ratio.clone(),
        number(offer.capacity),
        String::new(),
        number(offer.sales),
        offer.kind.to_string(),
        yes_no(offer.accepts_revival).to_owned(),
        yes_no(offer.supplies_all).to_owned(),
        offer.current_price.map(|n| n.to_string()).unwrap_or_default(),
    ];
    for (cell, value) in cells.iter_mut().zip(values) {
        *cell = value;
    }
    cells
}

fn yes_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

/// Writes the first `columns` columns of a table with headers in the reader's language.
pub fn write(kind: FileKind, t: &Text, columns: usize, rows: &[Cells]) -> Result<Vec<u8>> {
    let header = |c: &Column| match t.lang {
        Lang::Zh => c.zh,
        Lang::En => c.key,
    };
    let headers: Vec<(&str, u16)> = COLUMNS.iter().take(columns).map(|c| (header(c), 16)).collect();
    let is_number = |at: &usize| {
        let numbers = ["unit_price", "ratio", "capacity", "sales", "current_price", "ceiling"];
        COLUMNS.get(*at).is_some_and(|column| numbers.contains(&column.key))
    };
    let numbers: Vec<usize> = (0..columns).filter(is_number).collect();
    let lines = rows.iter().map(|row| row.get(..columns).unwrap_or(row));
    Table {
        name: t.bids.sheet,
        headers: &headers,
        numbers: &numbers,
        lines: lines.collect::<Vec<&[String]>>(),
    }
    .write(kind)
}
