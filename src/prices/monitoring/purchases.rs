//! Purchases of a family of products in memory, cut into cells: one product at one hospital in one month.

use std::fmt;
use std::ops::Range;

use chrono::{Datelike, NaiveDate};

use crate::types::{Money, Quantity, UnitPrice};

/// A month of the calendar, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(i32);

impl Month {
    /// The month of a day.
    pub fn of(day: NaiveDate) -> Self {
        Self(day.year() * 12 + i32::try_from(day.month0()).unwrap_or_default())
    }

    /// So many months later.
    pub fn plus(self, months: i32) -> Self {
        Self(self.0.saturating_add(months))
    }

    /// How many months after another.
    pub fn since(self, other: Self) -> i32 {
        self.0.saturating_sub(other.0)
    }

    /// Its first day.
    pub fn first(self) -> NaiveDate {
        let month = u32::try_from(self.0.rem_euclid(12) + 1).unwrap_or(1);
        NaiveDate::from_ymd_opt(self.0.div_euclid(12), month, 1).unwrap_or_default()
    }

    /// Its last day.
    pub fn last(self) -> NaiveDate {
        self.plus(1).first().pred_opt().unwrap_or_default()
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.div_euclid(12), self.0.rem_euclid(12) + 1)
    }
}

/// A purchase as far as prices are judged by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purchase {
    /// The product's number.
    pub product: i32,
    /// The day.
    pub day: NaiveDate,
    /// The hospital's number.
    pub hospital: i32,
    /// Millionths of a yuan for one unit.
    pub price: i64,
    /// Thousandths of a unit; below zero for a return.
    pub quantity: i64,
}

/// What one hospital bought of one product in one month.
#[derive(Debug, Clone)]
pub struct Cell {
    /// The product's place in its family.
    pub product: usize,
    /// The hospital's number.
    pub hospital: i32,
    /// The month.
    pub month: Month,
    rows: Range<usize>,
    /// Thousandths of a unit, returns taken off.
    pub net: i128,
    /// Thousandths of a unit bought, returns not taken off.
    pub bought: i128,
    /// Price times quantity of what was bought, in billionths of a yuan.
    pub amount: i128,
}

impl Cell {
    /// A cell of purchases; `at` is where they begin.
    fn new((product, month): (usize, Month), at: usize, rows: &[Purchase]) -> Self {
        let hospital = rows.first().map(|row| row.hospital).unwrap_or_default();
        let mut it =
            Self { product, hospital, month, rows: at..at + rows.len(), net: 0, bought: 0, amount: 0 };
        for row in rows {
            let quantity = i128::from(row.quantity);
            it.net += quantity;
            if row.quantity > 0 {
                it.bought += quantity;
                it.amount += quantity * i128::from(row.price);
            }
        }
        it
    }
}

/// The purchases of a family in the order of product, month and hospital.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    rows: Vec<Purchase>,
    cells: Vec<Cell>,
    of: Vec<Range<usize>>,
}

impl Ledger {
    /// Cuts the purchases of each product, given by its place in the family, into cells.
    pub fn new(of_products: &[impl AsRef<[Purchase]>]) -> Self {
        let mut it = Self::default();
        for (product, rows) in of_products.iter().enumerate() {
            let (mut at, first) = (it.rows.len(), it.cells.len());
            it.rows.extend_from_slice(rows.as_ref());
            let rows = it.rows.get_mut(at..).unwrap_or_default();
            // They mostly come by day, and then neither order takes time.
            rows.sort_by_key(|row| row.day);
            for rows in rows.chunk_by_mut(|a, b| Month::of(a.day) == Month::of(b.day)) {
                rows.sort_by_key(|row| row.hospital);
                let month = rows.first().map(|row| Month::of(row.day)).unwrap_or_default();
                for part in rows.chunk_by(|a, b| a.hospital == b.hospital) {
                    it.cells.push(Cell::new((product, month), at, part));
                    at += part.len();
                }
            }
            it.of.push(first..it.cells.len());
        }
        it
    }

    /// The cells of a product in the order of month and hospital.
    pub fn cells(&self, product: usize) -> &[Cell] {
        let range = self.of.get(product).cloned().unwrap_or_default();
        self.cells.get(range).unwrap_or_default()
    }

    /// The purchases of a cell by day.
    pub fn rows(&self, cell: &Cell) -> &[Purchase] {
        self.rows.get(cell.rows.clone()).unwrap_or_default()
    }

