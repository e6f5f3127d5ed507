//! A round's dates, which must follow one another.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::schema::rounds;
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
