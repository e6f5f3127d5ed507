//! Counts what is open between hospitals and suppliers, for the bureau's page of the payment clock.

use crate::error::Result;
use crate::jobs::Counts;
use crate::payments::ageing;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    Ok(vec![("counted", ageing::recount(&app.db, app.now())?)])
}
