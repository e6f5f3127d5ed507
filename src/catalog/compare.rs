//! A product's listing price beside what the price ratios (差比价) predict for another pack of the same generic
//! and maker. Pure.

use rust_decimal::Decimal;

use super::ratio::{self, Conversion, Item, Ratios};
use super::{Product, spec};
use crate::text::{Say, Text};
use crate::types::{Money, half_up};

/// Why two products cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The product to start from has no listing price.
    NoPrice,
    /// The pack of one of them cannot be read.
    Pack(spec::Unreadable),
    /// The ratios say nothing.
    Ratio(ratio::Refused),
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        match self {
            Refused::NoPrice => t.catalog.compare_no_price.to_owned(),
            Refused::Pack(why) => why.say(t),
            Refused::Ratio(why) => why.say(t),
        }
    }
}

/// What the ratios predict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prediction {
    /// How the prices are converted.
    pub conversion: Conversion,
    /// The price of the other's pack that follows from the base's.
    pub price: Money,
    /// How far the other's listing price lies above (below) that, in percent; none when it has no price.
    pub deviation: Option<Decimal>,
    /// The other is smaller and is listed at more all the same.
    pub smaller_costs_more: bool,
}

/// Predicts the price of `other`'s pack from `base`'s.
pub fn predict(base: &Product, other: &Product) -> Result<Prediction, Refused> {
    let given = base.listing_price.ok_or(Refused::NoPrice)?;
    let (from, to) = (pack(base)?, pack(other)?);
    let conversion =
        ratio::convert(&Ratios::default(), &item(base, &from), &item(other, &to)).map_err(Refused::Ratio)?;
    let price = conversion.price(given.decimal()).map_err(Refused::Ratio)?;
    let deviation = other.listing_price.and_then(|listed| {
        let above = listed.decimal().checked_sub(price.decimal())?;
        above.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(price.decimal()).map(|d| half_up(d, 2))
    });
    let listed = other.listing_price.map(|listed| listed.decimal());
    let smaller_costs_more = listed.is_some_and(|l| conversion.smaller_costs_more(given.decimal(), l));
    Ok(Prediction { conversion, price, deviation, smaller_costs_more })
}

fn pack(product: &Product) -> Result<spec::Pack, Refused> {
    spec::pack(&product.pack).map_err(Refused::Pack)
}

fn item<'a>(product: &'a Product, pack: &'a spec::Pack) -> Item<'a> {
    Item { form: &product.form, spec: &product.spec, count: pack.count, unit: &pack.unit, material: None }
}

#[cfg(test)]
mod tests {
    use super::super::{Facts, NewProduct, rules};
    use super::*;
    use crate::types::{ProductId, Time};

    fn product(spec: &str, pack: &str, price: &str) -> Product {
        let facts = Facts {
            generic: "阿莫西林胶囊".into(),
            form: "硬胶囊".into(),
            spec: spec.into(),
            pack: pack.into(),
            maker: "珠海联邦".into(),
            listing_price: price.parse().ok(),
            ..Facts::default()
        };
        let new = NewProduct { id: ProductId::new(), code: "XJ01CAA040E001020200600".into(), facts };
        rules::product(new, Time::from_millis(1), Time::from_millis(1)).unwrap()
    }

    #[test]
    fn the_prediction_shows_price_and_deviation_or_why_not() {
        let base = product("0.25g", "0.25g*12粒/盒", "10");
        let found = predict(&base, &product("0.25g", "24粒/盒", "20")).unwrap();
        assert_eq!(
            (found.price.to_string(), found.deviation.unwrap().to_string()),
            ("19.50".into(), "2.56".into())
        );
        assert_eq!(predict(&base, &product("0.25g", "24粒/盒", "")).unwrap().deviation, None);
        let none = product("0.25g", "24粒/盒", "");
        assert_eq!(predict(&none, &base), Err(Refused::NoPrice));
        assert!(matches!(predict(&base, &product("0.25g", "盒装", "1")), Err(Refused::Pack(_))));
        assert!(matches!(predict(&base, &product("复方", "24粒/盒", "1")), Err(Refused::Ratio(_))));
    }
}
