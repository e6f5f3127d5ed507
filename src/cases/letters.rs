//! Letters about price cases; each is known by its case, so that the case's page can show them.

use super::{Case, product, store, title};
use crate::db::Tx;
use crate::error::Result;
use crate::notify::{self, Letter, News, Recipient};
use crate::people;
use crate::text::Text;
use crate::types::Ctx;

/// What every letter about a case is known by; more follows.
pub(super) fn key(case: &Case) -> String {
    format!("case:{}:", case.id)
}

/// Writes to people about a case. What it comes to is said in each reader's language.
pub(super) fn tell(
    tx: &mut Tx,
    ctx: &Ctx,
    case: &Case,
    to: &[Recipient],
    (news, key_end): (News, &str),
    detail: &dyn Fn(&Text) -> String,
) -> Result<()> {
    let title = title(&product(tx.conn(), case)?);
    for reader in to {
        let letter = Letter::Supply {
            news,
            number: case.number.clone(),
            title: title.clone(),
            path: format!("/cases/{}", case.id),
            detail: detail(reader.lang.text()),
        };
        notify::post(tx, ctx, reader, &letter, &format!("{}{key_end}", key(case)))?;
    }
    Ok(())
}

/// Writes to the officer who follows a case; to all officers while nobody does.
pub(super) fn tell_officer(
    tx: &mut Tx,
    ctx: &Ctx,
    case: &Case,
    news: News,
    key_end: &str,
    detail: &dyn Fn(&Text) -> String,
) -> Result<()> {
    let to = officers(tx, case)?;
    tell(tx, ctx, case, &to, (news, key_end), detail)
}

/// Who is told what an officer should know of a case.
pub(super) fn officers(tx: &mut Tx, case: &Case) -> Result<Vec<Recipient>> {
    match &case.assignee_id {
        Some(id) => Ok(store::recipient(tx.conn(), id)?.into_iter().collect()),
        None => people::recipients_with(tx.conn(), people::Role::Officer),
    }
}

/// Writes to the supplier concerned, if it is registered.
pub(super) fn tell_supplier(
    tx: &mut Tx,
    ctx: &Ctx,
    case: &Case,
    news: News,
    key_end: &str,
    detail: &dyn Fn(&Text) -> String,
) -> Result<()> {
    let Some(supplier) = &case.supplier_id else { return Ok(()) };
    let to = people::recipients(tx.conn(), supplier)?;
    tell(tx, ctx, case, &to, (news, key_end), detail)
}
