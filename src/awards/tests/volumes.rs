//! Agreed volume by hand-worked cases.

use super::*;

fn volumes(outcome: &Outcome) -> String {
    let one = |a: &Allocation| format!("{} {} {}", a.hospital, a.company, a.quantity);
    outcome.allocations.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn check_volumes(name: &str, offers: &str, lines: &str, want: &str) {
    let outcome = award(&rules(name), &[lot("L", "1")], &bids("L", offers), &demand("L", lines)).unwrap();
    assert_eq!(volumes(&outcome), want, "{offers} / {lines}");
}

#[test]
fn volumes_by_hospital() {
    let check = |offers, lines, want| check_volumes("GY-YD2019-2", offers, lines, want);
    // One winner, 50 %: half a unit rounds up in each hospital.
    check("A 0.3", "R H1 - 3; R H2 - 5", "H1 A 2, H2 A 3");
    // Two winners, 60 %: own brands first, generic demand and losers' brands to the first rank.
    let two = "A 0.3; B 0.4; C 0.5";
    check(two, "R H1 B 100; R H1 C 50; R H1 - 10", "H1 A 36, H1 B 60");
    check(two, "R H1 A 101; R H1 C 50", "H1 A 91");
    // Capacity: the excess of a brand and of the first rank goes down the ranks.
    check("A 0.3 c=20; B 0.4; C 0.5", "R H1 A 100; R H2 - 50", "H1 A 20, H1 B 40, H2 B 30");
    check("A 0.3; B 0.4 c=10", "R H1 B 100", "H1 A 50, H1 B 10");
}

#[test]
fn what_nobody_can_carry_is_reported() {
    let offers = bids("L", "A 0.3 c=20; B 0.4 c=15.5");
    let outcome =
        award(&rules("GY-YD2019-2"), &[lot("L", "1")], &offers, &demand("L", "R H1 A 100; R H2 B 5"))
            .unwrap();
    assert_eq!(volumes(&outcome), "H1 A 20, H1 B 12, H2 B 3");
    let left: Vec<String> =
        outcome.unallocated.iter().map(|u| format!("{} {}", u.hospital, u.quantity)).collect();
    assert_eq!(left, ["H1 28"]);
    assert_eq!(outcome.lots[0].agreed.to_string(), "63");
}

#[test]
fn regions_choose_their_main_supplier() {
    let lines = "R1 H1 - 100; R2 H2 - 300; R3 H3 - 200; R3 H3 B 10";
    let outcome =
        award(&rules("GY-YD2022-1"), &[lot("L", "1")], &bids("L", "A 0.3; B 0.4"), &demand("L", lines))
            .unwrap();
    let one = |c: &RegionChoice| format!("{} {}/{}", c.region, c.main, c.spare.as_deref().unwrap_or("-"));
    let regions: Vec<String> = outcome.regions.iter().map(one).collect();
    assert_eq!(regions, ["R1 B/A", "R2 A/B", "R3 A/B"]);
    assert_eq!(volumes(&outcome), "H1 B 60, H2 A 180, H3 A 120, H3 B 6");
}

/// Round 7 published 298,170 for 596,327 × 50 % and 3,643,450 for 7,286,887 × 50 %: rounded where the
/// demand arises and then summed, never on the national total.
#[test]
fn the_rounding_trap_of_round_7() {
    let check = |total: i64, halves: usize, published: &str| {
        // Odd demand in `halves` hospitals, the rest of it, even, in one more.
        let odd = (0..halves).map(|h| format!("R H{h:03} - 101"));
        let rest = total - 101 * halves as i64;
        let lines = odd.chain([format!("R Z - {rest}")]).collect::<Vec<_>>().join(";");
        let offers = bids("L", "A 0.3");
        let outcome = award(&rules("GY-YD2022-1"), &[lot("L", "1")], &offers, &demand("L", &lines)).unwrap();
        assert_eq!(outcome.lots[0].agreed.to_string(), published, "{total}");
        let national = Lot { base_volume: Some(Quantity::from_scaled(total * 1000)), ..lot("L", "1") };
        let outcome = award(&rules("GY-YD2022-1"), &[national], &offers, &[]).unwrap();
        assert_ne!(outcome.lots[0].agreed.to_string(), published, "{total}");
    };
    check(596_327, 13, "298170");
    check(7_286_887, 13, "3643450");
}

#[test]
fn base_volume_stands_in_for_demand() {
    let lots = [Lot { base_volume: Some("1001".parse().unwrap()), ..lot("L", "1") }];
    let outcome = award(&rules("GY-YD2019-2"), &lots, &bids("L", "A 0.3"), &[]).unwrap();
    assert_eq!(
        (outcome.lots[0].base.to_string(), outcome.lots[0].agreed.to_string()),
        ("1001".into(), "501".into())
    );
}

#[test]
fn a_region_without_demand_still_has_suppliers() {
    let lines = "R1 H1 - 0; R2 H2 - 10";
    let outcome =
        award(&rules("GY-YD2022-1"), &[lot("L", "1")], &bids("L", "A 0.3; B 0.4"), &demand("L", lines))
            .unwrap();
    assert_eq!(volumes(&outcome), "H2 A 6");
    assert_eq!(outcome.regions.len(), 2);
}

#[test]
fn rounds_3_to_5_have_no_spare_suppliers() {
    for name in ["GY-YD2020-1", "GY-YD2021-1", "GY-YD2021-2"] {
        let lines = "R1 H1 - 100; R2 H2 - 300; R3 H3 - 200";
        let outcome =
            award(&rules(name), &[lot("L", "1")], &bids("L", "A 0.3; B 0.4"), &demand("L", lines)).unwrap();
        assert!(outcome.regions.iter().all(|choice| choice.spare.is_none()), "{name}");
        assert_eq!(volumes(&outcome), "H1 B 60, H2 A 180, H3 A 120", "{name}");
    }
}

/// Demand of zero is demand; only a lot without any line takes its base volume.
#[test]
fn no_demand_and_zero_demand_differ() {
    let lots = [
        Lot { base_volume: Some("1001".parse().unwrap()), ..lot("L", "1") },
        Lot { base_volume: Some("7".parse().unwrap()), ..lot("M", "1") },
    ];
    let offers = [bids("L", "A 0.3"), bids("M", "A 0.3")].concat();
    let outcome = award(&rules("GY-YD2019-2"), &lots, &offers, &demand("L", "R H - 0")).unwrap();
    let agreed: Vec<String> =
        outcome.lots.iter().map(|lot| format!("{} {} {}", lot.lot, lot.base, lot.agreed)).collect();
    // 7 × 50 % = 3.5 rounds to 4.
    assert_eq!(agreed, ["L 0 0", "M 7 4"]);
    assert!(outcome.allocations.is_empty());
}

#[test]
fn capacity_of_zero_is_not_unknown_capacity() {
    let check = |offers, lines, want| check_volumes("GY-YD2019-2", offers, lines, want);
    // Two winners, 60 %: A can supply nothing, so B carries A's brand and the rest as well.
    check("A 0.3 c=0; B 0.4; C 0.5", "R H1 A 100; R H1 - 10", "H1 B 66");
    check("A 0.3; B 0.4; C 0.5", "R H1 A 100; R H1 - 10", "H1 A 66");
    // Nobody can: all of it stays open, and A still wins and counts for the share.
    let offers = bids("L", "A 0.3 c=0");
    let outcome = award(&rules("GY-YD2019-2"), &[lot("L", "1")], &offers, &demand("L", "R H A 5")).unwrap();
    assert_eq!((outcome.allocations.len(), outcome.unallocated[0].quantity.to_string()), (0, "3".to_owned()));
    assert_eq!(outcome.awards[0].share.unwrap().to_string(), "0.5");
    // A main supplier without capacity leaves its region to the spare one.
    check_volumes("GY-YD2022-1", "A 0.3 c=0; B 0.4", "R1 H1 - 100; R2 H2 - 50", "H1 B 60, H2 B 30");
}

#[test]
fn demand_for_whoever_does_not_win_goes_to_the_winners() {
    let check = |offers, want| check_volumes("GY-YD2024-2", offers, "R H A 10; R H B 100; R H Z 7.5", want);
    // 117.5 × 60 % = 70.5 rounds to 71; A's own 10 has 6.0, the rest 64.5 gets the unit.
    check("A 0.3; C 0.4; B 1.1", "H A 71");
    check("A 0.3; C 0.4; B 0.9", "H A 71");
    check("A 0.3; C 0.4; B 0.35 g=X; D 0.31 g=X", "H A 71");
    // B is revived: its own brand's demand is its own, 60 of 70.5.
    check("A 0.3; B 0.9 yes", "H A 11, H B 60");
    // Nobody wins: nothing is agreed and nothing is left open.
    let offers = bids("L", "A 1.1; B 1.2");
    let outcome = award(&rules("GY-YD2024-2"), &[lot("L", "1")], &offers, &demand("L", "R H A 10")).unwrap();
    assert_eq!((outcome.allocations.len(), outcome.unallocated.len(), outcome.lots[0].winners), (0, 0, 0));
    assert_eq!(
        (outcome.lots[0].base.to_string(), outcome.lots[0].agreed.to_string()),
        ("10".into(), "0".into())
    );
}

#[test]
fn rounding_units_and_decimals() {
    let with = |unit: &str| {
        let text = rules("GY-YD2019-2").text;
        RuleSet::parse(&text.replace("rounding_unit = \"1\"", &format!("rounding_unit = \"{unit}\"")))
            .unwrap()
    };
    let check = |unit, offers, lines, want| {
        let outcome = award(&with(unit), &[lot("L", "1")], &bids("L", offers), &demand("L", lines)).unwrap();
        assert_eq!(volumes(&outcome), want, "{unit}: {offers} / {lines}");
    };
    // 0.001 × 50 % is half a thousandth: up. 2.999 × 50 % = 1.4995.
    check("0.001", "A 0.3", "R H1 - 0.001; R H2 - 2.999", "H1 A 0.001, H2 A 1.5");
    check("1", "A 0.3", "R H1 - 0.999; R H2 - 1.000; R H3 - 2.999", "H2 A 1, H3 A 1");
    // Boxes of 28: 55.999 × 50 % = 27.9995 is one box, 27.999 × 50 % = 13.9995 none, 28 × 50 % one.
    check("28", "A 0.3", "R H1 - 55.999; R H2 - 27.999; R H3 - 28", "H1 A 28, H3 A 28");
    // Capacity counts in whole boxes: 55 is one box, and 27.999 is none.
    check("28", "A 0.3 c=55; B 0.4 c=27.999", "R H1 - 280", "H1 A 28");
    // One hospital, 60 % of 101 + 50.5 = 90.9: 91, and the largest remainder is that of 30.3 against 60.6.
    check("1", "A 0.3; B 0.4", "R H1 A 50.5; R H1 B 101", "H1 A 30, H1 B 61");
}
