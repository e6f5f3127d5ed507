//! One order: its lines with every quantity, what was given up, and the form that gives up what is not sent.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{self, Role, Who};
use crate::supply::orders::{self, GivenUp, Release, rules, store};
use crate::supply::{Order, OrderLine, OrderState};
use crate::text::{Text, fill};
use crate::types::{ContractId, Money, OrderId, OrderLineId, OrganisationId};
use crate::web::form::Form;
use crate::web::lists::{As, Table};
use crate::web::{App, Hospital, Page, Person, page};

/// Lines shown at a time.
const PAGE: i64 = 200;

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// After this position, for the next page.
    after: i32,
    /// The line whose form is open.
    release: String,
}

/// A line with the number of its contract.
struct Line {
    it: OrderLine,
    contract: String,
}

impl Line {
    fn kind(&self, t: &Text) -> &'static str {
        match (&self.it.volume_id, &self.it.contract_id) {
            (Some(_), _) => t.orders.kind_agreed,
            (None, Some(_)) => t.orders.kind_above,
            (None, None) => t.orders.kind_ordinary,
        }
    }

    fn class(&self) -> &'static str {
        super::class(self.it.state)
    }

    fn to_come(&self) -> String {
        rules::open(&self.it).to_string()
    }

    fn promised(&self) -> String {
        self.it.promised.map(|quantity| quantity.to_string()).unwrap_or_default()
    }

    fn promised_on(&self) -> String {
        self.it.promised_on.map(|day| day.to_string()).unwrap_or_default()
    }

    fn amount(&self) -> Option<Money> {
        Money::of(self.it.quantity, self.it.unit_price).ok()
    }

    fn shown_amount(&self) -> String {
        self.amount().map(|amount| amount.to_string()).unwrap_or_default()
    }

    fn can_release(&self) -> bool {
        rules::shippable(&self.it).is_positive()
    }

    fn release_label(&self, t: &Text) -> String {
        fill(t.orders.release_line, &[("line", &self.it.position)])
    }

    fn release_intro(&self, t: &Text) -> String {
        let left = rules::shippable(&self.it);
        let product = format!("{} {}", self.it.generic, self.it.product);
        fill(
            t.orders.release_intro,
            &[("line", &self.it.position), ("product", &product), ("left", &left), ("unit", &self.it.unit)],
        )
    }

    fn left(&self) -> String {
        rules::shippable(&self.it).to_string()
    }
}

#[derive(Template)]
#[template(path = "orders/show.html")]
struct Show {
    page: Page,
    it: Order,
    hospital: String,
    supplier: String,
    lines: Vec<Line>,
    releases: Vec<(Release, i32, String)>,
    may_release: bool,
    is_supplier: bool,
    opened: Option<Line>,
    reason: String,
    next: String,
    after: i32,
}

impl Show {
    fn class(&self) -> &'static str {
        super::class(self.it.state)
    }

    fn may_answer(&self) -> bool {
        self.is_supplier && self.it.state == OrderState::Placed
    }

    fn may_send(&self) -> bool {
        self.is_supplier && self.it.state == OrderState::Confirmed
    }
}

/// The page.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<OrderId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    page::show(&made(page, &who, &app, &id, (asked.into_inner(), String::new())).await?)
}

async fn made(
    page: Page,
    who: &Who,
    app: &App,
    id: &OrderId,
    (asked, reason): (Asked, String),
) -> Result<Show> {
    let (reader, id, after) = (who.clone(), id.clone(), asked.after);
    let open: Option<OrderLineId> = asked.release.parse().ok();
    app.read(move |conn| {
        let it = super::seen(conn, &reader, &id)?;
        let may_release = reader.is(Role::Hospital) && reader.organisation.id == it.hospital_id;
        let mut found = store::lines(conn, &id, after, PAGE + 1)?;
        let more = found.len() > PAGE as usize;
        found.truncate(PAGE as usize);
        let next = match found.last() {
            Some(last) if more => format!("/orders/{id}?after={}", last.position),
            _ => String::new(),
        };
        let opened = match &open {
            Some(line) if may_release => store::line(conn, line)?.filter(|line| line.order_id == id),
            _ => None,
        };
        let opened = lines(conn, opened.into_iter().collect())?.pop().filter(Line::can_release);
        let names = people::store::names(conn, vec![it.hospital_id.clone(), it.supplier_id.clone()])?;
        let name = |id: &OrganisationId| names.get(id).cloned().unwrap_or_default();
        Ok(Show {
            hospital: name(&it.hospital_id),
            supplier: name(&it.supplier_id),
            lines: lines(conn, found)?,
            releases: releases(conn, &id)?,
            page,
            it,
            may_release,
            is_supplier: reader.is(Role::Supplier),
            opened,
            reason,
            next,
            after,
        })
    })
    .await
}

