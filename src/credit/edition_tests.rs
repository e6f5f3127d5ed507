use super::*;
use crate::text::Say;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn grades_by_amount_are_decided_at_their_edges_by_the_edition_of_the_day() {
    let check = |kind: ConductKind, amount: &str, date: &str, grade_key: &str, scope: Scope, until: &str| {
        let edition = on(day(date)).unwrap();
        let amount = (!amount.is_empty()).then(|| amount.parse().unwrap());
        let found = grade(kind, amount, &edition, day(date)).unwrap();
        let want = (grade_key, scope, day(until));
        assert_eq!((found.grade.key.as_str(), found.grade.scope(true), found.until), want, "{kind} {date}");
    };
    use ConductKind::*;
    // The edition of 2020: exactly the threshold is not above it.
    check(Bribery, "0", "2021-03-01", "ordinary", Scope::None, "2024-02-29");
    check(Bribery, "100000", "2021-03-01", "ordinary", Scope::None, "2024-02-29");
    check(Bribery, "100000.01", "2021-03-01", "medium", Scope::None, "2024-02-29");
    check(Bribery, "500000", "2021-03-01", "medium", Scope::None, "2024-02-29");
    check(Bribery, "500000.01", "2021-03-01", "serious", Scope::Involved, "2024-02-29");
    check(Bribery, "2000000", "2021-03-01", "serious", Scope::Involved, "2024-02-29");
    check(Bribery, "2000000.01", "2021-03-01", "especially_serious", Scope::All, "2024-02-29");
    check(Tax, "10000000", "2025-06-30", "serious", Scope::Involved, "2028-06-29");
    check(Tax, "10000000.01", "2025-06-30", "especially_serious", Scope::All, "2028-06-29");
    check(BriberyOfStaff, "1", "2025-06-30", "ordinary", Scope::None, "2028-06-29");
    check(Collusion, "", "2025-06-30", "serious", Scope::Involved, "2028-06-29");
    // The edition of 2025, a day later.
    check(Bribery, "500000", "2025-07-01", "dishonest", Scope::None, "2028-06-30");
    check(Bribery, "1000000", "2025-07-01", "serious", Scope::Involved, "2028-06-30");
    check(Bribery, "1000000.01", "2025-07-01", "especially_serious", Scope::All, "2028-06-30");
    check(Tax, "2500000", "2026-11-27", "serious", Scope::Involved, "2029-11-26");
    check(Tax, "2500000.01", "2026-11-27", "especially_serious", Scope::All, "2029-11-26");
    check(BriberyOfStaff, "", "2026-11-27", "especially_serious", Scope::All, "2029-11-26");
    check(Collusion, "", "2026-11-27", "especially_serious", Scope::All, "2029-11-26");
    check(Breach, "", "2026-11-27", "dishonest", Scope::None, "2029-11-26");
    check(Breach, "5000000", "2026-11-27", "dishonest", Scope::None, "2029-11-26");
}

#[test]
fn a_missing_amount_is_not_zero_and_a_day_without_an_edition_has_no_grade() {
    let edition = on(day("2026-11-27")).unwrap();
    let tax = grade(ConductKind::Tax, None, &edition, day("2026-11-27"));
    assert_eq!(tax, Err(Refused::AmountNeeded(ConductKind::Tax)));
    assert_eq!(on(day("2020-08-27")).unwrap_err(), Refused::NoEdition(day("2020-08-27")));
    assert_eq!(on(day("2020-08-28")).unwrap().name, "credit-2020");
    let early = grade(ConductKind::Breach, None, &edition, day("2025-06-30"));
    assert!(matches!(early, Err(Refused::NotInForce { .. })));
}

#[test]
fn a_distributor_loses_its_right_for_one_three_or_five_years() {
    let edition = find("credit-2025").unwrap().unwrap();
    let check = |key: &str, until: &str, repair: &str| {
        let it = edition.of(key).unwrap();
        assert_eq!(it.distribution_until(day("2026-11-27")), Some(day(until)), "{key}");
        assert_eq!(it.repair_from(day("2026-11-27")), day(repair), "{key}");
    };
    check("dishonest", "2027-11-26", "2027-02-27");
    check("serious", "2029-11-26", "2027-05-27");
    check("especially_serious", "2031-11-26", "2027-11-27");
    // Where the month has no such date, its last day is the last: nothing holds a day less.
    let leap = edition.of("dishonest").unwrap();
    assert_eq!(leap.distribution_until(day("2028-02-29")), Some(day("2029-02-28")));
    assert_eq!(leap.repair_from(day("2026-11-30")), day("2027-03-01"));
    let mild = find("credit-2020").unwrap().unwrap();
    assert_eq!(mild.of("ordinary").unwrap().distribution_until(day("2021-01-01")), None);
    // Evaluated elsewhere, only the products involved are suspended here.
    let worst = edition.of("especially_serious").unwrap();
    assert_eq!((worst.scope(true), worst.scope(false)), (Scope::All, Scope::Involved));
}

#[test]
fn the_worst_of_concurrent_conducts_counts_also_across_editions() {
    let (old, new) = (on(day("2025-06-30")).unwrap(), on(day("2026-11-27")).unwrap());
    let of = |edition, kind, amount: &str, date: &str| {
        grade(kind, Some(amount.parse().unwrap()), edition, day(date)).unwrap()
    };
    let mild = of(&new, ConductKind::Bribery, "1", "2026-11-27");
    let bad = of(&old, ConductKind::Bribery, "600000", "2025-06-30");
    let later = of(&new, ConductKind::Bribery, "600000", "2026-11-27");
    assert_eq!(worst(&[mild, bad]).unwrap().grade.key, "serious");
    assert_eq!(worst(&[mild, bad]).unwrap().edition.name, "credit-2020");
    assert_eq!(worst(&[later, bad, mild]).unwrap().until, day("2029-11-26"));
    assert_eq!(worst(&[]), None);
}

#[test]
fn a_faulty_edition_is_told_where_it_is_faulty() {
    let text = EMBEDDED[1];
    let check = |from: &str, to: &str, want: &str| {
        assert!(text.contains(from), "{from}");
        let said = Edition::parse(&text.replacen(from, to, 1)).unwrap_err().say(Lang::En.text());
        assert!(said.contains(want), "{to}: {said}");
    };
    check("version = 1\n", "", "missing field `version`");
    check("version = 1\n", "version = 1\nnotes = 1\n", "unknown field `notes`");
    check("rank = 3", "rank = 2", "grades");
    check("above = \"500000\"", "above = 500000", "string");
    check("above = \"500000\"", "above = \"2000000\"", "bribery");
    check("grade = \"serious\", above", "grade = \"worst\", above", "worst");
    check("kind = \"breach\"", "kind = \"collusion\"", "collusion");
    check("kind = \"breach\"", "kind = \"theft\"", "unknown variant `theft`");
    check("review_by = 2027-11-27", "review_by = 2020-11-27", "review_by");
    check("owner = \"医保局招采信用岗\"", "owner = \" \"", "owner");
    check("\"reminder\", \"risk_label\", \"suspend_all\"", "\"jail\"", "unknown variant `jail`");
    for edition in all().unwrap() {
        assert_eq!(edition.hash.len(), 64);
    }
}
