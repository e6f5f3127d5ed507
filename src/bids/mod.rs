//! Bids: envelopes sealed to the keys of their openers, signed receipts, and the opening.

mod closing;
pub mod content;
pub mod import;
pub mod merkle;
mod opening;
pub mod receipts;
pub mod rules;
pub mod seal;
pub mod store;
pub mod submissions;

use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::credit::standing;
use crate::db::{self, Conn, Tx};
use crate::error::{Error, Result};
use crate::people;
use crate::rounds::openers::{self as panel, Named};
use crate::rounds::{self, Round};
use crate::schema::{
    envelope_shares, envelopes, held_shares, offers, openers, receipt_roots, refused_envelopes,
    signed_receipts,
};
use crate::signing::Signer;
use crate::types::{
    AccountId, Ctx, EnvelopeId, LotId, OfferId, OrganisationId, Quantity, RoundId, Time, UnitPrice, sha256,
};

pub use closing::{close_due, inclusion};
pub use content::{Content, Line};
pub use opening::{Confirmed, confirm_opening, forget_lapsed};
pub use receipts::{Signed, Statement};
pub use rules::{BadCell, Refused};

crate::words! {
    /// Where an envelope is.
    EnvelopeState {
        /// The supplier's bid.
        Standing = "standing",
        /// A later one took its place.
        Replaced = "replaced",
        /// Taken back by the supplier.
        Withdrawn = "withdrawn",
        /// Opened by its openers.
        Opened = "opened",
    }

    /// What is offered.
    OfferKind {
        /// The reference drug (参比制剂).
        Reference = "reference",
        /// A generic.
        Generic = "generic",
    }

    /// Why an envelope was refused.
    RefusedReason {
        /// It came at or after the closing moment.
        Late = "late",
    }
}

/// What is known of an envelope without opening it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = envelopes)]
pub struct Receipt {
    /// The envelope's id, from the form that made it.
    pub id: EnvelopeId,
    /// For which round.
    pub round_id: RoundId,
    /// By whom.
    pub supplier_id: OrganisationId,
    /// Its number in the round, from 1 without a gap.
    pub seq: i32,
    /// Where it is.
    pub state: EnvelopeState,
    /// SHA-256 over nonce and content.
    pub sha256: String,
    /// How many lots it bids for.
    pub lines: i32,
    /// When it was received, by the server's clock.
    pub received_at: Time,
    /// Who submitted it.
    pub account_id: Option<AccountId>,
}

/// An envelope with its sealed content. It has no `Debug`, so that the blob reaches no log.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = envelopes)]
pub struct Envelope {
    /// What is known without opening it.
    #[diesel(embed)]
    pub receipt: Receipt,
    /// The sealed content ([`seal`]).
    pub sealed: Vec<u8>,
}

/// One opener's share of an envelope's key, sealed to that opener.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = envelope_shares)]
pub struct Share {
    /// Of which envelope.
    pub envelope_id: EnvelopeId,
    /// The opener's public key.
    pub public_key: String,
    /// Of which round.
    pub round_id: RoundId,
    /// The sealed share.
    pub share: Vec<u8>,
}

/// A receipt's text with the platform's signature.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = signed_receipts)]
pub struct SignedReceipt {
    /// Of which envelope.
    pub envelope_id: EnvelopeId,
    /// Of which round.
    pub round_id: RoundId,
    /// The text ([`Statement`]).
    pub text: String,
    /// The signature.
    pub signature: String,
    /// The public key it was signed with.
    pub signing_key: String,
}

/// The Merkle root over a round's receipts, published at the deadline.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = receipt_roots)]
pub struct Root {
    /// Of which round.
    pub round_id: RoundId,
    /// Over how many receipts.
    pub count: i32,
    /// The root, as hexadecimal.
    pub root: String,
    /// When it was computed.
    pub closed_at: Time,
}

/// The shares of an opener who confirmed, until the others have too. It has no `Debug`.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = held_shares)]
pub struct HeldShares {
    /// Of which round.
    pub round_id: RoundId,
    /// Whose.
    pub account_id: AccountId,
    /// When that person confirmed.
    pub at: Time,
    /// The shares, encrypted under a secret that is not in the database.
    pub shares: Vec<u8>,
}

