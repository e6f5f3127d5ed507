//! The input files of an award: lots, bids and demand, each line checked, all faults told.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::rules::{HIGHEST_CEILING, RATIOS};
use super::table::{Column, Faults, Least, Row, not_a_number, read};
use super::{Bid, Demand, Kind, Lot};
use crate::rounds::rule_set::{Category, FormClass, RuleSet};
use crate::text::{Text, fill};
use crate::types::{NotANumber, Quantity, UnitPrice, parse_decimal};

/// What an award is computed from.
#[derive(Debug, Default)]
pub struct Input {
    /// The lots.
    pub lots: Vec<Lot>,
    /// The bids.
    pub bids: Vec<Bid>,
    /// The demand, if given.
    pub demand: Vec<Demand>,
}

const fn needed(name: &'static str, chinese: &'static str) -> Column {
    Column { name, chinese, needed: true }
}

const fn optional(name: &'static str, chinese: &'static str) -> Column {
    Column { name, chinese, needed: false }
}

/// Columns of `lots.csv`.
const LOTS: &[Column] = &[
    needed("lot", "竞价单元"),
    needed("generic", "通用名"),
    needed("form", "剂型"),
    needed("form_class", "剂型类别"),
    needed("comparable_spec", "可比规格"),
    needed("ceiling", "最高有效申报价"),
    needed("category", "类别"),
    optional("base_volume", "基数"),
];

/// Columns of `bids.csv`.
const BIDS: &[Column] = &[
    needed("lot", "竞价单元"),
    needed("company", "申报企业"),
    needed("product", "产品"),
    needed("spec", "规格"),
    needed("unit_price", "单位申报价"),
    optional("group", "关联企业组"),
    optional("ratio", "差比价系数"),
    optional("capacity", "供应能力"),
    optional("reported_volume", "报量"),
    optional("sales", "上年销量"),
    optional("kind", "类型"),
    optional("accepts_revival", "接受复活"),
];

/// Columns of `demand.csv`.
const DEMAND: &[Column] = &[
    needed("region", "地区"),
    needed("hospital", "医疗机构"),
    needed("lot", "竞价单元"),
    optional("company", "厂牌企业"),
    needed("quantity", "年需求量"),
];

/// Words of `kind`.
const KINDS: &[(&str, Option<Kind>)] = &[
    ("", None),
    ("reference", Some(Kind::Reference)),
    ("generic", Some(Kind::Generic)),
    ("参比", Some(Kind::Reference)),
    ("仿制", Some(Kind::Generic)),
];

/// Words of `accepts_revival`.
const CONSENTS: &[(&str, bool)] = &[("", false), ("yes", true), ("no", false), ("是", true), ("否", false)];

/// Reads all files, or tells every fault in all of them.
pub fn read_input(
    rules: &RuleSet,
    lots: &Path,
    bids: &Path,
    demand: Option<&Path>,
    text: &'static Text,
) -> Result<Input, Vec<String>> {
    let mut faults = Faults::new(text);
    let mut names = Names::default();
    let known = read_lots(lots, &mut names, &mut faults);
    // When the list of lots cannot be read, every other line would be blamed for naming an unknown one.
    let lots_read = !known.is_empty();
    let codes: HashSet<&str> =
        known.iter().map(|lot| lot.code.as_ref()).chain(names.refused_lots()).collect();
    let codes = lots_read.then_some(&codes);
    let read = Reading { rules, codes, text };
    let mut names = Names { known: names.known.clone(), refused: Vec::new() };
    let bids = read.bids(bids, &mut names, &mut faults);
    let demand = demand.map(|path| read.demand(path, &mut names, &mut faults)).unwrap_or_default();
    match faults.count() {
        0 => Ok(Input { lots: known, bids, demand }),
        _ => Err(faults.lines()),
    }
}

/// Names that repeat on many lines are kept once.
#[derive(Default)]
struct Names {
    known: HashSet<Arc<str>>,
    /// Codes of lots whose line has another fault: their bids are not blamed.
    refused: Vec<Arc<str>>,
}

