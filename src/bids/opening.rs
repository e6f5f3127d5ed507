//! The opening: two people confirm, every envelope is checked against its receipt, and offers come out.

use serde::Serialize;

use crate::audit::{self, Deed};
use crate::bids::content::Content;
use crate::bids::rules::{self, Refused, Step};
use crate::bids::{EnvelopeState, Offer, Opener, store};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::notify::{self, Letter};
use crate::people::{self, Role};
use crate::rounds::{self, Round, RoundState};
use crate::types::{AccountId, Ctx, EnvelopeId, OfferId, OrganisationId, RoundId};

/// What a confirmation brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirmed {
    /// It waits for a second person.
    First,
    /// The round was opened.
    Opened {
        /// How many offers came out.
        offers: usize,
    },
}

/// Confirms the opening of a round; with the second person's confirmation it is opened in this transaction. A
/// refusal is recorded in the trail, so the answer comes back inside: the record must stay.
pub fn confirm_opening(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &RoundId,
) -> Result<std::result::Result<Confirmed, Refused>> {
    let round = rounds::round(tx.conn(), id)?;
    let me = ctx.actor.account.clone().ok_or(Error::Forbidden)?;
    let am_officer = is_officer(tx, &me)?;
    let earlier = store::openers(tx.conn(), id)?
        .into_iter()
        .map(|opener| is_officer(tx, &opener.account_id).map(|officer| (opener, officer)))
        .collect::<Result<Vec<_>>>()?;
    let step =
        rules::may_open(&round, ctx.now).and_then(|()| rules::confirm(&earlier, &me, am_officer, ctx.now));
    let answer = match step {
        Ok(Step::First) => first(tx, ctx, &round, me).map(|()| Ok(Confirmed::First))?,
        Ok(Step::Second(other)) => second(tx, ctx, round, [other, me])?,
        Err(why) => Err(why),
    };
    if let Err(why) = &answer {
        let deed = Deed { action: "bid.opening_refused", subject: "rounds", id: id.as_str() };
        audit::record(tx, ctx, deed, &(), &format!("{why:?}"))?;
    }
    Ok(answer)
}

fn is_officer(tx: &mut Tx, account: &AccountId) -> Result<bool> {
    let roles = people::store::roles(tx.conn(), account)?;
    Ok(roles.contains(&Role::Officer))
}

fn first(tx: &mut Tx, ctx: &Ctx, round: &Round, me: AccountId) -> Result<()> {
    store::put_opener(tx, &Opener { round_id: round.id.clone(), account_id: me, at: ctx.now })?;
    let deed = Deed { action: "bid.opening_confirm", subject: "rounds", id: round.id.as_str() };
    audit::record(tx, ctx, deed, &(), &ctx.now)
}

fn second(
    tx: &mut Tx,
    ctx: &Ctx,
    round: Round,
    two: [AccountId; 2],
) -> Result<std::result::Result<Confirmed, Refused>> {
    let opened = match unseal_all(tx, &round.id)? {
        Ok(opened) => opened,
        Err(why) => return Ok(Err(why)),
    };
    // First of all writes: whoever opens at the same moment loses here and finds the round opened.
    rounds::advance(tx, ctx, &round.id, RoundState::Evaluation)?;
    let [other, me] = two;
    store::put_opener(tx, &Opener { round_id: round.id.clone(), account_id: me.clone(), at: ctx.now })?;
    store::keep_openers(tx, &round.id, [&other, &me])?;
    let mut count = 0;
    for (envelope, content) in &opened {
        store::set_state(tx, envelope, EnvelopeState::Opened)?;
        for offer in offers_of(envelope, content) {
            store::insert_offer(tx, &offer)?;
            count += 1;
        }
    }
    record(tx, ctx, &round, &other)?;
    write_letters(tx, ctx, &round, opened.iter().map(|(_, content)| &content.supplier_id))?;
    Ok(Ok(Confirmed::Opened { offers: count }))
}

/// Every standing envelope's content, or the first that is not what its receipt says: then none is opened.
type Unsealed = std::result::Result<Vec<(EnvelopeId, Content)>, Refused>;

fn unseal_all(tx: &mut Tx, round: &RoundId) -> Result<Unsealed> {
    let lots = rounds::lots_of(tx.conn(), round)?;
    let mut opened = Vec::new();
    for envelope in store::standing(tx.conn(), round)? {
        let supplier = &envelope.receipt.supplier_id;
        let mut company = || -> Result<String> {
            let found = people::store::organisation(tx.conn(), supplier)?;
            Ok(found.map(|organisation| organisation.name).unwrap_or_default())
        };
        let Some(content) = rules::unseal(&envelope) else {
            return Ok(Err(Refused::Tampered { company: company()?, seq: envelope.receipt.seq }));
        };
        if let Err(Refused::LotsChanged(lot)) = rules::fits(&content, &lots) {
            return Ok(Err(Refused::LotGone { company: company()?, lot }));
        }
        opened.push((envelope.receipt.id, content));
    }
    Ok(Ok(opened))
}

fn offers_of(envelope: &EnvelopeId, content: &Content) -> Vec<Offer> {
    let offer = |line: &super::Line| Offer {
        id: OfferId::new(),
        round_id: content.round_id.clone(),
        lot_id: line.lot_id.clone(),
        envelope_id: envelope.clone(),
        supplier_id: content.supplier_id.clone(),
        product: line.product.clone(),
        spec: line.spec.clone(),
        unit_price: line.unit_price,
        ratio: line.ratio.to_string(),
        capacity: line.capacity,
        sales: line.sales,
        kind: line.kind,
        accepts_revival: line.accepts_revival,
        supplies_all: line.supplies_all,
    };
    content.lines.iter().map(offer).collect()
}

/// What the trail says of each envelope once it may be known whose it is.
#[derive(Serialize)]
struct Named<'a> {
    #[serde(flatten)]
    facts: super::Facts<'a>,
    supplier: &'a OrganisationId,
    account: &'a Option<AccountId>,
}

fn record(tx: &mut Tx, ctx: &Ctx, round: &Round, other: &AccountId) -> Result<()> {
    let receipts = store::receipts(tx.conn(), &round.id)?;
    let named: Vec<Named> = receipts
        .iter()
        .map(|r| Named { facts: r.facts(), supplier: &r.supplier_id, account: &r.account_id })
        .collect();
    let deed = Deed { action: "bid.open", subject: "rounds", id: round.id.as_str() };
    audit::record(tx, ctx, deed, &other, &named)
}

fn write_letters<'a>(
    tx: &mut Tx,
    ctx: &Ctx,
    round: &Round,
    suppliers: impl Iterator<Item = &'a OrganisationId>,
) -> Result<()> {
    let letter = Letter::BidsOpened {
        number: round.number.clone(),
        title: round.title.clone(),
        path: format!("/rounds/{}/bids", round.id),
    };
    let mut readers = people::recipients_with(tx.conn(), Role::Officer)?;
    readers.extend(people::recipients_with(tx.conn(), Role::Reviewer)?);
    for supplier in suppliers {
        readers.extend(people::recipients(tx.conn(), supplier)?);
    }
    for reader in readers {
        notify::post(tx, ctx, &reader, &letter, &format!("bids_opened:{}", round.id))?;
    }
    Ok(())
}
