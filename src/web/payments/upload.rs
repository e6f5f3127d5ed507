//! A hospital's uploaded payments: reviewed, registered whole.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::imports::{self, Kind};
use crate::payments::hospital;
use crate::text::fill;
use crate::types::{ImportId, Money};
use crate::web::form::{Form, Refused};
use crate::web::upload::Upload;
use crate::web::{App, Hospital, Page, page};

struct Row {
    reference: String,
    paid_on: String,
    lines: usize,
    amount: Money,
    same: String,
}

#[derive(Template)]
#[template(path = "payments/upload.html")]
struct Review {
    page: Page,
    id: ImportId,
    file_name: String,
    is_waiting: bool,
    rows: Vec<Row>,
    faults: Vec<String>,
    fault_count: String,
    counts: String,
    again: usize,
    again_text: String,
    question: String,
}

/// Takes the file in and leads to its review.
pub async fn send(who: Hospital, app: web::Data<App>, upload: Upload) -> Result<HttpResponse> {
    if upload.bytes.is_empty() && upload.name.is_empty() {
        return Err(Error::refused(Refused::Empty("file")));
    }
    let (id, ctx): (ImportId, _) = (upload.form.choice("id")?, who.ctx(&app));
    let to = format!("/payments/uploads/{id}");
    app.write(move |tx| hospital::stage(tx, &ctx, &id, (&upload.name, &upload.bytes))).await?;
    Ok(page::see(&to))
}

/// What the file would do, or what is wrong with it.
pub async fn review(
    page: Page,
    who: Hospital,
    app: web::Data<App>,
    id: web::Path<ImportId>,
) -> Result<HttpResponse> {
    let (id, own, today) = (id.into_inner(), who.organisation.id.clone(), app.now().day());
    let key = id.clone();
    let it = app.read(move |conn| hospital::preview(conn, &own, &key, today)).await?;
    let m = &page.t.paying;
    let sum = |amounts: &mut dyn Iterator<Item = Money>| {
        amounts.fold(Money::ZERO, |sum, part| sum.plus(part).unwrap_or(sum))
    };
    let same = |at: usize| it.again.iter().find(|(place, _)| *place == at).map(|(_, number)| number);
    let rows: Vec<Row> = it
        .payments
        .iter()
        .enumerate()
        .map(|(at, entry)| Row {
            reference: entry.reference.clone(),
            paid_on: entry.paid_on.to_string(),
            lines: entry.lines.len(),
            amount: sum(&mut entry.lines.iter().map(|(_, amount)| *amount)),
            same: same(at).map(|number| fill(m.review_same, &[("number", number)])).unwrap_or_default(),
        })
        .collect();
    let total = sum(&mut rows.iter().map(|row| row.amount));
    page::show(&Review {
        id,
        file_name: it.file.file_name.clone(),
        is_waiting: it.file.state == imports::State::Waiting,
        faults: it.faults.sentences(page.t),
        fault_count: fill(m.review_faults, &[("count", &it.faults.count())]),
        counts: fill(m.review_counts, &[("count", &rows.len()), ("amount", &total)]),
        again: it.again.len(),
        again_text: fill(m.review_again, &[("count", &it.again.len())]),
        question: fill(m.apply_question, &[("count", &rows.len())]),
        rows,
        page,
    })
}

/// Registers all of it.
pub async fn apply(
    who: Hospital,
    app: web::Data<App>,
    id: web::Path<ImportId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, again) = (who.ctx(&app), form.choice("again")?);
    app.write(move |tx| hospital::apply(tx, &ctx, &id, again)).await?;
    Ok(page::see_done("/payments"))
}

/// Gives the file up.
pub async fn cancel(who: Hospital, app: web::Data<App>, id: web::Path<ImportId>) -> Result<HttpResponse> {
    let (ctx, own) = (who.ctx(&app), who.organisation.id.clone());
    app.write(move |tx| {
        let it = imports::own(tx.conn(), Kind::Payments, &id, &own)?;
        imports::cancel(tx, &ctx, &it)
    })
    .await?;
    Ok(page::see_done("/payments/new"))
}
