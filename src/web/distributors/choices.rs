//! `/distributors/choices`: who delivers for a supplier, by region.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::people;
use crate::supply::distributors::{self, Choice, Distributor, store};
use crate::text::fill;
use crate::types::{DistributorChoiceId, DistributorId};
use crate::web::form::{Form, Refused};
use crate::web::{App, Page, Supplier, page};

#[derive(Template)]
#[template(path = "distributors/choices.html")]
struct Choices {
    page: Page,
    rows: Vec<Row>,
    history: Vec<(Choice, Distributor)>,
}

/// A region with who delivers there, and who could.
struct Row {
    region: String,
    label: String,
    held: Option<Choice>,
    name: String,
    stands: bool,
    options: Vec<(String, String)>,
}

impl Row {
    fn chosen(&self) -> String {
        self.held.as_ref().map(|it| it.distributor_id.to_string()).unwrap_or_default()
    }

    fn seen(&self) -> String {
        self.held.as_ref().map(|it| it.id.to_string()).unwrap_or_default()
    }
}

/// Most distributors to choose from in a region.
const OPTIONS: i64 = 500;

async fn made(page: Page, who: &Supplier, app: &App) -> Result<Choices> {
    let (mine, t, today) = (who.organisation.id.clone(), page.t, app.now().day());
    let (rows, history) = app
        .read(move |conn| {
            let history = store::choices_of(conn, &mine)?;
            let mut rows = Vec::new();
            for region in people::store::regions(conn)? {
                let filter = store::Filter {
                    region: Some(region.clone()),
                    active: Some(true),
                    ..store::Filter::default()
                };
                let nobody = (String::new(), t.distributors.nobody.to_owned());
                let able = store::page(conn, &filter, OPTIONS)?;
                let able = able.into_iter().map(|it| (it.id.to_string(), it.name));
                let held = history.iter().find(|(it, _)| it.region == region && it.until.is_none());
                rows.push(Row {
                    label: fill(t.distributors.label_choose, &[("region", &region)]),
                    stands: held.map_or(Ok(true), |(it, _)| distributors::stands(conn, it, today))?,
                    name: held.map(|(_, it)| it.name.clone()).unwrap_or_default(),
                    held: held.map(|(it, _)| it.clone()),
                    options: std::iter::once(nobody).chain(able).collect(),
                    region,
                });
            }
            Ok((rows, history))
        })
        .await?;
    Ok(Choices { page, rows, history })
}

/// The page.
pub async fn index(page: Page, who: Supplier, app: web::Data<App>) -> Result<HttpResponse> {
    page::show(&made(page, &who, &app).await?)
}

/// Chooses for one region.
pub async fn choose(page: Page, who: Supplier, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let id: DistributorChoiceId = form.choice("id")?;
    let region = form.required("region")?.to_owned();
    let wanted: Option<DistributorId> = given(&form, "distributor")?;
    let seen: Option<DistributorChoiceId> = given(&form, "seen")?;
    let done = app
        .write(move |tx| distributors::choose(tx, &ctx, &id, &region, wanted.as_ref(), seen.as_ref()))
        .await;
    match done {
        Ok(()) => Ok(page::see_done("/distributors/choices")),
        Err(Error::Refused(why)) => page::show_refused(&made(page.refused(&*why), &who, &app).await?),
        Err(error) => Err(error),
    }
}

/// An id, or none when the field is blank.
fn given<T: std::str::FromStr>(form: &Form, name: &'static str) -> Result<Option<T>> {
    match form.text(name) {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| Error::refused(Refused::Choice(name, text.to_owned()))),
    }
}
