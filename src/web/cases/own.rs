//! A supplier's own case: the documents it was sent, and its replies.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::timeline::{self, Taken};
use crate::cases::steps::Said;
use crate::cases::suspensions::{self, Suspension};
use crate::cases::{self, Case, Step, store};
use crate::catalog::Product;
use crate::error::{Error, Result};
use crate::people::Who;
use crate::text::fill;
use crate::types::{CaseId, CaseStepId};
use crate::web::form::Form;
use crate::web::upload::Upload;
use crate::web::{App, Page, Supplier, page};

#[derive(Template)]
#[template(path = "cases/own.html")]
struct Show {
    page: Page,
    case: Case,
    product: Product,
    steps: Vec<Taken>,
    suspensions: Vec<Suspension>,
    /// The step whose form is open.
    of: String,
    typed: Form,
    today: chrono::NaiveDate,
}

impl Show {
    fn title(&self) -> String {
        fill(self.page.t.cases.one, &[("number", &self.case.number)])
    }

    fn state_class(&self) -> &'static str {
        super::state_class(self.case.state)
    }

    fn replying(&self) -> Option<&Step> {
        let id: CaseStepId = self.of.parse().ok()?;
        self.steps.iter().map(|step| &step.it).find(|step| step.id == id && step.is_open())
    }

    fn reply_title(&self, step: &Step) -> String {
        let facts: [(&str, &dyn std::fmt::Display); 2] =
            [("kind", &step.kind.name(self.page.t)), ("number", &step.number)];
        fill(self.page.t.cases.reply_title, &facts)
    }

    fn past(&self, step: &Step) -> String {
        if self.today <= step.deadline {
            return String::new();
        }
        fill(self.page.t.cases.past_deadline, &[("day", &step.deadline)])
    }

    fn span(&self, it: &Suspension) -> String {
        timeline::span(it.from_day, it.to_day, self.page.t)
    }

    fn suspension_state(&self, it: &Suspension) -> &'static str {
        let c = &self.page.t.cases;
        match it.lifted_at {
            Some(_) => c.lifted,
            None if it.runs_on(self.today) => c.running,
            None if it.from_day > self.today => c.to_come,
            None => c.over,
        }
    }
}

async fn made(page: Page, who: &Who, app: &App, id: &CaseId, of: String) -> Result<Show> {
    let (reader, id) = (who.clone(), id.clone());
    let (case, product, steps, suspensions) = app
        .read(move |conn| {
            let case = super::seen(conn, &reader, &id)?;
            let product = cases::product(conn, &case)?;
            let steps = timeline::taken(conn, &reader, &case)?;
            Ok((case, product, steps, suspensions::of_case(conn, &id)?))
        })
        .await?;
    let (typed, today) = (Form::default(), app.now().day());
    Ok(Show { page, case, product, steps, suspensions, of, typed, today })
}

/// The page.
pub(super) async fn index(page: Page, who: &Who, app: &App, id: &CaseId, of: String) -> Result<HttpResponse> {
    page::show(&made(page, who, app, id, of).await?)
}

/// The supplier replies.
pub async fn reply(
    page: Page,
    who: Supplier,
    app: web::Data<App>,
    step: web::Path<CaseStepId>,
    mut upload: Upload,
) -> Result<HttpResponse> {
    let file = upload.document();
    let form = upload.form;
    let (key, reader) = (step.clone(), who.0.clone());
    let case = app
        .read(move |conn| {
            let step = store::step(conn, &key)?.filter(Step::is_shown).ok_or(Error::NotFound)?;
            super::seen(conn, &reader, &step.case_id).map(|case| case.id)
        })
        .await?;
    let (ctx, key, sent) = (who.ctx(&app), step.clone(), form.clone());
    let done = app.write(move |tx| {
        let said = Said { id: sent.choice("id")?, body: sent.text("body").to_owned(), file: file.clone() };
        cases::steps::reply(tx, &ctx, &key, &said)
    });
    match done.await {
        Ok(case) => Ok(page::see_done(&format!("/cases/{case}"))),
        Err(Error::Refused(why)) => {
            let show = made(page.refused(&*why), &who, &app, &case, step.to_string()).await?;
            page::show_refused(&Show { typed: form, ..show })
        }
        Err(fault) => Err(fault),
    }
}
