//! The figures of a plan, computed hospital by hospital: each in its own transaction, so that memory is bounded by one
//! hospital and nobody waits long.
//!
//! A computation begins with a number ([`Plan::run`]); one begun later overtakes it. Broken off, it leaves the plan
//! without figures until it is computed again.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::json;

use crate::audit;
use crate::contracts;
use crate::contracts::volumes;
use crate::db::{Conn, Db, Tx};
use crate::error::{Error, Result};
use crate::payments::retention::purchases::{self, Agreed, Products};
use crate::payments::retention::rules::{self, Facts, Rules};
use crate::payments::retention::{
    Base, Line, Plan, PlanState, Purchase, PurchaseKind, Refused, Sheet, assessments, bases, deed, draft,
    store,
};
use crate::rounds::Lot;
use crate::types::{Amount, ContractId, Ctx, LotId, Money, OrganisationId, PlanId, Quantity, Score, sha256};

/// What is the same for every hospital of a plan.
struct Ground {
    plan: Plan,
    rules: Rules,
    generics: BTreeMap<LotId, String>,
    units: BTreeMap<String, String>,
    products: Products,
}

impl Ground {
    fn of(conn: &mut Conn, plan: Plan) -> Result<Self> {
        let lots: Vec<Lot> = store::lots_in_year(conn, &plan)?.into_iter().map(|(lot, _)| lot).collect();
        Ok(Self {
            rules: plan.rules()?,
            generics: purchases::generics(&lots),
            units: store::units(&lots),
            products: purchases::products(conn, &lots)?,
            plan,
        })
    }
}

/// The inputs of one hospital as they are now.
#[derive(Serialize)]
struct Inputs {
    contracts: Vec<(ContractId, String, Quantity)>,
    bases: Vec<Base>,
    purchases: Vec<Purchase>,
    score: Option<Score>,
}

impl Inputs {
    fn of(conn: &mut Conn, ground: &Ground, hospital: &OrganisationId) -> Result<Self> {
        let plan = &ground.plan;
        let agreed: BTreeMap<ContractId, Agreed> = purchases::agreed(conn, plan, hospital, &ground.generics)?;
        Ok(Self {
            purchases: purchases::of_hospital(conn, plan, hospital, &agreed, &ground.products)?,
            bases: bases::of_hospital(conn, &plan.id, hospital)?,
            score: assessments::of_hospital(conn, &plan.id, hospital)?.map(|it| it.score),
            contracts: agreed
                .into_iter()
                .filter_map(|(id, it)| Some((id, it.generic, it.quantity?)))
                .collect(),
        })
    }

    fn is_empty(&self) -> bool {
        self.contracts.is_empty() && self.bases.is_empty()
    }

    /// SHA-256 over everything the figures depend on. When a base was entered does not matter, what it says does.
    fn sha256(&self, plan: &Plan) -> Result<String> {
        let bases: Vec<_> = self
            .bases
            .iter()
            .map(|it| (&it.generic, it.quantity, it.price, it.insured_share, it.pay_ratio))
            .collect();
        let facts = (&plan.parameters, &self.contracts, bases, &self.purchases, self.score);
        Ok(sha256(serde_json::to_string(&facts)?.as_bytes()))
    }

    /// One line for each generic with an agreed volume or a base.
    fn facts(&self) -> Result<BTreeMap<String, Facts>> {
        let mut found: BTreeMap<String, Facts> = BTreeMap::new();
        let mut above: BTreeMap<&str, Amount> = BTreeMap::new();
        for (_, generic, quantity) in &self.contracts {
            let it = found.entry(generic.clone()).or_default();
            it.agreed = plus(it.agreed, *quantity)?;
        }
        for base in &self.bases {
            let it = found.entry(base.generic.clone()).or_default();
            (it.base_quantity, it.price_before) = (base.quantity, base.price);
            (it.insured_share, it.pay_ratio) = (base.insured_share, base.pay_ratio);
        }
        for bought in &self.purchases {
            let Some(it) = found.get_mut(&bought.generic) else { continue };
            let net = bought.accepted.minus(bought.returned).ok_or_else(too_large)?;
            let amount = exact(net, bought)?;
            match bought.kind {
                PurchaseKind::Selected => {
                    it.selected = plus(it.selected, net)?;
                    it.selected_amount = it.selected_amount.plus(amount).ok_or_else(too_large)?;
                }
                PurchaseKind::Above => {
                    it.above = plus(it.above, net)?;
                    let sum = above.entry(&bought.generic).or_default();
                    *sum = sum.plus(amount).ok_or_else(too_large)?;
                }
                PurchaseKind::Other => {
                    it.other = plus(it.other, net)?;
                    it.other_amount = it.other_amount.plus(amount).ok_or_else(too_large)?;
                }
                PurchaseKind::Evaluated => {
                    it.evaluated = plus(it.evaluated, net)?;
                    it.evaluated_amount = it.evaluated_amount.plus(amount).ok_or_else(too_large)?;
                }
            }
        }
        for (generic, it) in &mut found {
            rules::fill(it, above.get(generic.as_str()).copied().unwrap_or_default())?;
        }
        Ok(found)
    }
}

