//! One invoice: what it says, how each line stands against order and receipt, and what corrects it.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::payments::invoices::rules::{self, due};
use crate::payments::invoices::store::{self, Goods};
use crate::payments::{Invoice, InvoiceKind, InvoiceLine, InvoiceState, invoices};
use crate::people::store::{account_name, organisation_name};
use crate::people::{Role, Who};
use crate::supply::Receipt;
use crate::text::{Say, fill};
use crate::types::{InvoiceId, Money, ReceiptId};
use crate::web::form::Form;
use crate::web::payments::may_see;
use crate::web::{App, Page, Person, Supplier, page};

/// A line with what it is for.
struct Row {
    it: InvoiceLine,
    receipt: Option<Receipt>,
    goods: Goods,
    faults: Vec<String>,
}

struct Facts {
    it: Invoice,
    hospital: String,
    supplier: String,
    by: String,
    rows: Vec<Row>,
    sum: Money,
    corrects: Option<Invoice>,
    notes: Vec<Invoice>,
}

#[derive(Template)]
#[template(path = "invoices/show.html")]
struct Show {
    page: Page,
    f: Facts,
    reason: String,
}

impl Show {
    fn shown(&self) -> String {
        super::shown(&self.f.it)
    }

    fn number(&self, it: &Invoice) -> String {
        super::shown(it)
    }

    fn colour(&self) -> &'static str {
        super::colour(self.f.it.state)
    }

    fn tax(&self) -> String {
        self.f.it.tax.map(|tax| tax.to_string()).unwrap_or_default()
    }

    fn is_invoice(&self) -> bool {
        self.f.it.kind == InvoiceKind::Invoice
    }

    fn may_withdraw(&self) -> bool {
        self.f.it.state == InvoiceState::Mismatched && self.page.is(Role::Supplier.as_str())
    }

    fn may_credit(&self) -> bool {
        self.is_invoice() && self.f.it.state == InvoiceState::Matched && self.page.is(Role::Supplier.as_str())
    }

    /// Where the total differs from the lines.
    fn total_fault(&self) -> String {
        if self.f.sum == self.f.it.amount {
            return String::new();
        }
        fill(self.page.t.invoices.fault_total, &[("total", &self.f.it.amount), ("sum", &self.f.sum)])
    }

    /// What was paid too much for a line's receipt.
    fn net(&self, row: &Row) -> String {
        let over = row.receipt.as_ref().and_then(due).filter(|due| *due < Money::ZERO);
        let over = over.map(|due| Money::from_scaled(-due.scaled()));
        over.map(|over| fill(self.page.t.invoices.to_net, &[("amount", &over)])).unwrap_or_default()
    }
}

fn facts(conn: &mut Conn, who: &Who, id: &InvoiceId, t: &crate::text::Text) -> Result<Facts> {
    let it = seen(conn, who, id)?;
    let lines = store::lines(conn, id)?;
    let receipts: HashMap<ReceiptId, Receipt> = store::paid_of(conn, &lines)?;
    let mut goods = store::goods(conn, receipts.values())?;
    let sum = lines.iter().fold(Money::ZERO, |sum, line| sum.plus(line.amount).unwrap_or(sum));
    let rows = lines.into_iter().map(|line| Row {
        receipt: receipts.get(&line.receipt_id).cloned(),
        goods: goods.remove(&line.receipt_id).unwrap_or_default(),
        faults: rules::read(&line.fault).iter().map(|fault| fault.say(t)).collect(),
        it: line,
    });
    let rows = rows.collect();
    let corrects = match &it.corrects_id {
        Some(id) => store::invoice(conn, id)?,
        None => None,
    };
    Ok(Facts {
        hospital: organisation_name(conn, &it.hospital_id)?,
        supplier: organisation_name(conn, &it.supplier_id)?,
        by: account_name(conn, it.account_id.as_ref())?,
        notes: store::corrections(conn, id)?,
        rows,
        sum,
        corrects,
        it,
    })
}

/// An invoice that is the reader's to see; anybody else's is not there.
pub(super) fn seen(conn: &mut Conn, who: &Who, id: &InvoiceId) -> Result<Invoice> {
    let it = store::invoice(conn, id)?.ok_or(Error::NotFound)?;
    if may_see(who, &it.hospital_id, &it.supplier_id) { Ok(it) } else { Err(Error::NotFound) }
}

/// The page.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<InvoiceId>,
) -> Result<HttpResponse> {
    page::show(&made(page, &who, &app, &id, String::new()).await?)
}

async fn made(page: Page, who: &Who, app: &App, id: &InvoiceId, reason: String) -> Result<Show> {
    let (who, id, t) = (who.clone(), id.clone(), page.t);
    let f = app.read(move |conn| facts(conn, &who, &id, t)).await?;
    Ok(Show { page, f, reason })
}

/// Takes it back.
pub async fn withdraw(
    page: Page,
    who: Supplier,
    app: web::Data<App>,
    id: web::Path<InvoiceId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, key) = (who.ctx(&app), id.clone());
    let reason = form.words("reason");
    let given = reason.clone();
    let done = app.write(move |tx| invoices::withdraw(tx, &ctx, &key, &given)).await;
    match done {
        Ok(()) => Ok(page::see_done(&format!("/invoices/{id}"))),
        Err(Error::Refused(why)) => {
            page::show_refused(&made(page.refused(&*why), &who, &app, &id, reason).await?)
        }
        Err(error) => Err(error),
    }
}
