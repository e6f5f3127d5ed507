//! The list of invoices, by role.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::payments::Invoice;
use crate::payments::invoices::store::{self, Filter};
use crate::people::store::names;
use crate::people::{OrganisationKind, Role, Who};
use crate::text::Text;
use crate::types::OrganisationId;
use crate::web::lists::{EXPORT, Line, PAGE, Table, exported, given_day, place, query};
use crate::web::payments::{choices, parties};
use crate::web::{App, Page, Person, page};

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    standing: String,
    number: String,
    hospital: String,
    supplier: String,
    from: String,
    to: String,
    after: String,
}

impl Asked {
    fn filter(&self, who: &Who) -> Result<Filter> {
        let (hospital, supplier) = parties(who, &self.hospital, &self.supplier)?;
        let standing = match self.standing.as_str() {
            "" => None,
            word => {
                let found =
                    super::STANDINGS.iter().find(|(name, ..)| *name == word).ok_or(Error::NotFound)?;
                Some(found.1)
            }
        };
        Ok(Filter {
            hospital,
            supplier,
            standing,
            number: self.number.trim().chars().take(40).collect(),
            from: given_day(&self.from)?,
            to: given_day(&self.to)?,
            after: place(&self.after)?,
        })
    }

    /// The filter as a query, without the place in the list.
    fn query(&self) -> String {
        query(&[
            ("standing", &self.standing),
            ("number", &self.number),
            ("hospital", &self.hospital),
            ("supplier", &self.supplier),
            ("from", &self.from),
            ("to", &self.to),
        ])
    }
}

struct Row {
    it: Invoice,
    hospital: String,
    supplier: String,
}

impl Row {
    fn shown(&self) -> String {
        super::shown(&self.it)
    }

    fn colour(&self) -> &'static str {
        super::colour(self.it.state)
    }

    fn tax(&self) -> String {
        self.it.tax.map(|tax| tax.to_string()).unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "invoices/list.html")]
struct List {
    page: Page,
    asked: Asked,
    standings: Vec<(&'static str, &'static str)>,
    hospitals: Vec<(String, String)>,
    suppliers: Vec<(String, String)>,
    rows: Vec<Row>,
    next: String,
}

impl List {
    fn may_enter(&self) -> bool {
        self.page.is(Role::Supplier.as_str())
    }
}

fn rows(conn: &mut Conn, list: Vec<Invoice>) -> Result<Vec<Row>> {
    let ids = list.iter().flat_map(|it| [it.hospital_id.clone(), it.supplier_id.clone()]);
    let names = names(conn, ids.collect())?;
    let name = |id: &OrganisationId| names.get(id).cloned().unwrap_or_default();
    let row = |it: Invoice| Row { hospital: name(&it.hospital_id), supplier: name(&it.supplier_id), it };
    Ok(list.into_iter().map(row).collect())
}

/// A page of invoices.
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
        Some(last) if more => {
            format!("/invoices?{}&after={}~{}", asked.query(), last.it.issued_on, last.it.id)
        }
        _ => String::new(),
    };
    let standings = std::iter::once(("", t.common.all))
        .chain(super::STANDINGS.iter().map(|(word, standing)| (*word, super::standing_name(t, *standing))))
        .collect();
    page::show(&List { page, asked, standings, hospitals, suppliers, rows, next })
}

fn headers(t: &Text) -> [(&'static str, u16); 11] {
    let m = &t.invoices;
    [
        (m.code, 14),
        (m.number, 24),
        (m.kind, 12),
        (m.issued_on, 12),
        (m.hospital, 30),
        (m.supplier, 30),
        (m.amount, 16),
        (m.tax, 14),
        (m.state, 12),
        (m.entered_at, 18),
        (m.reason, 30),
    ]
}

fn line(row: &Row, t: &Text) -> Line {
    let it = &row.it;
    vec![
        it.code.clone(),
        it.number.clone(),
        it.kind.name(t).to_owned(),
        it.issued_on.to_string(),
        row.hospital.clone(),
        row.supplier.clone(),
        it.amount.to_string(),
        row.tax(),
        it.state.name(t).to_owned(),
        it.entered_at.to_string(),
        it.reason.clone(),
    ]
}

/// The filtered invoices as a file.
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
                filter.after = Some((last.issued_on, last.id.clone()));
                lines.extend(rows(conn, found)?.iter().map(|row| line(row, t)));
            }
            Ok(lines)
        })
        .await?;
    let count = lines.len();
    let answer = Table { name: t.invoices.export_name, headers: &headers(t), numbers: &[6, 7], lines }
        .download(&file)?;
    exported(&app, who.ctx(&app), ("invoices.export", "invoices"), count, asked.query()).await?;
    Ok(answer)
}