/// An envelope that came too late; its content was not kept.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = refused_envelopes)]
pub struct RefusedEnvelope {
    /// The id, from the form.
    pub id: EnvelopeId,
    /// For which round.
    pub round_id: RoundId,
    /// By whom.
    pub supplier_id: OrganisationId,
    /// SHA-256 over a nonce (told to the supplier only) and what was received.
    pub sha256: String,
    /// When it was received, by the server's clock.
    pub received_at: Time,
    /// Why it was refused.
    pub reason: RefusedReason,
}

/// One person's confirmation of the opening.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = openers)]
pub struct Opener {
    /// Of which round.
    pub round_id: RoundId,
    /// Who.
    pub account_id: AccountId,
    /// When.
    pub at: Time,
}

/// One opened offer: one supplier for one lot, with one product.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = offers)]
pub struct Offer {
    /// Its id.
    pub id: OfferId,
    /// Of which round.
    pub round_id: RoundId,
    /// For which lot.
    pub lot_id: LotId,
    /// Out of which envelope.
    pub envelope_id: EnvelopeId,
    /// By whom.
    pub supplier_id: OrganisationId,
    /// The product offered.
    pub product: String,
    /// Its spec.
    pub spec: String,
    /// Yuan for one unit of that spec.
    pub unit_price: UnitPrice,
    /// Price ratio of that spec to the comparable spec (差比价系数): an exact decimal as text.
    pub ratio: String,
    /// The most it can supply in a year.
    pub capacity: Option<Quantity>,
    /// Sales of the last year.
    pub sales: Option<Quantity>,
    /// Reference drug or generic.
    pub kind: OfferKind,
    /// Whether it accepts a revival price.
    pub accepts_revival: bool,
    /// Whether the company can supply all regions.
    pub supplies_all: bool,
    /// What a unit of its spec is listed at now (现行挂网价), where the rules rank by cut.
    pub current_price: Option<UnitPrice>,
}

/// What anybody may know of a round's bids before the opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Envelopes that stand, or were opened.
    pub standing: i64,
    /// Late ones refused.
    pub refused: i64,
}

/// What the trail keeps of an envelope: never a price.
#[derive(Serialize)]
struct Facts<'a> {
    seq: i32,
    state: EnvelopeState,
    sha256: &'a str,
    lines: i32,
    received_at: Time,
}

impl From<SignedReceipt> for Signed {
    fn from(row: SignedReceipt) -> Self {
        Self { text: row.text, signature: row.signature, key: row.signing_key }
    }
}

impl Receipt {
    fn facts(&self) -> Facts<'_> {
        Facts {
            seq: self.seq,
            state: self.state,
            sha256: &self.sha256,
            lines: self.lines,
            received_at: self.received_at,
        }
    }
}

/// Until the opening the trail does not name the bidder, because even who bids is sealed: the link carries the
/// receipt's hash, and the link of the opening says whose each hash is.
fn unnamed(ctx: &Ctx) -> Ctx {
    Ctx::system(ctx.now, "sealed bid")
}

