//! The list of payment standards: searched, by day in force, exported.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::sees;
use crate::error::{Error, Result};
use crate::people::Who;
use crate::standards::store::{self, Filter};
use crate::standards::{Standard, basis_name};
use crate::text::Text;
use crate::types::parse_day;
use crate::web::lists::{EXPORT, PAGE, Table, exported, read_all};
use crate::web::{App, Page, Person, STAFF, form, page};

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    day: String,
    #[serde(default)]
    before: String,
}

impl Asked {
    fn filter(&self) -> Result<Filter> {
        let day = match self.day.trim() {
            "" => None,
            text => Some(
                parse_day(text).ok_or_else(|| Error::refused(form::Refused::Time("day", text.to_owned())))?,
            ),
        };
        let before = match self.before.as_str() {
            "" => None,
            text => Some(text.parse().map_err(|_| Error::NotFound)?),
        };
        Ok(Filter { text: self.q.trim().chars().take(100).collect(), day, before })
    }

    fn query(&self) -> String {
        format!("q={}&day={}", page::encode(&self.q), page::encode(&self.day))
    }
}

#[derive(Template)]
#[template(path = "standards/list.html")]
struct List {
    page: Page,
    asked: Asked,
    rows: Vec<Standard>,
    next: String,
}

impl List {
    fn basis<'a>(&'a self, row: &'a Standard) -> &'a str {
        basis_name(self.page.t, &row.basis)
    }

    fn sees(&self, row: &Standard) -> bool {
        sees(self.page.who.as_ref(), row)
    }

    fn is_staff(&self) -> bool {
        self.page.who.as_ref().is_some_and(|who| who.is_any(STAFF))
    }

    fn may_feed(&self) -> bool {
        self.page.is("settlement") || self.page.is("admin")
    }
}

/// A page of standards.
pub async fn index(
    page: Page,
    _who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let asked = asked.into_inner();
    let filter = match asked.filter() {
        Err(Error::Refused(why)) => {
            let page = page.refused(&*why);
            return page::show_refused(&List { page, asked, rows: Vec::new(), next: String::new() });
        }
        filter => filter?,
    };
    let mut rows = app.read(move |conn| store::page(conn, &filter, PAGE + 1)).await?;
    let more = rows.len() > PAGE as usize;
    rows.truncate(PAGE as usize);
    let next = match rows.last() {
        Some(last) if more => format!("/standards?{}&before={}", asked.query(), last.seq),
        _ => String::new(),
    };
    page::show(&List { page, asked, rows, next })
}

/// The filtered standards as a file.
pub async fn export(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (mut filter, t) = (asked.filter()?, page.t);
    let rows = app
        .read(move |conn| {
            read_all(EXPORT, |last: Option<&Standard>| {
                filter.before = last.map(|it| it.seq);
                store::page(conn, &filter, 2_000)
            })
        })
        .await?;
    let lines: Vec<_> = rows.into_iter().map(|it| cells(it, &who.0, t)).collect();
    exported(&app, who.ctx(&app), ("standards.export", "standards"), lines.len(), asked.query()).await?;
    Table { name: t.standards.title, headers: &headers(t), numbers: &[0, 7, 8, 14], lines }
        .download(&page.path)
}

fn headers(t: &Text) -> [(&'static str, u16); 18] {
    let (s, n) = (&t.standards, &t.negotiated);
    [
        (s.seq, 8),
        (s.lot, 10),
        (s.generic, 20),
        (s.product, 26),
        (s.spec, 16),
        (s.pack, 16),
        (s.company, 30),
        (s.standard, 14),
        (s.price, 14),
        (s.starts, 12),
        (s.ends, 12),
        (s.basis, 26),
        (s.clause, 40),
        (s.arithmetic, 40),
        (s.supersedes, 10),
        (n.unit, 8),
        (n.dual_channel, 8),
        (n.document, 20),
    ]
}

fn cells(it: Standard, who: &Who, t: &Text) -> [String; 18] {
    let basis = basis_name(t, &it.basis).to_owned();
    let (price, arithmetic) = match sees(Some(who), &it) {
        true => (it.price.to_string(), it.arithmetic),
        false => (String::new(), String::new()),
    };
    [
        it.seq.to_string(),
        it.lot,
        it.generic,
        it.product,
        it.spec,
        it.pack,
        it.company,
        it.standard.to_string(),
        price,
        it.starts.to_string(),
        it.ends.map(|d| d.to_string()).unwrap_or_default(),
        basis,
        it.clause,
        arithmetic,
        it.supersedes.map(|s| s.to_string()).unwrap_or_default(),
        it.unit,
        if it.dual_channel { t.common.yes.to_owned() } else { String::new() },
        it.document,
    ]
}
