//! The 4+7 pilot: one pre-winner a variety, ranked by cut over all varieties, and the negotiation of the others.

use super::*;

/// Lots of 1 yuan, `L1: A 0.5; B 0.6 | L2: …`.
fn round(rules: &RuleSet, text: &str, answers: &Answers) -> Outcome {
    let (mut lots, mut all) = (Vec::new(), Vec::new());
    for part in text.split('|') {
        let (code, offers) = part.trim().split_once(": ").unwrap();
        lots.push(lot(code, "1"));
        all.extend(bids(code, offers));
    }
    super::super::award(rules, &lots, &all, &[], answers).unwrap()
}

/// `L1 A 0.4; L2 B -`: what was answered in the negotiation, `-` for a refusal.
fn answered(text: &str) -> Answers {
    let consent = |text: &str| {
        let words: Vec<&str> = text.split_whitespace().collect();
        let price = (words[2] != "-").then(|| words[2].parse().unwrap());
        Consent { lot: words[0].into(), company: words[1].into(), question: Question::Negotiation, price }
    };
    let consents = text.split(';').filter(|text| !text.trim().is_empty()).map(consent).collect();
    Answers { consents, ..Answers::default() }
}

/// `L1 A won 0.50` for each pre-winner, `asked 0.40` for what it may still be asked.
fn told(outcome: &Outcome) -> String {
    let one = |award: &Award| {
        let price = award.award_price.map(|price| format!(" {price}")).unwrap_or_default();
        let asked = award.entitled.as_ref().map(|e| format!(" asked {}", e.price)).unwrap_or_default();
        format!("{} {} {}{price}{asked}", award.lot, award.company, award.status)
    };
    outcome.awards.iter().filter(|award| award.rank == Some(1)).map(one).collect::<Vec<_>>().join(", ")
}

/// The pilot with fewer direct places.
fn pilot(direct: &str) -> RuleSet {
    let text = rules("GY-YD2018-1").text.replace("direct = \"7\"", &format!("direct = \"{direct}\""));
    RuleSet::parse(&text).unwrap()
}

#[test]
fn one_pre_winner_a_variety() {
    let check = |bids, want| check("GY-YD2018-1", "1", bids, want);
    check("A 0.5; B 0.4; C 0.6", "B won 0.40, A not_shortlisted, C not_shortlisted");
    check("A 0.5; B 0.4", "B won 0.40, A not_shortlisted");
    // A single bidder negotiates, whatever its cut.
    check("A 0.1", "A fused");
    check("A 1.1; B 0.9", "B fused, A invalid");
    // Equal lowest prices: coverage of regions, then sales.
    let tied = |lines: &str| {
        let offers = bids("L", "A 0.4 s=1; B 0.4 s=2; C 0.5");
        statuses(&award(&rules("GY-YD2018-1"), &[lot("L", "1")], &offers, &demand("L", lines)).unwrap())
    };
    assert!(tied("R1 H1 A 9; R2 H2 A 1; R1 H1 B 99").starts_with("A won"));
    assert!(tied("R1 H1 A 9; R1 H2 A 1; R1 H1 B 1").starts_with("B won"));
}

#[test]
fn the_first_by_cut_win_and_the_others_negotiate() {
    let text = "L1: A 0.2; B 0.9; C 0.9 | L2: A 0.3; B 0.4; C 0.5 | L3: A 0.1; B 0.2 | L4: A 0.6; B 0.7; C 0.8 \
                | L5: A 0.05";
    let check = |direct: &str, answers: &str, want: &str| {
        assert_eq!(told(&round(&pilot(direct), text, &answered(answers))), want, "{direct} {answers}");
    };
    // All places: only the single bidder negotiates. Mean cut of L1, L2 and L4: (0.8 + 0.7 + 0.4) / 3 = 63.33 %,
    // so up to 0.3666; it bid less, and never has to raise its price.
    check("7", "", "L1 A won 0.20, L2 A won 0.30, L3 A won 0.10, L4 A won 0.60, L5 A fused asked 0.05");
    check("7", "L5 A 0.05", "L1 A won 0.20, L2 A won 0.30, L3 A won 0.10, L4 A won 0.60, L5 A won 0.05");
    // Two places: L3 (90 %, two bidders, not in the mean) and L1 (80 %). The others must reach 80 %: 0.2.
    check(
        "2",
        "",
        "L1 A won 0.20, L2 A fused asked 0.20, L3 A won 0.10, L4 A fused asked 0.20, L5 A fused asked 0.05",
    );
    // At the line, below it, above it by the last digit, and a refusal.
    check(
        "2",
        "L2 A 0.2; L4 A 0.2001; L5 A -",
        "L1 A won 0.20, L2 A won 0.20, L3 A won 0.10, L4 A fused asked 0.20, L5 A fused asked 0.05",
    );
    check(
        "2",
        "L2 A 0.15; L4 A 0",
        "L1 A won 0.20, L2 A won 0.15, L3 A won 0.10, L4 A fused asked 0.20, L5 A fused asked 0.05",
    );
    // A price with more decimals than a bid may have is none.
    check(
        "2",
        "L2 A 0.19999",
        "L1 A won 0.20, L2 A fused asked 0.20, L3 A won 0.10, L4 A fused asked 0.20, L5 A fused asked 0.05",
    );
    // An answer above one's own bid is no way to raise it.
    check(
        "2",
        "L5 A 0.1",
        "L1 A won 0.20, L2 A fused asked 0.20, L3 A won 0.10, L4 A fused asked 0.20, L5 A won 0.05",
    );
    // An answer of one that won directly, or of another company, changes nothing.
    check(
        "2",
        "L1 A 0.01; L2 B 0.01",
        "L1 A won 0.20, L2 A fused asked 0.20, L3 A won 0.10, L4 A fused asked 0.20, L5 A fused asked 0.05",
    );
    // One place: L3 has two bidders only, so no variety counts for a mean and any price up to the bid wins.
    check(
        "1",
        "L2 A 0.3",
        "L1 A fused asked 0.20, L2 A won 0.30, L3 A won 0.10, L4 A fused asked 0.60, L5 A fused asked 0.05",
    );
}

