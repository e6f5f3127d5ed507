//! What an officer does about a shortage.

use actix_web::{HttpResponse, web};

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::supply::shortages::{self, Level};
use crate::text::Text;
use crate::types::{Ctx, OrganisationId, ShortageId};
use crate::web::form::Form;
use crate::web::shortages::show;
use crate::web::{App, Officer, Page, page};

/// A level's name by its word, as steps keep it.
pub fn level_name(word: &str, t: &'static Text) -> &'static str {
    word.parse::<Level>().map_or(t.common.none, |level| level.name(t))
}

/// One of the operations: context, shortage, the version seen, and what was typed.
type Done = fn(&mut Tx, &Ctx, &ShortageId, i32, &Form) -> Result<()>;

async fn act(
    (page, who, app): (Page, Officer, web::Data<App>),
    id: web::Path<ShortageId>,
    form: Form,
    what: Done,
) -> Result<HttpResponse> {
    let (ctx, id) = (who.ctx(&app), id.into_inner());
    let version: i32 = form.choice("version")?;
    let (key, typed) = (id.clone(), form.clone());
    match app.write(move |tx| what(tx, &ctx, &key, version, &typed)).await {
        Ok(()) => Ok(page::see_done(&format!("/shortages/{id}"))),
        Err(Error::Refused(why)) => show::refused(page, who.0, &app, id, form, &*why).await,
        Err(fault) => Err(fault),
    }
}

/// Notes a response as carried out.
pub async fn respond(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<ShortageId>,
    form: Form,
) -> Result<HttpResponse> {
    act((page, who, app), id, form, |tx, ctx, id, version, form| {
        shortages::respond(tx, ctx, id, version, form.text("response"), form.text("body"))
    })
    .await
}

/// Names a replacement supplier.
pub async fn replace(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<ShortageId>,
    form: Form,
) -> Result<HttpResponse> {
    act((page, who, app), id, form, |tx, ctx, id, version, form| {
        let supplier: OrganisationId = form.choice("supplier")?;
        shortages::replace(tx, ctx, id, version, &supplier, form.text("body"))
    })
    .await
}

/// Keeps a report.
pub async fn write_report(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<ShortageId>,
    form: Form,
) -> Result<HttpResponse> {
    act((page, who, app), id, form, |tx, ctx, id, version, form| {
        shortages::write_report(tx, ctx, id, version, form.text("body"))
    })
    .await
}

/// Closes it.
pub async fn close(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<ShortageId>,
    form: Form,
) -> Result<HttpResponse> {
    act((page, who, app), id, form, |tx, ctx, id, version, form| {
        shortages::close(tx, ctx, id, version, form.text("body"))
    })
    .await
}
