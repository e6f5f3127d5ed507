//! Lines of `transactions.csv` read, checked and matched with the registers; no database, no clock.

use std::collections::{HashMap, HashSet};
use std::io::{Chain, Cursor, Read};
use std::sync::Arc;

use chrono::NaiveDate;

use super::Refused;
use crate::error::Result;
use crate::files::read::{Column, Row, Rows, Unknown, open};
use crate::files::{Faults, Limits, Reason};
use crate::types::{Money, Quantity, UnitPrice};

/// The columns of the file.
pub const COLUMNS: &[Column] = &[
    Column::must("date", "日期").also(&["fee_ocur_time"]),
    Column::must("hospital", "医疗机构编码").also(&["fixmedins_code"]),
    Column::must("product", "医保编码").also(&["med_list_codg", "hilist_code"]),
    Column::must("supplier", "供应企业").also(&["signEntpName"]),
    Column::must("quantity", "数量").also(&["cnt"]),
    Column::must("unit_price", "单价").also(&["pric"]),
    Column::must("amount", "金额").also(&["det_item_fee_sumamt"]),
];

/// Limits of a CSV file, which is read as a stream.
const STREAMED: Limits = Limits { bytes: 4 << 30, lines: 20_000_000, columns: 200, cell: 8_000, unpacked: 0 };
/// Limits of a workbook, which is held in memory.
const HELD: Limits =
    Limits { bytes: 32 << 20, lines: 200_000, columns: 200, cell: 8_000, unpacked: 256 << 20 };
/// Longest supplier name, in characters.
const NAME: usize = 200;
/// Longest code, in characters.
const CODE: usize = 60;
/// How many supplier names are remembered so that lines share them.
const NAMES: usize = 50_000;

/// The registers' codes with the short numbers that stand for them.
#[derive(Debug, Default)]
pub struct Codes {
    /// Hospitals by code.
    pub hospitals: HashMap<String, i32>,
    /// Products by code.
    pub products: HashMap<String, i32>,
    /// The code of the hospital that sends the file, which may send its own purchases only.
    pub only: Option<String>,
}

/// What a line says. The codes are kept only of a line that the registers do not know.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Content {
    /// The day of the purchase.
    pub day: NaiveDate,
    /// The hospital's number; 0 when its code is unknown.
    pub hospital: i32,
    /// The product's number; 0 when its code is unknown.
    pub product: i32,
    /// From whom.
    pub supplier: Arc<str>,
    /// How much; below zero for a return.
    pub quantity: Quantity,
    /// Yuan for one unit.
    pub unit_price: UnitPrice,
    /// Yuan in all, with the sign of the quantity.
    pub amount: Money,
    /// The codes of hospital and product when either is unknown.
    pub codes: Option<Box<(String, String)>>,
}

/// A sound line.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its number in the file.
    pub line: u64,
    /// What it says.
    pub content: Content,
    /// How often the file has said the same so far, this line included.
    pub nth: i32,
}

/// The sound lines of a file, one at a time.
pub struct Lines<'a, R> {
    rows: Rows<Chain<Cursor<Vec<u8>>, R>>,
    codes: &'a Codes,
    today: NaiveDate,
    names: HashSet<Arc<str>>,
}

impl<'a, R: Read> Lines<'a, R> {
    /// Opens a file. A purchase after `today` is a fault.
    pub fn open(mut input: R, codes: &'a Codes, today: NaiveDate) -> Result<Self> {
        let mut head = Vec::new();
        input.by_ref().take(4).read_to_end(&mut head)?;
        let limits = if head.starts_with(b"PK\x03\x04") { HELD } else { STREAMED };
        let rows = open(Cursor::new(head).chain(input), COLUMNS, Unknown::Refuse, limits)?;
        Ok(Self { rows, codes, today, names: HashSet::new() })
    }

    /// Lines of data gone through, bad ones too.
    pub fn count(&self) -> u64 {
        self.rows.count()
    }

    /// The next sound line; faults of those before it go to `faults`.
    pub fn next(&mut self, faults: &mut Faults) -> Result<Option<Line>> {
        while let Some(row) = self.rows.next(faults)? {
            if let Some(content) = self.content(&row, faults) {
                return Ok(Some(Line { line: row.line, content, nth: 1 }));
            }
        }
        Ok(None)
    }

    /// What a line says, or its faults: each bad cell one.
    fn content(&mut self, row: &Row, faults: &mut Faults) -> Option<Content> {
        let day = row.date("date", faults).filter(|day| {
            let is_past = *day <= self.today;
            if !is_past {
                faults.push(row.fault("date", Refused::Future));
            }
            is_past
        });
        let hospital_code = code(row, "hospital", faults).filter(|code| {
            let is_own = self.codes.only.as_deref().is_none_or(|only| only == *code);
            if !is_own {
                faults.push(row.fault("hospital", Refused::OtherHospital));
            }
            is_own
        });
        let product_code = code(row, "product", faults);
        let supplier = row.words("supplier", NAME, faults).map(|name| self.shared(name));
        let quantity = row.number::<Quantity>("quantity", faults).filter(|quantity| {
            let is_some = *quantity != Quantity::ZERO;
            if !is_some {
                faults.push(row.fault("quantity", Refused::NoQuantity));
            }
            is_some
        });
        let unit_price = row.positive::<UnitPrice>("unit_price", faults);
        let amount = row.number::<Money>("amount", faults);
        let (quantity, unit_price, amount) = (quantity?, unit_price?, amount?);
        match product_of(quantity, unit_price) {
            None => {
                let too_large = Reason::Number(crate::types::NotANumber::TooLarge);
                faults.push(row.fault("quantity", too_large));
                return None;
            }
            Some(product) if product != amount => {
                faults.push(row.fault("amount", Refused::Amount(product)));
                return None;
            }
            Some(_) => {}
        }
        let (hospital_code, product_code) = (hospital_code?, product_code?);
        let hospital = self.codes.hospitals.get(hospital_code).copied().unwrap_or(0);
        let product = self.codes.products.get(product_code).copied().unwrap_or(0);
        let is_known = hospital != 0 && product != 0;
        let codes = (!is_known).then(|| Box::new((hospital_code.to_owned(), product_code.to_owned())));
        Some(Content {
            day: day?,
            hospital,
            product,
            supplier: supplier?,
            quantity,
            unit_price,
            amount,
            codes,
        })
    }

