//! Corrections: an officer asks, a second person decides, and a new row supersedes the wrong one.

use serde::{Deserialize, Serialize};

use super::{CORRECTED, Line, New, Refused, Source, Standard};
use super::{effects, fingerprint, links, publish, refused, source, store};
use crate::awards;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::people;
use crate::rounds::approvals::{self, Action, Approval, Asked, Decision};
use crate::types::{Ctx, UnitPrice};

/// What a correction sets, kept with its request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// The right standard.
    pub standard: UnitPrice,
    /// Why the released one is wrong.
    pub reason: String,
}

/// An officer asks for the correction of a released standard.
pub fn ask_correction(tx: &mut Tx, ctx: &Ctx, seq: i64, wanted: &Correction) -> Result<()> {
    let (row, of) = correctable(tx.conn(), seq)?;
    hold(tx, &of)?;
    refused::correction(&row, wanted)?;
    let (id, detail) = (seq.to_string(), serde_json::to_string(wanted)?);
    effects::keep(tx, ctx, (effects::CORRECTION, &id), &[corrected(&row, wanted)])?;
    let (action, round) = (Action::Correction, of.round());
    approvals::ask(tx, ctx, Asked { subject: "standards", id: &id, action, round, detail: &detail }).map(drop)
}

/// Whoever releases or corrects the standards of one source waits for whoever else does.
fn hold(tx: &mut Tx, of: &Source) -> Result<()> {
    match of {
        Source::Round(it) => awards::store::hold_round(tx, &it.id),
        Source::Negotiated(it) => super::negotiated::store::hold(tx, &it.id),
    }
}

/// The second person decides on a correction: released is a row that supersedes the wrong one. Saying no needs a
/// remark, which takes the place of what was asked for.
pub fn decide_correction(tx: &mut Tx, ctx: &Ctx, seq: i64, is_right: bool, remark: &str) -> Result<()> {
    let (row, of) = correctable(tx.conn(), seq)?;
    let request = open_correction(tx.conn(), seq)?.ok_or(Refused::NotAsked)?.0;
    let wanted: Correction = serde_json::from_str(&request.remark)?;
    approvals::decide(tx, ctx, &request.id, is_right, remark)?;
    if !is_right {
        return links::sent_back(tx, ctx, seq);
    }
    let rows = vec![corrected(&row, &wanted)];
    let looked_at = fingerprint(&rows)?;
    let release = publish(tx, ctx, &of, rows)?;
    effects::store::released(tx, (effects::CORRECTION, &seq.to_string()), &looked_at, &release.id)
}

/// The row that a correction writes.
pub fn corrected(row: &Standard, wanted: &Correction) -> New {
    let line = Line {
        standard: wanted.standard,
        basis: CORRECTED.to_owned(),
        arithmetic: format!("{} → {}: {}", row.standard, wanted.standard, wanted.reason),
        ..Line::of(row)
    };
    New { line, supersedes: Some(row.seq) }
}

/// The open request for a correction, with the name of who asked.
pub fn open_correction(conn: &mut Conn, seq: i64) -> Result<Option<(Approval, String)>> {
    approvals::open_by(conn, "standards", &seq.to_string(), Action::Correction)
}

/// What a request asks for, until its reviewer says something.
pub fn wanted(request: &Approval) -> Option<Correction> {
    serde_json::from_str(&request.remark).ok()
}

/// The last request for a correction when it was sent back, with the name of who did.
pub fn sent_back(conn: &mut Conn, seq: i64) -> Result<Option<(Approval, String)>> {
    let last = approvals::latest(conn, "standards", &seq.to_string(), Action::Correction)?;
    let Some(it) = last.filter(|it| it.decision == Decision::Rejected) else { return Ok(None) };
    let by = people::store::account_name(conn, it.decided_by.as_ref())?;
    Ok(Some((it, by)))
}

/// A row that nothing supersedes yet, with what it was released from.
fn correctable(conn: &mut Conn, seq: i64) -> Result<(Standard, Source)> {
    let row = store::standard(conn, seq)?.ok_or(Error::NotFound)?;
    if let Some(by) = store::superseded_by(conn, seq)? {
        return Err(Refused::Superseded { seq, by }.into());
    }
    let of = source(conn, &row)?;
    Ok((row, of))
}
