//! `/findings/listings`: what the monitoring rules found about the listings of a supplier's own products.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::Result;
use crate::people::Who;
use crate::prices::board::found;
use crate::web::lists::exported;
use crate::web::prices::findings;
use crate::web::prices::sheet::Sheet;
use crate::web::{App, Page, Supplier, page};

/// Most findings shown; a supplier's products are fewer.
const MOST: i64 = 2_000;

#[derive(Template)]
#[template(path = "prices/own_listings.html")]
struct Show {
    page: Page,
    sheet: Sheet,
}

async fn own(page: &Page, who: &Who, app: &App) -> Result<Sheet> {
    let (t, maker) = (page.t, who.organisation.name.clone());
    app.read(move |conn| {
        let list = found::of_listings(conn, &maker, MOST)?;
        let mut sheet = findings::sheet(conn, &list, false, String::new(), t)?;
        sheet.title = t.watching.own_listings.to_owned();
        sheet.hint = t.watching.own_listings_hint.to_owned();
        sheet.empty = t.watching.own_listings_empty;
        sheet.more = (String::new(), "");
        Ok(sheet)
    })
    .await
}

/// The page.
pub async fn index(page: Page, who: Supplier, app: web::Data<App>) -> Result<HttpResponse> {
    let sheet = own(&page, &who, &app).await?;
    page::show(&Show { sheet, page })
}

/// The list as a file.
pub async fn export(
    page: Page,
    who: Supplier,
    app: web::Data<App>,
    file: web::Path<String>,
) -> Result<HttpResponse> {
    let sheet = own(&page, &who, &app).await?;
    let answer = sheet.download(&file)?;
    exported(&app, who.ctx(&app), ("findings.export", "findings"), sheet.rows.len(), file.into_inner())
        .await?;
    Ok(answer)
}
