//! Why something about payment standards is refused.

use chrono::NaiveDate;

use crate::error::Error;
use crate::rounds::RoundState;
use crate::standards::links::State as LinkState;
use crate::standards::negotiated::State as ListState;
use crate::standards::{Correction, Standard};
use crate::text::{Say, Text, fill};

/// Why something about payment standards is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The round is not in a state in which this can be done.
    Round(RoundState),
    /// No award of the round is confirmed.
    NoAward,
    /// Everything is released already, or there are no winners.
    Nothing,
    /// No request is open.
    NotAsked,
    /// The draft is no longer what was looked at.
    Changed,
    /// The row is no longer the current one.
    Superseded {
        /// The row.
        seq: i64,
        /// What took its place.
        by: i64,
    },
    /// A correction that changes nothing.
    Unchanged,
    /// A standard must be above zero.
    NotPositive,
    /// A correction without its reason.
    NoReason,
    /// A list without a title, or with one longer than this.
    Title(usize),
    /// The last day comes before the first.
    EndsBefore {
        /// The first day.
        starts: NaiveDate,
    },
    /// No product of the catalogue has the code.
    NoProduct,
    /// Negotiated are drugs.
    NotDrug,
    /// A unit that is neither the smallest one nor the pack.
    Unit {
        /// As given.
        unit: String,
        /// The product's smallest unit, empty if its pack does not say.
        smallest: String,
        /// The product's pack.
        pack: String,
    },
    /// Another line gives the product a standard for some of the same days.
    Overlap(u64),
    /// An upload with faulty lines is not drafted.
    BadLines(u64),
    /// An upload was given up.
    Cancelled,
    /// The list is no draft any more.
    ListEnded(ListState),
    /// The proposal is no longer open.
    LinkEnded(LinkState),
    /// Dismissing a proposal needs a reason.
    NoDismissal,
    /// A figure no longer fits.
    TooLarge,
    /// A consumer without a name.
    NoName,
    /// Another consumer has the name.
    NameTaken(String),
    /// The form that makes a consumer was sent twice; its token was shown the first time.
    MadeAlready,
    /// An acknowledgement below the one before.
    Backwards {
        /// Acknowledged before.
        at: i64,
        /// Given now.
        given: i64,
    },
    /// An acknowledgement of rows that do not exist.
    Ahead {
        /// The last row.
        last: i64,
        /// Given now.
        given: i64,
    },
}

impl From<Refused> for Error {
    fn from(why: Refused) -> Self {
        Error::refused(why)
    }
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let (s, n) = (&t.standards, &t.negotiated);
        match self {
            Refused::Title(most) => fill(n.r_title, &[("most", most)]),
            Refused::EndsBefore { starts } => fill(n.r_ends, &[("starts", starts)]),
            Refused::NoProduct => n.r_product.to_owned(),
            Refused::NotDrug => n.r_not_drug.to_owned(),
            Refused::Unit { unit, smallest, pack } => {
                let smallest = if smallest.is_empty() { t.common.none } else { smallest };
                fill(n.r_unit, &[("unit", unit), ("smallest", &smallest), ("pack", pack)])
            }
            Refused::Overlap(line) => fill(n.r_overlap, &[("line", line)]),
            Refused::BadLines(count) => fill(n.r_bad_lines, &[("count", count)]),
            Refused::Cancelled => n.r_cancelled.to_owned(),
            Refused::ListEnded(state) => fill(n.r_ended, &[("state", &state.name(t))]),
            Refused::LinkEnded(state) => fill(t.links.r_ended, &[("state", &state.name(t))]),
            Refused::NoDismissal => t.links.r_no_reason.to_owned(),
            Refused::TooLarge => n.r_too_large.to_owned(),
            Refused::Round(state) => fill(s.wrong_state, &[("state", &state.name(t))]),
            Refused::NoAward => s.no_award.to_owned(),
            Refused::Nothing => s.nothing.to_owned(),
            Refused::NotAsked => s.not_asked.to_owned(),
            Refused::Changed => s.changed.to_owned(),
            Refused::Superseded { seq, by } => fill(s.superseded, &[("seq", seq), ("by", by)]),
            Refused::Unchanged => s.unchanged.to_owned(),
            Refused::NotPositive => s.not_positive.to_owned(),
            Refused::NoReason => s.no_reason.to_owned(),
            Refused::NoName => s.no_name.to_owned(),
            Refused::NameTaken(name) => fill(s.name_taken, &[("name", name)]),
            Refused::MadeAlready => s.made_already.to_owned(),
            Refused::Backwards { at, given } => fill(s.backwards, &[("at", at), ("given", given)]),
            Refused::Ahead { last, given } => fill(s.ahead, &[("last", last), ("given", given)]),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Refused::Unchanged | Refused::NotPositive => Some("standard"),
            Refused::NoReason | Refused::NoDismissal => Some("reason"),
            Refused::Title(_) => Some("title"),
            Refused::NoName | Refused::NameTaken(_) => Some("name"),
            _ => None,
        }
    }
}

/// Standards follow a final award.
pub fn may_release(state: RoundState) -> Result<(), Refused> {
    match state {
        RoundState::Awarded | RoundState::Contracting | RoundState::Executing => Ok(()),
        other => Err(Refused::Round(other)),
    }
}

/// A correction sets another standard above zero and says why.
pub fn correction(row: &Standard, wanted: &Correction) -> Result<(), Refused> {
    if !wanted.standard.is_positive() {
        return Err(Refused::NotPositive);
    }
    if wanted.standard == row.standard {
        return Err(Refused::Unchanged);
    }
    if wanted.reason.trim().is_empty() {
        return Err(Refused::NoReason);
    }
    Ok(())
}

/// Acknowledgements only go forward, and never past the last row.
pub fn acknowledge(at: i64, given: i64, last: i64) -> Result<(), Refused> {
    if given < at {
        return Err(Refused::Backwards { at, given });
    }
    if given > last {
        return Err(Refused::Ahead { last, given });
    }
    Ok(())
}
