//! `/shortages`: the board of shortages by level and state.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::files::write::Csv;
use crate::supply::shortages::rules::Figures;
use crate::supply::shortages::store::{self, Filter};
use crate::supply::shortages::{Level, Shortage, ShortageState};
use crate::types::ShortageId;
use crate::web::access::STAFF;
use crate::web::lists::read_all;
use crate::web::{App, Page, Person, page};

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    state: String,
    level: String,
    before: String,
}

impl Asked {
    fn filter(&self) -> Result<Filter> {
        let before: Option<ShortageId> = match self.before.as_str() {
            "" => None,
            id => Some(id.parse().map_err(|_| Error::NotFound)?),
        };
        let state = match self.state.as_str() {
            "" => Some(ShortageState::Open),
            "all" => None,
            word => Some(word.parse().map_err(|()| Error::NotFound)?),
        };
        let level: Option<Level> = match self.level.as_str() {
            "" => None,
            word => Some(word.parse().map_err(|()| Error::NotFound)?),
        };
        Ok(Filter { state, level, before })
    }

    fn query(&self) -> String {
        format!("state={}&level={}", page::encode(&self.state), page::encode(&self.level))
    }
}

#[derive(Template)]
#[template(path = "shortages/list.html")]
struct List {
    page: Page,
    asked: Asked,
    states: Vec<(&'static str, &'static str)>,
    levels: Vec<(&'static str, &'static str)>,
    counts: Vec<(Level, i64)>,
    rows: Vec<(Shortage, Figures)>,
    is_staff: bool,
    next: String,
}

const PAGE: usize = 100;

/// Most lines of one export.
const EXPORT: usize = 50_000;

/// The board.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let asked = asked.into_inner();
    let filter = asked.filter()?;
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let (found, counts) = app
        .read(move |conn| {
            let mut counts = Vec::new();
            for level in Level::ALL.iter().rev() {
                counts.push((*level, store::count(conn, *level)?));
            }
            Ok((store::page(conn, &filter, limit)?, counts))
        })
        .await?;
    let is_more = found.len() > PAGE;
    let mut rows = Vec::new();
    for it in found.into_iter().take(PAGE) {
        let figures = it.figures()?;
        rows.push((it, figures));
    }
    let next = match rows.last() {
        Some((last, _)) if is_more => format!("/shortages?{}&before={}", asked.query(), last.id),
        _ => String::new(),
    };
    let t = page.t;
    let states = vec![
        ("", ShortageState::Open.name(t)),
        ("closed", ShortageState::Closed.name(t)),
        ("all", t.common.all),
    ];
    let all = std::iter::once(("", t.common.all));
    let levels = all.chain(Level::ALL.iter().map(|it| (it.as_str(), it.name(t)))).collect();
    let is_staff = who.is_any(STAFF);
    page::show(&List { page, asked, states, levels, counts, rows, is_staff, next })
}

/// The filtered shortages as CSV.
pub async fn csv(
    page: Page,
    _who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (t, mut filter) = (page.t, asked.filter()?);
    let rows = app
        .read(move |conn| {
            read_all(EXPORT, |last: Option<&Shortage>| {
                filter.before = last.map(|it| it.id.clone());
                store::page(conn, &filter, 1_000)
            })
        })
        .await?;
    let m = &t.shortages;
    let mut out = Csv::new(Vec::new())?;
    out.row([
        m.number,
        m.generic,
        m.level,
        m.worst,
        m.level_since,
        m.state,
        m.opened_at,
        m.closed_at,
        m.days,
    ])?;
    for it in rows {
        let days = it.figures()?.days().map(|days| days.to_string()).unwrap_or_default();
        let closed = it.closed_at.map(|at| at.to_string()).unwrap_or_default();
        out.row([
            it.number,
            it.generic,
            it.level.name(t).to_owned(),
            it.worst.name(t).to_owned(),
            it.level_since.to_string(),
            it.state.name(t).to_owned(),
            it.opened_at.to_string(),
            closed,
            days,
        ])?;
    }
    Ok(page::csv(m.title, out.finish()?))
}
