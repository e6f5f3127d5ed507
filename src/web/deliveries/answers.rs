//! `/deliveries/answers`: answers to orders from a file: template, upload, review, applied whole or given up.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::files::write::Csv;
use crate::imports::{self, Import, State};
use crate::supply::OrderState;
use crate::supply::confirmations::import::{self, Answers, COLUMNS, Read};
use crate::supply::confirmations::store;
use crate::supply::orders::rules::shippable;
use crate::text::fill;
use crate::types::{ImportId, Quantity};
use crate::web::form::Refused;
use crate::web::upload::Upload;
use crate::web::{App, Page, Supplier, page};

#[derive(Template)]
#[template(path = "deliveries/answers.html")]
struct Review {
    page: Page,
    import: Import,
    counts: String,
    fault_count: String,
    faults: Vec<String>,
    orders: Vec<Row>,
}

/// The answers to an order.
struct Row {
    number: String,
    lines: usize,
    promised: Quantity,
    missing: Quantity,
}

impl Review {
    fn is_waiting(&self) -> bool {
        self.import.state == State::Waiting
    }

    fn is_applied(&self) -> bool {
        self.import.state == State::Applied
    }
}

/// Takes a file in and leads to its review.
pub async fn send(who: Supplier, app: web::Data<App>, upload: Upload) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let id: ImportId = upload.form.choice("id")?;
    if upload.bytes.is_empty() && upload.name.is_empty() {
        return Err(Error::refused(Refused::Empty("file")));
    }
    let to = format!("/deliveries/answers/{id}");
    app.write(move |tx| import::stage(tx, &ctx, &id, (&upload.name, &upload.bytes))).await?;
    Ok(page::see(&to))
}

/// What the file would answer, or what is wrong with it.
pub async fn review(
    page: Page,
    who: Supplier,
    app: web::Data<App>,
    id: web::Path<ImportId>,
) -> Result<HttpResponse> {
    let (ctx, supplier, id) = (who.ctx(&app), who.organisation.id.clone(), id.into_inner());
    let (import, read) = app
        .read(move |conn| {
            let import = import::own(conn, &supplier, &id)?;
            if import.state != State::Waiting {
                return Ok((import, Read::default()));
            }
            let bytes = imports::content(conn, &id)?;
            let read = import::read(conn, &ctx, &supplier, &bytes)?;
            Ok((import, read))
        })
        .await?;
    let d = &page.t.deliveries;
    let lines: usize = read.orders.iter().map(|it| it.answers.len()).sum();
    page::show(&Review {
        counts: fill(d.answers_counts, &[("orders", &read.orders.len()), ("lines", &lines)]),
        fault_count: fill(d.upload_faults, &[("count", &read.faults.count())]),
        faults: read.faults.sentences(page.t),
        orders: read.orders.iter().map(row).collect(),
        import,
        page,
    })
}

fn row(it: &Answers) -> Row {
    Row {
        number: it.order.number.clone(),
        lines: it.answers.len(),
        promised: Quantity::from_scaled(it.answers.iter().map(|answer| answer.quantity.scaled()).sum()),
        missing: it.missing,
    }
}

/// Gives every answer of the file.
pub async fn apply(who: Supplier, app: web::Data<App>, id: web::Path<ImportId>) -> Result<HttpResponse> {
    let (ctx, id) = (who.ctx(&app), id.into_inner());
    app.write(move |tx| import::apply(tx, &ctx, &id)).await?;
    Ok(page::see_done("/deliveries/new"))
}

/// Gives the file up.
pub async fn cancel(who: Supplier, app: web::Data<App>, id: web::Path<ImportId>) -> Result<HttpResponse> {
    let (ctx, supplier, id) = (who.ctx(&app), who.organisation.id.clone(), id.into_inner());
    app.write(move |tx| {
        let it = import::own(tx.conn(), &supplier, &id)?;
        imports::cancel(tx, &ctx, &it)
    })
    .await?;
    Ok(page::see_done("/deliveries/new"))
}

/// Most orders of a template.
const ORDERS: i64 = 200;

/// A file of the lines that wait for an answer, each promised in full, to be changed where that is not so.
pub async fn template(page: Page, who: Supplier, app: web::Data<App>) -> Result<HttpResponse> {
    let mine = who.organisation.id.clone();
    let bytes = app
        .read(move |conn| {
            let orders = store::of_supplier(conn, &mine, OrderState::Placed, "", ORDERS)?;
            let names = super::names(conn, orders.iter().map(|order| &order.hospital_id))?;
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
    Ok(page::download(&format!("{}.csv", page.t.deliveries.answers_title), "text/csv; charset=utf-8", bytes))
}
