//! What must hold between orders, receipts, invoices and payments. Pure.

use crate::contracts::volumes::AgreedVolume;
use crate::supply::ReceiptState;
use crate::types::{Money, Quantity, UnitPrice};

crate::words! {
    /// An invariant that the nightly run checks.
    Check {
        /// Reserved and consumed ≤ agreed and allowed.
        VolumeLimit = "volume_limit",
        /// A year's reserved volume = what is still to come of its order lines.
        VolumeReserved = "volume_reserved",
        /// A year's consumed volume = accepted less returned of its order lines.
        VolumeConsumed = "volume_consumed",
        /// Accepted and released ≤ ordered; nothing below zero; nothing more on its way than was sent.
        LineQuantities = "line_quantities",
        /// Sent = the sum of the delivery notes.
        LineShipped = "line_shipped",
        /// Accepted = the sum of the receipts.
        LineAccepted = "line_accepted",
        /// Refused = the sum of the receipts.
        LineRefused = "line_refused",
        /// Returned = the sum of the returns, and no more than was accepted.
        LineReturned = "line_returned",
        /// Accepted and refused together = what was sent.
        ReceiptQuantity = "receipt_quantity",
        /// A receipt's amount = accepted times price, rounded to the cent.
        ReceiptAmount = "receipt_amount",
        /// Invoiced = the sum of the matching invoices' lines, and no more than was accepted: no invoice twice.
        ReceiptInvoiced = "receipt_invoiced",
        /// Credited = the sum of the matching credit notes' lines, and no more than was accepted.
        ReceiptCredited = "receipt_credited",
        /// Paid = the sum of the payments' lines, not below zero, and no more than was invoiced.
        ReceiptPaid = "receipt_paid",
        /// A state that the figures bear out.
        ReceiptState = "receipt_state",
        /// A document's amount = the sum of its lines.
        InvoiceTotal = "invoice_total",
        /// A payment's amount = the sum of its lines.
        PaymentTotal = "payment_total",
        /// What a hospital confirmed of a claim = the sum of the lines it did not dispute.
        ClaimConfirmed = "claim_confirmed",
        /// What the fund paid of a claim = what was confirmed once it is paid, nothing before.
        ClaimPaid = "claim_paid",
        /// A transfer = the sum of the claims it pays.
        TransferTotal = "transfer_total",
        /// A settlement = the sum of its transfers = the sum of its deductions.
        SettlementTotal = "settlement_total",
        /// Paid for a hospital = the sum of its paid claims in the settlement.
        DeductionPaid = "deduction_paid",
        /// Deducted from a hospital = the sum of the deductions marked.
        DeductionEntered = "deduction_entered",
        /// Deducted ≤ paid, and = paid once the settlement is closed.
        DeductionClosed = "deduction_closed",
        /// What is left of a prepayment = the sum of its ledger.
        PrepaymentLedger = "prepayment_ledger",
        /// What is left of a prepayment is not below zero.
        PrepaymentBalance = "prepayment_balance",
    }
}

/// A breach: what should be and what is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// Of which invariant.
    pub check: Check,
    /// The table of the row.
    pub subject: &'static str,
    /// The row.
    pub id: String,
    /// What should be.
    pub expected: String,
    /// What is.
    pub found: String,
}

/// An order line and what its deliveries, receipts and returns add up to.
#[derive(Debug, Clone, Default)]
pub struct Line {
    /// The order line's id.
    pub id: String,
    /// Ordered.
    pub quantity: Quantity,
    /// Sent, as the line counts it.
    pub shipped: Quantity,
    /// Accepted, as the line counts it.
    pub accepted: Quantity,
    /// Refused, as the line counts it.
    pub refused: Quantity,
    /// Sent back, as the line counts it.
    pub returned: Quantity,
    /// Given up or not promised.
    pub released: Quantity,
    /// Sent, by its delivery lines.
    pub sum_shipped: Quantity,
    /// Accepted, by its receipts.
    pub sum_accepted: Quantity,
    /// Refused, by its receipts.
    pub sum_refused: Quantity,
    /// Sent back, by its returns.
    pub sum_returned: Quantity,
}

impl Line {
    /// Ordered and neither accepted nor released: what stays reserved.
    pub fn open(&self) -> i128 {
        wide(self.quantity) - wide(self.accepted) - wide(self.released)
    }

