//! A new request: quantities by contract, lines by product code, or a file; and the template of that file.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::contracts::ContractState;
use crate::contracts::volumes::AgreedVolume;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::store::names;
use crate::supply::orders::requests::import::{self, COLUMNS};
use crate::supply::orders::requests::rules::Held;
use crate::supply::orders::requests::{self, Given, New, Request, RequestState, store};
use crate::text::{Lang, Text, fill};
use crate::types::{OrganisationId, RequestId, sha256};
use crate::web::form::{Form, Refused};
use crate::web::lists::{As, Table};
use crate::web::upload::Upload;
use crate::web::{App, Hospital, Page, block, page};

/// Contracts shown at a time: more are for a file.
const SHOWN: usize = 300;
/// Rows for products without a contract that are empty.
const SPARE: usize = 5;
/// Most lines of a request that come back into the form.
const LINES: i64 = 2_000;

/// A contract to order from.
struct Row {
    held: Held,
    supplier: String,
    volume: Option<AgreedVolume>,
    quantity: String,
}

impl Row {
    fn room(&self, t: &Text) -> String {
        let room = self.volume.as_ref().map(|volume| volume.room());
        match room {
            None => t.orders.room_unknown.to_owned(),
            Some(None) => t.orders.room_free.to_owned(),
            Some(Some(room)) => room.to_string(),
        }
    }

    fn label(&self, t: &Text) -> String {
        fill(t.orders.order_quantity_of, &[("number", &self.held.contract.number)])
    }

    fn names(&self) -> [&str; 4] {
        let contract = &self.held.contract;
        [&contract.number, &contract.product, &self.held.generic, &self.supplier]
    }
}

#[derive(Template)]
#[template(path = "orders/new.html")]
struct Show {
    page: Page,
    q: String,
    replaces: String,
    rows: Vec<Row>,
    more: String,
    free: Vec<Given>,
    sellers: Vec<String>,
}

impl Show {
    fn row_label(&self, label: &str, at: &usize) -> String {
        format!("{} {label}", fill(self.page.t.orders.row, &[("n", at)]))
    }
}

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Only contracts that contain this.
    q: String,
    /// The request whose lines come back into the form.
    from: String,
}

/// The form.
pub async fn form(
    page: Page,
    who: Hospital,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (hospital, today) = (who.organisation.id.clone(), app.now().day());
    let from: Option<RequestId> = asked.from.parse().ok();
    let q = asked.q.trim().to_lowercase();
    let (mut rows, sent, sellers) = app
        .read(move |conn| {
            let sent = match &from {
                Some(id) => sent(conn, &hospital, id)?,
                None => Vec::new(),
            };
            let sellers = store::sellers(conn)?.into_iter().filter(|seller| seller.active);
            let sellers: Vec<String> = sellers.map(|seller| seller.name).take(1_000).collect();
            Ok((rows(conn, &hospital, today)?, sent, sellers))
        })
        .await?;
    for row in &mut rows {
        let line = sent.iter().find(|line| line.contract == row.held.contract.number);
        row.quantity = line.map(|line| line.quantity.clone()).unwrap_or_default();
    }
    let fits = |row: &Row| row.names().iter().any(|name| name.to_lowercase().contains(&q));
    rows.retain(|row| !row.quantity.is_empty() || fits(row));
    rows.sort_by_key(|row| row.quantity.is_empty());
    let t = page.t;
    let more =
        if rows.len() > SHOWN { fill(t.orders.more_contracts, &[("count", &SHOWN)]) } else { String::new() };
    rows.truncate(SHOWN);
    let mut free: Vec<Given> = sent.iter().filter(|line| line.contract.is_empty()).cloned().collect();
    free.resize(free.len() + SPARE, Given::default());
    let asked = asked.into_inner();
    let replaces = if sent.is_empty() { String::new() } else { asked.from };
    page::show(&Show { page, q: asked.q, replaces, rows, more, free, sellers })
}

/// The lines of an open request of this hospital, to be changed.
fn sent(conn: &mut Conn, hospital: &OrganisationId, id: &RequestId) -> Result<Vec<Given>> {
    let found = store::request(conn, id)?;
    let is_own = |request: &Request| request.hospital_id == *hospital && request.state == RequestState::Open;
    found.filter(is_own).ok_or(Error::NotFound)?;
    Ok(store::lines(conn, id, false, 0, LINES)?.into_iter().map(|line| line.given).collect())
}

