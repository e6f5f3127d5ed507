//! Mail addresses that do not take letters: what was said, when letters to them stop, and their confirmation.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text as SqlText};
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::notify::dsn::{self, Notice};
use crate::notify::{Mail, outbox};
use crate::schema::bounces;
use crate::types::{Ctx, MailId, Time};

crate::words! {
    /// How a bounce was learnt of.
    Via {
        /// The mail server refused the mailbox while the letter was handed over.
        Smtp = "smtp",
        /// A delivery status notification (RFC 3464) came back later.
        Notice = "notice",
    }
}

/// A letter that came back.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = bounces, treat_none_as_null = true)]
pub struct Bounce {
    /// The letter: it counts once.
    pub mail_id: MailId,
    /// Where it was sent to.
    pub address: String,
    /// How it was learnt of.
    pub via: Via,
    /// The server's words.
    pub words: String,
    /// When.
    pub at: Time,
    /// Since when somebody has vouched for the address again.
    pub confirmed_at: Option<Time>,
}

/// An address with letters that came back.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Bounced {
    /// The address.
    #[diesel(sql_type = SqlText)]
    pub address: String,
    /// How many letters came back since it was confirmed last.
    #[diesel(sql_type = BigInt)]
    pub count: i64,
    /// When the last did.
    #[diesel(sql_type = BigInt)]
    pub last_at: Time,
    /// What was said then.
    #[diesel(sql_type = SqlText)]
    pub words: String,
}

impl Bounced {
    /// Whether letters to it have stopped.
    pub fn is_stopped(&self, most: i64) -> bool {
        self.count >= most
    }
}

/// Notes that a letter came back; the same letter counts once.
pub fn note(tx: &mut Tx, mail: &Mail, via: Via, words: &str, now: Time) -> Result<()> {
    let it = Bounce {
        mail_id: mail.id.clone(),
        address: mail.address.clone(),
        via,
        words: words.chars().filter(|c| !c.is_control()).take(500).collect(),
        at: now,
        confirmed_at: None,
    };
    let known: i64 = bounces::table.filter(bounces::mail_id.eq(&it.mail_id)).count().get_result(tx.conn())?;
    if known > 0 {
        diesel::update(bounces::table.find(&it.mail_id)).set(&it).execute(tx.conn())?;
    } else {
        diesel::insert_into(bounces::table).values(&it).execute(tx.conn())?;
    }
    Ok(())
}

/// The bounce of a letter.
fn of_mail(conn: &mut Conn, id: &MailId) -> Result<Option<Bounce>> {
    Ok(bounces::table.find(id).select(Bounce::as_select()).first(conn).optional()?)
}

/// What came back from an address since it was confirmed last.
pub fn of_address(conn: &mut Conn, address: &str) -> Result<Option<Bounced>> {
    let rows: Vec<Bounce> = bounces::table
        .filter(bounces::address.eq(address).and(bounces::confirmed_at.is_null()))
        .order((bounces::at, bounces::mail_id))
        .select(Bounce::as_select())
        .load(conn)?;
    let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    Ok(rows.into_iter().last().map(|last| Bounced {
        address: last.address,
        count,
        last_at: last.at,
        words: last.words,
    }))
}

/// What came of reading a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// A letter came back from this address.
    Noted(String),
    /// This was known already.
    Known(String),
    /// Not about a letter of the platform that failed for good.
    Other,
}

/// Takes in one message from the mailbox that letters come back to: only a notification that names a letter of the
/// platform and the very address it went to counts.
pub fn read(tx: &mut Tx, message: &[u8], now: Time) -> Result<Read> {
    let Notice::Failed(failure) = dsn::read(message) else { return Ok(Read::Other) };
    let mail = outbox::mail(tx.conn(), &failure.mail)?;
    let Some(mail) = mail.filter(|mail| mail.address.eq_ignore_ascii_case(&failure.address)) else {
        return Ok(Read::Other);
    };
    if of_mail(tx.conn(), &mail.id)?.is_some() {
        return Ok(Read::Known(mail.address));
    }
    note(tx, &mail, Via::Notice, &failure.words, now)?;
    Ok(Read::Noted(mail.address))
}

/// Addresses with letters that came back, by address, after `after`.
pub fn page(conn: &mut Conn, after: &str, limit: i64) -> Result<Vec<Bounced>> {
    let statement = "SELECT b.address, COUNT(*) AS count, MAX(b.at) AS last_at, \
        (SELECT MAX(l.words) FROM bounces l WHERE l.address = b.address AND l.confirmed_at IS NULL AND l.at = MAX(b.at)) \
        AS words FROM bounces b WHERE b.confirmed_at IS NULL AND b.address > $1 \
        GROUP BY b.address ORDER BY b.address LIMIT $2";
    Ok(diesel::sql_query(statement).bind::<SqlText, _>(after).bind::<BigInt, _>(limit).load(conn)?)
}

/// Somebody vouches for an address again: letters to it go on. Whether there was anything to confirm.
pub fn confirm(tx: &mut Tx, ctx: &Ctx, address: &str) -> Result<bool> {
    let Some(before) = of_address(tx.conn(), address)? else { return Ok(false) };
    diesel::update(bounces::table.filter(bounces::address.eq(address).and(bounces::confirmed_at.is_null())))
        .set(bounces::confirmed_at.eq(Some(ctx.now)))
        .execute(tx.conn())?;
    let deed = Deed { action: "address.confirm", subject: "bounces", id: address };
    audit::record(tx, ctx, deed, &(before.count, &before.words), &ctx.now)?;
    Ok(true)
}
