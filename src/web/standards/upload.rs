//! Uploads of negotiated drugs: kept, reviewed, drafted or given up.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::imports::{Import, State as ImportState};
use crate::standards::negotiated::import::{self, Change, Review};
use crate::standards::negotiated::path;
use crate::text::fill;
use crate::types::ImportId;
use crate::web::form::Refused;
use crate::web::upload::Upload;
use crate::web::{App, Officer, Page, page};

/// Lines a review lists.
const PAGE: usize = 200;

/// Keeps a file for review.
pub async fn send(page: Page, who: Officer, app: web::Data<App>, upload: Upload) -> Result<HttpResponse> {
    let (ctx, key): (_, ImportId) = (who.ctx(&app), upload.form.choice("id")?);
    let title = upload.form.text("title").to_owned();
    let to = format!("/standards/negotiated/uploads/{key}");
    let given = title.clone();
    let kept = if upload.bytes.is_empty() && upload.name.is_empty() {
        Err(Error::refused(Refused::Empty("file")))
    } else {
        app.write(move |tx| import::keep(tx, &ctx, &key, &title, (&upload.name, &upload.bytes))).await
    };
    match kept {
        Ok(_) => Ok(page::see(&to)),
        Err(Error::Refused(why)) => {
            let page = page.refused(&*why);
            page::show_refused(&super::negotiated::made(page, &app, String::new(), given).await?)
        }
        Err(error) => Err(error),
    }
}

#[derive(Template)]
#[template(path = "standards/upload.html")]
struct Show {
    page: Page,
    import: Import,
    review: Option<Review>,
}

impl Show {
    fn faults(&self, review: &Review) -> Vec<String> {
        review.sentences(self.page.t)
    }

    fn fault_count(&self, review: &Review) -> String {
        fill(self.page.t.negotiated.review_faults, &[("count", &review.faults.count())])
    }

    fn counts(&self, review: &Review) -> String {
        let n = &self.page.t.negotiated;
        let of = |word: &str| review.changes.iter().filter(|it| it.say(self.page.t) == word).count();
        let values: [(&str, &dyn std::fmt::Display); 5] = [
            ("count", &review.changes.len()),
            ("new", &of(n.c_new)),
            ("raised", &of(n.c_raised)),
            ("lowered", &of(n.c_lowered)),
            ("same", &of(n.c_same)),
        ];
        fill(n.review_counts, &values)
    }

    fn changes<'a>(&self, review: &'a Review) -> Vec<&'a Change> {
        review.changes.iter().take(PAGE).collect()
    }

    fn more(&self, review: &Review) -> String {
        match review.changes.len().saturating_sub(PAGE) {
            0 => String::new(),
            count => fill(self.page.t.negotiated.review_more, &[("count", &count)]),
        }
    }

    fn before(&self, it: &Change) -> String {
        it.before.as_ref().map_or_else(|| "—".to_owned(), |old| old.standard.to_string())
    }

    fn change(&self, it: &Change) -> &'static str {
        it.say(self.page.t)
    }

    fn ended(&self) -> String {
        fill(self.page.t.negotiated.review_ended, &[("state", &self.import.state.name(self.page.t))])
    }
}

/// What the file would change, or what is wrong with it.
pub async fn review(
    page: Page,
    _who: Officer,
    app: web::Data<App>,
    key: web::Path<ImportId>,
) -> Result<HttpResponse> {
    let (import, review) = app
        .read(move |conn| {
            let import = import::import(conn, &key)?;
            let review = match import.state {
                ImportState::Waiting => Some(import::review(conn, &import)?),
                ImportState::Applied | ImportState::Cancelled => None,
            };
            Ok((import, review))
        })
        .await?;
    page::show(&Show { page, import, review })
}

/// Drafts the file as a list.
pub async fn apply(who: Officer, app: web::Data<App>, key: web::Path<ImportId>) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let number = app.write(move |tx| import::apply(tx, &ctx, &key)).await?;
    Ok(page::see_done(&path(&number)))
}

/// Gives the file up.
pub async fn cancel(who: Officer, app: web::Data<App>, key: web::Path<ImportId>) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    app.write(move |tx| import::cancel(tx, &ctx, &key)).await?;
    Ok(page::see_done("/standards/negotiated"))
}