/// The contracts a hospital can order from on a day.
fn rows(conn: &mut Conn, hospital: &OrganisationId, today: NaiveDate) -> Result<Vec<Row>> {
    let held = store::contracts_of(conn, hospital)?;
    let mut volumes = store::volumes_of(conn, hospital, today)?;
    let suppliers = held.iter().map(|held| held.contract.supplier_id.clone()).collect();
    let names = names(conn, suppliers)?;
    let binds = |held: &Held| {
        let it = &held.contract;
        it.state == ContractState::Confirmed && it.starts <= today && today <= it.ends
    };
    let row = |held: Held| Row {
        supplier: names.get(&held.contract.supplier_id).cloned().unwrap_or_default(),
        volume: volumes.remove(&held.contract.id),
        quantity: String::new(),
        held,
    };
    Ok(held.into_iter().filter(binds).map(row).collect())
}

/// Takes the form in and leads to the review, or back into the form to look for more contracts.
pub async fn enter(who: Hospital, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let replaces = match form.text("replaces") {
        "" => None,
        _ => Some(form.choice("replaces")?),
    };
    let (id, lines): (RequestId, _) = (form.choice("id")?, entered(&form));
    let q = page::encode(form.text("q"));
    let to = match (form.text("do"), lines.is_empty()) {
        ("find", true) => return Ok(page::see(&format!("/orders/new?q={q}"))),
        ("find", false) => format!("/orders/new?from={id}&q={q}"),
        _ => review(&id),
    };
    let new = New { id, file_name: String::new(), sha256: String::new(), lines, replaces };
    keep(who, app, new, &to).await
}

fn review(id: &RequestId) -> String {
    format!("/orders/requests/{id}")
}

async fn keep(who: Hospital, app: web::Data<App>, new: New, to: &str) -> Result<HttpResponse> {
    let (ctx, hospital) = (who.ctx(&app), who.organisation.clone());
    app.write(move |tx| requests::enter(tx, &ctx, &hospital, &new)).await?;
    Ok(page::see(to))
}

/// The rows of the form that say something.
fn entered(form: &Form) -> Vec<Given> {
    let cut = |text: &str| text.chars().filter(|c| !c.is_control()).take(200).collect::<String>();
    let mut lines = Vec::new();
    for (number, quantity) in form.with_prefix("quantity.").filter(|(_, quantity)| !quantity.is_empty()) {
        lines.push(Given {
            contract: cut(number),
            quantity: cut(quantity),
            unit_price: cut(form.text(&format!("price.{number}"))),
            ..Given::default()
        });
    }
    let free = ["free_product", "free_supplier", "free_quantity", "free_price"];
    let [products, suppliers, quantities, prices] =
        free.map(|name| form.all(name).map(cut).collect::<Vec<_>>());
    for (((product, supplier), quantity), price) in
        products.into_iter().zip(suppliers).zip(quantities).zip(prices)
    {
        if [&product, &supplier, &quantity, &price].iter().any(|field| !field.is_empty()) {
            lines.push(Given { product, supplier, quantity, unit_price: price, ..Given::default() });
        }
    }
    for (line, source) in lines.iter_mut().zip(1..) {
        line.source = source;
    }
    lines
}

/// Takes a file in and leads to the review.
pub async fn upload(who: Hospital, app: web::Data<App>, upload: Upload) -> Result<HttpResponse> {
    let id: RequestId = upload.form.choice("id")?;
    if upload.bytes.is_empty() && upload.name.is_empty() {
        return Err(Error::refused(Refused::Empty("file")));
    }
    let file_name = upload.name.chars().filter(|c| !c.is_control()).collect();
    let hash = sha256(&upload.bytes);
    let lines = block(move || import::read(upload.bytes.as_slice())).await?;
    let to = review(&id);
    keep(who, app, New { id, file_name, sha256: hash, lines, replaces: None }, &to).await
}

/// The template of the file: every contract that can be ordered from, with its price; the quantity is left open.
pub async fn template(
    page: Page,
    who: Hospital,
    app: web::Data<App>,
    file: web::Query<As>,
) -> Result<HttpResponse> {
    let (hospital, today) = (who.organisation.id.clone(), app.now().day());
    let rows = app.read(move |conn| rows(conn, &hospital, today)).await?;
    let name = |column: &crate::files::read::Column| match page.t.lang {
        Lang::Zh => column.zh,
        Lang::En => column.key,
    };
    let headers: Vec<(&str, u16)> = COLUMNS.iter().map(|column| (name(column), 20)).collect();
    let lines: Vec<[String; 10]> = rows
        .iter()
        .map(|row| {
            let contract = &row.held.contract;
            [
                contract.number.clone(),
                contract.product.clone(),
                row.supplier.clone(),
                String::new(),
                contract.unit_price.decimal().normalize().to_string(),
                row.held.unit.clone(),
                row.held.generic.clone(),
                contract.spec.clone(),
                row.room(page.t),
                contract.ends.to_string(),
            ]
        })
        .collect();
    Table { name: "1", headers: &headers, numbers: &[4], lines }
        .download_as(page.t.orders.template, file.kind.as_str())
}
