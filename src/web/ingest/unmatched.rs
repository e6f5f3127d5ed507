//! `/transactions/unmatched` and `/listings/unmatched`: what the registers lack, and matching it again.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::audit::{self, Deed};
use crate::error::{Error, Result};
use crate::prices::files::Kind;
use crate::prices::ingest::store::{self as purchases, Missing};
use crate::prices::listings::store::{self as prices, Unmatched};
use crate::prices::{ingest, listings};
use crate::text::{Text, fill};
use crate::web::lists::Table;
use crate::web::{App, Officer, Page, Staff, page};

/// Lines of a page.
const PAGE: i64 = 100;
/// Most lines of an export.
const EXPORT: usize = 200_000;

/// Where the reader is in the list, and what matching did.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    product: String,
    hospital: String,
    region: String,
    day: String,
    added: String,
    unchanged: String,
}

impl Asked {
    fn matched(&self, t: &Text) -> String {
        match (self.added.parse::<u64>(), self.unchanged.parse::<u64>()) {
            (Ok(added), Ok(unchanged)) => {
                fill(t.ingest.matched, &[("added", &added), ("unchanged", &unchanged)])
            }
            _ => String::new(),
        }
    }

    /// Behind which pair of codes; a product alone is where the list begins.
    fn pair(&self) -> (String, String) {
        (self.product.trim().to_owned(), self.hospital.trim().to_owned())
    }

    fn listing(&self) -> (String, String, NaiveDate) {
        let day = self.day.parse().unwrap_or(NaiveDate::MIN);
        (self.product.trim().to_owned(), self.region.trim().to_owned(), day.max(first_day()))
    }
}

/// A day before every other that a database of either kind can hold.
fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or_default()
}

#[derive(Template)]
#[template(path = "ingest/unmatched.html")]
struct Purchases {
    page: Page,
    rows: Vec<Missing>,
    matched: String,
    product: String,
    next: String,
}

impl Purchases {
    fn lacks(&self, it: &Missing) -> String {
        lacks(it, self.page.t)
    }
}

fn lacks(it: &Missing, t: &Text) -> String {
    let i = &t.ingest;
    let parts = [(it.lacks_product, i.missing_product), (it.lacks_hospital, i.missing_hospital)];
    let said: Vec<&str> = parts.iter().filter(|(lacks, _)| *lacks).map(|(_, word)| *word).collect();
    said.join(t.files.list_join)
}

/// Unmatched purchases by their codes.
pub async fn transactions(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (product, hospital) = asked.pair();
    let mut rows = app.read(move |conn| purchases::missing(conn, (&product, &hospital), PAGE + 1)).await?;
    let is_more = rows.len() > PAGE as usize;
    rows.truncate(PAGE as usize);
    let next = match rows.last() {
        Some(last) if is_more => format!(
            "/transactions/unmatched?product={}&hospital={}",
            page::encode(&last.product_code),
            page::encode(&last.hospital_code)
        ),
        _ => String::new(),
    };
    let (matched, product) = (asked.matched(page.t), asked.product.clone());
    page::show(&Purchases { page, rows, matched, product, next })
}

#[derive(Template)]
#[template(path = "ingest/unmatched_listings.html")]
struct Listings {
    page: Page,
    rows: Vec<Unmatched>,
    matched: String,
    product: String,
    next: String,
}

/// Unmatched listings.
pub async fn listings(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (product, region, day) = asked.listing();
    let mut rows = app.read(move |conn| prices::unmatched(conn, (&product, &region, day), PAGE + 1)).await?;
    let is_more = rows.len() > PAGE as usize;
    rows.truncate(PAGE as usize);
    let next = match rows.last() {
        Some(last) if is_more => format!(
            "/listings/unmatched?product={}&region={}&day={}",
            page::encode(&last.product_code),
            page::encode(&last.region),
            last.from_day
        ),
        _ => String::new(),
    };
    let (matched, product) = (asked.matched(page.t), asked.product.clone());
    page::show(&Listings { page, rows, matched, product, next })
}

/// Matches what is kept with the registers as they are now.
pub async fn match_again(page: Page, who: Officer, app: web::Data<App>) -> Result<HttpResponse> {
    let (kind, ctx) = (Kind::at(&page.path), who.ctx(&app));
    let done = app
        .write(move |tx| match kind {
            Kind::Transactions => ingest::match_again(tx, &ctx),
            Kind::Listings => listings::match_again(tx, &ctx),
        })
        .await?;
    let to = format!("/{kind}/unmatched?added={}&unchanged={}", done.added, done.unchanged);
    Ok(page::see(&to))
}

/// All of it as CSV or XLSX; an export is in the trail.
pub async fn export(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    file: web::Path<String>,
) -> Result<HttpResponse> {
    let (kind, t) = (Kind::at(&page.path), page.t);
    if !["unmatched.csv", "unmatched.xlsx"].contains(&file.as_str()) {
        return Err(Error::NotFound);
    }
    let ctx = who.ctx(&app);
    let lines = app
        .write(move |tx| {
            let rows = match kind {
                Kind::Transactions => pairs(tx.conn(), t)?,
                Kind::Listings => lines(tx.conn())?,
            };
            let deed = Deed { action: "unmatched.export", subject: kind.as_str(), id: "" };
            audit::record(tx, &ctx, deed, &(), &serde_json::json!({ "lines": rows.len() }))?;
            Ok(rows)
        })
        .await?;
    let i = &t.ingest;
    let headers: [(&str, u16); 5] = match kind {
        Kind::Transactions => {
            [(i.product_code, 26), (i.hospital_code, 20), (i.is_missing, 16), (i.lines, 10), (i.amount, 18)]
        }
        Kind::Listings => [(i.product_code, 26), (i.region, 16), (i.from_day, 12), (i.no, 8), (i.price, 18)],
    };
    Table { name: kind.title(t), headers: &headers, numbers: &[3, 4], lines }.download_as("unmatched", &file)
}

fn pairs(conn: &mut crate::db::Conn, t: &Text) -> Result<Vec<[String; 5]>> {
    let (mut rows, mut after) = (Vec::new(), (String::new(), String::new()));
    while rows.len() < EXPORT {
        let found = purchases::missing(conn, (&after.0, &after.1), 5_000)?;
        let Some(last) = found.last() else { break };
        after = (last.product_code.clone(), last.hospital_code.clone());
        rows.extend(found.into_iter().map(|it| {
            let lacks = lacks(&it, t);
            [it.product_code, it.hospital_code, lacks, it.lines.to_string(), it.amount.to_string()]
        }));
    }
    Ok(rows)
}

fn lines(conn: &mut crate::db::Conn) -> Result<Vec<[String; 5]>> {
    let (mut rows, mut after) = (Vec::new(), (String::new(), String::new(), first_day()));
    while rows.len() < EXPORT {
        let found = prices::unmatched(conn, (&after.0, &after.1, after.2), 5_000)?;
        let Some(last) = found.last() else { break };
        after = (last.product_code.clone(), last.region.clone(), last.from_day);
        rows.extend(found.into_iter().map(|it| {
            [it.product_code, it.region, it.from_day.to_string(), it.file.to_string(), it.price.to_string()]
        }));
    }
    Ok(rows)
}
