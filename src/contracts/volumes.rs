//! The agreed volume of a contract by agreement year: reserved by orders, consumed by what is accepted.

use chrono::NaiveDate;
use diesel::prelude::*;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::contracts::{Contract, ContractState, Refused, rules};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::schema::{agreed_volumes, contracts};
use crate::terms::{self, Term};
use crate::types::{AgreedVolumeId, ContractId, Quantity};

/// The agreed volume of one contract in one agreement year (采购年度), and how much of it is used.
///
/// Reserved and consumed together never exceed agreed and allowed.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = agreed_volumes, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct AgreedVolume {
    /// Its id.
    pub id: AgreedVolumeId,
    /// Of which contract.
    pub contract_id: ContractId,
    /// Which year of the contract, from 1.
    pub year: i32,
    /// Its first day.
    pub starts: NaiveDate,
    /// Its last day.
    pub ends: NaiveDate,
    /// Agreed for this year.
    pub agreed: Quantity,
    /// What may be bought above it and still counts as contract volume; `None` is without limit, zero is nothing.
    pub allowed: Option<Quantity>,
    /// Ordered and neither accepted nor released.
    pub reserved: Quantity,
    /// Accepted and not returned.
    pub consumed: Quantity,
}

impl AgreedVolume {
    /// Reserved and consumed; above every limit when it no longer fits.
    pub fn used(&self) -> Quantity {
        self.reserved.plus(self.consumed).unwrap_or(Quantity::from_scaled(i64::MAX))
    }

    /// What may still be ordered as contract volume; `None` is without limit, zero is nothing.
    pub fn room(&self) -> Option<Quantity> {
        let most = self.agreed.plus(self.allowed?)?;
        let room = most.minus(self.used()).unwrap_or(Quantity::ZERO);
        Some(room.max(Quantity::ZERO))
    }

    /// A quantity split into contract volume and ordinary purchase.
    pub fn split(&self, quantity: Quantity) -> (Quantity, Quantity) {
        let within = self.room().map_or(quantity, |room| room.min(quantity));
        (within, quantity.minus(within).unwrap_or(Quantity::ZERO))
    }

    /// The year after a movement, when it keeps to its limits.
    fn moved(&self, movement: Movement, quantity: Quantity) -> Option<Self> {
        let (reserved, consumed) = match movement {
            Movement::Reserve => (self.reserved.plus(quantity)?, self.consumed),
            Movement::Release => (self.reserved.minus(quantity)?, self.consumed),
            Movement::Consume => (self.reserved.minus(quantity)?, self.consumed.plus(quantity)?),
            Movement::Restore => (self.reserved, self.consumed.minus(quantity)?),
        };
        let after = Self { reserved, consumed, ..self.clone() };
        let is_sound = quantity >= Quantity::ZERO && reserved >= Quantity::ZERO && consumed >= Quantity::ZERO;
        // A quantity that was cut below what is already used may still be released, consumed and restored.
        let fits = movement != Movement::Reserve || self.room().is_none_or(|room| quantity <= room);
        (is_sound && fits).then_some(after)
    }
}

/// How a year's volume moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Movement {
    /// An order takes room.
    Reserve,
    /// Ordered goods will not come: their room is free again.
    Release,
    /// Ordered goods are accepted.
    Consume,
    /// Accepted goods go back: their room is free again.
    Restore,
}

/// A year of a term: number from 1, first and last day.
pub fn year_of(starts: NaiveDate, ends: NaiveDate, day: NaiveDate) -> Option<(i32, NaiveDate, NaiveDate)> {
    if day < starts || day > ends {
        return None;
    }
    let mut from = starts;
    for year in 1..=100_u32 {
        let last = rules::last_day(starts, year)?;
        if day <= last {
            return Some((i32::try_from(year).ok()?, from, last.min(ends)));
        }
        from = last.succ_opt()?;
    }
    None
}