fn lines(conn: &mut Conn, found: Vec<OrderLine>) -> Result<Vec<Line>> {
    let ids: Vec<ContractId> = found.iter().filter_map(|line| line.contract_id.clone()).collect();
    let numbers: HashMap<ContractId, String> = store::contract_numbers(conn, ids)?;
    let numbered = |it: OrderLine| Line {
        contract: it.contract_id.as_ref().and_then(|id| numbers.get(id)).cloned().unwrap_or_default(),
        it,
    };
    Ok(found.into_iter().map(numbered).collect())
}

/// What was given up of an order, each with the position of its line and who did it.
fn releases(conn: &mut Conn, id: &OrderId) -> Result<Vec<(Release, i32, String)>> {
    let mut list = Vec::new();
    for (release, position) in store::releases_of(conn, id, RELEASES)? {
        let by = people::store::account_name(conn, release.account_id.as_ref())?;
        list.push((release, position, by));
    }
    Ok(list)
}

/// Most releases shown, the newest first.
const RELEASES: i64 = 100;

/// Gives up what is not sent of a line.
pub async fn release(
    page: Page,
    who: Hospital,
    app: web::Data<App>,
    id: web::Path<OrderId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, hospital) = (who.ctx(&app), who.organisation.id.clone());
    let it = GivenUp {
        id: form.choice("id")?,
        line: form.choice("line")?,
        seen: form.number("seen")?,
        reason: form.text("reason").chars().filter(|c| !c.is_control()).take(500).collect(),
    };
    let (line, reason) = (it.line.to_string(), it.reason.clone());
    match app.write(move |tx| orders::give_up(tx, &ctx, &hospital, &it)).await {
        Ok(order) => Ok(page::see_done(&format!("/orders/{order}"))),
        Err(Error::Refused(why)) => {
            let asked = Asked { after: 0, release: line };
            page::show_refused(&made(page.refused(&*why), &who, &app, &id, (asked, reason)).await?)
        }
        Err(error) => Err(error),
    }
}

/// The lines as a file.
pub async fn export(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<OrderId>,
    file: web::Query<As>,
) -> Result<HttpResponse> {
    let reader = who.0.clone();
    let (it, found) = app
        .read(move |conn| {
            let it = super::seen(conn, &reader, &id)?;
            let found = store::lines(conn, &id, 0, i64::MAX)?;
            Ok((it, lines(conn, found)?))
        })
        .await?;
    let t = page.t;
    let lines: Vec<Vec<String>> = found.iter().map(|line| cells(line, t)).collect();
    let numbers = [0, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17];
    Table { name: "1", headers: &headers(t), numbers: &numbers, lines }
        .download_as(&it.number, file.kind.as_str())
}

fn cells(line: &Line, t: &Text) -> Vec<String> {
    let it = &line.it;
    let mut cells = vec![
        it.position.to_string(),
        it.state.name(t).to_owned(),
        line.kind(t).to_owned(),
        line.contract.clone(),
        it.generic.clone(),
        it.product.clone(),
        it.spec.clone(),
        it.unit.clone(),
        it.quantity.to_string(),
        it.unit_price.decimal().normalize().to_string(),
        line.amount().map(|amount| amount.to_string()).unwrap_or_default(),
        it.promised.map(|quantity| quantity.to_string()).unwrap_or_default(),
    ];
    let moved = [it.shipped, it.accepted, it.refused, it.returned, it.released, rules::open(it)];
    cells.extend(moved.map(|quantity| quantity.to_string()));
    cells
}

fn headers(t: &Text) -> [(&'static str, u16); 18] {
    let o = &t.orders;
    [
        (o.position, 6),
        (o.state, 12),
        (o.kind, 14),
        (o.contract, 24),
        (o.generic, 20),
        (o.product, 28),
        (o.spec, 16),
        (o.unit, 8),
        (o.quantity, 12),
        (o.unit_price, 12),
        (o.line_amount, 14),
        (o.promised, 12),
        (o.shipped, 12),
        (o.accepted, 12),
        (o.refused, 12),
        (o.returned, 12),
        (o.released, 12),
        (o.to_come, 12),
    ]
}