    /// Accepted and not returned: what is consumed.
    pub fn kept(&self) -> i128 {
        wide(self.accepted) - wide(self.returned)
    }
}

/// A receipt and what its delivery line, invoices and payments say.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// The receipt's id.
    pub id: String,
    /// The quantity of its delivery line.
    pub sent: Quantity,
    /// Accepted of it.
    pub accepted: Quantity,
    /// Refused of it.
    pub refused: Quantity,
    /// Yuan a unit.
    pub unit_price: UnitPrice,
    /// Yuan for what was accepted.
    pub amount: Money,
    /// Yuan credited, as the receipt counts it.
    pub credited: Money,
    /// Yuan invoiced, as the receipt counts it.
    pub invoiced: Money,
    /// Yuan paid, as the receipt counts it.
    pub paid: Money,
    /// How far it is.
    pub state: ReceiptState,
    /// Yuan invoiced, by the lines of its invoices.
    pub sum_invoiced: Money,
    /// Yuan credited, by the lines of its credit notes.
    pub sum_credited: Money,
    /// Yuan paid, by the lines of its payments.
    pub sum_paid: Money,
}

/// Sums and differences of stored numbers never overflow here.
fn wide(it: Quantity) -> i128 {
    i128::from(it.scaled())
}

fn cents(it: Money) -> i128 {
    i128::from(it.scaled())
}

/// Notes breaches of one row.
struct Notes<'a> {
    subject: &'static str,
    id: &'a str,
    found: Vec<Breach>,
}

impl Notes<'_> {
    /// The words are made for a breach only: millions of rows hold.
    fn note(&mut self, holds: bool, check: Check, said: impl FnOnce() -> (String, String)) {
        if !holds {
            let (expected, found) = said();
            self.found.push(Breach { check, subject: self.subject, id: self.id.to_owned(), expected, found });
        }
    }

    fn equal<T: PartialEq + std::fmt::Display>(&mut self, check: Check, expected: T, found: T) {
        self.note(expected == found, check, || (expected.to_string(), found.to_string()));
    }
}

/// What an order line breaks.
pub fn line(it: &Line) -> Vec<Breach> {
    let mut notes = Notes { subject: "order_lines", id: &it.id, found: Vec::new() };
    let in_transit = wide(it.shipped) - wide(it.accepted) - wide(it.refused);
    let counters = [it.quantity, it.shipped, it.accepted, it.refused, it.returned, it.released];
    let is_sound = counters.iter().all(|q| *q >= Quantity::ZERO) && it.open() >= 0 && in_transit >= 0;
    notes.note(is_sound, Check::LineQuantities, || {
        let expected = format!(
            "{} + {} ≤ {}; {} + {} ≤ {}",
            it.accepted, it.released, it.quantity, it.accepted, it.refused, it.shipped
        );
        (expected, format!("{}; {in_transit}", it.open()))
    });
    notes.equal(Check::LineShipped, it.sum_shipped, it.shipped);
    notes.equal(Check::LineAccepted, it.sum_accepted, it.accepted);
    notes.equal(Check::LineRefused, it.sum_refused, it.refused);
    notes.equal(Check::LineReturned, it.sum_returned, it.returned);
    notes.note(it.returned <= it.accepted, Check::LineReturned, || {
        (format!("≤ {}", it.accepted), it.returned.to_string())
    });
    notes.found
}

