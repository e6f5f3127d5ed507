//! Ratings of companies' credit: notice, defence, decision by two people, repair and end.
//!
//! A rating moves forward only and each step is a row of its own; what was decided wrongly is corrected by another
//! rating that takes its place, or revoked with its document.

pub mod conducts;
pub mod rules;
pub mod store;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::awards::documents::Owner;
use crate::credit::editions::{self, Edition, Grade, Measure, Outcome};
use crate::credit::standing::{EndCause, Proposal, Rating, RatingState};
use crate::db::{self, Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter, News};
use crate::people::{self, OrganisationKind, Role};
use crate::rounds::approvals::{self, Action, Approval, Asked};
use crate::schema::rating_steps;
use crate::supply::distributors;
use crate::text::{Lang, Text};
use crate::types::{AccountId, ApprovalId, ConductId, Ctx, OrganisationId, RatingId, RatingStepId, Time};
use crate::workdays;

use conducts::{Conduct, File};
pub use rules::Refused;

/// The table approvals and the audit trail name a rating by.
pub const SUBJECT: &str = "ratings";

/// The table documents name a step by.
pub const STEPS: &str = "rating_steps";

crate::words! {
    /// What was done.
    StepKind {
        /// The company was told.
        Notice = "notice",
        /// It defended itself.
        Defence = "defence",
        /// An officer proposed a decision.
        Proposed = "proposed",
        /// The second person approved it.
        Approved = "approved",
        /// The second person sent it back.
        Rejected = "rejected",
        /// The company asked for repair.
        RepairAsked = "repair_asked",
        /// It ended.
        Ended = "ended",
    }
}

impl StepKind {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let m = &t.ratings;
        match self {
            StepKind::Notice => m.step_notice,
            StepKind::Defence => m.step_defence,
            StepKind::Proposed => m.step_proposed,
            StepKind::Approved => m.step_approved,
            StepKind::Rejected => m.step_rejected,
            StepKind::RepairAsked => m.step_repair_asked,
            StepKind::Ended => m.step_ended,
        }
    }
}

/// One step of a rating. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = rating_steps, treat_none_as_default_value = false)]
pub struct Step {
    /// Its id, from the form.
    pub id: RatingStepId,
    /// Of which rating.
    pub rating_id: RatingId,
    /// What was done.
    pub kind: StepKind,
    /// In words.
    pub body: String,
    /// By whom; none: the platform.
    pub account_id: Option<AccountId>,
    /// When.
    pub at: Time,
}

/// What documents of a step belong to.
pub fn owner(id: &RatingStepId) -> Owner<'_> {
    (STEPS, id.as_str())
}

/// A rating, or there is no such thing.
pub fn rating(conn: &mut Conn, id: &RatingId) -> Result<Rating> {
    store::rating(conn, id)?.ok_or(Error::NotFound)
}

/// The edition a rating rests on.
pub fn edition(it: &Rating) -> Result<Edition> {
    let found = editions::find(&it.edition).map_err(Error::refused)?;
    found.ok_or_else(|| Error::fault(format!("no edition {}", it.edition)))
}

/// The request that waits for the second person.
pub fn request(conn: &mut Conn, it: &Rating) -> Result<Option<Approval>> {
    approvals::open(conn, SUBJECT, &it.number, Action::Rating)
}

/// What an officer tells a company.
#[derive(Debug, Clone)]
pub struct Noticed {
    /// The id of the rating it makes.
    pub id: RatingId,
    /// The conducts, of one company.
    pub conducts: Vec<ConductId>,
    /// The first day planned.
    pub since: NaiveDate,
    /// The rating in effect whose place it takes.
    pub corrects: Option<RatingId>,
    /// In words.
    pub body: String,
}

