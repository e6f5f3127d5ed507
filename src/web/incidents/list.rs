//! The list of incidents, open or ended, with the last run of the checks.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::error::Result;
use crate::incidents::{CheckRun, Incident, store};
use crate::text::fill;
use crate::types::IncidentId;
use crate::web::{App, Page, Staff, page};

/// What the reader asks for.
#[derive(Debug, Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    state: String,
    before: String,
}

#[derive(Template)]
#[template(path = "incidents/list.html")]
struct List {
    page: Page,
    state: String,
    run: Option<CheckRun>,
    incidents: Vec<Incident>,
    next: String,
}

impl List {
    fn name(&self, it: &Incident) -> &'static str {
        super::name(it.check, self.page.t)
    }

    /// When the checks ran last and what they looked at.
    fn last(&self) -> String {
        let i = &self.page.t.incidents;
        let Some(run) = &self.run else { return i.never.to_owned() };
        let seconds = (run.ended_at.millis() - run.began_at.millis() + 999) / 1_000;
        let values: [(&str, &dyn std::fmt::Display); 4] = [
            ("at", &run.began_at),
            ("rows", &run.rows_read),
            ("seconds", &seconds),
            ("count", &run.breaches),
        ];
        fill(i.last_run, &values)
    }

    fn states(&self) -> [(&'static str, &'static str); 2] {
        [("", self.page.t.incidents.open), ("ended", self.page.t.incidents.ended)]
    }
}

const PAGE: i64 = 100;

/// The page.
pub async fn index(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let Asked { state, before } = asked.into_inner();
    let (is_open, before): (bool, Option<IncidentId>) = (state != "ended", before.parse().ok());
    let (run, mut incidents) = app
        .read(move |conn| {
            Ok((store::last_run(conn)?, store::page(conn, is_open, before.as_ref(), PAGE + 1)?))
        })
        .await?;
    let is_more = incidents.len() > PAGE as usize;
    incidents.truncate(PAGE as usize);
    let next = match incidents.last() {
        Some(last) if is_more => format!("/incidents?state={}&before={}", page::encode(&state), last.id),
        _ => String::new(),
    };
    page::show(&List { page, state, run, incidents, next })
}
