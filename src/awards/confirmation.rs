//! From proposal to final award: made public by an officer, confirmed by a second person.

use super::evaluation::{facts, move_to};
use super::publicity::{self, Refused};
use super::store::{self, AwardState, Version};
use super::{input, objections, questions};
use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter};
use crate::people;
use crate::rounds::approvals::{self, Action, Approval, Asked};
use crate::rounds::{self, Round, RoundState};
use crate::types::{Ctx, RoundId};

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
    questions::none_open(tx.conn(), id)?;
    is_current(tx, &round, &award)?;

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
pub(super) fn is_current(tx: &mut Tx, round: &Round, award: &Version) -> Result<()> {
    if input::load(tx.conn(), round)?.sha256 == award.input_sha256 {
        return Ok(());
    }
    Err(Error::refused(Refused::Stale(award.version)))
}

/// The open request for confirming a round's award, with the name of who asked.
pub fn open_request(conn: &mut Conn, id: &RoundId) -> Result<Option<(Approval, String)>> {
    approvals::open_by(conn, "rounds", id.as_str(), Action::Award)
}

/// An officer asks for the confirmation of the award.
pub fn ask(tx: &mut Tx, ctx: &Ctx, id: &RoundId) -> Result<()> {
    store::hold_round(tx, id)?;
    let round = rounds::round(tx.conn(), id)?;
    ready(tx, ctx, &round)?;
    approvals::ask(tx, ctx, Asked::of_round(&round, Action::Award)).map(drop)
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
    publicity::may_decide(&award, request.asked_at)?;

    approvals::decide(tx, ctx, &request.id, true, "")?;
    store::set_state(tx, &award.id, AwardState::Confirmed)?;
    move_to(tx, ctx, &round, RoundState::Awarded, "")?;
    let deed = Deed { action: "award.confirm", subject: "awards", id: award.id.as_str() };
    let confirmed = Version { state: AwardState::Confirmed, ..award.clone() };
    audit::record(tx, ctx, deed, &facts(&award), &facts(&confirmed))
}

/// The second person sends the request back with a remark.
pub fn send_back(tx: &mut Tx, ctx: &Ctx, id: &RoundId, remark: &str) -> Result<()> {
    store::hold_round(tx, id)?;
    let Some((request, _)) = open_request(tx.conn(), id)? else {
        return Err(Error::refused(Refused::NotAsked));
    };
    approvals::decide(tx, ctx, &request.id, false, remark).map(drop)
}

/// Takes back an open request: the proposal is about to change.
pub(super) fn withdraw_request(tx: &mut Tx, ctx: &Ctx, id: &RoundId) -> Result<()> {
    approvals::withdraw(tx, ctx, "rounds", id.as_str(), Action::Award)
}
