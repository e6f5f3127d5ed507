//! The path of a product that did not win.

use chrono::{Months, NaiveDate};
use jicai::awards::fraction::Fraction;
use jicai::rounds::rule_set;
use jicai::standards::path::path;
use jicai::standards::rules::{Basis, Product};
use jicai::types::{UnitPrice, half_up};
use proptest::prelude::*;
use rust_decimal::Decimal;

const SETS: &[&str] = &["GY-YD2024-2", "GY-YD2019-1", "GY-HD2020-1", "JH-YD2022-1"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// It never rises, reaches the selected price by the third year, has no gap and no overlap, and says how.
    #[test]
    fn a_path_goes_down_to_the_selected_price_without_a_gap(
        price in 1_i64..5_000_000,
        selected in 1_i64..5_000_000,
        evaluated: bool,
        set in 0..SETS.len(),
        day in 0_u64..1_500,
        years in 1_u32..7,
    ) {
        let mut rules = rule_set::find(SETS[set]).unwrap();
        rules.standard.years.0 = years;
        let number = |scaled| Fraction::whole(Decimal::new(scaled, 4));
        let product = Product { price: number(price), selected: number(selected), evaluated };
        let from = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Days::new(day);
        let steps = path(&rules, product, from).unwrap();
        let at = |exact: Fraction| {
            UnitPrice::rounded(half_up(exact.value(), rules.price.decimals.0)).unwrap()
        };
        prop_assert!((1..=3).contains(&steps.len()));
        prop_assert_eq!(steps[0].starts, from);
        let third = from.checked_add_months(Months::new(24)).unwrap();
        for pair in steps.windows(2) {
            prop_assert!(pair[1].standard < pair[0].standard);
            prop_assert_eq!(pair[0].ends.and_then(|day| day.succ_opt()), Some(pair[1].starts));
        }
        let last = steps.last().unwrap();
        prop_assert_eq!(last.ends, None);
        prop_assert!(last.starts <= third);
        // What is not dearer keeps its own price, which is not rounded like a bid.
        let own = UnitPrice::rounded(product.price.value()).unwrap();
        let floor = if product.price <= product.selected { own } else { at(product.selected) };
        prop_assert_eq!(last.standard, floor);
        for step in &steps {
            prop_assert!(step.standard >= floor && step.standard <= own.max(at(product.price)));
            prop_assert!(!step.arithmetic.is_empty());
            prop_assert!(steps.len() == 1 || matches!(step.basis, Basis::Cut | Basis::FinalYear));
        }
        if !evaluated || price <= 2 * selected {
            prop_assert_eq!(steps.len(), 1);
        }
    }
}
