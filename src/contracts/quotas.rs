//! More contract volume in the current agreement year (加量): agreed, or allowed above it.

use crate::contracts::changes::{self, Cause, ChangeKind, Why};
use crate::contracts::events::Refused;
use crate::contracts::volumes::{self, AgreedVolume};
use crate::contracts::{Contract, ContractState, rules, store};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::rounds;
use crate::types::{ChangeId, ContractId, Ctx, Quantity};

/// What an officer asks for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The id of the amendment it makes.
    pub id: ChangeId,
    /// Which contract.
    pub contract: ContractId,
    /// The version of the terms the officer saw.
    pub version: i32,
    /// What is agreed for the year.
    pub agreed: Quantity,
    /// What may be bought above it; none is without limit, zero is nothing.
    pub allowed: Option<Quantity>,
    /// Why.
    pub cause: Cause,
    /// The reason in words.
    pub reason: String,
}

/// The year after its volume was raised. A year is raised here, never cut.
pub fn raised(
    before: &AgreedVolume,
    agreed: Quantity,
    allowed: Option<Quantity>,
) -> std::result::Result<AgreedVolume, Error> {
    if !agreed.is_positive() {
        return Err(rules::Refused::Quantity.into());
    }
    let is_less = match (before.allowed, allowed) {
        (None, Some(_)) => true,
        (Some(was), Some(is)) => is < was,
        (_, None) => false,
    };
    if agreed < before.agreed || is_less {
        return Err(Refused::Lowered.into());
    }
    let after = AgreedVolume { agreed, allowed, ..before.clone() };
    if after == *before { Err(rules::Refused::Unchanged.into()) } else { Ok(after) }
}

/// The current year of a signed contract, made when it is not there yet.
pub fn current(tx: &mut Tx, ctx: &Ctx, contract: &Contract) -> Result<AgreedVolume> {
    match contract.state {
        ContractState::Confirmed => {}
        ContractState::Drawn => return Err(Refused::Unsigned(contract.number.clone()).into()),
        ContractState::Ended => return Err(rules::Refused::Ended(contract.number.clone()).into()),
    }
    let day = ctx.now.day().max(contract.starts);
    volumes::at(tx, contract, day)?.ok_or_else(|| Refused::Over(contract.number.clone()).into())
}

/// The current year as it is now, for a page; none when it was not made yet.
pub fn known(conn: &mut Conn, contract: &Contract, now: crate::types::Time) -> Result<Option<AgreedVolume>> {
    let day = now.day().max(contract.starts);
    let years = volumes::of_contract(conn, &contract.id)?;
    Ok(years.into_iter().find(|it| it.starts <= day && day <= it.ends))
}

/// Raises the current year's volume and tells both sides. The same form sent twice raises it once.
pub fn raise(tx: &mut Tx, ctx: &Ctx, wanted: &Wanted) -> Result<()> {
    if store::change(tx.conn(), &wanted.id)?.is_some() {
        return Ok(());
    }
    let before = store::contract(tx.conn(), &wanted.contract)?.ok_or(Error::NotFound)?;
    rules::is_open(rounds::round(tx.conn(), &before.round_id)?.state)?;
    if before.version != wanted.version {
        return Err(rules::Refused::Stale(before.number).into());
    }
    if wanted.reason.trim().is_empty() {
        return Err(rules::Refused::NoReason.into());
    }
    let was = current(tx, ctx, &before)?;
    let is = raised(&was, wanted.agreed, wanted.allowed)?;
    volumes::update(tx, &is)?;
    let after = Contract { version: before.version + 1, ..before.clone() };
    store::update(tx, &after)?;
    let terms = changes::terms(tx.conn(), &before)?;
    let of = |year: &AgreedVolume| changes::Terms {
        year_agreed: year.agreed.to_string(),
        year_allowed: year.allowed.map_or_else(|| "none".to_owned(), |it| it.to_string()),
        ..terms.clone()
    };
    let why = Why { kind: ChangeKind::Quota, cause: wanted.cause, reason: wanted.reason.trim() };
    changes::record(tx, ctx, wanted.id.clone(), (&before, &of(&was)), (&after, &of(&is)), &why)?;
    changes::tell(tx, ctx, &after, &wanted.id, why.reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::AgreedVolumeId;

    #[test]
    fn a_quota_is_raised_and_no_limit_is_more_than_any() {
        let check = |allowed: Option<&str>, to_agreed: &str, to_allowed: Option<&str>, want: bool| {
            let quantity = |text: &str| text.parse::<Quantity>().unwrap();
            let before = AgreedVolume {
                id: AgreedVolumeId::new(),
                contract_id: ContractId::new(),
                year: 1,
                starts: "2027-01-01".parse().unwrap(),
                ends: "2027-12-31".parse().unwrap(),
                agreed: quantity("100"),
                allowed: allowed.map(quantity),
                reserved: Quantity::ZERO,
                consumed: Quantity::ZERO,
            };
            let found = raised(&before, quantity(to_agreed), to_allowed.map(quantity));
            assert_eq!(found.is_ok(), want, "{allowed:?} {to_agreed} {to_allowed:?}");
        };
        check(Some("0"), "120", Some("0"), true);
        check(Some("0"), "100", Some("20"), true);
        check(Some("0"), "100", None, true);
        check(Some("0"), "100", Some("0"), false);
        check(Some("0"), "99.999", Some("50"), false);
        check(Some("20"), "120", Some("19"), false);
        check(None, "100", None, false);
        check(None, "120", None, true);
        check(None, "120", Some("1000000"), false);
        check(Some("0"), "0", None, false);
    }
}
