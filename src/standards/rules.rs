//! Payment standards of winners and of products that did not win (医保发〔2019〕18号).

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::awards::fraction::{Fraction, pair, shown};
use crate::awards::{Award, Code, Outcome};
use crate::catalog::spec;
use crate::rounds::rule_set::{RuleSet, Standard};
use crate::types::{UnitPrice, half_up};

crate::words! {
    /// Why a payment standard is what it is.
    Basis {
        /// The winner's own price.
        Selected = "SELECTED",
        /// Not dearer than the selected price: its own price.
        Lower = "LOWER",
        /// Up to the multiple (exactly the multiple included): the selected price.
        WithinMultiple = "WITHIN_MULTIPLE",
        /// Above the multiple: its own price cut, not below the selected price.
        Cut = "CUT",
        /// The year by which the selected price is reached.
        FinalYear = "FINAL_YEAR",
        /// Not evaluated: never above the selected price.
        NotEvaluated = "NOT_EVALUATED",
    }
}

/// A product that did not win, in the unit of its own spec.
#[derive(Debug, Clone, Copy)]
pub struct Product {
    /// Its price.
    pub price: Fraction,
    /// The selected price converted to its spec.
    pub selected: Fraction,
    /// Whether it passed the consistency evaluation (过评).
    pub evaluated: bool,
}

/// The years in which a product that did not win reaches the selected price: two or three, whatever a rule set says
/// (医保发〔2019〕18号).
pub fn years(rules: &Standard) -> u32 {
    rules.years.0.clamp(2, 3)
}

/// The payment standard of a product that did not win, in a year counted from 1, not rounded.
///
/// The sources leave exactly the multiple open; here it counts as within.
pub fn standard(rules: &Standard, product: Product, year: u32) -> (Fraction, Basis) {
    let Product { price, selected, evaluated } = product;
    if price <= selected {
        return (price, Basis::Lower);
    }
    if !evaluated {
        return (selected, Basis::NotEvaluated);
    }
    if price <= selected.times(rules.multiple.0) {
        return (selected, Basis::WithinMultiple);
    }
    if year >= years(rules) {
        return (selected, Basis::FinalYear);
    }
    let left = Decimal::ONE - rules.cut.0;
    let cut = (0..year.max(1)).fold(price, |price, _| price.times(left));
    (cut.max(selected), Basis::Cut)
}

/// The row in force on a day among current rows of one product, company and spec: of those that cover it the one that
/// starts last.
pub fn in_force<'a>(
    rows: impl Iterator<Item = &'a super::Standard>,
    day: NaiveDate,
) -> Option<&'a super::Standard> {
    rows.filter(|it| it.starts <= day && it.ends.is_none_or(|ends| ends >= day))
        .max_by_key(|it| (it.starts, it.seq))
}

/// The generic name, spec in one spelling and maker: what a row is about that names no code.
pub type BidName = (String, String, String);

/// The name of a product as bid.
pub fn bid_name(generic: &str, spec: &str, company: &str) -> BidName {
    (generic.to_owned(), spec::plain(spec), company.to_owned())
}

/// Whether a row's product is a code of the catalogue. One that is not was bid without a code: the row is about every
/// pack of its maker's with its generic name and spec.
pub fn is_code(product: &str) -> bool {
    product.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// A payment standard that follows from an award.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// The lot.
    pub lot: Arc<str>,
    /// The company.
    pub company: Arc<str>,
    /// The product.
    pub product: String,
    /// The standard for a unit of the product's spec.
    pub standard: UnitPrice,
    /// Why.
    pub basis: Basis,
    /// The arithmetic with its numbers, in no language.
    pub arithmetic: String,
}

