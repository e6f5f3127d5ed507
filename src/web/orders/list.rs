//! The list of orders: filtered, paged by number, exported.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use super::class;
use crate::contracts;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::Who;
use crate::people::store::names;
use crate::supply::orders::requests::{self, Request, RequestState};
use crate::supply::orders::store::{self, Filter, Scope};
use crate::supply::{Order, OrderState};
use crate::text::{Text, fill};
use crate::types::{ContractId, OrganisationId, parse_day};
use crate::web::form::Refused;
use crate::web::lists::{As, EXPORT, PAGE, Table, exported, given, query};
use crate::web::{App, Page, Person, page};

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    state: String,
    counterpart: String,
    from: String,
    to: String,
    q: String,
    contract: String,
    before: String,
}

impl Asked {
    fn filter(&self, who: &Who) -> Result<Filter> {
        let words = |text: &str| text.trim().chars().filter(|c| !c.is_control()).take(100).collect();
        Ok(Filter {
            scope: super::scope(who),
            state: given(&self.state)?,
            counterpart: words(&self.counterpart),
            from: day("from", &self.from)?,
            to: day("to", &self.to)?,
            product: words(&self.q),
            contract: given(&self.contract)?,
            before: words(&self.before),
        })
    }

    /// The filter as a query, without the place in the list.
    fn query(&self) -> String {
        query(&[
            ("state", &self.state),
            ("counterpart", &self.counterpart),
            ("from", &self.from),
            ("to", &self.to),
            ("q", &self.q),
            ("contract", &self.contract),
        ])
    }
}

fn day(field: &'static str, text: &str) -> Result<Option<NaiveDate>> {
    if text.is_empty() {
        return Ok(None);
    }
    parse_day(text).map(Some).ok_or_else(|| Error::refused(Refused::Time(field, text.to_owned())))
}

/// A line of the list.
struct Line {
    it: Order,
    hospital: String,
    supplier: String,
}

impl Line {
    fn class(&self) -> &'static str {
        class(self.it.state)
    }
}

#[derive(Template)]
#[template(path = "orders/list.html")]
struct List {
    page: Page,
    asked: Asked,
    states: Vec<(&'static str, &'static str)>,
    counterpart: &'static str,
    search: &'static str,
    of_contract: String,
    lines: Vec<Line>,
    open: Vec<Request>,
    next: String,
}

/// Requests to be submitted that the list reminds of.
const OPEN: i64 = 20;

/// A page of orders.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let asked = asked.into_inner();
    let filter = asked.filter(&who)?;
    let reader = who.0.clone();
    let scope = filter.scope.clone();
    let (lines, open, number, more) = app
        .read(move |conn| {
            let mut found = store::page(conn, &filter, PAGE + 1)?;
            let more = found.len() > PAGE as usize;
            found.truncate(PAGE as usize);
            let open = match &filter.scope {
                Scope::Hospital(id) => requests::store::requests_of(conn, id, RequestState::Open, OPEN)?,
                _ => Vec::new(),
            };
            Ok((lines(conn, found)?, open, contract(conn, &reader, filter.contract.as_ref())?, more))
        })
        .await?;
    let t = page.t;
    let next = match lines.last() {
        Some(last) if more => {
            format!("/orders?{}&before={}", asked.query(), page::encode(&last.it.number))
        }
        _ => String::new(),
    };
    let states = std::iter::once(("", t.common.all))
        .chain(OrderState::ALL.iter().map(|state| (state.as_str(), state.name(t))));
    let (counterpart, search) = match scope {
        Scope::Hospital(_) => (t.orders.counterpart_hospital, t.orders.search),
        Scope::Supplier(_) => (t.orders.counterpart_supplier, t.orders.search),
        Scope::All => (t.orders.counterpart_staff, t.orders.search_staff),
    };
    let of_contract = match number.is_empty() {
        true => number,
        false => fill(t.orders.of_contract, &[("number", &number)]),
    };
    page::show(&List {
        states: states.collect(),
        page,
        asked,
        counterpart,
        search,
        of_contract,
        lines,
        open,
        next,
    })
}

/// The number of the contract asked for, if the reader is a party to it or of the bureau.
fn contract(conn: &mut Conn, who: &Who, id: Option<&ContractId>) -> Result<String> {
    let Some(id) = id else { return Ok(String::new()) };
    let contract = contracts::store::contract(conn, id)?.ok_or(Error::NotFound)?;
    let is_seen = super::scope(who) == Scope::All || contract.party(&who.organisation.id).is_some();
    if is_seen { Ok(contract.number) } else { Err(Error::NotFound) }
}

fn lines(conn: &mut Conn, found: Vec<Order>) -> Result<Vec<Line>> {
    let ids = found.iter().flat_map(|it| [it.hospital_id.clone(), it.supplier_id.clone()]).collect();
    let names = names(conn, ids)?;
    let name = |id: &OrganisationId| names.get(id).cloned().unwrap_or_default();
    let line = |it: Order| Line { hospital: name(&it.hospital_id), supplier: name(&it.supplier_id), it };
    Ok(found.into_iter().map(line).collect())
}

/// The filtered orders as a file.
pub async fn export(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
    file: web::Query<As>,
) -> Result<HttpResponse> {
    let (mut filter, t) = (asked.filter(&who)?, page.t);
    filter.before = String::new();
    let lines = app
        .read(move |conn| {
            let mut all = Vec::new();
            while all.len() < EXPORT {
                let part = store::page(conn, &filter, 2_000)?;
                let Some(last) = part.last() else { break };
                filter.before.clone_from(&last.number);
                all.extend(lines(conn, part)?.iter().map(|line| cells(line, t)));
            }
            Ok(all)
        })
        .await?;
    exported(&app, who.ctx(&app), ("orders.export", "orders"), lines.len(), asked.query()).await?;
    Table { name: "1", headers: &headers(t), numbers: &[6, 7], lines }
        .download_as(t.orders.title, file.kind.as_str())
}

fn headers(t: &Text) -> [(&'static str, u16); 9] {
    let o = &t.orders;
    [
        (o.number, 20),
        (o.state, 12),
        (o.placed_at, 18),
        (o.hospital, 30),
        (o.region, 12),
        (o.supplier, 30),
        (o.lines, 8),
        (o.amount, 16),
        (o.confirmed_at, 18),
    ]
}

fn cells(line: &Line, t: &Text) -> [String; 9] {
    let it = &line.it;
    [
        it.number.clone(),
        it.state.name(t).to_owned(),
        it.placed_at.to_string(),
        line.hospital.clone(),
        it.region.clone(),
        line.supplier.clone(),
        it.lines.to_string(),
        it.amount.to_string(),
        it.confirmed_at.map(|at| at.to_string()).unwrap_or_default(),
    ]
}
