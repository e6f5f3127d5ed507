//! Publishing a round: the second person's approval, and who hears of it.

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter};
use crate::people::{self, OrganisationKind};
use crate::rounds::approvals::{self, Action, Approval, Asked, Decision};
use crate::rounds::{Fields, Refused, Round, RoundState, round, rules, store};
use crate::types::{Ctx, RoundId};

/// The address of a round's page.
pub fn path(id: &RoundId) -> String {
    format!("/rounds/{id}")
}

fn check(conn: &mut Conn, round: &Round, ctx: &Ctx) -> Result<()> {
    let regions = store::regions_of(conn, &round.id)?.len();
    let lots = store::lots_of(conn, &round.id)?.len();
    rules::publishable(round, regions, lots, ctx.now).map_err(Error::refused)
}

/// Asks a reviewer to publish a draft that is complete.
pub fn ask(tx: &mut Tx, ctx: &Ctx, id: &RoundId) -> Result<Approval> {
    let round = round(tx.conn(), id)?;
    check(tx.conn(), &round, ctx)?;
    approvals::ask(tx, ctx, Asked::of_round(&round, Action::Publish))
}

/// Publishes a draft that a reviewer has approved: in the transaction of the approval.
pub fn publish(tx: &mut Tx, ctx: &Ctx, id: &RoundId) -> Result<Round> {
    let before = round(tx.conn(), id)?;
    check(tx.conn(), &before, ctx)?;
    let approval = approvals::latest(tx.conn(), "rounds", id.as_str(), Action::Publish)?;
    if approval.is_none_or(|a| a.decision != Decision::Approved) {
        return Err(Error::refused(Refused::NotApproved));
    }
    let after = Round {
        state: RoundState::Demand,
        published_at: Some(ctx.now),
        version: before.version.saturating_add(1),
        ..before
    };
    rules::may_move(before.state, after.state).map_err(Error::refused)?;
    store::update_round(tx, &after)?;
    let fields = Fields::of(tx.conn(), &after)?;
    let lots = store::lots_of(tx.conn(), id)?;
    audit::record(
        tx,
        ctx,
        Deed { action: "round.publish", subject: "rounds", id: id.as_str() },
        &(),
        &(&fields, &lots),
    )?;
    let letter = Letter::RoundPublished {
        number: after.number.clone(),
        title: after.title.clone(),
        path: path(id),
        demand_to: after.calendar.demand_to.to_string(),
        bidding_to: after.calendar.bidding_to.to_string(),
    };
    tell(tx, ctx, &after, &letter, &format!("round.published:{id}"))?;
    Ok(after)
}

/// Writes to every active hospital of the member regions and to every active supplier.
pub fn tell(tx: &mut Tx, ctx: &Ctx, round: &Round, letter: &Letter, key: &str) -> Result<()> {
    let regions = store::regions_of(tx.conn(), &round.id)?;
    let mut concerned = people::store::active_in(tx.conn(), OrganisationKind::Supplier, &[])?;
    if !regions.is_empty() {
        concerned.extend(people::store::active_in(tx.conn(), OrganisationKind::Hospital, &regions)?);
    }
    for organisation in concerned {
        for person in people::recipients(tx.conn(), &organisation.id)? {
            notify::post(tx, ctx, &person, letter, key)?;
        }
    }
    Ok(())
}
