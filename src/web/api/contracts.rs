//! A hospital's own contracts, page after page by their numbers.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Answer, Caller, Parameters};
use crate::contracts::store::{self, Filter, Listed};
use crate::contracts::{ContractState, Party};
use crate::people::store::names;
use crate::types::{Quantity, UnitPrice};
use crate::web::{App, page};

/// Contracts of a page when none is asked for, and at most.
const LIMIT: i64 = 200;
const MOST: i64 = 1_000;

/// A contract. Quantities are in smallest units, prices in yuan for one, both as decimal strings.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Contract)]
pub struct Item {
    /// Its number: what an order names.
    pub number: String,
    /// `drawn`, `confirmed` or `ended`. Only what is confirmed can be ordered from.
    #[schema(value_type = String)]
    pub state: ContractState,
    /// The supplier's name.
    pub supplier: String,
    /// The product, or its code.
    pub product: String,
    /// The generic name.
    pub generic: String,
    /// The spec.
    pub spec: String,
    /// The unit counted.
    pub unit: String,
    /// The quantity agreed for a year.
    #[schema(value_type = String)]
    pub quantity: Quantity,
    /// The price.
    #[schema(value_type = String)]
    pub unit_price: UnitPrice,
    /// First day.
    #[schema(value_type = String, format = Date)]
    pub starts: NaiveDate,
    /// Last day.
    #[schema(value_type = String, format = Date)]
    pub ends: NaiveDate,
}

/// A page of contracts.
#[derive(Debug, Serialize, ToSchema)]
pub struct Contracts {
    /// The contracts by number.
    pub items: Vec<Item>,
    /// Where the next page is; null behind the last.
    pub next: Option<String>,
}

/// `?after=NUMBER&limit=N`.
pub async fn list(req: HttpRequest, caller: Caller, app: web::Data<App>) -> Answer {
    let given = Parameters::of(&req, &["after", "limit"])?;
    let after = given.read("after", String::new(), |text| text.len() <= 200)?;
    let limit = given.read("limit", LIMIT, |n: &i64| (1..=MOST).contains(n))?;
    let hospital = caller.hospital()?.id.clone();
    let filter = Filter { party: Some((Party::Hospital, hospital)), after, ..Filter::default() };
    let (mut rows, names) = app
        .read(move |conn| {
            let rows = store::page(conn, &filter, limit + 1)?;
            let names = names(conn, rows.iter().map(|(it, ..)| it.supplier_id.clone()).collect())?;
            Ok((rows, names))
        })
        .await?;
    let is_more = i64::try_from(rows.len()).is_ok_and(|count| count > limit);
    if is_more {
        rows.pop();
    }
    let next = rows
        .last()
        .filter(|_| is_more)
        .map(|(last, ..)| format!("/api/contracts?after={}&limit={limit}", page::encode(&last.number)));
    let item = |(it, generic, unit): Listed| Item {
        supplier: names.get(&it.supplier_id).cloned().unwrap_or_default(),
        number: it.number,
        state: it.state,
        product: it.product,
        generic,
        spec: it.spec,
        unit,
        quantity: it.quantity,
        unit_price: it.unit_price,
        starts: it.starts,
        ends: it.ends,
    };
    Ok(HttpResponse::Ok().json(Contracts { items: rows.into_iter().map(item).collect(), next }))
}
