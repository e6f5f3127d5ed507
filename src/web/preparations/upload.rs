//! Uploaded lines of a sheet: kept, reviewed, applied or given up; and the file to fill in.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::imports::{Import, State as ImportState};
use crate::preparations::import::{self, Review};
use crate::preparations::{CostLine, CostSheet, Preparation, path, store};
use crate::text::fill;
use crate::types::{CostSheetId, ImportId};
use crate::web::form::{Form, Refused};
use crate::web::upload::Upload;
use crate::web::{App, Hospital, Page, page};

#[derive(Template)]
#[template(path = "preparations/upload.html")]
struct Show {
    page: Page,
    it: CostSheet,
    of: Preparation,
    import: Import,
    review: Option<Review>,
}

impl Show {
    fn faults(&self, review: &Review) -> Vec<String> {
        review.faults.sentences(self.page.t)
    }

    fn fault_count(&self, review: &Review) -> String {
        fill(self.page.t.preparations.review_faults, &[("count", &review.faults.count())])
    }

    fn counts(&self, review: &Review) -> String {
        let (count, before) = (review.lines.len(), review.before);
        fill(self.page.t.preparations.review_counts, &[("count", &count), ("before", &before)])
    }

    fn kind(&self, line: &CostLine) -> &'static str {
        line.kind.name(self.page.t)
    }

    fn ended(&self) -> String {
        fill(self.page.t.preparations.review_ended, &[("state", &self.import.state.name(self.page.t))])
    }
}

/// The sheet's lines as a file that can be filled in and uploaded.
pub async fn template(
    page: Page,
    who: Hospital,
    app: web::Data<App>,
    id: web::Path<CostSheetId>,
) -> Result<HttpResponse> {
    let (t, reader) = (page.t, who.0.clone());
    let (name, bytes) = app
        .read(move |conn| {
            let (it, of) = super::seen(conn, &reader, &id)?;
            let lines = store::lines(conn, &id)?;
            Ok((format!("{} {}", of.name, it.number), import::write(&lines, t)?))
        })
        .await?;
    Ok(page::csv(&name, bytes))
}

/// Keeps a file for review.
pub async fn send(
    who: Hospital,
    app: web::Data<App>,
    id: web::Path<CostSheetId>,
    upload: Upload,
) -> Result<HttpResponse> {
    let (ctx, own, key): (_, _, ImportId) =
        (who.ctx(&app), who.organisation.id.clone(), upload.form.choice("id")?);
    if upload.bytes.is_empty() && upload.name.is_empty() {
        return Err(Error::refused(Refused::Empty("file")));
    }
    let to = format!("/preparations/{id}/uploads/{key}");
    app.write(move |tx| import::keep(tx, &ctx, (&own, &id), &key, (&upload.name, &upload.bytes))).await?;
    Ok(page::see(&to))
}

/// What the file would bring, or what is wrong with it.
pub async fn review(
    page: Page,
    who: Hospital,
    app: web::Data<App>,
    ids: web::Path<(CostSheetId, ImportId)>,
) -> Result<HttpResponse> {
    let (reader, (id, key)) = (who.0.clone(), ids.into_inner());
    let (it, of, import, review) = app
        .read(move |conn| {
            let (it, of) = super::seen(conn, &reader, &id)?;
            let import = import::import(conn, &reader.organisation.id, &id, &key)?;
            let review = match import.state {
                ImportState::Waiting => Some(import::review(conn, &it, &import)?),
                ImportState::Applied | ImportState::Cancelled => None,
            };
            Ok((it, of, import, review))
        })
        .await?;
    page::show(&Show { page, it, of, import, review })
}

/// Puts the file's lines in the place of those there are.
pub async fn apply(
    who: Hospital,
    app: web::Data<App>,
    ids: web::Path<(CostSheetId, ImportId)>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, own, seen) = (who.ctx(&app), who.organisation.id.clone(), form.choice("seen")?);
    let (id, key) = ids.into_inner();
    let to = path(&id);
    app.write(move |tx| import::apply(tx, &ctx, (&own, &id), &key, seen)).await?;
    Ok(page::see_done(&to))
}

/// Gives the file up.
pub async fn cancel(
    who: Hospital,
    app: web::Data<App>,
    ids: web::Path<(CostSheetId, ImportId)>,
) -> Result<HttpResponse> {
    let (ctx, own, (id, key)) = (who.ctx(&app), who.organisation.id.clone(), ids.into_inner());
    let to = path(&id);
    app.write(move |tx| import::cancel(tx, &ctx, (&own, &id), &key)).await?;
    Ok(page::see_done(&to))
}
