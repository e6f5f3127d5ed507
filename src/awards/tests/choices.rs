//! Grades, chosen regions and placed volume by hand-worked cases.

use super::*;
use crate::awards::choices::{self, Why};
use crate::text::{Lang, Say};

const MARKS: &str = "clause = \"c\"\nsource = \"s\"\nconfidence = \"own\"\n";

/// GY-YD2019-2 (the rest goes to the first rank) with hospitals that may place, and more sections.
fn placing(more: &str) -> RuleSet {
    let text = rules("GY-YD2019-2").text;
    let with = "unclaimed = \"first_rank\"\nhospitals_place = true";
    RuleSet::parse(&format!("{}\n{more}", text.replace("unclaimed = \"first_rank\"", with))).unwrap()
}

fn grade(by: &str, own: &str) -> String {
    format!("[grade]\nby = \"{by}\"\nown = [{own}]\n{MARKS}")
}

fn pick(text: &str) -> Pick {
    let words: Vec<&str> = text.split_whitespace().collect();
    let supply = if words.get(2) == Some(&"spare") { Supply::Spare } else { Supply::Main };
    Pick { lot: "L".into(), region: words[1].into(), company: words[0].into(), supply }
}

fn placed(text: &str) -> Reassignment {
    let words: Vec<&str> = text.split_whitespace().collect();
    Reassignment {
        lot: "L".into(),
        hospital: words[0].into(),
        company: words[1].into(),
        product: words.get(3).map(|product| (*product).into()),
        quantity: words[2].parse().unwrap(),
    }
}

/// `company region [spare]` and `hospital company quantity`, each list split by `;`.
fn answers(picks: &str, reassignments: &str) -> Answers {
    let lines = |text: &str| -> Vec<String> {
        text.split(';').map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
    };
    Answers {
        consents: Vec::new(),
        picks: lines(picks).iter().map(|line| pick(line)).collect(),
        reassignments: lines(reassignments).iter().map(|line| placed(line)).collect(),
    }
}

fn award(rules: &RuleSet, offers: &str, lines: &str, answers: &Answers) -> Result<Outcome, Refused> {
    crate::awards::award(rules, &[lot("L", "1")], &bids("L", offers), &demand("L", lines), answers)
}

fn volumes(outcome: &Outcome) -> String {
    let one = |a: &Allocation| format!("{} {} {}/{}", a.hospital, a.company, a.quantity, a.own);
    let open = |u: &Unallocated| format!("{} - {}", u.hospital, u.quantity);
    let granted = outcome.allocations.iter().map(one);
    granted.chain(outcome.unallocated.iter().map(open)).collect::<Vec<_>>().join(", ")
}

#[test]
fn lower_ranks_keep_less_of_their_own() {
    let check = |own: &str, offers: &str, lines: &str, want: &str| {
        let rules = placing(&grade("rank", own));
        let outcome = award(&rules, offers, lines, &Answers::default()).unwrap();
        assert_eq!(volumes(&outcome), want, "{own}: {offers} / {lines}");
    };
    let two = "A 0.3; B 0.4; C 0.5";
    // Two winners, 60 %: B keeps 90 % of 60, the other 6 and C's 30 go to the first rank.
    check("\"1\", \"0.9\"", two, "R H A 100; R H B 100; R H C 50", "H A 96/60, H B 54/54");
    // Without grades B keeps all of it.
    check("\"1\"", two, "R H A 100; R H B 100; R H C 50", "H A 90/60, H B 60/60");
    // 0: nothing is its own.
    check("\"1\", \"0\"", two, "R H B 100", "H A 60/0");
    // 101 × 60 % = 60.6 → 61 in all; B's 54.54, the rest 6.06: the unit goes to the larger remainder.
    check("\"1\", \"0.9\"", two, "R H B 101", "H A 6/0, H B 55/55");
    // The third takes the last value; 70 % of 100 each.
    let three = "A 0.3; B 0.4; C 0.45; D 0.46";
    check("\"1\", \"0.5\"", three, "R H B 100; R H C 100", "H A 70/0, H B 35/35, H C 35/35");
}

#[test]
fn a_class_without_grades_of_its_own_takes_the_last() {
    let rules = placing(&grade("class", "\"1\", \"0.8\", \"0.5\""));
    // Nobody is in a class by these rules.
    let outcome = award(&rules, "A 0.3; B 0.4", "R H A 100", &Answers::default()).unwrap();
    assert_eq!(volumes(&outcome), "H A 60/30");
}

/// Two units of joints, 90 %: S is in A and keeps all of its own, W in B keeps half.
#[test]
fn units_keep_what_their_class_says() {
    let text = rules("GH-HD2021-1").text;
    let rules = RuleSet::parse(&format!("{text}\n{}", grade("class", "\"1\", \"0.5\""))).unwrap();
    let offers = bids("L", "S 8000 v=90 all; W 7000 v=10");
    let lots = [Lot { form_class: FormClass::Other, ..lot("L", "20000") }];
    let found = super::award(&rules, &lots, &offers, &demand("L", "R H S 100; R H W 100")).unwrap();
    let classes: Vec<_> = found.awards.iter().map(|a| (&*a.company, a.class)).collect();
    assert_eq!(classes, [("W", Some(Class::B)), ("S", Some(Class::A))]);
    // W ranks first by price, so its other half comes back to it by default.
    assert_eq!(volumes(&found), "H W 90/45, H S 90/90");
}

