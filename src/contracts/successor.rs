//! The round that follows one whose contracts run out (接续): what it takes over from it, and what not.
//!
//! It takes lots, regions, kind and rule set. A lot's ceiling is the highest price at which it was selected; its base
//! volume is what was bought of it under contract in the last agreement year. Bids, contracts and openers stay behind.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Text};

use crate::audit::{self, Deed};
use crate::contracts::events::Refused;
use crate::contracts::store;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::rounds::{self, Fields, Lot, Round, RoundState};
use crate::schema::{decisions, successor_rounds};
use crate::types::{Ctx, LotId, Quantity, RoundId, RuleSetId, UnitPrice, half_up};

/// What an officer asks for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The id of the round it makes.
    pub id: RoundId,
    /// After which round.
    pub previous: RoundId,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Its rule set version.
    pub rule_set: RuleSetId,
}

/// A lot as the successor would have it.
#[derive(Debug, Clone)]
pub struct Proposed {
    /// The lot of the round before.
    pub lot: Lot,
    /// The highest price at which it was selected; none when nobody won, and the ceiling stays.
    pub selected: Option<UnitPrice>,
    /// Bought under contract in the last agreement year; none when nothing was.
    pub bought: Option<Quantity>,
    /// That year.
    pub year: Option<(NaiveDate, NaiveDate)>,
}

impl Proposed {
    /// Its ceiling.
    pub fn ceiling(&self) -> UnitPrice {
        self.selected.unwrap_or(self.lot.ceiling)
    }
}

/// Whether a round may have a successor: once its contracts are carried out.
pub fn may_follow(state: RoundState) -> std::result::Result<(), Refused> {
    match state {
        RoundState::Executing | RoundState::Closed => Ok(()),
        _ => Err(Refused::NotCarriedOut),
    }
}

/// The round that follows a round and has not been given up.
pub fn next_of(conn: &mut Conn, round: &RoundId) -> Result<Option<Round>> {
    let ids: Vec<RoundId> = successor_rounds::table
        .filter(successor_rounds::previous_id.eq(round))
        .order(successor_rounds::at)
        .select(successor_rounds::round_id)
        .load(conn)?;
    for id in ids {
        let round = rounds::round(conn, &id)?;
        if round.state != RoundState::Aborted {
            return Ok(Some(round));
        }
    }
    Ok(None)
}

/// The round before a round.
pub fn previous_of(conn: &mut Conn, round: &RoundId) -> Result<Option<Round>> {
    let id: Option<RoundId> =
        successor_rounds::table.find(round).select(successor_rounds::previous_id).first(conn).optional()?;
    id.map(|id| rounds::round(conn, &id)).transpose()
}

/// The lots as a successor would have them.
pub fn lots(conn: &mut Conn, round: &Round, today: NaiveDate) -> Result<Vec<Proposed>> {
    let (selected, bought) = (selected(conn, round)?, bought(conn, round)?);
    let lots = rounds::lots_of(conn, &round.id)?.into_iter().map(|lot| {
        let year = bought.get(&lot.id).and_then(|years| last_year(years, today));
        Proposed {
            selected: selected.get(&lot.id).copied(),
            bought: year.map(|it| it.consumed).filter(|it| it.is_positive()),
            year: year.map(|it| (it.starts, it.ends)),
            lot,
        }
    });
    Ok(lots.collect())
}

/// The highest price of each lot at its comparable spec: that of the bid, in proportion where the award's price is
/// another one, rounded half up to the four decimals a ceiling has.
fn selected(conn: &mut Conn, round: &Round) -> Result<HashMap<LotId, UnitPrice>> {
    let Some(award) = store::confirmed_award(conn, &round.id)? else { return Ok(HashMap::new()) };
    let rows: Vec<(LotId, UnitPrice, UnitPrice, Option<UnitPrice>)> = decisions::table
        .filter(decisions::award_id.eq(&award).and(decisions::award_price.is_not_null()))
        .select((
            decisions::lot_id,
            decisions::unit_price,
            decisions::comparable_price,
            decisions::award_price,
        ))
        .load(conn)?;
    let mut highest: HashMap<LotId, UnitPrice> = HashMap::new();
    for (lot, bid, comparable, award) in rows {
        let price = award.and_then(|award| at_comparable_spec(bid, comparable, award));
        if let Some(price) = price.filter(|price| price.is_positive()) {
            let known = highest.entry(lot).or_insert(price);
            *known = price.max(*known);
        }
    }
    Ok(highest)
}

fn at_comparable_spec(bid: UnitPrice, comparable: UnitPrice, award: UnitPrice) -> Option<UnitPrice> {
    let price = match award == bid {
        true => comparable.decimal(),
        false => comparable.decimal().checked_mul(award.decimal())?.checked_div(bid.decimal())?,
    };
    UnitPrice::rounded(half_up(price, rounds::rules::CEILING_DECIMALS)).ok()
}

