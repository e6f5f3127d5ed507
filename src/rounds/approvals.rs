//! The second person (复核): what an officer asks and a reviewer, never the one who asked, decides.
//!
//! Deciding only decides. What was approved is done by the module it belongs to, in the same transaction.

use diesel::prelude::*;
use serde::Serialize;
use serde_json::json;

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter};
use crate::people::{self, Role};
use crate::prices::monitoring::versions;
use crate::rounds::{Refused, Round, rule_drafts, rules, store};
use crate::schema::approvals;
use crate::types::{AccountId, ApprovalId, Ctx, Time};

crate::words! {
    /// What needs a second person.
    Action {
        /// Publishing a draft.
        Publish = "publish",
        /// Making a proposed award final.
        Award = "award",
        /// Releasing a round's payment standards.
        Standards = "standards",
        /// Correcting a released payment standard.
        Correction = "standards.correct",
        /// Releasing the payment standards of a list of negotiated drugs.
        Negotiated = "standards.negotiated",
        /// Publishing a draft as a version of a rule set.
        RuleSet = "rule_set.publish",
        /// Publishing a draft as a version of a monitoring rule.
        MonitoringRule = "monitoring_rule.publish",
        /// Freezing a year of surplus retention.
        Retention = "retention.approve",
        /// Paying what a settlement drew up.
        Settlement = "settlement.approve",
        /// Granting a hospital a prepayment.
        Prepayment = "prepayment.grant",
        /// A decision about a company's credit rating.
        Rating = "rating.decide",
        /// Putting a hospital preparation's price in force.
        Preparation = "preparation.approve",
        /// Suspending a product's listing in a price case.
        Suspension = "case.suspend",
        /// Closing a price case as unfounded.
        Unfounded = "case.unfounded",
    }

    /// What became of a request.
    Decision {
        /// It waits.
        Open = "",
        /// A reviewer said yes.
        Approved = "approved",
        /// A reviewer said no.
        Rejected = "rejected",
        /// Taken back before it was decided.
        Withdrawn = "withdrawn",
    }
}

/// A request for a second person's approval.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = approvals, treat_none_as_null = true)]
pub struct Approval {
    /// Its id.
    pub id: ApprovalId,
    /// The table of the thing.
    pub subject: String,
    /// Which one.
    pub subject_id: String,
    /// What is asked.
    pub action: Action,
    /// Who asked.
    pub asked_by: AccountId,
    /// When.
    pub asked_at: Time,
    /// Who decided.
    pub decided_by: Option<AccountId>,
    /// When.
    pub decided_at: Option<Time>,
    /// What was decided.
    pub decision: Decision,
    /// What is asked for in detail, until the reviewer says something.
    pub remark: String,
}

/// What is asked for.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The table of the thing.
    pub subject: &'a str,
    /// Which one.
    pub id: &'a str,
    /// What is asked.
    pub action: Action,
    /// The round it belongs to, named in the letter; without one the thing itself is.
    pub round: Option<&'a Round>,
    /// What is asked for in detail; kept as the remark until the decision.
    pub detail: &'a str,
}

impl<'a> Asked<'a> {
    /// Something about a round as a whole.
    pub fn of_round(round: &'a Round, action: Action) -> Self {
        Self { subject: "rounds", id: round.id.as_str(), action, round: Some(round), detail: "" }
    }
}

/// The open request, if there is one.
pub fn open(conn: &mut Conn, subject: &str, id: &str, action: Action) -> Result<Option<Approval>> {
    Ok(latest(conn, subject, id, action)?.filter(|a| a.decision == Decision::Open))
}

/// The last request.
pub fn latest(conn: &mut Conn, subject: &str, id: &str, action: Action) -> Result<Option<Approval>> {
    store::latest_approval(conn, subject, id, action)
}

