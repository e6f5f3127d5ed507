//! SQL of the choice of regions: selections, their queues, and what was taken.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{Picked, Queue, QueueRow, QueueState, RegionRow, Selection, SelectionState};
use crate::awards::Supply;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::schema::{lots, organisations, picks, queue_choosers, queue_regions, queues, selections};
use crate::types::{LotId, OrganisationId, QueueId, RoundId, SelectionId, Time};

/// One choice of regions.
pub fn selection(conn: &mut Conn, id: &SelectionId) -> Result<Option<Selection>> {
    Ok(selections::table.find(id).select(Selection::as_select()).first(conn).optional()?)
}

/// The choices of a round, newest first.
pub fn of_round(conn: &mut Conn, round: &RoundId) -> Result<Vec<Selection>> {
    Ok(selections::table
        .filter(selections::round_id.eq(round))
        .order((selections::started_at.desc(), selections::id.desc()))
        .select(Selection::as_select())
        .load(conn)?)
}

/// The rounds with a choice under way.
pub fn running(conn: &mut Conn) -> Result<Vec<RoundId>> {
    Ok(selections::table
        .filter(selections::state.eq(SelectionState::Running))
        .order(selections::id)
        .select(selections::round_id)
        .load(conn)?)
}

/// Enters a choice.
pub fn insert(tx: &mut Tx, it: &Selection) -> Result<()> {
    diesel::insert_into(selections::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Writes a choice's fields.
pub fn update(tx: &mut Tx, it: &Selection) -> Result<()> {
    diesel::update(selections::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// Enters a lot's queue with its choosers and regions.
pub fn insert_queue(tx: &mut Tx, it: &Queue) -> Result<()> {
    diesel::insert_into(queues::table).values(&it.row).execute(tx.conn())?;
    for ((supplier, _), place) in it.choosers.iter().zip(1i32..) {
        diesel::insert_into(queue_choosers::table)
            .values((
                queue_choosers::queue_id.eq(&it.row.id),
                queue_choosers::place.eq(place),
                queue_choosers::supplier_id.eq(supplier),
            ))
            .execute(tx.conn())?;
    }
    for region in &it.regions {
        diesel::insert_into(queue_regions::table).values(region).execute(tx.conn())?;
    }
    Ok(())
}

/// Writes a queue's fields.
pub fn update_queue(tx: &mut Tx, it: &QueueRow) -> Result<()> {
    diesel::update(queues::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// Enters what was taken.
pub fn insert_pick(tx: &mut Tx, it: &Picked) -> Result<()> {
    diesel::insert_into(picks::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// The queues of a round that were not cancelled, in the order of its lots.
pub fn queues(conn: &mut Conn, round: &RoundId) -> Result<Vec<Queue>> {
    let rows: Vec<QueueRow> = queues::table
        .inner_join(selections::table)
        .inner_join(lots::table)
        .filter(selections::round_id.eq(round).and(queues::state.ne(QueueState::Cancelled)))
        .order((lots::position, queues::id))
        .select(QueueRow::as_select())
        .load(conn)?;
    let ids: Vec<QueueId> = rows.iter().map(|row| row.id.clone()).collect();
    let mut choosers = choosers(conn, &ids)?;
    let mut regions = regions(conn, &ids)?;
    let mut taken = taken(conn, &ids)?;
    let full = |row: QueueRow| Queue {
        choosers: choosers.remove(&row.id).unwrap_or_default(),
        regions: regions.remove(&row.id).unwrap_or_default(),
        picks: taken.remove(&row.id).unwrap_or_default(),
        row,
    };
    Ok(rows.into_iter().map(full).collect())
}

type Choosers = HashMap<QueueId, Vec<(OrganisationId, String)>>;

fn choosers(conn: &mut Conn, ids: &[QueueId]) -> Result<Choosers> {
    let rows: Vec<(QueueId, OrganisationId, String)> = queue_choosers::table
        .inner_join(organisations::table)
        .filter(queue_choosers::queue_id.eq_any(ids))
        .order((queue_choosers::queue_id, queue_choosers::place))
        .select((queue_choosers::queue_id, queue_choosers::supplier_id, organisations::name))
        .load(conn)?;
    let mut map = Choosers::new();
    for (queue, supplier, name) in rows {
        map.entry(queue).or_default().push((supplier, name));
    }
    Ok(map)
}

fn regions(conn: &mut Conn, ids: &[QueueId]) -> Result<HashMap<QueueId, Vec<RegionRow>>> {
    let rows: Vec<RegionRow> = queue_regions::table
        .filter(queue_regions::queue_id.eq_any(ids))
        .order((queue_regions::queue_id, queue_regions::place))
        .select(RegionRow::as_select())
        .load(conn)?;
    let mut map: HashMap<QueueId, Vec<RegionRow>> = HashMap::new();
    for row in rows {
        map.entry(row.queue_id.clone()).or_default().push(row);
    }
    Ok(map)
}

fn taken(conn: &mut Conn, ids: &[QueueId]) -> Result<HashMap<QueueId, Vec<Picked>>> {
    let rows: Vec<Picked> = picks::table
        .filter(picks::queue_id.eq_any(ids))
        .order((picks::queue_id, picks::turn))
        .select(Picked::as_select())
        .load(conn)?;
    let mut map: HashMap<QueueId, Vec<Picked>> = HashMap::new();
    for row in rows {
        map.entry(row.queue_id.clone()).or_default().push(row);
    }
    Ok(map)
}

/// A region taken: lot, region, the company's code, for what.
pub type Taken = (LotId, String, String, Supply);

/// What was taken in the lots of a round that are done, in the order of turns.
pub fn done(conn: &mut Conn, round: &RoundId, at: Option<Time>) -> Result<Vec<Taken>> {
    let until = at.unwrap_or(Time::from_millis(i64::MAX));
    Ok(picks::table
        .inner_join(queues::table.inner_join(selections::table))
        .inner_join(organisations::table)
        .filter(selections::round_id.eq(round).and(queues::state.eq(QueueState::Done)))
        .filter(picks::at.le(until))
        .order((queues::lot_id, picks::turn))
        .select((queues::lot_id, picks::region, organisations::code, picks::supply))
        .load(conn)?)
}
