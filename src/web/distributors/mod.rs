//! Pages of distributors: the register, one with its assessments, and what a supplier chose by region.

pub mod choices;
pub mod edit;
pub mod list;
pub mod show;
