use std::collections::{HashMap, HashSet};

use proptest::prelude::*;

use super::*;
use crate::prices::monitoring::ground::{Agreed, Listed, Lot, Span, Timeline};
use crate::prices::monitoring::judge::outliers::{Middle, middle};
use crate::prices::monitoring::purchases::Purchase;
use crate::prices::monitoring::rules;
use crate::types::ProductId;

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

fn price(text: &str) -> i64 {
    text.parse::<UnitPrice>().unwrap().scaled()
}

/// `day hospital product price quantity`, products numbered from 1.
fn rows(lines: &[&str]) -> Vec<Purchase> {
    let row = |line: &&str| {
        let parts: Vec<&str> = line.split_whitespace().collect();
        Purchase {
            day: day(parts[0]),
            hospital: parts[1].parse().unwrap(),
            product: parts[2].parse().unwrap(),
            price: price(parts[3]),
            quantity: parts[4].parse::<Quantity>().unwrap().scaled(),
        }
    };
    lines.iter().map(row).collect()
}

fn ledger(family: &Family, rows: Vec<Purchase>) -> Ledger {
    let of = |product: &Product| rows.iter().filter(|row| row.product == product.no).copied().collect();
    Ledger::new(&family.products.iter().map(of).collect::<Vec<Vec<Purchase>>>())
}

fn product(no: i32) -> Product {
    Product {
        no,
        id: ProductId::new(),
        code: format!("P{no}").into(),
        standard: Timeline::default(),
        ceiling: Timeline::default(),
        elsewhere: Timeline::default(),
        award: Timeline::default(),
        contracts: HashMap::new(),
        listed: None,
    }
}

fn span(from: &str, to: Option<&str>, at: &str) -> Span {
    Span { from: day(from), to: to.map(day), price: price(at), source: "S".into() }
}

fn contract(from: &str, to: &str, quantity: &str, at: &str) -> Agreed {
    Agreed {
        number: "HT-1".into(),
        from: day(from),
        to: day(to),
        quantity: quantity.parse::<Quantity>().unwrap().scaled(),
        prices: Timeline::new(vec![span("2000-01-01", None, at)]),
        lot: 0,
    }
}

fn family(products: Vec<Product>) -> Family {
    let groups = (0..products.len()).map(|at| vec![at]).collect();
    Family { products, lots: Vec::new(), groups }
}

fn window(to: &str) -> Window {
    Window { from: None, to: Month::of(day(to)), is_open: true }
}

/// What a rule finds, one line a finding: hospital, product, month, tier, observed, reference, quantity, effect.
fn found(rule: &str, family: &Family, lines: &[&str], to: &str) -> Vec<String> {
    let rules = [rules::find(rule).unwrap()];
    let ledger = ledger(family, rows(lines));
    let mut lines: Vec<String> = judge(&rules, family, &ledger, window(to))
        .unwrap()
        .into_iter()
        .map(|it| {
            let price = |it: Option<UnitPrice>| it.map_or("-".to_owned(), |it| it.to_string());
            let month = it.month.map_or("-".to_owned(), |it| it.to_string());
            let hospital = it.hospital.map_or("-".to_owned(), |it| it.to_string());
            let (observed, reference) = (price(it.observed), price(it.reference));
            let product = it.product + 1;
            format!(
                "{hospital} {product} {month} {} {observed} {reference} {} {}",
                it.tier, it.quantity, it.effect
            )
        })
        .collect();
    lines.sort();
    lines
}

fn check(rule: &str, family: &Family, lines: &[&str], want: &[&str]) {
    assert_eq!(found(rule, family, lines, "2026-12-31"), want, "{rule} {lines:?}");
}