/// The last request with the name of who asked, while it waits.
pub fn open_by(
    conn: &mut Conn,
    subject: &str,
    id: &str,
    action: Action,
) -> Result<Option<(Approval, String)>> {
    let Some(it) = open(conn, subject, id, action)? else { return Ok(None) };
    let by = people::store::account_name(conn, Some(&it.asked_by))?;
    Ok(Some((it, by)))
}

/// Asks for approval and writes to the reviewers. There is one open request for a subject and action: asked
/// again by the same person for the same it is the same request.
pub fn ask(tx: &mut Tx, ctx: &Ctx, asked: Asked) -> Result<Approval> {
    let Asked { subject, id, action, .. } = asked;
    let asker = ctx.actor.account.clone().ok_or(Error::Forbidden)?;
    if let Some(known) = open(tx.conn(), subject, id, action)? {
        if known.asked_by == asker && known.remark == asked.detail {
            return Ok(known);
        }
        let by = people::store::account_name(tx.conn(), Some(&known.asked_by))?;
        return Err(Error::refused(Refused::AlreadyAsked { by, at: known.asked_at }));
    }
    let it = Approval {
        id: ApprovalId::new(),
        subject: subject.to_owned(),
        subject_id: id.to_owned(),
        action,
        asked_by: asker,
        asked_at: ctx.now,
        decided_by: None,
        decided_at: None,
        decision: Decision::Open,
        remark: asked.detail.to_owned(),
    };
    store::insert_approval(tx, &it)?;
    audit::record(tx, ctx, Deed { action: "approval.ask", subject, id }, &(), &it)?;
    let (number, title) = match asked.round {
        Some(round) => (round.number.clone(), round.title.clone()),
        None => named(tx.conn(), &it)?.unwrap_or_default(),
    };
    for reviewer in people::recipients_with(tx.conn(), Role::Reviewer)? {
        let letter = Letter::ApprovalAsked {
            number: number.clone(),
            title: title.clone(),
            path: path(&it),
            action: it.action.name(reviewer.lang.text()).to_owned(),
            by: ctx.actor.name.clone(),
        };
        notify::post(tx, ctx, &reviewer, &letter, &format!("approval.asked:{}", it.id))?;
    }
    Ok(it)
}

/// Decides a request: a reviewer, never the one who asked. Of two reviewers at once the first one decides and
/// the other is told. Saying no needs a remark. The officer who asked gets a letter.
pub fn decide(tx: &mut Tx, ctx: &Ctx, id: &ApprovalId, yes: bool, remark: &str) -> Result<Approval> {
    let decider = ctx.actor.account.clone().ok_or(Error::Forbidden)?;
    let before = store::approval(tx.conn(), id)?.ok_or(Error::NotFound)?;
    if !people::store::roles(tx.conn(), &decider)?.contains(&Role::Reviewer) {
        return Err(Error::Forbidden);
    }
    let by =
        before.decided_by.as_ref().map(|it| people::store::account_name(tx.conn(), Some(it))).transpose()?;
    let remark = rules::decide(&before, by, &decider, yes, remark).map_err(Error::refused)?;
    let after = Approval {
        decided_by: Some(decider),
        decided_at: Some(ctx.now),
        decision: if yes { Decision::Approved } else { Decision::Rejected },
        remark,
        ..before
    };
    store::update_approval(tx, &after)?;
    audit::record(
        tx,
        ctx,
        Deed { action: "approval.decide", subject: &after.subject, id: &after.subject_id },
        &json!({ "approval": after.id, "decision": Decision::Open }),
        &after,
    )?;
    answer(tx, ctx, &after)?;
    Ok(after)
}

