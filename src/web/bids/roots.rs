//! `/public/receipts`: the platform's public key and the roots of the receipts of every round that closed.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::bids::{Root, store};
use crate::error::Result;
use crate::types::RoundId;
use crate::web::{App, Page, page};

/// Roots on one page.
const PAGE: usize = 50;

/// From where the list goes on.
#[derive(serde::Deserialize)]
pub struct After {
    after: Option<RoundId>,
}

#[derive(Template)]
#[template(path = "bids/roots.html")]
struct Show {
    page: Page,
    key: String,
    roots: Vec<(Root, String, String)>,
    next: Option<RoundId>,
}

/// The page, for everybody.
pub async fn list(page: Page, app: web::Data<App>, query: web::Query<After>) -> Result<HttpResponse> {
    let key = app.signer()?.public();
    let after = query.into_inner().after;
    let mut roots = app
        .read(move |conn| {
            let last = match after {
                Some(id) => store::root(conn, &id)?,
                None => None,
            };
            store::roots(conn, last.as_ref(), PAGE as i64 + 1)
        })
        .await?;
    let next =
        (roots.len() > PAGE).then(|| roots.get(PAGE - 1).map(|(root, ..)| root.round_id.clone())).flatten();
    roots.truncate(PAGE);
    page::show(&Show { page, key, roots, next })
}
