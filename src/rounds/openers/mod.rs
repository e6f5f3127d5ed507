//! Openers (开标人): who together can open a round's bids, and the key each of them holds.

pub mod key;
pub mod rules;
pub mod store;

use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter, Recipient};
use crate::people::{Account, Role};
use crate::rounds::openers::key::Key;
use crate::rounds::{self, Round, RoundState};
use crate::schema::{opener_keys, panels};
use crate::types::{AccountId, Ctx, RoundId, Time};

pub use rules::Refused;

/// Which roles an opener has one of.
pub const ROLES: &[Role] = &[Role::Officer, Role::Reviewer];

/// How many openers of a round are needed.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = panels)]
pub struct Panel {
    /// Of which round.
    pub round_id: RoundId,
    /// How many of the openers must come together.
    pub needed: i32,
    /// When they were named.
    pub named_at: Time,
    /// When the first bid was sealed to their keys: from then on nothing changes.
    pub used_at: Option<Time>,
}

/// The public half of a key that an opener took.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = opener_keys)]
pub struct TakenKey {
    /// The public key, as hexadecimal.
    pub public_key: String,
    /// For which round.
    pub round_id: RoundId,
    /// By whom.
    pub account_id: AccountId,
    /// When it was made.
    pub taken_at: Time,
    /// When its holder gave it back to show that it was kept.
    pub kept_at: Option<Time>,
    /// When another took its place.
    pub voided_at: Option<Time>,
}

/// A named opener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// Whose it is.
    pub account: Account,
    /// The key that counts, if one was taken.
    pub key: Option<TakenKey>,
}

/// The openers of a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// How many are needed, and since when.
    pub panel: Panel,
    /// Who they are, by name.
    pub seats: Vec<Seat>,
}

impl Seat {
    /// Whether its key was taken and shown to be kept.
    pub fn is_ready(&self) -> bool {
        self.key.as_ref().is_some_and(|key| key.kept_at.is_some())
    }
}

impl Named {
    /// How many openers are needed.
    pub fn needed(&self) -> u8 {
        u8::try_from(self.panel.needed).unwrap_or(u8::MAX)
    }

    /// The seat of an account.
    pub fn seat(&self, account: &AccountId) -> Option<&Seat> {
        self.seats.iter().find(|seat| seat.account.id == *account)
    }

    /// The names of those whose key is not there yet.
    pub fn missing(&self) -> Vec<&str> {
        self.seats.iter().filter(|seat| !seat.is_ready()).map(|seat| seat.account.name.as_str()).collect()
    }

    /// The public keys, in order.
    pub fn keys(&self) -> Vec<&str> {
        self.seats.iter().filter_map(|seat| seat.key.as_ref()).map(|key| key.public_key.as_str()).collect()
    }
}

/// What the trail keeps of a naming.
#[derive(Serialize)]
struct Facts<'a> {
    needed: i32,
    openers: Vec<&'a AccountId>,
}

/// The openers of a round, if they have been named.
pub fn named(conn: &mut Conn, round: &RoundId) -> Result<Option<Named>> {
    let Some(panel) = store::panel(conn, round)? else { return Ok(None) };
    let mut keys = store::live_keys(conn, round)?;
    let seats = store::members(conn, round)?.into_iter().map(|account| {
        let at = keys.iter().position(|key| key.account_id == account.id);
        Seat { key: at.map(|at| keys.swap_remove(at)), account }
    });
    Ok(Some(Named { panel, seats: seats.collect() }))
}

/// The openers of a round, each with a key that was kept; else who is missing.
pub fn ready(conn: &mut Conn, round: &RoundId) -> Result<std::result::Result<Named, Refused>> {
    let Some(named) = named(conn, round)? else { return Ok(Err(Refused::NotNamed)) };
    let missing: Vec<String> = named.missing().into_iter().map(str::to_owned).collect();
    Ok(if missing.is_empty() { Ok(named) } else { Err(Refused::KeysMissing(missing)) })
}

/// Names the openers of a round and how many of them are needed. Whoever stays keeps the key already taken.
pub fn name(tx: &mut Tx, ctx: &Ctx, id: &RoundId, openers: &[AccountId], needed: u8) -> Result<()> {
    let round = rounds::round(tx.conn(), id)?;
    let before = named(tx.conn(), id)?;
    rules::may_change(&round, before.as_ref().map(|b| &b.panel)).map_err(Error::refused)?;
    let candidates = store::candidates(tx.conn(), ROLES)?;
    let chosen = rules::choose(&candidates, openers, needed).map_err(Error::refused)?;
    let panel = Panel { round_id: id.clone(), needed: i32::from(needed), named_at: ctx.now, used_at: None };
    store::put_panel(tx, &panel, chosen.iter().map(|account| &account.id))?;
    store::void_others(tx, id, ctx.now)?;
    let old = before.as_ref().map(|b| Facts {
        needed: b.panel.needed,
        openers: b.seats.iter().map(|seat| &seat.account.id).collect(),
    });
    let new = Facts { needed: panel.needed, openers: chosen.iter().map(|account| &account.id).collect() };
    audit::record(tx, ctx, Deed { action: "opener.name", subject: "rounds", id: id.as_str() }, &old, &new)?;
    for account in chosen {
        if before.as_ref().is_none_or(|b| b.seat(&account.id).is_none()) {
            remind_one(tx, ctx, &round, account, "named")?;
        }
    }
    Ok(())
}

