//! Distributors (配送企业): the register, their assessment, and which one a supplier chose for a region.

pub mod rules;
pub mod store;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::credit::standing;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter, News};
use crate::people;
use crate::schema::{distributor_assessments, distributor_choices, distributors};
use crate::text::Text;
use crate::types::{
    AccountId, Ctx, DistributorAssessmentId, DistributorChoiceId, DistributorId, OrganisationId, Time,
};

pub use rules::Refused;

crate::words! {
    /// What an assessment came to.
    AssessmentResult {
        /// Good enough (合格).
        Passed = "passed",
        /// Not good enough (不合格).
        Failed = "failed",
    }
}

impl AssessmentResult {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            AssessmentResult::Passed => t.distributors.passed,
            AssessmentResult::Failed => t.distributors.failed,
        }
    }
}

/// A company that delivers for suppliers.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = distributors)]
pub struct Distributor {
    /// Its id, from the form.
    pub id: DistributorId,
    /// Its full name.
    pub name: String,
    /// Its unified social credit code.
    pub code: String,
    /// Whether suppliers may choose it; else it is suspended.
    pub active: bool,
    /// Why it was last suspended or brought back.
    pub reason: String,
    /// Counts changes: a form carries it.
    pub version: i32,
    /// When it was entered.
    pub created_at: Time,
}

/// A supplier's choice for a region. Replaced ones stay.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = distributor_choices)]
pub struct Choice {
    /// Its id, from the form.
    pub id: DistributorChoiceId,
    /// Whose.
    pub supplier_id: OrganisationId,
    /// For hospitals of which region.
    pub region: String,
    /// Who delivers.
    pub distributor_id: DistributorId,
    /// From which day on.
    pub since: NaiveDate,
    /// The day it was replaced or ended; `None` holds on.
    pub until: Option<NaiveDate>,
    /// When it was made.
    pub at: Time,
    /// Who made it.
    pub account_id: Option<AccountId>,
}

/// What officers found about a distributor. A correction is a new one; the latest counts.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = distributor_assessments)]
pub struct Assessment {
    /// Its id, from the form.
    pub id: DistributorAssessmentId,
    /// Of which distributor.
    pub distributor_id: DistributorId,
    /// First day assessed.
    pub starts: NaiveDate,
    /// Last day assessed.
    pub ends: NaiveDate,
    /// Points of [`rules::BEST`].
    pub score: i32,
    /// What it came to.
    pub result: AssessmentResult,
    /// What the score rests on, in words.
    pub evidence: String,
    /// When it was entered.
    pub at: Time,
    /// Who entered it.
    pub account_id: Option<AccountId>,
}

/// A distributor; an id that leads nowhere is not there.
pub fn distributor(conn: &mut Conn, id: &DistributorId) -> Result<Distributor> {
    store::distributor(conn, id)?.ok_or(Error::NotFound)
}

/// Enters a distributor with the regions it serves. The same form sent twice enters one.
pub fn add(tx: &mut Tx, ctx: &Ctx, it: Distributor, regions: Vec<String>, is_sure: bool) -> Result<()> {
    if store::distributor(tx.conn(), &it.id)?.is_some() {
        return Ok(());
    }
    rules::fields(&it, is_sure)?;
    let regions = rules::regions(regions, &people::store::regions(tx.conn())?)?;
    if let Some(known) = store::by_code(tx.conn(), &it.code)? {
        return Err(Refused::CodeTaken(known.name).into());
    }
    store::insert(tx, &it)?;
    store::set_regions(tx, &it.id, &regions)?;
    let deed = Deed { action: "distributor.add", subject: "distributors", id: it.id.as_str() };
    audit::record(tx, ctx, deed, &(), &(&it, &regions))
}

/// Changes name and regions; suppliers that chose it for a region it no longer serves are told.
pub fn change(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &DistributorId,
    seen: i32,
    name: String,
    regions: Vec<String>,
) -> Result<()> {
    let before = distributor(tx.conn(), id)?;
    let served = store::regions(tx.conn(), id)?;
    let after = Distributor { name, version: before.version + 1, ..before.clone() };
    // The code stays and was checked when it was entered.
    rules::fields(&after, true)?;
    let regions = rules::regions(regions, &people::store::regions(tx.conn())?)?;
    if after.name == before.name && regions == served {
        return Ok(());
    }
    if before.version != seen {
        return Err(Refused::Changed(before.name).into());
    }
    store::update(tx, &after)?;
    store::set_regions(tx, id, &regions)?;
    let deed = Deed { action: "distributor.change", subject: "distributors", id: id.as_str() };
    audit::record(tx, ctx, deed, &(&before, &served), &(&after, &regions))?;
    let lost: Vec<String> = served.into_iter().filter(|region| !regions.contains(region)).collect();
    tell_users(tx, ctx, &after, &version(&after), |region| lost.contains(region))
}

/// Enters an assessment. The same form sent twice enters one.
pub fn assess(tx: &mut Tx, ctx: &Ctx, it: &Assessment) -> Result<()> {
    distributor(tx.conn(), &it.distributor_id)?;
    if store::assessment(tx.conn(), &it.id)?.is_some() {
        return Ok(());
    }
    rules::assessment(it, ctx.now.day())?;
    store::insert_assessment(tx, it)?;
    let deed = Deed { action: "distributor.assess", subject: "distributor_assessments", id: it.id.as_str() };
    audit::record(tx, ctx, deed, &(), it)
}

