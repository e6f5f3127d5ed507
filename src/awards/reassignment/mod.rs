//! Re-allocation by the hospitals (调剂): what no winning brand keeps is placed by the hospital with winners of its
//! choice until a deadline; what it does not place goes by the rule set's default.
//!
//! A winner's capacity beside its own brand goes to whoever is recorded first; a hospital that comes too late is
//! told what is left. Until its deadline nothing is computed or published.

mod periods;
pub mod rules;
pub mod store;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use diesel::prelude::*;

use super::Reassignment;
use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::rounds::rule_set::RuleSet;
use crate::rounds::{self, Lot, Round};
use crate::schema::{
    reassignment_answers, reassignment_periods, reassignment_volumes, reassignment_winners, reassignments,
};
use crate::types::{
    AccountId, AwardId, Ctx, LotId, OfferId, OrganisationId, PeriodId, Quantity, RoundId, Time, UnitPrice,
    VolumeId,
};

pub use periods::{cancel, open, set_deadline};
pub use rules::Refused;

crate::words! {
    /// Whether what was placed counts.
    PeriodState {
        /// It counts; hospitals may place until the deadline.
        Open = "open",
        /// Given up.
        Cancelled = "cancelled",
    }
}

/// The time in which hospitals place volume.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = reassignment_periods, treat_none_as_null = true)]
pub struct Period {
    /// Its id.
    pub id: PeriodId,
    /// Of which round.
    pub round_id: RoundId,
    /// After which version of the award.
    pub award_id: AwardId,
    /// Whether it counts.
    pub state: PeriodState,
    /// Until when hospitals may place.
    pub deadline: Time,
    /// When it began.
    pub opened_at: Time,
    /// Who began it.
    pub opened_by: Option<AccountId>,
    /// Why it was given up.
    pub reason: String,
}

/// A winner that volume can be placed with.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = reassignment_winners)]
pub struct WinnerRow {
    /// In which period.
    pub period_id: PeriodId,
    /// In which lot.
    pub lot_id: LotId,
    /// Its place in the ranking, from 1.
    pub place: i32,
    /// The offer that wins.
    pub offer_id: OfferId,
    /// The price it wins at, for its own spec.
    pub price: UnitPrice,
    /// What it can supply beside its own brand; none when it named no capacity.
    pub room: Option<Quantity>,
}

/// Volume a hospital has to place, by who gets it otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = reassignment_volumes, treat_none_as_default_value = false)]
pub struct VolumeRow {
    /// Its id.
    pub id: VolumeId,
    /// In which period.
    pub period_id: PeriodId,
    /// The hospital.
    pub hospital_id: OrganisationId,
    /// The lot.
    pub lot_id: LotId,
    /// The winning offer by default; none when nobody has capacity.
    pub offer_id: Option<OfferId>,
    /// The quantity.
    pub quantity: Quantity,
}

/// Volume a hospital placed.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = reassignments)]
pub struct Placed {
    /// In which period.
    pub period_id: PeriodId,
    /// The lot.
    pub lot_id: LotId,
    /// The hospital.
    pub hospital_id: OrganisationId,
    /// The winning offer.
    pub offer_id: OfferId,
    /// The quantity.
    pub quantity: Quantity,
}

/// That a hospital answered, also when it left everything to the default.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = reassignment_answers, treat_none_as_null = true)]
pub struct Answer {
    /// In which period.
    pub period_id: PeriodId,
    /// The hospital.
    pub hospital_id: OrganisationId,
    /// Counts changes; a form carries it.
    pub version: i32,
    /// Who saved it.
    pub account_id: Option<AccountId>,
    /// When.
    pub at: Time,
}

/// A winner as a hospital sees it.
#[derive(Debug, Clone)]
pub struct Winner {
    /// What is known of it.
    pub row: WinnerRow,
    /// The company's name.
    pub name: String,
    /// Its product.
    pub product: String,
    /// What it can still supply to this hospital; none when it named no capacity.
    pub left: Option<Quantity>,
    /// What the hospital placed with it.
    pub placed: Quantity,
    /// What it gets when the hospital places nothing.
    pub default: Quantity,
}

