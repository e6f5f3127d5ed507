//! What may be done in a price case, and when: pure decisions.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::suspensions::Suspension;
use super::{Case, Closing, Refused, State, Step, StepKind, StepState};
use crate::prices::monitoring::Tier;
use crate::types::{AccountId, Money, ProductId, Quantity, UnitPrice, half_up};

/// Longest text of a document, a reply or a reason.
pub const LONGEST: usize = 5_000;
/// Longest number of a document.
const NUMBER: usize = 100;
/// Most working days to reply in.
const DAYS: i64 = 60;
/// Most findings picked at once.
pub const PICKED: usize = 200;
/// Most replies to a step.
pub const REPLIES: usize = 20;

type Answer<T> = Result<T, Refused>;

/// A text of people: not blank, not too long.
pub fn text(text: &str, field: &'static str) -> Answer<String> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(Refused::Empty(field)),
        n if n > LONGEST => Err(Refused::TooLong(field, LONGEST)),
        _ => Ok(text.to_owned()),
    }
}

/// A document's number: one line.
pub fn number(text: &str, field: &'static str) -> Answer<String> {
    let text: String = text.trim().chars().filter(|c| !c.is_control()).collect();
    match text.chars().count() {
        0 => Err(Refused::Empty(field)),
        n if n > NUMBER => Err(Refused::TooLong(field, NUMBER)),
        _ => Ok(text),
    }
}

/// The case is as the person saw it.
pub fn unchanged(case: &Case, version: i32) -> Answer<()> {
    if case.version == version { Ok(()) } else { Err(Refused::Stale) }
}

/// Only the officer who follows an open case acts in it.
pub fn may_act(case: &Case, actor: Option<&AccountId>, officer: &str) -> Answer<()> {
    match (case.state, &case.assignee_id) {
        (State::Closed, _) => Err(Refused::Closed),
        (_, None) => Err(Refused::Unassigned),
        (_, Some(assignee)) if Some(assignee) != actor => Err(Refused::OtherOfficer(officer.to_owned())),
        _ => Ok(()),
    }
}

/// An open case can be given to an officer; taken from another one only with a reason.
pub fn assign(case: &Case, reason: &str) -> Answer<String> {
    if case.state == State::Closed {
        return Err(Refused::Closed);
    }
    if case.assignee_id.is_none() && reason.trim().is_empty() {
        return Ok(String::new());
    }
    text(reason, "reason")
}

/// The supplier can be set as long as nobody was written to.
pub fn may_address(case: &Case) -> Answer<()> {
    match (case.state, case.step, &case.supplier_id) {
        (State::Closed, ..) => Err(Refused::Closed),
        (_, Some(_), Some(_)) => Err(Refused::Addressed),
        _ => Ok(()),
    }
}

/// What an officer sends to the supplier.
#[derive(Debug, Clone)]
pub struct Sending {
    /// What is done.
    pub kind: StepKind,
    /// The document's number.
    pub number: String,
    /// Its date.
    pub dated: NaiveDate,
    /// Working days to reply in, from today.
    pub days: i64,
    /// What it says.
    pub body: String,
    /// Of a change of price: before and after.
    pub prices: Option<(UnitPrice, UnitPrice)>,
    /// Of a suspension: first and last day.
    pub span: Option<(NaiveDate, Option<NaiveDate>)>,
    /// Of a replacement: by which product.
    pub replacement: Option<ProductId>,
}

/// Checks what is to be sent; what is missing for its kind, too much or out of order is refused.
pub fn sending(case: &Case, open: &[Step], sent: &Sending, today: NaiveDate) -> Answer<Sending> {
    let known = |step: &&Step| step.kind == sent.kind && (step.is_open() || step.state == StepState::Asked);
    if let Some(same) = open.iter().find(known) {
        return Err(Refused::SameKind(same.number.clone()));
    }
    if sent.dated > today {
        return Err(Refused::Dated(sent.dated));
    }
    if !(1..=DAYS).contains(&sent.days) {
        return Err(Refused::Days(DAYS));
    }
    let mut checked = Sending {
        number: number(&sent.number, "number")?,
        body: text(&sent.body, "body")?,
        prices: None,
        span: None,
        replacement: None,
        ..sent.clone()
    };
    match sent.kind {
        StepKind::PriceChange => {
            let (old, new) = sent.prices.ok_or(Refused::Prices)?;
            if !new.is_positive() || new >= old {
                return Err(Refused::Prices);
            }
            checked.prices = Some((old, new));
        }
        StepKind::Suspension => {
            let (from, to) = sent.span.ok_or(Refused::Span)?;
            if from < today || to.is_some_and(|to| to < from) {
                return Err(Refused::Span);
            }
            checked.span = Some((from, to));
        }
        StepKind::Replacement => {
            let other = sent.replacement.clone().ok_or(Refused::Empty("replacement"))?;
            if other == case.product_id {
                return Err(Refused::Itself);
            }
            checked.replacement = Some(other);
        }
        StepKind::CostSurvey | StepKind::Inquiry | StepKind::Warning => {}
    }
    Ok(checked)
}

