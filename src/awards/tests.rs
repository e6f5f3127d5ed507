//! The award by hand-worked cases, one line a case.

mod anchors;
mod answers;
mod choices;
mod city;
mod consumables;
mod doubts;
mod insulin;
mod pilot;
mod volumes;

use super::*;
use crate::rounds::rule_set::{self, RuleSet};

pub fn lot(code: &str, ceiling: &str) -> Lot {
    Lot {
        code: code.into(),
        generic: "generic".to_owned(),
        form: "form".to_owned(),
        form_class: FormClass::OralSolid,
        comparable_spec: "1mg".to_owned(),
        ceiling: ceiling.parse().unwrap(),
        category: Category::General,
        base_volume: None,
    }
}

/// `A 0.5 yes all g=G r=1.7 s=300 v=20 c=100 p=product ref`: company, price and what else is known.
pub fn bid(lot: &str, text: &str) -> Bid {
    let mut words = text.split_whitespace();
    let company = words.next().unwrap();
    let mut bid = Bid {
        lot: lot.into(),
        company: company.into(),
        group: None,
        product: format!("product of {company}"),
        spec: "1mg".to_owned(),
        unit_price: words.next().unwrap().parse().unwrap(),
        ratio: Decimal::ONE,
        capacity: None,
        reported_volume: None,
        sales: None,
        kind: None,
        accepts_revival: false,
        supplies_all: false,
        current_price: None,
    };
    for word in words {
        match word.split_once('=') {
            None if word == "yes" => bid.accepts_revival = true,
            None if word == "all" => bid.supplies_all = true,
            None if word == "ref" => bid.kind = Some(Kind::Reference),
            Some(("g", group)) => bid.group = Some(group.to_owned()),
            Some(("r", ratio)) => bid.ratio = ratio.parse().unwrap(),
            Some(("s", sales)) => bid.sales = Some(sales.parse().unwrap()),
            Some(("v", volume)) => bid.reported_volume = Some(volume.parse().unwrap()),
            Some(("p", product)) => bid.product = product.to_owned(),
            Some(("now", price)) => bid.current_price = Some(price.parse().unwrap()),
            Some(("c", capacity)) => bid.capacity = Some(capacity.parse().unwrap()),
            _ => panic!("{word}"),
        }
    }
    bid
}

fn bids(lot: &str, text: &str) -> Vec<Bid> {
    text.split(';').map(|text| bid(lot, text.trim())).collect()
}

/// `region hospital brand quantity`, the brand `-` for any and `A/p` for one product of A.
fn demand(lot: &str, text: &str) -> Vec<Demand> {
    let line = |text: &str| {
        let words: Vec<&str> = text.split_whitespace().collect();
        Demand {
            region: words[0].into(),
            hospital: words[1].into(),
            lot: lot.into(),
            company: (words[2] != "-").then(|| words[2].split('/').next().unwrap().into()),
            product: words[2].split_once('/').map(|(_, product)| product.into()),
            quantity: words[3].parse().unwrap(),
        }
    };
    text.split(';').map(line).collect()
}

/// The award where nothing was asked.
fn award(rules: &RuleSet, lots: &[Lot], bids: &[Bid], demand: &[Demand]) -> Result<Outcome, Refused> {
    super::award(rules, lots, bids, demand, &Answers::default())
}

pub fn rules(name: &str) -> RuleSet {
    rule_set::find(name).unwrap()
}

