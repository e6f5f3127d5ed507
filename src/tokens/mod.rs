//! Tokens of programs: what each may do, for whom, until when. A token is shown once; only its hash is kept.
//!
//! A token that is rotated keeps its row: the secret before works until a day that is named, so that a program can
//! change over without a gap.

pub mod idempotency;
pub mod limits;
pub mod rules;
pub mod store;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::people::{self, OrganisationKind};
use crate::schema::api_tokens;
use crate::types::{AccountId, Actor, ApiTokenId, ConsumerId, Ctx, OrganisationId, Time};

pub use rules::{Refused, Scope, Scopes, Standing};

/// A program's token, without the token.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = api_tokens, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct ApiToken {
    /// Its id.
    pub id: ApiTokenId,
    /// The program.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// The consumer of the settlement feed it belongs to.
    pub consumer_id: Option<ConsumerId>,
    /// The hospital it acts for.
    pub organisation_id: Option<OrganisationId>,
    /// SHA-256 of the token.
    pub token_hash: String,
    /// SHA-256 of the token before, while that works too.
    pub old_hash: Option<String>,
    /// The last day on which the token before works.
    pub old_until: Option<NaiveDate>,
    /// The last day on which it works at all; none while it is not limited.
    pub expires_on: Option<NaiveDate>,
    /// When it was made.
    pub created_at: Time,
    /// Who made it.
    pub created_by: Option<AccountId>,
    /// When it was last used, to the minute.
    pub used_at: Option<Time>,
    /// When it was revoked.
    pub revoked_at: Option<Time>,
}

/// What the trail shows of a token: never a hash.
#[derive(Serialize)]
struct Facts<'a> {
    name: &'a str,
    scopes: String,
    consumer: Option<&'a ConsumerId>,
    organisation: Option<&'a OrganisationId>,
    old_until: Option<NaiveDate>,
    expires_on: Option<NaiveDate>,
    revoked: bool,
}

impl ApiToken {
    /// The program as an actor: of the hospital it acts for.
    pub fn actor(&self) -> Actor {
        Actor {
            account: None,
            organisation: self.organisation_id.clone(),
            name: format!("api: {}", self.name),
        }
    }

    /// How it stands on a day when a secret of this hash is given.
    pub fn standing(&self, hash: &str, today: NaiveDate) -> Standing {
        rules::standing(self, hash, today)
    }

    fn facts(&self) -> Facts<'_> {
        Facts {
            name: &self.name,
            scopes: self.scopes.to_string(),
            consumer: self.consumer_id.as_ref(),
            organisation: self.organisation_id.as_ref(),
            old_until: self.old_until,
            expires_on: self.expires_on,
            revoked: self.revoked_at.is_some(),
        }
    }
}

/// A token to be made.
#[derive(Debug, Clone)]
pub struct New {
    /// The id, from the form.
    pub id: ApiTokenId,
    /// The program.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// The consumer it belongs to.
    pub consumer: Option<ConsumerId>,
    /// The hospital it acts for.
    pub organisation: Option<OrganisationId>,
    /// The last day on which it works.
    pub expires_on: Option<NaiveDate>,
    /// SHA-256 of the token.
    pub hash: String,
}

/// Makes a token of which the hash is given.
pub fn make(tx: &mut Tx, ctx: &Ctx, new: &New) -> Result<()> {
    let name = rules::name(&new.name)?;
    rules::scopes(&new.scopes, new.organisation.is_some(), new.consumer.is_some())?;
    rules::expiry(new.expires_on, ctx.now.day())?;
    if let Some(id) = &new.organisation {
        let found = people::store::organisation(tx.conn(), id)?;
        found.filter(|it| it.kind == OrganisationKind::Hospital && it.active).ok_or(Refused::Hospital)?;
    }
    if store::token(tx.conn(), &new.id)?.is_some() {
        return Err(Refused::MadeAlready.into());
    }
    let it = ApiToken {
        id: new.id.clone(),
        name,
        scopes: new.scopes.clone(),
        consumer_id: new.consumer.clone(),
        organisation_id: new.organisation.clone(),
        token_hash: new.hash.clone(),
        old_hash: None,
        old_until: None,
        expires_on: new.expires_on,
        created_at: ctx.now,
        created_by: ctx.actor.account.clone(),
        used_at: None,
        revoked_at: None,
    };
    store::insert(tx, &it)?;
    let deed = Deed { action: "api_token.make", subject: "api_tokens", id: it.id.as_str() };
    audit::record(tx, ctx, deed, &(), &it.facts())
}

/// Gives a token a new secret; the one in force works until the end of `old_until`, or ends at once without that day.
/// A secret that was on its way out already ends now.
pub fn rotate(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &ApiTokenId,
    hash: &str,
    old_until: Option<NaiveDate>,
) -> Result<ApiToken> {
    let before = store::token(tx.conn(), id)?.ok_or(Error::NotFound)?;
    if before.revoked_at.is_some() {
        return Err(Refused::Revoked.into());
    }
    if before.expires_on.is_some_and(|day| day < ctx.now.day()) {
        return Err(Refused::Expired.into());
    }
    rules::overlap(old_until, ctx.now.day())?;
    let after = ApiToken {
        token_hash: hash.to_owned(),
        old_hash: old_until.map(|_| before.token_hash.clone()),
        old_until,
        ..before.clone()
    };
    store::update(tx, &after)?;
    let deed = Deed { action: "api_token.rotate", subject: "api_tokens", id: id.as_str() };
    audit::record(tx, ctx, deed, &before.facts(), &after.facts())?;
    Ok(after)
}

/// Revokes a token, for good. Doing so twice is doing it once.
pub fn revoke(tx: &mut Tx, ctx: &Ctx, id: &ApiTokenId) -> Result<()> {
    let before = store::token(tx.conn(), id)?.ok_or(Error::NotFound)?;
    if before.revoked_at.is_some() {
        return Ok(());
    }
    let after = ApiToken { revoked_at: Some(ctx.now), ..before.clone() };
    store::update(tx, &after)?;
    let deed = Deed { action: "api_token.revoke", subject: "api_tokens", id: id.as_str() };
    audit::record(tx, ctx, deed, &before.facts(), &after.facts())
}
