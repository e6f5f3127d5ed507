//! The words of each letter, in either language.

use super::Letter;
use crate::text::{Text, fill};

/// A letter in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The subject line.
    pub subject: String,
    /// The paragraphs.
    pub paragraphs: Vec<String>,
    /// The page it is about: an address path on this site.
    pub path: String,
}

impl Letter {
    /// The kind's name, as in the stored JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            Letter::RoundPublished { .. } => "round_published",
            Letter::RoundAmended { .. } => "round_amended",
            Letter::RoundAborted { .. } => "round_aborted",
            Letter::DemandDue { .. } => "demand_due",
            Letter::DemandReturned { .. } => "demand_returned",
            Letter::ApprovalAsked { .. } => "approval_asked",
            Letter::ApprovalDecided { .. } => "approval_decided",
            Letter::OpenerKeyDue { .. } => "opener_key_due",
            Letter::RootPublished { .. } => "root_published",
            Letter::BidsOpened { .. } => "bids_opened",
            Letter::QuestionsAsked { .. } => "questions_asked",
            Letter::QuestionWithdrawn { .. } => "question_withdrawn",
            Letter::QuestionsAnswered { .. } => "questions_answered",
            Letter::AwardPublished { .. } => "award_published",
            Letter::ObjectionFiled { .. } => "objection_filed",
            Letter::ObjectionAnswered { .. } => "objection_answered",
            Letter::RegionsStarted { .. } => "regions_started",
            Letter::RegionsTurn { .. } => "regions_turn",
            Letter::RegionsEnded { .. } => "regions_ended",
            Letter::RegionsCancelled { .. } => "regions_cancelled",
            Letter::VolumeToPlace { .. } => "volume_to_place",
            Letter::PlacingCancelled { .. } => "placing_cancelled",
            Letter::ContractDue { .. } => "contract_due",
            Letter::ContractAmended { .. } => "contract_amended",
            Letter::Supply { news, .. } => news.as_str(),
            Letter::OrderPlaced { .. } => "order_placed",
            Letter::OrderReleased { .. } => "order_released",
            Letter::ContractsAmended { .. } => "contracts_amended",
            Letter::ProgressBehind { .. } => "progress_behind",
            Letter::StandardsReleased { .. } => "standards_released",
            Letter::IncidentsFound { .. } => "incidents_found",
            Letter::RetentionApproved { .. } => "retention_approved",
            Letter::ClaimsDue { .. } => "claims_due",
            Letter::ClaimsToVerify { .. } => "claims_to_verify",
            Letter::ClaimsPaid { .. } => "claims_paid",
            Letter::IndexLinked { .. } => "index_linked",
            Letter::PreparationSubmitted { .. } => "preparation_submitted",
            Letter::PreparationReturned { .. } => "preparation_returned",
            Letter::PreparationApproved { .. } => "preparation_approved",
            Letter::PreparationDue { .. } => "preparation_due",
            Letter::Alert(_) => "alert",
            Letter::Indicators(_) => "indicators",
            Letter::AuditHead { .. } => "audit_head",
        }
    }

    /// The letter in the language of `t`.
    pub fn write(&self, t: &Text) -> Written {
        let m = &t.mail;
        let (subject, body, number, title, path, facts): (_, _, _, _, _, Vec<(&str, String)>) = match self {
            Letter::RoundPublished { number, title, path, demand_to, bidding_to } => (
                m.round_published,
                m.round_published_body,
                number,
                title,
                path,
                vec![("demand_to", demand_to.clone()), ("bidding_to", bidding_to.clone())],
            ),
            Letter::RoundAmended { number, title, path, reason } => {
                (m.round_amended, m.round_amended_body, number, title, path, vec![("reason", reason.clone())])
            }
            Letter::RoundAborted { number, title, path, reason } => {
                (m.round_aborted, m.round_aborted_body, number, title, path, vec![("reason", reason.clone())])
            }
            Letter::DemandDue { number, title, path, deadline } => {
                (m.demand_due, m.demand_due_body, number, title, path, vec![("deadline", deadline.clone())])
            }
            Letter::DemandReturned { number, title, path, remark, deadline } => (
                m.demand_returned,
                m.demand_returned_body,
                number,
                title,
                path,
                vec![("remark", remark.clone()), ("deadline", deadline.clone())],
            ),
            Letter::ApprovalAsked { number, title, path, action, by } => (
                m.approval_asked,
                m.approval_asked_body,
                number,
                title,
                path,
                vec![("action", action.clone()), ("by", by.clone())],
            ),
            Letter::ApprovalDecided { number, title, path, action, decision, by, remark } => (
                m.approval_decided,
                m.approval_decided_body,
                number,
                title,
                path,
                vec![
                    ("action", action.clone()),
                    ("decision", decision.clone()),
                    ("by", by.clone()),
                    ("remark", remark.clone()),
                ],
            ),
            Letter::OpenerKeyDue { number, title, path, deadline } => (
                m.opener_key_due,
                m.opener_key_due_body,
                number,
                title,
                path,
                vec![("deadline", deadline.clone())],
            ),
            Letter::RootPublished { number, title, path, count, root } => (
                m.root_published,
                m.root_published_body,
                number,
                title,
                path,
                vec![("count", count.to_string()), ("root", root.clone())],
            ),
            Letter::BidsOpened { number, title, path } => {
                (m.bids_opened, m.bids_opened_body, number, title, path, vec![])
            }
            Letter::QuestionsAsked { number, title, path, count, deadline } => (
                m.questions_asked,
                m.questions_asked_body,
                number,
                title,
                path,
                vec![("count", count.to_string()), ("deadline", deadline.clone())],
            ),
            Letter::QuestionWithdrawn { number, title, path, reason } => (
                m.question_withdrawn,
                m.question_withdrawn_body,
                number,
                title,
                path,
                vec![("reason", reason.clone())],
            ),
            Letter::QuestionsAnswered { number, title, path } => {
                (m.questions_answered, m.questions_answered_body, number, title, path, vec![])
            }
            Letter::AwardPublished { number, title, path, deadline } => (
                m.award_published,
                m.award_published_body,
                number,
                title,
                path,
                vec![("deadline", deadline.clone())],
            ),
            Letter::ObjectionFiled { number, title, path, by } => {
                (m.objection_filed, m.objection_filed_body, number, title, path, vec![("by", by.clone())])
            }
            Letter::ObjectionAnswered { number, title, path, answer } => (
                m.objection_answered,
                m.objection_answered_body,
                number,
                title,
                path,
                vec![("answer", answer.clone())],
            ),
            Letter::RegionsStarted { number, title, path, minutes } => (
                m.regions_started,
                m.regions_started_body,
                number,
                title,
                path,
                vec![("minutes", minutes.to_string())],
            ),
            Letter::RegionsTurn { number, title, path, deadline } => (
                m.regions_turn,
                m.regions_turn_body,
                number,
                title,
                path,
                vec![("deadline", deadline.clone())],
            ),
            Letter::RegionsEnded { number, title, path } => {
                (m.regions_ended, m.regions_ended_body, number, title, path, vec![])
            }
            Letter::RegionsCancelled { number, title, path, reason } => (
                m.regions_cancelled,
                m.regions_cancelled_body,
                number,
                title,
                path,
                vec![("reason", reason.clone())],
            ),
            Letter::VolumeToPlace { number, title, path, deadline } => (
                m.volume_to_place,
                m.volume_to_place_body,
                number,
                title,
                path,
                vec![("deadline", deadline.clone())],
            ),
            Letter::PlacingCancelled { number, title, path, reason } => (
                m.placing_cancelled,
                m.placing_cancelled_body,
                number,
                title,
                path,
                vec![("reason", reason.clone())],
            ),
            Letter::ContractDue { number, title, path, count, deadline } => (
                m.contract_due,
                m.contract_due_body,
                number,
                title,
                path,
                vec![("count", count.to_string()), ("deadline", deadline.clone())],
            ),
            Letter::ContractAmended { number, title, path, reason } => (
                m.contract_amended,
                m.contract_amended_body,
                number,
                title,
                path,
                vec![("reason", reason.clone())],
            ),
            Letter::Supply { news, number, title, path, detail } => {
                let (subject, body) = news.words(t);
                (subject, body, number, title, path, vec![("detail", detail.clone())])
            }
            Letter::OrderPlaced { number, title, path, lines, amount } => (
                m.order_placed,
                m.order_placed_body,
                number,
                title,
                path,
                vec![("lines", lines.to_string()), ("amount", amount.clone())],
            ),
            Letter::OrderReleased { number, title, path, product, quantity, reason } => (
                m.order_released,
                m.order_released_body,
                number,
                title,
                path,
                vec![
                    ("product", product.clone()),
                    ("quantity", quantity.clone()),
                    ("reason", reason.clone()),
                ],
            ),
            Letter::ContractsAmended { number, title, path, count, reason, since, state } => {
                let (count, reason, since) = (count.to_string(), reason.clone(), since.clone());
                let facts = vec![("count", count), ("reason", reason), ("since", since)];
                let (subject, body) = match state.as_str() {
                    "planned" => (t.events.mail_planned, t.events.mail_planned_body),
                    "withdrawn" => (t.events.mail_withdrawn, t.events.mail_withdrawn_body),
                    "failed" => (t.events.mail_failed, t.events.mail_failed_body),
                    _ => (t.events.mail_done, t.events.mail_done_body),
                };
                (subject, body, number, title, path, facts)
            }
            Letter::ProgressBehind { number, title, path, party, count, lines } => {
                let (p, facts) = (&t.progress, vec![("count", count.to_string()), ("lines", lines.clone())]);
                match party.as_str() {
                    "supplier" => (p.mail_short, p.mail_short_body, number, title, path, facts),
                    _ => (p.mail_behind, p.mail_behind_body, number, title, path, facts),
                }
            }
            Letter::StandardsReleased { number, title, path, lines } => (
                m.standards_released,
                m.standards_released_body,
                number,
                title,
                path,
                vec![("lines", lines.to_string())],
            ),
            Letter::IncidentsFound { path, count, all } => (
                m.incidents_found,
                m.incidents_found_body,
                &count.to_string(),
                &all.to_string(),
                path,
                vec![],
            ),
            Letter::RetentionApproved { number, title, path, base, grade, retained } => (
                m.retention_approved,
                m.retention_approved_body,
                number,
                title,
                path,
                vec![("base", base.clone()), ("grade", grade.clone()), ("retained", retained.clone())],
            ),
            Letter::ClaimsDue { number, title, path, deadline } => {
                (m.claims_due, m.claims_due_body, number, title, path, vec![("deadline", deadline.clone())])
            }
            Letter::ClaimsToVerify { number, title, path, deadline, is_late } => (
                if *is_late { m.claims_overdue } else { m.claims_to_verify },
                if *is_late { m.claims_overdue_body } else { m.claims_to_verify_body },
                number,
                title,
                path,
                vec![("deadline", deadline.clone())],
            ),
            Letter::ClaimsPaid { number, title, path, day } => {
                (m.claims_paid, m.claims_paid_body, number, title, path, vec![("day", day.clone())])
            }
            Letter::IndexLinked { number, title, path, value, reference, change, count } => (
                t.indices.mail_linked,
                t.indices.mail_linked_body,
                number,
                title,
                path,
                vec![
                    ("value", value.clone()),
                    ("reference", reference.clone()),
                    ("change", change.clone()),
                    ("count", count.to_string()),
                ],
            ),
            Letter::PreparationSubmitted { number, title, path, hospital, price } => (
                t.preparations.mail_submitted,
                t.preparations.mail_submitted_body,
                number,
                title,
                path,
                vec![("hospital", hospital.clone()), ("price", price.clone())],
            ),
            Letter::PreparationReturned { number, title, path, remark } => (
                t.preparations.mail_returned,
                t.preparations.mail_returned_body,
                number,
                title,
                path,
                vec![("remark", remark.clone())],
            ),
            Letter::PreparationApproved { number, title, path, price, from } => (
                t.preparations.mail_approved,
                t.preparations.mail_approved_body,
                number,
                title,
                path,
                vec![("price", price.clone()), ("from", from.clone())],
            ),
            Letter::PreparationDue { number, title, path, deadline, is_late } => {
                let (p, facts) = (&t.preparations, vec![("deadline", deadline.clone())]);
                match is_late {
                    true => (p.mail_late, p.mail_late_body, number, title, path, facts),
                    false => (p.mail_due, p.mail_due_body, number, title, path, facts),
                }
            }
            Letter::Alert(report) => return report.written(t),
            Letter::Indicators(report) => return report.written(t),
            Letter::AuditHead { links, head, path } => {
                (m.audit_head, m.audit_head_body, links, head, path, vec![])
            }
        };
        let mut values: Vec<(&str, &dyn std::fmt::Display)> = vec![("number", number), ("title", title)];
        values.extend(facts.iter().map(|(name, value)| (*name, value as &dyn std::fmt::Display)));
        Written {
            subject: fill(subject, &values),
            paragraphs: fill(body, &values).split('\n').map(str::to_owned).collect(),
            path: path.clone(),
        }
    }
}
