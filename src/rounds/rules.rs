//! What a round may do next, and what a round and its lots must be. Pure.

use crate::rounds::RoundState;
use crate::text::{Say, Text, fill};

/// Why something about a round is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The round is not in a state in which this can be done.
    State(RoundState),
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        match self {
            Refused::State(state) => fill(t.rounds.wrong_state, &[("state", &state.name(t))]),
        }
    }
}

/// What may follow a state: the whole state machine.
pub fn next(state: RoundState) -> &'static [RoundState] {
    use RoundState::*;
    match state {
        Draft => &[Demand, Aborted],
        Demand => &[DemandReview, Aborted],
        DemandReview => &[Bidding, Demand, Aborted],
        Bidding => &[Opening, Aborted],
        Opening => &[Evaluation, Aborted],
        Evaluation => &[Publicity, Aborted],
        Publicity => &[Awarded, Evaluation, Aborted],
        Awarded => &[Contracting],
        Contracting => &[Executing],
        Executing => &[Closed],
        Closed | Aborted => &[],
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
