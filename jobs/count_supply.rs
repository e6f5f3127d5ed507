//! Counts what came of the orders of each contract and agreement year, for the pages of progress.

use crate::error::Result;
use crate::jobs::Counts;
use crate::supply::progress;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    Ok(vec![("counted", progress::count(&app.db, app.now(), progress::counts::Which::Changed)?)])
}