/// The first year's standards of every bid of the lots that have winners. A product that did not win is
/// held against the highest price won in its lot, converted to its spec; but not where a lot is a group of
/// different generics that were ranked by cut: there only the winners' prices are standards.
pub fn proposed(rules: &RuleSet, outcome: &Outcome) -> Vec<Proposed> {
    let mut selected: HashMap<&str, Fraction> = HashMap::new();
    for award in &outcome.awards {
        let Some(price) = award.award_price else { continue };
        let price = Fraction::comparable(price.decimal(), award.ratio);
        let highest = selected.entry(&award.lot).or_insert(price);
        *highest = (*highest).max(price);
    }
    let of = |award: &Award| Some(propose(rules, award, *selected.get(award.lot.as_ref())?));
    let is_held = |award: &&Award| award.award_price.is_some() || !rules.ranks_by_cut();
    let priced = outcome.awards.iter().filter(|award| award.reason.code != Code::BadPrice).filter(is_held);
    priced.filter_map(of).collect()
}

fn propose(rules: &RuleSet, award: &Award, highest: Fraction) -> Proposed {
    let (amount, basis, arithmetic) = match award.award_price {
        Some(price) => (price, Basis::Selected, price.to_string()),
        None => {
            let price = Fraction::whole(award.unit_price.decimal());
            let selected = highest.for_spec(award.ratio);
            let (amount, basis) = standard(&rules.standard, Product { price, selected, evaluated: true }, 1);
            let rounded = UnitPrice::rounded(half_up(amount.value(), rules.price.decimals.0));
            let amount = match basis {
                Basis::Lower => award.unit_price,
                _ => rounded.unwrap_or(award.unit_price),
            };
            (amount, basis, arithmetic(&rules.standard, basis, price, selected))
        }
    };
    let (lot, company) = (award.lot.clone(), award.company.clone());
    Proposed { lot, company, product: award.product.clone(), standard: amount, basis, arithmetic }
}

fn arithmetic(rules: &Standard, basis: Basis, price: Fraction, selected: Fraction) -> String {
    let multiple = rules.multiple.0.normalize();
    let twice = selected.times(rules.multiple.0);
    let at = shown(selected.value(), 4);
    match basis {
        Basis::WithinMultiple => {
            let (price, twice) = pair(price, twice);
            format!("{at} < {price} ≤ {multiple} × {at} = {twice}")
        }
        Basis::Cut => {
            let (cut, result) = (rules.cut.0.normalize(), price.times(Decimal::ONE - rules.cut.0));
            let (shown_price, twice) = pair(price, twice);
            let result = shown(result.value(), 4);
            format!("{shown_price} > {multiple} × {at} = {twice}; {shown_price} × (1 − {cut}) = {result}")
        }
        _ => {
            let (price, at) = pair(price, selected);
            format!("{price} ≤ {at}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rounds::rule_set;

    #[test]
    fn standards_of_products_that_did_not_win() {
        let rules = rule_set::find("GY-YD2024-2").unwrap().standard;
        let check = |price: &str, selected: &str, year: u32, evaluated: bool, want: &str| {
            let number = |text: &str| Fraction::whole(text.parse().unwrap());
            let product = Product { price: number(price), selected: number(selected), evaluated };
            let (amount, basis) = standard(&rules, product, year);
            assert_eq!(format!("{} {basis}", shown(amount.value(), 4)), want, "{price} {selected} {year}");
        };
        check("0.4", "0.5", 1, true, "0.4000 LOWER");
        check("0.5", "0.5", 1, true, "0.5000 LOWER");
        check("0.8", "0.5", 1, true, "0.5000 WITHIN_MULTIPLE");
        check("1", "0.5", 1, true, "0.5000 WITHIN_MULTIPLE");
        check("1.0001", "0.5", 1, true, "0.7001 CUT");
        check("2", "0.5", 1, true, "1.4000 CUT");
        check("2", "0.5", 2, true, "0.9800 CUT");
        check("2", "0.5", 3, true, "0.5000 FINAL_YEAR");
        check("1.01", "0.5", 2, true, "0.5000 CUT");
        check("2", "0.5", 1, false, "0.5000 NOT_EVALUATED");
        check("0.3", "0.5", 1, false, "0.3000 LOWER");
    }
}