/// Places a sealed envelope; the supplier's standing one gives way. The same form twice is one envelope. A late
/// one is refused and recorded, so the answer comes back inside: the record must stay.
pub fn place(
    tx: &mut Tx,
    ctx: &Ctx,
    signer: &Signer,
    id: &EnvelopeId,
    content: &Content,
) -> Result<std::result::Result<Receipt, Refused>> {
    let round = rounds::round(tx.conn(), &content.round_id)?;
    let bytes = content.bytes()?;
    if let Some(known) = store::receipt(tx.conn(), id)? {
        return same_form(known, content, &sha256(&bytes));
    }
    if let Err(why) = rules::may_bid(&round, ctx.now) {
        if matches!(why, Refused::Late(_)) {
            refuse_late(tx, ctx, id, &round, &content.supplier_id, &sha256(&bytes))?;
        }
        return Ok(Err(why));
    }
    let lots = rounds::lots_of(tx.conn(), &round.id)?;
    rules::fits(content, &lots).map_err(Error::refused)?;
    let bars = standing::bidding(tx.conn(), &content.supplier_id, ctx.now.day())?;
    if let Err(why) = rules::is_free_for(&bars, content, &lots) {
        return Ok(Err(why));
    }
    let named = match panel::ready(tx.conn(), &round.id)? {
        Ok(named) => named,
        Err(_) => return Ok(Err(Refused::NoKeys)),
    };
    // First of all writes: two bids at one moment queue here.
    let seq = db::next_number(tx, &format!("bids:{}", round.id))?;
    let before = store::receipts_of(tx.conn(), &round.id, &content.supplier_id)?
        .into_iter()
        .find(|r| r.state == EnvelopeState::Standing);
    if let Some(before) = &before {
        store::set_state(tx, &before.id, EnvelopeState::Replaced)?;
    }
    let too_many = |_| Error::fault("more envelopes or lines than can be counted");
    let receipt = Receipt {
        id: id.clone(),
        round_id: round.id.clone(),
        supplier_id: content.supplier_id.clone(),
        seq: i32::try_from(seq).map_err(too_many)?,
        state: EnvelopeState::Standing,
        sha256: sha256(&bytes),
        lines: i32::try_from(content.lines.len()).map_err(too_many)?,
        received_at: ctx.now,
        account_id: ctx.actor.account.clone(),
    };
    let sealed_sha256 = keep(tx, &receipt, &bytes, &named)?;
    panel::mark_used(tx, ctx, &named)?;
    sign(tx, signer, &round, &receipt, sealed_sha256)?;
    let deed = Deed { action: "bid.place", subject: "envelopes", id: id.as_str() };
    audit::record(tx, &unnamed(ctx), deed, &before.as_ref().map(Receipt::facts), &receipt.facts())?;
    Ok(Ok(receipt))
}

/// Seals a content to the openers' keys and keeps what came of it; its hash.
fn keep(tx: &mut Tx, receipt: &Receipt, content: &[u8], named: &Named) -> Result<String> {
    let associated = seal::associated(&receipt.round_id, &receipt.id, &receipt.sha256);
    let keys = named.keys();
    let sealed = seal::seal(content, &associated, &keys, named.needed())?;
    let shares = || keys.iter().copied().zip(sealed.shares.iter().map(Vec::as_slice));
    let hash = seal::hash(&sealed.blob, shares());
    store::insert_envelope(tx, &Envelope { receipt: receipt.clone(), sealed: sealed.blob.clone() })?;
    for (public, share) in shares() {
        let row = Share {
            envelope_id: receipt.id.clone(),
            public_key: public.to_owned(),
            round_id: receipt.round_id.clone(),
            share: share.to_vec(),
        };
        store::insert_share(tx, &row)?;
    }
    Ok(hash)
}

/// Signs the receipt of an envelope.
fn sign(tx: &mut Tx, signer: &Signer, round: &Round, receipt: &Receipt, sealed_sha256: String) -> Result<()> {
    let supplier = people::store::organisation(tx.conn(), &receipt.supplier_id)?.ok_or(Error::NotFound)?;
    let statement = Statement {
        round: round.id.clone(),
        number: round.number.clone(),
        envelope: receipt.id.clone(),
        sequence: receipt.seq,
        supplier: supplier.code,
        received_at: receipt.received_at,
        lines: receipt.lines,
        content_sha256: receipt.sha256.clone(),
        sealed_sha256,
    };
    let signed = Signed::new(&statement, signer);
    let row = SignedReceipt {
        envelope_id: receipt.id.clone(),
        round_id: round.id.clone(),
        text: signed.text,
        signature: signed.signature,
        signing_key: signed.key,
    };
    store::insert_signed(tx, &row)
}

/// A form sent again is the same envelope; a form changed and sent again must not pass silently for a new bid.
/// Nobody can read the first, but the form carries the nonce of its content: the same form has the same hash.
fn same_form(
    known: Receipt,
    content: &Content,
    sha256: &str,
) -> Result<std::result::Result<Receipt, Refused>> {
    if known.supplier_id != content.supplier_id || known.round_id != content.round_id {
        return Err(Error::NotFound);
    }
    Ok(if known.sha256 == sha256 { Ok(known) } else { Err(Refused::FormUsed(known.seq)) })
}

