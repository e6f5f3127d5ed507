//! Surplus retention (结余留用): what a hospital keeps of the fund money that procurement saved in an agreement year.
//!
//! A plan takes its inputs from contracts, purchases, bases and scores, is computed into sheets, and is frozen when a
//! second person approves it.

pub mod assessments;
pub mod bases;
pub mod compute;
pub mod decision;
pub mod import;
pub mod parameters;
pub mod purchases;
mod refused;
pub mod rules;
pub mod store;
pub mod what_if;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::contracts::{self, volumes};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::rounds::approvals::{self, Action, Approval};
use crate::rounds::{self, Round};
use crate::schema::{
    retention_bases, retention_lines, retention_plans, retention_purchases, retention_sheets,
};
use crate::text::{Text, fill};
use crate::types::{
    AccountId, Amount, ContractId, Ctx, Money, OrganisationId, PlanId, ProductId, Quantity, RoundId, Score,
    Share, Time, UnitPrice,
};

use parameters::{Parameter, Parameters};
pub use refused::Refused;
use rules::Rules;

/// The table approvals name a plan by.
pub const SUBJECT: &str = "retention_plans";

crate::words! {
    /// How far a plan is.
    PlanState {
        /// May be changed and computed (编制中).
        Draft = "draft",
        /// Approved by a second person and frozen (已审定).
        Approved = "approved",
    }

    /// Where a base came from.
    Origin {
        /// The round's approved demand.
        Demand = "demand",
        /// Purchase history.
        History = "history",
        /// Entered or uploaded by an officer; filling leaves it alone.
        Entered = "entered",
    }

    /// How a purchase counts.
    PurchaseKind {
        /// Selected product, contract volume.
        Selected = "selected",
        /// Selected product above the agreed volume: not counted.
        Above = "above",
        /// Product of the same generic that was not selected.
        Other = "other",
        /// The same, but it passed evaluation (过评).
        Evaluated = "evaluated",
    }
}

impl PlanState {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            PlanState::Draft => t.retention.state_draft,
            PlanState::Approved => t.retention.state_approved,
        }
    }
}

impl Origin {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            Origin::Demand => t.retention.w_demand,
            Origin::History => t.retention.w_history,
            Origin::Entered => t.retention.w_entered,
        }
    }
}

impl PurchaseKind {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            PurchaseKind::Selected => t.retention.selected,
            PurchaseKind::Above => t.retention.above,
            PurchaseKind::Other => t.retention.other,
            PurchaseKind::Evaluated => t.retention.evaluated,
        }
    }
}

/// A plan (考核周期): one agreement year of one round.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = retention_plans, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Plan {
    /// Its id, from the form.
    pub id: PlanId,
    /// Of which round.
    pub round_id: RoundId,
    /// Which agreement year, from 1.
    pub year: i32,
    /// Its first day.
    pub starts: NaiveDate,
    /// Its last day.
    pub ends: NaiveDate,
    /// How far it is.
    pub state: PlanState,
    /// Name and version of the set its parameters were taken from.
    pub parameter_set: String,
    /// Its parameters as JSON: see [`Parameters`].
    pub parameters: String,
    /// Counts changes of what is entered: parameters, bases, scores.
    pub version: i32,
    /// Counts computations begun: the last one begun is the one that counts.
    pub run: i32,
    /// The version the figures were computed of.
    pub computed_version: Option<i32>,
    /// When they were; `None` also while a computation is on its way.
    pub computed_at: Option<Time>,
    /// Number of sheets.
    pub hospitals: i32,
    /// Sheets whose retained amount cannot be said yet.
    pub waiting: i32,
    /// Sum of the sheets' budgets.
    pub budget: Money,
    /// Sum of their spending.
    pub spend: Money,
    /// Sum of their bases.
    pub base: Money,
    /// Sum of what they retain.
    pub retained: Money,
    /// SHA-256 over the inputs of every sheet; empty before the first computation.
    pub inputs_sha256: String,
    /// When purchases were last compared with the figures.
    pub checked_at: Option<Time>,
    /// When it was made.
    pub created_at: Time,
    /// Who made it.
    pub created_by: Option<AccountId>,
    /// When it was approved.
    pub approved_at: Option<Time>,
}

impl Plan {
    /// Its parameters.
    pub fn parameters(&self) -> Result<Parameters> {
        Parameters::parse(&self.parameters)
    }

    /// Its parameters as the rule uses them.
    pub fn rules(&self) -> Result<Rules> {
        Rules::of(&self.parameters()?)
    }

    /// Whether the figures are of what is entered now.
    pub fn is_current(&self) -> bool {
        self.computed_at.is_some() && self.computed_version == Some(self.version)
    }

    /// Its name: the round's number and the year.
    pub fn title(&self, round: &Round, t: &Text) -> String {
        fill(t.retention.plan_title, &[("number", &round.number), ("year", &self.year)])
    }
}

