//! Pages of payment standards, their draft and release, and of the systems that take them over.

pub mod consumers;
pub mod draft;
pub mod effects;
pub mod links;
pub mod list;
pub mod negotiated;
pub mod pushes;
pub mod show;
pub mod upload;

use crate::db::Conn;
use crate::error::Result;
use crate::people::{Role, Who};
use crate::standards::Standard;
use crate::standards::links::{State, store};
use crate::text::{Text, fill};

/// Whether a reader sees what a product costs itself and the arithmetic with it: no competitor of its company does.
fn sees(who: Option<&Who>, row: &Standard) -> bool {
    who.is_some_and(|who| !who.is(Role::Supplier) || who.organisation.name == row.company)
}

/// What waits for the reader: prices that left their standard.
pub fn tasks(conn: &mut Conn, who: &Who, t: &Text) -> Result<Vec<(String, String)>> {
    if !who.is(Role::Officer) {
        return Ok(Vec::new());
    }
    let count = store::count(conn, State::Open)?;
    let message = || fill(t.links.task, &[("count", &count)]);
    Ok((count > 0).then(|| ("/standards/links".to_owned(), message())).into_iter().collect())
}
