//! Credit ratings: conducts, the procedure, the companies' own pages, the public register.

pub mod act;
pub mod conduct;
pub mod conducts;
pub mod list;
pub mod public;
pub mod show;

use chrono::NaiveDate;

use crate::credit::standing::{Proposal, RatingState};
use crate::db::Conn;
use crate::error::Result;
use crate::people::{Role, Who};
use crate::ratings::store::{self, Ratings};
use crate::text::{Text, fill};

/// Who acts for a company: its own people, or an officer for one without an account.
pub const COMPANIES: &[Role] = &[Role::Officer, Role::Supplier];

/// Most ratings looked at for the task list.
const TASKS: i64 = 100;

/// What somebody has to do about ratings, as (page, what): a company its defence, an officer the decisions.
pub fn tasks(conn: &mut Conn, who: &Who, t: &Text, today: NaiveDate) -> Result<Vec<(String, String)>> {
    let m = &t.ratings;
    let noticed = Ratings { state: Some(RatingState::Noticed), ..Ratings::default() };
    if who.is(Role::Supplier) {
        let own = Ratings { supplier: Some(who.organisation.id.clone()), ..noticed };
        let list = store::page(conn, &own, TASKS)?.into_iter().filter(|it| today <= it.defend_by);
        let task = |it: crate::credit::standing::Rating| {
            let what = fill(m.task_defend, &[("number", &it.number), ("day", &it.defend_by)]);
            (format!("/ratings/{}", it.id), what)
        };
        return Ok(list.map(task).collect());
    }
    if !who.is(Role::Officer) {
        return Ok(Vec::new());
    }
    let mut waiting = store::repairs_waiting(conn)?;
    for it in store::page(conn, &noticed, TASKS)? {
        let is_due = today > it.defend_by || store::has_defence(conn, &it.id)?;
        waiting += i64::from(it.proposal == Proposal::None && is_due);
    }
    let task = || ("/ratings".to_owned(), fill(m.task_decide, &[("n", &waiting)]));
    Ok((waiting > 0).then(task).into_iter().collect())
}
