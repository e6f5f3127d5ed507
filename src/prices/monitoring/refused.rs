//! Why a monitoring rule is refused, in words.

use chrono::NaiveDate;

use super::Tier;
use super::faults::Wanted;
use crate::sourced::Unreadable;
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
    Unreadable(Unreadable),
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
    /// A field that rules do not have.
    Key {
        /// Where it stands.
        field: String,
        /// The fields there are.
        known: String,
    },
    /// A field that is missing.
    Absent(String),
    /// A value that is not what its field wants.
    Value {
        /// The field.
        field: String,
        /// What it should be.
        want: Wanted,
    },
    /// A value that versions of a rule share.
    Fixed {
        /// The field.
        field: &'static str,
        /// What it is.
        want: String,
    },
    /// A first day that is no first day of a month.
    WithinMonth,
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
        let (m, s, w) = (&t.monitoring, &t.scans, &t.watching);
        match self {
            Refused::Unknown { name, known } => fill(m.rule_unknown, &[("name", name), ("known", known)]),
            Refused::Unreadable(Unreadable { line, message }) => {
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
            Refused::Key { field, known } => fill(w.fault_key, &[("field", field), ("known", known)]),
            Refused::Absent(field) => fill(w.fault_absent, &[("field", field)]),
            Refused::Value { field, want } => {
                let (known, want) = match want {
                    Wanted::Words => ("", w.want_words),
                    Wanted::Whole => ("", w.want_whole),
                    Wanted::Day => ("", w.want_day),
                    Wanted::Number => ("", w.want_number),
                    Wanted::Multiple => ("", w.want_multiple),
                    Wanted::Word(known) => (known.as_str(), w.want_word),
                    Wanted::Table => ("", w.want_table),
                };
                fill(w.fault_value, &[("field", field), ("want", &fill(want, &[("known", &known)]))])
            }
            Refused::Fixed { field, want } => fill(w.fault_fixed, &[("field", field), ("want", want)]),
            Refused::WithinMonth => w.fault_month.to_owned(),
            Refused::NotInForce { name, day } => fill(m.rule_not_in_force, &[("name", name), ("day", day)]),
            Refused::NotOfListings(name) => fill(s.not_of_listings, &[("name", name)]),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some("rule")
    }
}
