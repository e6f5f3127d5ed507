//! Pages of orders: the list, a new request, its review, one order.

pub mod list;
pub mod new;
pub mod request;
pub mod show;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{OrganisationKind, Who};
use crate::supply::orders::store::{self, Scope};
use crate::supply::{Order, OrderState};
use crate::types::OrderId;

/// Whose orders somebody sees: a hospital or supplier its own, the bureau all.
fn scope(who: &Who) -> Scope {
    match who.organisation.kind {
        OrganisationKind::Hospital => Scope::Hospital(who.organisation.id.clone()),
        OrganisationKind::Supplier => Scope::Supplier(who.organisation.id.clone()),
        OrganisationKind::Bureau => Scope::All,
    }
}

/// An order that the reader may see; anybody else's is not there.
fn seen(conn: &mut Conn, who: &Who, id: &OrderId) -> Result<Order> {
    let order = store::order(conn, id)?.ok_or(Error::NotFound)?;
    let is_own = match scope(who) {
        Scope::Hospital(hospital) => order.hospital_id == hospital,
        Scope::Supplier(supplier) => order.supplier_id == supplier,
        Scope::All => true,
    };
    if is_own { Ok(order) } else { Err(Error::NotFound) }
}

/// The class a state is shown in.
fn class(state: OrderState) -> &'static str {
    match state {
        OrderState::Placed => "wait",
        OrderState::Confirmed => "good",
        OrderState::Closed => "",
    }
}
