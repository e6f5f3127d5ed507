//! What bidders answer after the opening, worked by hand: revival (复活) and negotiation (议价).

use super::*;

/// `C revival 0.5; D negotiation -`: company, question and price, `-` for a refusal.
fn answers(lot: &str, text: &str) -> Answers {
    let one = |text: &str| {
        let words: Vec<&str> = text.split_whitespace().collect();
        Consent {
            lot: lot.into(),
            company: words[0].into(),
            question: words[1].parse().unwrap(),
            price: (words[2] != "-").then(|| words[2].parse().unwrap()),
        }
    };
    let consents = text.split(';').filter(|text| !text.trim().is_empty()).map(one).collect();
    Answers { consents, ..Answers::default() }
}

fn answered(name: &str, ceiling: &str, offers: &str, said: &str) -> Outcome {
    let lots = [lot("L", ceiling)];
    super::super::award(&rules(name), &lots, &bids("L", offers), &[], &answers("L", said)).unwrap()
}

/// `C revival 0.50`: who may be asked what.
fn asked(outcome: &Outcome) -> String {
    let one = |award: &Award| {
        let asked = award.entitled.as_ref()?;
        Some(format!("{} {} {}", award.company, asked.question, asked.price))
    };
    outcome.awards.iter().filter_map(one).collect::<Vec<_>>().join(", ")
}

/// Bids, answers, the statuses and who may still be asked.
fn check(name: &str, ceiling: &str, offers: &str, said: &str, want: &str, open: &str) {
    let outcome = answered(name, ceiling, offers, said);
    assert_eq!(statuses(&outcome), want, "{name}: {offers} | {said}");
    assert_eq!(asked(&outcome), open, "{name}: {offers} | {said}");
}

#[test]
fn a_fused_bid_answers_before_its_own_word_counts() {
    let (no, yes) = ("A 0.4; B 0.5; C 0.9; D 0.95", "A 0.4; B 0.5; C 0.9 yes; D 0.95");
    let check = |bids, said, want, open| check("GY-YD2024-2", "1", bids, said, want, open);
    let revived = "A won 0.40, B won 0.50, C won_revived 0.50, D not_shortlisted";
    let lost = "A won 0.40, B won 0.50, C fused, D not_shortlisted";
    check(no, "", lost, "C revival 0.50");
    check(no, "C revival 0.5", revived, "");
    check(no, "C revival -", lost, "C revival 0.50");
    // Advance consent stands until it is answered otherwise.
    check(yes, "", revived, "");
    check(yes, "C revival -", lost, "C revival 0.50");
    check(yes, "C revival 0.5", revived, "");
    // Consent to another price, higher or lower, is none.
    check(no, "C revival 0.51", lost, "C revival 0.50");
    check(yes, "C revival 0.4999", lost, "C revival 0.50");
    // An answer to another question, and one of a bid that wins or may not be asked, changes nothing.
    check(no, "C negotiation 0.5", lost, "C revival 0.50");
    check(no, "A revival 0.3; D revival 0.5", lost, "C revival 0.50");
    // One winner: 1.8 times its price, for the bid's own spec.
    check("A 0.3333; B 1.2 r=1.3", "", "A won 0.3333, B fused", "B revival 0.7799");
    check("A 0.3333; B 1.2 r=1.3", "B revival 0.7799", "A won 0.3333, B won_revived 0.7799", "");
}

#[test]
fn answers_are_told_with_their_numbers() {
    let reason = |said: &str| {
        let outcome = answered("GY-YD2024-2", "1", "A 0.4; B 0.5; C 0.9; D 0.95", said);
        outcome.awards[2].reason.to_string()
    };
    let fused = "0.9000 > 1.8 × 0.4000 = 0.7200; 0.9000 > 0.1000";
    assert_eq!(
        reason("C revival 0.5"),
        format!("REVIVED_IN 0.9000 → max(won) = 0.5000; FUSED {fused}; CONSENT 0.50 [GY-YD2024-2 revival]")
    );
    assert_eq!(
        reason("C revival -"),
        format!("FUSED {fused}; REFUSED_REVIVAL max(won) = 0.5000; CONSENT no [GY-YD2024-2 fuse]")
    );
    assert_eq!(
        reason("C revival 0.6"),
        format!("FUSED {fused}; STALE_CONSENT 0.60 ≠ 0.50; max(won) = 0.5000 [GY-YD2024-2 fuse]")
    );
}

#[test]
fn bids_outside_the_shortlist_are_asked_when_they_meet_the_tests() {
    let check = |bids, said, want, open| check("GY-YD2025-1", "10", bids, said, want, open);
    // Volumes 1, 1, 4, 4, 9: the mean is 3.8. E has the highest price.
    let bids = "A 0.5 v=1; B 0.6 v=1; C 0.8 v=4; D 0.9 v=4; E 1 v=9 yes";
    let lost = "A won 0.50, B won 0.60, C won 0.80, D not_shortlisted, E not_shortlisted";
    check(bids, "", lost, "D revival 0.80");
    check(
        bids,
        "D revival 0.8",
        "A won 0.50, B won 0.60, C won 0.80, D won_revived 0.80, E not_shortlisted",
        "",
    );
    check(bids, "D revival -; E revival 0.8", lost, "D revival 0.80");
    // Too little volume: consent does not help.
    let little = "A 0.5 v=9; B 0.6 v=1; C 0.8 v=4; D 0.9 v=3; E 1 v=9";
    check(little, "D revival 0.8", lost, "");
}

