//! The insulin rounds: procurement groups, the 1.3-fold line, the price of class B and the classes.

use super::*;

const FIRST: &str = "GY-YD2021-3";
const RENEWAL: &str = "GY-YD2024-1";

/// `A won A 20.00, …`: with the class.
fn classed(name: &str, ceiling: &str, text: &str) -> String {
    let one = |award: &Award| {
        let class = award.class.map(|class| format!(" {class}")).unwrap_or_default();
        let price = award.award_price.map(|price| format!(" {price}")).unwrap_or_default();
        format!("{} {}{class}{price}", award.company, award.status)
    };
    run(name, &lot("L", ceiling), text).awards.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[test]
fn up_to_seven_of_a_group_are_shortlisted() {
    let eight = "A 20; B 20.1; C 20.2; D 20.3; E 20.4; F 20.5; G 20.6; H 20.7";
    for name in [FIRST, RENEWAL] {
        let outcome = run(name, &lot("L", "72"), eight);
        assert_eq!((outcome.lots[0].places, outcome.lots[0].winners), (7, 7), "{name}");
        assert_eq!(outcome.awards[7].status, Status::NotShortlisted, "{name}");
    }
}

#[test]
fn the_first_round() {
    let check = |ceiling, bids, want| assert_eq!(classed(FIRST, ceiling, bids), want, "{bids}");
    // 1.3 times the lowest wins, and so does a cut of exactly 40 %: 43.20 of 72.
    check("72", "A 50; B 65", "A won A 50.00, B won B 65.00");
    check("72", "A 50; B 65.01", "A won A 50.00, B fused");
    check("72", "A 18.89; B 43.2", "A won A 18.89, B won B 43.20");
    check("72", "A 18.89; B 43.21", "A won A 18.89, B fused");
    // Seven winners: three of class A, two of B, two of C.
    check(
        "72",
        "A 20; B 21; C 22; D 23; E 24; F 25; G 26",
        "A won A 20.00, B won A 21.00, C won A 22.00, D won B 23.00, E won B 24.00, F won C 25.00, G won C 26.00",
    );
    // Equal prices: first-year demand, then capacity.
    check("72", "A 20 v=1; B 20 v=2", "B won A 20.00, A won B 20.00");
    check("72", "A 20 v=1 c=5; B 20 v=1 c=6", "B won A 20.00, A won B 20.00");
}

#[test]
fn the_renewal() {
    let check = |bids, want| assert_eq!(classed(RENEWAL, "43.2", bids), want, "{bids}");
    // Lines of 43.20: class A to 30.24, class B to 36.72.
    check("A 20; B 26", "A won A 20.00, B won A 26.00");
    check("A 30.24; B 30.25", "A won A 30.24, B won B 30.25");
    check("A 20; B 36.72", "A won A 20.00, B won B 36.72");
    check("A 20; B 36.73", "A won A 20.00, B fused");
    // Within 1.3 times the lowest, but above the line of class B: class C.
    check("A 30; B 38", "A won A 30.00, B won C 38.00");
    // The revived take the highest winning price and are of class C.
    check("A 20; B 26; C 40 yes", "A won A 20.00, B won A 26.00, C won_revived C 26.00");
    check(
        "A 20; B 20.1; C 20.2; D 20.3; E 20.4; F 20.5; G 20.6; H 20.7 yes; I 20.8",
        "A won A 20.00, B won A 20.10, C won A 20.20, D won A 20.30, E won A 20.40, F won A 20.50, G won A 20.60, \
         H won_revived C 20.60, I not_shortlisted",
    );
    reasons(
        RENEWAL,
        &lot("L", "43.2"),
        "A 20; B 33; C 37",
        &[
            "WON_RATIO 20.0000 ≤ 1.3 × 20.0000 = 26.0000; class A: 20.0000 ≤ 0.7 × 43.2000 = 30.2400 \
             [GY-YD2024-1 fuse]",
            "WON_CLASS_PRICE 33.0000 ≤ 0.85 × 43.2000 = 36.7200; class B: 33.0000 ≤ 0.85 × 43.2000 = 36.7200 \
             [GY-YD2024-1 classes]",
            "FUSED 37.0000 > 1.3 × 20.0000 = 26.0000; 37.0000 > 0.85 × 43.2000 = 36.7200; \
             REFUSED_REVIVAL max(won) = 33.0000 [GY-YD2024-1 fuse]",
        ],
    );
}

/// Comparable prices by the named relations: 1.5ml:450 counts 1.3 times 3ml:300, 10ml:400 the same.
#[test]
fn specs_are_compared_by_the_named_relations() {
    let rules = rules(RENEWAL);
    let of = |company: &str, price: &str, spec: &str| Bid {
        spec: spec.to_owned(),
        ratio: rules.named_ratio("3ml:300单位", spec).unwrap(),
        ..bid("L", &format!("{company} {price}"))
    };
    let offers =
        [of("A", "30", "3ml:300单位"), of("B", "39", "1.5ml:450单位"), of("C", "28", "10ml:400单位")];
    let outcome = award(&rules, &[lot("L", "43.2")], &offers, &[]).unwrap();
    // 39 / 1.3 is 30: a tie with A.
    assert_eq!(statuses(&outcome), "C won 28.00, A won 30.00, B won 39.00");
    assert!(outcome.awards[1].reason.arithmetic.contains("TIE A > B: company code"));
}

/// 梯度带量 by class: what a brand keeps of its own demand; the rest goes by what was kept, in whole units by the
/// largest remainder.
#[test]
fn a_class_keeps_its_part_of_its_own_demand() {
    let check = |name: &str, offers: &str, want: &str| {
        let offers = bids("L", offers);
        let lines: Vec<String> = offers.iter().map(|bid| format!("R H {} 100", bid.company)).collect();
        let lines = demand("L", &lines.join(";"));
        let outcome = award(&rules(name), &[lot("L", "43.2")], &offers, &lines).unwrap();
        let class = |company: &str| outcome.awards.iter().find(|a| &*a.company == company)?.class;
        let part = |part: &Allocation| {
            let class = class(&part.company).map(|class| class.to_string()).unwrap_or_default();
            format!("{} {class} {} {}", part.company, part.own, part.quantity)
        };
        assert_eq!(outcome.allocations.iter().map(part).collect::<Vec<_>>().join(", "), want, "{name}");
    };
    // A1 keeps 100, B 55 and C 45; the other 100 are split as 100 : 55 : 45, which is 50, 27.5 and 22.5.
    check(RENEWAL, "A 30; B 36; C 38", "A A 100 150, B B 55 83, C C 45 67");
    // The second of class A keeps 80. The 120 left as 100 : 80 : 55 : 45: 42.86, 34.29, 23.57 and 19.29.
    check(RENEWAL, "A 28.5; B 29; C 36; D 37", "A A 100 143, B A 80 114, C B 55 79, D C 45 64");
    // Nobody is in class A, so there is no A1: 55 and 45, and the other 100 as 55 : 45.
    check(RENEWAL, "A 36; B 38", "A B 55 110, B C 45 90");
    let text = rules(RENEWAL).text.replace("first_in_a = true\n", "");
    let grade = RuleSet::parse(&text).unwrap().grade.unwrap();
    assert_eq!(grade.own(1, 2), Decimal::ONE, "an earlier version does not say it and stays what it was");
    // The first round: 100, 100, 80 and 50, and 70 left: 21.21, 21.21, 16.97 and 10.61.
    check(FIRST, "A 20; B 21; C 22; D 23", "A A 100 121, B A 100 121, C B 80 97, D C 50 61");
}
