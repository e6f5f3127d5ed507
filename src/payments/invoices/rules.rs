//! The three-way match of order, receipt and invoice, and what a credit note may take back. Pure.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::payments::InvoiceState;
use crate::supply::{Receipt, ReceiptState};
use crate::text::{Say, Text, fill};
use crate::types::{Money, NotANumber, Quantity, UnitPrice};

/// Most lines of one document.
pub const LINES: usize = 2_000;

/// Why something about invoices is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Nothing was chosen.
    NoLines,
    /// More lines than one document may have.
    TooManyLines(usize),
    /// Code and number are not those of any kind of invoice.
    Number {
        /// The code.
        code: String,
        /// The number.
        number: String,
    },
    /// Dated after today.
    Future(NaiveDate),
    /// Quantity, price or amount of a line is not above zero, or too large.
    Value(usize),
    /// The total is not above zero.
    Total,
    /// More tax than amount, or below zero.
    Tax(Money),
    /// The supplier has entered this code and number before.
    Known {
        /// As people write it.
        number: String,
        /// The day on the earlier one.
        day: NaiveDate,
        /// How that one stands.
        state: InvoiceState,
    },
    /// Code and number are in the platform already.
    Taken(String),
    /// A line's receipt is not one of the supplier's.
    NoReceipt(usize),
    /// Lines for more than one hospital.
    TwoHospitals(usize),
    /// The same receipt on two lines.
    Twice(usize),
    /// It differs from order and receipt, and nobody said that it is to be entered all the same.
    Mismatch(Vec<(usize, Fault)>, Option<(Money, Money)>),
    /// Only a document that does not match is taken back; this one is not that.
    NotMismatched(InvoiceState),
    /// A reason in words is needed.
    NoReason,
    /// A credit note takes from a matching invoice only.
    NotCreditable,
    /// The return is not of this invoice, or has its credit note.
    NoReturn,
    /// The price part is for a receipt that is not on the invoice.
    NotOnInvoice,
    /// More than what is left of the receipt.
    Above {
        /// Wanted.
        wanted: Money,
        /// Left.
        left: Money,
    },
    /// The total differs from the sum of the lines.
    Sum {
        /// As entered.
        total: Money,
        /// Of the lines.
        sum: Money,
    },
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
        let m = &t.invoices;
        match self {
            Refused::NoLines => m.no_lines.to_owned(),
            Refused::TooManyLines(most) => fill(m.too_many_lines, &[("most", most)]),
            Refused::Number { code, number } => fill(m.bad_number, &[("code", code), ("number", number)]),
            Refused::Future(day) => fill(m.future, &[("day", day)]),
            Refused::Value(line) => fill(m.bad_value, &[("line", line)]),
            Refused::Total => m.bad_total.to_owned(),
            Refused::Tax(tax) => fill(m.bad_tax, &[("tax", tax)]),
            Refused::Known { number, day, state } => {
                fill(m.known, &[("number", number), ("day", day), ("state", &state.name(t))])
            }
            Refused::Taken(number) => fill(m.taken, &[("number", number)]),
            Refused::NoReceipt(line) => fill(m.no_receipt, &[("line", line)]),
            Refused::TwoHospitals(line) => fill(m.two_hospitals, &[("line", line)]),
            Refused::Twice(line) => fill(m.twice, &[("line", line)]),
            Refused::Mismatch(faults, total) => {
                let lines = faults
                    .iter()
                    .map(|(line, fault)| fill(m.mismatch_line, &[("line", line), ("fault", &fault.say(t))]));
                let total =
                    total.map(|(total, sum)| fill(m.fault_total, &[("total", &total), ("sum", &sum)]));
                let said: Vec<String> = lines.take(20).chain(total).collect();
                fill(m.mismatch, &[("faults", &said.join(" "))])
            }
            Refused::NotMismatched(state) => fill(m.not_mismatched, &[("state", &state.name(t))]),
            Refused::NoReason => m.no_reason.to_owned(),
            Refused::NotCreditable => m.not_creditable.to_owned(),
            Refused::NoReturn => m.no_return.to_owned(),
            Refused::NotOnInvoice => m.not_on_invoice.to_owned(),
            Refused::Above { wanted, left } => fill(m.above, &[("wanted", wanted), ("left", left)]),
            Refused::Sum { total, sum } => fill(m.fault_total, &[("total", total), ("sum", sum)]),
            Refused::Changed => m.changed.to_owned(),
            Refused::FileEmpty => m.file_empty.to_owned(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Refused::Number { .. } | Refused::Known { .. } | Refused::Taken(_) => Some("number"),
            Refused::Future(_) => Some("issued_on"),
            Refused::Total | Refused::Sum { .. } => Some("amount"),
            Refused::Tax(_) => Some("tax"),
            Refused::Mismatch(..) => Some("anyway"),
            Refused::NoReason => Some("reason"),
            _ => None,
        }
    }
}