/// What a receipt breaks. Paid may not exceed what was invoiced, nor that what was accepted (医保基金只付已确认货款).
pub fn receipt(it: &Receipt) -> Vec<Breach> {
    let mut notes = Notes { subject: "receipts", id: &it.id, found: Vec::new() };
    notes.note(
        wide(it.accepted) + wide(it.refused) == wide(it.sent)
            && it.accepted >= Quantity::ZERO
            && it.refused >= Quantity::ZERO,
        Check::ReceiptQuantity,
        || (it.sent.to_string(), format!("{} + {}", it.accepted, it.refused)),
    );
    match Money::of(it.accepted, it.unit_price) {
        Ok(amount) => notes.equal(Check::ReceiptAmount, amount, it.amount),
        Err(_) => notes.note(false, Check::ReceiptAmount, || {
            (format!("{} × {}", it.accepted, it.unit_price), it.amount.to_string())
        }),
    }
    for (check, sum, found, most) in [
        (Check::ReceiptInvoiced, it.sum_invoiced, it.invoiced, it.amount),
        (Check::ReceiptCredited, it.sum_credited, it.credited, it.amount),
        (Check::ReceiptPaid, it.sum_paid, it.paid, it.invoiced),
    ] {
        notes.equal(check, sum, found);
        notes.note(found >= Money::ZERO && found <= most, check, || {
            (format!("{} ≤ x ≤ {most}", Money::ZERO), found.to_string())
        });
    }
    let due = cents(it.amount) - cents(it.credited) - cents(it.paid);
    let bears_out = match it.state {
        ReceiptState::Refused => it.accepted == Quantity::ZERO,
        ReceiptState::Accepted => it.paid == Money::ZERO,
        ReceiptState::Invoiced | ReceiptState::Claimed => it.invoiced.is_positive(),
        // What was paid may be reversed by another payment: then the figures say that it is due again.
        ReceiptState::Paid => it.invoiced.is_positive() && due <= cents(it.amount),
    };
    notes.note(bears_out, Check::ReceiptState, || {
        (it.state.to_string(), format!("{} / {} / {}", it.amount, it.credited, it.paid))
    });
    notes.found
}

/// What a year's volume breaks; the sums are those of its order lines, in thousandths.
pub fn volume(it: &AgreedVolume, reserved: i128, consumed: i128) -> Vec<Breach> {
    let mut notes = Notes { subject: "agreed_volumes", id: it.id.as_str(), found: Vec::new() };
    if let Some(allowed) = it.allowed {
        let (used, most) = (wide(it.reserved) + wide(it.consumed), wide(it.agreed) + wide(allowed));
        notes.note(used <= most, Check::VolumeLimit, || {
            (format!("≤ {} + {allowed}", it.agreed), format!("{} + {}", it.reserved, it.consumed))
        });
    }
    notes.equal(Check::VolumeReserved, shown(reserved), it.reserved.to_string());
    notes.equal(Check::VolumeConsumed, shown(consumed), it.consumed.to_string());
    notes.found
}

fn shown(thousandths: i128) -> String {
    i64::try_from(thousandths)
        .map_or_else(|_| thousandths.to_string(), |n| Quantity::from_scaled(n).to_string())
}

