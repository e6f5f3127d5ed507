//! The path of a product that did not win: its payment standard in the first year and the years after. Pure.

use chrono::NaiveDate;

use crate::awards::fraction::{pair, shown};
use crate::contracts::rules::last_day;
use crate::rounds::rule_set::{RuleSet, Standard};
use crate::standards::rules::{Basis, Product, standard, years};
use crate::types::{NotANumber, UnitPrice, half_up};
use rust_decimal::Decimal;

/// A payment standard for a span of days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// First day.
    pub starts: NaiveDate,
    /// Last day; open at the end of the path.
    pub ends: Option<NaiveDate>,
    /// The standard.
    pub standard: UnitPrice,
    /// Why.
    pub basis: Basis,
    /// The arithmetic with its numbers, in no language.
    pub arithmetic: String,
}

/// The steps of a product that did not win, from the first day of execution (医保发〔2019〕18号). Each year's
/// amount is computed exactly and rounded once; years with the same amount are one step; the path ends when the
/// selected price is reached or nothing is left to adjust.
pub fn path(rules: &RuleSet, product: Product, from: NaiveDate) -> Result<Vec<Step>, NotANumber> {
    let mut steps: Vec<Step> = Vec::new();
    for year in 1..=years(&rules.standard) {
        let (exact, basis) = standard(&rules.standard, product, year);
        let amount = match basis {
            // Its own price: rounded like a bid, it could be above its standard.
            Basis::Lower => UnitPrice::rounded(exact.value())?,
            _ => UnitPrice::rounded(half_up(exact.value(), rules.price.decimals.0))?,
        };
        // The years are those of the contracts.
        let starts = match year {
            1 => Some(from),
            _ => last_day(from, year - 1).and_then(|last| last.succ_opt()),
        };
        let starts = starts.ok_or(NotANumber::TooLarge)?;
        if steps.last().is_none_or(|last| last.standard != amount) {
            if let Some(last) = steps.last_mut() {
                last.ends = starts.pred_opt();
            }
            let arithmetic = arithmetic(&rules.standard, product, basis, year);
            steps.push(Step { starts, ends: None, standard: amount, basis, arithmetic });
        }
        if basis != Basis::Cut || exact <= product.selected {
            break;
        }
    }
    Ok(steps)
}

fn arithmetic(rules: &Standard, product: Product, basis: Basis, year: u32) -> String {
    let Product { price, selected, .. } = product;
    let multiple = rules.multiple.0.normalize();
    let twice = selected.times(rules.multiple.0);
    let at = shown(selected.value(), 4);
    match basis {
        Basis::Selected | Basis::Lower => {
            let (price, at) = pair(price, selected);
            format!("{price} ≤ {at}")
        }
        Basis::NotEvaluated => {
            let (price, at) = pair(price, selected);
            format!("{price} > {at} → {at}")
        }
        Basis::WithinMultiple => {
            let (price, twice) = pair(price, twice);
            format!("{at} < {price} ≤ {multiple} × {at} = {twice}")
        }
        Basis::Cut | Basis::FinalYear => {
            let (own, twice) = pair(price, twice);
            let left = Decimal::ONE - rules.cut.0;
            let cut = (0..year).fold(price, |price, _| price.times(left));
            let power = if year == 1 { String::new() } else { format!("^{year}") };
            let product =
                format!("{own} × (1 − {}){power} = {}", rules.cut.0.normalize(), shown(cut.value(), 4));
            let head = format!("{own} > {multiple} × {at} = {twice}");
            match basis {
                Basis::FinalYear => format!("{head}; {year}/{} → {at}", years(rules)),
                _ if cut < selected => format!("{head}; {product} < {at} → {at}"),
                _ => format!("{head}; {product}"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::awards::fraction::Fraction;
    use crate::rounds::rule_set;

    fn check(price: &str, selected: &str, evaluated: bool, want: &[&str]) {
        check_from("2027-03-01", price, selected, evaluated, want);
    }

    fn check_from(from: &str, price: &str, selected: &str, evaluated: bool, want: &[&str]) {
        let rules = rule_set::find("GY-YD2024-2").unwrap();
        let number = |text: &str| Fraction::whole(text.parse().unwrap());
        let product = Product { price: number(price), selected: number(selected), evaluated };
        let steps = path(&rules, product, from.parse().unwrap()).unwrap();
        let got: Vec<String> = steps
            .iter()
            .map(|s| {
                let ends = s.ends.map(|d| d.to_string()).unwrap_or_default();
                format!("{} {} {} {ends} {}", s.standard, s.basis, s.starts, s.arithmetic)
            })
            .collect();
        assert_eq!(got, want, "{price} {selected}");
    }

    #[test]
    fn a_product_reaches_the_selected_price_within_three_years() {
        check("0.4", "0.5", true, &["0.40 LOWER 2027-03-01  0.4000 ≤ 0.5000"]);
        check("0.123456", "0.5", true, &["0.123456 LOWER 2027-03-01  0.1235 ≤ 0.5000"]);
        check("0.5", "0.5", true, &["0.50 LOWER 2027-03-01  0.5000 ≤ 0.5000"]);
        check("1", "0.5", true, &["0.50 WITHIN_MULTIPLE 2027-03-01  0.5000 < 1.0000 ≤ 2 × 0.5000 = 1.0000"]);
        check("2", "0.5", false, &["0.50 NOT_EVALUATED 2027-03-01  2.0000 > 0.5000 → 0.5000"]);
        check(
            "2",
            "0.5",
            true,
            &[
                "1.40 CUT 2027-03-01 2028-02-29 2.0000 > 2 × 0.5000 = 1.0000; 2.0000 × (1 − 0.3) = 1.4000",
                "0.98 CUT 2028-03-01 2029-02-28 2.0000 > 2 × 0.5000 = 1.0000; 2.0000 × (1 − 0.3)^2 = 0.9800",
                "0.50 FINAL_YEAR 2029-03-01  2.0000 > 2 × 0.5000 = 1.0000; 3/3 → 0.5000",
            ],
        );
        // A first year from 29 February on is as long as the contracts' one.
        check_from(
            "2028-02-29",
            "1.01",
            "0.5",
            true,
            &[
                "0.707 CUT 2028-02-29 2029-02-28 1.0100 > 2 × 0.5000 = 1.0000; 1.0100 × (1 − 0.3) = 0.7070",
                "0.50 CUT 2029-03-01  1.0100 > 2 × 0.5000 = 1.0000; 1.0100 × (1 − 0.3)^2 = 0.4949 < 0.5000 → 0.5000",
            ],
        );
        check(
            "1.01",
            "0.5",
            true,
            &[
                "0.707 CUT 2027-03-01 2028-02-29 1.0100 > 2 × 0.5000 = 1.0000; 1.0100 × (1 − 0.3) = 0.7070",
                "0.50 CUT 2028-03-01  1.0100 > 2 × 0.5000 = 1.0000; 1.0100 × (1 − 0.3)^2 = 0.4949 < 0.5000 → 0.5000",
            ],
        );
    }
}
