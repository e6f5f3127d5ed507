//! Computing a round's award from the database: one version at a time, each kept with its reasons.

use std::collections::HashMap;
use std::sync::Arc;

use rust_decimal::Decimal;
use serde::Serialize;

use super::confirmation;
use super::input::{self, Input, Offer};
use super::publicity::{self, Refused};
use super::questions::{self, Entitled};
use super::store::{self, Agreed, AwardState, Decision, LotLine, Ruling, Version};
use super::{Award, LotOutcome, Outcome, Status, award, rules};
use crate::audit::{self, Deed};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::rounds::rule_set::RuleSet;
use crate::rounds::{self, Round, RoundState};
use crate::types::{
    AllocationId, AwardId, Ctx, DecisionId, LotId, OfferId, Quantity, RoundId, UnitPrice, parse_decimal,
};

/// What computing an award came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evaluated {
    /// A new version.
    New(Version),
    /// Nothing has changed since this version was computed, so it stands.
    Same(Version),
}

/// The reason code of an offer the bureau excluded.
pub const EXCLUDED: &str = "EXCLUDED";

/// Computes the award of a round. The same input makes no second version; during publicity a changed result
/// takes the round back to evaluation first.
pub fn evaluate(tx: &mut Tx, ctx: &Ctx, id: &RoundId, reason: &str) -> Result<Evaluated> {
    store::hold_round(tx, id)?;
    let round = rounds::round(tx.conn(), id)?;
    let latest = store::latest(tx.conn(), id)?;
    publicity::in_evaluation(&round)?;
    let input = input::load(tx.conn(), &round)?;
    if let Some(same) = latest.as_ref().filter(|v| v.input_sha256 == input.sha256) {
        return Ok(Evaluated::Same(same.clone()));
    }
    publicity::may_evaluate(latest.as_ref(), reason)?;
    if input.offers.is_empty() {
        return Err(Error::refused(Refused::NoOffers));
    }
    let outcome = compute(&input)?;
    if round.state == RoundState::Publicity {
        confirmation::withdraw_request(tx, ctx, id)?;
        move_to(tx, ctx, &round, RoundState::Evaluation, reason)?;
    }
    let version = Version {
        id: AwardId::new(),
        round_id: round.id.clone(),
        version: latest.as_ref().map_or(1, |v| v.version + 1),
        state: AwardState::Proposed,
        rule_set_id: round.rule_set_id.clone(),
        input_sha256: input.sha256.clone(),
        output_sha256: input::hash_of_outcome(&outcome),
        reason: reason.trim().to_owned(),
        account_id: ctx.actor.account.clone(),
        computed_at: ctx.now,
        published_at: None,
    };
    store::insert_version(tx, &version)?;
    save(tx, &version.id, &input, &outcome)?;
    questions::enter(tx, ctx, &round, &version, &entitled(&version.id, &input, &outcome)?)?;
    let deed = Deed { action: "award.compute", subject: "awards", id: version.id.as_str() };
    audit::record(tx, ctx, deed, &latest.as_ref().map(facts), &facts(&version))?;
    Ok(Evaluated::New(version))
}

/// Runs the engine over the offers that take part.
fn compute(input: &Input) -> Result<Outcome> {
    let bids: Vec<_> = input.offers.iter().filter(|o| o.excluded.is_empty()).map(|o| o.bid.clone()).collect();
    award(&input.rules, &input.lots, &bids, &input.demand, &input.answers).map_err(Error::refused)
}

/// Whom the result lets be asked.
fn entitled(award: &AwardId, input: &Input, outcome: &Outcome) -> Result<Vec<Entitled>> {
    let mut list = Vec::new();
    for decided in &outcome.awards {
        let Some(asked) = &decided.entitled else { continue };
        let is_its = |o: &&Offer| {
            let bid = &o.bid;
            (&bid.lot, &bid.company, &bid.product) == (&decided.lot, &decided.company, &decided.product)
        };
        let offer = input.offers.iter().find(is_its).ok_or(Error::NotFound)?;
        list.push(Entitled {
            award_id: award.clone(),
            offer_id: offer.id.clone(),
            lot_id: lot_id(input, &decided.lot)?.clone(),
            supplier_id: offer.supplier_id.clone(),
            question: asked.question,
            price: asked.price,
        });
    }
    Ok(list)
}

/// What the trail keeps of a version.
#[derive(Serialize)]
pub(super) struct Facts<'a> {
    round: &'a RoundId,
    version: i32,
    state: AwardState,
    input_sha256: &'a str,
    output_sha256: &'a str,
    reason: &'a str,
}

