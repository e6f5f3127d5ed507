//! Pages of answers to orders, delivery notes, receipts, returns and shortfalls.

pub mod answers;
pub mod confirm;
pub mod export;
pub mod list;
pub mod new;
pub mod receive;
mod reviews;
pub mod shortfalls;
pub mod show;
pub mod upload;

use crate::db::Conn;
use crate::error::Result;
use crate::people::{Role, Who};
use crate::supply::OrderState;
use crate::supply::confirmations::store;
use crate::supply::deliveries;
use crate::text::{Text, fill};

/// Orders and notes counted no further than this.
const MOST_COUNTED: i64 = 1_000;

/// What waits for a supplier or hospital: the page and what to do there.
pub(super) fn tasks(conn: &mut Conn, who: &Who, t: &Text) -> Result<Vec<(String, String)>> {
    let (mine, d) = (&who.organisation.id, &t.deliveries);
    let mut list = Vec::new();
    if who.is(Role::Supplier) {
        let n = store::of_supplier(conn, mine, OrderState::Placed, "", MOST_COUNTED)?.len();
        list.extend((n > 0).then(|| ("/deliveries/new".to_owned(), fill(d.task_answer, &[("n", &n)]))));
    }
    if who.is(Role::Hospital) {
        let n = deliveries::store::waiting(conn, mine, MOST_COUNTED)?;
        list.extend(
            (n > 0).then(|| ("/deliveries?state=sent".to_owned(), fill(d.task_receive, &[("n", &n)]))),
        );
    }
    Ok(list)
}
