//! What an officer does with a re-allocation: ask the hospitals, move the deadline, give it up.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::json;

use super::{Period, PeriodState, Refused, VolumeRow, WinnerRow, path, refuse, rules, store, unit};
use crate::audit::{self, Deed};
use crate::awards::evaluation::compute;
use crate::awards::input::{self, Input, Offer};
use crate::awards::{self, Outcome, Status, publicity, selection};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::notify::{self, Letter};
use crate::people;
use crate::rounds::{self, Round, RoundState};
use crate::types::{Ctx, OfferId, OrganisationId, PeriodId, Quantity, RoundId, Time, VolumeId};

/// Asks every hospital with something to place. The award has to rest on the data as they are, with the regions
/// chosen before.
pub fn open(tx: &mut Tx, ctx: &Ctx, round: &RoundId, id: PeriodId, deadline: Time) -> Result<()> {
    awards::store::hold_round(tx, round)?;
    let round = rounds::round(tx.conn(), round)?;
    match store::counting(tx.conn(), &round.id)? {
        Some(known) if known.id == id => return Ok(()),
        Some(_) => return refuse(Refused::OpenAlready),
        None => {}
    }
    publicity::in_state(&round, RoundState::Evaluation)?;
    selection::none_running(tx.conn(), &round.id)?;
    let deadline = rules::deadline(&round, deadline, ctx.now).map_err(Error::refused)?;
    let input = input::load(tx.conn(), &round)?;
    let award = publicity::rests_on(awards::store::latest(tx.conn(), &round.id)?, &input.sha256)?;
    if !input.rules.volume.hospitals_place.unwrap_or(false) {
        return refuse(Refused::NotPlaceable);
    }
    let period = Period {
        id,
        round_id: round.id.clone(),
        award_id: award.id,
        state: PeriodState::Open,
        deadline,
        opened_at: ctx.now,
        opened_by: ctx.actor.account.clone(),
        reason: String::new(),
    };
    let outcome = compute(&input)?;
    let volumes = to_place(&period.id, &input, &outcome)?;
    if volumes.is_empty() {
        return refuse(Refused::Nothing);
    }
    store::insert(tx, &period)?;
    store::insert_winners(tx, &winners(&period.id, &input, &outcome)?)?;
    store::insert_volumes(tx, &volumes)?;
    let hospitals: BTreeSet<&OrganisationId> = volumes.iter().map(|row| &row.hospital_id).collect();
    let deed = Deed { action: "reassignment.open", subject: "reassignment_periods", id: period.id.as_str() };
    let facts = json!({ "deadline": deadline.iso(), "hospitals": hospitals.len() });
    audit::record(tx, ctx, deed, &(), &facts)?;
    tell(tx, ctx, &hospitals, &opened(&round, deadline), &period.id, deadline)
}

fn opened(round: &Round, deadline: Time) -> Letter {
    Letter::VolumeToPlace {
        number: round.number.clone(),
        title: round.title.clone(),
        path: path(&round.id),
        deadline: deadline.to_string(),
    }
}

fn tell(
    tx: &mut Tx,
    ctx: &Ctx,
    hospitals: &BTreeSet<&OrganisationId>,
    letter: &Letter,
    period: &PeriodId,
    at: Time,
) -> Result<()> {
    let key = format!("{}:{period}:{}", letter.kind(), at.millis());
    for hospital in hospitals {
        for to in people::recipients(tx.conn(), hospital)? {
            notify::post(tx, ctx, &to, letter, &key)?;
        }
    }
    Ok(())
}

/// The offers of an award's input by lot and company.
struct Offers<'a>(HashMap<(&'a str, &'a str), Vec<&'a Offer>>);

impl<'a> Offers<'a> {
    fn of(input: &'a Input) -> Self {
        let mut map: HashMap<(&str, &str), Vec<&Offer>> = HashMap::new();
        for offer in &input.offers {
            map.entry((&offer.bid.lot, &offer.bid.company)).or_default().push(offer);
        }
        Self(map)
    }

    /// A company's offer for a product; without a product its only one.
    fn find(&self, lot: &str, company: &str, product: Option<&str>) -> Result<&'a Offer> {
        let is_it = |offer: &&&Offer| product.is_none_or(|product| offer.bid.product == product);
        let own = self.0.get(&(lot, company)).map(Vec::as_slice).unwrap_or_default();
        own.iter().find(is_it).copied().ok_or(Error::NotFound)
    }
}