/// Where a line differs from order and receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// Another price than ordered.
    Price {
        /// On the invoice.
        invoiced: UnitPrice,
        /// On the order line.
        ordered: UnitPrice,
    },
    /// More than was accepted and is not yet invoiced.
    Quantity {
        /// On the invoice.
        invoiced: Quantity,
        /// What may be invoiced.
        left: Quantity,
    },
    /// Not quantity times price to the cent.
    Amount {
        /// On the invoice.
        invoiced: Money,
        /// What quantity and price make.
        expected: Money,
    },
    /// Everything was refused at receipt.
    Refused,
}

impl Say for Fault {
    fn say(&self, t: &Text) -> String {
        let m = &t.invoices;
        match self {
            Fault::Price { invoiced, ordered } => {
                fill(m.fault_price, &[("invoiced", invoiced), ("ordered", ordered)])
            }
            Fault::Quantity { invoiced, left } => {
                fill(m.fault_quantity, &[("invoiced", invoiced), ("left", left)])
            }
            Fault::Amount { invoiced, expected } => {
                fill(m.fault_amount, &[("invoiced", invoiced), ("expected", expected)])
            }
            Fault::Refused => m.fault_refused.to_owned(),
        }
    }
}

/// A line's faults as they are kept beside it: empty when there are none.
pub fn written(faults: &[Fault]) -> String {
    if faults.is_empty() { String::new() } else { serde_json::to_string(faults).unwrap_or_default() }
}

/// Reads what [`written`] wrote.
pub fn read(text: &str) -> Vec<Fault> {
    serde_json::from_str(text).unwrap_or_default()
}

/// What stands against an invoice line: the receipt, and how much of it matching invoices cover already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// The receipt; its price is the order line's.
    pub receipt: Receipt,
    /// Quantity on matching invoices.
    pub covered: Quantity,
}

impl Ground {
    /// What was accepted and is not yet invoiced.
    pub fn left(&self) -> Quantity {
        self.receipt.accepted.minus(self.covered).unwrap_or(Quantity::ZERO).max(Quantity::ZERO)
    }
}

/// The amount of the next part of a receipt: the rounded amount of all that is invoiced then, less the rounded
/// amount of what was before. So the parts add up to the whole to the cent, however it is divided.
pub fn part(price: UnitPrice, covered: Quantity, quantity: Quantity) -> Result<Money, NotANumber> {
    let whole = covered.plus(quantity).ok_or(NotANumber::TooLarge)?;
    Money::of(whole, price)?.minus(Money::of(covered, price)?).ok_or(NotANumber::TooLarge)
}

