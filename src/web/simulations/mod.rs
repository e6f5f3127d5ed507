//! Pages of simulations.

pub mod export;
pub mod list;
pub mod new;
pub mod show;
