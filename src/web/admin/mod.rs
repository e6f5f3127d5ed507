//! Administration: organisations, accounts, one's own account, mail, jobs and the audit trail.

pub mod account;
pub mod accounts;
pub mod audit;
pub mod jobs;
pub mod mails;
pub mod organisations;

use crate::text::{Lang, Text};
use crate::web::lists;

/// Lines of a list page.
const PAGE: usize = 50;

/// The languages to choose from.
fn languages(t: &Text) -> [(Lang, &'static str); 2] {
    [(Lang::Zh, t.admin.lang_zh), (Lang::En, t.admin.lang_en)]
}

/// Takes one line more than a page holds and says whether there is a next page.
fn cut<T>(mut lines: Vec<T>) -> (Vec<T>, bool) {
    let is_more = lines.len() > PAGE;
    lines.truncate(PAGE);
    (lines, is_more)
}

/// An address with a query; empty values are left out.
fn address(path: &str, query: &[(&str, &str)]) -> String {
    let query = lists::query(query);
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}
