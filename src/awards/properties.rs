//! The award by its invariants, over bids on a coarse grid so that ties and boundaries are common.

mod volumes;

use proptest::prelude::*;

use super::fraction::shown;
use super::tests::{bid, lot, rules};
use super::*;
use crate::rounds::rule_set::{self, RevivalPrice, RuleSet};

/// The lots of a small round.
const LOTS: [&str; 3] = ["L", "M", "N"];

fn lots() -> Vec<Lot> {
    LOTS.iter().map(|code| lot(code, "1")).collect()
}

/// Bids of one lot on a coarse grid, so that ties and boundaries are common; some with no current price to cut.
fn bids_for(code: &'static str, most: usize) -> impl Strategy<Value = Vec<Bid>> {
    let one = (
        1i64..60,
        0u8..4,
        any::<bool>(),
        0i64..3,
        prop::option::of(0i64..400),
        0u8..3,
        prop::option::weighted(0.9, 0i64..60),
    );
    prop::collection::vec(one, 1..most).prop_map(move |list| {
        let numbered = list.into_iter().enumerate();
        numbered
            .map(|(index, (price, group, yes, sales, capacity, ratio, above))| Bid {
                unit_price: UnitPrice::from_scaled(price * 20_000),
                group: (group > 1).then(|| format!("G{}", usize::from(group) * 10 + index % 3)),
                accepts_revival: yes,
                sales: Some(Quantity::from_scaled(sales * 1000)),
                capacity: capacity.map(|c| Quantity::from_scaled(c * 700)),
                ratio: Decimal::new([10, 15, 30][usize::from(ratio)], 1),
                current_price: above.map(|above| UnitPrice::from_scaled((price + above) * 20_000)),
                ..bid(code, &format!("C{index:02} 1"))
            })
            .collect()
    })
}

fn some_bids() -> impl Strategy<Value = Vec<Bid>> {
    bids_for("L", 18)
}

/// Bids of a round: one full lot, two with few bidders.
fn round_bids() -> impl Strategy<Value = Vec<Bid>> {
    (bids_for("L", 18), bids_for("M", 4), bids_for("N", 3)).prop_map(|(l, m, n)| [l, m, n].concat())
}

/// Answers to the questions asked, one a company, lot and question.
fn some_answers(questions: &'static [Question]) -> impl Strategy<Value = Answers> {
    let key = (0usize..3, 0u8..18, prop::sample::select(questions));
    let price = prop::option::weighted(0.8, 0i64..60);
    prop::collection::btree_map(key, price, 0..12).prop_map(|map| {
        let consent = |((code, company, question), price): ((usize, u8, Question), Option<i64>)| Consent {
            lot: LOTS[code].into(),
            company: format!("C{company:02}").into(),
            question,
            price: price.map(|price| UnitPrice::from_scaled(price * 20_000)),
        };
        Answers { consents: map.into_iter().map(consent).collect(), ..Answers::default() }
    })
}

/// The answers of those who bid; any other is refused.
fn of_bidders(mut answers: Answers, bids: &[Bid]) -> Answers {
    answers.consents.retain(|it| bids.iter().any(|bid| bid.lot == it.lot && bid.company == it.company));
    answers
}

fn some_demand() -> impl Strategy<Value = Vec<Demand>> {
    let one = (0u8..3, 0u8..5, prop::option::of(0u8..18), 0i64..300_000);
    prop::collection::vec(one, 0..40).prop_map(|list| {
        let make = |(region, hospital, brand, quantity): (u8, u8, Option<u8>, i64)| Demand {
            region: format!("R{region}").into(),
            hospital: format!("H{region}{hospital}").into(),
            lot: "L".into(),
            company: brand.map(|b| format!("C{b:02}").into()),
            product: None,
            quantity: Quantity::from_scaled(quantity),
        };
        list.into_iter().map(make).collect()
    })
}

/// Every rule set, and the pilot with fewer direct places so that some negotiate.
fn any_rules() -> impl Strategy<Value = RuleSet> {
    let few = rules("GY-YD2018-1").text.replace("direct = \"7\"", "direct = \"1\"");
    let mut all: Vec<RuleSet> = rule_set::names().into_iter().map(rules).collect();
    all.push(RuleSet::parse(&few).unwrap());
    prop::sample::select(all)
}

