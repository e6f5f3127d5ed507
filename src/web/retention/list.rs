//! `/retention`: the plans, and making one.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::payments::retention::{self, Plan, purchases, store};
use crate::people::{Role, Who};
use crate::rounds::Round;
use crate::types::{PlanId, RoundId};
use crate::web::form::Form;
use crate::web::{App, Officer, Page, Person, page};

/// Plans on a page.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "retention/list.html")]
struct List {
    page: Page,
    plans: Vec<(Plan, Round)>,
    rounds: Vec<(String, String)>,
    is_hospital: bool,
    round: String,
    year: String,
    next: String,
}

impl List {
    fn title(&self, (plan, round): &(Plan, Round)) -> String {
        plan.title(round, self.page.t)
    }

    fn is_officer(&self) -> bool {
        self.page.is(Role::Officer.as_str())
    }
}

/// The next page begins before this plan.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Before {
    #[serde(default)]
    before: String,
}

type Found = (Vec<(Plan, Round)>, Vec<(String, String)>);

fn find(conn: &mut Conn, who: &Who, before: Option<PlanId>) -> Result<Found> {
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let plans = store::plans(conn, super::scope(who).as_ref(), before, limit)?;
    let rounds = if who.is(Role::Officer) { purchases::rounds(conn)? } else { Vec::new() };
    Ok((plans, rounds.into_iter().map(|(id, n, title)| (id.to_string(), format!("{n} {title}"))).collect()))
}

async fn load(page: Page, who: Who, app: &App, before: Option<PlanId>) -> Result<List> {
    let is_hospital = super::scope(&who).is_some();
    let (mut plans, rounds) = app.read(move |conn| find(conn, &who, before)).await?;
    let is_more = plans.len() > PAGE;
    plans.truncate(PAGE);
    let next = match plans.last() {
        Some((last, _)) if is_more => format!("/retention?before={}", last.id),
        _ => String::new(),
    };
    Ok(List { page, plans, rounds, is_hospital, round: String::new(), year: "1".to_owned(), next })
}

/// The plans.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    query: web::Query<Before>,
) -> Result<HttpResponse> {
    page::show(&load(page, who.0, &app, query.before.parse().ok()).await?)
}

/// Makes a plan.
pub async fn create(page: Page, who: Officer, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let made = async {
        let id: PlanId = form.choice("id")?;
        let (round, year): (RoundId, i32) = (form.choice("round")?, form.choice("year")?);
        app.write(move |tx| retention::create(tx, &ctx, id.clone(), &round, year)).await
    };
    match made.await {
        Ok(plan) => Ok(page::see_done(&format!("/retention/{}", plan.id))),
        Err(Error::Refused(why)) => {
            let list = load(page.refused(&*why), who.0, &app, None).await?;
            let (round, year) = (form.text("round").to_owned(), form.text("year").to_owned());
            page::show_refused(&List { round, year, ..list })
        }
        Err(fault) => Err(fault),
    }
}
