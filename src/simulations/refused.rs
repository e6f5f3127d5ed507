//! Why a simulation is not made.

use crate::text::{Say, Text, fill};

/// Why a simulation is not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// No name.
    NoName,
    /// No base round and no synthetic one.
    NoBase,
    /// The round is not opened.
    NotOpened,
    /// A rule set that is not there.
    NoRules(&'static str),
    /// A number outside its bounds: field, value, least, most.
    Outside(&'static str, String, &'static str, &'static str),
    /// A line of the ceilings that is not `lot price`.
    CeilingLine(usize, String),
    /// A ceiling for a lot that is not there.
    UnknownLot(String),
    /// A ceiling not above zero or not to be believed.
    Ceiling(String),
    /// More figures than are kept.
    TooMuch(u64),
    /// A sum that no longer fits.
    Sum,
    /// The round's data changed between asking and running.
    InputChanged,
    /// Only its maker deletes a simulation.
    NotYours,
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let s = &t.simulations;
        match self {
            Self::NoName => s.no_name.to_owned(),
            Self::NoBase => s.no_base.to_owned(),
            Self::NotOpened => s.not_opened.to_owned(),
            Self::NoRules(_) => s.no_rules.to_owned(),
            Self::Outside(_, value, least, most) => {
                fill(s.outside, &[("value", value), ("least", least), ("most", most)])
            }
            Self::CeilingLine(line, text) => fill(s.ceiling_line, &[("line", line), ("text", text)]),
            Self::UnknownLot(lot) => fill(s.unknown_lot, &[("lot", lot)]),
            Self::Ceiling(lot) => fill(s.ceiling_wrong, &[("lot", lot)]),
            Self::TooMuch(most) => fill(s.too_much, &[("most", most)]),
            Self::Sum => s.sum_too_large.to_owned(),
            Self::InputChanged => s.input_changed.to_owned(),
            Self::NotYours => s.not_yours.to_owned(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::NoName => Some("name"),
            Self::NoBase | Self::NotOpened => Some("base"),
            Self::NoRules(field) | Self::Outside(field, ..) => Some(field),
            Self::CeilingLine(..) | Self::UnknownLot(_) | Self::Ceiling(_) => Some("ceilings"),
            Self::TooMuch(_) => Some("runs"),
            Self::Sum | Self::InputChanged | Self::NotYours => None,
        }
    }
}
