//! Procurement rounds (批次): their lots, calendar, states and the rule sets they are bound to.

pub mod amendments;
pub mod approvals;
pub mod calendar;
pub mod demand;
pub mod drafts;
pub mod family_check;
pub mod import;
pub mod lots;
mod names;
pub mod openers;
pub mod parameter_kinds;
pub mod parameters;
pub mod publication;
pub mod rule_check;
pub mod rule_drafts;
pub mod rule_set;
pub mod rule_text;
pub mod rules;
pub mod spec_ratios;
pub mod steps;
pub mod store;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::people::{self, OrganisationKind, Who};
use crate::schema::{rounds, rule_sets};
use crate::types::{Ctx, LotId, Quantity, RoundId, RuleSetId, Time, UnitPrice, sha256};

pub use calendar::Calendar;
pub use lots::LotFields;
pub use publication::publish;
pub use rule_set::{Category, FormClass};
pub use rules::Refused;
pub use steps::{abort, advance, advance_due, open_bidding, reopen_demand};

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
#[diesel(table_name = crate::schema::lots, treat_none_as_null = true)]
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

/// What an officer enters about a round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fields {
    /// The document number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// What is bought.
    pub kind: RoundKind,
    /// The member regions.
    pub regions: Vec<String>,
    /// The rule set version.
    pub rule_set_id: RuleSetId,
    /// Its dates.
    #[serde(flatten)]
    pub calendar: Calendar,
}

impl Fields {
    /// The fields of a round as it stands.
    pub fn of(conn: &mut Conn, round: &Round) -> Result<Self> {
        Ok(Self {
            number: round.number.clone(),
            title: round.title.clone(),
            kind: round.kind,
            regions: store::regions_of(conn, &round.id)?,
            rule_set_id: round.rule_set_id.clone(),
            calendar: round.calendar.clone(),
        })
    }

    /// Each field as text, to compare two of them.
    pub fn facts(&self) -> BTreeMap<String, String> {
        let mut facts: BTreeMap<String, String> =
            self.calendar.dates().into_iter().map(|d| (d.field.to_owned(), d.shown)).collect();
        let words = [
            ("number", self.number.clone()),
            ("title", self.title.clone()),
            ("kind", self.kind.to_string()),
            ("regions", self.regions.join("、")),
            ("rule_set_id", self.rule_set_id.to_string()),
        ];
        facts.extend(words.map(|(field, text)| (field.to_owned(), text)));
        facts
    }
}

/// A round, or there is no such thing.
pub fn round(conn: &mut Conn, id: &RoundId) -> Result<Round> {
    store::round(conn, id)?.ok_or(Error::NotFound)
}

/// A round as somebody may see it: the bureau sees all, a supplier those published, a hospital those published
/// for its region. To others it does not exist.
pub fn seen_by(conn: &mut Conn, who: &Who, id: &RoundId) -> Result<Round> {
    let round = round(conn, id)?;
    let is_published = round.published_at.is_some();
    let is_seen = match who.organisation.kind {
        OrganisationKind::Bureau => true,
        OrganisationKind::Supplier => is_published,
        OrganisationKind::Hospital => {
            is_published && store::regions_of(conn, id)?.contains(&who.organisation.region)
        }
    };
    if is_seen { Ok(round) } else { Err(Error::NotFound) }
}

/// A page of the rounds somebody may see, newest first: the same rule as [`seen_by`].
pub fn list(conn: &mut Conn, who: &Who, asked: store::Filter, limit: i64) -> Result<Vec<Round>> {
    let kind = who.organisation.kind;
    let filter = store::Filter {
        is_published: kind != OrganisationKind::Bureau,
        region: (kind == OrganisationKind::Hospital).then(|| who.organisation.region.clone()),
        ..asked
    };
    store::rounds(conn, &filter, limit)
}

/// A version of a rule set, or there is no such thing.
pub fn rule_set_version(conn: &mut Conn, id: &RuleSetId) -> Result<RuleSetVersion> {
    store::rule_set(conn, id)?.ok_or(Error::NotFound)
}

/// Enters a draft, or finds it already entered under the same id.
pub fn create(tx: &mut Tx, ctx: &Ctx, id: RoundId, fields: Fields) -> Result<Round> {
    if let Some(known) = store::round(tx.conn(), &id)? {
        return Ok(known);
    }
    let fields = checked(tx, fields, None)?;
    let round = Round {
        id,
        number: fields.number.clone(),
        title: fields.title.clone(),
        kind: fields.kind,
        state: RoundState::Draft,
        rule_set_id: fields.rule_set_id.clone(),
        calendar: fields.calendar.clone(),
        version: 1,
        created_at: ctx.now,
        published_at: None,
    };
    store::insert_round(tx, &round)?;
    store::set_regions(tx, &round.id, &fields.regions)?;
    audit::record(
        tx,
        ctx,
        Deed { action: "round.create", subject: "rounds", id: round.id.as_str() },
        &(),
        &fields,
    )?;
    Ok(round)
}

