//! Pages of payment standards, their draft and release, and the settlement feed.

pub mod consumers;
pub mod draft;
pub mod list;
pub mod pushes;
pub mod show;
