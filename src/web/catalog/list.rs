//! The list of products: search, filters, order, page by page.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{kind_name, may_edit, only_maker};
use crate::catalog::{self, Filter, Product, ProductKind, Sort};
use crate::error::Result;
use crate::people::Who;
use crate::text::{Text, fill};
use crate::web::{App, Page, Person, page};

/// Products a page.
const SIZE: usize = 50;

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Words to search.
    pub q: String,
    /// A kind's word, else all.
    pub kind: String,
    /// The beginning of a maker's name.
    pub maker: String,
    /// An order's word.
    pub sort: String,
    /// The code of the last product of the page before.
    pub after: String,
    /// What an export shall be.
    pub format: String,
}

/// Longest text taken from the address: a search of thousands of characters finds nothing.
const LONGEST: usize = 200;

impl Asked {
    /// The filter it means for this reader, from the beginning.
    pub fn filter(&self, who: &Who) -> Filter {
        let short = |text: &str| text.chars().take(LONGEST).collect::<String>();
        Filter {
            text: short(&self.q),
            kind: self.kind.parse().ok(),
            maker: short(&self.maker),
            of_maker: only_maker(who),
            sort: self.sort.parse().unwrap_or(Sort::Generic),
            after: None,
        }
    }

    /// The same as the query of an address, without the place.
    fn query(&self) -> String {
        let pairs = [("q", &self.q), ("kind", &self.kind), ("maker", &self.maker), ("sort", &self.sort)];
        let given = pairs.iter().filter(|(_, value)| !value.is_empty());
        given.map(|(name, value)| format!("{name}={}", page::encode(value))).collect::<Vec<_>>().join("&")
    }

    fn is_filtered(&self) -> bool {
        !(self.q.is_empty() && self.kind.is_empty() && self.maker.is_empty())
    }
}

#[derive(Template)]
#[template(path = "catalog/list.html")]
struct List {
    page: Page,
    asked: Asked,
    kinds: Vec<(&'static str, &'static str)>,
    sorts: Vec<(&'static str, &'static str)>,
    products: Vec<Product>,
    next: Option<String>,
    first: String,
    export: String,
    can_edit: bool,
    note: String,
    caption: String,
}

impl List {
    fn kind(&self, product: &Product) -> &'static str {
        kind_name(product.kind, self.page.t)
    }
}

fn kinds(t: &Text) -> Vec<(&'static str, &'static str)> {
    let all = ProductKind::ALL.iter().map(|kind| (kind.as_str(), kind_name(*kind, t)));
    std::iter::once(("", t.common.all)).chain(all).collect()
}

fn sorts(t: &Text) -> Vec<(&'static str, &'static str)> {
    let name = |sort| match sort {
        Sort::Generic => t.catalog.sort_generic,
        Sort::Code => t.catalog.sort_code,
        Sort::Maker => t.catalog.sort_maker,
    };
    Sort::ALL.iter().map(|sort| (sort.as_str(), name(*sort))).collect()
}

/// The page.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let asked = asked.into_inner();
    let (filter, after) = (asked.filter(&who), asked.after.clone());
    let mut products = app.read(move |conn| load(conn, filter, &after)).await?;
    let query = asked.query();
    let more = products.len() > SIZE;
    products.truncate(SIZE);
    let last = products.last().filter(|_| more);
    let next = last.map(|last| format!("/products?{query}&after={}", last.code));
    let t = page.t;
    let note = only_maker(&who).map(|name| fill(t.catalog.list_supplier, &[("name", &name)]));
    page::show(&List {
        kinds: kinds(t),
        sorts: sorts(t),
        products,
        next,
        first: format!("/products?{query}"),
        export: format!("/products/export?{query}&format="),
        can_edit: may_edit(&who),
        note: note.unwrap_or_default(),
        caption: fill(t.catalog.list_caption, &[("n", &SIZE)]),
        asked,
        page,
    })
}

fn load(conn: &mut crate::db::Conn, mut filter: Filter, after: &str) -> Result<Vec<Product>> {
    if !after.is_empty() {
        filter.after = catalog::by_code(conn, after)?.map(|last| filter.place_of(&last));
    }
    catalog::page(conn, &filter, SIZE as i64 + 1)
}