#[test]
fn the_least_cut_is_a_formula_of_parameters() {
    let text = "L1: A 0.2; B 0.9; C 0.9 | L2: A 0.4; B 0.4; C 0.5 | L3: A 0.9";
    let check = |from: &str, to: &str, want: &str| {
        let changed = pilot("1").text.replace(from, to);
        assert_ne!(changed, pilot("1").text);
        let rules = RuleSet::parse(&changed).unwrap();
        assert_eq!(told(&round(&rules, text, &Answers::default())), want, "{to}");
    };
    check(
        "factor = \"1\"",
        "factor = \"0.5\"",
        "L1 A won 0.20, L2 A fused asked 0.40, L3 A fused asked 0.60",
    );
    // All pre-winners: (80 % + 60 %) / 2.
    check("\"direct\"", "\"pre_winners\"", "L1 A won 0.20, L2 A fused asked 0.30, L3 A fused asked 0.30");
    // Single bidders count: the mean is (80 + 60 + 10) / 3 = 50 %.
    check(
        "mean_of = \"direct\"\nmean_bidders = \"3\"",
        "mean_of = \"pre_winners\"\nmean_bidders = \"1\"",
        "L1 A won 0.20, L2 A fused asked 0.40, L3 A fused asked 0.50",
    );
}

#[test]
fn the_negotiation_says_its_numbers() {
    let text = "L1: A 0.2; B 0.9; C 0.9 | L2: A 0.6; B 0.7 | L3: A 0.75 r=1.5";
    let outcome = round(&pilot("1"), text, &answered("L2 A 0.25; L3 A 0.3"));
    let said: Vec<String> =
        outcome.awards.iter().filter(|a| a.rank == Some(1)).map(|a| a.reason.to_string()).collect();
    assert_eq!(
        said,
        [
            "WON_DIRECT cut 80.00%, place 1 ≤ 1 [GY-YD2018-1 pre_winners]",
            "NEGOTIATE cut 40.00%, place 2 > 1; least cut = mean of 1 = 80.00%, price ≤ 0.20; offered 0.25 \
             [GY-YD2018-1 pre_winners]",
            "NEGOTIATED cut 50.00%, n = 1 < 2; least cut = mean of 1 = 80.00%, price ≤ 0.30; offered 0.30; \
             0.7500 / 1.500000 = 0.5000 [GY-YD2018-1 pre_winners]",
        ]
    );
    // Whoever won takes the whole share; a lot without a winner has none.
    let shares: Vec<Option<String>> =
        outcome.lots.iter().map(|lot| lot.share.map(|s| s.to_string())).collect();
    assert_eq!(shares, [Some("0.6".to_owned()), None, Some("0.6".to_owned())]);
}

#[test]
fn one_winner_takes_the_whole_agreed_share() {
    let offers = bids("L", "A 0.3; B 0.4; C 0.5");
    let lines = demand("L", "R1 H1 B 100; R1 H2 - 50; R2 H3 A 7");
    let outcome = award(&rules("GY-YD2018-1"), &[lot("L", "1")], &offers, &lines).unwrap();
    let got: Vec<String> =
        outcome.allocations.iter().map(|p| format!("{} {} {}", p.hospital, p.company, p.quantity)).collect();
    // 60 % of each hospital's demand: 60, 30 and 4.2.
    assert_eq!(got, ["H1 A 60", "H2 A 30", "H3 A 4"]);
    assert_eq!(outcome.awards[0].term_years, Some(1));
}
