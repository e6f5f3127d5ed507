//! The public tables: what their columns are and where their rows come from.

use chrono::NaiveDate;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::prices::indices::Formula;
use crate::publish::{store, tables};
use crate::standards::{self, basis_name};
use crate::text::{Lang, Text};
use crate::types::{DecisionId, parse_day};

/// A public table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    Rounds,
    Winners,
    Standards,
    Indices,
}

/// A column: its key in files, its name on the page, whether it holds numbers.
pub(super) struct Column {
    pub(super) key: &'static str,
    pub(super) name: &'static str,
    pub(super) is_number: bool,
}

/// A row: its cells in the order of the columns, what it opens, and its place in the list.
pub(super) struct Row {
    pub(super) cells: Vec<String>,
    pub(super) link: String,
    pub(super) place: String,
}

fn text(key: &'static str, name: &'static str) -> Column {
    Column { key, name, is_number: false }
}

fn number(key: &'static str, name: &'static str) -> Column {
    Column { key, name, is_number: true }
}

impl Table {
    /// The table of an address, `/public/NAME` with or without an ending.
    pub(super) fn of(path: &str) -> Result<Self> {
        let name = path.strip_prefix("/public/").unwrap_or_default();
        match name.split('.').next().unwrap_or_default() {
            "rounds" => Ok(Self::Rounds),
            "winners" => Ok(Self::Winners),
            "standards" => Ok(Self::Standards),
            "indices" => Ok(Self::Indices),
            _ => Err(Error::NotFound),
        }
    }

    /// Its name in addresses.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Rounds => "rounds",
            Self::Winners => "winners",
            Self::Standards => "standards",
            Self::Indices => "indices",
        }
    }

    /// Its address.
    pub(super) fn path(self) -> String {
        format!("/public/{}", self.name())
    }

    /// Its title, what it is, and what to say when it is empty.
    pub(super) fn words(self, t: &Text) -> (&'static str, &'static str, &'static str) {
        let m = &t.publish;
        match self {
            Self::Rounds => (t.evaluation.public_title, m.rounds_intro, t.evaluation.public_none),
            Self::Winners => (m.winners, m.winners_intro, m.empty),
            Self::Standards => (m.standards, m.standards_intro, m.empty),
            Self::Indices => (m.indices, m.indices_intro, m.empty),
        }
    }

    /// Its columns.
    pub(super) fn columns(self, t: &Text) -> Vec<Column> {
        let m = &t.publish;
        match self {
            Self::Rounds => vec![
                text("round", m.round),
                text("title", m.round_title),
                text("state", m.state),
                text("publicity_from", t.evaluation.publicity_period),
                text("publicity_to", m.ends),
            ],
            Self::Winners => vec![
                text("round", m.round),
                text("lot", m.lot),
                text("generic", m.generic),
                text("form", m.form),
                text("company", m.company),
                text("product", m.product),
                text("spec", m.spec),
                number("ceiling", m.ceiling),
                number("award_price", m.price),
                number("share", m.share),
                number("term_years", m.term),
                text("result", m.result),
            ],
            Self::Standards => vec![
                number("no", m.seq),
                text("generic", m.generic),
                text("product", m.product),
                text("spec", m.spec),
                text("pack", m.pack),
                text("company", m.company),
                number("payment_standard", m.standard),
                text("unit", m.unit),
                text("from", m.starts),
                text("to", m.ends),
                text("basis", m.basis),
                text("clause", m.clause),
            ],
            Self::Indices => vec![
                text("index", m.index),
                text("month", m.month),
                text("formula", m.formula),
                number("value", m.value),
                text("base_from", m.base),
            ],
        }
    }

    /// What changes whenever the table does.
    pub(super) fn version(self, conn: &mut Conn, today: NaiveDate) -> Result<String> {
        match self {
            Self::Rounds | Self::Winners => store::version(conn),
            Self::Standards => Ok(format!("{} {today}", standards::store::last_seq(conn)?)),
            Self::Indices => tables::version_of_indices(conn),
        }
    }

    /// Rows that fit a text, after a place.
    pub(super) fn rows(self, conn: &mut Conn, asked: &Asked, t: &Text) -> Result<Vec<Row>> {
        let Asked { q, after, today, limit } = asked;
        match self {
            Self::Rounds => {
                let found = tables::rounds(conn, q, after, *limit)?;
                Ok(found.into_iter().map(|it| round(it, t)).collect())
            }
            Self::Winners => {
                let before = match after.as_str() {
                    "" => String::new(),
                    id => id.parse::<DecisionId>().map_err(|_| Error::NotFound)?.to_string(),
                };
                let found = tables::winners(conn, q, &before, *limit)?;
                Ok(found.into_iter().map(|it| winner(it, t)).collect())
            }
            Self::Standards => {
                let before = match after.as_str() {
                    "" => None,
                    seq => Some(seq.parse().map_err(|_| Error::NotFound)?),
                };
                let text = q.trim().chars().take(100).collect();
                let filter = standards::store::Filter { text, day: Some(*today), before };
                let found = standards::store::page(conn, &filter, *limit)?;
                Ok(found.into_iter().map(|it| standard(it, t)).collect())
            }
            Self::Indices => {
                let place = match after.split_once('.') {
                    Some((day, id)) => Some((parse_day(day).ok_or(Error::NotFound)?, id.to_owned())),
                    None if after.is_empty() => None,
                    None => return Err(Error::NotFound),
                };
                let found = tables::indices(conn, q, place, *limit)?;
                Ok(found.into_iter().map(|it| index(it, t)).collect())
            }
        }
    }
}

