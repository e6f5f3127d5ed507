//! What is done in a case: assigned, addressed, closed, opened again, decided, a suspension lifted.

use actix_web::{HttpResponse, web};

use super::show::{self, Asked};
use crate::cases::{self, Closing, Seen, closing, suspensions};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::people::Who;
use crate::types::{AccountId, ApprovalId, CaseId, Ctx, SuspensionId};
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

/// Does something in the case as the form saw it.
async fn act(
    (page, app, who): (Page, &App, &Who),
    id: &CaseId,
    (asked, form): (Asked, Form),
    what: fn(&mut Tx, &Ctx, &Seen, &Form) -> Result<()>,
) -> Result<HttpResponse> {
    let (ctx, key, sent) = (Ctx { now: app.now(), actor: who.actor() }, id.clone(), form.clone());
    let done = app.write(move |tx| what(tx, &ctx, &super::seen_in(&sent, &key)?, &sent)).await;
    finish(page, app, who, id, (asked, form), done).await
}

/// Gives the case to an officer.
pub async fn assign(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<CaseId>,
    form: Form,
) -> Result<HttpResponse> {
    act((page, &app, &who), &id, (Asked::form("assign", ""), form), |tx, ctx, seen, form| {
        let to: AccountId = form.choice("assignee")?;
        cases::assign(tx, ctx, seen, &to, form.text("reason"))
    })
    .await
}

/// Sets the supplier concerned.
pub async fn address(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<CaseId>,
    form: Form,
) -> Result<HttpResponse> {
    act((page, &app, &who), &id, (Asked::form("address", ""), form), |tx, ctx, seen, form| {
        cases::address(tx, ctx, seen, form.required("supplier")?)
    })
    .await
}

/// Closes the case, or asks a second person to.
pub async fn close(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<CaseId>,
    form: Form,
) -> Result<HttpResponse> {
    act((page, &app, &who), &id, (Asked::form("close", ""), form), |tx, ctx, seen, form| {
        let why: Closing = form.choice("closing")?;
        closing::close(tx, ctx, seen, why, form.text("closing_text"))
    })
    .await
}

/// Opens the case again.
pub async fn reopen(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<CaseId>,
    form: Form,
) -> Result<HttpResponse> {
    act((page, &app, &who), &id, (Asked::form("reopen", ""), form), |tx, ctx, seen, form| {
        closing::reopen(tx, ctx, seen, form.text("reason"))
    })
    .await
}

/// Takes back what waits for a second person.
pub async fn withdraw(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<CaseId>,
    form: Form,
) -> Result<HttpResponse> {
    let asked = (Asked::default(), form);
    act((page, &app, &who), &id, asked, |tx, ctx, seen, _| closing::withdraw(tx, ctx, seen)).await
}

/// A reviewer decides.
pub async fn decide(
    page: Page,
    who: Reviewer,
    app: web::Data<App>,
    id: web::Path<CaseId>,
    form: Form,
) -> Result<HttpResponse> {
    act((page, &app, &who), &id, (Asked::default(), form), |tx, ctx, seen, form| {
        let (yes, request): (bool, ApprovalId) = (form.decision()?, form.choice("request")?);
        closing::decide(tx, ctx, seen, &request, (yes, &form.words("remark")))
    })
    .await
}

/// Lifts a suspension.
pub async fn lift(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<CaseId>,
    form: Form,
) -> Result<HttpResponse> {
    let asked = Asked::form("lift", form.text("suspension"));
    act((page, &app, &who), &id, (asked, form), |tx, ctx, seen, form| {
        let suspension: SuspensionId = form.choice("suspension")?;
        let said = (form.text("lift_number"), form.text("lift_reason"));
        suspensions::lift(tx, ctx, seen, &suspension, said)
    })
    .await
}
