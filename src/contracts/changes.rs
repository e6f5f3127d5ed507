//! Amendments: the only way to change a contract's terms, each with its kind, cause and reason.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::audit::{self, Deed};
use crate::contracts::{Contract, rules, rules::Refused, store, volumes};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter};
use crate::people;
use crate::rounds;
use crate::schema::contract_changes;
use crate::terms::{self, Term};
use crate::text::Text;
use crate::types::{AccountId, ChangeId, ContractId, Ctx, OrganisationId, Quantity, Time, UnitPrice};

crate::words! {
    /// What an amendment changes.
    ChangeKind {
        /// The quantity.
        Quantity = "quantity",
        /// The price.
        Price = "price",
        /// First or last day.
        Term = "term",
        /// The company that supplies: volume went to another contract or came from one.
        Supplier = "supplier",
        /// The volume of one agreement year (加量).
        Quota = "quota",
    }

    /// Why a contract is amended.
    Cause {
        /// Both sides agreed.
        Agreed = "agreed",
        /// The supplier lowered its price, or a lower price elsewhere is followed.
        PriceCut = "price_cut",
        /// The supplier cannot deliver.
        Shortage = "shortage",
        /// A rule of the state changed.
        Policy = "policy",
        /// A clerical error is put right.
        Correction = "correction",
    }
}

impl Cause {
    /// A price rises only because the state says so or because it was written down wrong.
    pub fn may_raise_price(self) -> bool {
        matches!(self, Cause::Policy | Cause::Correction)
    }

    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let c = &t.contracts;
        match self {
            Cause::Agreed => c.cause_agreed,
            Cause::PriceCut => c.cause_price_cut,
            Cause::Shortage => c.cause_shortage,
            Cause::Policy => c.cause_policy,
            Cause::Correction => c.cause_correction,
        }
    }
}

impl ChangeKind {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let c = &t.contracts;
        match self {
            ChangeKind::Quantity => c.kind_quantity,
            ChangeKind::Price => c.kind_price,
            ChangeKind::Term => c.kind_term,
            ChangeKind::Supplier => c.kind_supplier,
            ChangeKind::Quota => t.events.kind_quota,
        }
    }
}

/// What an amendment changes, and to what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The quantity.
    Quantity(Quantity),
    /// The price.
    Price(UnitPrice),
    /// First and last day.
    Term {
        /// First day.
        starts: NaiveDate,
        /// Last day.
        ends: NaiveDate,
    },
}

impl Change {
    /// Its kind.
    pub fn kind(&self) -> ChangeKind {
        match self {
            Change::Quantity(_) => ChangeKind::Quantity,
            Change::Price(_) => ChangeKind::Price,
            Change::Term { .. } => ChangeKind::Term,
        }
    }
}

/// An amendment as it is written down.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = contract_changes)]
pub struct Amendment {
    /// Its id, from the form.
    pub id: ChangeId,
    /// Of which contract.
    pub contract_id: ContractId,
    /// What it changes.
    pub kind: ChangeKind,
    /// Why.
    pub cause: Cause,
    /// The terms before, as JSON of [`Terms`].
    pub before: String,
    /// The terms after.
    pub after: String,
    /// The reason in words.
    pub reason: String,
    /// When.
    pub at: Time,
    /// Who.
    pub account_id: Option<AccountId>,
}

/// The terms of a contract: what an amendment can change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The seller.
    pub supplier_id: OrganisationId,
    /// Its name.
    pub supplier: String,
    /// What is sold.
    pub product: String,
    /// Its spec.
    pub spec: String,
    /// Agreed for the whole term.
    pub quantity: Quantity,
    /// Yuan a unit.
    pub unit_price: UnitPrice,
    /// First day of the term.
    pub starts: NaiveDate,
    /// Last day of the term.
    pub ends: NaiveDate,
    /// The contract volume went to or came from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub other: String,
    /// What is agreed for the year, where an amendment is of one year.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub year_agreed: String,
    /// What may be bought above it; `none` is without limit.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub year_allowed: String,
}

/// What an officer asks for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The id of the row it makes.
    pub id: ChangeId,
    /// Which contract.
    pub contract_id: ContractId,
    /// The version of the terms the officer saw.
    pub version: i32,
    /// To what.
    pub change: Change,
    /// Why.
    pub cause: Cause,
    /// The reason in words.
    pub reason: String,
}

