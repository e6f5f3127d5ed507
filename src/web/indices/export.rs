//! Files of an index: its months, and a month's items.

use actix_web::{HttpResponse, web};

use crate::audit::{self, Deed};
use crate::error::{Error, Result};
use crate::prices::indices::store::{self, IndexItem, Order, Shown};
use crate::prices::indices::{self, Basket, SUBJECT};
use crate::text::Text;
use crate::types::BasketId;
use crate::web::lists::{Line, Table};
use crate::web::{App, Page, Staff};

fn blank<T: std::fmt::Display>(figure: Option<T>) -> String {
    figure.map(|it| it.to_string()).unwrap_or_default()
}

/// `/indices/{id}/export/series.csv` and `series.xlsx`: the index by month.
pub async fn series(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    ids: web::Path<(BasketId, String)>,
) -> Result<HttpResponse> {
    let (id, file) = ids.into_inner();
    if !matches!(file.as_str(), "series.csv" | "series.xlsx") {
        return Err(Error::NotFound);
    }
    let (ctx, i) = (who.ctx(&app), &page.t.indices);
    let (it, months) = app
        .write(move |tx| {
            let it = indices::basket(tx.conn(), &id)?;
            let months = store::months(tx.conn(), &it)?;
            let deed = Deed { action: "index.export", subject: SUBJECT, id: id.as_str() };
            audit::record(tx, &ctx, deed, &(), &months.len())?;
            Ok((it, months))
        })
        .await?;
    let headers = [
        (i.month, 10),
        (i.f_laspeyres, 12),
        (i.f_paasche, 12),
        (i.f_fisher, 12),
        (i.p0q0, 18),
        (i.p1q0, 18),
        (i.p0q1, 18),
        (i.p1q1, 18),
        (i.purchased, 10),
        (i.carried, 10),
        (i.left_out, 10),
        (i.returned, 10),
    ];
    let rows = months.iter().map(|row| {
        vec![
            super::month_shown(row.month),
            blank(row.laspeyres),
            blank(row.paasche),
            blank(row.fisher),
            row.p0q0.to_string(),
            row.p1q0.to_string(),
            row.p0q1.to_string(),
            row.p1q1.to_string(),
            row.purchased.to_string(),
            row.carried.to_string(),
            row.left_out.to_string(),
            row.returned.to_string(),
        ]
    });
    let lines: Vec<Line> = rows.collect();
    let numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
    let name = format!("{} v{}", it.title(page.t), it.version);
    Table { name: "index", headers: &headers, numbers: &numbers, lines }.download_as(&name, &file)
}

/// `/indices/{id}/months/{month}/export/items.csv` and `items.xlsx`: a month's items.
pub async fn month(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    ids: web::Path<(BasketId, String, String)>,
) -> Result<HttpResponse> {
    let (id, month, file) = ids.into_inner();
    if !matches!(file.as_str(), "items.csv" | "items.xlsx") {
        return Err(Error::NotFound);
    }
    let (ctx, day) = (who.ctx(&app), super::month_of_path(&month)?);
    let (it, items): (Basket, Vec<(IndexItem, Shown)>) = app
        .write(move |tx| {
            let it = indices::basket(tx.conn(), &id)?;
            store::month(tx.conn(), &id, day)?.ok_or(Error::NotFound)?;
            let items = store::month_page(tx.conn(), (&id, day), Order::Basket, None, i64::MAX)?;
            let deed = Deed { action: "index.month.export", subject: SUBJECT, id: id.as_str() };
            audit::record(tx, &ctx, deed, &(), &serde_json::json!({ "month": day, "items": items.len() }))?;
            Ok((it, items))
        })
        .await?;
    let lines: Vec<Line> = items.iter().map(|item| line(item, page.t)).collect();
    let numbers = [5, 6, 7, 8, 9, 10, 11];
    let name = format!("{} v{} {month}", it.title(page.t), it.version);
    Table { name: "index", headers: &item_headers(page.t), numbers: &numbers, lines }
        .download_as(&name, &file)
}

fn item_headers(t: &Text) -> [(&'static str, u16); 12] {
    let i = &t.indices;
    [
        (i.code, 28),
        (i.generic, 20),
        (i.spec, 16),
        (i.maker, 24),
        (i.state, 12),
        (i.quantity, 14),
        (i.amount, 16),
        (i.price, 14),
        ("p0q0", 18),
        ("p1q0", 18),
        ("p0q1", 18),
        (i.contribution, 12),
    ]
}

fn line((it, (code, generic, spec, maker)): &(IndexItem, Shown), t: &Text) -> Line {
    vec![
        code.clone(),
        generic.clone(),
        spec.clone(),
        maker.clone(),
        super::item_state_name(it.state, t).to_owned(),
        it.quantity.to_string(),
        it.amount.to_string(),
        it.price.to_string(),
        it.p0q0.to_string(),
        it.p1q0.to_string(),
        it.p0q1.to_string(),
        it.contribution.to_string(),
    ]
}