/// What is asked of a table.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) q: String,
    pub(super) after: String,
    pub(super) today: NaiveDate,
    pub(super) limit: i64,
}

fn round(it: tables::PublicRound, t: &Text) -> Row {
    Row {
        link: format!("/public/rounds/{}", it.id),
        place: it.id.to_string(),
        cells: vec![
            it.number,
            it.title,
            it.state.name(t).to_owned(),
            it.publicity_from.to_string(),
            it.publicity_to.to_string(),
        ],
    }
}

fn winner(it: tables::Winner, t: &Text) -> Row {
    Row {
        link: format!("/public/rounds/{}", it.round_id),
        place: it.id.to_string(),
        cells: vec![
            it.round,
            it.lot,
            it.generic,
            it.form,
            it.company,
            it.product,
            it.spec,
            it.ceiling.to_string(),
            it.price.to_string(),
            it.share,
            it.term_years.map(|years| years.to_string()).unwrap_or_default(),
            it.status.name(t).to_owned(),
        ],
    }
}

/// What the product is listed at, and the arithmetic with it, is not for everybody.
fn standard(it: standards::Standard, t: &Text) -> Row {
    Row {
        link: String::new(),
        place: it.seq.to_string(),
        cells: vec![
            it.seq.to_string(),
            it.generic,
            it.product,
            it.spec,
            it.pack,
            it.company,
            it.standard.to_string(),
            it.unit,
            it.starts.to_string(),
            it.ends.map_or_else(|| t.publish.open_ended.to_owned(), |day| day.to_string()),
            basis_name(t, &it.basis).to_owned(),
            it.clause,
        ],
    }
}

fn index(it: tables::IndexValue, t: &Text) -> Row {
    let formula = match it.formula() {
        Formula::Laspeyres => t.indices.f_laspeyres,
        Formula::Paasche => t.indices.f_paasche,
        Formula::Fisher => t.indices.f_fisher,
    };
    let value = it.value().map(|value| value.to_string()).unwrap_or_default();
    Row {
        link: String::new(),
        place: format!("{}.{}", it.month, it.basket_id),
        cells: vec![
            if t.lang == Lang::En { it.title_en } else { it.title_zh },
            it.month.format("%Y-%m").to_string(),
            formula.to_owned(),
            value,
            it.base_from.format("%Y-%m").to_string(),
        ],
    }
}
