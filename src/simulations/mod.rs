//! Simulations: an award computed with other rules or ceilings beside the one that was, and with prices that vary.
//!
//! A simulation reads a round and never touches it.

pub mod background;
pub mod case;
pub mod comparison;
pub mod draws;
pub mod figures;
pub mod monte_carlo;
pub mod output;
mod refused;
pub mod store;
pub mod synthetic;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::audit::{self, Deed};
use crate::awards::input;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::rounds::rule_set::RuleSet;
use crate::rounds::{self, RoundState};
use crate::runs;
use crate::types::{Ctx, Money, RoundId, RuleSetId, SimulationId};

use case::{Case, Changes};
use comparison::{Comparison, compare};
use monte_carlo::{Plan, Runs, Simulator};
use synthetic::Synthetic;

pub use refused::Refused;
pub use store::{Head, Simulation};

crate::words! {
    /// Where a simulation is.
    State {
        /// Its runs wait for a node.
        Waiting = "waiting",
        /// Its runs are being made.
        Running = "running",
        /// All there is to it is there.
        Done = "done",
        /// It could not be finished.
        Failed = "failed",
    }
}

/// The job that makes the runs.
pub const JOB: &str = "run_simulations";

/// Most lots and bidders of a synthetic round.
pub const MOST_SYNTHETIC: (u32, u32) = (500, 100);

/// What a simulation starts from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Base {
    /// An opened round.
    Round(RoundId),
    /// A drawn one.
    Synthetic(Synthetic),
}

/// What a simulation was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// What it starts from.
    pub base: Base,
    /// What it changes.
    pub changes: Changes,
    /// How prices vary, if they do.
    pub plan: Option<Plan>,
}

/// Whether a round in this state can be simulated: once it is opened.
pub fn is_base(state: RoundState) -> bool {
    state >= RoundState::Evaluation && state != RoundState::Aborted
}

/// A case from the database.
struct Loaded {
    case: Case,
    /// Companies' names by code.
    names: HashMap<Arc<str>, String>,
    /// The round's number; empty for a synthetic one.
    number: String,
    /// The hash of the input; empty for a synthetic one.
    input_sha256: String,
}

fn load(conn: &mut Conn, base: &Base) -> Result<Loaded> {
    match base {
        Base::Synthetic(it) => {
            let case = synthetic::synthetic(it, rules(conn, &it.rules, "base_rules")?);
            Ok(Loaded { case, names: HashMap::new(), number: String::new(), input_sha256: String::new() })
        }
        Base::Round(id) => {
            let round = rounds::round(conn, id)?;
            if !is_base(round.state) {
                return Err(Error::refused(Refused::NotOpened));
            }
            let input = input::load(conn, &round)?;
            let names = input.offers.iter().map(|o| (o.bid.company.clone(), o.name.clone())).collect();
            let taking_part = input.offers.into_iter().filter(|offer| offer.excluded.is_empty());
            let bids = taking_part.map(|offer| offer.bid).collect();
            let (rules, lots, demand, answers) = (input.rules, input.lots, input.demand, input.answers);
            let case = Case { rules, lots, bids, demand, answers };
            Ok(Loaded { case, names, number: round.number, input_sha256: input.sha256 })
        }
    }
}

fn rules(conn: &mut Conn, id: &RuleSetId, field: &'static str) -> Result<RuleSet> {
    let version = rounds::store::rule_set(conn, id)?;
    let version = version.ok_or_else(|| Error::refused(Refused::NoRules(field)))?;
    RuleSet::parse(&version.body).map_err(Error::refused)
}

/// The base and the changed case.
fn both(conn: &mut Conn, asked: &Asked) -> Result<(Loaded, Case)> {
    let loaded = load(conn, &asked.base)?;
    let other = match &asked.changes.rules {
        Some(id) => Some(rules(conn, id, "rules")?),
        None => None,
    };
    let changed = loaded.case.changed(&asked.changes, other)?;
    Ok((loaded, changed))
}

