//! Agreed volume in whole rounding units: a hospital's total is rounded once and split without loss.

use rust_decimal::Decimal;

use crate::types::Quantity;

/// The share and the rounding unit as whole numbers, so that a million lines are split exactly and fast.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    share: i128,
    /// A quantity times `share` over this is in rounding units.
    under: i128,
    unit: i64,
}

impl Scale {
    /// A lot's share and the rule set's rounding unit; `None` when the unit is not above zero.
    pub fn new(share: Decimal, unit: Decimal) -> Option<Self> {
        let share = share.normalize();
        let unit = Quantity::exact(unit).ok().filter(|unit| unit.is_positive())?.scaled();
        let under = 10i128.checked_pow(share.scale())?.checked_mul(i128::from(unit))?;
        Some(Self { share: share.mantissa(), under, unit })
    }

    /// The share of a quantity (in thousandths) in units, rounded half up.
    pub fn rounded(&self, quantity: i128) -> i128 {
        (2 * quantity * self.share + self.under).div_euclid(2 * self.under)
    }

    /// The whole units in a quantity.
    pub fn units(&self, quantity: Quantity) -> i128 {
        i128::from(quantity.scaled().max(0) / self.unit)
    }

    /// Units as a quantity; `None` when too large.
    pub fn quantity(&self, units: i128) -> Option<Quantity> {
        i64::try_from(units.checked_mul(i128::from(self.unit))?).ok().map(Quantity::from_scaled)
    }

    /// Splits the rounded share of the sum of `parts` over the parts by the largest remainder; of equal
    /// remainders the earlier part comes first. The result sums to [`Scale::rounded`] of the sum.
    pub fn split(&self, parts: &[i128]) -> Vec<i128> {
        self.split_over(parts, 1)
    }

    /// The same for parts that are counted `times` finer than thousandths.
    pub fn split_over(&self, parts: &[i128], times: i128) -> Vec<i128> {
        let total = self.rounded(parts.iter().sum::<i128>() / times);
        let shares: Vec<i128> = parts.iter().map(|part| part * self.share).collect();
        largest_remainder(total, &shares, self.under * times)
    }
}

/// Splits whole `units` over winners in proportion to their weights (equally when all are zero).
pub fn proportional(units: i128, weights: &[i128]) -> Vec<i128> {
    let sum: i128 = weights.iter().sum();
    if sum == 0 {
        let ones = vec![1; weights.len()];
        return if ones.is_empty() { ones } else { proportional(units, &ones) };
    }
    let shares: Vec<i128> = weights.iter().map(|weight| units * weight).collect();
    largest_remainder(units, &shares, sum)
}

fn largest_remainder(total: i128, shares: &[i128], under: i128) -> Vec<i128> {
    let mut units: Vec<i128> = shares.iter().map(|share| share.div_euclid(under)).collect();
    let left = total - units.iter().sum::<i128>();
    if left > 0 {
        let mut order: Vec<usize> = (0..shares.len()).collect();
        order.sort_by_key(|part| (-shares[*part].rem_euclid(under), *part));
        for part in order.into_iter().take(usize::try_from(left).unwrap_or(0)) {
            units[part] += 1;
        }
    }
    units
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scale(share: &str, unit: &str) -> Scale {
        Scale::new(share.parse().unwrap(), unit.parse().unwrap()).unwrap()
    }

    #[test]
    fn shares_are_rounded_half_up_and_split_without_loss() {
        let check = |share: &str, unit: &str, parts: &[i128], want: &[i128]| {
            let thousandths: Vec<i128> = parts.iter().map(|p| p * 1000).collect();
            assert_eq!(scale(share, unit).split(&thousandths), want, "{share} {unit} {parts:?}");
        };
        check("0.5", "1", &[3], &[2]);
        check("0.5", "1", &[1, 1, 1], &[1, 1, 0]);
        check("0.6", "1", &[101, 50], &[61, 30]);
        check("0.7", "10", &[333], &[23]);
        check("0.7", "1", &[0, 333], &[0, 233]);
        check("1", "1", &[], &[]);
        assert_eq!(proportional(10, &[0, 0, 0]), [4, 3, 3]);
        assert_eq!(proportional(10, &[1, 0, 3]), [3, 0, 7]);
        assert_eq!(proportional(10, &[]), [0i128; 0]);
    }

    proptest! {
        #[test]
        fn the_parts_sum_to_the_rounded_total(
            parts in prop::collection::vec(0i128..5_000_000, 0..12),
            share in 1u32..=100,
            unit in prop::sample::select(vec!["0.001", "1", "10", "28"]),
        ) {
            let scale = scale(&Decimal::new(share.into(), 2).to_string(), unit);
            let split = scale.split(&parts);
            prop_assert_eq!(split.iter().sum::<i128>(), scale.rounded(parts.iter().sum()));
            for (part, units) in parts.iter().zip(&split) {
                prop_assert!(*part > 0 || *units == 0);
            }
        }
    }
}
