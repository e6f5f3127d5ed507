//! One incident: what should be, what is, where to look, and what was found out.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::incidents::{self, Incident, store};
use crate::people::{self, Role};
use crate::types::IncidentId;
use crate::web::form::Form;
use crate::web::{App, Officer, Page, Staff, page};

#[derive(Template)]
#[template(path = "incidents/show.html")]
struct Show {
    page: Page,
    it: Incident,
    /// Where the row is seen.
    path: String,
    by: String,
}

impl Show {
    fn name(&self) -> &'static str {
        super::name(self.it.check, self.page.t)
    }

    fn is_officer(&self) -> bool {
        self.page.is(Role::Officer.as_str())
    }
}

/// The page that shows the row an incident is about.
fn path(conn: &mut Conn, it: &Incident) -> Result<String> {
    let id = &it.subject_id;
    let found = match it.subject.as_str() {
        "order_lines" => store::order_of(conn, id)?.map(|order| format!("/orders/{order}")),
        "receipts" => store::order_of_receipt(conn, id)?.map(|order| format!("/orders/{order}")),
        "agreed_volumes" => {
            let id = id.parse().map_err(Error::fault_of)?;
            store::contract_of(conn, &id)?.map(|(contract, _)| format!("/contracts/{contract}"))
        }
        // A transfer and a deduction are seen on the page of their settlement.
        "transfers" => store::settlement_of(conn, id)?.map(|settlement| format!("/settlements/{settlement}")),
        "deductions" => id.split_once('/').map(|(settlement, _)| format!("/settlements/{settlement}")),
        table => Some(format!("/{table}/{id}")),
    };
    Ok(found.unwrap_or_default())
}

async fn made(page: Page, app: &App, id: IncidentId) -> Result<Show> {
    let (it, path, by) = app
        .read(move |conn| {
            let it = store::incident(conn, &id)?.ok_or(Error::NotFound)?;
            let by = people::store::account_name(conn, it.remark_by.as_ref())?;
            Ok((it.clone(), path(conn, &it)?, by))
        })
        .await?;
    Ok(Show { page, it, path, by })
}

/// The page.
pub async fn index(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    id: web::Path<IncidentId>,
) -> Result<HttpResponse> {
    page::show(&made(page, &app, id.into_inner()).await?)
}

/// Writes down what was found out.
pub async fn remark(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<IncidentId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, id, text) = (who.ctx(&app), id.into_inner(), form.text("remark").to_owned());
    let asked = id.clone();
    match app.write(move |tx| incidents::remark(tx, &ctx, &asked, &text)).await {
        Ok(()) => Ok(page::see_done(&format!("/incidents/{id}"))),
        Err(Error::Refused(why)) => page::show_refused(&made(page.refused(&*why), &app, id).await?),
        Err(error) => Err(error),
    }
}