/// Changes a draft. `version` is the one the officer saw: when somebody else has changed it since, nothing is
/// written, except that the same form sent twice is one change.
pub fn change(tx: &mut Tx, ctx: &Ctx, id: &RoundId, version: i32, fields: Fields) -> Result<Round> {
    let round = round(tx.conn(), id)?;
    let waits = approvals::open(tx.conn(), "rounds", id.as_str(), approvals::Action::Publish)?.is_some();
    rules::is_open_draft(&round, waits).map_err(Error::refused)?;
    let before = Fields::of(tx.conn(), &round)?;
    let fields = checked(tx, fields, Some(id))?;
    if before == fields {
        return Ok(round);
    }
    if round.version != version {
        return Err(Error::refused(Refused::Changed));
    }
    let after = Round {
        number: fields.number.clone(),
        title: fields.title.clone(),
        kind: fields.kind,
        rule_set_id: fields.rule_set_id.clone(),
        calendar: fields.calendar.clone(),
        version: round.version.saturating_add(1),
        ..round
    };
    store::update_round(tx, &after)?;
    store::set_regions(tx, id, &fields.regions)?;
    audit::record(
        tx,
        ctx,
        Deed { action: "round.change", subject: "rounds", id: id.as_str() },
        &before,
        &fields,
    )?;
    Ok(after)
}

fn checked(tx: &mut Tx, fields: Fields, own: Option<&RoundId>) -> Result<Fields> {
    let known = people::store::regions(tx.conn())?;
    let fields = rules::fields(fields, &known).map_err(Error::refused)?;
    if let Some(other) = store::round_by_number(tx.conn(), &fields.number)?
        && own != Some(&other.id)
    {
        return Err(Error::refused(Refused::NumberTaken(fields.number)));
    }
    if store::rule_set(tx.conn(), &fields.rule_set_id)?.is_none() {
        return Err(Error::refused(Refused::RuleSetUnknown));
    }
    Ok(fields)
}

/// Copies a round with its lots into a new draft, or finds it already copied under the same id. The dates are
/// the same until the officer edits them; the number gets the first free suffix.
pub fn copy(tx: &mut Tx, ctx: &Ctx, from: &RoundId, id: RoundId) -> Result<Round> {
    if let Some(known) = store::round(tx.conn(), &id)? {
        return Ok(known);
    }
    let source = round(tx.conn(), from)?;
    let mut fields = Fields::of(tx.conn(), &source)?;
    let base: String = fields.number.chars().take(50).collect();
    let mut suffix = 2;
    fields.number = format!("{base}-{suffix}");
    while store::round_by_number(tx.conn(), &fields.number)?.is_some() {
        suffix += 1;
        fields.number = format!("{base}-{suffix}");
    }
    let lots = lots_of(tx.conn(), from)?;
    copy_as(tx, ctx, id, fields, lots)
}

/// Makes a draft with these fields and copies of these lots.
pub fn copy_as(tx: &mut Tx, ctx: &Ctx, id: RoundId, fields: Fields, lots: Vec<Lot>) -> Result<Round> {
    let copy = create(tx, ctx, id, fields)?;
    for lot in lots {
        store::insert_lot(tx, &Lot { id: LotId::new(), round_id: copy.id.clone(), ..lot })?;
    }
    Ok(copy)
}

/// The lots of a round in their order.
pub fn lots_of(conn: &mut Conn, id: &RoundId) -> Result<Vec<Lot>> {
    store::lots_of(conn, id)
}

/// One lot, or there is no such thing.
pub fn lot(conn: &mut Conn, id: &LotId) -> Result<Lot> {
    store::lot(conn, id)?.ok_or(Error::NotFound)
}

/// The rules a round is bound to.
pub fn rules_of(conn: &mut Conn, round: &Round) -> Result<rule_set::RuleSet> {
    let version = store::rule_set(conn, &round.rule_set_id)?.ok_or(Error::NotFound)?;
    rule_set::RuleSet::parse(&version.body).map_err(Error::refused)
}

/// First and last day of execution.
pub fn term(round: &Round) -> (NaiveDate, NaiveDate) {
    (round.calendar.execution_from, round.calendar.execution_to)
}

/// Publishes the rule sets that come with the program and are not yet in the database. A rule set whose text
/// has changed since becomes a new version; published versions stay as they are.
pub fn seed_rule_sets(tx: &mut Tx, ctx: &Ctx) -> Result<()> {
    for (name, body) in rule_set::EMBEDDED {
        let digest = sha256(body.as_bytes());
        // An officer may have published a later version of it meanwhile.
        if store::rule_set_by_digest(tx.conn(), name, &digest)?.is_some() {
            continue;
        }
        let known = store::latest_rule_set(tx.conn(), name)?;
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