pub(super) fn facts(version: &Version) -> Facts<'_> {
    Facts {
        round: &version.round_id,
        version: version.version,
        state: version.state,
        input_sha256: &version.input_sha256,
        output_sha256: &version.output_sha256,
        reason: &version.reason,
    }
}

/// Moves a round on or back, as far as its state table allows.
pub(super) fn move_to(tx: &mut Tx, ctx: &Ctx, round: &Round, to: RoundState, reason: &str) -> Result<Round> {
    if !rounds::rules::next(round.state).contains(&to) {
        return Err(Error::refused(rounds::Refused::State(round.state)));
    }
    let moved = Round { state: to, version: round.version + 1, ..round.clone() };
    rounds::store::update_round(tx, &moved)?;
    let deed = Deed { action: "round.state", subject: "rounds", id: round.id.as_str() };
    audit::record(tx, ctx, deed, &round.state, &(to, reason))?;
    Ok(moved)
}

fn save(tx: &mut Tx, award: &AwardId, input: &Input, outcome: &Outcome) -> Result<()> {
    let offers: HashMap<(&str, &str), &Offer> =
        input.offers.iter().map(|o| ((&*o.bid.lot, &*o.bid.company), o)).collect();
    let find = |lot: &Arc<str>, company: &Arc<str>| {
        offers.get(&(&**lot, &**company)).copied().ok_or(Error::NotFound)
    };
    let mut position: HashMap<LotId, i32> = HashMap::new();
    let mut winners: HashMap<&str, i32> = HashMap::new();
    let mut next = |lot: &LotId| {
        let at = position.entry(lot.clone()).or_insert(0);
        *at += 1;
        *at
    };
    for decided in &outcome.awards {
        let lot = lot_id(input, &decided.lot)?;
        let offer = find(&decided.lot, &decided.company)?;
        *winners.entry(&decided.lot).or_default() += i32::from(decided.award_price.is_some());
        store::insert_decision(tx, &decision(award, lot, next(lot), offer, decided, input))?;
    }
    for offer in input.offers.iter().filter(|o| !o.excluded.is_empty()) {
        let lot = lot_id(input, &offer.bid.lot)?;
        store::insert_decision(tx, &excluded(award, lot, next(lot), offer))?;
    }
    let mut given: HashMap<&str, i64> = HashMap::new();
    for part in &outcome.allocations {
        *given.entry(&part.lot).or_default() += part.quantity.scaled();
    }
    for lot in &outcome.lots {
        let winners = winners.get(&*lot.lot).copied().unwrap_or(0);
        let given = Quantity::from_scaled(given.get(&*lot.lot).copied().unwrap_or(0));
        store::insert_lot_line(
            tx,
            &lot_line(award, lot_id(input, &lot.lot)?, lot, winners, given, &input.rules),
        )?;
    }
    let mut rows = Vec::with_capacity(outcome.allocations.len());
    for part in &outcome.allocations {
        rows.push(Agreed {
            id: AllocationId::new(),
            award_id: award.clone(),
            lot_id: lot_id(input, &part.lot)?.clone(),
            hospital_id: input.hospitals.get(&part.hospital).ok_or(Error::NotFound)?.clone(),
            supplier_id: find(&part.lot, &part.company)?.supplier_id.clone(),
            quantity: part.quantity,
        });
    }
    store::insert_agreed(tx, &rows)
}

fn lot_id<'a>(input: &'a Input, code: &Arc<str>) -> Result<&'a LotId> {
    input.lot_ids.get(code).ok_or(Error::NotFound)
}

fn decision(
    award: &AwardId,
    lot: &LotId,
    position: i32,
    offer: &Offer,
    it: &Award,
    input: &Input,
) -> Decision {
    Decision {
        rank: it.rank.and_then(|rank| i32::try_from(rank).ok()),
        status: it.status,
        comparable_price: it.comparable_price,
        award_price: it.award_price,
        share: it.share.map(|share| share.normalize().to_string()).unwrap_or_default(),
        term_years: it.term_years.and_then(|years| i32::try_from(years).ok()),
        code: it.reason.code.to_string(),
        clause: it.reason.clause.clone(),
        arithmetic: named(&it.reason.arithmetic, input, &it.lot),
        ..excluded(award, lot, position, offer)
    }
}

/// The arithmetic names companies by code; people know them by name.
fn named(arithmetic: &str, input: &Input, lot: &Arc<str>) -> String {
    input.offers.iter().filter(|o| o.bid.lot == *lot).fold(arithmetic.to_owned(), |text, offer| {
        if text.contains(&*offer.bid.company) { text.replace(&*offer.bid.company, &offer.name) } else { text }
    })
}

