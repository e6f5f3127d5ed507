//! Volume, regions and what is chosen after the opening, over random histories.

use std::collections::{BTreeMap, HashMap};

use super::*;
use crate::awards::regions::Turns;
use crate::rounds::rule_set::{Grade, GradeBy};

/// Rule sets whose hospitals may place volume, some with grades.
fn placing() -> impl Strategy<Value = RuleSet> {
    let marks = "clause = \"c\"\nsource = \"s\"\nconfidence = \"own\"\n";
    let grade = prop::collection::vec(0u32..=100, 1..4);
    let unit = prop::sample::select(vec!["0.001", "1", "10"]);
    (any_rules(), prop::option::of(grade), unit).prop_map(move |(rules, grade, unit)| {
        let mut text = rules
            .text
            .replace("hospitals_place = true\n", "")
            .replace("rounding_unit = \"1\"", &format!("rounding_unit = \"{unit}\"\nhospitals_place = true"));
        if let Some(grade) = grade.filter(|_| rules.grade.is_none()) {
            let own: Vec<String> =
                grade.iter().map(|part| format!("\"{}\"", Decimal::new((*part).into(), 2))).collect();
            text.push_str(&format!("\n[grade]\nby = \"rank\"\nown = [{}]\n{marks}", own.join(", ")));
        }
        RuleSet::parse(&text).unwrap()
    })
}

fn run(rules: &RuleSet, bids: &[Bid], demand: &[Demand], answers: &Answers) -> Result<Outcome, Refused> {
    award(rules, &[lot("L", "1")], bids, demand, answers)
}

/// The regions that a random history of turns takes, by the same state machine.
fn picks(rules: &RuleSet, outcome: &Outcome, seed: &[prop::sample::Index]) -> Vec<Pick> {
    let Some(regions) = &rules.regions else { return Vec::new() };
    let demand: Vec<Decimal> = outcome.volumes.iter().map(|volume| volume.base.decimal()).collect();
    let choosers = &outcome.lots[0].choosers;
    let mut turns = Turns::new(regions, &demand, choosers.len());
    let mut list = Vec::new();
    for index in seed {
        let Some(turn) = turns.turn() else { break };
        let region = turn.allowed[index.index(turn.allowed.len())];
        turns.take(regions::Taken { who: turn.who, supply: turn.supply, region }).unwrap();
        let (region, company) = (outcome.volumes[region].region.clone(), choosers[turn.who].clone());
        list.push(Pick { lot: "L".into(), region, company, supply: turn.supply });
    }
    list
}

/// What hospitals place at random: whole units of what is open, up to what the winners can carry beside their
/// own brands.
fn placed(
    rules: &RuleSet,
    outcome: &Outcome,
    bids: &[Bid],
    seed: &[(prop::sample::Index, u8)],
) -> Vec<Reassignment> {
    let unit = rules.volume.rounding_unit.0;
    let mut open: BTreeMap<(Arc<str>, Arc<str>), Decimal> = BTreeMap::new();
    let mut own: HashMap<Arc<str>, Decimal> = HashMap::new();
    for part in &outcome.allocations {
        let given = part.quantity.decimal() - part.own.decimal();
        *open.entry((part.region.clone(), part.hospital.clone())).or_default() += given;
        *own.entry(part.company.clone()).or_default() += part.own.decimal();
    }
    for part in &outcome.unallocated {
        *open.entry((part.region.clone(), part.hospital.clone())).or_default() += part.quantity.decimal();
    }
    let winners: Vec<&Award> = outcome
        .awards
        .iter()
        .filter(|award| matches!(award.status, Status::Won | Status::WonRevived))
        .collect();
    let mut list: Vec<Reassignment> = Vec::new();
    if winners.is_empty() {
        return list;
    }
    for ((_, hospital), open) in open {
        let mut left = open;
        for (index, percent) in seed {
            let company = winners[index.index(winners.len())].company.clone();
            let capacity = bids.iter().find(|bid| bid.company == company).unwrap().capacity;
            let used = own.entry(company.clone()).or_default();
            let room = capacity.map_or(left, |c| (c.decimal() / unit).floor() * unit - *used).min(left);
            let quantity = (room * Decimal::new((*percent).into(), 2) / unit).floor() * unit;
            let known = list.iter().any(|it| it.hospital == hospital && it.company == company);
            if quantity <= Decimal::ZERO || known {
                continue;
            }
            (*used, left) = (*used + quantity, left - quantity);
            let quantity = Quantity::exact(quantity).unwrap();
            list.push(Reassignment {
                lot: "L".into(),
                hospital: hospital.clone(),
                company,
                product: None,
                quantity,
            });
        }
    }
    list
}

