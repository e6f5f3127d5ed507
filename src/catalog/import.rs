//! Product files: which columns they have, and their lines read and checked.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::Read;

use super::code::Code;
use super::{Facts, ProductKind, Refused, rules};
use crate::error::Result;
use crate::files::read::{Column, Row, Rows, Unknown, open, open_chosen};
use crate::files::{Fault, Faults, Limits, Reason};
use crate::types::UnitPrice;

crate::words! {
    /// Whose way of naming columns a file follows.
    Profile {
        /// Our own.
        Standard = "standard",
        /// The drug listing of Hainan's platform, 2024. It writes 0 for a product without a price.
        Hainan2024 = "hainan-2024",
        /// The consumable codes of Guizhou's volume-based rounds.
        GuizhouConsumables = "guizhou-consumables",
        /// Nobody's known: a person says which column is which.
        Chosen = "chosen",
    }
}

/// Most lines of a file.
pub const LINES: u64 = 200_000;

/// Our own columns, also those of the export.
pub const STANDARD: &[Column] = &[
    Column::must("code", "医保编码"),
    Column::must("generic", "通用名"),
    Column::must("form", "剂型"),
    Column::must("spec", "规格"),
    Column::must("pack", "包装"),
    Column::must("maker", "生产企业"),
    Column::may("approval", "批准文号"),
    Column::may("evaluated", "过评"),
    Column::may("listing_price", "挂网价格"),
];

const HAINAN_2024: &[Column] = &[
    Column::must("code", "药品统一编码"),
    Column::must("generic", "药品名称"),
    Column::must("form", "剂型"),
    Column::must("spec", "规格"),
    Column::must("pack", "包装"),
    Column::must("maker", "生产企业"),
    Column::must("approval", "批准文号"),
    Column::must("evaluated", "是否过一次性评价"),
    Column::must("listing_price", "挂网价格"),
];

const GUIZHOU_CONSUMABLES: &[Column] = &[
    Column::must("code", "医保耗材编码"),
    Column::must("generic", "产品名称"),
    Column::must("approval", "注册证号"),
];

/// What a person can choose columns for; only code and name must be there.
pub const CHOSEN: &[Column] = &[
    Column::must("code", "医保编码"),
    Column::must("generic", "通用名"),
    Column::may("form", "剂型"),
    Column::may("spec", "规格"),
    Column::may("pack", "包装"),
    Column::may("maker", "生产企业"),
    Column::may("approval", "批准文号"),
    Column::may("evaluated", "过评"),
    Column::may("listing_price", "挂网价格"),
];

/// What files say for yes and no.
const YES_NO: &[(&str, bool)] = &[
    ("是", true),
    ("否", false),
    ("yes", true),
    ("no", false),
    ("1", true),
    ("0", false),
    ("true", true),
    ("false", false),
];

impl Profile {
    /// Its columns.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Profile::Standard => STANDARD,
            Profile::Hainan2024 => HAINAN_2024,
            Profile::GuizhouConsumables => GUIZHOU_CONSUMABLES,
            Profile::Chosen => CHOSEN,
        }
    }

    /// The profile whose required columns a header has; [`Profile::Chosen`] when none.
    pub fn of(names: &[String]) -> Self {
        let has = |wanted: &Column| names.iter().any(|name| is_named(name, wanted));
        let known = [Profile::Standard, Profile::Hainan2024, Profile::GuizhouConsumables];
        let found = known.into_iter().find(|p| p.columns().iter().filter(|c| c.required).all(has));
        found.unwrap_or(Profile::Chosen)
    }
}

fn is_named(header: &str, column: &Column) -> bool {
    let header = header.trim().to_lowercase();
    header == column.key || header == column.zh
}

/// How a file is laid out: its profile, and where the columns of [`CHOSEN`] are when a person said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The profile.
    pub profile: Profile,
    /// For each column of [`CHOSEN`] its place in the file, counted from 0; empty as long as nobody has said.
    pub places: Vec<Option<usize>>,
}

impl Layout {
    /// A known layout.
    pub fn known(profile: Profile) -> Self {
        Self { profile, places: Vec::new() }
    }

    /// Whether a person still has to say which column is which.
    pub fn is_open(&self) -> bool {
        self.profile == Profile::Chosen && self.places.is_empty()
    }
}

/// The header and the first lines of a file whose columns are not known.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The headers.
    pub names: Vec<String>,
    /// A few lines, cell by cell.
    pub lines: Vec<Vec<String>>,
}

