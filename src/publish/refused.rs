//! Why a round is not written as open data.

use crate::error::Error;
use crate::text::{Say, Text, fill};

/// Why a round is not written as open data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// No round of that number.
    NoRound(String),
    /// The round is not published.
    NotPublic(String),
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        match self {
            Self::NoRound(number) => fill(t.archive.no_round, &[("number", number)]),
            Self::NotPublic(number) => fill(t.publish.not_public, &[("number", number)]),
        }
    }
}

impl From<Refused> for Error {
    fn from(why: Refused) -> Self {
        Error::refused(why)
    }
}
