//! A price change of one contract or of all of a supplier in a lot, from a day on.
//!
//! Lines that are ordered keep the price of the day they were ordered on; the new price holds for orders placed from
//! its day on.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::audit::{self, Deed};
use crate::contracts::changes::{self, Cause, Change, ChangeKind, Why};
use crate::contracts::events::{self, Among, Event, EventKind, EventState, Refused};
use crate::contracts::{Contract, ContractState, rules, store};
use crate::db::{Conn, Db, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter};
use crate::people::{self, Role};
use crate::rounds::{self, Round};
use crate::terms::{self, Term};
use crate::text::{Lang, Say};
use crate::types::{ChangeId, ContractId, Ctx, EventId, Money, OrganisationId, RoundId, UnitPrice, half_up};

/// To what a price changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    /// A price.
    Amount(UnitPrice),
    /// The price now and this share of it: -0.1 is a tenth less.
    Share(Decimal),
}

impl To {
    /// The new price; by share rounded half up to the decimals a price has by the rule set.
    pub fn price(self, before: UnitPrice, decimals: u32) -> Option<UnitPrice> {
        match self {
            To::Amount(price) => Some(price),
            To::Share(share) => {
                let factor = Decimal::ONE.checked_add(share)?;
                let product = before.decimal().checked_mul(factor)?;
                UnitPrice::rounded(half_up(product, decimals)).ok()
            }
        }
    }
}

/// What an officer asks for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The id of the event it makes.
    pub id: EventId,
    /// Of which round.
    pub round: RoundId,
    /// Which contracts.
    pub among: Among,
    /// To what.
    pub to: To,
    /// From which day on, today or later.
    pub since: NaiveDate,
    /// Why.
    pub cause: Cause,
    /// The reason in words.
    pub reason: String,
    /// What stands for the preview the officer saw.
    pub seen: String,
}

/// One contract's price before and after, as the event keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Which contract.
    pub contract: ContractId,
    /// Its number.
    pub number: String,
    /// Before.
    pub before: UnitPrice,
    /// After.
    pub after: UnitPrice,
}

/// What is ordered and still to come of a contract: it keeps its price.
#[derive(Debug, Clone, PartialEq, Eq, Default, QueryableByName)]
pub struct Open {
    /// Lines.
    #[diesel(sql_type = BigInt)]
    pub lines: i64,
    /// What they cost, at their own prices.
    #[diesel(sql_type = BigInt)]
    pub amount: Money,
}

/// A price change before it is done.
#[derive(Debug, Clone)]
pub struct Preview {
    /// Each contract with its price after, what is on order, and its amount before and after.
    pub lines: Vec<(Contract, UnitPrice, Open, Money, Money)>,
    /// What stands for it.
    pub seen: String,
}

/// What a price change would do.
pub fn preview(
    conn: &mut Conn,
    round: &Round,
    among: &Among,
    to: To,
    cause: Cause,
    since: NaiveDate,
    today: NaiveDate,
) -> Result<Preview> {
    rules::is_open(round.state)?;
    if since < today {
        return Err(Refused::Past(since).into());
    }
    let chosen: Vec<Contract> = events::contracts_among(conn, &round.id, among)?
        .into_iter()
        .filter(|it| it.state != ContractState::Ended && it.ends >= since)
        .collect();
    if chosen.is_empty() {
        return Err(Refused::Nothing.into());
    }
    let most = terms::limit(conn, Term::PriceChangeMost, since)?;
    let decimals = rounds::rules_of(conn, round)?.price.decimals.0;
    let waiting = waiting(conn, round)?;
    let mut lines = Vec::new();
    for contract in chosen {
        if let Some(since) = waiting.get(&contract.id) {
            return Err(Refused::Planned { number: contract.number, since: *since }.into());
        }
        let price = to.price(contract.unit_price, decimals).ok_or(rules::Refused::Price)?;
        if price == contract.unit_price {
            continue;
        }
        let after = rules::amend(&contract, &Change::Price(price), cause, most)?;
        let open = open_lines(conn, &contract.id)?;
        let (was, is) = (contract.amount()?, after.amount()?);
        lines.push((contract, price, open, was, is));
    }
    if lines.is_empty() {
        return Err(rules::Refused::Unchanged.into());
    }
    let facts = lines.iter().map(|(it, price, ..)| (&it.id, it.version, price.to_string()));
    let seen = events::seen(facts);
    Ok(Preview { lines, seen })
}

