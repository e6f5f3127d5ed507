//! Procurement rounds (批次): their lots, calendar, states and the rule sets they are bound to.

pub mod calendar;
pub mod demand;
pub mod parameters;
pub mod rule_check;
pub mod rule_set;
pub mod rules;
pub mod store;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::schema::{lots, rounds, rule_sets};
use crate::types::{Ctx, LotId, Quantity, RoundId, RuleSetId, Time, UnitPrice, sha256};

pub use calendar::Calendar;
pub use rule_set::{Category, FormClass};
pub use rules::Refused;

crate::words! {
    /// What is bought.
    RoundKind {
        /// Drugs.
        Drug = "drug",
        /// Medical consumables.
        Consumable = "consumable",
    }

    /// Where a round is on its way. [`rules::next`] says what follows what.
    RoundState {
        /// Being written (起草).
        Draft = "draft",
        /// Hospitals report demand (报量).
        Demand = "demand",
        /// The bureau checks the demand (报量审核).
        DemandReview = "demand_review",
        /// Suppliers bid (申报).
        Bidding = "bidding",
        /// Closed to bids, envelopes still sealed (待开标).
        Opening = "opening",
        /// Opened; the award is computed and checked (评审).
        Evaluation = "evaluation",
        /// The proposed award is public (公示).
        Publicity = "publicity",
        /// The award is final (中选).
        Awarded = "awarded",
        /// Contracts are being confirmed (签约).
        Contracting = "contracting",
        /// Contracts are carried out (执行).
        Executing = "executing",
        /// Over.
        Closed = "closed",
        /// Given up before it was awarded (废止).
        Aborted = "aborted",
    }
}

/// A procurement round.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = rounds, treat_none_as_null = true)]
pub struct Round {
    /// Its id.
    pub id: RoundId,
    /// The document number, such as `JH-YD2026-1`.
    pub number: String,
    /// Its title.
    pub title: String,
    /// What is bought.
    pub kind: RoundKind,
    /// Where it is.
    pub state: RoundState,
    /// The rule set version it is bound to for ever.
    pub rule_set_id: RuleSetId,
    /// Its dates.
    #[diesel(embed)]
    #[serde(flatten)]
    pub calendar: Calendar,
    /// Counts changes; a form carries it, so that two people cannot overwrite each other.
    pub version: i32,
    /// When it was made.
    pub created_at: Time,
    /// When it was published.
    pub published_at: Option<Time>,
}

/// A bid unit (竞价单元).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = lots, treat_none_as_null = true)]
pub struct Lot {
    /// Its id.
    pub id: LotId,
    /// Of which round.
    pub round_id: RoundId,
    /// Its place in the list, from 1.
    pub position: i32,
    /// Its code in the round's files.
    pub code: String,
    /// The generic name (通用名).
    pub generic: String,
    /// The generic key of the NHSA code (its first 14 characters for drugs); empty when not matched.
    pub generic_key: String,
    /// The dosage form (剂型).
    pub form: String,
    /// The class of the form (剂型类别).
    pub form_class: FormClass,
    /// The spec that prices are compared at (可比规格).
    pub comparable_spec: String,
    /// The smallest preparation unit quantities are counted in: 片, 支, 袋 ….
    pub unit: String,
    /// Highest valid price of one unit of the comparable spec, yuan (最高有效申报价).
    pub ceiling: UnitPrice,
    /// Which share table applies.
    pub category: Category,
    /// Base volume in units of the comparable spec, when it does not come from demand.
    pub base_volume: Option<Quantity>,
}

/// A published version of a rule set.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = rule_sets)]
pub struct RuleSetVersion {
    /// Its id.
    pub id: RuleSetId,
    /// The document number it follows.
    pub name: String,
    /// Counts from 1; a published version never changes.
    pub version: i32,
    /// Its title.
    pub title: String,
    /// The TOML text.
    pub body: String,
    /// SHA-256 of the text.
    pub sha256: String,
    /// When it was published here.
    pub created_at: Time,
}

/// A round, or there is no such thing.
pub fn round(conn: &mut Conn, id: &RoundId) -> Result<Round> {
    store::round(conn, id)?.ok_or(Error::NotFound)
}

/// The lots of a round in their order.
pub fn lots_of(conn: &mut Conn, id: &RoundId) -> Result<Vec<Lot>> {
    store::lots_of(conn, id)
}

/// One lot, or there is no such thing.
pub fn lot(conn: &mut Conn, id: &LotId) -> Result<Lot> {
    store::lot(conn, id)?.ok_or(Error::NotFound)
}

/// First and last day of execution.
pub fn term(round: &Round) -> (NaiveDate, NaiveDate) {
    (round.calendar.execution_from, round.calendar.execution_to)
}

/// Publishes the rule sets that come with the program and are not yet in the database. A rule set whose text
/// has changed since becomes a new version; published versions stay as they are.
pub fn seed_rule_sets(tx: &mut Tx, ctx: &Ctx) -> Result<()> {
    for (name, body) in rule_set::EMBEDDED {
        let known = store::latest_rule_set(tx.conn(), name)?;
        let digest = sha256(body.as_bytes());
        if known.as_ref().is_some_and(|k| k.sha256 == digest) {
            continue;
        }
        let parsed = rule_set::RuleSet::parse(body).map_err(Error::refused)?;
        let version = RuleSetVersion {
            id: RuleSetId::new(),
            name: (*name).to_owned(),
            version: known.map_or(1, |k| k.version + 1),
            title: parsed.title,
            body: (*body).to_owned(),
            sha256: digest,
            created_at: ctx.now,
        };
        store::insert_rule_set(tx, &version)?;
        audit::record(
            tx,
            ctx,
            Deed { action: "rule_set.publish", subject: "rule_sets", id: version.id.as_str() },
            &(),
            &(&version.name, version.version, &version.sha256),
        )?;
    }
    Ok(())
}