/// Tells a company of the grade its conducts come to, with a time for its defence. The same form sent twice tells once.
pub fn notice(tx: &mut Tx, ctx: &Ctx, new: &Noticed) -> Result<RatingId> {
    if store::rating(tx.conn(), &new.id)?.is_some() {
        return Ok(new.id.clone());
    }
    rules::filled("body", &new.body, rules::LONGEST)?;
    let list = new.conducts.iter().map(|id| conducts::conduct(tx.conn(), id)).collect::<Result<Vec<_>>>()?;
    let company = rules::together(&list)?.clone();
    for it in &list {
        is_open(tx.conn(), it, new.corrects.as_ref())?;
    }
    if let Some(corrected) = &new.corrects {
        let before = rating(tx.conn(), corrected)?;
        may_correct(tx.conn(), &before, &company)?;
    }
    let known = editions::all().map_err(Error::refused)?;
    let (worst, decisive) = worst(&known, &list)?;
    let scope = worst.grade.scope(is_here(tx.conn(), decisive)?);
    let has_products = !store::products_of(tx.conn(), &new.conducts)?.is_empty();
    let today = ctx.now.day();
    rules::notice(scope, has_products, worst.grade, (new.since, worst.until), today)?;
    let number = db::next_number(tx, SUBJECT)?;
    let it = Rating {
        id: new.id.clone(),
        number: format!("XY{}{number:05}", today.format("%Y%m")),
        company_code: company.company_code.clone(),
        company_name: company.company_name.clone(),
        supplier_id: company.supplier_id.clone(),
        is_distributor: company.is_distributor,
        edition: worst.edition.name.clone(),
        edition_hash: worst.edition.hash.clone(),
        grade: worst.grade.key.clone(),
        scope,
        conduct_id: decisive.id.clone(),
        conduct: decisive.kind,
        document: decisive.document(),
        state: RatingState::Noticed,
        proposal: Proposal::None,
        version: 1,
        noticed_on: today,
        defend_by: workdays::after(tx.conn(), today, i64::from(worst.edition.notice.working_days))?,
        since: new.since,
        until: worst.until,
        distribution_until: None,
        is_public: worst.grade.is_public,
        repair_asked_on: None,
        ended_on: None,
        end_cause: EndCause::None,
        corrects_id: new.corrects.clone(),
        at: ctx.now,
    };
    store::insert_rating(tx, &it, &new.conducts)?;
    audit::record(tx, ctx, deed("rating.notice", &it), &(), &(&it, &new.conducts))?;
    step(tx, ctx, (RatingStepId::new(), &it.id), StepKind::Notice, &new.body)?;
    let detail = |lang: Lang| format!("{}\n{}", it.grade_name(lang.text()), it.defend_by);
    tell_company(tx, ctx, &it, News::RatingNoticed, &detail)?;
    Ok(it.id)
}

/// Whether a conduct was evaluated here, not in another province.
fn is_here(conn: &mut Conn, it: &Conduct) -> Result<bool> {
    Ok(people::store::regions(conn)?.contains(&it.region))
}

/// A conduct can be rated once: not when another corrects it, and not when it is in a rating that is not the corrected
/// one.
fn is_open(conn: &mut Conn, it: &Conduct, corrects: Option<&RatingId>) -> Result<()> {
    if store::correction_of(conn, &it.id)?.is_some() {
        return Err(Refused::Corrected.into());
    }
    match store::rating_of(conn, &it.id)? {
        Some(known) if Some(&known) != corrects => Err(Refused::Rated.into()),
        _ => Ok(()),
    }
}

/// Only a rating in effect of the same company is corrected, once at a time.
fn may_correct(conn: &mut Conn, it: &Rating, company: &Conduct) -> Result<()> {
    if it.company_code != company.company_code {
        return Err(Refused::Mixed.into());
    }
    if it.state != RatingState::Effective {
        return Err(Refused::State(it.state).into());
    }
    if it.proposal != Proposal::None || store::correction_waits(conn, &it.id)? {
        return Err(Refused::Waits.into());
    }
    Ok(())
}

