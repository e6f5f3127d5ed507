//! `/prices/purchases`: the purchases of a product or of a hospital, the latest first.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::catalog::Product;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::Who;
use crate::prices::board::purchases::{self, Filter, Purchase, Whose};
use crate::prices::board::{later, month_of, store};
use crate::text::Text;
use crate::types::{Time, parse_day};
use crate::web::lists::{exported, query};
use crate::web::prices::sheet::{Row, Sheet, link, numbers, words};
use crate::web::prices::{
    Refused, Scope, hospital_of, known_suppliers, month, product_name, product_of, shown, supplier_link,
    supplier_texts,
};
use crate::web::{App, Page, PriceReader, page};

/// Purchases a page.
const SIZE: usize = 100;
/// Most purchases of one export.
const MOST: usize = 100_000;
/// Purchases read at a time for it.
const STEP: i64 = 2_000;

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    product: String,
    hospital: String,
    supplier: String,
    month: String,
    after: String,
}

/// What is asked for, found out.
struct Wanted {
    /// None when the product or hospital never bought anything.
    filter: Option<Filter>,
    product: Option<Product>,
    month: String,
}

impl Asked {
    fn wanted(&self, conn: &mut Conn, who: &Who, now: Time) -> Result<Wanted> {
        let product = product_of(conn, &self.product)?;
        let (mut hospital, mut suppliers) =
            (hospital_of(conn, &self.hospital)?.map(|it| it.id), supplier_texts(conn, &self.supplier)?);
        match Scope::of(who) {
            Scope::All => {}
            Scope::Hospital(own) => hospital = Some(own),
            Scope::Supplier(own) => suppliers = Some(own),
        }
        if product.is_none() && hospital.is_none() {
            return Err(Error::refused(Refused::NeedsOne));
        }
        let product_no = match &product {
            Some(it) => store::product_number(conn, &it.id)?,
            None => None,
        };
        let hospital_no = match &hospital {
            Some(id) => crate::prices::store::hospital_number(conn, id)?,
            None => None,
        };
        let whose = match (hospital_no, product_no) {
            (Some(hospital), Some(product)) => Some(Whose::Both(hospital, product)),
            (None, Some(product)) if hospital.is_none() => Some(Whose::Product(product)),
            (Some(hospital), None) if product.is_none() => Some(Whose::Hospital(hospital)),
            _ => None,
        };
        // A hospital buys hundreds of thousands of lines: without a product it is shown by the month.
        let chosen = match month(&self.month)? {
            None if product.is_none() => {
                Some(store::count(conn)?.map_or_else(|| month_of(now.day()), |it| it.last_month))
            }
            chosen => chosen,
        };
        let (from, before) = match chosen {
            Some(month) => (month, later(month, 1)),
            None => (chrono::NaiveDate::default(), later(now.day(), 1)),
        };
        Ok(Wanted {
            filter: whose.map(|whose| Filter { whose, from, before, suppliers, after: None }),
            product,
            month: chosen.map(shown).unwrap_or_default(),
        })
    }

    /// The filter as a query, without the place in the list.
    fn query(&self) -> String {
        query(&[
            ("product", &self.product),
            ("hospital", &self.hospital),
            ("supplier", &self.supplier),
            ("month", &self.month),
        ])
    }
}

/// A table of purchases.
pub(super) fn sheet(conn: &mut Conn, list: &[Purchase], is_staff: bool, t: &'static Text) -> Result<Sheet> {
    let b = &t.board;
    Ok(Sheet {
        key: "purchases",
        title: b.purchases_title.to_owned(),
        hint: b.returns_hint.to_owned(),
        empty: b.no_purchases_fit,
        columns: vec![
            words(b.day, 12),
            words(b.hospital, 32),
            words(b.product, 44),
            words(b.code, 26),
            words(b.supplier, 32),
            numbers(b.quantity, 14),
            numbers(b.unit_price, 14),
            numbers(b.amount, 16),
        ],
        rows: rows(conn, list, is_staff)?,
        most: MOST,
        more: (String::new(), ""),
    })
}

