//! `/bounces`: addresses that send letters back, what was said, and their confirmation.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::error::Result;
use crate::notify::bounces::{self, Bounced};
use crate::people::Role;
use crate::text::fill;
use crate::web::form::Form;
use crate::web::{Admin, App, Overseer, Page, page};

/// Addresses on a page.
const PAGE: usize = 100;

#[derive(Template)]
#[template(path = "alerts/bounces.html")]
struct List {
    page: Page,
    addresses: Vec<Bounced>,
    most: i64,
    is_admin: bool,
    next: String,
}

impl List {
    fn is_stopped(&self, it: &Bounced) -> bool {
        it.is_stopped(self.most)
    }

    fn hint(&self) -> String {
        fill(self.page.t.alerts.bounces_hint, &[("most", &self.most)])
    }
}

/// What the reader asks for.
#[derive(Debug, Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    after: String,
}

/// The page.
pub async fn index(
    page: Page,
    who: Overseer,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let after = asked.into_inner().after;
    let mut addresses = app.read(move |conn| bounces::page(conn, &after, PAGE as i64 + 1)).await?;
    let is_more = addresses.len() > PAGE;
    addresses.truncate(PAGE);
    let next = match addresses.last() {
        Some(last) if is_more => format!("/bounces?after={}", page::encode(&last.address)),
        _ => String::new(),
    };
    let (most, is_admin) = (app.settings.mail_bounces, who.is(Role::Admin));
    page::show(&List { page, addresses, most, is_admin, next })
}

/// The administrator vouches for an address again.
pub async fn confirm(who: Admin, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let (ctx, address) = (who.ctx(&app), form.required("address")?.to_owned());
    app.write(move |tx| bounces::confirm(tx, &ctx, &address)).await?;
    Ok(page::see_done("/bounces"))
}
