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

use chrono::NaiveDate;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::payments;
use crate::payments::bank::{self, BankState};
use crate::payments::claims::rules::parse_month;
use crate::people::{OrganisationKind, Role, Who};
use crate::text::{Text, fill};
use crate::types::OrganisationId;
use crate::web::form::{Form, Refused};

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

/// What waits for the reader: address and words.
pub fn tasks(conn: &mut Conn, who: &Who, t: &Text, today: NaiveDate) -> Result<Vec<(String, String)>> {
    let (s, own, month) = (&t.settlements, &who.organisation.id, payments::claims::month_of(today));
    let mut list = Vec::new();
    let mut push = |n: usize, path: &str, message: &str| {
        if n > 0 {
            list.push((path.to_owned(), fill(message, &[("n", &n), ("month", &month.format("%Y-%m"))])));
        }
    };
    if who.is(Role::Hospital) {
        push(
            payments::claims::store::submitted_to(conn, own, 1_000)?.len(),
            "/claims?state=submitted",
            s.task_verify,
        );
    }
    if who.is(Role::Supplier) && today <= payments::claims::deadline(conn, month)? {
        let due = payments::claims::preview(conn, own, month)?.len();
        push(due, "/claims/prepare", s.task_claim);
    }
    if who.is(Role::Settlement) {
        push(
            usize::from(payments::claims::store::is_any_confirmed(conn, month)?),
            "/settlements",
            s.task_settle,
        );
        let waiting = bank::in_state(conn, BankState::Entered, None, 100)?;
        let others = waiting.iter().filter(|it| it.entered_by.as_ref() != Some(&who.account.id)).count();
        push(others, "/bank-accounts", s.task_bank);
    }
    Ok(list)
}