/// What each hospital has to place: everything it agrees to beyond the winners' own brands.
fn to_place(period: &PeriodId, input: &Input, outcome: &Outcome) -> Result<Vec<VolumeRow>> {
    let offers = Offers::of(input);
    let row = |lot: &Arc<str>, hospital: &Arc<str>, offer_id, quantity| -> Result<VolumeRow> {
        Ok(VolumeRow {
            id: VolumeId::new(),
            period_id: period.clone(),
            hospital_id: input.hospitals.get(hospital).ok_or(Error::NotFound)?.clone(),
            lot_id: input.lot_ids.get(lot).ok_or(Error::NotFound)?.clone(),
            offer_id,
            quantity,
        })
    };
    let mut rows = Vec::new();
    for part in &outcome.allocations {
        let given = part.quantity.minus(part.own).unwrap_or_default();
        if given.is_positive() {
            let offer = offers.find(&part.lot, &part.company, part.product.as_deref())?;
            rows.push(row(&part.lot, &part.hospital, Some(offer.id.clone()), given)?);
        }
    }
    for part in &outcome.unallocated {
        rows.push(row(&part.lot, &part.hospital, None, part.quantity)?);
    }
    Ok(rows)
}

/// The winners with volume and what each can supply beside its own brand.
fn winners(period: &PeriodId, input: &Input, outcome: &Outcome) -> Result<Vec<WinnerRow>> {
    let offers = Offers::of(input);
    let mut own: HashMap<&OfferId, Quantity> = HashMap::new();
    for part in &outcome.allocations {
        let offer = offers.find(&part.lot, &part.company, part.product.as_deref())?;
        let sum = own.entry(&offer.id).or_default();
        *sum = sum.plus(part.own).ok_or_else(|| Error::fault("own volumes do not add up"))?;
    }
    let unit = unit(&input.rules);
    let mut places: HashMap<&str, i32> = HashMap::new();
    let mut rows = Vec::new();
    for award in &outcome.awards {
        let (Status::Won | Status::WonRevived, Some(price)) = (award.status, award.award_price) else {
            continue;
        };
        let offer = offers.find(&award.lot, &award.company, Some(&award.product))?;
        let place = places.entry(&award.lot).or_default();
        *place += 1;
        let own = own.get(&offer.id).copied().unwrap_or_default();
        rows.push(WinnerRow {
            period_id: period.clone(),
            lot_id: input.lot_ids.get(&award.lot).ok_or(Error::NotFound)?.clone(),
            place: *place,
            offer_id: offer.id.clone(),
            price,
            room: offer.bid.capacity.map(|capacity| rules::room(capacity, own, unit)),
        });
    }
    Ok(rows)
}

/// Moves the deadline, as long as the award is not public.
pub fn set_deadline(tx: &mut Tx, ctx: &Ctx, round: &RoundId, deadline: Time) -> Result<()> {
    awards::store::hold_round(tx, round)?;
    let round = rounds::round(tx.conn(), round)?;
    publicity::in_state(&round, RoundState::Evaluation)?;
    let Some(before) = store::counting(tx.conn(), &round.id)? else { return refuse(Refused::NotOpen) };
    let deadline = rules::deadline(&round, deadline, ctx.now).map_err(Error::refused)?;
    if deadline == before.deadline {
        return Ok(());
    }
    let after = Period { deadline, ..before.clone() };
    store::update(tx, &after)?;
    let deed =
        Deed { action: "reassignment.deadline", subject: "reassignment_periods", id: after.id.as_str() };
    audit::record(tx, ctx, deed, &before.deadline.iso(), &deadline.iso())?;
    let hospitals = store::hospitals(tx.conn(), &after.id)?;
    let hospitals = hospitals.iter().map(|it| &it.id).collect();
    tell(tx, ctx, &hospitals, &opened(&round, deadline), &after.id, deadline)
}

/// Gives up what was placed: it no longer counts, and hospitals can be asked anew. Before the award is final this
/// is also the way out when the winners have changed since.
pub fn cancel(tx: &mut Tx, ctx: &Ctx, round: &RoundId, reason: &str) -> Result<()> {
    awards::store::hold_round(tx, round)?;
    let round = rounds::round(tx.conn(), round)?;
    publicity::in_evaluation(&round)?;
    let reason = publicity::text(reason, "reason")?;
    let Some(before) = store::counting(tx.conn(), &round.id)? else { return refuse(Refused::NotOpen) };
    let after = Period { state: PeriodState::Cancelled, reason: reason.clone(), ..before };
    store::update(tx, &after)?;
    let deed = Deed { action: "reassignment.cancel", subject: "reassignment_periods", id: after.id.as_str() };
    audit::record(tx, ctx, deed, &(), &reason)?;
    let letter = Letter::PlacingCancelled {
        number: round.number.clone(),
        title: round.title.clone(),
        path: path(&round.id),
        reason,
    };
    let hospitals = store::hospitals(tx.conn(), &after.id)?;
    let hospitals = hospitals.iter().map(|it| &it.id).collect();
    tell(tx, ctx, &hospitals, &letter, &after.id, ctx.now)
}