fn excluded(award: &AwardId, lot: &LotId, position: i32, offer: &Offer) -> Decision {
    let comparable = offer.bid.unit_price.decimal().checked_div(offer.bid.ratio);
    Decision {
        id: DecisionId::new(),
        award_id: award.clone(),
        lot_id: lot.clone(),
        offer_id: offer.id.clone(),
        supplier_id: offer.supplier_id.clone(),
        product: offer.bid.product.clone(),
        spec: offer.bid.spec.clone(),
        position,
        unit_price: offer.bid.unit_price,
        ratio: offer.bid.ratio.normalize().to_string(),
        comparable_price: comparable.and_then(|p| UnitPrice::rounded(p).ok()).unwrap_or_default(),
        rank: None,
        status: Status::Invalid,
        award_price: None,
        share: String::new(),
        term_years: None,
        code: EXCLUDED.to_owned(),
        clause: String::new(),
        arithmetic: offer.excluded.clone(),
    }
}

fn lot_line(
    award: &AwardId,
    lot_id: &LotId,
    lot: &LotOutcome,
    winners: i32,
    given: Quantity,
    rules: &RuleSet,
) -> LotLine {
    let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    LotLine {
        award_id: award.clone(),
        lot_id: lot_id.clone(),
        fuse_line: lot.line.and_then(|line| UnitPrice::rounded(line).ok()),
        arithmetic: arithmetic(lot, rules),
        winners,
        bidders: count(lot.bidders),
        base_volume: lot.base,
        agreed_volume: lot.agreed,
        unallocated: lot.agreed.minus(given).unwrap_or_default(),
    }
}

/// Quota, fuse line and share of a lot with their numbers, in no language.
fn arithmetic(lot: &LotOutcome, rules: &RuleSet) -> String {
    let mut parts = vec![format!("n = {} → {}", lot.bidders, lot.places)];
    if let (Some(fuse), Some(anchor), Some(line)) = (&rules.fuse, lot.anchor, lot.line) {
        let shown = |value: Decimal| crate::types::half_up(value, 6).normalize();
        parts.push(format!("{} × {} = {}", fuse.factor.0.normalize(), shown(anchor), shown(line)));
    }
    if let Some(share) = lot.share {
        parts.push(format!("{} × {} → {}", lot.base, share.normalize(), lot.agreed));
    }
    parts.join("; ")
}

/// What the bureau found about an opened offer.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The ruling's id, made by the form.
    pub id: String,
    /// The offer.
    pub offer_id: OfferId,
    /// It no longer takes part.
    pub excluded: bool,
    /// The ratio that counts; empty when the offered one does.
    pub ratio: String,
    /// Why.
    pub reason: String,
}

/// Records what the bureau found about an opened offer; the next computing takes it into account. The offer
/// and its price stay as they were opened.
pub fn rule_on(tx: &mut Tx, ctx: &Ctx, round: &RoundId, found: Finding) -> Result<()> {
    store::hold_round(tx, round)?;
    publicity::in_evaluation(&rounds::round(tx.conn(), round)?)?;
    match store::place_of_offer(tx.conn(), &found.offer_id)? {
        Some((of, _)) if of == *round => {}
        _ => return Err(Error::NotFound),
    }
    let known = store::rulings_of(tx.conn(), round)?;
    if known.iter().any(|ruling| ruling.id == found.id) {
        return Ok(());
    }
    let earlier = known.into_iter().rev().find(|ruling| ruling.offer_id == found.offer_id);
    let ruling = Ruling {
        id: found.id,
        offer_id: found.offer_id,
        round_id: round.clone(),
        excluded: found.excluded,
        ratio: ratio(&found.ratio)?,
        reason: publicity::text(&found.reason, "reason")?,
        account_id: ctx.actor.account.clone(),
        at: ctx.now,
    };
    let was = earlier.as_ref().map_or((false, ""), |it| (it.excluded, it.ratio.as_str()));
    if was == (ruling.excluded, ruling.ratio.as_str()) {
        return Err(Error::refused(Refused::NoRuling));
    }
    store::insert_ruling(tx, &ruling)?;
    let deed = Deed { action: "offer.rule", subject: "offers", id: ruling.offer_id.as_str() };
    audit::record(tx, ctx, deed, &was, &(ruling.excluded, &ruling.ratio, &ruling.reason))
}

fn ratio(text: &str) -> Result<String> {
    let (least, most) = rules::RATIOS;
    match parse_decimal(text) {
        _ if text.trim().is_empty() => Ok(String::new()),
        Ok(ratio) if ratio >= least && ratio <= most => Ok(ratio.normalize().to_string()),
        _ => Err(Error::refused(Refused::Ratio(text.to_owned()))),
    }
}