/// Base quantity and price of one hospital and generic.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = retention_bases, treat_none_as_default_value = false)]
pub struct Base {
    /// Of which plan.
    pub plan_id: PlanId,
    /// Of which hospital.
    pub hospital_id: OrganisationId,
    /// The generic name of the round's lots.
    pub generic: String,
    /// The base quantity; `None` is not known yet.
    pub quantity: Option<Quantity>,
    /// The average price before procurement, yuan a unit; `None` is not known yet.
    pub price: Option<UnitPrice>,
    /// The insured share, where it differs from the plan's.
    pub insured_share: Option<Share>,
    /// The payment ratio, where it differs from the plan's.
    pub pay_ratio: Option<Share>,
    /// Where it came from.
    pub origin: Origin,
    /// When.
    pub at: Time,
}

/// A computed line: one hospital and generic, inputs and figures. See [`rules::Facts`] and [`rules::Line`].
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = retention_lines, treat_none_as_default_value = false)]
pub struct Line {
    /// Of which plan.
    pub plan_id: PlanId,
    /// Of which hospital.
    pub hospital_id: OrganisationId,
    /// Its place in the sheet, from 1.
    pub position: i32,
    /// The generic name.
    pub generic: String,
    /// The unit counted.
    pub unit: String,
    /// The base quantity (约定采购量基数); `None` is not known, which is not zero.
    pub base_quantity: Option<Quantity>,
    /// Yuan a unit before procurement; `None` is not known.
    pub price_before: Option<UnitPrice>,
    /// The insured share of this line, when one was entered.
    pub insured_share: Option<Share>,
    /// The payment ratio of this line, when one was entered.
    pub pay_ratio: Option<Share>,
    /// The agreed volume of the year.
    pub agreed: Quantity,
    /// Bought of the selected products as contract volume, less returns.
    pub selected: Quantity,
    /// What that cost, in yuan.
    pub selected_amount: Amount,
    /// Bought of the selected products above the agreed volume: not counted.
    pub above: Quantity,
    /// Bought of products that were not selected and are not evaluated.
    pub other: Quantity,
    /// What that cost, in yuan.
    pub other_amount: Amount,
    /// Bought of evaluated products that were not selected.
    pub evaluated: Quantity,
    /// What that cost, in yuan.
    pub evaluated_amount: Amount,
    /// Base quantity × price before × insured share × ratio, in yuan; `None` while one of them is not known.
    pub budget: Option<Money>,
    /// What counted as spending × insured share × ratio, in yuan.
    pub spend: Money,
    /// Whether the agreed volume is completed.
    pub is_complete: bool,
}

impl Line {
    /// Its inputs, as the rule takes them.
    pub fn facts(&self) -> rules::Facts {
        rules::Facts {
            base_quantity: self.base_quantity,
            price_before: self.price_before,
            insured_share: self.insured_share,
            pay_ratio: self.pay_ratio,
            agreed: self.agreed,
            selected: self.selected,
            selected_amount: self.selected_amount,
            above: self.above,
            other: self.other,
            other_amount: self.other_amount,
            evaluated: self.evaluated,
            evaluated_amount: self.evaluated_amount,
        }
    }
}

/// What a hospital bought in the year under one contract, or of one product without one, at one price.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = retention_purchases, treat_none_as_default_value = false)]
pub struct Purchase {
    /// Of which plan.
    pub plan_id: PlanId,
    /// Who bought.
    pub hospital_id: OrganisationId,
    /// Its place in the sheet, from 1.
    pub position: i32,
    /// The generic it counts for.
    pub generic: String,
    /// How it counts.
    pub kind: PurchaseKind,
    /// Under which contract.
    pub contract_id: Option<ContractId>,
    /// Which product, without a contract.
    pub product_id: Option<ProductId>,
    /// Yuan a unit.
    pub unit_price: UnitPrice,
    /// Accepted in the year.
    pub accepted: Quantity,
    /// Sent back in the year.
    pub returned: Quantity,
}

/// The computed sheet of one hospital. See [`rules::Sheet`].
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = retention_sheets, treat_none_as_default_value = false)]
pub struct Sheet {
    /// Of which plan.
    pub plan_id: PlanId,
    /// Of which hospital.
    pub hospital_id: OrganisationId,
    /// The computation that made it.
    pub run: i32,
    /// Number of its lines.
    pub generics: i32,
    /// Lines without a base or a price.
    pub missing: i32,
    /// Lines whose agreed volume is not completed.
    pub incomplete: i32,
    /// Sum of the budgets known, in yuan.
    pub budget: Money,
    /// Sum of the spending, in yuan.
    pub spend: Money,
    /// The surplus base (结余测算基数) in yuan, not below zero; `None` while a line misses something.
    pub base: Option<Money>,
    /// The assessment score; `None` until one is entered.
    pub score: Option<Score>,
    /// The grade's letter; empty without a score.
    pub grade: String,
    /// The share that applies; `None` without a score.
    pub share: Option<Share>,
    /// What is retained, in yuan; `None` while it cannot be said.
    pub retained: Option<Money>,
    /// What a failed assessment is proposed to take from next year's quota.
    pub cut: Option<Share>,
    /// SHA-256 over its inputs.
    pub inputs_sha256: String,
    /// The last comparison found other purchases, bases or contracts.
    pub changed: bool,
}

