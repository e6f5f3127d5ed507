//! What the fund takes into account of a claim line: pure arithmetic in whole numbers.

use chrono::NaiveDate;

use crate::text::Text;
use crate::types::{Amount, Money, Quantity, UnitPrice};

crate::words! {
    /// What a line comes to.
    Verdict {
        /// The price is not above the standard: the fund takes the price.
        Within = "within",
        /// The price is above the standard: the fund takes the standard, the patient pays the rest.
        Above = "above",
        /// The product is known; no standard of it is in force on that day.
        NoStandard = "no_standard",
        /// No product and no standard has the code.
        UnknownProduct = "unknown_product",
        /// The line cannot be read.
        Bad = "bad",
    }
}

impl Verdict {
    /// Why, for people.
    pub fn reason(self, t: &Text) -> &'static str {
        let a = &t.api;
        match self {
            Verdict::Within => a.verdict_within,
            Verdict::Above => a.verdict_above,
            Verdict::NoStandard => a.verdict_no_standard,
            Verdict::UnknownProduct => a.verdict_unknown,
            Verdict::Bad => a.verdict_bad,
        }
    }
}

/// A claim line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim<'a> {
    /// Its number in what was sent.
    pub line: u64,
    /// The sender's reference.
    pub reference: &'a str,
    /// The product's code.
    pub code: &'a str,
    /// The day of the charge.
    pub day: NaiveDate,
    /// Yuan for one unit as it was sold.
    pub price: UnitPrice,
    /// How many such units; below zero for what is given back.
    pub quantity: Quantity,
    /// Smallest preparation units in one unit as it was sold (转换比); 1 when the price is for the smallest unit.
    pub units: Quantity,
}

/// A standard in force: its row in the feed and yuan for one smallest unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// The row's number.
    pub seq: i64,
    /// The standard.
    pub standard: UnitPrice,
}

/// What the index knows of a code on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// A standard.
    Standard(Found),
    /// The product, without a standard on that day.
    Product,
    /// Nothing.
    Nothing,
}

/// A line as it was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// What it comes to.
    pub verdict: Verdict,
    /// The standard's row.
    pub seq: Option<i64>,
    /// What the fund recognises for one unit as it was sold.
    pub standard: Option<Amount>,
    /// The lower of price and standard.
    pub fund_basis: Option<Amount>,
    /// What the price is above the standard.
    pub patient_excess: Option<Amount>,
    /// Price times quantity, to the cent.
    pub amount: Money,
    /// Fund basis times quantity, to the cent.
    pub fund_amount: Option<Money>,
    /// Amount less fund amount.
    pub patient_amount: Option<Money>,
}

/// Most yuan of a price, and most units of a quantity and of a pack: far above any claim, so that every product of
/// them fits.
const MOST_YUAN: i64 = 10_000_000;
const MOST_UNITS: i64 = 1_000_000;

/// Thousandths: what a quantity is kept in.
const THOUSAND: i64 = 1_000;
/// Millionths: what a price is kept in.
const MILLION: i64 = 1_000_000;

impl Claim<'_> {
    /// Whether every product of its numbers fits.
    pub fn fits(&self) -> bool {
        self.price.scaled() <= MOST_YUAN * MILLION
            && self.quantity.scaled().abs() <= MOST_UNITS * THOUSAND
            && self.units.scaled() <= MOST_UNITS * THOUSAND
    }
}

/// Checks a line against what is known of its code.
pub fn check(claim: &Claim, known: Known) -> Checked {
    // Billionths of a yuan: a price has millionths, a pack thousandths of a unit.
    let price = claim.price.scaled() * THOUSAND;
    let amount = cents(price, claim.quantity);
    let nothing = |verdict| Checked {
        verdict,
        seq: None,
        standard: None,
        fund_basis: None,
        patient_excess: None,
        amount,
        fund_amount: None,
        patient_amount: None,
    };
    let found = match known {
        Known::Standard(found) => found,
        Known::Product => return nothing(Verdict::NoStandard),
        Known::Nothing => return nothing(Verdict::UnknownProduct),
    };
    // A standard too large to be multiplied is above every price that fits.
    let standard = found.standard.scaled().checked_mul(claim.units.scaled());
    let basis = price.min(standard.unwrap_or(price));
    let excess = price - basis;
    let fund_amount = cents(basis, claim.quantity);
    Checked {
        verdict: if excess > 0 { Verdict::Above } else { Verdict::Within },
        seq: Some(found.seq),
        standard: standard.map(Amount::from_scaled),
        fund_basis: Some(Amount::from_scaled(basis)),
        patient_excess: Some(Amount::from_scaled(excess)),
        amount,
        fund_amount: Some(fund_amount),
        patient_amount: amount.minus(fund_amount),
    }
}

