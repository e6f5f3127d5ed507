//! SQL of envelopes, openers and offers.

use diesel::prelude::*;

use crate::audit::{self, Deed};
use crate::bids::{
    Envelope, EnvelopeState, HeldShares, Offer, Opener, Receipt, RefusedEnvelope, Root, Share, SignedReceipt,
};
use crate::credit::standing::Rating;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::rounds::Lot;
use crate::schema::{
    barred_offers, envelope_shares, envelopes, held_shares, lots, offers, opened_contents, openers,
    organisations, ratings, receipt_roots, refused_envelopes, signed_receipts,
};
use crate::types::{AccountId, Ctx, EnvelopeId, OfferId, OrganisationId, RatingId, RoundId, Time, UnitPrice};

/// What is known of one envelope.
pub fn receipt(conn: &mut Conn, id: &EnvelopeId) -> Result<Option<Receipt>> {
    Ok(envelopes::table.find(id).select(Receipt::as_select()).first(conn).optional()?)
}

/// One envelope with its sealed blob.
pub fn envelope(conn: &mut Conn, id: &EnvelopeId) -> Result<Option<Envelope>> {
    Ok(envelopes::table.find(id).select(Envelope::as_select()).first(conn).optional()?)
}

/// What one supplier submitted in a round, newest first.
pub fn receipts_of(conn: &mut Conn, round: &RoundId, supplier: &OrganisationId) -> Result<Vec<Receipt>> {
    Ok(envelopes::table
        .filter(envelopes::round_id.eq(round).and(envelopes::supplier_id.eq(supplier)))
        .order(envelopes::seq.desc())
        .select(Receipt::as_select())
        .load(conn)?)
}

/// Every envelope received in a round, in order, without the blobs.
pub fn receipts(conn: &mut Conn, round: &RoundId) -> Result<Vec<Receipt>> {
    Ok(envelopes::table
        .filter(envelopes::round_id.eq(round))
        .order(envelopes::seq)
        .select(Receipt::as_select())
        .load(conn)?)
}

/// Every envelope of a round with its blob, in order.
pub fn envelopes(conn: &mut Conn, round: &RoundId) -> Result<Vec<Envelope>> {
    Ok(envelopes::table
        .filter(envelopes::round_id.eq(round))
        .order(envelopes::seq)
        .select(Envelope::as_select())
        .load(conn)?)
}

/// The sealed shares of a round's envelopes.
pub fn shares(conn: &mut Conn, round: &RoundId) -> Result<Vec<Share>> {
    Ok(envelope_shares::table
        .filter(envelope_shares::round_id.eq(round))
        .order((envelope_shares::envelope_id, envelope_shares::public_key))
        .select(Share::as_select())
        .load(conn)?)
}

