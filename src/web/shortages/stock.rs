//! `/stock`: what a hospital has on hand; reported on the page and by file, read by the bureau hospital by hospital.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::files::write::Csv;
use crate::people::{self, OrganisationKind, Who};
use crate::supply::shortages::store::{self, Listed};
use crate::supply::shortages::{self, NewStock, Refused, import, rules};
use crate::text::Lang;
use crate::types::{OrganisationId, Quantity};
use crate::web::form::Form;
use crate::web::upload::Upload;
use crate::web::{App, Hospital, Page, Person, page};

/// Which hospital, and from where on.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    hospital: String,
    after: String,
}

#[derive(Template)]
#[template(path = "shortages/stock.html")]
struct Show {
    page: Page,
    asked: Asked,
    hospitals: Vec<(String, String)>,
    rows: Vec<Listed>,
    is_hospital: bool,
    typed: Form,
    today: NaiveDate,
    next: String,
}

impl Show {
    fn days(&self, on_hand: &Quantity, monthly_use: &Quantity) -> String {
        let days = rules::days(*on_hand, *monthly_use);
        days.map_or_else(|| self.page.t.shortages.unknown.to_owned(), |days| days.to_string())
    }

    fn reported_on(&self) -> String {
        let typed = self.typed.text("reported_on");
        if typed.is_empty() { self.today.to_string() } else { typed.to_owned() }
    }
}

const PAGE: usize = 200;

async fn made(page: Page, who: &Who, app: &App, asked: Asked, typed: Form) -> Result<Show> {
    let today = app.now().day();
    let is_hospital = who.organisation.kind == OrganisationKind::Hospital;
    let of: Option<OrganisationId> = match (is_hospital, asked.hospital.as_str()) {
        (true, _) => Some(who.organisation.id.clone()),
        (false, "") => None,
        (false, id) => Some(id.parse().map_err(|_| Error::NotFound)?),
    };
    let (after, choose) = (asked.after.clone(), page.t.shortages.stock_choose);
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let (hospitals, mut rows) = app
        .read(move |conn| {
            let mut hospitals = vec![(String::new(), choose.to_owned())];
            if !is_hospital {
                let all = people::store::active_in(conn, OrganisationKind::Hospital, &[])?;
                hospitals.extend(all.into_iter().map(|it| (it.id.to_string(), it.name)));
            }
            let rows = match &of {
                Some(hospital) => store::stock_of_hospital(conn, hospital, &after, limit)?,
                None => Vec::new(),
            };
            Ok((hospitals, rows))
        })
        .await?;
    let is_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = match rows.last() {
        Some((_, code, _)) if is_more => {
            format!("/stock?hospital={}&after={}", page::encode(&asked.hospital), page::encode(code))
        }
        _ => String::new(),
    };
    Ok(Show { page, asked, hospitals, rows, is_hospital, typed, today, next })
}

/// The page.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    page::show(&made(page, &who, &app, asked.into_inner(), Form::default()).await?)
}

async fn answer(page: Page, who: &Hospital, app: &App, form: Form, done: Result<()>) -> Result<HttpResponse> {
    match done {
        Ok(()) => Ok(page::see_done("/stock")),
        Err(Error::Refused(why)) => {
            page::show_refused(&made(page.refused(&*why), who, app, Asked::default(), form).await?)
        }
        Err(fault) => Err(fault),
    }
}

fn given(form: &Form) -> Result<NewStock> {
    Ok(NewStock {
        id: form.choice("id")?,
        product: form.required("product")?.to_owned(),
        on_hand: form.number("on_hand")?,
        monthly_use: form.number("monthly_use")?,
        reported_on: form.day("reported_on")?,
    })
}

/// Reports one product.
pub async fn report(page: Page, who: Hospital, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let done = match given(&form) {
        Ok(new) => app.write(move |tx| shortages::report_stock(tx, &ctx, &new)).await,
        Err(why) => Err(why),
    };
    answer(page, &who, &app, form, done).await
}

/// Reports the products of a file.
pub async fn upload(page: Page, who: Hospital, app: web::Data<App>, upload: Upload) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let done = match upload.name.is_empty() && upload.bytes.is_empty() {
        true => Err(Refused::NoFile.into()),
        false => app.write(move |tx| import::stock(tx, &ctx, &upload.bytes).map(drop)).await,
    };
    answer(page, &who, &app, upload.form, done).await
}

/// An empty file with the right columns.
pub async fn template(page: Page, _who: Hospital) -> Result<HttpResponse> {
    let mut out = Csv::new(Vec::new())?;
    out.row(import::STOCK.iter().map(|it| if page.t.lang == Lang::Zh { it.zh } else { it.key }))?;
    Ok(page::csv(page.t.shortages.stock_title, out.finish()?))
}
