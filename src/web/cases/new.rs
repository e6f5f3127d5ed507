//! `/cases/new`: an officer opens a case by hand, with the product's findings to pick from.

use std::collections::BTreeSet;

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::cases::opening::{self, New};
use crate::cases::{Refused, rules, store, title};
use crate::catalog::{self, Product};
use crate::error::{Error, Result};
use crate::prices::findings::Finding;
use crate::text::fill;
use crate::types::{CaseId, FindingId, UnitPrice};
use crate::web::form::Form;
use crate::web::prices::Titles;
use crate::web::{App, Officer, Page, page};

#[derive(Template)]
#[template(path = "cases/new.html")]
struct Show {
    page: Page,
    code: String,
    product: Option<Product>,
    candidates: Vec<(Finding, Option<String>)>,
    picked: BTreeSet<String>,
    reason: String,
    titles: Titles,
}

impl Show {
    fn caption(&self) -> String {
        fill(self.page.t.cases.candidates, &[("most", &rules::PICKED)])
    }

    fn title(&self, product: &Product) -> String {
        title(product)
    }

    fn pick(&self, (it, hospital): &(Finding, Option<String>)) -> String {
        let facts: [(&str, &dyn std::fmt::Display); 3] = [
            ("rule", &self.rule(it)),
            ("month", &it.month.format("%Y-%m")),
            ("hospital", &hospital.as_deref().unwrap_or_default()),
        ];
        fill(self.page.t.cases.pick_one, &facts)
    }

    fn rule<'a>(&'a self, it: &'a Finding) -> &'a str {
        self.titles.of(&it.rule)
    }

    fn is_picked(&self, it: &Finding) -> bool {
        self.picked.contains(it.id.as_str())
    }

    fn price(&self, price: &Option<UnitPrice>) -> String {
        price.map(|price| price.to_string()).unwrap_or_default()
    }
}

/// Which product's findings are looked up: by its code, or by one of them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    code: String,
    finding: String,
}

async fn made(page: Page, app: &App, code: &str) -> Result<Show> {
    let code: String = code.trim().to_uppercase().chars().take(40).collect();
    let wanted = code.clone();
    let t = page.t;
    let (product, candidates, titles) = app
        .read(move |conn| {
            let titles = Titles::new(conn, t)?;
            let Some(product) = catalog::by_code(conn, &wanted)? else {
                return Ok((None, Vec::new(), titles));
            };
            let candidates = store::candidates(conn, &product.id, rules::PICKED as i64)?;
            Ok((Some(product), candidates, titles))
        })
        .await?;
    Ok(Show { page, code, product, candidates, picked: BTreeSet::new(), reason: String::new(), titles })
}

/// The form.
pub async fn form(
    page: Page,
    _who: Officer,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    if !asked.finding.is_empty() {
        return from_finding(page, &app, &asked.finding).await;
    }
    let show = made(page, &app, &asked.code).await?;
    if show.code.is_empty() || show.product.is_some() {
        return page::show(&show);
    }
    let why = Refused::NoProduct(show.code.clone());
    page::show_refused(&Show { page: show.page.clone().refused(&why), ..show })
}

/// The form with one finding picked; one that is in a case already leads there.
async fn from_finding(page: Page, app: &App, id: &str) -> Result<HttpResponse> {
    let id: FindingId = id.parse().map_err(|_| Error::NotFound)?;
    let (row, product) = app
        .read(move |conn| {
            let row = store::finding(conn, &id)?.ok_or(Error::NotFound)?;
            let product = catalog::product(conn, &row.0.product_id)?;
            Ok((row, product))
        })
        .await?;
    if let Some(case) = &row.0.case_id {
        return Ok(page::see(&format!("/cases/{case}")));
    }
    let mut show = made(page, app, &product.code).await?;
    show.picked.insert(row.0.id.to_string());
    // It is shown even where the product has more findings than are listed.
    if !show.candidates.iter().any(|(it, _)| it.id == row.0.id) {
        show.candidates.insert(0, row);
    }
    page::show(&show)
}

fn wanted(form: &Form) -> Result<New> {
    let findings = form.all("finding").map(str::parse).collect::<std::result::Result<Vec<_>, _>>();
    Ok(New {
        id: form.choice::<CaseId>("id")?,
        code: form.required("code")?.to_owned(),
        reason: form.text("reason").to_owned(),
        findings: findings.map_err(|_| Refused::Finding)?,
    })
}

/// Opens the case.
pub async fn open(page: Page, who: Officer, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let (ctx, sent) = (who.ctx(&app), form.clone());
    let done = app
        .write(move |tx| {
            let new = wanted(&sent)?;
            opening::open(tx, &ctx, &new)?;
            Ok(new.id)
        })
        .await;
    match done {
        Ok(id) => Ok(page::see_done(&format!("/cases/{id}"))),
        Err(Error::Refused(why)) => {
            let show = made(page.refused(&*why), &app, form.text("code")).await?;
            let picked = form.all("finding").map(str::to_owned).collect();
            page::show_refused(&Show { picked, reason: form.text("reason").to_owned(), ..show })
        }
        Err(fault) => Err(fault),
    }
}
