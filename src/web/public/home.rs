//! `/public`: what there is to read without logging in.

use actix_web::HttpResponse;
use askama::Template;

use crate::error::Result;
use crate::web::{Page, page};

/// A part of the open data: address, name, what it is, and its files.
struct Part {
    path: &'static str,
    name: &'static str,
    intro: &'static str,
    files: Vec<(&'static str, &'static str)>,
}

#[derive(Template)]
#[template(path = "public/home.html")]
struct Home {
    page: Page,
    parts: Vec<Part>,
}

/// The page.
pub async fn index(page: Page) -> Result<HttpResponse> {
    let m = &page.t.publish;
    let table =
        |path, name, intro, csv, json| Part { path, name, intro, files: vec![("CSV", csv), ("JSON", json)] };
    let parts = vec![
        table("/public/rounds", m.rounds, m.rounds_intro, "/public/rounds.csv", "/public/rounds.json"),
        table("/public/winners", m.winners, m.winners_intro, "/public/winners.csv", "/public/winners.json"),
        table(
            "/public/standards",
            m.standards,
            m.standards_intro,
            "/public/standards.csv",
            "/public/standards.json",
        ),
        table("/public/indices", m.indices, m.indices_intro, "/public/indices.csv", "/public/indices.json"),
        table("/public/credit", m.credit, m.credit_intro, "/public/credit.csv", "/public/credit.json"),
        Part { path: "/public/receipts", name: m.receipts, intro: m.receipts_intro, files: Vec::new() },
        Part {
            path: "/public/ocds/records.json",
            name: m.ocds,
            intro: m.ocds_intro,
            files: vec![(m.releases, "/public/ocds/releases.json"), (m.records, "/public/ocds/records.json")],
        },
    ];
    page::show(&Home { page, parts })
}