/// Where a company wins with several products, a hospital places volume with one of them.
#[test]
fn volume_is_placed_with_a_product() {
    let check = |placed: &str, want: Result<&str, Why>| {
        let lots = [Lot { form_class: FormClass::Other, ..lot("L", "3000") }];
        let offers = bids("L", "A 500 p=x; A 600 p=y; B 550 p=x; C 2900 p=x");
        let lines = demand("L", "R H A/y 100; R H C/x 50");
        let found = crate::awards::award(&rules("GY-HD2020-1"), &lots, &offers, &lines, &answers("", placed));
        let one = |a: &Allocation| {
            format!("{}/{} {}/{}", a.company, a.product.as_deref().unwrap(), a.quantity, a.own)
        };
        match (found, want) {
            (Ok(found), Ok(want)) => {
                assert_eq!(
                    found.allocations.iter().map(one).collect::<Vec<_>>().join(", "),
                    want,
                    "{placed}"
                );
            }
            (Err(Refused::Choice(found)), Err(why)) => assert_eq!(found.why, why, "{placed}"),
            (found, _) => panic!("{placed}: {found:?}"),
        }
    };
    // 80 %: A keeps 80 of its second product; C's 40 go to the first rank unless they are placed.
    check("", Ok("A/x 40/0, A/y 80/80"));
    check("H A 10 y", Ok("A/x 30/0, A/y 90/80"));
    // Without a product the company's first by rank is meant.
    check("H A 10; H B 5 x", Ok("A/x 35/0, B/x 5/0, A/y 80/80"));
    check("H A 10 z", Err(Why::NotWinner));
    check("H C 10 x", Err(Why::NotWinner));
    check("H A 10 y; H A 10 y", Err(Why::Twice));
}

#[test]
fn a_hospital_places_what_is_open_before_any_default() {
    let check = |offers: &str, lines: &str, reassignments: &str, want: &str| {
        let outcome = award(&placing(""), offers, lines, &answers("", reassignments)).unwrap();
        assert_eq!(volumes(&outcome), want, "{offers} / {lines} / {reassignments}");
    };
    let two = "A 0.3; B 0.4; C 0.5";
    check(two, "R H A 100; R H C 50", "", "H A 90/60");
    check(two, "R H A 100; R H C 50", "H B 30", "H A 60/60, H B 30/0");
    // What it does not place goes by default.
    check(two, "R H A 100; R H C 50", "H B 10", "H A 80/60, H B 10/0");
    check(two, "R H A 100; R H C 50", "H B 10; H A 5", "H A 80/60, H B 10/0");
    // Another hospital's default takes only what capacity is left after both.
    check(
        "A 0.3; B 0.4 c=40",
        "R H1 C 50; R H2 B 20; R H3 - 10",
        "H1 B 28",
        "H1 A 2/0, H1 B 28/0, H2 B 12/12, H3 A 6/0",
    );
    // Own brands come first, whatever is placed elsewhere.
    check("A 0.3; B 0.4 c=12", "R H1 C 50; R H2 B 20", "", "H1 A 30/0, H2 B 12/12");
}

#[test]
fn volume_that_cannot_be_placed_is_refused() {
    let check = |offers: &str, lines: &str, reassignments: &str, place: &str, why: Why| {
        let found = award(&placing(""), offers, lines, &answers("", reassignments));
        let Err(Refused::Choice(found)) = found else { panic!("{reassignments}: {found:?}") };
        assert_eq!((&*found.place, &found.why), (place, &why), "{reassignments}");
        assert!(found.say(Lang::Zh.text()).contains(place));
    };
    let (two, lines) = ("A 0.3; B 0.4 c=20; C 1.5", "R H1 A 10; R H1 C 50; R H2 - 50");
    let quantity = |text: &str| -> Quantity { text.parse().unwrap() };
    check(two, lines, "H1 C 1", "H1", Why::NotWinner);
    check(two, lines, "H1 Z 1", "H1", Why::NotWinner);
    check(two, lines, "H9 A 1", "H9", Why::UnknownHospital);
    check(two, lines, "H1 A 0.5", "H1", Why::NotWhole(quantity("1")));
    check(two, lines, "H1 A 0", "H1", Why::NotWhole(quantity("1")));
    check(two, lines, "H1 A -3", "H1", Why::NotWhole(quantity("1")));
    check(two, lines, "H1 A 31", "H1", Why::TooMuch(quantity("30")));
    check(two, lines, "H1 A 20; H1 B 11", "H1", Why::TooMuch(quantity("10")));
    check(two, lines, "H1 A 1; H1 A 2", "H1", Why::Twice);
    // The first in the order of hospitals has it, whichever line comes first.
    check(two, lines, "H1 B 21", "H1", Why::Capacity(quantity("20")));
    check(two, lines, "H2 B 11; H1 B 10", "H2", Why::Capacity(quantity("10")));
    check(two, lines, "H1 B 10; H2 B 11", "H2", Why::Capacity(quantity("10")));
}