/// Reads a file to its end without knowing its columns, so that one that cannot be read is refused at once.
pub fn sample(input: impl Read) -> Result<Sample> {
    const LINES_SHOWN: usize = 3;
    let mut rows = open_chosen(input, &[], Vec::new(), Limits::lines(LINES))?;
    let mut sample = Sample { names: rows.names().to_vec(), lines: Vec::new() };
    let mut faults = Faults::default();
    while let Some(row) = rows.next(&mut faults)? {
        if sample.lines.len() < LINES_SHOWN {
            sample.lines.push(row.cells().map(ToOwned::to_owned).collect());
        }
    }
    Ok(sample)
}

/// For each column of [`CHOSEN`] the place where some profile's name of it stands, to begin choosing with.
pub fn guess(names: &[String]) -> Vec<Option<usize>> {
    let place = |wanted: &Column| {
        let called = Profile::ALL.iter().flat_map(|p| p.columns()).filter(|c| c.key == wanted.key);
        called.into_iter().find_map(|column| names.iter().position(|name| is_named(name, column)))
    };
    CHOSEN.iter().map(place).collect()
}

/// A line read and found good.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its number in the file.
    pub line: u64,
    /// The product's code.
    pub code: Code,
    /// What it says of the product; blank for columns the file does not have.
    pub facts: Facts,
}

/// A file read.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The good lines, one for each code, in the order of the file.
    pub lines: Vec<Line>,
    /// The columns the file has; what it lacks leaves known products as they are.
    pub has: Vec<&'static str>,
    /// Headers of columns that were not read.
    pub ignored: Vec<String>,
    /// What is wrong with the bad lines.
    pub faults: Faults,
    /// How many lines are bad.
    pub bad: u64,
    /// Lines that say again exactly what an earlier line says.
    pub repeated: u64,
}

/// Reads and checks a file. An error means that the file as a whole cannot be read.
pub fn read(input: impl Read, layout: &Layout) -> Result<Reading> {
    let (limits, columns) = (Limits::lines(LINES), layout.profile.columns());
    let rows = match layout.profile {
        Profile::Chosen => open_chosen(input, columns, layout.places.clone(), limits)?,
        _ => open(input, columns, Unknown::Ignore, limits)?,
    };
    let has = columns.iter().map(|column| column.key).filter(|key| rows.has(key)).collect();
    let mut reading = Reading { has, ignored: rows.ignored(), ..Reading::default() };
    read_lines(rows, layout.profile, &mut reading)?;
    Ok(reading)
}

fn read_lines(mut rows: Rows<impl Read>, profile: Profile, reading: &mut Reading) -> Result<()> {
    let mut by_code: HashMap<String, usize> = HashMap::new();
    let mut clashing: Vec<bool> = Vec::new();
    while let Some(row) = rows.next(&mut reading.faults)? {
        let Some(line) = line(&row, profile, reading) else { continue };
        let at = match by_code.entry(line.code.as_str().to_owned()) {
            Entry::Vacant(free) => {
                free.insert(reading.lines.len());
                reading.lines.push(line);
                clashing.push(false);
                continue;
            }
            Entry::Occupied(known) => *known.get(),
        };
        let (Some(first), Some(clash)) = (reading.lines.get(at), clashing.get_mut(at)) else { continue };
        if first.facts == line.facts && !*clash {
            reading.repeated += 1;
            continue;
        }
        let fault = row.fault("code", Refused::Twice(first.line));
        if !*clash {
            // Nobody can say which of the two is right, so the first is no better than the second.
            *clash = true;
            let other =
                Fault::new(first.line, fault.column.clone(), line.code.as_str(), Refused::Twice(row.line));
            reading.faults.push(other);
        }
        reading.faults.push(fault);
    }
    let mut clashing = clashing.into_iter();
    reading.lines.retain(|_| !clashing.next().unwrap_or(false));
    reading.bad = rows.count().saturating_sub(reading.lines.len() as u64 + reading.repeated);
    Ok(())
}

/// One line, or its faults.
fn line(row: &Row, profile: Profile, reading: &mut Reading) -> Option<Line> {
    let (has, faults) = (&reading.has, &mut reading.faults);
    let before = faults.count();
    let code = row.get("code").parse::<Code>();
    let code = code.map_err(|why| faults.push(row.fault("code", Refused::Code(why)))).ok();
    let mut text = |key: &str| {
        let text = rules::tidy(row.get(key));
        if text.chars().count() > rules::LONGEST {
            faults.push(row.fault(key, Reason::TooLong(rules::LONGEST)));
        }
        text
    };
    let facts = Facts {
        generic: text("generic"),
        form: text("form"),
        spec: text("spec"),
        pack: text("pack"),
        maker: text("maker"),
        approval: text("approval"),
        evaluated: evaluated(row, faults),
        listing_price: price(row, profile, faults),
    };
    row.filled("generic", faults);
    let is_drug = code.as_ref().is_some_and(|code| rules::kind(code) == ProductKind::Drug);
    if is_drug && has.contains(&"maker") {
        row.filled("maker", faults);
    }
    let line = Line { line: row.line, code: code?, facts };
    (faults.count() == before).then_some(line)
}

