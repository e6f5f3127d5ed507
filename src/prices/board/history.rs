//! Purchases of one product as a history of prices: by month, hospital and region; and how its prices are spread. Pure.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::month_of;
use crate::prices::quartile;
use crate::types::{Money, Quantity, UnitPrice, half_up};

/// A purchase as far as its price goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bought {
    /// The day.
    pub day: NaiveDate,
    /// The hospital's short number.
    pub hospital: i32,
    /// Yuan for one unit.
    pub price: UnitPrice,
    /// How much, above zero.
    pub quantity: Quantity,
}

/// What purchases come to: quantity, what it cost, and the prices paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// Purchases.
    pub lines: i64,
    quantity: i128,
    value: i128,
    /// The lowest price paid.
    pub lowest: UnitPrice,
    /// The highest price paid.
    pub highest: UnitPrice,
}

/// Quantity times price is kept to nine decimals.
const VALUE: u32 = Quantity::PLACES + UnitPrice::PLACES;

impl Cell {
    fn of(it: &Bought) -> Self {
        let quantity = i128::from(it.quantity.scaled());
        let value = quantity * i128::from(it.price.scaled());
        Self { lines: 1, quantity, value, lowest: it.price, highest: it.price }
    }

    fn add(&mut self, other: &Self) {
        self.lines += other.lines;
        self.quantity += other.quantity;
        self.value += other.value;
        self.lowest = self.lowest.min(other.lowest);
        self.highest = self.highest.max(other.highest);
    }

    /// The mean price, weighted by quantity, rounded half up to six decimals.
    pub fn mean(&self) -> UnitPrice {
        // Both are above zero; a thousandth of a unit and a billionth of a yuan meet in a millionth of a yuan.
        let whole = self.value / self.quantity.max(1);
        let rest = self.value % self.quantity.max(1);
        let mean = if rest * 2 >= self.quantity { whole + 1 } else { whole };
        UnitPrice::from_scaled(i64::try_from(mean).unwrap_or(i64::MAX))
    }

    /// How much was bought.
    pub fn quantity(&self) -> Quantity {
        Quantity::from_scaled(i64::try_from(self.quantity).unwrap_or(i64::MAX))
    }

    /// What it cost, rounded half up to the cent.
    pub fn amount(&self) -> Money {
        let exact = Decimal::try_from_i128_with_scale(self.value, VALUE).unwrap_or(Decimal::MAX);
        Money::rounded(exact).unwrap_or(Money::from_scaled(i64::MAX))
    }
}

/// What each key bought, by month.
pub type ByMonth<K> = BTreeMap<K, BTreeMap<NaiveDate, Cell>>;

/// The history of a product's prices.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// Of all hospitals together.
    pub all: BTreeMap<NaiveDate, Cell>,
    /// Of each hospital, by its short number.
    pub hospitals: ByMonth<i32>,
    /// Of the hospitals of each region.
    pub regions: ByMonth<String>,
}

/// All months of a key together.
pub fn whole(months: &BTreeMap<NaiveDate, Cell>) -> Option<Cell> {
    let mut cells = months.values().copied();
    let first = cells.next()?;
    Some(cells.fold(first, |mut sum, it| {
        sum.add(&it);
        sum
    }))
}

fn note<K: Ord>(into: &mut ByMonth<K>, key: K, month: NaiveDate, cell: &Cell) {
    note_month(into.entry(key).or_default(), month, cell);
}

fn note_month(into: &mut BTreeMap<NaiveDate, Cell>, month: NaiveDate, cell: &Cell) {
    into.entry(month).and_modify(|it| it.add(cell)).or_insert(*cell);
}

/// Makes the history of purchases; a hospital's region by its short number.
pub fn history(purchases: &[Bought], regions: &HashMap<i32, String>) -> History {
    let mut made = History::default();
    for it in purchases {
        let (month, cell) = (month_of(it.day), Cell::of(it));
        note(&mut made.hospitals, it.hospital, month, &cell);
    }
    for (hospital, months) in &made.hospitals {
        let region = regions.get(hospital).cloned().unwrap_or_default();
        for (month, cell) in months {
            note_month(&mut made.all, *month, cell);
            note(&mut made.regions, region.clone(), *month, cell);
        }
    }
    made
}

/// How prices are spread: their quartiles, and how many purchases lie in each of some equal steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spread {
    /// Lowest, first quartile, median, third quartile, highest.
    pub quartiles: [UnitPrice; 5],
    /// From a price on, below another, and how many. The last step holds its end too, and all that lies above.
    pub steps: Vec<Step>,
}

/// Purchases at prices of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// From this price on.
    pub from: UnitPrice,
    /// Below this one.
    pub to: UnitPrice,
    /// Purchases.
    pub lines: usize,
    /// It holds what lies below its start, too.
    pub is_open_below: bool,
    /// It holds what lies at or above its end, too.
    pub is_open_above: bool,
}

/// Steps of a distribution.
const STEPS: i64 = 12;

