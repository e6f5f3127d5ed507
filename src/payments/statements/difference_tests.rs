use proptest::prelude::*;

use super::*;
use crate::types::Time;

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

#[test]
fn each_difference_has_its_cause() {
    let check = |theirs: (&str, &str, &str), state, want: &[Cause]| {
        let invoice = Invoice {
            id: InvoiceId::new(),
            code: String::new(),
            number: "26332000000012345678".to_owned(),
            kind: InvoiceKind::Invoice,
            corrects_id: None,
            hospital_id: OrganisationId::new(),
            supplier_id: OrganisationId::new(),
            issued_on: "2027-01-05".parse().unwrap(),
            amount: money("60"),
            tax: None,
            state,
            reason: String::new(),
            entered_at: Time::from_millis(0),
            account_id: None,
        };
        let ours = Ours {
            invoice,
            credited: money("10"),
            returned: money("15"),
            paid: money("30"),
            has_price_fault: theirs.0 == "2027-01-09",
        };
        let entry = Entry {
            line: 2,
            code: String::new(),
            number: "26332000000012345678".to_owned(),
            issued_on: theirs.0.parse().unwrap(),
            amount: money(theirs.1),
            paid: money(theirs.2),
            delivery: String::new(),
        };
        let found: Vec<Cause> = of_line(&entry, &ours).iter().map(|it| it.cause).collect();
        assert_eq!(found, want, "{theirs:?}");
    };
    use InvoiceState::{Matched, Mismatched, Withdrawn};
    check(("2027-01-05", "60", "30"), Matched, &[]);
    check(("2027-01-06", "60", "30"), Matched, &[Cause::Day]);
    check(("2027-01-05", "50", "30"), Matched, &[Cause::Credited]);
    check(("2027-01-05", "45", "30"), Matched, &[Cause::Returned]);
    check(("2027-01-05", "60.01", "30"), Matched, &[Cause::Amount]);
    check(("2027-01-05", "60", "60"), Matched, &[Cause::NotRegistered]);
    check(("2027-01-05", "60", "0"), Matched, &[Cause::NotInLedger]);
    check(("2027-01-06", "61", "0"), Matched, &[Cause::Day, Cause::Amount, Cause::NotInLedger]);
    check(("2027-01-05", "60", "0"), Withdrawn, &[Cause::Withdrawn]);
    check(("2027-01-05", "60", "0"), Mismatched, &[Cause::Mismatched]);
    check(("2027-01-09", "60", "0"), Mismatched, &[Cause::Price]);
}

proptest! {
    #[test]
    fn what_is_paid_is_divided_to_the_cent(paid in 0_i64..10_000, parts in proptest::collection::vec(0_i64..2_000, 0..8)) {
        let amounts: Vec<Money> = parts.iter().map(|cents| Money::from_scaled(*cents)).collect();
        let shares = divide(Money::from_scaled(paid), &amounts);
        let sum: i64 = shares.iter().map(|share| share.scaled()).sum();
        prop_assert_eq!(sum, paid.min(parts.iter().sum()));
        prop_assert!(shares.iter().zip(&amounts).all(|(share, part)| share <= part && *share >= Money::ZERO));
    }
}