/// What each conduct comes to, by the edition of its document's day.
pub fn outcomes<'a>(known: &'a [Edition], list: &[Conduct]) -> Result<Vec<Outcome<'a>>> {
    let of = |it: &Conduct| {
        let day = it.document_on;
        let edition = known.iter().find(|edition| edition.holds(day));
        let edition = edition.ok_or(editions::Refused::NoEdition(day))?;
        editions::grade(it.kind, it.amount, edition, day)
    };
    list.iter().map(of).collect::<std::result::Result<_, _>>().map_err(Error::refused)
}

/// The worst outcome and the conduct that decided it.
fn worst<'a, 'b>(known: &'a [Edition], list: &'b [Conduct]) -> Result<(Outcome<'a>, &'b Conduct)> {
    let found = outcomes(known, list)?;
    let worst = editions::worst(&found).ok_or(Refused::NoConducts)?;
    let decisive = list.iter().zip(&found).find(|(_, outcome)| **outcome == worst).map(|(it, _)| it);
    Ok((worst, decisive.ok_or(Refused::NoConducts)?))
}

fn deed<'a>(action: &'a str, it: &'a Rating) -> Deed<'a> {
    Deed { action, subject: SUBJECT, id: it.id.as_str() }
}

/// Writes a step down; whether it is new.
fn step(
    tx: &mut Tx,
    ctx: &Ctx,
    (id, rating): (RatingStepId, &RatingId),
    kind: StepKind,
    body: &str,
) -> Result<()> {
    let account_id = ctx.actor.account.clone();
    let it =
        Step { id, rating_id: rating.clone(), kind, body: body.trim().to_owned(), account_id, at: ctx.now };
    diesel::insert_into(rating_steps::table).values(&it).execute(tx.conn())?;
    audit::record(tx, ctx, Deed { action: "rating.step", subject: STEPS, id: it.id.as_str() }, &(), &it)
}

fn save(tx: &mut Tx, ctx: &Ctx, action: &str, before: &Rating, after: &Rating) -> Result<()> {
    if !store::update_rating(tx, before, after)? {
        return Err(Refused::Changed.into());
    }
    audit::record(tx, ctx, deed(action, after), before, after)
}

/// Writes to the company, when it has accounts here.
fn tell_company(
    tx: &mut Tx,
    ctx: &Ctx,
    it: &Rating,
    news: News,
    detail: &dyn Fn(Lang) -> String,
) -> Result<()> {
    let Some(supplier) = &it.supplier_id else { return Ok(()) };
    for to in people::recipients(tx.conn(), supplier)? {
        let letter = letter(it, news, detail(to.lang));
        notify::post(tx, ctx, &to, &letter, &format!("{news}:{}:{}", it.id, it.version))?;
    }
    Ok(())
}

fn tell_officers(tx: &mut Tx, ctx: &Ctx, it: &Rating, news: News, (key, detail): (&str, &str)) -> Result<()> {
    for to in people::recipients_with(tx.conn(), Role::Officer)? {
        let letter = letter(it, news, detail.to_owned());
        notify::post(tx, ctx, &to, &letter, &format!("{news}:{key}"))?;
    }
    Ok(())
}

fn letter(it: &Rating, news: News, detail: String) -> Letter {
    Letter::Supply {
        news,
        number: it.number.clone(),
        title: it.company_name.clone(),
        path: format!("/ratings/{}", it.id),
        detail,
    }
}

/// Whether somebody may act for the company: its own people, or the bureau when it has no account here.
fn acts_for(conn: &mut Conn, ctx: &Ctx, it: &Rating) -> Result<()> {
    let own = ctx.actor.organisation.as_ref().ok_or(Error::NotFound)?;
    let may_act = match &it.supplier_id {
        Some(supplier) => own == supplier,
        None => people::store::organisation(conn, own)?.is_some_and(|it| it.kind == OrganisationKind::Bureau),
    };
    if may_act { Ok(()) } else { Err(Error::NotFound) }
}

