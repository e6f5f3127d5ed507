//! A city round ranked by the cut against each product's current price, worked by hand.

use super::*;

const CITY: &str = "JH-YD2022-1";

#[test]
fn the_deepest_cut_is_first_whatever_the_prices() {
    let check = |bids, want| check(CITY, "100", bids, want);
    // Cuts 30 %, 60 % and 20 %: the cheapest is last.
    check("A 70 now=100; B 4 now=10; C 0.8 now=1", "B won 4.00, A not_shortlisted, C not_shortlisted");
    // Four bidders, two places.
    check(
        "A 70 now=100; B 4 now=10; C 0.8 now=1; D 8 now=10",
        "B won 4.00, A won 70.00, C not_shortlisted, D not_shortlisted",
    );
    // Exactly 10 % takes part, 9.999 % does not, nor does what has no current price.
    check("A 90 now=100", "A won 90.00");
    check("A 90.001 now=100", "A invalid");
    check("A 70; B 9 now=10", "B won 9.00, A invalid");
    // The ceiling of the group still holds.
    check("A 100.0001 now=200; B 9 now=10", "B won 9.00, A invalid");
    // A third off: 2 of 3 and 4 of 6 are equal cuts, and the reported volume decides.
    check("A 2 now=3 v=1; B 4 now=6 v=2", "B won 4.00, A not_shortlisted");
    check("A 2 now=3 g=X; B 4 now=7 g=X; C 9 now=10", "B won 4.00, C not_shortlisted, A invalid");
}

#[test]
fn every_reason_of_a_city_round_shows_its_cut() {
    reasons(
        CITY,
        &lot("L", "100"),
        "A 2 now=3 v=1; B 4 now=6 v=2; C 95 now=100; D 5; E 5 now=7 g=X; F 6 now=7 g=X",
        &[
            "WON_PLACE rank 1 ≤ 1 (n = 3); TIE B > A: reported_volume 2 > 1 [JH-YD2022-1 quota]",
            "NOT_SHORTLISTED rank 2 > 1 (n = 3); TIE B > A: reported_volume 2 > 1 [JH-YD2022-1 quota]",
            "NOT_SHORTLISTED rank 3 > 1 (n = 3) [JH-YD2022-1 quota]",
            "CUT_TOO_SMALL (100.0000 − 95.0000) / 100.0000 = 5.00% < 10.00% [JH-YD2022-1 ranking]",
            "NO_CURRENT_PRICE current_price = 0 [JH-YD2022-1 ranking]",
            "RELATED_COMPANY X: 14.29% ≤ 28.57% E [JH-YD2022-1 related]",
        ],
    );
    let outcome = run(CITY, &lot("L", "100"), "A 4 now=10; B 9 now=10");
    let cuts: Vec<String> = outcome.awards.iter().map(|award| award.cut.normalize().to_string()).collect();
    assert_eq!(cuts, ["0.6", "0.1"]);
}

/// Joint with other cities: each city's hospitals are agreed in its own lines, and sums hold over all of them.
#[test]
fn cities_buy_together() {
    let lines = "Jinhua H1 A 100; Jinhua H1 - 50; Quzhou H2 B 40; Quzhou H2 C 10; Lishui H3 - 30";
    let outcome = award(
        &rules(CITY),
        &[lot("L", "100")],
        &bids("L", "A 4 now=10; B 5 now=10; C 6 now=10; D 7 now=10"),
        &demand("L", lines),
    )
    .unwrap();
    let got: Vec<String> = outcome
        .allocations
        .iter()
        .map(|part| format!("{} {} {} {}", part.region, part.hospital, part.company, part.quantity))
        .collect();
    // Two winners, 60 %: A has 60 and B 24 of its own; what is left is split as 60 to 24.
    assert_eq!(
        got,
        [
            "Jinhua H1 A 81",
            "Jinhua H1 B 9",
            "Lishui H3 A 13",
            "Lishui H3 B 5",
            "Quzhou H2 A 4",
            "Quzhou H2 B 26"
        ]
    );
    assert_eq!(
        (outcome.lots[0].base.to_string(), outcome.lots[0].agreed.to_string()),
        ("230".into(), "138".into())
    );
    assert!(outcome.regions.is_empty() && outcome.unallocated.is_empty());
}
