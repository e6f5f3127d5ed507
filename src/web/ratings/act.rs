//! What is done to a rating: told, defended, proposed, decided, repaired.

use actix_web::{HttpResponse, web};

use crate::credit::editions::Measure;
use crate::credit::standing::Proposal;
use crate::error::{Error, Result};
use crate::ratings::{self, Noticed, Repair};
use crate::types::{ConductId, RatingId, RatingStepId};
use crate::web::form::Form;
use crate::web::ratings::{COMPANIES, conduct, show};
use crate::web::upload::Upload;
use crate::web::{App, Officer, Page, Person, Reviewer, page};

fn noticed(form: &Form) -> Result<Noticed> {
    let conducts = form.all("conduct").map(str::parse).collect::<std::result::Result<Vec<ConductId>, _>>();
    Ok(Noticed {
        id: form.choice("id")?,
        conducts: conducts.map_err(|_| Error::NotFound)?,
        since: form.day("since")?,
        corrects: if form.text("corrects").is_empty() { None } else { Some(form.choice("corrects")?) },
        body: form.text("body").to_owned(),
    })
}

/// Tells a company, from the page of a conduct or of the rating to be corrected.
pub async fn notice(page: Page, who: Officer, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let done = match noticed(&form) {
        Ok(new) => app.write(move |tx| ratings::notice(tx, &ctx, &new)).await,
        Err(why) => Err(why),
    };
    match done {
        Ok(id) => Ok(page::see_done(&format!("/ratings/{id}"))),
        Err(Error::Refused(why)) => match (form.text("from").parse(), form.text("corrects").parse()) {
            (Ok(from), _) => conduct::refused(page, &app, from, &form, &*why).await,
            (_, Ok(id)) => show::refused(page, who.0, &app, id, form, &*why).await,
            _ => Err(Error::Refused(why)),
        },
        Err(fault) => Err(fault),
    }
}

fn is_company(who: &Person) -> Result<()> {
    if who.is_any(COMPANIES) { Ok(()) } else { Err(Error::Forbidden) }
}

/// The company defends itself.
pub async fn defend(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<RatingId>,
    mut upload: Upload,
) -> Result<HttpResponse> {
    is_company(&who)?;
    let (ctx, id, file) = (who.ctx(&app), id.into_inner(), upload.document());
    let form = upload.form;
    let (step, body): (RatingStepId, String) = (form.choice("id")?, form.text("body").to_owned());
    let key = id.clone();
    let done = app.write(move |tx| ratings::defend(tx, &ctx, &key, step.clone(), &body, file.clone())).await;
    answer(page, who, &app, id, form, done).await
}

/// The company asks for repair.
pub async fn repair(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<RatingId>,
    mut upload: Upload,
) -> Result<HttpResponse> {
    is_company(&who)?;
    let (ctx, id, file, t) = (who.ctx(&app), id.into_inner(), upload.document(), page.t);
    let form = upload.form;
    let measures = form.all("measure").map(str::parse).collect::<std::result::Result<Vec<Measure>, ()>>();
    let asked = Repair {
        id: form.choice("id")?,
        measures: measures.map_err(|()| Error::NotFound)?,
        is_corrected: form.text("corrected") == "yes",
        body: form.text("body").to_owned(),
        file,
    };
    let key = id.clone();
    let done = app.write(move |tx| ratings::ask_repair(tx, &ctx, &key, asked.clone(), t)).await;
    answer(page, who, &app, id, form, done).await
}

/// An officer proposes a decision.
pub async fn propose(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<RatingId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, id) = (who.ctx(&app), id.into_inner());
    let (proposal, body): (Proposal, String) = (form.choice("proposal")?, form.text("body").to_owned());
    let version: i32 = form.choice("version")?;
    let key = id.clone();
    let done = app.write(move |tx| ratings::propose(tx, &ctx, &key, version, proposal, &body)).await;
    answer(page, Person(who.0), &app, id, form, done).await
}

/// A reviewer decides.
pub async fn decide(
    page: Page,
    who: Reviewer,
    app: web::Data<App>,
    id: web::Path<RatingId>,
    form: Form,
) -> Result<HttpResponse> {
    let yes = form.decision()?;
    let (ctx, id, remark) = (who.ctx(&app), id.into_inner(), form.text("remark").to_owned());
    let key = id.clone();
    let done = app
        .write(move |tx| {
            let it = ratings::rating(tx.conn(), &key)?;
            let request = ratings::request(tx.conn(), &it)?;
            let request = request.ok_or_else(|| Error::from(ratings::Refused::Changed))?;
            ratings::decide(tx, &ctx, &request.id, yes, &remark).map(drop)
        })
        .await;
    answer(page, Person(who.0), &app, id, form, done).await
}

async fn answer(
    page: Page,
    who: Person,
    app: &App,
    id: RatingId,
    form: Form,
    done: Result<()>,
) -> Result<HttpResponse> {
    match done {
        Ok(()) => Ok(page::see_done(&format!("/ratings/{id}"))),
        Err(Error::Refused(why)) => show::refused(page, who.0, app, id, form, &*why).await,
        Err(fault) => Err(fault),
    }
}
