//! `/prices/search`: products, hospitals and suppliers by name, maker or code.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::catalog::{self, Product};
use crate::db::Conn;
use crate::error::Result;
use crate::people::{Organisation, OrganisationKind};
use crate::prices::board::store;
use crate::text::Text;
use crate::web::lists::exported;
use crate::web::prices::sheet::{Row, Sheet, words};
use crate::web::prices::{cut, product_name};
use crate::web::{App, Page, Staff, page};

/// Most of each kind on the page.
const MOST: i64 = 20;
/// Most of each kind in a file.
const EXPORT: i64 = 2_000;

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
}

#[derive(Default)]
struct Found {
    products: Vec<Product>,
    hospitals: Vec<Organisation>,
    suppliers: Vec<Organisation>,
    /// Texts of purchases that no registered supplier has.
    texts: Vec<String>,
}

impl Found {
    fn is_empty(&self) -> bool {
        self.products.is_empty()
            && self.hospitals.is_empty()
            && self.suppliers.is_empty()
            && self.texts.is_empty()
    }
}

fn find(conn: &mut Conn, text: &str, most: i64) -> Result<Found> {
    if text.is_empty() {
        return Ok(Found::default());
    }
    let filter = catalog::Filter {
        text: text.to_owned(),
        kind: None,
        maker: String::new(),
        of_maker: None,
        sort: catalog::Sort::Generic,
        after: None,
    };
    let mut texts = match store::count(conn)? {
        Some(count) => store::suppliers_like(conn, count.last_month, text, most)?,
        None => Vec::new(),
    };
    let known = store::suppliers(conn, texts.clone())?;
    texts.retain(|text| !known.contains_key(text));
    Ok(Found {
        products: catalog::page(conn, &filter, most)?,
        hospitals: store::organisations_like(conn, OrganisationKind::Hospital, text, most)?,
        suppliers: store::organisations_like(conn, OrganisationKind::Supplier, text, most)?,
        texts,
    })
}

#[derive(Template)]
#[template(path = "prices/search.html")]
struct Search {
    page: Page,
    q: String,
    found: Found,
}

/// The page.
pub async fn index(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let q = cut(&asked.q);
    let text = q.clone();
    let found = app.read(move |conn| find(conn, &text, MOST)).await?;
    page::show(&Search { page, q, found })
}

/// Everything found as one table.
fn sheet(found: &Found, t: &'static Text) -> Sheet {
    let b = &t.board;
    let row = |kind: &str, name: String, code: &str| Row::from(vec![kind.into(), name.into(), code.into()]);
    let products = found
        .products
        .iter()
        .map(|it| row(b.product, format!("{} · {}", product_name(it), it.pack), &it.code));
    let of = |list: &[Organisation], kind: &str| {
        list.iter().map(|it| row(kind, it.name.clone(), &it.code)).collect::<Vec<_>>()
    };
    let texts = found.texts.iter().map(|text| row(b.supplier, text.clone(), ""));
    let rows = products
        .chain(of(&found.hospitals, b.hospital))
        .chain(of(&found.suppliers, b.supplier))
        .chain(texts)
        .collect();
    Sheet {
        key: "search",
        title: b.search_title.to_owned(),
        hint: String::new(),
        empty: b.search_nothing,
        columns: vec![words(b.kind, 12), words(b.name, 60), words(b.code, 26)],
        rows,
        most: usize::MAX,
        more: (String::new(), ""),
    }
}

/// What is found as a file.
pub async fn export(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    file: web::Path<String>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (q, t) = (cut(&asked.q), page.t);
    let text = q.clone();
    let found = app.read(move |conn| find(conn, &text, EXPORT)).await?;
    let sheet = sheet(&found, t);
    let answer = sheet.download(&file)?;
    exported(&app, who.ctx(&app), ("prices.export", "search"), sheet.rows.len(), q).await?;
    Ok(answer)
}
