//! `/prices/hospitals/{id}` and `/prices/suppliers/{id}`: what one buys or sells, by month, and what was found of it.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::db::Conn;
use crate::error::Result;
use crate::people::{self, Organisation, OrganisationKind, Who};
use crate::prices::board::counting::{KEPT, TOPS, total};
use crate::prices::board::found::{self, Filter};
use crate::prices::board::{Part, Sum, Top, earlier, month_of, names_of, share, store};
use crate::supply::progress::rules::percent;
use crate::text::{Text, fill};
use crate::types::{OrganisationId, ProductId, Time};
use crate::web::lists::{exported, query};
use crate::web::prices::board::{bar_title, month_cells, month_columns};
use crate::web::prices::chart::{self, Bars};
use crate::web::prices::sheet::{self, Cell, Row, Sheet, link, numbers, words};
use crate::web::prices::{
    findings, known_suppliers, month, organisation, product_name, shown, supplier_link,
};
use crate::web::{App, Page, PriceReader, page};

/// Findings shown.
const FINDINGS: i64 = 10;
/// Months that the sums on top are of.
const YEAR: usize = 12;

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    month: String,
}

/// Whose page it is.
#[derive(Clone, Copy)]
enum Side {
    Hospital,
    Supplier,
}

impl Side {
    fn kind(self) -> OrganisationKind {
        match self {
            Side::Hospital => OrganisationKind::Hospital,
            Side::Supplier => OrganisationKind::Supplier,
        }
    }

    fn part(self) -> Part {
        match self {
            Side::Hospital => Part::Hospital,
            Side::Supplier => Part::Supplier,
        }
    }

    fn partner(self) -> Part {
        match self {
            Side::Hospital => Part::Supplier,
            Side::Supplier => Part::Hospital,
        }
    }

    fn path(self, id: &OrganisationId) -> String {
        match self {
            Side::Hospital => format!("/prices/hospitals/{id}"),
            Side::Supplier => format!("/prices/suppliers/{id}"),
        }
    }

    fn keys(self, it: &Organisation) -> Vec<String> {
        match self {
            Side::Hospital => vec![it.id.to_string()],
            Side::Supplier => names_of(it),
        }
    }

    /// The address of a list of purchases or findings, filtered by this side.
    fn filter(self, it: &Organisation) -> (&'static str, String) {
        match self {
            Side::Hospital => ("hospital", it.id.to_string()),
            Side::Supplier => ("supplier", it.name.clone()),
        }
    }
}

/// What the page shows.
struct Loaded {
    it: Organisation,
    month: NaiveDate,
    sums: Vec<Sum>,
    sheets: Vec<Sheet>,
    bars: Bars,
    counted_at: Option<Time>,
}

/// Sums of a supplier's name and code together.
fn by_month(list: Vec<Sum>) -> Vec<Sum> {
    let mut made: Vec<Sum> = Vec::new();
    for it in list {
        match made.last_mut() {
            Some(last) if last.month == it.month => {
                last.lines += it.lines;
                for (into, amount) in [
                    (&mut last.amount, it.amount),
                    (&mut last.contracted, it.contracted),
                    (&mut last.judged, it.judged),
                    (&mut last.above, it.above),
                ] {
                    *into = into.plus(amount).unwrap_or(*into);
                }
            }
            _ => made.push(it),
        }
    }
    made
}

/// Ranked under a supplier's name and under its code, together.
fn together(list: Vec<Top>) -> Vec<Top> {
    let mut made: Vec<Top> = Vec::new();
    for it in list {
        match made.iter_mut().find(|known| known.other == it.other) {
            Some(known) => {
                known.lines += it.lines;
                known.amount = known.amount.plus(it.amount).unwrap_or(known.amount);
            }
            None => made.push(it),
        }
    }
    made.sort_by(|a, b| b.amount.cmp(&a.amount).then_with(|| a.other.cmp(&b.other)));
    made
}

