//! What a hospital takes in of a delivery line: pure decisions.

use crate::error::Error;
use crate::text::{Say, Text, fill};
use crate::types::{DeliveryLineId, Quantity, ReceiptId, Time};

/// The longest reason.
pub const REASON: usize = 500;

/// What a hospital says about one delivery line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Take {
    /// The id of the receipt it makes, from the form.
    pub id: ReceiptId,
    /// Which line.
    pub line: DeliveryLineId,
    /// Accepted.
    pub accepted: Quantity,
    /// Refused.
    pub refused: Quantity,
    /// Why it was refused.
    pub reason: String,
    /// The trace codes of what is refused, when only part of it is.
    pub codes: Vec<String>,
}

/// Why a receipt is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Not one line was taken in.
    NoLines,
    /// A line of another delivery.
    Line,
    /// Below zero.
    Negative(i32),
    /// Accepted and refused are not together what was sent.
    Sum {
        /// The line's place.
        line: i32,
        /// Accepted and refused.
        given: Quantity,
        /// What was sent.
        sent: Quantity,
    },
    /// Refused without a reason, or with one too long.
    Reason(i32),
    /// Somebody took it in before.
    Received {
        /// The line's place.
        line: i32,
        /// When.
        at: Time,
        /// Who.
        by: String,
    },
    /// A trace code that is not on the line.
    Code {
        /// The line's place.
        line: i32,
        /// The code.
        code: String,
    },
}

impl From<Refused> for Error {
    fn from(why: Refused) -> Self {
        Error::refused(why)
    }
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let d = &t.deliveries;
        match self {
            Refused::NoLines => d.nothing_received.to_owned(),
            Refused::Line => d.foreign_delivery_line.to_owned(),
            Refused::Negative(line) => fill(d.receipt_negative, &[("line", line)]),
            Refused::Sum { line, given, sent } => {
                fill(d.receipt_sum, &[("line", line), ("given", given), ("sent", sent)])
            }
            Refused::Reason(line) => fill(d.receipt_reason, &[("line", line), ("most", &REASON)]),
            Refused::Received { line, at, by } => {
                fill(d.already_received, &[("line", line), ("at", at), ("by", by)])
            }
            Refused::Code { line, code } => fill(d.code_not_here, &[("line", line), ("code", code)]),
        }
    }
}

/// Whether a reason in words is there and not too long.
pub fn is_reason(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= REASON
}

/// What is said about the line at `at`, of which `sent` was sent: together exactly that, and a reason for what is
/// refused.
pub fn take(at: i32, sent: Quantity, it: &Take) -> Result<(), Refused> {
    if it.accepted < Quantity::ZERO || it.refused < Quantity::ZERO {
        return Err(Refused::Negative(at));
    }
    let sum = it.accepted.plus(it.refused);
    if sum != Some(sent) {
        return Err(Refused::Sum { line: at, given: sum.unwrap_or(it.accepted), sent });
    }
    if it.refused.is_positive() && !is_reason(&it.reason) {
        return Err(Refused::Reason(at));
    }
    Ok(())
}

/// The trace codes whose packages go back: all when everything does, else those named, which must be on the line.
pub fn going_back(
    at: i32,
    held: Vec<String>,
    is_all: bool,
    named: &[String],
) -> Result<Vec<String>, Refused> {
    match named.iter().find(|code| !held.contains(code)) {
        Some(strange) => {
            let code = strange.chars().take(60).collect();
            Err(Refused::Code { line: at, code })
        }
        None if is_all => Ok(held),
        None => Ok(named.to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_and_refused_are_exactly_what_was_sent() {
        let check = |accepted: &str, refused: &str, reason: &str, is_taken: bool| {
            let it = Take {
                id: ReceiptId::new(),
                line: DeliveryLineId::new(),
                accepted: accepted.parse().unwrap(),
                refused: refused.parse().unwrap(),
                reason: reason.to_owned(),
                codes: Vec::new(),
            };
            let found = take(1, "100".parse().unwrap(), &it);
            assert_eq!(found.is_ok(), is_taken, "{accepted} {refused} {reason}: {found:?}");
        };
        check("100", "0", "", true);
        check("0", "100", "broken", true);
        check("99.999", "0.001", "broken", true);
        check("60", "40", "broken", true);
        check("60", "40", "", false);
        check("60", "39", "broken", false);
        check("100", "1", "broken", false);
        check("101", "-1", "broken", false);
        check("-1", "101", "broken", false);
        check("0", "0", "", false);
        check("9000000000000000", "9000000000000000", "broken", false);
        check("60", "40", &"x".repeat(REASON + 1), false);
    }

    #[test]
    fn the_codes_that_go_back_are_of_the_line() {
        let held = || vec!["a".to_owned(), "b".to_owned()];
        let named = |codes: &[&str]| codes.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>();
        assert_eq!(going_back(1, held(), true, &[]), Ok(held()));
        assert_eq!(going_back(1, held(), false, &[]), Ok(vec![]));
        assert_eq!(going_back(1, held(), false, &named(&["b"])), Ok(named(&["b"])));
        assert!(going_back(1, held(), true, &named(&["c"])).is_err());
    }
}
