//! Pages of hospital preparations: the list, a sheet with its arithmetic, the hospital's and the bureau's steps.

pub mod act;
pub mod edit;
pub mod list;
pub mod show;
pub mod upload;

use chrono::NaiveDate;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{OrganisationKind, Role, Who};
use crate::preparations::{self, CostSheet, Preparation, State, store};
use crate::text::{Text, fill};
use crate::types::{CostSheetId, OrganisationId};

/// Who sees preparations: a hospital its own, the bureau all that were submitted.
pub const PARTIES: &[Role] =
    &[Role::Hospital, Role::Officer, Role::Reviewer, Role::Settlement, Role::Auditor, Role::Admin];

/// The hospital somebody is limited to.
fn scope(who: &Who) -> Option<OrganisationId> {
    (who.organisation.kind != OrganisationKind::Bureau).then(|| who.organisation.id.clone())
}

/// A sheet as somebody may see it: another hospital's is not there, and to the bureau one that was never submitted is not.
fn seen(conn: &mut Conn, who: &Who, id: &CostSheetId) -> Result<(CostSheet, Preparation)> {
    let (it, of) = preparations::sheet(conn, id)?;
    if is_seen(who, &it) { Ok((it, of)) } else { Err(Error::NotFound) }
}

fn is_seen(who: &Who, it: &CostSheet) -> bool {
    match scope(who) {
        Some(own) => own == it.hospital_id,
        None => it.submitted_at.is_some(),
    }
}

/// A sheet's state today: its name and how it is marked.
fn state(it: &CostSheet, today: NaiveDate, t: &Text) -> (&'static str, &'static str) {
    let m = &t.preparations;
    match it.state {
        State::Approved if it.to_day.is_some_and(|to| to < today) => (m.replaced, ""),
        State::Approved if it.from_day.is_some_and(|from| from > today) => (m.planned, "wait"),
        State::Approved if it.to_day.is_none() && it.due_day.is_some_and(|due| due < today) => {
            (m.overdue, "bad")
        }
        State::Approved => (m.in_force, "good"),
        State::Submitted | State::Asked => (it.state.name(t), "wait"),
        State::Draft | State::Discarded => (it.state.name(t), ""),
    }
}

/// What waits for the reader: sheets to review.
pub fn tasks(conn: &mut Conn, who: &Who, t: &Text) -> Result<Vec<(String, String)>> {
    if !who.is(Role::Officer) {
        return Ok(Vec::new());
    }
    let count = store::waiting(conn, State::Submitted)?;
    let message = || fill(t.preparations.task_submitted, &[("count", &count)]);
    Ok((count > 0).then(|| ("/preparations?state=submitted".to_owned(), message())).into_iter().collect())
}

/// A figure that may not be there, with a dash for that.
fn shown<T: std::fmt::Display>(figure: Option<T>) -> String {
    figure.map_or_else(|| "—".to_owned(), |it| it.to_string())
}
