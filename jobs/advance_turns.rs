//! Takes the default for every winner whose time to choose a region is over.

use crate::awards::selection;
use crate::error::Result;
use crate::jobs::Counts;
use crate::types::Ctx;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let ctx = Ctx::system(app.now(), "advance_turns");
    let taken = app.db.write(|tx| selection::advance_all(tx, &ctx))?;
    Ok(vec![("taken", taken)])
}
