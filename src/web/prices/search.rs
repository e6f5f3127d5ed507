//! `/prices/search`: products, hospitals and suppliers by name, maker or code.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::catalog::{self, Product};
use crate::db::Conn;
use crate::error::Result;
use crate::people::{Organisation, OrganisationKind};
use crate::prices::board::store;
use crate::web::prices::cut;
use crate::web::{App, Page, Staff, page};

/// Most of each kind.
const MOST: i64 = 20;

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

fn find(conn: &mut Conn, text: &str) -> Result<Found> {
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
        Some(count) => store::suppliers_like(conn, count.last_month, text, MOST)?,
        None => Vec::new(),
    };
    let known = store::suppliers(conn, texts.clone())?;
    texts.retain(|text| !known.contains_key(text));
    Ok(Found {
        products: catalog::page(conn, &filter, MOST)?,
        hospitals: store::organisations_like(conn, OrganisationKind::Hospital, text, MOST)?,
        suppliers: store::organisations_like(conn, OrganisationKind::Supplier, text, MOST)?,
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
    let found = app.read(move |conn| find(conn, &text)).await?;
    page::show(&Search { page, q, found })
}
