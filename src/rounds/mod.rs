//! Rounds: for now, the rule sets that rounds are bound to.

pub mod parameters;
pub mod rule_check;
pub mod rule_set;
