//! A second person for releases and corrections: rows of `approvals` asked by an officer, decided by a reviewer.

use diesel::prelude::*;

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter};
use crate::people::{self, Role};
use crate::rounds::Round;
use crate::schema::approvals;
use crate::standards::{Refused, Standard};
use crate::text::{Text, fill};
use crate::types::{AccountId, ApprovalId, Ctx, Time};

/// A request for a second person's decision.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = approvals)]
pub struct Request {
    /// Its id, from the form.
    pub id: ApprovalId,
    /// The table of the thing.
    pub subject: String,
    /// Which one.
    pub subject_id: String,
    /// What is to be approved.
    pub action: String,
    /// Who asked.
    pub asked_by: AccountId,
    /// When.
    pub asked_at: Time,
    /// What is asked for in detail, then the remark of the decision.
    pub remark: String,
}

/// What is to be approved: a round's release, or the correction of one row.
pub struct Subject<'a> {
    table: &'static str,
    id: String,
    action: &'static str,
    round: &'a Round,
    seq: Option<i64>,
}

impl<'a> Subject<'a> {
    /// The release of a round's standards.
    pub fn round(round: &'a Round) -> Self {
        Self { table: "rounds", id: round.id.to_string(), action: "standards", round, seq: None }
    }

    /// The correction of one row.
    pub fn row(row: &Standard, round: &'a Round) -> Self {
        let (id, seq) = (row.seq.to_string(), Some(row.seq));
        Self { table: "standards", id, action: "standards.correct", round, seq }
    }

    fn path(&self) -> String {
        match self.seq {
            Some(seq) => format!("/standards/{seq}"),
            None => format!("/rounds/{}/standards", self.round.id),
        }
    }

    fn what(&self, t: &Text) -> String {
        match self.seq {
            Some(seq) => fill(t.standards.ask_correction_of, &[("seq", &seq)]),
            None => t.standards.ask_release.to_owned(),
        }
    }
}

/// The open request for a subject.
pub fn open(conn: &mut Conn, subject: &Subject) -> Result<Option<Request>> {
    Ok(approvals::table
        .filter(approvals::subject.eq(subject.table).and(approvals::subject_id.eq(&subject.id)))
        .filter(approvals::action.eq(subject.action).and(approvals::decision.eq("")))
        .select(Request::as_select())
        .first(conn)
        .optional()?)
}

/// Asks, once for a form, and writes to the reviewers.
pub fn ask(tx: &mut Tx, ctx: &Ctx, id: ApprovalId, subject: &Subject, detail: &str) -> Result<()> {
    let known: i64 = approvals::table.filter(approvals::id.eq(&id)).count().get_result(tx.conn())?;
    if known > 0 {
        return Ok(());
    }
    if open(tx.conn(), subject)?.is_some() {
        return Err(Refused::AskedAlready.into());
    }
    let request = Request {
        id,
        subject: subject.table.to_owned(),
        subject_id: subject.id.clone(),
        action: subject.action.to_owned(),
        asked_by: ctx.actor.account.clone().ok_or(Error::Forbidden)?,
        asked_at: ctx.now,
        remark: detail.to_owned(),
    };
    diesel::insert_into(approvals::table).values(&request).execute(tx.conn())?;
    let deed = Deed { action: "standards.ask", subject: subject.table, id: &subject.id };
    audit::record(tx, ctx, deed, &(), &(subject.action, detail))?;
    for to in people::recipients_with(tx.conn(), Role::Reviewer)? {
        let letter = Letter::ApprovalAsked {
            number: subject.round.number.clone(),
            title: subject.round.title.clone(),
            path: subject.path(),
            action: subject.what(to.lang.text()),
            by: ctx.actor.name.clone(),
        };
        notify::post(tx, ctx, &to, &letter, &format!("approval_asked:{}", request.id))?;
    }
    Ok(())
}

/// Decides a request; never the person who asked.
pub fn decide(tx: &mut Tx, ctx: &Ctx, request: &Request, approved: bool, remark: &str) -> Result<()> {
    if ctx.actor.account.as_ref() == Some(&request.asked_by) {
        return Err(Refused::SamePerson.into());
    }
    let decision = if approved { "approved" } else { "rejected" };
    diesel::update(approvals::table.find(&request.id))
        .set((
            approvals::decision.eq(decision),
            approvals::remark.eq(remark),
            approvals::decided_by.eq(ctx.actor.account.clone()),
            approvals::decided_at.eq(Some(ctx.now)),
        ))
        .execute(tx.conn())?;
    let deed = Deed { action: "standards.decide", subject: &request.subject, id: &request.subject_id };
    audit::record(tx, ctx, deed, &request.action, &(decision, remark))
}
