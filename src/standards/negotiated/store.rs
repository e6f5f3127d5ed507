//! SQL of lists of negotiated drugs.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{NegotiatedLine, NegotiatedList};
use crate::catalog::Product;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::on_db;
use crate::schema::{negotiated_lines, negotiated_lists, products, releases};
use crate::standards::Release;
use crate::types::{NegotiatedListId, ReleaseId};

/// Rows of one statement.
const BATCH: usize = 500;

/// A page of lists, newest first, after a number.
pub fn page(conn: &mut Conn, before: &str, limit: i64) -> Result<Vec<NegotiatedList>> {
    let mut query = negotiated_lists::table.select(NegotiatedList::as_select()).into_boxed();
    if !before.is_empty() {
        query = query.filter(negotiated_lists::number.lt(before.to_owned()));
    }
    Ok(query.order(negotiated_lists::number.desc()).limit(limit).load(conn)?)
}

/// The list of a number.
pub fn by_number(conn: &mut Conn, number: &str) -> Result<Option<NegotiatedList>> {
    Ok(negotiated_lists::table
        .filter(negotiated_lists::number.eq(number))
        .select(NegotiatedList::as_select())
        .first(conn)
        .optional()?)
}

/// The list a release follows from.
pub fn of_release(conn: &mut Conn, release: &ReleaseId) -> Result<Option<NegotiatedList>> {
    let id: Option<Option<NegotiatedListId>> =
        releases::table.find(release).select(releases::list_id).first(conn).optional()?;
    let Some(id) = id.flatten() else { return Ok(None) };
    Ok(negotiated_lists::table.find(id).select(NegotiatedList::as_select()).first(conn).optional()?)
}

/// The releases of a list, oldest first.
pub fn releases_of(conn: &mut Conn, list: &NegotiatedListId) -> Result<Vec<Release>> {
    Ok(releases::table
        .filter(releases::list_id.eq(list))
        .order(releases::first_seq)
        .select(Release::as_select())
        .load(conn)?)
}

/// A list's lines in their order, with their products.
pub fn lines(conn: &mut Conn, list: &NegotiatedListId) -> Result<Vec<(NegotiatedLine, Product)>> {
    Ok(negotiated_lines::table
        .inner_join(products::table)
        .filter(negotiated_lines::list_id.eq(list))
        .order(negotiated_lines::position)
        .select((NegotiatedLine::as_select(), Product::as_select()))
        .load(conn)?)
}

/// The catalogue's products by these codes.
pub fn products_by_code(conn: &mut Conn, codes: &[String]) -> Result<HashMap<String, Product>> {
    let mut found = HashMap::new();
    for part in codes.chunks(BATCH) {
        let rows: Vec<Product> = products::table
            .filter(products::code.eq_any(part.to_vec()))
            .select(Product::as_select())
            .load(conn)?;
        found.extend(rows.into_iter().map(|it| (it.code.clone(), it)));
    }
    Ok(found)
}

/// Enters a list with its lines.
pub fn insert(tx: &mut Tx, it: &NegotiatedList, lines: &[NegotiatedLine]) -> Result<()> {
    diesel::insert_into(negotiated_lists::table).values(it).execute(tx.conn())?;
    for part in lines.chunks(BATCH) {
        on_db!(tx.conn(), c => diesel::insert_into(negotiated_lines::table).values(part).execute(c))?;
    }
    Ok(())
}

/// Holds a list: of two who act on it one waits.
pub fn hold(tx: &mut Tx, id: &NegotiatedListId) -> Result<()> {
    diesel::update(negotiated_lists::table.find(id))
        .set(negotiated_lists::state.eq(negotiated_lists::state))
        .execute(tx.conn())?;
    Ok(())
}

/// Writes a list's state.
pub fn set_state(tx: &mut Tx, it: &NegotiatedList) -> Result<()> {
    diesel::update(negotiated_lists::table.find(&it.id))
        .set(negotiated_lists::state.eq(it.state))
        .execute(tx.conn())?;
    Ok(())
}