impl Names {
    fn get(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let new: Arc<str> = name.into();
        self.known.insert(new.clone());
        new
    }

    fn refused_lots(&self) -> impl Iterator<Item = &str> {
        self.refused.iter().map(AsRef::as_ref)
    }
}

fn read_lots(path: &Path, names: &mut Names, faults: &mut Faults) -> Vec<Lot> {
    let mut lots: Vec<Lot> = Vec::new();
    let mut first: HashMap<Arc<str>, u64> = HashMap::new();
    let before = faults.count();
    read(path, LOTS, faults, |row| {
        let Some(code) = row.text(0).map(|code| names.get(code)) else { return };
        if let Some(line) = first.get(&code) {
            return row.fault(0, fill(row.messages().awards.line_twice, &[("line", line)]));
        }
        first.insert(code.clone(), row.line);
        match lot(row, code.clone()) {
            Some(lot) => lots.push(lot),
            None => names.refused.push(code),
        }
    });
    if lots.is_empty() && faults.count() == before {
        let text = faults.text();
        faults.add(format!("{}:2: {}", path.display(), text.awards.file_no_lines));
    }
    lots
}

fn lot(row: &mut Row, code: Arc<str>) -> Option<Lot> {
    let generic = row.text(1).map(str::to_owned);
    let form = row.optional(2).map(str::to_owned);
    let classes: Vec<(&str, FormClass)> =
        FormClass::ALL.iter().map(|class| (class.as_str(), *class)).collect();
    let form_class = row.word(3, &classes);
    let comparable_spec = row.optional(4).map(str::to_owned);
    let ceiling = row.number::<UnitPrice>(5, Least::Positive).filter(|ceiling| {
        let believed = ceiling.decimal() <= Decimal::from(HIGHEST_CEILING);
        if !believed {
            row.fault(5, row.messages().awards.number_large);
        }
        believed
    });
    let categories: Vec<(&str, Category)> = Category::ALL.iter().map(|list| (list.as_str(), *list)).collect();
    let category = row.word(6, &categories);
    let base_volume = row.optional_number::<Quantity>(7, Least::Positive);
    Some(Lot {
        code,
        generic: generic?,
        form: form?,
        form_class: form_class?,
        comparable_spec: comparable_spec?,
        ceiling: ceiling?,
        category: category?,
        base_volume: base_volume?,
    })
}

/// What the lines of bids and demand are checked against.
struct Reading<'a> {
    rules: &'a RuleSet,
    codes: Option<&'a HashSet<&'a str>>,
    text: &'static Text,
}

