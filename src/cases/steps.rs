//! The steps of a case: an officer sends a document, the supplier replies, the officer records what came of it.

use super::rules::{self, Sending};
use super::{
    Case, Outcome, Refused, Reply, SUBJECT, Seen, Step, StepKind, StepState, followed, letters, save, store,
};
use crate::audit::{self, Deed};
use crate::awards::documents::{self, Document, Owner};
use crate::catalog;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::notify::News;
use crate::rounds::approvals::{self, Action, Asked};
use crate::terms::{self, Term};
use crate::text::{Text, fill};
use crate::types::{CaseId, CaseReplyId, CaseStepId, Ctx, DocumentId};
use crate::workdays;

/// A file handed in: its id, name and bytes.
pub type File = (DocumentId, String, Vec<u8>);

/// What documents of a step belong to.
pub fn step_owner(id: &CaseStepId) -> Owner<'_> {
    ("case_steps", id.as_str())
}

/// What documents of a reply belong to.
pub fn reply_owner(id: &CaseReplyId) -> Owner<'_> {
    ("case_replies", id.as_str())
}

/// Sends a document to the supplier; a suspension first asks a second person, and the supplier sees it once that one
/// has said yes. The same form sent twice sends one.
pub fn send(
    tx: &mut Tx,
    ctx: &Ctx,
    seen: &Seen,
    id: &CaseStepId,
    (sent, file): (&Sending, Option<&File>),
) -> Result<()> {
    if let Some(known) = store::step(tx.conn(), id)? {
        return if known.case_id == seen.id { Ok(()) } else { Err(Error::NotFound) };
    }
    let case = followed(tx, ctx, seen)?;
    let today = ctx.now.day();
    let sent = rules::sending(&case, &store::open_steps(tx.conn(), &case.id)?, sent, today)?;
    if let Some(other) = &sent.replacement {
        catalog::product(tx.conn(), other)?;
    }
    let needs_second = sent.kind == StepKind::Suspension;
    if needs_second {
        if super::closing::asked(tx.conn(), &case)?.is_some() {
            return Err(Refused::Waiting.into());
        }
        rules::may_suspend(&super::suspensions::of_product(tx.conn(), &case.product_id)?, today)?;
    }
    let deadline = workdays::after(tx.conn(), today, sent.days)?;
    let step = Step {
        id: id.clone(),
        case_id: case.id.clone(),
        cycle: case.cycle,
        kind: sent.kind,
        number: sent.number,
        dated: sent.dated,
        deadline,
        due_on: deadline,
        body: sent.body,
        state: if needs_second { StepState::Asked } else { StepState::Sent },
        old_price: sent.prices.map(|(old, _)| old),
        new_price: sent.prices.map(|(_, new)| new),
        from_day: sent.span.map(|(from, _)| from),
        to_day: sent.span.and_then(|(_, to)| to),
        replacement_id: sent.replacement,
        outcome: None,
        outcome_text: String::new(),
        overdue_at: None,
        made_at: ctx.now,
        made_by: ctx.actor.account.clone(),
        ended_at: None,
        ended_by: None,
    };
    store::insert_step(tx, &step)?;
    note(tx, ctx, "case_step.send", None, &step)?;
    if let Some(file) = file {
        attach(tx, ctx, step_owner(id), file)?;
    }
    if needs_second {
        save(tx, ctx, &case, case.clone(), "case.ask")?;
        let asked = Asked {
            subject: SUBJECT,
            id: &case.number,
            action: Action::Suspension,
            round: None,
            detail: &step.number,
        };
        return approvals::ask(tx, ctx, asked).map(drop);
    }
    sent_out(tx, ctx, &case, &step).map(drop)
}

/// The supplier is told of a step and sees it from now on.
pub(super) fn sent_out(tx: &mut Tx, ctx: &Ctx, case: &Case, step: &Step) -> Result<Case> {
    let changed = Case { step: Some(step.kind), ..case.clone() };
    let case = save(tx, ctx, case, changed, "case.step")?;
    tell(tx, ctx, &case, step)?;
    Ok(case)
}

/// Writes a step to the supplier, once.
pub(super) fn tell(tx: &mut Tx, ctx: &Ctx, case: &Case, step: &Step) -> Result<()> {
    let detail = |t: &Text| {
        let facts: [(&str, &dyn std::fmt::Display); 4] = [
            ("kind", &step.kind.name(t)),
            ("number", &step.number),
            ("deadline", &step.deadline),
            ("body", &step.body),
        ];
        fill(t.cases.mail_step_detail, &facts)
    };
    letters::tell_supplier(tx, ctx, case, News::CaseStep, &format!("step:{}", step.id), &detail)
}

/// Writes what became of a step.
pub(super) fn note(tx: &mut Tx, ctx: &Ctx, action: &str, before: Option<&Step>, after: &Step) -> Result<()> {
    audit::record(tx, ctx, Deed { action, subject: "case_steps", id: after.id.as_str() }, &before, after)
}

