//! What the bureau does with a report: verifies quantities, returns lines, approves.

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::notify::{self, Letter};
use crate::people;
use crate::rounds::demand::rules::{self, REASON, Refused};
use crate::rounds::demand::{Line, LineState, Place, Report, ReportState, place, put};
use crate::types::{Ctx, DemandId, OrganisationId, Quantity, RoundId};

/// What the bureau found about one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Which line.
    pub line: DemandId,
    /// The quantity found right.
    pub verified: Quantity,
    /// Why it differs from what was reported.
    pub remark: String,
}

/// Keeps verified quantities and remarks without approving yet.
pub fn verify(
    tx: &mut Tx,
    ctx: &Ctx,
    round: &RoundId,
    hospital: &OrganisationId,
    seen: i32,
    checks: &[Check],
) -> Result<()> {
    let (at, before) = open(tx, ctx, round, hospital)?;
    let lines = checked(&at.lines, checks)?;
    if before.version != seen {
        return if lines == at.lines { Ok(()) } else { Err(Error::refused(Refused::Changed)) };
    }
    let after = Report { version: before.version + 1, ..before.clone() };
    put(tx, ctx, "demand.verify", (Some(&before), &at.lines), (&after, &lines))
}

/// Approves a whole report: what was verified is approved, and what nobody verified as it was reported.
pub fn approve(
    tx: &mut Tx,
    ctx: &Ctx,
    round: &RoundId,
    hospital: &OrganisationId,
    seen: i32,
    checks: &[Check],
) -> Result<()> {
    let at = place(tx.conn(), round, hospital)?;
    if at.report.as_ref().is_some_and(|report| report.state == ReportState::Approved)
        && approved(&checked(&at.lines, checks)?) == at.lines
    {
        return Ok(());
    }
    let (at, before) = open(tx, ctx, round, hospital)?;
    if before.version != seen {
        return Err(Error::refused(Refused::Changed));
    }
    let lines = approved(&checked(&at.lines, checks)?);
    let after = Report {
        state: ReportState::Approved,
        approved_at: Some(ctx.now),
        due_at: None,
        version: before.version + 1,
        ..before.clone()
    };
    put(tx, ctx, "demand.approve", (Some(&before), &at.lines), (&after, &lines))
}

/// Returns lines of a report to its hospital with a remark; only those can then be corrected, before the round's
/// deadline or within three days, whichever is later.
pub fn send_back(
    tx: &mut Tx,
    ctx: &Ctx,
    round: &RoundId,
    hospital: &OrganisationId,
    seen: i32,
    lines: &[DemandId],
    remark: &str,
) -> Result<()> {
    let at = place(tx.conn(), round, hospital)?;
    let before = at.report.clone().ok_or(Error::NotFound)?;
    rules::may_check(&at.round)?;
    let remark = remark.trim();
    if is_sent_back(&before, &at.lines, lines, remark) {
        return Ok(());
    }
    if !matches!(before.state, ReportState::Submitted | ReportState::Approved) {
        return Err(Error::refused(Refused::NotSubmitted));
    }
    if before.version != seen || !lines.iter().all(|id| at.lines.iter().any(|line| line.id == *id)) {
        return Err(Error::refused(Refused::Changed));
    }
    if remark.is_empty() {
        return Err(Error::refused(Refused::ReturnRemark));
    }
    if remark.chars().count() > REASON {
        return Err(Error::refused(Refused::Long(String::new(), REASON)));
    }
    if lines.is_empty() {
        return Err(Error::refused(Refused::ReturnLines));
    }
    let (after, lines) = returned(&at, &before, lines, remark, ctx);
    put(tx, ctx, "demand.return", (Some(&before), &at.lines), (&after, &lines))?;
    tell(tx, ctx, &at, &after)
}

fn returned(
    at: &Place,
    before: &Report,
    chosen: &[DemandId],
    remark: &str,
    ctx: &Ctx,
) -> (Report, Vec<Line>) {
    let due = ctx.now.plus_days(rules::CORRECTION_DAYS).max(at.round.calendar.demand_to);
    let after = Report {
        state: ReportState::Returned,
        approved_at: None,
        due_at: Some(due),
        remark: remark.to_owned(),
        version: before.version + 1,
        ..before.clone()
    };
    let lines = at.lines.iter().cloned().map(|line| match chosen.contains(&line.id) {
        true => Line {
            state: LineState::Returned,
            verified: None,
            approved: None,
            remark: remark.to_owned(),
            ..line
        },
        false => Line { state: LineState::Reported, approved: None, ..line },
    });
    (after, lines.collect())
}

/// Whether just this was returned with just this remark: the form was sent twice.
fn is_sent_back(report: &Report, lines: &[Line], chosen: &[DemandId], remark: &str) -> bool {
    report.state == ReportState::Returned
        && report.remark == remark
        && lines.iter().all(|line| (line.state == LineState::Returned) == chosen.contains(&line.id))
}

fn tell(tx: &mut Tx, ctx: &Ctx, at: &Place, report: &Report) -> Result<()> {
    let letter = Letter::DemandReturned {
        number: at.round.number.clone(),
        title: at.round.title.clone(),
        path: format!("/rounds/{}/demand", at.round.id),
        remark: report.remark.clone(),
        deadline: rules::deadline(&at.round, Some(report)).to_string(),
    };
    let key = format!("demand.returned:{}:{}", report.id, report.version);
    for to in people::recipients(tx.conn(), &at.hospital.id)? {
        notify::post(tx, ctx, &to, &letter, &key)?;
    }
    Ok(())
}

/// A report that can be checked: handed in, or returned and not corrected in time.
fn open(tx: &mut Tx, ctx: &Ctx, round: &RoundId, hospital: &OrganisationId) -> Result<(Place, Report)> {
    let at = place(tx.conn(), round, hospital)?;
    let report = at.report.clone().ok_or(Error::NotFound)?;
    rules::may_check(&at.round)?;
    let is_overdue = ctx.now >= rules::deadline(&at.round, Some(&report));
    match report.state {
        ReportState::Submitted => Ok((at, report)),
        ReportState::Returned if is_overdue => Ok((at, report)),
        ReportState::Approved => Err(Error::refused(Refused::Approved)),
        ReportState::Draft | ReportState::Returned => Err(Error::refused(Refused::NotSubmitted)),
    }
}

/// The lines with what was found about them.
fn checked(lines: &[Line], checks: &[Check]) -> std::result::Result<Vec<Line>, Refused> {
    let mut lines = lines.to_vec();
    for check in checks {
        let line = lines.iter_mut().find(|line| line.id == check.line).ok_or(Refused::Changed)?;
        let remark = check.remark.trim();
        if remark.chars().count() > REASON {
            return Err(Refused::Long(line.company.clone(), REASON));
        }
        if check.verified != line.reported && remark.is_empty() {
            return Err(Refused::NoRemark(line.company.clone(), line.reported, check.verified));
        }
        line.verified = Some(check.verified);
        line.remark = remark.to_owned();
    }
    Ok(lines)
}

fn approved(lines: &[Line]) -> Vec<Line> {
    let approve = |line: &Line| {
        let verified = line.verified.unwrap_or(line.reported);
        Line {
            verified: Some(verified),
            approved: Some(verified),
            state: LineState::Approved,
            ..line.clone()
        }
    };
    lines.iter().map(approve).collect()
}
