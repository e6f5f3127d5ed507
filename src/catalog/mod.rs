//! The catalogue of drugs and consumables: codes, registration numbers, specifications and price ratios.

pub mod code;
pub mod ratio;
pub mod registration;
pub mod spec;
mod words;
