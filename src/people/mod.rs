//! Organisations, accounts, roles and sessions: who somebody is and for whom they act.

pub mod own;
pub mod password;
pub mod rules;
pub mod store;

use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::Recipient;
use crate::schema::{accounts, organisations, sessions};
use crate::text::Lang;
use crate::types::{AccountId, Actor, Ctx, OrganisationId, Time};

pub use rules::Refused;

crate::words! {
    /// What an organisation is.
    OrganisationKind {
        /// The medical-insurance bureau (医保局).
        Bureau = "bureau",
        /// A hospital or clinic (医疗机构).
        Hospital = "hospital",
        /// A manufacturer or holder that bids (申报企业).
        Supplier = "supplier",
    }

    /// What an account may do.
    Role {
        /// Runs rounds.
        Officer = "officer",
        /// The second person for publishing and awarding.
        Reviewer = "reviewer",
        /// Acts for a hospital.
        Hospital = "hospital",
        /// Acts for a supplier.
        Supplier = "supplier",
        /// Takes the payment standards into settlement.
        Settlement = "settlement",
        /// Reads everything that is open to be read.
        Auditor = "auditor",
        /// Keeps organisations and accounts.
        Admin = "admin",
    }
}

/// A bureau, hospital or supplier.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = organisations)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// What it is.
    pub kind: OrganisationKind,
    /// Its full name.
    pub name: String,
    /// Unified social credit code or hospital code.
    pub code: String,
    /// Its county or district.
    pub region: String,
    /// A hospital's tier (三级, 二级, 一级), else empty.
    pub tier: String,
    /// A supplier's group of related enterprises (关联企业组), else empty.
    pub group_name: String,
    /// Whether its people may log in.
    pub active: bool,
    /// When it was entered.
    pub created_at: Time,
}

/// A person's account.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = accounts, treat_none_as_null = true)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The organisation acted for.
    pub organisation_id: OrganisationId,
    /// The login name, lower case.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// Where letters go; may be empty.
    pub email: String,
    /// Language of letters and of the first page after login.
    pub lang: Lang,
    /// Argon2id, PHC text.
    pub password_hash: String,
    /// When the password was set.
    pub password_at: Time,
    /// The password was set by somebody else and must be changed at login.
    pub must_change: bool,
    /// Wrong passwords since the last right one.
    pub failures: i32,
    /// Locked out until then.
    pub locked_until: Option<Time>,
    /// Whether it may log in.
    pub active: bool,
    /// When it was made.
    pub created_at: Time,
}

/// A login on one device.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
pub struct Session {
    /// SHA-256 of the cookie's token; the token itself is kept nowhere.
    pub token_hash: String,
    /// Whose.
    pub account_id: AccountId,
    /// Since when.
    pub created_at: Time,
    /// Last request, to the minute.
    pub seen_at: Time,
    /// Ends by itself then.
    pub expires_at: Time,
    /// The browser's own name.
    pub agent: String,
}

/// Somebody logged in: account, organisation and roles as of this request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// The account.
    pub account: Account,
    /// The organisation acted for.
    pub organisation: Organisation,
    /// What the account may do.
    pub roles: Vec<Role>,
    /// The session's hash, to end it.
    pub session: String,
    /// When this session was last seen, to the minute.
    pub seen_at: Time,
}

impl Who {
    /// Whether the account holds the role.
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether the account holds any of the roles.
    pub fn is_any(&self, roles: &[Role]) -> bool {
        roles.iter().any(|r| self.is(*r))
    }

    /// The actor of what this person does.
    pub fn actor(&self) -> Actor {
        Actor {
            account: Some(self.account.id.clone()),
            organisation: Some(self.organisation.id.clone()),
            name: format!("{} ({})", self.account.name, self.organisation.name),
        }
    }
}

/// What is needed to make an account.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// The id, from the form.
    pub id: AccountId,
    /// The organisation acted for.
    pub organisation_id: OrganisationId,
    /// The login name.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// Where letters go.
    pub email: String,
    /// Language.
    pub lang: Lang,
    /// What it may do.
    pub roles: Vec<Role>,
    /// Argon2id of the first password ([`password::hash`], made outside the transaction: it is slow).
    pub password_hash: String,
    /// Must be changed at the first login.
    pub must_change: bool,
}

