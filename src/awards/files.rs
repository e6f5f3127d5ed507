//! The input files of an award: lots, bids, demand and answers, each line checked, all faults told.

mod consents;

mod choices;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rust_decimal::Decimal;

use super::rules::{HIGHEST_CEILING, RATIOS};
use super::{Answers, Bid, Demand, Kind, Lot};
use crate::catalog::ratio;
use crate::error::Result;
use crate::files::read::{Column, Row, Rows, Unknown, open};
use crate::files::{Fault, Faults, Limits, Reason};
use crate::rounds::rule_set::{Category, FormClass, RuleSet};
use crate::text::{Say, Text, fill};
use crate::types::{NotANumber, Quantity, UnitPrice, parse_decimal};

pub use choices::read_choices;

/// What an award is computed from.
#[derive(Debug, Default)]
pub struct Input {
    /// The lots.
    pub lots: Vec<Lot>,
    /// The bids.
    pub bids: Vec<Bid>,
    /// The demand, if given.
    pub demand: Vec<Demand>,
    /// What was answered after the opening.
    pub answers: Answers,
}

/// A file with the faults of its lines, or with why it cannot be read at all.
pub type Faulty = (PathBuf, Result<Faults>);

/// The values of a file's sound lines and the faults of the others.
type Lines<T> = Result<(Vec<T>, Faults)>;

/// A lot by its code; `None` when its line has another fault: its bids are not blamed.
type Coded = (Arc<str>, Option<Lot>);

/// Columns of `lots.csv`.
const LOTS: &[Column] = &[
    Column::must("lot", "竞价单元"),
    Column::must("generic", "通用名"),
    Column::must("form", "剂型"),
    Column::must("form_class", "剂型类别"),
    Column::must("comparable_spec", "可比规格"),
    Column::must("ceiling", "最高有效申报价"),
    Column::must("category", "类别"),
    Column::may("base_volume", "基数"),
];

/// Columns of `bids.csv`.
const BIDS: &[Column] = &[
    Column::must("lot", "竞价单元"),
    Column::must("company", "申报企业"),
    Column::must("product", "产品"),
    Column::must("spec", "规格"),
    Column::must("unit_price", "单位申报价"),
    Column::may("group", "关联企业组"),
    Column::may("ratio", "差比价系数"),
    Column::may("capacity", "供应能力"),
    Column::may("reported_volume", "报量"),
    Column::may("sales", "上年销量"),
    Column::may("kind", "类型"),
    Column::may("accepts_revival", "接受复活"),
    Column::may("supplies_all", "全区供应"),
    Column::may("current_price", "现行挂网价"),
];

/// Columns of `demand.csv`.
const DEMAND: &[Column] = &[
    Column::must("region", "地区"),
    Column::must("hospital", "医疗机构"),
    Column::must("lot", "竞价单元"),
    Column::may("company", "厂牌企业"),
    Column::may("product", "产品"),
    Column::must("quantity", "年需求量"),
];

/// Words of `kind`.
const KINDS: &[(&str, Option<Kind>)] = &[
    ("", None),
    ("reference", Some(Kind::Reference)),
    ("generic", Some(Kind::Generic)),
    ("参比", Some(Kind::Reference)),
    ("仿制", Some(Kind::Generic)),
];

/// Words of `accepts_revival` and `supplies_all`.
const YES_NO: &[(&str, bool)] = &[("", false), ("yes", true), ("no", false), ("是", true), ("否", false)];

/// The longest name or specification, in characters.
const LONGEST: usize = 500;

/// Why a cell will not do for an award.
#[derive(Debug)]
enum Wrong {
    NoLots,
    Ceiling,
    UnknownLot,
    LotTwice(u64),
    BidTwice(u64),
    DemandTwice(u32),
    ProductAlone,
    NoBid,
    ConsentTwice(u64),
    RatioOutside,
    NoRatio,
    RatioNeeded(ratio::Refused),
}

