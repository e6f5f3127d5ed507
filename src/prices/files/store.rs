//! SQL of files of purchases and listings, and of their bad lines.

use diesel::prelude::*;

use super::{Kind, New, Origin, Phase, PriceFile, State};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::files::Faults;
use crate::prices::ingest::{Ingest, Outcome};
use crate::schema::{price_file_faults, price_files};
use crate::text::Lang;
use crate::types::{ApiTokenId, Ctx, PriceFileId, Time};

/// A file by its number.
pub fn file(conn: &mut Conn, no: i32) -> Result<PriceFile> {
    Ok(price_files::table.find(no).select(PriceFile::as_select()).first(conn)?)
}

/// A file of a kind by its number.
pub fn of_kind(conn: &mut Conn, kind: Kind, no: i32) -> Result<PriceFile> {
    let found = file(conn, no)?;
    if found.kind == kind { Ok(found) } else { Err(Error::NotFound) }
}

/// A file sent with a token, by its number.
pub fn of_token(conn: &mut Conn, token: &ApiTokenId, kind: Kind, no: i32) -> Result<PriceFile> {
    let found = of_kind(conn, kind, no)?;
    if found.token_id.as_ref() == Some(token) { Ok(found) } else { Err(Error::NotFound) }
}

/// The file with these bytes that is on its way or was applied. One that a command began and did not end is not: its
/// bytes are not here to go on with.
pub fn same(conn: &mut Conn, kind: Kind, sha256: &str) -> Result<Option<PriceFile>> {
    Ok(price_files::table
        .filter(price_files::sha256.eq(sha256).and(price_files::kind.eq(kind)))
        .filter(price_files::state.ne(State::Abandoned).and(price_files::state.ne(State::Failed)))
        .filter(price_files::state.eq(State::Applied).or(price_files::origin.ne(Origin::Command)))
        .order(price_files::no)
        .select(PriceFile::as_select())
        .first(conn)
        .optional()?)
}

/// A file that a command began and did not end.
pub fn broken_off(conn: &mut Conn, kind: Kind, sha256: &str) -> Result<Option<PriceFile>> {
    Ok(price_files::table
        .filter(price_files::sha256.eq(sha256).and(price_files::kind.eq(kind)))
        .filter(price_files::state.eq(State::Applying).and(price_files::origin.eq(Origin::Command)))
        .select(PriceFile::as_select())
        .first(conn)
        .optional()?)
}