fn too_large() -> Error {
    Error::fault("a sum of purchases no longer fits")
}

fn plus(one: Quantity, other: Quantity) -> Result<Quantity> {
    one.plus(other).ok_or_else(too_large)
}

fn exact(net: Quantity, bought: &Purchase) -> Result<Amount> {
    let product: Option<Decimal> = net.decimal().checked_mul(bought.unit_price.decimal());
    Amount::exact(product.ok_or_else(too_large)?).map_err(|_| too_large())
}

/// Computes every sheet of a draft anew. Of two at once the one begun later counts, and the other is told.
pub fn compute(db: &Db, ctx: &Ctx, id: &PlanId) -> Result<()> {
    let plan = db.write(|tx| begin(tx, ctx, id))?;
    let (ground, hospitals) = db.read(|conn| {
        let hospitals = store::hospitals(conn, &plan)?;
        Ok((Ground::of(conn, plan)?, hospitals))
    })?;
    for hospital in &hospitals {
        let inputs = db.read(|conn| Inputs::of(conn, &ground, hospital))?;
        db.write(|tx| write(tx, &ground, hospital, &inputs))?;
    }
    db.write(|tx| finish(tx, ctx, &ground.plan))
}

/// Begins: the figures there were no longer count, and every contract of the year has its agreed volume.
fn begin(tx: &mut Tx, ctx: &Ctx, id: &PlanId) -> Result<Plan> {
    let (before, _) = draft(tx.conn(), id)?;
    if ctx.now.day() < before.starts {
        return Err(Refused::NotBegun(before.starts).into());
    }
    for contract in purchases::without_volume(tx.conn(), &before)? {
        if let Some(contract) = contracts::store::contract(tx.conn(), &contract)? {
            volumes::at(tx, &contract, before.starts)?;
        }
    }
    let plan = Plan {
        run: before.run.saturating_add(1),
        computed_at: None,
        computed_version: Some(before.version),
        ..before
    };
    store::update_plan(tx, &plan)?;
    Ok(plan)
}

/// The plan, when the computation is still the one begun last and nothing entered changed since.
fn still(conn: &mut Conn, begun: &Plan) -> Result<Plan> {
    let (now, _) = draft(conn, &begun.id)?;
    if now.run == begun.run && now.version == begun.version {
        Ok(now)
    } else {
        Err(Refused::Overtaken.into())
    }
}

fn write(tx: &mut Tx, ground: &Ground, hospital: &OrganisationId, inputs: &Inputs) -> Result<()> {
    let plan = still(tx.conn(), &ground.plan)?;
    store::clear(tx, &plan.id, hospital)?;
    if inputs.is_empty() {
        return Ok(());
    }
    let (sheet, lines) = figures(ground, hospital, inputs)?;
    store::insert(tx, &sheet, &lines, &inputs.purchases)
}

/// A hospital's sheet and lines.
fn figures(ground: &Ground, hospital: &OrganisationId, inputs: &Inputs) -> Result<(Sheet, Vec<Line>)> {
    let (plan, mut lines, mut computed) = (&ground.plan, Vec::new(), Vec::new());
    for ((generic, facts), position) in inputs.facts()?.into_iter().zip(1..) {
        let figures = rules::line(&ground.rules, &facts)?;
        computed.push(figures);
        lines.push(Line {
            plan_id: plan.id.clone(),
            hospital_id: hospital.clone(),
            position,
            unit: ground.units.get(&generic).cloned().unwrap_or_default(),
            generic,
            base_quantity: facts.base_quantity,
            price_before: facts.price_before,
            insured_share: facts.insured_share,
            pay_ratio: facts.pay_ratio,
            agreed: facts.agreed,
            selected: facts.selected,
            selected_amount: facts.selected_amount,
            above: facts.above,
            other: facts.other,
            other_amount: facts.other_amount,
            evaluated: facts.evaluated,
            evaluated_amount: facts.evaluated_amount,
            budget: figures.budget,
            spend: figures.spend,
            is_complete: figures.is_complete,
        });
    }
    let sum = rules::sheet(&ground.rules, &computed, inputs.score)?;
    let sheet = Sheet {
        plan_id: plan.id.clone(),
        hospital_id: hospital.clone(),
        run: plan.run,
        generics: i32::try_from(lines.len()).map_err(Error::fault_of)?,
        missing: sum.missing,
        incomplete: sum.incomplete,
        budget: sum.budget,
        spend: sum.spend,
        base: sum.base,
        score: inputs.score,
        grade: sum.grade.map(|grade| grade.to_string()).unwrap_or_default(),
        share: sum.share,
        retained: sum.retained,
        cut: sum.cut,
        inputs_sha256: inputs.sha256(plan)?,
        changed: false,
    };
    Ok((sheet, lines))
}

