//! The opened offers as a file that `jicai award` reads.

use actix_web::{HttpResponse, web};

use crate::audit::{self, Deed};
use crate::bids::import::{self, Cells};
use crate::bids::{self, Refused};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::files::write::FileKind;
use crate::rounds::{self, Round};
use crate::types::{Ctx, RoundId};
use crate::web::bids::offers::{Asked, is_opened};
use crate::web::lists::As;
use crate::web::{App, Page, Staff, page};

/// Offers read at a time.
const PAGE: usize = 500;

/// The file, with the list's filter; the export is a link of the trail.
pub async fn file(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    file: web::Query<As>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (id, ctx, kind, asked) = (id.into_inner(), who.ctx(&app), file.kind, asked.into_inner());
    let (round, rows) = app.write(move |tx| export(tx, &ctx, &id, kind, &asked)).await?;
    let bytes = import::write(kind, page.t, import::FILLED, &rows)?;
    Ok(page::table(&format!("{}-bids", round.number), kind, bytes))
}

fn export(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &RoundId,
    kind: FileKind,
    asked: &Asked,
) -> Result<(Round, Vec<Cells>)> {
    let round = rounds::round(tx.conn(), id)?;
    if !is_opened(round.state) {
        return Err(Error::refused(Refused::State(round.state)));
    }
    let mut filter = asked.filter();
    let mut rows = Vec::new();
    loop {
        let offers = bids::store::list(tx.conn(), id, &filter, PAGE as i64)?;
        rows.extend(offers.iter().map(import::listed_cells));
        match offers.last() {
            Some(last) if offers.len() == PAGE => filter.after = Some(last.offer.id.clone()),
            _ => break,
        }
    }
    let deed = Deed { action: "bid.export", subject: "rounds", id: id.as_str() };
    audit::record(tx, ctx, deed, &(), &(kind, &asked.lot, &asked.company, rows.len()))?;
    Ok((round, rows))
}
