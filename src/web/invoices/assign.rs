//! A fully digital invoice: its lines assigned to receipts.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::imports::Kind;
use crate::payments::invoices::file::{self, Read};
use crate::people::{self, Who};
use crate::text::{Text, fill};
use crate::types::{ImportId, ReceiptId};
use crate::web::form::{self, Form};
use crate::web::upload::Upload;
use crate::web::{App, Page, Supplier, page};

#[derive(Template)]
#[template(path = "invoices/assign.html")]
struct Assign {
    page: Page,
    id: ImportId,
    it: Option<Read>,
    hospital: String,
    /// Receipts to choose from.
    options: Vec<(String, String)>,
    /// What each line stands at.
    chosen: Vec<String>,
}

impl Assign {
    fn at(&self, line: &usize) -> &str {
        self.chosen.get(*line).map_or("", String::as_str)
    }

    fn is_proposed(&self, line: &usize) -> bool {
        self.it.as_ref().and_then(|it| it.proposed.get(*line)).is_some_and(Option::is_some)
    }
}

/// Takes the file in and leads to its lines.
pub async fn send(who: Supplier, app: web::Data<App>, upload: Upload) -> Result<HttpResponse> {
    let (id, ctx) = (super::upload::file_of(&upload)?, who.ctx(&app));
    let to = format!("/invoices/xml/{id}");
    app.write(move |tx| file::stage_xml(tx, &ctx, &id, (&upload.name, &upload.bytes))).await?;
    Ok(page::see(&to))
}

/// The lines with the receipts they are likely for.
pub async fn index(
    page: Page,
    who: Supplier,
    app: web::Data<App>,
    id: web::Path<ImportId>,
) -> Result<HttpResponse> {
    page::show(&made(page, &who, &app, &id, None).await?)
}

async fn made(page: Page, who: &Who, app: &App, id: &ImportId, form: Option<&Form>) -> Result<Assign> {
    let (key, supplier, t) = (id.clone(), who.organisation.id.clone(), page.t);
    let (it, hospital) = app
        .read(move |conn| {
            let it = file::read_xml(conn, &supplier, &key)?;
            let hospital = match &it {
                Some(it) => people::store::organisation(conn, &it.hospital)?,
                None => None,
            };
            Ok((it, hospital.map(|it| it.name).unwrap_or_default()))
        })
        .await?;
    let mut options = vec![(String::new(), t.invoices.none_chosen.to_owned())];
    let mut chosen = Vec::new();
    if let Some(it) = &it {
        options.extend(it.grounds.iter().map(|ground| option(it, ground, t)));
        let typed = |at: usize| form.map(|form| form.text(&format!("receipt-{at}")).to_owned());
        let proposed = it.proposed.iter().enumerate();
        chosen.extend(proposed.map(|(at, id)| {
            typed(at).unwrap_or_else(|| id.as_ref().map(ToString::to_string).unwrap_or_default())
        }));
    }
    Ok(Assign { page, id: id.clone(), it, hospital, options, chosen })
}

fn option(it: &Read, ground: &crate::payments::invoices::Ground, t: &Text) -> (String, String) {
    let id = &ground.receipt.id;
    let goods = it.goods.get(id).cloned().unwrap_or_default();
    let text = fill(
        t.invoices.option,
        &[
            ("delivery", &goods.delivery),
            ("line", &goods.line),
            ("product", &goods.product),
            ("left", &ground.left()),
            ("unit", &goods.unit),
            ("day", &ground.receipt.received_on),
        ],
    );
    (id.to_string(), text)
}

/// Enters the invoice with the receipts chosen.
pub async fn enter(
    page: Page,
    who: Supplier,
    app: web::Data<App>,
    id: web::Path<ImportId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, key, anyway) = (who.ctx(&app), id.clone(), form.text("anyway") == "yes");
    let done = match chosen(&form) {
        Ok(chosen) => app.write(move |tx| file::enter_xml(tx, &ctx, &key, &chosen, anyway)).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => Ok(page::see_done(&format!("/invoices/{id}"))),
        Err(Error::Refused(why)) => {
            page::show_refused(&made(page.refused(&*why), &who, &app, &id, Some(&form)).await?)
        }
        Err(error) => Err(error),
    }
}

/// The receipts in the order of the lines.
fn chosen(form: &Form) -> Result<Vec<ReceiptId>> {
    let mut list: Vec<(usize, &str)> =
        form.with_prefix("receipt-").filter_map(|(at, receipt)| Some((at.parse().ok()?, receipt))).collect();
    list.sort_unstable();
    let read = |(at, receipt): (usize, &str)| match receipt {
        "" => Err(crate::payments::invoices::Refused::NoReceipt(at + 1).into()),
        receipt => receipt.parse().map_err(|_| {
            Error::refused(form::Refused::Choice("receipt", receipt.chars().take(60).collect()))
        }),
    };
    list.into_iter().map(read).collect()
}

/// Gives the file up.
pub async fn cancel(who: Supplier, app: web::Data<App>, id: web::Path<ImportId>) -> Result<HttpResponse> {
    super::upload::give_up(&who, &app, Kind::EInvoice, id.into_inner()).await
}