/// Whether a document's amount is the sum of its lines.
pub fn total(check: Check, subject: &'static str, id: &str, sum: Money, amount: Money) -> Vec<Breach> {
    let mut notes = Notes { subject, id, found: Vec::new() };
    notes.equal(check, sum, amount);
    notes.found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{AgreedVolumeId, ContractId};

    fn q(text: &str) -> Quantity {
        text.parse().unwrap()
    }

    fn m(text: &str) -> Money {
        text.parse().unwrap()
    }

    fn checks(found: &[Breach]) -> Vec<Check> {
        found.iter().map(|b| b.check).collect()
    }

    #[test]
    fn a_line_keeps_its_counters() {
        // ordered, shipped, accepted, refused, returned, released, then the sums of the first four of its rows
        let check = |own: [&str; 6], sums: [&str; 4], want: &[Check]| {
            let [quantity, shipped, accepted, refused, returned, released] = own.map(q);
            let [sum_shipped, sum_accepted, sum_refused, sum_returned] = sums.map(q);
            let it = Line {
                id: "x".to_owned(),
                quantity,
                shipped,
                accepted,
                refused,
                returned,
                released,
                sum_shipped,
                sum_accepted,
                sum_refused,
                sum_returned,
            };
            assert_eq!(checks(&line(&it)), want, "{own:?} {sums:?}");
        };
        check(["10", "0", "0", "0", "0", "0"], ["0", "0", "0", "0"], &[]);
        check(["10", "8", "5", "1", "2", "2"], ["8", "5", "1", "2"], &[]);
        check(["10", "12", "8", "2", "0", "2"], ["12", "8", "2", "0"], &[]);
        check(["10", "8", "8", "0", "0", "3"], ["8", "8", "0", "0"], &[Check::LineQuantities]);
        check(["10", "8", "8", "1", "0", "0"], ["8", "8", "1", "0"], &[Check::LineQuantities]);
        check(["10", "8", "5", "1", "0", "0"], ["7", "5", "1", "0"], &[Check::LineShipped]);
        check(
            ["10", "8", "5", "1", "0", "0"],
            ["8", "4", "2", "0"],
            &[Check::LineAccepted, Check::LineRefused],
        );
        check(["10", "8", "5", "1", "6", "0"], ["8", "5", "1", "6"], &[Check::LineReturned]);
        check(["10", "8", "5", "1", "1", "0"], ["8", "5", "1", "0"], &[Check::LineReturned]);
    }

    #[test]
    fn paid_never_exceeds_invoiced_nor_that_accepted() {
        // amount, credited, invoiced, paid; then what invoices, credit notes and payments add up to
        let check = |own: [&str; 4], sums: [&str; 3], state: ReceiptState, want: &[Check]| {
            let [amount, credited, invoiced, paid] = own.map(m);
            let [sum_invoiced, sum_credited, sum_paid] = sums.map(m);
            let it = Receipt {
                id: "x".to_owned(),
                sent: q("110"),
                accepted: q("100"),
                refused: q("10"),
                unit_price: "0.5".parse().unwrap(),
                amount,
                credited,
                invoiced,
                paid,
                state,
                sum_invoiced,
                sum_credited,
                sum_paid,
            };
            assert_eq!(checks(&receipt(&it)), want, "{own:?} {sums:?}");
        };
        use Check::{ReceiptAmount, ReceiptCredited, ReceiptInvoiced, ReceiptPaid};
        check(["50", "0", "0", "0"], ["0", "0", "0"], ReceiptState::Accepted, &[]);
        check(["50", "0", "50", "0"], ["50", "0", "0"], ReceiptState::Invoiced, &[]);
        check(["50", "5", "50", "45"], ["50", "5", "45"], ReceiptState::Paid, &[]);
        check(["50", "5", "50", "50"], ["50", "5", "50"], ReceiptState::Paid, &[]);
        check(["49", "0", "0", "0"], ["0", "0", "0"], ReceiptState::Accepted, &[ReceiptAmount]);
        check(["50", "0", "51", "0"], ["51", "0", "0"], ReceiptState::Invoiced, &[ReceiptInvoiced]);
        check(["50", "0", "50", "0"], ["49.99", "0", "0"], ReceiptState::Invoiced, &[ReceiptInvoiced]);
        check(["50", "51", "50", "0"], ["50", "51", "0"], ReceiptState::Invoiced, &[ReceiptCredited]);
        check(["50", "0", "40", "40.01"], ["40", "0", "40.01"], ReceiptState::Paid, &[ReceiptPaid]);
        check(["50", "0", "50", "50"], ["50", "0", "100"], ReceiptState::Paid, &[ReceiptPaid]);
        check(["50", "0", "50", "-1"], ["50", "0", "-1"], ReceiptState::Invoiced, &[ReceiptPaid]);
        check(["50", "0", "50", "10"], ["50", "0", "10"], ReceiptState::Accepted, &[Check::ReceiptState]);
        check(["50", "0", "0", "0"], ["0", "0", "0"], ReceiptState::Paid, &[Check::ReceiptState]);
    }

    #[test]
    fn a_year_without_limit_has_none_and_one_of_zero_has_one() {
        let check =
            |allowed: Option<&str>, reserved: &str, consumed: &str, sums: (i128, i128), want: &[Check]| {
                let it = AgreedVolume {
                    id: AgreedVolumeId::new(),
                    contract_id: ContractId::new(),
                    year: 1,
                    starts: "2027-01-01".parse().unwrap(),
                    ends: "2027-12-31".parse().unwrap(),
                    agreed: q("100"),
                    allowed: allowed.map(q),
                    reserved: q(reserved),
                    consumed: q(consumed),
                };
                assert_eq!(checks(&volume(&it, sums.0, sums.1)), want, "{allowed:?} {reserved} {consumed}");
            };
        check(Some("0"), "40", "60", (40_000, 60_000), &[]);
        check(Some("0"), "41", "60", (41_000, 60_000), &[Check::VolumeLimit]);
        check(Some("1"), "41", "60", (41_000, 60_000), &[]);
        check(None, "410", "60", (410_000, 60_000), &[]);
        check(None, "1", "60", (1_001, 60_000), &[Check::VolumeReserved]);
        check(None, "1", "60", (1_000, 59_000), &[Check::VolumeConsumed]);
    }
}