fn won(award: &Award) -> bool {
    matches!(award.status, Status::Won | Status::WonRevived | Status::WonNoVolume)
}

/// Answers to what may be asked: 0 yes, 1 no, 2 a price too many, anything else none.
fn answers(outcome: &Outcome, choices: &[u8]) -> Answers {
    let asked = outcome.awards.iter().filter_map(|award| Some((award, award.entitled.clone()?)));
    let answer = |((award, asked), choice): ((&Award, Entitlement), &u8)| {
        let price = match choice {
            0 => Some(asked.price),
            1 => None,
            2 => asked.price.plus(UnitPrice::from_scaled(100)),
            _ => return None,
        };
        let (lot, company) = (award.lot.clone(), award.company.clone());
        Some(Consent { lot, company, question: asked.question, price })
    };
    Answers { consents: asked.zip(choices).filter_map(answer).collect(), ..Answers::default() }
}

proptest! {
    #[test]
    fn answers_decide_on_their_own_bid_alone_and_in_any_order(
        rules in any_rules(),
        bids in some_bids(),
        choices in prop::collection::vec(0u8..4, 18),
        turn in 0usize..18,
    ) {
        let lots = [lot("L", "1")];
        let before = award(&rules, &lots, &bids, &[], &Answers::default()).unwrap();
        let answers = answers(&before, &choices);
        let after = award(&rules, &lots, &bids, &[], &answers).unwrap();
        // Where the price outside the shortlist follows what was revived within it, one answer moves another's price.
        let follows = rules.revival_out.as_ref().is_some_and(|it| it.price == RevivalPrice::HighestShortlisted);
        for (was, is) in before.awards.iter().zip(&after.awards) {
            prop_assert_eq!(&was.company, &is.company);
            prop_assert!(was.entitled.is_none() || !won(was));
            let outside = was.status == Status::NotShortlisted || was.reason.code == Code::RevivedOut;
            if follows && outside {
                continue;
            }
            let answer = answers.consents.iter().find(|answer| answer.company == was.company);
            let asked = was.entitled.as_ref().map(|asked| asked.price);
            // With no least cut a pre-winner takes any price, and one above its bid counts as the bid.
            let takes_any = is.reason.code == Code::Negotiated && asked == Some(was.unit_price);
            if takes_any || answer.is_some_and(|answer| answer.price == asked) {
                prop_assert!(won(is) && is.entitled.is_none());
                prop_assert_eq!(is.award_price, asked);
            } else {
                prop_assert_eq!((was.status, was.award_price), (is.status, is.award_price));
                prop_assert_eq!(&was.entitled, &is.entitled);
            }
        }
        let mut mixed = answers;
        mixed.consents.reverse();
        let turn = turn % mixed.consents.len().max(1);
        mixed.consents.rotate_left(turn);
        prop_assert_eq!(award(&rules, &lots, &bids, &[], &mixed).unwrap(), after);
    }

    #[test]
    fn the_order_of_lines_never_matters(
        rules in any_rules(),
        (bids, mixed_bids) in round_bids().prop_flat_map(|b| (Just(b.clone()), Just(b).prop_shuffle())),
        (demand, mixed_demand) in some_demand().prop_flat_map(|d| (Just(d.clone()), Just(d).prop_shuffle())),
        (answers, mixed_consents) in some_answers(Question::ALL)
            .prop_flat_map(|a| (Just(a.clone()), Just(a.consents).prop_shuffle())),
        mixed_lots in Just(lots()).prop_shuffle(),
    ) {
        let answers = of_bidders(answers, &bids);
        let mixed = of_bidders(Answers { consents: mixed_consents, ..answers.clone() }, &bids);
        let one = award(&rules, &lots(), &bids, &demand, &answers);
        let other = award(&rules, &mixed_lots, &mixed_bids, &mixed_demand, &mixed);
        prop_assert_eq!(one, other);
    }

    #[test]
    fn lowering_ones_own_winning_price_never_loses(
        rules in any_rules(),
        bids in round_bids(),
        answers in some_answers(&[Question::Negotiation]),
        which in any::<prop::sample::Index>(),
        less in 1i64..30,
    ) {
        let answers = of_bidders(answers, &bids);
        let before = award(&rules, &lots(), &bids, &[], &answers).unwrap();
        let winners: Vec<&Award> = before.awards.iter().filter(|a| won(a)).collect();
        prop_assume!(!winners.is_empty());
        let winner = winners[which.index(winners.len())];
        let mut lower = bids;
        let own = lower.iter_mut().find(|b| b.lot == winner.lot && b.company == winner.company).unwrap();
        // Not below a cent, the last figure that every rule set lets a price have.
        let price = (own.unit_price.scaled() - less * 10_000).max(10_000);
        own.unit_price = UnitPrice::from_scaled(price.min(own.unit_price.scaled()));
        let after = award(&rules, &lots(), &lower, &[], &answers).unwrap();
        let own = after.awards.iter().find(|a| a.lot == winner.lot && a.company == winner.company).unwrap();
        prop_assert!(won(own), "{} {:?}", rules.name, own);
    }

    #[test]
    fn related_companies_never_take_two_places(
        rules in any_rules(),
        bids in round_bids(),
        answers in some_answers(Question::ALL),
    ) {
        let answers = of_bidders(answers, &bids);
        let outcome = award(&rules, &lots(), &bids, &[], &answers).unwrap();
        let group = |a: &Award| bids.iter().find(|b| b.lot == a.lot && b.company == a.company)?.group.clone();
        let ranked = outcome.awards.iter().filter(|a| a.rank.is_some());
        let mut groups: Vec<(&str, String)> = ranked.filter_map(|a| Some((&*a.lot, group(a)?))).collect();
        let all = groups.len();
        groups.sort();
        groups.dedup();
        prop_assert_eq!(groups.len(), all);
    }

    #[test]
    fn an_answer_wins_at_most_at_the_price_bid_and_is_asked_once(
        rules in any_rules(),
        bids in round_bids(),
        answers in some_answers(&[Question::Negotiation]),
    ) {
        let answers = of_bidders(answers, &bids);
        let unasked = award(&rules, &lots(), &bids, &[], &Answers::default()).unwrap();
        let outcome = award(&rules, &lots(), &bids, &[], &answers).unwrap();
        for (before, after) in unasked.awards.iter().zip(&outcome.awards) {
            prop_assert!(before.entitled.is_none() || !won(before));
            prop_assert!(before.entitled.as_ref().is_none_or(|asked| asked.price <= before.unit_price));
            let answer = answers.consent(&after.lot, &after.company, Question::Negotiation);
            let asked = before.entitled.as_ref().filter(|asked| asked.question == Question::Negotiation);
            if let (Some(answer), Some(asked)) = (answer, asked) {
                let enough = answer.price.is_some_and(|price| price.is_positive() && price <= asked.price);
                prop_assert!(!enough || won(after), "{:?}", after);
                prop_assert!(after.award_price.is_none_or(|price| Some(price) <= answer.price));
            }
        }
    }

    #[test]
    fn decisions_hold_together(rules in any_rules(), bids in some_bids()) {
        let outcome = award(&rules, &[lot("L", "1")], &bids, &[], &Answers::default()).unwrap();
        prop_assert_eq!(outcome.awards.len(), bids.len());
        for award in &outcome.awards {
            prop_assert_eq!(award.award_price.is_some(), won(award));
            prop_assert!(award.award_price.is_none_or(|price| price <= award.unit_price && price.is_positive()));
            prop_assert_eq!(award.rank.is_none(), award.status == Status::Invalid);
        }
        // A guarantee wins at any rank, and two units have a quota each.
        let shortlisted = outcome.awards.iter()
            .filter(|a| matches!(a.status, Status::Won | Status::Fused) || a.reason.code == Code::RevivedIn)
            .filter(|a| !a.reason.clause.ends_with(" guarantee"));
        let (lot, units) = (&outcome.lots[0], rules.units.is_some());
        prop_assert!(shortlisted.count() <= lot.places);
        prop_assert!(units || lot.places <= rules.quota(lot.bidders));
    }

    #[test]
    fn volume_is_never_lost_nor_given_to_losers(rules in any_rules(), bids in some_bids(), demand in some_demand()) {
        let outcome = award(&rules, &[lot("L", "1")], &bids, &demand, &Answers::default()).unwrap();
        let Some(share) = outcome.lots[0].share else {
            prop_assert!(outcome.allocations.is_empty());
            return Ok(());
        };
        let mut hospitals: std::collections::BTreeMap<&str, (Decimal, Decimal)> = Default::default();
        for line in &demand {
            hospitals.entry(&line.hospital).or_default().0 += line.quantity.decimal();
        }
        let mut carried: std::collections::BTreeMap<&str, Decimal> = Default::default();
        for part in &outcome.allocations {
            hospitals.entry(&part.hospital).or_default().1 += part.quantity.decimal();
            *carried.entry(&part.company).or_default() += part.quantity.decimal();
        }
        for part in &outcome.unallocated {
            hospitals.entry(&part.hospital).or_default().1 += part.quantity.decimal();
        }
        for (hospital, (wanted, agreed)) in hospitals {
            prop_assert_eq!(shown(wanted * share, 0), shown(agreed, 0), "{}", hospital);
        }
        for (company, quantity) in carried {
            let award = outcome.awards.iter().find(|a| *a.company == *company).unwrap();
            prop_assert!(matches!(award.status, Status::Won | Status::WonRevived));
            let bid = bids.iter().find(|b| *b.company == *company).unwrap();
            prop_assert!(bid.capacity.is_none_or(|capacity| quantity <= capacity.decimal()));
        }
        for choice in &outcome.regions {
            prop_assert!(choice.spare.as_ref() != Some(&choice.main));
        }
    }
}

