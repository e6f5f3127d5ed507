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
        let lot = Lot {
            code: "L".into(),
            generic: "generic".into(),
            form: "form".into(),
            form_class: FormClass::Other,
            comparable_spec: "spec".into(),
            ceiling: ceiling.parse().unwrap(),
            category: Category::General,
            base_volume: None,
        };
        let bid = Bid {
            lot: "L".into(),
            company: "C".into(),
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
        };
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
