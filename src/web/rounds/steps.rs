//! What an officer does with a round as a whole: ask for publishing, open bidding, give it up.

use actix_web::{HttpResponse, web};

use crate::error::Result;
use crate::rounds::approvals::{self, Action};
use crate::rounds::{self, publication};
use crate::types::RoundId;
use crate::web::form::Form;
use crate::web::{App, Officer, page};

fn done(id: &RoundId) -> HttpResponse {
    page::see_done(&format!("/rounds/{id}"))
}

/// Asks a reviewer to publish.
pub async fn ask(who: Officer, app: web::Data<App>, id: web::Path<RoundId>) -> Result<HttpResponse> {
    let (ctx, key) = (who.ctx(&app), id.clone());
    app.write(move |tx| publication::ask(tx, &ctx, &key)).await?;
    Ok(done(&id))
}

/// Takes the request back.
pub async fn withdraw(who: Officer, app: web::Data<App>, id: web::Path<RoundId>) -> Result<HttpResponse> {
    let (ctx, key) = (who.ctx(&app), id.clone());
    app.write(move |tx| {
        rounds::round(tx.conn(), &key)?;
        approvals::withdraw(tx, &ctx, "rounds", key.as_str(), Action::Publish)
    })
    .await?;
    Ok(done(&id))
}

/// Opens bidding.
pub async fn open_bidding(who: Officer, app: web::Data<App>, id: web::Path<RoundId>) -> Result<HttpResponse> {
    let (ctx, key) = (who.ctx(&app), id.clone());
    app.write(move |tx| rounds::open_bidding(tx, &ctx, &key)).await?;
    Ok(done(&id))
}

/// Lets hospitals report again.
pub async fn reopen_demand(
    who: Officer,
    app: web::Data<App>,
    id: web::Path<RoundId>,
) -> Result<HttpResponse> {
    let (ctx, key) = (who.ctx(&app), id.clone());
    app.write(move |tx| rounds::reopen_demand(tx, &ctx, &key)).await?;
    Ok(done(&id))
}

/// Gives the round up.
pub async fn abort(
    who: Officer,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, key, reason) = (who.ctx(&app), id.clone(), form.text("reason").to_owned());
    app.write(move |tx| rounds::abort(tx, &ctx, &key, &reason)).await?;
    Ok(done(&id))
}
