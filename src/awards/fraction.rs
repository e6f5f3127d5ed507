//! Exact quotients: comparable prices and the lines they are held against, compared without rounding.

use std::cmp::Ordering;

use rust_decimal::{Decimal, MathematicalOps, RoundingStrategy};

use crate::types::half_up;

/// A quotient of decimals with a denominator above zero. `1 / 3 × 1.8` equals `0.6` here, which a decimal
/// division would miss, and a boundary of the rules is often met exactly.
#[derive(Debug, Clone, Copy)]
pub struct Fraction {
    over: Decimal,
    under: Decimal,
}

impl Fraction {
    /// `over / under`; a denominator that is not above zero counts as 1.
    pub fn new(over: Decimal, under: Decimal) -> Self {
        let under = if under > Decimal::ZERO { under.normalize() } else { Decimal::ONE };
        Self { over, under }
    }

    /// The comparable price: a price over the ratio of its spec.
    pub fn comparable(price: Decimal, ratio: Decimal) -> Self {
        Self::new(price, ratio).settled(ratio)
    }

    /// The price for a unit of a spec: a comparable price times the spec's ratio.
    pub fn for_spec(self, ratio: Decimal) -> Self {
        self.times(ratio).settled(ratio)
    }

    /// A ratio of many digits is a computed one (1.7 ^ log2 X) that has lost its end, and what it converts would
    /// miss a boundary that it meets: such prices are kept to eleven digits, more than a price is written with.
    fn settled(self, ratio: Decimal) -> Self {
        if ratio.normalize().scale() <= 6 {
            return self;
        }
        let value = self.value();
        Self::whole(value.round_sf_with_strategy(11, RoundingStrategy::MidpointAwayFromZero).unwrap_or(value))
    }

    /// The number itself.
    pub fn whole(value: Decimal) -> Self {
        Self::new(value, Decimal::ONE)
    }

    /// Multiplied by a number.
    pub fn times(self, factor: Decimal) -> Self {
        Self { over: product(self.over, factor), under: self.under }
    }

    /// Divided by another; `None` when that is not above zero.
    pub fn over(self, other: Self) -> Option<Self> {
        let under = product(self.under, other.over);
        (under > Decimal::ZERO).then(|| Self::new(product(self.over, other.under), under))
    }

    /// The quotient to 28 digits.
    pub fn value(self) -> Decimal {
        self.over.checked_div(self.under).unwrap_or(Decimal::MAX)
    }

    /// The mean, exact when all have one denominator; `None` of nothing.
    pub fn mean(list: &[Self]) -> Option<Self> {
        let first = list.first()?;
        let count = Decimal::from(list.len());
        if list.iter().all(|f| f.under == first.under) {
            let sum = list.iter().fold(Decimal::ZERO, |sum, f| sum.saturating_add(f.over));
            return Some(Self::new(sum, product(first.under, count)));
        }
        let sum = list.iter().fold(Decimal::ZERO, |sum, f| sum.saturating_add(f.value()));
        Some(Self::new(sum, count))
    }

    /// The population standard deviation about the mean, to 28 digits; `None` of nothing.
    pub fn deviation(list: &[Self]) -> Option<Decimal> {
        let mean = Self::mean(list)?.value();
        let squares = list.iter().fold(Decimal::ZERO, |sum, f| {
            let off = f.value().saturating_sub(mean);
            sum.saturating_add(product(off, off))
        });
        squares.checked_div(Decimal::from(list.len()))?.sqrt()
    }
}

impl PartialEq for Fraction {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Fraction {}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.under == other.under {
            return self.over.cmp(&other.over);
        }
        product(self.over, other.under).cmp(&product(other.over, self.under))
    }
}

fn product(a: Decimal, b: Decimal) -> Decimal {
    a.checked_mul(b).unwrap_or(Decimal::MAX)
}

/// A number for a reader: rounded half up to `places`.
pub fn shown(value: Decimal, places: u32) -> String {
    let mut value = half_up(value, places);
    value.rescale(places);
    value.to_string()
}

/// Two numbers for a reader with four decimals, or as many more as it takes to show which is larger.
pub fn pair(a: Fraction, b: Fraction) -> (String, String) {
    let (left, right) = (a.value(), b.value());
    let places = (4..=20).find(|p| half_up(left, *p).cmp(&half_up(right, *p)) == a.cmp(&b)).unwrap_or(20);
    (shown(left, places), shown(right, places))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn f(over: &str, under: &str) -> Fraction {
        Fraction::new(over.parse().unwrap(), under.parse().unwrap())
    }

    #[test]
    fn boundaries_are_exact() {
        assert_eq!(f("0.6", "1"), f("1", "3").times("1.8".parse().unwrap()));
        assert!(f("0.6001", "1") > f("1", "3").times("1.8".parse().unwrap()));
        assert_eq!(Fraction::mean(&[f("1", "3"), f("2", "3")]), Some(f("0.5", "1")));
        assert_eq!(Fraction::mean(&[]), None);
        let sd = Fraction::deviation(&[f("2", "1"), f("4", "1"), f("4", "1"), f("6", "1")]).unwrap();
        assert_eq!(sd.to_string().parse::<Decimal>().unwrap(), Decimal::from(2).sqrt().unwrap());
    }

    #[test]
    fn computed_ratios_meet_their_boundaries() {
        let check = |price: &str, ratio: Decimal, want: &str| {
            let price = Fraction::comparable(price.parse().unwrap(), ratio);
            assert_eq!(price, Fraction::whole(want.parse().unwrap()), "{ratio}");
        };
        let d = |text: &str| text.parse::<Decimal>().unwrap();
        // A third, a quarter and an eighth of the content, and half of it to 12 digits.
        check("1", d("1") / d("3"), "3");
        check("1", d("1") / d("2.89"), "2.89");
        check("0.5", d("1") / d("4.913"), "2.4565");
        check("1", half_up(d("1") / d("1.7"), 12), "1.7");
        check("30000", half_up(d("1") / d("2.89"), 12), "86700");
        check("1.7", d("1.7"), "1");
        // And back: 0.00085 over 1.7 is 0.0005, on the edge of a rounding.
        assert_eq!(Fraction::whole(d("0.00085")).for_spec(d("1") / d("1.7")).value(), d("0.0005"));
        // A given ratio stays a quotient: 1 / 3 has no end.
        assert_eq!(Fraction::comparable(d("1"), d("3")).times(d("3")), f("1", "1"));
    }

    #[test]
    fn a_pair_shows_which_is_larger() {
        assert_eq!(pair(f("0.90001", "1"), f("0.9", "1")), ("0.90001".to_owned(), "0.90000".to_owned()));
        assert_eq!(pair(f("0.9", "1"), f("0.9", "1")), ("0.9000".to_owned(), "0.9000".to_owned()));
    }
}