/// Suspends a distributor that failed, or brings one back that passed; suppliers that chose it are told.
pub fn set_active(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &DistributorId,
    seen: i32,
    is_active: bool,
    reason: &str,
) -> Result<()> {
    let before = distributor(tx.conn(), id)?;
    let latest = store::assessments(tx.conn(), id, 1)?.pop().map(|it| it.result);
    let Some(after) = rules::set_active(&before, is_active, reason, latest)? else { return Ok(()) };
    if before.version != seen {
        return Err(Refused::Changed(before.name).into());
    }
    store::update(tx, &after)?;
    let action = if is_active { "distributor.approve" } else { "distributor.suspend" };
    audit::record(tx, ctx, Deed { action, subject: "distributors", id: id.as_str() }, &before, &after)?;
    if is_active { Ok(()) } else { tell_users(tx, ctx, &after, &version(&after), |_| true) }
}

fn version(it: &Distributor) -> String {
    format!("{}:{}", it.id, it.version)
}

/// Tells each supplier whose choice no longer stands, with the regions that need another; once for a `cause`.
fn tell_users(
    tx: &mut Tx,
    ctx: &Ctx,
    it: &Distributor,
    cause: &str,
    is_lost: impl Fn(&String) -> bool,
) -> Result<()> {
    let mut users = store::users(tx.conn(), &it.id)?;
    users.retain(|(choice, _)| is_lost(&choice.region));
    users.sort_by(|(a, _), (b, _)| (&a.supplier_id, &a.region).cmp(&(&b.supplier_id, &b.region)));
    for of_one in users.chunk_by(|(a, _), (b, _)| a.supplier_id == b.supplier_id) {
        let Some((first, _)) = of_one.first() else { continue };
        let regions: Vec<&str> = of_one.iter().map(|(choice, _)| choice.region.as_str()).collect();
        let letter = Letter::Supply {
            news: News::DistributorLost,
            number: it.code.clone(),
            title: it.name.clone(),
            path: "/distributors/choices".to_owned(),
            detail: regions.join("\n"),
        };
        for to in people::recipients(tx.conn(), &first.supplier_id)? {
            notify::post(tx, ctx, &to, &letter, &format!("distributor_lost:{cause}"))?;
        }
    }
    Ok(())
}

/// Tells the suppliers that chose a company which may not distribute any more, once for a `cause`; a company that is no
/// distributor here was chosen by nobody.
pub fn tell_lost(tx: &mut Tx, ctx: &Ctx, code: &str, cause: &str) -> Result<()> {
    match store::by_code(tx.conn(), code)? {
        Some(it) => tell_users(tx, ctx, &it, cause, |_| true),
        None => Ok(()),
    }
}

/// Chooses who delivers for the actor's company in a region from today on, or nobody. What was chosen before ends
/// and stays on record. `seen` is the choice that held when the form was made.
pub fn choose(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &DistributorChoiceId,
    region: &str,
    distributor_id: Option<&DistributorId>,
    seen: Option<&DistributorChoiceId>,
) -> Result<()> {
    let supplier_id = ctx.actor.organisation.clone().ok_or(Error::Forbidden)?;
    if let Some(known) = store::choice(tx.conn(), id)? {
        return if known.supplier_id == supplier_id { Ok(()) } else { Err(Error::NotFound) };
    }
    let today = ctx.now.day();
    let before = store::held(tx.conn(), &supplier_id, region)?;
    if before.as_ref().map(|it| &it.distributor_id) == distributor_id {
        return Ok(());
    }
    if before.as_ref().map(|it| &it.id) != seen {
        return Err(Refused::ChoiceChanged(region.to_owned()).into());
    }
    if let Some(wanted) = distributor_id {
        let wanted = distributor(tx.conn(), wanted)?;
        let serves = store::regions(tx.conn(), &wanted.id)?;
        rules::may_choose(&wanted, &serves, region)?;
        if let Some(why) = standing::distribution(tx.conn(), &wanted.code, today)? {
            return Err(why.into());
        }
    }
    if let Some(before) = &before {
        store::end_choice(tx, &Choice { until: Some(today), ..before.clone() })?;
    }
    let after = distributor_id.map(|distributor_id| Choice {
        id: id.clone(),
        supplier_id,
        region: region.to_owned(),
        distributor_id: distributor_id.clone(),
        since: today,
        until: None,
        at: ctx.now,
        account_id: ctx.actor.account.clone(),
    });
    if let Some(after) = &after {
        store::insert_choice(tx, after)?;
    }
    let deed = Deed { action: "distributor.choose", subject: "distributor_choices", id: id.as_str() };
    audit::record(tx, ctx, deed, &before, &after)
}

/// Who delivers for a supplier in a region on a day: the one it chose, while that one is in use, serves the region and
/// has the right to distribute.
pub fn chosen(
    conn: &mut Conn,
    supplier: &OrganisationId,
    region: &str,
    day: NaiveDate,
) -> Result<Option<DistributorId>> {
    let Some(choice) = store::held(conn, supplier, region)? else { return Ok(None) };
    let is_usable = stands(conn, &choice, day)?;
    Ok(is_usable.then_some(choice.distributor_id))
}

/// Whether a choice that holds can still be delivered on; else the supplier needs another.
pub fn stands(conn: &mut Conn, choice: &Choice, day: NaiveDate) -> Result<bool> {
    let it = distributor(conn, &choice.distributor_id)?;
    if standing::distribution(conn, &it.code, day)?.is_some() {
        return Ok(false);
    }
    Ok(rules::may_choose(&it, &store::regions(conn, &it.id)?, &choice.region).is_ok())
}
