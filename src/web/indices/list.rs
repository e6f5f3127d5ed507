//! `/indices`: every basket with its latest index.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::error::Result;
use crate::people::Role;
use crate::prices::indices::{Basket, IndexMonth, Kind, State, store};
use crate::web::{App, Page, Staff, page};

/// Baskets on a page.
const PAGE: usize = 50;

/// What the reader asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    kind: String,
    state: String,
    after: String,
    version: String,
}

struct Row {
    it: Basket,
    latest: Option<IndexMonth>,
}

#[derive(Template)]
#[template(path = "indices/list.html")]
struct List {
    page: Page,
    asked: Asked,
    rows: Vec<Row>,
    next: String,
    is_officer: bool,
    is_late: Vec<bool>,
}

impl List {
    fn kinds(&self) -> Vec<(String, &'static str)> {
        let t = self.page.t;
        let all = vec![(String::new(), t.common.all)];
        all.into_iter().chain(super::options(Kind::ALL, |it| super::kind_name(it, t))).collect()
    }

    fn states(&self) -> Vec<(String, &'static str)> {
        let t = self.page.t;
        let all = vec![(String::new(), t.common.all)];
        all.into_iter().chain(super::options(State::ALL, |it| super::state_name(it, t).0)).collect()
    }

    fn kind(&self, row: &Row) -> &'static str {
        super::kind_name(row.it.kind, self.page.t)
    }

    fn state(&self, row: &Row) -> (&'static str, &'static str) {
        super::state_name(row.it.state, self.page.t)
    }

    fn index(&self, row: &Row) -> String {
        super::shown(row.latest.as_ref().and_then(|it| it.of(row.it.main())))
    }

    fn month(&self, row: &Row) -> String {
        row.latest.as_ref().map(|it| super::month_shown(it.month)).unwrap_or_default()
    }

    fn late(&self, at: &usize) -> bool {
        self.is_late.get(*at).copied().unwrap_or(false)
    }
}

/// The page.
pub async fn index(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let asked = asked.into_inner();
    let after = asked.version.parse().ok().map(|version| (asked.after.clone(), version));
    let filter = store::Filter { kind: asked.kind.parse().ok(), state: asked.state.parse().ok(), after };
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let mut rows = app
        .read(move |conn| {
            let mut rows = Vec::new();
            for it in store::page(conn, &filter, limit)? {
                let latest = match store::last_month(conn, &it.id)? {
                    Some(month) => store::month(conn, &it.id, it.to_month.map_or(month, |to| to.min(month)))?,
                    None => None,
                };
                rows.push(Row { it, latest });
            }
            Ok(rows)
        })
        .await?;
    let is_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = match rows.last() {
        Some(last) if is_more => format!(
            "/indices?kind={}&state={}&after={}&version={}",
            page::encode(&asked.kind),
            page::encode(&asked.state),
            page::encode(&last.it.name),
            last.it.version
        ),
        _ => String::new(),
    };
    let today = app.now().day();
    let is_late =
        rows.iter().map(|row| row.it.state == State::Approved && row.it.review_day < today).collect();
    let is_officer = who.is(Role::Officer);
    page::show(&List { page, asked, rows, next, is_officer, is_late })
}
