//! `/deliveries/new`: which orders wait, and the form of a delivery note.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::people::store::{names, organisation_name};
use crate::supply::confirmations::{self, store};
use crate::supply::deliveries::{self, Note, Sent, rules};
use crate::supply::orders::rules::shippable;
use crate::supply::{Order, OrderLine, OrderState};
use crate::text::{Text, fill};
use crate::types::{OrderId, OrderLineId, OrganisationId, parse_day};
use crate::web::form::{Form, Refused};
use crate::web::{App, Page, Supplier, page};

/// Orders of one list.
const ORDERS: i64 = 50;
/// Most batches of one line on the form; more come in a file.
const BATCHES: usize = 9;

/// What the page is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    order: String,
    batches: String,
    answer_after: String,
    send_after: String,
}

#[derive(Template)]
#[template(path = "deliveries/choose.html")]
struct Choose {
    page: Page,
    to_answer: Vec<Order>,
    to_send: Vec<Order>,
    names: HashMap<OrganisationId, String>,
    next_answer: String,
    next_send: String,
}

impl Choose {
    fn name(&self, id: &OrganisationId) -> &str {
        self.names.get(id).map_or("", String::as_str)
    }
}

#[derive(Template)]
#[template(path = "deliveries/new.html")]
struct New {
    page: Page,
    order: Order,
    hospital: String,
    title: String,
    id: String,
    number: String,
    batches: usize,
    rows: Vec<Row>,
}

impl New {
    fn more(&self) -> String {
        let next = self.batches + 1;
        if next > BATCHES {
            String::new()
        } else {
            format!("/deliveries/new?order={}&batches={next}", self.order.id)
        }
    }
}

struct Row {
    it: OrderLine,
    shippable: String,
    fields: Vec<Fields>,
}

/// One batch of a line as typed.
struct Fields {
    key: String,
    quantity: String,
    batch: String,
    expires: String,
    codes: String,
    label_quantity: String,
    label_batch: String,
    label_expires: String,
    label_codes: String,
}

/// The form for one order, or the orders to choose from.
pub async fn form(
    page: Page,
    who: Supplier,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    if asked.order.is_empty() {
        return choose(page, &who, &app, &asked).await;
    }
    let order: OrderId = asked.order.parse().map_err(|_| Error::NotFound)?;
    let batches = asked.batches.parse().unwrap_or(1);
    page::show(&made(page, &who, &app, &order, batches, None).await?)
}

async fn choose(page: Page, who: &Supplier, app: &App, asked: &Asked) -> Result<HttpResponse> {
    let mine = who.organisation.id.clone();
    let (answer_after, send_after) = (asked.answer_after.clone(), asked.send_after.clone());
    let (to_answer, to_send, names) = app
        .read(move |conn| {
            let to_answer = store::of_supplier(conn, &mine, OrderState::Placed, &answer_after, ORDERS + 1)?;
            let to_send = store::of_supplier(conn, &mine, OrderState::Confirmed, &send_after, ORDERS + 1)?;
            let hospitals = to_answer.iter().chain(&to_send).map(|order| order.hospital_id.clone());
            let names = names(conn, hospitals.collect())?;
            Ok((to_answer, to_send, names))
        })
        .await?;
    let (to_answer, next_answer) = cut(to_answer, "answer_after");
    let (to_send, next_send) = cut(to_send, "send_after");
    page::show(&Choose { page, to_answer, to_send, names, next_answer, next_send })
}

/// One page of orders, and where the next begins.
fn cut(mut orders: Vec<Order>, name: &str) -> (Vec<Order>, String) {
    let is_more = orders.len() > ORDERS as usize;
    orders.truncate(ORDERS as usize);
    let next = match orders.last() {
        Some(last) if is_more => format!("/deliveries/new?{name}={}", page::encode(&last.number)),
        _ => String::new(),
    };
    (orders, next)
}

