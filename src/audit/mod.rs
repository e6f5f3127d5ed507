//! The audit trail: a hash chain of who changed or exported what, written in the transaction of the change.

mod difference;

use diesel::prelude::*;
use serde::Serialize;

use crate::db::{self, Conn, Tx};
use crate::error::Result;
use crate::schema::audit_entries;
use crate::text::Text;
use crate::types::{AccountId, Ctx, OrganisationId, Time, sha256};

pub use difference::{Change, difference};

/// One link of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = audit_entries)]
pub struct Entry {
    /// Position, from 1 without a gap.
    pub seq: i64,
    /// When.
    pub at: Time,
    /// The account, empty when the platform acted.
    pub account_id: Option<AccountId>,
    /// The organisation acted for.
    pub organisation_id: Option<OrganisationId>,
    /// The actor's name at that time.
    pub actor: String,
    /// What was done: a verb such as `round.publish`.
    pub action: String,
    /// The kind of thing: its table.
    pub subject: String,
    /// Which one.
    pub subject_id: String,
    /// JSON before the change; `null` when it did not exist.
    pub before: String,
    /// JSON after the change; `null` when it no longer exists.
    pub after: String,
    /// Hash of the link before; empty for the first.
    pub previous: String,
    /// SHA-256 over every field above, length-prefixed.
    pub hash: String,
}

impl Entry {
    /// The hash this link must carry. Each field is preceded by its length, so no two links share a text.
    fn expected(&self) -> String {
        let fields = [
            self.seq.to_string(),
            self.at.millis().to_string(),
            self.account_id.as_ref().map(ToString::to_string).unwrap_or_default(),
            self.organisation_id.as_ref().map(ToString::to_string).unwrap_or_default(),
            self.actor.clone(),
            self.action.clone(),
            self.subject.clone(),
            self.subject_id.clone(),
            self.before.clone(),
            self.after.clone(),
            self.previous.clone(),
        ];
        sha256(fields.map(|f| format!("{}:{f}", f.len())).concat().as_bytes())
    }
}

/// What was done to what.
pub struct Deed<'a> {
    /// A verb such as `round.publish`.
    pub action: &'a str,
    /// The table of the thing changed.
    pub subject: &'a str,
    /// Its id.
    pub id: &'a str,
}

/// Adds a link in the transaction of the change. `before` and `after` are what a reader needs to see the
/// difference; never a sealed price or a password.
pub fn record(
    tx: &mut Tx,
    ctx: &Ctx,
    deed: Deed,
    before: &impl Serialize,
    after: &impl Serialize,
) -> Result<()> {
    let seq = db::next_number(tx, "audit")?;
    let previous: Option<String> = audit_entries::table
        .filter(audit_entries::seq.eq(seq - 1))
        .select(audit_entries::hash)
        .first(tx.conn())
        .optional()?;
    let mut entry = Entry {
        seq,
        at: ctx.now,
        account_id: ctx.actor.account.clone(),
        organisation_id: ctx.actor.organisation.clone(),
        actor: ctx.actor.name.clone(),
        action: deed.action.to_owned(),
        subject: deed.subject.to_owned(),
        subject_id: deed.id.to_owned(),
        before: serde_json::to_string(before)?,
        after: serde_json::to_string(after)?,
        previous: previous.unwrap_or_default(),
        hash: String::new(),
    };
    entry.hash = entry.expected();
    diesel::insert_into(audit_entries::table).values(&entry).execute(tx.conn())?;
    Ok(())
}

/// What walking the chain found.
#[derive(Debug, PartialEq, Eq)]
pub enum Chain {
    /// Every link holds.
    Whole {
        /// How many links.
        links: i64,
        /// The hash of the last one, to compare with what was published elsewhere.
        head: String,
    },
    /// The first link that does not hold.
    Broken {
        /// Its position.
        seq: i64,
        /// What is wrong with it.
        why: Break,
    },
}

/// How a link can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// A link is missing before this one.
    Gap,
    /// It does not point at the link before.
    Previous,
    /// Its fields were changed.
    Content,
    /// Links at the end are missing: the counter knows of more.
    Truncated,
}

impl Break {
    /// What is wrong, for people.
    pub fn say(self, t: &Text) -> &'static str {
        match self {
            Break::Gap => t.admin.break_gap,
            Break::Previous => t.admin.break_previous,
            Break::Content => t.admin.break_content,
            Break::Truncated => t.admin.break_truncated,
        }
    }
}

/// How many links are read at a time.
const PAGE: i64 = 2_000;

/// Walks the whole chain.
pub fn verify(conn: &mut Conn) -> Result<Chain> {
    let mut head = String::new();
    let mut last = 0;
    loop {
        let page: Vec<Entry> = audit_entries::table
            .filter(audit_entries::seq.gt(last))
            .order(audit_entries::seq)
            .limit(PAGE)
            .select(Entry::as_select())
            .load(conn)?;
        if page.is_empty() {
            break;
        }
        for entry in page {
            if let Some(why) = fault(&entry, last, &head) {
                return Ok(Chain::Broken { seq: last + 1, why });
            }
            last = entry.seq;
            head = entry.hash;
        }
    }
    let counted = counted(conn)?;
    if counted != last {
        return Ok(Chain::Broken { seq: last + 1, why: Break::Truncated });
    }
    Ok(Chain::Whole { links: last, head })
}

fn counted(conn: &mut Conn) -> Result<i64> {
    use crate::schema::counters::dsl;
    Ok(dsl::counters.find("audit").select(dsl::value).first(conn).optional()?.unwrap_or(0))
}

fn fault(entry: &Entry, last: i64, head: &str) -> Option<Break> {
    if entry.seq != last + 1 {
        Some(Break::Gap)
    } else if entry.previous != head {
        Some(Break::Previous)
    } else if entry.hash != entry.expected() {
        Some(Break::Content)
    } else {
        None
    }
}

/// What a reader of the trail asks for.
#[derive(Debug, Default, Clone)]
pub struct Filter {
    /// Only this action; with a dot at the end, every action that begins so.
    pub action: String,
    /// Only this subject id.
    pub subject_id: String,
    /// Only this actor's name.
    pub actor: String,
    /// Not before this moment.
    pub from: Option<Time>,
    /// Before this moment.
    pub to: Option<Time>,
    /// Links before this position (older), for the next page.
    pub before: Option<i64>,
}

/// A page of the trail, newest first.
pub fn page(conn: &mut Conn, filter: &Filter, limit: i64) -> Result<Vec<Entry>> {
    let mut query = audit_entries::table.select(Entry::as_select()).into_boxed();
    if let Some(area) = filter.action.strip_suffix('.') {
        // Everything from "area." up to "area/", the character after the dot.
        let (from, to) = (format!("{area}."), format!("{area}/"));
        query = query.filter(audit_entries::action.ge(from).and(audit_entries::action.lt(to)));
    } else if !filter.action.is_empty() {
        query = query.filter(audit_entries::action.eq(filter.action.clone()));
    }
    if !filter.subject_id.is_empty() {
        query = query.filter(audit_entries::subject_id.eq(filter.subject_id.clone()));
    }
    if !filter.actor.is_empty() {
        query = query.filter(audit_entries::actor.eq(filter.actor.clone()));
    }
    if let Some(from) = filter.from {
        query = query.filter(audit_entries::at.ge(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(audit_entries::at.lt(to));
    }
    if let Some(seq) = filter.before {
        query = query.filter(audit_entries::seq.lt(seq));
    }
    Ok(query.order(audit_entries::seq.desc()).limit(limit).load(conn)?)
}
