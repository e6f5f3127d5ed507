//! A round's dates, which must follow one another.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::schema::rounds;
use crate::text::Text;
use crate::types::Time;

/// A round's dates.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = rounds)]
pub struct Calendar {
    /// Hospitals may report from.
    pub demand_from: Time,
    /// Hospitals must have reported before.
    pub demand_to: Time,
    /// Suppliers may bid from.
    pub bidding_from: Time,
    /// A bid must be here before this moment; at it, it is late.
    pub bidding_to: Time,
    /// Envelopes may be opened from.
    pub opening_at: Time,
    /// The proposed award is public from.
    pub publicity_from: Time,
    /// Objections are accepted before.
    pub publicity_to: Time,
    /// Contracts must be confirmed before.
    pub contract_to: Time,
    /// First day of execution.
    pub execution_from: NaiveDate,
    /// Last day of execution.
    pub execution_to: NaiveDate,
}

/// One date of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Date {
    /// Its field, as in forms and files.
    pub field: &'static str,
    /// Its first moment.
    pub at: Time,
    /// As people read it.
    pub shown: String,
    /// A whole day, not a moment.
    pub is_day: bool,
}

impl Date {
    fn moment(field: &'static str, at: Time) -> Self {
        Self { field, at, shown: at.to_string(), is_day: false }
    }

    fn day(field: &'static str, day: NaiveDate) -> Self {
        let shown = day.to_string();
        let at = Time::parse_local(&shown).unwrap_or(Time::from_millis(0));
        Self { field, at, shown, is_day: true }
    }

    /// The value of its form field.
    pub fn input(&self) -> String {
        if self.is_day { self.shown.clone() } else { self.at.input() }
    }
}

impl Calendar {
    /// The fields in the order of time.
    pub const FIELDS: [&'static str; 10] = [
        "demand_from",
        "demand_to",
        "bidding_from",
        "bidding_to",
        "opening_at",
        "publicity_from",
        "publicity_to",
        "contract_to",
        "execution_from",
        "execution_to",
    ];

    /// The dates in the order of [`Calendar::FIELDS`].
    pub fn dates(&self) -> [Date; 10] {
        [
            Date::moment("demand_from", self.demand_from),
            Date::moment("demand_to", self.demand_to),
            Date::moment("bidding_from", self.bidding_from),
            Date::moment("bidding_to", self.bidding_to),
            Date::moment("opening_at", self.opening_at),
            Date::moment("publicity_from", self.publicity_from),
            Date::moment("publicity_to", self.publicity_to),
            Date::moment("contract_to", self.contract_to),
            Date::day("execution_from", self.execution_from),
            Date::day("execution_to", self.execution_to),
        ]
    }
}

/// The name of a field of a round or lot for people; the field itself when it has none.
pub fn label<'a>(field: &'a str, t: &Text) -> &'a str {
    let r = &t.rounds;
    match field {
        "demand_from" => r.demand_from,
        "demand_to" => r.demand_to,
        "bidding_from" => r.bidding_from,
        "bidding_to" => r.bidding_to,
        "opening_at" => r.opening_at,
        "publicity_from" => r.publicity_from,
        "publicity_to" => r.publicity_to,
        "contract_to" => r.contract_to,
        "execution_from" => r.execution_from,
        "execution_to" => r.execution_to,
        "number" => r.number,
        "title" => r.round_title,
        "kind" => r.kind,
        "state" => r.state,
        "regions" => r.regions,
        "rule_set_id" => r.rule_set,
        "lot" => r.lot,
        "generic" => r.generic,
        "form" => r.form,
        "form_class" => r.form_class,
        "comparable_spec" => r.comparable_spec,
        "unit" => r.unit,
        "ceiling" => r.ceiling,
        "category" => r.category,
        "base_volume" => r.base_volume,
        "reason" => r.reason,
        other => other,
    }
}
