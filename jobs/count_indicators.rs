//! Counts the indicators of the city's plans from what is held and counted already.

use crate::error::Result;
use crate::indicators::counting;
use crate::jobs::Counts;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    Ok(vec![("months", counting::count(&app.db, app.now())?)])
}
