//! Shortages: the board, one shortage, its report, the monitoring list, stock reports.

pub mod act;
pub mod entries;
pub mod list;
pub mod new;
pub mod report;
pub mod show;
pub mod stock;

use crate::db::Conn;
use crate::error::Result;
use crate::people::{Role, Who};
use crate::supply::shortages::{Level, store};
use crate::text::{Text, fill};

/// Who reads shortages: the bureau, and hospitals, which they concern.
pub const READERS: &[Role] =
    &[Role::Officer, Role::Reviewer, Role::Settlement, Role::Auditor, Role::Admin, Role::Hospital];

/// What an officer has to do about shortages, as (page, what): those that are red or orange.
pub fn tasks(conn: &mut Conn, who: &Who, t: &Text) -> Result<Vec<(String, String)>> {
    let mut list = Vec::new();
    if !who.is(Role::Officer) {
        return Ok(list);
    }
    for level in [Level::Red, Level::Orange] {
        let count = store::count(conn, level)?;
        if count > 0 {
            let what = fill(t.shortages.task, &[("n", &count), ("level", &level.name(t))]);
            list.push((format!("/shortages?level={level}"), what));
        }
    }
    Ok(list)
}
