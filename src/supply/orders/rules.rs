//! Where an order and its lines stand: pure decisions.

use crate::error::Error;
use crate::supply::{OrderLine, OrderState};
use crate::text::{Say, Text, fill};
use crate::types::Quantity;

/// Why something about an order is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Everything is sent, accepted or released already.
    NothingLeft,
    /// So much may yet be sent now, not what was shown.
    Moved(Quantity),
    /// Without a reason.
    NoReason,
}

impl From<Refused> for Error {
    fn from(why: Refused) -> Self {
        Error::refused(why)
    }
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let o = &t.orders;
        match self {
            Refused::NothingLeft => o.release_nothing_left.to_owned(),
            Refused::Moved(left) => fill(o.release_moved, &[("left", left)]),
            Refused::NoReason => o.release_no_reason.to_owned(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        matches!(self, Refused::NoReason).then_some("reason")
    }
}

/// How much of a line is given up: all that may yet be sent, when that is what the person saw.
pub fn give_up(line: &OrderLine, seen: Quantity, reason: &str) -> Result<Quantity, Refused> {
    let left = shippable(line);
    if !left.is_positive() {
        Err(Refused::NothingLeft)
    } else if left != seen {
        Err(Refused::Moved(left))
    } else if reason.trim().is_empty() {
        Err(Refused::NoReason)
    } else {
        Ok(left)
    }
}

/// What is still to come of a line: ordered, and neither accepted nor released.
pub fn open(line: &OrderLine) -> Quantity {
    less(line.quantity, &[line.accepted, line.released])
}

/// What is on its way: sent, and neither accepted nor refused yet.
pub fn in_transit(line: &OrderLine) -> Quantity {
    less(line.shipped, &[line.accepted, line.refused])
}

/// What may yet be sent, and so what may yet be given up: still to come and not on its way. What was refused may
/// be sent again.
pub fn shippable(line: &OrderLine) -> Quantity {
    less(open(line), &[in_transit(line)])
}

/// The state of a line by its quantities; it never goes back.
pub fn line_state(line: &OrderLine) -> OrderState {
    let now = if open(line) == Quantity::ZERO {
        OrderState::Closed
    } else if line.promised.is_some() {
        OrderState::Confirmed
    } else {
        OrderState::Placed
    };
    now.max(line.state)
}

/// The state of an order by the states of its lines: it is as far as its last line; it never goes back.
pub fn order_state(before: OrderState, lines: impl IntoIterator<Item = OrderState>) -> OrderState {
    lines.into_iter().min().unwrap_or(before).max(before)
}

/// The difference, not below zero.
fn less(from: Quantity, parts: &[Quantity]) -> Quantity {
    let rest = parts.iter().try_fold(from, |rest, part| rest.minus(*part));
    rest.unwrap_or(Quantity::ZERO).max(Quantity::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::supply::samples::order_line;

    fn quantity(text: &str) -> Quantity {
        text.parse().unwrap()
    }

    /// A line of 100 with these quantities: promised, shipped, accepted, refused, released.
    fn line(promised: Option<&str>, [shipped, accepted, refused, released]: [&str; 4]) -> OrderLine {
        OrderLine {
            promised: promised.map(quantity),
            shipped: quantity(shipped),
            accepted: quantity(accepted),
            refused: quantity(refused),
            released: quantity(released),
            ..order_line()
        }
    }

    #[test]
    fn a_line_is_closed_when_nothing_more_is_to_come() {
        let check = |promised: Option<&str>, moved: [&str; 4], want: [&str; 3], state: OrderState| {
            let it = line(promised, moved);
            let found = [open(&it), in_transit(&it), shippable(&it)].map(|q| q.to_string());
            assert_eq!(found, want.map(str::to_owned), "{promised:?} {moved:?}");
            assert_eq!(line_state(&it), state, "{promised:?} {moved:?}");
        };
        let (placed, confirmed, closed) = (OrderState::Placed, OrderState::Confirmed, OrderState::Closed);
        check(None, ["0", "0", "0", "0"], ["100", "0", "100"], placed);
        check(Some("100"), ["0", "0", "0", "0"], ["100", "0", "100"], confirmed);
        // A promise of nothing is an answer; no answer is none.
        check(Some("0"), ["0", "0", "0", "100"], ["0", "0", "0"], closed);
        check(Some("80"), ["0", "0", "0", "20"], ["80", "0", "80"], confirmed);
        check(Some("80"), ["80", "0", "0", "20"], ["80", "80", "0"], confirmed);
        check(Some("80"), ["80", "80", "0", "20"], ["0", "0", "0"], closed);
        // What was refused may be sent again or given up.
        check(Some("100"), ["100", "60", "40", "0"], ["40", "0", "40"], confirmed);
        check(Some("100"), ["120", "60", "40", "0"], ["40", "20", "20"], confirmed);
        check(Some("100"), ["100", "60", "40", "40"], ["0", "0", "0"], closed);
        check(None, ["0", "0", "0", "100"], ["0", "0", "0"], closed);
        check(None, ["0", "0", "0", "99.999"], ["0.001", "0", "0.001"], placed);
    }

    #[test]
    fn only_what_was_seen_and_not_sent_is_given_up() {
        let check = |moved: [&str; 4], seen: &str, reason: &str, want: Result<&str, Refused>| {
            let found = give_up(&line(Some("100"), moved), quantity(seen), reason);
            assert_eq!(found, want.map(quantity), "{moved:?} {seen} {reason}");
        };
        check(["0", "0", "0", "0"], "100", "stock", Ok("100"));
        check(["40", "0", "0", "0"], "60", "stock", Ok("60"));
        check(["40", "0", "0", "0"], "100", "stock", Err(Refused::Moved(quantity("60"))));
        check(["100", "30", "0", "0"], "100", "stock", Err(Refused::NothingLeft));
        check(["0", "0", "0", "100"], "100", "stock", Err(Refused::NothingLeft));
        check(["0", "0", "0", "0"], "100", " ", Err(Refused::NoReason));
    }

    #[test]
    fn a_line_never_goes_back() {
        let closed = OrderLine { state: OrderState::Closed, ..line(None, ["0", "0", "0", "0"]) };
        assert_eq!(line_state(&closed), OrderState::Closed);
    }

    #[test]
    fn an_order_is_as_far_as_its_last_line() {
        let check = |before: OrderState, lines: &[OrderState], want: OrderState| {
            assert_eq!(order_state(before, lines.iter().copied()), want, "{before} {lines:?}");
        };
        let (placed, confirmed, closed) = (OrderState::Placed, OrderState::Confirmed, OrderState::Closed);
        check(placed, &[placed, confirmed], placed);
        check(placed, &[closed, confirmed], confirmed);
        check(confirmed, &[closed, closed], closed);
        check(placed, &[closed, closed], closed);
        check(confirmed, &[placed], confirmed);
        check(placed, &[], placed);
    }
}
