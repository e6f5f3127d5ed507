//! Who has not reported, and the letters that remind them.

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::notify::{self, Letter};
use crate::people::{self, Organisation};
use crate::rounds::demand::{HospitalRow, ReportState, rules, sheet};
use crate::rounds::{self, Round, RoundState};
use crate::types::{Ctx, RoundId, Time};

/// The hospitals of a round's regions whose report is not handed in, by name.
pub fn late(conn: &mut Conn, round_id: &RoundId) -> Result<Vec<Organisation>> {
    let round = rounds::round(conn, round_id)?;
    Ok(missing(conn, &round)?.into_iter().map(|row| row.hospital).collect())
}

fn missing(conn: &mut Conn, round: &Round) -> Result<Vec<HospitalRow>> {
    let mut rows = sheet::hospitals(conn, round, Time::from_millis(0))?;
    rows.retain(|row| rules::is_missing(row.report.as_ref()));
    Ok(rows)
}

/// Reminds every hospital whose report is due within three days, and again within one: once each, however often
/// it is called. Says how many letters are called for now, those already in the outbox included.
pub fn remind(tx: &mut Tx, ctx: &Ctx) -> Result<usize> {
    let mut open = rounds::store::in_state(tx.conn(), RoundState::Demand)?;
    open.extend(rounds::store::in_state(tx.conn(), RoundState::DemandReview)?);
    let mut count = 0;
    for round in open.iter().filter(|round| round.calendar.demand_from <= ctx.now) {
        for row in missing(tx.conn(), round)? {
            count += remind_one(tx, ctx, round, &row)?;
        }
    }
    Ok(count)
}

fn remind_one(tx: &mut Tx, ctx: &Ctx, round: &Round, row: &HospitalRow) -> Result<usize> {
    let deadline = rules::deadline(round, row.report.as_ref());
    let Some(days) = rules::reminder(deadline, ctx.now) else { return Ok(0) };
    // The letter that returns lines has just said the deadline.
    if days > 1 && row.report.as_ref().is_some_and(|report| report.state == ReportState::Returned) {
        return Ok(0);
    }
    let letter = Letter::DemandDue {
        number: round.number.clone(),
        title: round.title.clone(),
        path: format!("/rounds/{}/demand", round.id),
        deadline: deadline.to_string(),
    };
    let key = format!("demand.due:{}:{}:{}:{days}", round.id, row.hospital.id, deadline.millis());
    let recipients = people::recipients(tx.conn(), &row.hospital.id)?;
    for to in &recipients {
        notify::post(tx, ctx, to, &letter, &key)?;
    }
    Ok(recipients.len())
}