#[test]
fn a_reference_drug_is_asked_once() {
    let check = |said, want, open| check("GY-YD2026-1", "10", "A 1; B 4 ref; C 5 ref", said, want, open);
    check("", "A won 1.00, B fused, C not_shortlisted", "B revival 1.80, C revival 1.80");
    check("B revival -; C revival 1.8", "A won 1.00, B fused, C won_no_volume 1.80", "B revival 1.80");
}

#[test]
fn a_single_bidder_negotiates() {
    let check = |ceiling, bids, said, want, open| check("GY-YD2022-1", ceiling, bids, said, want, open);
    check("1", "A 0.6", "", "A fused", "A negotiation 0.50");
    check("1", "A 0.6", "A negotiation 0.5", "A won 0.50", "");
    check("1", "A 0.6", "A negotiation 0.4321", "A won 0.4321", "");
    check("1", "A 0.6", "A negotiation 0.5001", "A fused", "A negotiation 0.50");
    check("1", "A 0.6", "A negotiation -", "A fused", "A negotiation 0.50");
    check("1", "A 0.6", "A negotiation 0", "A fused", "A negotiation 0.50");
    check("1", "A 0.6", "A negotiation 0.12345", "A fused", "A negotiation 0.50");
    // It wins already, or is not alone, or is asked about a revival: nothing to negotiate.
    check("1", "A 0.5", "A negotiation 0.3", "A won 0.50", "");
    check("1", "A 0.2; B 0.9", "B negotiation 0.1", "A won 0.20, B fused", "");
    check("1", "A 0.6", "A revival 0.5", "A fused", "A negotiation 0.50");
    // Rounded down: half of 0.3333 is 0.16665. For its own spec: 0.5 × 1.3 and 0.5 / 2.89.
    check("0.3333", "A 0.3", "A negotiation 0.1667", "A fused", "A negotiation 0.1666");
    check("0.3333", "A 0.3", "A negotiation 0.1666", "A won 0.1666", "");
    check("1", "A 0.9 r=1.3", "A negotiation 0.65", "A won 0.65", "");
    check("1", "A 0.3 r=0.3460207612", "", "A fused", "A negotiation 0.173");
    // 0.289 / 2.89 is 0.1, half of 0.2, exactly.
    check("0.2", "A 0.5 r=2.89", "A negotiation 0.289", "A won 0.289", "");
    // No price is low enough to be written: there is nothing to ask.
    check("0.0001", "A 0.0001", "A negotiation 0.0001", "A fused", "");
}

#[test]
fn a_negotiation_shows_the_cut() {
    let reason = |said: &str| {
        let outcome = answered("GY-YD2022-1", "1", "A 0.6", said);
        (outcome.lots[0].winners, outcome.awards[0].reason.to_string())
    };
    let first = "n = 1; (1.0000 − 0.6000) / 1.0000 = 40.00% < 50.00%";
    let section = "[GY-YD2022-1 single_bidder]";
    let lost = |more: &str| (0, format!("NEGOTIATE {first}{more} {section}"));
    assert_eq!(
        reason("A negotiation 0.48"),
        (
            1,
            format!(
                "NEGOTIATED {first}; 0.60 → 0.48; (1.0000 − 0.4800) / 1.0000 = 52.00% ≥ 50.00% {section}"
            )
        )
    );
    assert_eq!(reason(""), lost(""));
    assert_eq!(reason("A negotiation 0.55"), lost("; CONSENT 0.55 > 0.50"));
    assert_eq!(reason("A negotiation 0"), lost("; CONSENT 0.00 ≤ 0"));
    assert_eq!(reason("A negotiation 0.12345"), lost("; CONSENT 0.12345: 5 > 4"));
    assert_eq!(reason("A negotiation -"), lost("; CONSENT no"));
}

#[test]
fn answers_that_contradict_the_input_are_refused() {
    let refused = |lot_code: &str, said: &str| {
        let lots = [lot("L", "1"), lot("M", "1")];
        let answers = answers(lot_code, said);
        super::super::award(&rules("GY-YD2024-2"), &lots, &bids("L", "A 0.4; B 0.9"), &[], &answers)
    };
    let (unknown, twice) = ("X".into(), "A".into());
    assert_eq!(refused("N", "A revival 1"), Err(Refused::UnknownLot("N".into())));
    assert_eq!(
        refused("L", "A revival 1; X revival 1"),
        Err(Refused::NoSuchBid { lot: "L".into(), company: unknown })
    );
    assert_eq!(refused("M", "A revival -"), Err(Refused::NoSuchBid { lot: "M".into(), company: "A".into() }));
    assert_eq!(
        refused("L", "A revival 1; B revival 0.5; A revival -"),
        Err(Refused::ConsentTwice { lot: "L".into(), company: twice, question: Question::Revival })
    );
    assert!(refused("L", "A revival 1; A negotiation 1").is_ok());
}
