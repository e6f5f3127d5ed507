//! The opening: the openers give their keys, every envelope is checked against its receipt, and offers come out.
//!
//! Whoever comes first has his shares opened and held, encrypted, for half an hour; fewer than are needed reveal
//! nothing. With the last one needed everything is opened in one transaction, and the held shares are gone.

use serde::Serialize;
use zeroize::Zeroizing;

use crate::audit::{self, Deed};
use crate::bids::closing::{self, Kept};
use crate::bids::content::Content;
use crate::bids::rules::{self, CONFIRM_MILLIS, Refused, Step};
use crate::bids::{EnvelopeState, HeldShares, Offer, Opener, Receipt, seal, store};
use crate::credit::standing;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::notify::{self, Letter};
use crate::people::{self, Role};
use crate::rounds::openers::key::Key;
use crate::rounds::openers::{self, Named};
use crate::rounds::{self, Round, RoundState};
use crate::signing::Signer;
use crate::types::{AccountId, Ctx, EnvelopeId, OfferId, OrganisationId, RoundId};

/// What a confirmation brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirmed {
    /// It waits for so many others.
    Waits(usize),
    /// The round was opened.
    Opened {
        /// How many offers came out.
        offers: usize,
    },
}

/// The answer to a confirmation. A refusal is recorded in the trail, so it comes back inside: the record must stay.
type Answer = std::result::Result<Confirmed, Refused>;

/// Confirms the opening of a round with an opener's key; with the last one needed the round is opened in this
/// transaction.
pub fn confirm_opening(
    tx: &mut Tx,
    ctx: &Ctx,
    signer: &Signer,
    id: &RoundId,
    key: Option<&Key>,
) -> Result<Answer> {
    let round = rounds::round(tx.conn(), id)?;
    let me = ctx.actor.account.clone().ok_or(Error::Forbidden)?;
    let named = openers::named(tx.conn(), id)?;
    let answer = match (rules::may_open(&round, ctx.now), named) {
        (Err(why), _) => Err(why),
        (Ok(()), Some(named)) => with_key(tx, ctx, signer, &round, &named, me, key)?,
        (Ok(()), None) => without_key(tx, ctx, &round, me)?,
    };
    if let Err(why) = &answer {
        let deed = Deed { action: "bid.opening_refused", subject: "rounds", id: id.as_str() };
        audit::record(tx, ctx, deed, &(), &format!("{why:?}"))?;
    }
    Ok(answer)
}

/// Forgets the shares of openers whose half hour is over.
pub fn forget_lapsed(tx: &mut Tx, ctx: &Ctx) -> Result<usize> {
    store::delete_held_until(tx, ctx.now.plus_millis(-CONFIRM_MILLIS))
}

fn with_key(
    tx: &mut Tx,
    ctx: &Ctx,
    signer: &Signer,
    round: &Round,
    named: &Named,
    me: AccountId,
    key: Option<&Key>,
) -> Result<Answer> {
    forget_lapsed(tx, ctx)?;
    if named.seat(&me).is_none() {
        return Ok(Err(Refused::Key(openers::Refused::NotAnOpener)));
    }
    let Some(key) = key else { return Ok(Err(Refused::Key(openers::Refused::NotAKey))) };
    if let Err(why) = openers::holding(tx.conn(), named, &me, key)? {
        return Ok(Err(Refused::Key(why)));
    }
    let mut standing = match closing::checked(tx.conn(), &round.id)? {
        Ok(all) => all,
        Err(why) => return Ok(Err(why)),
    };
    standing.retain(|kept| kept.envelope.receipt.state == EnvelopeState::Standing);
    let mine = match shares_of(tx, key, &standing)? {
        Ok(mine) => mine,
        Err(why) => return Ok(Err(why)),
    };
    let mut held = Vec::new();
    for it in store::held(tx.conn(), &round.id)? {
        if it.account_id == me {
            return Ok(Err(Refused::SamePerson(it.at.plus_millis(CONFIRM_MILLIS))));
        }
        held.extend(release(signer, &it).map(|shares| (it.account_id, shares)));
    }
    let needed = usize::from(named.needed());
    if held.len() + 1 < needed {
        hold(tx, ctx, signer, round, &me, &mine)?;
        put(tx, ctx, round, &me)?;
        return Ok(Ok(Confirmed::Waits(needed - held.len() - 1)));
    }
    held.truncate(needed - 1);
    let (mut people, mut given): (Vec<_>, Vec<_>) = held.into_iter().unzip();
    people.push(me);
    given.push(mine);
    let opened = match open_all(tx, round, &standing, &given, named.needed())? {
        Ok(opened) => opened,
        Err(why) => return Ok(Err(why)),
    };
    enter(tx, ctx, round, &people, opened).map(Ok)
}

