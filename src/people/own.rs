//! What people change about their own account, and what an administrator does to a locked one.

use crate::audit::{self, Deed};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::people::{Account, Who, store};
use crate::text::Lang;
use crate::types::{AccountId, Ctx};

/// Lifts the lock of an account before its time.
pub fn unlock(tx: &mut Tx, ctx: &Ctx, id: &AccountId) -> Result<()> {
    let before = store::account(tx.conn(), id)?.ok_or(Error::NotFound)?;
    if before.locked_until.is_none() && before.failures == 0 {
        return Ok(());
    }
    let was = (before.failures, before.locked_until);
    store::update_account(tx, &Account { failures: 0, locked_until: None, ..before })?;
    let deed = Deed { action: "account.unlock", subject: "accounts", id: id.as_str() };
    audit::record(tx, ctx, deed, &was, &())
}

/// Sets the language of one's own letters and pages.
pub fn set_language(tx: &mut Tx, ctx: &Ctx, id: &AccountId, lang: Lang) -> Result<()> {
    let before = store::account(tx.conn(), id)?.ok_or(Error::NotFound)?;
    let was = before.lang;
    if was == lang {
        return Ok(());
    }
    store::update_account(tx, &Account { lang, ..before })?;
    let deed = Deed { action: "account.language", subject: "accounts", id: id.as_str() };
    audit::record(tx, ctx, deed, &was, &lang)
}

/// Ends one's own sessions on every other device.
pub fn end_other_sessions(tx: &mut Tx, ctx: &Ctx, who: &Who) -> Result<()> {
    store::end_sessions(tx, &who.account.id, Some(&who.session))?;
    let deed = Deed { action: "account.end_sessions", subject: "accounts", id: who.account.id.as_str() };
    audit::record(tx, ctx, deed, &(), &())
}
