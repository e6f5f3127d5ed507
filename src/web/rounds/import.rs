//! `/rounds/{id}/lots/imports/{import}`: what an uploaded file of lots would change, before it does.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::imports::{Import, State};
use crate::rounds::amendments::{Difference, differences, facts_of_lot};
use crate::rounds::import::{self, Review};
use crate::rounds::{self, Lot, LotFields, Round};
use crate::types::{ImportId, RoundId};
use crate::web::form::{self, Form};
use crate::web::upload::Upload;
use crate::web::{App, Officer, Page, page};

#[derive(Template)]
#[template(path = "rounds/import.html")]
struct Show {
    page: Page,
    round: Round,
    import: Import,
    /// What it would change, while it waits.
    review: Option<Review>,
    changes: Vec<Change>,
}

/// A lot the file changes.
struct Change {
    line: u64,
    lot: String,
    differences: Vec<Difference>,
}

impl Show {
    fn is_ready(&self) -> bool {
        self.review.as_ref().is_some_and(|review| review.faults.is_empty())
    }

    fn faults(&self, review: &Review) -> Vec<(u64, String, String, String)> {
        let say =
            |f: &crate::files::Fault| (f.line, f.column.clone(), f.value.clone(), f.reason.say(self.page.t));
        review.faults.first().iter().map(say).collect()
    }

    fn more_faults(&self, review: &Review) -> u64 {
        review.faults.count().saturating_sub(review.faults.first().len() as u64)
    }
}

/// Keeps a file; one that cannot be read at all is refused on the page it came from.
pub async fn upload(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    upload: Upload,
) -> Result<HttpResponse> {
    let (ctx, id) = (who.ctx(&app), id.into_inner());
    let import: ImportId = upload.form.choice("id")?;
    let path = format!("/rounds/{id}/lots/imports/{import}");
    let key = id.clone();
    let kept = if upload.bytes.is_empty() {
        Err(Error::refused(form::Refused::Empty("file")))
    } else {
        let (name, bytes) = (upload.name, upload.bytes);
        app.write(move |tx| import::keep(tx, &ctx, &key, &import, &name, &bytes)).await.map(drop)
    };
    match kept {
        Ok(()) => Ok(page::see(&path)),
        Err(Error::Refused(why)) => {
            page::show_refused(&super::lots::load(page.refused(&*why), &app, who.0, id).await?)
        }
        Err(e) => Err(e),
    }
}

/// The review.
pub async fn show(
    page: Page,
    _who: Officer,
    app: web::Data<App>,
    ids: web::Path<(RoundId, ImportId)>,
) -> Result<HttpResponse> {
    let (id, import) = ids.into_inner();
    let (round, import, review) = app
        .read(move |conn| {
            let round = rounds::round(conn, &id)?;
            let import = import::import(conn, &id, &import)?;
            let review = match import.state {
                State::Waiting => Some(import::review(conn, &id, &import)?),
                State::Applied | State::Cancelled => None,
            };
            Ok((round, import, review))
        })
        .await?;
    let changes = review.iter().flat_map(|it| &it.changed).map(|(lot, line)| change(lot, line)).collect();
    page::show(&Show { page, round, import, review, changes })
}

fn change(lot: &Lot, line: &import::Line) -> Change {
    let before = facts_of_lot(&LotFields::of(lot));
    let differences = differences(&before, &facts_of_lot(&line.fields));
    Change { line: line.line, lot: lot.code.clone(), differences }
}

/// Applies the file whole.
pub async fn apply(
    who: Officer,
    app: web::Data<App>,
    ids: web::Path<(RoundId, ImportId)>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, (id, import)) = (who.ctx(&app), ids.into_inner());
    let (path, seen) = (format!("/rounds/{id}/lots"), form.text("seen").to_owned());
    app.write(move |tx| import::apply(tx, &ctx, &id, &import, &seen)).await?;
    Ok(page::see_done(&path))
}

/// Gives the file up.
pub async fn cancel(
    who: Officer,
    app: web::Data<App>,
    ids: web::Path<(RoundId, ImportId)>,
) -> Result<HttpResponse> {
    let (ctx, (id, import)) = (who.ctx(&app), ids.into_inner());
    let path = format!("/rounds/{id}/lots");
    app.write(move |tx| import::cancel(tx, &ctx, &id, &import)).await?;
    Ok(page::see_done(&path))
}
