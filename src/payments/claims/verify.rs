//! How a hospital verifies claims: lines are confirmed or disputed, and disputes come to an end.

use serde::Serialize;

use super::rules::{self, Refused};
use super::{Claim, ClaimLine, ClaimState, LineState, store};
use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::types::{ClaimId, Ctx, Money, OrganisationId, ReceiptId};

/// A claim as somebody saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Which.
    pub id: ClaimId,
    /// The version that was shown.
    pub version: i32,
}

/// The claims a hospital has yet to verify, as they stand.
pub fn waiting_of(conn: &mut Conn, hospital: &OrganisationId) -> Result<Vec<Seen>> {
    let list = store::submitted_to(conn, hospital, 10_000)?;
    Ok(list.into_iter().map(|it| Seen { id: it.id, version: it.version }).collect())
}

/// A claim of the actor's hospital; anybody else's is not there.
fn own(conn: &mut Conn, ctx: &Ctx, id: &ClaimId) -> Result<Claim> {
    let claim = store::claim(conn, id)?.ok_or(Error::NotFound)?;
    if ctx.actor.organisation.as_ref() == Some(&claim.hospital_id) { Ok(claim) } else { Err(Error::NotFound) }
}

/// The hospital confirms claims it saw, each without its disputed lines. Those already verified stay as they are.
/// All or none. Gives how many are newly verified.
pub fn confirm(tx: &mut Tx, ctx: &Ctx, seen: &[Seen]) -> Result<usize> {
    if seen.is_empty() {
        return Err(Refused::NoneChosen.into());
    }
    let mut done = Vec::new();
    for it in seen {
        let before = own(tx.conn(), ctx, &it.id)?;
        // The same click again is no fault; what somebody else disputed meanwhile is.
        if before.state != ClaimState::Submitted && before.verified_by == ctx.actor.account {
            continue;
        }
        rules::may_verify(&before, it.version)?;
        let after = verified(tx, ctx, before)?;
        store::update(tx, &after)?;
        done.push(after);
    }
    if done.is_empty() {
        return Ok(0);
    }
    let id = done.first().map(|it| it.id.to_string()).unwrap_or_default();
    let confirmed: Vec<(&str, Money)> = done.iter().map(|it| (it.number.as_str(), it.confirmed)).collect();
    audit::record(tx, ctx, Deed { action: "claim.confirm", subject: "claims", id: &id }, &(), &confirmed)?;
    Ok(done.len())
}

fn verified(tx: &mut Tx, ctx: &Ctx, before: Claim) -> Result<Claim> {
    // Nobody touched a line of a claim in its first version.
    let (lines, confirmed) = match before.version {
        1 => (i64::from(before.lines), before.amount),
        _ => undisputed(tx, &before.id)?,
    };
    Ok(Claim {
        state: rules::verified(lines),
        version: before.version + 1,
        confirmed,
        verified_at: Some(ctx.now),
        verified_by: ctx.actor.account.clone(),
        ..before
    })
}

/// Lines and amount nobody disputes. Where disputes take away what credits were netted with, credits wait for a later
/// claim, the last first.
fn undisputed(tx: &mut Tx, claim: &ClaimId) -> Result<(i64, Money)> {
    let (mut lines, mut sum) = store::sum_of_lines(tx.conn(), claim, LineState::Claimed)?;
    if sum >= Money::ZERO {
        return Ok((lines, sum));
    }
    let mut credits = store::credit_lines(tx.conn(), claim)?;
    while sum < Money::ZERO
        && let Some(credit) = credits.pop()
    {
        sum = sum.minus(credit.amount).ok_or_else(|| Error::fault("a claim is too large"))?;
        lines -= 1;
        store::set_line(tx, &credit, LineState::Carried, "")?;
    }
    Ok((lines, sum))
}

