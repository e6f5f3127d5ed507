//! Contracts of a hospital with a winner: agreed quantity, price, term, confirmed by both.

pub mod board;
pub mod changes;
pub mod events;
pub mod prices;
pub mod quotas;
pub mod rules;
#[cfg(test)]
pub(crate) mod samples;
pub mod store;
pub mod successor;
pub mod takeover;
pub mod volumes;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::awards;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter};
use crate::people::{self, OrganisationKind};
use crate::rounds::{self, Round, RoundState, rule_set::RuleSet};
use crate::schema::contracts;
use crate::types::{
    AccountId, ContractId, Ctx, LotId, Money, OrganisationId, Quantity, RoundId, Time, UnitPrice,
};

pub use rules::Refused;

crate::words! {
    /// Whether a contract binds.
    ContractState {
        /// Drawn up, waits for one side or both (待签).
        Drawn = "drawn",
        /// Confirmed by both sides and frozen (已签).
        Confirmed = "confirmed",
        /// Another supplier took over what was left: what is ordered still comes, nothing more is ordered (已终止).
        Ended = "ended",
    }

    /// A side of a contract.
    Party {
        /// The hospital (甲方).
        Hospital = "hospital",
        /// The supplier (乙方).
        Supplier = "supplier",
    }

    /// Whose confirmation a list asks for.
    Standing {
        /// Not confirmed by both.
        Unsigned = "unsigned",
        /// The hospital has not confirmed.
        WaitsHospital = "waits_hospital",
        /// The supplier has not confirmed.
        WaitsSupplier = "waits_supplier",
        /// Confirmed by both.
        Confirmed = "confirmed",
        /// Taken over by another supplier.
        Ended = "ended",
    }
}

/// A contract of one hospital with one winner of one lot.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = contracts, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Contract {
    /// Its id.
    pub id: ContractId,
    /// Round number, lot code and a running number.
    pub number: String,
    /// Of which round.
    pub round_id: RoundId,
    /// For which lot.
    pub lot_id: LotId,
    /// The buyer.
    pub hospital_id: OrganisationId,
    /// The winner.
    pub supplier_id: OrganisationId,
    /// The product.
    pub product: String,
    /// Its spec.
    pub spec: String,
    /// The quantity agreed for the term's year, in smallest units.
    pub quantity: Quantity,
    /// Yuan for one unit.
    pub unit_price: UnitPrice,
    /// First day.
    pub starts: NaiveDate,
    /// Last day.
    pub ends: NaiveDate,
    /// Whether it binds.
    pub state: ContractState,
    /// Counts changes of its terms: a side confirms the terms it saw.
    pub version: i32,
    /// When the hospital confirmed.
    pub hospital_at: Option<Time>,
    /// Who confirmed for the hospital.
    pub hospital_by: Option<AccountId>,
    /// When the supplier confirmed.
    pub supplier_at: Option<Time>,
    /// Who confirmed for the supplier.
    pub supplier_by: Option<AccountId>,
    /// When it was drawn up.
    pub created_at: Time,
}

impl Contract {
    /// Quantity times price, rounded once to the cent.
    pub fn amount(&self) -> Result<Money> {
        Money::of(self.quantity, self.unit_price).map_err(|e| Error::fault(format!("{}: {e:?}", self.number)))
    }

    /// Which side an organisation is on, if any.
    pub fn party(&self, organisation: &OrganisationId) -> Option<Party> {
        if *organisation == self.hospital_id {
            Some(Party::Hospital)
        } else if *organisation == self.supplier_id {
            Some(Party::Supplier)
        } else {
            None
        }
    }

    /// When a side confirmed.
    pub fn confirmed_at(&self, party: Party) -> Option<Time> {
        match party {
            Party::Hospital => self.hospital_at,
            Party::Supplier => self.supplier_at,
        }
    }
}

/// A contract as somebody saw it before confirming.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Which.
    pub id: ContractId,
    /// The version of its terms.
    pub version: i32,
}

/// Draws up one contract for each lot, hospital and winner with an agreed quantity, and moves the round from
/// awarded to contracting. Doing it again changes nothing. Gives the number of contracts made.
pub fn draw_up(tx: &mut Tx, ctx: &Ctx, id: &RoundId) -> Result<usize> {
    awards::store::hold_round(tx, id)?;
    let round = rounds::round(tx.conn(), id)?;
    if rules::is_drawn(round.state) {
        return Ok(0);
    }
    rules::may_draw(round.state)?;
    let award = store::confirmed_award(tx.conn(), id)?.ok_or(Refused::NoAward)?;
    let until = last_day_of_terms(tx.conn(), &round)?;
    let winners = store::winners(tx.conn(), &award)?;
    let agreed = store::agreed(tx.conn(), &award)?;
    let lots = rounds::lots_of(tx.conn(), id)?;
    let codes = store::hospital_codes(tx.conn())?;
    let made = rules::draw(
        &rules::Ground { round: &round, until, lots: &lots, codes: &codes },
        &winners,
        &agreed,
        ctx.now,
    )?;
    store::insert_all(tx, &made)?;
    let after = Round { state: RoundState::Contracting, version: round.version + 1, ..round.clone() };
    rounds::store::update_round(tx, &after)?;
    audit::record(
        tx,
        ctx,
        Deed { action: "contract.draw_up", subject: "rounds", id: id.as_str() },
        &round.state,
        &serde_json::json!({ "state": after.state, "contracts": made.len() }),
    )?;
    ask(tx, ctx, &after, &format!("contract_drawn:{id}"))?;
    Ok(made.len())
}

