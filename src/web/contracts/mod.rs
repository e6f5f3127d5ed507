//! Pages of contracts: list and confirmation, one contract, its sheet, the signing board.

pub mod board;
pub mod events;
pub mod list;
pub mod price;
pub mod quota;
pub mod sheet;
pub mod show;
pub mod successor;
pub mod takeover;

use crate::contracts::{Contract, ContractState, Party, Standing};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{OrganisationKind, Who};
use crate::text::Text;
use crate::types::{ContractId, OrganisationId};

/// Whose contracts somebody sees: a hospital or supplier its own, the bureau all.
pub(super) fn scope(who: &Who) -> Option<(Party, OrganisationId)> {
    match who.organisation.kind {
        OrganisationKind::Hospital => Some((Party::Hospital, who.organisation.id.clone())),
        OrganisationKind::Supplier => Some((Party::Supplier, who.organisation.id.clone())),
        OrganisationKind::Bureau => None,
    }
}

/// A contract that the reader may see; anybody else's is not there.
pub(super) fn seen(conn: &mut Conn, who: &Who, id: &ContractId) -> Result<Contract> {
    let contract = crate::contracts::store::contract(conn, id)?.ok_or(Error::NotFound)?;
    match scope(who) {
        Some((party, organisation)) if contract.party(&organisation) != Some(party) => Err(Error::NotFound),
        _ => Ok(contract),
    }
}

fn state_name(t: &Text, it: &Contract) -> &'static str {
    let c = &t.contracts;
    match (it.state, it.hospital_at, it.supplier_at) {
        (ContractState::Confirmed, ..) => c.standing_confirmed,
        (ContractState::Ended, ..) => t.events.standing_ended,
        (_, None, Some(_)) => c.standing_waits_hospital,
        (_, Some(_), None) => c.standing_waits_supplier,
        _ => c.late_both,
    }
}

fn standing_name(t: &Text, standing: Standing) -> &'static str {
    let c = &t.contracts;
    match standing {
        Standing::Unsigned => c.standing_unsigned,
        Standing::WaitsHospital => c.standing_waits_hospital,
        Standing::WaitsSupplier => c.standing_waits_supplier,
        Standing::Confirmed => c.standing_confirmed,
        Standing::Ended => t.events.standing_ended,
    }
}

/// The regions of a round to choose from, or all of them.
fn regions(regions: &[String], t: &Text) -> Vec<(String, String)> {
    let all = std::iter::once((String::new(), t.events.all_regions.to_owned()));
    all.chain(regions.iter().map(|region| (region.clone(), region.clone()))).collect()
}