/// Records that something came too late. `sha256` is over a nonce and what came, so it is no way to a price.
pub fn refuse_late(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &EnvelopeId,
    round: &Round,
    supplier: &OrganisationId,
    sha256: &str,
) -> Result<()> {
    let late = RefusedEnvelope {
        id: id.clone(),
        round_id: round.id.clone(),
        supplier_id: supplier.clone(),
        sha256: sha256.to_owned(),
        received_at: ctx.now,
        reason: RefusedReason::Late,
    };
    if !store::insert_refused(tx, &late)? {
        return Ok(());
    }
    let deed = Deed { action: "bid.refuse_late", subject: "refused_envelopes", id: id.as_str() };
    audit::record(tx, &unnamed(ctx), deed, &(), &(late.reason, &late.sha256, late.received_at))
}

/// Takes back a supplier's standing envelope.
pub fn withdraw(tx: &mut Tx, ctx: &Ctx, supplier: &OrganisationId, id: &EnvelopeId) -> Result<()> {
    let before = receipt(tx.conn(), supplier, id)?;
    if before.state == EnvelopeState::Withdrawn {
        return Ok(());
    }
    let round = rounds::round(tx.conn(), &before.round_id)?;
    rules::may_bid(&round, ctx.now).map_err(|why| match why {
        Refused::Late(to) => Error::refused(Refused::LateWithdraw(to)),
        other => Error::refused(other),
    })?;
    if before.state != EnvelopeState::Standing {
        return Err(Error::refused(Refused::NotStanding(before.seq)));
    }
    store::set_state(tx, id, EnvelopeState::Withdrawn)?;
    let after = Receipt { state: EnvelopeState::Withdrawn, ..before.clone() };
    let deed = Deed { action: "bid.withdraw", subject: "envelopes", id: id.as_str() };
    audit::record(tx, &unnamed(ctx), deed, &before.facts(), &after.facts())
}

/// A supplier's own receipt; anybody else's does not exist.
pub fn receipt(conn: &mut Conn, supplier: &OrganisationId, id: &EnvelopeId) -> Result<Receipt> {
    store::receipt(conn, id)?.filter(|r| r.supplier_id == *supplier).ok_or(Error::NotFound)
}

/// The signed receipt of an envelope, if it has one: those of earlier versions get theirs at the deadline.
pub fn signed_receipt(conn: &mut Conn, id: &EnvelopeId) -> Result<Option<Signed>> {
    Ok(store::signed_of(conn, id)?.map(Signed::from))
}

/// The content of a supplier's own envelope, for that supplier's eyes only. Until the opening nobody can read
/// it, the platform included.
pub fn own_content(
    conn: &mut Conn,
    supplier: &OrganisationId,
    id: &EnvelopeId,
) -> Result<(Receipt, Option<Content>)> {
    let receipt = receipt(conn, supplier, id)?;
    let bytes = match store::content(conn, id)? {
        Some(bytes) => Some(bytes),
        // An envelope of an earlier version, which only framed its content.
        None => store::envelope(conn, id)?.and_then(|e| seal::open_framed(&e.sealed)),
    };
    let content = match bytes {
        None => None,
        Some(bytes) => Some(
            rules::content(&receipt, &bytes)
                .ok_or_else(|| Error::fault(format!("envelope {id} does not match its receipt")))?,
        ),
    };
    Ok((receipt, content))
}

/// The opened offers of a round, by lot and supplier; none before the opening.
pub fn offers(conn: &mut Conn, round: &RoundId) -> Result<Vec<Offer>> {
    store::offers(conn, round)
}

/// How many envelopes stand and how many came late.
pub fn counts(conn: &mut Conn, round: &RoundId) -> Result<Counts> {
    let standing = store::count(conn, round, EnvelopeState::Standing)?
        + store::count(conn, round, EnvelopeState::Opened)?;
    Ok(Counts { standing, refused: store::count_refused(conn, round)? })
}
