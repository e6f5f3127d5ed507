//! `/deliveries/shortfalls`: what suppliers did not promise, the latest first.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::audit::{self, Deed};
use crate::error::{Error, Result};
use crate::files::write::Csv;
use crate::people::store::names;
use crate::supply::OrderLine;
use crate::supply::confirmations::{Scope, Shortfall, store};
use crate::types::{OrganisationId, ShortfallId};
use crate::web::{App, Page, Person, page};

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    before: String,
}

#[derive(Template)]
#[template(path = "deliveries/shortfalls.html")]
struct List {
    page: Page,
    lines: Vec<(Shortfall, OrderLine, String)>,
    names: HashMap<OrganisationId, String>,
    is_first: bool,
    next: String,
}

impl List {
    fn name(&self, id: &OrganisationId) -> &str {
        self.names.get(id).map_or("", String::as_str)
    }
}

const PAGE: i64 = 100;
/// Most lines of one export.
const EXPORT: usize = 100_000;

/// A page of shortfalls.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let before: Option<ShortfallId> = match asked.before.as_str() {
        "" => None,
        id => Some(id.parse().map_err(|_| Error::NotFound)?),
    };
    let (scope, is_first) = (Scope::of(&who), before.is_none());
    let (lines, is_more, names) = app
        .read(move |conn| {
            let mut found = store::shortfalls(conn, &scope, before.as_ref(), PAGE + 1)?;
            let is_more = found.len() > PAGE as usize;
            found.truncate(PAGE as usize);
            let ids = found.iter().flat_map(|(it, ..)| [it.hospital_id.clone(), it.supplier_id.clone()]);
            let names = names(conn, ids.collect())?;
            Ok((found, is_more, names))
        })
        .await?;
    let next = match lines.last() {
        Some((last, ..)) if is_more => format!("/deliveries/shortfalls?before={}", last.id),
        _ => String::new(),
    };
    page::show(&List { page, lines, names, is_first, next })
}

/// The reader's shortfalls as CSV.
pub async fn csv(page: Page, who: Person, app: web::Data<App>) -> Result<HttpResponse> {
    let (scope, t) = (Scope::of(&who), page.t);
    let d = &t.deliveries;
    let (bytes, count) = app
        .read(move |conn| {
            let mut out = Csv::new(Vec::new())?;
            out.row([
                d.noted_on, d.order, d.line, d.hospital, d.supplier, d.generic, d.product, d.spec, d.unit,
                d.ordered, d.missing,
            ])?;
            let (mut count, mut before) = (0, None);
            while count < EXPORT {
                let found = store::shortfalls(conn, &scope, before.as_ref(), 1_000)?;
                let Some((last, ..)) = found.last() else { break };
                before = Some(last.id.clone());
                let ids = found.iter().flat_map(|(it, ..)| [it.hospital_id.clone(), it.supplier_id.clone()]);
                let names = names(conn, ids.collect())?;
                let name = |id: &OrganisationId| names.get(id).cloned().unwrap_or_default();
                for (it, line, order) in &found {
                    out.row([
                        it.noted_on.to_string(),
                        order.clone(),
                        line.position.to_string(),
                        name(&it.hospital_id),
                        name(&it.supplier_id),
                        line.generic.clone(),
                        line.product.clone(),
                        line.spec.clone(),
                        line.unit.clone(),
                        line.quantity.to_string(),
                        it.quantity.to_string(),
                    ])?;
                    count += 1;
                }
            }
            Ok((out.finish()?, count))
        })
        .await?;
    let ctx = who.ctx(&app);
    app.write(move |tx| {
        let deed = Deed { action: "shortfalls.export", subject: "shortfalls", id: "" };
        audit::record(tx, &ctx, deed, &(), &serde_json::json!({ "lines": count }))
    })
    .await?;
    Ok(page::csv(d.shortfalls_title, bytes))
}
