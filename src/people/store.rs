//! SQL of organisations, accounts, roles and sessions.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::notify::Recipient;
use crate::people::{Account, Organisation, OrganisationKind, Role, Session, rules};
use crate::schema::{account_roles, accounts, organisations, sessions};
use crate::text::Lang;
use crate::types::{AccountId, OrganisationId, Time};

#[diesel::declare_sql_function]
extern "SQL" {
    /// Lower case: `LIKE` minds the case on one database and not on the other.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// One organisation.
pub fn organisation(conn: &mut Conn, id: &OrganisationId) -> Result<Option<Organisation>> {
    Ok(organisations::table.find(id).select(Organisation::as_select()).first(conn).optional()?)
}

/// The organisation with a code.
pub fn organisation_by_code(conn: &mut Conn, code: &str) -> Result<Option<Organisation>> {
    Ok(organisations::table
        .filter(organisations::code.eq(code))
        .select(Organisation::as_select())
        .first(conn)
        .optional()?)
}

/// The name of an organisation.
pub fn organisation_name(conn: &mut Conn, id: &OrganisationId) -> Result<String> {
    let name: Option<String> =
        organisations::table.find(id).select(organisations::name).first(conn).optional()?;
    Ok(name.unwrap_or_default())
}

/// The names of organisations, each looked up once.
pub fn names(conn: &mut Conn, mut ids: Vec<OrganisationId>) -> Result<HashMap<OrganisationId, String>> {
    ids.sort_unstable();
    ids.dedup();
    let mut found = HashMap::new();
    for some in ids.chunks(1_000) {
        let rows: Vec<(OrganisationId, String)> = organisations::table
            .filter(organisations::id.eq_any(some.to_vec()))
            .select((organisations::id, organisations::name))
            .load(conn)?;
        found.extend(rows);
    }
    Ok(found)
}

/// Organisations of a kind (all when `None`) whose name or code contains `search`, by name, after `after`.
pub fn organisations(
    conn: &mut Conn,
    kind: Option<OrganisationKind>,
    search: &str,
    after: Option<(String, String)>,
    limit: i64,
) -> Result<Vec<Organisation>> {
    let mut query = organisations::table.select(Organisation::as_select()).into_boxed();
    if let Some(kind) = kind {
        query = query.filter(organisations::kind.eq(kind));
    }
    if !search.is_empty() {
        let like = format!("%{}%", search.to_lowercase().replace(['%', '_'], ""));
        query = query
            .filter(lower(organisations::name).like(like.clone()).or(lower(organisations::code).like(like)));
    }
    if let Some((name, id)) = after {
        query = query.filter(
            organisations::name
                .gt(name.clone())
                .or(organisations::name.eq(name).and(organisations::id.gt(id))),
        );
    }
    Ok(query.order((organisations::name, organisations::id)).limit(limit).load(conn)?)
}

/// Every active organisation of a kind in the given regions (everywhere when empty), by name.
pub fn active_in(conn: &mut Conn, kind: OrganisationKind, regions: &[String]) -> Result<Vec<Organisation>> {
    let mut query = organisations::table
        .filter(organisations::kind.eq(kind).and(organisations::active.eq(true)))
        .select(Organisation::as_select())
        .into_boxed();
    if !regions.is_empty() {
        query = query.filter(organisations::region.eq_any(regions.to_vec()));
    }
    Ok(query.order((organisations::name, organisations::id)).load(conn)?)
}

/// Regions organisations lie in, for choosing a round's members.
pub fn regions(conn: &mut Conn) -> Result<Vec<String>> {
    Ok(organisations::table
        .select(organisations::region)
        .distinct()
        .order(organisations::region)
        .load(conn)?)
}

/// Enters an organisation.
pub fn insert_organisation(tx: &mut Tx, it: &Organisation) -> Result<()> {
    diesel::insert_into(organisations::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Writes an organisation's fields.
pub fn update_organisation(tx: &mut Tx, it: &Organisation) -> Result<()> {
    diesel::update(organisations::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// One account.
pub fn account(conn: &mut Conn, id: &AccountId) -> Result<Option<Account>> {
    Ok(accounts::table.find(id).select(Account::as_select()).first(conn).optional()?)
}

/// The name of an account; empty when the platform itself acted.
pub fn account_name(conn: &mut Conn, id: Option<&AccountId>) -> Result<String> {
    let Some(id) = id else { return Ok(String::new()) };
    let name: Option<String> = accounts::table.find(id).select(accounts::name).first(conn).optional()?;
    Ok(name.unwrap_or_default())
}

/// The account with a login (lower case).
pub fn account_by_login(conn: &mut Conn, login: &str) -> Result<Option<Account>> {
    Ok(accounts::table
        .filter(accounts::login.eq(login))
        .select(Account::as_select())
        .first(conn)
        .optional()?)
}

/// Accounts of an organisation, by login.
pub fn accounts_of(conn: &mut Conn, organisation: &OrganisationId) -> Result<Vec<Account>> {
    Ok(accounts::table
        .filter(accounts::organisation_id.eq(organisation))
        .order(accounts::login)
        .select(Account::as_select())
        .load(conn)?)
}

/// Makes an account with its roles.
pub fn insert_account(tx: &mut Tx, it: &Account, roles: &[Role]) -> Result<()> {
    diesel::insert_into(accounts::table).values(it).execute(tx.conn())?;
    set_roles(tx, &it.id, roles)
}

/// Writes an account's fields.
pub fn update_account(tx: &mut Tx, it: &Account) -> Result<()> {
    diesel::update(accounts::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// The roles of an account.
pub fn roles(conn: &mut Conn, id: &AccountId) -> Result<Vec<Role>> {
    Ok(account_roles::table
        .filter(account_roles::account_id.eq(id))
        .order(account_roles::role)
        .select(account_roles::role)
        .load::<String>(conn)?
        .iter()
        .filter_map(|word| word.parse().ok())
        .collect())
}

/// Replaces the roles of an account.
pub fn set_roles(tx: &mut Tx, id: &AccountId, roles: &[Role]) -> Result<()> {
    diesel::delete(account_roles::table.filter(account_roles::account_id.eq(id))).execute(tx.conn())?;
    for role in roles {
        diesel::insert_into(account_roles::table)
            .values((account_roles::account_id.eq(id), account_roles::role.eq(role.as_str())))
            .execute(tx.conn())?;
    }
    Ok(())
}

/// A session with its account and organisation.
pub fn session(conn: &mut Conn, token_hash: &str) -> Result<Option<(Session, Account, Organisation)>> {
    Ok(sessions::table
        .inner_join(accounts::table.inner_join(organisations::table))
        .filter(sessions::token_hash.eq(token_hash))
        .select((Session::as_select(), Account::as_select(), Organisation::as_select()))
        .first(conn)
        .optional()?)
}

/// Sessions of an account, newest first.
pub fn sessions_of(conn: &mut Conn, id: &AccountId) -> Result<Vec<Session>> {
    Ok(sessions::table
        .filter(sessions::account_id.eq(id))
        .order(sessions::created_at.desc())
        .select(Session::as_select())
        .load(conn)?)
}

/// Opens a session.
pub fn insert_session(tx: &mut Tx, it: &Session) -> Result<()> {
    diesel::insert_into(sessions::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Notes that a session is in use.
pub fn touch_session(tx: &mut Tx, token_hash: &str, now: Time) -> Result<()> {
    diesel::update(sessions::table.find(token_hash)).set(sessions::seen_at.eq(now)).execute(tx.conn())?;
    Ok(())
}

/// Ends the oldest sessions beyond [`rules::SESSIONS`], never the one just opened.
pub fn cap_sessions(tx: &mut Tx, id: &AccountId, opened: &str) -> Result<()> {
    let extra: Vec<String> = sessions::table
        .filter(sessions::account_id.eq(id).and(sessions::token_hash.ne(opened)))
        .order((sessions::created_at.desc(), sessions::token_hash))
        .offset(rules::SESSIONS - 1)
        .limit(1_000)
        .select(sessions::token_hash)
        .load(tx.conn())?;
    diesel::delete(sessions::table.filter(sessions::token_hash.eq_any(extra))).execute(tx.conn())?;
    Ok(())
}

/// Ends one session.
pub fn end_session(tx: &mut Tx, token_hash: &str) -> Result<()> {
    diesel::delete(sessions::table.find(token_hash)).execute(tx.conn())?;
    Ok(())
}

/// Ends every session of an account but `keep`.
pub fn end_sessions(tx: &mut Tx, id: &AccountId, keep: Option<&str>) -> Result<()> {
    let keep = keep.unwrap_or_default().to_owned();
    diesel::delete(sessions::table.filter(sessions::account_id.eq(id).and(sessions::token_hash.ne(keep))))
        .execute(tx.conn())?;
    Ok(())
}

/// Ends every session of an organisation's accounts.
pub fn end_sessions_of_organisation(tx: &mut Tx, id: &OrganisationId) -> Result<()> {
    for account in accounts_of(tx.conn(), id)? {
        end_sessions(tx, &account.id, None)?;
    }
    Ok(())
}

/// Deletes sessions that have ended by themselves; says how many.
pub fn delete_ended_sessions(tx: &mut Tx, now: Time) -> Result<usize> {
    let idle = now.plus_millis(-rules::IDLE_MILLIS);
    let ended = sessions::table.filter(sessions::expires_at.le(now).or(sessions::seen_at.le(idle)));
    Ok(diesel::delete(ended).execute(tx.conn())?)
}

type Address = (AccountId, String, Lang);

fn to_recipients(rows: Vec<Address>) -> Vec<Recipient> {
    rows.into_iter().map(|(id, address, lang)| Recipient { account: Some(id), address, lang }).collect()
}

/// Active accounts of an organisation that have a mail address.
pub fn recipients_of(conn: &mut Conn, organisation: &OrganisationId) -> Result<Vec<Recipient>> {
    let rows: Vec<Address> = accounts::table
        .filter(
            accounts::organisation_id
                .eq(organisation)
                .and(accounts::active.eq(true))
                .and(accounts::email.ne("")),
        )
        .order(accounts::id)
        .select((accounts::id, accounts::email, accounts::lang))
        .load(conn)?;
    Ok(to_recipients(rows))
}

/// Active accounts with a role that have a mail address.
pub fn recipients_with(conn: &mut Conn, role: Role) -> Result<Vec<Recipient>> {
    let rows: Vec<Address> = accounts::table
        .inner_join(account_roles::table)
        .filter(
            account_roles::role.eq(role.as_str()).and(accounts::active.eq(true)).and(accounts::email.ne("")),
        )
        .order(accounts::id)
        .select((accounts::id, accounts::email, accounts::lang))
        .load(conn)?;
    Ok(to_recipients(rows))
}
