//! Files of purchases and of listings as they arrive: by page, from the watched folder, from a program, by command.
//!
//! The bytes go to the spool, a folder, and stay there until the file has ended. A job looks at a file first: every bad
//! line is written down and nothing is taken. Of a file sent by page a person then decides; the others are applied when
//! no line is bad or bad lines may be left out. Applying goes on where a killed run stopped, and the state `applied` is
//! written in the transaction that shows the rows.
//!
//! The same bytes again are the same file: nothing new is made, and the sender is told of the one that came before,
//! unless that one was abandoned or failed.

pub mod folder;
pub mod spool;
pub mod store;
pub mod work;

use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::{self, Tx};
use crate::error::{Error, Result};
use crate::prices::{ingest, listings};
use crate::schema::price_files;
use crate::text::{Say, Text, fill};
use crate::types::{AccountId, Actor, ApiTokenId, Ctx, OrganisationId, PriceFileId, Time};

crate::words! {
    /// What a file brings.
    Kind {
        /// Purchases of hospitals.
        Transactions = "transactions",
        /// Listing prices.
        Listings = "listings",
    }

    /// How a file came.
    Origin {
        /// Sent by a person on the page.
        Page = "page",
        /// Put into the watched folder.
        Folder = "folder",
        /// Sent by a program with a token.
        Api = "api",
        /// Given to the command; its bytes are not in the spool.
        Command = "command",
    }

    /// Where a file is.
    State {
        /// Its lines are being looked at.
        Checking = "checking",
        /// A person has yet to decide.
        Waiting = "waiting",
        /// Being applied, or about to be.
        Applying = "applying",
        /// Applied.
        Applied = "applied",
        /// The same file had been applied before; nothing was new.
        Known = "known",
        /// Given up by a person.
        Abandoned = "abandoned",
        /// Refused as a whole; the reason is with it.
        Failed = "failed",
    }

    /// What is being done with a file.
    Phase {
        /// Its lines are read and checked.
        Checking = "checking",
        /// Sound lines are put beside the table.
        Staging = "staging",
        /// They are moved into the table, all at once.
        Storing = "storing",
    }
}

impl State {
    /// The file has not ended.
    pub fn is_open(self) -> bool {
        matches!(self, State::Checking | State::Waiting | State::Applying)
    }
}

/// A file of purchases or listings.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = price_files, treat_none_as_default_value = false)]
pub struct PriceFile {
    /// Its number.
    pub no: i32,
    /// The name of its bytes in the spool.
    pub id: PriceFileId,
    /// What it brings.
    pub kind: Kind,
    /// How it came.
    pub origin: Origin,
    /// Where it is.
    pub state: State,
    /// Its name.
    pub file_name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// How many bytes.
    pub bytes: i64,
    /// Bad lines are left out.
    pub skip_bad: bool,
    /// Lines of data.
    pub lines: i64,
    /// Of them new; before it is applied, sound lines that the registers know.
    pub added: i64,
    /// Listings it corrected.
    pub changed: i64,
    /// Lines that were here already.
    pub unchanged: i64,
    /// Lines whose product or hospital the registers lack.
    pub unmatched: i64,
    /// Bad lines.
    pub bad: i64,
    /// Listings that a credit rating barred.
    pub refused: i64,
    /// What is being done.
    pub phase: Phase,
    /// How far that is.
    pub done: i64,
    /// Out of this.
    pub whole: i64,
    /// The ingest that applies its purchases.
    pub ingest: Option<i32>,
    /// Why it failed, in Chinese.
    pub reason_zh: String,
    /// Why it failed, in English.
    pub reason_en: String,
    /// The node that is at it.
    pub node: String,
    /// That node's last sign.
    pub seen_at: Option<Time>,
    /// Who sent it, as the trail names them.
    pub sender: String,
    /// The sender's account.
    pub account_id: Option<AccountId>,
    /// The sender's organisation.
    pub organisation_id: Option<OrganisationId>,
    /// The token it was sent with.
    pub token_id: Option<ApiTokenId>,
    /// When it came.
    pub created_at: Time,
    /// When it ended.
    pub ended_at: Option<Time>,
}

impl PriceFile {
    /// Who sent it, as an actor of what is done with it.
    pub fn actor(&self) -> Actor {
        Actor {
            account: self.account_id.clone(),
            organisation: self.organisation_id.clone(),
            name: self.sender.clone(),
        }
    }

    /// Why it failed.
    pub fn reason(&self, t: &Text) -> &str {
        match t.lang {
            crate::text::Lang::Zh => &self.reason_zh,
            crate::text::Lang::En => &self.reason_en,
        }
    }

    /// Sound lines.
    pub fn good(&self) -> i64 {
        self.lines - self.bad
    }

    /// How far what is being done is, in hundredths.
    pub fn percent(&self) -> i64 {
        (self.done.saturating_mul(100) / self.whole.max(1)).clamp(0, 100)
    }

    /// A person need not decide about it.
    pub fn is_automatic(&self) -> bool {
        self.origin != Origin::Page
    }
}

