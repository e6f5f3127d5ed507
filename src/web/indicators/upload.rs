//! Uploads of figures from outside the platform and of varieties procured elsewhere: kept, reviewed, applied.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::imports::{Import, Kind, State};
use crate::indicators::import::{self, Change, Review};
use crate::people::Who;
use crate::text::fill;
use crate::types::{Ctx, ImportId};
use crate::web::form::{Form, Refused};
use crate::web::indicators::own;
use crate::web::upload::Upload;
use crate::web::{App, InputKeeper, Officer, Page, page};

/// Changes a review lists.
const SHOWN: usize = 200;

/// The page a kind of file belongs to.
fn home(kind: Kind) -> &'static str {
    match kind {
        Kind::Varieties => "/indicators/varieties",
        _ => "/indicators/inputs",
    }
}

#[derive(Template)]
#[template(path = "indicators/upload.html")]
struct Show {
    page: Page,
    import: Import,
    review: Option<Review>,
}

impl Show {
    fn home(&self) -> &'static str {
        home(self.import.kind)
    }

    fn faults(&self, review: &Review) -> Vec<String> {
        review.faults.sentences(self.page.t)
    }

    fn unchanged(&self, review: &Review) -> String {
        fill(self.page.t.indicators.review_unchanged, &[("count", &review.unchanged)])
    }

    fn more(&self, review: &Review) -> String {
        match review.changes.len().saturating_sub(SHOWN) {
            0 => String::new(),
            count => fill(self.page.t.indicators.review_more, &[("count", &count)]),
        }
    }

    fn changes<'a>(&self, review: &'a Review) -> Vec<&'a Change> {
        review.changes.iter().take(SHOWN).collect()
    }

    fn what(&self, change: &Change) -> String {
        change.what.name(self.page.t)
    }

    fn ended(&self) -> String {
        fill(self.page.t.indicators.review_ended, &[("state", &self.import.state.name(self.page.t))])
    }
}

async fn send(ctx: Ctx, app: &App, kind: Kind, upload: Upload) -> Result<HttpResponse> {
    let id: ImportId = upload.form.choice("id")?;
    if upload.bytes.is_empty() && upload.name.is_empty() {
        return Err(Error::refused(Refused::Empty("file")));
    }
    let to = format!("{}/uploads/{id}", home(kind));
    app.write(move |tx| import::keep(tx, &ctx, kind, &id, (&upload.name, &upload.bytes))).await?;
    Ok(page::see(&to))
}

async fn review(page: Page, ctx: Ctx, who: Who, app: &App, kind: Kind, id: ImportId) -> Result<HttpResponse> {
    let (import, review) = app
        .read(move |conn| {
            let it = import::import(conn, &ctx, kind, &id)?;
            let review = match it.state {
                State::Waiting => Some(import::review(conn, &ctx, &it, own(&who))?),
                State::Applied | State::Cancelled => None,
            };
            Ok((it, review))
        })
        .await?;
    page::show(&Show { page, import, review })
}

async fn apply(
    ctx: Ctx,
    who: Who,
    app: &App,
    (kind, id): (Kind, ImportId),
    form: Form,
) -> Result<HttpResponse> {
    let seen = form.text("seen").to_owned();
    app.write(move |tx| import::apply(tx, &ctx, (kind, &id), own(&who), &seen)).await?;
    Ok(page::see_done(home(kind)))
}

async fn cancel(ctx: Ctx, app: &App, kind: Kind, id: ImportId) -> Result<HttpResponse> {
    app.write(move |tx| import::cancel(tx, &ctx, kind, &id)).await?;
    Ok(page::see_done(home(kind)))
}

fn template(page: &Page, kind: Kind, name: &str) -> Result<HttpResponse> {
    let bytes = import::template(kind, page.t)?;
    Ok(page::csv(name, bytes))
}

/// Keeps a file of figures.
pub async fn send_figures(who: InputKeeper, app: web::Data<App>, upload: Upload) -> Result<HttpResponse> {
    send(who.ctx(&app), &app, Kind::OffPlatform, upload).await
}

/// What a file of figures would change, or what is wrong with it.
pub async fn review_figures(
    page: Page,
    who: InputKeeper,
    app: web::Data<App>,
    id: web::Path<ImportId>,
) -> Result<HttpResponse> {
    review(page, who.ctx(&app), who.0.clone(), &app, Kind::OffPlatform, id.into_inner()).await
}

/// Applies a file of figures whole.
pub async fn apply_figures(
    who: InputKeeper,
    app: web::Data<App>,
    id: web::Path<ImportId>,
    form: Form,
) -> Result<HttpResponse> {
    apply(who.ctx(&app), who.0.clone(), &app, (Kind::OffPlatform, id.into_inner()), form).await
}

/// Gives a file of figures up.
pub async fn cancel_figures(
    who: InputKeeper,
    app: web::Data<App>,
    id: web::Path<ImportId>,
) -> Result<HttpResponse> {
    cancel(who.ctx(&app), &app, Kind::OffPlatform, id.into_inner()).await
}

/// The file of figures to fill in.
pub async fn figures_template(page: Page, _who: InputKeeper) -> Result<HttpResponse> {
    template(&page, Kind::OffPlatform, page.t.indicators.inputs)
}

/// Keeps a file of varieties.
pub async fn send_varieties(who: Officer, app: web::Data<App>, upload: Upload) -> Result<HttpResponse> {
    send(who.ctx(&app), &app, Kind::Varieties, upload).await
}

/// What a file of varieties would bring, or what is wrong with it.
pub async fn review_varieties(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<ImportId>,
) -> Result<HttpResponse> {
    review(page, who.ctx(&app), who.0.clone(), &app, Kind::Varieties, id.into_inner()).await
}

/// Applies a file of varieties whole.
pub async fn apply_varieties(
    who: Officer,
    app: web::Data<App>,
    id: web::Path<ImportId>,
    form: Form,
) -> Result<HttpResponse> {
    apply(who.ctx(&app), who.0.clone(), &app, (Kind::Varieties, id.into_inner()), form).await
}

/// Gives a file of varieties up.
pub async fn cancel_varieties(
    who: Officer,
    app: web::Data<App>,
    id: web::Path<ImportId>,
) -> Result<HttpResponse> {
    cancel(who.ctx(&app), &app, Kind::Varieties, id.into_inner()).await
}

/// The file of varieties to fill in.
pub async fn varieties_template(page: Page, _who: Officer) -> Result<HttpResponse> {
    template(&page, Kind::Varieties, page.t.indicators.varieties)
}
