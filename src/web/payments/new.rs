//! Registration of a hospital's payment: a supplier, then what is due to it.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::payments::hospital::store::{self, Open};
use crate::payments::hospital::{self, Entry};
use crate::payments::invoices::rules::due;
use crate::payments::invoices::store::{Goods, goods};
use crate::people::Who;
use crate::people::store::names;
use crate::supply::{Payer, Receipt};
use crate::text::{Text, fill};
use crate::types::{Money, OrganisationId, PaymentId, ReceiptId};
use crate::web::form::{self, Form};
use crate::web::lists::given;
use crate::web::{App, Hospital, Page, page};

/// Receipts on one form.
const SHOWN: i64 = 200;

/// Which supplier.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    supplier: String,
}

struct Row {
    it: Receipt,
    goods: Goods,
    due: Money,
    is_chosen: bool,
    amount: String,
}

impl Row {
    fn choose(&self, t: &Text) -> String {
        fill(t.paying.choose_line, &[("delivery", &self.goods.delivery), ("line", &self.goods.line)])
    }
}

#[derive(Template)]
#[template(path = "payments/new.html")]
struct New {
    page: Page,
    id: String,
    supplier: String,
    suppliers: Vec<(OrganisationId, String, Money)>,
    rows: Vec<Row>,
    form: Form,
    more: String,
}

impl New {
    fn owed(&self, amount: &Money) -> String {
        fill(self.page.t.paying.owed, &[("amount", amount)])
    }
}

/// The form.
pub async fn form(
    page: Page,
    who: Hospital,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let id = page.fresh_id();
    page::show(&made(page, &who, &app, &asked.supplier, id, Form::default()).await?)
}

async fn made(page: Page, who: &Who, app: &App, supplier: &str, id: String, form: Form) -> Result<New> {
    let (hospital, chosen) = (who.organisation.id.clone(), given::<OrganisationId>(supplier)?);
    let today = app.now().day();
    let (suppliers, list, goods) = app
        .read(move |conn| {
            let owed = store::suppliers_to_pay(conn, &hospital)?;
            let names = names(conn, owed.iter().map(|(id, _)| id.clone()).collect())?;
            let named = owed.into_iter().map(|(id, due)| {
                let name = names.get(&id).cloned().unwrap_or_default();
                (id, name, due)
            });
            let suppliers: Vec<_> = named.collect();
            let Some(supplier) = chosen else { return Ok((suppliers, Vec::new(), HashMap::new())) };
            let own = Open {
                hospital: Some(hospital),
                supplier: Some(supplier),
                payer: Some(Payer::Hospital),
                payable: true,
                ..Open::default()
            };
            let mut list = store::open(conn, &Open { to_net: true, ..own.clone() }, today, SHOWN)?;
            list.extend(store::open(conn, &own, today, SHOWN)?);
            let goods = goods(conn, list.iter())?;
            Ok((suppliers, list, goods))
        })
        .await?;
    let more = if list.len() >= SHOWN as usize {
        fill(page.t.paying.more, &[("count", &SHOWN)])
    } else {
        String::new()
    };
    let rows = list.into_iter().map(|it| row(it, &goods, &form)).collect();
    Ok(New { page, id, supplier: supplier.to_owned(), suppliers, rows, form, more })
}

fn row(it: Receipt, goods: &HashMap<ReceiptId, Goods>, form: &Form) -> Row {
    let due = due(&it).unwrap_or(Money::ZERO);
    Row {
        goods: goods.get(&it.id).cloned().unwrap_or_default(),
        is_chosen: form.all("receipt").any(|chosen| chosen == it.id.as_str()),
        amount: match form.text(&format!("amount-{}", it.id)) {
            "" => due.to_string(),
            typed => typed.to_owned(),
        },
        due,
        it,
    }
}

/// Registers the payment.
pub async fn create(page: Page, who: Hospital, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let done = match entry(&form) {
        Ok(entry) => {
            let id = entry.id.clone();
            app.write(move |tx| hospital::pay(tx, &ctx, &entry)).await.map(|()| id)
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(id) => Ok(page::see_done(&format!("/payments/{id}"))),
        Err(Error::Refused(why)) => {
            let (supplier, id) = (form.text("supplier").to_owned(), form.text("id").to_owned());
            page::show_refused(&made(page.refused(&*why), &who, &app, &supplier, id, form).await?)
        }
        Err(error) => Err(error),
    }
}

fn entry(form: &Form) -> Result<Entry> {
    let id: PaymentId = form.choice("id")?;
    let line = |receipt: &str| -> Result<(ReceiptId, Money)> {
        let text = form.text(&format!("amount-{receipt}"));
        let amount = text
            .parse()
            .map_err(|why| Error::refused(form::Refused::Number("amount", text.to_owned(), why)))?;
        let bad = |_| Error::refused(form::Refused::Choice("receipt", receipt.chars().take(60).collect()));
        Ok((receipt.parse().map_err(bad)?, amount))
    };
    Ok(Entry {
        id,
        paid_on: form.day("paid_on")?,
        reference: form.required("reference")?.to_owned(),
        lines: form.all("receipt").map(line).collect::<Result<Vec<_>>>()?,
        again: form.text("again") == "yes",
    })
}