/// Enters the public half of a key that the actor takes; an earlier one is void from now on.
pub fn take(tx: &mut Tx, ctx: &Ctx, id: &RoundId, public: &str) -> Result<()> {
    let round = rounds::round(tx.conn(), id)?;
    let me = ctx.actor.account.clone().ok_or(Error::Forbidden)?;
    let named = named(tx.conn(), id)?.ok_or_else(|| Error::refused(Refused::NotNamed))?;
    rules::may_change(&round, Some(&named.panel)).map_err(Error::refused)?;
    let seat = named.seat(&me).ok_or_else(|| Error::refused(Refused::NotAnOpener))?;
    if let Some(old) = &seat.key {
        store::void(tx, &old.public_key, ctx.now)?;
    }
    let key = TakenKey {
        public_key: public.to_owned(),
        round_id: id.clone(),
        account_id: me,
        taken_at: ctx.now,
        kept_at: None,
        voided_at: None,
    };
    store::insert_key(tx, &key)?;
    let deed = Deed { action: "opener.take_key", subject: "rounds", id: id.as_str() };
    audit::record(tx, ctx, deed, &seat.key, &key)
}

/// Confirms that the actor has kept the key: the file was given back and is the right one.
pub fn keep(tx: &mut Tx, ctx: &Ctx, id: &RoundId, key: &Key) -> Result<()> {
    let me = ctx.actor.account.clone().ok_or(Error::Forbidden)?;
    let named = named(tx.conn(), id)?.ok_or_else(|| Error::refused(Refused::NotNamed))?;
    let held = holding(tx.conn(), &named, &me, key)?.map_err(Error::refused)?;
    if held.kept_at.is_some() {
        return Ok(());
    }
    store::set_kept(tx, &held.public_key, ctx.now)?;
    let deed = Deed { action: "opener.keep_key", subject: "rounds", id: id.as_str() };
    audit::record(tx, ctx, deed, &(), &held.public_key)
}

/// The taken key that this is, if it is the one of this person for this round that counts.
pub fn holding(
    conn: &mut Conn,
    named: &Named,
    me: &AccountId,
    key: &Key,
) -> Result<std::result::Result<TakenKey, Refused>> {
    let Some(seat) = named.seat(me) else { return Ok(Err(Refused::NotAnOpener)) };
    let known = store::key(conn, key.public())?;
    Ok(rules::holding(seat, known.as_ref(), &named.panel.round_id)
        .map(|()| seat.key.clone())
        .and_then(|held| held.ok_or(Refused::WrongKey)))
}

/// Marks that a bid was sealed to the keys: from now on neither openers nor keys change.
pub fn mark_used(tx: &mut Tx, ctx: &Ctx, named: &Named) -> Result<()> {
    if named.panel.used_at.is_some() { Ok(()) } else { store::set_used(tx, &named.panel.round_id, ctx.now) }
}

/// Reminds openers without a key when bidding is to begin within three days, once a day.
pub fn remind(tx: &mut Tx, ctx: &Ctx) -> Result<usize> {
    let mut count = 0;
    for state in [RoundState::Demand, RoundState::DemandReview, RoundState::Bidding] {
        for round in rounds::store::in_state(tx.conn(), state)? {
            if round.calendar.bidding_from > ctx.now.plus_days(3) {
                continue;
            }
            let Some(named) = named(tx.conn(), &round.id)? else { continue };
            for seat in named.seats.iter().filter(|seat| !seat.is_ready()) {
                count += remind_one(tx, ctx, &round, &seat.account, &ctx.now.day().to_string())?;
            }
        }
    }
    Ok(count)
}

fn remind_one(tx: &mut Tx, ctx: &Ctx, round: &Round, account: &Account, occasion: &str) -> Result<usize> {
    if !account.active || account.email.is_empty() {
        return Ok(0);
    }
    let letter = Letter::OpenerKeyDue {
        number: round.number.clone(),
        title: round.title.clone(),
        path: format!("/rounds/{}/openers", round.id),
        deadline: round.calendar.bidding_from.to_string(),
    };
    let to =
        Recipient { account: Some(account.id.clone()), address: account.email.clone(), lang: account.lang };
    notify::post(tx, ctx, &to, &letter, &format!("opener.key:{}:{occasion}", round.id))?;
    Ok(1)
}

/// Whoever may be named, with whether that person is an officer, by name.
pub fn candidates(conn: &mut Conn) -> Result<Vec<(Account, bool)>> {
    store::candidates(conn, ROLES)
}