impl Reading<'_> {
    fn bids(&self, path: &Path, names: &mut Names, faults: &mut Faults) -> Vec<Bid> {
        let mut bids = Vec::new();
        let mut first: HashMap<(Arc<str>, Arc<str>), u64> = HashMap::new();
        read(path, BIDS, faults, |row| {
            let lot = self.lot(row, 0, names);
            let company = row.text(1).map(|company| names.get(company));
            let bid = self.bid(row, lot, company);
            let Some(bid) = bid else { return };
            let key = (bid.lot.clone(), bid.company.clone());
            if let Some(line) = first.get(&key) {
                return row.fault(1, fill(self.text.awards.bid_line_twice, &[("line", line)]));
            }
            first.insert(key, row.line);
            bids.push(bid);
        });
        bids
    }

    fn bid(&self, row: &mut Row, lot: Option<Arc<str>>, company: Option<Arc<str>>) -> Option<Bid> {
        let product = row.text(2).map(str::to_owned);
        let spec = row.optional(3).map(str::to_owned);
        let unit_price = self.price(row, 4);
        let group = row.optional(5).map(|group| (!group.is_empty()).then(|| group.to_owned()));
        let ratio = self.ratio(row, 6);
        let capacity = row.optional_number(7, Least::Zero);
        let reported_volume = row.optional_number(8, Least::Zero);
        let sales = row.optional_number(9, Least::Zero);
        let kind = row.word(10, KINDS);
        let accepts_revival = row.word(11, CONSENTS);
        Some(Bid {
            lot: lot?,
            company: company?,
            group: group?,
            product: product?,
            spec: spec?,
            unit_price: unit_price?,
            ratio: ratio?,
            capacity: capacity?,
            reported_volume: reported_volume?,
            sales: sales?,
            kind: kind?,
            accepts_revival: accepts_revival?,
        })
    }

    /// A bid price with no more decimals than the rule set allows.
    fn price(&self, row: &mut Row, column: usize) -> Option<UnitPrice> {
        let allowed = self.rules.price.decimals.0;
        let scale = parse_decimal(row.cell(column)).map(|price| price.normalize().scale());
        if scale.is_ok_and(|scale| scale > allowed) {
            row.fault(column, not_a_number(self.text, NotANumber::TooManyDecimals(allowed)));
            return None;
        }
        row.number(column, Least::Positive)
    }

    fn ratio(&self, row: &mut Row, column: usize) -> Option<Decimal> {
        let cell = row.cell(column);
        if cell.is_empty() {
            return Some(Decimal::ONE);
        }
        let (least, most) = RATIOS;
        let fault = match parse_decimal(cell) {
            Ok(ratio) if least <= ratio && ratio <= most => return Some(ratio),
            Ok(_) => fill(self.text.awards.ratio_outside, &[("least", &least), ("most", &most)]),
            Err(why) => not_a_number(self.text, why),
        };
        row.fault(column, fault);
        None
    }

    fn demand(&self, path: &Path, names: &mut Names, faults: &mut Faults) -> Vec<Demand> {
        let mut demand = Vec::new();
        let mut seen = Seen::default();
        read(path, DEMAND, faults, |row| {
            let region = row.text(0).map(|region| names.get(region));
            let hospital = row.text(1).map(|hospital| names.get(hospital));
            let lot = self.lot(row, 2, names);
            let company = row.optional(3).map(|company| (!company.is_empty()).then(|| names.get(company)));
            let quantity = row.number::<Quantity>(4, Least::Positive);
            let all = region.zip(hospital).zip(lot).zip(company).zip(quantity);
            let Some(((((region, hospital), lot), company), quantity)) = all else { return };
            let line = Demand { region, hospital, lot, company, quantity };
            if let Some(first) = seen.before(&line, row.line) {
                return row.fault(2, fill(self.text.awards.demand_line_twice, &[("line", &first)]));
            }
            demand.push(line);
        });
        demand
    }

    fn lot(&self, row: &mut Row, column: usize, names: &mut Names) -> Option<Arc<str>> {
        let code = row.text(column).map(|code| names.get(code))?;
        if self.codes.is_some_and(|codes| !codes.contains(code.as_ref())) {
            row.fault(column, self.text.awards.line_lot_unknown);
            return None;
        }
        Some(code)
    }
}

/// The lines of demand seen so far, small enough for a million of them.
#[derive(Default)]
struct Seen {
    names: HashMap<Arc<str>, u32>,
    lines: HashMap<[u32; 4], u32>,
}

impl Seen {
    /// The earlier line with the same hospital, lot and brand.
    fn before(&mut self, demand: &Demand, line: u64) -> Option<u32> {
        let company = demand.company.as_ref().map_or(0, |company| self.number(company));
        let key =
            [self.number(&demand.region), self.number(&demand.hospital), self.number(&demand.lot), company];
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        let first = *self.lines.entry(key).or_insert(line);
        (first != line).then_some(first)
    }

    fn number(&mut self, name: &Arc<str>) -> u32 {
        if let Some(number) = self.names.get(name) {
            return *number;
        }
        let next = self.names.len() as u32 + 1;
        self.names.insert(name.clone(), next);
        next
    }
}