/// One lot of a hospital's sheet.
#[derive(Debug, Clone)]
pub struct LotSheet {
    /// The lot.
    pub lot: Lot,
    /// What there is to place.
    pub to_place: Quantity,
    /// The part of it nobody would have capacity for.
    pub open: Quantity,
    /// The winners, by rank.
    pub winners: Vec<Winner>,
}

/// What a hospital has to place, and with whom.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// The round.
    pub round: Round,
    /// The period.
    pub period: Period,
    /// The rounding unit.
    pub unit: Quantity,
    /// Its answer so far.
    pub answer: Option<Answer>,
    /// The lots with something to place.
    pub lots: Vec<LotSheet>,
}

/// What a hospital gives: lot, winning offer, quantity.
pub type Given = (LotId, OfferId, Quantity);

/// The page both parties use.
pub fn path(round: &RoundId) -> String {
    format!("/rounds/{round}/reassignment")
}

fn refuse<T>(why: Refused) -> Result<T> {
    Err(Error::refused(why))
}

/// No award is computed or published before the deadline.
pub fn none_open(conn: &mut Conn, round: &RoundId, now: Time) -> Result<()> {
    match store::counting(conn, round)?.filter(|period| now < period.deadline) {
        Some(period) => refuse(Refused::StillOpen(period.deadline)),
        None => Ok(()),
    }
}

fn unit(rules: &RuleSet) -> Quantity {
    Quantity::exact(rules.volume.rounding_unit.0).unwrap_or(Quantity::from_scaled(1))
}

/// A hospital's sheet in the period that counts; a hospital with nothing to place finds none.
pub fn sheet(conn: &mut Conn, round: &RoundId, hospital: &OrganisationId) -> Result<Sheet> {
    let round = rounds::round(conn, round)?;
    let period = store::counting(conn, &round.id)?.ok_or(Error::NotFound)?;
    let version = rounds::rule_set_version(conn, &round.rule_set_id)?;
    let unit = unit(&RuleSet::parse(&version.body).map_err(Error::refused)?);
    let answer = store::answer(conn, &period.id, hospital)?;
    let mut volumes: BTreeMap<LotId, Vec<VolumeRow>> = BTreeMap::new();
    for row in store::volumes(conn, &period.id, hospital)? {
        volumes.entry(row.lot_id.clone()).or_default().push(row);
    }
    if volumes.is_empty() {
        return Err(Error::NotFound);
    }
    let placed: HashMap<OfferId, Quantity> =
        store::placed(conn, &period.id, hospital)?.into_iter().map(|it| (it.offer_id, it.quantity)).collect();
    let others = store::placed_by_others(conn, &period.id, hospital)?;
    let mut winners: HashMap<LotId, Vec<Winner>> = HashMap::new();
    for (row, name, product) in store::winners(conn, &period.id)? {
        let taken = others.get(&row.offer_id).copied().unwrap_or_default();
        let rows = volumes.get(&row.lot_id).map_or(&[][..], Vec::as_slice);
        winners.entry(row.lot_id.clone()).or_default().push(Winner {
            left: row.room.map(|room| room.minus(taken).unwrap_or_default().max(Quantity::ZERO)),
            placed: placed.get(&row.offer_id).copied().unwrap_or_default(),
            default: sum(rows.iter().filter(|it| it.offer_id.as_ref() == Some(&row.offer_id)))?,
            name,
            product,
            row,
        });
    }
    let mut lots = Vec::new();
    for lot in rounds::lots_of(conn, &round.id)? {
        let Some(rows) = volumes.get(&lot.id) else { continue };
        lots.push(LotSheet {
            to_place: sum(rows.iter())?,
            open: sum(rows.iter().filter(|row| row.offer_id.is_none()))?,
            winners: winners.remove(&lot.id).unwrap_or_default(),
            lot,
        });
    }
    Ok(Sheet { round, period, unit, answer, lots })
}

fn sum<'a>(mut rows: impl Iterator<Item = &'a VolumeRow>) -> Result<Quantity> {
    let sum = rows.try_fold(Quantity::ZERO, |sum, row| sum.plus(row.quantity));
    sum.ok_or_else(|| Error::fault("volumes to place do not add up"))
}

