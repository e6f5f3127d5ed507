//! Price monitoring for the bureau: the rules in force and the scans by them.

pub mod list;
pub mod show;
