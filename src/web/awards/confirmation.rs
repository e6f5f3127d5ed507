//! Forms that make an award public and final.

use actix_web::{HttpResponse, web};

use crate::awards::confirmation;
use crate::error::Result;
use crate::types::RoundId;
use crate::web::form::Form;
use crate::web::{App, Officer, Reviewer, page};

fn back(id: &RoundId) -> HttpResponse {
    page::see_done(&format!("/rounds/{id}/award"))
}

/// Makes the proposal public.
pub async fn publish(who: Officer, app: web::Data<App>, id: web::Path<RoundId>) -> Result<HttpResponse> {
    let (id, ctx) = (id.into_inner(), who.ctx(&app));
    let key = id.clone();
    app.write(move |tx| confirmation::publish(tx, &ctx, &key)).await?;
    Ok(back(&id))
}

/// Asks for the second person.
pub async fn ask(who: Officer, app: web::Data<App>, id: web::Path<RoundId>) -> Result<HttpResponse> {
    let (id, ctx) = (id.into_inner(), who.ctx(&app));
    let key = id.clone();
    app.write(move |tx| confirmation::ask(tx, &ctx, &key)).await?;
    Ok(back(&id))
}

/// The second person makes the award final.
pub async fn confirm(who: Reviewer, app: web::Data<App>, id: web::Path<RoundId>) -> Result<HttpResponse> {
    let (id, ctx) = (id.into_inner(), who.ctx(&app));
    let key = id.clone();
    app.write(move |tx| confirmation::confirm(tx, &ctx, &key)).await?;
    Ok(back(&id))
}

/// The second person sends it back.
pub async fn send_back(
    who: Reviewer,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    form: Form,
) -> Result<HttpResponse> {
    let (id, ctx) = (id.into_inner(), who.ctx(&app));
    let (key, remark) = (id.clone(), form.text("remark").to_owned());
    app.write(move |tx| confirmation::send_back(tx, &ctx, &key, &remark)).await?;
    Ok(back(&id))
}