/// The plain shares of one opener, in the order of the standing envelopes; nothing for one that was only framed.
type Shares = Vec<Zeroizing<Vec<u8>>>;

fn shares_of(tx: &mut Tx, key: &Key, standing: &[Kept]) -> Result<std::result::Result<Shares, Refused>> {
    let mut found = Vec::new();
    for kept in standing {
        let receipt = &kept.envelope.receipt;
        if !seal::is_encrypted(&kept.envelope.sealed) {
            found.push(Zeroizing::new(Vec::new()));
            continue;
        }
        let share = kept.shares.iter().find(|share| share.public_key == key.public());
        match share.and_then(|share| seal::open_share(key, &share.share, &associated(receipt))) {
            Some(share) => found.push(share),
            None => return Ok(Err(tampered(tx, receipt)?)),
        }
    }
    Ok(Ok(found))
}

fn associated(receipt: &Receipt) -> Vec<u8> {
    seal::associated(&receipt.round_id, &receipt.id, &receipt.sha256)
}

fn tampered(tx: &mut Tx, receipt: &Receipt) -> Result<Refused> {
    Ok(Refused::Tampered {
        company: people::store::organisation_name(tx.conn(), &receipt.supplier_id)?,
        seq: receipt.seq,
    })
}

/// The secret and the binding under which shares are held. The secret is not in the database: whatever a database
/// keeps of deleted rows is of no use without the platform's key file.
fn holding(signer: &Signer, round: &RoundId, account: &AccountId) -> (Zeroizing<[u8; 32]>, Vec<u8>) {
    (signer.secret_for("jicai-held-shares-1"), format!("{round}\n{account}\n").into_bytes())
}

fn hold(
    tx: &mut Tx,
    ctx: &Ctx,
    signer: &Signer,
    round: &Round,
    me: &AccountId,
    shares: &Shares,
) -> Result<()> {
    let (secret, associated) = holding(signer, &round.id, me);
    let mut plain = Zeroizing::new(Vec::new());
    for share in shares {
        plain.push(u8::try_from(share.len()).map_err(Error::fault_of)?);
        plain.extend_from_slice(share);
    }
    let it = HeldShares {
        round_id: round.id.clone(),
        account_id: me.clone(),
        at: ctx.now,
        shares: seal::encrypt(&secret, &plain, &associated)?,
    };
    store::put_held(tx, &it)
}

/// Held shares; `None` when the platform's key has changed since: then that opener confirms again.
fn release(signer: &Signer, held: &HeldShares) -> Option<Shares> {
    let (secret, associated) = holding(signer, &held.round_id, &held.account_id);
    let plain = Zeroizing::new(seal::decrypt(&secret, &held.shares, &associated)?);
    let (mut rest, mut shares) = (plain.as_slice(), Vec::new());
    while let Some((length, after)) = rest.split_first() {
        let (share, after) = after.split_at_checked(usize::from(*length))?;
        shares.push(Zeroizing::new(share.to_vec()));
        rest = after;
    }
    Some(shares)
}

/// An opened envelope.
struct OpenedEnvelope {
    receipt: Receipt,
    bytes: Vec<u8>,
    content: Content,
}

type Opened = std::result::Result<Vec<OpenedEnvelope>, Refused>;

/// Every standing envelope's content, or the first that is not what its receipt says: then none is opened.
fn open_all(tx: &mut Tx, round: &Round, standing: &[Kept], given: &[Shares], needed: u8) -> Result<Opened> {
    let lots = rounds::lots_of(tx.conn(), &round.id)?;
    let mut opened = Vec::new();
    for (at, kept) in standing.iter().enumerate() {
        let (receipt, blob) = (&kept.envelope.receipt, &kept.envelope.sealed);
        let bytes = if seal::is_encrypted(blob) {
            let shares: Vec<&[u8]> =
                given.iter().filter_map(|of| of.get(at)).map(|share| share.as_slice()).collect();
            seal::open(blob, &associated(receipt), &shares, needed)
        } else {
            seal::open_framed(blob)
        };
        let content = bytes.and_then(|bytes| rules::content(receipt, &bytes).map(|content| (bytes, content)));
        let Some((bytes, content)) = content else { return Ok(Err(tampered(tx, receipt)?)) };
        if let Err(Refused::LotsChanged(lot)) = rules::fits(&content, &lots) {
            let company = people::store::organisation_name(tx.conn(), &receipt.supplier_id)?;
            return Ok(Err(Refused::LotGone { company, lot }));
        }
        opened.push(OpenedEnvelope { receipt: receipt.clone(), bytes, content });
    }
    Ok(Ok(opened))
}

