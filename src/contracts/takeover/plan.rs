//! What moves from one contract to another when a supplier is replaced. Pure.
//!
//! What is ordered stays with the old contract: its lines are on their way at its price, and whoever closes them frees
//! their volume there. What is agreed and not ordered, of this agreement year and of those to come, moves. So the sum
//! of what is agreed stays the same to the last unit. Volume freed later is taken over by doing it again.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::contracts::events::Refused;
use crate::contracts::volumes::{self, AgreedVolume};
use crate::contracts::{Contract, ContractState};
use crate::types::{AgreedVolumeId, ContractId, OrganisationId, Quantity, Time, UnitPrice};

/// Who takes over.
#[derive(Debug, Clone)]
pub struct Spare {
    /// The company.
    pub supplier_id: OrganisationId,
    /// Its product.
    pub product: String,
    /// The product's spec.
    pub spec: String,
    /// Its own price.
    pub unit_price: UnitPrice,
    /// The contract it already has with the hospital for the lot.
    pub contract: Option<Contract>,
    /// That contract's years.
    pub years: Vec<AgreedVolume>,
}

/// What is decided from, beside the contract.
#[derive(Debug, Clone)]
pub struct Ground {
    /// Today.
    pub today: NaiveDate,
    /// The number of a new contract.
    pub number: String,
    /// The share above the agreed volume that still counts; none is without limit.
    pub allowance: Option<Decimal>,
    /// When it is done.
    pub now: Time,
}

/// A contract before and after, with its years that run or are to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Side {
    /// Before; none when it is drawn up now.
    pub before: Option<Contract>,
    /// After.
    pub after: Contract,
    /// Its years after; each with whether it has a row already.
    pub years: Vec<(AgreedVolume, bool)>,
}

/// What one take-over does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The contract that ends.
    pub old: Side,
    /// The contract that takes over; none when nothing is left to move.
    pub new: Option<Side>,
    /// What moves, by year: its first day, last day and quantity.
    pub moved: Vec<(NaiveDate, NaiveDate, Quantity)>,
    /// All that moves.
    pub total: Quantity,
}

/// A year that was not made yet, as the contract says.
fn implied(
    contract: &Contract,
    (year, starts, ends): (i32, NaiveDate, NaiveDate),
    allowed: Option<Quantity>,
) -> Option<AgreedVolume> {
    Some(AgreedVolume {
        id: AgreedVolumeId::new(),
        contract_id: contract.id.clone(),
        year,
        starts,
        ends,
        agreed: volumes::agreed(contract, year, starts, ends)?,
        allowed,
        reserved: Quantity::ZERO,
        consumed: Quantity::ZERO,
    })
}

/// The years of a contract from the one that holds a day to its last, each with whether it has a row. The years of a
/// contract that has ended are those it has.
pub fn remaining(contract: &Contract, known: &[AgreedVolume], today: NaiveDate) -> Vec<(AgreedVolume, bool)> {
    let mut years = Vec::new();
    let mut day = today.max(contract.starts);
    while let Some(year) = volumes::year_of(contract.starts, contract.ends, day) {
        match known.iter().find(|it| it.year == year.0) {
            Some(it) => years.push((it.clone(), true)),
            None if contract.state == ContractState::Ended => {}
            None => years.extend(implied(contract, year, Some(Quantity::ZERO)).map(|it| (it, false))),
        }
        let Some(next) = year.2.succ_opt() else { break };
        day = next;
    }
    years
}