proptest! {
    #[test]
    fn what_is_chosen_in_turn_stands_and_nothing_is_lost(
        rules in placing(),
        bids in some_bids(),
        demand in some_demand(),
        turns in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        places in prop::collection::vec((any::<prop::sample::Index>(), 1u8..=100), 0..4),
    ) {
        let before = run(&rules, &bids, &demand, &Answers::default()).unwrap();
        let picks = picks(&rules, &before, &turns);
        let reassignments = placed(&rules, &before, &bids, &places);
        let answers = Answers { picks: picks.clone(), reassignments: reassignments.clone(), ..Answers::default() };
        let outcome = run(&rules, &bids, &demand, &answers).unwrap();

        // Choosing changes neither who wins nor what any hospital agrees to in all.
        prop_assert_eq!(&outcome.awards, &before.awards);
        prop_assert_eq!(&outcome.lots, &before.lots);
        let totals = |outcome: &Outcome| {
            let mut sums: BTreeMap<(Arc<str>, Arc<str>), Decimal> = BTreeMap::new();
            for part in &outcome.allocations {
                *sums.entry((part.region.clone(), part.hospital.clone())).or_default() += part.quantity.decimal();
            }
            for part in &outcome.unallocated {
                *sums.entry((part.region.clone(), part.hospital.clone())).or_default() += part.quantity.decimal();
            }
            sums
        };
        let sums = totals(&outcome);
        prop_assert_eq!(&sums, &totals(&before));

        // Regions are the sums of their hospitals, the lot is the sum of its regions.
        for volume in &outcome.volumes {
            let agreed: Decimal = sums.iter().filter(|((r, _), _)| *r == volume.region).map(|(_, sum)| sum).sum();
            prop_assert_eq!(agreed, volume.agreed.decimal());
        }
        let agreed: Decimal = outcome.volumes.iter().map(|volume| volume.agreed.decimal()).sum();
        if !demand.is_empty() {
            prop_assert_eq!(agreed, outcome.lots[0].agreed.decimal());
        }

        // Every pick is what its region has; a spare supplier is never the main one.
        for pick in &picks {
            let choice = outcome.regions.iter().find(|choice| choice.region == pick.region).unwrap();
            let has = if pick.supply == Supply::Main { Some(&choice.main) } else { choice.spare.as_ref() };
            prop_assert_eq!(has, Some(&pick.company));
        }
        for choice in &outcome.regions {
            prop_assert!(choice.spare.as_ref() != Some(&choice.main));
            prop_assert!(outcome.lots[0].choosers.contains(&choice.main));
        }

        // What a hospital placed is with whom it placed it; nobody carries more than it can.
        for it in &reassignments {
            let given: Decimal = outcome.allocations.iter()
                .filter(|part| part.hospital == it.hospital && part.company == it.company)
                .map(|part| part.quantity.decimal() - part.own.decimal())
                .sum();
            prop_assert!(given >= it.quantity.decimal());
        }
        for bid in &bids {
            let carried: Decimal = outcome.allocations.iter()
                .filter(|part| part.company == bid.company)
                .map(|part| part.quantity.decimal())
                .sum();
            prop_assert!(bid.capacity.is_none_or(|capacity| carried <= capacity.decimal()));
            let status = outcome.awards.iter().find(|a| a.company == bid.company).unwrap().status;
            prop_assert!(carried.is_zero() || matches!(status, Status::Won | Status::WonRevived));
        }
    }

    #[test]
    fn own_volume_is_at_most_the_own_demand_by_share_and_grade(
        rules in placing(),
        bids in some_bids(),
        demand in some_demand(),
    ) {
        let outcome = run(&rules, &bids, &demand, &Answers::default()).unwrap();
        let Some(share) = outcome.lots[0].share else { return Ok(()) };
        let winners: Vec<&Award> = outcome
            .awards
            .iter()
            .filter(|award| matches!(award.status, Status::Won | Status::WonRevived))
            .collect();
        let unit = rules.volume.rounding_unit.0;
        for part in &outcome.allocations {
            let rank = winners.iter().position(|award| award.company == part.company).unwrap();
            let place = |grade: &Grade| match (grade.by, winners[rank].class) {
                (GradeBy::Rank, _) => rank + 1,
                (GradeBy::Class, class) => class.map_or(usize::MAX, |class| class as usize + 1),
            };
            let own: Decimal = demand.iter()
                .filter(|d| d.hospital == part.hospital && d.company.as_ref() == Some(&part.company))
                .map(|d| d.quantity.decimal())
                .sum();
            let grade = rules.grade.as_ref().map_or(Decimal::ONE, |grade| grade.own(rank + 1, place(grade)));
            let most = own * share * grade;
            // Rounded to whole units: less than one unit above, and nothing of nothing.
            prop_assert!(part.own.decimal() < most + unit, "{} of {}", part.own, most);
            prop_assert!(!most.is_zero() || part.own == Quantity::ZERO);
            prop_assert!(part.own <= part.quantity);
        }
    }

    #[test]
    fn the_order_in_which_hospitals_answer_never_matters(
        rules in placing(),
        bids in some_bids(),
        demand in some_demand(),
        places in prop::collection::vec((any::<prop::sample::Index>(), 1u8..=100), 0..4),
        more in prop::option::of(0usize..8),
        by in any::<prop::sample::Index>(),
    ) {
        let before = run(&rules, &bids, &demand, &Answers::default()).unwrap();
        let mut reassignments = placed(&rules, &before, &bids, &places);
        // Some of them one unit or a thousand too many, so that refusals are compared as well.
        if let Some(at) = more
            && let Some(it) = reassignments.get_mut(at)
        {
            let unit = rules.volume.rounding_unit.0 * Decimal::from(if at % 2 == 0 { 1 } else { 1000 });
            it.quantity = Quantity::exact(it.quantity.decimal() + unit).unwrap();
        }
        let one = run(&rules, &bids, &demand, &Answers { reassignments: reassignments.clone(), ..Answers::default() });
        reassignments.reverse();
        let place = by.index(reassignments.len() + 1).min(reassignments.len());
        reassignments.rotate_left(place);
        let other = run(&rules, &bids, &demand, &Answers { reassignments, ..Answers::default() });
        prop_assert_eq!(one, other);
    }

    #[test]
    fn a_turn_taken_by_default_is_what_nobody_chose(
        rules in any_rules(),
        bids in some_bids(),
        demand in some_demand(),
        some in 0usize..12,
    ) {
        let before = run(&rules, &bids, &demand, &Answers::default()).unwrap();
        let Some(regions) = &rules.regions else { return Ok(()) };
        let of: Vec<Decimal> = before.volumes.iter().map(|volume| volume.base.decimal()).collect();
        let choosers = &before.lots[0].choosers;
        let mut turns = Turns::new(regions, &of, choosers.len());
        let mut picks = Vec::new();
        while let Some(turn) = turns.turn().filter(|_| picks.len() < some) {
            turns.take(regions::Taken { who: turn.who, supply: turn.supply, region: turn.default }).unwrap();
            let (region, company) = (before.volumes[turn.default].region.clone(), choosers[turn.who].clone());
            picks.push(Pick { lot: "L".into(), region, company, supply: turn.supply });
        }
        prop_assert_eq!(run(&rules, &bids, &demand, &Answers { picks, ..Answers::default() }).unwrap(), before);
    }
}