/// The company defends itself, with a document or without; an officer enters what one without an account sent in. The
/// same form sent twice is one defence.
pub fn defend(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &RatingId,
    new: RatingStepId,
    body: &str,
    file: Option<File>,
) -> Result<()> {
    let it = rating(tx.conn(), id)?;
    acts_for(tx.conn(), ctx, &it)?;
    if store::has_step(tx.conn(), &new)? {
        return Ok(());
    }
    rules::defend(&it, body, ctx.now.day())?;
    step(tx, ctx, (new.clone(), id), StepKind::Defence, body)?;
    if let Some(file) = file {
        conducts::attach(tx, ctx, owner(&new), file)?;
    }
    tell_officers(tx, ctx, &it, News::RatingAnswered, (new.as_str(), body))
}

/// An officer proposes a decision, which the second person approves. `version` is the one the officer saw.
pub fn propose(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &RatingId,
    version: i32,
    proposal: Proposal,
    body: &str,
) -> Result<()> {
    let before = rating(tx.conn(), id)?;
    if before.version != version {
        return Err(Refused::Changed.into());
    }
    if before.state == RatingState::Effective && store::correction_waits(tx.conn(), id)? {
        return Err(Refused::Waits.into());
    }
    let has_defence = store::has_defence(tx.conn(), id)?;
    let after = rules::propose(&before, proposal, has_defence, body, ctx.now.day())?;
    save(tx, ctx, "rating.propose", &before, &after)?;
    step(tx, ctx, (RatingStepId::new(), id), StepKind::Proposed, body)?;
    let detail = format!("{} {proposal}", before.company_name);
    let asked =
        Asked { subject: SUBJECT, id: &before.number, action: Action::Rating, round: None, detail: &detail };
    approvals::ask(tx, ctx, asked).map(drop)
}

/// A reviewer, never the one who proposed, decides; a yes puts it in effect.
pub fn decide(tx: &mut Tx, ctx: &Ctx, request: &ApprovalId, yes: bool, remark: &str) -> Result<RatingId> {
    let asked = approvals::decide(tx, ctx, request, yes, remark)?;
    if asked.action != Action::Rating {
        return Err(Error::NotFound);
    }
    let before = store::of_number(tx.conn(), &asked.subject_id)?.ok_or(Error::NotFound)?;
    let edition = edition(&before)?;
    let grade = edition.of(&before.grade).map_err(Error::refused)?;
    let decisive = conducts::conduct(tx.conn(), &before.conduct_id)?;
    let is_here = is_here(tx.conn(), &decisive)?;
    let after = rules::decided(&before, yes, (grade, is_here), ctx.now.day())?;
    save(tx, ctx, "rating.decide", &before, &after)?;
    let kind = if yes { StepKind::Approved } else { StepKind::Rejected };
    step(tx, ctx, (RatingStepId::new(), &after.id), kind, remark)?;
    if !yes {
        return Ok(after.id);
    }
    if before.proposal == Proposal::Rate {
        takes_effect(tx, ctx, &after)?;
    }
    let proposal = before.proposal;
    let detail = |lang: Lang| said(&after, proposal, lang);
    tell_company(tx, ctx, &after, News::RatingDecided, &detail)?;
    Ok(after.id)
}

/// What was decided, for the letter.
fn said(it: &Rating, proposal: Proposal, lang: Lang) -> String {
    let t = lang.text();
    let mut said = vec![proposal.name(t).to_owned()];
    if proposal == Proposal::Rate {
        said.push(format!("{} {}", it.grade_name(lang.text()), it.scope.name(t)));
        said.push(format!("{} – {}", it.since, it.last_day()));
    }
    said.join("\n")
}

