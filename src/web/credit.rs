//! `/credit`: facts of how suppliers keep their contracts, each opening to the row it is about.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{Days, NaiveDate};
use serde::Deserialize;

use crate::credit::register::{self, Filter, MOST, Refused};
use crate::credit::{CreditFact, FactKind};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{OrganisationKind, Role, Who};
use crate::supply::subjects::{self, Subject};
use crate::text::{Say, Text, fill};
use crate::types::{CreditFactId, parse_day};
use crate::web::lists::{EXPORT, Table, exported};
use crate::web::{App, Page, Person, page};

/// Who reads the register: the bureau all, a supplier its own.
pub const PARTIES: &[Role] =
    &[Role::Officer, Role::Reviewer, Role::Settlement, Role::Auditor, Role::Admin, Role::Supplier];

/// Facts on a page.
const PAGE: usize = 100;
/// Days shown when no period is asked for.
const USUAL: u64 = 365;

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Query {
    #[serde(default)]
    q: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    before: String,
}

impl Query {
    fn text(&self) -> String {
        format!(
            "q={}&kind={}&from={}&to={}",
            page::encode(&self.q),
            page::encode(&self.kind),
            page::encode(&self.from),
            page::encode(&self.to)
        )
    }
}

#[derive(Template)]
#[template(path = "credit.html")]
struct List {
    page: Page,
    query: Query,
    kinds: Vec<(&'static str, &'static str)>,
    counts: Vec<(FactKind, i64)>,
    rows: Vec<Row>,
    is_staff: bool,
    next: String,
}

struct Row {
    it: CreditFact,
    supplier: String,
    path: String,
}

impl List {
    fn count(&self, count: &i64) -> String {
        if *count < MOST {
            return count.to_string();
        }
        fill(self.page.t.credit.or_more, &[("count", count)])
    }

    fn about(&self, row: &Row) -> &'static str {
        about(&row.it.subject, self.page.t)
    }

    fn shown<T: std::fmt::Display>(&self, figure: &Option<T>) -> String {
        figure.as_ref().map(ToString::to_string).unwrap_or_default()
    }
}

/// What a fact is about, in words.
fn about(table: &str, t: &Text) -> &'static str {
    let m = &t.credit;
    match table {
        "orders" => m.about_order,
        "order_lines" => m.about_line,
        "deliveries" | "delivery_lines" => m.about_delivery,
        "receipts" => m.about_receipt,
        "invoices" => m.about_invoice,
        "contracts" => m.about_contract,
        _ => t.common.none,
    }
}

fn day(text: &str, else_day: NaiveDate) -> Result<NaiveDate> {
    if text.is_empty() { Ok(else_day) } else { parse_day(text).ok_or(Error::NotFound) }
}

/// The filter as this reader may ask it: a supplier only ever sees its own facts.
fn filter(conn: &mut Conn, who: &Who, query: &Query, today: NaiveDate) -> Result<Filter> {
    let to = day(&query.to, today)?;
    let from = day(&query.from, to.checked_sub_days(Days::new(USUAL)).unwrap_or(to))?;
    if from > to {
        return Err(Error::refused(Refused::Period(from, to)));
    }
    let kind = match query.kind.as_str() {
        "" => None,
        word => Some(word.parse().map_err(|()| Error::NotFound)?),
    };
    let text: String = query.q.trim().chars().take(100).collect();
    let suppliers = match who.organisation.kind {
        OrganisationKind::Bureau if text.is_empty() => None,
        OrganisationKind::Bureau => Some(register::suppliers(conn, &text)?),
        _ => Some(vec![who.organisation.id.clone()]),
    };
    let before = match query.before.split_once('.') {
        Some((day, id)) => Some((
            parse_day(day).ok_or(Error::NotFound)?,
            id.parse::<CreditFactId>().map_err(|_| Error::NotFound)?,
        )),
        None => None,
    };
    Ok(Filter { suppliers, kind, from, to, before })
}

type Found = (Query, Vec<(FactKind, i64)>, Vec<Row>, Option<Box<dyn Say>>);

