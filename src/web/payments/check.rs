//! Receipt against invoice against payment: what is not settled, and why.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::payments::invoices::rules::due;
use crate::payments::invoices::store::{Goods, goods};
use crate::payments::statements::check::{self, Cause};
use crate::supply::Receipt;
use crate::text::{Text, fill};
use crate::types::Money;
use crate::web::lists::{EXPORT, Line, PAGE, Table, exported, place};
use crate::web::payments::statement;
use crate::web::{App, Page, Person, page};

/// Where the list goes on.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Place {
    after: String,
}

struct Row {
    it: Receipt,
    goods: Goods,
    due: Money,
    causes: Vec<Cause>,
}

impl Row {
    fn causes(&self, t: &Text) -> Vec<&'static str> {
        self.causes.iter().map(|cause| cause.name(t)).collect()
    }
}

#[derive(Template)]
#[template(path = "payments/check.html")]
struct Show {
    page: Page,
    query: String,
    period: String,
    is_later: bool,
    rows: Vec<Row>,
    next: String,
}

fn rows(conn: &mut Conn, list: Vec<(Receipt, Vec<Cause>)>) -> Result<Vec<Row>> {
    let mut goods = goods(conn, list.iter().map(|(it, _)| it))?;
    let row = |(it, causes): (Receipt, Vec<Cause>)| Row {
        goods: goods.remove(&it.id).unwrap_or_default(),
        due: due(&it).unwrap_or(Money::ZERO),
        it,
        causes,
    };
    Ok(list.into_iter().map(row).collect())
}

/// A page of what is not settled.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<statement::Asked>,
    at: web::Query<Place>,
) -> Result<HttpResponse> {
    let today = app.now().day();
    let (scope, days) = (asked.scope(&who)?.ok_or(Error::NotFound)?, asked.days(today)?);
    let after = place(&at.after)?;
    let is_later = after.is_some();
    let (rows, more) = app
        .read(move |conn| {
            let mut found = check::page(conn, &scope, days, after.as_ref(), today, PAGE + 1)?;
            let more = found.len() > PAGE as usize;
            found.truncate(PAGE as usize);
            Ok((rows(conn, found)?, more))
        })
        .await?;
    let query = asked.query();
    let period = fill(page.t.statements.period, &[("from", &days.0), ("to", &days.1)]);
    let next = match rows.last() {
        Some(last) if more => {
            format!("/statements/check?{query}&after={}~{}", last.it.received_on, last.it.id)
        }
        _ => String::new(),
    };
    page::show(&Show { page, query, period, is_later, rows, next })
}

fn headers(t: &Text) -> [(&'static str, u16); 10] {
    let m = &t.statements;
    [
        (m.receipt, 20),
        (t.invoices.line, 6),
        (m.product, 30),
        (m.day, 12),
        (m.accepted, 16),
        (m.invoiced, 16),
        (m.credited, 16),
        (m.paid, 16),
        (m.due, 16),
        (m.causes, 40),
    ]
}

fn line(row: &Row, t: &Text) -> Line {
    vec![
        row.goods.delivery.clone(),
        row.goods.line.to_string(),
        row.goods.product.clone(),
        row.it.received_on.to_string(),
        row.it.amount.to_string(),
        row.it.invoiced.to_string(),
        row.it.credited.to_string(),
        row.it.paid.to_string(),
        row.due.to_string(),
        row.causes(t).join(t.files.list_join),
    ]
}

/// All of it as a file.
pub async fn export(
    page: Page,
    who: Person,
    app: web::Data<App>,
    file: web::Path<String>,
    asked: web::Query<statement::Asked>,
) -> Result<HttpResponse> {
    let (today, t) = (app.now().day(), page.t);
    let (scope, days) = (asked.scope(&who)?.ok_or(Error::NotFound)?, asked.days(today)?);
    let lines = app
        .read(move |conn| {
            let (mut lines, mut after): (Vec<Line>, _) = (Vec::new(), None);
            while lines.len() < EXPORT {
                let found = check::page(conn, &scope, days, after.as_ref(), today, 2_000)?;
                let Some((last, _)) = found.last() else { break };
                after = Some((last.received_on, last.id.clone()));
                lines.extend(rows(conn, found)?.iter().map(|row| line(row, t)));
            }
            Ok(lines)
        })
        .await?;
    let count = lines.len();
    let answer = Table { name: t.statements.check, headers: &headers(t), numbers: &[4, 5, 6, 7, 8], lines }
        .download(&file)?;
    exported(&app, who.ctx(&app), ("check.export", "receipts"), count, asked.query()).await?;
    Ok(answer)
}
