//! Changes the prices whose day has come.

use crate::contracts::prices;
use crate::error::Result;
use crate::jobs::Counts;
use crate::types::Ctx;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let ctx = Ctx::system(app.now(), "change_prices");
    Ok(vec![("changed", prices::apply_due(&app.db, &ctx)?)])
}
