//! From proposal to final award: made public by an officer, confirmed by a second person.

use diesel::prelude::*;

use super::evaluation::{facts, move_to};
use super::publicity::{self, Refused};
use super::store::{self, AwardState, Version};
use super::{input, objections, reassignment, selection};
use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter};
use crate::people::{self, Role};
use crate::rounds::{self, Round, RoundState};
use crate::schema::{accounts, approvals};
use crate::types::{AccountId, ApprovalId, Ctx, RoundId, Time};

/// The page everybody may read the award on.
pub fn public_path(id: &RoundId) -> String {
    format!("/public/rounds/{id}")
}

/// Makes the newest proposal public and writes to the bidders.
pub fn publish(tx: &mut Tx, ctx: &Ctx, id: &RoundId) -> Result<()> {
    store::hold_round(tx, id)?;
    let round = rounds::round(tx.conn(), id)?;
    let latest = store::latest(tx.conn(), id)?;
    let objections = objections::of_round(tx.conn(), id)?;
    let award = publicity::may_publish(&round, latest.as_ref(), &objections, ctx.now)?;
    is_current(tx, &round, &award)?;
    selection::none_running(tx.conn(), id)?;
    reassignment::none_open(tx.conn(), id, ctx.now)?;

    let round = move_to(tx, ctx, &round, RoundState::Publicity, "")?;
    if award.published_at.is_none() {
        store::set_published(tx, &award.id, ctx.now)?;
    }
    let deed = Deed { action: "award.publish", subject: "awards", id: award.id.as_str() };
    audit::record(tx, ctx, deed, &(), &facts(&award))?;
    let letter = Letter::AwardPublished {
        number: round.number.clone(),
        title: round.title.clone(),
        path: public_path(id),
        deadline: round.calendar.publicity_to.to_string(),
    };
    let key = format!("award_published:{}:{}", award.id, round.version);
    for bidder in store::bidders(tx.conn(), id)? {
        for to in people::recipients(tx.conn(), &bidder)? {
            notify::post(tx, ctx, &to, &letter, &key)?;
        }
    }
    Ok(())
}

/// The version rests on the data as they are now.
fn is_current(tx: &mut Tx, round: &Round, award: &Version) -> Result<()> {
    if input::load(tx.conn(), round)?.sha256 == award.input_sha256 {
        return Ok(());
    }
    Err(Error::refused(Refused::Stale(award.version)))
}

/// A request for the second person's confirmation of an award.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = approvals)]
pub struct Request {
    /// Its id.
    pub id: ApprovalId,
    /// The table of the thing.
    pub subject: String,
    /// Which one.
    pub subject_id: String,
    /// What is to be approved.
    pub action: String,
    /// Who asked.
    pub asked_by: AccountId,
    /// When.
    pub asked_at: Time,
}

/// The words of a request: a round's award.
const SUBJECT: &str = "rounds";
const ACTION: &str = "award";

/// The open request for confirming a round's award, with the name of who asked.
pub fn open_request(conn: &mut Conn, id: &RoundId) -> Result<Option<(Request, String)>> {
    Ok(approvals::table
        .inner_join(accounts::table.on(accounts::id.eq(approvals::asked_by)))
        .filter(
            approvals::subject
                .eq(SUBJECT)
                .and(approvals::subject_id.eq(id.as_str()))
                .and(approvals::action.eq(ACTION))
                .and(approvals::decision.eq("")),
        )
        .select((Request::as_select(), accounts::name))
        .first(conn)
        .optional()?)
}

