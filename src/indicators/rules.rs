//! How a value is made of what was counted: exact fractions, rounded once for show. Pure.

use rust_decimal::Decimal;

use crate::indicators::definitions::{Better, Definition, Formula};
use crate::types::{Money, Share, UnitPrice};

/// Decimals of a percentage that is shown.
pub const PLACES: u32 = 2;

/// What was counted of an indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sum {
    /// Above the line: a number, cents or millionths, as the formula says.
    pub numerator: i64,
    /// Below the line; zero where there is none.
    pub denominator: i64,
    /// How many figures it needs are not there.
    pub missing: i64,
}

/// What an indicator comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// The value, in the indicator's unit.
    Value(Decimal),
    /// It cannot be computed: so many figures it needs were not entered.
    Missing(i64),
    /// There was nothing to measure in the period.
    Nothing,
    /// The period was not counted yet, or the indicator is not counted for this scope.
    Uncounted,
}

impl Figure {
    /// The value, if there is one.
    pub fn value(self) -> Option<Decimal> {
        match self {
            Figure::Value(value) => Some(value),
            Figure::Missing(_) | Figure::Nothing | Figure::Uncounted => None,
        }
    }
}

/// A fraction as percent, rounded once half away from zero (四舍五入); none without a denominator above zero.
pub fn percent(numerator: i64, denominator: i128, places: u32) -> Option<Decimal> {
    if denominator <= 0 {
        return None;
    }
    let scale = 10_i128.checked_pow(places.checked_add(2)?)?;
    let twice = i128::from(numerator).checked_mul(scale)?.checked_mul(2)?;
    let size = twice.checked_abs()?.checked_add(denominator)? / denominator.checked_mul(2)?;
    let signed = if numerator < 0 { -size } else { size };
    Decimal::try_from_i128_with_scale(signed, places).ok()
}

/// The cut from a reference to a price, as a part of one, rounded once half up to six decimals; none without a
/// reference above zero.
pub fn cut(price: UnitPrice, reference: UnitPrice) -> Option<Share> {
    if !reference.is_positive() {
        return None;
    }
    let cut = reference.decimal().checked_sub(price.decimal())?.checked_div(reference.decimal())?;
    Share::rounded(cut).ok()
}

/// The value of a formula.
pub fn value(formula: Formula, of: Sum) -> Option<Decimal> {
    const ONE: i128 = 1_000_000;
    match formula {
        Formula::Ratio => percent(of.numerator, i128::from(of.denominator), PLACES),
        Formula::Mean => percent(of.numerator, i128::from(of.denominator).checked_mul(ONE)?, PLACES),
        Formula::Largest => percent(of.numerator, ONE, PLACES),
        Formula::Amount => Some(Money::from_scaled(of.numerator).decimal()),
        Formula::Count => Some(Decimal::from(of.numerator)),
    }
}

/// What was counted as a figure. What needs every figure is not computed while one is missing; of the others the gap is
/// said beside the value. Without a row nothing happened: of things that is zero, of amounts and ratios there is
/// nothing to say.
pub fn figure(by: Definition, of: Option<Sum>) -> Figure {
    match (by.formula, of) {
        (Formula::Count, None) => Figure::Value(Decimal::ZERO),
        (_, None) => Figure::Nothing,
        (_, Some(of)) if by.is_whole && of.missing > 0 => Figure::Missing(of.missing),
        (formula, Some(of)) => value(formula, of).map_or(Figure::Nothing, Figure::Value),
    }
}

/// Whether a value keeps its target.
pub fn is_reached(better: Better, value: Decimal, target: Decimal) -> bool {
    match better {
        Better::High => value >= target,
        Better::Low => value <= target,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicators::Indicator;

    #[test]
    fn a_fraction_is_rounded_once_half_away_from_zero() {
        let check = |above: i64, below: i128, places: u32, want: Option<&str>| {
            let found = percent(above, below, places).map(|it| it.to_string());
            assert_eq!(found, want.map(str::to_owned), "{above}/{below}");
        };
        check(1, 8, 1, Some("12.5"));
        check(1, 800, 2, Some("0.13"));
        check(-1, 800, 2, Some("-0.13"));
        check(2, 3, 2, Some("66.67"));
        check(0, 3, 2, Some("0.00"));
        check(0, 0, 2, None);
        check(5, -1, 2, None);
        check(i64::MAX, i128::from(i64::MAX), 2, Some("100.00"));
    }

    #[test]
    fn missing_nothing_and_zero_are_told_apart() {
        let sum = |numerator, denominator, missing| Some(Sum { numerator, denominator, missing });
        let check = |it: Indicator, of, want: Figure| assert_eq!(figure(it.definition(), of), want, "{it}");
        check(Indicator::PlatformDrugs, None, Figure::Nothing);
        check(Indicator::PlatformDrugs, sum(0, 0, 0), Figure::Nothing);
        check(Indicator::PlatformDrugs, sum(0, 4, 0), Figure::Value(Decimal::new(0, 2)));
        check(Indicator::PlatformDrugs, sum(3, 4, 2), Figure::Missing(2));
        check(Indicator::WeightedCut, sum(3, 4, 2), Figure::Value(Decimal::new(7500, 2)));
        check(Indicator::Varieties, None, Figure::Value(Decimal::ZERO));
        check(Indicator::Savings, None, Figure::Nothing);
        check(Indicator::Savings, sum(150, 0, 2), Figure::Value(Decimal::new(150, 2)));
        check(Indicator::MeanCut, sum(514_000, 2, 0), Figure::Value(Decimal::new(2570, 2)));
        check(Indicator::MaxCut, sum(736_000, 0, 0), Figure::Value(Decimal::new(7360, 2)));
    }

    #[test]
    fn a_target_is_reached_from_the_good_side() {
        assert!(is_reached(Better::High, Decimal::from(90), Decimal::from(90)));
        assert!(!is_reached(Better::High, Decimal::from(89), Decimal::from(90)));
        assert!(is_reached(Better::Low, Decimal::from(89), Decimal::from(90)));
        assert!(!is_reached(Better::Low, Decimal::from(91), Decimal::from(90)));
    }
}