/// What was bought of a lot under contract in agreement years that end on one day.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
struct Bought {
    #[diesel(sql_type = Text)]
    lot_id: LotId,
    #[diesel(sql_type = Date)]
    starts: NaiveDate,
    #[diesel(sql_type = Date)]
    ends: NaiveDate,
    #[diesel(sql_type = BigInt)]
    consumed: Quantity,
}

fn bought(conn: &mut Conn, round: &Round) -> Result<HashMap<LotId, Vec<Bought>>> {
    let rows: Vec<Bought> = diesel::sql_query(
        "SELECT c.lot_id AS lot_id, MIN(v.starts) AS starts, v.ends AS ends, \
           CAST(SUM(v.consumed) AS BIGINT) AS consumed \
         FROM contracts c JOIN agreed_volumes v ON v.contract_id = c.id \
         WHERE c.round_id = $1 GROUP BY c.lot_id, v.ends",
    )
    .bind::<Text, _>(&round.id)
    .load(conn)?;
    let mut by_lot: HashMap<LotId, Vec<Bought>> = HashMap::new();
    for row in rows {
        by_lot.entry(row.lot_id.clone()).or_default().push(row);
    }
    Ok(by_lot)
}

/// The last year that is over, else the one that runs.
fn last_year(years: &[Bought], today: NaiveDate) -> Option<&Bought> {
    let over = years.iter().filter(|it| it.ends < today).max_by_key(|it| it.ends);
    over.or_else(|| years.iter().min_by_key(|it| it.ends))
}

/// The newest version of the round's own document.
pub fn latest_rules(conn: &mut Conn, round: &Round) -> Result<RuleSetId> {
    let own = rounds::rule_set_version(conn, &round.rule_set_id)?;
    let latest = rounds::store::latest_rule_set(conn, &own.name)?;
    Ok(latest.map_or(own.id, |it| it.id))
}

/// Makes the draft of the successor, or finds it already made under the same id. A round has one.
pub fn make(tx: &mut Tx, ctx: &Ctx, wanted: &Wanted) -> Result<Round> {
    if let Some(known) = rounds::store::round(tx.conn(), &wanted.id)? {
        return Ok(known);
    }
    let previous = rounds::round(tx.conn(), &wanted.previous)?;
    may_follow(previous.state)?;
    if let Some(other) = next_of(tx.conn(), &previous.id)? {
        return Err(Refused::Followed(other.number).into());
    }
    let fields = Fields {
        number: wanted.number.clone(),
        title: wanted.title.clone(),
        rule_set_id: wanted.rule_set.clone(),
        ..Fields::of(tx.conn(), &previous)?
    };
    let lots = lots(tx.conn(), &previous, ctx.now.day())?;
    let lots = lots.into_iter().map(|it| Lot { ceiling: it.ceiling(), base_volume: it.bought, ..it.lot });
    let round = rounds::copy_as(tx, ctx, wanted.id.clone(), fields, lots.collect())?;
    diesel::insert_into(successor_rounds::table)
        .values((
            successor_rounds::round_id.eq(&round.id),
            successor_rounds::previous_id.eq(&previous.id),
            successor_rounds::at.eq(ctx.now),
            successor_rounds::account_id.eq(&ctx.actor.account),
        ))
        .execute(tx.conn())?;
    audit::record(
        tx,
        ctx,
        Deed { action: "round.succeed", subject: "rounds", id: round.id.as_str() },
        &previous.number,
        &round.number,
    )?;
    Ok(round)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ceiling_is_the_selected_price_at_the_comparable_spec() {
        let check = |bid: &str, comparable: &str, award: &str, want: &str| {
            let [bid, comparable, award] = [bid, comparable, award].map(|text| text.parse().unwrap());
            assert_eq!(at_comparable_spec(bid, comparable, award).unwrap().to_string(), want);
        };
        check("0.20", "0.20", "0.20", "0.20");
        check("0.20", "0.117647", "0.20", "0.1176");
        // Negotiated down by a tenth.
        check("0.20", "0.10", "0.18", "0.09");
        assert_eq!(at_comparable_spec(UnitPrice::ZERO, UnitPrice::ZERO, "1".parse().unwrap()), None);
    }

    #[test]
    fn the_last_year_is_the_latest_that_is_over_or_else_the_one_that_runs() {
        let year = |ends: &str| Bought {
            lot_id: LotId::new(),
            starts: "2027-01-01".parse().unwrap(),
            ends: ends.parse().unwrap(),
            consumed: Quantity::ZERO,
        };
        let years = [year("2027-12-31"), year("2028-12-31"), year("2029-12-31")];
        let check = |today: &str, want: &str| {
            let found = last_year(&years, today.parse().unwrap()).map(|it| it.ends.to_string());
            assert_eq!(found.as_deref(), Some(want), "{today}");
        };
        check("2027-06-01", "2027-12-31");
        check("2027-12-31", "2027-12-31");
        check("2028-01-01", "2027-12-31");
        check("2029-01-01", "2028-12-31");
        check("2031-01-01", "2029-12-31");
        assert!(last_year(&[], "2031-01-01".parse().unwrap()).is_none());
    }
}
