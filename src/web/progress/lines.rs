//! `/progress/contracts`: the contracts behind one hospital, lot, supplier or region, or all the reader sees.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::db::Conn;
use crate::error::Result;
use crate::people::Who;
use crate::supply::progress::{self, Judged, Narrow, Part};
use crate::text::fill;
use crate::types::Time;
use crate::web::progress::Asked;
use crate::web::{App, Page, Person, page};

/// Contracts of one page.
const PAGE: usize = 100;

/// What a reader asked for, read.
pub(super) struct Found {
    /// The contracts.
    pub list: Vec<Judged>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
    part: Option<Part>,
    name: String,
}

/// A page of contracts.
pub(super) fn load(
    conn: &mut Conn,
    who: &Who,
    asked: &Asked,
    after: &str,
    limit: usize,
    now: Time,
) -> Result<Found> {
    let scope = asked.scope(who, now.day())?;
    let part = if asked.key.is_empty() { None } else { Some(asked.part(&scope)?) };
    let narrow = match part {
        Some(part) => progress::narrow(conn, part, &asked.key)?,
        None => Narrow::All,
    };
    let (list, next) =
        progress::page(conn, &scope, &narrow, asked.is_behind_only(), after, limit, now.day())?;
    let name = match (part, list.first()) {
        (Some(Part::Hospital), Some(it)) => it.line.hospital.clone(),
        (Some(Part::Supplier), Some(it)) => it.line.supplier.clone(),
        (Some(Part::Lot), Some(it)) => it.line.generic.clone(),
        (Some(Part::Region), _) => asked.key.clone(),
        _ => String::new(),
    };
    Ok(Found { list, next, part, name })
}

#[derive(Template)]
#[template(path = "progress/lines.html")]
struct Lines {
    page: Page,
    asked: Asked,
    list: Vec<Judged>,
    of: String,
    query: String,
    next: String,
}

/// The page.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (asked, reader, now) = (asked.into_inner(), who.0.clone(), app.now());
    let wanted = asked.clone();
    let found = app.read(move |conn| load(conn, &reader, &wanted, &wanted.after, PAGE, now)).await?;
    let t = page.t;
    let of = match found.part {
        Some(part) if !found.name.is_empty() => {
            fill(t.progress.lines_of, &[("part", &part.name(t)), ("name", &found.name)])
        }
        _ => String::new(),
    };
    let query = asked.query(&asked.by);
    let next = found
        .next
        .map_or(String::new(), |after| format!("/progress/contracts?{query}&after={}", page::encode(&after)));
    page::show(&Lines { page, asked, list: found.list, of, query, next })
}
