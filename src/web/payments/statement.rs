//! Statements of account: of a hospital, of a supplier, or of the two.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::payments::invoices::store::{goods, receipts};
use crate::payments::statements::store::{self, After, Move};
use crate::payments::statements::{self, Figures, MoveKind, Scope, Side, Statement};
use crate::people::store::names;
use crate::people::{OrganisationKind, Role, Who};
use crate::text::{Say, Text, fill};
use crate::types::{OrganisationId, ReceiptId, parse_day};
use crate::web::lists::{EXPORT, Line, Table, exported, given_day, query};
use crate::web::payments::{choices, may_see, parties};
use crate::web::{App, Page, Person, page};

/// Movements of a page.
const SHOWN: i64 = 200;

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub(super) hospital: String,
    pub(super) supplier: String,
    pub(super) from: String,
    pub(super) to: String,
    after: String,
}

/// The days are the wrong way round.
#[derive(Debug)]
pub(super) struct BadDays(NaiveDate, NaiveDate);

impl Say for BadDays {
    fn say(&self, t: &Text) -> String {
        fill(t.statements.bad_days, &[("from", &self.0), ("to", &self.1)])
    }

    fn field(&self) -> Option<&'static str> {
        Some("to")
    }
}

impl Asked {
    /// The days asked for, else this month up to today.
    pub(super) fn days(&self, today: NaiveDate) -> Result<(NaiveDate, NaiveDate)> {
        let first = today.with_day(1).unwrap_or(today);
        let (from, to) = (given_day(&self.from)?.unwrap_or(first), given_day(&self.to)?.unwrap_or(today));
        if from > to { Err(Error::refused(BadDays(from, to))) } else { Ok((from, to)) }
    }

    pub(super) fn scope(&self, who: &Who) -> Result<Option<Scope>> {
        let (hospital, supplier) = parties(who, &self.hospital, &self.supplier)?;
        Ok(Scope::of(hospital, supplier))
    }

    /// The query without the place in the list.
    pub(super) fn query(&self) -> String {
        query(&[
            ("hospital", &self.hospital),
            ("supplier", &self.supplier),
            ("from", &self.from),
            ("to", &self.to),
        ])
    }

    fn place(&self) -> Result<Option<After>> {
        if self.after.is_empty() {
            return Ok(None);
        }
        let mut parts = self.after.splitn(3, '~');
        let mut next = || parts.next().ok_or(Error::NotFound);
        let day = parse_day(next()?).ok_or(Error::NotFound)?;
        let kind = next()?.parse().map_err(|()| Error::NotFound)?;
        Ok(Some((day, kind, next()?.chars().take(60).collect())))
    }
}

/// A movement with the words of its row.
struct Row {
    it: Move,
    /// Number of the document, or delivery note and line with its goods.
    number: String,
    other: String,
}

impl Row {
    fn path(&self) -> String {
        match self.it.kind {
            MoveKind::Receipt => format!("/payments/receipts/{}", self.it.id),
            MoveKind::CreditNote => format!("/invoices/{}", self.it.id),
            MoveKind::Payment => format!("/payments/{}", self.it.id),
        }
    }
}

struct Account {
    scope: Scope,
    title: String,
    period: String,
    it: Statement,
    parts: Vec<(OrganisationId, String, Figures)>,
    rows: Vec<Row>,
    next: String,
}

#[derive(Template)]
#[template(path = "payments/statement.html")]
struct Show {
    page: Page,
    asked: Asked,
    from: String,
    to: String,
    hospitals: Vec<(String, String)>,
    suppliers: Vec<(String, String)>,
    account: Option<Account>,
}

impl Show {
    /// The address of the account with one of the other side.
    fn pair(&self, account: &Account, other: &OrganisationId) -> String {
        let (hospital, supplier) = match account.scope.side {
            Side::Hospital => (&account.scope.id, other),
            Side::Supplier => (other, &account.scope.id),
        };
        let days = query(&[("from", &self.from), ("to", &self.to)]);
        format!("/statements/{hospital}/{supplier}?{days}")
    }

    fn may_compare(&self) -> bool {
        self.page.is(Role::Hospital.as_str()) || self.page.is(Role::Supplier.as_str())
    }

    fn is_pair(&self, account: &Account) -> bool {
        account.scope.other.is_some()
    }
}

fn rows(conn: &mut Conn, scope: &Scope, list: Vec<Move>) -> Result<Vec<Row>> {
    let ids: Vec<ReceiptId> =
        list.iter().filter(|it| it.kind == MoveKind::Receipt).filter_map(|it| it.id.parse().ok()).collect();
    let known = receipts(conn, &ids)?;
    let goods: HashMap<String, _> =
        goods(conn, known.values())?.into_iter().map(|(id, goods)| (id.to_string(), goods)).collect();
    let other = |it: &Move| match scope.side {
        Side::Hospital => it.supplier_id.clone(),
        Side::Supplier => it.hospital_id.clone(),
    };
    let names = names(conn, list.iter().map(other).collect())?;
    let row = |it: Move| Row {
        number: match goods.get(&it.id) {
            Some(goods) => format!("{} · {} {}", goods.delivery, goods.line, goods.product),
            None => it.number.clone(),
        },
        other: names.get(&other(&it)).cloned().unwrap_or_default(),
        it,
    };
    Ok(list.into_iter().map(row).collect())
}

