//! The statistics of a lot's prices, in exact decimals: deviation, skewness, kurtosis, quartiles, chances.
//!
//! Every figure is scale free: values are divided by their mean first, which also keeps high powers small.

use rust_decimal::{Decimal, MathematicalOps};

use crate::types::half_up;

/// Decimals a figure is kept to before it is held against a threshold: what a division leaves behind them must
/// not decide.
pub const PLACES: u32 = 12;

/// A figure as it is compared and told.
pub fn settled(value: Decimal) -> Decimal {
    half_up(value, PLACES).normalize()
}

/// The mean; `None` of nothing.
pub fn mean(list: &[Decimal]) -> Option<Decimal> {
    let sum = list.iter().fold(Decimal::ZERO, |sum, x| sum.saturating_add(*x));
    sum.checked_div(Decimal::from(list.len()))
}

/// The sum of the `power`-th powers of the distances from the mean.
fn powers(list: &[Decimal], power: usize) -> Option<Decimal> {
    let mean = mean(list)?;
    let raised = |x: &Decimal| {
        let off = x.saturating_sub(mean);
        (1..power).fold(off, |product, _| product.saturating_mul(off))
    };
    Some(list.iter().fold(Decimal::ZERO, |sum, x| sum.saturating_add(raised(x))))
}

/// The values over their mean; `None` unless the mean is above zero.
fn over_mean(list: &[Decimal]) -> Option<Vec<Decimal>> {
    let mean = mean(list).filter(|mean| *mean > Decimal::ZERO)?;
    list.iter().map(|x| x.checked_div(mean)).collect()
}

/// The sample standard deviation, s = √(Σ(x − x̄)² / (n − 1)); `None` of fewer than two.
pub fn deviation(list: &[Decimal]) -> Option<Decimal> {
    let mean = mean(list).filter(|mean| *mean > Decimal::ZERO)?;
    variation(list).map(|share| share.saturating_mul(mean))
}

/// The coefficient of variation, s / x̄; `None` of fewer than two.
pub fn variation(list: &[Decimal]) -> Option<Decimal> {
    let list = over_mean(list)?;
    powers(&list, 2)?.checked_div(Decimal::from(list.len()).saturating_sub(Decimal::ONE))?.sqrt()
}

/// The adjusted sample skewness, G₁ = √(n(n − 1)) / (n − 2) · m₃ / m₂^1.5 with mₖ = Σ(x − x̄)ᵏ / n; `None` of
/// fewer than three, or when all are equal.
pub fn skewness(list: &[Decimal]) -> Option<Decimal> {
    let list = over_mean(list)?;
    let n = Decimal::from(list.len());
    let (m2, m3) = (powers(&list, 2)?.checked_div(n)?, powers(&list, 3)?.checked_div(n)?);
    let adjusted = (n * (n - Decimal::ONE)).sqrt()?.checked_div(n - Decimal::TWO)?;
    let under = m2.saturating_mul(m2.sqrt()?);
    Some(adjusted.saturating_mul(m3.checked_div(under)?))
}

/// The adjusted sample excess kurtosis, G₂ = (n − 1) / ((n − 2)(n − 3)) · ((n + 1) · m₄ / m₂² − 3(n − 1)); `None`
/// of fewer than four, or when all are equal.
pub fn kurtosis(list: &[Decimal]) -> Option<Decimal> {
    let list = over_mean(list)?;
    let n = Decimal::from(list.len());
    let (m2, m4) = (powers(&list, 2)?.checked_div(n)?, powers(&list, 4)?.checked_div(n)?);
    let peak = m4.checked_div(m2.saturating_mul(m2))?;
    let three = Decimal::from(3);
    let inner = (n + Decimal::ONE).saturating_mul(peak).saturating_sub(three * (n - Decimal::ONE));
    let under = (n - Decimal::TWO) * (n - three);
    Some((n - Decimal::ONE).checked_div(under)?.saturating_mul(inner))
}

/// The first and third quartile, between neighbours in proportion (position (n − 1) · q); `None` of nothing.
pub fn quartiles(list: &[Decimal]) -> Option<(Decimal, Decimal)> {
    let mut sorted = list.to_vec();
    sorted.sort();
    let at = |quarters: usize| {
        let place = (sorted.len().checked_sub(1)?) * quarters;
        let (low, part) = (*sorted.get(place / 4)?, Decimal::new((place % 4) as i64 * 25, 2));
        let high = sorted.get(place / 4 + 1).copied().unwrap_or(low);
        Some(low.saturating_add(high.saturating_sub(low).saturating_mul(part)))
    };
    Some((at(1)?, at(3)?))
}

/// The fences of a set of figures: `times` the distance between its quartiles below the first and above the
/// third; `None` when the quartiles are equal, because then every other figure would be an outlier.
pub fn fences(list: &[Decimal], times: Decimal) -> Option<(Decimal, Decimal)> {
    let (first, third) = quartiles(list)?;
    let reach = third.saturating_sub(first).saturating_mul(times);
    (reach > Decimal::ZERO).then(|| (first.saturating_sub(reach), third.saturating_add(reach)))
}

