//! `/ratings`: the ratings of the bureau, or a supplier's own; filtered and exported.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::credit::standing::{EndCause, Rating, RatingState};
use crate::error::{Error, Result};
use crate::people::Role;
use crate::ratings::store::{self, Ratings};
use crate::text::Text;
use crate::types::RatingId;
use crate::web::access::STAFF;
use crate::web::lists::{EXPORT, Table, exported, read_all};
use crate::web::{App, Page, Person, page};

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    state: String,
    q: String,
    before: String,
}

impl Asked {
    fn filter(&self, who: &Person) -> Result<Ratings> {
        let state = match self.state.as_str() {
            "" => None,
            word => Some(word.parse().map_err(|()| Error::NotFound)?),
        };
        let before: Option<RatingId> = match self.before.as_str() {
            "" => None,
            id => Some(id.parse().map_err(|_| Error::NotFound)?),
        };
        let supplier = (!who.is_any(STAFF)).then(|| who.organisation.id.clone());
        let text = self.q.trim().chars().take(100).collect();
        Ok(Ratings { supplier, state, text, public: None, before })
    }

    fn query(&self) -> String {
        format!("state={}&q={}", page::encode(&self.state), page::encode(&self.q))
    }
}

#[derive(Template)]
#[template(path = "ratings/list.html")]
struct List {
    page: Page,
    asked: Asked,
    states: Vec<(&'static str, &'static str)>,
    counts: Vec<(RatingState, i64)>,
    rows: Vec<Rating>,
    is_staff: bool,
    next: String,
}

impl List {
    fn is_officer(&self) -> bool {
        self.page.is(Role::Officer.as_str())
    }
}

const PAGE: usize = 100;

/// The list.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let asked = asked.into_inner();
    let (filter, is_staff) = (asked.filter(&who)?, who.is_any(STAFF));
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let (mut rows, counts) = app
        .read(move |conn| {
            let rows = store::page(conn, &filter, limit)?;
            let mut counts = Vec::new();
            for state in RatingState::ALL.iter().filter(|_| is_staff) {
                counts.push((*state, store::count(conn, *state)?));
            }
            Ok((rows, counts))
        })
        .await?;
    let is_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = match rows.last() {
        Some(last) if is_more => format!("/ratings?{}&before={}", asked.query(), last.id),
        _ => String::new(),
    };
    let t = page.t;
    let all = std::iter::once(("", t.common.all));
    let states = all.chain(RatingState::ALL.iter().map(|it| (it.as_str(), it.name(t)))).collect();
    page::show(&List { page, asked, states, counts, rows, is_staff, next })
}

fn headers(t: &Text) -> [(&'static str, u16); 12] {
    let m = &t.ratings;
    [
        (m.number, 16),
        (m.company, 32),
        (m.company_code, 22),
        (m.role, 16),
        (m.conduct, 18),
        (m.document, 40),
        (m.grade, 14),
        (m.scope, 12),
        (m.state, 12),
        (m.since, 12),
        (m.until, 12),
        (m.end_cause, 12),
    ]
}

fn cells(it: &Rating, t: &Text) -> [String; 12] {
    let m = &t.ratings;
    let has_effect = matches!(it.state, RatingState::Effective | RatingState::Ended);
    let day = |day: chrono::NaiveDate| if has_effect { day.to_string() } else { String::new() };
    [
        it.number.clone(),
        it.company_name.clone(),
        it.company_code.clone(),
        if it.is_distributor { m.as_distributor } else { m.as_maker }.to_owned(),
        it.conduct.name(t).to_owned(),
        it.document.clone(),
        it.grade_name(t),
        it.scope.name(t).to_owned(),
        it.state.name(t).to_owned(),
        day(it.since),
        day(it.last_day()),
        if it.end_cause == EndCause::None { String::new() } else { it.end_cause.name(t).to_owned() },
    ]
}

/// The filtered ratings as a file.
pub async fn export(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (t, mut filter) = (page.t, asked.filter(&who)?);
    let rows = app
        .read(move |conn| {
            read_all(EXPORT, |last: Option<&Rating>| {
                filter.before = last.map(|it| it.id.clone());
                store::page(conn, &filter, 2_000)
            })
        })
        .await?;
    let lines: Vec<_> = rows.iter().map(|it| cells(it, t)).collect();
    exported(&app, who.ctx(&app), ("rating.export", "ratings"), lines.len(), asked.query()).await?;
    Table { name: t.ratings.title, headers: &headers(t), numbers: &[], lines }.download(&page.path)
}
