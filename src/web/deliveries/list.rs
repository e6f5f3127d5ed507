//! `/deliveries`: the delivery notes of a hospital, a supplier or all, the latest first.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::db::Conn;
use crate::error::Result;
use crate::people::store::names;
use crate::people::{Role, Who};
use crate::supply::confirmations::{self, Scope};
use crate::supply::deliveries::store::{self, Filter};
use crate::supply::{Delivery, DeliveryState};
use crate::types::{OrderId, OrganisationId};
use crate::web::lists::{PAGE, given};
use crate::web::{App, Page, Person, page};

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    state: String,
    q: String,
    before: String,
}

impl Asked {
    /// The filter as a query, without the place in the list.
    pub(super) fn query(&self) -> String {
        format!("state={}&q={}", page::encode(&self.state), page::encode(&self.q))
    }

    /// The filter: a text is an order's number when there is one, else a note's.
    pub(super) fn filter(&self, conn: &mut Conn, who: &Who) -> Result<Filter> {
        let mut filter = Filter {
            scope: Scope::of(who),
            state: given(&self.state)?,
            order: None,
            number: None,
            before: given(&self.before)?,
        };
        let text = self.q.trim();
        if !text.is_empty() {
            match confirmations::store::by_number(conn, text)? {
                Some(order) => filter.order = Some(order.id),
                None => filter.number = Some(text.chars().take(100).collect()),
            }
        }
        Ok(filter)
    }
}

#[derive(Template)]
#[template(path = "deliveries/list.html")]
struct List {
    page: Page,
    asked: Asked,
    states: Vec<(&'static str, &'static str)>,
    lines: Vec<Delivery>,
    orders: HashMap<OrderId, String>,
    names: HashMap<OrganisationId, String>,
    next: String,
}

impl List {
    fn order(&self, id: &OrderId) -> &str {
        self.orders.get(id).map_or("", String::as_str)
    }

    fn name(&self, id: &OrganisationId) -> &str {
        self.names.get(id).map_or("", String::as_str)
    }

    fn is_received(&self, it: &Delivery) -> bool {
        it.state == DeliveryState::Received
    }

    fn is_supplier(&self) -> bool {
        self.page.is(Role::Supplier.as_str())
    }
}

/// A page of notes.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let asked = asked.into_inner();
    let (wanted, reader) = (asked.clone(), who.0.clone());
    let (lines, is_more, orders, names) = app
        .read(move |conn| {
            let filter = wanted.filter(conn, &reader)?;
            let mut found = store::page(conn, &filter, PAGE + 1)?;
            let is_more = found.len() > PAGE as usize;
            found.truncate(PAGE as usize);
            let orders = found.iter().map(|it| it.order_id.clone()).collect();
            let orders = confirmations::store::numbers(conn, orders)?;
            let parties = found.iter().flat_map(|it| [it.hospital_id.clone(), it.supplier_id.clone()]);
            let names = names(conn, parties.collect())?;
            Ok((found, is_more, orders, names))
        })
        .await?;
    let next = match lines.last() {
        Some(last) if is_more => format!("/deliveries?{}&before={}", asked.query(), last.id),
        _ => String::new(),
    };
    let t = page.t;
    let states = std::iter::once(("", t.common.all))
        .chain(DeliveryState::ALL.iter().map(|state| (state.as_str(), state.name(t))))
        .collect();
    page::show(&List { page, asked, states, lines, orders, names, next })
}
