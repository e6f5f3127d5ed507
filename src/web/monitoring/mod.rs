//! Price monitoring for the bureau: the rules with their versions and drafts, what is left out, and the scans.

pub mod draft;
pub mod edit;
pub mod exclusions;
pub mod list;
pub mod show;
