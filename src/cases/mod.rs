//! Price cases (价格案件): what is found to be abnormal, followed step by step until it is closed.

pub mod closing;
pub mod effect;
pub mod escalation;
mod letters;
mod names;
pub mod opening;
pub mod refused;
pub mod rules;
pub mod steps;
pub mod store;
pub mod suspensions;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::catalog::{self, Product};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::News;
use crate::people::{self, OrganisationKind, Role};
use crate::prices::monitoring::Tier;
use crate::schema::{case_events, case_replies, case_steps, cases};
use crate::text::Text;
use crate::types::{
    AccountId, CaseEventId, CaseId, CaseReplyId, CaseStepId, Ctx, Money, OrganisationId, ProductId, Time,
    UnitPrice,
};

pub use refused::Refused;

crate::words! {
    /// How far a case is.
    State {
        /// Waits for an officer (待分派).
        New = "new",
        /// An officer follows it (办理中).
        Handling = "handling",
        /// Closed with a reason (已结案).
        Closed = "closed",
    }

    /// What opened a case.
    Origin {
        /// The scan's findings.
        Scan = "scan",
        /// An officer.
        Hand = "hand",
    }

    /// What is done in a case.
    StepKind {
        /// The supplier explains its cost (成本调查).
        CostSurvey = "cost_survey",
        /// The supplier is asked in writing or in person (函询约谈).
        Inquiry = "inquiry",
        /// The supplier is warned (提醒告诫).
        Warning = "warning",
        /// The price is to be changed (价格调整).
        PriceChange = "price_change",
        /// The listing is suspended: nothing can be ordered (暂停挂网).
        Suspension = "suspension",
        /// Another product takes its place (品种替换).
        Replacement = "replacement",
    }

    /// How far a step is.
    StepState {
        /// Waits for a second person; the supplier does not see it (待复核).
        Asked = "asked",
        /// Sent to the supplier (待答复).
        Sent = "sent",
        /// The supplier replied (已答复).
        Replied = "replied",
        /// Its outcome is recorded (已办结).
        Done = "done",
        /// A second person said no (未通过).
        Rejected = "rejected",
        /// Taken back before it was decided (已撤回).
        Withdrawn = "withdrawn",
    }

    /// What came of a step.
    Outcome {
        /// What was asked for was done (达到要求).
        Met = "met",
        /// Some of it (部分达到).
        Partly = "partly",
        /// None of it (未达到).
        Unmet = "unmet",
        /// The supplier did not reply (未答复).
        Unanswered = "unanswered",
    }

    /// Why a case is closed.
    Closing {
        /// The price was corrected (已整改).
        Corrected = "corrected",
        /// The price is accounted for (理由成立).
        Explained = "explained",
        /// Another product took its place (已替换).
        Replaced = "replaced",
        /// It is not listed any more (已撤网).
        Delisted = "delisted",
        /// There was nothing in it (查无问题); a second person agrees.
        Unfounded = "unfounded",
        /// Something else, said in the text (其他).
        Other = "other",
    }

    /// What else happens in a case.
    EventKind {
        /// Opened (立案).
        Opened = "opened",
        /// Given to an officer (分派).
        Assigned = "assigned",
        /// The supplier concerned was set (确定涉案企业).
        Addressed = "addressed",
        /// A step was overdue and the level went up (逾期升级).
        Escalated = "escalated",
        /// A suspension was lifted (恢复挂网).
        Lifted = "lifted",
        /// Closed (结案).
        Closed = "closed",
        /// Opened again (重新立案).
        Reopened = "reopened",
    }
}

/// Highest level of a case.
pub const TOP: i32 = 3;

/// What cases are, as the audit trail, approvals and documents name it.
pub const SUBJECT: &str = "cases";