/// The share of a whole year that a year of a term ([`year_of`]) has: less than one in a partial last year.
pub fn part_of_year(term_starts: NaiveDate, (year, starts, ends): (i32, NaiveDate, NaiveDate)) -> Decimal {
    let whole = u32::try_from(year).ok().and_then(|year| rules::last_day(term_starts, year));
    let days = |last: NaiveDate| Decimal::from((last - starts).num_days() + 1);
    match whole {
        Some(whole) if ends < whole => days(ends).checked_div(days(whole)).unwrap_or(Decimal::ONE),
        _ => Decimal::ONE,
    }
}

/// What is agreed for a year: the contract's quantity, in a partial last year by days, rounded half up to three
/// decimals.
pub fn agreed(contract: &Contract, year: i32, starts: NaiveDate, ends: NaiveDate) -> Option<Quantity> {
    let whole = rules::last_day(contract.starts, u32::try_from(year).ok()?)?;
    if ends == whole {
        return Some(contract.quantity);
    }
    let days = |last: NaiveDate| Decimal::from((last - starts).num_days() + 1);
    let part = contract.quantity.decimal().checked_mul(days(ends))?.checked_div(days(whole))?;
    Quantity::rounded(part).ok()
}

/// What may be bought above an agreed quantity: its share, rounded half up to three decimals.
pub fn allowed(agreed: Quantity, share: Decimal) -> Option<Quantity> {
    Quantity::rounded(agreed.decimal().checked_mul(share)?).ok()
}

/// The year of a contract that holds a day, made when it is not there yet; `None` outside its term.
pub fn at(tx: &mut Tx, contract: &Contract, day: NaiveDate) -> Result<Option<AgreedVolume>> {
    let Some((year, starts, ends)) = year_of(contract.starts, contract.ends, day) else { return Ok(None) };
    if let Some(known) = of_year(tx.conn(), &contract.id, year)? {
        return Ok(Some(known));
    }
    let too_large = || Error::fault(format!("{}: volume too large", contract.number));
    let agreed = agreed(contract, year, starts, ends).ok_or_else(too_large)?;
    let allowance = terms::limit(tx.conn(), Term::VolumeAllowance, starts)?;
    let allowed = match allowance {
        Some(share) => Some(allowed(agreed, share).ok_or_else(too_large)?),
        None => None,
    };
    let it = AgreedVolume {
        id: AgreedVolumeId::new(),
        contract_id: contract.id.clone(),
        year,
        starts,
        ends,
        agreed,
        allowed,
        reserved: Quantity::ZERO,
        consumed: Quantity::ZERO,
    };
    insert(tx, &it)?;
    Ok(Some(it))
}

/// Makes the years that have begun of every contract confirmed by both sides. Gives how many were made.
pub fn open_years(tx: &mut Tx, today: NaiveDate) -> Result<usize> {
    let missing: Vec<Contract> = contracts::table
        .filter(contracts::state.eq(ContractState::Confirmed))
        .filter(contracts::starts.le(today).and(contracts::ends.ge(today)))
        .filter(diesel::dsl::not(diesel::dsl::exists(
            agreed_volumes::table
                .filter(agreed_volumes::contract_id.eq(contracts::id))
                .filter(agreed_volumes::starts.le(today).and(agreed_volumes::ends.ge(today))),
        )))
        .select(Contract::as_select())
        .load(tx.conn())?;
    for contract in &missing {
        at(tx, contract, today)?;
    }
    Ok(missing.len())
}

fn of_year(conn: &mut Conn, contract: &ContractId, year: i32) -> Result<Option<AgreedVolume>> {
    Ok(agreed_volumes::table
        .filter(agreed_volumes::contract_id.eq(contract).and(agreed_volumes::year.eq(year)))
        .select(AgreedVolume::as_select())
        .first(conn)
        .optional()?)
}

/// One year's volume.
pub fn volume(conn: &mut Conn, id: &AgreedVolumeId) -> Result<AgreedVolume> {
    Ok(agreed_volumes::table.find(id).select(AgreedVolume::as_select()).first(conn)?)
}