    fn shared(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.names.get(name) {
            return known.clone();
        }
        let name: Arc<str> = name.into();
        if self.names.len() < NAMES {
            self.names.insert(name.clone());
        }
        name
    }
}

/// A code: something, on one line, not endless. Whether a register knows it is another question.
fn code<'r>(row: &'r Row, key: &str, faults: &mut Faults) -> Option<&'r str> {
    row.filled(key, faults)?;
    row.words(key, CODE, faults)
}

/// Quantity times price, rounded half up (四舍五入) to the cent, away from zero for a return.
fn product_of(quantity: Quantity, price: UnitPrice) -> Option<Money> {
    const BELOW_A_CENT: i128 = 10_i128.pow(Quantity::PLACES + UnitPrice::PLACES - Money::PLACES);
    let exact = i128::from(quantity.scaled()) * i128::from(price.scaled());
    let cents = (exact.abs() + BELOW_A_CENT / 2) / BELOW_A_CENT * exact.signum();
    i64::try_from(cents).ok().map(Money::from_scaled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_amount_is_the_product_rounded_once(quantity in -10_i64.pow(12)..10_i64.pow(12), price in 1..10_i64.pow(12)) {
            let (quantity, price) = (Quantity::from_scaled(quantity), UnitPrice::from_scaled(price));
            prop_assert_eq!(product_of(quantity, price), Money::of(quantity, price).ok());
        }
    }

    fn read(text: &str) -> (Vec<Line>, Vec<String>) {
        let codes = Codes {
            hospitals: [("H1".to_owned(), 1)].into_iter().collect(),
            products: [("X1".to_owned(), 7)].into_iter().collect(),
            only: None,
        };
        let head = "date,hospital,product,supplier,quantity,unit_price,amount\n";
        let text = format!("{head}{text}");
        let today = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
        let mut lines = Lines::open(text.as_bytes(), &codes, today).unwrap();
        let (mut faults, mut found) = (Faults::default(), Vec::new());
        while let Some(line) = lines.next(&mut faults).unwrap() {
            found.push(line);
        }
        let said = |fault: &crate::files::Fault| {
            format!("{} {} {}", fault.line, fault.column, fault.reason.say(crate::text::Lang::En.text()))
        };
        (found, faults.first().iter().map(said).collect())
    }

    #[test]
    fn a_line_is_sound_or_says_what_is_wrong() {
        let check = |line: &str, wanted: &str| {
            let (found, said) = read(line);
            assert!(found.is_empty() && said.len() == 1 && said[0].contains(wanted), "{line}: {said:?}");
        };
        check("2026-11-24,H1,X1,s,1,0.5,0.50\n", "date");
        check("2026-02-29,H1,X1,s,1,0.5,0.50\n", "date");
        check("2026-02-01,,X1,s,1,0.5,0.50\n", "hospital");
        check("2026-02-01,H1,,s,1,0.5,0.50\n", "product");
        check("2026-02-01,H1,X1,s,0,0.5,0\n", "quantity");
        check("2026-02-01,H1,X1,s,1,0,0\n", "unit_price");
        check("2026-02-01,H1,X1,s,1,-1,-1\n", "unit_price");
        check("2026-02-01,H1,X1,s,1,0.5,0.51\n", "0.50");
        check("2026-02-01,H1,X1,s,1,0.005,0.00\n", "0.01");
        check("2026-02-01,H1,X1,s,-1,0.5,0.50\n", "-0.50");
        check("2026-02-01,H1,X1,s,999999999999999,999999999999,1\n", "quantity");
        check("2026-02-01,H1,X1,s,1,0.5\n", "");
        check(&format!("2026-02-01,{},X1,s,1,0.5,0.50\n", "H".repeat(61)), "hospital");
        check(&format!("2026-02-01,H1,X1,{},1,0.5,0.50\n", "s".repeat(201)), "supplier");
    }

    #[test]
    fn a_return_and_an_unknown_code_are_sound() {
        let (found, said) = read("2026-02-01,H1,X1,s,-3,0.005,-0.02\n2026-11-23,H2,X1,s,1,0.5,.5\n");
        assert_eq!((found.len(), said.len()), (1, 1), "{said:?}");
        let (found, _) = read("2026-02-01,H1,X1,s,-3,0.005,-0.02\n2026-11-23,H2,X1,s,1,0.5,0.5\n");
        assert_eq!((found[0].content.hospital, found[0].content.product), (1, 7));
        assert_eq!(found[1].content.codes.as_deref(), Some(&("H2".to_owned(), "X1".to_owned())));
        assert_eq!((found[1].content.hospital, found[1].content.product, found[1].line), (0, 7, 3));
    }
}
