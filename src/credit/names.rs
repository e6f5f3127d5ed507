//! What the words of editions and ratings are called.

use crate::credit::editions::{ConductKind, Handling, Measure, Scope};
use crate::credit::standing::{EndCause, Proposal, RatingState};
use crate::text::Text;

impl ConductKind {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let m = &t.ratings;
        match self {
            ConductKind::Bribery => m.bribery,
            ConductKind::BriberyOfStaff => m.bribery_of_staff,
            ConductKind::Tax => m.tax,
            ConductKind::Monopoly => m.monopoly,
            ConductKind::UnfairPricing => m.unfair_pricing,
            ConductKind::Disrupting => m.disrupting,
            ConductKind::Collusion => m.collusion,
            ConductKind::Breach => m.breach,
        }
    }
}

impl Handling {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let m = &t.ratings;
        match self {
            Handling::Reminder => m.reminder,
            Handling::RiskLabel => m.risk_label,
            Handling::SuspendInvolved => m.suspend_involved,
            Handling::SuspendAll => m.suspend_all,
        }
    }
}

impl Scope {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let m = &t.ratings;
        match self {
            Scope::None => m.scope_none,
            Scope::Involved => m.scope_involved,
            Scope::All => m.scope_all,
        }
    }
}

impl Measure {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let m = &t.ratings;
        match self {
            Measure::Refund => m.refund,
            Measure::PriceCut => m.price_cut,
            Measure::Donation => m.donation,
        }
    }
}

impl RatingState {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let m = &t.ratings;
        match self {
            RatingState::Noticed => m.state_noticed,
            RatingState::Effective => m.state_effective,
            RatingState::Ended => m.state_ended,
            RatingState::Dropped => m.state_dropped,
        }
    }
}

impl Proposal {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let m = &t.ratings;
        match self {
            Proposal::None => t.common.none,
            Proposal::Rate => m.propose_rate,
            Proposal::Drop => m.propose_drop,
            Proposal::Repair => m.propose_repair,
            Proposal::RefuseRepair => m.propose_refuse_repair,
            Proposal::Revoke => m.propose_revoke,
        }
    }
}

impl EndCause {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let m = &t.ratings;
        match self {
            EndCause::None => t.common.none,
            EndCause::Expired => m.end_expired,
            EndCause::Repaired => m.end_repaired,
            EndCause::Corrected => m.end_corrected,
            EndCause::Revoked => m.end_revoked,
        }
    }
}
