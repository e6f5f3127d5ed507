//! Order requests: what a hospital wants to order, checked line by line, then submitted once.

pub mod import;
pub mod refused;
pub mod rules;
pub mod store;
mod submission;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::cases::suspensions;
use crate::contracts::volumes::{self, AgreedVolume};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::people::Organisation;
use crate::schema::{order_request_lines, order_requests};
use crate::text::Text;
use crate::types::{
    AccountId, ContractId, Ctx, Money, OrderId, OrganisationId, ProductId, Quantity, RequestId, Time,
    UnitPrice,
};

use refused::{LineFault, Refused};
use rules::Ground;
pub use submission::{Submitted, submit};

crate::words! {
    /// How far a request is.
    RequestState {
        /// Checked; waits to be submitted or given up (待提交).
        Open = "open",
        /// Its orders are placed (已提交).
        Submitted = "submitted",
        /// Given up (已放弃).
        Cancelled = "cancelled",
    }
}

impl RequestState {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            RequestState::Open => t.orders.request_state_open,
            RequestState::Submitted => t.orders.request_state_submitted,
            RequestState::Cancelled => t.orders.request_state_cancelled,
        }
    }
}

/// What a hospital asks to order in one go.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = order_requests, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Request {
    /// Its id, from the form.
    pub id: RequestId,
    /// Who asks.
    pub hospital_id: OrganisationId,
    /// The file it came from; empty when it was entered on the page.
    pub file_name: String,
    /// SHA-256 of that file; empty when it was entered on the page.
    pub sha256: String,
    /// How far it is.
    pub state: RequestState,
    /// Counts how often its lines were found to become something else.
    pub version: i32,
    /// Number of lines.
    pub lines: i32,
    /// Number of lines refused.
    pub faulty: i32,
    /// What the sound lines cost together.
    pub amount: Money,
    /// When it was entered.
    pub made_at: Time,
    /// Who entered it.
    pub made_by: Option<AccountId>,
    /// When it was submitted or given up.
    pub ended_at: Option<Time>,
    /// Who did.
    pub ended_by: Option<AccountId>,
}

/// A line as it was given.
#[derive(Debug, Clone, PartialEq, Eq, Default, Queryable, Selectable, Insertable)]
#[diesel(table_name = order_request_lines, treat_none_as_default_value = false)]
pub struct Given {
    /// The line of the file or the row of the form.
    pub source: i32,
    /// A contract's number, or empty.
    pub contract: String,
    /// A contract's product or a product code, or empty.
    pub product: String,
    /// A supplier's name or code, or empty.
    pub supplier: String,
    /// The quantity.
    pub quantity: String,
    /// The unit it is counted in, or empty.
    pub unit: String,
    /// Yuan a unit.
    pub unit_price: String,
    /// Why the line could not be read at all, as JSON; empty when it could.
    pub unreadable: String,
}

impl Given {
    /// Why the line could not be read at all.
    pub fn unreadable(&self) -> Option<LineFault> {
        serde_json::from_str(&self.unreadable).ok()
    }
}

/// What a line would become.
#[derive(Debug, Clone, PartialEq, Eq, Default, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = order_request_lines, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Outcome {
    /// Why it is refused, as JSON; empty when it is sound.
    pub fault: String,
    /// The contract it draws on.
    pub contract_id: Option<ContractId>,
    /// The catalogue's product, when it is bought without a contract.
    pub product_id: Option<ProductId>,
    /// From whom.
    pub supplier_id: Option<OrganisationId>,
    /// Generic name.
    pub generic: String,
    /// The product as the contract has it, else its code.
    pub named: String,
    /// Its spec.
    pub spec: String,
    /// The unit counted.
    pub counted: String,
    /// The quantity.
    pub ordered: Option<Quantity>,
    /// Yuan a unit.
    pub price: Option<UnitPrice>,
    /// The part that draws on the agreed volume.
    pub agreed: Quantity,
    /// The part that is ordinary purchase.
    pub ordinary: Quantity,
}

impl Outcome {
    /// Why the line is refused.
    pub fn why(&self) -> Option<LineFault> {
        serde_json::from_str(&self.fault).ok()
    }
}

/// A line of a request: what was given and what it would become.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = order_request_lines, treat_none_as_default_value = false)]
pub struct RequestLine {
    /// Of which request.
    pub request_id: RequestId,
    /// Its place, from 1.
    pub position: i32,
    /// As it was given.
    #[diesel(embed)]
    pub given: Given,
    /// What it would become.
    #[diesel(embed)]
    pub outcome: Outcome,
    /// The order it went into.
    pub order_id: Option<OrderId>,
}

/// A request as it arrives.
#[derive(Debug, Clone)]
pub struct New {
    /// The id, from the form.
    pub id: RequestId,
    /// The file's name; empty when entered on the page.
    pub file_name: String,
    /// The file's hash; empty when entered on the page.
    pub sha256: String,
    /// Its lines.
    pub lines: Vec<Given>,
    /// An open request that this one stands for instead.
    pub replaces: Option<RequestId>,
}

