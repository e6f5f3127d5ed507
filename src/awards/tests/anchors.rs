//! Rounds 11 and 12, whose fuse line is measured from an anchor, worked by hand clause by clause.

use super::*;

#[test]
fn round_11() {
    let check = |bids, want| check("GY-YD2025-1", "10", bids, want);
    // Shortlist 0.1 and 1: half the mean is the anchor 0.275, 0.495 the line.
    check("A 0.1; B 1; C 1.0001", "A won 0.10, B fused, C not_shortlisted");
    check("A 0.1; B 0.495; C 1.0001", "A won 0.10, B fused, C not_shortlisted");
    // Shortlist 0.1, 1 and 1.1: the anchor is 1.1 / 3; a single winner, so 1.8 times the anchor revives.
    check("A 0.1; B 1; C 1.1 yes; D 4", "A won 0.10, B fused, C won_revived 0.66, D not_shortlisted");
    // Not shortlisted, but wanted: reported volume at the mean, not the highest price, and consent.
    check(
        "A 0.5 v=1; B 0.6 v=1; C 0.8 v=4 yes; D 0.9 v=4 yes; E 1 v=9 yes",
        "A won 0.50, B won 0.60, C won 0.80, D won_revived 0.80, E not_shortlisted",
    );
    check(
        "A 0.5 v=9; B 0.6 v=1; C 0.8 v=4 yes; D 0.9 v=3 yes; E 1 v=9 yes",
        "A won 0.50, B won 0.60, C won 0.80, D not_shortlisted, E not_shortlisted",
    );
}

#[test]
fn round_12() {
    // Eight of 1 and one of 0.1, all but the last two shortlisted: mean − 2 sd is above 0.1.
    let outcome = run(
        "GY-YD2026-1",
        &lot("L", "10"),
        "A 0.1; B 1; C 1; D 1; E 1; F 1; G 1; H 1.8; I 1.81; J 1.82 ref yes",
    );
    assert_eq!(
        statuses(&outcome),
        "A won_no_volume 0.10, B won 1.00, C won 1.00, D won 1.00, E won 1.00, F won 1.00, G won 1.00, \
         H not_shortlisted, I not_shortlisted, J won_no_volume 1.00"
    );
    assert_eq!(outcome.lots[0].winners, 6);
    assert_eq!(outcome.awards[0].share, None);
}

#[test]
fn the_anchor_of_round_11_and_the_low_price_of_oral_solids() {
    let check = |bids, want| check("GY-YD2025-1", "10", bids, want);
    // 0.02 and 0.1: half the mean 0.06 is the anchor 0.03, the line 0.054; an oral solid of 0.1 is exempt.
    check("A 0.02; B 0.1", "A won 0.02, B won 0.10");
    check("A 0.02; B 0.1001", "A won 0.02, B fused");
    // The lowest is above half the mean: 1.8 times the lowest, exactly met and missed.
    check("A 1; B 1.8", "A won 1.00, B won 1.80");
    check("A 1; B 1.8001", "A won 1.00, B fused");
    // Half the mean of 1 and 5 is 1.5, the line 2.7.
    check("A 1; B 5; C 9", "A won 1.00, B fused, C not_shortlisted");
    let outcome = run("GY-YD2025-1", &lot("L", "10"), "A 1; B 5; C 9");
    let (anchor, line) = (outcome.lots[0].anchor.unwrap(), outcome.lots[0].line.unwrap());
    assert_eq!((anchor.normalize().to_string(), line.normalize().to_string()), ("1.5".into(), "2.7".into()));
    // Another form has no exempt price.
    let injection = Lot { form_class: FormClass::SmallInjection, ..lot("L", "10") };
    assert_eq!(statuses(&run("GY-YD2025-1", &injection, "A 0.02; B 0.1")), "A won 0.02, B fused");
}

/// 未入围复活: the brand's reported volume is at least the mean, the first price is not the highest, and the price
/// level of the shortlisted winners is accepted.
#[test]
fn the_three_tests_of_a_revival_from_outside_in_round_11() {
    let check = |bids, want| check("GY-YD2025-1", "10", bids, want);
    // Five bidders, three places; the mean of 3 + 3 + 3 + 4 + 2 is 3: exactly the mean is enough, less is not.
    check(
        "A 1 v=3; B 1.1 v=3; C 1.2 v=4; D 1.3 v=3 yes; E 1.4 v=2",
        "A won 1.00, B won 1.10, C won 1.20, D won_revived 1.20, E not_shortlisted",
    );
    check(
        "A 1 v=3; B 1.1 v=3; C 1.2 v=4; D 1.3 v=2.999 yes; E 1.4 v=2.001",
        "A won 1.00, B won 1.10, C won 1.20, D not_shortlisted, E not_shortlisted",
    );
    // Without consent nothing; with the highest price nothing, be it shared.
    check(
        "A 1 v=3; B 1.1 v=3; C 1.2 v=4; D 1.3 v=3; E 1.4 v=2",
        "A won 1.00, B won 1.10, C won 1.20, D not_shortlisted, E not_shortlisted",
    );
    check(
        "A 1; B 1.1; C 1.2; D 1.3 v=9 yes; E 1.3 v=9 yes",
        "A won 1.00, B won 1.10, C won 1.20, D not_shortlisted, E not_shortlisted",
    );
    // One un-fused winner: the fused may take 1.8 times the anchor 1.1 / 3, and only then the others may.
    check(
        "A 0.1; B 1; C 1.1 yes; D 1.2 v=9 yes; E 4",
        "A won 0.10, B fused, C won_revived 0.66, D won_revived 0.66, E not_shortlisted",
    );
    check(
        "A 0.1; B 1; C 1.1; D 1.2 v=9 yes; E 4",
        "A won 0.10, B fused, C fused, D won_revived 0.10, E not_shortlisted",
    );
    let (inside, outside) =
        (rules("GY-YD2025-1").revival.unwrap(), rules("GY-YD2025-1").revival_out.unwrap());
    assert!(inside.chooses_regions && !outside.chooses_regions && outside.volume);
}

/// Below the mean less two deviations, not at it: wins without volume and takes no place.
#[test]
fn the_zero_volume_line_of_round_12() {
    let check = |bids: &str, want: &str| check("GY-YD2026-1", "10", bids, want);
    // Six places of ten: A and five of 1 have the mean 0.85 and the deviation 0.3354, so the line is 0.1792.
    let nine = "B 1; C 1; D 1; E 1; F 1; G 1; H 1.8; I 1.81; J 1.82";
    let rest = "C won 1.00, D won 1.00, E won 1.00, F won 1.00";
    let lost = "H not_shortlisted, I not_shortlisted, J not_shortlisted";
    // G moves up into the place that A does not take.
    let apart = format!("A won_no_volume 0.10, B won 1.00, {rest}, G won 1.00, {lost}");
    check(&format!("A 0.1; {nine}"), &apart);
    // With three in the shortlist nobody is two deviations below the mean.
    check("A 0.1; B 1; C 1; D 1", "A won 0.10, B fused, C fused, D not_shortlisted");
    let volume = award(
        &rules("GY-YD2026-1"),
        &[lot("L", "10")],
        &bids("L", &format!("A 0.1; {nine}")),
        &demand("L", "R H A 100; R H B 100"),
    )
    .unwrap();
    let got: Vec<String> =
        volume.allocations.iter().map(|part| format!("{} {}", part.company, part.quantity)).collect();
    // Six winners with volume share 80 % of 200; A gets nothing, B keeps its own 80 and supplies the rest.
    assert_eq!((volume.lots[0].winners, got), (6, vec!["B 160".to_owned()]));
}
