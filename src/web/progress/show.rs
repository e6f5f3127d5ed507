//! `/progress/contracts/{id}`: one contract's agreement years and its order lines.

use actix_web::{HttpResponse, web};
use askama::Template;
use diesel::prelude::*;
use serde::Deserialize;

use crate::contracts::volumes::{self, AgreedVolume};
use crate::contracts::{self, Contract};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::Who;
use crate::schema::{order_lines, orders};
use crate::supply::OrderLine;
use crate::supply::progress::counts::{self, Counts};
use crate::supply::progress::{self, Judged, Narrow, Scope};
use crate::text::fill;
use crate::types::{ContractId, OrderLineId, Time, parse_day};
use crate::web::progress::party;
use crate::web::{App, Page, Person, page};

/// Order lines of one page.
const PAGE: usize = 100;

/// Where the reader is in the order lines.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Place {
    #[serde(default)]
    before: String,
}

struct Loaded {
    it: Contract,
    judged: Option<Judged>,
    years: Vec<(AgreedVolume, Option<Counts>)>,
    orders: Vec<(OrderLine, String)>,
    next: String,
}

#[derive(Template)]
#[template(path = "progress/show.html")]
struct Show {
    page: Page,
    it: Loaded,
    is_first: bool,
}

impl Show {
    fn year(&self, it: &AgreedVolume) -> String {
        fill(self.page.t.progress.year_n, &[("n", &it.year)])
    }
}

/// The page.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<ContractId>,
    place: web::Query<Place>,
) -> Result<HttpResponse> {
    let (reader, now, is_first) = (who.0.clone(), app.now(), place.before.is_empty());
    let it = app.read(move |conn| load(conn, &reader, &id, &place, now)).await?;
    page::show(&Show { page, it, is_first })
}

fn load(conn: &mut Conn, who: &Who, id: &ContractId, place: &Place, now: Time) -> Result<Loaded> {
    let it = contracts::store::contract(conn, id)?.ok_or(Error::NotFound)?;
    let party = party(who);
    if party.as_ref().is_some_and(|(side, own)| it.party(own) != Some(*side)) {
        return Err(Error::NotFound);
    }
    let today = now.day();
    let scope = Scope { party, round: None, day: today.max(it.starts).min(it.ends) };
    let (mut judged, _) = progress::page(conn, &scope, &Narrow::Contract(id.clone()), false, "", 1, today)?;
    let years = volumes::of_contract(conn, id)?;
    let ids: Vec<_> = years.iter().map(|year| year.id.clone()).collect();
    let counted = counts::of_years(conn, &ids)?;
    let count = |year: &AgreedVolume| counted.iter().find(|it| it.volume_id == year.id).cloned();
    let years = years.into_iter().map(|year| (year.clone(), count(&year))).collect();
    let (orders, next) = orders_of(conn, id, place)?;
    Ok(Loaded { it, judged: judged.pop(), years, orders, next })
}

/// A page of a contract's order lines with their orders' numbers, the latest first, and where the next one begins.
fn orders_of(
    conn: &mut Conn,
    contract: &ContractId,
    place: &Place,
) -> Result<(Vec<(OrderLine, String)>, String)> {
    let mut query = order_lines::table
        .inner_join(orders::table)
        .filter(order_lines::contract_id.eq(contract))
        .order((order_lines::placed_on.desc(), order_lines::id.desc()))
        .select((OrderLine::as_select(), orders::number))
        .limit(i64::try_from(PAGE).unwrap_or(i64::MAX) + 1)
        .into_boxed();
    if let Some((day, id)) = place.before.split_once('_') {
        let day = parse_day(day).ok_or(Error::NotFound)?;
        let id: OrderLineId = id.parse().map_err(|_| Error::NotFound)?;
        let earlier = order_lines::placed_on.eq(day).and(order_lines::id.lt(id));
        query = query.filter(order_lines::placed_on.le(day));
        query = query.filter(order_lines::placed_on.lt(day).or(earlier));
    }
    let mut found: Vec<(OrderLine, String)> = query.load(conn)?;
    let has_more = found.len() > PAGE;
    found.truncate(PAGE);
    let next = match found.last() {
        Some((last, _)) if has_more => {
            format!("/progress/contracts/{contract}?before={}_{}", last.placed_on, last.id)
        }
        _ => String::new(),
    };
    Ok((found, next))
}
