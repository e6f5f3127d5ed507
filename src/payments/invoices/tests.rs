use proptest::prelude::*;

use super::*;
use crate::supply::samples::receipt;

fn q(text: &str) -> Quantity {
    text.parse().unwrap()
}

fn price(text: &str) -> UnitPrice {
    text.parse().unwrap()
}

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

#[test]
fn a_line_agrees_with_order_and_receipt_or_says_where_not() {
    let check = |covered: &str, line: (&str, &str, &str), want: &[Fault]| {
        let ground = Ground { receipt: receipt(q("100"), price("0.205")), covered: q(covered) };
        let found = faults(q(line.0), price(line.1), money(line.2), &ground).unwrap();
        assert_eq!(found, want, "{covered} {line:?}");
    };
    let amount = |invoiced: &str, expected: &str| Fault::Amount {
        invoiced: money(invoiced),
        expected: money(expected),
    };
    let wrong_price = |invoiced: &str| Fault::Price { invoiced: price(invoiced), ordered: price("0.205") };
    let quantity = |invoiced: &str, left: &str| Fault::Quantity { invoiced: q(invoiced), left: q(left) };
    check("0", ("100", "0.205", "20.50"), &[]);
    check("0", ("1", "0.205", "0.21"), &[]);
    check("1", ("1", "0.205", "0.20"), &[]);
    check("1", ("1", "0.205", "0.21"), &[amount("0.21", "0.20")]);
    check("99", ("1", "0.205", "0.20"), &[]);
    check("0", ("100", "0.205", "20.51"), &[amount("20.51", "20.50")]);
    check("0", ("100", "0.21", "21.00"), &[wrong_price("0.21")]);
    check("0", ("100", "0.21", "20.50"), &[wrong_price("0.21"), amount("20.50", "21.00")]);
    check("0", ("101", "0.205", "20.71"), &[quantity("101", "100")]);
    check("60", ("41", "0.205", "8.41"), &[quantity("41", "40")]);
    check("100", ("1", "0.205", "0.21"), &[quantity("1", "0")]);
    let mut refused = Ground { receipt: receipt(q("0"), price("1")), covered: q("0") };
    refused.receipt.state = ReceiptState::Refused;
    assert_eq!(faults(q("1"), price("1"), money("1"), &refused).unwrap(), [Fault::Refused]);
}

#[test]
fn faults_are_kept_beside_their_line() {
    let list = [Fault::Price { invoiced: price("1"), ordered: price("2") }, Fault::Refused];
    assert_eq!(read(&written(&list)), list);
    assert_eq!(written(&[]), "");
    assert_eq!(read(""), []);
}

#[test]
fn code_and_number_are_those_of_an_invoice() {
    let check = |code: &str, given: &str, want: bool| {
        assert_eq!(number(code, given).is_ok(), want, "{code} {given}");
    };
    check("", "26332000000012345678", true);
    check("3300204130", "12345678", true);
    check("033002300111", "12345678", true);
    check("", "12345678", false);
    check("3300204130", "26332000000012345678", false);
    check("", "2633200000001234567X", false);
    check("", "２６３３２０００００００１２３４５６７８", false);
    check("330020413", "12345678", false);
    check("", "", false);
}

#[test]
fn a_credit_takes_no_more_than_is_invoiced() {
    let check =
        |invoiced: &str, before: &str, paid: &str, wanted: &str, want: Option<(&str, ReceiptState)>| {
            let mut it = receipt(q("20"), price("3"));
            it.invoiced = money(invoiced);
            it.credited = money(before);
            it.paid = money(paid);
            it.state = if invoiced == "60" { ReceiptState::Invoiced } else { ReceiptState::Accepted };
            let found = credited(&it, money(wanted)).ok().map(|it| (it.credited, it.state));
            assert_eq!(found, want.map(|(c, s)| (money(c), s)), "{invoiced} {before} {paid} {wanted}");
        };
    check("60", "0", "0", "15", Some(("15", ReceiptState::Invoiced)));
    check("60", "0", "0", "60", Some(("60", ReceiptState::Paid)));
    check("60", "0", "0", "60.01", None);
    check("60", "50", "0", "10", Some(("60", ReceiptState::Paid)));
    check("60", "50", "0", "10.01", None);
    check("60", "0", "50", "10", Some(("10", ReceiptState::Paid)));
    check("30", "0", "0", "30.01", None);
    check("30", "0", "0", "30", Some(("30", ReceiptState::Accepted)));
    check("60", "0", "0", "0", None);
    check("60", "0", "0", "-1", None);
}

proptest! {
    #[test]
    fn parts_equal_the_whole_to_the_cent(
        scaled_price in 1_i64..5_000_000,
        parts in proptest::collection::vec(1_i64..200_000, 1..12),
    ) {
        let unit_price = UnitPrice::from_scaled(scaled_price);
        let whole = Quantity::from_scaled(parts.iter().sum());
        let mut it = receipt(whole, unit_price);
        let mut covered = Quantity::ZERO;
        for given in &parts {
            let quantity = Quantity::from_scaled(*given);
            let amount = part(unit_price, covered, quantity).unwrap();
            let ground = Ground { receipt: it.clone(), covered };
            prop_assert_eq!(faults(quantity, unit_price, amount, &ground).unwrap(), vec![]);
            it = invoiced(&ground, quantity, amount).unwrap();
            covered = covered.plus(quantity).unwrap();
            prop_assert!(it.invoiced <= it.amount);
        }
        prop_assert_eq!(it.invoiced, it.amount);
        prop_assert_eq!(it.state, ReceiptState::Invoiced);
    }

    #[test]
    fn no_run_of_credits_and_payments_goes_below_zero(steps in proptest::collection::vec((any::<bool>(), 0_i64..4_000), 0..30)) {
        let mut it = receipt(q("20"), price("3"));
        it.invoiced = it.amount;
        it.state = ReceiptState::Invoiced;
        for (is_credit, cents) in steps {
            let amount = Money::from_scaled(cents);
            if is_credit {
                if let Ok(after) = credited(&it, amount) { it = after; }
            } else if amount.is_positive() && amount <= due(&it).unwrap() {
                it = settled(Receipt { paid: it.paid.plus(amount).unwrap(), ..it });
            }
            prop_assert!(it.credited <= it.amount && it.invoiced <= it.amount);
            prop_assert!(it.paid >= Money::ZERO && it.paid <= it.amount);
            if it.state == ReceiptState::Invoiced {
                prop_assert!(due(&it).unwrap().is_positive());
            }
        }
    }
}
