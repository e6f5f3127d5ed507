//! Open receipts: what is due or to be netted, by the last day of its term.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::payments::ageing::Bucket;
use crate::payments::hospital::store::{self, Open};
use crate::payments::invoices::rules::due;
use crate::payments::invoices::store::{Goods, goods};
use crate::people::store::names;
use crate::people::{OrganisationKind, Who};
use crate::supply::Receipt;
use crate::text::Text;
use crate::types::{Money, OrganisationId};
use crate::web::lists::{EXPORT, Line, PAGE, Table, exported, given, place, query};
use crate::web::payments::list::payers;
use crate::web::payments::{choices, parties};
use crate::web::{App, Page, Person, page};

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    hospital: String,
    supplier: String,
    payer: String,
    bucket: String,
    which: String,
    after: String,
}

impl Asked {
    fn filter(&self, who: &Who) -> Result<Open> {
        let (hospital, supplier) = parties(who, &self.hospital, &self.supplier)?;
        if !["", "payable", "net"].contains(&self.which.as_str()) {
            return Err(Error::NotFound);
        }
        Ok(Open {
            hospital,
            supplier,
            payer: given(&self.payer)?,
            bucket: given(&self.bucket)?,
            payable: self.which == "payable",
            to_net: self.which == "net",
            after: place(&self.after)?,
        })
    }

    fn query(&self) -> String {
        query(&[
            ("hospital", &self.hospital),
            ("supplier", &self.supplier),
            ("payer", &self.payer),
            ("bucket", &self.bucket),
            ("which", &self.which),
        ])
    }
}

struct Row {
    it: Receipt,
    goods: Goods,
    hospital: String,
    supplier: String,
    due: Money,
    late: i64,
}

#[derive(Template)]
#[template(path = "payments/receipts.html")]
struct List {
    page: Page,
    asked: Asked,
    payers: Vec<(&'static str, &'static str)>,
    buckets: Vec<(&'static str, &'static str)>,
    which: Vec<(&'static str, &'static str)>,
    hospitals: Vec<(String, String)>,
    suppliers: Vec<(String, String)>,
    rows: Vec<Row>,
    next: String,
}

fn rows(conn: &mut Conn, list: Vec<Receipt>, today: NaiveDate) -> Result<Vec<Row>> {
    let mut goods = goods(conn, list.iter())?;
    let ids = list.iter().flat_map(|it| [it.hospital_id.clone(), it.supplier_id.clone()]);
    let names = names(conn, ids.collect())?;
    let name = |id: &OrganisationId| names.get(id).cloned().unwrap_or_default();
    let row = |it: Receipt| Row {
        goods: goods.remove(&it.id).unwrap_or_default(),
        hospital: name(&it.hospital_id),
        supplier: name(&it.supplier_id),
        due: due(&it).unwrap_or(Money::ZERO),
        late: (today - it.due_on).num_days().max(0),
        it,
    };
    Ok(list.into_iter().map(row).collect())
}

/// A page of open receipts.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let asked = asked.into_inner();
    let (filter, reader, t, today) = (asked.filter(&who)?, who.0.clone(), page.t, app.now().day());
    let (rows, more, hospitals, suppliers) = app
        .read(move |conn| {
            let mut found = store::open(conn, &filter, today, PAGE + 1)?;
            let more = found.len() > PAGE as usize;
            found.truncate(PAGE as usize);
            let hospitals = choices(conn, &reader, OrganisationKind::Hospital, t)?;
            let suppliers = choices(conn, &reader, OrganisationKind::Supplier, t)?;
            Ok((rows(conn, found, today)?, more, hospitals, suppliers))
        })
        .await?;
    let next = match rows.last() {
        Some(last) if more => {
            format!("/payments/receipts?{}&after={}~{}", asked.query(), last.it.due_on, last.it.id)
        }
        _ => String::new(),
    };
    let m = &t.paying;
    let each = Bucket::ALL.iter().map(|it| (it.as_str(), it.name(t)));
    let buckets = std::iter::once(("", t.common.all)).chain(each).collect();
    let which = vec![("", m.which_open), ("payable", m.which_payable), ("net", m.which_net)];
    page::show(&List { payers: payers(t), buckets, which, page, asked, hospitals, suppliers, rows, next })
}

fn headers(t: &Text) -> [(&'static str, u16); 19] {
    let m = &t.paying;
    [
        ("receipt", 38),
        (m.delivery, 20),
        (t.invoices.line, 6),
        (m.generic, 20),
        (m.product, 24),
        (m.hospital, 30),
        (m.supplier, 30),
        (m.payer, 18),
        (m.received_on, 12),
        (m.due_on, 12),
        (m.late, 10),
        (m.receipt_amount, 16),
        (m.invoiced, 16),
        (m.credited, 16),
        (m.paid, 16),
        (m.due, 16),
        ("reference", 24),
        ("paid_on", 12),
        ("paid_amount", 14),
    ]
}

/// The last three columns are empty: whoever fills them in has a file of payments.
fn line(row: &Row, t: &Text) -> Line {
    let it = &row.it;
    vec![
        it.id.to_string(),
        row.goods.delivery.clone(),
        row.goods.line.to_string(),
        row.goods.generic.clone(),
        row.goods.product.clone(),
        row.hospital.clone(),
        row.supplier.clone(),
        it.payer.name(t).to_owned(),
        it.received_on.to_string(),
        it.due_on.to_string(),
        row.late.to_string(),
        it.amount.to_string(),
        it.invoiced.to_string(),
        it.credited.to_string(),
        it.paid.to_string(),
        row.due.to_string(),
        String::new(),
        String::new(),
        String::new(),
    ]
}

/// The filtered receipts as a file, which a hospital can fill in and upload as payments.
pub async fn export(
    page: Page,
    who: Person,
    app: web::Data<App>,
    file: web::Path<String>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (mut filter, t, today) = (asked.filter(&who)?, page.t, app.now().day());
    filter.after = None;
    let lines = app
        .read(move |conn| {
            let mut lines: Vec<Line> = Vec::new();
            while lines.len() < EXPORT {
                let found = store::open(conn, &filter, today, 2_000)?;
                let Some(last) = found.last() else { break };
                filter.after = Some((last.due_on, last.id.clone()));
                lines.extend(rows(conn, found, today)?.iter().map(|row| line(row, t)));
            }
            Ok(lines)
        })
        .await?;
    let count = lines.len();
    let numbers = [10, 11, 12, 13, 14, 15];
    let answer = Table { name: t.paying.open_receipts, headers: &headers(t), numbers: &numbers, lines }
        .download(&file)?;
    exported(&app, who.ctx(&app), ("receipts.export", "receipts"), count, asked.query()).await?;
    Ok(answer)
}
