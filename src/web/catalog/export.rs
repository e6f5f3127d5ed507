//! The list of products as a file, with the columns an import takes: CSV as a stream, XLSX row by row.

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpResponse, web};
use futures_util::stream;

use super::list::Asked;
use crate::catalog::{self, Filter, Product, import};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::files::write::{Cell, Csv, FileKind, Xlsx};
use crate::text::{Lang, Text};
use crate::web::form::Refused;
use crate::web::{App, Page, Person, page};

/// Products read at a time: memory stays the same however many there are.
const PIECE: i64 = 1_000;

/// `?format=csv` or `xlsx`, with the filters of the list.
pub async fn download(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let format = asked.format.clone();
    if format != "csv" && format != "xlsx" {
        return Err(Error::refused(Refused::Choice("format", format)));
    }
    let filter = asked.filter(&who);
    let (ctx, asked_for, named) = (who.ctx(&app), filter.clone(), format.clone());
    app.write(move |tx| catalog::record_export(tx, &ctx, &asked_for, &named)).await?;
    let (t, name) = (page.t, format!("{}-{}", page.t.catalog.title, app.now().day()));
    if format == "xlsx" {
        let bytes = app.read(move |conn| workbook(conn, filter, t)).await?;
        return Ok(page::xlsx(&name, bytes));
    }
    Ok(HttpResponse::Ok()
        .content_type(FileKind::Csv.media_type())
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"products.csv\"; filename*=UTF-8''{}.csv", page::encode(&name)),
        ))
        .streaming(pieces(app, filter, t)))
}

fn headers(t: &Text) -> Vec<&'static str> {
    let name = |column: &crate::files::read::Column| match t.lang {
        Lang::Zh => column.zh,
        Lang::En => column.key,
    };
    import::STANDARD.iter().map(name).collect()
}

fn cells<'a>(product: &'a Product, price: &'a str, t: &Text) -> [&'a str; 9] {
    [
        &product.code,
        &product.generic,
        &product.form,
        &product.spec,
        &product.pack,
        &product.maker,
        &product.approval,
        if product.evaluated { t.common.yes } else { t.common.no },
        price,
    ]
}

fn price(product: &Product) -> String {
    product.listing_price.map(|price| price.to_string()).unwrap_or_default()
}

/// The file piece by piece: the next products are read when the reader has taken the last ones.
fn pieces(
    app: web::Data<App>,
    filter: Filter,
    t: &'static Text,
) -> impl futures_util::Stream<Item = Result<Bytes>> {
    stream::unfold(Some(filter), move |state| {
        let app = app.clone();
        async move {
            let filter = state?;
            match piece(&app, filter, t).await {
                Ok((bytes, rest)) => Some((Ok(bytes), rest)),
                Err(e) => Some((Err(e), None)),
            }
        }
    })
}

async fn piece(app: &App, filter: Filter, t: &Text) -> Result<(Bytes, Option<Filter>)> {
    let asked = filter.clone();
    let products = app.read(move |conn| catalog::page(conn, &asked, PIECE)).await?;
    let mut table = match filter.after {
        None => Csv::new(Vec::new())?,
        Some(_) => Csv::bare(Vec::new()),
    };
    if filter.after.is_none() {
        table.row(headers(t))?;
    }
    for product in &products {
        table.row(cells(product, &price(product), t))?;
    }
    Ok((table.finish()?.into(), following(filter, &products)))
}

/// The filter of the next piece; none after the last.
fn following(mut filter: Filter, read: &[Product]) -> Option<Filter> {
    let last = read.last().filter(|_| read.len() as i64 == PIECE)?;
    filter.after = Some(filter.place_of(last));
    Some(filter)
}

fn workbook(conn: &mut Conn, filter: Filter, t: &Text) -> Result<Vec<u8>> {
    let widths = [28, 28, 14, 24, 24, 36, 24, 10, 14];
    let headers: Vec<(&str, u16)> = headers(t).into_iter().zip(widths).collect();
    let mut sheet = Xlsx::new(t.catalog.title, &headers)?;
    let mut rest = Some(filter);
    while let Some(filter) = rest {
        let products = catalog::page(conn, &filter, PIECE)?;
        for product in &products {
            let [texts @ .., _] = cells(product, "", t);
            let mut row: Vec<Cell> = texts.into_iter().map(Cell::Text).collect();
            row.extend(product.listing_price.map(|price| Cell::Number(price.decimal())));
            sheet.row(&row)?;
        }
        rest = following(filter, &products);
    }
    sheet.finish()
}
