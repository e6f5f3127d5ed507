//! One receipt on its way to payment: order and delivery, invoices, credit notes, payments.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::payments::hospital::store as paid;
use crate::payments::invoices::rules::due;
use crate::payments::invoices::store::{self, Goods};
use crate::payments::{Invoice, InvoiceLine};
use crate::people::Who;
use crate::people::store::organisation_name;
use crate::supply::Receipt;
use crate::types::{Money, PaymentId, ReceiptId};
use crate::web::payments::may_see;
use crate::web::{App, Page, Person, page};

#[derive(Template)]
#[template(path = "payments/receipt.html")]
struct Show {
    page: Page,
    it: Receipt,
    goods: Goods,
    hospital: String,
    supplier: String,
    due: Money,
    documents: Vec<(Invoice, InvoiceLine)>,
    payments: Vec<(PaymentId, String, NaiveDate, Money)>,
}

impl Show {
    fn number(&self, it: &Invoice) -> String {
        crate::payments::invoices::rules::shown(&it.code, &it.number)
    }
}

fn made(conn: &mut Conn, page: Page, who: &Who, id: &ReceiptId) -> Result<Show> {
    let it = store::receipt(conn, id)?.ok_or(Error::NotFound)?;
    if !may_see(who, &it.hospital_id, &it.supplier_id) {
        return Err(Error::NotFound);
    }
    let goods = store::goods(conn, std::iter::once(&it))?.remove(id).unwrap_or_default();
    Ok(Show {
        page,
        goods,
        hospital: organisation_name(conn, &it.hospital_id)?,
        supplier: organisation_name(conn, &it.supplier_id)?,
        due: due(&it).unwrap_or(Money::ZERO),
        documents: store::documents_of(conn, id)?,
        payments: paid::of_receipt(conn, id)?,
        it,
    })
}

/// The page.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<ReceiptId>,
) -> Result<HttpResponse> {
    let (id, who) = (id.into_inner(), who.0.clone());
    let show = app.read(move |conn| made(conn, page, &who, &id)).await?;
    page::show(&show)
}