fn rows(conn: &mut Conn, list: &[Purchase], is_staff: bool) -> Result<Vec<Row>> {
    let hospitals = store::hospitals(conn)?;
    let products = store::products_by_number(conn, list.iter().map(|it| it.product).collect())?;
    let known = known_suppliers(conn, list.iter().map(|it| it.supplier.clone()).collect())?;
    let path = |path: String| if is_staff { path } else { String::new() };
    let row = |it: &Purchase| {
        let (hospital, product) = (hospitals.get(&it.hospital), products.get(&it.product));
        Row::from(vec![
            it.day.into(),
            hospital.map_or_else(Default::default, |it| {
                link(&it.name, path(format!("/prices/hospitals/{}", it.id)))
            }),
            product.map_or_else(Default::default, |it| {
                link(product_name(it), path(format!("/prices/products/{}", it.id)))
            }),
            product.map_or("", |it| &it.code).into(),
            link(&it.supplier, path(supplier_link(&known, &it.supplier))),
            it.quantity.into(),
            it.unit_price.into(),
            it.amount.into(),
        ])
    };
    Ok(list.iter().map(row).collect())
}

/// A place as an address carries it: day and number.
fn place(text: &str) -> Result<Option<(chrono::NaiveDate, i32)>> {
    if text.is_empty() {
        return Ok(None);
    }
    let read = || {
        let (day, id) = text.split_once('~')?;
        Some((parse_day(day)?, id.parse().ok()?))
    };
    read().map(Some).ok_or(Error::NotFound)
}

#[derive(Template)]
#[template(path = "prices/purchases.html")]
struct List {
    page: Page,
    asked: Asked,
    month: String,
    product: Option<Product>,
    sheet: Sheet,
    next: String,
    is_staff: bool,
}

impl List {
    fn query(&self) -> String {
        self.asked.query()
    }
}

/// The list.
pub async fn index(
    page: Page,
    who: PriceReader,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (asked, t, now) = (asked.into_inner(), page.t, app.now());
    let is_staff = matches!(Scope::of(&who), Scope::All);
    let (given, reader) = (asked.clone(), who.0.clone());
    let (wanted, sheet, last) = app
        .read(move |conn| {
            let mut wanted = given.wanted(conn, &reader, now)?;
            let mut list = Vec::new();
            if let Some(filter) = &mut wanted.filter {
                filter.after = place(&given.after)?;
                list = purchases::page(conn, filter, SIZE as i64 + 1)?;
            }
            let has_more = list.len() > SIZE;
            list.truncate(SIZE);
            let last = list.last().filter(|_| has_more).map(|it| format!("{}~{}", it.day, it.id));
            Ok((wanted, sheet(conn, &list, is_staff, t)?, last))
        })
        .await?;
    let query = asked.query();
    let next = last.map(|after| format!("/prices/purchases?{query}&after={after}")).unwrap_or_default();
    page::show(&List { month: wanted.month, product: wanted.product, sheet, next, is_staff, asked, page })
}

/// The list as a file.
pub async fn export(
    page: Page,
    who: PriceReader,
    app: web::Data<App>,
    file: web::Path<String>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (asked, t, now) = (asked.into_inner(), page.t, app.now());
    let is_staff = matches!(Scope::of(&who), Scope::All);
    let (given, reader) = (asked.clone(), who.0.clone());
    let all = app
        .read(move |conn| {
            let mut all = sheet(conn, &[], is_staff, t)?;
            let Some(mut filter) = given.wanted(conn, &reader, now)?.filter else { return Ok(all) };
            while all.rows.len() < MOST {
                let list = purchases::page(conn, &filter, STEP)?;
                let Some(last) = list.last() else { break };
                filter.after = Some((last.day, last.id));
                all.rows.extend(rows(conn, &list, is_staff)?);
            }
            Ok(all)
        })
        .await?;
    let answer = all.download(&file)?;
    exported(&app, who.ctx(&app), ("prices.export", "transactions"), all.rows.len(), asked.query()).await?;
    Ok(answer)
}
