//! Bids: sealed envelopes with receipts, and the opening by two people.

pub mod content;
pub mod import;
mod opening;
pub mod rules;
pub mod seal;
pub mod store;

use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::{self, Conn, Tx};
use crate::error::{Error, Result};
use crate::rounds::{self, Round};
use crate::schema::{envelopes, offers, openers, refused_envelopes};
use crate::types::{
    AccountId, Ctx, EnvelopeId, LotId, OfferId, OrganisationId, Quantity, RoundId, Time, UnitPrice, sha256,
};

pub use content::{Content, Line};
pub use opening::{Confirmed, confirm_opening};
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
        /// Opened by two people.
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
    id: &EnvelopeId,
    content: &Content,
) -> Result<std::result::Result<Receipt, Refused>> {
    let round = rounds::round(tx.conn(), &content.round_id)?;
    let bytes = content.bytes()?;
    if let Some(known) = store::envelope(tx.conn(), id)? {
        return same_form(&known, content);
    }
    if let Err(why) = rules::may_bid(&round, ctx.now) {
        if matches!(why, Refused::Late(_)) {
            refuse_late(tx, ctx, id, &round, &content.supplier_id, &sha256(&bytes))?;
        }
        return Ok(Err(why));
    }
    let lots = rounds::lots_of(tx.conn(), &round.id)?;
    rules::fits(content, &lots).map_err(Error::refused)?;
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
        round_id: round.id,
        supplier_id: content.supplier_id.clone(),
        seq: i32::try_from(seq).map_err(too_many)?,
        state: EnvelopeState::Standing,
        sha256: sha256(&bytes),
        lines: i32::try_from(content.lines.len()).map_err(too_many)?,
        received_at: ctx.now,
        account_id: ctx.actor.account.clone(),
    };
    store::insert_envelope(tx, &Envelope { receipt: receipt.clone(), sealed: seal::seal(&bytes) })?;
    let deed = Deed { action: "bid.place", subject: "envelopes", id: id.as_str() };
    audit::record(tx, &unnamed(ctx), deed, &before.as_ref().map(Receipt::facts), &receipt.facts())?;
    Ok(Ok(receipt))
}

/// A form sent again is the same envelope; a form changed and sent again must not pass silently for a new bid.
fn same_form(known: &Envelope, content: &Content) -> Result<std::result::Result<Receipt, Refused>> {
    let receipt = &known.receipt;
    if receipt.supplier_id != content.supplier_id || receipt.round_id != content.round_id {
        return Err(Error::NotFound);
    }
    let is_same = rules::unseal(known).is_some_and(|before| before.lines == content.lines);
    Ok(if is_same { Ok(receipt.clone()) } else { Err(Refused::FormUsed(receipt.seq)) })
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
    Ok(own(conn, supplier, id)?.receipt)
}

/// The content of a supplier's own envelope, for that supplier's eyes only.
pub fn own_content(
    conn: &mut Conn,
    supplier: &OrganisationId,
    id: &EnvelopeId,
) -> Result<(Receipt, Content)> {
    let envelope = own(conn, supplier, id)?;
    let content = rules::unseal(&envelope)
        .ok_or_else(|| Error::fault(format!("envelope {id} does not match its receipt")))?;
    Ok((envelope.receipt, content))
}

fn own(conn: &mut Conn, supplier: &OrganisationId, id: &EnvelopeId) -> Result<Envelope> {
    store::envelope(conn, id)?.filter(|e| e.receipt.supplier_id == *supplier).ok_or(Error::NotFound)
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