/// Billionths of a yuan times a quantity, rounded half up (四舍五入) to the cent, away from zero for what is given back.
fn cents(price: i64, quantity: Quantity) -> Money {
    const BELOW_A_CENT: i128 = 10_i128.pow(9 + Quantity::PLACES - Money::PLACES);
    let exact = i128::from(price) * i128::from(quantity.scaled());
    let cents = (exact.abs() + BELOW_A_CENT / 2) / BELOW_A_CENT * exact.signum();
    Money::from_scaled(i64::try_from(cents).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn claim(price: &str, quantity: &str, units: &str) -> Claim<'static> {
        Claim {
            line: 1,
            reference: "",
            code: "X",
            day: NaiveDate::default(),
            price: price.parse().unwrap(),
            quantity: quantity.parse().unwrap(),
            units: units.parse().unwrap(),
        }
    }

    fn of(standard: &str) -> Known {
        Known::Standard(Found { seq: 7, standard: standard.parse().unwrap() })
    }

    #[test]
    fn the_fund_takes_the_lower_of_price_and_standard() {
        let check = |price: &str, quantity: &str, units: &str, standard: &str, wanted: [&str; 7]| {
            let it = check(&claim(price, quantity, units), of(standard));
            let text = |it: Option<Amount>| it.unwrap().to_string();
            let found = [
                it.verdict.as_str().to_owned(),
                text(it.standard),
                text(it.fund_basis),
                text(it.patient_excess),
                it.amount.to_string(),
                it.fund_amount.unwrap().to_string(),
                it.patient_amount.unwrap().to_string(),
            ];
            assert_eq!(found, wanted, "{price} × {quantity}, {units} units at {standard}");
        };
        check("0.5", "10", "1", "0.5", ["within", "0.50", "0.50", "0.00", "5.00", "5.00", "0.00"]);
        check("0.4", "10", "1", "0.5", ["within", "0.50", "0.40", "0.00", "4.00", "4.00", "0.00"]);
        check("0.6", "10", "1", "0.5", ["above", "0.50", "0.50", "0.10", "6.00", "5.00", "1.00"]);
        check("0", "10", "1", "0.5", ["within", "0.50", "0.00", "0.00", "0.00", "0.00", "0.00"]);
        // A box of 24 at 13 yuan, and 0.5 yuan for one capsule.
        check("13", "2", "24", "0.5", ["above", "12.00", "12.00", "1.00", "26.00", "24.00", "2.00"]);
        // Rounded once: 3 × 0.333333 is one yuan; what is given back is rounded the same way.
        check(
            "0.333333",
            "3",
            "1",
            "0.3333",
            ["above", "0.3333", "0.3333", "0.000033", "1.00", "1.00", "0.00"],
        );
        check("0.6", "-10", "1", "0.5", ["above", "0.50", "0.50", "0.10", "-6.00", "-5.00", "-1.00"]);
        check("0.005", "-1", "1", "1", ["within", "1.00", "0.005", "0.00", "-0.01", "-0.01", "0.00"]);
    }

    #[test]
    fn without_a_standard_nothing_is_made_up() {
        for (known, verdict) in
            [(Known::Product, Verdict::NoStandard), (Known::Nothing, Verdict::UnknownProduct)]
        {
            let it = check(&claim("0.6", "10", "1"), known);
            assert_eq!((it.verdict, it.amount.to_string().as_str()), (verdict, "6.00"));
            assert_eq!((it.standard, it.fund_basis, it.fund_amount, it.seq), (None, None, None, None));
        }
    }

    proptest! {
        #[test]
        fn basis_and_excess_are_the_price_and_the_amounts_the_bill(
            price in 0..=MOST_YUAN * MILLION, quantity in -MOST_UNITS * THOUSAND..=MOST_UNITS * THOUSAND,
            units in 1..=MOST_UNITS * THOUSAND, standard in 1..=MOST_YUAN * MILLION,
        ) {
            let claim = Claim { price: UnitPrice::from_scaled(price), quantity: Quantity::from_scaled(quantity),
                units: Quantity::from_scaled(units), ..claim("1", "1", "1") };
            prop_assert!(claim.fits());
            let it = check(&claim, Known::Standard(Found { seq: 1, standard: UnitPrice::from_scaled(standard) }));
            let (basis, excess) = (it.fund_basis.unwrap(), it.patient_excess.unwrap());
            prop_assert_eq!(basis.plus(excess).unwrap().scaled(), price * THOUSAND);
            prop_assert!(it.standard.is_none_or(|standard| basis <= standard));
            prop_assert_eq!(it.fund_amount.unwrap().plus(it.patient_amount.unwrap()), Some(it.amount));
            prop_assert_eq!(it.verdict == Verdict::Above, excess.is_positive());
            prop_assert_eq!(it.amount, Money::of(claim.quantity, claim.price).unwrap());
        }
    }
}
