//! Delivery notes from a file: template, upload, review, applied whole or given up.

use actix_web::{HttpResponse, web};

use super::reviews::{self, File, Found};
use crate::db::Conn;
use crate::error::Result;
use crate::files::write::Csv;
use crate::imports::Kind;
use crate::supply::confirmations::store;
use crate::supply::deliveries::Note;
use crate::supply::deliveries::import::{self, COLUMNS};
use crate::supply::orders::rules::shippable;
use crate::supply::{Order, OrderState};
use crate::text::{Text, fill};
use crate::types::{Ctx, ImportId, OrganisationId, Quantity};
use crate::web::upload::Upload;
use crate::web::{App, Page, Supplier, page};

const NOTES: File = File {
    kind: Kind::Deliveries,
    base: "/deliveries/uploads",
    then: "/deliveries",
    words: |t| {
        let d = &t.deliveries;
        [d.upload_title, d.upload_applied, d.upload_apply, ""]
    },
    stage: import::stage,
    read: found,
    apply: import::apply,
};

/// Takes a file in and leads to its review.
pub async fn send(who: Supplier, app: web::Data<App>, upload: Upload) -> Result<HttpResponse> {
    reviews::send(&NOTES, &who, &app, upload).await
}

/// What the file would enter, or what is wrong with it.
pub async fn review(
    page: Page,
    who: Supplier,
    app: web::Data<App>,
    id: web::Path<ImportId>,
) -> Result<HttpResponse> {
    reviews::review(&NOTES, page, &who, &app, id.into_inner()).await
}

fn found(
    conn: &mut Conn,
    ctx: &Ctx,
    supplier: &OrganisationId,
    bytes: &[u8],
    t: &'static Text,
) -> Result<Found> {
    let (read, d) = (import::read(conn, ctx, supplier, bytes)?, &t.deliveries);
    let lines: usize = read.notes.iter().map(|(note, _)| note.lines.len()).sum();
    Ok(Found {
        counts: fill(d.upload_counts, &[("notes", &read.notes.len()), ("lines", &lines)]),
        faults: read.faults,
        columns: vec![
            (d.note, false),
            (d.order, false),
            (d.line, true),
            (d.quantity, true),
            (d.trace_codes, true),
        ],
        rows: read.notes.iter().map(|(note, order)| row(note, order)).collect(),
    })
}

/// A note of the file.
fn row(note: &Note, order: &Order) -> Vec<String> {
    let quantity = Quantity::from_scaled(note.lines.iter().map(|line| line.quantity.scaled()).sum());
    let codes: usize = note.lines.iter().map(|line| line.codes.len()).sum();
    vec![
        note.number.clone(),
        order.number.clone(),
        note.lines.len().to_string(),
        quantity.to_string(),
        codes.to_string(),
    ]
}

/// Enters every note of the file.
pub async fn apply(who: Supplier, app: web::Data<App>, id: web::Path<ImportId>) -> Result<HttpResponse> {
    reviews::apply(&NOTES, &who, &app, id.into_inner()).await
}

/// Gives the file up.
pub async fn cancel(who: Supplier, app: web::Data<App>, id: web::Path<ImportId>) -> Result<HttpResponse> {
    reviews::cancel(&NOTES, &who, &app, id.into_inner()).await
}

/// Most orders of a template.
const ORDERS: i64 = 200;

/// A file of what can be sent, to be filled in.
pub async fn template(page: Page, who: Supplier, app: web::Data<App>) -> Result<HttpResponse> {
    let mine = who.organisation.id.clone();
    let bytes = app
        .read(move |conn| {
            let mut out = Csv::new(Vec::new())?;
            out.row(COLUMNS.iter().map(|column| column.zh))?;
            for order in store::of_supplier(conn, &mine, OrderState::Confirmed, "", ORDERS)? {
                for line in store::lines(conn, &order.id)? {
                    let left = shippable(&line);
                    if line.promised.is_none() || !left.is_positive() {
                        continue;
                    }
                    let place = line.position.to_string();
                    let cells = ["", &order.number, &place, &left.to_string(), "", "", "", &line.product];
                    out.row(cells.into_iter().chain([line.spec.as_str(), &line.unit]))?;
                }
            }
            out.finish()
        })
        .await?;
    Ok(page::csv(page.t.deliveries.upload_title, bytes))
}
