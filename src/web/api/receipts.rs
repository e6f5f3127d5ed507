//! Receipts of a hospital: lines of delivery notes taken in, all of a request or none.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use chrono::NaiveDate;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::idempotency::{fingerprint, needed, once};
use super::{Answer, Caller, Fault, Parameters, objects, small_body};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::files::Faults;
use crate::supply::confirmations::Scope;
use crate::supply::deliveries::store::{self, Filter};
use crate::supply::receipts::import::{self, Taken};
use crate::supply::receipts::{self, Take};
use crate::supply::{Delivery, Payer, ReceiptState};
use crate::text::{Lang, Say, Text, fill};
use crate::types::{Ctx, Money, OrganisationId, Quantity, ReceiptId, sha256};
use crate::web::{App, block};

/// What was taken in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Received {
    /// The receipts, a line of a note each.
    pub receipts: Vec<Item>,
}

/// A receipt.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Receipt)]
pub struct Item {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ReceiptId,
    /// The note's number.
    pub delivery: String,
    /// The line's place on it.
    pub line: i32,
    /// Accepted.
    #[schema(value_type = String)]
    pub accepted: Quantity,
    /// Refused.
    #[schema(value_type = String)]
    pub refused: Quantity,
    /// What is to be paid for it, in yuan.
    #[schema(value_type = String)]
    pub amount: Money,
    /// Who pays: `hospital` or `fund`.
    #[schema(value_type = String)]
    pub payer: Payer,
    /// By which day.
    #[schema(value_type = String, format = Date)]
    pub due_on: NaiveDate,
    /// `accepted` or `refused`.
    #[schema(value_type = String)]
    pub state: ReceiptState,
}

/// A note that is not there, or not the only one of its number.
#[derive(Debug)]
enum Unclear {
    NoDelivery(String),
    SeveralDeliveries(String),
    NoLine(String, i32),
}

impl Say for Unclear {
    fn say(&self, t: &Text) -> String {
        match self {
            Unclear::NoDelivery(number) => fill(t.api.no_delivery, &[("number", number)]),
            Unclear::SeveralDeliveries(number) => fill(t.api.several_deliveries, &[("number", number)]),
            Unclear::NoLine(number, line) => fill(t.api.no_line, &[("number", number), ("line", line)]),
        }
    }
}

/// `{"lines": [{"delivery": …, "line": 1, "accepted": …}, …]}`, or the same lines as a file.
pub async fn receive(req: HttpRequest, caller: Caller, app: web::Data<App>, body: web::Payload) -> Answer {
    Parameters::of(&req, &[])?;
    let (key, hospital, ctx) = (needed(&req)?, caller.hospital()?.id.clone(), caller.ctx(&app));
    let most = usize::try_from(import::LIMITS.bytes).unwrap_or(usize::MAX).min(app.settings.upload_bytes);
    let body = small_body(&req, body, most).await?;
    let request = fingerprint(&req, &sha256(&body));
    let (taken, faults) = block(move || match objects(&body)? {
        Some(list) => import::read_objects(list),
        None => import::read(body.as_slice()),
    })
    .await?;
    if !faults.is_empty() {
        return Err(bad_lines(&faults));
    }
    once(&app, &caller, (key, request), move |tx| take_in(tx, &ctx, &hospital, &taken)).await
}

fn bad_lines(faults: &Faults) -> Fault {
    let lines: Vec<Value> = faults
        .first()
        .iter()
        .map(|it| {
            json!({ "line": it.line, "column": it.column, "value": it.value,
                "message": it.reason.say(Lang::Zh.text()), "message_en": it.reason.say(Lang::En.text()) })
        })
        .collect();
    let count = faults.count();
    Fault::new(StatusCode::UNPROCESSABLE_ENTITY, "refused", |t| fill(t.api.bad_lines, &[("count", &count)]))
        .with("lines", Value::Array(lines))
}

fn take_in(tx: &mut Tx, ctx: &Ctx, hospital: &OrganisationId, taken: &[Taken]) -> Result<Value> {
    let mut notes: BTreeMap<&str, Vec<&Taken>> = BTreeMap::new();
    for it in taken {
        notes.entry(&it.delivery).or_default().push(it);
    }
    if notes.is_empty() {
        return Err(receipts::Refused::NoLines.into());
    }
    let mut made = Vec::new();
    for (number, list) in notes {
        let delivery = note(tx, hospital, number)?;
        let lines = store::lines(tx.conn(), &delivery.id)?;
        let mut takes = Vec::new();
        for it in list {
            let line = lines.iter().find(|(line, _)| line.position == it.position);
            let (line, _) =
                line.ok_or_else(|| Error::refused(Unclear::NoLine(number.to_owned(), it.position)))?;
            takes.push(Take {
                id: ReceiptId::new(),
                line: line.id.clone(),
                accepted: it.accepted,
                refused: it.refused,
                reason: it.reason.clone(),
                codes: it.codes.clone(),
            });
        }
        receipts::receive(tx, ctx, &delivery.id, &takes)?;
        let stored = store::receipts(tx.conn(), &delivery.id)?;
        for take in &takes {
            let line =
                lines.iter().find(|(line, _)| line.id == take.line).map_or(0, |(line, _)| line.position);
            made.extend(stored.iter().find(|it| it.id == take.id).map(|it| Item {
                id: it.id.clone(),
                delivery: number.to_owned(),
                line,
                accepted: it.accepted,
                refused: it.refused,
                amount: it.amount,
                payer: it.payer,
                due_on: it.due_on,
                state: it.state,
            }));
        }
    }
    Ok(serde_json::to_value(Received { receipts: made })?)
}

/// The note of a number that is this hospital's. Suppliers number their notes themselves, so two can have the same.
fn note(tx: &mut Tx, hospital: &OrganisationId, number: &str) -> Result<Delivery> {
    let filter = Filter {
        scope: Scope::Hospital(hospital.clone()),
        state: None,
        order: None,
        number: Some(number.to_owned()),
        before: None,
    };
    let mut found = store::page(tx.conn(), &filter, 2)?;
    match (found.pop(), found.is_empty()) {
        (Some(it), true) => Ok(it),
        (None, _) => Err(Error::refused(Unclear::NoDelivery(number.to_owned()))),
        (Some(_), false) => Err(Error::refused(Unclear::SeveralDeliveries(number.to_owned()))),
    }
}
