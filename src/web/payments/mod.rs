//! Pages of payments: the clock, hospitals' payments, statements and reconciliation; and what they share.

pub mod ageing;
pub mod check;
pub mod ledger;
pub mod list;
pub mod new;
pub mod receipt;
pub mod receipts;
pub mod show;
pub mod statement;
pub mod upload;

use crate::db::Conn;
use crate::error::Result;
use crate::people::{self, OrganisationKind, Who};
use crate::text::Text;
use crate::types::OrganisationId;
use crate::web::lists::given;

/// Whose rows somebody asks for: a hospital or supplier its own, with whomever it names; the bureau anybody's.
pub fn parties(
    who: &Who,
    hospital: &str,
    supplier: &str,
) -> Result<(Option<OrganisationId>, Option<OrganisationId>)> {
    let own = who.organisation.id.clone();
    Ok(match who.organisation.kind {
        OrganisationKind::Hospital => (Some(own), given(supplier)?),
        OrganisationKind::Supplier => (given(hospital)?, Some(own)),
        OrganisationKind::Bureau => (given(hospital)?, given(supplier)?),
    })
}

/// Whether a row between these two is the reader's to see.
pub fn may_see(who: &Who, hospital: &OrganisationId, supplier: &OrganisationId) -> bool {
    match who.organisation.kind {
        OrganisationKind::Hospital => who.organisation.id == *hospital,
        OrganisationKind::Supplier => who.organisation.id == *supplier,
        OrganisationKind::Bureau => true,
    }
}

/// The choices of a filter: all, and each organisation of a kind; none for a reader of that kind.
pub fn choices(
    conn: &mut Conn,
    who: &Who,
    kind: OrganisationKind,
    t: &Text,
) -> Result<Vec<(String, String)>> {
    if who.organisation.kind == kind {
        return Ok(Vec::new());
    }
    let list = people::store::organisations(conn, Some(kind), "", None, 2_000)?;
    let named = list.into_iter().map(|it| (it.id.to_string(), it.name));
    Ok(std::iter::once((String::new(), t.common.all.to_owned())).chain(named).collect())
}
