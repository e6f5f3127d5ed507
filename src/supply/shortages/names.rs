//! What the words of shortages are called.

use crate::supply::shortages::{Level, List, ShortageState, StepKind};
use crate::text::Text;

impl Level {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let m = &t.shortages;
        match self {
            Level::None => m.level_none,
            Level::Yellow => m.level_yellow,
            Level::Orange => m.level_orange,
            Level::Red => m.level_red,
        }
    }
}

impl List {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let m = &t.shortages;
        match self {
            List::NationalShortage => m.list_national_shortage,
            List::NationalProne => m.list_national_prone,
            List::Local => m.list_local,
        }
    }
}

impl ShortageState {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            ShortageState::Open => t.shortages.state_open,
            ShortageState::Closed => t.shortages.state_closed,
        }
    }
}

impl StepKind {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let m = &t.shortages;
        match self {
            StepKind::Opened => m.step_opened,
            StepKind::Recorded => m.step_recorded,
            StepKind::Level => m.step_level,
            StepKind::Response => m.step_response,
            StepKind::Replacement => m.step_replacement,
            StepKind::Report => m.step_report,
            StepKind::Closed => m.step_closed,
        }
    }
}
