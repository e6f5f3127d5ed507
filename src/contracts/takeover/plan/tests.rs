use proptest::prelude::*;

use super::*;
use crate::contracts::samples;

fn contract(quantity: i64, starts: &str, ends: &str) -> Contract {
    Contract {
        product: "x".to_owned(),
        spec: "y".to_owned(),
        quantity: Quantity::from_scaled(quantity),
        starts: starts.parse().unwrap(),
        ends: ends.parse().unwrap(),
        hospital_at: Some(Time::from_millis(0)),
        supplier_at: Some(Time::from_millis(0)),
        ..samples::contract()
    }
}

fn year_at(contract: &Contract, day: NaiveDate, reserved: i64, consumed: i64) -> AgreedVolume {
    let year = volumes::year_of(contract.starts, contract.ends, day).unwrap();
    let it = implied(contract, year, Some(Quantity::ZERO)).unwrap();
    AgreedVolume {
        reserved: Quantity::from_scaled(reserved),
        consumed: Quantity::from_scaled(consumed),
        ..it
    }
}

fn spare(own: Option<(Contract, Vec<AgreedVolume>)>) -> Spare {
    let (contract, years) = match own {
        Some((contract, years)) => (Some(contract), years),
        None => (None, Vec::new()),
    };
    Spare {
        supplier_id: OrganisationId::new(),
        product: "z".to_owned(),
        spec: "w".to_owned(),
        unit_price: "2".parse().unwrap(),
        contract,
        years,
    }
}

fn ground(today: &str) -> Ground {
    Ground {
        today: today.parse().unwrap(),
        number: "JH-1-00009".to_owned(),
        allowance: Some(Decimal::new(1, 1)),
        now: Time::from_millis(0),
    }
}

fn sum(years: &[(AgreedVolume, bool)]) -> i64 {
    years.iter().map(|(it, _)| it.agreed.scaled()).sum()
}

#[test]
fn what_is_not_ordered_of_this_year_and_the_years_to_come_moves() {
    // quantity, last day, reserved, consumed, today; left with the old, moved by year
    let check = |ends: &str, reserved: i64, consumed: i64, today: &str, kept: i64, moved: &[i64]| {
        let it = contract(1_000, "2027-01-01", ends);
        let year = year_at(&it, today.parse().unwrap(), reserved, consumed);
        let plan = plan(&it, &[year], spare(None), &ground(today)).unwrap().unwrap();
        let found: Vec<i64> = plan.moved.iter().map(|(.., quantity)| quantity.scaled()).collect();
        assert_eq!(
            (sum(&plan.old.years), found.as_slice()),
            (kept, moved),
            "{ends} {reserved} {consumed} {today}"
        );
        assert_eq!(plan.old.after.state, ContractState::Ended);
        let new = plan.new.unwrap();
        assert_eq!(
            (new.after.state, new.after.unit_price.to_string()),
            (ContractState::Drawn, "2.00".to_owned())
        );
        assert!(new.after.hospital_at.is_some() && new.after.supplier_at.is_none());
        assert_eq!(sum(&new.years), moved.iter().sum::<i64>());
    };
    check("2027-12-31", 0, 0, "2027-06-01", 0, &[1_000]);
    check("2027-12-31", 300, 200, "2027-06-01", 500, &[500]);
    check("2028-12-31", 300, 200, "2027-06-01", 500, &[500, 1_000]);
    check("2029-12-31", 0, 1_000, "2028-06-01", 1_000, &[0, 1_000]);
    // More is used than agreed: the excess stays where it is.
    check("2028-12-31", 0, 1_100, "2027-06-01", 1_000, &[0, 1_000]);
    // A partial last year, of 31 in 366 days: 84.7 thousandths round half up.
    check("2028-01-31", 0, 0, "2027-12-31", 0, &[1_000, 85]);
}

#[test]
fn nothing_more_can_be_ordered_on_the_old_contract() {
    let it = contract(1_000, "2027-01-01", "2027-12-31");
    for used in [0, 400, 1_000, 1_100] {
        let mut year = year_at(&it, it.starts, used, 0);
        year.allowed = None;
        let plan = plan(&it, &[year], spare(None), &ground("2027-02-01")).unwrap().unwrap();
        assert_eq!(plan.old.years[0].0.room(), Some(Quantity::ZERO), "{used}");
    }
}

