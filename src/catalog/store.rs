//! SQL of products and uploaded product files.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::{Filter, Product, Sort};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::on_db;
use crate::schema::products;
use crate::types::ProductId;

/// Rows written in one statement. The size is fixed so that the statement is prepared once.
const BATCH: usize = 64;
/// Most words of a search.
const WORDS: usize = 6;

/// One product.
pub fn product(conn: &mut Conn, id: &ProductId) -> Result<Option<Product>> {
    Ok(products::table.find(id).select(Product::as_select()).first(conn).optional()?)
}

/// The product with a code.
pub fn by_code(conn: &mut Conn, code: &str) -> Result<Option<Product>> {
    Ok(products::table.filter(products::code.eq(code)).select(Product::as_select()).first(conn).optional()?)
}

/// Products with a generic key, by code.
pub fn of_generic(conn: &mut Conn, key: &str, limit: i64) -> Result<Vec<Product>> {
    Ok(products::table
        .filter(products::generic_key.eq(key))
        .order(products::code)
        .limit(limit)
        .select(Product::as_select())
        .load(conn)?)
}

/// Products whose generic name begins so.
pub fn named(conn: &mut Conn, beginning: &str, limit: i64) -> Result<Vec<Product>> {
    let mut query = products::table.select(Product::as_select()).into_boxed();
    query = query.filter(products::generic.ge(beginning.to_owned()));
    if let Some(end) = end_of(beginning) {
        query = query.filter(products::generic.lt(end));
    }
    Ok(query.order((products::generic, products::code)).limit(limit).load(conn)?)
}

/// The generic keys of the catalogue's products with this generic name; two are enough to know that it is
/// ambiguous.
pub fn generic_keys(conn: &mut Conn, generic: &str) -> Result<Vec<String>> {
    Ok(products::table
        .filter(products::generic.eq(generic).and(products::generic_key.ne("")))
        .select(products::generic_key)
        .distinct()
        .limit(2)
        .load(conn)?)
}

/// Others with the generic key and the maker of a product.
pub fn siblings(conn: &mut Conn, of: &Product, limit: i64) -> Result<Vec<Product>> {
    Ok(products::table
        .filter(products::generic_key.eq(&of.generic_key))
        .filter(products::maker.eq(&of.maker))
        .filter(products::id.ne(&of.id))
        .order(products::code)
        .limit(limit)
        .select(Product::as_select())
        .load(conn)?)
}

/// The whole catalogue by code, to compare a file with.
pub fn known(conn: &mut Conn) -> Result<HashMap<String, Product>> {
    let mut known = HashMap::new();
    for product in products::table.select(Product::as_select()).load_iter(conn)? {
        let product = product?;
        known.insert(product.code.clone(), product);
    }
    Ok(known)
}

/// The first text that no longer begins with `beginning`: an index is then read from the one to the other.
pub(crate) fn end_of(beginning: &str) -> Option<String> {
    let mut chars: Vec<char> = beginning.chars().collect();
    while let Some(last) = chars.pop() {
        if let Some(next) = u32::from(last).checked_add(1).and_then(char::from_u32) {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

/// Whether a search is the beginning of a code, which has its own index.
fn begins_a_code(text: &str) -> bool {
    text.len() >= 3
        && text.starts_with(['X', 'Z', 'T', 'C'])
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && text.bytes().any(|b| b.is_ascii_digit())
}

fn like(word: &str) -> String {
    let word = word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{word}%")
}

/// A page of the list.
pub fn page(conn: &mut Conn, filter: &Filter, limit: i64) -> Result<Vec<Product>> {
    let mut query = products::table.select(Product::as_select()).into_boxed();
    let code = filter.text.trim().to_uppercase();
    if begins_a_code(&code) {
        if let Some(end) = end_of(&code) {
            query = query.filter(products::code.lt(end));
        }
        query = query.filter(products::code.ge(code));
    } else {
        for word in filter.text.to_lowercase().split_whitespace().take(WORDS) {
            query = query.filter(products::search.like(like(word)).escape('\\'));
        }
    }
    if let Some(kind) = filter.kind {
        query = query.filter(products::kind.eq(kind));
    }
    if let Some(end) = end_of(filter.maker.trim()) {
        query = query.filter(products::maker.ge(filter.maker.trim().to_owned()));
        query = query.filter(products::maker.lt(end));
    }
    if let Some(maker) = &filter.of_maker {
        query = query.filter(products::maker.eq(maker.clone()));
    }
    // `key >= k and (key > k or code > c)` lets the index start at `k`; the plain `or` would not.
    if let Some((key, code)) = filter.after.clone() {
        query = match filter.sort {
            Sort::Code => query.filter(products::code.gt(code)),
            Sort::Generic => query
                .filter(products::generic.ge(key.clone()))
                .filter(products::generic.gt(key).or(products::code.gt(code))),
            Sort::Maker => query
                .filter(products::maker.ge(key.clone()))
                .filter(products::maker.gt(key).or(products::code.gt(code))),
        };
    }
    query = match filter.sort {
        Sort::Code => query.order(products::code),
        Sort::Generic => query.order((products::generic, products::code)),
        Sort::Maker => query.order((products::maker, products::code)),
    };
    Ok(query.limit(limit).load(conn)?)
}

/// Enters a product.
pub fn insert(tx: &mut Tx, it: &Product) -> Result<()> {
    diesel::insert_into(products::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Writes a product's fields.
pub fn update(tx: &mut Tx, it: &Product) -> Result<()> {
    diesel::update(products::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// Enters products, and writes the fields of those already entered under the same id.
pub fn save(tx: &mut Tx, all: &[Product]) -> Result<()> {
    let (batches, rest) = all.as_chunks::<BATCH>();
    for batch in batches {
        save_batch(tx, batch)?;
    }
    for one in rest.as_chunks::<1>().0 {
        save_batch(tx, one)?;
    }
    Ok(())
}

fn save_batch<const N: usize>(tx: &mut Tx, batch: &[Product; N]) -> Result<()> {
    on_db!(tx.conn(), c => diesel::insert_into(products::table)
        .values(batch)
        .on_conflict(products::id)
        .do_update()
        .set((
            products::code.eq(excluded(products::code)),
            products::kind.eq(excluded(products::kind)),
            products::generic.eq(excluded(products::generic)),
            products::generic_key.eq(excluded(products::generic_key)),
            products::form.eq(excluded(products::form)),
            products::spec.eq(excluded(products::spec)),
            products::pack.eq(excluded(products::pack)),
            products::pack_count.eq(excluded(products::pack_count)),
            products::maker.eq(excluded(products::maker)),
            products::approval.eq(excluded(products::approval)),
            products::evaluated.eq(excluded(products::evaluated)),
            products::listing_price.eq(excluded(products::listing_price)),
            products::search.eq(excluded(products::search)),
            products::updated_at.eq(excluded(products::updated_at)),
        ))
        .execute(c))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_end_where_the_next_text_starts() {
        assert_eq!(end_of("XJ01"), Some("XJ02".to_owned()));
        assert_eq!(end_of("阿莫"), Some("阿莬".to_owned()));
        assert_eq!(end_of("a\u{10ffff}"), Some("b".to_owned()));
        assert_eq!(end_of(""), None);
    }

    #[test]
    fn only_what_looks_like_a_code_is_looked_up_as_one() {
        for (text, is) in [("XJ01", true), ("C03", true), ("XJ", false), ("CT机", false), ("阿莫西林", false)]
        {
            assert_eq!(begins_a_code(text), is, "{text}");
        }
    }
}
