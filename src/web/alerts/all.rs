//! `/subscriptions`: who has subscribed to what, for auditors and administrators.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{state, what, when};
use crate::db::Conn;
use crate::error::Result;
use crate::people;
use crate::prices::alerts::{Subscription, store};
use crate::types::AccountId;
use crate::web::prices::Titles;
use crate::web::{App, Overseer, Page, page};

/// Subscriptions on a page.
const PAGE: usize = 50;

/// One subscription in words.
struct Line {
    it: Subscription,
    who: String,
    what: String,
}

#[derive(Template)]
#[template(path = "alerts/all.html")]
struct List {
    page: Page,
    lines: Vec<Line>,
    next: String,
}

impl List {
    fn when(&self, it: &Subscription) -> String {
        when(it, self.page.t)
    }

    fn state(&self, it: &Subscription) -> (&'static str, &'static str) {
        state(it, self.page.t)
    }
}

/// What the reader asks for.
#[derive(Debug, Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    before: String,
}

fn name(conn: &mut Conn, account: &AccountId) -> Result<String> {
    let Some(account) = people::store::account(conn, account)? else { return Ok(String::new()) };
    let organisation = people::store::organisation(conn, &account.organisation_id)?;
    Ok(format!("{} · {}", account.name, organisation.map(|it| it.name).unwrap_or_default()))
}

/// The page.
pub async fn index(
    page: Page,
    _who: Overseer,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (before, t) = (asked.before.parse().ok(), page.t);
    let mut lines = app
        .read(move |conn| {
            let (mut lines, titles) = (Vec::new(), Titles::new(conn, t)?);
            for it in store::page(conn, before.as_ref(), PAGE as i64 + 1)? {
                lines.push(Line { who: name(conn, &it.account_id)?, what: what(conn, &it, &titles, t)?, it });
            }
            Ok(lines)
        })
        .await?;
    let is_more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let next = match lines.last() {
        Some(last) if is_more => format!("/subscriptions?before={}", last.it.id),
        _ => String::new(),
    };
    page::show(&List { page, lines, next })
}
