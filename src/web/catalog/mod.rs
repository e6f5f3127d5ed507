//! Pages of the catalogue: the list, a product, its form, and the import of files with its review.

pub mod edit;
pub mod export;
pub mod import;
pub mod list;
pub mod ratio;
pub mod review;
pub mod show;

use crate::catalog::ProductKind;
use crate::catalog::import::Profile;
use crate::people::{Role, Who};
use crate::text::Text;
use crate::web::access::{CATALOGUERS, STAFF};

/// The maker whose products alone somebody may see: a supplier sees its own, everybody else all.
pub(super) fn only_maker(who: &Who) -> Option<String> {
    let is_supplier = who.is(Role::Supplier) && !who.is_any(STAFF);
    is_supplier.then(|| who.organisation.name.clone())
}

/// Whether somebody may enter, edit and import products.
fn may_edit(who: &Who) -> bool {
    who.is_any(CATALOGUERS)
}

fn kind_name(kind: ProductKind, t: &Text) -> &'static str {
    match kind {
        ProductKind::Drug => t.catalog.kind_drug,
        ProductKind::Consumable => t.catalog.kind_consumable,
    }
}

fn profile_name(profile: &str, t: &Text) -> &'static str {
    match profile.parse() {
        Ok(Profile::Standard) => t.catalog.profile_standard,
        Ok(Profile::Hainan2024) => t.catalog.profile_hainan,
        Ok(Profile::GuizhouConsumables) => t.catalog.profile_guizhou,
        Ok(Profile::Chosen) | Err(()) => t.catalog.profile_chosen,
    }
}

/// A column's name for people.
fn field_name(key: &str, t: &Text) -> &'static str {
    let c = &t.catalog;
    match key {
        "code" => c.field_code,
        "generic" => c.field_generic,
        "form" => c.field_form,
        "spec" => c.field_spec,
        "pack" => c.field_pack,
        "maker" => c.field_maker,
        "approval" => c.field_approval,
        "evaluated" => c.field_evaluated,
        "listing_price" => c.field_listing_price,
        _ => "",
    }
}