/// Checks a request and keeps it for review. The same id again changes nothing.
pub fn enter(tx: &mut Tx, ctx: &Ctx, hospital: &Organisation, new: &New) -> Result<()> {
    if let Some(known) = store::request(tx.conn(), &new.id)? {
        return if known.hospital_id == hospital.id { Ok(()) } else { Err(Error::NotFound) };
    }
    if new.lines.is_empty() {
        return Err(Refused::Empty.into());
    }
    let outcomes = checked(tx, ctx, &hospital.id, &new.lines)?;
    let request = Request {
        id: new.id.clone(),
        hospital_id: hospital.id.clone(),
        file_name: new.file_name.clone(),
        sha256: new.sha256.clone(),
        state: RequestState::Open,
        version: 1,
        lines: count(outcomes.len())?,
        faulty: faulty(&outcomes)?,
        amount: amount(&outcomes)?,
        made_at: ctx.now,
        made_by: ctx.actor.account.clone(),
        ended_at: None,
        ended_by: None,
    };
    let lines = new.lines.iter().zip(outcomes).zip(1..).map(|((given, outcome), position)| RequestLine {
        request_id: new.id.clone(),
        position,
        given: given.clone(),
        outcome,
        order_id: None,
    });
    store::insert(tx, &request, &lines.collect::<Vec<_>>())?;
    note(tx, ctx, "order_request.enter", None, &request)?;
    if let Some(old) = &new.replaces {
        cancel(tx, ctx, &hospital.id, old)?;
    }
    Ok(())
}

fn note(tx: &mut Tx, ctx: &Ctx, action: &str, before: Option<&Request>, after: &Request) -> Result<()> {
    let deed = Deed { action, subject: "order_requests", id: after.id.as_str() };
    audit::record(tx, ctx, deed, &before, after)
}

fn count(number: usize) -> Result<i32> {
    i32::try_from(number).map_err(Error::fault_of)
}

fn faulty(outcomes: &[Outcome]) -> Result<i32> {
    count(outcomes.iter().filter(|outcome| !outcome.fault.is_empty()).count())
}

fn amount(outcomes: &[Outcome]) -> Result<Money> {
    let sum = outcomes.iter().filter_map(rules::amount).try_fold(Money::ZERO, Money::plus);
    sum.ok_or_else(|| Error::fault("the amount of a request no longer fits"))
}

/// What each line becomes now.
fn checked(tx: &mut Tx, ctx: &Ctx, hospital: &OrganisationId, lines: &[Given]) -> Result<Vec<Outcome>> {
    let today = ctx.now.day();
    let mut codes: Vec<String> = lines
        .iter()
        .filter(|line| line.contract.is_empty() && !line.product.is_empty())
        .map(|line| line.product.to_uppercase())
        .collect();
    codes.sort_unstable();
    codes.dedup();
    let conn = tx.conn();
    let contracts = store::contracts_of(conn, hospital)?;
    let sellers = store::sellers(conn)?;
    let stopped = suspensions::stopped(conn, today)?;
    let ground = Ground::new(contracts, sellers, store::products_with(conn, &codes)?).without(stopped);
    let mut volumes = store::volumes_of(conn, hospital, today)?;
    let mut outcomes = Vec::with_capacity(lines.len());
    for line in rules::matched(&ground, lines, today) {
        outcomes.push(match line {
            Err(fault) => rules::refused(&fault),
            Ok(matched) => rules::outcome(&matched, year(tx, ctx, &mut volumes, &matched)?),
        });
    }
    Ok(outcomes)
}

/// The agreement year a line draws on, made when it is not there yet.
fn year<'v>(
    tx: &mut Tx,
    ctx: &Ctx,
    volumes: &'v mut HashMap<ContractId, AgreedVolume>,
    line: &rules::Matched,
) -> Result<Option<&'v AgreedVolume>> {
    let Some(contract) = line.contract else { return Ok(None) };
    if !volumes.contains_key(&contract.id)
        && let Some(made) = volumes::at(tx, contract, ctx.now.day())?
    {
        volumes.insert(contract.id.clone(), made);
    }
    Ok(volumes.get(&contract.id))
}

/// A request of this hospital; anybody else's is not there.
fn own(tx: &mut Tx, hospital: &OrganisationId, id: &RequestId) -> Result<Request> {
    let found = store::request(tx.conn(), id)?;
    found.filter(|request| request.hospital_id == *hospital).ok_or(Error::NotFound)
}

/// Gives an open request up; one that is given up already stays so.
pub fn cancel(tx: &mut Tx, ctx: &Ctx, hospital: &OrganisationId, id: &RequestId) -> Result<()> {
    let before = own(tx, hospital, id)?;
    match before.state {
        RequestState::Cancelled => Ok(()),
        RequestState::Submitted => Err(Refused::Submitted.into()),
        RequestState::Open => end(tx, ctx, &before, RequestState::Cancelled, "order_request.cancel"),
    }
}

fn end(tx: &mut Tx, ctx: &Ctx, before: &Request, state: RequestState, action: &str) -> Result<()> {
    let after =
        Request { state, ended_at: Some(ctx.now), ended_by: ctx.actor.account.clone(), ..before.clone() };
    store::update(tx, &after)?;
    note(tx, ctx, action, Some(before), &after)
}
