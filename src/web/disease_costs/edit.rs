//! Entering a case basket, changing what is said of it, taking it out of use.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::disease_costs::changes::{self, Facts};
use crate::disease_costs::{basket, path};
use crate::error::{Error, Result};
use crate::people;
use crate::types::{DiseaseBasketId, NotANumber};
use crate::web::form::{Form, Refused};
use crate::web::{App, CostKeeper, Page, page};

#[derive(Template)]
#[template(path = "disease_costs/edit.html")]
struct Edit {
    page: Page,
    typed: Form,
    /// The basket that is changed; none while it is new.
    id: Option<DiseaseBasketId>,
    fresh: String,
}

impl Edit {
    fn action(&self) -> String {
        self.id.as_ref().map_or_else(|| "/disease-costs".to_owned(), |id| format!("{}/edit", path(id)))
    }

    fn back(&self) -> String {
        self.id.as_ref().map_or_else(|| "/disease-costs".to_owned(), path)
    }

    fn heading(&self) -> &'static str {
        let d = &self.page.t.disease_costs;
        if self.id.is_none() { d.new } else { d.edit }
    }
}

fn facts(form: &Form) -> Result<Facts> {
    let cases =
        match form.text("cases") {
            "" => None,
            text => Some(text.parse().map_err(|_| {
                Error::refused(Refused::Number("cases", text.to_owned(), NotANumber::Malformed))
            })?),
        };
    let text = |field: &str| form.text(field).to_owned();
    Ok(Facts {
        name: text("name"),
        code: text("code"),
        hospital: text("hospital"),
        cases,
        document: text("document"),
    })
}

/// An empty form.
pub async fn new(page: Page, _who: CostKeeper) -> Result<HttpResponse> {
    let fresh = page.fresh_id();
    page::show(&Edit { page, typed: Form::default(), id: None, fresh })
}

/// Enters a basket.
pub async fn create(page: Page, who: CostKeeper, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let (ctx, id): (_, DiseaseBasketId) = (who.ctx(&app), form.choice("id")?);
    let key = id.clone();
    let done = match facts(&form) {
        Ok(given) => app.write(move |tx| changes::create(tx, &ctx, &key, &given)).await,
        Err(why) => Err(why),
    };
    match done {
        Ok(()) => Ok(page::see_done(&path(&id))),
        Err(Error::Refused(why)) => {
            let page = page.refused(&*why);
            page::show_refused(&Edit { page, typed: form, id: None, fresh: id.to_string() })
        }
        Err(fault) => Err(fault),
    }
}

/// What is said of a basket, to be changed.
pub async fn form(
    page: Page,
    _who: CostKeeper,
    app: web::Data<App>,
    id: web::Path<DiseaseBasketId>,
) -> Result<HttpResponse> {
    let (it, hospital) = app
        .read(move |conn| {
            let it = basket(conn, &id)?;
            let hospital = match &it.hospital_id {
                Some(id) => people::store::organisation(conn, id)?.map(|it| it.code).unwrap_or_default(),
                None => String::new(),
            };
            Ok((it, hospital))
        })
        .await?;
    let pairs = [
        ("name", it.name.clone()),
        ("code", it.code.clone()),
        ("hospital", hospital),
        ("cases", it.cases.map(|count| count.to_string()).unwrap_or_default()),
        ("document", it.document.clone()),
        ("revision", it.revision.to_string()),
    ];
    let typed = Form::from_pairs(pairs.map(|(name, value)| (name.to_owned(), value)).to_vec());
    page::show(&Edit { page, typed, id: Some(it.id), fresh: String::new() })
}

/// Changes it.
pub async fn change(
    page: Page,
    who: CostKeeper,
    app: web::Data<App>,
    id: web::Path<DiseaseBasketId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, id) = (who.ctx(&app), id.into_inner());
    let key = id.clone();
    let read = || Ok((form.choice::<i32>("revision")?, facts(&form)?));
    let done = match read() {
        Ok((seen, given)) => app.write(move |tx| changes::change(tx, &ctx, (&key, seen), &given)).await,
        Err(why) => Err(why),
    };
    match done {
        Ok(()) => Ok(page::see_done(&path(&id))),
        Err(Error::Refused(why)) => {
            let page = page.refused(&*why);
            page::show_refused(&Edit { page, typed: form, id: Some(id), fresh: String::new() })
        }
        Err(fault) => Err(fault),
    }
}

/// Takes a basket out of use.
pub async fn retire(
    who: CostKeeper,
    app: web::Data<App>,
    id: web::Path<DiseaseBasketId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, revision) = (who.ctx(&app), form.choice("revision")?);
    app.write(move |tx| changes::retire(tx, &ctx, (&id, revision))).await?;
    Ok(page::see_done("/disease-costs"))
}
