//! Uploaded invoices: a table to review and enter whole.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::imports::{self, Kind};
use crate::payments::invoices::file::{self, Preview};
use crate::payments::invoices::rules;
use crate::people::store::names;
use crate::text::fill;
use crate::types::ImportId;
use crate::web::form::{Form, Refused};
use crate::web::upload::Upload;
use crate::web::{App, Page, Supplier, page};

/// An invoice of the file.
struct Row {
    number: String,
    issued_on: String,
    hospital: String,
    amount: String,
    lines: usize,
    /// Empty when it matches.
    fault: String,
}

#[derive(Template)]
#[template(path = "invoices/upload.html")]
struct Review {
    page: Page,
    id: ImportId,
    file_name: String,
    is_waiting: bool,
    rows: Vec<Row>,
    faults: Vec<String>,
    fault_count: String,
    counts: String,
    mismatched: usize,
    question: String,
}

/// The id and the file of an upload.
pub(super) fn file_of(upload: &Upload) -> Result<ImportId> {
    if upload.bytes.is_empty() && upload.name.is_empty() {
        return Err(Error::refused(Refused::Empty("file")));
    }
    upload.form.choice("id")
}

/// Takes a table in and leads to its review.
pub async fn send(who: Supplier, app: web::Data<App>, upload: Upload) -> Result<HttpResponse> {
    let (id, ctx) = (file_of(&upload)?, who.ctx(&app));
    let to = format!("/invoices/uploads/{id}");
    app.write(move |tx| file::stage(tx, &ctx, &id, (&upload.name, &upload.bytes))).await?;
    Ok(page::see(&to))
}

/// What the file would do, or what is wrong with it.
pub async fn review(
    page: Page,
    who: Supplier,
    app: web::Data<App>,
    id: web::Path<ImportId>,
) -> Result<HttpResponse> {
    let (id, supplier, today, t) = (id.into_inner(), who.organisation.id.clone(), app.now().day(), page.t);
    let key = id.clone();
    let (it, names) = app
        .read(move |conn| {
            let it = file::preview(conn, &supplier, &key, today)?;
            let ids = it.invoices.iter().map(|(_, found)| found.hospital_id.clone()).collect();
            Ok((it, names(conn, ids)?))
        })
        .await?;
    let Preview { file, invoices, faults } = &it;
    let rows: Vec<Row> = invoices
        .iter()
        .map(|(entry, found)| Row {
            number: rules::shown(&entry.code, &entry.number),
            issued_on: entry.issued_on.to_string(),
            hospital: names.get(&found.hospital_id).cloned().unwrap_or_default(),
            amount: entry.total.to_string(),
            lines: entry.lines.len(),
            fault: if found.is_match() { String::new() } else { found.differences(t) },
        })
        .collect();
    let (m, mismatched) = (&t.invoices, it.mismatched());
    let counts = fill(
        m.review_counts,
        &[("count", &rows.len()), ("matched", &(rows.len() - mismatched)), ("mismatched", &mismatched)],
    );
    page::show(&Review {
        id,
        file_name: file.file_name.clone(),
        is_waiting: file.state == imports::State::Waiting,
        faults: faults.sentences(t),
        fault_count: fill(m.review_faults, &[("count", &faults.count())]),
        counts,
        mismatched,
        question: fill(m.apply_question, &[("count", &rows.len())]),
        rows,
        page,
    })
}

/// Enters all of it.
pub async fn apply(
    who: Supplier,
    app: web::Data<App>,
    id: web::Path<ImportId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, seen) = (who.ctx(&app), form.choice("mismatched")?);
    app.write(move |tx| file::apply(tx, &ctx, &id, seen)).await?;
    Ok(page::see_done("/invoices"))
}

/// Gives the file up.
pub async fn cancel(who: Supplier, app: web::Data<App>, id: web::Path<ImportId>) -> Result<HttpResponse> {
    give_up(&who, &app, Kind::Invoices, id.into_inner()).await
}

/// Gives an uploaded file up.
pub(super) async fn give_up(who: &Supplier, app: &App, kind: Kind, id: ImportId) -> Result<HttpResponse> {
    let (ctx, supplier) = (who.ctx(app), who.organisation.id.clone());
    app.write(move |tx| {
        let it = imports::own(tx.conn(), kind, &id, &supplier)?;
        imports::cancel(tx, &ctx, &it)
    })
    .await?;
    Ok(page::see_done("/invoices/new"))
}