#[test]
fn a_price_above_the_contract_of_its_day_is_found_net_of_returns() {
    let mut it = product(1);
    let mut agreed = contract("2026-02-01", "2026-12-31", "1200", "1");
    agreed.prices = Timeline::new(vec![span("2000-01-01", None, "1"), span("2026-03-01", None, "0.8")]);
    it.contracts.insert(7, vec![agreed]);
    let family = family(vec![it]);
    let check = |lines: &[&str], want: &[&str]| check("above-contract", &family, lines, want);
    check(&["2026-02-10 7 1 1 100"], &[]);
    check(&["2026-02-10 7 1 1.000001 100"], &["7 1 2026-02 yellow 1.000001 1.00 100 0.00"]);
    check(&["2026-02-10 7 1 1.05 100"], &["7 1 2026-02 red1 1.05 1.00 100 5.00"]);
    check(&["2026-02-10 7 1 1.2 1", "2026-02-11 7 1 1.8 1"], &["7 1 2026-02 red3 1.50 1.00 2 1.00"]);
    check(&["2026-02-10 7 1 2 10", "2026-02-11 7 1 2 -4"], &["7 1 2026-02 red3 2.00 1.00 6 6.00"]);
    check(&["2026-02-10 7 1 2 10", "2026-02-11 7 1 2 -10"], &[]);
    // Before its first day, of another hospital, and after the price was cut.
    check(&["2026-01-31 7 1 2 10", "2026-02-10 8 1 2 10"], &[]);
    check(&["2026-02-28 7 1 0.9 10", "2026-03-01 7 1 0.9 10"], &["7 1 2026-03 red1 0.90 0.80 10 1.00"]);
}

#[test]
fn standards_ceilings_and_listings_elsewhere_are_held_against_the_day() {
    let mut it = product(1);
    it.standard =
        Timeline::new(vec![span("2026-01-01", Some("2026-06-30"), "1"), span("2026-03-01", None, "2")]);
    it.ceiling = Timeline::new(vec![span("2026-01-01", Some("2026-12-31"), "4")]);
    it.elsewhere = Timeline::new(vec![span("2026-02-01", None, "1")]);
    let family = family(vec![it]);
    check("above-standard", &family, &["2026-02-28 7 1 1.5 10"], &["7 1 2026-02 red2 1.50 1.00 10 5.00"]);
    check("above-standard", &family, &["2026-03-01 7 1 2 10"], &[]);
    check("above-ceiling", &family, &["2026-03-01 7 1 8 10"], &["7 1 2026-03 red3 8.00 4.00 10 40.00"]);
    check("above-ceiling", &family, &["2025-12-31 7 1 8 10"], &[]);
    check("dearer-elsewhere", &family, &["2026-02-01 7 1 1.05 10"], &[]);
    check("dearer-elsewhere", &family, &["2026-02-01 7 1 1.3 10"], &["7 1 2026-02 red1 1.30 1.00 10 3.00"]);
    check("dearer-elsewhere", &family, &["2026-01-31 7 1 9 10"], &[]);
}

#[test]
fn a_sudden_change_is_held_against_the_last_month_with_purchases() {
    let family = family(vec![product(1)]);
    let check = |lines: &[&str], want: &[&str]| check("month-change", &family, lines, want);
    check(&["2026-01-10 7 1 1 10", "2026-02-10 7 1 1.29 10"], &[]);
    check(&["2026-01-10 7 1 1 10", "2026-02-10 7 1 1.3 10"], &["7 1 2026-02 yellow 1.30 1.00 10 3.00"]);
    check(&["2026-01-10 7 1 1 10", "2026-04-10 7 1 2 10"], &["7 1 2026-04 red2 2.00 1.00 10 10.00"]);
    check(&["2026-01-10 7 1 1 10", "2026-05-10 7 1 2 10"], &[]);
    check(&["2026-01-10 7 1 2 10", "2026-02-10 7 1 1 10"], &["7 1 2026-02 red2 1.00 2.00 10 0.00"]);
    check(&["2026-01-10 7 1 1 10", "2026-02-10 8 1 9 10"], &[]);
    // Means are by quantity, and a return's price counts for nothing.
    let lines = ["2026-01-10 7 1 1 10", "2026-02-10 7 1 1 30", "2026-02-11 7 1 3 10", "2026-02-12 7 1 99 -5"];
    check(&lines, &["7 1 2026-02 red1 1.50 1.00 35 17.50"]);
}

