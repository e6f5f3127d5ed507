//! One payment: what it paid, and its reversal.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::payments::hospital::{self, store};
use crate::payments::invoices::store::{self as receipts, Goods};
use crate::payments::{Payment, PaymentLine};
use crate::people::store::{account_name, organisation_name};
use crate::people::{Role, Who};
use crate::supply::Payer;
use crate::types::{PaymentId, ReceiptId};
use crate::web::form::Form;
use crate::web::payments::may_see;
use crate::web::{App, Hospital, Page, Person, page};

struct Facts {
    it: Payment,
    hospital: String,
    supplier: String,
    by: String,
    rows: Vec<(PaymentLine, Goods)>,
    reverses: Option<Payment>,
    reversed_by: Option<Payment>,
}

#[derive(Template)]
#[template(path = "payments/show.html")]
struct Show {
    page: Page,
    f: Facts,
    id: String,
    reason: String,
}

impl Show {
    fn may_reverse(&self) -> bool {
        self.page.is(Role::Hospital.as_str())
            && self.f.it.payer == Payer::Hospital
            && self.f.it.reverses_id.is_none()
            && self.f.reversed_by.is_none()
    }
}

fn facts(conn: &mut Conn, who: &Who, id: &PaymentId) -> Result<Facts> {
    let it = store::payment(conn, id)?.ok_or(Error::NotFound)?;
    if !may_see(who, &it.hospital_id, &it.supplier_id) {
        return Err(Error::NotFound);
    }
    let lines = store::lines(conn, id)?;
    let ids: Vec<ReceiptId> = lines.iter().map(|line| line.receipt_id.clone()).collect();
    let known = receipts::receipts(conn, &ids)?;
    let mut goods = receipts::goods(conn, known.values())?;
    let rows = lines.into_iter().map(|line| {
        let goods = goods.remove(&line.receipt_id).unwrap_or_default();
        (line, goods)
    });
    let rows = rows.collect();
    Ok(Facts {
        hospital: organisation_name(conn, &it.hospital_id)?,
        supplier: organisation_name(conn, &it.supplier_id)?,
        by: account_name(conn, it.account_id.as_ref())?,
        reverses: match &it.reverses_id {
            Some(id) => store::payment(conn, id)?,
            None => None,
        },
        reversed_by: store::reversal(conn, id)?,
        rows,
        it,
    })
}

/// The page.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<PaymentId>,
) -> Result<HttpResponse> {
    let fresh = page.fresh_id();
    page::show(&shown(page, &who, &app, &id, fresh, String::new()).await?)
}

async fn shown(
    page: Page,
    who: &Who,
    app: &App,
    id: &PaymentId,
    fresh: String,
    reason: String,
) -> Result<Show> {
    let (who, id) = (who.clone(), id.clone());
    let f = app.read(move |conn| facts(conn, &who, &id)).await?;
    Ok(Show { page, f, id: fresh, reason })
}

/// Reverses it.
pub async fn reverse(
    page: Page,
    who: Hospital,
    app: web::Data<App>,
    id: web::Path<PaymentId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, key) = (who.ctx(&app), id.clone());
    let reason = form.words("reason");
    let given = reason.clone();
    let done = match form.choice::<PaymentId>("id") {
        Ok(new) => {
            let made = new.clone();
            app.write(move |tx| hospital::reverse(tx, &ctx, &key, &new, &given)).await.map(|()| made)
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(made) => Ok(page::see_done(&format!("/payments/{made}"))),
        Err(Error::Refused(why)) => {
            let fresh = page.fresh_id();
            page::show_refused(&shown(page.refused(&*why), &who, &app, &id, fresh, reason).await?)
        }
        Err(error) => Err(error),
    }
}
