//! `/indices/{id}/months/{month}`: a month's figures opened to their items.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::prices::indices::store::{IndexItem, Order, Shown};
use crate::prices::indices::{self, Basket, IndexMonth, store};
use crate::text::fill;
use crate::types::{BasketId, Points};
use crate::web::{App, Page, Staff, page};

/// Items on a page.
const PAGE: usize = 200;

/// What the reader asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    order: String,
    points: String,
    after: String,
}

fn order(word: &str) -> Order {
    match word {
        "fallers" => Order::Fallers,
        "basket" => Order::Basket,
        _ => Order::Risers,
    }
}

#[derive(Template)]
#[template(path = "indices/month.html")]
struct Show {
    page: Page,
    it: Basket,
    row: IndexMonth,
    order: String,
    items: Vec<(IndexItem, Shown)>,
    is_first: bool,
    next: String,
}

impl Show {
    fn month(&self) -> String {
        super::month_shown(self.row.month)
    }

    fn title(&self) -> String {
        let title = self.it.title(self.page.t);
        fill(self.page.t.indices.month_title, &[("title", &title), ("month", &self.month())])
    }

    fn orders(&self) -> [(&'static str, &'static str); 3] {
        let i = &self.page.t.indices;
        [("risers", i.risers), ("fallers", i.fallers), ("basket", i.order_basket)]
    }

    fn state(&self, it: &IndexItem) -> &'static str {
        super::item_state_name(it.state, self.page.t)
    }

    /// How the figures come about, with their numbers.
    fn arithmetic(&self) -> Vec<String> {
        let (i, row, base) = (&self.page.t.indices, &self.row, self.it.base_value);
        let mut lines = Vec::new();
        if let Some(value) = row.laspeyres {
            let facts: [(&str, &dyn std::fmt::Display); 4] =
                [("p1q0", &row.p1q0), ("p0q0", &row.p0q0), ("base", &base), ("value", &value)];
            lines.push(fill(i.a_laspeyres, &facts));
            let change = value.minus(base).unwrap_or_default();
            lines.push(fill(i.month_sum, &[("laspeyres", &value), ("base", &base), ("change", &change)]));
        }
        if let Some(value) = row.paasche {
            let facts: [(&str, &dyn std::fmt::Display); 4] =
                [("p1q1", &row.p1q1), ("p0q1", &row.p0q1), ("base", &base), ("value", &value)];
            lines.push(fill(i.a_paasche, &facts));
        }
        if let Some(value) = row.fisher {
            lines.push(fill(i.a_fisher, &[("value", &value)]));
        }
        if lines.is_empty() {
            lines.push(i.no_figure.to_owned());
        }
        lines
    }
}

/// The page.
pub async fn index(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    ids: web::Path<(BasketId, String)>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (id, month) = ids.into_inner();
    let month = super::month_of_path(&month)?;
    let (by, asked) = (order(&asked.order), asked.into_inner());
    let after: Option<(Points, i32)> = asked.points.parse().ok().zip(asked.after.parse().ok());
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let (it, row, mut items) = app
        .read(move |conn| {
            let it = indices::basket(conn, &id)?;
            let row = store::month(conn, &id, month)?.ok_or(Error::NotFound)?;
            Ok((it, row, store::month_page(conn, (&id, month), by, after, limit)?))
        })
        .await?;
    let is_more = items.len() > PAGE;
    items.truncate(PAGE);
    let word = match by {
        Order::Risers => "risers",
        Order::Fallers => "fallers",
        Order::Basket => "basket",
    };
    let next = match items.last() {
        Some((last, _)) if is_more => format!(
            "/indices/{}/months/{}?order={word}&points={}&after={}",
            it.id,
            super::month_shown(month),
            last.contribution,
            last.position
        ),
        _ => String::new(),
    };
    page::show(&Show { page, it, row, order: word.to_owned(), items, is_first: after.is_none(), next })
}
