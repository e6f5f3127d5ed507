//! Makes the runs of simulations that wait, and of those whose node went away.

use crate::error::Result;
use crate::jobs::Counts;
use crate::simulations::background;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let finished = background::run_waiting(&app.db, &app.settings.node, &|| app.now())?;
    Ok(vec![("finished", finished)])
}
