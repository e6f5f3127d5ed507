//! What the bureau does: looks at each line, gives a sheet back or asks a second person, and reminds when a review is due.

use chrono::{Days, Months, NaiveDate};
use serde_json::json;

use super::changes::next;
use super::{
    CostLine, CostSheet, Preparation, Refused, SUBJECT, State, in_force, path, record, rules, sheet, store,
};
use crate::audit::{self, Deed};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::notify::{self, Letter};
use crate::people::{self, Role};
use crate::rounds::approvals::{self, Action, Asked};
use crate::terms::{self, Term};
use crate::text::Text;
use crate::types::{Amount, ApprovalId, CostLineId, CostSheetId, Ctx};

/// What an officer says of a line.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// Which line.
    pub line: CostLineId,
    /// What is accepted of it.
    pub accepted: Amount,
    /// Why less.
    pub reason: String,
}

/// A submitted sheet that stands as it was seen.
fn submitted_seen(tx: &mut Tx, id: &CostSheetId, revision: i32) -> Result<(CostSheet, Preparation)> {
    let (it, of) = sheet(tx.conn(), id)?;
    if it.state != State::Submitted {
        return Err(Refused::NotSubmitted.into());
    }
    if it.revision == revision { Ok((it, of)) } else { Err(Refused::Stale.into()) }
}

/// Writes what an officer accepts of each line; lines not named stay as they are.
pub fn accept(tx: &mut Tx, ctx: &Ctx, id: &CostSheetId, revision: i32, verdicts: &[Verdict]) -> Result<()> {
    let (before, _) = submitted_seen(tx, id, revision)?;
    let lines = store::lines(tx.conn(), id)?;
    let mut changed = Vec::new();
    for it in verdicts {
        let line = lines.iter().find(|line| line.id == it.line).ok_or(Error::NotFound)?;
        rules::accept(line, it.accepted, &it.reason)?;
        let reason = if it.accepted < line.amount { it.reason.trim().to_owned() } else { String::new() };
        if line.accepted == Some(it.accepted) && line.reason == reason {
            continue;
        }
        let after = CostLine { accepted: Some(it.accepted), reason, ..line.clone() };
        store::set_accepted(tx, &after)?;
        changed.push(json!({ "line": after.id, "accepted": after.accepted.map(|it| it.to_string()), "reason": after.reason }));
    }
    if changed.is_empty() {
        return Ok(());
    }
    store::update_sheet(tx, &next(&before))?;
    let deed = Deed { action: "preparation.accept", subject: SUBJECT, id: id.as_str() };
    audit::record(tx, ctx, deed, &json!({ "revision": before.revision }), &changed)
}

/// Gives a submitted sheet back to its hospital with a remark.
pub fn give_back(tx: &mut Tx, ctx: &Ctx, id: &CostSheetId, revision: i32, remark: &str) -> Result<()> {
    let (before, of) = submitted_seen(tx, id, revision)?;
    if remark.trim().is_empty() {
        return Err(Refused::NoRemark.into());
    }
    let remark = rules::words("remark", remark, 1_000)?;
    let after = CostSheet { state: State::Draft, remark: remark.clone(), ..next(&before) };
    store::update_sheet(tx, &after)?;
    record(tx, ctx, "preparation.return", &before, &after)?;
    for to in people::recipients(tx.conn(), &after.hospital_id)? {
        let letter = Letter::PreparationReturned {
            number: after.number.clone(),
            title: of.name.clone(),
            path: path(id),
            remark: remark.clone(),
        };
        notify::post(tx, ctx, &to, &letter, &format!("preparation.returned:{id}:{}", after.revision))?;
    }
    Ok(())
}

/// Asks a second person for a sheet whose lines have all been looked at, in force from a day. Asked twice it is asked once.
pub fn ask(tx: &mut Tx, ctx: &Ctx, id: &CostSheetId, revision: i32, from_day: NaiveDate) -> Result<()> {
    let (known, _) = sheet(tx.conn(), id)?;
    if known.state == State::Asked && known.from_day == Some(from_day) {
        return Ok(());
    }
    let (before, of) = submitted_seen(tx, id, revision)?;
    let lines = store::lines(tx.conn(), id)?;
    let most = terms::value(tx.conn(), Term::PreparationRateMost, ctx.now.day())?;
    let earlier = in_force(tx.conn(), &of.id)?.and_then(|it| it.from_day);
    let price = rules::may_ask(&before, &lines, most, from_day, (ctx.now.day(), earlier))?;
    let after = CostSheet {
        state: State::Asked,
        price: Some(price),
        from_day: Some(from_day),
        asked_by: ctx.actor.account.clone(),
        ..next(&before)
    };
    store::update_sheet(tx, &after)?;
    record(tx, ctx, "preparation.ask", &before, &after)?;
    let detail = format!("{} {price}", of.name);
    let asked = Asked {
        subject: SUBJECT,
        id: &after.number,
        action: Action::Preparation,
        round: None,
        detail: &detail,
    };
    approvals::ask(tx, ctx, asked).map(drop)
}

