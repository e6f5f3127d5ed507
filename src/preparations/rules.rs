//! What a hospital preparation costs a pack, and who may do what to its sheet when. Pure and exact.
//!
//! price = (raw + auxiliary + packaging + fixed production cost) × (1 + rate) ÷ (batch × yield), rounded once, half up,
//! to the cent a pack.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{CostLine, CostSheet, LineKind, State};
use crate::error::Error;
use crate::text::{Say, Text, fill};
use crate::types::{Amount, Money, Quantity, Share, UnitPrice};

/// Most lines of a sheet.
pub const LINES: usize = 500;

/// Why something about a sheet is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// A text that must be there is blank, or longer than it may be.
    Words(&'static str, usize),
    /// A number that must be above zero.
    NotPositive(&'static str),
    /// A yield above 1.
    Yield(Share),
    /// A rate below zero or above the cap.
    Rate(Share, Decimal),
    /// The hospital has this preparation already.
    Known(String),
    /// A figure too large to be kept.
    TooLarge,
    /// It is no draft.
    NotDraft,
    /// It does not wait for review.
    NotSubmitted,
    /// Somebody changed it meanwhile.
    Stale,
    /// No line of this kind: a preparation has raw material, packaging and fixed cost.
    NoLine(LineKind),
    /// Fixed cost must say by what it is shared out.
    NoBasis,
    /// More lines than a sheet may have.
    TooMany(usize),
    /// The price changes by more than the threshold: reasons, please.
    NoReasonForChange {
        /// The price in force.
        old: Money,
        /// The price asked for.
        new: Money,
        /// The threshold.
        threshold: Decimal,
    },
    /// More accepted than asked for, or less than nothing.
    Accepted {
        /// The line.
        name: String,
        /// As given.
        given: Amount,
        /// What was asked for.
        amount: Amount,
    },
    /// A cut needs a reason.
    NoReason(String),
    /// A line without an accepted amount.
    Unreviewed(String),
    /// In force from a past day, or not after the version before it.
    FromDay(NaiveDate),
    /// Nothing would be left to charge.
    NoPrice,
    /// What is given back needs a remark.
    NoRemark,
    /// Another version is under way.
    UnderWay(String),
    /// An upload was given up.
    Cancelled,
    /// An upload with faulty lines is not applied.
    BadLines(u64),
}

impl From<Refused> for Error {
    fn from(why: Refused) -> Self {
        Error::refused(why)
    }
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let m = &t.preparations;
        match self {
            Refused::Words(_, most) => fill(m.r_words, &[("most", most)]),
            Refused::NotPositive(_) => m.r_not_positive.to_owned(),
            Refused::Yield(it) => fill(m.r_yield, &[("given", it)]),
            Refused::Rate(it, most) => fill(m.r_rate, &[("given", it), ("most", most)]),
            Refused::Known(name) => fill(m.r_known, &[("name", name)]),
            Refused::TooLarge => m.r_too_large.to_owned(),
            Refused::NotDraft => m.r_not_draft.to_owned(),
            Refused::NotSubmitted => m.r_not_submitted.to_owned(),
            Refused::Stale => m.r_stale.to_owned(),
            Refused::NoLine(kind) => fill(m.r_no_line, &[("kind", &kind.name(t))]),
            Refused::NoBasis => m.r_no_basis.to_owned(),
            Refused::TooMany(most) => fill(m.r_too_many, &[("most", most)]),
            Refused::NoReasonForChange { old, new, threshold } => {
                fill(m.r_change_reason, &[("old", old), ("new", new), ("threshold", threshold)])
            }
            Refused::Accepted { name, given, amount } => {
                fill(m.r_accepted, &[("name", name), ("given", given), ("amount", amount)])
            }
            Refused::NoReason(name) => fill(m.r_no_reason, &[("name", name)]),
            Refused::Unreviewed(name) => fill(m.r_unreviewed, &[("name", name)]),
            Refused::FromDay(day) => fill(m.r_from_day, &[("day", day)]),
            Refused::NoPrice => m.r_no_price.to_owned(),
            Refused::NoRemark => m.r_no_remark.to_owned(),
            Refused::UnderWay(number) => fill(m.r_under_way, &[("number", number)]),
            Refused::Cancelled => m.r_cancelled.to_owned(),
            Refused::BadLines(count) => fill(m.r_bad_lines, &[("count", count)]),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Refused::Words(field, _) | Refused::NotPositive(field) => field,
            Refused::Yield(_) => "yield_share",
            Refused::Rate(..) => "rate",
            Refused::Known(_) => "approval",
            Refused::NoBasis => "basis",
            Refused::NoReasonForChange { .. } => "change_reason",
            Refused::FromDay(_) => "from_day",
            Refused::NoRemark => "remark",
            _ => return None,
        })
    }
}

/// A text that must be there, trimmed.
pub fn words(field: &'static str, text: &str, most: usize) -> Result<String, Refused> {
    let text = text.trim();
    let is_fine = !text.is_empty() && text.chars().count() <= most;
    if is_fine { Ok(text.to_owned()) } else { Err(Refused::Words(field, most)) }
}

/// Batch, yield and rate as a hospital gives them.
pub fn header(batch: Quantity, yield_share: Share, rate: Share, most: Decimal) -> Result<(), Refused> {
    if !batch.is_positive() {
        return Err(Refused::NotPositive("batch"));
    }
    if !yield_share.is_positive() {
        return Err(Refused::NotPositive("yield_share"));
    }
    if yield_share.decimal() > Decimal::ONE {
        return Err(Refused::Yield(yield_share));
    }
    if rate < Share::ZERO || rate.decimal() > most {
        return Err(Refused::Rate(rate, most.normalize()));
    }
    Ok(())
}