impl Sheet {
    /// Whether its assessment failed.
    pub fn is_failed(&self) -> bool {
        self.cut.is_some()
    }
}

fn deed<'a>(action: &'static str, id: &'a PlanId) -> Deed<'a> {
    Deed { action, subject: SUBJECT, id: id.as_str() }
}

/// A plan with its round, or there is no such thing.
pub fn plan(conn: &mut Conn, id: &PlanId) -> Result<(Plan, Round)> {
    store::plan(conn, id)?.ok_or(Error::NotFound)
}

/// The request that waits for the reviewer, with who asked.
pub fn request(conn: &mut Conn, id: &PlanId) -> Result<Option<(Approval, String)>> {
    approvals::open_by(conn, SUBJECT, id.as_str(), Action::Retention)
}

/// A plan that may be changed now.
fn draft(conn: &mut Conn, id: &PlanId) -> Result<(Plan, Round)> {
    let (plan, round) = plan(conn, id)?;
    let waits = request(conn, id)?.is_some();
    rules::may_change(plan.state, waits)?;
    Ok((plan, round))
}

/// Makes the plan of a round's agreement year with the set that comes with the program. The same form sent twice
/// makes one.
pub fn create(tx: &mut Tx, ctx: &Ctx, id: PlanId, round_id: &RoundId, year: i32) -> Result<Plan> {
    if let Some((known, _)) = store::plan(tx.conn(), &id)? {
        return Ok(known);
    }
    let round = rounds::round(tx.conn(), round_id)?;
    if !contracts::rules::is_drawn(round.state) {
        return Err(Refused::NoContracts(round.number).into());
    }
    let (starts, ends) = days(&round, year).ok_or(Refused::NoYear(year))?;
    if store::plan_of(tx.conn(), round_id, year)?.is_some() {
        return Err(Refused::Planned(year).into());
    }
    let set = parameters::embedded()?;
    let plan = Plan {
        id,
        round_id: round_id.clone(),
        year,
        starts,
        ends,
        state: PlanState::Draft,
        parameter_set: set.label(),
        parameters: set.parameters().json()?,
        version: 1,
        run: 0,
        computed_version: None,
        computed_at: None,
        hospitals: 0,
        waiting: 0,
        budget: Money::ZERO,
        spend: Money::ZERO,
        base: Money::ZERO,
        retained: Money::ZERO,
        inputs_sha256: String::new(),
        checked_at: None,
        created_at: ctx.now,
        created_by: ctx.actor.account.clone(),
        approved_at: None,
    };
    store::insert_plan(tx, &plan)?;
    audit::record(tx, ctx, deed("retention.create", &plan.id), &(), &plan)?;
    Ok(plan)
}

/// First and last day of a year of a round's execution.
pub fn days(round: &Round, year: i32) -> Option<(NaiveDate, NaiveDate)> {
    let (starts, ends) = (round.calendar.execution_from, round.calendar.execution_to);
    let before = u32::try_from(year).ok()?.checked_sub(1)?;
    let day = match before {
        0 => starts,
        n if n < 100 => contracts::rules::last_day(starts, n)?.succ_opt()?,
        _ => return None,
    };
    let (found, from, to) = volumes::year_of(starts, ends, day)?;
    (found == year).then_some((from, to))
}

/// Changes parameters of a draft. `version` is the one the officer saw.
pub fn set_parameters(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &PlanId,
    version: i32,
    given: &[(Parameter, String)],
) -> Result<()> {
    let (before, _) = draft(tx.conn(), id)?;
    let old = before.parameters()?;
    let new = parameters::embedded()?.changed(&old, given)?;
    if new == old {
        return Ok(());
    }
    if before.version != version {
        return Err(Refused::Stale.into());
    }
    let after = Plan { parameters: new.json()?, version: before.version.saturating_add(1), ..before };
    store::update_plan(tx, &after)?;
    audit::record(tx, ctx, deed("retention.parameters", id), &old, &new)
}

/// Something entered for a draft changed: its figures are no longer of what is entered.
fn touch(tx: &mut Tx, before: Plan) -> Result<()> {
    store::update_plan(tx, &Plan { version: before.version.saturating_add(1), ..before })
}
