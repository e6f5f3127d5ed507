//! What happens to several contracts at once (take-over, price change): the record, and which contracts it is about.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::contracts::changes::Cause;
use crate::contracts::{Contract, ContractState};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter};
use crate::people;
use crate::rounds::Round;
use crate::schema::{contract_events, contracts, organisations};
use crate::text::{Say, Text, fill};
use crate::types::{AccountId, ContractId, Ctx, EventId, LotId, OrganisationId, RoundId, Time, sha256};

crate::words! {
    /// What happened.
    EventKind {
        /// Another supplier took over (接续供应).
        Takeover = "takeover",
        /// The price changed (价格调整).
        Price = "price",
    }

    /// How far it is. It only moves forward.
    EventState {
        /// Waits for its day.
        Planned = "planned",
        /// Done.
        Done = "done",
        /// Taken back before its day.
        Withdrawn = "withdrawn",
        /// Not done on its day, because the contracts had changed meanwhile.
        Failed = "failed",
    }
}

impl EventKind {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            EventKind::Takeover => t.events.kind_takeover,
            EventKind::Price => t.events.kind_price,
        }
    }
}

impl EventState {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let e = &t.events;
        match self {
            EventState::Planned => e.state_planned,
            EventState::Done => e.state_done,
            EventState::Withdrawn => e.state_withdrawn,
            EventState::Failed => e.state_failed,
        }
    }
}

/// One event of a round's contracts.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = contract_events, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Event {
    /// Its id, from the form.
    pub id: EventId,
    /// Of which round.
    pub round_id: RoundId,
    /// What.
    pub kind: EventKind,
    /// How far.
    pub state: EventState,
    /// From which day on.
    pub since: NaiveDate,
    /// Why.
    pub cause: Cause,
    /// The reason in words.
    pub reason: String,
    /// How many contracts.
    pub contracts: i32,
    /// Whose, in short: lot, supplier, and what changes.
    pub summary: String,
    /// Each contract's before and after, as JSON.
    pub lines: String,
    /// Why it was not done.
    pub remark: String,
    /// When it was entered.
    pub at: Time,
    /// Who entered it.
    pub account_id: Option<AccountId>,
}

/// Why an event is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// No contract is left that it could be about.
    Nothing,
    /// More contracts than are changed at once.
    TooMany(usize),
    /// The contracts changed since the preview.
    Changed,
    /// The region names no spare supplier and none was chosen.
    NoSpare {
        /// Of which contract.
        number: String,
        /// The hospital's region.
        region: String,
    },
    /// The company chosen won nothing of the lot, or is the one to be replaced.
    NoWinner(String),
    /// The spare supplier's own contract ends before the volume does.
    SpareEnds {
        /// Its contract.
        number: String,
        /// Its last day.
        ends: NaiveDate,
    },
    /// The term is over: nothing is left to take over.
    Over(String),
    /// The day lies before today: what was ordered keeps its price.
    Past(NaiveDate),
    /// Another price change of the contract waits for its day.
    Planned {
        /// Of which contract.
        number: String,
        /// Its day.
        since: NaiveDate,
    },
    /// It does not wait any more.
    NotPlanned(EventState),
    /// A quota is only raised here.
    Lowered,
    /// Not signed yet.
    Unsigned(String),
    /// Another round already follows.
    Followed(String),
    /// The round is not carried out yet.
    NotCarriedOut,
}

impl From<Refused> for Error {
    fn from(why: Refused) -> Self {
        Error::refused(why)
    }
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let e = &t.events;
        match self {
            Refused::Nothing => e.nothing.to_owned(),
            Refused::TooMany(most) => fill(e.too_many, &[("most", most)]),
            Refused::Changed => e.changed.to_owned(),
            Refused::NoSpare { number, region } => {
                fill(e.no_spare, &[("number", number), ("region", region)])
            }
            Refused::NoWinner(number) => fill(e.no_winner, &[("number", number)]),
            Refused::SpareEnds { number, ends } => fill(e.spare_ends, &[("number", number), ("ends", ends)]),
            Refused::Over(number) => fill(e.over, &[("number", number)]),
            Refused::Past(day) => fill(e.past, &[("day", day)]),
            Refused::Planned { number, since } => {
                fill(e.already_planned, &[("number", number), ("since", since)])
            }
            Refused::NotPlanned(state) => fill(e.not_planned, &[("state", &state.name(t))]),
            Refused::Lowered => e.lowered.to_owned(),
            Refused::Unsigned(number) => fill(e.unsigned, &[("number", number)]),
            Refused::Followed(number) => fill(e.followed, &[("number", number)]),
            Refused::NotCarriedOut => e.not_carried_out.to_owned(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Refused::NoSpare { .. } | Refused::NoWinner(_) => Some("to"),
            Refused::Past(_) => Some("since"),
            Refused::Lowered => Some("agreed"),
            _ => None,
        }
    }
}

