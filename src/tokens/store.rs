//! SQL of programs' tokens.

use diesel::prelude::*;

use super::ApiToken;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::schema::api_tokens;
use crate::types::{ApiTokenId, ConsumerId, Time};

/// One token.
pub fn token(conn: &mut Conn, id: &ApiTokenId) -> Result<Option<ApiToken>> {
    Ok(api_tokens::table.find(id).select(ApiToken::as_select()).first(conn).optional()?)
}

/// The token of a secret, by its hash; the secret before counts too.
pub fn with_hash(conn: &mut Conn, hash: &str) -> Result<Option<ApiToken>> {
    Ok(api_tokens::table
        .filter(api_tokens::token_hash.eq(hash).or(api_tokens::old_hash.eq(hash)))
        .select(ApiToken::as_select())
        .first(conn)
        .optional()?)
}

/// The newest tokens, those in force first.
pub fn list(conn: &mut Conn, limit: i64) -> Result<Vec<ApiToken>> {
    Ok(api_tokens::table
        .order((api_tokens::revoked_at.is_null().desc(), api_tokens::id.desc()))
        .limit(limit)
        .select(ApiToken::as_select())
        .load(conn)?)
}

/// The tokens of the feed's consumers that are not revoked, oldest first.
pub fn of_consumers(conn: &mut Conn, limit: i64) -> Result<Vec<ApiToken>> {
    Ok(api_tokens::table
        .filter(api_tokens::consumer_id.is_not_null().and(api_tokens::revoked_at.is_null()))
        .order(api_tokens::id)
        .limit(limit)
        .select(ApiToken::as_select())
        .load(conn)?)
}

/// The token of a consumer that is not revoked.
pub fn of_consumer(conn: &mut Conn, id: &ConsumerId) -> Result<Option<ApiToken>> {
    Ok(api_tokens::table
        .filter(api_tokens::consumer_id.eq(id).and(api_tokens::revoked_at.is_null()))
        .order(api_tokens::id)
        .select(ApiToken::as_select())
        .first(conn)
        .optional()?)
}

/// Enters a token.
pub fn insert(tx: &mut Tx, it: &ApiToken) -> Result<()> {
    diesel::insert_into(api_tokens::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Writes a token's fields.
pub fn update(tx: &mut Tx, it: &ApiToken) -> Result<()> {
    diesel::update(api_tokens::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// Writes that a token was used.
pub fn used(tx: &mut Tx, id: &ApiTokenId, now: Time) -> Result<()> {
    diesel::update(api_tokens::table.find(id)).set(api_tokens::used_at.eq(Some(now))).execute(tx.conn())?;
    Ok(())
}
