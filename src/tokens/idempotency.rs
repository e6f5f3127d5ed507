//! Answers kept by the key their request came with, so that a request sent twice has its effect once.
//!
//! The answer is kept in the transaction of the effect: either both are there or neither. A request that was refused had
//! no effect and keeps nothing.

use diesel::prelude::*;

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::schema::idempotency_keys;
use crate::text::{Say, Text};
use crate::types::{ApiTokenId, Time};

/// Days an answer is kept.
pub const DAYS: i64 = 30;
/// The longest key, in characters.
pub const LONGEST: usize = 255;

/// A kept answer.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = idempotency_keys)]
pub struct Kept {
    /// Whose request.
    pub token_id: ApiTokenId,
    /// The key it came with.
    pub given_key: String,
    /// SHA-256 of what was asked.
    pub request: String,
    /// The answer's status.
    pub status: i32,
    /// The answer as JSON.
    pub answer: String,
    /// When.
    pub created_at: Time,
}

/// The key came with another request before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtherRequest;

impl Say for OtherRequest {
    fn say(&self, t: &Text) -> String {
        t.api.key_reused.to_owned()
    }
}

/// The answer kept for a key of a token; refused when it was kept for another request.
pub fn kept(tx: &mut Tx, token: &ApiTokenId, key: &str, request: &str) -> Result<Option<Kept>> {
    let found: Option<Kept> =
        idempotency_keys::table.find((token, key)).select(Kept::as_select()).first(tx.conn()).optional()?;
    match found {
        Some(it) if it.request != request => Err(Error::refused(OtherRequest)),
        found => Ok(found),
    }
}

/// Keeps an answer.
pub fn keep(tx: &mut Tx, it: &Kept) -> Result<()> {
    diesel::insert_into(idempotency_keys::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Forgets the answers before a moment; how many.
pub fn forget(tx: &mut Tx, before: Time) -> Result<usize> {
    let old = idempotency_keys::table.filter(idempotency_keys::created_at.lt(before));
    Ok(diesel::delete(old).execute(tx.conn())?)
}