/// `A won 0.50, B fused, …` in the order of the result.
fn statuses(outcome: &Outcome) -> String {
    let one = |award: &Award| {
        let price = award.award_price.map(|price| format!(" {price}")).unwrap_or_default();
        format!("{} {}{price}", award.company, award.status)
    };
    outcome.awards.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn run(name: &str, lot: &Lot, text: &str) -> Outcome {
    award(&rules(name), std::slice::from_ref(lot), &bids(&lot.code, text), &[]).unwrap()
}

fn check(name: &str, ceiling: &str, bids: &str, want: &str) {
    assert_eq!(statuses(&run(name, &lot("L", ceiling), bids)), want, "{name}: {bids}");
}

fn reasons(name: &str, lot: &Lot, bids: &str, want: &[&str]) {
    let found: Vec<String> = run(name, lot, bids).awards.iter().map(|a| a.reason.to_string()).collect();
    assert_eq!(found, want, "{name}: {bids}");
}

#[test]
fn the_expansion_of_the_pilot() {
    let check = |bids, want| check("GY-YD2019-1", "1", bids, want);
    // Up to three win in the order of price, however far they lie apart; nobody wins above the pilot's price.
    check("A 0.9", "A won 0.90");
    check("A 0.1; B 0.9", "A won 0.10, B won 0.90");
    check(
        "A 0.1; B 0.3; C 1; D 1.0001; E 0.99",
        "A won 0.10, B won 0.30, E won 0.99, C not_shortlisted, D invalid",
    );
    reasons(
        "GY-YD2019-1",
        &lot("L", "1"),
        "A 0.1; B 0.9",
        &[
            "WON_PLACE rank 1 ≤ 2 (n = 2) [GY-YD2019-1 quota]",
            "WON_PLACE rank 2 ≤ 2 (n = 2) [GY-YD2019-1 quota]",
        ],
    );
    let outcome = run("GY-YD2019-1", &lot("L", "1"), "A 0.1; B 0.9");
    assert_eq!((outcome.lots[0].anchor, outcome.lots[0].line), (None, None));
}

#[test]
fn round_3() {
    let check = |bids, want| check("GY-YD2020-1", "1", bids, want);
    // Seven bidders: five places.
    check(
        "A 0.3; B 0.31; C 0.32; D 0.33; E 0.34; F 0.35; G 0.36",
        "A won 0.30, B won 0.31, C won 0.32, D won 0.33, E won 0.34, F not_shortlisted, G not_shortlisted",
    );
}

#[test]
fn round_2() {
    let check = |bids, want| check("GY-YD2019-2", "1", bids, want);
    // Quota: 2-3 bidders 2, 4 bidders 3, 5-6 bidders 4.
    check("A 0.3; B 0.4", "A won 0.30, B won 0.40");
    check("A 0.3; B 0.4; C 0.5", "A won 0.30, B won 0.40, C not_shortlisted");
    check("A 0.3; B 0.4; C 0.41; D 0.42", "A won 0.30, B won 0.40, C won 0.41, D not_shortlisted");
    check(
        "A 0.3; B 0.4; C 0.41; D 0.9; E 0.91",
        "A won 0.30, B won 0.40, C won 0.41, D fused, E not_shortlisted",
    );
}

#[test]
fn rounds_3_to_9() {
    let names = ["GY-YD2020-1", "GY-YD2021-1", "GY-YD2021-2", "GY-YD2022-1", "GY-YD2023-1", "GY-YD2023-2"];
    for name in names {
        // Exactly 1.8 times the lowest is within; one ten-thousandth more is not.
        check(name, "1", "A 0.45; B 0.81", "A won 0.45, B won 0.81");
        check(name, "1", "A 0.45; B 0.8101", "A won 0.45, B fused");
        // A cut of exactly 50.00 % wins above the fuse line, 49.99 % does not, and nothing is rounded first.
        check(name, "1", "A 0.2; B 0.5", "A won 0.20, B won 0.50");
        check(name, "1", "A 0.2; B 0.5001", "A won 0.20, B fused");
        check(name, "300", "A 50; B 150.0001", "A won 50.00, B fused");
        // Exactly the low-price line wins.
        check(name, "0.15", "A 0.03; B 0.1", "A won 0.03, B won 0.10");
        check(name, "0.15", "A 0.03; B 0.1001", "A won 0.03, B fused");
        // Consent does not revive in these rounds.
        check(name, "1", "A 0.2; B 0.9 yes", "A won 0.20, B fused");
        // One valid bidder: the cut, or negotiation, whatever the price.
        check(name, "1", "A 0.5", "A won 0.50");
        check(name, "1", "A 0.5001", "A fused");
        check(name, "1", "A 0.5001; B 1.01", "A fused, B invalid");
        check(name, "1", "A 1.1; B 1.2", "A invalid, B invalid");
    }
}

#[test]
fn round_10() {
    let check = |ceiling, bids, want| check("GY-YD2024-2", ceiling, bids, want);
    // The cut no longer protects.
    check("1", "A 0.2; B 0.5", "A won 0.20, B fused");
    // The low-price line of oral solids is 0.1 yuan.
    check("1", "A 0.02; B 0.1; C 0.1001; D 0.2", "A won 0.02, B won 0.10, C fused, D not_shortlisted");
    // Revival at the highest rule-1 price; without consent there is none.
    check(
        "1",
        "A 0.4; B 0.5; C 0.9 yes; D 0.95",
        "A won 0.40, B won 0.50, C won_revived 0.50, D not_shortlisted",
    );
    check("1", "A 0.4; B 0.5; C 0.9; D 0.95", "A won 0.40, B won 0.50, C fused, D not_shortlisted");
    // A single rule-1 winner: 1.8 times its price.
    check("1", "A 0.3333; B 0.9 yes; C 0.95", "A won 0.3333, B won_revived 0.5999, C not_shortlisted");
    // A revival price is converted to the bid's own spec and rounded half up there.
    check("1", "A 0.3333; B 1.2 r=1.3 yes", "A won 0.3333, B won_revived 0.7799");
    // Whoever is not shortlisted is not revived.
    check("1", "A 0.2; B 0.3; C 0.9 yes", "A won 0.20, B won 0.30, C not_shortlisted");
    // Rule 1 is met by the only bidder: this set names no rule for it.
    check("1", "A 0.9", "A won 0.90");
}

#[test]
fn validity_and_related_companies() {
    let name = "GY-YD2024-2";
    // The ceiling is for the comparable spec.
    check(name, "1", "A 1.7 r=1.7; B 0.9", "B won 0.90, A won 1.70");
    check(name, "1", "A 1.7001 r=1.7; B 0.9", "B won 0.90, A invalid");
    // Related companies: the lowest stands, the others leave their place to the next and do not count for n.
    check(name, "1", "A 0.5 g=X; B 0.6 g=X; C 0.7", "A won 0.50, C won 0.70, B invalid");
    check(name, "1", "A 0.7 g=X; B 0.6 g=X", "B won 0.60, A invalid");
    check(name, "1", "A 1.2 g=X; B 0.9 g=X", "B won 0.90, A invalid");
    let mut with_faults = bids("L", "A 0.5; B 0.6");
    with_faults[0].unit_price = "0.12345".parse().unwrap();
    with_faults[1].unit_price = UnitPrice::ZERO;
    let outcome = award(&rules(name), &[lot("L", "1")], &with_faults, &[]).unwrap();
    let codes: Vec<&str> = outcome.awards.iter().map(|a| a.reason.code.as_str()).collect();
    assert_eq!(codes, ["TOO_MANY_DECIMALS", "BAD_PRICE"]);
}

#[test]
fn ties() {
    let check = |bids, want| check("GY-YD2024-2", "1", bids, want);
    check("A 0.5; B 0.5; C 0.5", "A won 0.50, B won 0.50, C not_shortlisted");
    check("A 0.5; B 0.5 s=1; C 0.5 s=2", "C won 0.50, B won 0.50, A not_shortlisted");
    check("A 0.5 s=1 v=1; B 0.5 s=1 v=3; C 0.5 s=1 v=2", "B won 0.50, C won 0.50, A not_shortlisted");
    // 1 / 3 and 0.5 / 1.5 are the same price.
    check("A 1 r=3; B 0.5 r=1.5 s=1", "B won 0.50, A won 1.00");
}

#[test]
fn every_reason_shows_its_arithmetic() {
    let (seven, ten) = ("GY-YD2022-1", "GY-YD2024-2");
    reasons(
        seven,
        &lot("L", "2"),
        "A 0.5; B 1.2",
        &[
            "WON_RATIO 0.5000 ≤ 1.8 × 0.5000 = 0.9000 [GY-YD2022-1 fuse]",
            "FUSED 1.2000 > 1.8 × 0.5000 = 0.9000; (2.0000 − 1.2000) / 2.0000 = 40.00% < 50.00%; \
             1.2000 > 0.1000 [GY-YD2022-1 fuse]",
        ],
    );
    reasons(
        seven,
        &lot("L", "2"),
        "A 0.5; B 1; C 1.1",
        &[
            "WON_RATIO 0.5000 ≤ 1.8 × 0.5000 = 0.9000 [GY-YD2022-1 fuse]",
            "WON_CUT (2.0000 − 1.0000) / 2.0000 = 50.00% ≥ 50.00% [GY-YD2022-1 min_cut]",
            "NOT_SHORTLISTED rank 3 > 2 (n = 3) [GY-YD2022-1 quota]",
        ],
    );
    reasons(
        ten,
        &lot("L", "1"),
        "A 0.03; B 0.09; C 0.95; D 0.95 s=2; E 1.0001; F 0.5 g=X; G 0.04 g=X; H 0.05 r=2",
        &[
            "WON_RATIO 0.0250 ≤ 1.8 × 0.0250 = 0.0450; 0.0500 / 2.000000 = 0.0250 [GY-YD2024-2 fuse]",
            "WON_RATIO 0.0300 ≤ 1.8 × 0.0250 = 0.0450 [GY-YD2024-2 fuse]",
            "WON_RATIO 0.0400 ≤ 1.8 × 0.0250 = 0.0450 [GY-YD2024-2 fuse]",
            "NOT_SHORTLISTED rank 4 > 3 (n = 6) [GY-YD2024-2 quota]",
            "NOT_SHORTLISTED rank 5 > 3 (n = 6); TIE D > C: sales 2 > 0 [GY-YD2024-2 quota]",
            "NOT_SHORTLISTED rank 6 > 3 (n = 6); TIE D > C: sales 2 > 0 [GY-YD2024-2 quota]",
            "OVER_CEILING 1.0001 > 1.0000 [GY-YD2024-2 price]",
            "RELATED_COMPANY X: 0.5000 ≥ 0.0400 G [GY-YD2024-2 related]",
        ],
    );
    reasons(
        ten,
        &lot("L", "2"),
        "A 0.5; B 1.2 yes; C 1.3; D 1.4",
        &[
            "WON_RATIO 0.5000 ≤ 1.8 × 0.5000 = 0.9000 [GY-YD2024-2 fuse]",
            "REVIVED_IN 1.2000 → 1.8 × 0.5000 = 0.9000; FUSED 1.2000 > 1.8 × 0.5000 = 0.9000; \
             1.2000 > 0.1000 [GY-YD2024-2 revival]",
            "FUSED 1.3000 > 1.8 × 0.5000 = 0.9000; 1.3000 > 0.1000; \
             REFUSED_REVIVAL 1.8 × 0.5000 = 0.9000 [GY-YD2024-2 fuse]",
            "NOT_SHORTLISTED rank 4 > 3 (n = 4) [GY-YD2024-2 quota]",
        ],
    );
    reasons(
        seven,
        &lot("L", "1"),
        "A 0.6",
        &["NEGOTIATE n = 1; (1.0000 − 0.6000) / 1.0000 = 40.00% < 50.00% [GY-YD2022-1 single_bidder]"],
    );
}

#[test]
fn elimination_takes_a_place_from_the_widest_lots_when_switched_on() {
    let text =
        rules("GY-YD2023-2").text.replace("enabled = false\nlots = \"4\"", "enabled = true\nlots = \"1\"");
    let on = RuleSet::parse(&text).unwrap();
    let lots = [lot("L1", "1"), lot("L2", "1")];
    let all = [bids("L1", "A 0.2; B 0.3"), bids("L2", "A 0.2; B 0.31")].concat();
    let outcome = award(&on, &lots, &all, &[]).unwrap();
    assert_eq!(statuses(&outcome), "A won 0.20, B won 0.30, A won 0.20, B not_shortlisted");
    let reason = &outcome.awards[3].reason;
    assert_eq!(reason.to_string(), "ELIMINATED max / min = 1.5500, 1 ≤ 1 [GY-YD2023-2 elimination]");
}

#[test]
fn shares_and_terms_by_winners_and_category() {
    let check = |name: &str, category, winners: usize, share: &str, years: u32| {
        let lot = Lot { category, ..lot("L", "1") };
        let companies: Vec<String> = (0..13).map(|i| format!("C{i:02} 0.3{i:02}")).collect();
        // Enough bidders for the quota; those above the wanted number of winners bid over the ceiling line.
        let quota: usize = (1..=13).find(|n| rules(name).quota(*n) >= winners).unwrap();
        let mut text = companies[..quota].join(";");
        if winners == 1 {
            text = "C00 0.3".to_owned();
        }
        let outcome = run(name, &lot, &text);
        let first = &outcome.awards[0];
        assert_eq!(outcome.lots[0].winners, winners, "{text}");
        assert_eq!(first.share.unwrap().to_string(), share, "{name} {category} {winners}");
        assert_eq!(first.term_years, Some(years), "{name} {category} {winners}");
    };
    use Category::*;
    check("GY-YD2019-2", General, 1, "0.5", 1);
    check("GY-YD2019-2", General, 2, "0.6", 2);
    check("GY-YD2019-2", General, 3, "0.7", 2);
    check("GY-YD2019-2", General, 4, "0.8", 3);
    check("GY-YD2019-1", General, 1, "0.5", 1);
    check("GY-YD2019-1", General, 2, "0.6", 1);
    check("GY-YD2019-1", Special, 3, "0.7", 2);
    for name in ["GY-YD2020-1", "GY-YD2021-1", "GY-YD2021-2"] {
        check(name, General, 1, "0.5", 1);
        check(name, General, 2, "0.6", 1);
        check(name, Reduced, 3, "0.6", 2);
        check(name, Special, 4, "0.5", 3);
    }
    check("GY-YD2023-1", General, 4, "0.8", 3);
    check("GY-YD2022-1", General, 1, "0.5", 1);
    check("GY-YD2022-1", General, 2, "0.6", 1);
    check("GY-YD2022-1", General, 3, "0.7", 2);
    check("GY-YD2022-1", General, 5, "0.8", 3);
    check("GY-YD2022-1", Reduced, 1, "0.4", 1);
    check("GY-YD2022-1", Reduced, 2, "0.5", 1);
    check("GY-YD2022-1", Reduced, 3, "0.6", 2);
    check("GY-YD2022-1", Reduced, 4, "0.7", 3);
    check("GY-YD2023-2", Special, 1, "0.3", 4);
    check("GY-YD2023-2", Special, 2, "0.4", 4);
    check("GY-YD2024-2", Special, 3, "0.5", 3);
    check("GY-YD2024-2", Special, 4, "0.5", 3);
    // Revived winners count.
    let outcome = run("GY-YD2024-2", &lot("L", "1"), "A 0.3; B 0.9 yes");
    assert_eq!(outcome.awards[1].share.unwrap().to_string(), "0.6");
    let until = |name| rules(name).term_end.map(|end| end.until.to_string());
    assert_eq!(until("GY-YD2023-1").unwrap(), "2025-12-31");
    assert_eq!(until("GY-YD2023-2").unwrap(), "2027-12-31");
    assert_eq!(outcome.lots[0].until.unwrap().to_string(), "2027-12-31");
}

#[test]
fn contradictions_are_refused() {
    let rules = rules("GY-YD2024-2");
    let one = [lot("L", "1")];
    let refused =
        |lots: &[Lot], bids: &[Bid], demand: &[Demand]| award(&rules, lots, bids, demand).unwrap_err();
    assert_eq!(refused(&[lot("L", "1"), lot("L", "2")], &[], &[]), Refused::LotTwice("L".into()));
    assert_eq!(refused(&one, &bids("M", "A 1"), &[]), Refused::UnknownLot("M".into()));
    let twice = Refused::BidTwice { lot: "L".into(), company: "A".into() };
    assert_eq!(refused(&one, &bids("L", "A 1; A 2"), &[]), twice);
    assert_eq!(refused(&[lot("L", "0")], &[], &[]), Refused::Ceiling("L".into()));
    let ratio = Refused::Ratio { lot: "L".into(), company: "A".into() };
    assert_eq!(refused(&one, &bids("L", "A 1 r=0"), &[]), ratio);
    assert_eq!(refused(&one, &[], &demand("M", "R H - 1")), Refused::UnknownLot("M".into()));
    assert_eq!(refused(&one, &[], &demand("L", "R H - -1")), Refused::NegativeDemand("L".into()));
    let much = demand("L", "R H - 9000000000000000; R I - 9000000000000000");
    assert_eq!(refused(&one, &bids("L", "A 0.1"), &much), Refused::TooMuch("L".into()));
}
