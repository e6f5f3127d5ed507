//! The deadline: every receipt gets into a Merkle tree whose root is published, so that none can be added, changed
//! or taken away between the deadline and the opening without anybody noticing.

use std::collections::BTreeMap;

use crate::audit::{self, Deed};
use crate::bids::merkle::{self, Hash, Inclusion};
use crate::bids::rules::Refused;
use crate::bids::{Envelope, Root, Share, Signed, SignedReceipt, Statement, seal, sign, store};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::Letter;
use crate::people;
use crate::rounds::{self, Round, RoundState, publication};
use crate::signing::Signer;
use crate::types::{Ctx, EnvelopeId, RoundId, hex};

/// Publishes the root of every round that is closed to bids and has none yet; run again it finds nothing to do.
pub fn close_due(tx: &mut Tx, ctx: &Ctx, signer: &Signer) -> Result<usize> {
    let mut count = 0;
    for round in rounds::store::in_state(tx.conn(), RoundState::Opening)? {
        if store::root(tx.conn(), &round.id)?.is_none() {
            close(tx, ctx, signer, &round)?;
            count += 1;
        }
    }
    Ok(count)
}

fn close(tx: &mut Tx, ctx: &Ctx, signer: &Signer, round: &Round) -> Result<()> {
    sign_the_rest(tx, signer, round)?;
    let leaves = leaves(tx.conn(), &round.id)?;
    let too_many = |_| Error::fault("more envelopes than can be counted");
    let root = Root {
        round_id: round.id.clone(),
        count: i32::try_from(leaves.len()).map_err(too_many)?,
        root: hex(&merkle::root(&leaves.into_iter().map(|(_, leaf)| leaf).collect::<Vec<_>>())),
        closed_at: ctx.now,
    };
    store::insert_root(tx, &root)?;
    let deed = Deed { action: "bid.publish_root", subject: "rounds", id: round.id.as_str() };
    audit::record(tx, ctx, deed, &(), &root)?;
    let letter = Letter::RootPublished {
        number: round.number.clone(),
        title: round.title.clone(),
        path: "/public/receipts".to_owned(),
        count: i64::from(root.count),
        root: root.root,
    };
    // To everybody who heard of the round: who has bid is sealed until the opening.
    publication::tell(tx, ctx, round, &letter, &format!("bid.root:{}", round.id))
}

/// Envelopes received by an earlier version have no signed receipt yet.
fn sign_the_rest(tx: &mut Tx, signer: &Signer, round: &Round) -> Result<()> {
    let signed: Vec<EnvelopeId> =
        store::signed(tx.conn(), &round.id)?.into_iter().map(|row| row.envelope_id).collect();
    for receipt in store::receipts(tx.conn(), &round.id)? {
        if !signed.contains(&receipt.id) {
            let envelope = store::envelope(tx.conn(), &receipt.id)?.ok_or(Error::NotFound)?;
            sign(tx, signer, round, &receipt, seal::hash(&envelope.sealed, []))?;
        }
    }
    Ok(())
}

/// The leaves of a round, by sequence.
fn leaves(conn: &mut Conn, round: &RoundId) -> Result<Vec<(EnvelopeId, Hash)>> {
    let signed = by_envelope(store::signed(conn, round)?);
    let receipts = store::receipts(conn, round)?;
    Ok(receipts
        .into_iter()
        .filter_map(|r| signed.get(&r.id).map(|row| (r.id, merkle::leaf(row.text.as_bytes()))))
        .collect())
}

fn by_envelope(rows: Vec<SignedReceipt>) -> BTreeMap<EnvelopeId, SignedReceipt> {
    rows.into_iter().map(|row| (row.envelope_id.clone(), row)).collect()
}

/// The proof that an envelope's receipt is among those of the published root; `None` before the deadline.
pub fn inclusion(conn: &mut Conn, round: &RoundId, envelope: &EnvelopeId) -> Result<Option<Inclusion>> {
    if store::root(conn, round)?.is_none() {
        return Ok(None);
    }
    let leaves = leaves(conn, round)?;
    let at = leaves.iter().position(|(id, _)| id == envelope);
    let hashes: Vec<Hash> = leaves.into_iter().map(|(_, leaf)| leaf).collect();
    Ok(at.map(|at| Inclusion::of(round.clone(), &hashes, at)))
}

/// An envelope with its shares, found to be as received.
pub struct Kept {
    /// The envelope.
    pub envelope: Envelope,
    /// The openers' shares.
    pub shares: Vec<Share>,
}

/// Every envelope of a round, in order, if all of them are as received: each byte kept has the hash that its
/// receipt states, each receipt its signature, and all receipts together the root published at the deadline.
pub fn checked(conn: &mut Conn, round: &RoundId) -> Result<std::result::Result<Vec<Kept>, Refused>> {
    let Some(root) = store::root(conn, round)? else { return Ok(Err(Refused::NoRoot)) };
    let rows = store::signed(conn, round)?;
    let found = rows.len();
    let mut signed = by_envelope(rows);
    let mut shares: BTreeMap<EnvelopeId, Vec<Share>> = BTreeMap::new();
    for share in store::shares(conn, round)? {
        shares.entry(share.envelope_id.clone()).or_default().push(share);
    }
    let (mut all, mut leaves) = (Vec::new(), Vec::new());
    for envelope in store::envelopes(conn, round)? {
        let shares = shares.remove(&envelope.receipt.id).unwrap_or_default();
        let receipt = signed.remove(&envelope.receipt.id).map(Signed::from);
        let Some(receipt) = receipt.filter(|receipt| is_as_received(receipt, &envelope, &shares)) else {
            let company = people::store::organisation_name(conn, &envelope.receipt.supplier_id)?;
            return Ok(Err(Refused::Tampered { company, seq: envelope.receipt.seq }));
        };
        leaves.push(merkle::leaf(receipt.text.as_bytes()));
        all.push(Kept { envelope, shares });
    }
    let is_complete = signed.is_empty() && usize::try_from(root.count).is_ok_and(|n| n == all.len());
    if !is_complete || hex(&merkle::root(&leaves)) != root.root {
        return Ok(Err(Refused::RootDiffers { published: root.count, found }));
    }
    Ok(Ok(all))
}

fn is_as_received(receipt: &Signed, envelope: &Envelope, shares: &[Share]) -> bool {
    let shares = shares.iter().map(|share| (share.public_key.as_str(), share.share.as_slice()));
    receipt.is_signed()
        && Statement::read(&receipt.text).is_some_and(|it| {
            it.is_of(&envelope.receipt) && it.sealed_sha256 == seal::hash(&envelope.sealed, shares)
        })
}
