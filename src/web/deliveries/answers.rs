//! `/deliveries/answers`: answers to orders from a file: template, upload, review, applied whole or given up.

use actix_web::{HttpResponse, web};

use super::reviews::{self, File, Found};
use crate::db::Conn;
use crate::error::Result;
use crate::files::write::Csv;
use crate::imports::Kind;
use crate::people::store::names;
use crate::supply::OrderState;
use crate::supply::confirmations::import::{self, Answers, COLUMNS};
use crate::supply::confirmations::store;
use crate::supply::orders::rules::shippable;
use crate::text::{Text, fill};
use crate::types::{Ctx, ImportId, OrganisationId, Quantity};
use crate::web::upload::Upload;
use crate::web::{App, Page, Supplier, page};

const ANSWERS: File = File {
    kind: Kind::Confirmations,
    base: "/deliveries/answers",
    then: "/deliveries/new",
    words: |t| {
        let d = &t.deliveries;
        [d.answers_title, d.answers_applied, d.answers_apply, d.confirm_question]
    },
    stage: import::stage,
    read: found,
    apply: import::apply,
};

/// Takes a file in and leads to its review.
pub async fn send(who: Supplier, app: web::Data<App>, upload: Upload) -> Result<HttpResponse> {
    reviews::send(&ANSWERS, &who, &app, upload).await
}

/// What the file would answer, or what is wrong with it.
pub async fn review(
    page: Page,
    who: Supplier,
    app: web::Data<App>,
    id: web::Path<ImportId>,
) -> Result<HttpResponse> {
    reviews::review(&ANSWERS, page, &who, &app, id.into_inner()).await
}

fn found(
    conn: &mut Conn,
    ctx: &Ctx,
    supplier: &OrganisationId,
    bytes: &[u8],
    t: &'static Text,
) -> Result<Found> {
    let (read, d) = (import::read(conn, ctx, supplier, bytes)?, &t.deliveries);
    let lines: usize = read.orders.iter().map(|it| it.answers.len()).sum();
    Ok(Found {
        counts: fill(d.answers_counts, &[("orders", &read.orders.len()), ("lines", &lines)]),
        faults: read.faults,
        columns: vec![(d.order, false), (d.line, true), (d.promised, true), (d.missing, true)],
        rows: read.orders.iter().map(row).collect(),
    })
}

/// The answers to an order.
fn row(it: &Answers) -> Vec<String> {
    let promised = Quantity::from_scaled(it.answers.iter().map(|answer| answer.quantity.scaled()).sum());
    vec![it.order.number.clone(), it.answers.len().to_string(), promised.to_string(), it.missing.to_string()]
}

/// Gives every answer of the file.
pub async fn apply(who: Supplier, app: web::Data<App>, id: web::Path<ImportId>) -> Result<HttpResponse> {
    reviews::apply(&ANSWERS, &who, &app, id.into_inner()).await
}

/// Gives the file up.
pub async fn cancel(who: Supplier, app: web::Data<App>, id: web::Path<ImportId>) -> Result<HttpResponse> {
    reviews::cancel(&ANSWERS, &who, &app, id.into_inner()).await
}

/// Most orders of a template.
const ORDERS: i64 = 200;

/// A file of the lines that wait for an answer, each promised in full, to be changed where that is not so.
pub async fn template(page: Page, who: Supplier, app: web::Data<App>) -> Result<HttpResponse> {
    let mine = who.organisation.id.clone();
    let bytes = app
        .read(move |conn| {
            let orders = store::of_supplier(conn, &mine, OrderState::Placed, "", ORDERS)?;
            let names = names(conn, orders.iter().map(|order| order.hospital_id.clone()).collect())?;
            let mut out = Csv::new(Vec::new())?;
            out.row(COLUMNS.iter().map(|column| column.zh))?;
            for order in &orders {
                let hospital = names.get(&order.hospital_id).map_or("", String::as_str);
                for line in store::lines(conn, &order.id)? {
                    if line.promised.is_some() || line.state == OrderState::Closed {
                        continue;
                    }
                    let (place, left) = (line.position.to_string(), shippable(&line).to_string());
                    let ordered = line.quantity.to_string();
                    let cells = [&order.number, &place, &left, "", hospital, &line.product, &line.spec];
                    out.row(cells.into_iter().chain([ordered.as_str(), &line.unit]))?;
                }
            }
            out.finish()
        })
        .await?;
    Ok(page::csv(page.t.deliveries.answers_title, bytes))
}