/// Ends: sheets of hospitals no longer in the plan go, the sums and the hash of all inputs are written.
fn finish(tx: &mut Tx, ctx: &Ctx, begun: &Plan) -> Result<()> {
    let before = still(tx.conn(), begun)?;
    for hospital in store::left_over(tx.conn(), &before)? {
        store::clear(tx, &before.id, &hospital)?;
    }
    let sums = store::sums(tx.conn(), &before.id)?;
    let hashes = store::hashes(tx.conn(), &before.id)?;
    let count = |n: i64| i32::try_from(n).map_err(Error::fault_of);
    let cents = |sum: Option<i64>| Money::from_scaled(sum.unwrap_or_default());
    let after = Plan {
        computed_at: Some(ctx.now),
        checked_at: Some(ctx.now),
        hospitals: count(sums.hospitals)?,
        waiting: count(sums.waiting.unwrap_or_default())?,
        budget: cents(sums.budget),
        spend: cents(sums.spend),
        base: cents(sums.base),
        retained: cents(sums.retained),
        inputs_sha256: sha256(serde_json::to_string(&hashes)?.as_bytes()),
        ..before.clone()
    };
    store::update_plan(tx, &after)?;
    let (was, is) = (summary(&before), summary(&after));
    audit::record(tx, ctx, deed("retention.compute", &after.id), &was, &is)
}

fn summary(it: &Plan) -> serde_json::Value {
    json!({
        "run": it.run, "version": it.computed_version, "hospitals": it.hospitals, "budget": it.budget,
        "spend": it.spend, "base": it.base, "retained": it.retained, "inputs_sha256": it.inputs_sha256,
    })
}

/// Compares every sheet with what its inputs are now and writes which differ; figures stay as they are. Gives how many.
pub fn check(db: &Db, ctx: &Ctx, id: &PlanId) -> Result<usize> {
    let (ground, hashes) = db.read(|conn| {
        let (plan, _) = super::plan(conn, id)?;
        if plan.computed_at.is_none() {
            return Err(Refused::NotComputed.into());
        }
        Ok((Ground::of(conn, plan)?, store::hashes(conn, id)?))
    })?;
    let mut differ = Vec::new();
    for (hospital, was) in &hashes {
        let now = db.read(|conn| Inputs::of(conn, &ground, hospital)?.sha256(&ground.plan))?;
        differ.push((hospital, now != *was));
    }
    db.write(|tx| {
        let (before, _) = super::plan(tx.conn(), id)?;
        if before.run != ground.plan.run {
            return Err(Refused::Overtaken.into());
        }
        for (hospital, is_changed) in &differ {
            store::set_changed(tx, id, hospital, *is_changed)?;
        }
        store::update_plan(tx, &Plan { checked_at: Some(ctx.now), ..before })?;
        let count = differ.iter().filter(|(_, is_changed)| *is_changed).count();
        audit::record(tx, ctx, deed("retention.check", id), &(), &json!({ "changed": count }))?;
        Ok(count)
    })
}

/// Whether one hospital's inputs differ now from those its sheet was computed of.
pub fn is_changed(conn: &mut Conn, plan: &Plan, sheet: &Sheet) -> Result<bool> {
    let ground = Ground::of(conn, plan.clone())?;
    Ok(Inputs::of(conn, &ground, &sheet.hospital_id)?.sha256(plan)? != sheet.inputs_sha256)
}

/// Whether a plan's figures are frozen.
pub fn is_frozen(plan: &Plan) -> bool {
    plan.state == PlanState::Approved
}
