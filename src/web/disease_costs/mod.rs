//! Pages of disease cost: the baskets, one with what rounds do to it, entering, uploads.

pub mod edit;
pub mod list;
pub mod show;
pub mod upload;

use crate::db::Conn;
use crate::disease_costs::{self, Basket};
use crate::error::{Error, Result};
use crate::people::{OrganisationKind, Role, Who};
use crate::types::{DiseaseBasketId, OrganisationId};

/// Who sees baskets: the bureau all, a hospital its own.
pub const READERS: &[Role] =
    &[Role::Hospital, Role::Officer, Role::Reviewer, Role::Settlement, Role::Auditor, Role::Admin];

/// The hospital somebody is limited to.
fn scope(who: &Who) -> Option<OrganisationId> {
    (who.organisation.kind != OrganisationKind::Bureau).then(|| who.organisation.id.clone())
}

/// A basket as somebody may see it: another hospital's is not there, nor is the city's to a hospital.
fn seen(conn: &mut Conn, who: &Who, id: &DiseaseBasketId) -> Result<Basket> {
    let it = disease_costs::basket(conn, id)?;
    match scope(who) {
        Some(own) if it.hospital_id.as_ref() != Some(&own) => Err(Error::NotFound),
        _ => Ok(it),
    }
}

/// A figure that may not be there, with a dash for that.
fn shown<T: std::fmt::Display>(figure: Option<T>) -> String {
    figure.map_or_else(|| "—".to_owned(), |it| it.to_string())
}