#[test]
fn what_lies_far_from_the_median_of_the_group_is_found() {
    let near = ["1.00", "1.01", "1.02", "0.99", "0.98", "1.00"];
    let with = |last: &str| -> Vec<String> {
        let near = near.iter().enumerate().map(|(n, at)| format!("2026-02-0{} {n} 1 {at} 10", n + 1));
        near.chain([last.to_owned()]).collect()
    };
    let family = family(vec![product(1)]);
    let check = |last: &str, want: &[&str]| {
        let lines = with(last);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        check("mad-outlier", &family, &lines, want);
    };
    // Median 1.00, MAD 0.01: six robust deviations are 0.088956.
    check("2026-02-09 9 1 1.088956 10", &[]);
    check("2026-02-09 9 1 1.088957 10", &["9 1 2026-02 yellow 1.088957 1.00 10 0.89"]);
    check("2026-02-09 9 1 10 10", &["9 1 2026-02 red3 10.00 1.00 10 90.00"]);
    check("2026-02-09 9 1 0.5 10", &["9 1 2026-02 red2 0.50 1.00 10 0.00"]);
    check("2026-03-09 9 1 10 10", &[]);
    check("2026-02-09 9 1 10 -10", &[]);
}

#[test]
fn products_of_one_group_share_a_median() {
    let mut it = family(vec![product(1), product(2)]);
    let lines: Vec<String> = (1..=6).map(|n| format!("2026-02-0{n} {n} 1 1.0{n} 10")).collect();
    let mut lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    lines.push("2026-02-09 9 2 3 10");
    check("mad-outlier", &it, &lines, &[]);
    it.groups = vec![vec![0, 1]];
    let got = found("mad-outlier", &it, &lines, "2026-12-31");
    assert_eq!(got, ["9 2 2026-02 red3 3.00 1.04 10 19.60"]);
}

#[test]
fn a_price_that_creeps_up_is_a_drift_where_the_single_month_is_not() {
    let family = family(vec![product(1)]);
    let lines: Vec<String> = (1..=9)
        .map(|n| {
            format!(
                "2026-0{n}-10 7 1 {} 10",
                ["1", "1", "1", "1.04", "1.1", "1.15", "1.2", "1.25", "1.3"][n - 1]
            )
        })
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    check("month-change", &family, &lines, &[]);
    // Above the allowance of 0.05: 0, 0.05, 0.15, 0.30, 0.50, 0.75.
    check(
        "cusum-drift",
        &family,
        &lines,
        &[
            "7 1 2026-07 yellow 1.20 1.00 10 2.00",
            "7 1 2026-08 yellow 1.25 1.00 10 2.50",
            "7 1 2026-09 red1 1.30 1.00 10 3.00",
        ],
    );
}

#[test]
fn a_quantity_is_abnormal_beside_the_median_of_the_months_before() {
    let family = family(vec![product(1)]);
    let before = ["2026-01-10 7 1 2 10", "2026-02-10 7 1 2 12", "2026-03-10 7 1 2 14"];
    let with = |last| [before[0], before[1], before[2], last];
    check("abnormal-volume", &family, &with("2026-04-10 7 1 2 59"), &[]);
    check("abnormal-volume", &family, &with("2026-04-10 7 1 2 60"), &["7 1 2026-04 yellow - - 60 96.00"]);
    check("abnormal-volume", &family, &["2026-01-10 7 1 2 10", "2026-02-10 7 1 2 900"], &[]);
    check("abnormal-volume", &family, &with("2027-04-10 7 1 2 900"), &[]);
}

/// A lot with one winner (product 1) and one product that did not win (2); hospital 7 has a contract.
fn lot() -> Family {
    let mut won = product(1);
    won.award = Timeline::new(vec![span("2026-01-01", Some("2026-12-31"), "1")]);
    won.contracts.insert(7, vec![contract("2026-01-01", "2026-12-31", "1200", "1")]);
    let mut it = family(vec![won, product(2)]);
    it.lots = vec![Lot { code: "L1".into(), winners: HashSet::from([0]) }];
    it
}

