//! SQL of questions, the answers to them, and who may be asked.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{Asked, Entitled, QuestionState, Reply};
use crate::awards::store::Decision;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::schema::{accounts, awards, decisions, entitlements, lots, organisations, questions, replies};
use crate::types::{AccountId, AwardId, OrganisationId, QuestionId, RoundId, Time};

/// Enters who may be asked.
pub fn insert_entitled(tx: &mut Tx, it: &Entitled) -> Result<()> {
    diesel::insert_into(entitlements::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Who may be asked by a version, with the lot's code and generic name and the company's name.
pub fn entitled(conn: &mut Conn, award: &AwardId) -> Result<Vec<(Entitled, String, String, String)>> {
    Ok(entitlements::table
        .inner_join(lots::table)
        .inner_join(organisations::table)
        .filter(entitlements::award_id.eq(award))
        .order((lots::position, organisations::code, entitlements::offer_id))
        .select((Entitled::as_select(), lots::code, lots::generic, organisations::name))
        .load(conn)?)
}

/// Enters a question.
pub fn insert(tx: &mut Tx, it: &Asked) -> Result<()> {
    diesel::insert_into(questions::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Enters how a question was closed.
pub fn close(tx: &mut Tx, it: &Asked) -> Result<()> {
    diesel::update(questions::table.find(&it.id))
        .set((
            questions::state.eq(it.state),
            questions::answer.eq(it.answer),
            questions::answered_by.eq(&it.answered_by),
            questions::closed_at.eq(it.closed_at),
            questions::remark.eq(&it.remark),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// One question, or there is no such thing.
pub fn one(conn: &mut Conn, id: &QuestionId) -> Result<Asked> {
    Ok(questions::table.find(id).select(Asked::as_select()).first(conn)?)
}

/// The questions of a round, oldest first.
pub fn of_round(conn: &mut Conn, round: &RoundId) -> Result<Vec<Asked>> {
    Ok(questions::table
        .filter(questions::round_id.eq(round))
        .order(questions::id)
        .select(Asked::as_select())
        .load(conn)?)
}

/// How many questions of a round are open.
pub fn count_open(conn: &mut Conn, round: &RoundId) -> Result<i64> {
    let open = questions::state.eq(QuestionState::Open);
    Ok(questions::table.filter(questions::round_id.eq(round).and(open)).count().get_result(conn)?)
}

/// The open questions whose deadline has passed, oldest first.
pub fn overdue(conn: &mut Conn, now: Time) -> Result<Vec<Asked>> {
    Ok(questions::table
        .filter(questions::state.eq(QuestionState::Open).and(questions::deadline.le(now)))
        .order(questions::id)
        .select(Asked::as_select())
        .load(conn)?)
}

/// A question with the lot's code and generic name, the company's name and the version it was asked by.
pub type Listed = (Asked, String, String, String, i32);

/// Which questions of a round are listed.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of one bidder.
    pub supplier: Option<OrganisationId>,
    /// In one state.
    pub state: Option<QuestionState>,
}

/// The questions of a round by lot, the newest first.
pub fn list(conn: &mut Conn, round: &RoundId, filter: &Filter) -> Result<Vec<Listed>> {
    let mut query = questions::table
        .inner_join(lots::table)
        .inner_join(organisations::table)
        .inner_join(awards::table)
        .filter(questions::round_id.eq(round))
        .select((Asked::as_select(), lots::code, lots::generic, organisations::name, awards::version))
        .into_boxed();
    if let Some(supplier) = &filter.supplier {
        query = query.filter(questions::supplier_id.eq(supplier.clone()));
    }
    if let Some(state) = filter.state {
        query = query.filter(questions::state.eq(state));
    }
    Ok(query.order((lots::position, organisations::code, questions::id.desc())).load(conn)?)
}

/// The open questions of a bidder in a round: how many, and the first deadline.
pub fn open_of(
    conn: &mut Conn,
    round: &RoundId,
    supplier: Option<&OrganisationId>,
) -> Result<(usize, Option<Time>)> {
    let open = Filter { supplier: supplier.cloned(), state: Some(QuestionState::Open) };
    let open = list(conn, round, &open)?;
    Ok((open.len(), open.iter().map(|(it, ..)| it.deadline).min()))
}

/// What a version decided about the offer that a question is about.
pub fn decision(conn: &mut Conn, it: &Asked) -> Result<Decision> {
    Ok(decisions::table
        .filter(decisions::award_id.eq(&it.award_id).and(decisions::offer_id.eq(&it.offer_id)))
        .select(Decision::as_select())
        .first(conn)?)
}

/// The answers to a question with the names of who gave them, oldest first.
pub fn replies_of(conn: &mut Conn, id: &QuestionId) -> Result<Vec<(Reply, Option<String>)>> {
    Ok(replies::table
        .left_join(accounts::table.on(accounts::id.nullable().eq(replies::account_id)))
        .filter(replies::question_id.eq(id))
        .order((replies::at, replies::id))
        .select((Reply::as_select(), accounts::name.nullable()))
        .load(conn)?)
}

/// Enters an answer.
pub fn insert_reply(tx: &mut Tx, it: &Reply) -> Result<()> {
    diesel::insert_into(replies::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// The names of accounts.
pub fn names(conn: &mut Conn, ids: Vec<AccountId>) -> Result<HashMap<AccountId, String>> {
    let rows: Vec<(AccountId, String)> =
        accounts::table.filter(accounts::id.eq_any(ids)).select((accounts::id, accounts::name)).load(conn)?;
    Ok(rows.into_iter().collect())
}