/// The day on which the round's rule set ends every term, when it names one.
fn last_day_of_terms(conn: &mut Conn, round: &Round) -> Result<Option<NaiveDate>> {
    let version = rounds::store::rule_set(conn, &round.rule_set_id)?.ok_or(Error::NotFound)?;
    let rules = RuleSet::parse(&version.body).map_err(Error::refused)?;
    Ok(rules.term_end.map(|end| end.until))
}

/// Writes to every organisation that has contracts of the round to confirm, with their number; once per `key`.
fn ask(tx: &mut Tx, ctx: &Ctx, round: &Round, key: &str) -> Result<usize> {
    let waiting = store::waiting_by_organisation(tx.conn(), &round.id)?;
    for (organisation, count) in &waiting {
        let letter = Letter::ContractDue {
            number: round.number.clone(),
            title: round.title.clone(),
            path: format!("/contracts?round={}", round.id),
            count: *count,
            deadline: round.calendar.contract_to.to_string(),
        };
        for to in people::recipients(tx.conn(), organisation)? {
            notify::post(tx, ctx, &to, &letter, &format!("{key}:{organisation}"))?;
        }
    }
    Ok(waiting.len())
}

/// Reminds whoever has not confirmed, five days and one day before contracts must be confirmed; each once.
/// Gives the number of organisations that are late.
pub fn remind(tx: &mut Tx, ctx: &Ctx) -> Result<usize> {
    let mut late = 0;
    for round in rounds::store::in_state(tx.conn(), RoundState::Contracting)? {
        if let Some(days) = rules::reminder(round.calendar.contract_to, ctx.now) {
            late += ask(tx, ctx, &round, &format!("contract_due:{}:{days}", round.id))?;
        }
    }
    Ok(late)
}

/// Confirms contracts for the actor's organisation; the ones it has confirmed already stay as they are. All or
/// none. Gives the number newly confirmed.
pub fn confirm(tx: &mut Tx, ctx: &Ctx, seen: &[Seen]) -> Result<usize> {
    if seen.is_empty() {
        return Err(Refused::NoneChosen.into());
    }
    let mut count = 0;
    for it in seen {
        let (before, party) = own(tx.conn(), ctx, &it.id)?;
        let round = rounds::round(tx.conn(), &before.round_id)?;
        let Some(after) = rules::confirm(&before, party, it.version, round.state, ctx)? else { continue };
        store::update(tx, &after)?;
        note(tx, ctx, "contract.confirm", &before, &after)?;
        if after.state == ContractState::Confirmed {
            volumes::at(tx, &after, ctx.now.day().max(after.starts))?;
        }
        count += 1;
    }
    Ok(count)
}

/// Takes the actor's confirmation back, as long as the other side has not confirmed.
pub fn withdraw(tx: &mut Tx, ctx: &Ctx, id: &ContractId) -> Result<()> {
    let (before, party) = own(tx.conn(), ctx, id)?;
    let after = rules::withdraw(&before, party)?;
    store::update(tx, &after)?;
    note(tx, ctx, "contract.withdraw", &before, &after)
}

/// A contract of the actor's organisation and the side it is on; anybody else's is not there.
fn own(conn: &mut Conn, ctx: &Ctx, id: &ContractId) -> Result<(Contract, Party)> {
    let contract = store::contract(conn, id)?.ok_or(Error::NotFound)?;
    let party = ctx.actor.organisation.as_ref().and_then(|o| contract.party(o)).ok_or(Error::NotFound)?;
    Ok((contract, party))
}

fn note(tx: &mut Tx, ctx: &Ctx, action: &str, before: &Contract, after: &Contract) -> Result<()> {
    audit::record(tx, ctx, Deed { action, subject: "contracts", id: after.id.as_str() }, before, after)
}

/// The contracts of a round an organisation has yet to confirm.
pub fn waiting_in(conn: &mut Conn, round: &RoundId, of: &people::Organisation) -> Result<Vec<Seen>> {
    let party = match of.kind {
        OrganisationKind::Hospital => Party::Hospital,
        OrganisationKind::Supplier => Party::Supplier,
        OrganisationKind::Bureau => return Ok(Vec::new()),
    };
    let list = store::unconfirmed(conn, round, &of.id, party)?;
    Ok(list.into_iter().map(|(id, version)| Seen { id, version }).collect())
}

/// What waits for an organisation's confirmation: round, number of contracts, deadline.
pub fn waiting(
    conn: &mut Conn,
    organisation: &OrganisationId,
    kind: OrganisationKind,
) -> Result<Vec<(Round, i64)>> {
    let party = match kind {
        OrganisationKind::Hospital => Party::Hospital,
        OrganisationKind::Supplier => Party::Supplier,
        OrganisationKind::Bureau => return Ok(Vec::new()),
    };
    let counts = store::waiting_of(conn, organisation, party)?;
    counts.into_iter().map(|(id, count)| Ok((rounds::round(conn, &id)?, count))).collect()
}