/// Why a file is refused.
#[derive(Debug, Clone)]
pub enum Refused {
    /// It has ended already, so.
    Ended(State),
    /// It is still being looked at.
    Checking,
    /// So many lines are bad and nobody said to leave them out.
    Bad(i64),
    /// No sound line is in it.
    Nothing,
    /// It was abandoned while it was read.
    Abandoned,
    /// More bytes than the setting allows, in MiB.
    TooLarge(u64),
    /// No file was sent.
    NoFile,
    /// The sending broke off.
    Broken,
    /// The spool cannot be written to.
    Spool,
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let i = &t.ingest;
        match self {
            Refused::Ended(state) => fill(i.ended, &[("state", &state_name(*state, t))]),
            Refused::Checking => i.still_checking.to_owned(),
            Refused::Bad(count) => fill(i.has_bad, &[("count", count)]),
            Refused::Nothing => i.nothing_sound.to_owned(),
            Refused::Abandoned => i.abandoned_meanwhile.to_owned(),
            Refused::TooLarge(limit) => fill(i.too_large, &[("limit", limit)]),
            Refused::NoFile => i.no_file.to_owned(),
            Refused::Broken => i.broken.to_owned(),
            Refused::Spool => i.spool_full.to_owned(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some("file")
    }
}

impl From<Refused> for Error {
    fn from(why: Refused) -> Self {
        Error::refused(why)
    }
}

/// A state's name for people.
pub fn state_name(state: State, t: &Text) -> &'static str {
    let i = &t.ingest;
    match state {
        State::Checking => i.state_checking,
        State::Waiting => i.state_waiting,
        State::Applying => i.state_applying,
        State::Applied => i.state_applied,
        State::Known => i.state_known,
        State::Abandoned => i.state_abandoned,
        State::Failed => i.state_failed,
    }
}

/// A file whose bytes lie in the spool.
#[derive(Debug, Clone)]
pub struct New {
    /// The name of its bytes.
    pub id: PriceFileId,
    /// What it brings.
    pub kind: Kind,
    /// How it came.
    pub origin: Origin,
    /// Its name.
    pub file_name: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// How many bytes.
    pub bytes: i64,
    /// Bad lines are left out.
    pub skip_bad: bool,
    /// The token it was sent with.
    pub token_id: Option<ApiTokenId>,
}

/// Enters a file that has arrived, or finds that the same bytes are here: `true` then.
pub fn receive(tx: &mut Tx, ctx: &Ctx, new: &New) -> Result<(PriceFile, bool)> {
    if let Some(known) = store::same(tx.conn(), new.kind, &new.sha256)? {
        return Ok((known, true));
    }
    let it = PriceFile { state: State::Checking, whole: new.bytes, ..row(tx, ctx, new)? };
    store::insert(tx, &it)?;
    let deed = Deed { action: "price_file.receive", subject: "price_files", id: &it.no.to_string() };
    audit::record(tx, ctx, deed, &(), &it)?;
    Ok((it, false))
}

/// A file's first row, which stands for one that is being applied.
pub fn row(tx: &mut Tx, ctx: &Ctx, new: &New) -> Result<PriceFile> {
    let no = i32::try_from(db::next_number(tx, "price_files")?).map_err(Error::fault_of)?;
    Ok(PriceFile {
        no,
        id: new.id.clone(),
        kind: new.kind,
        origin: new.origin,
        state: State::Applying,
        file_name: new.file_name.chars().take(200).collect(),
        sha256: new.sha256.clone(),
        bytes: new.bytes,
        skip_bad: new.skip_bad,
        lines: 0,
        added: 0,
        changed: 0,
        unchanged: 0,
        unmatched: 0,
        bad: 0,
        refused: 0,
        phase: Phase::Checking,
        done: 0,
        whole: 0,
        ingest: None,
        reason_zh: String::new(),
        reason_en: String::new(),
        node: String::new(),
        seen_at: None,
        sender: ctx.actor.name.clone(),
        account_id: ctx.actor.account.clone(),
        organisation_id: ctx.actor.organisation.clone(),
        token_id: new.token_id.clone(),
        created_at: ctx.now,
        ended_at: None,
    })
}

/// A person lets a file be applied. Saying so twice is saying it once.
pub fn apply(tx: &mut Tx, ctx: &Ctx, kind: Kind, no: i32, skip_bad: bool) -> Result<()> {
    let before = store::of_kind(tx.conn(), kind, no)?;
    match before.state {
        State::Applying | State::Applied => return Ok(()),
        State::Checking => return Err(Error::refused(Refused::Checking)),
        State::Waiting => {}
        ended => return Err(Error::refused(Refused::Ended(ended))),
    }
    if before.good() == 0 {
        return Err(Error::refused(Refused::Nothing));
    }
    if before.bad > 0 && !skip_bad {
        return Err(Error::refused(Refused::Bad(before.bad)));
    }
    let after =
        PriceFile { state: State::Applying, skip_bad, node: String::new(), seen_at: None, ..before.clone() };
    store::set_applying(tx, &after)?;
    let deed = Deed { action: "price_file.apply", subject: "price_files", id: &no.to_string() };
    audit::record(tx, ctx, deed, &before, &after)
}

/// A person gives an unfinished file up; what is staged of it goes, and nothing of it was ever seen. Giving up twice is
/// giving up once.
pub fn abandon(tx: &mut Tx, ctx: &Ctx, kind: Kind, no: i32) -> Result<PriceFile> {
    let before = store::of_kind(tx.conn(), kind, no)?;
    if before.state == State::Abandoned {
        return Ok(before);
    }
    if !before.state.is_open() {
        return Err(Error::refused(Refused::Ended(before.state)));
    }
    let after =
        PriceFile { state: State::Abandoned, ingest: None, ended_at: Some(ctx.now), ..before.clone() };
    store::end(tx, &after)?;
    if let Some(ingest) = before.ingest {
        ingest::store::give_up(tx, ingest)?;
    }
    listings::store::clear(tx, no)?;
    let deed = Deed { action: "price_file.abandon", subject: "price_files", id: &no.to_string() };
    audit::record(tx, ctx, deed, &before, &after)?;
    Ok(after)
}