#[test]
fn a_winning_price_that_climbs_is_found_from_the_second_month() {
    let check = |lines: &[&str], want: &[&str]| check("award-creep", &lot(), lines, want);
    check(&["2026-01-10 7 1 1 10", "2026-02-10 7 1 1.02 10"], &[]);
    let climbs = ["2026-01-10 7 1 1 10", "2026-02-10 7 1 1.02 10", "2026-04-10 7 1 1.1 10"];
    check(&climbs, &["7 1 2026-04 red1 1.10 1.00 10 1.00"]);
    check(&["2026-02-10 7 1 1.2 10", "2026-03-10 7 1 1.1 10"], &[]);
    check(&["2025-11-10 7 1 1.2 10", "2025-12-10 7 1 1.3 10"], &[]);
}

#[test]
fn a_contract_nothing_was_bought_under_is_found_once_in_one_month() {
    let check = |to: &str, lines: &[&str], want: &[&str]| {
        assert_eq!(found("never-bought", &lot(), lines, to), want, "{to} {lines:?}");
    };
    check("2026-03-31", &[], &[]);
    check("2026-04-01", &[], &["7 1 2026-04 red1 - 1.00 300 0.00"]);
    check("2026-07-01", &[], &["7 1 2026-04 red2 - 1.00 600 0.00"]);
    check("2026-07-01", &["2026-06-30 7 1 1 1"], &[]);
    check("2026-07-01", &["2026-06-30 8 1 1 1"], &["7 1 2026-04 red2 - 1.00 600 0.00"]);
    // Bought dearer instead: 100 units at one yuan more.
    check("2026-07-01", &["2026-06-30 7 2 2 100"], &["7 1 2026-04 red2 2.00 1.00 600 100.00"]);
}

#[test]
fn what_is_bought_in_the_place_of_a_winner_is_found_by_its_share() {
    let check = |lines: &[&str], want: &[&str]| check("substitution", &lot(), lines, want);
    check(&["2026-02-10 7 1 1 80", "2026-02-10 7 2 3 20"], &[]);
    check(&["2026-02-10 7 1 1 60", "2026-02-10 7 2 3 40"], &["7 2 2026-02 red1 3.00 1.00 40 80.00"]);
    check(&["2026-02-10 7 2 3 40"], &["7 2 2026-02 red3 3.00 1.00 40 80.00"]);
    check(&["2026-02-10 7 2 0.5 40"], &["7 2 2026-02 red3 0.50 1.00 40 0.00"]);
    check(&["2027-02-10 7 2 3 40", "2026-02-10 8 2 3 40"], &[]);
}

#[test]
fn a_stored_listing_costs_what_was_bought_of_it_in_a_year() {
    let mut it = product(1);
    let quotient = |over, under| Quotient::new(over, under).unwrap();
    it.listed =
        Some(Listed { price: quotient(2, 3), lowest: quotient(1, 3), lowest_code: "P9".into(), peers: 4 });
    let family = family(vec![it]);
    let lines = ["2026-02-10 7 1 1 30", "2026-03-10 8 1 1 -3", "2025-12-31 7 1 1 500"];
    check("jiangsu-2021", &family, &lines, &["- 1 - red1 0.666667 0.333333 27 9.00"]);
    // A scan up to an earlier month says nothing of today's listings.
    let closed = Window { is_open: false, ..window("2026-12-31") };
    let rules = [rules::find("jiangsu-2021").unwrap()];
    assert_eq!(judge(&rules, &family, &ledger(&family, rows(&lines)), closed), Some(Vec::new()));
}

