//! Pages of rounds: one file a page.

pub mod amendments;
pub mod archive;
pub mod edit;
pub mod import;
pub mod list;
pub mod lots;
pub mod openers;
pub mod show;
pub mod steps;