    /// The cells of a product in one month.
    pub fn in_month(&self, product: usize, month: Month) -> &[Cell] {
        let cells = self.cells(product);
        let start = cells.partition_point(|cell| cell.month < month);
        let end = cells.partition_point(|cell| cell.month <= month);
        cells.get(start..end).unwrap_or_default()
    }

    /// The cells of a product with purchases, hospital by hospital, each in the order of months.
    pub fn by_hospital(&self, product: usize) -> Vec<&Cell> {
        let mut cells: Vec<&Cell> = self.cells(product).iter().filter(|cell| cell.bought > 0).collect();
        cells.sort_by_key(|cell| cell.hospital);
        cells
    }
}

/// A quotient of whole numbers not below zero, rounded half up.
pub fn rounded(over: i128, under: i128) -> Option<i128> {
    let sign = if (over < 0) == (under < 0) { 1 } else { -1 };
    let (over, under) = (over.checked_abs()?, under.checked_abs()?);
    let whole = over.checked_div(under)?;
    let up = over % under >= under - over % under;
    Some(sign * (whole + i128::from(up)))
}

/// The mean price of an amount (billionths of a yuan) by its quantity (thousandths), rounded half up to six decimals.
pub fn mean(amount: i128, quantity: i128) -> Option<UnitPrice> {
    i64::try_from(rounded(amount, quantity)?).ok().map(UnitPrice::from_scaled)
}

/// Billionths of a yuan over a divisor as money, rounded half up once.
pub fn money(over: i128, under: i128) -> Option<Money> {
    let cents = rounded(over, under.checked_mul(10_000_000)?)?;
    i64::try_from(cents).ok().map(Money::from_scaled)
}

/// Thousandths as a quantity.
pub fn quantity(thousandths: i128) -> Option<Quantity> {
    i64::try_from(thousandths).ok().map(Quantity::from_scaled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn months_are_counted_over_the_turn_of_the_year() {
        let month = Month::of(day("2026-12-31"));
        assert_eq!((month.first(), month.last()), (day("2026-12-01"), day("2026-12-31")));
        assert_eq!(
            (month.plus(1).first(), month.plus(1).to_string()),
            (day("2027-01-01"), "2027-01".to_owned())
        );
        assert_eq!(month.plus(2).since(month), 2);
        assert_eq!(Month::of(day("2028-02-10")).last(), day("2028-02-29"));
    }

    #[test]
    fn quotients_are_rounded_half_up() {
        let check = |over, under, want| assert_eq!(rounded(over, under), Some(want), "{over}/{under}");
        check(5, 2, 3);
        check(4, 3, 1);
        check(5, 3, 2);
        check(-5, 2, -3);
        check(-4, 3, -1);
        check(0, 3, 0);
        assert_eq!(rounded(1, 0), None);
        assert_eq!(money(15_000_000, 1).map(|it| it.to_string()), Some("0.02".to_owned()));
        assert_eq!(money(14_999_999, 1).map(|it| it.to_string()), Some("0.01".to_owned()));
    }

    #[test]
    fn purchases_are_cut_into_cells_net_of_returns() {
        let row = |product, day_text: &str, hospital, price, quantity| Purchase {
            product,
            day: day(day_text),
            hospital,
            price,
            quantity,
        };
        let seven = vec![
            row(7, "2026-02-03", 2, 3_000_000, 1_000),
            row(7, "2026-01-30", 1, 2_000_000, 5_000),
            row(7, "2026-01-02", 1, 1_000_000, 10_000),
            row(7, "2026-01-31", 1, 2_000_000, -4_000),
        ];
        let ledger = Ledger::new(&[seven, vec![row(8, "2026-01-31", 1, 2_000_000, 1_000)], Vec::new()]);
        let seen: Vec<_> =
            ledger.cells(0).iter().map(|it| (it.hospital, it.net, it.bought, it.amount)).collect();
        assert_eq!(seen, [(1, 11_000, 15_000, 20_000_000_000), (2, 1_000, 1_000, 3_000_000_000)]);
        assert_eq!(ledger.rows(&ledger.cells(0)[0]).len(), 3);
        assert_eq!((ledger.cells(1).len(), ledger.cells(2).len()), (1, 0));
        assert_eq!(ledger.in_month(0, Month::of(day("2026-02-11"))).len(), 1);
        assert_eq!(mean(20_000_000_000, 15_000).map(|it| it.to_string()), Some("1.333333".to_owned()));
    }
}