fn load(
    conn: &mut Conn,
    who: &Who,
    (side, id): (Side, &OrganisationId),
    asked: &Asked,
    (now, t): (Time, &'static Text),
) -> Result<Loaded> {
    let it = organisation(conn, who, side.kind(), id)?;
    let is_staff = who.organisation.kind == OrganisationKind::Bureau;
    let count = store::count(conn)?;
    let last = count.as_ref().map_or_else(|| month_of(now.day()), |it| it.last_month);
    let keys = side.keys(&it);
    let sums = by_month(store::sums(conn, side.part(), &keys, earlier(last, KEPT - 1))?);
    let chosen = month(&asked.month)?.or(sums.first().map(|sum| sum.month)).unwrap_or(last);
    let shown_of = Shown { side, it: &it, keys: &keys, month: chosen, is_staff, t };
    let (name, value) = side.filter(&it);
    let filter = match side {
        Side::Hospital => Filter { hospital: Some(id.clone()), ..Filter::standing() },
        Side::Supplier => Filter { suppliers: Some(keys.clone()), ..Filter::standing() },
    };
    let list = found::page(conn, &filter, FINDINGS)?;
    let own = if is_staff { query(&[(name, &value)]) } else { String::new() };
    let sheets = vec![
        shown_of.months(&sums),
        shown_of.products(conn)?,
        shown_of.partners(conn)?,
        findings::sheet(conn, &list, is_staff, format!("/findings?{own}"), t)?,
    ];
    let bars = chart::bars(&sums, |sum| bar_title(sum, t));
    Ok(Loaded { it, month: chosen, sums, sheets, bars, counted_at: count.map(|it| it.counted_at) })
}

/// What tables are made of.
struct Shown<'a> {
    side: Side,
    it: &'a Organisation,
    keys: &'a [String],
    month: NaiveDate,
    is_staff: bool,
    t: &'static Text,
}

impl Shown<'_> {
    fn months(&self, sums: &[Sum]) -> Sheet {
        let b = &self.t.board;
        let rows = sums.iter().map(|sum| {
            let mut cells = month_cells(sum);
            if let Some(first) = cells.first_mut() {
                first.link = format!("{}?month={}", self.side.path(&self.it.id), first.text);
            }
            if let (Side::Hospital, Some(lines)) = (self.side, cells.get_mut(1)) {
                lines.link = self.purchases("", &shown(sum.month));
            }
            Row::from(cells)
        });
        Sheet {
            key: "months",
            title: b.purchases.to_owned(),
            hint: b.purchases_hint.to_owned(),
            empty: b.no_purchases,
            columns: month_columns(self.t),
            rows: rows.collect(),
            most: KEPT as usize,
            more: (String::new(), ""),
        }
    }

    fn purchases(&self, product: &str, month: &str) -> String {
        let (name, value) = self.side.filter(self.it);
        let own = if self.is_staff { value.as_str() } else { "" };
        format!("/prices/purchases?{}", query(&[(name, own), ("product", product), ("month", month)]))
    }

    fn ranking(&self, key: &'static str, title: &str, name: &'static str, rows: Vec<Row>) -> Sheet {
        let b = &self.t.board;
        Sheet {
            key,
            title: fill(title, &[("month", &shown(self.month))]),
            hint: fill(b.tops_hint, &[("n", &TOPS)]),
            empty: b.no_purchases_of_month,
            columns: vec![words(name, 44), numbers(b.lines, 12), numbers(b.amount, 18)],
            rows,
            most: TOPS as usize,
            more: (String::new(), ""),
        }
    }

    fn products(&self, conn: &mut Conn) -> Result<Sheet> {
        let tops = together(store::tops(conn, self.side.part(), self.keys, self.month, Part::Product)?);
        let ids: Vec<ProductId> = tops.iter().filter_map(|top| top.other.parse().ok()).collect();
        let known = store::products(conn, ids)?;
        let row = |top: &Top| {
            let id: ProductId = top.other.parse().ok()?;
            let path = if self.is_staff { format!("/prices/products/{id}") } else { String::new() };
            Some(Row::from(vec![
                link(product_name(known.get(&id)?), path),
                link(top.lines, self.purchases(id.as_str(), &shown(self.month))),
                top.amount.into(),
            ]))
        };
        let b = &self.t.board;
        Ok(self.ranking("products", b.products_of_month, b.product, tops.iter().filter_map(row).collect()))
    }

    fn partners(&self, conn: &mut Conn) -> Result<Sheet> {
        let tops = together(store::tops(conn, self.side.part(), self.keys, self.month, self.side.partner())?);
        let b = &self.t.board;
        let made = |name: Cell, top: &Top| Row::from(vec![name, top.lines.into(), top.amount.into()]);
        Ok(match self.side {
            Side::Hospital => {
                let known = known_suppliers(conn, tops.iter().map(|top| top.other.clone()).collect())?;
                let path =
                    |text: &str| if self.is_staff { supplier_link(&known, text) } else { String::new() };
                let rows = tops.iter().map(|top| made(link(&top.other, path(&top.other)), top)).collect();
                self.ranking("suppliers", b.suppliers_of_month, b.supplier, rows)
            }
            Side::Supplier => {
                let names = people::store::names(
                    conn,
                    tops.iter().filter_map(|top| top.other.parse().ok()).collect(),
                )?;
                let row = |top: &Top| {
                    let id: OrganisationId = top.other.parse().ok()?;
                    let path = if self.is_staff { format!("/prices/hospitals/{id}") } else { String::new() };
                    Some(made(link(names.get(&id)?, path), top))
                };
                self.ranking(
                    "hospitals",
                    b.hospitals_of_month,
                    b.hospital,
                    tops.iter().filter_map(row).collect(),
                )
            }
        })
    }
}

