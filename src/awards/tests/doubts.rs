//! Boundaries of the shortlist, the fuse and revival where a wrong result would be easy, worked by hand.

use super::*;
use crate::awards::rules::natural;

#[test]
fn ties_at_the_quota_line() {
    let check = |bids, want| check("GY-YD2022-1", "1", bids, want);
    // Four bidders, three places: the equal prices stand at ranks 3 and 4, and sales decide.
    check("A 0.3; B 0.4; C 0.5 s=1; D 0.5 s=2", "A won 0.30, B won 0.40, D won 0.50, C not_shortlisted");
    // The lowest price is shared: the line is measured from it once.
    check("A 0.5; B 0.5 s=1; C 0.9", "B won 0.50, A won 0.50, C not_shortlisted");
    // What is unknown is less than what is known, and zero is like unknown.
    check("A 0.4; B 0.5 s=0; C 0.5", "A won 0.40, B won 0.50, C not_shortlisted");
}

/// Reported volume is what the bid says, else the demand for the brand; the tie of C and B is decided by it.
#[test]
fn demand_for_the_brand_separates_ties() {
    let offers = bids("L", "A 0.4; B 0.5; C 0.5");
    let outcome = |offers: &[Bid], lines| {
        let outcome = award(&rules("GY-YD2024-2"), &[lot("L", "1")], offers, &demand("L", lines)).unwrap();
        (statuses(&outcome), outcome.awards[1].reason.arithmetic.clone())
    };
    let (who, why) = outcome(&offers, "R H1 C 10; R H2 C 5; R H1 B 14.999; R H1 - 99");
    assert_eq!(who, "A won 0.40, C won 0.50, B not_shortlisted");
    assert!(why.ends_with("TIE C > B: reported_volume 15 > 14.999"), "{why}");
    let said = bids("L", "A 0.4; B 0.5 v=16; C 0.5");
    assert_eq!(outcome(&said, "R H1 C 15").0, "A won 0.40, B won 0.50, C not_shortlisted");
}

#[test]
fn related_companies_with_equal_prices() {
    let check = |bids, want| check("GY-YD2024-2", "1", bids, want);
    // The tie-break decides which of them stands; the other takes no place and does not count for n.
    check("A 0.5 g=X s=1; B 0.5 g=X s=2; C 0.6", "B won 0.50, C won 0.60, A invalid");
    check("A 0.5 g=X; B 0.5 g=X", "A won 0.50, B invalid");
    // Equal after conversion: 1 / 2 and 0.5.
    check("A 1 r=2 g=X; B 0.5 g=X", "A won 1.00, B invalid");
    // Another group's equal price is a tie, not a relation.
    check("A 0.5 g=X; B 0.5 g=Y; C 0.5 g=X", "A won 0.50, B won 0.50, C invalid");
    reasons(
        "GY-YD2024-2",
        &lot("L", "1"),
        "A 0.5 g=X; B 0.5 g=X",
        &[
            "WON_RATIO 0.5000 ≤ 1.8 × 0.5000 = 0.9000 [GY-YD2024-2 fuse]",
            "RELATED_COMPANY X: 0.5000 ≥ 0.5000 A [GY-YD2024-2 related]",
        ],
    );
    // With related bids gone one bidder is left, and the rule for a single one applies.
    super::check("GY-YD2022-1", "1", "A 0.6 g=X; B 0.6 g=X", "A fused, B invalid");
}

#[test]
fn ratios_by_rule_meet_the_ceiling_and_the_fuse_line() {
    let by_rule = |price: &str, spec: &str| Bid {
        spec: spec.to_owned(),
        ratio: crate::catalog::ratio::of_units("片剂", "0.1g", spec).unwrap(),
        ..bid("L", &format!("{} {price}", spec.replace('.', "_")))
    };
    let check = |ceiling: &str, offers: &[Bid], want: &str| {
        let outcome = award(&rules("GY-YD2022-1"), &[lot("L", ceiling)], offers, &[]).unwrap();
        assert_eq!(statuses(&outcome), want);
    };
    // 25 mg: 1 / 2.89. 0.1 × 2.89 = 0.289 is the ceiling exactly; one ten-thousandth more is above it.
    check("0.289", &[by_rule("0.1", "25mg"), bid("L", "Z 0.14")], "Z won 0.14, 25mg fused");
    check("0.289", &[by_rule("0.1001", "25mg"), bid("L", "Z 0.14")], "Z won 0.14, 25mg invalid");
    // 12.5 mg: 1 / 4.913. 0.1 × 4.913 = 0.4913 is above 1.8 × 0.464 / 1.7 = 0.49129, within 1.8 × 0.4641 / 1.7 = 0.4914.
    check("0.6", &[by_rule("0.1", "12.5mg"), by_rule("0.464", "0.2g")], "0_2g won 0.464, 12_5mg fused");
    check("0.6", &[by_rule("0.1", "12.5mg"), by_rule("0.4641", "0.2g")], "0_2g won 0.4641, 12_5mg won 0.10");
    // Equal comparable prices of different specs tie: 0.5 of 0.1 g and 0.85 of 0.2 g.
    check(
        "10",
        &[by_rule("0.85", "0.2g"), Bid { sales: Some(Quantity::from_scaled(1)), ..bid("L", "Z 0.5") }],
        "Z won 0.50, 0_2g won 0.85",
    );
}

#[test]
fn revival_prices_never_vanish_and_never_rise() {
    // The target, 0.0001 × 0.25, rounds to nothing: the smallest price that can be written stands.
    check(
        "GY-YD2024-2",
        "1",
        "A 0.0001 r=4; B 0.0002 r=0.25 yes; C 0.9",
        "A won 0.0001, B won 0.0002, C not_shortlisted",
    );
    check(
        "GY-YD2024-2",
        "10",
        "A 0.12; B 0.0001 r=0.0001 yes; C 2",
        "A won 0.12, B won_revived 0.0001, C not_shortlisted",
    );
    // A price already at the target stays.
    check("GY-YD2024-2", "1", "A 0.2; B 0.3601 yes", "A won 0.20, B won_revived 0.36");
}

/// A refusal is told once, whatever the company is called.
#[test]
fn a_refused_revival_is_told_once() {
    let outcome = run("GY-YD2026-1", &lot("L", "10"), "REFUSED_REVIVAL 1; B 4 ref; C 5 ref yes");
    let said: Vec<usize> =
        outcome.awards.iter().map(|a| a.reason.arithmetic.matches("REFUSED_REVIVAL ").count()).collect();
    assert_eq!(said, [0, 1, 0]);
    assert_eq!(statuses(&outcome), "REFUSED_REVIVAL won 1.00, B fused, C won_no_volume 1.80");
}

#[test]
fn lots_come_in_natural_order() {
    let mut codes = ["L10", "L2", "A", "L02", "L2a", "10", "9", ""];
    codes.sort_by(|a, b| natural(a, b));
    assert_eq!(codes, ["", "9", "10", "A", "L02", "L2", "L2a", "L10"]);
}