/// Enters a file.
pub fn insert(tx: &mut Tx, it: &PriceFile) -> Result<()> {
    diesel::insert_into(price_files::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// What a reader of the list asks for.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Files of this kind.
    pub kind: Kind,
    /// Only in this state.
    pub state: Option<State>,
    /// Only before this number, for the next page.
    pub before: Option<i32>,
}

/// A page of files, newest first.
pub fn page(conn: &mut Conn, filter: &Filter, limit: i64) -> Result<Vec<PriceFile>> {
    let mut query = price_files::table
        .filter(price_files::kind.eq(filter.kind))
        .select(PriceFile::as_select())
        .into_boxed();
    if let Some(state) = filter.state {
        query = query.filter(price_files::state.eq(state));
    }
    if let Some(before) = filter.before {
        query = query.filter(price_files::no.lt(before));
    }
    Ok(query.order(price_files::no.desc()).limit(limit).load(conn)?)
}

/// Files a node may go on with, oldest first: to be looked at or applied, with no sign of another node since a moment.
pub fn due(conn: &mut Conn, silent_since: Time) -> Result<Vec<PriceFile>> {
    Ok(price_files::table
        .filter(price_files::state.eq_any([State::Checking, State::Applying]))
        .filter(price_files::origin.ne(Origin::Command))
        .filter(price_files::seen_at.is_null().or(price_files::seen_at.lt(silent_since)))
        .order(price_files::no)
        .limit(100)
        .select(PriceFile::as_select())
        .load(conn)?)
}

/// Takes a file for a node, unless another has it.
pub fn take(tx: &mut Tx, no: i32, node: &str, now: Time, silent_since: Time) -> Result<bool> {
    let free = price_files::table
        .find(no)
        .filter(price_files::state.eq_any([State::Checking, State::Applying]))
        .filter(price_files::seen_at.is_null().or(price_files::seen_at.lt(silent_since)));
    let taken = diesel::update(free)
        .set((price_files::node.eq(node), price_files::seen_at.eq(Some(now))))
        .execute(tx.conn())?;
    Ok(taken == 1)
}

/// Lets any node go on with a file.
pub fn release(tx: &mut Tx, no: i32) -> Result<()> {
    diesel::update(price_files::table.find(no))
        .set(price_files::seen_at.eq(None::<Time>))
        .execute(tx.conn())?;
    Ok(())
}

/// How far a node is with a file that is still its own.
pub fn advance(tx: &mut Tx, no: i32, node: &str, at: (Phase, i64, i64), now: Time) -> Result<()> {
    let own = price_files::table
        .find(no)
        .filter(price_files::node.eq(node))
        .filter(price_files::state.eq_any([State::Checking, State::Applying]));
    diesel::update(own)
        .set((
            price_files::phase.eq(at.0),
            price_files::done.eq(at.1),
            price_files::whole.eq(at.2),
            price_files::seen_at.eq(Some(now)),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Writes what the first look found and where the file is now, and says whether it was still being looked at.
pub fn looked(tx: &mut Tx, it: &PriceFile) -> Result<bool> {
    let open = price_files::table.find(it.no).filter(price_files::state.eq(State::Checking));
    let written = diesel::update(open)
        .set((
            price_files::state.eq(it.state),
            price_files::lines.eq(it.lines),
            price_files::added.eq(it.added),
            price_files::unchanged.eq(it.unchanged),
            price_files::unmatched.eq(it.unmatched),
            price_files::bad.eq(it.bad),
            price_files::reason_zh.eq(&it.reason_zh),
            price_files::reason_en.eq(&it.reason_en),
            price_files::ended_at.eq(it.ended_at),
        ))
        .execute(tx.conn())?;
    Ok(written == 1)
}

/// Lets a file be applied.
pub fn set_applying(tx: &mut Tx, it: &PriceFile) -> Result<()> {
    diesel::update(price_files::table.find(it.no))
        .set((
            price_files::state.eq(it.state),
            price_files::skip_bad.eq(it.skip_bad),
            price_files::node.eq(&it.node),
            price_files::seen_at.eq(it.seen_at),
            price_files::done.eq(0),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Writes how a file ended, unless it has ended otherwise.
pub fn end(tx: &mut Tx, it: &PriceFile) -> Result<()> {
    let open = [State::Checking, State::Waiting, State::Applying];
    diesel::update(price_files::table.find(it.no).filter(price_files::state.eq_any(open)))
        .set((
            price_files::state.eq(it.state),
            price_files::lines.eq(it.lines),
            price_files::added.eq(it.added),
            price_files::changed.eq(it.changed),
            price_files::unchanged.eq(it.unchanged),
            price_files::unmatched.eq(it.unmatched),
            price_files::bad.eq(it.bad),
            price_files::refused.eq(it.refused),
            price_files::ingest.eq(it.ingest),
            price_files::reason_zh.eq(&it.reason_zh),
            price_files::reason_en.eq(&it.reason_en),
            price_files::ended_at.eq(it.ended_at),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Ties a file to the ingest that applies it, in the transaction that begins the ingest; refused when it was abandoned
/// meanwhile. Without a file the command gave it, which is entered here.
pub fn begun(tx: &mut Tx, ctx: &Ctx, it: &Ingest, file: Option<i32>) -> Result<()> {
    if let Some(no) = file {
        let open = price_files::table.find(no).filter(price_files::state.eq(State::Applying));
        let tied = diesel::update(open).set(price_files::ingest.eq(Some(it.no))).execute(tx.conn())?;
        return if tied == 1 { Ok(()) } else { Err(Error::refused(super::Refused::Abandoned)) };
    }
    let known: i64 =
        price_files::table.filter(price_files::ingest.eq(it.no)).count().get_result(tx.conn())?;
    if known > 0 {
        return Ok(());
    }
    let new = New {
        id: PriceFileId::new(),
        kind: Kind::Transactions,
        origin: Origin::Command,
        file_name: it.file_name.clone(),
        sha256: it.sha256.clone(),
        bytes: 0,
        skip_bad: it.bad > 0,
        token_id: None,
    };
    let row = super::row(tx, ctx, &new)?;
    insert(tx, &PriceFile { ingest: Some(it.no), lines: it.lines, bad: it.bad, ..row })
}

/// Writes that the files of an ingest are applied, in the transaction that shows its rows.
pub fn applied(tx: &mut Tx, it: &Ingest) -> Result<()> {
    let open = price_files::table
        .filter(price_files::ingest.eq(it.no))
        .filter(price_files::state.eq(State::Applying));
    diesel::update(open)
        .set((
            price_files::state.eq(State::Applied),
            price_files::lines.eq(it.lines),
            price_files::added.eq(it.added),
            price_files::unchanged.eq(it.unchanged),
            price_files::unmatched.eq(it.unmatched),
            price_files::bad.eq(it.bad),
            price_files::phase.eq(Phase::Storing),
            price_files::ended_at.eq(it.applied_at),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Unties files from an ingest that was given up. A command's file is given up with it.
pub fn given_up(tx: &mut Tx, ingest: i32) -> Result<()> {
    let tied = || price_files::table.filter(price_files::ingest.eq(ingest));
    let commands = tied().filter(price_files::origin.eq(Origin::Command));
    diesel::update(commands).set(price_files::state.eq(State::Abandoned)).execute(tx.conn())?;
    diesel::update(tied()).set(price_files::ingest.eq(None::<i32>)).execute(tx.conn())?;
    Ok(())
}

/// A bad cell or line of a file, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = price_file_faults)]
pub struct BadLine {
    /// The file.
    pub file: i32,
    /// Its place among the file's faults.
    pub position: i32,
    /// The line.
    pub line: i64,
    /// The column; empty when the line as a whole is wrong.
    pub column_name: String,
    /// The value.
    pub value: String,
    /// What is wrong, in Chinese.
    pub reason_zh: String,
    /// What is wrong, in English.
    pub reason_en: String,
}

impl BadLine {
    /// What is wrong.
    pub fn reason(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.reason_zh,
            Lang::En => &self.reason_en,
        }
    }
}

/// Keeps the first bad lines of a file instead of those kept before.
pub fn keep_faults(tx: &mut Tx, file: i32, faults: &Faults) -> Result<()> {
    diesel::delete(price_file_faults::table.filter(price_file_faults::file.eq(file))).execute(tx.conn())?;
    let rows = faults.first().iter().zip(1..).map(|(fault, position)| BadLine {
        file,
        position,
        line: i64::try_from(fault.line).unwrap_or(i64::MAX),
        column_name: fault.column.clone(),
        value: fault.value.clone(),
        reason_zh: fault.reason.say(Lang::Zh.text()),
        reason_en: fault.reason.say(Lang::En.text()),
    });
    for row in rows {
        diesel::insert_into(price_file_faults::table).values(&row).execute(tx.conn())?;
    }
    Ok(())
}

/// The bad lines kept of a file, behind a position.
pub fn faults(conn: &mut Conn, file: i32, after: i32, limit: i64) -> Result<Vec<BadLine>> {
    Ok(price_file_faults::table
        .filter(price_file_faults::file.eq(file).and(price_file_faults::position.gt(after)))
        .order(price_file_faults::position)
        .limit(limit)
        .select(BadLine::as_select())
        .load(conn)?)
}

/// Whether a file whose bytes lie in the spool is still open; none when there is no such file.
pub fn is_open(conn: &mut Conn, id: &PriceFileId) -> Result<Option<bool>> {
    let state: Option<State> = price_files::table
        .filter(price_files::id.eq(id))
        .select(price_files::state)
        .first(conn)
        .optional()?;
    Ok(state.map(State::is_open))
}

/// What a look or a run found, in the file's row.
pub fn counted(it: &PriceFile, found: &Outcome) -> PriceFile {
    PriceFile {
        lines: i64::try_from(found.lines).unwrap_or(i64::MAX),
        added: found.new,
        unchanged: found.unchanged,
        unmatched: found.unmatched,
        bad: found.bad,
        ..it.clone()
    }
}
