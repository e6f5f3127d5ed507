//! Why an edition, or a grade by it, is refused.

use chrono::NaiveDate;

use super::ConductKind;
use crate::sourced::Unreadable;
use crate::text::{Say, Text, fill};

/// Why an edition, or a grade by it, is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// No TOML, or not the fields of an edition.
    Unreadable(Unreadable),
    /// A field that is blank.
    Blank(&'static str),
    /// Days or ranks in the wrong order: the field.
    Order(&'static str),
    /// A grade that is named twice, or in a band and nowhere else.
    Grade(String),
    /// A conduct that is missing or named twice.
    Conduct(ConductKind),
    /// Bands of this conduct are not in rising order of amount and grade.
    Bands(ConductKind),
    /// No edition holds on this day.
    NoEdition(NaiveDate),
    /// The edition does not hold on this day.
    NotInForce {
        /// Its name.
        edition: String,
        /// The day.
        day: NaiveDate,
    },
    /// The conduct is graded by its amount.
    AmountNeeded(ConductKind),
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let m = &t.ratings;
        match self {
            Refused::Unreadable(Unreadable { line, message }) => {
                fill(m.edition_unreadable, &[("line", line), ("message", message)])
            }
            Refused::Blank(field) => fill(m.edition_blank, &[("field", field)]),
            Refused::Order(field) => fill(m.edition_order, &[("field", field)]),
            Refused::Grade(grade) => fill(m.edition_grade, &[("grade", grade)]),
            Refused::Conduct(kind) => fill(m.edition_conduct, &[("conduct", kind)]),
            Refused::Bands(kind) => fill(m.edition_bands, &[("conduct", kind)]),
            Refused::NoEdition(day) => fill(m.no_edition, &[("day", day)]),
            Refused::NotInForce { edition, day } => {
                fill(m.not_in_force, &[("edition", edition), ("day", day)])
            }
            Refused::AmountNeeded(kind) => fill(m.amount_needed, &[("conduct", &kind.name(t))]),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Refused::AmountNeeded(_) => Some("amount"),
            Refused::NoEdition(_) | Refused::NotInForce { .. } => Some("document_on"),
            _ => None,
        }
    }
}