/// How the prices of purchases are spread; none without any. Steps reach three times the middle half beyond it at most,
/// so that one wild price does not press all others into one step.
pub fn spread(purchases: &[Bought]) -> Option<Spread> {
    let mut prices: Vec<UnitPrice> = purchases.iter().map(|it| it.price).collect();
    prices.sort_unstable();
    let (least, most) = (prices.first()?.scaled(), prices.last()?.scaled());
    let at = |quarters| quartile(&prices, quarters).map(UnitPrice::scaled);
    let (first, median, third) = (at(1)?, at(2)?, at(3)?);
    let reach = (third - first).saturating_mul(3);
    let low = least.max(first.saturating_sub(reach));
    let high = most.min(third.saturating_add(reach));
    let width = ((high - low) / STEPS + i64::from((high - low) % STEPS > 0)).max(1);
    let count = ((high - low) / width + 1).clamp(1, STEPS);
    let mut steps: Vec<Step> = (0..count)
        .map(|n| Step {
            from: UnitPrice::from_scaled(low + n * width),
            to: UnitPrice::from_scaled(low + (n + 1) * width),
            lines: 0,
            is_open_below: n == 0 && least < low,
            is_open_above: n == count - 1 && most >= low + count * width,
        })
        .collect();
    for price in &prices {
        let n = ((price.scaled() - low) / width).clamp(0, count - 1);
        if let Some(step) = usize::try_from(n).ok().and_then(|n| steps.get_mut(n)) {
            step.lines += 1;
        }
    }
    Some(Spread { quartiles: [least, first, median, third, most].map(UnitPrice::from_scaled), steps })
}

/// A price for one unit of a price for a pack, rounded half up to six decimals.
pub fn for_one(pack: UnitPrice, units: i64) -> Option<UnitPrice> {
    let price = pack.decimal().checked_div(Decimal::from(units))?;
    UnitPrice::rounded(half_up(price, UnitPrice::PLACES)).ok().filter(|_| units > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bought(day: &str, hospital: i32, price: &str, quantity: &str) -> Bought {
        Bought {
            day: day.parse().unwrap(),
            hospital,
            price: price.parse().unwrap(),
            quantity: quantity.parse().unwrap(),
        }
    }

    #[test]
    fn means_are_weighted_by_quantity_and_rounded_once() {
        let check = |list: &[(&str, &str)], want: &str| {
            let list: Vec<Bought> = list.iter().map(|(p, q)| bought("2026-03-05", 1, p, q)).collect();
            let made = history(&list, &HashMap::new());
            assert_eq!(whole(&made.all).unwrap().mean().to_string(), want);
        };
        check(&[("1", "1"), ("2", "3")], "1.75");
        check(&[("1", "1"), ("2", "2")], "1.666667");
        check(&[("1", "2"), ("2", "1")], "1.333333");
        check(&[("0.000001", "0.001"), ("0.000002", "0.001")], "0.000002");
    }

    #[test]
    fn a_history_is_by_month_hospital_and_region() {
        let list = [
            bought("2026-03-05", 1, "1", "10"),
            bought("2026-03-31", 2, "2", "10"),
            bought("2026-04-01", 1, "4", "10"),
        ];
        let regions: HashMap<i32, String> = [(1, "A".to_owned()), (2, "B".to_owned())].into();
        let made = history(&list, &regions);
        assert_eq!((made.all.len(), made.hospitals.len(), made.regions["A"].len()), (2, 2, 2));
        let march = made.all[&"2026-03-01".parse().unwrap()];
        assert_eq!((march.lines, march.mean().to_string()), (2, "1.50".to_owned()));
        assert_eq!(whole(&made.regions["A"]).unwrap().amount().to_string(), "50.00");
    }

    #[test]
    fn one_wild_price_leaves_the_others_apart() {
        let mut list: Vec<Bought> =
            (0..100).map(|n| bought("2026-03-05", 1, &format!("1.{:02}", n % 10), "1")).collect();
        list.push(bought("2026-03-05", 1, "500", "1"));
        let spread = spread(&list).unwrap();
        assert_eq!(spread.quartiles[4].to_string(), "500.00");
        assert!(spread.steps.len() > 5 && spread.steps.last().unwrap().is_open_above, "{:?}", spread.steps);
    }

    proptest! {
        #[test]
        fn every_purchase_lies_in_one_step(prices in proptest::collection::vec(1..10_i64.pow(12), 1..60)) {
            let day = NaiveDate::from_ymd_opt(2026, 3, 5).unwrap();
            let of = |price: &i64| Bought { day, hospital: 1, price: UnitPrice::from_scaled(*price), quantity: Quantity::from_scaled(1_000) };
            let list: Vec<Bought> = prices.iter().map(of).collect();
            let spread = spread(&list).unwrap();
            prop_assert_eq!(spread.steps.iter().map(|step| step.lines).sum::<usize>(), prices.len());
            prop_assert!(spread.quartiles.windows(2).all(|pair| pair[0] <= pair[1]));
            let cell = whole(&history(&list, &HashMap::new()).all).unwrap();
            prop_assert!(cell.lowest <= cell.mean() && cell.mean() <= cell.highest);
        }
    }
}