/// The years of a contract that were made, in order.
pub fn of_contract(conn: &mut Conn, contract: &ContractId) -> Result<Vec<AgreedVolume>> {
    Ok(agreed_volumes::table
        .filter(agreed_volumes::contract_id.eq(contract))
        .order(agreed_volumes::year)
        .select(AgreedVolume::as_select())
        .load(conn)?)
}

/// Moves volume; a movement that breaks a limit is a fault of the caller, who has to look first.
pub fn shift(
    tx: &mut Tx,
    id: &AgreedVolumeId,
    movement: Movement,
    quantity: Quantity,
) -> Result<AgreedVolume> {
    let before = volume(tx.conn(), id)?;
    let after = before
        .moved(movement, quantity)
        .ok_or_else(|| Error::fault(format!("volume {id}: {movement:?} {quantity} breaks its limits")))?;
    update(tx, &after)?;
    Ok(after)
}

/// Enters a year.
pub fn insert(tx: &mut Tx, it: &AgreedVolume) -> Result<()> {
    diesel::insert_into(agreed_volumes::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Writes a year's fields.
pub fn update(tx: &mut Tx, it: &AgreedVolume) -> Result<()> {
    diesel::update(agreed_volumes::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// After an amendment of quantity or term: the years not yet ended move by as much as the contract's own figure for
/// them does, so that what was transferred or raised in one year stays. A year is not cut below what is used of it.
pub fn follow(tx: &mut Tx, before: &Contract, after: &Contract, today: NaiveDate) -> Result<()> {
    for it in of_contract(tx.conn(), &after.id)?.into_iter().filter(|it| it.ends >= today) {
        if let Some(moved) = followed(&it, before, after)? {
            update(tx, &moved)?;
        }
    }
    Ok(())
}

/// A year after its contract changed; none when it is no longer a year of the contract.
fn followed(
    it: &AgreedVolume,
    before: &Contract,
    after: &Contract,
) -> std::result::Result<Option<AgreedVolume>, Refused> {
    let of = |contract: &Contract| year_of(contract.starts, contract.ends, it.starts);
    let (Some(was), Some(is)) = (of(before), of(after)) else { return Ok(None) };
    let said =
        |contract: &Contract, year: (i32, NaiveDate, NaiveDate)| agreed(contract, year.0, year.1, year.2);
    let (Some(old), Some(new)) = (said(before, was), said(after, is)) else { return Ok(None) };
    if is.0 != it.year {
        return Ok(None);
    }
    let Some(agreed) = it.agreed.plus(new).and_then(|sum| sum.minus(old)) else { return Ok(None) };
    let starts = if it.starts == was.1 { is.1 } else { it.starts.max(is.1) };
    let moved = AgreedVolume { starts, ends: is.2, agreed, ..it.clone() };
    let most = it.allowed.map(|allowed| agreed.plus(allowed).unwrap_or(agreed));
    if agreed < it.agreed && (agreed < Quantity::ZERO || most.is_some_and(|most| most < it.used())) {
        return Err(Refused::BelowUsed {
            number: after.number.clone(),
            starts,
            ends: is.2,
            agreed,
            used: it.used(),
        });
    }
    Ok(Some(moved))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::contracts::samples;

    fn quantity(text: &str) -> Quantity {
        text.parse().unwrap()
    }

    fn year(agreed: &str, allowed: Option<&str>, reserved: &str, consumed: &str) -> AgreedVolume {
        AgreedVolume {
            id: AgreedVolumeId::new(),
            contract_id: ContractId::new(),
            year: 1,
            starts: "2027-01-01".parse().unwrap(),
            ends: "2027-12-31".parse().unwrap(),
            agreed: quantity(agreed),
            allowed: allowed.map(quantity),
            reserved: quantity(reserved),
            consumed: quantity(consumed),
        }
    }

    #[test]
    fn no_limit_and_a_limit_of_zero_are_different_things() {
        let check = |allowed: Option<&str>, reserved: &str, ordered: &str, within: &str, above: &str| {
            let split = year("100", allowed, reserved, "0").split(quantity(ordered));
            assert_eq!(split, (quantity(within), quantity(above)), "{allowed:?} {reserved} {ordered}");
        };
        check(Some("0"), "0", "100", "100", "0");
        check(Some("0"), "0", "101", "100", "1");
        check(Some("0"), "100", "1", "0", "1");
        check(Some("20"), "100", "30", "20", "10");
        check(None, "100", "1000000", "1000000", "0");
        check(Some("0"), "120", "5", "0", "5");
    }

    #[test]
    fn a_day_belongs_to_one_year_of_the_term() {
        let check = |day: &str, want: Option<(i32, &str, &str)>| {
            let found =
                year_of("2027-03-01".parse().unwrap(), "2029-12-31".parse().unwrap(), day.parse().unwrap());
            let found = found.map(|(n, from, to)| (n, from.to_string(), to.to_string()));
            assert_eq!(found, want.map(|(n, from, to)| (n, from.to_owned(), to.to_owned())), "{day}");
        };
        check("2027-02-28", None);
        check("2027-03-01", Some((1, "2027-03-01", "2028-02-29")));
        check("2028-02-29", Some((1, "2027-03-01", "2028-02-29")));
        check("2028-03-01", Some((2, "2028-03-01", "2029-02-28")));
        check("2029-12-31", Some((3, "2029-03-01", "2029-12-31")));
        check("2030-01-01", None);
    }

    fn contract(quantity: &str, ends: &str) -> Contract {
        Contract { quantity: quantity.parse().unwrap(), ends: ends.parse().unwrap(), ..samples::contract() }
    }

    #[test]
    fn a_year_follows_its_contract_but_not_below_what_is_used() {
        let check =
            |agreed: &str, allowed: Option<&str>, used: &str, from: &str, to: &str, want: Option<&str>| {
                let it = year(agreed, allowed, "0", used);
                let (before, after) = (contract(from, "2029-12-31"), contract(to, "2029-12-31"));
                let found = followed(&it, &before, &after).ok().flatten().map(|it| it.agreed.to_string());
                assert_eq!(found.as_deref(), want, "{agreed} {allowed:?} {used} {from} {to}");
            };
        check("100", Some("0"), "50", "100", "120", Some("120"));
        check("100", Some("0"), "50", "100", "50", Some("50"));
        check("100", Some("0"), "50", "100", "49.999", None);
        check("100", Some("10"), "50", "100", "40", Some("40"));
        check("100", Some("10"), "50", "100", "39", None);
        check("100", None, "500", "100", "1", Some("1"));
        // What one year has more or less than the contract says, it keeps.
        check("130", Some("0"), "50", "100", "120", Some("150"));
        check("30", Some("0"), "0", "100", "60", None);
        // A year already above its limits may be raised, not cut.
        check("100", Some("0"), "150", "100", "110", Some("110"));
        check("100", Some("0"), "150", "100", "99", None);
        // A shorter term makes the year a partial one.
        let it = year("365", Some("0"), "0", "0");
        let after = followed(&it, &contract("365", "2029-12-31"), &contract("365", "2027-01-31")).unwrap();
        assert_eq!(
            after.map(|it| (it.agreed.to_string(), it.ends.to_string())),
            Some(("31".to_owned(), "2027-01-31".to_owned()))
        );
    }

    proptest! {
        #[test]
        fn no_run_of_movements_breaks_the_limits(
            allowed in proptest::option::of(0i64..50),
            moves in proptest::collection::vec((0usize..4, 0i64..80), 0..40),
        ) {
            let kinds = [Movement::Reserve, Movement::Release, Movement::Consume, Movement::Restore];
            let mut it = year("100", None, "0", "0");
            it.allowed = allowed.map(|q| Quantity::from_scaled(q * 1_000));
            for (kind, quantity) in moves {
                if let Some(after) = it.moved(kinds[kind], Quantity::from_scaled(quantity * 1_000)) {
                    it = after;
                }
                prop_assert!(it.reserved >= Quantity::ZERO && it.consumed >= Quantity::ZERO);
                if let Some(allowed) = it.allowed {
                    prop_assert!(it.used() <= it.agreed.plus(allowed).unwrap());
                }
            }
        }
    }
}