/// A round of an earlier version has envelopes that were only framed and no openers: two people open it together,
/// one of them an officer.
fn without_key(tx: &mut Tx, ctx: &Ctx, round: &Round, me: AccountId) -> Result<Answer> {
    let standing = match closing::checked(tx.conn(), &round.id)? {
        Ok(all) => all,
        Err(why) => return Ok(Err(why)),
    };
    let am_officer = is_officer(tx, &me)?;
    let earlier = store::openers(tx.conn(), &round.id)?
        .into_iter()
        .map(|opener| is_officer(tx, &opener.account_id).map(|officer| (opener, officer)))
        .collect::<Result<Vec<_>>>()?;
    let other = match rules::confirm(&earlier, &me, am_officer, ctx.now) {
        Ok(Step::First) => {
            put(tx, ctx, round, &me)?;
            return Ok(Ok(Confirmed::Waits(1)));
        }
        Ok(Step::Second(other)) => other,
        Err(why) => return Ok(Err(why)),
    };
    let is_standing = |kept: &Kept| kept.envelope.receipt.state == EnvelopeState::Standing;
    let standing: Vec<Kept> = standing.into_iter().filter(is_standing).collect();
    match open_all(tx, round, &standing, &[], 0)? {
        Ok(opened) => enter(tx, ctx, round, &[other, me], opened).map(Ok),
        Err(why) => Ok(Err(why)),
    }
}

fn is_officer(tx: &mut Tx, account: &AccountId) -> Result<bool> {
    let roles = people::store::roles(tx.conn(), account)?;
    Ok(roles.contains(&Role::Officer))
}

fn put(tx: &mut Tx, ctx: &Ctx, round: &Round, me: &AccountId) -> Result<()> {
    let it = Opener { round_id: round.id.clone(), account_id: me.clone(), at: ctx.now };
    store::put_opener(tx, &it)?;
    let deed = Deed { action: "bid.opening_confirm", subject: "rounds", id: round.id.as_str() };
    audit::record(tx, ctx, deed, &(), &ctx.now)
}

/// Moves the round on and enters what came out. `people` are those who opened, the actor last.
fn enter(
    tx: &mut Tx,
    ctx: &Ctx,
    round: &Round,
    people: &[AccountId],
    opened: Vec<OpenedEnvelope>,
) -> Result<Confirmed> {
    // First of all writes: whoever opens at the same moment loses here and finds the round opened.
    rounds::advance(tx, ctx, &round.id, RoundState::Evaluation)?;
    let (me, others) = people.split_last().ok_or(Error::Forbidden)?;
    store::put_opener(tx, &Opener { round_id: round.id.clone(), account_id: me.clone(), at: ctx.now })?;
    store::keep_openers(tx, &round.id, people)?;
    store::delete_held(tx, &round.id)?;
    let lots = rounds::lots_of(tx.conn(), &round.id)?;
    let mut count = 0;
    for it in &opened {
        // Suspended after the bid was sealed: the offer is opened like every other, so that nobody's bid is lost to a
        // rating that may be corrected, and marked with the rating. An officer excludes it by a ruling with its reason.
        let bars = standing::bidding(tx.conn(), &it.receipt.supplier_id, ctx.now.day())?;
        store::set_state(tx, &it.receipt.id, EnvelopeState::Opened)?;
        store::insert_content(tx, &it.receipt, &it.bytes)?;
        for offer in offers_of(&it.receipt.id, &it.content) {
            store::insert_offer(tx, &offer)?;
            let lot = lots.iter().find(|lot| lot.id == offer.lot_id);
            let barred = lot.and_then(|lot| bars.lot(&lot.code, &lot.generic, &lot.generic_key));
            if let Some(barred) = barred {
                store::mark_barred(tx, ctx, &offer.id, &barred.rating.id)?;
            }
            count += 1;
        }
    }
    record(tx, ctx, round, others)?;
    write_letters(tx, ctx, round, opened.iter().map(|it| &it.receipt.supplier_id))?;
    Ok(Confirmed::Opened { offers: count })
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
        current_price: line.current_price,
    };
    content.lines.iter().map(offer).collect()
}

/// What the trail says of each envelope once it may be known whose it is.
#[derive(Serialize)]
struct Revealed<'a> {
    #[serde(flatten)]
    facts: super::Facts<'a>,
    supplier: &'a OrganisationId,
    account: &'a Option<AccountId>,
}

fn record(tx: &mut Tx, ctx: &Ctx, round: &Round, others: &[AccountId]) -> Result<()> {
    let receipts = store::receipts(tx.conn(), &round.id)?;
    let named: Vec<Revealed> = receipts
        .iter()
        .map(|r| Revealed { facts: r.facts(), supplier: &r.supplier_id, account: &r.account_id })
        .collect();
    let deed = Deed { action: "bid.open", subject: "rounds", id: round.id.as_str() };
    audit::record(tx, ctx, deed, &others, &named)
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
