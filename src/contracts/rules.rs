//! What a contract says, who may confirm it and what may still change. Pure.

use std::collections::HashMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::contracts::changes::{Cause, Change};
use crate::contracts::{Contract, ContractState, Party};
use crate::error::Error;
use crate::rounds::{Lot, Round, RoundState};
use crate::text::{Say, Text, fill};
use crate::types::{ContractId, Ctx, LotId, OfferId, OrganisationId, Quantity, Time, UnitPrice, last_day_of};

/// Why something about contracts is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The round is not in a state in which this can be done.
    Round(RoundState),
    /// No award of the round is confirmed.
    NoAward,
    /// A quantity is agreed with a company that did not win the lot.
    NotAWinner(String),
    /// Nothing was chosen.
    NoneChosen,
    /// Confirmed by both sides: only an amendment changes it.
    Frozen(String),
    /// The terms changed since they were looked at.
    Stale(String),
    /// There is no confirmation to take back.
    NotConfirmed(String),
    /// An amendment that changes nothing.
    Unchanged,
    /// An amendment without its reason in words.
    NoReason,
    /// A quantity must be above zero.
    Quantity,
    /// A price must be above zero.
    Price,
    /// The price would rise and the cause does not allow it.
    PriceUp {
        /// Before.
        before: UnitPrice,
        /// After.
        after: UnitPrice,
    },
    /// The last day lies before the first.
    Term(NaiveDate, NaiveDate),
    /// The price would change by more than one amendment may.
    PriceTooFar {
        /// Of which contract.
        number: String,
        /// Before.
        before: UnitPrice,
        /// After.
        after: UnitPrice,
        /// The largest share.
        most: Decimal,
    },
    /// Another supplier took over: nothing changes any more.
    Ended(String),
    /// The agreed volume of a year would fall below what is used of it.
    BelowUsed {
        /// Of which contract.
        number: String,
        /// The year's first day.
        starts: NaiveDate,
        /// Its last day.
        ends: NaiveDate,
        /// What would be agreed.
        agreed: Quantity,
        /// What is used.
        used: Quantity,
    },
}

impl From<Refused> for Error {
    fn from(why: Refused) -> Self {
        Error::refused(why)
    }
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let c = &t.contracts;
        match self {
            Refused::Round(state) => fill(t.rounds.wrong_state, &[("state", &state.name(t))]),
            Refused::NoAward => c.no_award.to_owned(),
            Refused::NotAWinner(lot) => fill(c.not_a_winner, &[("lot", lot)]),
            Refused::NoneChosen => c.none_chosen.to_owned(),
            Refused::Frozen(number) => fill(c.frozen, &[("number", number)]),
            Refused::Stale(number) => fill(c.stale, &[("number", number)]),
            Refused::NotConfirmed(number) => fill(c.not_confirmed, &[("number", number)]),
            Refused::Unchanged => c.unchanged.to_owned(),
            Refused::NoReason => c.no_reason.to_owned(),
            Refused::Quantity => c.bad_quantity.to_owned(),
            Refused::Price => c.bad_price.to_owned(),
            Refused::PriceUp { before, after } => fill(c.price_up, &[("before", before), ("after", after)]),
            Refused::Term(starts, ends) => fill(c.bad_term, &[("starts", starts), ("ends", ends)]),
            Refused::PriceTooFar { number, before, after, most } => {
                let most = crate::types::half_up(*most * Decimal::ONE_HUNDRED, 1).normalize();
                fill(
                    t.events.price_too_far,
                    &[("number", number), ("before", before), ("after", after), ("most", &most)],
                )
            }
            Refused::Ended(number) => fill(t.events.ended, &[("number", number)]),
            Refused::BelowUsed { number, starts, ends, agreed, used } => fill(
                t.events.below_used,
                &[("number", number), ("starts", starts), ("ends", ends), ("agreed", agreed), ("used", used)],
            ),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Refused::NoReason => Some("reason"),
            Refused::Quantity | Refused::BelowUsed { .. } => Some("quantity"),
            Refused::Price | Refused::PriceUp { .. } | Refused::PriceTooFar { .. } => Some("unit_price"),
            Refused::Term(..) => Some("ends"),
            _ => None,
        }
    }
}

/// Whether a round's contracts have been drawn up.
pub fn is_drawn(state: RoundState) -> bool {
    matches!(state, RoundState::Contracting | RoundState::Executing | RoundState::Closed)
}

/// Contracts are drawn up when the award is final.
pub fn may_draw(state: RoundState) -> Result<(), Refused> {
    if state == RoundState::Awarded { Ok(()) } else { Err(Refused::Round(state)) }
}

/// A winner of a lot as the award decided.
#[derive(Debug, Clone)]
pub struct Winner {
    /// The lot.
    pub lot_id: LotId,
    /// The company.
    pub supplier_id: OrganisationId,
    /// Its product.
    pub product: String,
    /// The product's spec.
    pub spec: String,
    /// The offer that won: a company may win a lot with several.
    pub offer_id: OfferId,
    /// Its place in the lot.
    pub position: i32,
    /// The price won.
    pub price: UnitPrice,
    /// The term, when the award names one.
    pub years: Option<i32>,
}

