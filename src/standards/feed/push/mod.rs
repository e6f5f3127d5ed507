//! Push: what consumers with an endpoint have not taken yet is posted there, row after row.
//!
//! Of each consumer one push at most is on its way: the next is made when it has arrived, so that nothing is passed over
//! and nothing comes out of order. What arrived without our hearing of it is sent again: a consumer takes a row it has
//! for done.

pub mod http;
pub mod rules;
pub mod store;

use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::{Conn, Db, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter, News};
use crate::people;
use crate::schema::pushes;
use crate::signing::Signer;
use crate::signing::message;
use crate::standards::feed::{Batch, Consumer, Item, KEEPERS};
use crate::standards::store as standards;
use crate::text::Text;
use crate::types::{ConsumerId, Ctx, PushId, Time};

use http::{Courier, Parcel};
pub use rules::Refused;

crate::words! {
    /// How far a push is.
    PushState {
        /// To be sent, or sent again.
        Queued = "queued",
        /// The endpoint took it.
        Sent = "sent",
        /// Given up until somebody says to try again.
        Dead = "dead",
    }
}

impl PushState {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            PushState::Queued => t.api.push_queued,
            PushState::Sent => t.api.push_sent,
            PushState::Dead => t.api.push_dead,
        }
    }
}

/// Rows on their way to an endpoint: those after `since` up to `last_seq`.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = pushes, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Push {
    /// Its id: the same at every try.
    pub id: PushId,
    /// To which consumer.
    pub consumer_id: ConsumerId,
    /// The row before its first.
    pub since: i64,
    /// Its last row.
    pub last_seq: i64,
    /// How far it is.
    pub state: PushState,
    /// Tries so far.
    pub attempts: i32,
    /// Not to be tried before.
    pub next_at: Time,
    /// Somebody is sending it until then.
    pub leased_until: Option<Time>,
    /// What the last try came to, when it failed.
    pub error: String,
    /// When it was made.
    pub created_at: Time,
    /// When the endpoint took it.
    pub sent_at: Option<Time>,
}

/// What a run did.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Taken by an endpoint.
    pub sent: usize,
    /// To be tried again later.
    pub later: usize,
    /// Given up.
    pub dead: usize,
}

/// Rows of one push.
pub const SIZE: i64 = 500;
/// Pushes to one consumer in one run; the next run goes on.
const RUN: usize = 200;

/// Pushes what is due to every endpoint.
pub fn push_due(db: &Db, signer: &Signer, courier: &Courier, clock: &dyn Fn() -> Time) -> Result<Tally> {
    let mut tally = Tally::default();
    for consumer in db.read(store::with_endpoint)? {
        for _ in 0..RUN {
            let taken = db.write(|tx| take(tx, &consumer, courier, clock()))?;
            let Some((push, endpoint)) = taken else { break };
            let batch = db.read(|conn| batch(conn, &push))?;
            let body = serde_json::to_vec(&batch)?;
            let hash = rules::sha256(&body);
            let seal = message::seal(signer, &hash, push.last_seq, clock())?;
            let parcel = Parcel { push: &push, more: batch.more, seal: &seal, body: &body };
            let after = rules::settled(&push, courier.post(&endpoint, &parcel).err(), clock());
            if !db.write(|tx| settle(tx, &Ctx::system(clock(), "push"), (&push, &endpoint), &after))? {
                continue;
            }
            match after.state {
                PushState::Sent => tally.sent += 1,
                PushState::Queued => tally.later += 1,
                PushState::Dead => tally.dead += 1,
            }
            if after.state != PushState::Sent {
                break;
            }
        }
    }
    Ok(tally)
}

/// The rows of a push as the feed gives them.
pub fn batch(conn: &mut Conn, push: &Push) -> Result<Batch> {
    let count = push.last_seq - push.since;
    let items: Vec<Item> = standards::since(conn, push.since, count)?.into_iter().map(Item::from).collect();
    if items.last().map(|it| it.seq) != Some(push.last_seq) {
        return Err(Error::fault(format!("push {}: rows are missing", push.id)));
    }
    Ok(Batch { items, last_seq: push.last_seq, more: standards::last_seq(conn)? > push.last_seq })
}

