//! `/distributors/new` and `/distributors/{id}/edit`: a distributor's name, code and regions.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::people;
use crate::supply::distributors::{self, Distributor, store};
use crate::types::DistributorId;
use crate::web::form::Form;
use crate::web::{App, Officer, Page, page};

#[derive(Template)]
#[template(path = "distributors/edit.html")]
struct Edit {
    page: Page,
    is_new: bool,
    action: String,
    id: String,
    version: String,
    full_name: String,
    code: String,
    regions: Vec<(String, bool)>,
}

/// The empty form.
pub async fn new(page: Page, _who: Officer, app: web::Data<App>) -> Result<HttpResponse> {
    page::show(&blank(page, &app, None).await?)
}

async fn blank(page: Page, app: &App, typed: Option<&Form>) -> Result<Edit> {
    let known = app.read(people::store::regions).await?;
    let text = |name: &str| typed.map(|form| form.text(name).to_owned()).unwrap_or_default();
    let is_chosen = |region: &String| typed.is_some_and(|form| form.all("region").any(|it| it == region));
    Ok(Edit {
        is_new: true,
        action: "/distributors".to_owned(),
        id: if typed.is_some() { text("id") } else { page.fresh_id() },
        version: String::new(),
        full_name: text("name"),
        code: text("code"),
        regions: known.into_iter().map(|region| (region.clone(), is_chosen(&region))).collect(),
        page,
    })
}

/// Enters a distributor.
pub async fn add(page: Page, who: Officer, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let it = Distributor {
        id: form.choice("id")?,
        name: form.text("name").to_owned(),
        code: form.text("code").to_uppercase(),
        active: true,
        reason: String::new(),
        version: 1,
        created_at: ctx.now,
    };
    let (regions, is_sure) = (regions(&form), form.text("sure") == "1");
    let path = format!("/distributors/{}", it.id);
    let done = app.write(move |tx| distributors::add(tx, &ctx, it.clone(), regions.clone(), is_sure)).await;
    match done {
        Ok(()) => Ok(page::see_done(&path)),
        Err(Error::Refused(why)) => page::show_refused(&blank(page.refused(&*why), &app, Some(&form)).await?),
        Err(error) => Err(error),
    }
}

/// The form of one distributor.
pub async fn form(
    page: Page,
    _who: Officer,
    app: web::Data<App>,
    id: web::Path<DistributorId>,
) -> Result<HttpResponse> {
    page::show(&of(page, &app, &id, None).await?)
}

async fn of(page: Page, app: &App, id: &DistributorId, typed: Option<&Form>) -> Result<Edit> {
    let id = id.clone();
    let (it, serves, known) = app
        .read(move |conn| {
            let it = distributors::distributor(conn, &id)?;
            let serves = store::regions(conn, &id)?;
            Ok((it, serves, people::store::regions(conn)?))
        })
        .await?;
    let is_chosen = |region: &String| match typed {
        Some(form) => form.all("region").any(|it| it == region),
        None => serves.contains(region),
    };
    Ok(Edit {
        is_new: false,
        action: format!("/distributors/{}", it.id),
        version: typed.map_or(it.version.to_string(), |form| form.text("version").to_owned()),
        full_name: typed.map_or(it.name, |form| form.text("name").to_owned()),
        code: it.code,
        id: it.id.to_string(),
        regions: known.into_iter().map(|region| (region.clone(), is_chosen(&region))).collect(),
        page,
    })
}

/// Changes name and regions.
pub async fn change(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<DistributorId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, key, seen) = (who.ctx(&app), id.clone(), form.choice("version")?);
    let (name, regions) = (form.text("name").to_owned(), regions(&form));
    let done =
        app.write(move |tx| distributors::change(tx, &ctx, &key, seen, name.clone(), regions.clone())).await;
    match done {
        Ok(()) => Ok(page::see_done(&format!("/distributors/{id}"))),
        Err(Error::Refused(why)) => {
            page::show_refused(&of(page.refused(&*why), &app, &id, Some(&form)).await?)
        }
        Err(error) => Err(error),
    }
}

/// The regions ticked.
fn regions(form: &Form) -> Vec<String> {
    form.all("region").filter(|region| !region.is_empty()).map(str::to_owned).collect()
}
