//! `/prices`: what was found in the last months, where most of it is, and what was bought.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::db::Conn;
use crate::error::Result;
use crate::people::store::names;
use crate::prices::board::counting::SPANS;
use crate::prices::board::store::{self, Ranked};
use crate::prices::board::{Count, Part, Sum, earlier};
use crate::prices::monitoring::Tier;
use crate::supply::progress::rules::percent;
use crate::text::{Text, fill};
use crate::types::{Money, ProductId};
use crate::web::lists::{exported, query};
use crate::web::prices::chart::{self, Bars};
use crate::web::prices::sheet::{self, Cell, Row, Sheet, link, numbers, words};
use crate::web::prices::{Titles, known_suppliers, product_name, shown, supplier_link};
use crate::web::{App, Page, Staff, page};

/// How many months the board looks back on when nothing else is asked for.
const MONTHS: i32 = 3;
/// Rows of a ranking on the page; its file holds all that are kept.
const TOP: usize = 10;
/// Months of purchases.
const HISTORY: u32 = 24;

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    months: String,
}

impl Asked {
    fn months(&self) -> i32 {
        self.months.parse().ok().filter(|it| SPANS.contains(it)).unwrap_or(MONTHS)
    }
}

/// What the board shows.
struct Loaded {
    count: Count,
    from: NaiveDate,
    total: Option<Ranked>,
    sheets: Vec<Sheet>,
    bars: Bars,
}

fn load(conn: &mut Conn, months: i32, t: &'static Text) -> Result<Option<Loaded>> {
    let Some(count) = store::count(conn)? else { return Ok(None) };
    let from = earlier(count.last_month, u32::try_from(months - 1).unwrap_or(0));
    let total = store::ranked(conn, months, Part::All)?.into_iter().next();
    let span = query(&[("from", &shown(from)), ("to", &shown(count.last_month))]);
    let sums = store::sums(conn, Part::All, &[String::new()], earlier(count.last_month, HISTORY - 1))?;
    let bars = chart::bars(&sums, |sum| bar_title(sum, t));
    let sheets = vec![
        rules(conn, from, count.last_month, t)?,
        products(conn, months, &span, t)?,
        hospitals(conn, months, &span, t)?,
        suppliers(conn, months, &span, t)?,
        purchases(&sums, t),
    ];
    Ok(Some(Loaded { count, from, total, sheets, bars }))
}

/// What is said of a month's bar.
pub(super) fn bar_title(sum: &Sum, t: &Text) -> String {
    let (month, contracted) = (shown(sum.month), percent(sum.contracted_share()));
    fill(t.board.bar, &[("month", &month), ("amount", &sum.amount), ("contracted", &contracted)])
}

fn rules(conn: &mut Conn, from: NaiveDate, to: NaiveDate, t: &'static Text) -> Result<Sheet> {
    let titles = Titles::new(conn, t)?;
    let mut sums: Vec<(String, Tier, i64, Money)> = Vec::new();
    for it in store::found(conn, from, to)? {
        match sums.last_mut() {
            Some((rule, tier, findings, effect)) if *rule == it.rule && *tier == it.tier => {
                *findings += it.findings;
                *effect = effect.plus(it.effect).unwrap_or(*effect);
            }
            _ => sums.push((it.rule, it.tier, it.findings, it.effect)),
        }
    }
    sums.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
    let b = &t.board;
    let rows = sums.into_iter().map(|(rule, tier, findings, effect)| {
        let of_tier =
            query(&[("rule", &rule), ("tier", tier.as_str()), ("from", &shown(from)), ("to", &shown(to))]);
        Row::from(vec![
            Cell::from(titles.of(&rule)),
            tier.name(t).into(),
            link(findings, format!("/findings?{of_tier}")),
            effect.into(),
        ])
    });
    Ok(Sheet {
        key: "rules",
        title: b.by_rule.to_owned(),
        hint: b.by_rule_hint.to_owned(),
        empty: b.no_findings,
        columns: vec![words(b.rule, 36), words(b.tier, 14), numbers(b.findings, 10), numbers(b.effect, 16)],
        rows: rows.collect(),
        most: 100,
        more: (format!("/findings?{}", query(&[("from", &shown(from)), ("to", &shown(to))])), b.all_findings),
    })
}

/// A ranking: what it is of, its title and what its first column is called.
fn ranking(
    key: &'static str,
    title: &'static str,
    name: &'static str,
    rows: Vec<Row>,
    t: &'static Text,
) -> Sheet {
    let b = &t.board;
    Sheet {
        key,
        title: title.to_owned(),
        hint: String::new(),
        empty: b.no_findings,
        columns: vec![words(name, 44), numbers(b.findings, 10), numbers(b.effect, 16)],
        rows,
        most: TOP,
        more: (String::new(), ""),
    }
}

fn ranked_row(name: Cell, filter: &str, span: &str, (_, findings, effect): &Ranked) -> Row {
    vec![name, link(findings, format!("/findings?{filter}&{span}")), (*effect).into()].into()
}