/// Enters an organisation, or finds it already entered under the same id.
pub fn add_organisation(tx: &mut Tx, ctx: &Ctx, new: Organisation) -> Result<Organisation> {
    if let Some(known) = store::organisation(tx.conn(), &new.id)? {
        return Ok(known);
    }
    let new = rules::organisation(new)?;
    if store::organisation_by_code(tx.conn(), &new.code)?.is_some() {
        return Err(Error::refused(Refused::CodeTaken(new.code)));
    }
    store::insert_organisation(tx, &new)?;
    audit::record(
        tx,
        ctx,
        Deed { action: "organisation.add", subject: "organisations", id: new.id.as_str() },
        &(),
        &new,
    )?;
    Ok(new)
}

/// Changes an organisation's name, region, tier, group or whether it is active. Its people are logged out
/// when it is no longer active.
pub fn change_organisation(tx: &mut Tx, ctx: &Ctx, changed: Organisation) -> Result<()> {
    let before = store::organisation(tx.conn(), &changed.id)?.ok_or(Error::NotFound)?;
    if !changed.active && ctx.actor.organisation.as_ref() == Some(&before.id) {
        return Err(Error::refused(Refused::OwnRights));
    }
    let after =
        rules::organisation(Organisation { kind: before.kind, created_at: before.created_at, ..changed })?;
    if let Some(other) = store::organisation_by_code(tx.conn(), &after.code)?
        && other.id != after.id
    {
        return Err(Error::refused(Refused::CodeTaken(after.code)));
    }
    store::update_organisation(tx, &after)?;
    if !after.active {
        store::end_sessions_of_organisation(tx, &after.id)?;
    }
    audit::record(
        tx,
        ctx,
        Deed { action: "organisation.change", subject: "organisations", id: after.id.as_str() },
        &before,
        &after,
    )
}

/// Makes an account, or finds it already made under the same id.
pub fn add_account(tx: &mut Tx, ctx: &Ctx, new: NewAccount) -> Result<Account> {
    if let Some(known) = store::account(tx.conn(), &new.id)? {
        return Ok(known);
    }
    let organisation = store::organisation(tx.conn(), &new.organisation_id)?.ok_or(Error::NotFound)?;
    let roles = new.roles.clone();
    let account = rules::account(new, &organisation, ctx.now)?;
    if store::account_by_login(tx.conn(), &account.login)?.is_some() {
        return Err(Error::refused(Refused::LoginTaken(account.login)));
    }
    store::insert_account(tx, &account, &roles)?;
    audit::record(
        tx,
        ctx,
        Deed { action: "account.add", subject: "accounts", id: account.id.as_str() },
        &(),
        &facts(&account, &roles),
    )?;
    Ok(account)
}

/// Changes an account's name, mail, language, roles and whether it is active; its sessions end, so that the
/// new rights hold at once.
pub fn change_account(tx: &mut Tx, ctx: &Ctx, changed: Account, roles: &[Role]) -> Result<()> {
    let before = store::account(tx.conn(), &changed.id)?.ok_or(Error::NotFound)?;
    let organisation = store::organisation(tx.conn(), &before.organisation_id)?.ok_or(Error::NotFound)?;
    rules::roles(roles, organisation.kind)?;
    rules::account_fields(&changed.name, &changed.email)?;
    let was = store::roles(tx.conn(), &before.id)?;
    if ctx.actor.account.as_ref() == Some(&before.id)
        && was.contains(&Role::Admin)
        && (!changed.active || !roles.contains(&Role::Admin))
    {
        return Err(Error::refused(Refused::OwnRights));
    }
    let unlocked = Account {
        name: changed.name.trim().to_owned(),
        email: changed.email.trim().to_owned(),
        lang: changed.lang,
        active: changed.active,
        failures: 0,
        locked_until: None,
        ..before.clone()
    };
    store::update_account(tx, &unlocked)?;
    store::set_roles(tx, &before.id, roles)?;
    store::end_sessions(tx, &before.id, None)?;
    audit::record(
        tx,
        ctx,
        Deed { action: "account.change", subject: "accounts", id: before.id.as_str() },
        &facts(&before, &was),
        &facts(&unlocked, roles),
    )
}