/// A price case.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = cases, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// `AJ`, the year and a running number.
    pub number: String,
    /// What opened it.
    pub origin: Origin,
    /// The rule whose findings it follows; empty when they are of several rules or there are none.
    pub rule: String,
    /// The product.
    pub product_id: ProductId,
    /// The supplier written to; none while the maker is not registered.
    pub supplier_id: Option<OrganisationId>,
    /// How far it is.
    pub state: State,
    /// Counts how often it was opened: 1, and one more each time it was opened again.
    pub cycle: i32,
    /// How often it was escalated, at most [`TOP`].
    pub level: i32,
    /// The gravest tier of its findings.
    pub tier: Tier,
    /// The officer who follows it.
    pub assignee_id: Option<AccountId>,
    /// The last step the supplier was sent.
    pub step: Option<StepKind>,
    /// The first day that something of it is due.
    pub due_on: Option<NaiveDate>,
    /// Why it was opened by hand; empty when the scan did.
    pub reason: String,
    /// How many of its findings stand.
    pub findings: i64,
    /// Their money effect.
    pub effect: Money,
    /// At how many hospitals.
    pub hospitals: i64,
    /// In how many months.
    pub months: i64,
    /// The first of them.
    pub first_month: Option<NaiveDate>,
    /// The last of them.
    pub last_month: Option<NaiveDate>,
    /// When its findings were counted last.
    pub counted_at: Time,
    /// When it was opened first.
    pub opened_at: Time,
    /// By whom; none when the scan did.
    pub opened_by: Option<AccountId>,
    /// When it was closed; none while it is open.
    pub closed_at: Option<Time>,
    /// Why it was closed.
    pub closing: Option<Closing>,
    /// The same in words.
    pub closing_text: String,
    /// Counts its changes: who acts says what was seen.
    pub version: i32,
}

/// A step taken in a case: a document to the supplier.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = case_steps, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Step {
    /// Its id, from the form.
    pub id: CaseStepId,
    /// Of which case.
    pub case_id: CaseId,
    /// In which cycle of it.
    pub cycle: i32,
    /// What is done.
    pub kind: StepKind,
    /// The document's number (文号).
    pub number: String,
    /// The document's date.
    pub dated: NaiveDate,
    /// The last day for the supplier's reply.
    pub deadline: NaiveDate,
    /// The last day for whoever's turn it is: the supplier's reply, then the officer's outcome.
    pub due_on: NaiveDate,
    /// What is written to the supplier.
    pub body: String,
    /// How far it is.
    pub state: StepState,
    /// Of a change of price: the price before, yuan a pack.
    pub old_price: Option<UnitPrice>,
    /// Of a change of price: the price after.
    pub new_price: Option<UnitPrice>,
    /// Of a suspension: its first day.
    pub from_day: Option<NaiveDate>,
    /// Of a suspension: its last day; none until it is lifted.
    pub to_day: Option<NaiveDate>,
    /// Of a replacement: by which product.
    pub replacement_id: Option<ProductId>,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// The same in words.
    pub outcome_text: String,
    /// When it was found overdue, as it is due now.
    pub overdue_at: Option<Time>,
    /// When it was made.
    pub made_at: Time,
    /// By whom.
    pub made_by: Option<AccountId>,
    /// When it ended.
    pub ended_at: Option<Time>,
    /// By whom.
    pub ended_by: Option<AccountId>,
}

impl Step {
    /// Whether something is still to come of it.
    pub fn is_open(&self) -> bool {
        matches!(self.state, StepState::Sent | StepState::Replied)
    }

    /// Whether the supplier sees it.
    pub fn is_shown(&self) -> bool {
        self.is_open() || self.state == StepState::Done
    }
}

/// What a supplier replied to a step.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = case_replies, treat_none_as_default_value = false)]
pub struct Reply {
    /// Its id, from the form.
    pub id: CaseReplyId,
    /// To which step.
    pub step_id: CaseStepId,
    /// Of which case.
    pub case_id: CaseId,
    /// What it says.
    pub body: String,
    /// It came after the deadline.
    pub is_late: bool,
    /// When.
    pub at: Time,
    /// Who replied.
    pub account_id: Option<AccountId>,
}

/// Something else that happened in a case.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = case_events, treat_none_as_default_value = false)]
pub struct Event {
    /// Its id.
    pub id: CaseEventId,
    /// In which case.
    pub case_id: CaseId,
    /// In which cycle of it.
    pub cycle: i32,
    /// What happened.
    pub kind: EventKind,
    /// Whom or what it is about: an officer's or supplier's name, a closing's word, a document's number.
    pub about: String,
    /// Why, in words.
    pub remark: String,
    /// When.
    pub at: Time,
    /// Who did it; none when the platform did.
    pub account_id: Option<AccountId>,
}

/// One case, or there is no such thing.
pub fn case(conn: &mut Conn, id: &CaseId) -> Result<Case> {
    store::case(conn, id)?.ok_or(Error::NotFound)
}

/// A product as letters and pages name it in one line.
pub fn title(product: &Product) -> String {
    [product.generic.as_str(), &product.spec, &product.pack, &product.maker].join(" ")
}

