//! Ending a subscription from a mail, without logging in: a look asks, a POST does it (RFC 8058).

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::Result;
use crate::prices::alerts::{self, State, Subscription};
use crate::text::fill;
use crate::types::{Ctx, SubscriptionId};
use crate::web::{App, Page, page};

#[derive(Template)]
#[template(path = "alerts/unsubscribe.html")]
struct Show {
    page: Page,
    it: Subscription,
}

impl Show {
    fn is_ended(&self) -> bool {
        matches!(self.it.state, State::Unsubscribed | State::Deleted)
    }

    fn sentence(&self) -> String {
        let a = &self.page.t.alerts;
        let message = if self.is_ended() { a.unsubscribed } else { a.unsubscribe_question };
        fill(message, &[("name", &self.it.name)])
    }
}

/// What the link in the mail names: a subscription and the platform's signature over it.
type Link = web::Path<(SubscriptionId, String)>;

/// The page that asks.
pub async fn form(page: Page, app: web::Data<App>, link: Link) -> Result<HttpResponse> {
    let ((id, signature), signer) = (link.into_inner(), app.signer()?);
    let it = app.read(move |conn| alerts::of_link(conn, &signer, &id, &signature)).await?;
    page::show(&Show { page, it })
}

/// Ends the subscription. The body is not looked at: the link says everything, and mail programs send their own.
pub async fn end(page: Page, app: web::Data<App>, link: Link) -> Result<HttpResponse> {
    let ((id, signature), signer) = (link.into_inner(), app.signer()?);
    let ctx = Ctx::system(app.now(), "unsubscribe");
    let it = app
        .write(move |tx| {
            alerts::of_link(tx.conn(), &signer, &id, &signature)?;
            alerts::unsubscribe(tx, &ctx, &id)?;
            alerts::of_link(tx.conn(), &signer, &id, &signature)
        })
        .await?;
    page::show(&Show { page, it })
}
