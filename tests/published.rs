//! The award engine against published data.

use std::path::Path;

use jicai::awards::{Answers, Bid, Lot, Status, award};
use jicai::rounds::rule_set::{self, Category, FormClass};
use rust_decimal::Decimal;

/// The records of a public data file, or none when it is absent.
fn shared(name: &str) -> Vec<csv::StringRecord> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name);
    match csv::ReaderBuilder::new().flexible(true).from_path(&path) {
        Ok(reader) => reader.into_records().map(Result::unwrap).collect(),
        Err(_) => {
            eprintln!("skipped: {} is absent", path.display());
            Vec::new()
        }
    }
}

fn lot(code: &str, ceiling: &str) -> Lot {
    Lot {
        code: code.into(),
        generic: "generic".into(),
        form: "form".into(),
        form_class: FormClass::Other,
        comparable_spec: "spec".into(),
        ceiling: ceiling.parse().unwrap(),
        category: Category::General,
        base_volume: None,
    }
}

fn bid(lot: &str, company: &str, price: &str) -> Bid {
    Bid {
        lot: lot.into(),
        company: company.into(),
        group: None,
        product: "product".into(),
        spec: "spec".into(),
        unit_price: price.parse().unwrap(),
        ratio: Decimal::ONE,
        capacity: None,
        reported_volume: None,
        sales: None,
        kind: None,
        accepts_revival: false,
        supplies_all: false,
        current_price: None,
    }
}

#[test]
fn quotas_are_the_published_ones() {
    let (nine, ten) = (rule_set::find("GY-YD2023-2").unwrap(), rule_set::find("GY-YD2024-2").unwrap());
    for row in shared("shortlist_max_by_bidders.csv") {
        let bidders: usize = row[0].trim_end_matches('+').parse().unwrap();
        assert_eq!(nine.quota(bidders).to_string(), row[1], "round 9, {bidders}");
        assert_eq!(ten.quota(bidders).to_string(), row[2], "round 10, {bidders}");
    }
    for (bidders, places) in [(1, 1), (2, 2), (3, 2), (4, 3), (5, 4), (6, 4), (7, 5), (8, 5), (9, 6), (30, 6)]
    {
        assert_eq!(rule_set::find("GY-YD2019-2").unwrap().quota(bidders), places, "round 2, {bidders}");
    }
    for bidders in 1..=40 {
        let of = |name| rule_set::find(name).unwrap().quota(bidders);
        for name in ["GY-YD2021-1", "GY-YD2021-2", "GY-YD2022-1", "GY-YD2023-1"] {
            assert_eq!(of(name), nine.quota(bidders), "{name}, {bidders}");
        }
        for name in ["GY-YD2025-1", "GY-YD2026-1"] {
            assert_eq!(of(name), ten.quota(bidders), "{name}, {bidders}");
        }
        // The expansion: three winners at most. Round 3: as round 2 up to 6 bidders, then one more each to 8.
        assert_eq!(of("GY-YD2019-1"), bidders.min(3), "expansion, {bidders}");
        let third = if bidders <= 6 { of("GY-YD2019-2") } else { (bidders - 2).min(8) };
        assert_eq!(of("GY-YD2020-1"), third, "round 3, {bidders}");
    }
    for (bidders, nines, tens) in [(5, 4, 3), (8, 6, 5), (13, 10, 8), (16, 10, 10), (100, 10, 10)] {
        assert_eq!((nine.quota(bidders), ten.quota(bidders)), (nines, tens), "{bidders}");
    }
}

#[test]
fn the_reduced_lists_have_their_shares() {
    let rules = rule_set::find("GY-YD2022-1").unwrap();
    let tables = [(Category::Reduced, "0.4"), (Category::Special, "0.3")];
    for row in shared("vbp_reduced_share_varieties.csv") {
        let (category, _) = tables.iter().find(|(_, first)| row[1] == **first).unwrap();
        for winners in 1..=4 {
            assert_eq!(
                rules.share(*category, winners).unwrap().to_string(),
                row[winners],
                "{} {winners}",
                &row[0]
            );
        }
    }
}

