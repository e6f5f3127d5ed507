//! SQL of rounds, lots, rule sets, approvals, amendments and uploads of lots.

use diesel::prelude::*;

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::rounds::amendments::Amendment;
use crate::rounds::approvals::{Action, Approval, Decision};
use crate::rounds::{Lot, Round, RoundKind, RoundState, RuleSetVersion};
use crate::schema::{amendments, approvals, lots, round_regions, rounds, rule_sets};
use crate::types::{AmendmentId, ApprovalId, LotId, RoundId, RuleSetId, Time};

#[diesel::declare_sql_function]
extern "SQL" {
    /// Lower case; the databases differ in what `LIKE` takes for equal.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// One round.
pub fn round(conn: &mut Conn, id: &RoundId) -> Result<Option<Round>> {
    Ok(rounds::table.find(id).select(Round::as_select()).first(conn).optional()?)
}

/// Rounds in a state, oldest first.
pub fn in_state(conn: &mut Conn, state: RoundState) -> Result<Vec<Round>> {
    Ok(rounds::table
        .filter(rounds::state.eq(state))
        .order(rounds::id)
        .select(Round::as_select())
        .load(conn)?)
}

/// Writes a round's fields.
pub fn update_round(tx: &mut Tx, it: &Round) -> Result<()> {
    diesel::update(rounds::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// Enters a round.
pub fn insert_round(tx: &mut Tx, it: &Round) -> Result<()> {
    diesel::insert_into(rounds::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// The regions that take part in a round.
pub fn regions_of(conn: &mut Conn, id: &RoundId) -> Result<Vec<String>> {
    Ok(round_regions::table
        .filter(round_regions::round_id.eq(id))
        .order(round_regions::region)
        .select(round_regions::region)
        .load(conn)?)
}

/// The lots of a round in their order.
pub fn lots_of(conn: &mut Conn, id: &RoundId) -> Result<Vec<Lot>> {
    Ok(lots::table
        .filter(lots::round_id.eq(id))
        .order((lots::position, lots::id))
        .select(Lot::as_select())
        .load(conn)?)
}

/// One lot.
pub fn lot(conn: &mut Conn, id: &LotId) -> Result<Option<Lot>> {
    Ok(lots::table.find(id).select(Lot::as_select()).first(conn).optional()?)
}

/// Enters a lot.
pub fn insert_lot(tx: &mut Tx, it: &Lot) -> Result<()> {
    diesel::insert_into(lots::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// One version of a rule set.
pub fn rule_set(conn: &mut Conn, id: &RuleSetId) -> Result<Option<RuleSetVersion>> {
    Ok(rule_sets::table.find(id).select(RuleSetVersion::as_select()).first(conn).optional()?)
}

/// The newest version of a rule set.
pub fn latest_rule_set(conn: &mut Conn, name: &str) -> Result<Option<RuleSetVersion>> {
    Ok(rule_sets::table
        .filter(rule_sets::name.eq(name))
        .order(rule_sets::version.desc())
        .select(RuleSetVersion::as_select())
        .first(conn)
        .optional()?)
}

/// Enters a version of a rule set.
pub fn insert_rule_set(tx: &mut Tx, it: &RuleSetVersion) -> Result<()> {
    diesel::insert_into(rule_sets::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Sets the regions that take part in a round.
pub fn set_regions(tx: &mut Tx, id: &RoundId, regions: &[String]) -> Result<()> {
    diesel::delete(round_regions::table.filter(round_regions::round_id.eq(id))).execute(tx.conn())?;
    for region in regions {
        diesel::insert_into(round_regions::table)
            .values((round_regions::round_id.eq(id), round_regions::region.eq(region)))
            .execute(tx.conn())?;
    }
    Ok(())
}

/// What a reader of the list asks for, and what they may see.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only this state.
    pub state: Option<RoundState>,
    /// Only this kind.
    pub kind: Option<RoundKind>,
    /// Number or title contains this.
    pub search: String,
    /// Only published rounds.
    pub is_published: bool,
    /// Only rounds of this region.
    pub region: Option<String>,
    /// Rounds after this one in the list, for the next page.
    pub after: Option<(Time, RoundId)>,
}

/// A page of rounds, newest first.
pub fn rounds(conn: &mut Conn, filter: &Filter, limit: i64) -> Result<Vec<Round>> {
    let mut query = rounds::table.select(Round::as_select()).into_boxed();
    if let Some(state) = filter.state {
        query = query.filter(rounds::state.eq(state));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(rounds::kind.eq(kind));
    }
    if !filter.search.is_empty() {
        let like = format!("%{}%", filter.search.replace(['%', '_'], "").to_lowercase());
        query = query.filter(lower(rounds::number).like(like.clone()).or(lower(rounds::title).like(like)));
    }
    if filter.is_published {
        query = query.filter(rounds::published_at.is_not_null());
    }
    if let Some(region) = &filter.region {
        let member = round_regions::table
            .filter(round_regions::round_id.eq(rounds::id).and(round_regions::region.eq(region.clone())));
        query = query.filter(diesel::dsl::exists(member));
    }
    if let Some((at, id)) = &filter.after {
        query = query
            .filter(rounds::created_at.lt(*at).or(rounds::created_at.eq(*at).and(rounds::id.lt(id.clone()))));
    }
    Ok(query.order((rounds::created_at.desc(), rounds::id.desc())).limit(limit).load(conn)?)
}

/// The regions of several rounds.
pub fn regions_of_all(conn: &mut Conn, ids: &[RoundId]) -> Result<Vec<(RoundId, String)>> {
    Ok(round_regions::table
        .filter(round_regions::round_id.eq_any(ids))
        .order((round_regions::round_id, round_regions::region))
        .select((round_regions::round_id, round_regions::region))
        .load(conn)?)
}

/// The round with a number.
pub fn round_by_number(conn: &mut Conn, number: &str) -> Result<Option<Round>> {
    Ok(rounds::table.filter(rounds::number.eq(number)).select(Round::as_select()).first(conn).optional()?)
}

/// Every version of every rule set, newest document first.
pub fn rule_sets(conn: &mut Conn) -> Result<Vec<RuleSetVersion>> {
    Ok(rule_sets::table
        .order((rule_sets::name.desc(), rule_sets::version.desc()))
        .select(RuleSetVersion::as_select())
        .load(conn)?)
}

/// Writes a lot's fields.
pub fn update_lot(tx: &mut Tx, it: &Lot) -> Result<()> {
    diesel::update(lots::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// Removes a lot of a draft.
pub fn delete_lot(tx: &mut Tx, id: &LotId) -> Result<()> {
    diesel::delete(lots::table.find(id)).execute(tx.conn())?;
    Ok(())
}

/// One request for approval.
pub fn approval(conn: &mut Conn, id: &ApprovalId) -> Result<Option<Approval>> {
    Ok(approvals::table.find(id).select(Approval::as_select()).first(conn).optional()?)
}

/// The last request for an action on a thing.
pub fn latest_approval(
    conn: &mut Conn,
    subject: &str,
    subject_id: &str,
    action: Action,
) -> Result<Option<Approval>> {
    Ok(approvals::table
        .filter(approvals::subject.eq(subject).and(approvals::subject_id.eq(subject_id)))
        .filter(approvals::action.eq(action))
        .order((approvals::asked_at.desc(), approvals::id.desc()))
        .select(Approval::as_select())
        .first(conn)
        .optional()?)
}

/// Requests that wait, oldest first.
pub fn open_approvals(conn: &mut Conn, limit: i64) -> Result<Vec<Approval>> {
    Ok(approvals::table
        .filter(approvals::decision.eq(Decision::Open))
        .order((approvals::asked_at, approvals::id))
        .limit(limit)
        .select(Approval::as_select())
        .load(conn)?)
}

/// A page of decided requests, newest first, before `before`.
pub fn decided_approvals(conn: &mut Conn, before: Option<ApprovalId>, limit: i64) -> Result<Vec<Approval>> {
    let mut query = approvals::table
        .filter(approvals::decision.ne(Decision::Open))
        .select(Approval::as_select())
        .into_boxed();
    if let Some(id) = before {
        query = query.filter(approvals::id.lt(id));
    }
    Ok(query.order(approvals::id.desc()).limit(limit).load(conn)?)
}

/// Enters a request.
pub fn insert_approval(tx: &mut Tx, it: &Approval) -> Result<()> {
    diesel::insert_into(approvals::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Writes what became of a request.
pub fn update_approval(tx: &mut Tx, it: &Approval) -> Result<()> {
    diesel::update(approvals::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// One amendment.
pub fn amendment(conn: &mut Conn, id: &AmendmentId) -> Result<Option<Amendment>> {
    Ok(amendments::table.find(id).select(Amendment::as_select()).first(conn).optional()?)
}

/// The amendments of a round, oldest first.
pub fn amendments_of(conn: &mut Conn, id: &RoundId) -> Result<Vec<Amendment>> {
    Ok(amendments::table
        .filter(amendments::round_id.eq(id))
        .order(amendments::number)
        .select(Amendment::as_select())
        .load(conn)?)
}

/// Enters an amendment.
pub fn insert_amendment(tx: &mut Tx, it: &Amendment) -> Result<()> {
    diesel::insert_into(amendments::table).values(it).execute(tx.conn())?;
    Ok(())
}
