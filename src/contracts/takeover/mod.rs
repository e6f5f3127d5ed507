//! A spare supplier takes over from one that withdraws or fails (接续供应), with the volume that is left.

pub mod plan;

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;

use crate::audit::{self, Deed};
use crate::awards::region_lines;
use crate::contracts::changes::{self, Cause, ChangeKind, Why};
use crate::contracts::events::{self, Among, Event, EventKind, EventState, Refused};
use crate::contracts::rules::Winner;
use crate::contracts::volumes::{self, AgreedVolume};
use crate::contracts::{Contract, ContractState, rules, store};
use crate::credit::{self, Fact, FactKind};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter};
use crate::people;
use crate::rounds::{self, Round};
use crate::schema::contracts;
use crate::terms::{self, Term};
use crate::types::{
    ChangeId, ContractId, Ctx, EventId, LotId, OrganisationId, Quantity, RoundId, Time, UnitPrice,
};

use plan::{Ground, Plan, Spare};

/// What an officer asks for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The id of the event it makes.
    pub id: EventId,
    /// Of which round.
    pub round: RoundId,
    /// Which contracts.
    pub among: Among,
    /// Who takes over; none: the spare supplier the award names for each hospital's region.
    pub to: Option<OrganisationId>,
    /// Why.
    pub cause: Cause,
    /// The reason in words.
    pub reason: String,
    /// What stands for the preview the officer saw.
    pub seen: String,
}

/// A take-over before it is done.
#[derive(Debug, Clone)]
pub struct Preview {
    /// What happens to each contract.
    pub plans: Vec<Plan>,
    /// What stands for it: contracts, their terms, and who takes over at which price.
    pub seen: String,
}

/// What a take-over of these contracts would do today.
pub fn preview(
    conn: &mut Conn,
    round: &Round,
    among: &Among,
    to: Option<&OrganisationId>,
    now: Time,
) -> Result<Preview> {
    rules::is_open(round.state)?;
    let chosen = events::contracts_among(conn, &round.id, among)?;
    let Some(first) = chosen.first() else { return Err(Refused::Nothing.into()) };
    let allowance = terms::limit(conn, Term::VolumeAllowance, now.day())?;
    let lot = first.lot_id.clone();
    let candidates = Candidates::read(conn, round, &lot)?;
    let mut next = next_number(conn, round, &lot)?;
    let mut plans = Vec::new();
    for contract in &chosen {
        let spare = candidates.spare(conn, contract, to)?;
        let ground = Ground { today: now.day(), number: numbered(round, &next), allowance, now };
        let known = volumes::of_contract(conn, &contract.id)?;
        let Some(it) = plan::plan(contract, &known, spare, &ground)? else { continue };
        if it.new.as_ref().is_some_and(|side| side.before.is_none()) {
            next.1 += 1;
        }
        plans.push(it);
    }
    if plans.is_empty() {
        return Err(Refused::Nothing.into());
    }
    let facts = plans.iter().filter_map(|it| {
        let (old, new) = (it.old.before.as_ref()?, it.new.as_ref());
        let fact = new.map(|side| {
            let version = side.before.as_ref().map_or(0, |own| own.version);
            format!("{} {} {version}", side.after.supplier_id, side.after.unit_price)
        });
        Some((&old.id, old.version, fact.unwrap_or_default()))
    });
    let seen = events::seen(facts);
    Ok(Preview { plans, seen })
}

/// The lot's code and the running number of its next contract.
type Next = (String, u32);

fn numbered(round: &Round, (code, n): &Next) -> String {
    format!("{}-{code}-{n:05}", round.number)
}

/// The number after the last one of a lot.
fn next_number(conn: &mut Conn, round: &Round, lot: &LotId) -> Result<Next> {
    let last: Option<String> = contracts::table
        .filter(contracts::round_id.eq(&round.id).and(contracts::lot_id.eq(lot)))
        .select(diesel::dsl::max(contracts::number))
        .first(conn)?;
    let running = last.and_then(|number| number.rsplit('-').next()?.parse::<u32>().ok()).unwrap_or(0);
    Ok((rounds::lot(conn, lot)?.code, running + 1))
}

/// Who could take over in a lot.
pub struct Candidates {
    winners: Vec<Winner>,
    /// The spare supplier by region.
    spares: HashMap<String, OrganisationId>,
    /// The hospitals' regions.
    regions: HashMap<OrganisationId, String>,
    /// The price of each supplier's contract in the lot that was amended last.
    prices: HashMap<OrganisationId, UnitPrice>,
}