fn close(tx: &mut Tx, ctx: &Ctx, request: &Request, decision: &str, remark: &str) -> Result<()> {
    diesel::update(approvals::table.find(&request.id))
        .set((
            approvals::decision.eq(decision),
            approvals::remark.eq(remark),
            approvals::decided_by.eq(ctx.actor.account.clone()),
            approvals::decided_at.eq(Some(ctx.now)),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// An officer asks for the confirmation of the award.
pub fn ask(tx: &mut Tx, ctx: &Ctx, request: ApprovalId, id: &RoundId) -> Result<()> {
    store::hold_round(tx, id)?;
    let round = rounds::round(tx.conn(), id)?;
    let award = ready(tx, ctx, &round)?;
    match open_request(tx.conn(), id)? {
        Some((open, _)) if open.id == request => return Ok(()),
        Some(_) => return Err(Error::refused(Refused::AskedAlready)),
        None => {}
    }
    let request = Request {
        id: request,
        subject: SUBJECT.to_owned(),
        subject_id: id.to_string(),
        action: ACTION.to_owned(),
        asked_by: ctx.actor.account.clone().ok_or(Error::Forbidden)?,
        asked_at: ctx.now,
    };
    diesel::insert_into(approvals::table).values(&request).execute(tx.conn())?;
    let deed = Deed { action: "award.ask", subject: "awards", id: award.id.as_str() };
    audit::record(tx, ctx, deed, &(), &facts(&award))?;
    for to in people::recipients_with(tx.conn(), Role::Reviewer)? {
        let letter = Letter::ApprovalAsked {
            number: round.number.clone(),
            title: round.title.clone(),
            path: format!("/rounds/{id}/award"),
            action: to.lang.text().evaluation.confirm_award.to_owned(),
            by: ctx.actor.name.clone(),
        };
        notify::post(tx, ctx, &to, &letter, &format!("award_asked:{}", request.id))?;
    }
    Ok(())
}

fn ready(tx: &mut Tx, ctx: &Ctx, round: &Round) -> Result<Version> {
    let latest = store::latest(tx.conn(), &round.id)?;
    let objections = objections::of_round(tx.conn(), &round.id)?;
    let award = publicity::may_confirm(round, latest.as_ref(), &objections, ctx.now)?;
    is_current(tx, round, &award)?;
    Ok(award)
}

/// The second person makes the award final.
pub fn confirm(tx: &mut Tx, ctx: &Ctx, id: &RoundId) -> Result<()> {
    store::hold_round(tx, id)?;
    let round = rounds::round(tx.conn(), id)?;
    let award = ready(tx, ctx, &round)?;
    let Some((request, _)) = open_request(tx.conn(), id)? else {
        return Err(Error::refused(Refused::NotAsked));
    };
    publicity::may_decide(&award, request.asked_by.as_str(), request.asked_at, ctx)?;

    close(tx, ctx, &request, "approved", "")?;
    store::set_state(tx, &award.id, AwardState::Confirmed)?;
    move_to(tx, ctx, &round, RoundState::Awarded, "")?;
    let deed = Deed { action: "award.confirm", subject: "awards", id: award.id.as_str() };
    let confirmed = Version { state: AwardState::Confirmed, ..award.clone() };
    audit::record(tx, ctx, deed, &facts(&award), &facts(&confirmed))
}

/// The second person sends the request back with a remark.
pub fn send_back(tx: &mut Tx, ctx: &Ctx, id: &RoundId, remark: &str) -> Result<()> {
    store::hold_round(tx, id)?;
    let remark = publicity::text(remark, "remark")?;
    let Some((request, _)) = open_request(tx.conn(), id)? else {
        return Err(Error::refused(Refused::NotAsked));
    };
    close(tx, ctx, &request, "rejected", &remark)?;
    let deed = Deed { action: "award.send_back", subject: "rounds", id: id.as_str() };
    audit::record(tx, ctx, deed, &(), &remark)
}

/// Takes back an open request: the proposal is about to change.
pub(super) fn withdraw_request(tx: &mut Tx, ctx: &Ctx, id: &RoundId, why: &str) -> Result<()> {
    match open_request(tx.conn(), id)? {
        Some((request, _)) => close(tx, ctx, &request, "withdrawn", why),
        None => Ok(()),
    }
}
