//! Exact numbers: money, prices, quantities and what comes of them.

use std::fmt;
use std::str::FromStr;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::BigInt;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Rounds half away from zero (四舍五入), the one rounding the price rules name
/// (发改价格〔2011〕2452号 art. 19).
pub fn half_up(value: Decimal, places: u32) -> Decimal {
    value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero)
}

/// Why a text is not an exact number of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotANumber {
    /// Nothing but spaces.
    Empty,
    /// Not digits with at most one point.
    Malformed,
    /// More decimals than the type keeps; the number says how many it keeps.
    TooManyDecimals(u32),
    /// Larger than the type can hold.
    TooLarge,
}

/// Reads plain digits with an optional sign and one point. No separators, no exponent.
pub fn parse_decimal(text: &str) -> Result<Decimal, NotANumber> {
    let text = text.trim();
    if text.is_empty() {
        return Err(NotANumber::Empty);
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if !plain(whole) || !plain(part) {
        return Err(NotANumber::Malformed);
    }
    if digits.len() > 28 {
        return Err(NotANumber::TooLarge);
    }
    Decimal::from_str(text).map_err(|_| NotANumber::TooLarge)
}

/// A number of at most 18 characters as the whole number it is times ten to the power of `places`; longer ones are for
/// [`parse_decimal`]. Files of millions of lines are read by it.
fn parse_short(text: &str, places: u32) -> Option<Result<i64, NotANumber>> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if !plain(whole) || !plain(part) {
        return None;
    }
    let add = |sum: i64, digit: u8| sum * 10 + i64::from(digit.wrapping_sub(b'0'));
    let whole = whole.bytes().fold(0, add);
    let kept = part.bytes().chain(std::iter::repeat(b'0')).take(places as usize).fold(0, add);
    if part.bytes().skip(places as usize).any(|digit| digit != b'0') {
        return Some(Err(NotANumber::TooManyDecimals(places)));
    }
    let scaled = whole.checked_mul(10_i64.pow(places)).and_then(|whole| whole.checked_add(kept));
    let signed = scaled.map(|number| if digits.len() < text.len() { -number } else { number });
    Some(signed.ok_or(NotANumber::TooLarge))
}

macro_rules! scaled {
    ($(#[$doc:meta])* $name:ident, $places:literal, $shown:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, AsExpression, FromSqlRow)]
        #[diesel(sql_type = BigInt)]
        pub struct $name(i64);

        impl $name {
            /// Decimals kept.
            pub const PLACES: u32 = $places;
            /// Nothing.
            pub const ZERO: Self = Self(0);

            /// The value, only if it has no more decimals than the type keeps.
            pub fn exact(value: Decimal) -> Result<Self, NotANumber> {
                if value.normalize().scale() > Self::PLACES {
                    return Err(NotANumber::TooManyDecimals(Self::PLACES));
                }
                Self::rounded(value)
            }

            /// The value rounded half up (四舍五入) to the type's decimals.
            pub fn rounded(value: Decimal) -> Result<Self, NotANumber> {
                let mut value = half_up(value, Self::PLACES);
                value.rescale(Self::PLACES);
                i64::try_from(value.mantissa()).map(Self).map_err(|_| NotANumber::TooLarge)
            }

            /// The value as a decimal.
            pub fn decimal(self) -> Decimal {
                Decimal::new(self.0, Self::PLACES)
            }

            /// The scaled whole number the database holds.
            pub fn scaled(self) -> i64 {
                self.0
            }

            /// From the scaled whole number the database holds.
            pub fn from_scaled(scaled: i64) -> Self {
                Self(scaled)
            }

            /// The sum, or `None` when it no longer fits.
            pub fn plus(self, other: Self) -> Option<Self> {
                self.0.checked_add(other.0).map(Self)
            }

            /// The difference, or `None` when it no longer fits.
            pub fn minus(self, other: Self) -> Option<Self> {
                self.0.checked_sub(other.0).map(Self)
            }

            /// Above zero.
            pub fn is_positive(self) -> bool {
                self.0 > 0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut value = self.decimal().normalize();
                value.rescale(value.scale().max($shown));
                write!(f, "{value}")
            }
        }

        impl FromStr for $name {
            type Err = NotANumber;
            fn from_str(text: &str) -> Result<Self, NotANumber> {
                match parse_short(text.trim(), Self::PLACES) {
                    Some(short) => short.map(Self),
                    None => Self::exact(parse_decimal(text)?),
                }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = String::deserialize(d)?;
                text.parse().map_err(|e| serde::de::Error::custom(format!("{text}: {e:?}")))
            }
        }

        impl<DB: Backend> ToSql<BigInt, DB> for $name
        where
            i64: ToSql<BigInt, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                self.0.to_sql(out)
            }
        }

        impl<DB: Backend> FromSql<BigInt, DB> for $name
        where
            i64: FromSql<BigInt, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                i64::from_sql(bytes).map(Self)
            }
        }
    };
}

