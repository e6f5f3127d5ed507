//! What can go wrong: a refusal for people, or a fault of ours.

use std::fmt;

use crate::text::Say;

/// The result of every operation.
pub type Result<T> = std::result::Result<T, Error>;

/// Why an operation did not happen.
#[derive(Debug)]
pub enum Error {
    /// The rules say no; the reader can do something about it. Shown in their language, status 422.
    Refused(Box<dyn Say>),
    /// There is no such thing, or it is not the reader's to see.
    NotFound,
    /// The reader is known and may not do this.
    Forbidden,
    /// The database said no or is away.
    Database(diesel::result::Error),
    /// Any other fault of ours; logged once at the edge.
    Fault(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// A refusal.
    pub fn refused(why: impl Say + 'static) -> Self {
        Self::Refused(Box::new(why))
    }

    /// A fault described in words.
    pub fn fault(what: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Fault(what.into())
    }

    /// A fault whose cause says what it is.
    pub fn fault_of(cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Fault(Box::new(cause))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Refused(why) => f.write_str(&why.say(crate::text::Lang::En.text())),
            Error::NotFound => f.write_str("not found"),
            Error::Forbidden => f.write_str("forbidden"),
            Error::Database(e) => write!(f, "database: {e}"),
            Error::Fault(e) => write!(f, "{e}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<diesel::result::Error> for Error {
    fn from(e: diesel::result::Error) -> Self {
        match e {
            diesel::result::Error::NotFound => Error::NotFound,
            other => Error::Database(other),
        }
    }
}

macro_rules! faults {
    ($($kind:ty,)*) => {$(
        impl From<$kind> for Error {
            fn from(e: $kind) -> Self {
                Error::Fault(Box::new(e))
            }
        }
    )*};
}

faults! { std::io::Error, csv::Error, serde_json::Error, rust_xlsxwriter::XlsxError, askama::Error, }
