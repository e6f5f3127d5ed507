//! A subscription's mail as it would be now, and a test of it to oneself.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::picture;
use crate::error::{Error, Result};
use crate::notify::{Report, chart};
use crate::prices::alerts::{self, Subscription};
use crate::text::fill;
use crate::types::{AlertId, SubscriptionId};
use crate::web::form::Form;
use crate::web::{App, Page, Person, page};

#[derive(Template)]
#[template(path = "alerts/preview.html")]
struct Show {
    page: Page,
    subscription: Subscription,
    it: Report,
    chart: String,
    size: (usize, usize),
}

impl Show {
    fn title(&self) -> String {
        fill(self.page.t.alerts.preview_title, &[("name", &self.subscription.name)])
    }

    /// Whether the mail would not be sent, as there is nothing in it.
    fn is_nothing(&self) -> bool {
        self.it.is_empty() && !self.subscription.even_if_nothing
    }
}

async fn report(who: &Person, app: &App, id: SubscriptionId) -> Result<(Subscription, Report)> {
    let (person, signer, now) = (who.0.clone(), app.signer()?, app.now());
    app.read(move |conn| {
        let it = alerts::own(conn, &person, &id)?;
        let report = alerts::preview(conn, &person, &it, &signer, now)?;
        Ok((it, report))
    })
    .await
}

async fn made(page: Page, who: &Person, app: &App, id: SubscriptionId) -> Result<Show> {
    let (subscription, it) = report(who, app, id).await?;
    let chart = format!("/alerts/subscriptions/{}/chart.png", subscription.id);
    Ok(Show { page, size: chart::size(it.products.len()), subscription, it, chart })
}

/// The page.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<SubscriptionId>,
) -> Result<HttpResponse> {
    page::show(&made(page, &who, &app, id.into_inner()).await?)
}

/// Its chart.
pub async fn chart(who: Person, app: web::Data<App>, id: web::Path<SubscriptionId>) -> Result<HttpResponse> {
    picture(&report(&who, &app, id.into_inner()).await?.1)
}

/// Sends the mail to oneself.
pub async fn test(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<SubscriptionId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, id, alert): (_, _, AlertId) = (who.ctx(&app), id.into_inner(), form.choice("id")?);
    let (person, signer, asked) = (who.0.clone(), app.signer()?, id.clone());
    let most = app.settings.mail_bounces;
    let done = app.write(move |tx| alerts::test(tx, &ctx, &person, &asked, &alert, (&signer, most)));
    match done.await {
        Ok(()) => Ok(page::see_done("/alerts")),
        Err(Error::Refused(why)) => page::show_refused(&made(page.refused(&*why), &who, &app, id).await?),
        Err(error) => Err(error),
    }
}