#[test]
fn rounds_that_follow_one_another_find_one_thing_once() {
    let mut it = lot();
    it.products[1].award = Timeline::new(vec![span("2026-07-01", Some("2027-06-30"), "1")]);
    // What wins the next round takes nobody's place from its first day on.
    let lines = ["2026-06-10 7 2 3 40", "2026-07-10 7 2 3 40"];
    check("substitution", &it, &lines, &["7 2 2026-06 red3 3.00 1.00 40 80.00"]);
    // One winner in two lots, with a contract in each: the money is counted once.
    it.lots.push(Lot { code: "L2".into(), winners: HashSet::from([0]) });
    let second = Agreed { lot: 1, ..contract("2026-01-01", "2026-12-31", "1200", "1.5") };
    it.products[0].contracts.get_mut(&7).unwrap().push(second);
    let rules = [rules::find("substitution").unwrap()];
    let ledger = ledger(&it, rows(&lines[..1]));
    let got = judge(&rules, &it, &ledger, window("2026-12-31")).unwrap();
    let effects: Vec<String> = got.iter().map(|it| format!("{} {}", it.effect, it.effect_all)).collect();
    assert_eq!(effects, ["80.00 80.00"]);
}

#[test]
fn the_effect_in_all_is_the_sum_over_hospitals_of_a_month() {
    let mut it = product(1);
    it.elsewhere = Timeline::new(vec![span("2026-01-01", None, "1")]);
    let family = family(vec![it]);
    let lines = ["2026-02-10 7 1 2 10", "2026-02-11 8 1 3 10", "2026-03-11 8 1 3 1"];
    let ledger = ledger(&family, rows(&lines));
    let rules = [rules::find("dearer-elsewhere").unwrap()];
    let got = judge(&rules, &family, &ledger, window("2026-12-31")).unwrap();
    let effects: Vec<String> = got.iter().map(|it| format!("{} {}", it.effect, it.effect_all)).collect();
    assert_eq!(effects, ["10.00 30.00", "20.00 30.00", "2.00 2.00"]);
    let peers: Vec<&str> = got[0].figures.iter().skip(5).map(|(_, value)| value.as_str()).collect();
    assert_eq!(peers, ["1", "3.00", "3.00", "3.00"]);
}

#[test]
fn the_middle_is_that_of_the_definition() {
    let check = |prices: &[i64], twice_median, four_mad| {
        assert_eq!(middle(&mut prices.to_vec()), Some(Middle { twice_median, four_mad }), "{prices:?}");
    };
    check(&[5], 10, 0);
    check(&[1, 4], 5, 6);
    check(&[1, 2, 9], 4, 4);
    check(&[1, 2, 3, 9], 5, 4);
    assert_eq!(middle(&mut []), None);
}

proptest! {
    #[test]
    fn medians_by_selection_are_medians_by_sorting(prices in prop::collection::vec(1..10_000_i64, 1..60)) {
        let twice = |mut values: Vec<i64>| {
            values.sort_unstable();
            values[(values.len() - 1) / 2] + values[values.len() / 2]
        };
        let median = twice(prices.clone());
        let mad = twice(prices.iter().map(|price| (2 * price - median).abs()).collect());
        let want = Middle { twice_median: median.into(), four_mad: mad.into() };
        prop_assert_eq!(middle(&mut prices.clone()), Some(want));
    }

    #[test]
    fn the_order_of_purchases_does_not_matter(seed in prop::collection::vec((1..28_u32, 1..4_i32, 1..500_i64, -3..9_i64), 1..40)) {
        let family = lot();
        let purchases: Vec<Purchase> = seed.iter().map(|(d, hospital, price, quantity)| Purchase {
            product: 1 + hospital % 2,
            day: chrono::NaiveDate::from_ymd_opt(2026, 1 + d % 5, *d).unwrap(),
            hospital: *hospital,
            price: price * 10_000,
            quantity: quantity * 1_000,
        }).collect();
        let mut other = purchases.clone();
        other.reverse();
        let rules = rules::all().unwrap();
        let judged = |rows| judge(&rules, &family, &ledger(&family, rows), window("2026-12-31"));
        prop_assert_eq!(judged(purchases), judged(other));
    }
}
