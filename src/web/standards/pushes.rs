//! `/standards/pushes`: what is on its way to consumers' endpoints, and what was given up.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::consumers::KEEPERS;
use crate::error::{Error, Result};
use crate::standards::feed::push::{self, Push, PushState, store};
use crate::standards::store as standards;
use crate::types::{ConsumerId, PushId};
use crate::web::lists::given;
use crate::web::{App, Page, Person, page};

/// Pushes of a page.
const PAGE: usize = 100;

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    state: String,
    before: String,
}

#[derive(Template)]
#[template(path = "standards/pushes.html")]
struct Show {
    page: Page,
    asked: Asked,
    states: Vec<(&'static str, &'static str)>,
    pushes: Vec<Push>,
    names: HashMap<ConsumerId, String>,
    next: String,
}

impl Show {
    fn name(&self, it: &Push) -> &str {
        self.names.get(&it.consumer_id).map_or("", String::as_str)
    }

    fn class(&self, it: &Push) -> &'static str {
        match it.state {
            PushState::Queued => "wait",
            PushState::Sent => "good",
            PushState::Dead => "bad",
        }
    }

    fn is_dead(&self, it: &Push) -> bool {
        it.state == PushState::Dead
    }

    fn is_waiting(&self, it: &Push) -> bool {
        it.state == PushState::Queued
    }
}

/// The page.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    keeper(&who)?;
    let (state, before) = (given::<PushState>(&asked.state)?, given::<PushId>(&asked.before)?);
    let (mut pushes, consumers) = app
        .read(move |conn| {
            Ok((store::page(conn, state, before, PAGE as i64 + 1)?, standards::consumers(conn)?))
        })
        .await?;
    let is_more = pushes.len() > PAGE;
    pushes.truncate(PAGE);
    let next = match pushes.last() {
        Some(last) if is_more => format!("/standards/pushes?state={}&before={}", asked.state, last.id),
        _ => String::new(),
    };
    let mut states = vec![("", page.t.common.all)];
    states.extend(PushState::ALL.iter().map(|it| (it.as_str(), it.name(page.t))));
    let names = consumers.into_iter().map(|it| (it.id, it.name)).collect();
    page::show(&Show { page, asked: asked.into_inner(), states, pushes, names, next })
}

fn keeper(who: &Person) -> Result<()> {
    if who.is_any(KEEPERS) { Ok(()) } else { Err(Error::Forbidden) }
}

/// Lets a push that was given up be tried again.
pub async fn retry(who: Person, app: web::Data<App>, id: web::Path<PushId>) -> Result<HttpResponse> {
    keeper(&who)?;
    let ctx = who.ctx(&app);
    app.write(move |tx| push::retry(tx, &ctx, &id)).await?;
    Ok(page::see_done("/standards/pushes"))
}
