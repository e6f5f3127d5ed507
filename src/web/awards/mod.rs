//! Pages of the award: computing, publicity, objections, and what everybody may read.

pub mod chart;
pub mod comparison;
pub mod confirmation;
pub mod export;
pub mod lot;
pub mod objections;
pub mod public;
pub mod reassignment;
pub mod regions;
pub mod report;
pub mod report_file;
pub mod show;
pub mod volumes;

use askama::Template;
use serde::Deserialize;

use crate::awards::store::{self, Version};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::Role;
use crate::rounds::Round;
use crate::text::fill;
use crate::types::RoundId;
use crate::web::Page;

/// Who may read objections: the bureau's people, and suppliers their own.
pub const OBJECTORS: &[Role] =
    &[Role::Officer, Role::Reviewer, Role::Settlement, Role::Auditor, Role::Admin, Role::Supplier];

/// Which version a page is asked for, and from where a list goes on.
#[derive(Debug, Deserialize)]
pub struct Asked {
    version: Option<i32>,
    #[serde(default)]
    after: String,
    #[serde(default)]
    said: String,
}

/// The answer where no version of an award is there to be shown.
#[derive(Template)]
#[template(path = "awards/none.html")]
struct Nothing {
    page: Page,
    round: Round,
    title: &'static str,
    sentence: &'static str,
}

/// The versions of a round and the one asked for (the newest unless said otherwise).
fn versions(conn: &mut Conn, round: &RoundId, asked: Option<i32>) -> Result<(Vec<Version>, Option<Version>)> {
    let all = store::versions(conn, round)?;
    let one = match asked {
        Some(number) => Some(all.iter().find(|v| v.version == number).ok_or(Error::NotFound)?.clone()),
        None => all.first().cloned(),
    };
    Ok((all, one))
}

/// A message with one place filled, for templates.
pub fn with(message: impl AsRef<str>, name: &str, value: impl std::fmt::Display) -> String {
    fill(message.as_ref(), &[(name, &value)])
}
