//! Pages of surplus retention: plans, bases, scores, sheets down to the receipts, what-if, approval by two.

pub mod assessments;
pub mod bases;
pub mod decide;
pub mod export;
pub mod hospital;
pub mod line;
pub mod list;
pub mod parameters;
pub mod show;
pub mod upload;
pub mod what_if;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::payments::retention::{self, Plan, PlanState, Sheet, store};
use crate::people::{OrganisationKind, Role, Who};
use crate::rounds::Round;
use crate::types::{Money, OrganisationId, PlanId};

/// Who reads results: the bureau all, a hospital its own once it is approved.
pub const PARTIES: &[Role] =
    &[Role::Officer, Role::Reviewer, Role::Settlement, Role::Auditor, Role::Admin, Role::Hospital];

/// The hospital somebody is limited to.
fn scope(who: &Who) -> Option<OrganisationId> {
    (who.organisation.kind != OrganisationKind::Bureau).then(|| who.organisation.id.clone())
}

/// A plan with its round as somebody may see it: to a hospital a draft does not exist.
fn seen(conn: &mut Conn, who: &Who, id: &PlanId) -> Result<(Plan, Round)> {
    let (plan, round) = retention::plan(conn, id)?;
    let is_seen = scope(who).is_none() || plan.state == PlanState::Approved;
    if is_seen { Ok((plan, round)) } else { Err(Error::NotFound) }
}

/// A hospital's sheet in a plan as somebody may see it: another hospital's does not exist.
fn sheet(conn: &mut Conn, who: &Who, id: &PlanId, hospital: &OrganisationId) -> Result<(Plan, Round, Sheet)> {
    if scope(who).is_some_and(|own| own != *hospital) {
        return Err(Error::NotFound);
    }
    let (plan, round) = seen(conn, who, id)?;
    let sheet = store::sheet(conn, id, hospital)?.ok_or(Error::NotFound)?;
    Ok((plan, round, sheet))
}

/// A figure that may not be known yet.
fn known<T: std::fmt::Display>(figure: Option<T>) -> String {
    figure.map(|it| it.to_string()).unwrap_or_default()
}

/// A figure that may not be known yet, with a dash for that.
fn shown<T: std::fmt::Display>(figure: Option<T>) -> String {
    figure.map_or_else(|| "—".to_owned(), |it| it.to_string())
}

/// Budget less spending of what is known.
fn surplus(budget: Option<Money>, spend: Money) -> Option<Money> {
    budget?.minus(spend)
}
