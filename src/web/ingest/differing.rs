//! `/listings/differing`: products whose listing in the bureau's own region is not the catalogue's price.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::error::Result;
use crate::prices::listings::CATALOGUE;
use crate::prices::listings::store::{self, Differing};
use crate::web::{App, Page, Staff, page};

/// Products on a page.
const PAGE: i64 = 100;

/// Where the reader is in the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    region: String,
    after: String,
}

#[derive(Template)]
#[template(path = "ingest/differing.html")]
struct Show {
    page: Page,
    region: String,
    regions: Vec<String>,
    rows: Vec<Differing>,
    next: String,
}

impl Show {
    fn address(&self, region: &str) -> String {
        format!("/listings/differing?region={}", page::encode(region))
    }

    fn source<'a>(&self, it: &'a Differing) -> &'a str {
        if it.source == CATALOGUE { self.page.t.ingest.catalogue } else { &it.source }
    }
}

/// The page.
pub async fn index(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (Asked { region, after }, today) = (asked.into_inner(), app.now().day());
    let (region, regions, mut rows) = app
        .read(move |conn| {
            let regions = store::own_regions(conn)?;
            let region = regions.iter().find(|own| **own == region).or(regions.first()).cloned();
            let Some(region) = region else { return Ok((String::new(), regions, Vec::new())) };
            let rows = store::differing(conn, &region, today, &after, PAGE + 1)?;
            Ok((region, regions, rows))
        })
        .await?;
    let is_more = rows.len() > PAGE as usize;
    rows.truncate(PAGE as usize);
    let next = match rows.last() {
        Some(last) if is_more => {
            format!("/listings/differing?region={}&after={}", page::encode(&region), page::encode(&last.code))
        }
        _ => String::new(),
    };
    page::show(&Show { page, region, regions, rows, next })
}
