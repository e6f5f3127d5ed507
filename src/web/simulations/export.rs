//! A simulation as files: the comparison as CSV and XLSX, the runs as CSV.

use actix_web::{HttpResponse, web};

use crate::audit::{self, Deed};
use crate::awards::output as tables;
use crate::error::{Error, Result};
use crate::files::write::Csv;
use crate::simulations::{self, comparison, output};
use crate::types::SimulationId;
use crate::web::lists::Table;
use crate::web::{App, Evaluator, Page, page};

/// `comparison.csv`, `comparison.xlsx`, `simulated_lots.csv` or `simulated_bids.csv`. An export is in the trail.
pub async fn file(
    page: Page,
    who: Evaluator,
    app: web::Data<App>,
    path: web::Path<(SimulationId, String)>,
) -> Result<HttpResponse> {
    let (id, name) = path.into_inner();
    let (ctx, wanted) = (who.ctx(&app), name.clone());
    let it = app
        .write(move |tx| {
            let it = simulations::shown(tx.conn(), &id)?;
            let deed = Deed { action: "simulation.export", subject: "simulations", id: id.as_str() };
            audit::record(tx, &ctx, deed, &(), &wanted)?;
            Ok(it)
        })
        .await?;
    match name.as_str() {
        "comparison.csv" | "comparison.xlsx" => {
            let (headers, numbers) = (&comparison::COLUMNS, &comparison::NUMBERS);
            Table { name: page.t.simulations.by_bid, headers, numbers, lines: it.comparison.lines() }
                .download_as("comparison", &name)
        }
        "simulated_lots.csv" => runs("simulated_lots", it.runs.as_ref().map(output::lots)),
        "simulated_bids.csv" => runs("simulated_bids", it.runs.as_ref().map(output::bids)),
        _ => Err(Error::NotFound),
    }
}

fn runs(name: &str, table: Option<tables::Table>) -> Result<HttpResponse> {
    let bytes = tables::write(table.ok_or(Error::NotFound)?, Csv::new(Vec::new())?)?;
    Ok(page::csv(name, bytes))
}
