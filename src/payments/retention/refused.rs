//! Why something about surplus retention is refused.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::error::Error;
use crate::payments::retention::parameters::{Parameter, word_name};
use crate::text::{Say, Text, fill};

/// Why something about surplus retention is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// A parameter is not what it may be.
    Value {
        /// Which.
        parameter: Parameter,
        /// As given.
        given: String,
        /// The least number.
        least: Decimal,
        /// The largest number.
        most: Decimal,
        /// The words allowed instead.
        words: Vec<String>,
    },
    /// The least scores of the grades do not fall from A to C.
    GradeOrder,
    /// The shares rise from a better grade to a worse one.
    ShareOrder,
    /// The round has no contracts yet.
    NoContracts(String),
    /// The round's term has no such year.
    NoYear(i32),
    /// The round's year has its plan.
    Planned(i32),
    /// The plan is approved and frozen.
    Frozen,
    /// The plan changed since it was looked at.
    Stale,
    /// A request waits for the reviewer; it must be taken back first.
    Waits,
    /// Nothing is computed yet, or not with what is entered now.
    NotComputed,
    /// The year is not over.
    NotOver(NaiveDate),
    /// It has not begun.
    NotBegun(NaiveDate),
    /// Hospitals that have no result yet: a base, a price or a score is missing.
    Open(i32),
    /// Purchases changed since the figures were computed.
    Changed(usize),
    /// No hospital has an agreed volume or a base.
    Nothing,
    /// Somebody else began computing later.
    Overtaken,
    /// A score is not between 0 and 100.
    Score(String),
    /// A score without its evidence in words.
    NoEvidence,
    /// Words longer than allowed: the field and how many characters.
    TooLong(&'static str, usize),
    /// There is no hospital of this code.
    NoHospital(String),
    /// The hospital takes no part in the plan.
    NotInPlan(String),
    /// The generic is not in the round.
    NoGeneric(String),
    /// The hospital and generic stand in the file before.
    Twice(u64),
    /// A share is not between 0 and 1.
    Part(String),
    /// Below zero.
    Negative(&'static str),
    /// The hospital has a score; it is changed on its own page.
    Scored(String),
    /// Lines of the file are wrong.
    BadLines(u64),
    /// The file was given up.
    Cancelled,
    /// More documents than allowed.
    TooManyDocuments(usize),
}

impl From<Refused> for Error {
    fn from(why: Refused) -> Self {
        Error::refused(why)
    }
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let m = &t.retention;
        match self {
            Refused::Value { parameter, given, least, most, words } => {
                let name = parameter.name(t);
                if words.is_empty() {
                    return fill(
                        m.bad_value,
                        &[("name", &name), ("given", given), ("least", least), ("most", most)],
                    );
                }
                let words: Vec<&str> = words.iter().map(|word| word_name(word, t)).collect();
                fill(
                    m.bad_word,
                    &[("name", &name), ("given", given), ("words", &words.join(t.files.list_join))],
                )
            }
            Refused::GradeOrder => m.grade_order.to_owned(),
            Refused::ShareOrder => m.share_order.to_owned(),
            Refused::NoContracts(number) => fill(m.no_contracts, &[("number", number)]),
            Refused::NoYear(year) => fill(m.no_year, &[("year", year)]),
            Refused::Planned(year) => fill(m.planned, &[("year", year)]),
            Refused::Frozen => m.frozen.to_owned(),
            Refused::Stale => m.stale.to_owned(),
            Refused::Waits => m.waits_first.to_owned(),
            Refused::NotComputed => m.not_computed.to_owned(),
            Refused::NotOver(day) => fill(m.not_over, &[("day", day)]),
            Refused::NotBegun(day) => fill(m.not_begun, &[("day", day)]),
            Refused::Open(count) => fill(m.still_open, &[("count", count)]),
            Refused::Changed(count) => fill(m.changed_since, &[("count", count)]),
            Refused::Nothing => m.nothing.to_owned(),
            Refused::Overtaken => m.overtaken.to_owned(),
            Refused::Score(given) => fill(t.assessments.bad_score, &[("given", given)]),
            Refused::NoEvidence => t.assessments.no_evidence.to_owned(),
            Refused::TooLong(_, most) => fill(t.assessments.too_long, &[("most", most)]),
            Refused::NoHospital(code) => fill(m.no_hospital, &[("code", code)]),
            Refused::NotInPlan(code) => fill(m.not_in_plan, &[("code", code)]),
            Refused::NoGeneric(name) => fill(m.no_generic, &[("name", name)]),
            Refused::Twice(line) => fill(m.twice, &[("line", line)]),
            Refused::Part(given) => fill(m.bad_part, &[("given", given)]),
            Refused::Negative(_) => m.negative.to_owned(),
            Refused::Scored(code) => fill(t.assessments.scored, &[("code", code)]),
            Refused::BadLines(count) => fill(m.bad_lines, &[("count", count)]),
            Refused::Cancelled => m.cancelled.to_owned(),
            Refused::TooManyDocuments(most) => fill(t.assessments.too_many_documents, &[("most", most)]),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Refused::Value { parameter, .. } => Some(parameter.as_str()),
            Refused::GradeOrder => Some("grade_a"),
            Refused::ShareOrder => Some("share_a"),
            Refused::NoContracts(_) => Some("round"),
            Refused::NoYear(_) | Refused::Planned(_) => Some("year"),
            Refused::Score(_) => Some("score"),
            Refused::NoEvidence => Some("evidence"),
            Refused::NoHospital(_) | Refused::NotInPlan(_) | Refused::Scored(_) => Some("hospital"),
            Refused::NoGeneric(_) => Some("generic"),
            Refused::TooLong(field, _) | Refused::Negative(field) => Some(field),
            Refused::TooManyDocuments(_) => Some("file"),
            _ => None,
        }
    }
}
