//! `/retention/{id}/what-if`: a plan's figures beside those of other parameters; nothing is kept.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::audit::{self, Deed};
use crate::error::{Error, Result};
use crate::payments::retention::parameters;
use crate::payments::retention::what_if::{self, Row, WhatIf};
use crate::payments::retention::{self, Plan, SUBJECT};
use crate::rounds::Round;
use crate::text::Text;
use crate::types::{Money, PlanId};
use crate::web::form::Form;
use crate::web::lists::Table;
use crate::web::retention::parameters::{Field, fields, given};
use crate::web::{App, Page, Staff, page};

#[derive(Template)]
#[template(path = "retention/what_if.html")]
struct Show {
    page: Page,
    plan: Plan,
    round: Round,
    fields: Vec<Field>,
    it: Option<WhatIf>,
    query: String,
}

impl Show {
    fn title(&self) -> String {
        self.plan.title(&self.round, self.page.t)
    }

    fn shown<T: std::fmt::Display + Copy>(&self, figure: &Option<T>) -> String {
        super::shown(*figure)
    }

    fn difference(&self, figure: Option<Money>) -> String {
        super::shown(figure)
    }
}

type Asked = web::Query<Vec<(String, String)>>;

/// A plan both ways.
pub async fn index(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    id: web::Path<PlanId>,
    asked: Asked,
) -> Result<HttpResponse> {
    let form = Form::from_pairs(asked.into_inner());
    let (list, key) = (given(&form), id.into_inner());
    let (plan, round, found) = app
        .read(move |conn| {
            let (plan, round) = retention::plan(conn, &key)?;
            // What may not be computed is said on the page, with what was typed.
            let found = match what_if::what_if(conn, &plan, &list) {
                Err(Error::Refused(why)) => Err(why),
                other => Ok(other?),
            };
            Ok((plan, round, found))
        })
        .await?;
    let mut fields = fields(&parameters::embedded()?, &plan.parameters()?, &form, page.t);
    fields
        .retain(|it| it.key.parse::<parameters::Parameter>().is_ok_and(parameters::Parameter::is_of_figures));
    let query = query(&form);
    match found {
        Ok(it) => page::show(&Show { page, plan, round, fields, it: Some(it), query }),
        Err(why) => {
            page::show_refused(&Show { page: page.refused(&*why), plan, round, fields, it: None, query })
        }
    }
}

fn query(form: &Form) -> String {
    let part = |(which, text): &(parameters::Parameter, String)| format!("{which}={}", page::encode(text));
    given(form).iter().map(part).collect::<Vec<_>>().join("&")
}

/// Both ways as a file; the export is in the trail.
pub async fn export(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    id: web::Path<PlanId>,
    asked: Asked,
) -> Result<HttpResponse> {
    let (t, ctx, list) = (page.t, who.ctx(&app), given(&Form::from_pairs(asked.into_inner())));
    let (title, lines) = app
        .write(move |tx| {
            let (plan, round) = retention::plan(tx.conn(), &id)?;
            let it = what_if::what_if(tx.conn(), &plan, &list)?;
            let deed = Deed { action: "retention.what_if.export", subject: SUBJECT, id: id.as_str() };
            audit::record(tx, &ctx, deed, &(), &list)?;
            let mut lines: Vec<[String; 9]> = it.rows.iter().map(cells).collect();
            lines.push([
                String::new(),
                t.retention.total.to_owned(),
                super::known(it.bound.base),
                String::new(),
                super::known(it.bound.retained),
                super::known(it.other.base),
                String::new(),
                super::known(it.other.retained),
                super::known(it.difference()),
            ]);
            Ok((plan.title(&round, t), lines))
        })
        .await?;
    let headers = headers(t);
    let headers: Vec<(&str, u16)> = headers.iter().map(|(header, width)| (header.as_str(), *width)).collect();
    let name = t.retention.what_if;
    Table { name, headers: &headers, numbers: &[2, 3, 4, 5, 6, 7, 8], lines }
        .download_as(&format!("{title} {name}"), &page.path)
}

fn headers(t: &Text) -> Vec<(String, u16)> {
    let m = &t.retention;
    let both = |name: &str, way: &str| (format!("{name} {way}"), 20);
    vec![
        (m.code.to_owned(), 16),
        (m.hospital.to_owned(), 32),
        both(m.base, m.bound),
        both(m.share, m.bound),
        both(m.retained, m.bound),
        both(m.base, m.other_way),
        both(m.share, m.other_way),
        both(m.retained, m.other_way),
        (m.difference.to_owned(), 16),
    ]
}

fn cells(it: &Row) -> [String; 9] {
    use super::known;
    [
        it.code.clone(),
        it.name.clone(),
        known(it.bound.base),
        known(it.bound.share),
        known(it.bound.retained),
        known(it.other.base),
        known(it.other.share),
        known(it.other.retained),
        known(it.difference()),
    ]
}
