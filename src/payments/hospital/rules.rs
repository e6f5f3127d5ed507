//! What a hospital may pay and take back again. Pure.

use chrono::NaiveDate;

use crate::error::Error;
use crate::payments::invoices::rules::{due, settled};
use crate::supply::{Payer, Receipt, ReceiptState};
use crate::text::{Say, Text, fill};
use crate::types::{Money, OrganisationId};

/// Most lines of one payment.
pub const LINES: usize = 2_000;

/// Why a payment is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Nothing was chosen.
    NoLines,
    /// More lines than one payment may have.
    TooManyLines(usize),
    /// Paid after today.
    Future(NaiveDate),
    /// Without a bank reference, or too long a one.
    Reference,
    /// A line's receipt is not one of the hospital's.
    NoReceipt(usize),
    /// Lines for more than one supplier.
    TwoSuppliers(usize),
    /// The same receipt on two lines.
    Twice(usize),
    /// The fund pays for it.
    Fund(usize),
    /// No invoice covers it in full yet.
    NotInvoiced(usize),
    /// A line of nothing.
    Zero(usize),
    /// More than is due.
    AboveDue {
        /// The line.
        line: usize,
        /// Wanted.
        wanted: Money,
        /// Due.
        due: Money,
    },
    /// More netted than there is to net.
    AboveCredit {
        /// The line.
        line: usize,
        /// Wanted.
        wanted: Money,
        /// To net.
        credit: Money,
    },
    /// More netted than paid.
    Below(Money),
    /// A payment with this reference and amount is there already.
    Again {
        /// The reference.
        reference: String,
        /// The amount.
        amount: Money,
        /// The number of the earlier one.
        number: String,
    },
    /// A reversal is not reversed.
    IsReversal,
    /// It was reversed already, by this one.
    Reversed(String),
    /// Taking it back would leave less than nothing paid: a later payment netted a credit.
    Netted,
    /// A reason in words is needed.
    NoReason,
    /// What the file brings is not what was reviewed any more.
    Changed,
    /// The file has no lines.
    FileEmpty,
}

impl From<Refused> for Error {
    fn from(why: Refused) -> Self {
        Error::refused(why)
    }
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let m = &t.paying;
        match self {
            Refused::NoLines => m.no_lines.to_owned(),
            Refused::TooManyLines(most) => fill(m.too_many_lines, &[("most", most)]),
            Refused::Future(day) => fill(m.future, &[("day", day)]),
            Refused::Reference => m.bad_reference.to_owned(),
            Refused::NoReceipt(line) => fill(m.no_receipt, &[("line", line)]),
            Refused::TwoSuppliers(line) => fill(m.two_suppliers, &[("line", line)]),
            Refused::Twice(line) => fill(m.twice, &[("line", line)]),
            Refused::Fund(line) => fill(m.fund_pays, &[("line", line)]),
            Refused::NotInvoiced(line) => fill(m.not_invoiced, &[("line", line)]),
            Refused::Zero(line) => fill(m.zero, &[("line", line)]),
            Refused::AboveDue { line, wanted, due } => {
                fill(m.above_due, &[("line", line), ("wanted", wanted), ("due", due)])
            }
            Refused::AboveCredit { line, wanted, credit } => {
                fill(m.above_credit, &[("line", line), ("wanted", wanted), ("credit", credit)])
            }
            Refused::Below(sum) => fill(m.below, &[("sum", sum)]),
            Refused::Again { reference, amount, number } => {
                fill(m.again, &[("reference", reference), ("amount", amount), ("number", number)])
            }
            Refused::IsReversal => m.is_reversal.to_owned(),
            Refused::Reversed(number) => fill(m.reversed, &[("number", number)]),
            Refused::Netted => m.netted.to_owned(),
            Refused::NoReason => m.no_reason.to_owned(),
            Refused::Changed => m.changed.to_owned(),
            Refused::FileEmpty => m.file_empty.to_owned(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Refused::Future(_) => Some("paid_on"),
            Refused::Reference => Some("reference"),
            Refused::Again { .. } => Some("again"),
            Refused::NoReason => Some("reason"),
            _ => None,
        }
    }
}

/// The receipt after a line of a payment: never above what is due; below zero it nets a credit, never above that.
pub fn pay(receipt: &Receipt, amount: Money, line: usize) -> Result<Receipt, Refused> {
    let due = due(receipt).unwrap_or(Money::ZERO);
    if receipt.payer == Payer::Fund {
        return Err(Refused::Fund(line));
    }
    if !matches!(receipt.state, ReceiptState::Invoiced | ReceiptState::Paid) {
        return Err(Refused::NotInvoiced(line));
    }
    if amount == Money::ZERO {
        return Err(Refused::Zero(line));
    }
    if amount.is_positive() && amount > due {
        return Err(Refused::AboveDue { line, wanted: amount, due });
    }
    if amount < Money::ZERO && (due >= Money::ZERO || amount < due) {
        return Err(Refused::AboveCredit { line, wanted: amount, credit: due.min(Money::ZERO) });
    }
    let paid = receipt.paid.plus(amount).ok_or(Refused::AboveDue { line, wanted: amount, due })?;
    Ok(settled(Receipt { paid, ..receipt.clone() }))
}

