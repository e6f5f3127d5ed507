//! Tokens of programs that send purchases and listings. A token is shown once; only its hash is kept.

use diesel::prelude::*;
use serde::Serialize;

use super::Kind;
use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::schema::api_tokens;
use crate::text::{Say, Text};
use crate::types::{AccountId, Actor, ApiTokenId, Ctx, Time};

crate::words! {
    /// What a token may send.
    Scope {
        /// Purchases.
        Transactions = "transactions",
        /// Listing prices.
        Listings = "listings",
        /// Both.
        Both = "both",
    }
}

impl Scope {
    /// Whether it holds a kind of file.
    pub fn holds(self, kind: Kind) -> bool {
        match self {
            Scope::Transactions => kind == Kind::Transactions,
            Scope::Listings => kind == Kind::Listings,
            Scope::Both => true,
        }
    }
}

/// A program's token, without the token.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = api_tokens, treat_none_as_default_value = false)]
pub struct ApiToken {
    /// Its id.
    pub id: ApiTokenId,
    /// The program.
    pub name: String,
    /// What it may send.
    pub scope: Scope,
    /// SHA-256 of the token.
    pub token_hash: String,
    /// When it was made.
    pub created_at: Time,
    /// Who made it.
    pub created_by: Option<AccountId>,
    /// When it was last used, to the minute.
    pub used_at: Option<Time>,
    /// When it was revoked.
    pub revoked_at: Option<Time>,
}

impl ApiToken {
    /// The program as an actor.
    pub fn actor(&self) -> Actor {
        Actor { account: None, organisation: None, name: format!("api: {}", self.name) }
    }

    /// What the trail shows: never the hash.
    fn facts(&self) -> impl Serialize {
        serde_json::json!({ "name": self.name, "scope": self.scope, "revoked": self.revoked_at.is_some() })
    }
}

/// Why a token is not made.
#[derive(Debug, Clone)]
pub enum Refused {
    /// It has no name.
    NoName,
    /// It is made already and its token cannot be shown again.
    MadeAlready,
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        match self {
            Refused::NoName => t.ingest.token_no_name.to_owned(),
            Refused::MadeAlready => t.ingest.token_made_already.to_owned(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some("name")
    }
}

/// Makes a token of which the hash is given.
pub fn make(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &ApiTokenId,
    name: &str,
    scope: Scope,
    token_hash: &str,
) -> Result<()> {
    let name: String = name.trim().chars().filter(|c| !c.is_control()).take(100).collect();
    if name.is_empty() {
        return Err(Error::refused(Refused::NoName));
    }
    let known: i64 = api_tokens::table.find(id).count().get_result(tx.conn())?;
    if known > 0 {
        return Err(Error::refused(Refused::MadeAlready));
    }
    let it = ApiToken {
        id: id.clone(),
        name,
        scope,
        token_hash: token_hash.to_owned(),
        created_at: ctx.now,
        created_by: ctx.actor.account.clone(),
        used_at: None,
        revoked_at: None,
    };
    diesel::insert_into(api_tokens::table).values(&it).execute(tx.conn())?;
    let deed = Deed { action: "api_token.make", subject: "api_tokens", id: id.as_str() };
    audit::record(tx, ctx, deed, &(), &it.facts())
}

/// Revokes a token, for good. Doing so twice is doing it once.
pub fn revoke(tx: &mut Tx, ctx: &Ctx, id: &ApiTokenId) -> Result<()> {
    let before: ApiToken = api_tokens::table.find(id).select(ApiToken::as_select()).first(tx.conn())?;
    if before.revoked_at.is_some() {
        return Ok(());
    }
    let after = ApiToken { revoked_at: Some(ctx.now), ..before.clone() };
    diesel::update(api_tokens::table.find(id))
        .set(api_tokens::revoked_at.eq(after.revoked_at))
        .execute(tx.conn())?;
    let deed = Deed { action: "api_token.revoke", subject: "api_tokens", id: id.as_str() };
    audit::record(tx, ctx, deed, &before.facts(), &after.facts())
}

/// The token with a hash.
pub fn with_hash(conn: &mut Conn, hash: &str) -> Result<Option<ApiToken>> {
    Ok(api_tokens::table
        .filter(api_tokens::token_hash.eq(hash))
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

/// Writes that a token was used.
pub fn used(tx: &mut Tx, id: &ApiTokenId, now: Time) -> Result<()> {
    diesel::update(api_tokens::table.find(id)).set(api_tokens::used_at.eq(Some(now))).execute(tx.conn())?;
    Ok(())
}
