//! Counts price indices from the purchases that came in and the months that ended.

use crate::error::Result;
use crate::jobs::Counts;
use crate::prices::indices::count;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    Ok(vec![("months", count::run(&app.db, app.now())?)])
}
