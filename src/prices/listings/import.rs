//! Lines of `listings.csv` read and checked; no database, no clock.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::io::{Chain, Cursor, Read};

use chrono::{Days, NaiveDate};

use super::Refused;
use crate::error::Result;
use crate::files::read::{Column, Row, Rows, Unknown, open};
use crate::files::{Faults, Limits};
use crate::types::UnitPrice;

/// The columns of the file.
pub const COLUMNS: &[Column] = &[
    Column::must("product", "医保编码").also(&["med_list_codg", "hilist_code"]),
    Column::must("region", "地区"),
    Column::must("price", "挂网价格").also(&["pubonlnPric"]),
    Column::must("from", "起始日期"),
];

/// Limits of a file. What a line repeats is known from one entry a line, so there are fewer lines than of purchases.
const STREAMED: Limits = Limits { bytes: 1 << 30, lines: 1_000_000, columns: 200, cell: 8_000, unpacked: 0 };
/// Limits of a workbook, which is held in memory.
const HELD: Limits =
    Limits { bytes: 32 << 20, lines: 200_000, columns: 200, cell: 8_000, unpacked: 256 << 20 };
/// Longest region and code, in characters.
const NAME: usize = 60;
/// A listing may begin this many days from today.
const AHEAD: u64 = 366;

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number in the file.
    pub line: u64,
    /// The product's code.
    pub product: String,
    /// The region.
    pub region: String,
    /// The first day of the price.
    pub from: NaiveDate,
    /// Yuan a pack.
    pub price: UnitPrice,
}

/// The sound lines of a file, one at a time, each product, region and day once.
pub struct Lines<R> {
    rows: Rows<Chain<Cursor<Vec<u8>>, R>>,
    latest: NaiveDate,
    /// Price and line of each product, region and day that came, by their hash.
    seen: HashMap<u64, (UnitPrice, u64)>,
    repeated: i64,
}

impl<R: Read> Lines<R> {
    /// Opens a file. A price that begins more than a year after `today` is a fault.
    pub fn open(mut input: R, today: NaiveDate) -> Result<Self> {
        let mut head = Vec::new();
        input.by_ref().take(4).read_to_end(&mut head)?;
        let limits = if head.starts_with(b"PK\x03\x04") { HELD } else { STREAMED };
        let rows = open(Cursor::new(head).chain(input), COLUMNS, Unknown::Refuse, limits)?;
        let latest = today.checked_add_days(Days::new(AHEAD)).unwrap_or(today);
        Ok(Self { rows, latest, seen: HashMap::new(), repeated: 0 })
    }

    /// Lines of data gone through, bad ones too.
    pub fn count(&self) -> u64 {
        self.rows.count()
    }

    /// Lines that said the same as one before them and were passed over.
    pub fn repeated(&self) -> i64 {
        self.repeated
    }

    /// The next sound line; faults of those before it go to `faults`.
    pub fn next(&mut self, faults: &mut Faults) -> Result<Option<Line>> {
        while let Some(row) = self.rows.next(faults)? {
            if let Some(line) = self.line(&row, faults) {
                return Ok(Some(line));
            }
        }
        Ok(None)
    }

    fn line(&mut self, row: &Row, faults: &mut Faults) -> Option<Line> {
        let product = name(row, "product", faults);
        let region = name(row, "region", faults);
        let price = row.positive::<UnitPrice>("price", faults);
        let from = row.date("from", faults).filter(|day| {
            let is_near = *day <= self.latest;
            if !is_near {
                faults.push(row.fault("from", Refused::FarAhead));
            }
            is_near
        });
        let (product, region, price, from) = (product?, region?, price?, from?);
        let key = self.seen.hasher().hash_one((&product, &region, from));
        match self.seen.get(&key) {
            Some((same, _)) if *same == price => {
                self.repeated += 1;
                return None;
            }
            Some((other, line)) => {
                faults.push(row.fault("price", Refused::Contradicts { line: *line, price: *other }));
                return None;
            }
            None => {}
        }
        self.seen.insert(key, (price, row.line));
        Some(Line { line: row.line, product, region, from, price })
    }
}

fn name(row: &Row, key: &str, faults: &mut Faults) -> Option<String> {
    row.filled(key, faults)?;
    row.words(key, NAME, faults).map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<Line>, i64, Vec<String>) {
        let text = format!("product,region,price,from\n{text}");
        let today = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
        let mut lines = Lines::open(text.as_bytes(), today).unwrap();
        let (mut faults, mut found) = (Faults::default(), Vec::new());
        while let Some(line) = lines.next(&mut faults).unwrap() {
            found.push(line);
        }
        (found, lines.repeated(), faults.sentences(crate::text::Lang::En.text()))
    }

    #[test]
    fn a_line_is_sound_or_says_what_is_wrong() {
        let check = |line: &str, wanted: &str| {
            let (found, _, said) = read(line);
            assert!(found.is_empty() && said.len() == 1 && said[0].contains(wanted), "{line}: {said:?}");
        };
        check(",海南省,1,2026-01-01\n", "product");
        check("X1,,1,2026-01-01\n", "region");
        check("X1,海南省,,2026-01-01\n", "price");
        check("X1,海南省,0,2026-01-01\n", "price");
        check("X1,海南省,-2,2026-01-01\n", "price");
        check("X1,海南省,1,2026-02-30\n", "from");
        check("X1,海南省,1,2028-01-01\n", "from");
        check(&format!("X1,{},1,2026-01-01\n", "省".repeat(61)), "region");
    }

    #[test]
    fn a_repeated_line_counts_once_and_a_contradiction_names_the_first() {
        let (found, repeated, said) = read(
            "X1,海南省,1,2026-01-01\nX1,海南省,1.0,2026-01-01\nX1,海南省,2,2026-01-01\nX1,浙江省,2,2026-01-01\n",
        );
        assert_eq!((found.len(), repeated, said.len()), (2, 1, 1), "{said:?}");
        assert!(said[0].contains("line 2") && said[0].contains("Line 4"), "{said:?}");
    }
}