/// A suspension cannot begin while another of the same product runs or is still to begin.
pub fn may_suspend(of_product: &[Suspension], today: NaiveDate) -> Answer<()> {
    match of_product.iter().find(|it| it.lifted_at.is_none() && it.to_day.is_none_or(|to| to >= today)) {
        Some(it) => Err(Refused::Suspended { number: it.number.clone(), from: it.from_day }),
        None => Ok(()),
    }
}

/// A case is closed once every step has its outcome; as unfounded only when nothing stays suspended.
pub fn may_close(
    open: &[Step],
    suspensions: &[Suspension],
    closing: Closing,
    today: NaiveDate,
) -> Answer<()> {
    if open.iter().any(|step| step.state == StepState::Asked) {
        return Err(Refused::Waiting);
    }
    let waiting = open.iter().filter(|step| step.is_open()).count();
    if waiting > 0 {
        return Err(Refused::OpenSteps(waiting));
    }
    match (closing, may_suspend(suspensions, today)) {
        (Closing::Unfounded, Err(Refused::Suspended { number, .. })) => Err(Refused::StillSuspended(number)),
        _ => Ok(()),
    }
}

/// Whether a finding of a month opens a closed case again: its month lies after the month of closing.
pub fn returns(closed_on: NaiveDate, month: NaiveDate) -> bool {
    (month.year(), month.month()) > (closed_on.year(), closed_on.month())
}

/// The tiers from a number on: 1 yellow, 2 to 4 red with one to three stars.
pub fn tiers_from(least: i64) -> Vec<Tier> {
    let graded = [Tier::Yellow, Tier::Red1, Tier::Red2, Tier::Red3];
    graded.into_iter().zip(1..).filter(|(_, rank)| *rank >= least).map(|(tier, _)| tier).collect()
}

/// Amount for quantity, in yuan for one unit, rounded half up to the sixth decimal; none without a quantity.
pub fn average(amount: Money, quantity: Quantity) -> Option<UnitPrice> {
    if !quantity.is_positive() {
        return None;
    }
    UnitPrice::rounded(amount.decimal().checked_div(quantity.decimal())?).ok()
}

/// What would have been paid for `after` at the average price of `before`, less what was paid: rounded once, to the
/// cent. None where nothing was bought before.
pub fn savings(before: (Money, Quantity), after: (Money, Quantity)) -> Option<Money> {
    if !before.1.is_positive() {
        return None;
    }
    let at_old = before.0.decimal().checked_mul(after.1.decimal())?.checked_div(before.1.decimal())?;
    Money::rounded(at_old.checked_sub(after.0.decimal())?).ok()
}

/// The number of a case: `AJ`, the year and a running number of the year; as text it sorts by time.
pub fn case_number(day: NaiveDate, running: i64) -> String {
    format!("AJ{}-{running:06}", day.year())
}

