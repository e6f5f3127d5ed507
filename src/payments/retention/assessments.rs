//! Assessment scores (考核得分) of the hospitals of a plan, with their evidence; changed only until approval.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::audit::{self, Deed, Entry};
use crate::awards::documents::{self, MOST, Owner};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::payments::retention::{Plan, Refused, draft, store, touch};
use crate::schema::{assessments, audit_entries, organisations};
use crate::types::{AccountId, AssessmentId, Ctx, DocumentId, OrganisationId, PlanId, Score, Time};

/// The table documents and the audit trail name an assessment by.
pub const SUBJECT: &str = "assessments";

/// Longest evidence in characters.
pub const LONGEST: usize = 2_000;

/// The score of one hospital in one plan.
#[derive(
    Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize, Deserialize,
)]
#[diesel(table_name = assessments, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Assessment {
    /// Its id, from the form.
    pub id: AssessmentId,
    /// Of which plan.
    pub plan_id: PlanId,
    /// Of which hospital.
    pub hospital_id: OrganisationId,
    /// From 0 to 100.
    pub score: Score,
    /// What it rests on, in words.
    pub evidence: String,
    /// Counts changes; a form carries it, so that two people cannot overwrite each other.
    pub version: i32,
    /// When it was last changed.
    pub at: Time,
    /// By whom.
    pub account_id: Option<AccountId>,
}

/// What documents of an assessment belong to.
pub fn owner(id: &AssessmentId) -> Owner<'_> {
    (SUBJECT, id.as_str())
}

/// What an officer enters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entered {
    /// The score.
    pub score: Score,
    /// What it rests on.
    pub evidence: String,
}

impl Entered {
    /// A score from 0 to 100 with its evidence.
    pub fn check(&self) -> std::result::Result<(), Refused> {
        if self.score < Score::ZERO || self.score > Score::from_scaled(10_000) {
            return Err(Refused::Score(self.score.to_string()));
        }
        if self.evidence.trim().is_empty() {
            return Err(Refused::NoEvidence);
        }
        if self.evidence.chars().count() > LONGEST {
            return Err(Refused::TooLong("evidence", LONGEST));
        }
        Ok(())
    }
}

/// The assessment of a hospital.
pub fn of_hospital(conn: &mut Conn, plan: &PlanId, hospital: &OrganisationId) -> Result<Option<Assessment>> {
    Ok(assessments::table
        .filter(assessments::plan_id.eq(plan).and(assessments::hospital_id.eq(hospital)))
        .select(Assessment::as_select())
        .first(conn)
        .optional()?)
}

/// An assessment, or there is no such thing.
pub fn one(conn: &mut Conn, id: &AssessmentId) -> Result<Assessment> {
    Ok(assessments::table.find(id).select(Assessment::as_select()).first(conn)?)
}

/// An assessment with the hospital's code and name.
pub type Listed = (Assessment, String, String);

/// The assessments of a plan by hospital code, after a code.
pub fn page(conn: &mut Conn, plan: &PlanId, after: &str, limit: i64) -> Result<Vec<Listed>> {
    Ok(assessments::table
        .inner_join(organisations::table)
        .filter(assessments::plan_id.eq(plan).and(organisations::code.gt(after)))
        .order(organisations::code)
        .select((Assessment::as_select(), organisations::code, organisations::name))
        .limit(limit)
        .load(conn)?)
}

/// Hospitals of a plan without a score: code and name, by code.
pub fn unscored(conn: &mut Conn, plan: &Plan) -> Result<Vec<(OrganisationId, String, String)>> {
    let of = store::hospitals(conn, plan)?;
    let scored: Vec<OrganisationId> = assessments::table
        .filter(assessments::plan_id.eq(&plan.id))
        .select(assessments::hospital_id)
        .load(conn)?;
    let open: Vec<OrganisationId> = of.into_iter().filter(|id| !scored.contains(id)).collect();
    Ok(organisations::table
        .filter(organisations::id.eq_any(open))
        .order(organisations::code)
        .select((organisations::id, organisations::code, organisations::name))
        .load(conn)?)
}

/// Enters the score of a hospital that has none. The same form sent twice enters one.
pub fn enter(
    tx: &mut Tx,
    ctx: &Ctx,
    id: AssessmentId,
    plan: &PlanId,
    (hospital, code): (&OrganisationId, &str),
    entered: &Entered,
) -> Result<()> {
    if assessments::table.find(&id).count().get_result::<i64>(tx.conn())? > 0 {
        return Ok(());
    }
    let (plan, _) = draft(tx.conn(), plan)?;
    entered.check()?;
    if !store::hospitals(tx.conn(), &plan)?.contains(hospital) {
        return Err(Refused::NotInPlan(code.to_owned()).into());
    }
    if of_hospital(tx.conn(), &plan.id, hospital)?.is_some() {
        return Err(Refused::Scored(code.to_owned()).into());
    }
    let it = made(id, &plan.id, hospital, entered, ctx);
    insert(tx, ctx, &it)?;
    touch(tx, plan)
}

