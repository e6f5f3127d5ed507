//! Prices: the purchases (采购记录) that demand is measured against and prices are judged by, comparable listing
//! prices, and the monitoring rules that judge them.

pub mod alerts;
pub mod board;
pub mod comparable;
pub mod files;
pub mod findings;
pub mod indices;
pub mod ingest;
pub mod listings;
pub mod monitoring;
pub mod store;

use std::collections::BTreeMap;

use chrono::{Months, NaiveDate};
use diesel::prelude::*;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::types::{OrganisationId, ProductId, Quantity, UnitPrice};

/// A catalogue product as far as purchases are matched by it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Named {
    /// Its id.
    pub id: ProductId,
    /// The generic key of its code.
    pub generic_key: String,
    /// Its generic name.
    pub generic: String,
    /// Its maker.
    pub maker: String,
}

/// What was bought in each of the two years before a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Years {
    /// From 24 to 12 months before.
    pub first: Quantity,
    /// In the last 12 months before.
    pub second: Quantity,
}

impl Years {
    /// The yearly average, rounded half up to the third decimal.
    pub fn average(self) -> Result<Quantity> {
        let sum = self.first.decimal() + self.second.decimal();
        Quantity::rounded(sum / Decimal::TWO).map_err(|_| too_much())
    }

    /// Both years' sums.
    pub fn plus(self, other: Self) -> Result<Self> {
        let sum = |a: Quantity, b: Quantity| a.plus(b).ok_or_else(too_much);
        Ok(Self { first: sum(self.first, other.first)?, second: sum(self.second, other.second)? })
    }
}

fn too_much() -> Error {
    Error::fault("a sum of purchases no longer fits")
}

/// What a hospital bought of each product in the two years before a day: `before` itself does not count.
/// Products it did not buy are not in the answer.
pub fn history(
    conn: &mut Conn,
    hospital: &OrganisationId,
    products: &[ProductId],
    before: NaiveDate,
) -> Result<BTreeMap<ProductId, Years>> {
    let back = |months| {
        before
            .checked_sub_months(Months::new(months))
            .ok_or_else(|| Error::fault("no such day in the calendar"))
    };
    let (start, middle) = (back(24)?, back(12)?);
    let mut found: BTreeMap<ProductId, Years> = BTreeMap::new();
    for some in products.chunks(store::BATCH) {
        for (product, quantity) in store::bought(conn, hospital, some, start, middle)? {
            found.entry(product).or_default().first = Quantity::from_scaled(quantity);
        }
        for (product, quantity) in store::bought(conn, hospital, some, middle, before)? {
            found.entry(product).or_default().second = Quantity::from_scaled(quantity);
        }
    }
    Ok(found)
}

/// The products with one of these generic keys or, exactly, one of these generic names.
pub fn products_like(conn: &mut Conn, keys: &[String], generics: &[String]) -> Result<Vec<Named>> {
    let mut found = Vec::new();
    for some in keys.chunks(store::BATCH) {
        found.extend(store::products_by_key(conn, some)?);
    }
    for some in generics.chunks(store::BATCH) {
        found.extend(store::products_by_generic(conn, some)?);
    }
    found.sort_by(|a, b| a.id.cmp(&b.id));
    found.dedup_by(|a, b| a.id == b.id);
    Ok(found)
}

/// A price that so many quarters of some prices, given in their order, do not exceed: between two of them in proportion,
/// rounded half up to the sixth decimal. Two quarters are the median: of an even number the mean of the middle two.
pub fn quartile(sorted: &[UnitPrice], quarters: usize) -> Option<UnitPrice> {
    let place = sorted.len().checked_sub(1)? * quarters;
    let low = sorted.get(place / 4)?.scaled();
    let high = sorted.get(place / 4 + 1).map_or(low, |price| price.scaled());
    let rest = i64::try_from(place % 4).ok()?;
    let (whole, part) = ((high - low) / 4, (high - low) % 4);
    Some(UnitPrice::from_scaled(low + whole * rest + (part * rest * 2 + 4) / 8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_lie_between_prices_in_proportion() {
        let check = |prices: &[i64], want: [i64; 3]| {
            let prices: Vec<UnitPrice> = prices.iter().map(|it| UnitPrice::from_scaled(*it)).collect();
            assert_eq!([1, 2, 3].map(|n| quartile(&prices, n).unwrap().scaled()), want, "{prices:?}");
        };
        check(&[7], [7, 7, 7]);
        check(&[1, 4], [2, 3, 3]);
        check(&[1, 3, 4, 100], [3, 4, 28]);
        check(&[1, 2, 3, 4, 5], [2, 3, 4]);
        assert_eq!(quartile(&[], 2), None);
    }

    #[test]
    fn the_average_is_rounded_half_up_at_the_third_decimal() {
        let check = |first: &str, second: &str, want: &str| {
            let years = Years { first: first.parse().unwrap(), second: second.parse().unwrap() };
            assert_eq!(years.average().unwrap().to_string(), want, "{first} {second}");
        };
        check("0", "0", "0");
        check("1000", "2000", "1500");
        check("1", "2", "1.5");
        check("0.001", "0.002", "0.002");
        check("0", "0.001", "0.001");
    }
}
