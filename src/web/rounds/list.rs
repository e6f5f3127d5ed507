//! `/rounds`: the rounds a reader may see, filtered, page by page, and as a file.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::audit::{self, Deed};
use crate::db::Conn;
use crate::error::Result;
use crate::people::Who;
use crate::rounds::{self, Round, RoundKind, RoundState, calendar, store::Filter};
use crate::text::Text;
use crate::types::{RoundId, Time};
use crate::web::form::Form;
use crate::web::lists::Table;
use crate::web::{App, Page, Person, page};

/// Rounds on a page.
const PAGE: usize = 50;
/// Most rounds in a file.
const FILE: i64 = 10_000;

type Query = web::Query<Vec<(String, String)>>;

#[derive(Template)]
#[template(path = "rounds/list.html")]
struct List {
    page: Page,
    asked: Form,
    kinds: Vec<(String, String)>,
    states: Vec<(String, String)>,
    rounds: Vec<Row>,
    /// The filter as a query, for the files.
    query: String,
    next: String,
}

struct Row {
    round: Round,
    regions: String,
}

/// The list.
pub async fn list(page: Page, who: Person, app: web::Data<App>, query: Query) -> Result<HttpResponse> {
    let asked = Form::from_pairs(query.into_inner());
    let filter = filter(&asked);
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
    let mut rounds = app.read(move |conn| rows(conn, &who, filter, limit + 1)).await?;
    let is_more = rounds.len() > PAGE;
    rounds.truncate(PAGE);
    let kept: Vec<String> = ["q", "kind", "state"]
        .iter()
        .map(|name| format!("{name}={}", page::encode(asked.text(name))))
        .collect();
    let query = kept.join("&");
    let next = match rounds.last() {
        Some(last) if is_more => {
            format!("?{query}&after={}.{}", last.round.created_at.millis(), last.round.id)
        }
        _ => String::new(),
    };
    let t = page.t;
    let any = (String::new(), t.common.all.to_owned());
    let kinds = RoundKind::ALL.iter().map(|k| (k.to_string(), k.name(t).to_owned()));
    let states = RoundState::ALL.iter().map(|s| (s.to_string(), s.name(t).to_owned()));
    let kinds = std::iter::once(any.clone()).chain(kinds).collect();
    let states = std::iter::once(any).chain(states).collect();
    page::show(&List { page, asked, kinds, states, rounds, query, next })
}

fn filter(asked: &Form) -> Filter {
    let after = asked.text("after").split_once('.').and_then(|(at, id)| {
        let at = Time::from_millis(at.parse().ok()?);
        Some((at, id.parse::<RoundId>().ok()?))
    });
    Filter {
        state: asked.text("state").parse().ok(),
        kind: asked.text("kind").parse().ok(),
        search: asked.text("q").chars().take(100).collect(),
        after,
        ..Filter::default()
    }
}

fn rows(conn: &mut Conn, who: &Who, filter: Filter, limit: i64) -> Result<Vec<Row>> {
    let rounds = rounds::list(conn, who, filter, limit)?;
    let ids: Vec<RoundId> = rounds.iter().map(|r| r.id.clone()).collect();
    let mut regions: BTreeMap<RoundId, Vec<String>> = BTreeMap::new();
    for (id, region) in rounds::store::regions_of_all(conn, &ids)? {
        regions.entry(id).or_default().push(region);
    }
    let join = |id: &RoundId| regions.get(id).map(|r| r.join(" ")).unwrap_or_default();
    Ok(rounds.into_iter().map(|round| Row { regions: join(&round.id), round }).collect())
}

/// The list as a file.
pub async fn export(page: Page, who: Person, app: web::Data<App>, query: Query) -> Result<HttpResponse> {
    let filter = Filter { after: None, ..filter(&Form::from_pairs(query.into_inner())) };
    let (ctx, t) = (who.ctx(&app), page.t);
    let lines = app
        .write(move |tx| {
            let rows = rows(tx.conn(), &who, filter.clone(), FILE)?;
            let deed = Deed { action: "rounds.export", subject: "rounds", id: "" };
            audit::record(tx, &ctx, deed, &(), &rows.len())?;
            Ok(rows.iter().map(|row| cells(row, t)).collect::<Vec<_>>())
        })
        .await?;
    let headers: Vec<(&str, u16)> = headers(t).into_iter().map(|h| (h, 20)).collect();
    Table { name: t.rounds.rounds, headers: &headers, numbers: &[], lines }.download_as("rounds", &page.path)
}

fn headers(t: &Text) -> Vec<&str> {
    let mut names = vec!["number", "title", "kind", "state", "regions"];
    names.extend(rounds::Calendar::FIELDS);
    names.into_iter().map(|field| calendar::label(field, t)).collect()
}

fn cells(row: &Row, t: &Text) -> Vec<String> {
    let it = &row.round;
    let mut cells = vec![
        it.number.clone(),
        it.title.clone(),
        it.kind.name(t).to_owned(),
        it.state.name(t).to_owned(),
        row.regions.clone(),
    ];
    cells.extend(it.calendar.dates().into_iter().map(|d| d.shown));
    cells
}
