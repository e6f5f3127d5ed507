//! Price monitoring: rules as reviewed documents, and what they find.

pub mod rules;
pub mod scan;

pub use self::rules::{Rule, Tier};