fn products(conn: &mut Conn, months: i32, span: &str, t: &'static Text) -> Result<Sheet> {
    let ranked = store::ranked(conn, months, Part::Product)?;
    let ids: Vec<ProductId> = ranked.iter().filter_map(|(id, ..)| id.parse().ok()).collect();
    let known = store::products(conn, ids)?;
    let row = |it: &Ranked| {
        let id: ProductId = it.0.parse().ok()?;
        let name = link(product_name(known.get(&id)?), format!("/prices/products/{id}"));
        Some(ranked_row(name, &format!("product={id}"), span, it))
    };
    let rows = ranked.iter().filter_map(row).collect();
    Ok(ranking("products", t.board.top_products, t.board.product, rows, t))
}

fn hospitals(conn: &mut Conn, months: i32, span: &str, t: &'static Text) -> Result<Sheet> {
    let ranked = store::ranked(conn, months, Part::Hospital)?;
    let ids = ranked.iter().filter_map(|(id, ..)| id.parse().ok()).collect();
    let names = names(conn, ids)?;
    let row = |it: &Ranked| {
        let id = it.0.parse().ok()?;
        let name = link(names.get(&id)?, format!("/prices/hospitals/{id}"));
        Some(ranked_row(name, &format!("hospital={id}"), span, it))
    };
    let rows = ranked.iter().filter_map(row).collect();
    Ok(ranking("hospitals", t.board.top_hospitals, t.board.hospital, rows, t))
}

fn suppliers(conn: &mut Conn, months: i32, span: &str, t: &'static Text) -> Result<Sheet> {
    let ranked = store::ranked(conn, months, Part::Supplier)?;
    let known = known_suppliers(conn, ranked.iter().map(|(name, ..)| name.clone()).collect())?;
    let row = |it: &Ranked| {
        let name = link(&it.0, supplier_link(&known, &it.0));
        ranked_row(name, &format!("supplier={}", page::encode(&it.0)), span, it)
    };
    let rows = ranked.iter().map(row).collect();
    Ok(ranking("suppliers", t.board.top_suppliers, t.board.supplier, rows, t))
}

fn purchases(sums: &[Sum], t: &'static Text) -> Sheet {
    let b = &t.board;
    let rows = sums.iter().map(|it| {
        let month = shown(it.month);
        let mut cells = month_cells(it);
        if let Some(first) = cells.first_mut() {
            first.link = format!("/prices/hospitals?month={month}");
        }
        cells.into()
    });
    Sheet {
        key: "months",
        title: b.purchases.to_owned(),
        hint: b.purchases_hint.to_owned(),
        empty: b.no_purchases,
        columns: month_columns(t),
        rows: rows.collect(),
        most: HISTORY as usize,
        more: (String::new(), ""),
    }
}

/// The columns of a month's sums.
pub(super) fn month_columns(t: &'static Text) -> Vec<sheet::Column> {
    let b = &t.board;
    vec![
        words(b.month, 10),
        numbers(b.lines, 12),
        numbers(b.amount, 18),
        numbers(b.contracted, 18),
        words(b.contracted_share, 12),
        numbers(b.judged, 18),
        numbers(b.above, 18),
        words(b.above_share, 12),
    ]
}

/// The cells of [`month_columns`].
pub(super) fn month_cells(it: &Sum) -> Vec<Cell> {
    vec![
        shown(it.month).into(),
        it.lines.into(),
        it.amount.into(),
        it.contracted.into(),
        percent(it.contracted_share()).into(),
        it.judged.into(),
        it.above.into(),
        percent(it.above_share()).into(),
    ]
}

#[derive(Template)]
#[template(path = "prices/board.html")]
struct Board {
    page: Page,
    months: i32,
    spans: Vec<(i32, String)>,
    counted: String,
    total: String,
    it: Option<Loaded>,
}

impl Board {
    fn query(&self) -> String {
        format!("months={}", self.months)
    }
}

/// The board.
pub async fn index(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (months, t) = (asked.months(), page.t);
    let it = app.read(move |conn| load(conn, months, t)).await?;
    let b = &t.board;
    let counted = it.as_ref().map(|it| {
        let (from, to) = (shown(it.from), shown(it.count.last_month));
        fill(b.counted, &[("from", &from), ("to", &to), ("at", &it.count.counted_at)])
    });
    let total = it
        .as_ref()
        .and_then(|it| it.total.as_ref())
        .map(|(_, findings, effect)| fill(b.total, &[("findings", findings), ("effect", effect)]));
    let spans = SPANS.iter().map(|n| (*n, fill(b.last_months, &[("n", n)]))).collect();
    page::show(&Board {
        page,
        months,
        spans,
        counted: counted.unwrap_or_default(),
        total: total.unwrap_or_default(),
        it,
    })
}

/// One table of the board as a file.
pub async fn export(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    file: web::Path<String>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (months, t) = (asked.months(), page.t);
    let it = app.read(move |conn| load(conn, months, t)).await?;
    let sheet = sheet::named(it.map(|it| it.sheets).unwrap_or_default(), &file)?;
    let answer = sheet.download(&file)?;
    let asked = format!("{}: months={months}", sheet.key);
    exported(&app, who.ctx(&app), ("prices.export", "findings"), sheet.rows.len(), asked).await?;
    Ok(answer)
}