/// What a line comes to, exactly.
pub fn amount(quantity: Quantity, unit_price: UnitPrice) -> Result<Amount, Refused> {
    let product = quantity.decimal().checked_mul(unit_price.decimal()).ok_or(Refused::TooLarge)?;
    Amount::exact(product).map_err(|_| Refused::TooLarge)
}

/// A line of fixed cost says by what it is shared out.
pub fn basis(kind: LineKind, basis: &str) -> Result<(), Refused> {
    if kind == LineKind::Fixed && basis.trim().is_empty() { Err(Refused::NoBasis) } else { Ok(()) }
}

/// The costs of a batch by kind, and the price a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Costs {
    /// Raw material (原料).
    pub raw: Amount,
    /// Auxiliary material (辅料).
    pub auxiliary: Amount,
    /// Packaging (包材).
    pub packaging: Amount,
    /// Fixed production cost (固定生产成本).
    pub fixed: Amount,
    /// All of them.
    pub sum: Amount,
    /// Packs that come out: batch times yield.
    pub packs: Decimal,
    /// Yuan a pack, rounded once.
    pub price: Money,
}

impl Costs {
    /// The costs of one kind.
    pub fn of(&self, kind: LineKind) -> Amount {
        match kind {
            LineKind::Raw => self.raw,
            LineKind::Auxiliary => self.auxiliary,
            LineKind::Packaging => self.packaging,
            LineKind::Fixed => self.fixed,
        }
    }
}

/// Counts a sheet by the lines' amounts: those asked for, or those accepted.
pub fn costs(
    sheet: &CostSheet,
    lines: &[CostLine],
    of: impl Fn(&CostLine) -> Amount,
) -> Result<Costs, Refused> {
    let sum = |kind: Option<LineKind>| {
        let chosen = lines.iter().filter(|it| kind.is_none_or(|kind| it.kind == kind));
        chosen.clone().try_fold(Amount::ZERO, |sum, it| sum.plus(of(it))).ok_or(Refused::TooLarge)
    };
    let total = sum(None)?;
    let packs = sheet.batch.decimal() * sheet.yield_share.decimal();
    let price = (Decimal::ONE + sheet.rate.decimal())
        .checked_mul(total.decimal())
        .and_then(|charged| charged.checked_div(packs))
        .ok_or(Refused::TooLarge)?;
    Ok(Costs {
        raw: sum(Some(LineKind::Raw))?,
        auxiliary: sum(Some(LineKind::Auxiliary))?,
        packaging: sum(Some(LineKind::Packaging))?,
        fixed: sum(Some(LineKind::Fixed))?,
        sum: total,
        packs: packs.normalize(),
        price: Money::rounded(price).map_err(|_| Refused::TooLarge)?,
    })
}

/// Whether a price moves by more than a threshold from the one in force.
pub fn moves(old: Money, new: Money, threshold: Decimal) -> bool {
    (new.decimal() - old.decimal()).abs() > old.decimal() * threshold
}

/// Whether a draft can be submitted.
pub fn may_submit(
    sheet: &CostSheet,
    lines: &[CostLine],
    (rate_most, threshold): (Decimal, Decimal),
    in_force: Option<Money>,
) -> Result<(), Refused> {
    if sheet.state != State::Draft {
        return Err(Refused::NotDraft);
    }
    header(sheet.batch, sheet.yield_share, sheet.rate, rate_most)?;
    for kind in [LineKind::Raw, LineKind::Packaging, LineKind::Fixed] {
        if !lines.iter().any(|it| it.kind == kind) {
            return Err(Refused::NoLine(kind));
        }
    }
    let new = costs(sheet, lines, |it| it.amount)?.price;
    if !new.is_positive() {
        return Err(Refused::NoPrice);
    }
    match in_force.filter(|old| moves(*old, new, threshold) && sheet.change_reason.trim().is_empty()) {
        Some(old) => Err(Refused::NoReasonForChange { old, new, threshold: threshold.normalize() }),
        None => Ok(()),
    }
}

/// Whether an officer's view of a line will do.
pub fn accept(line: &CostLine, accepted: Amount, reason: &str) -> Result<(), Refused> {
    if accepted < Amount::ZERO || accepted > line.amount {
        let name = line.name.clone();
        return Err(Refused::Accepted { name, given: accepted, amount: line.amount });
    }
    if reason.chars().count() > 500 {
        return Err(Refused::Words("reason", 500));
    }
    let is_cut = accepted < line.amount;
    if is_cut && reason.trim().is_empty() { Err(Refused::NoReason(line.name.clone())) } else { Ok(()) }
}

/// What an officer asks a reviewer for: every line was looked at, the rate is within the cap, the day lies ahead.
pub fn may_ask(
    sheet: &CostSheet,
    lines: &[CostLine],
    rate_most: Decimal,
    from_day: NaiveDate,
    (today, before): (NaiveDate, Option<NaiveDate>),
) -> Result<Money, Refused> {
    if sheet.state != State::Submitted {
        return Err(Refused::NotSubmitted);
    }
    if let Some(line) = lines.iter().find(|it| it.accepted.is_none()) {
        return Err(Refused::Unreviewed(line.name.clone()));
    }
    header(sheet.batch, sheet.yield_share, sheet.rate, rate_most)?;
    if from_day < today || before.is_some_and(|before| from_day <= before) {
        return Err(Refused::FromDay(from_day));
    }
    let price = costs(sheet, lines, |it| it.accepted.unwrap_or_default())?.price;
    if price.is_positive() { Ok(price) } else { Err(Refused::NoPrice) }
}