impl Candidates {
    /// The winners of a lot, the spare suppliers its award names, and the prices they have now.
    pub fn read(conn: &mut Conn, round: &Round, lot: &LotId) -> Result<Self> {
        let award = store::confirmed_award(conn, &round.id)?;
        let (mut winners, mut spares) = (Vec::new(), HashMap::new());
        if let Some(award) = award {
            winners = store::winners(conn, &award)?.into_iter().filter(|w| w.lot_id == *lot).collect();
            let lines = region_lines::of(conn, &award, lot)?.into_iter();
            spares = lines.filter_map(|(line, ..)| Some((line.region, line.spare_id?))).collect();
        }
        let prices = contracts::table
            .filter(contracts::round_id.eq(&round.id).and(contracts::lot_id.eq(lot)))
            .order((contracts::version, contracts::number))
            .select((contracts::supplier_id, contracts::unit_price))
            .load(conn)?
            .into_iter()
            .collect();
        let regions = store::hospital_regions(conn)?;
        Ok(Self { winners, spares, regions, prices })
    }

    /// The other winners of the lot, each once, with its first product by rank.
    pub fn others(&self, than: &OrganisationId) -> Vec<&Winner> {
        let mut found: Vec<&Winner> = Vec::new();
        for winner in self.winners.iter().filter(|w| w.supplier_id != *than) {
            if found.iter().all(|known| known.supplier_id != winner.supplier_id) {
                found.push(winner);
            }
        }
        found
    }

    /// Whether the award names spare suppliers.
    pub fn has_spares(&self) -> bool {
        !self.spares.is_empty()
    }

    /// Who takes over one contract: the company asked for, else the region's spare.
    fn spare(&self, conn: &mut Conn, contract: &Contract, to: Option<&OrganisationId>) -> Result<Spare> {
        let region = self.regions.get(&contract.hospital_id).cloned().unwrap_or_default();
        let company = match to {
            Some(to) => to,
            None => match self.spares.get(&region).filter(|spare| **spare != contract.supplier_id) {
                Some(spare) => spare,
                None => return Err(Refused::NoSpare { number: contract.number.clone(), region }.into()),
            },
        };
        let others = self.others(&contract.supplier_id);
        let winner = others.into_iter().find(|w| w.supplier_id == *company);
        let winner = winner.ok_or_else(|| Refused::NoWinner(contract.number.clone()))?;
        let own = store::of_lot_and_parties(
            conn,
            &contract.round_id,
            &contract.lot_id,
            &contract.hospital_id,
            company,
        )?;
        let years = match &own {
            Some(own) => volumes::of_contract(conn, &own.id)?,
            None => Vec::new(),
        };
        Ok(Spare {
            supplier_id: company.clone(),
            product: winner.product.clone(),
            spec: winner.spec.clone(),
            unit_price: self.prices.get(company).copied().unwrap_or(winner.price),
            contract: own,
            years,
        })
    }
}

/// Does it: all contracts or none. The same form sent twice is one take-over.
pub fn take_over(tx: &mut Tx, ctx: &Ctx, wanted: &Wanted) -> Result<()> {
    if events::event(tx.conn(), &wanted.id)?.is_some() {
        return Ok(());
    }
    let round = rounds::round(tx.conn(), &wanted.round)?;
    if wanted.reason.trim().is_empty() {
        return Err(rules::Refused::NoReason.into());
    }
    // Whoever was faster has ended the contracts: to the slower one they changed, even where nothing is left.
    let preview = match preview(tx.conn(), &round, &wanted.among, wanted.to.as_ref(), ctx.now) {
        Err(Error::Refused(_)) if !wanted.seen.is_empty() && is_gone(tx.conn(), wanted)? => {
            return Err(Refused::Changed.into());
        }
        other => other?,
    };
    if preview.seen != wanted.seen {
        return Err(Refused::Changed.into());
    }
    let event = Event {
        id: wanted.id.clone(),
        round_id: round.id.clone(),
        kind: EventKind::Takeover,
        state: EventState::Done,
        since: ctx.now.day(),
        cause: wanted.cause,
        reason: wanted.reason.trim().chars().take(2_000).collect(),
        contracts: i32::try_from(preview.plans.len()).unwrap_or(i32::MAX),
        summary: summary(tx.conn(), &preview.plans)?,
        lines: serde_json::to_string(&lines(&preview.plans))?,
        remark: String::new(),
        at: ctx.now,
        account_id: ctx.actor.account.clone(),
    };
    events::insert(tx, &event)?;
    let deed = Deed { action: "contract.take_over", subject: "contract_events", id: event.id.as_str() };
    audit::record(tx, ctx, deed, &(), &event)?;
    for it in &preview.plans {
        carry_out(tx, ctx, it, &event)?;
    }
    tell(tx, ctx, &round, &event, &preview.plans)
}

/// Whether every contract asked for has ended.
fn is_gone(conn: &mut Conn, wanted: &Wanted) -> Result<bool> {
    let list = events::contracts_among(conn, &wanted.round, &wanted.among)?;
    Ok(list.iter().all(|it| it.state == ContractState::Ended))
}