/// A rule set of ours with some of its text put wrong: numbers, words and lines.
fn some_text() -> impl Strategy<Value = String> {
    let put = prop::sample::select(vec![
        "0",
        "-1",
        "1",
        "0.0001",
        "0.333333",
        "100",
        "1e9",
        "79228162514264337593543950335",
        "",
        "true",
        "cut",
        "price",
        "place",
        "lowest",
        "proportional",
        "3ml:300",
    ]);
    let edit = (any::<prop::sample::Index>(), put, 0u8..4);
    let edits = prop::collection::vec(edit, 0..4);
    (prop::sample::select(rule_set::names()), edits).prop_map(|(name, edits)| {
        let mut lines: Vec<String> = rules(name).text.lines().map(str::to_owned).collect();
        for (index, put, how) in edits {
            let at = index.index(lines.len());
            let line = lines[at].clone();
            let key = line.split('=').next().unwrap_or_default().to_owned();
            match how {
                0 => lines[at] = format!("{key}= \"{put}\""),
                1 => lines[at] = format!("{key}= [\"{put}\", \"{put}\"]"),
                2 => drop(lines.remove(at)),
                _ => lines[at] = line.replace("\"1", &format!("\"{put}")),
            }
        }
        lines.join("\n")
    })
}

/// Bids with any number that a file or a database can hold.
fn hostile_bids() -> impl Strategy<Value = Vec<Bid>> {
    let ratio = (1i64..=i64::MAX, 0u32..=18).prop_map(|(digits, scale)| Decimal::new(digits, scale));
    let one = (any::<i64>(), ratio, any::<Option<i64>>(), any::<Option<i64>>(), any::<bool>(), 0u8..3);
    prop::collection::vec(one, 0..12).prop_map(|list| {
        let numbered = list.into_iter().enumerate();
        numbered
            .map(|(index, (price, ratio, volume, now, yes, group))| Bid {
                unit_price: UnitPrice::from_scaled(price),
                ratio,
                capacity: volume.map(Quantity::from_scaled),
                reported_volume: volume.map(Quantity::from_scaled),
                current_price: now.map(UnitPrice::from_scaled),
                accepts_revival: yes,
                group: (group > 0).then(|| group.to_string()),
                ..bid(LOTS[index % 3], &format!("C{index} 1"))
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn no_rule_set_text_and_no_bids_panic(
        text in some_text(),
        noise in "\\PC{0,80}",
        bids in hostile_bids(),
        tame in round_bids(),
        ceiling in prop::option::of(any::<i64>()),
        demand in some_demand(),
        answers in some_answers(Question::ALL),
    ) {
        prop_assert!(RuleSet::parse(&noise).is_err());
        // What is refused says why; what is read decides without a panic.
        let Ok(rules) = RuleSet::parse(&text) else { return Ok(()) };
        let mut lots = lots();
        if let Some(ceiling) = ceiling {
            lots[0].ceiling = UnitPrice::from_scaled(ceiling);
        }
        for bids in [&bids, &tame] {
            if let Ok(outcome) = award(&rules, &lots, bids, &demand, &answers) {
                prop_assert_eq!(outcome.awards.len(), bids.len());
            }
        }
    }
}
