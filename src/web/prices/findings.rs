//! `/findings`: what the monitoring rules found, filtered, in order of money or of time.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::catalog::Product;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{self, Organisation, OrganisationKind, Who};
use crate::prices::board::found::{self, Filter, Place, Sort};
use crate::prices::board::store;
use crate::prices::findings::{Finding, State};
use crate::prices::monitoring::{Tier, rules};
use crate::text::{Text, fill};
use crate::types::{Money, OrganisationId, ProductId};
use crate::web::lists::{exported, given, query};
use crate::web::prices::sheet::{Cell, Row, Sheet, link, numbers, words};
use crate::web::prices::{
    Scope, Titles, cut, hospital_of, known_suppliers, month, product_name, product_of, shown, supplier_link,
    supplier_texts,
};
use crate::web::{App, Page, PriceReader, page};

/// Findings a page.
const SIZE: usize = 50;
/// Most findings of one export.
const MOST: usize = 100_000;
/// Findings read at a time for it.
const STEP: i64 = 2_000;

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    state: String,
    rule: String,
    tier: String,
    from: String,
    to: String,
    product: String,
    hospital: String,
    supplier: String,
    case: String,
    sort: String,
    after: String,
}

impl Asked {
    fn filter(&self, conn: &mut Conn, who: &Who) -> Result<Filter> {
        let (mut hospital, mut suppliers) = (None, None);
        let scope = Scope::of(who);
        let is_staff = matches!(scope, Scope::All);
        match scope {
            Scope::All => {
                hospital = hospital_of(conn, &self.hospital)?.map(|it| it.id);
                suppliers = supplier_texts(conn, &self.supplier)?;
            }
            Scope::Hospital(id) => {
                hospital = Some(id);
                suppliers = supplier_texts(conn, &self.supplier)?;
            }
            Scope::Supplier(own) => {
                hospital = hospital.or(hospital_of(conn, &self.hospital)?.map(|it| it.id));
                suppliers = suppliers.or(Some(own));
            }
        }
        Ok(Filter {
            state: given(&self.state)?.unwrap_or(State::Standing),
            hospital,
            suppliers,
            product: product_of(conn, &self.product)?.map(|it| it.id),
            rule: Some(cut(&self.rule)).filter(|it| !it.is_empty()),
            tier: given(&self.tier)?,
            from: month(&self.from)?,
            to: month(&self.to)?,
            has_case: match self.case.as_str() {
                "" => None,
                "with" if is_staff => Some(true),
                "without" if is_staff => Some(false),
                _ => return Err(Error::NotFound),
            },
            sort: given(&self.sort)?.unwrap_or(Sort::Effect),
            after: place(&self.after)?,
        })
    }

    /// The filter as a query, without the place in the list.
    fn query(&self) -> String {
        query(&[
            ("state", &self.state),
            ("rule", &self.rule),
            ("tier", &self.tier),
            ("from", &self.from),
            ("to", &self.to),
            ("product", &self.product),
            ("hospital", &self.hospital),
            ("supplier", &self.supplier),
            ("case", &self.case),
            ("sort", &self.sort),
        ])
    }
}

/// A place as an address carries it: month, cents, id.
fn place(text: &str) -> Result<Option<Place>> {
    if text.is_empty() {
        return Ok(None);
    }
    let read = || {
        let (month, rest) = text.split_once('~')?;
        let (cents, id) = rest.split_once('~')?;
        let effect = Money::from_scaled(cents.parse().ok()?);
        Some(Place { month: month.parse().ok()?, effect, id: id.parse().ok()? })
    };
    read().map(Some).ok_or(Error::NotFound)
}

fn told(it: &Place) -> String {
    format!("{}~{}~{}", it.month, it.effect.scaled(), it.id)
}

/// The names that rows of findings show.
struct Names {
    products: HashMap<ProductId, Product>,
    hospitals: HashMap<OrganisationId, String>,
    suppliers: HashMap<String, Organisation>,
    titles: Titles,
}

fn names(conn: &mut Conn, list: &[Finding], t: &Text) -> Result<Names> {
    let mut products: Vec<ProductId> = list.iter().map(|it| it.product_id.clone()).collect();
    products.sort_unstable();
    products.dedup();
    let hospitals = list.iter().filter_map(|it| it.hospital_id.clone()).collect();
    Ok(Names {
        products: store::products(conn, products)?,
        hospitals: people::store::names(conn, hospitals)?,
        suppliers: known_suppliers(conn, list.iter().map(|it| it.supplier.clone()).collect())?,
        titles: Titles::new(conn, t)?,
    })
}

fn row(it: &Finding, names: &Names, is_staff: bool, t: &Text) -> Row {
    let path = |path: String| if is_staff { path } else { String::new() };
    let product = names.products.get(&it.product_id);
    let hospital = match &it.hospital_id {
        Some(id) => {
            link(names.hospitals.get(id).map_or("", |it| it), path(format!("/prices/hospitals/{id}")))
        }
        None => Cell::from(t.board.listing),
    };
    let supplier = match it.supplier.as_str() {
        "" => Cell::default(),
        text => link(text, path(supplier_link(&names.suppliers, text))),
    };
    let price = |price: Option<crate::types::UnitPrice>| price.map_or_else(Cell::default, Cell::from);
    let mut cells = vec![
        link(product.map_or_else(|| it.product_id.to_string(), product_name), format!("/findings/{}", it.id)),
        link(product.map_or("", |it| &it.code), path(format!("/prices/products/{}", it.product_id))),
        names.titles.of(&it.rule).into(),
        it.tier.name(t).into(),
        shown(it.month).into(),
        hospital,
        supplier,
        price(it.observed),
        price(it.reference),
        it.quantity.into(),
        it.effect.into(),
        it.effect_all.into(),
    ];
    if is_staff {
        cells.push(match &it.case_id {
            Some(id) => link(t.board.case, format!("/cases/{id}")),
            None => Cell::default(),
        });
    }
    cells.into()
}

