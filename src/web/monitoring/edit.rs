//! `/monitoring/drafts/{id}/edit`: the text of a draft, with every fault of it by its line.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::prices::monitoring::difference::{self, Difference};
use crate::prices::monitoring::faults::Fault;
use crate::rounds;
use crate::scans::drafts::{self, Changed, Draft};
use crate::text::{Say, fill};
use crate::types::MonitoringDraftId;
use crate::web::form::Form;
use crate::web::{App, Officer, Page, page};

#[derive(Template)]
#[template(path = "monitoring/edit.html")]
struct Edit {
    page: Page,
    draft: Draft,
    body: String,
    faults: Vec<Fault>,
    /// What somebody else saved meanwhile against what is in the form.
    conflicts: Vec<Difference>,
}

impl Edit {
    fn said(&self, fault: &Fault) -> String {
        fault.why.say(self.page.t)
    }

    fn value<'a>(&'a self, value: &'a Option<String>) -> &'a str {
        value.as_deref().unwrap_or(self.page.t.drafts.absent)
    }

    fn rows(&self) -> usize {
        self.body.lines().count().clamp(20, 60)
    }
}

/// The form.
pub async fn form(
    page: Page,
    _who: Officer,
    app: web::Data<App>,
    id: web::Path<MonitoringDraftId>,
) -> Result<HttpResponse> {
    let draft = app
        .read(move |conn| {
            let draft = drafts::draft(conn, &id)?;
            let waits = drafts::request(conn, &id)?.is_some();
            rounds::drafts::is_open(draft.state, waits).map_err(Error::refused)?;
            Ok(draft)
        })
        .await?;
    let body = draft.body.clone();
    page::show(&Edit { page, draft, body, faults: Vec::new(), conflicts: Vec::new() })
}

/// Saves it, unless something of it is faulty.
pub async fn change(
    mut page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<MonitoringDraftId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, id) = (who.ctx(&app), id.into_inner());
    let seen: i32 = form.text("version").parse().unwrap_or(0);
    let (key, body) = (id.clone(), form.raw("body").to_owned());
    let typed = body.clone();
    let done = app.write(move |tx| drafts::change(tx, &ctx, &key, seen, &body)).await;
    let faults = match done {
        Ok(Changed::Saved) => return Ok(page::see_done(&format!("/monitoring/drafts/{id}"))),
        Ok(Changed::Faulty(faults)) => {
            let said = fill(page.t.watching.faults, &[("n", &faults.len())]);
            page.refusal = Some(("body".to_owned(), said));
            page.done = false;
            faults
        }
        Err(Error::Refused(why)) => {
            page = page.refused(&*why);
            Vec::new()
        }
        Err(fault) => return Err(fault),
    };
    let draft = app.read(move |conn| drafts::draft(conn, &id)).await?;
    let conflicts = if draft.version == seen { Vec::new() } else { difference::between(&draft.body, &typed) };
    page::show_refused(&Edit { page, draft, body: typed, faults, conflicts })
}
