//! The outbox: what waits, what was sent, what was given up.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{PAGE, address, cut};
use crate::error::Result;
use crate::notify::{Letter, Mail, MailState, outbox};
use crate::people::Role;
use crate::types::MailId;
use crate::web::{Admin, App, Overseer, Page, page};

#[derive(Template)]
#[template(path = "admin/mails.html")]
struct List {
    page: Page,
    state: String,
    states: Vec<(&'static str, &'static str)>,
    mails: Vec<(Mail, String)>,
    may_retry: bool,
    has_server: bool,
    next: Option<String>,
}

/// What the list is asked for.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Query {
    state: String,
    before: String,
}

/// The list, newest first.
pub async fn list(
    page: Page,
    _who: Overseer,
    app: web::Data<App>,
    query: web::Query<Query>,
) -> Result<HttpResponse> {
    let Query { state, before } = query.into_inner();
    let (wanted, before): (Option<MailState>, Option<MailId>) = (state.parse().ok(), before.parse().ok());
    let found = app.read(move |conn| outbox::page(conn, wanted, before, PAGE as i64 + 1)).await?;
    let (mails, is_more) = cut(found);
    let next = mails
        .last()
        .filter(|_| is_more)
        .map(|last| address("/mails", &[("state", &state), ("before", last.id.as_str())]));
    let t = page.t;
    let subject = |mail: &Mail| {
        serde_json::from_str::<Letter>(&mail.data).map_or(mail.template.clone(), |l| l.write(t).subject)
    };
    let mails = mails.into_iter().map(|mail| (subject(&mail), mail)).map(|(s, mail)| (mail, s)).collect();
    let mut states = vec![("", t.common.all)];
    states.extend(MailState::ALL.iter().map(|s| (s.as_str(), s.name(t))));
    let may_retry = page.who.as_ref().is_some_and(|w| w.is(Role::Admin));
    let has_server = app.settings.mail.is_some();
    page::show(&List { page, state, states, mails, may_retry, has_server, next })
}

/// Sends a letter again that was given up.
pub async fn retry(who: Admin, app: web::Data<App>, id: web::Path<MailId>) -> Result<HttpResponse> {
    let (id, ctx) = (id.into_inner(), who.ctx(&app));
    app.write(move |tx| outbox::retry(tx, &ctx, &id)).await?;
    Ok(page::see_done("/mails?state=queued"))
}