/// The hospital disputes lines while it verifies a claim.
pub fn dispute(tx: &mut Tx, ctx: &Ctx, seen: &Seen, receipts: &[ReceiptId], reason: &str) -> Result<()> {
    let before = own(tx.conn(), ctx, &seen.id)?;
    rules::may_verify(&before, seen.version)?;
    let reason = rules::reason(reason)?;
    let lines = chosen(tx.conn(), &before, receipts, LineState::Claimed)?;
    for line in &lines {
        store::set_line(tx, line, LineState::Disputed, &reason)?;
    }
    let count = i32::try_from(lines.len()).map_err(Error::fault_of)?;
    let disputed_lines = before.disputed_lines + count;
    let after = Claim { disputed_lines, version: before.version + 1, ..before.clone() };
    store::update(tx, &after)?;
    note(tx, ctx, "claim.dispute", &before, &after, &lines)
}

/// The hospital takes disputes back.
pub fn accept(tx: &mut Tx, ctx: &Ctx, seen: &Seen, receipts: &[ReceiptId]) -> Result<()> {
    let before = own(tx.conn(), ctx, &seen.id)?;
    let state = before.state;
    resolve(tx, ctx, ("claim.accept", before, seen.version), receipts, |line| {
        rules::accepted(state, line.amount)
    })
}

/// The supplier takes disputed lines back.
pub fn withdraw(tx: &mut Tx, ctx: &Ctx, seen: &Seen, receipts: &[ReceiptId]) -> Result<()> {
    let before = store::claim(tx.conn(), &seen.id)?.ok_or(Error::NotFound)?;
    if ctx.actor.organisation.as_ref() != Some(&before.supplier_id) {
        return Err(Error::NotFound);
    }
    resolve(tx, ctx, ("claim.withdraw", before, seen.version), receipts, |line| rules::withdrawn(line.amount))
}

fn resolve(
    tx: &mut Tx,
    ctx: &Ctx,
    (action, before, version): (&str, Claim, i32),
    receipts: &[ReceiptId],
    becomes: impl Fn(&ClaimLine) -> LineState,
) -> Result<()> {
    if before.version != version {
        return Err(Refused::Stale(before.number).into());
    }
    let lines = chosen(tx.conn(), &before, receipts, LineState::Disputed)?;
    for line in &lines {
        let state = becomes(line);
        // A line that is claimed again is disputed no more; else the reason stays to be read.
        let reason = if state == LineState::Claimed { "" } else { line.reason.as_str() };
        store::set_line(tx, line, state, reason)?;
    }
    let count = i32::try_from(lines.len()).map_err(Error::fault_of)?;
    let disputed_lines = before.disputed_lines.saturating_sub(count);
    let after = Claim { disputed_lines, version: before.version + 1, ..before.clone() };
    store::update(tx, &after)?;
    note(tx, ctx, action, &before, &after, &lines)
}

/// The chosen lines, every one in the state it was shown in.
fn chosen(
    conn: &mut Conn,
    claim: &Claim,
    receipts: &[ReceiptId],
    state: LineState,
) -> Result<Vec<ClaimLine>> {
    if receipts.is_empty() {
        return Err(Refused::NoneChosen.into());
    }
    let mut lines = Vec::with_capacity(receipts.len());
    for part in receipts.chunks(1_000) {
        lines.extend(store::chosen(conn, &claim.id, part)?);
    }
    let is_fit = |id: &&ReceiptId| lines.iter().any(|l| l.receipt_id == **id && l.state == state);
    match receipts.iter().find(|id| !is_fit(id)) {
        Some(other) => Err(Refused::Line(other.to_string()).into()),
        None => Ok(lines),
    }
}

#[derive(Serialize)]
struct Noted<'a> {
    claim: &'a Claim,
    lines: Vec<(&'a ReceiptId, LineState)>,
}

fn note(
    tx: &mut Tx,
    ctx: &Ctx,
    action: &str,
    before: &Claim,
    after: &Claim,
    lines: &[ClaimLine],
) -> Result<()> {
    let lines = lines.iter().map(|l| (&l.receipt_id, l.state)).collect();
    let deed = Deed { action, subject: "claims", id: after.id.as_str() };
    audit::record(tx, ctx, deed, &Noted { claim: before, lines }, after)
}
