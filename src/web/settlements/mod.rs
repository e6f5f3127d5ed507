//! Pages of direct settlement: claims, settlements, prepayments, bank accounts, working days.

pub mod act;
pub mod banks;
pub mod claim;
pub mod claims;
pub mod direct;
pub mod list;
pub mod prepare;
pub mod prepayments;
pub mod show;
pub mod workdays;

use std::collections::HashMap;

use chrono::NaiveDate;

use crate::contracts;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::payments::claims::rules::parse_month;
use crate::people::{OrganisationKind, Who};
use crate::types::{AccountId, OrganisationId};
use crate::web::form::{Form, Refused};

/// The names of organisations, each looked up once.
fn names(
    conn: &mut Conn,
    ids: impl Iterator<Item = OrganisationId>,
) -> Result<HashMap<OrganisationId, String>> {
    let mut ids: Vec<OrganisationId> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    let mut names = HashMap::new();
    for part in ids.chunks(1_000) {
        names.extend(contracts::store::names(conn, part.to_vec())?);
    }
    Ok(names)
}

/// The name of an account; empty when the platform itself acted.
fn name(conn: &mut Conn, id: Option<&AccountId>) -> Result<String> {
    let Some(id) = id else { return Ok(String::new()) };
    Ok(crate::people::store::account(conn, id)?.map(|a| a.name).unwrap_or_default())
}

/// Whose claims somebody sees: a hospital or supplier its own, the bureau all. Hospital, then supplier.
fn scope(who: &Who) -> (Option<OrganisationId>, Option<OrganisationId>) {
    let own = Some(who.organisation.id.clone());
    match who.organisation.kind {
        OrganisationKind::Hospital => (own, None),
        OrganisationKind::Supplier => (None, own),
        OrganisationKind::Bureau => (None, None),
    }
}

/// A month of a form, such as `2026-11`.
fn month(form: &Form, field: &'static str) -> Result<NaiveDate> {
    let text = form.required(field)?;
    parse_month(text).ok_or_else(|| Error::refused(Refused::Time(field, text.to_owned())))
}

/// The yes or no of a decision.
fn decision(form: &Form) -> Result<bool> {
    match form.text("decision") {
        "yes" => Ok(true),
        "no" => Ok(false),
        other => Err(Error::refused(Refused::Choice("decision", other.to_owned()))),
    }
}
