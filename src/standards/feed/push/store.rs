//! SQL of pushes.

use diesel::prelude::*;

use super::{Push, PushState};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::schema::{consumers, pushes};
use crate::standards::feed::Consumer;
use crate::types::{ConsumerId, PushId};

/// Active consumers with an endpoint.
pub fn with_endpoint(conn: &mut Conn) -> Result<Vec<Consumer>> {
    Ok(consumers::table
        .filter(consumers::active.eq(true).and(consumers::endpoint.ne("")))
        .order(consumers::id)
        .select(Consumer::as_select())
        .load(conn)?)
}

/// One push.
pub fn push(conn: &mut Conn, id: &PushId) -> Result<Option<Push>> {
    Ok(pushes::table.find(id).select(Push::as_select()).first(conn).optional()?)
}

/// The push of a consumer that has not arrived.
pub fn open(conn: &mut Conn, consumer: &ConsumerId) -> Result<Option<Push>> {
    Ok(pushes::table
        .filter(pushes::consumer_id.eq(consumer).and(pushes::state.ne(PushState::Sent)))
        .select(Push::as_select())
        .first(conn)
        .optional()?)
}

/// Enters a push.
pub fn insert(tx: &mut Tx, it: &Push) -> Result<()> {
    diesel::insert_into(pushes::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Writes a push's fields.
pub fn update(tx: &mut Tx, it: &Push) -> Result<()> {
    diesel::update(pushes::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// Writes the last row an endpoint took.
pub fn set_pushed(tx: &mut Tx, consumer: &ConsumerId, seq: i64) -> Result<()> {
    diesel::update(consumers::table.find(consumer)).set(consumers::pushed.eq(seq)).execute(tx.conn())?;
    Ok(())
}

/// A page of pushes, newest first.
pub fn page(
    conn: &mut Conn,
    state: Option<PushState>,
    before: Option<PushId>,
    limit: i64,
) -> Result<Vec<Push>> {
    let mut query = pushes::table.select(Push::as_select()).into_boxed();
    if let Some(state) = state {
        query = query.filter(pushes::state.eq(state));
    }
    if let Some(id) = before {
        query = query.filter(pushes::id.lt(id));
    }
    Ok(query.order(pushes::id.desc()).limit(limit).load(conn)?)
}

/// How many pushes were given up.
pub fn dead(conn: &mut Conn) -> Result<i64> {
    Ok(pushes::table.filter(pushes::state.eq(PushState::Dead)).count().get_result(conn)?)
}