/// The three-way match of one line: price as ordered, no more than accepted and not yet invoiced, and
/// quantity times price to the cent.
pub fn faults(
    quantity: Quantity,
    unit_price: UnitPrice,
    amount: Money,
    ground: &Ground,
) -> Result<Vec<Fault>, NotANumber> {
    let mut found = Vec::new();
    if ground.receipt.state == ReceiptState::Refused {
        return Ok(vec![Fault::Refused]);
    }
    let ordered = ground.receipt.unit_price;
    if unit_price != ordered {
        found.push(Fault::Price { invoiced: unit_price, ordered });
    }
    if quantity > ground.left() {
        found.push(Fault::Quantity { invoiced: quantity, left: ground.left() });
    }
    let expected = match unit_price == ordered {
        true => part(ordered, ground.covered, quantity)?,
        false => Money::of(quantity, unit_price)?,
    };
    if amount != expected {
        found.push(Fault::Amount { invoiced: amount, expected });
    }
    Ok(found)
}

/// The receipt after a matching line.
pub fn invoiced(ground: &Ground, quantity: Quantity, amount: Money) -> Option<Receipt> {
    let receipt = &ground.receipt;
    let is_whole = ground.covered.plus(quantity)? == receipt.accepted;
    let moves = is_whole && receipt.state == ReceiptState::Accepted;
    Some(Receipt {
        invoiced: receipt.invoiced.plus(amount)?,
        state: if moves { ReceiptState::Invoiced } else { receipt.state },
        ..receipt.clone()
    })
}

/// What is left to pay; below zero it is to be netted from what is due next.
pub fn due(receipt: &Receipt) -> Option<Money> {
    receipt.amount.minus(receipt.credited)?.minus(receipt.paid)
}

/// The receipt after an amount was credited: no more than is invoiced and not yet credited.
pub fn credited(receipt: &Receipt, wanted: Money) -> Result<Receipt, Refused> {
    let left = receipt.invoiced.minus(receipt.credited).unwrap_or(Money::ZERO);
    if !wanted.is_positive() || wanted > left {
        return Err(Refused::Above { wanted, left });
    }
    let credited = receipt.credited.plus(wanted).ok_or(Refused::Above { wanted, left })?;
    Ok(settled(Receipt { credited, ..receipt.clone() }))
}

/// A receipt of which nothing is left to pay is paid; one in a claim is the settlement's to move.
pub fn settled(receipt: Receipt) -> Receipt {
    let is_done = due(&receipt).is_some_and(|due| !due.is_positive());
    let moves = is_done && receipt.state == ReceiptState::Invoiced;
    Receipt { state: if moves { ReceiptState::Paid } else { receipt.state }, ..receipt }
}

/// Code and number as on Chinese invoices: fully digital ones have 20 digits and no code (数电票); the older ones 8
/// digits and a code of 10 or 12.
pub fn number(code: &str, number: &str) -> Result<(), Refused> {
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let fits = matches!((code.len(), number.len()), (0, 20) | (10 | 12, 8));
    if fits && digits(code) && digits(number) {
        return Ok(());
    }
    Err(Refused::Number { code: code.to_owned(), number: number.to_owned() })
}

/// Code and number as people write them.
pub fn shown(code: &str, number: &str) -> String {
    if code.is_empty() { number.to_owned() } else { format!("{code}-{number}") }
}

/// The price with tax of a quantity that costs an amount: for showing what an invoice without such a price says.
pub fn price(amount: Money, quantity: Quantity) -> Option<UnitPrice> {
    let price = amount.decimal().checked_div(quantity.decimal())?;
    UnitPrice::rounded(price).ok().filter(|price| price.decimal() > Decimal::ZERO)
}

/// Day, total and tax of a document.
pub fn head(issued_on: NaiveDate, today: NaiveDate, total: Money, tax: Option<Money>) -> Result<(), Refused> {
    if issued_on > today {
        return Err(Refused::Future(issued_on));
    }
    if !total.is_positive() {
        return Err(Refused::Total);
    }
    match tax {
        Some(tax) if tax < Money::ZERO || tax > total => Err(Refused::Tax(tax)),
        _ => Ok(()),
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
