//! The award by its invariants, over bids on a coarse grid so that ties and boundaries are common.

mod volumes;

use proptest::prelude::*;

use super::fraction::shown;
use super::tests::{bid, lot, rules};
use super::*;
use crate::rounds::rule_set::{self, RuleSet};

/// A lot of bids on a coarse grid, so that ties and boundaries are common.
fn some_bids() -> impl Strategy<Value = Vec<Bid>> {
    let one = (1i64..60, 0u8..4, any::<bool>(), 0i64..3, prop::option::of(0i64..400), 0u8..3);
    prop::collection::vec(one, 1..18).prop_map(|list| {
        let numbered = list.into_iter().enumerate();
        numbered
            .map(|(index, (price, group, yes, sales, capacity, ratio))| Bid {
                unit_price: UnitPrice::from_scaled(price * 20_000),
                group: (group > 1).then(|| format!("G{}", usize::from(group) * 10 + index % 3)),
                accepts_revival: yes,
                sales: Some(Quantity::from_scaled(sales * 1000)),
                capacity: capacity.map(|c| Quantity::from_scaled(c * 700)),
                ratio: Decimal::new([10, 15, 30][usize::from(ratio)], 1),
                ..bid("L", &format!("C{index:02} 1"))
            })
            .collect()
    })
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

fn any_rules() -> impl Strategy<Value = RuleSet> {
    prop::sample::select(rule_set::names()).prop_map(rules)
}

fn won(award: &Award) -> bool {
    matches!(award.status, Status::Won | Status::WonRevived | Status::WonNoVolume)
}

proptest! {
    #[test]
    fn the_order_of_lines_never_matters(
        rules in any_rules(),
        (bids, mixed_bids) in some_bids().prop_flat_map(|b| (Just(b.clone()), Just(b).prop_shuffle())),
        (demand, mixed_demand) in some_demand().prop_flat_map(|d| (Just(d.clone()), Just(d).prop_shuffle())),
    ) {
        let (a, b) = (lot("L", "1"), lot("M", "1"));
        let one = award(&rules, &[a.clone(), b.clone()], &bids, &demand, &Answers::default());
        let other = award(&rules, &[b, a], &mixed_bids, &mixed_demand, &Answers::default());
        prop_assert_eq!(one, other);
    }

    #[test]
    fn lowering_ones_own_winning_price_never_loses(
        rules in any_rules(),
        bids in some_bids(),
        which in 0usize..18,
        less in 1i64..30,
    ) {
        let before = award(&rules, &[lot("L", "1")], &bids, &[], &Answers::default()).unwrap();
        let winners: Vec<&Award> = before.awards.iter().filter(|a| won(a)).collect();
        prop_assume!(!winners.is_empty());
        let company = winners[which % winners.len()].company.clone();
        let mut lower = bids;
        let own = lower.iter_mut().find(|b| b.company == company).unwrap();
        // Not below a cent, the last figure that every rule set lets a price have.
        let price = (own.unit_price.scaled() - less * 10_000).max(10_000);
        own.unit_price = UnitPrice::from_scaled(price.min(own.unit_price.scaled()));
        let after = award(&rules, &[lot("L", "1")], &lower, &[], &Answers::default()).unwrap();
        let own = after.awards.iter().find(|a| a.company == company).unwrap();
        prop_assert!(won(own), "{} {:?}", company, own);
    }

    #[test]
    fn related_companies_never_take_two_places(rules in any_rules(), bids in some_bids()) {
        let outcome = award(&rules, &[lot("L", "1")], &bids, &[], &Answers::default()).unwrap();
        let mut groups: Vec<String> = outcome.awards.iter().filter(|a| a.rank.is_some())
            .filter_map(|a| bids.iter().find(|b| b.company == a.company)?.group.clone()).collect();
        let all = groups.len();
        groups.sort();
        groups.dedup();
        prop_assert_eq!(groups.len(), all);
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
