//! The archive of a round: all that an outsider needs to compute its award again, in one file, and the check of it.
//!
//! The input and result files are those of `jicai award`, written and read by the same code; beside them lie the
//! receipts and the opened contents, so that each bid can be followed from its envelope to its result.

pub mod compare;
pub mod contents;
pub mod export;
pub mod format;
mod receipts;
pub mod refused;
pub mod replay;
pub mod report;
mod sealed;
pub mod unpack;
pub mod verify;

pub use export::{Archive, export, has_archive, is_public};
pub use refused::Refused;
pub use verify::verify;
