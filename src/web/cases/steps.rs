//! An officer sends a document to the supplier, and records what came of it.

use actix_web::{HttpResponse, web};

use super::act::finish;
use super::show::Asked;
use crate::cases::rules::Sending;
use crate::cases::{self, Outcome, Refused, StepKind, store};
use crate::catalog;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::types::{CaseId, CaseStepId};
use crate::web::form::{self, Form};
use crate::web::upload::Upload;
use crate::web::{App, Officer, Page};

/// Sends a document.
pub async fn send(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<CaseId>,
    mut upload: Upload,
) -> Result<HttpResponse> {
    let file = upload.document();
    let form = upload.form;
    let (ctx, key, sent) = (who.ctx(&app), id.clone(), form.clone());
    let done = app.write(move |tx| {
        let (step, sending): (CaseStepId, _) = (sent.choice("id")?, sending(tx.conn(), &sent)?);
        cases::steps::send(tx, &ctx, &super::seen_in(&sent, &key)?, &step, (&sending, file.as_ref()))
    });
    let done = done.await;
    let asked = Asked::form("step", form.text("kind"));
    finish(page, &app, &who, &id, (asked, form), done).await
}

/// What the form says; fields of another kind of step are left out.
fn sending(conn: &mut Conn, form: &Form) -> Result<Sending> {
    let kind: StepKind = form.choice("kind")?;
    let days = form.required("days")?;
    let mut sending = Sending {
        kind,
        number: form.text("number").to_owned(),
        dated: form.day("dated")?,
        days: days
            .parse()
            .map_err(|_| form::Refused::Choice("days", days.to_owned()))
            .map_err(Error::refused)?,
        body: form.text("body").to_owned(),
        prices: None,
        span: None,
        replacement: None,
    };
    match kind {
        StepKind::PriceChange => {
            sending.prices = Some((form.number("old_price")?, form.number("new_price")?));
        }
        StepKind::Suspension => {
            let to = if form.text("to_day").is_empty() { None } else { Some(form.day("to_day")?) };
            sending.span = Some((form.day("from_day")?, to));
        }
        StepKind::Replacement => {
            let code = form.required("replacement")?.to_uppercase();
            let found = catalog::by_code(conn, &code)?.ok_or(Refused::NoReplacement(code))?;
            sending.replacement = Some(found.id);
        }
        StepKind::CostSurvey | StepKind::Inquiry | StepKind::Warning => {}
    }
    Ok(sending)
}

/// Records what came of a step.
pub async fn conclude(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    step: web::Path<CaseStepId>,
    form: Form,
) -> Result<HttpResponse> {
    let key = step.clone();
    let case = app.read(move |conn| Ok(store::step(conn, &key)?.ok_or(Error::NotFound)?.case_id)).await?;
    let (ctx, id, key, sent) = (who.ctx(&app), case.clone(), step.clone(), form.clone());
    let done = app.write(move |tx| {
        let outcome: Outcome = sent.choice("outcome")?;
        let said = (outcome, sent.text("outcome_text"));
        cases::steps::conclude(tx, &ctx, &super::seen_in(&sent, &id)?, &key, said)
    });
    let done = done.await;
    finish(page, &app, &who, &case, (Asked::form("outcome", step.as_str()), form), done).await
}
