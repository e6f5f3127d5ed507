//! base ^ log2 X in decimals. `rust_decimal`'s own `exp` stops at 7 digits and its `powd` with it, which is not
//! enough to round prices of six digits to the cent; these series go to the last digit a decimal holds.

use rust_decimal::Decimal;

/// ln 2 to the digits a decimal holds.
fn ln2() -> Decimal {
    Decimal::from_i128_with_scale(6_931_471_805_599_453_094_172_321_215, 28)
}

/// base ^ log2 x, for base and x above zero.
pub(super) fn of_log2(base: Decimal, x: Decimal) -> Option<Decimal> {
    let (n, rest) = halved(x)?;
    // The whole part is exact multiplication: X = 2, 4, 1/2 … are the commonest and must not carry an error.
    let mut k = Decimal::ONE;
    for _ in 0..n.unsigned_abs() {
        k = if n > 0 { k.checked_mul(base)? } else { k.checked_div(base)? };
    }
    if rest == Decimal::ONE {
        return Some(k);
    }
    let log2 = ln(rest)?.checked_div(ln2())?;
    k.checked_mul(exp(ln(base)?.checked_mul(log2)?)?)
}

/// x as 2^n times a rest between 0.75 and 1.5.
fn halved(mut x: Decimal) -> Option<(i32, Decimal)> {
    if x <= Decimal::ZERO {
        return None;
    }
    let mut n = 0;
    while x > Decimal::new(15, 1) {
        x = x.checked_div(Decimal::TWO)?;
        n += 1;
    }
    while x < Decimal::new(75, 2) {
        x = x.checked_mul(Decimal::TWO)?;
        n -= 1;
    }
    Some((n, x))
}

/// ln x = n ln 2 + 2 artanh((m - 1) / (m + 1)).
fn ln(x: Decimal) -> Option<Decimal> {
    let (n, m) = halved(x)?;
    let z = (m - Decimal::ONE).checked_div(m + Decimal::ONE)?;
    let square = z.checked_mul(z)?;
    let (mut sum, mut power, mut odd) = (Decimal::ZERO, z, Decimal::ONE);
    while !power.is_zero() && odd < Decimal::ONE_HUNDRED {
        sum = sum.checked_add(power.checked_div(odd)?)?;
        power = power.checked_mul(square)?;
        odd += Decimal::TWO;
    }
    Decimal::from(n).checked_mul(ln2())?.checked_add(sum.checked_mul(Decimal::TWO)?)
}

/// e^y for the small y left after the whole powers are taken out (|y| below 1).
fn exp(y: Decimal) -> Option<Decimal> {
    let (mut sum, mut term, mut n) = (Decimal::ONE, Decimal::ONE, Decimal::ONE);
    while !term.is_zero() && n < Decimal::ONE_HUNDRED {
        term = term.checked_mul(y)?.checked_div(n)?;
        sum = sum.checked_add(term)?;
        n += Decimal::ONE;
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn the_series_agree_with_tables() {
        let check = |found: Decimal, want: &str| {
            assert!((found - d(want)).abs() < Decimal::new(1, 24), "{found} {want}");
        };
        assert_eq!(ln2(), d("0.6931471805599453094172321215"));
        check(ln(d("3")).unwrap(), "1.0986122886681096913952452369");
        check(ln(d("10")).unwrap(), "2.3025850929940456840179914547");
        check(ln(d("1.7")).unwrap(), "0.5306282510621703962315431632");
        check(exp(d("1")).unwrap(), "2.7182818284590452353602874714");
        check(exp(d("-0.5")).unwrap(), "0.6065306597126334236037995349");
    }

    #[test]
    fn powers_of_two_are_exact() {
        let check = |base: &str, x: &str, want: &str| assert_eq!(of_log2(d(base), d(x)).unwrap(), d(want));
        check("1.7", "1", "1");
        check("1.7", "2", "1.7");
        check("1.7", "8", "4.913");
        check("1.95", "4", "3.8025");
        assert_eq!(of_log2(d("1.7"), d("0.5")).unwrap(), Decimal::ONE / d("1.7"));
        assert_eq!(of_log2(d("1.7"), d("0")), None);
    }

    #[test]
    fn there_and_back_is_one() {
        for x in ["3", "0.3", "1.5", "0.071428571428571428571428571", "2.186", "1.0000001", "97"] {
            let there = of_log2(d("1.7"), d(x)).unwrap();
            let back = of_log2(d("1.7"), Decimal::ONE / d(x)).unwrap();
            assert!((there * back - Decimal::ONE).abs() < Decimal::new(1, 20), "{x}: {}", there * back);
        }
    }
}