/// The sheet back with the officers: what was asked for no longer is.
fn taken_back(before: &CostSheet) -> CostSheet {
    CostSheet { state: State::Submitted, price: None, from_day: None, ..next(before) }
}

/// Takes a request back, so that the sheet can be looked at again; done twice it is done once.
pub fn withdraw(tx: &mut Tx, ctx: &Ctx, id: &CostSheetId) -> Result<()> {
    let (before, _) = sheet(tx.conn(), id)?;
    match before.state {
        State::Asked => {}
        State::Submitted => return Ok(()),
        State::Draft | State::Approved | State::Discarded => return Err(Refused::NotSubmitted.into()),
    }
    approvals::withdraw(tx, ctx, SUBJECT, &before.number, Action::Preparation)?;
    let after = taken_back(&before);
    store::update_sheet(tx, &after)?;
    record(tx, ctx, "preparation.withdraw", &before, &after)
}

/// A reviewer, never the officer who asked, decides. A yes puts the price in force from its day, or from today where that
/// day has passed meanwhile, ends the version before it the day before, and tells the hospital.
pub fn decide(tx: &mut Tx, ctx: &Ctx, request: &ApprovalId, yes: bool, remark: &str) -> Result<CostSheetId> {
    let asked = approvals::decide(tx, ctx, request, yes, remark)?;
    if asked.action != Action::Preparation {
        return Err(Error::NotFound);
    }
    let before = store::of_number(tx.conn(), &asked.subject_id)?.ok_or(Error::NotFound)?;
    let (_, of) = sheet(tx.conn(), &before.id)?;
    if !yes {
        let after = CostSheet { decided_at: Some(ctx.now), ..taken_back(&before) };
        store::update_sheet(tx, &after)?;
        record(tx, ctx, "preparation.decide", &before, &after)?;
        return Ok(after.id);
    }
    let today = ctx.now.day();
    let from = before.from_day.unwrap_or(today).max(today);
    let months = terms::whole(tx.conn(), Term::PreparationReviewMonths, from)?;
    let months = Months::new(u32::try_from(months).map_err(Error::fault_of)?);
    if let Some(old) = in_force(tx.conn(), &of.id)? {
        let ended = CostSheet { to_day: from.pred_opt(), ..next(&old) };
        store::update_sheet(tx, &ended)?;
        record(tx, ctx, "preparation.replace", &old, &ended)?;
    }
    let after = CostSheet {
        state: State::Approved,
        from_day: Some(from),
        due_day: from.checked_add_months(months),
        decided_at: Some(ctx.now),
        ..next(&before)
    };
    store::update_sheet(tx, &after)?;
    record(tx, ctx, "preparation.decide", &before, &after)?;
    for to in people::recipients(tx.conn(), &after.hospital_id)? {
        let letter = Letter::PreparationApproved {
            number: after.number.clone(),
            title: of.name.clone(),
            path: path(&after.id),
            price: after.price.unwrap_or_default().to_string(),
            from: from.to_string(),
        };
        notify::post(tx, ctx, &to, &letter, &format!("preparation.approved:{}", after.id))?;
    }
    Ok(after.id)
}

/// Reminds hospitals and officers of sheets whose review is due soon, and again once it is overdue; each once.
pub fn remind(tx: &mut Tx, ctx: &Ctx) -> Result<usize> {
    let today = ctx.now.day();
    let ahead = terms::whole(tx.conn(), Term::PreparationNoticeDays, today)?;
    let ahead = Days::new(u64::try_from(ahead).map_err(Error::fault_of)?);
    let until = today.checked_add_days(ahead).unwrap_or(today);
    let mut reminded = 0;
    for it in store::due(tx.conn(), until)? {
        let sheets = store::sheets(tx.conn(), &it.preparation_id)?;
        // A version under way is the review.
        if sheets.iter().any(|other| matches!(other.state, State::Submitted | State::Asked)) {
            continue;
        }
        let (_, of) = sheet(tx.conn(), &it.id)?;
        let due = it.due_day.unwrap_or(today);
        let is_late = due < today;
        let stage = if is_late { "late" } else { "due" };
        let mut everybody = people::recipients(tx.conn(), &it.hospital_id)?;
        everybody.extend(people::recipients_with(tx.conn(), Role::Officer)?);
        for to in everybody {
            let letter = Letter::PreparationDue {
                number: it.number.clone(),
                title: of.name.clone(),
                path: path(&it.id),
                deadline: due.to_string(),
                is_late,
            };
            notify::post(tx, ctx, &to, &letter, &format!("preparation.{stage}:{}", it.id))?;
        }
        reminded += 1;
    }
    Ok(reminded)
}

/// Why a line was cut, for people; empty where it was not.
pub fn cut(line: &CostLine, t: &Text) -> String {
    match line.accepted {
        Some(accepted) if accepted < line.amount => {
            let by = line.amount.minus(accepted).unwrap_or_default();
            crate::text::fill(t.preparations.cut_by, &[("amount", &by), ("reason", &line.reason)])
        }
        _ => String::new(),
    }
}
