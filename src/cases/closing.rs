//! Closing a case, opening it again, and what a second person decides in it.

use super::rules;
use super::{
    Case, Closing, EventKind, Refused, SUBJECT, Seen, State, Step, StepState, followed, fresh, happen,
    letters, save, steps, store, suspensions,
};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::News;
use crate::rounds::approvals::{self, Action, Approval, Asked};
use crate::text::Text;
use crate::types::{ApprovalId, Ctx};

/// Closes a case with its reason; as unfounded a second person is asked first.
pub fn close(tx: &mut Tx, ctx: &Ctx, seen: &Seen, closing: Closing, text: &str) -> Result<()> {
    let case = followed(tx, ctx, seen)?;
    let text = rules::text(text, "closing_text")?;
    may_close(tx, ctx, &case, closing)?;
    if asked(tx.conn(), &case)?.is_some() {
        return Err(Refused::Waiting.into());
    }
    if closing != Closing::Unfounded {
        return close_now(tx, ctx, &case, closing, &text);
    }
    save(tx, ctx, &case, case.clone(), "case.ask")?;
    let asked =
        Asked { subject: SUBJECT, id: &case.number, action: Action::Unfounded, round: None, detail: &text };
    approvals::ask(tx, ctx, asked).map(drop)
}

fn may_close(tx: &mut Tx, ctx: &Ctx, case: &Case, closing: Closing) -> Result<()> {
    let open = store::open_steps(tx.conn(), &case.id)?;
    let suspended = suspensions::of_product(tx.conn(), &case.product_id)?;
    Ok(rules::may_close(&open, &suspended, closing, ctx.now.day())?)
}

fn close_now(tx: &mut Tx, ctx: &Ctx, case: &Case, closing: Closing, text: &str) -> Result<()> {
    let counted = store::counted(tx.conn(), case, ctx.now)?;
    let closed = Case {
        state: State::Closed,
        closed_at: Some(ctx.now),
        closing: Some(closing),
        closing_text: text.to_owned(),
        ..counted
    };
    let after = save(tx, ctx, case, closed, "case.close")?;
    happen(tx, ctx, &after, EventKind::Closed, closing.as_str(), text)?;
    let detail = |t: &Text| closing.name(t).to_owned();
    let key = format!("closed:{}", after.cycle);
    letters::tell_officer(tx, ctx, &after, News::CaseClosed, &key, &detail)?;
    // A supplier that was never written to hears nothing of the case.
    if after.step.is_none() {
        return Ok(());
    }
    letters::tell_supplier(tx, ctx, &after, News::CaseClosed, &key, &detail)
}

/// Opens a closed case again, by hand with a reason: a new cycle of the same case, its history kept.
pub fn reopen(tx: &mut Tx, ctx: &Ctx, seen: &Seen, reason: &str) -> Result<()> {
    let case = fresh(tx, seen)?;
    if case.state != State::Closed {
        return Err(Refused::NotClosed.into());
    }
    let reason = rules::text(reason, "reason")?;
    open_again(tx, ctx, &case, &reason)
}

/// A new cycle of a closed case; who followed it follows it again.
pub(super) fn open_again(tx: &mut Tx, ctx: &Ctx, case: &Case, reason: &str) -> Result<()> {
    let opened = Case {
        state: if case.assignee_id.is_some() { State::Handling } else { State::New },
        cycle: case.cycle + 1,
        level: 0,
        closed_at: None,
        closing: None,
        closing_text: String::new(),
        ..store::counted(tx.conn(), case, ctx.now)?
    };
    let after = save(tx, ctx, case, opened, "case.reopen")?;
    happen(tx, ctx, &after, EventKind::Reopened, "", reason)?;
    let detail =
        |t: &Text| if reason.is_empty() { t.cases.found_again.to_owned() } else { reason.to_owned() };
    let key = format!("reopened:{}", after.cycle);
    letters::tell_officer(tx, ctx, &after, News::CaseReopened, &key, &detail)
}

/// What waits for a second person in a case, if something does.
pub fn asked(conn: &mut Conn, case: &Case) -> Result<Option<Approval>> {
    for action in [Action::Suspension, Action::Unfounded] {
        if let Some(it) = approvals::open(conn, SUBJECT, &case.number, action)? {
            return Ok(Some(it));
        }
    }
    Ok(None)
}

/// The suspension that waits for a second person.
fn asked_step(conn: &mut Conn, case: &Case) -> Result<Step> {
    let open = store::open_steps(conn, &case.id)?;
    open.into_iter().find(|step| step.state == StepState::Asked).ok_or(Refused::NothingAsked.into())
}

/// Ends a suspension that was never sent.
fn end_step(tx: &mut Tx, ctx: &Ctx, before: &Step, state: StepState, action: &str) -> Result<()> {
    let after =
        Step { state, ended_at: Some(ctx.now), ended_by: ctx.actor.account.clone(), ..before.clone() };
    store::update_step(tx, &after)?;
    steps::note(tx, ctx, action, Some(before), &after)
}

/// The officer takes back what waits for a second person.
pub fn withdraw(tx: &mut Tx, ctx: &Ctx, seen: &Seen) -> Result<()> {
    let case = followed(tx, ctx, seen)?;
    let request = asked(tx.conn(), &case)?.ok_or(Refused::NothingAsked)?;
    approvals::withdraw(tx, ctx, SUBJECT, &case.number, request.action)?;
    if request.action == Action::Suspension {
        let step = asked_step(tx.conn(), &case)?;
        end_step(tx, ctx, &step, StepState::Withdrawn, "case_step.withdraw")?;
    }
    save(tx, ctx, &case, case.clone(), "case.withdraw").map(drop)
}

/// A reviewer, never the one who asked, decides what waits in a case as it was looked at: a yes suspends the listing
/// or closes the case.
pub fn decide(
    tx: &mut Tx,
    ctx: &Ctx,
    seen: &Seen,
    request: &ApprovalId,
    (yes, remark): (bool, &str),
) -> Result<()> {
    let before = super::case(tx.conn(), &seen.id)?;
    let asked = crate::rounds::store::approval(tx.conn(), request)?.ok_or(Error::NotFound)?;
    if asked.subject != SUBJECT || asked.subject_id != before.number {
        return Err(Error::NotFound);
    }
    // What was decided meanwhile is said before what changed.
    let detail = asked.remark.clone();
    let decided = approvals::decide(tx, ctx, request, yes, remark)?;
    rules::unchanged(&before, seen.version)?;
    match (decided.action, yes) {
        (Action::Suspension, true) => {
            let step = asked_step(tx.conn(), &before)?;
            suspensions::begin(tx, ctx, &step, &before)?;
            let sent = Step { state: StepState::Sent, ..step.clone() };
            store::update_step(tx, &sent)?;
            steps::note(tx, ctx, "case_step.approve", Some(&step), &sent)?;
            steps::sent_out(tx, ctx, &before, &sent).map(drop)
        }
        (Action::Suspension, false) => {
            let step = asked_step(tx.conn(), &before)?;
            end_step(tx, ctx, &step, StepState::Rejected, "case_step.reject")?;
            save(tx, ctx, &before, before.clone(), "case.reject").map(drop)
        }
        (Action::Unfounded, true) => {
            may_close(tx, ctx, &before, Closing::Unfounded)?;
            close_now(tx, ctx, &before, Closing::Unfounded, &detail)
        }
        (Action::Unfounded, false) => save(tx, ctx, &before, before.clone(), "case.reject").map(drop),
        _ => Err(Error::NotFound),
    }
}