impl Say for Wrong {
    fn say(&self, t: &Text) -> String {
        let a = &t.awards;
        match self {
            Self::NoLots => a.file_no_lines.to_owned(),
            Self::Ceiling => fill(a.ceiling_above, &[("most", &HIGHEST_CEILING)]),
            Self::UnknownLot => a.line_lot_unknown.to_owned(),
            Self::LotTwice(line) => fill(a.line_twice, &[("line", line)]),
            Self::BidTwice(line) => fill(a.bid_line_twice, &[("line", line)]),
            Self::DemandTwice(line) => fill(a.demand_line_twice, &[("line", line)]),
            Self::ProductAlone => a.product_alone.to_owned(),
            Self::NoRatio => a.no_ratio.to_owned(),
            Self::NoBid => a.line_no_bid.to_owned(),
            Self::ConsentTwice(line) => fill(a.consent_line_twice, &[("line", line)]),
            Self::RatioOutside => fill(a.ratio_outside, &[("least", &RATIOS.0), ("most", &RATIOS.1)]),
            Self::RatioNeeded(why) => fill(a.ratio_needed, &[("why", &why.say(t))]),
        }
    }
}

/// Reads all files, each once, or tells every fault in all of them.
pub fn read_input(
    rules: &RuleSet,
    lots: &Path,
    bids: &Path,
    demand: Option<&Path>,
    consents: Option<&Path>,
) -> std::result::Result<Input, Vec<Faulty>> {
    let mut faulty = Vec::new();
    let mut names = Names::default();
    let known = kept(lots, read_lots(lots, &mut names), &mut faulty);
    let reading = Reading { rules, lots: known.into_iter().collect() };
    let bids = kept(bids, reading.bids(bids, &mut names), &mut faulty);
    let demand = match demand {
        Some(path) => kept(path, reading.demand(path, &mut names), &mut faulty),
        None => Vec::new(),
    };
    // A bid whose line is at fault is not among the bids: answers are not blamed for that.
    let known = faulty.is_empty().then_some(&*bids);
    let consents = match consents {
        Some(path) => kept(path, consents::read(&reading, path, known, &mut names), &mut faulty),
        None => Vec::new(),
    };
    let lots = reading.lots.into_values().flatten().collect();
    if faulty.is_empty() {
        Ok(Input { lots, bids, demand, answers: Answers { consents, ..Answers::default() } })
    } else {
        Err(faulty)
    }
}

/// The values read; what is wrong with the file goes to `faulty`.
fn kept<T>(path: &Path, read: Lines<T>, faulty: &mut Vec<Faulty>) -> Vec<T> {
    let (values, faults) = match read {
        Ok((values, faults)) => (values, Ok(faults)),
        Err(why) => (Vec::new(), Err(why)),
    };
    if !faults.as_ref().is_ok_and(Faults::is_empty) {
        faulty.push((path.to_owned(), faults));
    }
    values
}

fn rows(path: &Path, columns: &'static [Column]) -> Result<Rows<File>> {
    open(File::open(path)?, columns, Unknown::Refuse, Limits::default())
}

/// Names that repeat on many lines are kept once.
#[derive(Default)]
struct Names(HashSet<Arc<str>>);

impl Names {
    fn get(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.0.get(name) {
            return known.clone();
        }
        let new: Arc<str> = name.into();
        self.0.insert(new.clone());
        new
    }

    /// The name in a cell, or a fault.
    fn of(&mut self, row: &Row, key: &str, faults: &mut Faults) -> Option<Arc<str>> {
        filled(row, key, faults).map(|name| self.get(name))
    }
}

/// A cell that must say something, on one line.
fn filled<'r>(row: &'r Row, key: &str, faults: &mut Faults) -> Option<&'r str> {
    row.filled(key, faults)?;
    row.words(key, LONGEST, faults)
}

/// A cell that may be blank.
fn words(row: &Row, key: &str, faults: &mut Faults) -> Option<String> {
    row.words(key, LONGEST, faults).map(str::to_owned)
}

fn read_lots(path: &Path, names: &mut Names) -> Lines<Coded> {
    let mut first: HashMap<Arc<str>, u64> = HashMap::new();
    let (lots, mut faults) = rows(path, LOTS)?.collect(|row, faults| {
        let code = names.of(row, "lot", faults)?;
        if let Some(line) = first.get(&code) {
            faults.push(row.fault("lot", Wrong::LotTwice(*line)));
            return None;
        }
        first.insert(code.clone(), row.line);
        Some((code.clone(), lot(row, code, faults)))
    })?;
    if lots.is_empty() && faults.is_empty() {
        faults.push(Fault::new(2, "", "", Wrong::NoLots));
    }
    Ok((lots, faults))
}

