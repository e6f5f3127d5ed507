//! Why a monitoring rule is refused, in words.

use chrono::NaiveDate;

use super::Tier;
use crate::text::{Say, Text, fill};

/// Why a monitoring rule is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// No rule of this name.
    Unknown {
        /// As asked for.
        name: String,
        /// The names there are.
        known: String,
    },
    /// No TOML, or not the fields of a rule.
    Unreadable {
        /// The line it was noticed on.
        line: usize,
        /// What the parser says.
        message: String,
    },
    /// A field that is blank.
    Blank(&'static str),
    /// Days in the wrong order: the field that comes too early.
    Days(&'static str),
    /// No tiers.
    NoTiers,
    /// A tier with neither or both of `above` and `from`.
    Bound(Tier),
    /// A tier that does not lie above the one before it, or below 1.
    Order(Tier),
    /// A number its kind needs is not named.
    Missing(&'static str),
    /// A number its kind does not know, or named twice.
    Parameter(String),
    /// A number out of its bounds.
    Range {
        /// Its name.
        name: &'static str,
        /// As written.
        value: String,
    },
    /// The rule does not hold on this day.
    NotInForce {
        /// The rule.
        name: String,
        /// The day asked for.
        day: NaiveDate,
    },
    /// The rule judges stored purchases, not a file of listings.
    NotOfListings(String),
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let (m, s) = (&t.monitoring, &t.scans);
        match self {
            Refused::Unknown { name, known } => fill(m.rule_unknown, &[("name", name), ("known", known)]),
            Refused::Unreadable { line, message } => {
                fill(m.rule_unreadable, &[("line", line), ("message", message)])
            }
            Refused::Blank(field) => fill(m.rule_blank, &[("field", field)]),
            Refused::Days(field) => fill(m.rule_days, &[("field", field)]),
            Refused::NoTiers => m.rule_no_tiers.to_owned(),
            Refused::Bound(tier) => fill(m.rule_bound, &[("tier", tier)]),
            Refused::Order(tier) => fill(m.rule_order, &[("tier", tier)]),
            Refused::Missing(name) => fill(s.rule_missing, &[("name", name)]),
            Refused::Parameter(name) => fill(s.rule_parameter, &[("name", name)]),
            Refused::Range { name, value } => fill(s.rule_range, &[("name", name), ("value", value)]),
            Refused::NotInForce { name, day } => fill(m.rule_not_in_force, &[("name", name), ("day", day)]),
            Refused::NotOfListings(name) => fill(s.not_of_listings, &[("name", name)]),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some("rule")
    }
}