/// What a rating does when it takes effect: it ends the one it corrects, and who chose a distributor that lost its right is
/// told.
fn takes_effect(tx: &mut Tx, ctx: &Ctx, it: &Rating) -> Result<()> {
    if let Some(corrected) = &it.corrects_id {
        let before = rating(tx.conn(), corrected)?;
        if before.state == RatingState::Effective {
            end(tx, ctx, &before, EndCause::Corrected, &it.number)?;
        }
    }
    if it.distribution_until.is_some() {
        distributors::tell_lost(tx, ctx, &it.company_code, it.id.as_str())?;
    }
    Ok(())
}

/// Ends a rating and tells the company; a request that waits for it is taken back.
fn end(tx: &mut Tx, ctx: &Ctx, before: &Rating, cause: EndCause, body: &str) -> Result<()> {
    approvals::withdraw(tx, ctx, SUBJECT, &before.number, Action::Rating)?;
    let after = rules::ended(before, cause, ctx.now.day());
    save(tx, ctx, "rating.end", before, &after)?;
    step(tx, ctx, (RatingStepId::new(), &after.id), StepKind::Ended, body)?;
    let detail = |lang: Lang| cause.name(lang.text()).to_owned();
    tell_company(tx, ctx, &after, News::RatingEnded, &detail)?;
    let key = format!("{}:{}", after.id, after.version);
    tell_officers(tx, ctx, &after, News::RatingEnded, (&key, cause.name(Lang::Zh.text())))
}

/// What a company asks for.
#[derive(Debug, Clone)]
pub struct Repair {
    /// The step it makes, from the form.
    pub id: RatingStepId,
    /// What it has done.
    pub measures: Vec<Measure>,
    /// It says that it has corrected what it did.
    pub is_corrected: bool,
    /// In words.
    pub body: String,
    /// A document.
    pub file: Option<File>,
}

/// A company asks for repair. The same form sent twice asks once.
pub fn ask_repair(tx: &mut Tx, ctx: &Ctx, id: &RatingId, asked: Repair, t: &Text) -> Result<()> {
    let before = rating(tx.conn(), id)?;
    acts_for(tx.conn(), ctx, &before)?;
    if store::has_step(tx.conn(), &asked.id)? {
        return Ok(());
    }
    let edition = edition(&before)?;
    let grade: &Grade = edition.of(&before.grade).map_err(Error::refused)?;
    let today = ctx.now.day();
    let known = &edition.repair.measures;
    rules::repair(&before, grade, known, &asked.measures, asked.is_corrected, today, t)?;
    rules::filled("body", &asked.body, rules::LONGEST)?;
    let version = before.version.saturating_add(1);
    let after = Rating { repair_asked_on: Some(today), version, ..before.clone() };
    save(tx, ctx, "rating.repair", &before, &after)?;
    let measures: Vec<&str> = asked.measures.iter().map(|it| it.name(t)).collect();
    let body = format!("{}\n{}", measures.join(t.files.list_join), asked.body.trim());
    step(tx, ctx, (asked.id.clone(), id), StepKind::RepairAsked, &body)?;
    if let Some(file) = asked.file {
        conducts::attach(tx, ctx, owner(&asked.id), file)?;
    }
    tell_officers(tx, ctx, &after, News::RatingAnswered, (asked.id.as_str(), &body))
}

/// Ratings ended in one transaction.
const BATCH: i64 = 100;

/// Ends ratings whose last day is over. Gives how many; when there were more than one transaction takes, calling again
/// goes on.
pub fn expire(tx: &mut Tx, ctx: &Ctx) -> Result<usize> {
    let over = store::over(tx.conn(), ctx.now.day(), BATCH)?;
    for it in &over {
        end(tx, ctx, it, EndCause::Expired, &it.last_day().to_string())?;
    }
    Ok(over.len())
}

/// Whose ratings somebody sees: a supplier its own, the bureau all.
pub fn is_seen_by(it: &Rating, organisation: &OrganisationId, is_staff: bool) -> bool {
    is_staff || it.supplier_id.as_ref() == Some(organisation)
}