fn find(conn: &mut Conn, who: &Who, query: Query, today: NaiveDate) -> Result<Found> {
    let filter = match filter(conn, who, &query, today) {
        Ok(filter) => filter,
        Err(Error::Refused(why)) => return Ok((query, Vec::new(), Vec::new(), Some(why))),
        Err(fault) => return Err(fault),
    };
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let list = register::page(conn, &filter, limit)?;
    let rows = rows(conn, list)?;
    let (from, to) = (filter.from.to_string(), filter.to.to_string());
    Ok((Query { from, to, ..query }, register::counts(conn, &filter)?, rows, None))
}

fn rows(conn: &mut Conn, list: Vec<(CreditFact, String)>) -> Result<Vec<Row>> {
    let subject = |it: &CreditFact| -> Subject { (it.subject.clone(), it.subject_id.clone()) };
    let of: Vec<Subject> = list.iter().map(|(it, _)| subject(it)).collect();
    let mut paths: BTreeMap<Subject, String> = subjects::paths(conn, &of)?;
    let row = |(it, supplier): (CreditFact, String)| Row {
        path: paths.remove(&subject(&it)).unwrap_or_default(),
        it,
        supplier,
    };
    Ok(list.into_iter().map(row).collect())
}

/// The register.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    query: web::Query<Query>,
) -> Result<HttpResponse> {
    let (today, query) = (app.now().day(), query.into_inner());
    let is_staff = who.organisation.kind == OrganisationKind::Bureau;
    let (query, counts, mut rows, refusal) = app.read(move |conn| find(conn, &who, query, today)).await?;
    let is_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = match rows.last() {
        Some(last) if is_more => format!("/credit?{}&before={}.{}", query.text(), last.it.day, last.it.id),
        _ => String::new(),
    };
    let t = page.t;
    let all = std::iter::once(("", t.common.all));
    let kinds = all.chain(FactKind::ALL.iter().map(|kind| (kind.as_str(), kind.name(t)))).collect();
    let page = match &refusal {
        Some(why) => page.refused(&**why),
        None => page,
    };
    let list = List { page, query, kinds, counts, rows, is_staff, next };
    if refusal.is_some() { page::show_refused(&list) } else { page::show(&list) }
}

fn headers(t: &Text) -> [(&'static str, u16); 8] {
    let m = &t.credit;
    [
        (m.day, 12),
        (m.supplier, 32),
        (m.kind, 18),
        (m.about, 14),
        (m.quantity, 14),
        (m.amount, 14),
        (m.detail, 40),
        (m.at, 18),
    ]
}

/// The filtered facts as a file.
pub async fn export(
    page: Page,
    who: Person,
    app: web::Data<App>,
    query: web::Query<Query>,
) -> Result<HttpResponse> {
    let (t, today, reader) = (page.t, app.now().day(), who.0.clone());
    let asked = query.text();
    let lines = app
        .read(move |conn| {
            let mut filter = filter(conn, &reader, &query, today)?;
            filter.before = None;
            let mut cells = Vec::new();
            while cells.len() < EXPORT {
                let list = register::page(conn, &filter, 2_000)?;
                let Some((last, _)) = list.last() else { break };
                filter.before = Some((last.day, last.id.clone()));
                cells.extend(list.into_iter().map(|(it, supplier)| {
                    [
                        it.day.to_string(),
                        supplier,
                        it.kind.name(t).to_owned(),
                        about(&it.subject, t).to_owned(),
                        it.quantity.map(|q| q.to_string()).unwrap_or_default(),
                        it.amount.map(|m| m.to_string()).unwrap_or_default(),
                        it.detail,
                        it.at.to_string(),
                    ]
                }));
            }
            Ok(cells)
        })
        .await?;
    exported(&app, who.ctx(&app), ("credit.export", "credit_facts"), lines.len(), asked).await?;
    Table { name: t.credit.title, headers: &headers(t), numbers: &[4, 5], lines }.download(&page.path)
}