/// Compares the two awards and keeps the result; runs with varied prices are left to the job. The same form twice is
/// one simulation.
pub fn create(tx: &mut Tx, ctx: &Ctx, id: SimulationId, name: &str, asked: &Asked) -> Result<()> {
    let name: String = name.trim().chars().take(100).collect();
    if name.is_empty() {
        return Err(Error::refused(Refused::NoName));
    }
    let maker = ctx.actor.account.clone().ok_or(Error::Forbidden)?;
    match store::simulation(tx.conn(), &id)? {
        Some(known) if known.head.account_id == maker => return Ok(()),
        Some(_) => return Err(Error::NotFound),
        None => {}
    }
    let (loaded, changed) = both(tx.conn(), asked)?;
    let comparison = compare(&loaded.case, &changed, &loaded.names)?;
    if let Some(plan) = &asked.plan {
        // Only to be told now what would stop it later.
        Simulator::new(&changed, &loaded.case, plan.clone())?;
    }
    let runs = asked.plan.as_ref().map_or(0, |plan| plan.runs);
    let head = Head {
        id,
        name,
        round_id: match &asked.base {
            Base::Round(id) => Some(id.clone()),
            Base::Synthetic(_) => None,
        },
        base: loaded.number,
        rules: rules_of(&comparison),
        base_saved: comparison.base.sum.saved(),
        changed_saved: comparison.changed.sum.saved(),
        differing: i32::try_from(comparison.differing()).unwrap_or(i32::MAX),
        state: if runs == 0 { State::Done } else { State::Waiting },
        runs: i32::try_from(runs).unwrap_or(i32::MAX),
        runs_done: 0,
        fault: String::new(),
        account_id: maker,
        created_at: ctx.now,
        touched_at: ctx.now,
    };
    let it = Simulation {
        changes: serde_json::to_string(asked)?,
        input_sha256: loaded.input_sha256,
        comparison: serde_json::to_string(&comparison)?,
        result: String::new(),
        node: String::new(),
        head,
    };
    store::insert(tx, &it)?;
    let deed = Deed { action: "simulation.create", subject: "simulations", id: it.head.id.as_str() };
    audit::record(tx, ctx, deed, &(), &(&it.head.name, asked))?;
    if runs == 0 {
        return Ok(());
    }
    match runs::ask(tx, ctx, JOB) {
        // No timetable has been written yet: the first node that serves takes it by the clock.
        Err(Error::NotFound) => Ok(()),
        asked => asked,
    }
}

fn rules_of(comparison: &Comparison) -> String {
    let (base, changed) = (&comparison.base.rules, &comparison.changed.rules);
    if base == changed { base.clone() } else { format!("{base} → {changed}") }
}

/// Deletes a simulation; only its maker may.
pub fn delete(tx: &mut Tx, ctx: &Ctx, id: &SimulationId) -> Result<()> {
    let Some(it) = store::simulation(tx.conn(), id)? else { return Ok(()) };
    if ctx.actor.account.as_ref() != Some(&it.head.account_id) {
        return Err(Error::refused(Refused::NotYours));
    }
    store::delete(tx, id)?;
    let deed = Deed { action: "simulation.delete", subject: "simulations", id: id.as_str() };
    audit::record(tx, ctx, deed, &(&it.head.name, &it.changes), &())
}

/// A simulation as a page shows it.
pub struct Shown {
    /// What a list shows.
    pub head: Head,
    /// What it was asked for.
    pub asked: Asked,
    /// Both awards side by side.
    pub comparison: Comparison,
    /// What the runs came to.
    pub runs: Option<Runs>,
}

/// A simulation, or there is no such thing.
pub fn shown(conn: &mut Conn, id: &SimulationId) -> Result<Shown> {
    let it = store::simulation(conn, id)?.ok_or(Error::NotFound)?;
    let runs = if it.result.is_empty() { None } else { Some(serde_json::from_str(&it.result)?) };
    Ok(Shown {
        asked: serde_json::from_str(&it.changes)?,
        comparison: serde_json::from_str(&it.comparison)?,
        runs,
        head: it.head,
    })
}

impl Head {
    /// How much more is saved with the changes.
    pub fn gained(&self) -> Money {
        self.changed_saved.minus(self.base_saved).unwrap_or_default()
    }

    /// Its runs are still to come.
    pub fn is_pending(&self) -> bool {
        matches!(self.state, State::Waiting | State::Running)
    }
}
