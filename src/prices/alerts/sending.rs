//! Writing the mails that are due, and letting them go only to those who may still have them.

use super::{
    Draft, Frequency, State, Subscription, is_stopped, post, reader, report, rules, store, unsubscribe_path,
};
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::notify::Mail;
use crate::signing::Signer;
use crate::types::{AlertId, Ctx, SubscriptionId};

/// What a run of the writer did.
#[derive(Debug, Default)]
pub struct Tally {
    /// Mails written.
    pub written: usize,
    /// Nothing new to tell.
    pub nothing: usize,
    /// Nothing may be sent now; told when it may.
    pub held: usize,
    /// Subscriptions that met a fault of ours, and the last fault.
    pub faults: usize,
    /// The last fault.
    pub fault: Option<Error>,
}

/// What became of one subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Written,
    Nothing,
    Held,
}

/// Subscriptions looked at together.
const BATCH: i64 = 200;

/// Writes the mail of every subscription that is due, each in its own transaction: a fault of one stops no other.
pub fn write_due(db: &Db, ctx: &Ctx, signer: &Signer, most_bounces: i64) -> Result<Tally> {
    // A look that holds nobody up comes first: a scan may be writing.
    let (is_changed, last) = db.read(|conn| Ok((store::is_changed(conn)?, store::last_sweep(conn)?)))?;
    let to = if is_changed { db.write(store::sweep)? } else { last };
    let (mut tally, mut after) = (Tally::default(), None);
    loop {
        let due = db.read(|conn| store::due(conn, ctx.now, after.as_ref(), BATCH))?;
        let Some(last) = due.last().cloned() else { return Ok(tally) };
        for id in &due {
            match db.write(|tx| write_one(tx, ctx, id, to, (signer, most_bounces))) {
                Ok(Outcome::Written) => tally.written += 1,
                Ok(Outcome::Nothing) => tally.nothing += 1,
                Ok(Outcome::Held) => tally.held += 1,
                Err(fault) => {
                    tally.faults += 1;
                    tally.fault = Some(fault);
                }
            }
        }
        after = Some(last);
    }
}

/// Writes the mail of one subscription, if it is still due: the mail, the record of what it tells and the place the
/// subscription has come to are one transaction, so nothing is told twice and nothing is lost.
fn write_one(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &SubscriptionId,
    to: i64,
    (signer, most_bounces): (&Signer, i64),
) -> Result<Outcome> {
    let found = store::subscription(tx.conn(), id)?;
    let Some(it) = found.filter(|it| it.state == State::Active && it.next_at <= ctx.now) else {
        return Ok(Outcome::Nothing);
    };
    if it.frequency == Frequency::AtOnce && it.sweep >= to {
        return Ok(Outcome::Nothing);
    }
    let Some((account, scope)) = reader(tx.conn(), &it.account_id)? else { return Ok(Outcome::Held) };
    if is_stopped(tx.conn(), &account.email, most_bounces)? {
        return Ok(Outcome::Held);
    }
    let alert = AlertId::new();
    let about = report::About { subscription: &it, scope: &scope, lang: account.lang, to, now: ctx.now };
    let report = report::write(tx.conn(), &about, &alert, &unsubscribe_path(signer, id))?;
    let is_written = !report.is_empty() || it.even_if_nothing;
    let moved = Subscription {
        sweep: to.max(it.sweep),
        told_to: if is_written { ctx.now } else { it.told_to },
        next_at: rules::next(it.frequency, it.weekday, it.hour, ctx.now),
        ..it.clone()
    };
    store::update(tx, &moved)?;
    if !is_written {
        return Ok(Outcome::Nothing);
    }
    let draft = Draft { subscription: &it, account: &account, report, id: alert, after: it.sweep, to };
    post(tx, ctx, draft)?;
    Ok(Outcome::Written)
}

/// Whether a mail may still be handed over: an alert only to the address its reader has now, while he may see findings
/// and has not ended the subscription. What is withheld is told again by the subscription's next mail, should it go on.
pub fn may_send(tx: &mut Tx, mail: &Mail) -> Result<bool> {
    let Some(alert) = store::alert_of_mail(tx.conn(), &mail.id)? else { return Ok(true) };
    let Some(it) = store::subscription(tx.conn(), &alert.subscription_id)? else { return Ok(false) };
    let is_wanted = !matches!(it.state, State::Unsubscribed | State::Deleted);
    let is_his =
        reader(tx.conn(), &alert.account_id)?.is_some_and(|(account, _)| account.email == mail.address);
    if is_wanted && is_his {
        return Ok(true);
    }
    if !alert.is_test && !store::is_told_by_another(tx.conn(), &alert)? {
        store::update(tx, &Subscription { sweep: it.sweep.min(alert.after_sweep), ..it })?;
    }
    Ok(false)
}
