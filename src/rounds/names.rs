//! The closed words of rounds as people read them.

use crate::rounds::approvals::{Action, Decision};
use crate::rounds::{Category, FormClass, RoundKind, RoundState};
use crate::text::Text;

impl RoundKind {
    /// The kind's name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            RoundKind::Drug => t.rounds.kind_drug,
            RoundKind::Consumable => t.rounds.kind_consumable,
        }
    }
}

impl RoundState {
    /// The state's name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let r = &t.rounds;
        match self {
            RoundState::Draft => r.state_draft,
            RoundState::Demand => r.state_demand,
            RoundState::DemandReview => r.state_demand_review,
            RoundState::Bidding => r.state_bidding,
            RoundState::Opening => r.state_opening,
            RoundState::Evaluation => r.state_evaluation,
            RoundState::Publicity => r.state_publicity,
            RoundState::Awarded => r.state_awarded,
            RoundState::Contracting => r.state_contracting,
            RoundState::Executing => r.state_executing,
            RoundState::Closed => r.state_closed,
            RoundState::Aborted => r.state_aborted,
        }
    }
}

impl FormClass {
    /// The class's name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            FormClass::OralSolid => t.rounds.class_oral_solid,
            FormClass::SmallInjection => t.rounds.class_small_injection,
            FormClass::LargeInjection => t.rounds.class_large_injection,
            FormClass::Other => t.rounds.class_other,
        }
    }
}

impl Category {
    /// The category's name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            Category::General => t.rounds.category_general,
            Category::Reduced => t.rounds.category_reduced,
            Category::Special => t.rounds.category_special,
        }
    }
}

impl Action {
    /// The action's name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            Action::Publish => t.rounds.action_publish,
            Action::Award => t.rounds.action_award,
            Action::Standards => t.rounds.action_standards,
            Action::Correction => t.rounds.action_correction,
            Action::Negotiated => t.negotiated.action,
            Action::RuleSet => t.rule_drafts.action,
            Action::MonitoringRule => t.watching.action,
            Action::Retention => t.retention.action,
            Action::Settlement => t.settlements.action_settlement,
            Action::Prepayment => t.settlements.action_prepayment,
            Action::Rating => t.ratings.action,
            Action::Preparation => t.preparations.action,
            Action::Suspension => t.cases.action_suspension,
            Action::Unfounded => t.cases.action_unfounded,
        }
    }
}

impl Decision {
    /// The decision's name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            Decision::Open => t.rounds.decision_open,
            Decision::Approved => t.rounds.decision_approved,
            Decision::Rejected => t.rounds.decision_rejected,
            Decision::Withdrawn => t.rounds.decision_withdrawn,
        }
    }
}