/// A quantity the award agreed.
#[derive(Debug, Clone)]
pub struct Agreed {
    /// The lot.
    pub lot_id: LotId,
    /// The buyer.
    pub hospital_id: OrganisationId,
    /// The winner.
    pub supplier_id: OrganisationId,
    /// Its offer.
    pub offer_id: OfferId,
    /// How much.
    pub quantity: Quantity,
}

/// What contracts are drawn up from, beside the award.
pub struct Ground<'a> {
    /// The round.
    pub round: &'a Round,
    /// The day on which the rule set ends every term.
    pub until: Option<NaiveDate>,
    /// The round's lots.
    pub lots: &'a [Lot],
    /// The hospitals' codes, by which contracts of a lot are ordered.
    pub codes: &'a HashMap<OrganisationId, String>,
}

/// The last day of a term of whole years.
pub fn last_day(starts: NaiveDate, years: u32) -> Option<NaiveDate> {
    last_day_of(starts, years.checked_mul(12)?)
}

/// The last day of a contract. Without a term in years it is the round's last day of execution. A rule set that
/// names the day on which every term ends (采购周期至…) makes the last year a partial one; a day before the
/// first day is none.
pub fn ends(round: &Round, years: Option<i32>, until: Option<NaiveDate>) -> NaiveDate {
    let starts = round.calendar.execution_from;
    let years = years.and_then(|y| u32::try_from(y).ok()).filter(|y| *y > 0);
    let whole = years.and_then(|y| last_day(starts, y)).unwrap_or(round.calendar.execution_to);
    until.filter(|day| *day >= starts).map_or(whole, |day| day.min(whole))
}

/// One contract for each agreed quantity above zero, numbered within its lot by hospital code and the winner's
/// place.
pub fn draw(
    ground: &Ground,
    winners: &[Winner],
    agreed: &[Agreed],
    now: Time,
) -> Result<Vec<Contract>, Refused> {
    let lots: HashMap<&LotId, &Lot> = ground.lots.iter().map(|lot| (&lot.id, lot)).collect();
    let won: HashMap<&OfferId, &Winner> = winners.iter().map(|w| (&w.offer_id, w)).collect();
    let mut rows = Vec::new();
    for it in agreed.iter().filter(|it| it.quantity.is_positive()) {
        let lot = lots.get(&it.lot_id).ok_or_else(|| Refused::NotAWinner(it.lot_id.to_string()))?;
        let winner = won.get(&it.offer_id).ok_or_else(|| Refused::NotAWinner(lot.code.clone()))?;
        let code = ground.codes.get(&it.hospital_id).map(String::as_str).unwrap_or_default();
        rows.push((lot.position, code, winner.position, it, *lot, *winner));
    }
    rows.sort_by(|a, b| (a.0, a.1, a.2, &a.3.hospital_id).cmp(&(b.0, b.1, b.2, &b.3.hospital_id)));
    let mut running: HashMap<&LotId, u32> = HashMap::new();
    let numbered = rows.into_iter().map(|(_, _, _, it, lot, winner)| {
        let n = running.entry(&lot.id).or_default();
        *n += 1;
        contract(ground, lot, winner, it, *n, now)
    });
    Ok(numbered.collect())
}

fn contract(ground: &Ground, lot: &Lot, winner: &Winner, it: &Agreed, n: u32, now: Time) -> Contract {
    Contract {
        id: ContractId::new(),
        number: format!("{}-{}-{n:05}", ground.round.number, lot.code),
        round_id: ground.round.id.clone(),
        lot_id: it.lot_id.clone(),
        hospital_id: it.hospital_id.clone(),
        supplier_id: it.supplier_id.clone(),
        product: winner.product.clone(),
        spec: winner.spec.clone(),
        quantity: it.quantity,
        unit_price: winner.price,
        starts: ground.round.calendar.execution_from,
        ends: ends(ground.round, winner.years, ground.until),
        state: ContractState::Drawn,
        version: 1,
        hospital_at: None,
        hospital_by: None,
        supplier_at: None,
        supplier_by: None,
        created_at: now,
    }
}

/// Which reminder is due: five days or one day before the deadline; none earlier, none after it.
pub fn reminder(deadline: Time, now: Time) -> Option<i64> {
    [1, 5].into_iter().find(|days| now < deadline && now >= deadline.plus_days(-days))
}

/// Contracts are confirmed and amended while they are signed and carried out.
pub fn is_open(state: RoundState) -> Result<(), Refused> {
    match state {
        RoundState::Contracting | RoundState::Executing => Ok(()),
        other => Err(Refused::Round(other)),
    }
}

