//! `/deliveries/{id}`: a delivery note with what was taken in and what went back, and the hospital's forms.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::db::Conn;
use crate::error::Result;
use crate::people::Role;
use crate::people::store::organisation_name;
use crate::supply::confirmations::Scope;
use crate::supply::deliveries::{self, TraceCode, store};
use crate::supply::{
    Delivery, DeliveryLine, DeliveryState, Order, OrderLine, Receipt, Return, distributors, orders, returns,
};
use crate::text::{Text, fill};
use crate::types::{DeliveryId, DeliveryLineId, Quantity};
use crate::web::form::Form;
use crate::web::{App, Page, Person, page};

/// Most trace codes shown.
const CODES: i64 = 2_000;

/// What the page is made from.
#[derive(Clone)]
struct Facts {
    it: Delivery,
    order: Order,
    hospital: String,
    supplier: String,
    distributor: Option<String>,
    lines: Vec<(DeliveryLine, OrderLine)>,
    receipts: Vec<Receipt>,
    returns: Vec<Return>,
    codes: Vec<TraceCode>,
}

fn facts(conn: &mut Conn, scope: &Scope, id: &DeliveryId) -> Result<Facts> {
    let it = deliveries::seen(conn, scope, id)?;
    let order = orders::store::order(conn, &it.order_id)?.ok_or(crate::error::Error::NotFound)?;
    let distributor = it.distributor_id.as_ref();
    let distributor = distributor.map(|id| distributors::distributor(conn, id)).transpose()?;
    Ok(Facts {
        hospital: organisation_name(conn, &it.hospital_id)?,
        supplier: organisation_name(conn, &it.supplier_id)?,
        distributor: distributor.map(|it| it.name),
        lines: store::lines(conn, id)?,
        receipts: store::receipts(conn, id)?,
        returns: returns::store::of_delivery(conn, id)?,
        codes: store::codes(conn, id, CODES)?,
        order,
        it,
    })
}

#[derive(Template)]
#[template(path = "deliveries/show.html")]
struct Show {
    page: Page,
    f: Facts,
    title: String,
    count: String,
    rows: Vec<Row>,
    returns: Vec<(i32, String, Return)>,
    returnable: Vec<(String, String)>,
    typed: Form,
    return_id: String,
    codes_cut: String,
}

impl Show {
    fn is_received(&self) -> bool {
        self.f.it.state == DeliveryState::Received
    }

    fn may_receive(&self) -> bool {
        !self.is_received() && self.page.is(Role::Hospital.as_str())
    }

    fn may_return(&self) -> bool {
        !self.returnable.is_empty() && self.page.is(Role::Hospital.as_str())
    }

    fn distributor(&self) -> &str {
        self.f.distributor.as_deref().unwrap_or(self.page.t.deliveries.no_distributor)
    }
}

struct Row {
    line: DeliveryLine,
    of: OrderLine,
    receipt: Option<Receipt>,
    codes: Vec<TraceCode>,
    codes_count: String,
    /// The receipt's id and its fields as typed.
    id: String,
    accepted: String,
    refused: String,
    reason: String,
    refused_codes: String,
    labels: [String; 4],
}

/// The page.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<DeliveryId>,
) -> Result<HttpResponse> {
    let scope = Scope::of(&who);
    page::show(&made(page, scope, &app, &id, None).await?)
}

/// The page again with a form that was refused.
pub(super) async fn refused(
    page: Page,
    scope: Scope,
    app: &App,
    id: &DeliveryId,
    form: Form,
) -> Result<HttpResponse> {
    page::show_refused(&made(page, scope, app, id, Some(form)).await?)
}

async fn made(page: Page, scope: Scope, app: &App, id: &DeliveryId, typed: Option<Form>) -> Result<Show> {
    let id = id.clone();
    let f = app.read(move |conn| facts(conn, &scope, &id)).await?;
    let d = &page.t.deliveries;
    let (done, all) = (f.receipts.len(), f.lines.len());
    // The two forms are told apart by the receipt the other one names.
    let is_return = typed.as_ref().is_some_and(|form| !form.text("receipt").is_empty());
    let receiving = typed.as_ref().filter(|_| !is_return);
    let rows = rows(&page, &f, receiving);
    let return_id = match &typed {
        Some(form) if is_return => form.text("id").to_owned(),
        _ => page.fresh_id(),
    };
    let is_cut = f.codes.len() >= usize::try_from(CODES).unwrap_or(usize::MAX);
    Ok(Show {
        title: fill(d.show_title, &[("number", &f.it.number)]),
        count: fill(d.received_count, &[("done", &done), ("all", &all)]),
        returns: returned(&f),
        returnable: returnable(&f, page.t),
        typed: typed.filter(|_| is_return).unwrap_or_default(),
        return_id,
        codes_cut: if is_cut { fill(d.codes_cut, &[("most", &CODES)]) } else { String::new() },
        rows,
        page,
        f,
    })
}

fn rows(page: &Page, f: &Facts, typed: Option<&Form>) -> Vec<Row> {
    let d = &page.t.deliveries;
    let mut codes: BTreeMap<&DeliveryLineId, Vec<TraceCode>> = BTreeMap::new();
    for code in &f.codes {
        codes.entry(&code.delivery_line_id).or_default().push(code.clone());
    }
    let mut row = |(line, of): &(DeliveryLine, OrderLine)| {
        let field = |name: &str, empty: String| match typed {
            Some(form) => form.text(&format!("{name}.{}", line.id)).to_owned(),
            None => empty,
        };
        let label = |text: &str| fill(text, &[("line", &line.position)]);
        let codes = codes.remove(&line.id).unwrap_or_default();
        Row {
            receipt: f.receipts.iter().find(|it| it.delivery_line_id == line.id).cloned(),
            codes_count: fill(d.codes_count, &[("count", &codes.len())]),
            codes,
            id: field("id", page.fresh_id()),
            accepted: field("accepted", line.quantity.to_string()),
            refused: field("refused", "0".to_owned()),
            reason: field("reason", String::new()),
            refused_codes: field("codes", String::new()),
            labels: [d.label_accepted, d.label_refused, d.label_reason, d.label_refused_codes].map(label),
            line: line.clone(),
            of: of.clone(),
        }
    };
    f.lines.iter().map(&mut row).collect()
}

/// What went back, with the line's place and name.
fn returned(f: &Facts) -> Vec<(i32, String, Return)> {
    let with_line = |it: &Return| {
        let receipt = f.receipts.iter().find(|receipt| receipt.id == it.receipt_id)?;
        let (line, of) = f.lines.iter().find(|(line, _)| line.id == receipt.delivery_line_id)?;
        Some((line.position, format!("{} {}", of.generic, line.batch), it.clone()))
    };
    f.returns.iter().filter_map(with_line).collect()
}

/// The receipts of which something can go back: id and what it is.
fn returnable(f: &Facts, t: &Text) -> Vec<(String, String)> {
    let choice = |it: &Receipt| {
        let back = f.returns.iter().filter(|back| back.receipt_id == it.id).map(|back| back.quantity);
        let left = back.into_iter().try_fold(it.accepted, Quantity::minus)?;
        let (line, of) = f.lines.iter().find(|(line, _)| line.id == it.delivery_line_id)?;
        let values: [(&str, &dyn std::fmt::Display); 5] = [
            ("line", &line.position),
            ("generic", &of.generic),
            ("batch", &line.batch),
            ("left", &left),
            ("unit", &of.unit),
        ];
        left.is_positive().then(|| (it.id.to_string(), fill(t.deliveries.return_line_of, &values)))
    };
    f.receipts.iter().filter_map(choice).collect()
}
