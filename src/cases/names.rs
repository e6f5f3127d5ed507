//! What the words of price cases are called for people.

use super::{Closing, EventKind, Outcome, State, StepKind, StepState};
use crate::text::Text;

impl State {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            State::New => t.cases.state_new,
            State::Handling => t.cases.state_handling,
            State::Closed => t.cases.state_closed,
        }
    }
}

impl StepKind {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let c = &t.cases;
        match self {
            StepKind::CostSurvey => c.kind_cost_survey,
            StepKind::Inquiry => c.kind_inquiry,
            StepKind::Warning => c.kind_warning,
            StepKind::PriceChange => c.kind_price_change,
            StepKind::Suspension => c.kind_suspension,
            StepKind::Replacement => c.kind_replacement,
        }
    }
}

impl StepState {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let c = &t.cases;
        match self {
            StepState::Asked => c.step_asked,
            StepState::Sent => c.step_sent,
            StepState::Replied => c.step_replied,
            StepState::Done => c.step_done,
            StepState::Rejected => c.step_rejected,
            StepState::Withdrawn => c.step_withdrawn,
        }
    }
}

impl Outcome {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let c = &t.cases;
        match self {
            Outcome::Met => c.outcome_met,
            Outcome::Partly => c.outcome_partly,
            Outcome::Unmet => c.outcome_unmet,
            Outcome::Unanswered => c.outcome_unanswered,
        }
    }
}

impl Closing {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let c = &t.cases;
        match self {
            Closing::Corrected => c.closing_corrected,
            Closing::Explained => c.closing_explained,
            Closing::Replaced => c.closing_replaced,
            Closing::Delisted => c.closing_delisted,
            Closing::Unfounded => c.closing_unfounded,
            Closing::Other => c.closing_other,
        }
    }
}

impl EventKind {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let c = &t.cases;
        match self {
            EventKind::Opened => c.event_opened,
            EventKind::Assigned => c.event_assigned,
            EventKind::Addressed => c.event_addressed,
            EventKind::Escalated => c.event_escalated,
            EventKind::Lifted => c.event_lifted,
            EventKind::Closed => c.event_closed,
            EventKind::Reopened => c.event_reopened,
        }
    }
}
