//! What a supplier would claim for last month, and submitting all of it.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;

use crate::error::Result;
use crate::payments::bank;
use crate::payments::claims::{self, Due, Submission, rules};
use crate::people::store::names;
use crate::text::fill;
use crate::types::Money;
use crate::web::form::Form;
use crate::web::{App, Page, Supplier, page};

struct Line {
    it: Due,
    hospital: String,
    credits: Money,
}

#[derive(Template)]
#[template(path = "settlements/prepare.html")]
struct Prepare {
    page: Page,
    month: NaiveDate,
    until: NaiveDate,
    is_late: bool,
    has_account: bool,
    lines: Vec<Line>,
    count: i64,
    total: Money,
}

impl Prepare {
    fn title(&self) -> String {
        fill(self.page.t.claims.prepare_title, &[("month", &self.month.format("%Y-%m"))])
    }

    fn hint(&self) -> String {
        let month = self.month.format("%Y-%m");
        fill(self.page.t.claims.prepare_hint, &[("month", &month), ("until", &self.until)])
    }

    fn late(&self) -> String {
        fill(self.page.t.claims.submit_late, &[("until", &self.until)])
    }
}

/// What would be submitted.
pub async fn index(page: Page, who: Supplier, app: web::Data<App>) -> Result<HttpResponse> {
    let (supplier, today) = (who.organisation.id.clone(), app.now().day());
    let month = claims::month_of(today);
    let (list, names, until, has_account) = app
        .read(move |conn| {
            let list = claims::preview(conn, &supplier, month)?;
            let names = names(conn, list.iter().map(|due| due.hospital_id.clone()).collect())?;
            let until = claims::deadline(conn, month)?;
            Ok((list, names, until, bank::approved(conn, &supplier)?.is_some()))
        })
        .await?;
    let (total, count) = (rules::total(&list)?, list.iter().map(|due| due.lines).sum());
    let line = |it: Due| Line {
        hospital: names.get(&it.hospital_id).cloned().unwrap_or_default(),
        credits: it.amount.minus(it.due).unwrap_or_default(),
        it,
    };
    let lines = list.into_iter().map(line).collect();
    page::show(&Prepare { page, month, until, is_late: today > until, has_account, lines, count, total })
}

/// Submits every claim of the month.
pub async fn submit(who: Supplier, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let submission = Submission {
        id: form.choice("id")?,
        supplier: who.organisation.id.clone(),
        month: super::month(&form, "month")?,
        seen: Some(form.number("seen")?),
    };
    app.write(move |tx| claims::submit(tx, &ctx, &submission)).await?;
    Ok(page::see_done("/claims?state=submitted"))
}
