//! The review of a request: what each line would become, its results as a file, submitting and giving up.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::store::names;
use crate::supply::Order;
use crate::supply::orders::requests::refused::Refused;
use crate::supply::orders::requests::{self, Request, RequestLine, RequestState, Submitted, rules, store};
use crate::supply::orders::store as orders;
use crate::text::{Say, Text, fill};
use crate::types::{OrderId, OrganisationId, Quantity, RequestId};
use crate::web::form::Form;
use crate::web::lists::{As, Table};
use crate::web::{App, Hospital, Page, page};

/// Lines shown at a time.
const PAGE: i64 = 200;

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Only the refused lines: `faulty`.
    show: String,
    /// After this position, for the next page.
    after: i32,
}

/// A line with the name of its supplier.
struct Line {
    it: RequestLine,
    supplier: String,
}

impl Line {
    fn is_faulty(&self) -> bool {
        !self.it.outcome.fault.is_empty()
    }

    fn result(&self, request: &Request, t: &Text) -> (&'static str, &'static str) {
        match (self.is_faulty(), request.state, &self.it.order_id) {
            (true, ..) => (t.orders.result_faulty, "bad"),
            (_, RequestState::Submitted, Some(_)) => (t.orders.result_ordered, "good"),
            (_, RequestState::Open, _) => (t.orders.result_good, "good"),
            _ => (t.orders.result_not_ordered, ""),
        }
    }

    fn why(&self, t: &Text) -> String {
        self.it.outcome.why().map(|fault| fault.say(t)).unwrap_or_default()
    }

    fn amount(&self) -> String {
        rules::amount(&self.it.outcome).map(|amount| amount.to_string()).unwrap_or_default()
    }

    fn agreed(&self) -> String {
        part(self.it.outcome.agreed)
    }

    fn ordinary(&self) -> String {
        part(self.it.outcome.ordinary)
    }

    /// The product as matched, else as given.
    fn product(&self) -> &str {
        if self.is_faulty() { &self.it.given.product } else { &self.it.outcome.named }
    }
}

/// A part of a line; nothing is left blank.
fn part(quantity: Quantity) -> String {
    if quantity.is_positive() { quantity.to_string() } else { String::new() }
}

#[derive(Template)]
#[template(path = "orders/request.html")]
struct Review {
    page: Page,
    it: Request,
    counts: String,
    faulty: bool,
    lines: Vec<Line>,
    orders: Vec<(Order, String)>,
    next: String,
    after: i32,
}

impl Review {
    fn is_open(&self) -> bool {
        self.it.state == RequestState::Open
    }

    fn has_good(&self) -> bool {
        self.it.faulty < self.it.lines
    }

    fn state_class(&self) -> &'static str {
        match self.it.state {
            RequestState::Open => "wait",
            RequestState::Submitted => "good",
            RequestState::Cancelled => "",
        }
    }
}

/// The page.
pub async fn index(
    page: Page,
    who: Hospital,
    app: web::Data<App>,
    id: web::Path<RequestId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    page::show(&made(page, &who, &app, &id, asked.into_inner()).await?)
}

async fn made(page: Page, who: &Hospital, app: &App, id: &RequestId, asked: Asked) -> Result<Review> {
    let (hospital, id, faulty) = (who.organisation.id.clone(), id.clone(), asked.show == "faulty");
    let (it, mut lines, orders) = app
        .read(move |conn| {
            let it = own(conn, &hospital, &id)?;
            let found = store::lines(conn, &id, faulty, asked.after, PAGE + 1)?;
            let lines = lines(conn, found)?;
            let placed = orders::of_request(conn, &id)?;
            let names = names(conn, placed.iter().map(|it| it.supplier_id.clone()).collect())?;
            let named = |it: Order| (it.clone(), names.get(&it.supplier_id).cloned().unwrap_or_default());
            Ok((it, lines, placed.into_iter().map(named).collect()))
        })
        .await?;
    let more = lines.len() > PAGE as usize;
    lines.truncate(PAGE as usize);
    let show = if faulty { "show=faulty&" } else { "" };
    let next = match lines.last() {
        Some(last) if more => format!("/orders/requests/{}?{show}after={}", it.id, last.it.position),
        _ => String::new(),
    };
    let good = it.lines - it.faulty;
    let counts =
        fill(page.t.orders.request_counts, &[("lines", &it.lines), ("good", &good), ("faulty", &it.faulty)]);
    Ok(Review { page, it, counts, faulty, lines, orders, next, after: asked.after })
}

