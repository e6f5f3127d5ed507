//! The list of claims: filtered, exported, and confirmed by the hospital one by one or all shown.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::files::write::Csv;
use crate::payments::claims::rules::{Refused, parse_month};
use crate::payments::claims::store::{self, Filter};
use crate::payments::claims::verify::{self, Seen};
use crate::payments::claims::{Claim, ClaimState};
use crate::people::store::names;
use crate::people::{Role, Who};
use crate::text::{Text, fill};
use crate::web::form::Form;
use crate::web::lists::{EXPORT, PAGE, exported, given};
use crate::web::{App, Hospital, Page, Person, page};

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    month: String,
    state: String,
    settlement: String,
    before: String,
}

impl Asked {
    fn filter(&self, who: &Who) -> Result<Filter> {
        let (hospital, supplier) = super::scope(who);
        Ok(Filter {
            hospital,
            supplier,
            month: match self.month.trim() {
                "" => None,
                text => Some(parse_month(text).ok_or(Error::NotFound)?),
            },
            state: given(&self.state)?,
            settlement: given(&self.settlement)?,
            before: self.before.clone(),
        })
    }

    /// The filter as a query, without the place in the list.
    fn query(&self) -> String {
        let [month, state, settlement] =
            [&self.month, &self.state, &self.settlement].map(|text| page::encode(text));
        format!("month={month}&state={state}&settlement={settlement}")
    }
}

/// A line of the list.
struct Line {
    it: Claim,
    hospital: String,
    supplier: String,
    is_overdue: bool,
    /// Waits for the reader's verification.
    is_mine: bool,
}

impl Line {
    fn choose(&self, t: &Text) -> String {
        fill(t.claims.choose_one, &[("number", &self.it.number)])
    }

    fn mood(&self) -> &'static str {
        match self.it.state {
            ClaimState::Paid | ClaimState::Deducted => " good",
            ClaimState::Disputed => " bad",
            _ => " wait",
        }
    }
}

#[derive(Template)]
#[template(path = "settlements/claims.html")]
struct List {
    page: Page,
    asked: Asked,
    states: Vec<(&'static str, &'static str)>,
    lines: Vec<Line>,
    waiting: String,
    next: String,
}

/// A page of claims.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let asked = asked.into_inner();
    let (filter, reader, today) = (asked.filter(&who)?, who.0.clone(), app.now().day());
    let (lines, more) = app
        .read(move |conn| {
            let mut found = store::page(conn, &filter, PAGE + 1)?;
            let more = found.len() > PAGE as usize;
            found.truncate(PAGE as usize);
            Ok((lines(conn, &reader, found, today)?, more))
        })
        .await?;
    let t = page.t;
    let mine = lines.iter().filter(|l| l.is_mine).count();
    let late = lines.iter().filter(|l| l.is_mine && l.is_overdue).count();
    let waiting = match mine {
        0 => String::new(),
        _ => fill(t.claims.waiting, &[("count", &mine), ("late", &late)]),
    };
    let next = match lines.last() {
        Some(last) if more => format!("/claims?{}&before={}", asked.query(), page::encode(&last.it.number)),
        _ => String::new(),
    };
    let states = std::iter::once(("", t.common.all))
        .chain(ClaimState::ALL.iter().map(|s| (s.as_str(), s.name(t))))
        .collect();
    page::show(&List { page, asked, states, lines, waiting, next })
}

fn lines(conn: &mut Conn, who: &Who, found: Vec<Claim>, today: chrono::NaiveDate) -> Result<Vec<Line>> {
    let parties = found.iter().flat_map(|it| [it.hospital_id.clone(), it.supplier_id.clone()]);
    let names = names(conn, parties.collect())?;
    let line = |it: Claim| Line {
        hospital: names.get(&it.hospital_id).cloned().unwrap_or_default(),
        supplier: names.get(&it.supplier_id).cloned().unwrap_or_default(),
        is_overdue: it.is_overdue(today),
        is_mine: it.state == ClaimState::Submitted
            && who.is(Role::Hospital)
            && it.hospital_id == who.organisation.id,
        it,
    };
    Ok(found.into_iter().map(line).collect())
}

/// The hospital confirms the chosen claims or all that were shown.
pub async fn confirm(who: Hospital, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let field = if form.text("which") == "shown" { "shown" } else { "claim" };
    let seen: Vec<Seen> = form.all(field).map(parse).collect::<Result<_>>()?;
    let ctx = who.ctx(&app);
    app.write(move |tx| verify::confirm(tx, &ctx, &seen)).await?;
    let back = form.text("back");
    Ok(page::see_done(page::local(if back.is_empty() { "/claims" } else { back })))
}

/// `id:version`, as the page wrote it.
pub(super) fn parse(text: &str) -> Result<Seen> {
    let read = || {
        let (id, version) = text.split_once(':')?;
        Some(Seen { id: id.parse().ok()?, version: version.parse().ok()? })
    };
    read().ok_or_else(|| Refused::NoneChosen.into())
}

/// The filtered claims as CSV.
pub async fn csv(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (mut filter, reader) = (asked.filter(&who)?, who.0.clone());
    filter.before = String::new();
    let (t, today) = (page.t, app.now().day());
    let (bytes, count) = app
        .read(move |conn| {
            let c = &t.claims;
            let mut out = Csv::new(Vec::new())?;
            out.row([
                c.number,
                c.month,
                c.supplier,
                c.hospital,
                c.lines,
                c.amount,
                c.confirmed,
                c.disputed_lines,
                c.state,
                c.submitted_at,
                c.verify_by,
                c.verified_at,
            ])?;
            let mut count = 0;
            loop {
                let found = store::page(conn, &filter, 2_000)?;
                let Some(last) = found.last() else { break };
                filter.before.clone_from(&last.number);
                for line in lines(conn, &reader, found, today)? {
                    out.row(cells(&line, t))?;
                    count += 1;
                }
                if count >= EXPORT {
                    break;
                }
            }
            Ok((out.finish()?, count))
        })
        .await?;
    exported(&app, who.ctx(&app), ("claims.export", "claims"), count, asked.query()).await?;
    Ok(page::csv(t.claims.title, bytes))
}

fn cells(line: &Line, t: &Text) -> [String; 12] {
    let it = &line.it;
    [
        it.number.clone(),
        it.month.format("%Y-%m").to_string(),
        line.supplier.clone(),
        line.hospital.clone(),
        it.lines.to_string(),
        it.amount.to_string(),
        it.confirmed.to_string(),
        it.disputed_lines.to_string(),
        it.state.name(t).to_owned(),
        it.submitted_at.to_string(),
        it.verify_by.to_string(),
        it.verified_at.map(|at| at.to_string()).unwrap_or_default(),
    ]
}