/// Takes the push of a consumer that is due and held by nobody, or makes the next one; with it where to send it.
fn take(tx: &mut Tx, of: &Consumer, courier: &Courier, now: Time) -> Result<Option<(Push, String)>> {
    let Some(consumer) = standards::consumer(tx.conn(), &of.id)? else { return Ok(None) };
    if !consumer.active || consumer.endpoint.is_empty() {
        return Ok(None);
    }
    let leased_until = Some(now.plus_millis(courier.lease_millis()));
    if let Some(open) = store::open(tx.conn(), &consumer.id)? {
        if !rules::is_due(&open, now) {
            return Ok(None);
        }
        let push = Push { leased_until, ..open };
        store::update(tx, &push)?;
        return Ok(Some((push, consumer.endpoint)));
    }
    let last = standards::last_seq(tx.conn())?;
    if last <= consumer.pushed {
        return Ok(None);
    }
    let push = Push {
        id: PushId::new(),
        consumer_id: consumer.id.clone(),
        since: consumer.pushed,
        last_seq: last.min(consumer.pushed + SIZE),
        state: PushState::Queued,
        attempts: 0,
        next_at: now,
        leased_until,
        error: String::new(),
        created_at: now,
        sent_at: None,
    };
    store::insert(tx, &push)?;
    Ok(Some((push, consumer.endpoint)))
}

/// Writes what a try came to; whether it counts. Taken is taken whoever sent it, and a failure counts only while the
/// lease was ours; but neither counts for another endpoint than the one that was posted to.
fn settle(tx: &mut Tx, ctx: &Ctx, (before, endpoint): (&Push, &str), after: &Push) -> Result<bool> {
    let Some(now) = store::push(tx.conn(), &before.id)? else { return Ok(false) };
    let consumer = standards::consumer(tx.conn(), &before.consumer_id)?.ok_or(Error::NotFound)?;
    let is_ours = now.leased_until == before.leased_until;
    if consumer.endpoint != endpoint
        || now.state == PushState::Sent
        || (after.state != PushState::Sent && !is_ours)
    {
        return Ok(false);
    }
    store::update(tx, after)?;
    if after.state == PushState::Sent {
        store::set_pushed(tx, &after.consumer_id, after.last_seq)?;
    }
    if after.state == PushState::Dead {
        tell_given_up(tx, ctx, after, consumer.name)?;
    }
    Ok(true)
}

/// Those who keep the feed hear of a push that was given up, each time it is.
fn tell_given_up(tx: &mut Tx, ctx: &Ctx, push: &Push, consumer: String) -> Result<()> {
    let letter = Letter::Supply {
        news: News::PushGivenUp,
        number: format!("{}–{}", push.since + 1, push.last_seq),
        title: consumer,
        path: "/standards/pushes?state=dead".to_owned(),
        detail: push.error.clone(),
    };
    for role in KEEPERS {
        for to in people::recipients_with(tx.conn(), *role)? {
            notify::post(tx, ctx, &to, &letter, &format!("push_given_up:{}:{}", push.id, ctx.now.millis()))?;
        }
    }
    Ok(())
}

/// Sets where rows are pushed to, or ends that. Pushing begins behind what the consumer has acknowledged; a push that
/// was on its way goes to the new endpoint at once, whatever the old one makes of it.
pub fn set_endpoint(tx: &mut Tx, ctx: &Ctx, id: &ConsumerId, given: &str) -> Result<()> {
    let before = standards::consumer(tx.conn(), id)?.ok_or(Error::NotFound)?;
    let endpoint = rules::endpoint(given)?;
    if endpoint == before.endpoint {
        return Ok(());
    }
    let open = store::open(tx.conn(), id)?;
    let pushed = match open {
        Some(_) => before.pushed,
        None => before.pushed.max(before.acknowledged),
    };
    let after = Consumer { endpoint, pushed, ..before.clone() };
    standards::update_consumer(tx, &after)?;
    if let Some(push) = open {
        store::update(tx, &rules::again(&push, ctx.now))?;
    }
    let deed = Deed { action: "consumer.endpoint", subject: "consumers", id: id.as_str() };
    audit::record(tx, ctx, deed, &before.endpoint, &after.endpoint)
}

/// Lets a push that was given up be tried again.
pub fn retry(tx: &mut Tx, ctx: &Ctx, id: &PushId) -> Result<()> {
    let before = store::push(tx.conn(), id)?.ok_or(Error::NotFound)?;
    if before.state != PushState::Dead {
        return Ok(());
    }
    let after = rules::again(&before, ctx.now);
    store::update(tx, &after)?;
    let deed = Deed { action: "push.retry", subject: "pushes", id: id.as_str() };
    audit::record(tx, ctx, deed, &before, &after)
}
