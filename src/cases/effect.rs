//! What a case came to: what hospitals paid for the product before it and after its closing.

use chrono::{Days, Months, NaiveDate};

use super::{Case, State, rules, store};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::types::{Money, Quantity, UnitPrice};

/// Months looked at before the opening and after the closing.
const MONTHS: u32 = 12;

/// What was bought in a span of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bought {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// Quantity, net of returns.
    pub quantity: Quantity,
    /// What was paid, net of returns.
    pub amount: Money,
}

impl Bought {
    /// The average price by quantity, none where nothing was bought.
    pub fn price(&self) -> Option<UnitPrice> {
        rules::average(self.amount, self.quantity)
    }
}

/// What was bought before and after, and what the difference of price came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// The twelve months before the case was opened first.
    pub before: Bought,
    /// From the day after the last closing, at most twelve months.
    pub after: Bought,
    /// What `after` would have cost at the average price of `before`, less what it cost; none where nothing was bought
    /// before.
    pub savings: Option<Money>,
}

/// Measures a closed case by the purchases of its product; an open one has no effect yet, and on the day of closing
/// there is nothing to measure.
pub fn measure(conn: &mut Conn, case: &Case, today: NaiveDate) -> Result<Option<Effect>> {
    let (State::Closed, Some(closed)) = (case.state, case.closed_at) else { return Ok(None) };
    let none = || Error::fault("no such day in the calendar");
    let opened = case.opened_at.day();
    let start = opened.checked_sub_months(Months::new(MONTHS)).ok_or_else(none)?;
    let eve = opened.pred_opt().ok_or_else(none)?;
    let next = closed.day().succ_opt().ok_or_else(none)?;
    let year =
        next.checked_add_months(Months::new(MONTHS)).and_then(|end| end.checked_sub_days(Days::new(1)));
    let end = year.ok_or_else(none)?.min(today);
    if end < next {
        return Ok(None);
    }
    let before = store::bought(conn, &case.product_id, start, eve)?;
    let after = store::bought(conn, &case.product_id, next, end)?;
    let savings = rules::savings((before.amount, before.quantity), (after.amount, after.quantity));
    Ok(Some(Effect { before, after, savings }))
}
