//! What is done with a basket: weights summed, approval asked for and decided, new versions.

use actix_web::{HttpResponse, web};

use crate::error::Result;
use crate::prices::indices::drafts;
use crate::types::BasketId;
use crate::web::form::Form;
use crate::web::{App, Officer, Reviewer, page};

fn to(id: &BasketId) -> String {
    format!("/indices/{id}")
}

/// Sums weights from purchases; the list of items says which are still without.
pub async fn weigh(
    who: Officer,
    app: web::Data<App>,
    id: web::Path<BasketId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, seen, path) = (who.ctx(&app), form.choice("revision")?, to(&id));
    let left = app.write(move |tx| drafts::weigh(tx, &ctx, &id, seen)).await?;
    Ok(page::see_done(&if left == 0 { path } else { format!("{path}/items?left={left}") }))
}

/// Asks for a second person.
pub async fn ask(
    who: Officer,
    app: web::Data<App>,
    id: web::Path<BasketId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, seen, path) = (who.ctx(&app), form.choice("revision")?, to(&id));
    app.write(move |tx| drafts::ask(tx, &ctx, &id, seen)).await?;
    Ok(page::see_done(&path))
}

/// Takes the request back.
pub async fn withdraw(who: Officer, app: web::Data<App>, id: web::Path<BasketId>) -> Result<HttpResponse> {
    let (ctx, path) = (who.ctx(&app), to(&id));
    app.write(move |tx| drafts::withdraw(tx, &ctx, &id)).await?;
    Ok(page::see_done(&path))
}

/// Gives a draft up.
pub async fn discard(
    who: Officer,
    app: web::Data<App>,
    id: web::Path<BasketId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, seen, path) = (who.ctx(&app), form.choice("revision")?, to(&id));
    app.write(move |tx| drafts::discard(tx, &ctx, &id, seen)).await?;
    Ok(page::see_done(&path))
}

/// Drafts a new version.
pub async fn copy(
    who: Officer,
    app: web::Data<App>,
    id: web::Path<BasketId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, fresh): (_, BasketId) = (who.ctx(&app), form.choice("id")?);
    let path = to(&fresh);
    app.write(move |tx| drafts::copy(tx, &ctx, &id, &fresh)).await?;
    Ok(page::see_done(&path))
}

/// Decides.
pub async fn decide(
    who: Reviewer,
    app: web::Data<App>,
    id: web::Path<BasketId>,
    form: Form,
) -> Result<HttpResponse> {
    let yes = form.decision()?;
    let (ctx, seen, path) = (who.ctx(&app), form.choice("revision")?, to(&id));
    let remark = form.words("remark");
    app.write(move |tx| drafts::decide(tx, &ctx, &id, seen, yes, &remark)).await?;
    Ok(page::see_done(&path))
}
