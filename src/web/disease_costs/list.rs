//! The list of case baskets.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::disease_costs::Basket;
use crate::disease_costs::store::{self, Filter};
use crate::error::Result;
use crate::web::access::COST_KEEPERS;
use crate::web::{App, Page, Person, page};

/// Baskets on a page.
const PAGE: usize = 100;

/// What the reader asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    before: String,
}

#[derive(Template)]
#[template(path = "disease_costs/list.html")]
struct List {
    page: Page,
    asked: Asked,
    rows: Vec<(Basket, Option<String>)>,
    next: String,
    may_write: bool,
}

impl List {
    fn hospital<'a>(&'a self, name: &'a Option<String>) -> &'a str {
        name.as_deref().unwrap_or(self.page.t.disease_costs.city)
    }

    fn cases(&self, it: &Basket) -> String {
        super::shown(it.cases)
    }
}

/// The baskets: a hospital sees its own.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let asked = asked.into_inner();
    let filter = Filter {
        hospital: super::scope(&who),
        text: asked.q.trim().chars().take(100).collect(),
        before: asked.before.parse().ok(),
    };
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let mut rows = app.read(move |conn| store::page(conn, &filter, limit)).await?;
    let is_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = match rows.last() {
        Some((last, _)) if is_more => {
            format!("/disease-costs?q={}&before={}", page::encode(&asked.q), last.id)
        }
        _ => String::new(),
    };
    let may_write = who.is_any(COST_KEEPERS);
    page::show(&List { page, asked, rows, next, may_write })
}
