//! `/prices/hospitals` and `/prices/suppliers`: everybody's purchases of a month, the largest first.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::Organisation;
use crate::prices::board::{Part, Sum, month_of, store};
use crate::supply::progress::rules::percent;
use crate::text::Text;
use crate::types::{Money, OrganisationId, Time};
use crate::web::lists::{exported, query};
use crate::web::prices::sheet::{Cell, Row, Sheet, link, numbers, words};
use crate::web::prices::{known_suppliers, month, shown, supplier_link};
use crate::web::{App, Page, Staff, page};

/// Rows a page.
const SIZE: usize = 100;
/// Most rows of one export.
const MOST: usize = 100_000;
/// Rows read at a time for it.
const STEP: i64 = 2_000;

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    month: String,
    after: String,
}

/// A place as an address carries it: cents and key.
fn place(text: &str) -> Result<Option<(Money, String)>> {
    if text.is_empty() {
        return Ok(None);
    }
    let read = || {
        let (cents, key) = text.split_once('~')?;
        Some((Money::from_scaled(cents.parse().ok()?), key.to_owned()))
    };
    read().map(Some).ok_or(Error::NotFound)
}

struct Loaded {
    month: NaiveDate,
    sheet: Sheet,
    next: Option<(Money, String)>,
}

fn load(
    conn: &mut Conn,
    part: Part,
    asked: &Asked,
    (now, most, t): (Time, usize, &'static Text),
) -> Result<Loaded> {
    let count = store::count(conn)?;
    let last = count.map_or_else(|| month_of(now.day()), |it| it.last_month);
    let month = month(&asked.month)?.unwrap_or(last);
    let mut after = place(&asked.after)?;
    let mut sums: Vec<Sum> = Vec::new();
    while sums.len() <= most {
        let some = store::of_month(conn, part, month, after.clone(), STEP.min(most as i64 + 1))?;
        let Some(last) = some.last() else { break };
        after = Some((last.amount, last.key.clone()));
        sums.extend(some);
    }
    let has_more = sums.len() > most;
    sums.truncate(most);
    let next = sums.last().filter(|_| has_more).map(|it| (it.amount, it.key.clone()));
    let sheet = if part == Part::Hospital { hospitals(conn, &sums, t)? } else { suppliers(conn, &sums, t)? };
    Ok(Loaded { month, sheet, next })
}

fn row(name: Cell, more: Cell, it: &Sum) -> Row {
    vec![
        name,
        more,
        it.lines.into(),
        it.amount.into(),
        it.contracted.into(),
        percent(it.contracted_share()).into(),
        it.judged.into(),
        it.above.into(),
        percent(it.above_share()).into(),
    ]
    .into()
}

fn hospitals(conn: &mut Conn, sums: &[Sum], t: &'static Text) -> Result<Sheet> {
    let known: HashMap<OrganisationId, store::Hospital> =
        store::hospitals(conn)?.into_values().map(|it| (it.id.clone(), it)).collect();
    let rows = sums.iter().filter_map(|it| {
        let hospital = known.get(&it.key.parse().ok()?)?;
        let name = link(&hospital.name, format!("/prices/hospitals/{}", hospital.id));
        Some(row(name, Cell::from(&hospital.region), it))
    });
    Ok(table("hospitals", (t.board.hospital, t.board.region), rows.collect(), t))
}

fn suppliers(conn: &mut Conn, sums: &[Sum], t: &'static Text) -> Result<Sheet> {
    let known = known_suppliers(conn, sums.iter().map(|it| it.key.clone()).collect())?;
    let registered = |name: &str| {
        known.get(name).map_or_else(|| t.board.not_registered.to_owned(), |it: &Organisation| it.name.clone())
    };
    let rows = sums
        .iter()
        .map(|it| row(link(&it.key, supplier_link(&known, &it.key)), registered(&it.key).into(), it));
    Ok(table("suppliers", (t.board.supplier_text, t.board.registered_as), rows.collect(), t))
}

fn table(
    key: &'static str,
    (name, more): (&'static str, &'static str),
    rows: Vec<Row>,
    t: &'static Text,
) -> Sheet {
    let b = &t.board;
    let title = if key == "hospitals" { b.hospitals } else { b.suppliers };
    Sheet {
        key,
        title: title.to_owned(),
        hint: if key == "hospitals" { b.purchases_hint } else { b.suppliers_hint }.to_owned(),
        empty: b.no_purchases_of_month,
        columns: vec![
            words(name, 36),
            words(more, 30),
            numbers(b.lines, 12),
            numbers(b.amount, 18),
            numbers(b.contracted, 18),
            words(b.contracted_share, 12),
            numbers(b.judged, 18),
            numbers(b.above, 18),
            words(b.above_share, 12),
        ],
        rows,
        most: MOST,
        more: (String::new(), ""),
    }
}

#[derive(Template)]
#[template(path = "prices/parties.html")]
struct List {
    page: Page,
    base: &'static str,
    month: String,
    is_first: bool,
    next: String,
    sheet: Sheet,
}

impl List {
    fn query(&self) -> String {
        query(&[("month", &self.month)])
    }
}

/// Where the list of a side is.
fn base(part: Part) -> &'static str {
    if part == Part::Hospital { "/prices/hospitals" } else { "/prices/suppliers" }
}

async fn show(page: Page, app: web::Data<App>, part: Part, asked: Asked) -> Result<HttpResponse> {
    let (given, is_first) = ((app.now(), SIZE, page.t), asked.after.is_empty());
    let it = app.read(move |conn| load(conn, part, &asked, given)).await?;
    let (base, month) = (base(part), shown(it.month));
    let next = it.next.map(|(amount, key)| {
        let after = format!("{}~{key}", amount.scaled());
        format!("{base}?{}", query(&[("month", &month), ("after", &after)]))
    });
    page::show(&List { base, month, is_first, next: next.unwrap_or_default(), sheet: it.sheet, page })
}

async fn file(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    (part, file): (Part, String),
    asked: Asked,
) -> Result<HttpResponse> {
    let given = (app.now(), MOST, page.t);
    let asked = Asked { after: String::new(), ..asked };
    let it = app.read(move |conn| load(conn, part, &asked, given)).await?;
    let answer = it.sheet.download(&file)?;
    let what = format!("{part}: month={}", shown(it.month));
    exported(&app, who.ctx(&app), ("prices.export", "organisations"), it.sheet.rows.len(), what).await?;
    Ok(answer)
}

/// The hospitals of a month.
pub async fn of_hospitals(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    show(page, app, Part::Hospital, asked.into_inner()).await
}

/// The same as a file.
pub async fn hospitals_export(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    name: web::Path<String>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    file(page, who, app, (Part::Hospital, name.into_inner()), asked.into_inner()).await
}

/// The suppliers of a month, as purchases name them.
pub async fn of_suppliers(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    show(page, app, Part::Supplier, asked.into_inner()).await
}

/// The same as a file.
pub async fn suppliers_export(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    name: web::Path<String>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    file(page, who, app, (Part::Supplier, name.into_inner()), asked.into_inner()).await
}