/// Which contracts of a round an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Among {
    /// One.
    One(ContractId),
    /// All of a supplier in a lot, perhaps only those with hospitals of one region.
    All {
        /// The lot.
        lot: LotId,
        /// The supplier.
        supplier: OrganisationId,
        /// The region.
        region: Option<String>,
    },
}

/// Contracts changed at once: a lot of one supplier has at most one with each hospital.
pub const MOST: usize = 2_000;

/// The contracts of a round an event is about, by number; nothing of another round.
pub fn contracts_among(conn: &mut Conn, round: &RoundId, among: &Among) -> Result<Vec<Contract>> {
    let mut query = contracts::table
        .filter(contracts::round_id.eq(round))
        .order(contracts::number)
        .select(Contract::as_select())
        .limit(i64::try_from(MOST).unwrap_or(i64::MAX) + 1)
        .into_boxed();
    query = match among {
        Among::One(id) => query.filter(contracts::id.eq(id)),
        Among::All { lot, supplier, region } => {
            query = query.filter(contracts::lot_id.eq(lot).and(contracts::supplier_id.eq(supplier)));
            match region {
                Some(region) => query.filter(
                    contracts::hospital_id.eq_any(
                        organisations::table
                            .filter(organisations::region.eq(region.clone()))
                            .select(organisations::id),
                    ),
                ),
                None => query,
            }
        }
    };
    let found: Vec<Contract> = query.load(conn)?;
    match (found.len(), among) {
        (0, Among::One(_)) => Err(Error::NotFound),
        (n, _) if n > MOST => Err(Refused::TooMany(MOST).into()),
        _ => Ok(found),
    }
}

/// One event.
pub fn event(conn: &mut Conn, id: &EventId) -> Result<Option<Event>> {
    Ok(contract_events::table.find(id).select(Event::as_select()).first(conn).optional()?)
}

/// Events of a round, the latest first.
pub fn of_round(conn: &mut Conn, round: &RoundId) -> Result<Vec<Event>> {
    Ok(contract_events::table
        .filter(contract_events::round_id.eq(round))
        .order((contract_events::at.desc(), contract_events::id.desc()))
        .limit(500)
        .select(Event::as_select())
        .load(conn)?)
}

/// The events that wait for a day, by day: those due on a day, or all.
pub fn planned(conn: &mut Conn, until: Option<NaiveDate>) -> Result<Vec<Event>> {
    let mut query = contract_events::table
        .filter(contract_events::state.eq(EventState::Planned))
        .order((contract_events::since, contract_events::at, contract_events::id))
        .select(Event::as_select())
        .into_boxed();
    if let Some(until) = until {
        query = query.filter(contract_events::since.le(until));
    }
    Ok(query.load(conn)?)
}

/// Enters an event.
pub fn insert(tx: &mut Tx, it: &Event) -> Result<()> {
    diesel::insert_into(contract_events::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Writes an event's fields.
pub fn update(tx: &mut Tx, it: &Event) -> Result<()> {
    diesel::update(contract_events::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// A supplier's contracts in a lot that have not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The lot.
    pub lot_id: LotId,
    /// The supplier.
    pub supplier_id: OrganisationId,
    /// How many.
    pub contracts: i64,
}

/// Who holds contracts of which lot of a round.
pub fn held(conn: &mut Conn, round: &RoundId) -> Result<Vec<Held>> {
    let rows: Vec<(LotId, OrganisationId, i64)> = contracts::table
        .filter(contracts::round_id.eq(round).and(contracts::state.ne(ContractState::Ended)))
        .group_by((contracts::lot_id, contracts::supplier_id))
        .select((contracts::lot_id, contracts::supplier_id, diesel::dsl::count_star()))
        .load(conn)?;
    let held = |(lot_id, supplier_id, contracts)| Held { lot_id, supplier_id, contracts };
    Ok(rows.into_iter().map(held).collect())
}

/// What stands for a list of contracts as somebody saw it: it changes when one of them does.
pub fn seen<'a>(facts: impl Iterator<Item = (&'a ContractId, i32, String)>) -> String {
    let text: Vec<String> = facts.map(|(id, version, fact)| format!("{id}:{version}:{fact}")).collect();
    sha256(text.join("\n").as_bytes())
}

/// Writes to organisations how many of their contracts changed.
pub fn tell(
    tx: &mut Tx,
    ctx: &Ctx,
    round: &Round,
    event: &Event,
    counts: &std::collections::BTreeMap<OrganisationId, i64>,
) -> Result<()> {
    for (organisation, count) in counts {
        let letter = Letter::ContractsAmended {
            number: round.number.clone(),
            title: event.summary.clone(),
            path: format!("/contracts?round={}", round.id),
            count: *count,
            reason: event.reason.clone(),
            since: event.since.to_string(),
            state: event.state.to_string(),
        };
        for to in people::recipients(tx.conn(), organisation)? {
            notify::post(
                tx,
                ctx,
                &to,
                &letter,
                &format!("contract_event:{}:{}:{organisation}", event.id, event.state),
            )?;
        }
    }
    Ok(())
}
