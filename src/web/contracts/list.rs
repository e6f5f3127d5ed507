//! The list of contracts: filtered, exported, confirmed one by one or all shown.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::contracts::store::{Filter, Listed};
use crate::contracts::{self, Contract, ContractState, Refused, Seen, Standing, store};
use crate::db::Conn;
use crate::error::Result;
use crate::people::Who;
use crate::people::store::names;
use crate::text::{Text, fill};
use crate::types::{Money, OrganisationId};
use crate::web::form::Form;
use crate::web::lists::{EXPORT, PAGE, Table, exported, given};
use crate::web::{App, Page, Person, page};

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    round: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    after: String,
}

impl Asked {
    fn filter(&self, who: &Who) -> Result<Filter> {
        Ok(Filter {
            party: super::scope(who),
            round: given(&self.round)?,
            standing: given(&self.state)?,
            text: self.q.trim().chars().take(100).collect(),
            after: self.after.clone(),
        })
    }

    /// The filter as a query, without the place in the list.
    fn query(&self) -> String {
        let (round, state, q) = (page::encode(&self.round), page::encode(&self.state), page::encode(&self.q));
        format!("round={round}&state={state}&q={q}")
    }
}

/// A line of the list.
struct Line {
    it: Contract,
    generic: String,
    unit: String,
    hospital: String,
    supplier: String,
    amount: Money,
    /// Waits for the reader's confirmation.
    is_mine: bool,
}

impl Line {
    fn state(&self, t: &Text) -> &'static str {
        super::state_name(t, &self.it)
    }

    fn choose(&self, t: &Text) -> String {
        fill(t.contracts.choose_one, &[("number", &self.it.number)])
    }

    fn is_signed(&self) -> bool {
        self.it.state == ContractState::Confirmed
    }
}

#[derive(Template)]
#[template(path = "contracts/list.html")]
struct List {
    page: Page,
    asked: Asked,
    rounds: Vec<(String, String)>,
    standings: Vec<(&'static str, &'static str)>,
    lines: Vec<Line>,
    waiting: String,
    next: String,
}

/// A page of contracts.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let asked = asked.into_inner();
    let filter = asked.filter(&who)?;
    let reader = who.0.clone();
    let (lines, rounds, more) = app
        .read(move |conn| {
            let mut found = store::page(conn, &filter, PAGE + 1)?;
            let more = found.len() > PAGE as usize;
            found.truncate(PAGE as usize);
            Ok((lines(conn, &reader, found)?, store::rounds_with_contracts(conn)?, more))
        })
        .await?;
    let t = page.t;
    let mine = lines.iter().filter(|l| l.is_mine).count();
    let waiting =
        if mine == 0 { String::new() } else { fill(t.contracts.waiting_for_you, &[("count", &mine)]) };
    let next = match lines.last() {
        Some(last) if more => format!("/contracts?{}&after={}", asked.query(), page::encode(&last.it.number)),
        _ => String::new(),
    };
    let all = std::iter::once((String::new(), t.common.all.to_owned()));
    let named = rounds.into_iter().map(|(id, number, title)| (id.to_string(), format!("{number} {title}")));
    let rounds = all.chain(named).collect();
    let standings = std::iter::once(("", t.common.all))
        .chain(Standing::ALL.iter().map(|s| (s.as_str(), super::standing_name(t, *s))))
        .collect();
    page::show(&List { page, asked, rounds, standings, lines, waiting, next })
}

fn lines(conn: &mut Conn, who: &Who, found: Vec<Listed>) -> Result<Vec<Line>> {
    let ids = found.iter().flat_map(|(it, ..)| [it.hospital_id.clone(), it.supplier_id.clone()]);
    let names = names(conn, ids.collect())?;
    found.into_iter().map(|row| line(&names, who, row)).collect()
}

fn line(names: &HashMap<OrganisationId, String>, who: &Who, (it, generic, unit): Listed) -> Result<Line> {
    let name = |id: &OrganisationId| names.get(id).cloned().unwrap_or_default();
    let party = super::scope(who).map(|(party, _)| party);
    Ok(Line {
        hospital: name(&it.hospital_id),
        supplier: name(&it.supplier_id),
        amount: it.amount()?,
        is_mine: it.state == ContractState::Drawn
            && party.is_some_and(|party| it.confirmed_at(party).is_none()),
        it,
        generic,
        unit,
    })
}

/// Confirms the chosen contracts or all that were shown.
pub async fn confirm(who: Person, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let field = if form.text("which") == "shown" { "shown" } else { "contract" };
    let seen: Vec<Seen> = form.all(field).map(parse).collect::<Result<_>>()?;
    let ctx = who.ctx(&app);
    app.write(move |tx| contracts::confirm(tx, &ctx, &seen)).await?;
    Ok(page::see_done(page::local(match form.text("back") {
        "" => "/contracts",
        back => back,
    })))
}

/// `id:version`, as the page wrote it.
fn parse(text: &str) -> Result<Seen> {
    let read = || {
        let (id, version) = text.split_once(':')?;
        Some(Seen { id: id.parse().ok()?, version: version.parse().ok()? })
    };
    read().ok_or_else(|| Refused::NoneChosen.into())
}

/// The filtered contracts as a file.
pub async fn export(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (mut filter, reader, t) = (asked.filter(&who)?, who.0.clone(), page.t);
    filter.after = String::new();
    let lines = app
        .read(move |conn| {
            let mut rows = Vec::new();
            while rows.len() < EXPORT {
                let found = store::page(conn, &filter, 2_000)?;
                let Some((last, ..)) = found.last() else { break };
                filter.after.clone_from(&last.number);
                rows.extend(lines(conn, &reader, found)?.iter().map(|l| cells(l, t)));
            }
            Ok(rows)
        })
        .await?;
    exported(&app, who.ctx(&app), ("contracts.export", "contracts"), lines.len(), asked.query()).await?;
    Table { name: t.contracts.title, headers: &headers(t), numbers: &[5, 6, 7], lines }.download(&page.path)
}

fn headers(t: &Text) -> [(&'static str, u16); 13] {
    let c = &t.contracts;
    [
        (c.number, 24),
        (c.generic, 20),
        (c.product, 24),
        (c.spec, 16),
        (c.hospital, 30),
        (c.quantity, 14),
        (c.unit_price, 14),
        (c.amount, 16),
        (c.supplier, 30),
        (c.starts, 12),
        (c.ends, 12),
        (c.state, 16),
        (c.drawn_at, 18),
    ]
}

fn cells(l: &Line, t: &Text) -> [String; 13] {
    let it = &l.it;
    [
        it.number.clone(),
        l.generic.clone(),
        it.product.clone(),
        it.spec.clone(),
        l.hospital.clone(),
        it.quantity.to_string(),
        it.unit_price.to_string(),
        l.amount.to_string(),
        l.supplier.clone(),
        it.starts.to_string(),
        it.ends.to_string(),
        l.state(t).to_owned(),
        it.created_at.to_string(),
    ]
}
