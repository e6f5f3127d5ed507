//! What is done with a plan as a whole: computed, compared, asked for, decided.

use actix_web::{HttpResponse, web};

use crate::error::Result;
use crate::payments::retention::compute;
use crate::payments::retention::decision::{self, Ruling};
use crate::types::PlanId;
use crate::web::form::Form;
use crate::web::{App, Officer, Reviewer, block, page};

fn done(id: &PlanId) -> HttpResponse {
    page::see_done(&format!("/retention/{id}"))
}

/// Computes every sheet anew.
pub async fn compute(who: Officer, app: web::Data<App>, id: web::Path<PlanId>) -> Result<HttpResponse> {
    let (db, ctx, key) = (app.db.clone(), who.ctx(&app), id.clone());
    block(move || compute::compute(&db, &ctx, &key)).await?;
    Ok(done(&id))
}

/// Compares the figures with the data as they are now.
pub async fn check(who: Officer, app: web::Data<App>, id: web::Path<PlanId>) -> Result<HttpResponse> {
    let (db, ctx, key) = (app.db.clone(), who.ctx(&app), id.clone());
    block(move || compute::check(&db, &ctx, &key)).await?;
    Ok(done(&id))
}

/// Compares once more, then asks a second person.
pub async fn ask(who: Officer, app: web::Data<App>, id: web::Path<PlanId>) -> Result<HttpResponse> {
    let (db, ctx, key) = (app.db.clone(), who.ctx(&app), id.clone());
    block(move || {
        db.read(|conn| decision::may_ask(conn, &ctx, &key))?;
        compute::check(&db, &ctx, &key)?;
        db.write(|tx| decision::ask(tx, &ctx, &key))
    })
    .await?;
    Ok(done(&id))
}

/// Takes the request back.
pub async fn withdraw(who: Officer, app: web::Data<App>, id: web::Path<PlanId>) -> Result<HttpResponse> {
    let (ctx, key) = (who.ctx(&app), id.clone());
    app.write(move |tx| decision::withdraw(tx, &ctx, &key)).await?;
    Ok(done(&id))
}

/// Decides the request as it was looked at.
pub async fn decide(
    who: Reviewer,
    app: web::Data<App>,
    id: web::Path<PlanId>,
    form: Form,
) -> Result<HttpResponse> {
    let ruling = Ruling {
        request: form.choice("request")?,
        looked_at: form.text("looked_at").to_owned(),
        yes: form.decision()?,
        remark: form.words("remark"),
    };
    let (ctx, key) = (who.ctx(&app), id.clone());
    app.write(move |tx| decision::decide(tx, &ctx, &key, &ruling)).await?;
    Ok(done(&id))
}