scaled!(
    /// An amount in yuan, two decimals.
    Money, 2, 2
);
scaled!(
    /// Yuan for one smallest preparation unit (片, 支, 袋 …) or one pack, six decimals.
    UnitPrice, 6, 2
);
scaled!(
    /// A quantity in smallest preparation units or pieces, three decimals.
    Quantity, 3, 0
);
scaled!(
    /// Quantity times price in yuan before any rounding, nine decimals.
    Amount, 9, 2
);
scaled!(
    /// Quantities of one time at the prices of another, in yuan, six decimals.
    Value, 6, 2
);
scaled!(
    /// An index number, or points of one, four decimals.
    Points, 4, 2
);
scaled!(
    /// A part of one, such as `0.9`, six decimals.
    Share, 6, 0
);
scaled!(
    /// An assessment score from 0 to 100, two decimals.
    Score, 2, 0
);

impl Money {
    /// Quantity times price, rounded once to the cent.
    pub fn of(quantity: Quantity, price: UnitPrice) -> Result<Self, NotANumber> {
        let product = quantity.decimal().checked_mul(price.decimal()).ok_or(NotANumber::TooLarge)?;
        Self::rounded(product)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_exactly_or_refused() {
        let check = |text: &str, want: Result<&str, NotANumber>| {
            assert_eq!(text.parse::<Money>().map(|m| m.to_string()), want.map(str::to_owned), "{text}");
        };
        check("12", Ok("12.00"));
        check(" 0.10 ", Ok("0.10"));
        check("-3.5", Ok("-3.50"));
        check("1.000", Ok("1.00"));
        check("1.001", Err(NotANumber::TooManyDecimals(2)));
        check("", Err(NotANumber::Empty));
        check("1,000", Err(NotANumber::Malformed));
        check("1e3", Err(NotANumber::Malformed));
        check("1.", Err(NotANumber::Malformed));
        check("１２", Err(NotANumber::Malformed));
        check("99999999999999999999", Err(NotANumber::TooLarge));
        check("-0.00", Ok("0.00"));
        check("-", Err(NotANumber::Malformed));
        check("999999999999999999", Err(NotANumber::TooLarge));
        check("-99999999999999.99", Ok("-99999999999999.99"));
        check("00000000000000012.5", Ok("12.50"));
    }

    #[test]
    fn short_numbers_are_read_as_long_ones_are() {
        let parts = ["", "0", "-", ".", "7", "10", "000", "99999999", "1234567890123456", "e", " ", "٣"];
        let pick = |n: usize| parts.get(n % parts.len()).copied().unwrap_or_default();
        for n in 0..parts.len().pow(4) {
            let text: String = (0..4).map(|at| pick(n / parts.len().pow(at))).collect();
            let slow = |places: u32| match places {
                2 => parse_decimal(&text).and_then(Money::exact).map(Money::scaled),
                _ => parse_decimal(&text).and_then(UnitPrice::exact).map(UnitPrice::scaled),
            };
            assert_eq!(text.parse::<Money>().map(Money::scaled), slow(2), "{text}");
            assert_eq!(text.parse::<UnitPrice>().map(UnitPrice::scaled), slow(6), "{text}");
        }
    }

    #[test]
    fn rounding_is_half_away_from_zero() {
        assert_eq!(Money::rounded("0.125".parse().unwrap()).unwrap().to_string(), "0.13");
        assert_eq!(Money::rounded("-0.125".parse().unwrap()).unwrap().to_string(), "-0.13");
        let amount = Money::of("3".parse().unwrap(), "0.3333".parse().unwrap()).unwrap();
        assert_eq!(amount.to_string(), "1.00");
    }
}
