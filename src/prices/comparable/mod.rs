//! Comparable prices: what one smallest unit (a tablet, a sachet, a vial) of a listing costs, which listings may
//! be held against each other, and why the others may not. Pure.

pub mod exclusions;
pub mod groups;
pub mod import;
pub mod incomparable;
pub mod quotient;
pub mod unit;

pub use self::groups::{Group, Grouped, Grouper, Grouping, Key, Member};
pub use self::incomparable::{Incomparable, Kind};
pub use self::quotient::Quotient;

use crate::catalog::code::Code;
use crate::types::UnitPrice;

/// One line of a file of listing prices (挂网价) that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Its line in the file.
    pub line: u64,
    /// The product's national code.
    pub code: Code,
    /// Generic name (通用名), with what is written in it.
    pub generic: String,
    /// Dosage form (剂型).
    pub form: String,
    /// Specification (规格).
    pub spec: String,
    /// Pack (包装).
    pub pack: String,
    /// Manufacturer or holder (生产企业).
    pub maker: String,
    /// Yuan a pack, above zero.
    pub price: UnitPrice,
}

/// A line that is not compared, and why.
#[derive(Debug, Clone)]
pub struct Left {
    /// Its line in the file.
    pub line: u64,
    /// Its code as written.
    pub code: String,
    /// Its generic name as written.
    pub generic: String,
    /// Why.
    pub why: Box<Incomparable>,
}

impl Left {
    /// A readable listing left out.
    pub fn of(listing: &Listing, why: Incomparable) -> Self {
        let Listing { line, code, generic, .. } = listing;
        Self { line: *line, code: code.as_str().to_owned(), generic: generic.clone(), why: Box::new(why) }
    }
}

#[cfg(test)]
mod tests;
