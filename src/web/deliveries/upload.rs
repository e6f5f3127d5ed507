//! Delivery notes from a file: template, upload, review, applied whole or given up.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::files::write::Csv;
use crate::imports::{self, Import, State};
use crate::supply::confirmations::store;
use crate::supply::deliveries::import::{self, COLUMNS, Read};
use crate::supply::orders::rules::shippable;
use crate::supply::{Order, OrderState};
use crate::text::fill;
use crate::types::{ImportId, Quantity};
use crate::web::form::Refused;
use crate::web::upload::Upload;
use crate::web::{App, Page, Supplier, page};

#[derive(Template)]
#[template(path = "deliveries/upload.html")]
struct Review {
    page: Page,
    import: Import,
    counts: String,
    fault_count: String,
    faults: Vec<String>,
    notes: Vec<Note>,
}

/// A note of the file.
struct Note {
    number: String,
    order: String,
    lines: usize,
    quantity: Quantity,
    codes: usize,
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
    let to = format!("/deliveries/uploads/{id}");
    app.write(move |tx| import::stage(tx, &ctx, &id, (&upload.name, &upload.bytes))).await?;
    Ok(page::see(&to))
}

/// What the file would enter, or what is wrong with it.
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
    let lines: usize = read.notes.iter().map(|(note, _)| note.lines.len()).sum();
    page::show(&Review {
        counts: fill(d.upload_counts, &[("notes", &read.notes.len()), ("lines", &lines)]),
        fault_count: fill(d.upload_faults, &[("count", &read.faults.count())]),
        faults: read.faults.sentences(page.t),
        notes: read.notes.iter().map(|(note, order)| shown(note, order)).collect(),
        import,
        page,
    })
}

fn shown(note: &crate::supply::deliveries::Note, order: &Order) -> Note {
    Note {
        number: note.number.clone(),
        order: order.number.clone(),
        lines: note.lines.len(),
        quantity: Quantity::from_scaled(note.lines.iter().map(|line| line.quantity.scaled()).sum()),
        codes: note.lines.iter().map(|line| line.codes.len()).sum(),
    }
}

/// Enters every note of the file.
pub async fn apply(who: Supplier, app: web::Data<App>, id: web::Path<ImportId>) -> Result<HttpResponse> {
    let (ctx, id) = (who.ctx(&app), id.into_inner());
    app.write(move |tx| import::apply(tx, &ctx, &id)).await?;
    Ok(page::see_done("/deliveries"))
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
    Ok(page::download(&format!("{}.csv", page.t.deliveries.upload_title), "text/csv; charset=utf-8", bytes))
}
