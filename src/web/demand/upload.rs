//! A hospital's uploaded demand: kept, reviewed, applied.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::rounds::Round;
use crate::rounds::demand;
use crate::text::{Say, Text, fill};
use crate::types::{ImportId, RoundId};
use crate::web::form::{Form, Refused};
use crate::web::upload::Upload;
use crate::web::{App, Hospital, Page, page};

#[derive(Template)]
#[template(path = "demand/upload.html")]
struct Review {
    page: Page,
    round: Round,
    id: ImportId,
    file_name: String,
    seen: i32,
    is_applied: bool,
    can_apply: bool,
    refusal: String,
    counts: String,
    fault_count: String,
    faults: Vec<String>,
    rows: Vec<Row>,
}

struct Row {
    lot: String,
    generic: String,
    unit: String,
    company: String,
    before: String,
    after: String,
    reason: String,
    change: (&'static str, &'static str),
}

/// Takes a file in and leads to its review.
pub async fn send(
    who: Hospital,
    app: web::Data<App>,
    round: web::Path<RoundId>,
    upload: Upload,
) -> Result<HttpResponse> {
    let (round, hospital, ctx) = (round.into_inner(), who.organisation.id.clone(), who.ctx(&app));
    let id: ImportId = upload.form.choice("id")?;
    if upload.bytes.is_empty() && upload.name.is_empty() {
        return Err(Error::refused(Refused::Empty("file")));
    }
    let to = format!("/rounds/{round}/demand/uploads/{id}");
    app.write(move |tx| demand::stage(tx, &ctx, &round, &hospital, &id, (&upload.name, &upload.bytes)))
        .await?;
    Ok(page::see(&to))
}

/// What the file would change, or what is wrong with it.
pub async fn review(
    page: Page,
    who: Hospital,
    app: web::Data<App>,
    ids: web::Path<(RoundId, ImportId)>,
) -> Result<HttpResponse> {
    let ((round, id), hospital, now) = (ids.into_inner(), who.organisation.id.clone(), app.now());
    let key = id.clone();
    let it = app.read(move |conn| demand::preview(conn, &round, &hospital, &key, now)).await?;
    let t = page.t;
    let rows: Vec<Row> = it.changes.iter().map(|change| row(change, t)).collect();
    let count = |word: &str| rows.iter().filter(|row| row.change.0 == word).count();
    let d = &t.demand;
    let counts = fill(
        d.upload_counts,
        &[
            ("new", &count(d.change_new)),
            ("changed", &count(d.change_changed)),
            ("removed", &count(d.change_removed)),
            ("same", &count(d.change_same)),
            ("blank", &it.blank),
        ],
    );
    page::show(&Review {
        id,
        file_name: it.file_name,
        seen: it.seen,
        is_applied: it.is_applied,
        can_apply: !it.is_applied && it.refusal.is_none() && it.faults.is_empty(),
        refusal: it.refusal.as_ref().map(|why| why.say(t)).unwrap_or_default(),
        counts,
        fault_count: fill(d.upload_faults, &[("count", &it.faults.count())]),
        faults: it.faults.sentences(t),
        rows,
        round: it.round,
        page,
    })
}

fn row(it: &demand::Change, t: &Text) -> Row {
    let d = &t.demand;
    let shown =
        |quantity: Option<crate::types::Quantity>| quantity.map(|q| q.to_string()).unwrap_or_default();
    let change = match (it.before, it.after) {
        _ if it.is_same => (d.change_same, ""),
        (None, _) => (d.change_new, "good"),
        (_, None) => (d.change_removed, "bad"),
        _ => (d.change_changed, "wait"),
    };
    Row {
        lot: it.lot.code.clone(),
        generic: it.lot.generic.clone(),
        unit: it.lot.unit.clone(),
        company: super::brand((&it.company, &it.product), t),
        before: shown(it.before),
        after: shown(it.after),
        reason: it.reason.clone(),
        change,
    }
}

/// Applies the file to the draft.
pub async fn apply(
    who: Hospital,
    app: web::Data<App>,
    ids: web::Path<(RoundId, ImportId)>,
    form: Form,
) -> Result<HttpResponse> {
    let ((round, id), hospital, ctx) = (ids.into_inner(), who.organisation.id.clone(), who.ctx(&app));
    let seen = form.choice("version")?;
    let to = format!("/rounds/{round}/demand");
    app.write(move |tx| demand::apply(tx, &ctx, &round, &hospital, &id, seen)).await?;
    Ok(page::see_done(&to))
}
