//! Counts what the price board sums over purchases and findings.

use crate::error::Result;
use crate::jobs::Counts;
use crate::prices::board::counting;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    Ok(vec![("months", counting::count(&app.db, app.now())?)])
}
