//! `/retention/{id}/bases`: base quantities and prices before procurement, filled, uploaded or entered.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::audit::{self, Deed};
use crate::error::{Error, Result};
use crate::payments::retention::bases::{self, Entered, Listed};
use crate::payments::retention::{self, Plan, PlanState, SUBJECT, import};
use crate::people::Role;
use crate::rounds::Round;
use crate::types::PlanId;
use crate::web::form::Form;
use crate::web::{App, Officer, Page, Staff, page};

/// Bases on a page.
const PAGE: usize = 200;

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Query {
    #[serde(default)]
    hospital: String,
    #[serde(default)]
    after: String,
    #[serde(default)]
    generic: String,
}

#[derive(Template)]
#[template(path = "retention/bases.html")]
struct List {
    page: Page,
    query: Query,
    plan: Plan,
    round: Round,
    rows: Vec<Listed>,
    generics: Vec<(String, String)>,
    can_change: bool,
    typed: Form,
    next: String,
}

impl List {
    fn title(&self) -> String {
        self.plan.title(&self.round, self.page.t)
    }

    fn shown<T: std::fmt::Display + Copy>(&self, figure: &Option<T>) -> String {
        super::shown(*figure)
    }
}

async fn load(page: Page, app: &App, id: PlanId, query: Query, typed: Form) -> Result<List> {
    let (asked, limit) = (query.clone(), i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1));
    let (plan, round, waits, mut rows, generics) = app
        .read(move |conn| {
            let (plan, round) = retention::plan(conn, &id)?;
            let waits = retention::request(conn, &id)?.is_some();
            let after = (asked.after.as_str(), asked.generic.as_str());
            let rows = bases::page(conn, &id, asked.hospital.trim(), after, limit)?;
            let generics = bases::generics(conn, &plan)?;
            Ok((plan, round, waits, rows, generics))
        })
        .await?;
    let is_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = match rows.last() {
        Some((last, code, _)) if is_more => format!(
            "/retention/{}/bases?hospital={}&after={}&generic={}",
            plan.id,
            page::encode(&query.hospital),
            page::encode(code),
            page::encode(&last.generic)
        ),
        _ => String::new(),
    };
    let can_change = page.is(Role::Officer.as_str()) && plan.state == PlanState::Draft && !waits;
    let generics = generics.into_iter().map(|name| (name.clone(), name)).collect();
    Ok(List { page, query, plan, round, rows, generics, can_change, typed, next })
}

/// The bases.
pub async fn index(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    id: web::Path<PlanId>,
    query: web::Query<Query>,
) -> Result<HttpResponse> {
    page::show(&load(page, &app, id.into_inner(), query.into_inner(), Form::default()).await?)
}

fn entered(form: &Form) -> Result<Entered> {
    Ok(Entered {
        hospital: form.required("hospital")?.to_owned(),
        generic: form.required("generic")?.to_owned(),
        quantity: form.number_if_given("quantity")?,
        price: form.number_if_given("price")?,
        insured_share: form.number_if_given("insured_share")?,
        pay_ratio: form.number_if_given("pay_ratio")?,
    })
}

/// Enters one.
pub async fn enter(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<PlanId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, key, given) = (who.ctx(&app), id.clone(), entered(&form));
    let done = match given {
        Ok(given) => app.write(move |tx| bases::enter(tx, &ctx, &key, &given)).await,
        Err(why) => Err(why),
    };
    match done {
        Ok(()) => Ok(page::see_done(&format!("/retention/{id}/bases"))),
        Err(Error::Refused(why)) => {
            let page = page.refused(&*why);
            page::show_refused(&load(page, &app, id.into_inner(), Query::default(), form).await?)
        }
        Err(fault) => Err(fault),
    }
}

/// Fills them as the parameters say.
pub async fn fill(who: Officer, app: web::Data<App>, id: web::Path<PlanId>) -> Result<HttpResponse> {
    let (ctx, key) = (who.ctx(&app), id.clone());
    app.write(move |tx| bases::fill(tx, &ctx, &key)).await?;
    Ok(page::see_done(&format!("/retention/{id}/bases")))
}

/// The bases as a file that can be filled in and uploaded.
pub async fn file(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    id: web::Path<PlanId>,
) -> Result<HttpResponse> {
    let (t, ctx, key) = (page.t, who.ctx(&app), id.into_inner());
    let (name, bytes) = app
        .write(move |tx| {
            let (plan, round) = retention::plan(tx.conn(), &key)?;
            let bytes = import::write_bases(tx.conn(), &key, t)?;
            let deed = Deed { action: "retention.bases.export", subject: SUBJECT, id: key.as_str() };
            audit::record(tx, &ctx, deed, &(), &bytes.len())?;
            Ok((format!("{} {}", plan.title(&round, t), t.retention.bases), bytes))
        })
        .await?;
    Ok(page::csv(&name, bytes))
}