/// A request of this hospital; anybody else's is not there.
fn own(conn: &mut Conn, hospital: &OrganisationId, id: &RequestId) -> Result<Request> {
    let found = store::request(conn, id)?;
    found.filter(|request| request.hospital_id == *hospital).ok_or(Error::NotFound)
}

fn lines(conn: &mut Conn, found: Vec<RequestLine>) -> Result<Vec<Line>> {
    let ids = found.iter().filter_map(|line| line.outcome.supplier_id.clone()).collect();
    let names = names(conn, ids)?;
    let named = |it: RequestLine| Line {
        supplier: match &it.outcome.supplier_id {
            Some(id) => names.get(id).cloned().unwrap_or_default(),
            None => it.given.supplier.clone(),
        },
        it,
    };
    Ok(found.into_iter().map(named).collect())
}

/// Places the orders, or shows why not and what the lines would become now.
pub async fn submit(
    page: Page,
    who: Hospital,
    app: web::Data<App>,
    id: web::Path<RequestId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, hospital, key) = (who.ctx(&app), who.organisation.clone(), id.clone());
    let choice = (form.choice("version")?, form.text("lines") == "good");
    let done = app.write(move |tx| requests::submit(tx, &ctx, &hospital, &key, choice)).await;
    let page = match done {
        Ok(Submitted::Placed) => return Ok(page::see_done(&format!("/orders/requests/{id}"))),
        Ok(Submitted::Changed(count)) => page.refused(&Refused::Changed(count)),
        Err(Error::Refused(why)) => page.refused(&*why),
        Err(error) => return Err(error),
    };
    page::show_refused(&made(page, &who, &app, &id, Asked::default()).await?)
}

/// Gives the request up.
pub async fn cancel(who: Hospital, app: web::Data<App>, id: web::Path<RequestId>) -> Result<HttpResponse> {
    let (ctx, hospital, to) = (who.ctx(&app), who.organisation.id.clone(), format!("/orders/requests/{id}"));
    app.write(move |tx| requests::cancel(tx, &ctx, &hospital, &id)).await?;
    Ok(page::see_done(&to))
}

/// The result of every line as a file.
pub async fn results(
    page: Page,
    who: Hospital,
    app: web::Data<App>,
    id: web::Path<RequestId>,
    file: web::Query<As>,
) -> Result<HttpResponse> {
    let hospital = who.organisation.id.clone();
    let (it, found, numbers) = app
        .read(move |conn| {
            let it = own(conn, &hospital, &id)?;
            let found = store::lines(conn, &id, false, 0, i64::MAX)?;
            let found = lines(conn, found)?;
            let numbers = orders::of_request(conn, &id)?.into_iter().map(|order| (order.id, order.number));
            Ok((it, found, numbers.collect::<HashMap<OrderId, String>>()))
        })
        .await?;
    let t = page.t;
    let lines: Vec<[String; 15]> = found
        .iter()
        .map(|line| {
            let (given, outcome) = (&line.it.given, &line.it.outcome);
            let order = line.it.order_id.as_ref().and_then(|id| numbers.get(id));
            let part = |quantity: Quantity| match quantity.is_positive() {
                true => quantity.to_string(),
                false => String::new(),
            };
            [
                given.source.to_string(),
                line.result(&it, t).0.to_owned(),
                line.why(t),
                given.contract.clone(),
                line.product().to_owned(),
                line.supplier.clone(),
                given.quantity.clone(),
                given.unit_price.clone(),
                outcome.generic.clone(),
                outcome.spec.clone(),
                outcome.counted.clone(),
                part(outcome.agreed),
                part(outcome.ordinary),
                rules::amount(outcome).map(|amount| amount.to_string()).unwrap_or_default(),
                order.cloned().unwrap_or_default(),
            ]
        })
        .collect();
    Table { name: "1", headers: &headers(t), numbers: &[0, 11, 12, 13], lines }
        .download_as(&format!("{}-{}", t.orders.request_title, it.made_at.day()), file.kind.as_str())
}

fn headers(t: &Text) -> [(&'static str, u16); 15] {
    let o = &t.orders;
    [
        (o.source, 10),
        (o.result, 10),
        (o.why, 60),
        (o.contract, 24),
        (o.product, 28),
        (o.supplier, 28),
        (o.given_quantity, 14),
        (o.given_price, 14),
        (o.generic, 20),
        (o.spec, 16),
        (o.unit, 8),
        (o.agreed_part, 14),
        (o.ordinary_part, 14),
        (o.line_amount, 16),
        (o.number, 20),
    ]
}
