//! What a negotiated standard is for one smallest unit, and which rows a release writes. Pure.

use rust_decimal::Decimal;

use crate::catalog::{Product, spec};
use crate::standards::draft::Line;
use crate::standards::{New, Refused, Standard};
use crate::types::UnitPrice;

/// A standard for one smallest unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Yuan for one.
    pub standard: UnitPrice,
    /// What one is.
    pub unit: String,
    /// How it was got at.
    pub arithmetic: String,
}

/// What a standard given for a unit is for one smallest unit: as it is when the unit is the smallest one, and when it
/// is the pack divided by what the pack holds, rounded once, half up, to six decimals.
pub fn for_smallest(standard: UnitPrice, unit: &str, product: &Product) -> Result<Given, Refused> {
    let unit = unit.trim();
    let pack = product.pack.trim();
    let container = pack.rsplit(['/', '\u{ff0f}']).next().unwrap_or(pack).trim();
    let read = spec::pack(pack).ok();
    let smallest = read.as_ref().map_or("", |it| it.unit.as_str());
    if unit == smallest || (smallest.is_empty() && unit != container) {
        return Ok(Given { standard, unit: unit.to_owned(), arithmetic: standard.to_string() });
    }
    let other =
        || Refused::Unit { unit: unit.to_owned(), smallest: smallest.to_owned(), pack: product.pack.clone() };
    if unit != container {
        return Err(other());
    }
    let count = product.pack_count.filter(|n| *n > 0).ok_or_else(other)?;
    let quotient = standard.decimal().checked_div(Decimal::from(count)).ok_or_else(other)?;
    let one = UnitPrice::rounded(quotient).map_err(|_| other())?;
    Ok(Given {
        standard: one,
        unit: smallest.to_owned(),
        arithmetic: format!("{standard} ÷ {count} = {one}"),
    })
}

/// A product's listing price for one smallest unit, when it has one.
pub fn own_price(product: &Product) -> Option<UnitPrice> {
    let price = product.listing_price.filter(|price| price.is_positive())?;
    let count = product.pack_count.filter(|n| *n > 0)?;
    UnitPrice::rounded(price.decimal().checked_div(Decimal::from(count))?).ok()
}

/// The row a line becomes: none when the same is released already; one of the same first day takes the place of the
/// released row.
pub fn to_release(line: Line, current: &[Standard]) -> Option<New> {
    let old = current.iter().rev().find(|it| {
        it.product == line.product
            && it.company == line.company
            && it.spec == line.spec
            && it.starts == line.starts
    });
    if old.is_some_and(|old| says_same(old, &line)) {
        return None;
    }
    Some(New { supersedes: old.map(|it| it.seq), line })
}

fn says_same(old: &Standard, line: &Line) -> bool {
    (old.standard, old.ends, old.dual_channel, &old.document)
        == (line.standard, line.ends, line.dual_channel, &line.document)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::ProductKind;
    use crate::types::{ProductId, Time};

    fn product(pack: &str, pack_count: Option<i64>) -> Product {
        Product {
            id: ProductId::new(),
            code: String::new(),
            kind: ProductKind::Drug,
            generic: String::new(),
            generic_key: String::new(),
            form: String::new(),
            spec: String::new(),
            pack: pack.to_owned(),
            pack_count,
            maker: String::new(),
            approval: String::new(),
            evaluated: false,
            listing_price: None,
            search: String::new(),
            created_at: Time::from_millis(0),
            updated_at: Time::from_millis(0),
        }
    }

    #[test]
    fn a_standard_is_for_one_smallest_unit() {
        let check = |standard: &str, unit: &str, pack: &str, count: Option<i64>, want: &str| {
            let found = for_smallest(standard.parse().unwrap(), unit, &product(pack, count));
            let said = match found {
                Ok(it) => format!("{} {}", it.standard, it.arithmetic),
                Err(_) => "refused".to_owned(),
            };
            assert_eq!(said, want, "{standard} {unit} {pack}");
        };
        check("39.9", "片", "30片/盒", Some(30), "39.90 39.90");
        check("1197", "盒", "30片/盒", Some(30), "39.90 1197.00 ÷ 30 = 39.90");
        check("100", "盒", "3支/盒", Some(3), "33.333333 100.00 ÷ 3 = 33.333333");
        check("100", "瓶", "3支/盒", Some(3), "refused");
        check("100", "盒", "盒", None, "refused");
        check("100", "盒", "盒", Some(4), "25.00 100.00 ÷ 4 = 25.00");
        check("100", "支", "盒", None, "100.00 100.00");
    }
}
