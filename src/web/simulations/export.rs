//! A simulation as files: the comparison as CSV and XLSX, the runs as CSV.

use actix_web::{HttpResponse, web};

use crate::audit::{self, Deed};
use crate::awards::output::{self as tables, Table};
use crate::error::{Error, Result};
use crate::files::write::{Csv, Xlsx};
use crate::simulations::{self, Shown, comparison, output};
use crate::types::SimulationId;
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
        "comparison.csv" => Ok(page::csv("comparison", comparison_csv(&it)?)),
        "comparison.xlsx" => Ok(page::xlsx("comparison", comparison_xlsx(&it, page.t.simulations.by_bid)?)),
        "simulated_lots.csv" => runs("simulated_lots", it.runs.as_ref().map(output::lots)),
        "simulated_bids.csv" => runs("simulated_bids", it.runs.as_ref().map(output::bids)),
        _ => Err(Error::NotFound),
    }
}

fn runs(name: &str, table: Option<Table>) -> Result<HttpResponse> {
    let bytes = tables::write(table.ok_or(Error::NotFound)?, Csv::new(Vec::new())?)?;
    Ok(page::csv(name, bytes))
}

fn comparison_csv(it: &Shown) -> Result<Vec<u8>> {
    let mut file = Csv::new(Vec::new())?;
    file.row(comparison::COLUMNS.iter().map(|(name, _)| name))?;
    for line in it.comparison.lines() {
        file.row(line)?;
    }
    file.finish()
}

fn comparison_xlsx(it: &Shown, sheet: &str) -> Result<Vec<u8>> {
    let mut file = Xlsx::new(sheet, &comparison::COLUMNS)?;
    for line in it.comparison.lines() {
        file.row(&comparison::cells(&line))?;
    }
    file.finish()
}