fn evaluated(row: &Row, faults: &mut Faults) -> bool {
    !row.get("evaluated").is_empty() && row.word("evaluated", YES_NO, faults).unwrap_or(false)
}

fn price(row: &Row, profile: Profile, faults: &mut Faults) -> Option<UnitPrice> {
    if row.get("listing_price").is_empty() {
        return None;
    }
    let price: UnitPrice = row.number("listing_price", faults)?;
    if price == UnitPrice::ZERO && profile == Profile::Hainan2024 {
        return None;
    }
    if !price.is_positive() {
        faults.push(row.fault("listing_price", Reason::NotPositive));
    }
    Some(price)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Lang;

    const HEAD: &str = "医保编码,通用名,剂型,规格,包装,生产企业,挂网价格\n";

    fn told(body: &str) -> (usize, u64, u64, Vec<String>) {
        let file = format!("{HEAD}{body}");
        let found = read(file.as_bytes(), &Layout::known(Profile::Standard)).unwrap();
        (found.lines.len(), found.repeated, found.bad, found.faults.sentences(Lang::En.text()))
    }

    #[test]
    fn one_code_twice_is_one_product_or_two_bad_lines() {
        let line = "XJ01CAA040E001020200600,阿莫西林胶囊,硬胶囊,0.25g,24粒/盒,珠海联邦,10.66\n";
        let (good, repeated, bad, said) = told(&line.repeat(3));
        assert_eq!((good, repeated, bad, said.len()), (1, 2, 0, 0));
        let (good, repeated, bad, said) =
            told(&format!("{line}{}", line.replace("10.66", "10.67").repeat(2)));
        assert_eq!((good, repeated, bad), (0, 0, 3));
        assert!(
            said[0].starts_with("Line 2, 医保编码 is \"XJ01CAA040E001020200600\"")
                && said[0].contains("line 3")
        );
        assert!(said[1].starts_with("Line 3") && said[1].contains("line 2"));
    }

    #[test]
    fn bad_prices_are_told_with_line_column_and_value() {
        let check = |price: &str, want: &str| {
            let (good, _, bad, said) = told(&format!("XJ01CAA040E001020200600,甲,乙,丙,丁,戊,{price}\n"));
            assert_eq!((good, bad), (0, 1), "{price}");
            assert!(said[0].starts_with(&format!("Line 2, 挂网价格 is \"{price}\"")), "{said:?}");
            assert!(said[0].contains(want), "{said:?}");
        };
        check("1.0000001", "at most 6 decimals");
        check("-1", "greater than zero");
        check("0", "greater than zero");
        check("1e3", "not a plain number");
        check("十元", "not a plain number");
    }

    #[test]
    fn a_profile_is_known_by_its_header() {
        let of = |header: &str| Profile::of(&header.split(',').map(ToOwned::to_owned).collect::<Vec<_>>());
        assert_eq!(of("通用名,医保编码,剂型,规格,包装,生产企业"), Profile::Standard);
        assert_eq!(of("code,generic,form,spec,pack,maker,note"), Profile::Standard);
        assert_eq!(of("注册证号,医保耗材编码,产品名称"), Profile::GuizhouConsumables);
        assert_eq!(of("a,b"), Profile::Chosen);
        let names = ["x".to_owned(), "药品名称".to_owned(), "医保编码".to_owned()];
        assert_eq!(guess(&names)[..3], [Some(2), Some(1), None]);
    }

    #[test]
    fn zero_means_no_price_only_where_the_source_says_so() {
        let file = "药品统一编码,药品名称,剂型,包装,规格,批准文号,生产企业,挂网价格,是否过一次性评价\n\
                    XA02BAF006B001010205814,注射用法莫替丁,冻干粉针,20mg*10瓶/盒,20mg,国药准字H20058906,海南双成,0,否\n";
        let found = read(file.as_bytes(), &Layout::known(Profile::Hainan2024)).unwrap();
        assert_eq!((found.lines.len(), found.bad), (1, 0));
        assert_eq!(found.lines[0].facts.listing_price, None);
    }
}
