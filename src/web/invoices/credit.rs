//! Entry of a credit note: for goods sent back, and for a changed price.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::payments::Invoice;
use crate::payments::invoices::credit_notes::{self, Creditable, Entry};
use crate::payments::invoices::store::{self, Goods};
use crate::people::Who;
use crate::text::fill;
use crate::types::{InvoiceId, Money, ReceiptId};
use crate::web::form::{self, Form};
use crate::web::{App, Page, Supplier, page};

#[derive(Template)]
#[template(path = "invoices/credit.html")]
struct Credit {
    page: Page,
    id: String,
    it: Invoice,
    can: Creditable,
    goods: HashMap<ReceiptId, Goods>,
    form: Form,
}

impl Credit {
    fn shown(&self) -> String {
        super::shown(&self.it)
    }

    fn goods(&self, id: &ReceiptId) -> Goods {
        self.goods.get(id).cloned().unwrap_or_default()
    }

    fn label(&self, text: &str, id: &ReceiptId) -> String {
        let goods = self.goods(id);
        fill(text, &[("delivery", &goods.delivery), ("line", &goods.line)])
    }

    fn is_chosen(&self, id: impl std::fmt::Display) -> bool {
        let id = id.to_string();
        self.form.all("return").any(|chosen| chosen == id)
    }

    fn typed(&self, id: &ReceiptId) -> &str {
        self.form.text(&format!("price-{id}"))
    }
}

/// The form.
pub async fn form(
    page: Page,
    who: Supplier,
    app: web::Data<App>,
    id: web::Path<InvoiceId>,
) -> Result<HttpResponse> {
    let fresh = page.fresh_id();
    page::show(&made(page, &who, &app, &id, fresh, Form::default()).await?)
}

async fn made(page: Page, who: &Who, app: &App, id: &InvoiceId, fresh: String, form: Form) -> Result<Credit> {
    let (who, id) = (who.clone(), id.clone());
    let (it, can, goods) = app
        .read(move |conn| {
            let it = super::show::seen(conn, &who, &id)?;
            let lines = store::lines(conn, &id)?;
            let can = credit_notes::creditable(conn, &lines)?;
            let goods = store::goods(conn, can.receipts.iter().map(|(receipt, _)| receipt))?;
            Ok((it, can, goods))
        })
        .await?;
    Ok(Credit { page, id: fresh, it, can, goods, form })
}

/// Enters it.
pub async fn create(
    page: Page,
    who: Supplier,
    app: web::Data<App>,
    id: web::Path<InvoiceId>,
    form: Form,
) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let done = match entry(&id, &form) {
        Ok(entry) => {
            let made = entry.id.clone();
            app.write(move |tx| credit_notes::enter(tx, &ctx, &entry)).await.map(|()| made)
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(made) => Ok(page::see_done(&format!("/invoices/{made}"))),
        Err(Error::Refused(why)) => {
            let fresh = match form.text("id") {
                "" => page.fresh_id(),
                id => id.to_owned(),
            };
            page::show_refused(&made(page.refused(&*why), &who, &app, &id, fresh, form).await?)
        }
        Err(error) => Err(error),
    }
}

fn entry(invoice: &InvoiceId, form: &Form) -> Result<Entry> {
    let id: InvoiceId = form.choice("id")?;
    let (code, number, tax) = super::head(form)?;
    let bad = |text: &str| Error::refused(form::Refused::Choice("return", text.chars().take(60).collect()));
    let returns = form.all("return").map(|id| id.parse().map_err(|_| bad(id))).collect::<Result<Vec<_>>>()?;
    let mut prices: Vec<(ReceiptId, Money)> = Vec::new();
    for (receipt, text) in form.with_prefix("price-").filter(|(_, text)| !text.is_empty()) {
        let amount = text
            .parse()
            .map_err(|why| Error::refused(form::Refused::Number("price", text.to_owned(), why)))?;
        prices.push((receipt.parse().map_err(|_| bad(receipt))?, amount));
    }
    Ok(Entry {
        id,
        invoice_id: invoice.clone(),
        code,
        number,
        issued_on: form.day("issued_on")?,
        total: form.number("total")?,
        tax,
        reason: form.words("reason"),
        returns,
        prices,
    })
}