/// Writes the decision to the one who asked.
fn answer(tx: &mut Tx, ctx: &Ctx, it: &Approval) -> Result<()> {
    let Some((number, title)) = named(tx.conn(), it)? else { return Ok(()) };
    let Some(asker) = people::store::account(tx.conn(), &it.asked_by)? else { return Ok(()) };
    let t = asker.lang.text();
    let letter = Letter::ApprovalDecided {
        number,
        title,
        path: match it.subject.as_str() {
            "rounds" => format!("/rounds/{}", it.subject_id),
            _ => path(it),
        },
        action: it.action.name(t).to_owned(),
        decision: it.decision.name(t).to_owned(),
        by: ctx.actor.name.clone(),
        remark: if it.remark.is_empty() { t.common.none.to_owned() } else { it.remark.clone() },
    };
    let to = notify::Recipient { account: Some(asker.id), address: asker.email, lang: asker.lang };
    notify::post(tx, ctx, &to, &letter, &format!("approval.decided:{}", it.id))
}

/// Takes an open request back, so that the draft can be changed again; done twice it is done once.
pub fn withdraw(tx: &mut Tx, ctx: &Ctx, subject: &str, id: &str, action: Action) -> Result<()> {
    let Some(before) = open(tx.conn(), subject, id, action)? else { return Ok(()) };
    let after = Approval {
        decided_by: ctx.actor.account.clone(),
        decided_at: Some(ctx.now),
        decision: Decision::Withdrawn,
        ..before
    };
    store::update_approval(tx, &after)?;
    audit::record(
        tx,
        ctx,
        Deed { action: "approval.withdraw", subject, id },
        &json!({ "approval": after.id, "decision": Decision::Open }),
        &after,
    )
}

/// Takes back whatever is asked about a thing that is given up.
pub fn withdraw_all(tx: &mut Tx, ctx: &Ctx, subject: &str, id: &str) -> Result<()> {
    Action::ALL.iter().try_for_each(|action| withdraw(tx, ctx, subject, id, *action))
}

/// The page a request is decided on: where the reviewer sees what it is about.
pub fn path(it: &Approval) -> String {
    match it.action {
        Action::Publish => "/approvals".to_owned(),
        Action::Award => format!("/rounds/{}/award", it.subject_id),
        Action::Standards => format!("/rounds/{}/standards", it.subject_id),
        Action::Correction => format!("/standards/{}", it.subject_id),
        Action::Negotiated => format!("/standards/negotiated/{}", it.subject_id),
        Action::RuleSet => format!("/rules/drafts/{}", it.subject_id),
        Action::MonitoringRule => format!("/monitoring/drafts/{}", it.subject_id),
        Action::Retention => format!("/retention/{}", it.subject_id),
        Action::Settlement => format!("/settlements/number/{}", it.subject_id),
        Action::Prepayment => "/prepayments".to_owned(),
        Action::Rating => format!("/ratings/number/{}", it.subject_id),
        Action::Preparation => format!("/preparations/number/{}", it.subject_id),
        Action::Suspension | Action::Unfounded => format!("/cases/number/{}", it.subject_id),
    }
}

/// Number and title of the round or rule set a request is about. What has a number of its own is named by it.
pub fn named(conn: &mut Conn, it: &Approval) -> Result<Option<(String, String)>> {
    use Action::{
        Correction, Negotiated, Preparation, Prepayment, Rating, Settlement, Suspension, Unfounded,
    };
    let has_number = matches!(
        it.action,
        Correction | Negotiated | Settlement | Prepayment | Rating | Preparation | Suspension | Unfounded
    );
    if has_number {
        return Ok(Some((it.subject_id.clone(), String::new())));
    }
    if it.action == Action::MonitoringRule {
        return versions::draft_named(conn, &it.subject_id.parse().map_err(Error::fault_of)?);
    }
    if it.subject == rule_drafts::SUBJECT {
        let id = it.subject_id.parse().map_err(Error::fault_of)?;
        return Ok(rule_drafts::store::draft(conn, &id)?.map(|draft| (draft.name, draft.title)));
    }
    Ok(round_of(conn, it)?.map(|round| (round.number, round.title)))
}

/// The round a request is about.
pub fn round_of(conn: &mut Conn, it: &Approval) -> Result<Option<Round>> {
    match (it.subject.as_str(), it.subject_id.parse()) {
        ("rounds", Ok(id)) => store::round(conn, &id),
        _ => Ok(None),
    }
}