/// Writes a case as it is now, with what is due of its steps, one version later; the audit trail says what was done.
fn save(tx: &mut Tx, ctx: &Ctx, before: &Case, after: Case, action: &str) -> Result<Case> {
    let due_on = store::first_due(tx.conn(), &before.id)?;
    let after = Case { due_on, version: before.version + 1, ..after };
    store::update(tx, &after)?;
    audit::record(tx, ctx, Deed { action, subject: SUBJECT, id: after.id.as_str() }, before, &after)?;
    Ok(after)
}

/// Notes what else happened.
fn happen(tx: &mut Tx, ctx: &Ctx, case: &Case, kind: EventKind, about: &str, remark: &str) -> Result<()> {
    let event = Event {
        id: CaseEventId::new(),
        case_id: case.id.clone(),
        cycle: case.cycle,
        kind,
        about: about.to_owned(),
        remark: remark.to_owned(),
        at: ctx.now,
        account_id: ctx.actor.account.clone(),
    };
    store::insert_events(tx, &[event])
}

/// A case as an officer saw it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Which.
    pub id: CaseId,
    /// Its version then.
    pub version: i32,
}

/// The case, unchanged since it was looked at.
fn fresh(tx: &mut Tx, seen: &Seen) -> Result<Case> {
    let case = case(tx.conn(), &seen.id)?;
    rules::unchanged(&case, seen.version)?;
    Ok(case)
}

/// The case, unchanged since it was looked at, for the officer who follows it.
fn followed(tx: &mut Tx, ctx: &Ctx, seen: &Seen) -> Result<Case> {
    let case = fresh(tx, seen)?;
    let officer = people::store::account_name(tx.conn(), case.assignee_id.as_ref())?;
    rules::may_act(&case, ctx.actor.account.as_ref(), &officer)?;
    Ok(case)
}

/// Gives a case to an officer, who gets a letter. From one officer to another it needs a reason; to whom it is given
/// already, nothing changes.
pub fn assign(tx: &mut Tx, ctx: &Ctx, seen: &Seen, to: &AccountId, reason: &str) -> Result<()> {
    let before = case(tx.conn(), &seen.id)?;
    if before.assignee_id.as_ref() == Some(to) {
        return Ok(());
    }
    rules::unchanged(&before, seen.version)?;
    let reason = rules::assign(&before, reason)?;
    let officer = people::store::account(tx.conn(), to)?.filter(|it| it.active);
    let officer = officer.ok_or(Refused::NotOfficer)?;
    if !people::store::roles(tx.conn(), to)?.contains(&Role::Officer) {
        return Err(Refused::NotOfficer.into());
    }
    let changed = Case { assignee_id: Some(to.clone()), state: State::Handling, ..before.clone() };
    let after = save(tx, ctx, &before, changed, "case.assign")?;
    happen(tx, ctx, &after, EventKind::Assigned, &officer.name, &reason)?;
    let detail = |t: &Text| if reason.is_empty() { t.common.none.to_owned() } else { reason.clone() };
    letters::tell_officer(
        tx,
        ctx,
        &after,
        News::CaseAssigned,
        &format!("assigned:{}", after.version),
        &detail,
    )
}

/// Sets the supplier concerned by its exact name or code, while nothing was sent to another one.
pub fn address(tx: &mut Tx, ctx: &Ctx, seen: &Seen, named: &str) -> Result<()> {
    let before = fresh(tx, seen)?;
    rules::may_address(&before)?;
    let supplier = match people::store::organisation_by_code(tx.conn(), named.trim())? {
        Some(it) if it.kind == OrganisationKind::Supplier => it.id,
        _ => store::supplier_named(tx.conn(), named.trim())?
            .ok_or(Refused::Supplier(named.trim().to_owned()))?,
    };
    if before.supplier_id.as_ref() == Some(&supplier) {
        return Ok(());
    }
    let whose = people::store::organisation(tx.conn(), &supplier)?.ok_or(Error::NotFound)?;
    let changed = Case { supplier_id: Some(supplier), ..before.clone() };
    let after = save(tx, ctx, &before, changed, "case.address")?;
    happen(tx, ctx, &after, EventKind::Addressed, &whose.name, "")?;
    // What went out on paper is now on its pages: it is told.
    let open = store::open_steps(tx.conn(), &after.id)?;
    open.iter().filter(|step| step.is_open()).try_for_each(|step| steps::tell(tx, ctx, &after, step))
}

/// The product of a case.
pub fn product(conn: &mut Conn, case: &Case) -> Result<Product> {
    catalog::product(conn, &case.product_id)
}
