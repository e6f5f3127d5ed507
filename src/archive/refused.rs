//! Why an archive is not written, or not read at all.

use crate::text::{Say, Text, fill};

/// Why an archive is not written, or not read at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The round is not opened, so there is nothing an outsider may see.
    NotOpened,
    /// This program no longer computes what is stored as this version.
    Differs(i32),
    /// No round of that number.
    NoRound(String),
    /// Not a ZIP file that can be read; what the reader says.
    Unreadable(String),
    /// More in it than an archive ever has.
    TooMuch(&'static str, u64),
    /// A file of a name that no archive has.
    Name(String),
    /// Two files of one name.
    Twice,
    /// A file that must be there is not.
    Missing(String),
    /// A file that the manifest does not list.
    NotListed(String),
    /// The manifest, or the facts of the round, cannot be understood.
    Json(&'static str, String),
    /// A format this program does not know.
    Format(String),
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let a = &t.archive;
        match self {
            Self::NotOpened => a.not_opened.to_owned(),
            Self::Differs(version) => fill(a.version_differs, &[("version", version)]),
            Self::NoRound(number) => fill(a.no_round, &[("number", number)]),
            Self::Unreadable(why) => fill(a.unreadable, &[("why", why)]),
            Self::TooMuch(what, most) => fill(a.too_much, &[("what", what), ("most", most)]),
            Self::Name(name) => fill(a.strange_name, &[("name", name)]),
            Self::Twice => a.name_twice.to_owned(),
            Self::Missing(name) => fill(a.file_missing, &[("name", name)]),
            Self::NotListed(name) => fill(a.file_not_listed, &[("name", name)]),
            Self::Json(name, why) => fill(a.json_unreadable, &[("name", name), ("why", why)]),
            Self::Format(format) => {
                fill(a.format_unknown, &[("format", format), ("known", &super::format::FORMAT)])
            }
        }
    }
}
