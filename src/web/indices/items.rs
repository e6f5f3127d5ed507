//! `/indices/{id}/items`: a basket's items with their weights, and uploads of them.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::audit::{self, Deed};
use crate::error::{Error, Result};
use crate::imports::{Import, State as ImportState};
use crate::people::Role;
use crate::prices::indices::import::{self, Line, Review};
use crate::prices::indices::rules::Bought;
use crate::prices::indices::store::Shown;
use crate::prices::indices::{self, Basket, BasketItem, SUBJECT, State, store};
use crate::text::fill;
use crate::types::{BasketId, ImportId};
use crate::web::form::{Form, Refused};
use crate::web::upload::Upload;
use crate::web::{App, Officer, Page, Staff, page};

/// Items on a page, and lines a review lists.
const PAGE: usize = 200;

/// What the reader asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    after: String,
    left: String,
}

#[derive(Template)]
#[template(path = "indices/items.html")]
struct Items {
    page: Page,
    it: Basket,
    rows: Vec<(BasketItem, Shown)>,
    counts: (i64, i64),
    /// Items that a sum of weights left without one.
    left: String,
    is_first: bool,
    next: String,
    may_change: bool,
}

impl Items {
    fn counts(&self) -> String {
        fill(self.page.t.indices.items_count, &[("count", &self.counts.0), ("open", &self.counts.1)])
    }

    fn origin(&self, it: &BasketItem) -> &'static str {
        super::origin_name(it.origin, self.page.t)
    }

    fn quantity(&self, it: &BasketItem) -> String {
        super::shown(it.base_quantity)
    }

    fn amount(&self, it: &BasketItem) -> String {
        super::shown(it.base_amount)
    }

    fn price(&self, it: &BasketItem) -> String {
        let base = it.base_quantity.zip(it.base_amount);
        super::shown(base.and_then(|(quantity, amount)| Bought { quantity, amount }.price()))
    }
}

/// The items.
pub async fn index(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    id: web::Path<BasketId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let after: i32 = asked.after.parse().unwrap_or(0);
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let (it, counts, mut rows) = app
        .read(move |conn| {
            let it = indices::basket(conn, &id)?;
            Ok((it, store::item_counts(conn, &id)?, store::items_after(conn, &id, after, limit)?))
        })
        .await?;
    let is_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = match rows.last() {
        Some((last, _)) if is_more => format!("/indices/{}/items?after={}", it.id, last.position),
        _ => String::new(),
    };
    let left = match asked.left.parse::<u32>() {
        Ok(count) if counts.1 > 0 => fill(page.t.indices.weigh_left, &[("count", &count)]),
        _ => String::new(),
    };
    let may_change = who.is(Role::Officer) && it.state == State::Draft;
    page::show(&Items { page, it, rows, counts, left, is_first: after == 0, next, may_change })
}

/// The items as a file that can be filled in and uploaded.
pub async fn file(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    id: web::Path<BasketId>,
) -> Result<HttpResponse> {
    let (t, ctx) = (page.t, who.ctx(&app));
    let (name, bytes) = app
        .write(move |tx| {
            let it = indices::basket(tx.conn(), &id)?;
            let bytes = import::write(tx.conn(), &id, t)?;
            let deed = Deed { action: "basket.items.export", subject: SUBJECT, id: id.as_str() };
            audit::record(tx, &ctx, deed, &(), &bytes.len())?;
            Ok((format!("{} v{} {}", it.name, it.version, t.indices.items), bytes))
        })
        .await?;
    Ok(page::csv(&name, bytes))
}

/// Keeps a file for review.
pub async fn send(
    who: Officer,
    app: web::Data<App>,
    id: web::Path<BasketId>,
    upload: Upload,
) -> Result<HttpResponse> {
    let (ctx, key): (_, ImportId) = (who.ctx(&app), upload.form.choice("id")?);
    if upload.bytes.is_empty() && upload.name.is_empty() {
        return Err(Error::refused(Refused::Empty("file")));
    }
    let to = format!("/indices/{id}/uploads/{key}");
    app.write(move |tx| import::keep(tx, &ctx, &id, &key, (&upload.name, &upload.bytes))).await?;
    Ok(page::see(&to))
}

#[derive(Template)]
#[template(path = "indices/upload.html")]
struct Show {
    page: Page,
    it: Basket,
    import: Import,
    review: Option<Review>,
}

impl Show {
    fn faults(&self, review: &Review) -> Vec<String> {
        review.faults.sentences(self.page.t)
    }

    fn fault_count(&self, review: &Review) -> String {
        fill(self.page.t.indices.review_faults, &[("count", &review.faults.count())])
    }

    fn counts(&self, review: &Review) -> String {
        fill(self.page.t.indices.review_counts, &[("count", &review.lines.len()), ("before", &review.before)])
    }

    fn lines<'a>(&self, review: &'a Review) -> Vec<&'a Line> {
        review.lines.iter().take(PAGE).collect()
    }

    fn more(&self, review: &Review) -> String {
        match review.lines.len().saturating_sub(PAGE) {
            0 => String::new(),
            count => fill(self.page.t.indices.review_more, &[("count", &count)]),
        }
    }

    fn quantity(&self, line: &Line) -> String {
        super::shown(line.quantity)
    }

    fn amount(&self, line: &Line) -> String {
        super::shown(line.amount)
    }

    fn ended(&self) -> String {
        fill(self.page.t.indices.review_ended, &[("state", &self.import.state.name(self.page.t))])
    }
}

/// What the file would bring, or what is wrong with it.
pub async fn review(
    page: Page,
    _who: Officer,
    app: web::Data<App>,
    ids: web::Path<(BasketId, ImportId)>,
) -> Result<HttpResponse> {
    let (id, key) = ids.into_inner();
    let (it, import, review) = app
        .read(move |conn| {
            let it = indices::basket(conn, &id)?;
            let import = import::import(conn, &id, &key)?;
            let review = match import.state {
                ImportState::Waiting => Some(import::review(conn, &it, &import)?),
                ImportState::Applied | ImportState::Cancelled => None,
            };
            Ok((it, import, review))
        })
        .await?;
    page::show(&Show { page, it, import, review })
}

/// Puts the file's items in the place of those there are.
pub async fn apply(
    who: Officer,
    app: web::Data<App>,
    ids: web::Path<(BasketId, ImportId)>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, (id, key), seen) = (who.ctx(&app), ids.into_inner(), form.choice("seen")?);
    let to = format!("/indices/{id}/items");
    app.write(move |tx| import::apply(tx, &ctx, &id, &key, seen)).await?;
    Ok(page::see_done(&to))
}

/// Gives the file up.
pub async fn cancel(
    who: Officer,
    app: web::Data<App>,
    ids: web::Path<(BasketId, ImportId)>,
) -> Result<HttpResponse> {
    let (ctx, (id, key)) = (who.ctx(&app), ids.into_inner());
    let to = format!("/indices/{id}/items");
    app.write(move |tx| import::cancel(tx, &ctx, &id, &key)).await?;
    Ok(page::see_done(&to))
}
