//! What the forms of `/deliveries/{id}` do: take lines in, send accepted goods back.

use actix_web::{HttpResponse, web};

use crate::error::{Error, Result};
use crate::supply::confirmations::Scope;
use crate::supply::deliveries::rules::codes;
use crate::supply::receipts::{self, Take};
use crate::supply::returns::{self, Wanted};
use crate::types::{DeliveryId, Quantity};
use crate::web::deliveries::show;
use crate::web::form::{Form, Refused};
use crate::web::{App, Hospital, Page, page};

/// Takes lines in.
pub async fn receive(
    page: Page,
    who: Hospital,
    app: web::Data<App>,
    id: web::Path<DeliveryId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, key) = (who.ctx(&app), id.clone());
    let done = match takes(&form) {
        Ok(takes) => app.write(move |tx| receipts::receive(tx, &ctx, &key, &takes).map(drop)).await,
        Err(why) => Err(why),
    };
    answer(done, page, &who, &app, &id, form).await
}

/// Sends goods back.
pub async fn give_back(
    page: Page,
    who: Hospital,
    app: web::Data<App>,
    id: web::Path<DeliveryId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, key) = (who.ctx(&app), id.clone());
    let done = match wanted(&form) {
        Ok(wanted) => app.write(move |tx| returns::give_back(tx, &ctx, &key, &wanted)).await,
        Err(why) => Err(why),
    };
    answer(done, page, &who, &app, &id, form).await
}

/// Back to the page, with the refusal and what was typed when there is one.
async fn answer(
    done: Result<()>,
    page: Page,
    who: &Hospital,
    app: &App,
    id: &DeliveryId,
    form: Form,
) -> Result<HttpResponse> {
    match done {
        Ok(()) => Ok(page::see_done(&format!("/deliveries/{id}"))),
        Err(Error::Refused(why)) => show::refused(page.refused(&*why), Scope::of(who), app, id, form).await,
        Err(error) => Err(error),
    }
}

/// The lines with a quantity; one of which both are blank is taken in later.
fn takes(form: &Form) -> Result<Vec<Take>> {
    let mut takes = Vec::new();
    for (line, accepted) in form.with_prefix("accepted.") {
        let of = |name: &str| form.text(&format!("{name}.{line}"));
        let refused = of("refused");
        if accepted.is_empty() && (refused.is_empty() || refused == "0") {
            continue;
        }
        takes.push(Take {
            id: of("id").parse().map_err(|_| Error::refused(Refused::Choice("id", of("id").to_owned())))?,
            line: line.parse().map_err(|_| receipts::Refused::Line)?,
            accepted: quantity("accepted", accepted)?,
            refused: quantity("refused", refused)?,
            reason: of("reason").to_owned(),
            codes: codes(of("codes")),
        });
    }
    Ok(takes)
}

/// A quantity beside another that was given: blank is nothing.
fn quantity(name: &'static str, text: &str) -> Result<Quantity> {
    if text.is_empty() {
        return Ok(Quantity::ZERO);
    }
    text.parse().map_err(|why| Error::refused(Refused::Number(name, text.to_owned(), why)))
}

fn wanted(form: &Form) -> Result<Wanted> {
    Ok(Wanted {
        id: form.choice("id")?,
        receipt_id: form.choice("receipt")?,
        quantity: form.number("quantity")?,
        reason: form.text("reason").to_owned(),
        codes: codes(form.text("codes")),
    })
}
