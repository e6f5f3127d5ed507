//! The list of payments, by role.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::db::Conn;
use crate::error::Result;
use crate::payments::Payment;
use crate::payments::hospital::store::{self, Filter};
use crate::people::store::names;
use crate::people::{OrganisationKind, Role, Who};
use crate::supply::Payer;
use crate::text::Text;
use crate::types::OrganisationId;
use crate::web::lists::{EXPORT, Line, PAGE, Table, exported, given, place, query};
use crate::web::payments::{choices, parties};
use crate::web::{App, Page, Person, page};

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    hospital: String,
    supplier: String,
    payer: String,
    from: String,
    to: String,
    after: String,
}

impl Asked {
    fn filter(&self, who: &Who) -> Result<Filter> {
        let (hospital, supplier) = parties(who, &self.hospital, &self.supplier)?;
        Ok(Filter {
            hospital,
            supplier,
            payer: given(&self.payer)?,
            from: given(&self.from)?,
            to: given(&self.to)?,
            after: place(&self.after)?,
        })
    }

    fn query(&self) -> String {
        query(&[
            ("hospital", &self.hospital),
            ("supplier", &self.supplier),
            ("payer", &self.payer),
            ("from", &self.from),
            ("to", &self.to),
        ])
    }
}

struct Row {
    it: Payment,
    hospital: String,
    supplier: String,
}

#[derive(Template)]
#[template(path = "payments/list.html")]
struct List {
    page: Page,
    asked: Asked,
    payers: Vec<(&'static str, &'static str)>,
    hospitals: Vec<(String, String)>,
    suppliers: Vec<(String, String)>,
    rows: Vec<Row>,
    next: String,
}

impl List {
    fn may_pay(&self) -> bool {
        self.page.is(Role::Hospital.as_str())
    }
}

fn rows(conn: &mut Conn, list: Vec<Payment>) -> Result<Vec<Row>> {
    let ids = list.iter().flat_map(|it| [it.hospital_id.clone(), it.supplier_id.clone()]);
    let names = names(conn, ids.collect())?;
    let name = |id: &OrganisationId| names.get(id).cloned().unwrap_or_default();
    let row = |it: Payment| Row { hospital: name(&it.hospital_id), supplier: name(&it.supplier_id), it };
    Ok(list.into_iter().map(row).collect())
}

/// The payers a list can be asked for.
pub(super) fn payers(t: &Text) -> Vec<(&'static str, &'static str)> {
    let each = Payer::ALL.iter().map(|it| (it.as_str(), it.name(t)));
    std::iter::once(("", t.common.all)).chain(each).collect()
}

/// A page of payments.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let asked = asked.into_inner();
    let (filter, reader, t) = (asked.filter(&who)?, who.0.clone(), page.t);
    let (rows, more, hospitals, suppliers) = app
        .read(move |conn| {
            let mut found = store::page(conn, &filter, PAGE + 1)?;
            let more = found.len() > PAGE as usize;
            found.truncate(PAGE as usize);
            let hospitals = choices(conn, &reader, OrganisationKind::Hospital, t)?;
            let suppliers = choices(conn, &reader, OrganisationKind::Supplier, t)?;
            Ok((rows(conn, found)?, more, hospitals, suppliers))
        })
        .await?;
    let next = match rows.last() {
        Some(last) if more => format!("/payments?{}&after={}~{}", asked.query(), last.it.paid_on, last.it.id),
        _ => String::new(),
    };
    page::show(&List { payers: payers(t), page, asked, hospitals, suppliers, rows, next })
}

fn headers(t: &Text) -> [(&'static str, u16); 9] {
    let m = &t.paying;
    [
        (m.number, 18),
        (m.payer, 18),
        (m.hospital, 30),
        (m.supplier, 30),
        (m.amount, 16),
        (m.paid_on, 12),
        (m.reference, 24),
        (m.reason, 30),
        (m.registered_at, 18),
    ]
}

fn line(row: &Row, t: &Text) -> Line {
    let it = &row.it;
    vec![
        it.number.clone(),
        it.payer.name(t).to_owned(),
        row.hospital.clone(),
        row.supplier.clone(),
        it.amount.to_string(),
        it.paid_on.to_string(),
        it.reference.clone(),
        it.reason.clone(),
        it.at.to_string(),
    ]
}

/// The filtered payments as a file.
pub async fn export(
    page: Page,
    who: Person,
    app: web::Data<App>,
    file: web::Path<String>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (mut filter, t) = (asked.filter(&who)?, page.t);
    filter.after = None;
    let lines = app
        .read(move |conn| {
            let mut lines: Vec<Line> = Vec::new();
            while lines.len() < EXPORT {
                let found = store::page(conn, &filter, 2_000)?;
                let Some(last) = found.last() else { break };
                filter.after = Some((last.paid_on, last.id.clone()));
                lines.extend(rows(conn, found)?.iter().map(|row| line(row, t)));
            }
            Ok(lines)
        })
        .await?;
    let count = lines.len();
    let answer =
        Table { name: t.paying.title, headers: &headers(t), numbers: &[4], lines }.download(&file)?;
    exported(&app, who.ctx(&app), ("payments.export", "payments"), count, asked.query()).await?;
    Ok(answer)
}