/// Adds a document to a step or a reply, checked by its bytes. The same id again changes nothing.
fn attach(tx: &mut Tx, ctx: &Ctx, owner: Owner, (id, name, bytes): &File) -> Result<()> {
    let known = documents::of(tx.conn(), owner)?;
    if known.iter().any(|document| document.id == *id) {
        return Ok(());
    }
    let account = ctx.actor.account.clone();
    let it: Document = documents::document(id.clone(), owner, name, bytes.clone(), account, ctx.now)?;
    documents::insert(tx, &it)?;
    let deed = Deed { action: "case.document", subject: "documents", id: it.id.as_str() };
    audit::record(tx, ctx, deed, &(), &(owner.0, owner.1, &it.name, it.size, &it.sha256))
}

/// What a supplier replies.
#[derive(Debug, Clone)]
pub struct Said {
    /// The reply's id, from the form.
    pub id: CaseReplyId,
    /// What it says.
    pub body: String,
    /// A document with it.
    pub file: Option<File>,
}

/// The supplier replies to a step of its own case, in time or marked late; from then on it is the officer's turn. The
/// same form sent twice is one reply.
pub fn reply(tx: &mut Tx, ctx: &Ctx, id: &CaseStepId, said: &Said) -> Result<CaseId> {
    let before = store::step(tx.conn(), id)?.filter(Step::is_shown).ok_or(Error::NotFound)?;
    let case = super::case(tx.conn(), &before.case_id)?;
    if case.supplier_id.is_none() || case.supplier_id != ctx.actor.organisation {
        return Err(Error::NotFound);
    }
    if let Some(known) = store::reply(tx.conn(), &said.id)? {
        return if known.step_id == *id { Ok(case.id) } else { Err(Error::NotFound) };
    }
    if !before.is_open() {
        return Err(Refused::StepEnded.into());
    }
    let replies = store::replies_of(tx.conn(), &case.id)?;
    if replies.iter().filter(|it| it.step_id == *id).count() >= rules::REPLIES {
        return Err(Refused::Replies(rules::REPLIES).into());
    }
    let today = ctx.now.day();
    let reply = Reply {
        id: said.id.clone(),
        step_id: id.clone(),
        case_id: case.id.clone(),
        body: rules::text(&said.body, "body")?,
        is_late: today > before.deadline,
        at: ctx.now,
        account_id: ctx.actor.account.clone(),
    };
    store::insert_reply(tx, &reply)?;
    let deed = Deed { action: "case.reply", subject: "case_replies", id: reply.id.as_str() };
    audit::record(tx, ctx, deed, &(), &reply)?;
    if let Some(file) = &said.file {
        attach(tx, ctx, reply_owner(&reply.id), file)?;
    }
    if before.state == StepState::Sent {
        let days = terms::whole(tx.conn(), Term::CaseOutcomeDays, today)?;
        let due_on = workdays::after(tx.conn(), today, days)?;
        let after = Step { state: StepState::Replied, due_on, overdue_at: None, ..before.clone() };
        store::update_step(tx, &after)?;
        note(tx, ctx, "case_step.reply", Some(&before), &after)?;
    }
    let case = save(tx, ctx, &case, case.clone(), "case.reply")?;
    let is_late = reply.is_late;
    let detail = |t: &Text| {
        let late = if is_late { t.cases.late } else { t.cases.in_time };
        let facts: [(&str, &dyn std::fmt::Display); 3] =
            [("kind", &before.kind.name(t)), ("number", &before.number), ("late", &late)];
        fill(t.cases.mail_replied_detail, &facts)
    };
    letters::tell_officer(tx, ctx, &case, News::CaseReplied, &format!("reply:{}", reply.id), &detail)?;
    Ok(case.id)
}

/// Records what came of a step; the supplier is told.
pub fn conclude(
    tx: &mut Tx,
    ctx: &Ctx,
    seen: &Seen,
    id: &CaseStepId,
    (outcome, text): (Outcome, &str),
) -> Result<()> {
    let before = store::step(tx.conn(), id)?.filter(|it| it.case_id == seen.id).ok_or(Error::NotFound)?;
    let case = followed(tx, ctx, seen)?;
    if !before.is_open() {
        return Err(Refused::StepEnded.into());
    }
    let after = Step {
        state: StepState::Done,
        outcome: Some(outcome),
        outcome_text: rules::text(text, "outcome_text")?,
        ended_at: Some(ctx.now),
        ended_by: ctx.actor.account.clone(),
        ..before.clone()
    };
    store::update_step(tx, &after)?;
    note(tx, ctx, "case_step.outcome", Some(&before), &after)?;
    let case = save(tx, ctx, &case, case.clone(), "case.outcome")?;
    let detail = |t: &Text| {
        let facts: [(&str, &dyn std::fmt::Display); 4] = [
            ("kind", &after.kind.name(t)),
            ("number", &after.number),
            ("outcome", &outcome.name(t)),
            ("text", &after.outcome_text),
        ];
        fill(t.cases.mail_outcome_detail, &facts)
    };
    letters::tell_supplier(tx, ctx, &case, News::CaseOutcome, &format!("outcome:{id}"), &detail)
}