/// Everything that moves from a contract to the spare supplier; none when a contract that has ended has nothing left.
pub fn plan(
    contract: &Contract,
    known: &[AgreedVolume],
    spare: Spare,
    ground: &Ground,
) -> Result<Option<Plan>, Refused> {
    let before = remaining(contract, known, ground.today);
    let Some((current, _)) = before.first() else {
        let has_ended = contract.state == ContractState::Ended;
        return if has_ended { Ok(None) } else { Err(Refused::Over(contract.number.clone())) };
    };
    let left = |it: &AgreedVolume| {
        it.agreed.minus(it.used()).filter(|left| left.is_positive()).unwrap_or(Quantity::ZERO)
    };
    let moved: Vec<(NaiveDate, NaiveDate, Quantity)> =
        before.iter().map(|(it, _)| (it.starts.max(ground.today), it.ends, left(it))).collect();
    let too_large = || Refused::Over(contract.number.clone());
    let sum = |list: &[(NaiveDate, NaiveDate, Quantity)]| {
        list.iter().try_fold(Quantity::ZERO, |sum, (.., quantity)| sum.plus(*quantity))
    };
    let total = sum(&moved).ok_or_else(too_large)?;
    if !total.is_positive() && contract.state == ContractState::Ended {
        return Ok(None);
    }
    let cut = |it: &AgreedVolume| {
        let agreed = it.agreed.min(it.used());
        // Not even the part above the agreed volume may still be ordered.
        let over = it.used().minus(agreed).unwrap_or(Quantity::ZERO);
        AgreedVolume { agreed, allowed: Some(over), ..it.clone() }
    };
    let years: Vec<(AgreedVolume, bool)> =
        before.iter().filter(|(_, is_known)| *is_known).map(|(it, known)| (cut(it), *known)).collect();
    let after = Contract {
        quantity: cut(current).agreed,
        state: ContractState::Ended,
        version: contract.version + 1,
        ..contract.clone()
    };
    let old = Side { before: Some(contract.clone()), after, years };
    let new = match total.is_positive() {
        true => Some(taken(contract, current, &moved, spare, ground)?),
        false => None,
    };
    Ok(Some(Plan { old, new, moved, total }))
}

/// The spare supplier's contract with what moves: a new one, or its own raised.
fn taken(
    contract: &Contract,
    current: &AgreedVolume,
    moved: &[(NaiveDate, NaiveDate, Quantity)],
    spare: Spare,
    ground: &Ground,
) -> Result<Side, Refused> {
    let before = spare.contract.clone();
    let mut after = match &before {
        Some(own) => Contract { version: own.version + 1, ..own.clone() },
        None => drawn(contract, current, &spare, ground),
    };
    let mut years = match &before {
        // One that had ended has what it kept, and nothing for the years to come.
        Some(own) if own.state == ContractState::Ended => {
            let empty = Contract { quantity: Quantity::ZERO, state: ContractState::Drawn, ..own.clone() };
            remaining(&empty, &spare.years, ground.today)
        }
        Some(own) => remaining(own, &spare.years, ground.today),
        None => remaining(&after, &[], ground.today),
    };
    let too_short = || Refused::SpareEnds { number: after.number.clone(), ends: after.ends };
    for (starts, _, quantity) in moved.iter().filter(|(.., quantity)| quantity.is_positive()) {
        let day = (*starts).max(after.starts);
        let holds = years.iter_mut().find(|(it, _)| it.starts <= day && day <= it.ends);
        let (year, _) = holds.ok_or_else(too_short)?;
        year.agreed = year.agreed.plus(*quantity).ok_or_else(too_short)?;
    }
    for (year, is_known) in &mut years {
        if !*is_known {
            year.allowed = match ground.allowance {
                Some(share) => Some(volumes::allowed(year.agreed, share).ok_or_else(too_short)?),
                None => None,
            };
            // Nobody could order before today.
            if before.is_none() {
                year.starts = year.starts.max(ground.today).min(year.ends);
            }
        }
    }
    after.quantity = years.iter().map(|(it, _)| it.agreed).max().unwrap_or(Quantity::ZERO);
    if before.as_ref().is_some_and(|own| own.state != ContractState::Confirmed) {
        // Its sides had not both confirmed: they confirm the larger one, and one that had ended lives again.
        after.state = ContractState::Drawn;
        (after.hospital_at, after.hospital_by) = (None, None);
        (after.supplier_at, after.supplier_by) = (None, None);
    }
    Ok(Side { before, after, years })
}

/// A contract for a supplier that has none yet: from the old one's current agreement year on, so that the years are
/// the same; the hospital's confirmation stands, the supplier has to give its own. Its years say nothing yet.
fn drawn(contract: &Contract, current: &AgreedVolume, spare: &Spare, ground: &Ground) -> Contract {
    let starts = volumes::year_of(contract.starts, contract.ends, current.ends)
        .map_or(current.starts, |(_, starts, _)| starts);
    Contract {
        id: ContractId::new(),
        number: ground.number.clone(),
        supplier_id: spare.supplier_id.clone(),
        product: spare.product.clone(),
        spec: spare.spec.clone(),
        quantity: Quantity::ZERO,
        unit_price: spare.unit_price,
        starts,
        state: ContractState::Drawn,
        version: 1,
        supplier_at: None,
        supplier_by: None,
        created_at: ground.now,
        ..contract.clone()
    }
}

#[cfg(test)]
mod tests;
