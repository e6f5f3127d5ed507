//! Pages of price cases: the list, one case, opening by hand, and the supplier's own.

pub mod act;
pub mod documents;
pub mod list;
pub mod new;
pub mod own;
pub mod show;
pub mod steps;
mod timeline;

use crate::cases::{self, Case, State, Step, StepState, store};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{OrganisationKind, Role, Who};
use crate::text::{Text, fill};
use crate::types::CaseId;
use crate::web::form::Form;
use crate::web::prices::Titles;

/// Who reads cases: the bureau all, a supplier those in which it was written to.
pub const PARTIES: &[Role] =
    &[Role::Officer, Role::Reviewer, Role::Settlement, Role::Auditor, Role::Admin, Role::Supplier];

/// Whether somebody acts for a supplier.
pub(super) fn is_supplier(who: &Who) -> bool {
    who.organisation.kind == OrganisationKind::Supplier
}

/// A case the reader may see; another supplier's, or one in which nothing was sent, is not there.
pub(super) fn seen(conn: &mut Conn, who: &Who, id: &CaseId) -> Result<Case> {
    let case = cases::case(conn, id)?;
    let is_own = case.supplier_id.as_ref() == Some(&who.organisation.id) && case.step.is_some();
    if is_supplier(who) && !is_own {
        return Err(Error::NotFound);
    }
    Ok(case)
}

/// The steps of a case that the reader may see.
fn steps(conn: &mut Conn, who: &Who, id: &CaseId) -> Result<Vec<Step>> {
    let mut steps = store::steps_of(conn, id)?;
    steps.retain(|step| !is_supplier(who) || step.is_shown());
    Ok(steps)
}

/// The rule a case follows, in words.
fn rule(case: &Case, titles: &Titles, t: &Text) -> String {
    if case.rule.is_empty() { t.cases.by_hand.to_owned() } else { titles.of(&case.rule).to_owned() }
}

fn state_class(state: State) -> &'static str {
    match state {
        State::New => "bad",
        State::Handling => "wait",
        State::Closed => "good",
    }
}

fn step_class(state: StepState) -> &'static str {
    match state {
        StepState::Asked | StepState::Sent | StepState::Replied => "wait",
        StepState::Done => "good",
        StepState::Rejected | StepState::Withdrawn => "",
    }
}

/// A case as the form saw it.
fn seen_in(form: &Form, id: &CaseId) -> Result<cases::Seen> {
    Ok(cases::Seen { id: id.clone(), version: form.choice("version")? })
}

/// What waits for the reader: address and words.
pub fn tasks(conn: &mut Conn, who: &Who, t: &Text) -> Result<Vec<(String, String)>> {
    let c = &t.cases;
    if !who.is_any(&[Role::Officer, Role::Supplier]) {
        return Ok(Vec::new());
    }
    let (unassigned, own) = store::duties(conn, who)?;
    let tasks = if is_supplier(who) {
        vec![(own, "/cases", c.task_reply)]
    } else {
        vec![(unassigned, "/cases?state=new", c.task_new), (own, "/cases?assignee=me", c.task_replied)]
    };
    let said = |(n, path, message): (i64, &str, &str)| (path.to_owned(), fill(message, &[("n", &n)]));
    Ok(tasks.into_iter().filter(|(n, ..)| *n > 0).map(said).collect())
}
