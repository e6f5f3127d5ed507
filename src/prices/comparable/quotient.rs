//! Exact quotients of whole numbers: a price for one piece has no last decimal, and which tier it falls into is
//! decided without one.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use crate::types::UnitPrice;

/// A quotient above zero, in lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Quotient {
    over: u128,
    under: u128,
}

impl Quotient {
    /// One.
    pub const ONE: Self = Self { over: 1, under: 1 };

    /// `over / under`; none unless both are above zero.
    pub fn new(over: u128, under: u128) -> Option<Self> {
        let by = greatest_divisor(over, under);
        (over > 0 && under > 0).then(|| Self { over: over / by, under: under / by })
    }

    /// A number with an end; none unless it is above zero.
    pub fn of(value: Decimal) -> Option<Self> {
        let over = u128::try_from(value.mantissa()).ok()?;
        Self::new(over, 10_u128.checked_pow(value.scale())?)
    }

    /// What is divided and what by.
    pub fn parts(self) -> (u128, u128) {
        (self.over, self.under)
    }

    /// How `over / under`, which need not be in lowest terms, lies to this one; nothing is below everything.
    pub fn cmp_to(self, over: u128, under: u128) -> Ordering {
        match over.checked_mul(self.under).zip(under.checked_mul(self.over)) {
            Some((own, other)) => own.cmp(&other),
            None => Self::new(over, under).map_or(Ordering::Less, |other| other.cmp(&self)),
        }
    }

    /// Divided by another; none when it no longer fits.
    pub fn over(self, other: Self) -> Option<Self> {
        // What cancels is taken out first, so that only what is really large does not fit.
        let across = greatest_divisor(self.over, other.over);
        let down = greatest_divisor(self.under, other.under);
        let over = (self.over / across).checked_mul(other.under / down)?;
        Self::new(over, (self.under / down).checked_mul(other.over / across)?)
    }

    /// The number rounded half up to so many decimals; none when it no longer fits.
    pub fn rounded(self, places: u32) -> Option<Decimal> {
        let mut digits = self.over / self.under;
        let mut rest = self.over % self.under;
        for _ in 0..places {
            rest = rest.checked_mul(10)?;
            digits = digits.checked_mul(10)?.checked_add(rest / self.under)?;
            rest %= self.under;
        }
        if rest >= self.under.div_ceil(2) {
            digits = digits.checked_add(1)?;
        }
        Decimal::try_from_i128_with_scale(i128::try_from(digits).ok()?, places).ok()
    }

    /// Yuan to six decimals, rounded half up; none when it no longer fits.
    pub fn price(self) -> Option<UnitPrice> {
        UnitPrice::exact(self.rounded(UnitPrice::PLACES)?).ok()
    }
}

fn greatest_divisor(a: u128, b: u128) -> u128 {
    if b == 0 { a.max(1) } else { greatest_divisor(b, a % b) }
}

impl PartialOrd for Quotient {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quotient {
    /// Whole parts first, then the reverses of what is left: nothing is multiplied, so nothing can overflow.
    fn cmp(&self, other: &Self) -> Ordering {
        let (mut a, mut b) = ((self.over, self.under), (other.over, other.under));
        loop {
            let whole = (a.0 / a.1).cmp(&(b.0 / b.1));
            if whole != Ordering::Equal {
                return whole;
            }
            let (left, right) = (a.0 % a.1, b.0 % b.1);
            if left == 0 || right == 0 {
                return left.cmp(&right);
            }
            (a, b) = ((b.1, right), (a.1, left));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn q(over: u128, under: u128) -> Quotient {
        Quotient::new(over, under).unwrap()
    }

    #[test]
    fn a_quotient_is_rounded_half_up_once() {
        let check = |over, under, places, want: &str| {
            assert_eq!(q(over, under).rounded(places).unwrap().to_string(), want, "{over}/{under}");
        };
        check(1, 3, 6, "0.333333");
        check(2, 3, 6, "0.666667");
        check(1, 2_000_000, 6, "0.000001");
        check(1, 2_000_001, 6, "0.000000");
        check(3, 2, 0, "2");
        check(4, 3, 0, "1");
        check(5, 3, 0, "2");
        check(582, 600, 6, "0.970000");
        assert_eq!(q(100, 300), q(1, 3));
        assert_eq!(Quotient::new(0, 3), None);
        assert_eq!(Quotient::new(3, 0), None);
        assert_eq!(Quotient::of("1.50".parse().unwrap()), Some(q(3, 2)));
        assert_eq!(Quotient::of(Decimal::ZERO), None);
        assert_eq!(Quotient::of(-Decimal::ONE), None);
        assert_eq!(q(u128::MAX, 1).over(q(1, 2)), None);
        assert_eq!(q(u128::MAX, 3).over(q(u128::MAX, 2)), Some(q(2, 3)));
    }

    #[test]
    fn large_quotients_are_compared_exactly() {
        let big = u128::MAX;
        assert_eq!(q(big, big - 1).cmp(&q(big - 1, big - 2)), Ordering::Less);
        assert_eq!(q(big - 1, big - 2).cmp(&q(big, big - 1)), Ordering::Greater);
        assert_eq!(q(big, 7).cmp(&q(big, 7)), Ordering::Equal);
    }

    proptest::proptest! {
        #[test]
        fn the_order_is_that_of_cross_products(a in 1..9_000_u128, b in 1..9_000_u128, c in 1..9_000_u128, d in 1..9_000_u128) {
            assert_eq!(q(a, b).cmp(&q(c, d)), (a * d).cmp(&(c * b)));
            assert_eq!(q(a, b).over(q(c, d)), Some(q(a * d, b * c)));
        }
    }
}