/// Reads an account with a page of its movements.
fn account(
    conn: &mut Conn,
    scope: Scope,
    (from, to): (NaiveDate, NaiveDate),
    asked: &Asked,
    t: &Text,
) -> Result<Account> {
    let it = statements::statement(conn, &scope, from, to)?;
    let mut ids: Vec<OrganisationId> = it.parts.keys().cloned().collect();
    ids.push(scope.id.clone());
    ids.extend(scope.other.clone());
    let names = names(conn, ids)?;
    let name = |id: &OrganisationId| names.get(id).cloned().ok_or(Error::NotFound);
    let title = match (&scope.other, scope.side) {
        (Some(other), Side::Hospital) => {
            fill(t.statements.of_both, &[("hospital", &name(&scope.id)?), ("supplier", &name(other)?)])
        }
        _ => fill(t.statements.of_one, &[("name", &name(&scope.id)?)]),
    };
    let mut parts = Vec::new();
    for (id, figures) in &it.parts {
        parts.push((id.clone(), name(id)?, *figures));
    }
    parts.sort_by(|a, b| a.1.cmp(&b.1));
    let mut moves = store::moves(conn, &scope, from, to, asked.place()?.as_ref(), SHOWN + 1)?;
    let more = moves.len() > SHOWN as usize;
    moves.truncate(SHOWN as usize);
    let next = match moves.last() {
        Some(last) if more => format!("{}~{}~{}", last.day, last.kind, last.id),
        _ => String::new(),
    };
    let period = fill(t.statements.period, &[("from", &from), ("to", &to)]);
    Ok(Account { rows: rows(conn, &scope, moves)?, scope, title, period, it, parts, next })
}

/// The account asked for by its parties, or the choice of them.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    shown(page, &who, &app, asked.into_inner()).await
}

/// The account of a hospital and a supplier.
pub async fn pair(
    page: Page,
    who: Person,
    app: web::Data<App>,
    ids: web::Path<(OrganisationId, OrganisationId)>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (hospital, supplier) = ids.into_inner();
    if !may_see(&who, &hospital, &supplier) {
        return Err(Error::NotFound);
    }
    let asked =
        Asked { hospital: hospital.to_string(), supplier: supplier.to_string(), ..asked.into_inner() };
    shown(page, &who, &app, asked).await
}

async fn shown(page: Page, who: &Who, app: &App, asked: Asked) -> Result<HttpResponse> {
    let (scope, days) = (asked.scope(who)?, asked.days(app.now().day())?);
    let (reader, t, wanted) = (who.clone(), page.t, asked.clone());
    let (account, hospitals, suppliers) = app
        .read(move |conn| {
            let hospitals = choices(conn, &reader, OrganisationKind::Hospital, t)?;
            let suppliers = choices(conn, &reader, OrganisationKind::Supplier, t)?;
            let account = match scope {
                Some(scope) => Some(account(conn, scope, days, &wanted, t)?),
                None => None,
            };
            Ok((account, hospitals, suppliers))
        })
        .await?;
    let (from, to) = (days.0.to_string(), days.1.to_string());
    page::show(&Show { page, asked, from, to, hospitals, suppliers, account })
}

fn headers(t: &Text) -> [(&'static str, u16); 6] {
    let m = &t.statements;
    [(m.day, 12), (m.kind, 12), (m.number, 50), (m.hospital, 30), (m.supplier, 30), (m.amount, 16)]
}

/// An account as a file: its balances around its movements.
pub async fn export(
    page: Page,
    who: Person,
    app: web::Data<App>,
    file: web::Path<String>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let asked = asked.into_inner();
    let (scope, (from, to)) = (asked.scope(&who)?.ok_or(Error::NotFound)?, asked.days(app.now().day())?);
    let t = page.t;
    let lines = app.read(move |conn| lines(conn, &scope, from, to, t)).await?;
    let count = lines.len();
    let answer =
        Table { name: t.statements.title, headers: &headers(t), numbers: &[5], lines }.download(&file)?;
    exported(&app, who.ctx(&app), ("statements.export", "receipts"), count, asked.query()).await?;
    Ok(answer)
}

fn lines(conn: &mut Conn, scope: &Scope, from: NaiveDate, to: NaiveDate, t: &Text) -> Result<Vec<Line>> {
    let total = statements::statement(conn, scope, from, to)?.total;
    let balance = |day: NaiveDate, name: &str, amount: crate::types::Money| {
        let blank = String::new;
        vec![day.to_string(), name.to_owned(), blank(), blank(), blank(), amount.to_string()]
    };
    let mut lines = vec![balance(from, t.statements.opening, total.opening)];
    let mut after: Option<After> = None;
    let own = names(conn, vec![scope.id.clone()])?.remove(&scope.id).unwrap_or_default();
    while lines.len() < EXPORT {
        let found = store::moves(conn, scope, from, to, after.as_ref(), 2_000)?;
        let Some(last) = found.last() else { break };
        after = Some((last.day, last.kind, last.id.clone()));
        for row in rows(conn, scope, found)? {
            let (hospital, supplier) = match scope.side {
                Side::Hospital => (own.clone(), row.other),
                Side::Supplier => (row.other, own.clone()),
            };
            let (day, kind) = (row.it.day.to_string(), row.it.kind.name(t).to_owned());
            lines.push(vec![day, kind, row.number, hospital, supplier, row.it.amount.to_string()]);
        }
    }
    lines.push(balance(to, t.statements.closing, total.closing()));
    Ok(lines)
}