/// Records what a hospital places, in place of what it placed before; an empty list leaves everything to the
/// default. `seen` is the version of its answer the form was made from: two colleagues do not overwrite each
/// other, and the same form sent twice is one answer.
pub fn place(
    tx: &mut Tx,
    ctx: &Ctx,
    round: &RoundId,
    hospital: &OrganisationId,
    seen: i32,
    given: &[Given],
) -> Result<()> {
    super::store::hold_round(tx, round)?;
    rounds::round(tx.conn(), round)?;
    if store::counting(tx.conn(), round)?.is_none() {
        return refuse(Refused::NotOpen);
    }
    let sheet = sheet(tx.conn(), round, hospital)?;
    rules::may_place(&sheet.round, &sheet.period, ctx.now).map_err(Error::refused)?;
    let mut given: Vec<Given> = given.iter().filter(|(_, _, n)| *n != Quantity::ZERO).cloned().collect();
    given.sort();
    let before = store::placed(tx.conn(), &sheet.period.id, hospital)?;
    let mut known: Vec<Given> =
        before.iter().map(|it| (it.lot_id.clone(), it.offer_id.clone(), it.quantity)).collect();
    known.sort();
    let version = sheet.answer.as_ref().map_or(0, |answer| answer.version);
    if version > 0 && known == given {
        return Ok(());
    }
    if version != seen {
        return refuse(Refused::Changed);
    }
    let lots: BTreeMap<&LotId, &LotSheet> = sheet.lots.iter().map(|lot| (&lot.lot.id, lot)).collect();
    for of_lot in given.chunk_by(|a, b| a.0 == b.0) {
        let lot = lots.get(&of_lot[0].0).ok_or(Error::NotFound)?;
        let given: Vec<(OfferId, Quantity)> =
            of_lot.iter().map(|(_, offer, quantity)| (offer.clone(), *quantity)).collect();
        rules::check(lot, &given, sheet.unit).map_err(Error::refused)?;
    }
    let row = |(lot_id, offer_id, quantity): &Given| Placed {
        period_id: sheet.period.id.clone(),
        lot_id: lot_id.clone(),
        hospital_id: hospital.clone(),
        offer_id: offer_id.clone(),
        quantity: *quantity,
    };
    store::replace(tx, &sheet.period.id, hospital, &given.iter().map(row).collect::<Vec<_>>())?;
    let answer = Answer {
        period_id: sheet.period.id.clone(),
        hospital_id: hospital.clone(),
        version: version.saturating_add(1),
        account_id: ctx.actor.account.clone(),
        at: ctx.now,
    };
    store::put_answer(tx, &answer)?;
    let deed = Deed { action: "reassignment.place", subject: "organisations", id: hospital.as_str() };
    audit::record(tx, ctx, deed, &known, &given)
}

/// What was placed in a round, as the award takes it; with the product where a company may win with several. A
/// period that began after `at` is left out.
pub fn placed_in(
    conn: &mut Conn,
    round: &RoundId,
    codes: &HashMap<LotId, Arc<str>>,
    by_product: bool,
    at: Option<Time>,
) -> Result<Vec<Reassignment>> {
    let counting = store::counting(conn, round)?;
    let Some(period) = counting.filter(|it| at.is_none_or(|at| it.opened_at <= at)) else {
        return Ok(Vec::new());
    };
    let mut list = Vec::new();
    for (lot, hospital, company, product, quantity) in store::lines(conn, &period.id)? {
        let lot = codes.get(&lot).ok_or(Error::NotFound)?.clone();
        let (hospital, company) = (hospital.into(), company.into());
        let product = by_product.then(|| product.into());
        list.push(Reassignment { lot, hospital, company, product, quantity });
    }
    let key = |it: &Reassignment| (it.hospital.clone(), it.company.clone(), it.product.clone());
    list.sort_by(|a, b| super::rules::natural(&a.lot, &b.lot).then_with(|| key(a).cmp(&key(b))));
    Ok(list)
}

/// Until when a hospital is asked to place volume and has not answered.
pub fn waiting(conn: &mut Conn, round: &Round, hospital: &OrganisationId, now: Time) -> Result<Option<Time>> {
    let Some(period) = store::counting(conn, &round.id)?.filter(|it| now < it.deadline) else {
        return Ok(None);
    };
    let is_asked = !store::volumes(conn, &period.id, hospital)?.is_empty();
    let is_answered = store::answer(conn, &period.id, hospital)?.is_some();
    Ok((is_asked && !is_answered).then_some(period.deadline))
}
