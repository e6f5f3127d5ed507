//! The outbox: letters are rows written in the transaction of the change and sent after commit by a job.

pub mod bounces;
pub mod chart;
mod dsn;
mod letter;
mod monthly;
mod news;
pub mod outbox;
mod report;
pub mod smtp;
mod words;

use diesel::prelude::*;

use crate::db::Tx;
use crate::error::Result;
use crate::schema::mails;
use crate::text::Lang;
use crate::types::{AccountId, Ctx, MailId, Time};

pub use letter::Letter;
pub use monthly::{Monthly, MonthlyRow};
pub use news::News;
pub use report::{Line, Part, Report};
pub use words::Written;

crate::words! {
    /// Where a mail is on its way.
    MailState {
        /// Waits for its time.
        Queued = "queued",
        /// The server took it.
        Sent = "sent",
        /// Given up after the last try; shown on the mail page.
        Dead = "dead",
        /// Never handed over: its reader may no longer see it or no longer wants it.
        Withdrawn = "withdrawn",
    }
}

/// A person to write to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// The account, when the person has one.
    pub account: Option<AccountId>,
    /// The mail address.
    pub address: String,
    /// The language the letter is written in.
    pub lang: Lang,
}

/// A mail in the outbox.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = mails)]
pub struct Mail {
    /// Its id; the Message-ID is made from it, so a second try is the same mail.
    pub id: MailId,
    /// The account written to.
    pub account_id: Option<AccountId>,
    /// The mail address.
    pub address: String,
    /// The language.
    pub lang: Lang,
    /// The kind of letter.
    pub template: String,
    /// The letter as JSON.
    pub data: String,
    /// Two letters with the same key are one.
    pub dedupe: String,
    /// Where it is.
    pub state: MailState,
    /// How many tries were made.
    pub attempts: i32,
    /// Not before.
    pub next_at: Time,
    /// Held by a sender until then.
    pub leased_until: Option<Time>,
    /// What the last try said.
    pub error: String,
    /// When it was written.
    pub created_at: Time,
    /// When the server took it.
    pub sent_at: Option<Time>,
}

/// Puts a letter into the outbox, once per recipient and `key`: saying the same thing again writes nothing.
pub fn post(tx: &mut Tx, ctx: &Ctx, to: &Recipient, letter: &Letter, key: &str) -> Result<()> {
    post_as(tx, ctx, &MailId::new(), to, letter, key)
}

/// The same under an id its writer keeps.
pub fn post_as(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &MailId,
    to: &Recipient,
    letter: &Letter,
    key: &str,
) -> Result<()> {
    let dedupe = format!("{key}:{}", to.address);
    let known: i64 = mails::table.filter(mails::dedupe.eq(&dedupe)).count().get_result(tx.conn())?;
    if known > 0 || to.address.is_empty() {
        return Ok(());
    }
    let mail = Mail {
        id: id.clone(),
        account_id: to.account.clone(),
        address: to.address.clone(),
        lang: to.lang,
        template: letter.kind().to_owned(),
        data: serde_json::to_string(letter)?,
        dedupe,
        state: MailState::Queued,
        attempts: 0,
        next_at: ctx.now,
        leased_until: None,
        error: String::new(),
        created_at: ctx.now,
        sent_at: None,
    };
    diesel::insert_into(mails::table).values(&mail).execute(tx.conn())?;
    Ok(())
}
