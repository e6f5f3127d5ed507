//! Rounds of consumables by hand-worked cases and published figures.

use proptest::prelude::*;

use super::*;

fn stent(ceiling: &str) -> Lot {
    Lot { form_class: FormClass::Other, ..lot("L", ceiling) }
}

/// `A/p won 500.00 [CODE], …`.
fn products(outcome: &Outcome) -> String {
    let one = |award: &Award| {
        let price = award.award_price.map(|price| format!(" {price}")).unwrap_or_default();
        format!("{}/{} {}{price} {}", award.company, award.product, award.status, award.reason.code)
    };
    outcome.awards.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn volumes(outcome: &Outcome) -> String {
    let one = |a: &Allocation| {
        let product = a.product.as_deref().map(|p| format!("/{p}")).unwrap_or_default();
        format!("{} {}{product} {}", a.hospital, a.company, a.quantity)
    };
    outcome.allocations.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[test]
fn a_company_bids_twice_only_where_the_rules_let_it() {
    let check = |name: &str, text: &str, twice: bool| {
        let found = award(&rules(name), &[stent("3000")], &bids("L", text), &[]);
        let want = Refused::BidTwice { lot: "L".into(), company: "A".into() };
        assert_eq!(found.err(), twice.then_some(want), "{name}: {text}");
    };
    check("GY-HD2020-1", "A 500 p=x; A 600 p=y", false);
    check("GY-HD2020-1", "A 500 p=x; B 600 p=x", false);
    check("GY-HD2020-1", "A 500 p=x; A 600 p=x", true);
    for name in crate::rounds::rule_set::names().into_iter().filter(|name| *name != "GY-HD2020-1") {
        check(name, "A 0.5 p=x; A 0.6 p=y", true);
    }
}

/// 27 products registered, 26 quoted, 4 above the reference of 2,850 yuan, 10 won of 8 of 11 companies. The prices
/// below 2,850 are made up; the pattern is the published one.
#[test]
fn ten_stents_of_eight_companies() {
    let text = "A 469 p=1; B 549.5 p=1; C 590 p=1; D 629 p=1; A 640 p=2; E 648 p=1; F 750 p=1; G 755 p=1; \
                H 770 p=1; D 798 p=2; C 900 p=2; I 980 p=1; B 1020 p=2; J 1100 p=1; K 1200 p=1; E 1300 p=2; \
                F 1400 p=2; G 1500 p=2; H 1600 p=2; I 1700 p=2; J 1800 p=2; K 2000 p=2; A 2851 p=3; B 3000 p=3; \
                C 4000 p=3; D 5000 p=3";
    let bids = bids("L", text);
    assert_eq!(bids.len(), 26);
    assert_eq!(bids.iter().filter(|bid| bid.unit_price > "2850".parse().unwrap()).count(), 4);
    let outcome = award(&rules("GY-HD2020-1"), &[stent("15000")], &bids, &[]).unwrap();
    let winners: Vec<&Award> = outcome.awards.iter().filter(|award| award.award_price.is_some()).collect();
    let companies: std::collections::BTreeSet<&str> = winners.iter().map(|award| &*award.company).collect();
    assert_eq!((winners.len(), companies.len()), (10, 8));
    assert_eq!(outcome.lots[0].term_years, Some(2));
    assert!(outcome.awards.iter().skip(10).all(|award| award.status == Status::NotShortlisted));
}

#[test]
fn stents_by_rank_condition_and_company() {
    let check = |text: &str, want: &str| {
        let found = award(&rules("GY-HD2020-1"), &[stent("15000")], &bids("L", text), &[]).unwrap();
        assert_eq!(products(&found), want, "{text}");
    };
    // Above 1.8 times the lowest wins up to the reference of 2,850 yuan; above both does not, and nobody moves up.
    check(
        "A 500 p=1; B 900 p=1; C 2850 p=1; D 2850.01 p=1",
        "A/1 won 500.00 WON_RATIO, B/1 won 900.00 WON_RATIO, C/1 won 2850.00 WON_LOW_PRICE, D/1 fused FUSED",
    );
    // The fifth product of A is passed over, and L takes the tenth place.
    check(
        "A 1 p=1; A 1.1 p=2; A 1.2 p=3; A 1.3 p=4; A 1.4 p=5; B 1.5 p=1; C 1.5 p=1; D 1.5 p=1; E 1.5 p=1; \
         F 1.5 p=1; L 1.6 p=1; M 1.7 p=1",
        "A/1 won 1.00 WON_RATIO, A/2 won 1.10 WON_RATIO, A/3 won 1.20 WON_RATIO, A/4 won 1.30 WON_RATIO, \
         B/1 won 1.50 WON_RATIO, C/1 won 1.50 WON_RATIO, D/1 won 1.50 WON_RATIO, E/1 won 1.50 WON_RATIO, \
         F/1 won 1.50 WON_RATIO, L/1 won 1.60 WON_RATIO, A/5 not_shortlisted PER_COMPANY, \
         M/1 not_shortlisted NOT_SHORTLISTED",
    );
    // Five products of one company alone: four places, not five.
    check(
        "A 1 p=1; A 1 p=2; A 1 p=3; A 1 p=4; A 1 p=5",
        "A/1 won 1.00 WON_RATIO, A/2 won 1.00 WON_RATIO, A/3 won 1.00 WON_RATIO, A/4 won 1.00 WON_RATIO, \
         A/5 not_shortlisted PER_COMPANY",
    );
    // Related companies count once, with all products of the one that stands.
    check(
        "A 1 p=1 g=G; B 1.1 p=1 g=G; A 1.2 p=2 g=G",
        "A/1 won 1.00 WON_RATIO, A/2 won 1.20 WON_RATIO, B/1 invalid RELATED_COMPANY",
    );
    let text = "A 1 p=1; A 1.1 p=2; A 1.2 p=3; A 1.3 p=4; A 1.4 p=5; B 1.5 p=1";
    let found = award(&rules("GY-HD2020-1"), &[stent("15000")], &bids("L", text), &[]).unwrap();
    assert_eq!(
        found.awards[5].reason.to_string(),
        "PER_COMPANY price rank 5; A: 5 > 4 [GY-HD2020-1 products]"
    );
}

#[test]
fn a_hospitals_demand_goes_to_the_product_it_named() {
    let check = |offers: &str, lines: &str, want: &str| {
        let found =
            award(&rules("GY-HD2020-1"), &[stent("15000")], &bids("L", offers), &demand("L", lines)).unwrap();
        assert_eq!(volumes(&found), want, "{offers} / {lines}");
    };
    let offers = "A 500 p=x; B 600 p=x; A 700 p=y; C 3000 p=x";
    // 80 % of each; the demand for C, which did not win, and for no brand goes to the first rank.
    check(offers, "R H A/y 100; R H B/x 50; R H C/x 10; R H - 5", "H A/x 12, H B/x 40, H A/y 80");
    // A brand without a product is the company's first by rank; a product that nobody bid is no brand that won.
    check(offers, "R H A 100", "H A/x 80");
    check(offers, "R H B/z 100", "H A/x 80");
    // Each product has its own capacity.
    check("A 500 p=x c=10; A 700 p=y c=20", "R H A/y 100; R I A/x 100", "H A/y 20, I A/x 10");
    // Reported volume for ties: the product's own and what names only the company.
    let found = award(
        &rules("GY-HD2020-1"),
        &[stent("15000")],
        &bids("L", "A 500 p=x; B 500 p=x; B 500 p=y"),
        &demand("L", "R H A/x 5; R H B/y 6; R H B/x 1"),
    )
    .unwrap();
    assert_eq!(
        products(&found),
        "B/y won 500.00 WON_RATIO, A/x won 500.00 WON_RATIO, B/x won 500.00 WON_RATIO"
    );
}

/// `A A won 7000, B B won …` with the unit after the company.
fn by_unit(outcome: &Outcome) -> String {
    let one = |award: &Award| {
        let class = award.class.map_or("-", Class::as_str);
        format!("{} {class} {} {}", award.company, award.status, award.reason.code)
    };
    outcome.awards.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[test]
fn joints_in_two_units() {
    let check = |text: &str, want: &str| {
        let found = award(&rules("GH-HD2021-1"), &[stent("20000")], &bids("L", text), &[]).unwrap();
        assert_eq!(by_unit(&found), want, "{text}");
    };
    // Demand 100: before S 0, T 50, U 75 are below 85; V crosses nothing more with 90 before it. U cannot supply all
    // regions and is in B. A has two bidders and two places, B has four and three places.
    check(
        "S 8000 v=50 all; T 7000 v=25 all; U 6000 v=15; V 6500 v=6 all; W 8001 v=4 all; X 9000 v=0",
        "U B won WON_PLACE, V B won WON_PLACE, T A won WON_PLACE, S A won WON_PLACE, W B fused ABOVE_A, \
         X B not_shortlisted NOT_SHORTLISTED",
    );
    // At exactly A's highest price B wins.
    check("S 8000 v=90 all; W 8000 v=10", "S A won WON_PLACE, W B won WON_PLACE");
    // 85 before it is not below 85 of 100.
    check("S 8000 v=85 all; W 7000 v=15 all", "W B won WON_PLACE, S A won WON_PLACE");
    check("S 8000 v=84 all; W 7000 v=16 all", "W A won WON_PLACE, S A won WON_PLACE");
    // Without anyone in A there is no price to stay within.
    check("S 8000 v=50; W 9000 v=50", "S B won WON_PLACE, W B won WON_PLACE");
    let found =
        award(&rules("GH-HD2021-1"), &[stent("20000")], &bids("L", "S 8000 v=90 all; W 8001 v=10"), &[])
            .unwrap();
    let reasons: Vec<String> = found.awards.iter().map(|a| a.reason.to_string()).collect();
    assert_eq!(
        reasons,
        [
            "WON_PLACE A 1 ≤ 1 (n = 1); demand 90, before it 0 < 0.85 × 100 = 85; all regions [GH-HD2021-1 quota]",
            "ABOVE_A 8001.0000 > max(A) = 8000.0000; B 1 ≤ 1 (n = 1); demand 10, before it 90 ≥ 0.85 × 100 = 85; \
             not all regions [GH-HD2021-1 units]",
        ]
    );
    assert_eq!((found.lots[0].bidders, found.lots[0].places, found.lots[0].winners), (2, 2, 1));
    assert_eq!(found.lots[0].share, Some("0.9".parse().unwrap()));
}

/// The published rows of one maker: in each product the B price is below what it won in A, and the cut is one less
/// price over ceiling.
#[test]
fn published_joints() {
    // Ceramic on ceramic in A at 8,000 with a published cut of 85 %, so its ceiling was about 53,000.
    let check = |price: &str, ceiling: &str, percent: &str| {
        let bid = format!("S {price} v=1 all");
        let found = award(&rules("GH-HD2021-1"), &[stent(ceiling)], &bids("L", &bid), &[]).unwrap();
        let cut = crate::types::half_up(found.awards[0].cut * Decimal::ONE_HUNDRED, 0);
        assert_eq!(cut.to_string(), percent);
    };
    check("8000", "53333.33", "85");
    check("7900", "34347.83", "77");
    check("8110", "15018.52", "46");
    // Hips 35,000 to 7,000 and knees 32,000 to 5,000.
    check("7000", "35000", "80");
    check("5000", "32000", "84");
}

#[test]
fn spine_with_a_guarantee() {
    let check = |text: &str, want: &str| {
        let found = award(&rules("GH-HD2022-1"), &[stent("10000")], &bids("L", text), &[]).unwrap();
        let one = |award: &Award| format!("{} {} {}", award.company, award.status, award.reason.code);
        assert_eq!(found.awards.iter().map(one).collect::<Vec<_>>().join(", "), want, "{text}");
    };
    // Three bidders, two places; the third wins with a cut of exactly 60 %, not with a yuan more.
    check("A 3000; B 3500; C 4000", "A won WON_PLACE, B won WON_PLACE, C won WON_CUT");
    check("A 3000; B 3500; C 4001", "A won WON_PLACE, B won WON_PLACE, C not_shortlisted NOT_SHORTLISTED");
    check("A 8000; B 9000; C 10000", "A won WON_PLACE, B won WON_PLACE, C not_shortlisted NOT_SHORTLISTED");
    let found =
        award(&rules("GH-HD2022-1"), &[stent("10000")], &bids("L", "A 3000; B 3500; C 4000; D 9000"), &[]);
    let reasons: Vec<String> = found.unwrap().awards.iter().map(|a| a.reason.to_string()).collect();
    assert_eq!(
        reasons[3],
        "NOT_SHORTLISTED rank 4 > 3 (n = 4); (10000.0000 − 9000.0000) / 10000.0000 = 10.00% < 60.00% [GH-HD2022-1 quota]"
    );
    let found = award(&rules("GH-HD2022-1"), &[stent("10000")], &bids("L", "A 3000; B 3500; C 4000"), &[]);
    assert_eq!(
        found.unwrap().awards[2].reason.to_string(),
        "WON_CUT (10000.0000 − 4000.0000) / 10000.0000 = 60.00% ≥ 60.00%; NOT_SHORTLISTED rank 3 > 2 (n = 3) \
         [GH-HD2022-1 guarantee]"
    );
}

/// Bids of few companies with several products each, on a coarse grid.
fn several() -> impl Strategy<Value = Vec<Bid>> {
    let one = (1i64..40, 0u8..4, prop::option::of(0i64..300));
    prop::collection::vec(one, 1..24).prop_map(|list| {
        let make = |(at, (price, company, capacity)): (usize, (i64, u8, Option<i64>))| Bid {
            unit_price: UnitPrice::from_scaled(price * 100_000_000),
            product: format!("P{at:02}"),
            capacity: capacity.map(|c| Quantity::from_scaled(c * 700)),
            ..bid("L", &format!("C{company} 1"))
        };
        list.into_iter().enumerate().map(make).collect()
    })
}

/// Demand for a product, a company's brand or no brand; products may be ones of nobody.
fn named() -> impl Strategy<Value = Vec<Demand>> {
    let one = (0u8..4, prop::option::of((0u8..5, prop::option::of(0u8..26))), 0i64..90_000);
    prop::collection::vec(one, 0..30).prop_map(|list| {
        let make = |(hospital, brand, quantity): (u8, Option<(u8, Option<u8>)>, i64)| Demand {
            region: "R".into(),
            hospital: format!("H{hospital}").into(),
            lot: "L".into(),
            company: brand.map(|(company, _)| format!("C{company}").into()),
            product: brand.and_then(|(_, product)| product).map(|product| format!("P{product:02}").into()),
            quantity: Quantity::from_scaled(quantity),
        };
        list.into_iter().map(make).collect()
    })
}

proptest! {
    #[test]
    fn no_company_takes_more_than_its_places_and_no_product_more_than_it_can(
        (bids, mixed) in several().prop_flat_map(|b| (Just(b.clone()), Just(b).prop_shuffle())),
        demand in named(),
    ) {
        let rules = rules("GY-HD2020-1");
        let outcome = award(&rules, &[stent("15000")], &bids, &demand).unwrap();
        prop_assert_eq!(&award(&rules, &[stent("15000")], &mixed, &demand).unwrap(), &outcome);
        prop_assert_eq!(outcome.awards.len(), bids.len());
        let won: Vec<&Award> = outcome.awards.iter().filter(|a| a.award_price.is_some()).collect();
        for award in &won {
            prop_assert!(won.iter().filter(|other| other.company == award.company).count() <= 4);
        }
        let mut carried: std::collections::BTreeMap<(&str, &str), i64> = Default::default();
        for part in &outcome.allocations {
            let product = part.product.as_deref().unwrap();
            prop_assert!(won.iter().any(|a| a.company == part.company && a.product == product));
            *carried.entry((&part.company, product)).or_default() += part.quantity.scaled();
        }
        for ((company, product), quantity) in carried {
            let bid = bids.iter().find(|b| &*b.company == company && b.product == product).unwrap();
            prop_assert!(bid.capacity.is_none_or(|capacity| quantity <= capacity.scaled()));
        }
        let given: i64 = outcome.allocations.iter().map(|a| a.quantity.scaled()).sum();
        let left: i64 = outcome.unallocated.iter().map(|u| u.quantity.scaled()).sum();
        prop_assert_eq!(given + left, outcome.lots[0].agreed.scaled());
    }

    #[test]
    fn nothing_in_b_wins_above_a(
        list in prop::collection::vec((1i64..40, 0i64..50, any::<bool>()), 1..16),
    ) {
        let make = |(at, (price, volume, all)): (usize, &(i64, i64, bool))| Bid {
            unit_price: UnitPrice::from_scaled(price * 100_000_000),
            reported_volume: Some(Quantity::from_scaled(volume * 1000)),
            supplies_all: *all,
            ..bid("L", &format!("C{at:02} 1"))
        };
        let bids: Vec<Bid> = list.iter().enumerate().map(make).collect();
        let outcome = award(&rules("GH-HD2021-1"), &[stent("15000")], &bids, &[]).unwrap();
        let of = |class: Class| outcome.awards.iter().filter(move |a| a.class == Some(class));
        let won = |class: Class| of(class).filter_map(|a| a.award_price).max();
        prop_assert!(won(Class::B).is_none() || won(Class::A).is_none() || won(Class::B) <= won(Class::A));
        prop_assert_eq!(of(Class::A).count() + of(Class::B).count(), bids.len());
        for award in of(Class::A) {
            prop_assert!(bids.iter().any(|b| b.company == award.company && b.supplies_all));
        }
    }
}

#[test]
fn equal_prices_of_one_company_go_by_product() {
    let bids = bids("L", "A 500 p=y; A 500 p=x");
    let found = award(&rules("GY-HD2020-1"), &[stent("15000")], &bids, &[]).unwrap();
    assert_eq!(products(&found), "A/x won 500.00 WON_RATIO, A/y won 500.00 WON_RATIO");
    let said = found.awards[1].reason.to_string();
    assert!(said.contains("TIE A x > A y: product"), "{said}");
}
