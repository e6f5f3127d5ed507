//! Moves every round on whose date has come: demand closes, bidding closes, execution begins and ends.

use crate::error::Result;
use crate::jobs::Counts;
use crate::rounds;
use crate::types::Ctx;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let ctx = Ctx::system(app.now(), "advance_rounds");
    let moved = app.db.write(|tx| rounds::steps::advance_due(tx, &ctx))?;
    Ok(vec![("advanced", moved.len())])
}