/// A side confirms the terms it saw; `None` when it has already.
pub fn confirm(
    before: &Contract,
    party: Party,
    seen: i32,
    state: RoundState,
    ctx: &Ctx,
) -> Result<Option<Contract>, Refused> {
    is_open(state)?;
    if before.state == ContractState::Ended {
        return Err(Refused::Ended(before.number.clone()));
    }
    if before.version != seen {
        return Err(Refused::Stale(before.number.clone()));
    }
    if before.confirmed_at(party).is_some() {
        return Ok(None);
    }
    let mut after = before.clone();
    let (at, by) = (Some(ctx.now), ctx.actor.account.clone());
    match party {
        Party::Hospital => (after.hospital_at, after.hospital_by) = (at, by),
        Party::Supplier => (after.supplier_at, after.supplier_by) = (at, by),
    }
    if after.hospital_at.is_some() && after.supplier_at.is_some() {
        after.state = ContractState::Confirmed;
    }
    Ok(Some(after))
}

/// A side takes its confirmation back before the other has confirmed.
pub fn withdraw(before: &Contract, party: Party) -> Result<Contract, Refused> {
    if before.state != ContractState::Drawn {
        return Err(Refused::Frozen(before.number.clone()));
    }
    if before.confirmed_at(party).is_none() {
        return Err(Refused::NotConfirmed(before.number.clone()));
    }
    let mut after = before.clone();
    match party {
        Party::Hospital => (after.hospital_at, after.hospital_by) = (None, None),
        Party::Supplier => (after.supplier_at, after.supplier_by) = (None, None),
    }
    Ok(after)
}

/// The contract after a typed amendment; `most` is the largest share by which a price may change, none without
/// limit. What only one side had confirmed is no longer what it confirmed, so that confirmation falls.
pub fn amend(
    before: &Contract,
    change: &Change,
    cause: Cause,
    most: Option<Decimal>,
) -> Result<Contract, Refused> {
    if before.state == ContractState::Ended {
        return Err(Refused::Ended(before.number.clone()));
    }
    let mut after = before.clone();
    match change {
        Change::Quantity(quantity) if !quantity.is_positive() => return Err(Refused::Quantity),
        Change::Quantity(quantity) => after.quantity = *quantity,
        Change::Price(price) if !price.is_positive() => return Err(Refused::Price),
        Change::Price(price) if *price > before.unit_price && !cause.may_raise_price() => {
            return Err(Refused::PriceUp { before: before.unit_price, after: *price });
        }
        Change::Price(price) => {
            if let Some(most) = most
                && is_too_far(before.unit_price, *price, most)
            {
                let number = before.number.clone();
                return Err(Refused::PriceTooFar { number, before: before.unit_price, after: *price, most });
            }
            after.unit_price = *price;
        }
        Change::Term { starts, ends } if ends < starts => return Err(Refused::Term(*starts, *ends)),
        Change::Term { starts, ends } => (after.starts, after.ends) = (*starts, *ends),
    }
    if after == *before {
        return Err(Refused::Unchanged);
    }
    after.version += 1;
    if before.state == ContractState::Drawn {
        (after.hospital_at, after.hospital_by) = (None, None);
        (after.supplier_at, after.supplier_by) = (None, None);
    }
    Ok(after)
}

/// Whether a price moves by more than a share of itself, up or down.
fn is_too_far(before: UnitPrice, after: UnitPrice, most: Decimal) -> bool {
    let most = before.decimal().checked_mul(most);
    most.is_some_and(|most| (after.decimal() - before.decimal()).abs() > most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_ends_the_day_before_its_date_comes_again() {
        let check = |from: &str, years: u32, want: &str| {
            assert_eq!(last_day(from.parse().unwrap(), years).unwrap().to_string(), want, "{from} {years}");
        };
        check("2027-01-01", 1, "2027-12-31");
        check("2027-01-01", 3, "2029-12-31");
        check("2027-03-01", 1, "2028-02-29");
        check("2028-02-29", 1, "2029-02-28");
        check("2028-02-29", 4, "2032-02-28");
        check("2027-04-30", 2, "2029-04-29");
    }

    #[test]
    fn reminders_are_due_five_days_and_one_day_before() {
        let deadline = Time::parse_local("2027-02-16 17:00").unwrap();
        let check = |before_millis: i64, want: Option<i64>| {
            assert_eq!(reminder(deadline, deadline.plus_millis(-before_millis)), want, "{before_millis}");
        };
        let day = 86_400_000;
        check(5 * day + 1, None);
        check(5 * day, Some(5));
        check(day + 1, Some(5));
        check(day, Some(1));
        check(1, Some(1));
        check(0, None);
        check(-1, None);
    }

    #[test]
    fn a_price_moves_no_further_than_a_share_of_itself() {
        let check = |before: &str, after: &str, most: &str, want: bool| {
            let found = is_too_far(before.parse().unwrap(), after.parse().unwrap(), most.parse().unwrap());
            assert_eq!(found, want, "{before} {after} {most}");
        };
        check("1", "0.5", "0.5", false);
        check("1", "0.499999", "0.5", true);
        check("1", "1.5", "0.5", false);
        check("1", "1.500001", "0.5", true);
        check("1", "1", "0", false);
        check("1", "0.999999", "0", true);
    }
}
