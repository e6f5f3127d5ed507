//! The approval of a plan by a second person: asked for, taken back, decided; on yes it is frozen and every hospital is
//! told.

use serde_json::json;

use crate::audit;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter};
use crate::payments::retention::{Plan, PlanState, Refused, SUBJECT, Sheet, deed, plan, rules, store};
use crate::people;
use crate::rounds::approvals::{self, Action, Approval, Asked, Decision};
use crate::rounds::{self, Round};
use crate::types::{ApprovalId, Ctx, PlanId};

/// Asks a second person to approve a plan: the year is over, it is computed of what is entered now, every hospital
/// has its result, and the last comparison found no other purchases.
pub fn ask(tx: &mut Tx, ctx: &Ctx, id: &PlanId) -> Result<Approval> {
    let (plan, round) = plan(tx.conn(), id)?;
    rules::may_change(plan.state, false)?;
    may_approve(tx.conn(), ctx, &plan)?;
    let asked = Asked {
        subject: SUBJECT,
        id: id.as_str(),
        action: Action::Retention,
        round: Some(&round),
        detail: "",
    };
    approvals::ask(tx, ctx, asked)
}

/// Whether approval could be asked for, before the figures are compared with the data once more.
pub fn may_ask(conn: &mut Conn, ctx: &Ctx, id: &PlanId) -> Result<()> {
    let (plan, _) = plan(conn, id)?;
    rules::may_change(plan.state, false)?;
    Ok(rules::is_ready(&plan, ctx.now.day())?)
}

fn may_approve(conn: &mut Conn, ctx: &Ctx, plan: &Plan) -> Result<()> {
    rules::is_ready(plan, ctx.now.day())?;
    match store::changed(conn, &plan.id)? {
        0 => Ok(()),
        count => Err(Refused::Changed(count).into()),
    }
}

/// Takes the request back, so that the draft can be changed again; done twice it is done once.
pub fn withdraw(tx: &mut Tx, ctx: &Ctx, id: &PlanId) -> Result<()> {
    plan(tx.conn(), id)?;
    approvals::withdraw(tx, ctx, SUBJECT, id.as_str(), Action::Retention)
}

/// What the second person decided on, as it was shown.
#[derive(Debug, Clone)]
pub struct Ruling {
    /// The request.
    pub request: ApprovalId,
    /// The inputs' hash on the page.
    pub looked_at: String,
    /// Yes or no.
    pub yes: bool,
    /// What the reviewer says.
    pub remark: String,
}

/// Decides a request. On yes the plan is frozen as it was looked at, and every hospital is told.
pub fn decide(tx: &mut Tx, ctx: &Ctx, id: &PlanId, ruling: &Ruling) -> Result<()> {
    let (before, round) = plan(tx.conn(), id)?;
    let asked = rounds::store::approval(tx.conn(), &ruling.request)?.ok_or(Error::NotFound)?;
    if (asked.subject.as_str(), asked.subject_id.as_str()) != (SUBJECT, id.as_str()) {
        return Err(Error::NotFound);
    }
    let decided = approvals::decide(tx, ctx, &ruling.request, ruling.yes, &ruling.remark)?;
    answer(tx, ctx, &before, &round, &decided)?;
    if !ruling.yes {
        return Ok(());
    }
    rules::may_change(before.state, false)?;
    if before.inputs_sha256 != ruling.looked_at {
        return Err(Refused::Stale.into());
    }
    may_approve(tx.conn(), ctx, &before)?;
    let after = Plan { state: PlanState::Approved, approved_at: Some(ctx.now), ..before.clone() };
    store::update_plan(tx, &after)?;
    audit::record(tx, ctx, deed("retention.approve", id), &json!({ "state": before.state }), &after)?;
    for sheet in store::sheets(tx.conn(), &store::Asked { plan: id.clone(), ..Default::default() }, i64::MAX)?
    {
        tell(tx, ctx, &after, &round, &sheet.0)?;
    }
    Ok(())
}

/// Writes the decision to the officer who asked.
fn answer(tx: &mut Tx, ctx: &Ctx, plan: &Plan, round: &Round, it: &Approval) -> Result<()> {
    let Some(asker) = people::store::account(tx.conn(), &it.asked_by)? else { return Ok(()) };
    let t = asker.lang.text();
    let letter = Letter::ApprovalDecided {
        number: plan.title(round, t),
        title: round.title.clone(),
        path: format!("/retention/{}", plan.id),
        action: it.action.name(t).to_owned(),
        decision: it.decision.name(t).to_owned(),
        by: ctx.actor.name.clone(),
        remark: if it.decision == Decision::Approved && it.remark.is_empty() {
            t.common.none.to_owned()
        } else {
            it.remark.clone()
        },
    };
    let to = notify::Recipient { account: Some(asker.id), address: asker.email, lang: asker.lang };
    notify::post(tx, ctx, &to, &letter, &format!("approval.decided:{}", it.id))
}

/// Tells a hospital its result.
fn tell(tx: &mut Tx, ctx: &Ctx, plan: &Plan, round: &Round, sheet: &Sheet) -> Result<()> {
    for to in people::recipients(tx.conn(), &sheet.hospital_id)? {
        let letter = Letter::RetentionApproved {
            number: plan.title(round, to.lang.text()),
            title: round.title.clone(),
            path: format!("/retention/{}/hospitals/{}", plan.id, sheet.hospital_id),
            base: sheet.base.unwrap_or_default().to_string(),
            grade: sheet.grade.clone(),
            retained: sheet.retained.unwrap_or_default().to_string(),
        };
        notify::post(
            tx,
            ctx,
            &to,
            &letter,
            &format!("retention.approved:{}:{}", plan.id, sheet.hospital_id),
        )?;
    }
    Ok(())
}
