//! `/alerts`: one's own subscriptions, the address they go to, and the mails so far.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{state, what, when};
use crate::error::{Error, Result};
use crate::notify::MailState;
use crate::notify::bounces::{self, Bounced};
use crate::prices::alerts::{self, Alert, State, Subscription, store};
use crate::text::fill;
use crate::types::{AlertId, SubscriptionId};
use crate::web::form::Form;
use crate::web::prices::Titles;
use crate::web::{App, Page, Person, page};

/// Mails on a page.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "alerts/list.html")]
struct List {
    page: Page,
    subscriptions: Vec<(Subscription, String)>,
    sent: Vec<(Alert, String, MailState)>,
    address: String,
    bounced: Option<Bounced>,
    most_bounces: i64,
    next: String,
}

impl List {
    fn is_stopped(&self, it: &Bounced) -> bool {
        it.is_stopped(self.most_bounces)
    }

    fn when(&self, it: &Subscription) -> String {
        when(it, self.page.t)
    }

    fn state(&self, it: &Subscription) -> (&'static str, &'static str) {
        state(it, self.page.t)
    }

    fn bounced(&self, it: &Bounced) -> String {
        let at = it.last_at.to_string();
        let values: [(&str, &dyn std::fmt::Display); 4] =
            [("address", &it.address), ("count", &it.count), ("at", &at), ("words", &it.words)];
        fill(self.page.t.alerts.bounced, &values)
    }
}

/// What the reader asks for.
#[derive(Debug, Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    before: String,
}

async fn made(page: Page, who: &Person, app: &App, before: Option<AlertId>) -> Result<List> {
    let (account, t) = (who.account.clone(), page.t);
    let (subscriptions, mut sent, bounced) = app
        .read(move |conn| {
            let (mut subscriptions, titles) = (Vec::new(), Titles::new(conn, t)?);
            for it in store::of_account(conn, &account.id)? {
                let words = what(conn, &it, &titles, t)?;
                subscriptions.push((it, words));
            }
            let sent = store::alerts_of(conn, &account.id, before.as_ref(), PAGE as i64 + 1)?;
            Ok((subscriptions, sent, bounces::of_address(conn, &account.email)?))
        })
        .await?;
    let is_more = sent.len() > PAGE;
    sent.truncate(PAGE);
    let next = match sent.last() {
        Some((last, ..)) if is_more => format!("/alerts?before={}", last.id),
        _ => String::new(),
    };
    let (address, most_bounces) = (who.account.email.clone(), app.settings.mail_bounces);
    Ok(List { page, subscriptions, sent, address, bounced, most_bounces, next })
}

/// The page.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    page::show(&made(page, &who, &app, asked.before.parse().ok()).await?)
}

/// Pauses, activates or deletes a subscription.
pub async fn set_state(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<SubscriptionId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, id, asked): (_, _, State) = (who.ctx(&app), id.into_inner(), form.choice("state")?);
    // Only a link in a mail unsubscribes.
    if asked == State::Unsubscribed {
        return Err(Error::NotFound);
    }
    let (version, person) = (form.choice("version")?, who.0.clone());
    match app.write(move |tx| alerts::set_state(tx, &ctx, &person, &id, version, asked)).await {
        Ok(()) => Ok(page::see_done("/alerts")),
        Err(Error::Refused(why)) => page::show_refused(&made(page.refused(&*why), &who, &app, None).await?),
        Err(error) => Err(error),
    }
}

/// One vouches for one's own address again.
pub async fn confirm(who: Person, app: web::Data<App>) -> Result<HttpResponse> {
    let (ctx, address) = (who.ctx(&app), who.account.email.clone());
    app.write(move |tx| bounces::confirm(tx, &ctx, &address)).await?;
    Ok(page::see_done("/alerts"))
}