async fn made(
    page: Page,
    who: &Supplier,
    app: &App,
    id: &OrderId,
    batches: usize,
    typed: Option<&Form>,
) -> Result<New> {
    let (id, ctx) = (id.clone(), who.ctx(app));
    let (order, lines, hospital) = app
        .read(move |conn| {
            let order = confirmations::own(conn, &ctx, &id)?;
            let lines = store::lines(conn, &id)?;
            let hospital = organisation_name(conn, &order.hospital_id)?;
            Ok((order, lines, hospital))
        })
        .await?;
    let (t, batches) = (page.t, batches.clamp(1, BATCHES));
    let is_open = |line: &OrderLine| line.promised.is_some() && shippable(line).is_positive();
    let rows = lines.into_iter().filter(is_open).map(|line| row(line, batches, typed, t)).collect();
    Ok(New {
        title: fill(t.deliveries.new_for, &[("number", &order.number)]),
        id: typed.map_or_else(|| page.fresh_id(), |form| form.text("id").to_owned()),
        number: typed.map(|form| form.text("number").to_owned()).unwrap_or_default(),
        batches,
        rows,
        page,
        order,
        hospital,
    })
}

fn row(it: OrderLine, batches: usize, typed: Option<&Form>, t: &Text) -> Row {
    let d = &t.deliveries;
    let fields = (1..=batches).map(|n| {
        let key = format!("{}.{n}", it.id);
        let of =
            |name: &str| typed.map(|form| form.text(&format!("{name}.{key}")).to_owned()).unwrap_or_default();
        let label = |text: &str| fill(text, &[("line", &it.position), ("n", &n)]);
        Fields {
            quantity: of("quantity"),
            batch: of("batch"),
            expires: of("expires"),
            codes: of("codes"),
            label_quantity: label(d.label_quantity),
            label_batch: label(d.label_batch),
            label_expires: label(d.label_expires),
            label_codes: label(d.label_codes),
            key,
        }
    });
    Row { shippable: shippable(&it).to_string(), fields: fields.collect(), it }
}

/// Enters the note.
pub async fn send(page: Page, who: Supplier, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let order: OrderId = form.choice("order")?;
    let ctx = who.ctx(&app);
    let done = match note(&order, &form) {
        Ok(note) => app.write(move |tx| deliveries::send(tx, &ctx, &note)).await,
        Err(why) => Err(why),
    };
    match done {
        Ok(delivery) => Ok(page::see_done(&format!("/deliveries/{}", delivery.id))),
        Err(Error::Refused(why)) => {
            let batches = form.text("batches").parse().unwrap_or(1);
            let page = page.refused(&*why);
            page::show_refused(&made(page, &who, &app, &order, batches, Some(&form)).await?)
        }
        Err(error) => Err(error),
    }
}

/// The note as it was typed: the rows of which anything is filled in.
fn note(order: &OrderId, form: &Form) -> Result<Note> {
    let mut lines = Vec::new();
    for (key, quantity) in form.with_prefix("quantity.") {
        let of = |name: &str| form.text(&format!("{name}.{key}"));
        if [quantity, of("batch"), of("expires"), of("codes")].iter().all(|text| text.is_empty()) {
            continue;
        }
        let line: Option<OrderLineId> = key.split_once('.').and_then(|(line, _)| line.parse().ok());
        lines.push(Sent {
            line: line.ok_or(deliveries::Refused::Line)?,
            quantity: quantity
                .parse()
                .map_err(|why| Error::refused(Refused::Number("quantity", quantity.to_owned(), why)))?,
            batch: of("batch").to_owned(),
            expires_on: day(of("expires"))?.ok_or_else(|| Error::refused(Refused::Empty("expires")))?,
            codes: rules::codes(of("codes")),
        });
    }
    Ok(Note {
        id: form.choice("id")?,
        number: form.text("number").to_owned(),
        order_id: order.clone(),
        lines,
    })
}

/// A day, or none when nothing was typed.
pub(super) fn day(text: &str) -> Result<Option<NaiveDate>> {
    if text.is_empty() {
        return Ok(None);
    }
    parse_day(text).map(Some).ok_or_else(|| Error::refused(Refused::Time("day", text.to_owned())))
}
