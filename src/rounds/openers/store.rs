//! SQL of panels, openers and the public halves of their keys.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::people::{Account, Role};
use crate::rounds::openers::{Panel, TakenKey};
use crate::schema::{account_roles, accounts, opener_keys, panel_members, panels};
use crate::types::{AccountId, RoundId, Time};

/// How many openers a round needs.
pub fn panel(conn: &mut Conn, round: &RoundId) -> Result<Option<Panel>> {
    Ok(panels::table.find(round).select(Panel::as_select()).first(conn).optional()?)
}

/// The openers of a round, by name.
pub fn members(conn: &mut Conn, round: &RoundId) -> Result<Vec<Account>> {
    Ok(panel_members::table
        .inner_join(accounts::table)
        .filter(panel_members::round_id.eq(round))
        .order((accounts::name, accounts::id))
        .select(Account::as_select())
        .load(conn)?)
}

/// Active accounts with one of the roles, each with whether it is an officer, by name.
pub fn candidates(conn: &mut Conn, roles: &[Role]) -> Result<Vec<(Account, bool)>> {
    let rows: Vec<(Account, String)> = accounts::table
        .inner_join(account_roles::table)
        .filter(accounts::active.eq(true).and(account_roles::role.eq_any(roles.iter().map(|r| r.as_str()))))
        .order((accounts::name, accounts::id))
        .select((Account::as_select(), account_roles::role))
        .load(conn)?;
    let mut found: Vec<(Account, bool)> = Vec::new();
    let mut places: BTreeMap<AccountId, usize> = BTreeMap::new();
    for (account, role) in rows {
        let is_officer = role == Role::Officer.as_str();
        let at = *places.entry(account.id.clone()).or_insert(found.len());
        match found.get_mut(at) {
            Some((_, officer)) => *officer |= is_officer,
            None => found.push((account, is_officer)),
        }
    }
    Ok(found)
}

/// Writes who the openers are in place of those before.
pub fn put_panel<'a>(tx: &mut Tx, it: &Panel, openers: impl Iterator<Item = &'a AccountId>) -> Result<()> {
    diesel::delete(panel_members::table.filter(panel_members::round_id.eq(&it.round_id)))
        .execute(tx.conn())?;
    diesel::delete(panels::table.find(&it.round_id)).execute(tx.conn())?;
    diesel::insert_into(panels::table).values(it).execute(tx.conn())?;
    for opener in openers {
        let row = (panel_members::round_id.eq(&it.round_id), panel_members::account_id.eq(opener));
        diesel::insert_into(panel_members::table).values(row).execute(tx.conn())?;
    }
    Ok(())
}

/// Marks the keys as used.
pub fn set_used(tx: &mut Tx, round: &RoundId, now: Time) -> Result<()> {
    diesel::update(panels::table.find(round)).set(panels::used_at.eq(Some(now))).execute(tx.conn())?;
    Ok(())
}

/// The keys of a round that count.
pub fn live_keys(conn: &mut Conn, round: &RoundId) -> Result<Vec<TakenKey>> {
    Ok(opener_keys::table
        .filter(opener_keys::round_id.eq(round).and(opener_keys::voided_at.is_null()))
        .order((opener_keys::taken_at, opener_keys::public_key))
        .select(TakenKey::as_select())
        .load(conn)?)
}

/// One key, whether it counts or not.
pub fn key(conn: &mut Conn, public: &str) -> Result<Option<TakenKey>> {
    Ok(opener_keys::table.find(public).select(TakenKey::as_select()).first(conn).optional()?)
}

/// Enters a key.
pub fn insert_key(tx: &mut Tx, it: &TakenKey) -> Result<()> {
    diesel::insert_into(opener_keys::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Marks a key as shown to be kept.
pub fn set_kept(tx: &mut Tx, public: &str, now: Time) -> Result<()> {
    diesel::update(opener_keys::table.find(public))
        .set(opener_keys::kept_at.eq(Some(now)))
        .execute(tx.conn())?;
    Ok(())
}

/// Marks a key as void.
pub fn void(tx: &mut Tx, public: &str, now: Time) -> Result<()> {
    diesel::update(opener_keys::table.find(public))
        .set(opener_keys::voided_at.eq(Some(now)))
        .execute(tx.conn())?;
    Ok(())
}

/// Marks the keys of those who are openers no more as void.
pub fn void_others(tx: &mut Tx, round: &RoundId, now: Time) -> Result<()> {
    let openers: Vec<AccountId> = panel_members::table
        .filter(panel_members::round_id.eq(round))
        .select(panel_members::account_id)
        .load(tx.conn())?;
    let others = opener_keys::round_id
        .eq(round)
        .and(opener_keys::voided_at.is_null())
        .and(opener_keys::account_id.ne_all(openers));
    diesel::update(opener_keys::table.filter(others))
        .set(opener_keys::voided_at.eq(Some(now)))
        .execute(tx.conn())?;
    Ok(())
}