/// Amends a contract and tells both sides. The same form sent twice is one amendment.
pub fn amend(tx: &mut Tx, ctx: &Ctx, wanted: Wanted) -> Result<()> {
    if store::change(tx.conn(), &wanted.id)?.is_some() {
        return Ok(());
    }
    let before = store::contract(tx.conn(), &wanted.contract_id)?.ok_or(Error::NotFound)?;
    rules::is_open(rounds::round(tx.conn(), &before.round_id)?.state)?;
    if before.version != wanted.version {
        return Err(Refused::Stale(before.number).into());
    }
    if wanted.reason.trim().is_empty() {
        return Err(Refused::NoReason.into());
    }
    let most = terms::limit(tx.conn(), Term::PriceChangeMost, ctx.now.day())?;
    let after = rules::amend(&before, &wanted.change, wanted.cause, most)?;
    store::update(tx, &after)?;
    volumes::follow(tx, &before, &after, ctx.now.day())?;
    let why = Why { kind: wanted.change.kind(), cause: wanted.cause, reason: wanted.reason.trim() };
    let (was, is) = (terms(tx.conn(), &before)?, terms(tx.conn(), &after)?);
    record(tx, ctx, wanted.id.clone(), (&before, &was), (&after, &is), &why)?;
    tell(tx, ctx, &after, &wanted.id, why.reason)
}

/// Why contracts change.
#[derive(Debug, Clone, Copy)]
pub struct Why<'a> {
    /// What changes.
    pub kind: ChangeKind,
    /// Why.
    pub cause: Cause,
    /// The reason in words.
    pub reason: &'a str,
}

/// Writes an amendment down, for people and for the trail.
pub fn record(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ChangeId,
    (before, was): (&Contract, &Terms),
    (after, is): (&Contract, &Terms),
    why: &Why,
) -> Result<()> {
    let amendment = Amendment {
        id,
        contract_id: after.id.clone(),
        kind: why.kind,
        cause: why.cause,
        before: serde_json::to_string(was)?,
        after: serde_json::to_string(is)?,
        reason: why.reason.to_owned(),
        at: ctx.now,
        account_id: ctx.actor.account.clone(),
    };
    store::insert_change(tx, &amendment)?;
    audit::record(
        tx,
        ctx,
        Deed { action: "contract.amend", subject: "contracts", id: after.id.as_str() },
        before,
        &serde_json::json!({ "contract": after, "terms": is, "cause": why.cause, "reason": why.reason }),
    )
}

/// The winners of a contract's lot.
pub fn winners_of(conn: &mut Conn, contract: &Contract) -> Result<Vec<rules::Winner>> {
    let Some(award) = store::confirmed_award(conn, &contract.round_id)? else { return Ok(Vec::new()) };
    let all = store::winners(conn, &award)?;
    Ok(all.into_iter().filter(|w| w.lot_id == contract.lot_id).collect())
}

/// The terms of a contract as they are written down.
pub fn terms(conn: &mut Conn, it: &Contract) -> Result<Terms> {
    let supplier = people::store::organisation(conn, &it.supplier_id)?.ok_or(Error::NotFound)?;
    Ok(Terms {
        supplier_id: it.supplier_id.clone(),
        supplier: supplier.name,
        product: it.product.clone(),
        spec: it.spec.clone(),
        quantity: it.quantity,
        unit_price: it.unit_price,
        starts: it.starts,
        ends: it.ends,
        other: String::new(),
        year_agreed: String::new(),
        year_allowed: String::new(),
    })
}

/// Both sides hear of it.
pub fn tell(tx: &mut Tx, ctx: &Ctx, after: &Contract, id: &ChangeId, reason: &str) -> Result<()> {
    let letter = Letter::ContractAmended {
        number: after.number.clone(),
        title: after.product.clone(),
        path: format!("/contracts/{}", after.id),
        reason: reason.to_owned(),
    };
    for party in [&after.hospital_id, &after.supplier_id] {
        for to in people::recipients(tx.conn(), party)? {
            notify::post(tx, ctx, &to, &letter, &format!("contract_amended:{id}:{party}"))?;
        }
    }
    Ok(())
}