/// Enters an opener's share of an envelope.
pub fn insert_share(tx: &mut Tx, it: &Share) -> Result<()> {
    diesel::insert_into(envelope_shares::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// The signed receipts of a round.
pub fn signed(conn: &mut Conn, round: &RoundId) -> Result<Vec<SignedReceipt>> {
    Ok(signed_receipts::table
        .filter(signed_receipts::round_id.eq(round))
        .order(signed_receipts::envelope_id)
        .select(SignedReceipt::as_select())
        .load(conn)?)
}

/// The signed receipt of an envelope.
pub fn signed_of(conn: &mut Conn, envelope: &EnvelopeId) -> Result<Option<SignedReceipt>> {
    Ok(signed_receipts::table.find(envelope).select(SignedReceipt::as_select()).first(conn).optional()?)
}

/// Enters a signed receipt.
pub fn insert_signed(tx: &mut Tx, it: &SignedReceipt) -> Result<()> {
    diesel::insert_into(signed_receipts::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// The root published for a round.
pub fn root(conn: &mut Conn, round: &RoundId) -> Result<Option<Root>> {
    Ok(receipt_roots::table.find(round).select(Root::as_select()).first(conn).optional()?)
}

/// The roots published, newest first, each with its round's number and title.
pub fn roots(conn: &mut Conn, before: Option<&Root>, limit: i64) -> Result<Vec<(Root, String, String)>> {
    use crate::schema::rounds;
    let mut query = receipt_roots::table
        .inner_join(rounds::table)
        .select((Root::as_select(), rounds::number, rounds::title))
        .into_boxed();
    if let Some(last) = before {
        let same_time =
            receipt_roots::closed_at.eq(last.closed_at).and(receipt_roots::round_id.lt(&last.round_id));
        query = query.filter(receipt_roots::closed_at.lt(last.closed_at).or(same_time));
    }
    Ok(query
        .order((receipt_roots::closed_at.desc(), receipt_roots::round_id.desc()))
        .limit(limit)
        .load(conn)?)
}

/// Enters a root.
pub fn insert_root(tx: &mut Tx, it: &Root) -> Result<()> {
    diesel::insert_into(receipt_roots::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// The shares held for openers who confirmed.
pub fn held(conn: &mut Conn, round: &RoundId) -> Result<Vec<HeldShares>> {
    Ok(held_shares::table
        .filter(held_shares::round_id.eq(round))
        .order((held_shares::at, held_shares::account_id))
        .select(HeldShares::as_select())
        .load(conn)?)
}

/// Holds an opener's shares.
pub fn put_held(tx: &mut Tx, it: &HeldShares) -> Result<()> {
    diesel::delete(held_shares::table.find((&it.round_id, &it.account_id))).execute(tx.conn())?;
    diesel::insert_into(held_shares::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Forgets every share held for a round.
pub fn delete_held(tx: &mut Tx, round: &RoundId) -> Result<()> {
    diesel::delete(held_shares::table.filter(held_shares::round_id.eq(round))).execute(tx.conn())?;
    Ok(())
}

/// Forgets the shares of confirmations made at or before a moment.
pub fn delete_held_until(tx: &mut Tx, until: Time) -> Result<usize> {
    Ok(diesel::delete(held_shares::table.filter(held_shares::at.le(until))).execute(tx.conn())?)
}

/// Enters what an opened envelope held.
pub fn insert_content(tx: &mut Tx, envelope: &Receipt, content: &[u8]) -> Result<()> {
    let row = (
        opened_contents::envelope_id.eq(&envelope.id),
        opened_contents::round_id.eq(&envelope.round_id),
        opened_contents::content.eq(content),
    );
    diesel::insert_into(opened_contents::table).values(row).execute(tx.conn())?;
    Ok(())
}

/// What an opened envelope held.
pub fn content(conn: &mut Conn, envelope: &EnvelopeId) -> Result<Option<Vec<u8>>> {
    Ok(opened_contents::table.find(envelope).select(opened_contents::content).first(conn).optional()?)
}

/// How many envelopes of a round are in a state.
pub fn count(conn: &mut Conn, round: &RoundId, state: EnvelopeState) -> Result<i64> {
    Ok(envelopes::table
        .filter(envelopes::round_id.eq(round).and(envelopes::state.eq(state)))
        .count()
        .get_result(conn)?)
}

/// How many late envelopes of a round were refused.
pub fn count_refused(conn: &mut Conn, round: &RoundId) -> Result<i64> {
    Ok(refused_envelopes::table.filter(refused_envelopes::round_id.eq(round)).count().get_result(conn)?)
}

/// Enters an envelope.
pub fn insert_envelope(tx: &mut Tx, it: &Envelope) -> Result<()> {
    diesel::insert_into(envelopes::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Moves an envelope on.
pub fn set_state(tx: &mut Tx, id: &EnvelopeId, state: EnvelopeState) -> Result<()> {
    diesel::update(envelopes::table.find(id)).set(envelopes::state.eq(state)).execute(tx.conn())?;
    Ok(())
}

/// Enters a refused envelope, once.
pub fn insert_refused(tx: &mut Tx, it: &RefusedEnvelope) -> Result<bool> {
    let known: i64 = refused_envelopes::table.find(&it.id).count().get_result(tx.conn())?;
    if known == 0 {
        diesel::insert_into(refused_envelopes::table).values(it).execute(tx.conn())?;
    }
    Ok(known == 0)
}

/// One supplier's refused envelopes of a round, newest first.
pub fn refused_of(
    conn: &mut Conn,
    round: &RoundId,
    supplier: &OrganisationId,
) -> Result<Vec<RefusedEnvelope>> {
    Ok(refused_envelopes::table
        .filter(refused_envelopes::round_id.eq(round).and(refused_envelopes::supplier_id.eq(supplier)))
        .order((refused_envelopes::received_at.desc(), refused_envelopes::id))
        .limit(100)
        .select(RefusedEnvelope::as_select())
        .load(conn)?)
}

/// Who confirmed the opening of a round, in order.
pub fn openers(conn: &mut Conn, round: &RoundId) -> Result<Vec<Opener>> {
    Ok(openers::table
        .filter(openers::round_id.eq(round))
        .order((openers::at, openers::account_id))
        .select(Opener::as_select())
        .load(conn)?)
}

/// Writes a confirmation; an earlier one of the same person gives way.
pub fn put_opener(tx: &mut Tx, it: &Opener) -> Result<()> {
    diesel::delete(openers::table.find((&it.round_id, &it.account_id))).execute(tx.conn())?;
    diesel::insert_into(openers::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Takes away every confirmation but those of the people who opened.
pub fn keep_openers(tx: &mut Tx, round: &RoundId, opened: &[AccountId]) -> Result<()> {
    diesel::delete(
        openers::table.filter(openers::round_id.eq(round).and(openers::account_id.ne_all(opened))),
    )
    .execute(tx.conn())?;
    Ok(())
}

/// Enters an offer.
pub fn insert_offer(tx: &mut Tx, it: &Offer) -> Result<()> {
    diesel::insert_into(offers::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// The offers of a round, by lot and supplier.
pub fn offers(conn: &mut Conn, round: &RoundId) -> Result<Vec<Offer>> {
    Ok(offers::table
        .filter(offers::round_id.eq(round))
        .order((offers::lot_id, offers::supplier_id))
        .select(Offer::as_select())
        .load(conn)?)
}

/// An offer with what stands around it.
#[derive(Debug, Clone, Queryable)]
pub struct Listed {
    /// The offer.
    pub offer: Offer,
    /// Its lot.
    pub lot: Lot,
    /// The bidder's name.
    pub company: String,
    /// The bidder's group of related companies.
    pub group: String,
    /// The envelope's sequence in the round.
    pub seq: i32,
}

/// Which offers a reader asks for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only this lot's code.
    pub lot: String,
    /// Only companies whose name holds this.
    pub company: String,
    /// After this offer, for the next page.
    pub after: Option<OfferId>,
}

/// A page of offers by lot, then price.
pub fn list(conn: &mut Conn, round: &RoundId, filter: &Filter, limit: i64) -> Result<Vec<Listed>> {
    let after = match &filter.after {
        Some(id) => place(conn, id)?,
        None => None,
    };
    let mut query = offers::table
        .inner_join(lots::table)
        .inner_join(organisations::table)
        .inner_join(envelopes::table)
        .filter(offers::round_id.eq(round))
        .select((
            Offer::as_select(),
            Lot::as_select(),
            organisations::name,
            organisations::group_name,
            envelopes::seq,
        ))
        .into_boxed();
    if !filter.lot.is_empty() {
        query = query.filter(lots::code.eq(filter.lot.clone()));
    }
    if !filter.company.is_empty() {
        let like = format!("%{}%", filter.company.replace(['%', '_'], ""));
        query = query.filter(organisations::name.like(like));
    }
    if let Some((position, price, id)) = after {
        let later_price =
            offers::unit_price.gt(price).or(offers::unit_price.eq(price).and(offers::id.gt(id)));
        query = query.filter(lots::position.gt(position).or(lots::position.eq(position).and(later_price)));
    }
    Ok(query.order((lots::position, offers::unit_price, offers::id)).limit(limit).load(conn)?)
}

/// Marks an offer whose company is suspended at the opening, with the rating.
pub fn mark_barred(tx: &mut Tx, ctx: &Ctx, offer: &OfferId, rating: &RatingId) -> Result<()> {
    diesel::insert_into(barred_offers::table)
        .values((
            barred_offers::offer_id.eq(offer),
            barred_offers::rating_id.eq(rating),
            barred_offers::at.eq(ctx.now),
        ))
        .execute(tx.conn())?;
    let deed = Deed { action: "bid.mark_barred", subject: "offers", id: offer.as_str() };
    audit::record(tx, ctx, deed, &(), rating)
}

/// The ratings by which offers of a round were suspended at the opening.
pub fn barred(conn: &mut Conn, round: &RoundId) -> Result<Vec<(OfferId, Rating)>> {
    Ok(barred_offers::table
        .inner_join(ratings::table)
        .inner_join(offers::table.on(offers::id.eq(barred_offers::offer_id)))
        .filter(offers::round_id.eq(round))
        .order(barred_offers::offer_id)
        .select((barred_offers::offer_id, Rating::as_select()))
        .load(conn)?)
}

/// Where an offer stands in the order of [`list`].
fn place(conn: &mut Conn, id: &OfferId) -> Result<Option<(i32, UnitPrice, OfferId)>> {
    Ok(offers::table
        .inner_join(lots::table)
        .filter(offers::id.eq(id))
        .select((lots::position, offers::unit_price, offers::id))
        .first(conn)
        .optional()?)
}
