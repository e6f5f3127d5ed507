//! The audit trail: who changed or exported what, with the difference.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::{Deserialize, Serialize};

use super::{PAGE, address, cut};
use crate::audit::{self, Change, Deed, Entry, Filter};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::files::write::Csv;
use crate::text::{Text, fill};
use crate::types::Time;
use crate::web::form::Refused;
use crate::web::{App, Overseer, Page, page};

/// Most entries of one export.
const EXPORT: usize = 50_000;
/// Entries read at a time.
const CHUNK: i64 = 2_000;

#[derive(Template)]
#[template(path = "admin/audit.html")]
struct List {
    page: Page,
    query: Query,
    entries: Vec<(Entry, Vec<Change>)>,
    export: String,
    export_hint: String,
    next: Option<String>,
}

/// What the list and the export are asked for.
#[derive(Debug, Clone, Deserialize, Serialize, Default)]
#[serde(default)]
pub struct Query {
    action: String,
    actor: String,
    subject_id: String,
    from: String,
    to: String,
    #[serde(skip_serializing)]
    before: String,
}

impl Query {
    fn filter(&self) -> Result<Filter> {
        let time = |name: &'static str, text: &str| match text.trim() {
            "" => Ok(None),
            text => Time::parse_local(text)
                .map(Some)
                .ok_or_else(|| Error::refused(Refused::Time(name, text.to_owned()))),
        };
        Ok(Filter {
            action: self.action.trim().to_owned(),
            actor: self.actor.trim().to_owned(),
            subject_id: self.subject_id.trim().to_owned(),
            from: time("from", &self.from)?,
            to: time("to", &self.to)?,
            before: self.before.parse().ok(),
        })
    }

    fn pairs(&self) -> [(&'static str, &str); 5] {
        [
            ("action", &self.action),
            ("actor", &self.actor),
            ("subject_id", &self.subject_id),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }
}

/// The trail, newest first.
pub async fn list(
    page: Page,
    _who: Overseer,
    app: web::Data<App>,
    query: web::Query<Query>,
) -> Result<HttpResponse> {
    let query = query.into_inner();
    let export_hint = fill(page.t.admin.audit_export_hint, &[("n", &EXPORT)]);
    let export = address("/audit/export", &query.pairs());
    let filter = match query.filter() {
        Ok(filter) => filter,
        Err(Error::Refused(why)) => {
            let page = page.refused(&*why);
            let (entries, next) = (Vec::new(), None);
            return page::show_refused(&List { page, query, entries, export, export_hint, next });
        }
        Err(e) => return Err(e),
    };
    let found = app.read(move |conn| audit::page(conn, &filter, PAGE as i64 + 1)).await?;
    let (found, is_more) = cut(found);
    let next = found.last().filter(|_| is_more).map(|last| {
        let seq = last.seq.to_string();
        address("/audit", &[&query.pairs()[..], &[("before", seq.as_str())]].concat())
    });
    let entries = found.into_iter().map(|entry| (audit::difference(&entry.before, &entry.after), entry));
    let entries = entries.map(|(changes, entry)| (entry, changes)).collect();
    page::show(&List { page, query, entries, export, export_hint, next })
}

/// The same as CSV, oldest page last; the export is an entry itself.
pub async fn export(
    page: Page,
    who: Overseer,
    app: web::Data<App>,
    query: web::Query<Query>,
) -> Result<HttpResponse> {
    let (filter, t, ctx) = (query.filter()?, page.t, who.ctx(&app));
    let (bytes, lines) = app.read(move |conn| csv(conn, filter, t)).await?;
    app.write(move |tx| {
        let deed = Deed { action: "audit.export", subject: "audit_entries", id: "" };
        audit::record(tx, &ctx, deed, &(), &Exported { filter: &query, lines })
    })
    .await?;
    Ok(page::csv("audit", bytes))
}

#[derive(Serialize)]
struct Exported<'a> {
    filter: &'a Query,
    lines: usize,
}

fn csv(conn: &mut Conn, mut filter: Filter, t: &Text) -> Result<(Vec<u8>, usize)> {
    let a = &t.admin;
    let mut out = Csv::new(Vec::new())?;
    out.row([
        a.audit_seq,
        a.audit_at,
        a.audit_actor,
        a.audit_action,
        a.audit_subject,
        a.audit_subject_id,
        a.audit_before,
        a.audit_after,
        a.audit_hash,
    ])?;
    let mut lines = 0;
    while lines < EXPORT {
        let entries = audit::page(conn, &filter, CHUNK)?;
        let Some(last) = entries.last() else { break };
        filter.before = Some(last.seq);
        for e in &entries {
            let (seq, at) = (e.seq.to_string(), e.at.iso());
            out.row([
                &seq,
                &at,
                &e.actor,
                &e.action,
                &e.subject,
                &e.subject_id,
                &e.before,
                &e.after,
                &e.hash,
            ])?;
        }
        lines += entries.len();
    }
    Ok((out.finish()?, lines))
}