#[test]
fn round_4_bids_against_their_ceilings() {
    let check = |price: &str, ceiling: &str, valid: bool| {
        let (lot, bid) = (lot("L", ceiling), bid("L", "C", price));
        let outcome =
            award(&rule_set::find("GY-YD2021-1").unwrap(), &[lot], &[bid], &[], &Answers::default()).unwrap();
        assert_eq!(outcome.awards[0].status != Status::Invalid, valid, "{price} {ceiling}");
    };
    for row in shared("round4_bids_vs_ceiling.csv") {
        check(&row[3], &row[4], &row[5] == "true");
    }
    check("1.18", "1.17", false);
    check("3.4363", "3.44", true);
    check("3.44", "3.44", true);
}

/// The bids of the first insulin round against their groups' ceilings: each wins, with the published cut.
#[test]
fn insulin_bids_have_their_published_cuts() {
    let rules = rule_set::find("GY-YD2021-3").unwrap();
    let check = |price: &str, ceiling: &str, published: &str| {
        let outcome =
            award(&rules, &[lot("L", ceiling)], &[bid("L", "C", price)], &[], &Answers::default()).unwrap();
        let award = &outcome.awards[0];
        assert_eq!(award.status, Status::Won, "{price} of {ceiling}");
        let cut = (award.cut * Decimal::ONE_HUNDRED).round_dp(2).to_string();
        assert!(cut.starts_with(published), "{price} of {ceiling}: {cut}, published {published}");
    };
    for row in shared("insulin_2021_examples.csv") {
        // What is cut off or told in words counts as far as it goes.
        let digits: String = row[3].chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        check(&row[2], &row[4], &digits);
    }
    check("18.89", "72", "73.76");
    check("48.71", "132", "63");
    // The first round's spread of the premixed analogues was 2.3: from the lowest bid to a cut of 40 %.
    let two = [bid("L", "A", "18.89"), bid("L", "B", "43.2")];
    let outcome = award(&rules, &[lot("L", "72")], &two, &[], &Answers::default()).unwrap();
    assert!(outcome.awards.iter().all(|award| award.status == Status::Won));
    assert_eq!((Decimal::new(432, 1) / Decimal::new(1889, 2)).round_dp(1).to_string(), "2.3");
}

/// No round had more winners than its quota has places: products over varieties is at most the last place of the
/// table, and in the pilot at most one.
#[test]
fn the_published_numbers_of_winners_fit_the_quotas() {
    let rounds = [
        ("4+7试点", "GY-YD2018-1"),
        ("4+7扩围", "GY-YD2019-1"),
        ("2", "GY-YD2019-2"),
        ("3", "GY-YD2020-1"),
        ("4", "GY-YD2021-1"),
        ("5", "GY-YD2021-2"),
        ("7", "GY-YD2022-1"),
        ("8", "GY-YD2023-1"),
        ("9", "GY-YD2023-2"),
        ("10", "GY-YD2024-2"),
        ("11", "GY-YD2025-1"),
        ("12", "GY-YD2026-1"),
    ];
    let check = |name: &str, varieties: usize, products: usize| {
        let most = rule_set::find(name).unwrap().quota(1_000);
        assert!(products <= varieties * most, "{name}: {products} of {varieties} varieties, {most} places");
    };
    for row in shared("national_rounds_summary.csv") {
        let Some((_, name)) = rounds.iter().find(|(round, _)| *round == &row[0]) else { continue };
        let varieties: usize = row[3].parse().unwrap();
        check(name, varieties, row[4].parse().unwrap_or(varieties));
    }
    check("GY-YD2018-1", 25, 25);
    check("GY-YD2023-2", 41, 266);
    // Insulin: 42 products in six groups.
    check("GY-YD2021-3", 6, 42);
}
