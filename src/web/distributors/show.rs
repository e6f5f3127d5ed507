//! `/distributors/{id}`: one distributor, its assessments, whether it may deliver, and who needs another.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::people::{Role, Who};
use crate::supply::distributors::{self, Assessment, AssessmentResult, Choice, Distributor, store};
use crate::types::DistributorId;
use crate::web::form::{Form, Refused};
use crate::web::{App, Officer, Page, Person, page};

#[derive(Template)]
#[template(path = "distributors/show.html")]
struct Show {
    page: Page,
    it: Distributor,
    regions: Vec<String>,
    assessments: Vec<Assessment>,
    /// Who chose it, and whether the choice stands; for the bureau only.
    users: Vec<(Choice, String, bool)>,
    typed: Form,
}

impl Show {
    fn is_officer(&self) -> bool {
        self.page.is(Role::Officer.as_str())
    }

    fn is_staff(&self) -> bool {
        self.page.who.as_ref().is_some_and(|who| who.is_any(crate::web::STAFF))
    }

    fn results(&self) -> Vec<(&'static str, &'static str)> {
        AssessmentResult::ALL.iter().map(|it| (it.as_str(), it.name(self.page.t))).collect()
    }

    fn is_passed(&self, it: &Assessment) -> bool {
        it.result == AssessmentResult::Passed
    }

    fn latest(&self) -> Option<AssessmentResult> {
        self.assessments.first().map(|it| it.result)
    }

    fn may_suspend(&self) -> bool {
        self.it.active && self.latest() == Some(AssessmentResult::Failed)
    }

    fn may_approve(&self) -> bool {
        !self.it.active && self.latest() == Some(AssessmentResult::Passed)
    }
}

/// Most assessments shown.
const ASSESSMENTS: i64 = 200;

async fn made(page: Page, who: &Who, app: &App, id: &DistributorId, typed: Form) -> Result<Show> {
    let (id, is_staff) = (id.clone(), who.is_any(crate::web::STAFF));
    let (it, regions, assessments, users) = app
        .read(move |conn| {
            let it = distributors::distributor(conn, &id)?;
            let regions = store::regions(conn, &id)?;
            let assessments = store::assessments(conn, &id, ASSESSMENTS)?;
            // Who chose whom is between a supplier and the bureau.
            let chosen = if is_staff { store::users(conn, &id)? } else { Vec::new() };
            let mut users = Vec::new();
            for (choice, name) in chosen {
                let stands = distributors::rules::may_choose(&it, &regions, &choice.region).is_ok();
                users.push((choice, name, stands));
            }
            Ok((it, regions, assessments, users))
        })
        .await?;
    Ok(Show { page, it, regions, assessments, users, typed })
}

/// The page.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<DistributorId>,
) -> Result<HttpResponse> {
    page::show(&made(page, &who, &app, &id, Form::default()).await?)
}

/// Enters an assessment.
pub async fn assess(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<DistributorId>,
    form: Form,
) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let done = match assessment(&ctx, &id, &form) {
        Ok(it) => app.write(move |tx| distributors::assess(tx, &ctx, &it)).await,
        Err(why) => Err(why),
    };
    answer(done, page, &who, &app, &id, form).await
}

fn assessment(ctx: &crate::types::Ctx, id: &DistributorId, form: &Form) -> Result<Assessment> {
    let score = form.required("score")?;
    Ok(Assessment {
        id: form.choice("id")?,
        distributor_id: id.clone(),
        starts: form.day("starts")?,
        ends: form.day("ends")?,
        score: score.parse().map_err(|_| Error::refused(Refused::Choice("score", score.to_owned())))?,
        result: form.choice("result")?,
        evidence: form.text("evidence").to_owned(),
        at: ctx.now,
        account_id: ctx.actor.account.clone(),
    })
}

/// Suspends it or brings it back.
pub async fn set_active(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<DistributorId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, key, seen) = (who.ctx(&app), id.clone(), form.choice("version")?);
    let (is_active, reason) = (form.text("active") == "1", form.text("reason").to_owned());
    let done = app.write(move |tx| distributors::set_active(tx, &ctx, &key, seen, is_active, &reason)).await;
    answer(done, page, &who, &app, &id, form).await
}

async fn answer(
    done: Result<()>,
    page: Page,
    who: &Who,
    app: &App,
    id: &DistributorId,
    form: Form,
) -> Result<HttpResponse> {
    match done {
        Ok(()) => Ok(page::see_done(&format!("/distributors/{id}"))),
        Err(Error::Refused(why)) => page::show_refused(&made(page.refused(&*why), who, app, id, form).await?),
        Err(error) => Err(error),
    }
}
