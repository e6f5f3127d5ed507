//! What a supplier's own envelope held, shown to that supplier once it is opened, and to nobody else.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::bids::{self, Content, Receipt, import};
use crate::error::{Error, Result};
use crate::types::{EnvelopeId, RoundId};
use crate::web::bids::desk::{Block, Desk};
use crate::web::lists::As;
use crate::web::{App, Page, Supplier, page};

#[derive(Template)]
#[template(path = "bids/content.html")]
struct Show {
    page: Page,
    desk: Desk,
    receipt: Receipt,
    /// Nothing before the opening: nobody can read it then.
    content: Option<Content>,
    blocks: Vec<Block>,
}

/// The page, with the form for a change while bidding is open.
pub async fn show(
    page: Page,
    who: Supplier,
    app: web::Data<App>,
    path: web::Path<(RoundId, EnvelopeId)>,
) -> Result<HttpResponse> {
    let (desk, receipt, content) = own(&app, &who, path.into_inner()).await?;
    let blocks = Block::all(&desk.terms, page.t);
    page::show(&Show { page, desk, receipt, content, blocks })
}

async fn own(
    app: &App,
    who: &Supplier,
    (round, envelope): (RoundId, EnvelopeId),
) -> Result<(Desk, Receipt, Option<Content>)> {
    let (supplier, now) = (who.organisation.clone(), app.now());
    app.read(move |conn| {
        let (receipt, content) = bids::own_content(conn, &supplier.id, &envelope)?;
        if receipt.round_id != round {
            return Err(Error::NotFound);
        }
        Ok((Desk::read(conn, &round, &supplier, now)?, receipt, content))
    })
    .await
}

/// The content as a bid file, to change and upload again.
pub async fn file(
    page: Page,
    who: Supplier,
    app: web::Data<App>,
    path: web::Path<(RoundId, EnvelopeId)>,
    file: web::Query<As>,
) -> Result<HttpResponse> {
    let (desk, receipt, content) = own(&app, &who, path.into_inner()).await?;
    let content = content.ok_or(Error::NotFound)?;
    let mut rows = Vec::new();
    for lot in &desk.terms.lots {
        let own = content.lines.iter().filter(|line| line.lot_id == lot.id);
        rows.extend(own.map(|line| import::cells(lot, &desk.terms.supplier, Some(line))));
    }
    let bytes = import::write(file.kind, page.t, import::COLUMNS.len(), &rows)?;
    Ok(page::table(&format!("{}-bid-{}", desk.round.number, receipt.seq), file.kind, bytes))
}

/// The opened content: the bytes whose SHA-256 is the hash on the receipt.
pub async fn sealed(
    who: Supplier,
    app: web::Data<App>,
    path: web::Path<(RoundId, EnvelopeId)>,
) -> Result<HttpResponse> {
    let (desk, receipt, content) = own(&app, &who, path.into_inner()).await?;
    let content = content.ok_or(Error::NotFound)?;
    let name = format!("{}-bid-{}.content", desk.round.number, receipt.seq);
    Ok(page::csv(&name, content.bytes()?))
}