fn lot(row: &Row, code: Arc<str>, faults: &mut Faults) -> Option<Lot> {
    let generic = filled(row, "generic", faults).map(str::to_owned);
    let form = words(row, "form", faults);
    let classes: Vec<_> = FormClass::ALL.iter().map(|class| (class.as_str(), *class)).collect();
    let form_class = row.word("form_class", &classes, faults);
    let comparable_spec = words(row, "comparable_spec", faults);
    let ceiling = row.positive::<UnitPrice>("ceiling", faults);
    let believed = ceiling.is_none_or(|ceiling| ceiling.decimal() <= Decimal::from(HIGHEST_CEILING));
    if !believed {
        faults.push(row.fault("ceiling", Wrong::Ceiling));
    }
    let categories: Vec<_> = Category::ALL.iter().map(|list| (list.as_str(), *list)).collect();
    let category = row.word("category", &categories, faults);
    let base_volume = row.maybe("base_volume", faults, Row::positive);
    Some(Lot {
        code,
        generic: generic?,
        form: form?,
        form_class: form_class?,
        comparable_spec: comparable_spec?,
        ceiling: ceiling.filter(|_| believed)?,
        category: category?,
        base_volume: base_volume?,
    })
}

/// What the lines of bids and demand are checked against.
struct Reading<'a> {
    rules: &'a RuleSet,
    /// Empty when the lots could not be read: every other line would be blamed for naming an unknown one.
    lots: BTreeMap<Arc<str>, Option<Lot>>,
}

