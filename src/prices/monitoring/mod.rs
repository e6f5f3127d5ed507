//! Price monitoring: rules as reviewed documents in versions, what is left out of their comparison, and how they judge
//! files of listings and stored purchases. Judging is pure.

mod check;
pub mod difference;
mod embedded;
pub mod exclusions;
pub mod faults;
pub mod ground;
pub mod judge;
pub mod kinds;
pub mod purchases;
mod refused;
pub mod rules;
pub mod scan;
pub mod versions;

pub use self::kinds::{Kind, Tier};
pub use self::rules::Rule;