/// The change of a price as a share of the one before, in percent with two decimals.
pub fn change(before: UnitPrice, after: UnitPrice) -> Option<Decimal> {
    let share = after.decimal().checked_sub(before.decimal())?.checked_div(before.decimal())?;
    Some(half_up(share.checked_mul(Decimal::ONE_HUNDRED)?, 2))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cases::Origin;
    use crate::types::{CaseId, CaseStepId, SuspensionId, Time};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn price(text: &str) -> UnitPrice {
        text.parse().unwrap()
    }

    fn case(state: State, assignee: Option<AccountId>) -> Case {
        Case {
            id: CaseId::new(),
            number: "AJ2026-000001".to_owned(),
            origin: Origin::Scan,
            rule: "r".to_owned(),
            product_id: ProductId::new(),
            supplier_id: None,
            state,
            cycle: 1,
            level: 0,
            tier: Tier::Red1,
            assignee_id: assignee,
            step: None,
            due_on: None,
            reason: String::new(),
            findings: 0,
            effect: Money::ZERO,
            hospitals: 0,
            months: 0,
            first_month: None,
            last_month: None,
            counted_at: Time::from_millis(0),
            opened_at: Time::from_millis(0),
            opened_by: None,
            closed_at: None,
            closing: None,
            closing_text: String::new(),
            version: 1,
        }
    }

    fn step(kind: StepKind, state: StepState) -> Step {
        Step {
            id: CaseStepId::new(),
            case_id: CaseId::new(),
            cycle: 1,
            kind,
            number: "N".to_owned(),
            dated: day("2026-11-23"),
            deadline: day("2026-12-07"),
            due_on: day("2026-12-07"),
            body: String::new(),
            state,
            old_price: None,
            new_price: None,
            from_day: None,
            to_day: None,
            replacement_id: None,
            outcome: None,
            outcome_text: String::new(),
            overdue_at: None,
            made_at: Time::from_millis(0),
            made_by: None,
            ended_at: None,
            ended_by: None,
        }
    }

    fn suspension(to: Option<&str>, lifted: bool) -> Suspension {
        Suspension {
            id: SuspensionId::new(),
            product_id: ProductId::new(),
            supplier_id: None,
            case_id: CaseId::new(),
            number: "Z1".to_owned(),
            from_day: day("2026-11-20"),
            to_day: to.map(day),
            approved_at: Time::from_millis(0),
            approved_by: None,
            lifted_at: lifted.then_some(Time::from_millis(1)),
            lifted_by: None,
            lift_number: String::new(),
            lift_reason: String::new(),
        }
    }

    #[test]
    fn only_the_officer_who_follows_an_open_case_acts() {
        let (me, other) = (AccountId::new(), AccountId::new());
        let check = |state: State, assignee: Option<&AccountId>, want: Answer<()>| {
            let found = may_act(&case(state, assignee.cloned()), Some(&me), "甲");
            assert_eq!(found, want, "{state} {assignee:?}");
        };
        check(State::Handling, Some(&me), Ok(()));
        check(State::Handling, Some(&other), Err(Refused::OtherOfficer("甲".to_owned())));
        check(State::New, None, Err(Refused::Unassigned));
        check(State::Closed, Some(&me), Err(Refused::Closed));
    }

    #[test]
    fn what_is_sent_is_complete_and_in_order() {
        let today = day("2026-11-23");
        let it = case(State::Handling, None);
        let plain = |kind| Sending {
            kind,
            number: "医保函〔2026〕1号".to_owned(),
            dated: today,
            days: 10,
            body: "请说明".to_owned(),
            prices: None,
            span: None,
            replacement: None,
        };
        let check = |sent: Sending, want: Option<Refused>| {
            assert_eq!(sending(&it, &[], &sent, today).err(), want, "{sent:?}");
        };
        check(plain(StepKind::Inquiry), None);
        check(Sending { number: " ".to_owned(), ..plain(StepKind::Inquiry) }, Some(Refused::Empty("number")));
        check(Sending { body: "\n".to_owned(), ..plain(StepKind::Warning) }, Some(Refused::Empty("body")));
        let long = "x".repeat(LONGEST + 1);
        check(Sending { body: long, ..plain(StepKind::Warning) }, Some(Refused::TooLong("body", LONGEST)));
        let later = day("2026-11-24");
        check(Sending { dated: later, ..plain(StepKind::Inquiry) }, Some(Refused::Dated(later)));
        check(Sending { days: 0, ..plain(StepKind::Inquiry) }, Some(Refused::Days(60)));
        check(Sending { days: 61, ..plain(StepKind::Inquiry) }, Some(Refused::Days(60)));
        check(plain(StepKind::PriceChange), Some(Refused::Prices));
        for (old, new, good) in [("2", "1", true), ("1", "1", false), ("1", "2", false), ("1", "0", false)] {
            let sent = Sending { prices: Some((price(old), price(new))), ..plain(StepKind::PriceChange) };
            check(sent, (!good).then_some(Refused::Prices));
        }
        check(plain(StepKind::Suspension), Some(Refused::Span));
        for (from, to, good) in [
            ("2026-11-23", None, true),
            ("2026-11-23", Some("2026-11-23"), true),
            ("2026-11-22", None, false),
            ("2026-11-25", Some("2026-11-24"), false),
        ] {
            let sent = Sending { span: Some((day(from), to.map(day))), ..plain(StepKind::Suspension) };
            check(sent, (!good).then_some(Refused::Span));
        }
        check(plain(StepKind::Replacement), Some(Refused::Empty("replacement")));
        let itself = Some(it.product_id.clone());
        check(Sending { replacement: itself, ..plain(StepKind::Replacement) }, Some(Refused::Itself));
        check(Sending { replacement: Some(ProductId::new()), ..plain(StepKind::Replacement) }, None);
        // One of a kind at a time.
        let open = [step(StepKind::Inquiry, StepState::Replied)];
        let same = sending(&it, &open, &plain(StepKind::Inquiry), today);
        assert_eq!(same.err(), Some(Refused::SameKind("N".to_owned())));
        assert!(sending(&it, &open, &plain(StepKind::Warning), today).is_ok());
        let done = [step(StepKind::Inquiry, StepState::Done)];
        assert!(sending(&it, &done, &plain(StepKind::Inquiry), today).is_ok());
    }

    #[test]
    fn a_case_is_closed_when_nothing_is_left_open() {
        let today = day("2026-11-23");
        let check = |states: &[StepState], stops: &[Suspension], closing: Closing, want: Answer<()>| {
            let open: Vec<Step> = states.iter().map(|state| step(StepKind::Inquiry, *state)).collect();
            assert_eq!(may_close(&open, stops, closing, today), want, "{states:?} {closing}");
        };
        check(&[], &[], Closing::Corrected, Ok(()));
        check(&[StepState::Sent, StepState::Replied], &[], Closing::Corrected, Err(Refused::OpenSteps(2)));
        check(&[StepState::Asked], &[], Closing::Corrected, Err(Refused::Waiting));
        check(&[], &[suspension(None, false)], Closing::Delisted, Ok(()));
        let still = Err(Refused::StillSuspended("Z1".to_owned()));
        check(&[], &[suspension(None, false)], Closing::Unfounded, still.clone());
        check(&[], &[suspension(Some("2026-11-23"), false)], Closing::Unfounded, still);
        check(&[], &[suspension(Some("2026-11-22"), false)], Closing::Unfounded, Ok(()));
        check(&[], &[suspension(None, true)], Closing::Unfounded, Ok(()));
    }

    #[test]
    fn a_finding_of_a_later_month_opens_a_case_again() {
        let check = |closed: &str, month: &str, want: bool| {
            assert_eq!(returns(day(closed), day(month)), want, "{closed} {month}");
        };
        check("2026-11-30", "2026-11-01", false);
        check("2026-11-30", "2026-12-01", true);
        check("2026-11-01", "2026-10-01", false);
        check("2026-12-31", "2027-01-01", true);
        check("2027-01-01", "2026-12-01", false);
    }

    #[test]
    fn tiers_are_taken_from_a_number_on() {
        let count = |least| tiers_from(least).len();
        assert_eq!([1, 2, 3, 4].map(count), [4, 3, 2, 1]);
        assert_eq!(tiers_from(4), [Tier::Red3]);
    }

    #[test]
    fn savings_are_exact_and_rounded_once() {
        let check = |before: (&str, &str), after: (&str, &str), want: Option<&str>| {
            let read =
                |(amount, quantity): (&str, &str)| (amount.parse().unwrap(), quantity.parse().unwrap());
            let found = savings(read(before), read(after)).map(|it| it.to_string());
            assert_eq!(found.as_deref(), want, "{before:?} {after:?}");
        };
        check(("1000", "500"), ("150", "100"), Some("50.00"));
        check(("1000", "500"), ("250", "100"), Some("-50.00"));
        // 10 / 3 a unit: rounding the price first would give 3333333.00.
        check(("10", "3"), ("0", "1000000"), Some("3333333.33"));
        check(("0", "5"), ("1", "1"), Some("-1.00"));
        check(("10", "0"), ("1", "1"), None);
        check(("10", "-1"), ("1", "1"), None);
        check(("10", "5"), ("0", "0"), Some("0.00"));
    }

    proptest! {
        #[test]
        fn savings_at_the_same_price_are_nothing(cents in 1_i64..10_000, before in 1_i64..1_000_000, after in 0_i64..1_000_000) {
            let of = |n: i64| (Money::from_scaled(cents * n), Quantity::from_scaled(n * 1_000));
            prop_assert_eq!(savings(of(before), of(after)), Some(Money::ZERO));
            prop_assert_eq!(average(of(before).0, of(before).1), Some(UnitPrice::from_scaled(cents * 10_000)));
        }
    }
}
