//! The list of settlements, and beginning one.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::error::Result;
use crate::payments::claims;
use crate::payments::settlements::{self, Settlement, SettlementState, steps, store};
use crate::people::Role;
use crate::people::store::account_name;
use crate::types::SettlementId;
use crate::web::form::Form;
use crate::web::{App, Page, Settlement as Clerk, Staff, block, page};

/// The place in the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    before: String,
}

#[derive(Template)]
#[template(path = "settlements/list.html")]
struct List {
    page: Page,
    rows: Vec<(Settlement, String)>,
    month: String,
    may_open: bool,
    next: String,
    is_first: bool,
}

impl List {
    fn is_closed(&self, it: &Settlement) -> bool {
        it.state == SettlementState::Closed
    }
}

const PAGE: i64 = 50;

/// A page of settlements.
pub async fn index(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let before = asked.into_inner().before;
    let (is_first, month) =
        (before.is_empty(), claims::month_of(app.now().day()).format("%Y-%m").to_string());
    let (rows, more) = app
        .read(move |conn| {
            let mut found = store::page(conn, &before, PAGE + 1)?;
            let more = found.len() > PAGE as usize;
            found.truncate(PAGE as usize);
            let mut rows = Vec::with_capacity(found.len());
            for it in found {
                let by = account_name(conn, it.opened_by.as_ref())?;
                rows.push((it, by));
            }
            Ok((rows, more))
        })
        .await?;
    let next = match rows.last() {
        Some((last, _)) if more => format!("/settlements?before={}", last.number),
        _ => String::new(),
    };
    page::show(&List { page, rows, month, may_open: who.is(Role::Settlement), next, is_first })
}

/// Begins the settlement of a month and draws it up.
pub async fn open(who: Clerk, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let (ctx, id, month) = (who.ctx(&app), form.choice::<SettlementId>("id")?, super::month(&form, "month")?);
    let (db, to) = (app.db.clone(), format!("/settlements/{id}"));
    block(move || {
        db.write(|tx| settlements::open(tx, &ctx, &id, month))?;
        steps::advance(&db, &ctx, &id, usize::MAX)
    })
    .await?;
    Ok(page::see_done(&to))
}
