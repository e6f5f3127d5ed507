//! Entry of an invoice: a hospital, then its receipts that wait for one.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::payments::invoices::store::{self, Goods};
use crate::payments::invoices::{self, EnteredLine, Entry, Ground, rules};
use crate::people::Who;
use crate::text::{Text, fill};
use crate::types::{InvoiceId, Money, NotANumber, OrganisationId, ReceiptId};
use crate::web::form::{self, Form};
use crate::web::lists::given;
use crate::web::{App, Page, Supplier, page};

/// Receipts on one form.
const SHOWN: i64 = 200;

/// Which hospital.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    hospital: String,
}

/// A receipt on the form, with what was typed or else what is expected.
struct Row {
    ground: Ground,
    goods: Goods,
    is_chosen: bool,
    quantity: String,
    unit_price: String,
    amount: String,
}

impl Row {
    fn choose(&self, t: &Text) -> String {
        fill(t.invoices.choose_line, &[("delivery", &self.goods.delivery), ("line", &self.goods.line)])
    }
}

#[derive(Template)]
#[template(path = "invoices/new.html")]
struct New {
    page: Page,
    id: String,
    hospital: String,
    hospitals: Vec<(OrganisationId, String, i64)>,
    rows: Vec<Row>,
    form: Form,
    more: String,
}

impl New {
    fn waiting(&self, count: &i64) -> String {
        fill(self.page.t.invoices.waiting, &[("count", count)])
    }
}

/// The form.
pub async fn form(
    page: Page,
    who: Supplier,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let id = page.fresh_id();
    page::show(&made(page, &who, &app, &asked.hospital, id, Form::default()).await?)
}

async fn made(page: Page, who: &Who, app: &App, hospital: &str, id: String, form: Form) -> Result<New> {
    let (supplier, chosen) = (who.organisation.id.clone(), given::<OrganisationId>(hospital)?);
    let (hospitals, grounds, goods) = app
        .read(move |conn| {
            let hospitals = store::hospitals_to_invoice(conn, &supplier)?;
            let Some(hospital) = chosen else { return Ok((hospitals, Vec::new(), HashMap::new())) };
            let list = store::to_invoice(conn, &supplier, &hospital, SHOWN)?;
            let goods = store::goods(conn, list.iter())?;
            let ids: Vec<ReceiptId> = list.iter().map(|it| it.id.clone()).collect();
            let covered = store::covered(conn, &ids)?;
            let ground = |receipt: crate::supply::Receipt| {
                let covered = covered.get(&receipt.id).copied().unwrap_or_default();
                Ground { receipt, covered }
            };
            let grounds: Vec<Ground> = list.into_iter().map(ground).collect();
            Ok((hospitals, grounds, goods))
        })
        .await?;
    let more = if grounds.len() >= SHOWN as usize {
        fill(page.t.invoices.more, &[("count", &SHOWN)])
    } else {
        String::new()
    };
    let rows = grounds.into_iter().map(|ground| row(ground, &goods, &form)).collect();
    Ok(New { page, id, hospital: hospital.to_owned(), hospitals, rows, form, more })
}

fn row(ground: Ground, goods: &HashMap<ReceiptId, Goods>, form: &Form) -> Row {
    let id = ground.receipt.id.clone();
    let left = ground.left();
    let expected = rules::part(ground.receipt.unit_price, ground.covered, left).unwrap_or(Money::ZERO);
    let typed = |name: &str, expected: String| match form.text(&format!("{name}-{id}")) {
        "" => expected,
        typed => typed.to_owned(),
    };
    Row {
        goods: goods.get(&id).cloned().unwrap_or_default(),
        is_chosen: form.all("receipt").any(|chosen| chosen == id.as_str()),
        quantity: typed("quantity", left.to_string()),
        unit_price: typed("unit_price", ground.receipt.unit_price.to_string()),
        amount: typed("amount", expected.to_string()),
        ground,
    }
}

/// Enters the invoice.
pub async fn create(page: Page, who: Supplier, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let done = match entry(&form) {
        Ok(entry) => {
            let id = entry.id.clone();
            app.write(move |tx| invoices::enter(tx, &ctx, &entry)).await.map(|_| id)
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(id) => Ok(page::see_done(&format!("/invoices/{id}"))),
        Err(Error::Refused(why)) => {
            let (hospital, id) = (form.text("hospital").to_owned(), form.text("id").to_owned());
            page::show_refused(&made(page.refused(&*why), &who, &app, &hospital, id, form).await?)
        }
        Err(error) => Err(error),
    }
}

fn entry(form: &Form) -> Result<Entry> {
    let id: InvoiceId = form.choice("id")?;
    let (code, number, tax) = super::head(form)?;
    let lines = form.all("receipt").map(|receipt| line(form, receipt)).collect::<Result<Vec<_>>>()?;
    Ok(Entry {
        id,
        code,
        number,
        issued_on: form.day("issued_on")?,
        total: form.number("total")?,
        tax,
        lines,
        anyway: form.text("anyway") == "yes",
    })
}

fn line(form: &Form, receipt: &str) -> Result<EnteredLine> {
    fn number<T: std::str::FromStr<Err = NotANumber>>(
        form: &Form,
        name: &'static str,
        receipt: &str,
    ) -> Result<T> {
        let text = form.text(&format!("{name}-{receipt}"));
        text.parse().map_err(|why| Error::refused(form::Refused::Number(name, text.to_owned(), why)))
    }
    let chosen = || Error::refused(form::Refused::Choice("receipt", receipt.chars().take(60).collect()));
    Ok(EnteredLine {
        receipt_id: receipt.parse().map_err(|_| chosen())?,
        quantity: number(form, "quantity", receipt)?,
        unit_price: number(form, "unit_price", receipt)?,
        amount: number(form, "amount", receipt)?,
    })
}