/// The contracts of a round with a price change that waits for its day.
fn waiting(conn: &mut Conn, round: &Round) -> Result<HashMap<ContractId, NaiveDate>> {
    let mut found = HashMap::new();
    let events = events::planned(conn, None)?.into_iter();
    for event in events.filter(|it| it.round_id == round.id) {
        let lines: Vec<Line> = serde_json::from_str(&event.lines)?;
        found.extend(lines.into_iter().map(|line| (line.contract, event.since)));
    }
    Ok(found)
}

/// What is on order of a contract: one indexed range.
fn open_lines(conn: &mut Conn, contract: &ContractId) -> Result<Open> {
    Ok(diesel::sql_query(
        "SELECT COUNT(*) AS lines, CAST(COALESCE(SUM(((quantity - accepted - released) * unit_price + 5000000) \
           / 10000000), 0) AS BIGINT) AS amount \
         FROM order_lines WHERE contract_id = $1 AND state <> 'closed'",
    )
    .bind::<Text, _>(contract)
    .get_result(conn)?)
}

/// Enters a price change, and does it at once when its day is today: all contracts or none. The same form sent twice
/// is one price change.
pub fn enter(tx: &mut Tx, ctx: &Ctx, wanted: &Wanted) -> Result<()> {
    if events::event(tx.conn(), &wanted.id)?.is_some() {
        return Ok(());
    }
    let round = rounds::round(tx.conn(), &wanted.round)?;
    if wanted.reason.trim().is_empty() {
        return Err(rules::Refused::NoReason.into());
    }
    let (cause, since, today) = (wanted.cause, wanted.since, ctx.now.day());
    let made = preview(tx.conn(), &round, &wanted.among, wanted.to, cause, since, today)?;
    if made.seen != wanted.seen {
        return Err(Refused::Changed.into());
    }
    let lines: Vec<Line> = made
        .lines
        .iter()
        .map(|(it, price, ..)| Line {
            contract: it.id.clone(),
            number: it.number.clone(),
            before: it.unit_price,
            after: *price,
        })
        .collect();
    let event = Event {
        id: wanted.id.clone(),
        round_id: round.id.clone(),
        kind: EventKind::Price,
        state: EventState::Planned,
        since,
        cause,
        reason: wanted.reason.trim().chars().take(2_000).collect(),
        contracts: i32::try_from(lines.len()).unwrap_or(i32::MAX),
        summary: summary(tx.conn(), &made, &lines)?,
        lines: serde_json::to_string(&lines)?,
        remark: String::new(),
        at: ctx.now,
        account_id: ctx.actor.account.clone(),
    };
    events::insert(tx, &event)?;
    let deed = Deed { action: "contract.price", subject: "contract_events", id: event.id.as_str() };
    audit::record(tx, ctx, deed, &(), &event)?;
    if since > today {
        let counts = parties(made.lines.iter().map(|(it, ..)| it));
        return events::tell(tx, ctx, &round, &event, &counts);
    }
    apply(tx, ctx, &event)
}

/// Lot, supplier, and the prices.
fn summary(conn: &mut Conn, made: &Preview, lines: &[Line]) -> Result<String> {
    let Some((first, ..)) = made.lines.first() else { return Ok(String::new()) };
    let lot = rounds::lot(conn, &first.lot_id)?;
    let names = people::store::names(conn, vec![first.supplier_id.clone()])?;
    let name = names.get(&first.supplier_id).cloned().unwrap_or_default();
    let span = |of: fn(&Line) -> UnitPrice| {
        let (least, most) = (lines.iter().map(of).min(), lines.iter().map(of).max());
        match (least, most) {
            (Some(least), Some(most)) if least != most => format!("{least}–{most}"),
            (Some(least), _) => least.to_string(),
            _ => String::new(),
        }
    };
    let (before, after) = (span(|it| it.before), span(|it| it.after));
    Ok(format!("{} {} {name}: {before} → {after}", lot.code, lot.generic))
}

fn parties<'a>(contracts: impl Iterator<Item = &'a Contract>) -> BTreeMap<OrganisationId, i64> {
    let mut counts = BTreeMap::new();
    for it in contracts {
        *counts.entry(it.hospital_id.clone()).or_default() += 1;
        *counts.entry(it.supplier_id.clone()).or_default() += 1;
    }
    counts
}

