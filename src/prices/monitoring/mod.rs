//! Price monitoring: rules as reviewed documents, and how they judge files of listings and stored purchases. Pure.

mod embedded;
pub mod ground;
pub mod judge;
pub mod kinds;
pub mod purchases;
mod refused;
pub mod rules;
pub mod scan;

pub use self::kinds::{Kind, Tier};
pub use self::rules::Rule;
