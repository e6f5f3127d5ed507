use super::*;
use crate::credit::editions::{self, ConductKind};
use crate::types::{ConductId, RatingId, Time};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn rating(state: RatingState, proposal: Proposal) -> Rating {
    Rating {
        id: RatingId::new(),
        number: "XY20261100001".to_owned(),
        company_code: "c".to_owned(),
        company_name: "n".to_owned(),
        supplier_id: None,
        is_distributor: true,
        edition: "credit-2025".to_owned(),
        edition_hash: String::new(),
        grade: "serious".to_owned(),
        scope: Scope::Involved,
        conduct_id: ConductId::new(),
        conduct: ConductKind::Bribery,
        document: "d".to_owned(),
        state,
        proposal,
        version: 1,
        noticed_on: day("2026-11-02"),
        defend_by: day("2026-11-16"),
        since: day("2026-12-01"),
        until: day("2029-10-31"),
        distribution_until: None,
        is_public: true,
        repair_asked_on: None,
        ended_on: None,
        end_cause: EndCause::None,
        corrects_id: None,
        at: Time::from_millis(0),
    }
}

#[test]
fn a_decision_waits_for_the_defence_or_the_end_of_its_time() {
    use Proposal::*;
    use RatingState::*;
    let check = |state, waiting, proposal, has_defence, today: &str, want: Option<Refused>| {
        let found = propose(&rating(state, waiting), proposal, has_defence, "x", day(today));
        assert_eq!(found.err(), want, "{state} {proposal} {today}");
    };
    check(Noticed, None, Rate, false, "2026-11-16", Some(Refused::Early(day("2026-11-16"))));
    check(Noticed, None, Rate, false, "2026-11-17", Option::None);
    check(Noticed, None, Drop, true, "2026-11-03", Option::None);
    check(Noticed, Rate, Drop, true, "2026-11-17", Some(Refused::Waits));
    check(Noticed, None, Revoke, true, "2026-11-17", Some(Refused::State(Noticed)));
    check(Effective, None, Rate, true, "2026-11-17", Some(Refused::State(Effective)));
    check(Effective, None, Revoke, false, "2026-11-03", Option::None);
    check(Effective, None, Repair, true, "2026-11-17", Some(Refused::NoRepair));
    check(Ended, None, Revoke, true, "2026-11-17", Some(Refused::State(Ended)));
    let silent = propose(&rating(Noticed, None), Rate, true, " ", day("2026-11-17"));
    assert_eq!(silent, Err(Refused::Blank("body")));
    let mut asked = rating(Effective, None);
    asked.repair_asked_on = Some(day("2027-06-01"));
    assert_eq!(propose(&asked, Repair, true, "x", day("2027-06-02")).map(|it| it.proposal), Ok(Repair));
}

#[test]
fn the_second_person_puts_a_rating_in_effect_from_its_day_or_from_today() {
    let edition = editions::find("credit-2025").unwrap().unwrap();
    let grade = edition.of("serious").unwrap();
    let check = |today: &str, since: &str, lost: &str| {
        let it =
            decided(&rating(RatingState::Noticed, Proposal::Rate), true, (grade, true), day(today)).unwrap();
        assert_eq!((it.state, it.since), (RatingState::Effective, day(since)), "{today}");
        assert_eq!(it.distribution_until, Some(day(lost)), "{today}");
    };
    check("2026-11-20", "2026-12-01", "2029-11-30");
    check("2026-12-05", "2026-12-05", "2029-12-04");
    let elsewhere =
        decided(&rating(RatingState::Noticed, Proposal::Rate), true, (grade, false), day("2026-11-20"));
    assert_eq!(elsewhere.map(|it| it.distribution_until), Ok(None));
    let late = decided(&rating(RatingState::Noticed, Proposal::Rate), true, (grade, true), day("2029-11-01"));
    assert_eq!(late, Err(Refused::Over(day("2029-10-31"))));
    let no = decided(&rating(RatingState::Noticed, Proposal::Rate), false, (grade, true), day("2026-12-05"))
        .unwrap();
    assert_eq!((no.state, no.proposal), (RatingState::Noticed, Proposal::None));
    for (proposal, state, cause) in [
        (Proposal::Drop, RatingState::Dropped, EndCause::None),
        (Proposal::Repair, RatingState::Ended, EndCause::Repaired),
        (Proposal::Revoke, RatingState::Ended, EndCause::Revoked),
    ] {
        let it = decided(&rating(RatingState::Effective, proposal), true, (grade, true), day("2026-12-05"))
            .unwrap();
        assert_eq!((it.state, it.end_cause), (state, cause), "{proposal}");
    }
}

#[test]
fn repair_takes_time_correction_and_a_measure_of_the_edition() {
    let new = editions::find("credit-2025").unwrap().unwrap();
    let check = |today: &str, asked: &[Measure], is_corrected: bool, want: bool| {
        let it = rating(RatingState::Effective, Proposal::None);
        let grade = new.of("serious").unwrap();
        let found =
            repair(&it, grade, &new.repair.measures, asked, is_corrected, day(today), Lang::Zh.text());
        assert_eq!(found.is_ok(), want, "{today} {asked:?} {is_corrected} {found:?}");
    };
    check("2027-05-31", &[Measure::PriceCut], true, false);
    check("2027-06-01", &[Measure::PriceCut], true, true);
    check("2027-06-01", &[Measure::Refund, Measure::PriceCut], true, true);
    check("2027-06-01", &[Measure::PriceCut], false, false);
    check("2027-06-01", &[], true, false);
    check("2027-06-01", &[Measure::Donation], true, false);
    let old = editions::find("credit-2020").unwrap().unwrap();
    assert!(old.repair.measures.contains(&Measure::Donation));
}

#[test]
fn a_defence_is_in_time_until_the_end_of_its_last_day() {
    let check = |state, proposal, today: &str, want: Option<Refused>| {
        assert_eq!(defend(&rating(state, proposal), "x", day(today)).err(), want, "{today}");
    };
    check(RatingState::Noticed, Proposal::None, "2026-11-16", None);
    check(RatingState::Noticed, Proposal::None, "2026-11-17", Some(Refused::Late(day("2026-11-16"))));
    check(RatingState::Noticed, Proposal::Rate, "2026-11-16", Some(Refused::Waits));
    let state = RatingState::Effective;
    check(state, Proposal::None, "2026-11-16", Some(Refused::State(state)));
}
