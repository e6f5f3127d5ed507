//! Orders of a hospital: lines that name a contract, or a product and its supplier, checked and placed at once.

use std::sync::{Arc, Mutex};

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::idempotency::{fingerprint, needed, once};
use super::{Answer, Caller, Parameters, small_body};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::people::{self, Organisation};
use crate::supply::orders::requests::refused::Refused;
use crate::supply::orders::requests::{self, Given, New, RequestLine, Submitted, import, store};
use crate::supply::orders::store as orders;
use crate::text::{Lang, Say};
use crate::types::{Ctx, Money, OrderId, Quantity, RequestId, sha256};
use crate::web::{App, block};

/// What came of a request for orders.
#[derive(Debug, Serialize, ToSchema)]
pub struct Placed {
    /// The request's id, under which the hospital's pages show it.
    #[schema(value_type = String)]
    pub request: RequestId,
    /// The orders, one for each supplier.
    pub orders: Vec<PlacedOrder>,
    /// What became of each line.
    pub lines: Vec<LineResult>,
}

/// An order that was placed.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlacedOrder {
    /// Its id.
    #[schema(value_type = String)]
    pub id: OrderId,
    /// Its number.
    pub number: String,
    /// The supplier's name.
    pub supplier: String,
    /// What its lines cost together.
    #[schema(value_type = String)]
    pub amount: Money,
}

/// What became of a line.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineResult {
    /// The line of what was sent.
    pub line: i32,
    /// `ordered` or `faulty`.
    pub result: &'static str,
    /// The number of its order.
    pub order: Option<String>,
    /// The part that draws on the agreed volume.
    #[schema(value_type = String)]
    pub agreed: Quantity,
    /// The part that is ordinary purchase.
    #[schema(value_type = String)]
    pub ordinary: Quantity,
    /// Why it is faulty, in Chinese.
    pub message: Option<String>,
    /// The same in English.
    pub message_en: Option<String>,
}

/// `{"lines": [{…}, …]}`, or the same lines as a file; `?without_faulty=true` places the sound ones of them.
pub async fn place(req: HttpRequest, caller: Caller, app: web::Data<App>, body: web::Payload) -> Answer {
    let without_faulty =
        Parameters::of(&req, &["without_faulty"])?.read("without_faulty", false, |_| true)?;
    let (key, hospital, ctx) = (needed(&req)?, caller.hospital()?.clone(), caller.ctx(&app));
    let most = usize::try_from(import::LIMITS.bytes).unwrap_or(usize::MAX).min(app.settings.upload_bytes);
    let body = small_body(&req, body, most).await?;
    let hash = sha256(&body);
    let request = fingerprint(&req, &hash);
    let lines = block(move || lines(&body)).await?;
    // The lines' faults come back beside the refusal, which takes everything of this request back.
    let faulty: Arc<Mutex<Option<Value>>> = Arc::default();
    let told = faulty.clone();
    let done = once(&app, &caller, (key, request), move |tx| {
        let id = RequestId::new();
        let new = New {
            id: id.clone(),
            file_name: "API".to_owned(),
            sha256: hash.clone(),
            lines: lines.clone(),
            replaces: None,
        };
        requests::enter(tx, &ctx, &hospital, &new)?;
        let entered = store::lines(tx.conn(), &id, false, 0, i64::MAX)?;
        let count = entered.iter().filter(|line| !line.outcome.fault.is_empty()).count();
        if count == entered.len() || (count > 0 && !without_faulty) {
            let results: Vec<LineResult> = entered.iter().map(|line| result(line, None)).collect();
            if let Ok(mut told) = told.lock() {
                *told = Some(serde_json::to_value(results)?);
            }
            return Err(Refused::Faulty(i32::try_from(count).map_err(Error::fault_of)?).into());
        }
        place_all(tx, &ctx, &hospital, &id)
    })
    .await;
    let results = faulty.lock().ok().and_then(|mut told| told.take());
    done.map_err(|fault| match results {
        Some(results) if fault.status == StatusCode::UNPROCESSABLE_ENTITY => fault.with("lines", results),
        _ => fault,
    })
}

fn place_all(tx: &mut Tx, ctx: &Ctx, hospital: &Organisation, id: &RequestId) -> Result<Value> {
    // Entered in this transaction, in which nothing can have changed since.
    match requests::submit(tx, ctx, hospital, id, (1, true))? {
        Submitted::Placed => {}
        Submitted::Changed(count) => return Err(Refused::Changed(count).into()),
    }
    let placed = orders::of_request(tx.conn(), id)?;
    let names = people::store::names(tx.conn(), placed.iter().map(|it| it.supplier_id.clone()).collect())?;
    let number = |id: &OrderId| placed.iter().find(|it| it.id == *id).map(|it| it.number.clone());
    let lines = store::lines(tx.conn(), id, false, 0, i64::MAX)?;
    let lines = lines.iter().map(|line| result(line, line.order_id.as_ref().and_then(number))).collect();
    let shown = placed.iter().map(|it| PlacedOrder {
        id: it.id.clone(),
        number: it.number.clone(),
        supplier: names.get(&it.supplier_id).cloned().unwrap_or_default(),
        amount: it.amount,
    });
    Ok(serde_json::to_value(Placed { request: id.clone(), orders: shown.collect(), lines })?)
}

fn result(line: &RequestLine, order: Option<String>) -> LineResult {
    let why = line.outcome.why();
    let said = |lang: Lang| why.as_ref().map(|fault| fault.say(lang.text()));
    LineResult {
        line: line.given.source,
        result: if why.is_none() { "ordered" } else { "faulty" },
        order,
        agreed: line.outcome.agreed,
        ordinary: line.outcome.ordinary,
        message: said(Lang::Zh),
        message_en: said(Lang::En),
    }
}

/// The lines of a body.
fn lines(body: &[u8]) -> Result<Vec<Given>> {
    match super::objects(body)? {
        Some(list) => import::read_objects(list),
        None => import::read(body),
    }
}