#[derive(Template)]
#[template(path = "prices/party.html")]
struct Show {
    page: Page,
    side: Side,
    is_staff: bool,
    f: Loaded,
}

impl Show {
    fn base(&self) -> String {
        self.side.path(&self.f.it.id)
    }

    fn query(&self) -> String {
        format!("month={}", shown(self.f.month))
    }

    fn is_hospital(&self) -> bool {
        matches!(self.side, Side::Hospital)
    }

    fn counted(&self) -> String {
        let b = &self.page.t.board;
        self.f.counted_at.map_or_else(|| b.not_counted.to_owned(), |at| fill(b.counted_at, &[("at", &at)]))
    }

    /// The sums of the last year that has purchases: amount, share on contract, share above the lowest listing.
    fn year(&self) -> Option<(String, String, String, String)> {
        let last = self.f.sums.first()?.month;
        let year: Vec<&Sum> = self.f.sums.iter().filter(|it| it.month > earlier(last, YEAR as u32)).collect();
        let amount = total(year.iter().map(|it| it.amount));
        let contracted = total(year.iter().map(|it| it.contracted));
        let (judged, above) = (total(year.iter().map(|it| it.judged)), total(year.iter().map(|it| it.above)));
        let first = year.last()?.month;
        Some((
            format!("{} – {}", shown(first), shown(last)),
            amount.to_string(),
            percent(share(contracted, amount)),
            percent(share(above, judged)),
        ))
    }
}

async fn show(
    page: Page,
    who: PriceReader,
    app: web::Data<App>,
    (side, id): (Side, OrganisationId),
    asked: Asked,
) -> Result<HttpResponse> {
    let (reader, given) = (who.0.clone(), (app.now(), page.t));
    let f = app.read(move |conn| load(conn, &reader, (side, &id), &asked, given)).await?;
    page::show(&Show { is_staff: who.organisation.kind == OrganisationKind::Bureau, side, f, page })
}

async fn file(
    page: Page,
    who: PriceReader,
    app: web::Data<App>,
    (side, id, file): (Side, OrganisationId, String),
    asked: Asked,
) -> Result<HttpResponse> {
    let (reader, given, of) = (who.0.clone(), (app.now(), page.t), side.path(&id));
    let f = app.read(move |conn| load(conn, &reader, (side, &id), &asked, given)).await?;
    let sheet = sheet::named(f.sheets, &file)?;
    let answer = sheet.download(&file)?;
    exported(
        &app,
        who.ctx(&app),
        ("prices.export", "organisations"),
        sheet.rows.len(),
        format!("{of}/{file}"),
    )
    .await?;
    Ok(answer)
}

/// A hospital.
pub async fn hospital(
    page: Page,
    who: PriceReader,
    app: web::Data<App>,
    id: web::Path<OrganisationId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    show(page, who, app, (Side::Hospital, id.into_inner()), asked.into_inner()).await
}

/// One table of a hospital as a file.
pub async fn hospital_export(
    page: Page,
    who: PriceReader,
    app: web::Data<App>,
    path: web::Path<(OrganisationId, String)>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (id, name) = path.into_inner();
    file(page, who, app, (Side::Hospital, id, name), asked.into_inner()).await
}

/// A supplier.
pub async fn supplier(
    page: Page,
    who: PriceReader,
    app: web::Data<App>,
    id: web::Path<OrganisationId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    show(page, who, app, (Side::Supplier, id.into_inner()), asked.into_inner()).await
}

/// One table of a supplier as a file.
pub async fn supplier_export(
    page: Page,
    who: PriceReader,
    app: web::Data<App>,
    path: web::Path<(OrganisationId, String)>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (id, name) = path.into_inner();
    file(page, who, app, (Side::Supplier, id, name), asked.into_inner()).await
}
