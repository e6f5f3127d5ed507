//! Computes what rounds do to the cost of a case, for every case basket in use.

use crate::disease_costs::compute;
use crate::error::Result;
use crate::jobs::Counts;
use crate::types::Ctx;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let ctx = Ctx::system(app.now(), "count_disease_costs");
    Ok(vec![("changed", compute::refresh_all(&app.db, &ctx)?)])
}
