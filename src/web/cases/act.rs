//! What is done in a case: assigned, addressed, closed, opened again, decided, a suspension lifted.

use actix_web::{HttpResponse, web};

use super::show::{self, Asked};
use crate::cases::{self, Closing, closing, suspensions};
use crate::error::{Error, Result};
use crate::people::Who;
use crate::types::{AccountId, ApprovalId, CaseId, SuspensionId};
use crate::web::form::Form;
use crate::web::{App, Officer, Page, Reviewer, page};

/// Leads back to the case, or shows the form again with why not.
pub(super) async fn finish(
    page: Page,
    app: &App,
    who: &Who,
    id: &CaseId,
    form: (Asked, Form),
    done: Result<()>,
) -> Result<HttpResponse> {
    match done {
        Ok(()) => Ok(page::see_done(&format!("/cases/{id}"))),
        Err(Error::Refused(why)) => show::again(page, app, who, id, form, &*why).await,
        Err(fault) => Err(fault),
    }
}

/// Gives the case to an officer.
pub async fn assign(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<CaseId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, key, sent) = (who.ctx(&app), id.clone(), form.clone());
    let done = app.write(move |tx| {
        let to: AccountId = sent.choice("assignee")?;
        cases::assign(tx, &ctx, &super::seen_in(&sent, &key)?, &to, sent.text("reason"))
    });
    let done = done.await;
    finish(page, &app, &who, &id, (Asked::form("assign", ""), form), done).await
}

/// Sets the supplier concerned.
pub async fn address(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<CaseId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, key, sent) = (who.ctx(&app), id.clone(), form.clone());
    let done = app
        .write(move |tx| cases::address(tx, &ctx, &super::seen_in(&sent, &key)?, sent.required("supplier")?));
    let done = done.await;
    finish(page, &app, &who, &id, (Asked::form("address", ""), form), done).await
}

/// Closes the case, or asks a second person to.
pub async fn close(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<CaseId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, key, sent) = (who.ctx(&app), id.clone(), form.clone());
    let done = app.write(move |tx| {
        let why: Closing = sent.choice("closing")?;
        closing::close(tx, &ctx, &super::seen_in(&sent, &key)?, why, sent.text("closing_text"))
    });
    let done = done.await;
    finish(page, &app, &who, &id, (Asked::form("close", ""), form), done).await
}

/// Opens the case again.
pub async fn reopen(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<CaseId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, key, sent) = (who.ctx(&app), id.clone(), form.clone());
    let done = app
        .write(move |tx| closing::reopen(tx, &ctx, &super::seen_in(&sent, &key)?, sent.text("reason")))
        .await;
    finish(page, &app, &who, &id, (Asked::form("reopen", ""), form), done).await
}

/// Takes back what waits for a second person.
pub async fn withdraw(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<CaseId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, key, sent) = (who.ctx(&app), id.clone(), form.clone());
    let done = app.write(move |tx| closing::withdraw(tx, &ctx, &super::seen_in(&sent, &key)?)).await;
    finish(page, &app, &who, &id, (Asked::default(), form), done).await
}

/// A reviewer decides.
pub async fn decide(
    page: Page,
    who: Reviewer,
    app: web::Data<App>,
    id: web::Path<CaseId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, key, sent) = (who.ctx(&app), id.clone(), form.clone());
    let done = app.write(move |tx| {
        let yes = sent.decision()?;
        let remark: String = sent.text("remark").chars().take(2_000).collect();
        let request: ApprovalId = sent.choice("request")?;
        closing::decide(tx, &ctx, &super::seen_in(&sent, &key)?, &request, (yes, &remark))
    });
    let done = done.await;
    finish(page, &app, &who, &id, (Asked::default(), form), done).await
}

/// Lifts a suspension.
pub async fn lift(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<CaseId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, key, sent) = (who.ctx(&app), id.clone(), form.clone());
    let done = app.write(move |tx| {
        let suspension: SuspensionId = sent.choice("suspension")?;
        let said = (sent.text("lift_number"), sent.text("lift_reason"));
        suspensions::lift(tx, &ctx, &super::seen_in(&sent, &key)?, &suspension, said)
    });
    let done = done.await;
    let asked = Asked::form("lift", form.text("suspension"));
    finish(page, &app, &who, &id, (asked, form), done).await
}