/// The chance that at least `wanted` of independent events with these chances happen.
pub fn at_least(chances: &[Decimal], wanted: usize) -> Decimal {
    // ways[k] is the chance of exactly k so far; the last entry gathers `wanted` and more.
    let mut ways = vec![Decimal::ZERO; wanted + 1];
    ways[0] = Decimal::ONE;
    for (seen, chance) in chances.iter().enumerate() {
        let not = Decimal::ONE.saturating_sub(*chance);
        for k in (0..=wanted.min(seen + 1)).rev() {
            let stay = if k == wanted { ways[k] } else { ways[k].saturating_mul(not) };
            let come = if k == 0 { Decimal::ZERO } else { ways[k - 1].saturating_mul(*chance) };
            ways[k] = stay.saturating_add(come);
        }
    }
    ways[wanted].min(Decimal::ONE)
}

/// The chance that exactly one of `set` companies is among the `winners` of a lot with `bidders`, when every
/// company is as likely to win as any other.
pub fn exactly_one(bidders: usize, winners: usize, set: usize) -> Decimal {
    if set == 0 || winners == 0 || set > bidders || winners > bidders {
        return Decimal::ZERO;
    }
    let losers = bidders - winners;
    let part = |over: usize, under: usize| {
        Decimal::from(over).checked_div(Decimal::from(under)).unwrap_or(Decimal::ZERO)
    };
    let first = Decimal::from(set).saturating_mul(part(winners, bidders));
    (0..set - 1)
        .fold(first, |chance, i| chance.saturating_mul(part(losers.saturating_sub(i), bidders - 1 - i)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn list(text: &str) -> Vec<Decimal> {
        text.split(' ').map(d).collect()
    }

    fn shown(value: Option<Decimal>) -> String {
        value.map(|v| half_up(v, 6).to_string()).unwrap_or_default()
    }

    #[test]
    fn figures_worked_by_hand() {
        // x̄ = 5, Σ(x − x̄)² = 9 + 1 + 1 + 1 + 0 + 0 + 4 + 16 = 32; s = √(32 / 7) = 2.138090, s / x̄ = 0.427618.
        let eight = list("2 4 4 4 5 5 7 9");
        assert_eq!(shown(deviation(&eight)), "2.138090");
        assert_eq!(shown(variation(&eight)), "0.427618");
        // m₂ = 4, m₃ = 42 / 8 = 5.25, m₄ = 356 / 8 = 44.5:
        // G₁ = √56 / 6 · 5.25 / 8 = 0.818488; G₂ = 7 / 30 · (9 · 44.5 / 16 − 21) = 0.940625.
        assert_eq!(shown(skewness(&eight)), "0.818488");
        assert_eq!(shown(kurtosis(&eight)), "0.940625");
        // Positions 1.75 and 5.25 of eight: 4 and 5 + 0.25 · (7 − 5) = 5.5.
        assert_eq!(quartiles(&eight), Some((d("4"), d("5.5"))));
        assert_eq!(fences(&eight, d("1.5")), Some((d("1.75"), d("7.75"))));
        assert_eq!(fences(&list("1 1 1 9"), d("1.5")).map(|f| f.0), Some(d("-2")));
        assert_eq!(fences(&list("1 1 1 1"), d("1.5")), None);
        // 0.40, 0.41, 0.43: x̄ = 0.4133…, s = 0.015275, s / x̄ = 0.036956.
        assert_eq!(shown(variation(&list("0.40 0.41 0.43"))), "0.036956");
    }

    #[test]
    fn chances_worked_by_hand() {
        // Two of four throws of a coin or more: 11 of 16.
        assert_eq!(at_least(&[d("0.5"); 4], 2), d("0.6875"));
        assert_eq!(at_least(&[d("0.5"); 4], 4), d("0.0625"));
        assert_eq!(at_least(&[d("0.5"), d("0.2")], 2), d("0.1"));
        assert_eq!(at_least(&[d("0.5")], 0), Decimal::ONE);
        assert_eq!(at_least(&[d("0.5")], 2), Decimal::ZERO);
        // One winner of five: a pair holds it in 2 of 5; two of four: in 4 of 6 pairs.
        assert_eq!(exactly_one(5, 1, 2), d("0.4"));
        assert_eq!(half_up(exactly_one(4, 2, 2), 6), d("0.666667"));
        assert_eq!(exactly_one(2, 1, 2), Decimal::ONE);
        assert_eq!(exactly_one(3, 3, 2), Decimal::ZERO);
    }

    proptest! {
        #[test]
        fn figures_depend_on_neither_order_nor_scale(
            mut prices in proptest::collection::vec(1_i64..1_000_000, 4..12), scale in 1_i64..10_000,
        ) {
            let of = |prices: &[i64], scale: i64| -> Vec<Option<Decimal>> {
                let list: Vec<Decimal> = prices.iter().map(|p| Decimal::new(p * scale, 4)).collect();
                let figures = [variation(&list), skewness(&list), kurtosis(&list)];
                figures.into_iter().map(|f| f.map(|f| half_up(f, 9))).collect()
            };
            let before = of(&prices, 1);
            prices.reverse();
            prop_assert_eq!(before, of(&prices, scale));
        }

        #[test]
        fn chances_add_up(chances in proptest::collection::vec(0_i64..=100, 1..8)) {
            let chances: Vec<Decimal> = chances.into_iter().map(|c| Decimal::new(c, 2)).collect();
            let expected: Decimal = chances.iter().sum();
            // The sum of P(X ≥ k) over k from 1 is the expected number.
            let sum: Decimal = (1..=chances.len()).map(|k| at_least(&chances, k)).sum();
            prop_assert_eq!(expected.normalize(), sum.normalize());
        }
    }
}
