//! The settlement feed: released standards in the order of their numbers, and the consumers that fetch them.
//!
//! A consumer asks for everything after the last number it has, takes it over, and acknowledges. Numbers have no
//! gap and become visible in their order, so "after the last" never misses a row. It can also ask for all that holds
//! from a day on, say what it holds and be told what differs, have claim lines checked, and have rows pushed to it.

pub mod check;
pub mod compare;
pub mod push;
mod snapshot;

use std::io::Write;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::files::write::Csv;
use crate::people::Role;
use crate::schema::consumers;
use crate::standards::store::Sent;
use crate::standards::{Refused, refused, store};
use crate::tokens::{self, Scope, Scopes};
use crate::types::{ApiTokenId, ConsumerId, Ctx, Time, UnitPrice};

/// A system that fetches standards.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = consumers, treat_none_as_null = true)]
pub struct Consumer {
    /// Its id.
    pub id: ConsumerId,
    /// Its name.
    pub name: String,
    /// Whether it may fetch.
    pub active: bool,
    /// The last row it has taken over.
    pub acknowledged: i64,
    /// When it said so.
    pub acknowledged_at: Option<Time>,
    /// Where rows are pushed to; empty when it fetches them itself.
    pub endpoint: String,
    /// The last row its endpoint took.
    pub pushed: i64,
    /// When it was entered.
    pub created_at: Time,
}

/// Who keeps the feed's consumers, and is written to when one takes nothing.
pub const KEEPERS: &[Role] = &[Role::Settlement, Role::Admin];

/// What the trail shows of a consumer.
#[derive(Serialize)]
struct Facts<'a> {
    name: &'a str,
    active: bool,
    acknowledged: i64,
    endpoint: &'a str,
}

impl Consumer {
    fn facts(&self) -> Facts<'_> {
        Facts {
            name: &self.name,
            active: self.active,
            acknowledged: self.acknowledged,
            endpoint: &self.endpoint,
        }
    }
}

/// One row of the feed. Prices are decimal strings in yuan for one smallest unit, days are `YYYY-MM-DD`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Standard)]
pub struct Item {
    /// Its number, from 1 without a gap; a row never changes.
    pub seq: i64,
    /// The release's number.
    pub release: String,
    /// The round's number; empty of a negotiated drug.
    pub round: String,
    /// The lot's code; empty of a negotiated drug.
    pub lot: String,
    /// The product as bid, or its NHSA code.
    pub product: String,
    /// The generic name.
    pub generic: String,
    /// The spec.
    pub spec: String,
    /// The pack; empty when the standard holds for every pack.
    pub pack: String,
    /// The company.
    pub company: String,
    /// What the fund recognises. It pays on the lower of this and the price charged.
    #[schema(value_type = String)]
    pub standard: UnitPrice,
    /// The product's own price.
    #[schema(value_type = String)]
    pub price: UnitPrice,
    /// First day in force.
    #[schema(value_type = String, format = Date)]
    pub starts: NaiveDate,
    /// Last day in force; null while no later standard of the product starts. In force on a day is, of the rows of a
    /// product, company and spec that cover it and that no row supersedes, the one that starts last.
    #[schema(value_type = Option<String>, format = Date)]
    pub ends: Option<NaiveDate>,
    /// `SELECTED`, `LOWER`, `WITHIN_MULTIPLE`, `CUT`, `FINAL_YEAR`, `NOT_EVALUATED`, `NEGOTIATED` or
    /// `CORRECTED`.
    pub basis: String,
    /// The clause it rests on.
    pub clause: String,
    /// The arithmetic with its numbers.
    pub arithmetic: String,
    /// The number of the row it takes the place of: forget that one.
    pub supersedes: Option<i64>,
    /// When it was released, to the millisecond with its zone.
    pub released_at: String,
    /// What one smallest unit is, where it is known.
    pub unit: String,
    /// A negotiated drug that designated pharmacies dispense too (双通道).
    pub dual_channel: bool,
    /// The number of the document a negotiated drug's standard rests on; empty of a round.
    pub document: String,
}

impl From<Sent> for Item {
    fn from((it, release, released_at, round): Sent) -> Self {
        Self {
            seq: it.seq,
            release,
            round,
            lot: it.lot,
            product: it.product,
            generic: it.generic,
            spec: it.spec,
            pack: it.pack,
            company: it.company,
            standard: it.standard,
            price: it.price,
            starts: it.starts,
            ends: it.ends,
            basis: it.basis,
            clause: it.clause,
            arithmetic: it.arithmetic,
            supersedes: it.supersedes,
            released_at: released_at.iso(),
            unit: it.unit,
            dual_channel: it.dual_channel,
            document: it.document,
        }
    }
}

/// An answer of the feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Standards)]
pub struct Batch {
    /// The rows after `since`, in order.
    pub items: Vec<Item>,
    /// The number of the last row here; `since` when there is none. Ask for what comes after it next.
    pub last_seq: i64,
    /// Whether there are more rows now.
    pub more: bool,
}

/// Rows of an answer when the consumer names no limit, and at most.
pub const LIMIT: i64 = 500;
/// The most rows of one answer.
pub const MOST: i64 = 5_000;

/// The rows after `since`.
pub fn batch(conn: &mut Conn, since: i64, limit: i64) -> Result<Batch> {
    let mut items: Vec<Item> = store::since(conn, since, limit + 1)?.into_iter().map(Item::from).collect();
    let more = i64::try_from(items.len()).is_ok_and(|n| n > limit);
    if more {
        items.pop();
    }
    let last_seq = items.last().map_or(since, |it| it.seq);
    Ok(Batch { items, last_seq, more })
}

