//! Pages of price indices: baskets and their items, the index by month, linkage notices.

pub mod chart;
pub mod edit;
pub mod export;
pub mod items;
pub mod list;
pub mod month;
pub mod notice;
pub mod show;
pub mod steps;

use chrono::NaiveDate;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{Role, Who};
use crate::prices::indices::{Formula, ItemState, Kind, Missing, Origin, State, store};
use crate::text::{Text, fill};

/// The first day of a month written `2026-10`.
fn parse_month(text: &str) -> Option<NaiveDate> {
    let is_plain = text.len() == 7 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    if is_plain { NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok() } else { None }
}

/// The month of an address; an address without one leads nowhere.
fn month_of_path(text: &str) -> Result<NaiveDate> {
    parse_month(text).ok_or(Error::NotFound)
}

/// A month as `2026-10`.
fn month_shown(day: NaiveDate) -> String {
    day.format("%Y-%m").to_string()
}

fn kind_name(kind: Kind, t: &Text) -> &'static str {
    match kind {
        Kind::Pieces => t.indices.k_pieces,
        Kind::Drugs => t.indices.k_drugs,
        Kind::Consumables => t.indices.k_consumables,
    }
}

fn formula_name(formula: Formula, t: &Text) -> &'static str {
    match formula {
        Formula::Laspeyres => t.indices.f_laspeyres,
        Formula::Paasche => t.indices.f_paasche,
        Formula::Fisher => t.indices.f_fisher,
    }
}

fn missing_name(missing: Missing, t: &Text) -> &'static str {
    match missing {
        Missing::Carried => t.indices.m_carried,
        Missing::LeftOut => t.indices.m_left_out,
    }
}

fn item_state_name(state: ItemState, t: &Text) -> &'static str {
    match state {
        ItemState::Purchased => t.indices.i_purchased,
        ItemState::Carried => t.indices.i_carried,
        ItemState::LeftOut => t.indices.i_left_out,
    }
}

fn origin_name(origin: Origin, t: &Text) -> &'static str {
    match origin {
        Origin::Open => t.indices.o_open,
        Origin::Given => t.indices.o_given,
        Origin::Computed => t.indices.o_computed,
    }
}

/// A state's name and how it is marked.
fn state_name(state: State, t: &Text) -> (&'static str, &'static str) {
    match state {
        State::Draft => (t.indices.s_draft, ""),
        State::Asked => (t.indices.s_asked, "wait"),
        State::Approved => (t.indices.s_approved, "good"),
        State::Discarded => (t.indices.s_discarded, "bad"),
    }
}

/// The choices of a list, each with its word.
fn options<T: Copy + std::fmt::Display>(
    all: &[T],
    name: impl Fn(T) -> &'static str,
) -> Vec<(String, &'static str)> {
    all.iter().map(|it| (it.to_string(), name(*it))).collect()
}

/// What waits for the reader: baskets to decide, which the page of approvals does not list.
pub fn tasks(conn: &mut Conn, who: &Who, t: &Text) -> Result<Vec<(String, String)>> {
    if !who.is(Role::Reviewer) {
        return Ok(Vec::new());
    }
    let asked = store::Filter { state: Some(State::Asked), ..store::Filter::default() };
    let count = store::page(conn, &asked, 100)?.len();
    let task = || ("/indices?state=asked".to_owned(), fill(t.indices.task_asked, &[("count", &count)]));
    Ok((count > 0).then(task).into_iter().collect())
}

/// A figure that may not be there, with a dash for that.
fn shown<T: std::fmt::Display>(figure: Option<T>) -> String {
    figure.map_or_else(|| "—".to_owned(), |it| it.to_string())
}