/// Writes the new prices into the contracts. A contract whose price is no longer what it was stops all of it.
fn apply(tx: &mut Tx, ctx: &Ctx, event: &Event) -> Result<()> {
    let round = rounds::round(tx.conn(), &event.round_id)?;
    rules::is_open(round.state)?;
    let lines: Vec<Line> = serde_json::from_str(&event.lines)?;
    let why = Why { kind: ChangeKind::Price, cause: event.cause, reason: &event.reason };
    let mut changed = Vec::new();
    for line in lines {
        let before = store::contract(tx.conn(), &line.contract)?.ok_or(Error::NotFound)?;
        if before.unit_price != line.before {
            return Err(rules::Refused::Stale(before.number).into());
        }
        // The limit was kept when it was entered, and the price is still the same.
        let after = rules::amend(&before, &Change::Price(line.after), event.cause, None)?;
        store::update(tx, &after)?;
        let (was, is) = (changes::terms(tx.conn(), &before)?, changes::terms(tx.conn(), &after)?);
        changes::record(tx, ctx, ChangeId::new(), (&before, &was), (&after, &is), &why)?;
        changed.push(after);
    }
    let done = Event { state: EventState::Done, ..event.clone() };
    events::update(tx, &done)?;
    events::tell(tx, ctx, &round, &done, &parties(changed.iter()))
}

/// Does what waits for a day that has come, each event by itself; one that cannot be done is marked and the officers
/// hear of it. Gives how many were done.
pub fn apply_due(db: &Db, ctx: &Ctx) -> Result<usize> {
    let mut done = 0;
    for event in db.read(|conn| events::planned(conn, Some(ctx.now.day())))? {
        let tried = db.write(|tx| match events::event(tx.conn(), &event.id)? {
            Some(now) if now.state == EventState::Planned => apply(tx, ctx, &now).map(|()| 1),
            _ => Ok(0),
        });
        match tried {
            Ok(n) => done += n,
            Err(Error::Refused(why)) => db.write(|tx| fail(tx, ctx, &event, &*why))?,
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

fn fail(tx: &mut Tx, ctx: &Ctx, event: &Event, why: &dyn Say) -> Result<()> {
    let remark = why.say(Lang::Zh.text());
    let failed = Event { state: EventState::Failed, remark: remark.clone(), ..event.clone() };
    events::update(tx, &failed)?;
    let deed = Deed { action: "contract.price.fail", subject: "contract_events", id: event.id.as_str() };
    audit::record(tx, ctx, deed, &event.state, &failed)?;
    let round = rounds::round(tx.conn(), &event.round_id)?;
    for to in people::recipients_with(tx.conn(), Role::Officer)? {
        let letter = Letter::ContractsAmended {
            number: round.number.clone(),
            title: event.summary.clone(),
            path: format!("/rounds/{}/events", round.id),
            count: i64::from(event.contracts),
            reason: why.say(to.lang.text()),
            since: event.since.to_string(),
            state: failed.state.to_string(),
        };
        notify::post(tx, ctx, &to, &letter, &format!("price_failed:{}", event.id))?;
    }
    Ok(())
}

/// Takes back a price change that waits for its day.
pub fn withdraw(tx: &mut Tx, ctx: &Ctx, round: &RoundId, id: &EventId) -> Result<()> {
    let before = events::event(tx.conn(), id)?.filter(|it| it.round_id == *round).ok_or(Error::NotFound)?;
    match before.state {
        EventState::Withdrawn => return Ok(()),
        EventState::Planned => {}
        other => return Err(Refused::NotPlanned(other).into()),
    }
    let after = Event { state: EventState::Withdrawn, ..before.clone() };
    events::update(tx, &after)?;
    let deed = Deed { action: "contract.price.withdraw", subject: "contract_events", id: id.as_str() };
    audit::record(tx, ctx, deed, &before.state, &after.state)?;
    let lines: Vec<Line> = serde_json::from_str(&after.lines)?;
    let mut chosen = Vec::new();
    for line in lines {
        chosen.extend(store::contract(tx.conn(), &line.contract)?);
    }
    let round = rounds::round(tx.conn(), round)?;
    events::tell(tx, ctx, &round, &after, &parties(chosen.iter()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_by_share_has_the_decimals_of_its_rule_set() {
        let check = |before: &str, share: &str, decimals: u32, want: &str| {
            let to = To::Share(share.parse().unwrap());
            let found = to.price(before.parse().unwrap(), decimals).unwrap().to_string();
            assert_eq!(found, want, "{before} {share} {decimals}");
        };
        check("1", "-0.1", 4, "0.90");
        check("0.3333", "-0.1", 4, "0.30");
        check("0.3335", "-0.1", 4, "0.3002");
        check("0.123456", "0", 4, "0.1235");
        check("2", "0.255", 4, "2.51");
        check("1", "-1", 4, "0.00");
        // A stent's price has two: 469 × 0.967 is 453.523.
        check("469", "-0.033", 2, "453.52");
        let amount = To::Amount("0.123456".parse().unwrap());
        assert_eq!(amount.price("9".parse().unwrap(), 4).unwrap().to_string(), "0.123456");
    }
}