/// Rows of one reading of all that holds.
const READING: i64 = 2_000;

/// Everything a reader needs who begins on a day, in the order of the feed, some rows at a time: what is in force then
/// or later and no row supersedes. With the rows that come after, nothing of that day or later is missing.
pub fn from_day(conn: &mut Conn, day: NaiveDate, mut take: impl FnMut(&[Item]) -> Result<()>) -> Result<()> {
    let seqs = snapshot::from_day(conn, day)?;
    let mut done = 0;
    while let Some(next) = seqs.get(done) {
        let mut items: Vec<Item> =
            store::since(conn, next - 1, READING)?.into_iter().map(Item::from).collect();
        items.retain(|it| seqs.binary_search(&it.seq).is_ok());
        if items.is_empty() {
            return Err(Error::fault("rows of the feed are missing"));
        }
        done += items.len();
        take(&items)?;
    }
    Ok(())
}

/// The columns of the CSV variant, named as in JSON.
pub const COLUMNS: [&str; 21] = [
    "seq",
    "release",
    "round",
    "lot",
    "product",
    "generic",
    "spec",
    "pack",
    "company",
    "standard",
    "price",
    "starts",
    "ends",
    "basis",
    "clause",
    "arithmetic",
    "supersedes",
    "released_at",
    "unit",
    "dual_channel",
    "document",
];

/// Writes rows under [`COLUMNS`].
pub fn write_rows<W: Write>(out: &mut Csv<W>, items: &[Item]) -> Result<()> {
    for it in items {
        out.row([
            it.seq.to_string().as_str(),
            &it.release,
            &it.round,
            &it.lot,
            &it.product,
            &it.generic,
            &it.spec,
            &it.pack,
            &it.company,
            &it.standard.to_string(),
            &it.price.to_string(),
            &it.starts.to_string(),
            &it.ends.map(|d| d.to_string()).unwrap_or_default(),
            &it.basis,
            &it.clause,
            &it.arithmetic,
            &it.supersedes.map(|s| s.to_string()).unwrap_or_default(),
            &it.released_at,
            &it.unit,
            if it.dual_channel { "true" } else { "false" },
            &it.document,
        ])?;
    }
    Ok(())
}

/// Enters a consumer with the hash of its first token.
pub fn add_consumer(tx: &mut Tx, ctx: &Ctx, id: ConsumerId, name: &str, token_hash: &str) -> Result<()> {
    let name: String = name.trim().chars().take(100).collect();
    if name.is_empty() {
        return Err(Refused::NoName.into());
    }
    if store::consumer(tx.conn(), &id)?.is_some() {
        return Err(Refused::MadeAlready.into());
    }
    if store::consumer_named(tx.conn(), &name)?.is_some() {
        return Err(Refused::NameTaken(name).into());
    }
    let it = Consumer {
        id,
        name,
        active: true,
        acknowledged: 0,
        acknowledged_at: None,
        endpoint: String::new(),
        pushed: 0,
        created_at: ctx.now,
    };
    store::insert_consumer(tx, &it)?;
    let deed = Deed { action: "consumer.add", subject: "consumers", id: it.id.as_str() };
    audit::record(tx, ctx, deed, &(), &it.facts())?;
    give_token(tx, ctx, &it, token_hash)
}

/// A consumer's token: what the feed offers, and nothing else.
fn give_token(tx: &mut Tx, ctx: &Ctx, it: &Consumer, token_hash: &str) -> Result<()> {
    let new = tokens::New {
        id: ApiTokenId::new(),
        name: it.name.clone(),
        scopes: Scopes::of(Scope::FEED),
        consumer: Some(it.id.clone()),
        organisation: None,
        expires_on: None,
        hash: token_hash.to_owned(),
    };
    tokens::make(tx, ctx, &new)
}

/// Gives a consumer a new token; the old one works until the end of a day, or ends at once without one. A consumer
/// whose token was revoked gets another.
pub fn rotate(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &ConsumerId,
    token_hash: &str,
    old_until: Option<NaiveDate>,
) -> Result<()> {
    let it = store::consumer(tx.conn(), id)?.ok_or(Error::NotFound)?;
    match tokens::store::of_consumer(tx.conn(), id)? {
        Some(token) => tokens::rotate(tx, ctx, &token.id, token_hash, old_until).map(drop),
        None => give_token(tx, ctx, &it, token_hash),
    }
}

/// Lets a consumer fetch, or no longer.
pub fn set_active(tx: &mut Tx, ctx: &Ctx, id: &ConsumerId, active: bool) -> Result<()> {
    let before = store::consumer(tx.conn(), id)?.ok_or(Error::NotFound)?;
    let after = Consumer { active, ..before.clone() };
    store::update_consumer(tx, &after)?;
    let deed = Deed { action: "consumer.active", subject: "consumers", id: id.as_str() };
    audit::record(tx, ctx, deed, &before.facts(), &after.facts())
}

/// A consumer says up to which row it has taken over. The same again changes nothing; backwards is refused.
pub fn acknowledge(tx: &mut Tx, ctx: &Ctx, id: &ConsumerId, seq: i64) -> Result<()> {
    let before = store::consumer(tx.conn(), id)?.ok_or(Error::NotFound)?;
    refused::acknowledge(before.acknowledged, seq, store::last_seq(tx.conn())?)?;
    if seq == before.acknowledged {
        return Ok(());
    }
    let after = Consumer { acknowledged: seq, acknowledged_at: Some(ctx.now), ..before.clone() };
    store::update_consumer(tx, &after)?;
    let deed = Deed { action: "consumer.acknowledge", subject: "consumers", id: id.as_str() };
    audit::record(tx, ctx, deed, &before.facts(), &after.facts())
}