#[test]
fn rule_sets_that_do_not_say_so_let_nobody_choose() {
    let refused =
        |name: &str, answers: &Answers| match award(&rules(name), "A 0.3; B 0.4", "R H A 10", answers) {
            Err(Refused::Choice(refused)) => refused.why,
            other => panic!("{other:?}"),
        };
    assert_eq!(refused("GY-YD2022-1", &answers("", "H A 1")), Why::NotPlaceable);
    assert_eq!(refused("GY-YD2019-2", &answers("A R", "")), Why::NoRegions);
}

#[test]
fn winners_take_regions_in_their_turn() {
    let lines = "R1 H1 - 100; R2 H2 - 300; R3 H3 - 200";
    let regions = |outcome: &Outcome| {
        let one = |c: &RegionChoice| format!("{} {}/{}", c.region, c.main, c.spare.as_deref().unwrap_or("-"));
        outcome.regions.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    let check = |offers: &str, picks: &str, want: &str| {
        let outcome = award(&rules("GY-YD2022-1"), offers, lines, &answers(picks, "")).unwrap();
        assert_eq!(regions(&outcome), want, "{picks}");
    };
    let two = "A 0.3; B 0.4";
    check(two, "", "R1 B/A, R2 A/B, R3 A/B");
    check(two, "A R1", "R1 A/B, R2 A/B, R3 B/A");
    check(two, "A R1; A R3; B R2; A R2 spare; B R1 spare; B R3 spare", "R1 A/B, R2 B/A, R3 A/B");
    // The main supplier of its choice supplies the region.
    let outcome = award(&rules("GY-YD2022-1"), two, lines, &answers("A R1; A R3; B R2", "")).unwrap();
    assert_eq!(volumes(&outcome), "H1 A 60/0, H2 B 180/0, H3 A 120/0");
}

#[test]
fn a_region_taken_out_of_turn_is_refused() {
    let lines = "R1 H1 - 100; R2 H2 - 300; R3 H3 - 200";
    let check = |offers: &str, picks: &str, place: &str, why: Why| {
        let found = award(&rules("GY-YD2022-1"), offers, lines, &answers(picks, ""));
        let Err(Refused::Choice(found)) = found else { panic!("{picks}: {found:?}") };
        assert_eq!((&*found.place, &found.why), (place, &why), "{picks}");
        for lang in [Lang::Zh, Lang::En] {
            let said = found.say(lang.text());
            assert!(said.contains(place) && said.contains('L') && !said.contains('{'), "{said}");
        }
    };
    let two = "A 0.3; B 0.4; C 0.9";
    let turn = |whose: &str, supply| Why::Turn { whose: whose.into(), supply };
    check(two, "C R1", "R1", Why::NotChooser);
    check(two, "A R9", "R9", Why::UnknownRegion);
    check(two, "B R1", "R1", turn("A", Supply::Main));
    check(two, "A R1; A R2; A R3", "R3", turn("B", Supply::Main));
    check(two, "A R1 spare", "R1", turn("A", Supply::Main));
    check(two, "A R1; A R1", "R1", Why::Gone);
    check(two, "A R1; A R2; B R3; A R2 spare", "R2", Why::OwnMain);
    check("A 0.3", "A R1; A R2; A R3; A R1", "R1", Why::Over);
    // Without demand by hospital there is nothing to choose.
    let none = crate::awards::award(
        &rules("GY-YD2022-1"),
        &[lot("L", "1")],
        &bids("L", two),
        &[],
        &answers("A R1", ""),
    );
    assert!(matches!(none, Err(Refused::Choice(choices::Refused { why: Why::UnknownRegion, .. }))));
    let strange = Answers { picks: vec![Pick { lot: "X".into(), ..pick("A R1") }], ..Answers::default() };
    assert_eq!(award(&rules("GY-YD2022-1"), two, lines, &strange), Err(Refused::UnknownLot("X".into())));
}

#[test]
fn volumes_are_summed_by_region() {
    let outcome = award(
        &rules("GY-YD2022-1"),
        "A 0.3 c=100; B 0.4 c=33",
        "R1 H1 - 101; R1 H2 A 101; R2 H3 - 50.5",
        &Answers::default(),
    )
    .unwrap();
    let one = |v: &RegionVolume| format!("{} {} {} {}", v.region, v.base, v.agreed, v.unallocated);
    let found: Vec<String> = outcome.volumes.iter().map(one).collect();
    // 60 % of 101 is 60.6: 61 in each hospital, 122 in the region, not 121.
    assert_eq!(found, ["R1 202 122 0", "R2 50.5 30 19"]);
    let nobody = award(&rules("GY-YD2022-1"), "A 1.5", "R1 H1 - 101", &Answers::default()).unwrap();
    assert_eq!(nobody.volumes.iter().map(one).collect::<Vec<_>>(), ["R1 101 0 0"]);
    assert!(nobody.lots[0].choosers.is_empty());
}