impl Reading<'_> {
    fn bids(&self, path: &Path, names: &mut Names) -> Lines<Bid> {
        let mut first: HashMap<(Arc<str>, Arc<str>, String), u64> = HashMap::new();
        let several = self.rules.products.is_some();
        rows(path, BIDS)?.collect(|row, faults| {
            let lot = self.lot(row, names, faults);
            let company = names.of(row, "company", faults);
            let product = if several { row.get("product").to_owned() } else { String::new() };
            let key = lot.clone().zip(company.clone()).map(|(lot, company)| (lot, company, product));
            let bid = self.bid(row, lot, company, faults);
            if let Some(line) = first.get(&key.clone()?) {
                faults.push(row.fault("company", Wrong::BidTwice(*line)));
                return None;
            }
            first.insert(key?, row.line);
            bid
        })
    }

    fn bid(
        &self,
        row: &Row,
        lot: Option<Arc<str>>,
        company: Option<Arc<str>>,
        faults: &mut Faults,
    ) -> Option<Bid> {
        let product = filled(row, "product", faults).map(str::to_owned);
        let spec = words(row, "spec", faults);
        let unit_price = self.price(row, "unit_price", faults);
        let group = words(row, "group", faults);
        let ratio = self.ratio(row, lot.as_ref(), spec.as_deref(), faults);
        let capacity = row.maybe("capacity", faults, Row::not_negative);
        let reported_volume = row.maybe("reported_volume", faults, Row::not_negative);
        let sales = row.maybe("sales", faults, Row::not_negative);
        let kind = row.word("kind", KINDS, faults);
        let accepts_revival = row.word("accepts_revival", YES_NO, faults);
        let supplies_all = row.word("supplies_all", YES_NO, faults);
        let current_price = match self.rules.ranks_by_cut() {
            true => row.positive("current_price", faults).map(Some),
            false => row.maybe("current_price", faults, Row::positive),
        };
        Some(Bid {
            lot: lot?,
            company: company?,
            group: Some(group?).filter(|group| !group.is_empty()),
            product: product?,
            spec: spec?,
            unit_price: unit_price?,
            ratio: ratio?,
            capacity: capacity?,
            reported_volume: reported_volume?,
            sales: sales?,
            kind: kind?,
            accepts_revival: accepts_revival?,
            supplies_all: supplies_all?,
            current_price: current_price?,
        })
    }

    /// A price with no more decimals than the rule set allows.
    fn price(&self, row: &Row, key: &str, faults: &mut Faults) -> Option<UnitPrice> {
        let allowed = self.rules.price.decimals.0;
        let scale = parse_decimal(row.get(key)).map(|price| price.normalize().scale());
        if scale.is_ok_and(|scale| scale > allowed) {
            let reason = Reason::Number(NotANumber::TooManyDecimals(allowed));
            faults.push(row.fault(key, reason));
            return None;
        }
        row.positive(key, faults)
    }

    /// The ratio given, else the one that the two specifications have by rule (发改价格〔2011〕2452号).
    fn ratio(
        &self,
        row: &Row,
        lot: Option<&Arc<str>>,
        spec: Option<&str>,
        faults: &mut Faults,
    ) -> Option<Decimal> {
        let given = row.get("ratio");
        if self.rules.has_one_price() {
            if !given.is_empty() && parse_decimal(given) != Ok(Decimal::ONE) {
                faults.push(row.fault("ratio", Wrong::NoRatio));
                return None;
            }
            return Some(Decimal::ONE);
        }
        let (key, found) = if given.is_empty() {
            let lot = self.lots.get(lot?)?.as_ref()?;
            let (comparable, spec) = (&lot.comparable_spec, spec?);
            let named = self.rules.named_ratio(comparable, spec);
            let found = named.map_or_else(|| ratio::of_units(&lot.form, comparable, spec), Ok);
            ("spec", found.map_err(|why| row.fault("spec", Wrong::RatioNeeded(why))))
        } else {
            ("ratio", parse_decimal(given).map_err(|why| row.fault("ratio", Reason::Number(why))))
        };
        let believed = found.and_then(|ratio| match RATIOS.0 <= ratio && ratio <= RATIOS.1 {
            true => Ok(ratio),
            false => Err(row.fault(key, Wrong::RatioOutside)),
        });
        believed.map_err(|fault| faults.push(fault)).ok()
    }

    fn demand(&self, path: &Path, names: &mut Names) -> Lines<Demand> {
        let mut seen = Seen::default();
        rows(path, DEMAND)?.collect(|row, faults| {
            let region = names.of(row, "region", faults);
            let hospital = names.of(row, "hospital", faults);
            let lot = self.lot(row, names, faults);
            let company = row.maybe("company", faults, |row, key, faults| names.of(row, key, faults));
            let product = row.maybe("product", faults, |row, key, faults| names.of(row, key, faults));
            let quantity = row.positive::<Quantity>("quantity", faults);
            let (region, hospital, lot) = (region?, hospital?, lot?);
            let (company, product, quantity) = (company?, product?, quantity?);
            if product.is_some() && company.is_none() {
                faults.push(row.fault("product", Wrong::ProductAlone));
                return None;
            }
            let line = Demand { region, hospital, lot, company, product, quantity };
            if let Some(first) = seen.before(&line, row.line) {
                faults.push(row.fault("lot", Wrong::DemandTwice(first)));
                return None;
            }
            Some(line)
        })
    }

    fn lot(&self, row: &Row, names: &mut Names, faults: &mut Faults) -> Option<Arc<str>> {
        let code = names.of(row, "lot", faults)?;
        if !self.lots.is_empty() && !self.lots.contains_key(&code) {
            faults.push(row.fault("lot", Wrong::UnknownLot));
            return None;
        }
        Some(code)
    }
}

/// The lines of demand seen so far, small enough for a million of them.
#[derive(Default)]
struct Seen {
    names: HashMap<Arc<str>, u32>,
    lines: HashMap<[u32; 5], u32>,
}

impl Seen {
    /// The earlier line with the same hospital, lot and brand.
    fn before(&mut self, demand: &Demand, line: u64) -> Option<u32> {
        let mut number = |name: &Option<Arc<str>>| name.as_ref().map_or(0, |name| self.number(name));
        let (company, product) = (number(&demand.company), number(&demand.product));
        let [region, hospital, lot] =
            [&demand.region, &demand.hospital, &demand.lot].map(|name| self.number(name));
        let key = [region, hospital, lot, company, product];
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
