//! The escalation clock: what is overdue by working days is marked once, raises its case's level and is told.

use super::{Case, EventKind, Step, TOP, happen, letters, save, steps, store};
use crate::db::{Db, Tx};
use crate::error::Result;
use crate::notify::News;
use crate::people::{self, Role};
use crate::text::{Text, fill};
use crate::types::Ctx;

/// Steps escalated in one transaction.
const BATCH: i64 = 50;

/// Marks every step whose day has passed, a few in each transaction; how many. Done again it finds none.
pub fn escalate(db: &Db, ctx: &Ctx) -> Result<usize> {
    let mut count = 0;
    loop {
        let done = db.write(|tx| some(tx, ctx))?;
        if done == 0 {
            return Ok(count);
        }
        count += done;
    }
}

fn some(tx: &mut Tx, ctx: &Ctx) -> Result<usize> {
    let due = store::overdue(tx.conn(), ctx.now.day(), BATCH)?;
    for step in &due {
        mark(tx, ctx, step)?;
    }
    Ok(due.len())
}

fn mark(tx: &mut Tx, ctx: &Ctx, before: &Step) -> Result<()> {
    let after = Step { overdue_at: Some(ctx.now), ..before.clone() };
    store::update_step(tx, &after)?;
    steps::note(tx, ctx, "case_step.overdue", Some(before), &after)?;
    let case = super::case(tx.conn(), &before.case_id)?;
    let raised = Case { level: (case.level + 1).min(TOP), ..case.clone() };
    let case = save(tx, ctx, &case, raised, "case.escalate")?;
    happen(tx, ctx, &case, EventKind::Escalated, &after.number, "")?;
    let mut to = letters::officers(tx, &case)?;
    to.extend(people::recipients_with(tx.conn(), Role::Reviewer)?);
    let detail = |t: &Text| {
        let facts: [(&str, &dyn std::fmt::Display); 5] = [
            ("kind", &after.kind.name(t)),
            ("number", &after.number),
            ("state", &after.state.name(t)),
            ("due", &after.due_on),
            ("level", &case.level),
        ];
        fill(t.cases.mail_overdue_detail, &facts)
    };
    let key = format!("overdue:{}:{}", after.id, after.due_on);
    letters::tell(tx, ctx, &case, &to, (News::CaseOverdue, &key), &detail)
}