/// Sets a new password and ends every session of the account but `keep`.
pub fn set_password(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &AccountId,
    hash: &str,
    must_change: bool,
    keep: Option<&str>,
) -> Result<()> {
    let before = store::account(tx.conn(), id)?.ok_or(Error::NotFound)?;
    let after = Account {
        password_hash: hash.to_owned(),
        password_at: ctx.now,
        must_change,
        failures: 0,
        locked_until: None,
        ..before
    };
    store::update_account(tx, &after)?;
    store::end_sessions(tx, id, keep)?;
    audit::record(
        tx,
        ctx,
        Deed { action: "account.password", subject: "accounts", id: id.as_str() },
        &(),
        &(),
    )
}

/// Records a try to log in. `right` says whether the password was right (checked before, outside the
/// transaction). Too many wrong ones lock the account; a right one opens a session.
pub fn sign_in(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &AccountId,
    right: bool,
    token_hash: &str,
    agent: &str,
) -> Result<std::result::Result<(), Refused>> {
    let before = store::account(tx.conn(), id)?.ok_or(Error::NotFound)?;
    let organisation = store::organisation(tx.conn(), &before.organisation_id)?.ok_or(Error::NotFound)?;
    let (after, answer) = rules::sign_in(before, &organisation, right, ctx.now);
    store::update_account(tx, &after)?;
    let action = if answer.is_ok() { "account.login" } else { "account.login_refused" };
    let ctx = Ctx {
        now: ctx.now,
        actor: Actor {
            account: Some(after.id.clone()),
            organisation: Some(organisation.id),
            name: after.name.clone(),
        },
    };
    if answer.is_ok() {
        store::insert_session(
            tx,
            &Session {
                token_hash: token_hash.to_owned(),
                account_id: after.id.clone(),
                created_at: ctx.now,
                seen_at: ctx.now,
                expires_at: ctx.now.plus_millis(rules::SESSION_MILLIS),
                agent: agent.chars().take(200).collect(),
            },
        )?;
        store::cap_sessions(tx, &after.id, token_hash)?;
    }
    audit::record(
        tx,
        &ctx,
        Deed { action, subject: "accounts", id: after.id.as_str() },
        &(),
        &after.failures,
    )?;
    Ok(answer)
}

/// Ends one session.
pub fn sign_out(tx: &mut Tx, ctx: &Ctx, who: &Who) -> Result<()> {
    store::end_session(tx, &who.session)?;
    audit::record(
        tx,
        ctx,
        Deed { action: "account.logout", subject: "accounts", id: who.account.id.as_str() },
        &(),
        &(),
    )
}

/// Who holds a session, if it is alive, their account is active and their organisation too.
pub fn who(conn: &mut Conn, token_hash: &str, now: Time) -> Result<Option<Who>> {
    let Some((session, account, organisation)) = store::session(conn, token_hash)? else { return Ok(None) };
    if session.expires_at <= now || session.seen_at.plus_millis(rules::IDLE_MILLIS) <= now {
        return Ok(None);
    }
    if !account.active || !organisation.active {
        return Ok(None);
    }
    let roles = store::roles(conn, &account.id)?;
    Ok(Some(Who { account, organisation, roles, session: session.token_hash, seen_at: session.seen_at }))
}

/// Everyone in an organisation who can be written to.
pub fn recipients(conn: &mut Conn, organisation: &OrganisationId) -> Result<Vec<Recipient>> {
    store::recipients_of(conn, organisation)
}

/// Everyone with a role who can be written to.
pub fn recipients_with(conn: &mut Conn, role: Role) -> Result<Vec<Recipient>> {
    store::recipients_with(conn, role)
}

/// What the trail shows of an account: never the password.
#[derive(Serialize)]
struct Facts<'a> {
    login: &'a str,
    name: &'a str,
    email: &'a str,
    active: bool,
    roles: &'a [Role],
}

fn facts<'a>(account: &'a Account, roles: &'a [Role]) -> Facts<'a> {
    Facts { login: &account.login, name: &account.name, email: &account.email, active: account.active, roles }
}