/// A table of findings. Of cases the bureau alone reads: who they are about hears of them by their documents.
pub(super) fn sheet(
    conn: &mut Conn,
    list: &[Finding],
    is_staff: bool,
    more: String,
    t: &'static Text,
) -> Result<Sheet> {
    let names = names(conn, list, t)?;
    let b = &t.board;
    let mut columns = vec![
        words(b.product, 40),
        words(b.code, 26),
        words(b.rule, 30),
        words(b.tier, 12),
        words(b.month, 10),
        words(b.hospital, 30),
        words(b.supplier, 30),
        numbers(b.observed, 14),
        numbers(b.reference, 14),
        numbers(b.quantity, 14),
        numbers(b.effect, 16),
        numbers(b.effect_all, 16),
    ];
    columns.extend(is_staff.then(|| words(b.case, 10)));
    Ok(Sheet {
        key: "findings",
        title: b.findings_title.to_owned(),
        hint: b.findings_hint.to_owned(),
        empty: b.no_findings_fit,
        columns,
        rows: list.iter().map(|it| row(it, &names, is_staff, t)).collect(),
        most: MOST,
        more: (more, b.all_findings),
    })
}

#[derive(Template)]
#[template(path = "prices/findings.html")]
struct List {
    page: Page,
    asked: Asked,
    sheet: Sheet,
    rules: Vec<(String, String)>,
    tiers: Vec<(&'static str, &'static str)>,
    states: Vec<(&'static str, &'static str)>,
    cases: Vec<(&'static str, &'static str)>,
    sorts: Vec<(&'static str, &'static str)>,
    next: String,
    is_staff: bool,
}

impl List {
    fn query(&self) -> String {
        self.asked.query()
    }

    /// What a hospital or supplier is told on top of its list.
    fn own(&self) -> String {
        let name = self.page.who.as_ref().map_or("", |who| &who.organisation.name);
        fill(self.page.t.board.own_findings, &[("name", &name)])
    }

    /// Where a hospital or supplier sees its own prices.
    fn own_path(&self) -> String {
        self.page.who.as_ref().map_or_else(String::new, |who| {
            let id = &who.organisation.id;
            match who.organisation.kind {
                OrganisationKind::Bureau => "/prices".to_owned(),
                OrganisationKind::Hospital => format!("/prices/hospitals/{id}"),
                OrganisationKind::Supplier => format!("/prices/suppliers/{id}"),
            }
        })
    }
}

/// The list.
pub async fn index(
    page: Page,
    who: PriceReader,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (asked, t) = (asked.into_inner(), page.t);
    let is_staff = matches!(Scope::of(&who), Scope::All);
    let (wanted, reader) = (asked.clone(), who.0.clone());
    let (sheet, last, known, titles) = app
        .read(move |conn| {
            let filter = wanted.filter(conn, &reader)?;
            let mut list = found::page(conn, &filter, SIZE as i64 + 1)?;
            let has_more = list.len() > SIZE;
            list.truncate(SIZE);
            let last = list.last().filter(|_| has_more).map(Place::of);
            let known = found::rules(conn)?;
            let titles = Titles::new(conn, t)?;
            Ok((sheet(conn, &list, is_staff, String::new(), t)?, last, known, titles))
        })
        .await?;
    let b = &t.board;
    let mut names: Vec<String> = rules::names().into_iter().map(str::to_owned).chain(known).collect();
    names.sort_unstable();
    names.dedup();
    let rules = names.into_iter().map(|name| {
        let title = titles.of(&name).to_owned();
        (name, title)
    });
    let query = asked.query();
    let next = last.map(|place| format!("/findings?{query}&after={}", told(&place)));
    page::show(&List {
        sheet,
        rules: std::iter::once((String::new(), t.common.all.to_owned())).chain(rules).collect(),
        tiers: std::iter::once(("", t.common.all))
            .chain(Tier::ALL.iter().map(|tier| (tier.as_str(), tier.name(t))))
            .collect(),
        states: vec![("", b.standing), (State::Gone.as_str(), b.gone)],
        cases: vec![("", t.common.all), ("with", b.with_case), ("without", b.without_case)],
        sorts: vec![("", b.by_effect), (Sort::Month.as_str(), b.by_month)],
        next: next.unwrap_or_default(),
        is_staff,
        asked,
        page,
    })
}

/// The list as a file.
pub async fn export(
    page: Page,
    who: PriceReader,
    app: web::Data<App>,
    file: web::Path<String>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (asked, t) = (asked.into_inner(), page.t);
    let is_staff = matches!(Scope::of(&who), Scope::All);
    let (wanted, reader) = (Asked { after: String::new(), ..asked.clone() }, who.0.clone());
    let all = app
        .read(move |conn| {
            let mut filter = wanted.filter(conn, &reader)?;
            let mut all = sheet(conn, &[], is_staff, String::new(), t)?;
            while all.rows.len() < MOST {
                let list = found::page(conn, &filter, STEP)?;
                let Some(last) = list.last() else { break };
                filter.after = Some(Place::of(last));
                let names = names(conn, &list, t)?;
                all.rows.extend(list.iter().map(|it| row(it, &names, is_staff, t)));
            }
            Ok(all)
        })
        .await?;
    let answer = all.download(&file)?;
    exported(&app, who.ctx(&app), ("findings.export", "findings"), all.rows.len(), asked.query()).await?;
    Ok(answer)
}