/// The receipt after a line of a payment is taken back. Its state stays: what is open is seen by what is due.
pub fn take_back(receipt: &Receipt, amount: Money) -> Result<Receipt, Refused> {
    let paid = receipt.paid.minus(amount).filter(|paid| *paid >= Money::ZERO).ok_or(Refused::Netted)?;
    Ok(Receipt { paid, ..receipt.clone() })
}

/// Day and reference of a payment.
pub fn head(paid_on: NaiveDate, today: NaiveDate, reference: &str) -> Result<(), Refused> {
    if paid_on > today {
        return Err(Refused::Future(paid_on));
    }
    let length = reference.chars().count();
    if length == 0 || length > 64 || reference.chars().any(char::is_control) {
        return Err(Refused::Reference);
    }
    Ok(())
}

/// All lines are for one supplier, who it is.
pub fn one_supplier(list: &[Receipt]) -> Result<OrganisationId, Refused> {
    let first = list.first().ok_or(Refused::NoLines)?;
    match list.iter().position(|it| it.supplier_id != first.supplier_id) {
        Some(at) => Err(Refused::TwoSuppliers(at + 1)),
        None => Ok(first.supplier_id.clone()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::supply::samples;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    fn receipt(credited: &str, paid: &str, state: ReceiptState, payer: Payer) -> Receipt {
        Receipt {
            payer,
            credited: money(credited),
            invoiced: money("60"),
            paid: money(paid),
            state,
            ..samples::receipt("20".parse().unwrap(), "3".parse().unwrap())
        }
    }

    #[test]
    fn no_more_is_paid_than_due_and_no_more_netted_than_credited() {
        use ReceiptState::{Accepted, Claimed, Invoiced, Paid};
        type Case<'a> = (&'a str, &'a str, ReceiptState, Payer);
        let check = |it: Case, amount: &str, want: Result<(&str, ReceiptState), &str>| {
            let found = pay(&receipt(it.0, it.1, it.2, it.3), money(amount), 1);
            let found = found.map(|it| (it.paid, it.state));
            match want {
                Ok((paid, state)) => assert_eq!(found, Ok((money(paid), state)), "{it:?} {amount}"),
                Err(word) => {
                    assert!(format!("{found:?}").contains(word), "{it:?} {amount}: {found:?}");
                }
            }
        };
        let own = Payer::Hospital;
        check(("0", "0", Invoiced, own), "60", Ok(("60", Paid)));
        check(("0", "0", Invoiced, own), "59.99", Ok(("59.99", Invoiced)));
        check(("0", "59.99", Invoiced, own), "0.01", Ok(("60", Paid)));
        check(("0", "0", Invoiced, own), "60.01", Err("AboveDue"));
        check(("15", "0", Invoiced, own), "45", Ok(("45", Paid)));
        check(("15", "0", Invoiced, own), "45.01", Err("AboveDue"));
        check(("0", "0", Invoiced, own), "0", Err("Zero"));
        check(("0", "0", Invoiced, own), "-1", Err("AboveCredit"));
        check(("15", "60", Paid, own), "-15", Ok(("45", Paid)));
        check(("15", "60", Paid, own), "-15.01", Err("AboveCredit"));
        check(("15", "60", Paid, own), "1", Err("AboveDue"));
        check(("0", "0", Paid, own), "60", Ok(("60", Paid)));
        check(("0", "0", Accepted, own), "60", Err("NotInvoiced"));
        check(("0", "0", Claimed, own), "60", Err("NotInvoiced"));
        check(("0", "0", Invoiced, Payer::Fund), "60", Err("Fund"));
    }

    #[test]
    fn what_is_taken_back_opens_a_receipt_by_its_figures() {
        let paid = receipt("0", "60", ReceiptState::Paid, Payer::Hospital);
        let open = take_back(&paid, money("60")).unwrap();
        assert_eq!((open.paid, open.state, due(&open)), (money("0"), ReceiptState::Paid, Some(money("60"))));
        assert_eq!(
            take_back(&receipt("20", "40", ReceiptState::Paid, Payer::Hospital), money("60")),
            Err(Refused::Netted)
        );
    }

    proptest! {
        #[test]
        fn paid_stays_between_zero_and_the_amount(steps in proptest::collection::vec((0_usize..3, -4_000_i64..7_000), 0..40)) {
            let mut it = receipt("0", "0", ReceiptState::Invoiced, Payer::Hospital);
            let mut made: Vec<Money> = Vec::new();
            for (step, cents) in steps {
                let amount = Money::from_scaled(cents);
                let was = it.state;
                match step {
                    0 => if let Ok(after) = pay(&it, amount, 1) { it = after; made.push(amount); },
                    1 => if let Ok(after) = crate::payments::invoices::rules::credited(&it, amount) { it = after; },
                    _ => if let Some(last) = made.pop() {
                        match take_back(&it, last) { Ok(after) => it = after, Err(_) => made.push(last) }
                    },
                }
                prop_assert!(it.paid >= Money::ZERO && it.paid <= it.amount);
                prop_assert!(it.credited >= Money::ZERO && it.credited <= it.amount);
                prop_assert!(it.state >= was, "states only move forward");
                prop_assert_eq!(it.paid.scaled(), made.iter().map(|m| m.scaled()).sum::<i64>());
            }
        }
    }
}
