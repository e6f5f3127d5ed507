//! Uploads of case baskets: kept, reviewed, entered or given up.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::disease_costs::import::{self, Brought, Review};
use crate::error::{Error, Result};
use crate::imports::{Import, State as ImportState};
use crate::text::fill;
use crate::types::ImportId;
use crate::web::form::Refused;
use crate::web::upload::Upload;
use crate::web::{App, CostKeeper, Page, page};

/// The template to fill in.
pub async fn template(page: Page, _who: CostKeeper) -> Result<HttpResponse> {
    Ok(page::csv(page.t.disease_costs.title, import::template(page.t)?))
}

/// Keeps a file for review.
pub async fn send(who: CostKeeper, app: web::Data<App>, upload: Upload) -> Result<HttpResponse> {
    let (ctx, key): (_, ImportId) = (who.ctx(&app), upload.form.choice("id")?);
    if upload.bytes.is_empty() && upload.name.is_empty() {
        return Err(Error::refused(Refused::Empty("file")));
    }
    let to = format!("/disease-costs/uploads/{key}");
    app.write(move |tx| import::keep(tx, &ctx, &key, (&upload.name, &upload.bytes))).await?;
    Ok(page::see(&to))
}

#[derive(Template)]
#[template(path = "disease_costs/upload.html")]
struct Show {
    page: Page,
    import: Import,
    review: Option<Review>,
}

impl Show {
    fn faults(&self, review: &Review) -> Vec<String> {
        review.faults.sentences(self.page.t)
    }

    fn fault_count(&self, review: &Review) -> String {
        fill(self.page.t.disease_costs.review_faults, &[("count", &review.faults.count())])
    }

    fn counts(&self, review: &Review) -> String {
        let (all, new) =
            (review.baskets.len(), review.baskets.iter().filter(|it| it.before.is_none()).count());
        let replaced = all.saturating_sub(new);
        fill(
            self.page.t.disease_costs.review_counts,
            &[("count", &all), ("new", &new), ("replaced", &replaced)],
        )
    }

    fn before(&self, it: &Brought) -> String {
        it.before.map_or_else(|| self.page.t.disease_costs.is_new.to_owned(), |count| count.to_string())
    }

    fn cases(&self, it: &Brought) -> String {
        super::shown(it.basket.cases)
    }

    fn ended(&self) -> String {
        fill(self.page.t.disease_costs.review_ended, &[("state", &self.import.state.name(self.page.t))])
    }
}

/// What the file would enter, or what is wrong with it.
pub async fn review(
    page: Page,
    who: CostKeeper,
    app: web::Data<App>,
    key: web::Path<ImportId>,
) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let (import, review) = app
        .read(move |conn| {
            let import = import::import(conn, &key)?;
            let review = match import.state {
                ImportState::Waiting => Some(import::review(conn, &ctx, &import)?),
                ImportState::Applied | ImportState::Cancelled => None,
            };
            Ok((import, review))
        })
        .await?;
    page::show(&Show { page, import, review })
}

/// Enters the file's baskets.
pub async fn apply(who: CostKeeper, app: web::Data<App>, key: web::Path<ImportId>) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    app.write(move |tx| import::apply(tx, &ctx, &key)).await?;
    Ok(page::see_done("/disease-costs"))
}

/// Gives the file up.
pub async fn cancel(who: CostKeeper, app: web::Data<App>, key: web::Path<ImportId>) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    app.write(move |tx| import::cancel(tx, &ctx, &key)).await?;
    Ok(page::see_done("/disease-costs"))
}