/// Lot, who goes and who comes.
fn summary(conn: &mut Conn, plans: &[Plan]) -> Result<String> {
    let Some(first) = plans.first() else { return Ok(String::new()) };
    let lot = rounds::lot(conn, &first.old.after.lot_id)?;
    let mut ids: Vec<OrganisationId> =
        plans.iter().filter_map(|it| Some(it.new.as_ref()?.after.supplier_id.clone())).collect();
    ids.sort_unstable();
    ids.dedup();
    let gone = first.old.after.supplier_id.clone();
    let mut all = ids.clone();
    all.push(gone.clone());
    let names = people::store::names(conn, all)?;
    let name = |id: &OrganisationId| names.get(id).cloned().unwrap_or_default();
    let to: Vec<String> = ids.iter().map(name).collect();
    Ok(format!("{} {}: {} → {}", lot.code, lot.generic, name(&gone), to.join(", ")))
}

/// Each contract and what moved, as the event keeps it.
fn lines(plans: &[Plan]) -> Vec<(String, String, Quantity)> {
    let other = |it: &Plan| it.new.as_ref().map(|side| side.after.number.clone()).unwrap_or_default();
    plans.iter().map(|it| (it.old.after.number.clone(), other(it), it.total)).collect()
}

fn carry_out(tx: &mut Tx, ctx: &Ctx, it: &Plan, event: &Event) -> Result<()> {
    let why = Why { kind: ChangeKind::Supplier, cause: event.cause, reason: &event.reason };
    let before = it.old.before.as_ref().ok_or(Error::NotFound)?;
    store::update(tx, &it.old.after)?;
    write_years(tx, &it.old.years)?;
    let (was, mut is) = (changes::terms(tx.conn(), before)?, changes::terms(tx.conn(), &it.old.after)?);
    if let Some(new) = &it.new {
        is.other.clone_from(&new.after.number);
    }
    changes::record(tx, ctx, ChangeId::new(), (before, &was), (&it.old.after, &is), &why)?;
    if let Some(new) = &it.new {
        let known = match &new.before {
            Some(_) => store::update(tx, &new.after).map(|()| new.before.clone())?,
            None => store::insert_all(tx, std::slice::from_ref(&new.after)).map(|()| None)?,
        };
        write_years(tx, &new.years)?;
        let drawn = Contract { quantity: Quantity::ZERO, ..new.after.clone() };
        let before = known.unwrap_or(drawn);
        let (was, mut is) = (changes::terms(tx.conn(), &before)?, changes::terms(tx.conn(), &new.after)?);
        is.other.clone_from(&it.old.after.number);
        changes::record(tx, ctx, ChangeId::new(), (&before, &was), (&new.after, &is), &why)?;
    }
    credit::note(
        tx,
        ctx,
        Fact {
            supplier: &before.supplier_id,
            kind: FactKind::Replaced,
            subject: "contracts",
            id: before.id.as_str(),
            quantity: Some(it.total),
            amount: None,
            detail: format!("{} {}", before.number, event.reason),
        },
    )
}

fn write_years(tx: &mut Tx, years: &[(AgreedVolume, bool)]) -> Result<()> {
    for (year, is_known) in years {
        if *is_known { volumes::update(tx, year)? } else { volumes::insert(tx, year)? }
    }
    Ok(())
}

/// Hospitals and both suppliers hear of it; who has to confirm is asked.
fn tell(tx: &mut Tx, ctx: &Ctx, round: &Round, event: &Event, plans: &[Plan]) -> Result<()> {
    let (mut counts, mut asked): (BTreeMap<OrganisationId, i64>, BTreeMap<OrganisationId, i64>) =
        (BTreeMap::new(), BTreeMap::new());
    for it in plans {
        *counts.entry(it.old.after.hospital_id.clone()).or_default() += 1;
        *counts.entry(it.old.after.supplier_id.clone()).or_default() += 1;
        let Some(new) = &it.new else { continue };
        if new.after.state != ContractState::Drawn {
            *counts.entry(new.after.supplier_id.clone()).or_default() += 1;
            continue;
        }
        for (party, at) in
            [(&new.after.supplier_id, new.after.supplier_at), (&new.after.hospital_id, new.after.hospital_at)]
        {
            if at.is_none() {
                *asked.entry(party.clone()).or_default() += 1;
            }
        }
    }
    events::tell(tx, ctx, round, event, &counts)?;
    // Contracts drawn up while others are carried out have no deadline of their own.
    let to = round.calendar.contract_to;
    let deadline = if to > ctx.now { to.to_string() } else { "—".to_owned() };
    for (organisation, count) in asked {
        let letter = Letter::ContractDue {
            number: round.number.clone(),
            title: round.title.clone(),
            path: format!("/contracts?round={}&state=unsigned", round.id),
            count,
            deadline: deadline.clone(),
        };
        for to in people::recipients(tx.conn(), &organisation)? {
            notify::post(tx, ctx, &to, &letter, &format!("contract_drawn:{}:{organisation}", event.id))?;
        }
    }
    Ok(())
}

/// The contract an officer starts from, to take over it or all like it.
pub fn like(conn: &mut Conn, round: &RoundId, id: &ContractId) -> Result<Contract> {
    let it = store::contract(conn, id)?.ok_or(Error::NotFound)?;
    if it.round_id == *round { Ok(it) } else { Err(Error::NotFound) }
}