#[test]
fn a_contract_used_up_ends_and_no_other_is_drawn() {
    let it = contract(1_000, "2027-01-01", "2027-12-31");
    let year = year_at(&it, it.starts, 600, 400);
    let plan = plan(&it, &[year], spare(None), &ground("2027-06-01")).unwrap().unwrap();
    assert_eq!((plan.old.after.state, plan.new, plan.total), (ContractState::Ended, None, Quantity::ZERO));
}

#[test]
fn a_term_that_is_over_and_a_spare_that_ends_too_early_are_refused() {
    let it = contract(1_000, "2027-01-01", "2028-12-31");
    assert_eq!(plan(&it, &[], spare(None), &ground("2029-01-01")), Err(Refused::Over(it.number.clone())));
    let own = contract(500, "2027-01-01", "2027-12-31");
    let refused = plan(&it, &[], spare(Some((own.clone(), Vec::new()))), &ground("2027-02-01"));
    assert_eq!(refused, Err(Refused::SpareEnds { number: own.number.clone(), ends: own.ends }));
    // One that has ended and kept nothing has nothing to give.
    let ended = Contract { state: ContractState::Ended, ..it };
    assert_eq!(plan(&ended, &[], spare(None), &ground("2027-02-01")), Ok(None));
}

#[test]
fn volume_freed_after_a_take_over_is_taken_over_by_doing_it_again() {
    let it = Contract { state: ContractState::Ended, ..contract(300, "2027-01-01", "2028-12-31") };
    // 300 were on order; 100 of them were closed without coming.
    let year = AgreedVolume { agreed: Quantity::from_scaled(300), ..year_at(&it, it.starts, 0, 200) };
    let own = contract(1_000, "2027-01-01", "2028-12-31");
    let plan = plan(&it, &[year], spare(Some((own, Vec::new()))), &ground("2027-02-01")).unwrap().unwrap();
    assert_eq!((plan.total.scaled(), sum(&plan.old.years), sum(&plan.new.unwrap().years)), (100, 200, 2_100));
}

proptest! {
    /// Agreed of both contracts together, over all years that run or are to come, is the same before and after; the
    /// old one keeps to its limits and no year of either falls.
    #[test]
    fn no_unit_is_lost_or_made(
        quantity in 1i64..5_000_000,
        used in (0i64..3_000_000, 0i64..3_000_000),
        days in (0i64..1_400, 1i64..1_500),
        own in proptest::option::of((1i64..5_000_000, 0i64..2_000_000, any::<bool>(), 0u8..3)),
    ) {
        let starts: NaiveDate = "2027-03-01".parse().unwrap();
        let ends = starts + chrono::TimeDelta::days(days.1 + 300);
        let today = starts + chrono::TimeDelta::days(days.0.min(days.1 + 300));
        let it = Contract { ends, ..contract(quantity, "2027-03-01", "2027-12-31") };
        let known = vec![year_at(&it, today, used.0, used.1)];
        let own = own.map(|(quantity, used, is_made, state)| {
            let state = [ContractState::Drawn, ContractState::Confirmed, ContractState::Confirmed][usize::from(state)];
            let own = Contract { ends, state, ..contract(quantity, "2027-03-01", "2027-12-31") };
            let years = if is_made { vec![year_at(&own, today, used, 0)] } else { Vec::new() };
            (own, years)
        });
        let of_own = own.as_ref().map_or(0, |(own, years)| sum(&remaining(own, years, today)));
        let before = sum(&remaining(&it, &known, today)) + of_own;
        let ground = Ground { today, ..ground("2027-01-01") };
        let plan = plan(&it, &known, spare(own), &ground).unwrap().unwrap();
        let (moved_to, of_new) = match &plan.new {
            Some(side) => (side.years.clone(), sum(&side.years)),
            None => (Vec::new(), of_own),
        };
        prop_assert_eq!(before, sum(&plan.old.years) + of_new);
        for (year, _) in &plan.old.years {
            prop_assert!(year.used() <= year.agreed.plus(year.allowed.unwrap()).unwrap());
        }
        prop_assert!(moved_to.iter().all(|(it, _)| it.agreed >= Quantity::ZERO && it.starts <= it.ends));
        prop_assert_eq!(plan.total.scaled(), plan.moved.iter().map(|(.., it)| it.scaled()).sum::<i64>());
    }
}
