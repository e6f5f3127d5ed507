//! `/contracts/{id}/quota`: more volume in the current agreement year, shown before it is done.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::contracts::changes::Cause;
use crate::contracts::quotas::{self, Wanted};
use crate::contracts::volumes::AgreedVolume;
use crate::contracts::{Contract, store};
use crate::error::{Error, Result};
use crate::text::{Say, fill};
use crate::types::{ContractId, Quantity};
use crate::web::form::Form;
use crate::web::{App, Officer, Page, page};

#[derive(Template)]
#[template(path = "contracts/quota.html")]
struct Show {
    page: Page,
    it: Contract,
    year: Option<AgreedVolume>,
    after: Option<AgreedVolume>,
    values: Form,
}

impl Show {
    fn title(&self) -> String {
        fill(self.page.t.events.quota_title, &[("number", &self.it.number)])
    }

    fn span(&self, year: &AgreedVolume) -> String {
        fill(self.page.t.events.year_to, &[("starts", &year.starts), ("ends", &year.ends)])
    }

    fn or_no_limit(&self, quantity: impl std::borrow::Borrow<Option<Quantity>>) -> String {
        quantity.borrow().map_or_else(|| self.page.t.events.no_limit.to_owned(), |it| it.to_string())
    }

    fn causes(&self) -> Vec<(&'static str, &'static str)> {
        Cause::ALL.iter().map(|c| (c.as_str(), c.name(self.page.t))).collect()
    }

    /// What is agreed: as asked for, else as it is.
    fn agreed(&self) -> String {
        match self.values.text("agreed") {
            "" => self.year.as_ref().map(|it| it.agreed.to_string()).unwrap_or_default(),
            sent => sent.to_owned(),
        }
    }

    fn allowed(&self) -> String {
        match self.values.text("allowed") {
            "" => self.year.as_ref().and_then(|it| it.allowed).map(|it| it.to_string()).unwrap_or_default(),
            sent => sent.to_owned(),
        }
    }

    fn is_unlimited(&self) -> bool {
        let is_now = self.year.as_ref().is_some_and(|it| it.allowed.is_none());
        self.values.text("unlimited") == "1" || (self.values.text("agreed").is_empty() && is_now)
    }
}

/// The form, and the preview once it says how much.
pub async fn form(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<ContractId>,
    asked: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse> {
    show(page, &who, &app, &id, Form::from_pairs(asked.into_inner()), None).await
}

async fn show(
    page: Page,
    who: &Officer,
    app: &App,
    id: &ContractId,
    values: Form,
    refusal: Option<Box<dyn Say>>,
) -> Result<HttpResponse> {
    let (ctx, id, sent) = (who.ctx(app), id.clone(), values.clone());
    let (it, year) = app
        .read(move |conn| {
            let it = store::contract(conn, &id)?.ok_or(Error::NotFound)?;
            let year = quotas::known(conn, &it, ctx.now)?;
            Ok((it, year))
        })
        .await?;
    let previewed = match &year {
        Some(year) if refusal.is_none() && !sent.text("agreed").is_empty() => {
            typed(&sent).and_then(|(agreed, allowed)| quotas::raised(year, agreed, allowed)).map(Some)
        }
        _ => Ok(None),
    };
    let (after, refusal) = match previewed {
        Ok(after) => (after, refusal),
        Err(Error::Refused(why)) => (None, Some(why)),
        Err(error) => return Err(error),
    };
    let is_refused = refusal.is_some();
    let page = match &refusal {
        Some(why) => page.refused(&**why),
        None => page,
    };
    let made = Show { page, it, year, after, values };
    if is_refused { page::show_refused(&made) } else { page::show(&made) }
}

/// Agreed, and allowed above it: nothing given without "no limit" is a fault, not a limit of zero.
fn typed(form: &Form) -> Result<(Quantity, Option<Quantity>)> {
    let agreed = form.number("agreed")?;
    let allowed = if form.text("unlimited") == "1" { None } else { Some(form.number("allowed")?) };
    Ok((agreed, allowed))
}

/// Raises it.
pub async fn raise(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<ContractId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, contract, sent) = (who.ctx(&app), id.clone(), form.clone());
    let done = app
        .write(move |tx| {
            let (agreed, allowed) = typed(&sent)?;
            let wanted = Wanted {
                id: sent.choice("id")?,
                contract: contract.clone(),
                version: sent.choice("version")?,
                agreed,
                allowed,
                cause: sent.choice("cause")?,
                reason: sent.words("reason"),
            };
            quotas::raise(tx, &ctx, &wanted)
        })
        .await;
    match done {
        Ok(()) => Ok(page::see_done(&format!("/contracts/{id}"))),
        Err(Error::Refused(why)) => show(page, &who, &app, &id, form, Some(why)).await,
        Err(error) => Err(error),
    }
}