fn made(
    id: AssessmentId,
    plan: &PlanId,
    hospital: &OrganisationId,
    entered: &Entered,
    ctx: &Ctx,
) -> Assessment {
    Assessment {
        id,
        plan_id: plan.clone(),
        hospital_id: hospital.clone(),
        score: entered.score,
        evidence: entered.evidence.trim().to_owned(),
        version: 1,
        at: ctx.now,
        account_id: ctx.actor.account.clone(),
    }
}

fn insert(tx: &mut Tx, ctx: &Ctx, it: &Assessment) -> Result<()> {
    diesel::insert_into(assessments::table).values(it).execute(tx.conn())?;
    audit::record(tx, ctx, Deed { action: "assessment.enter", subject: SUBJECT, id: it.id.as_str() }, &(), it)
}

/// Changes a score or its evidence. `version` is the one the officer saw.
pub fn change(tx: &mut Tx, ctx: &Ctx, id: &AssessmentId, version: i32, entered: &Entered) -> Result<()> {
    let before = one(tx.conn(), id)?;
    let (plan, _) = draft(tx.conn(), &before.plan_id)?;
    entered.check()?;
    if is_same(&before, entered) {
        return Ok(());
    }
    if before.version != version {
        return Err(Refused::Stale.into());
    }
    update(tx, ctx, &before, entered)?;
    touch(tx, plan)
}

/// Whether an assessment already says this.
pub fn is_same(it: &Assessment, entered: &Entered) -> bool {
    (it.score, it.evidence.as_str()) == (entered.score, entered.evidence.trim())
}

fn update(tx: &mut Tx, ctx: &Ctx, before: &Assessment, entered: &Entered) -> Result<()> {
    let after = Assessment {
        score: entered.score,
        evidence: entered.evidence.trim().to_owned(),
        version: before.version.saturating_add(1),
        at: ctx.now,
        account_id: ctx.actor.account.clone(),
        ..before.clone()
    };
    diesel::update(assessments::table.find(&after.id)).set(&after).execute(tx.conn())?;
    let deed = Deed { action: "assessment.change", subject: SUBJECT, id: after.id.as_str() };
    audit::record(tx, ctx, deed, before, &after)
}

/// Enters or changes many scores, already checked, in one go.
pub fn enter_all(tx: &mut Tx, ctx: &Ctx, plan: Plan, list: &[(OrganisationId, Entered)]) -> Result<()> {
    for (hospital, entered) in list {
        match of_hospital(tx.conn(), &plan.id, hospital)? {
            Some(before) => update(tx, ctx, &before, entered)?,
            None => insert(tx, ctx, &made(AssessmentId::new(), &plan.id, hospital, entered, ctx))?,
        }
    }
    touch(tx, plan)
}

/// Adds a document to an assessment, while the plan may be changed. The same form sent twice adds one.
pub fn add_document(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &AssessmentId,
    document: (DocumentId, String, Vec<u8>),
) -> Result<()> {
    let it = one(tx.conn(), id)?;
    draft(tx.conn(), &it.plan_id)?;
    let known = documents::of(tx.conn(), owner(id))?;
    if known.iter().any(|known| known.id == document.0) {
        return Ok(());
    }
    if known.len() >= MOST {
        return Err(Refused::TooManyDocuments(MOST).into());
    }
    let (document_id, name, bytes) = document;
    let made = documents::document(document_id, owner(id), &name, bytes, ctx.actor.account.clone(), ctx.now)?;
    documents::insert(tx, &made)?;
    let deed = Deed { action: "assessment.document", subject: "documents", id: made.id.as_str() };
    audit::record(tx, ctx, deed, &(), &(id, &made.name, made.size, &made.sha256))
}

/// What the audit trail keeps of an assessment, oldest first.
pub fn history(conn: &mut Conn, id: &AssessmentId) -> Result<Vec<(Entry, Assessment)>> {
    let rows: Vec<Entry> = audit_entries::table
        .filter(audit_entries::subject.eq(SUBJECT).and(audit_entries::subject_id.eq(id.as_str())))
        .filter(audit_entries::action.eq_any(["assessment.enter", "assessment.change"]))
        .order(audit_entries::seq)
        .limit(200)
        .select(Entry::as_select())
        .load(conn)?;
    rows.into_iter()
        .map(|row| serde_json::from_str(&row.after).map(|it| (row, it)).map_err(Error::from))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_from_zero_to_a_hundred_with_its_evidence() {
        let check = |score: &str, evidence: &str, want: std::result::Result<(), Refused>| {
            let it = Entered { score: score.parse().unwrap(), evidence: evidence.to_owned() };
            assert_eq!(it.check(), want, "{score}");
        };
        check("0", "x", Ok(()));
        check("100", "x", Ok(()));
        check("59.99", "x", Ok(()));
        check("100.01", "x", Err(Refused::Score("100.01".to_owned())));
        check("-0.01", "x", Err(Refused::Score("-0.01".to_owned())));
        check("80", "  ", Err(Refused::NoEvidence));
        check("80", &"x".repeat(LONGEST + 1), Err(Refused::TooLong("evidence", LONGEST)));
    }
}
