//! Writes the monthly report of the indicators on the first working day of a month.

use crate::error::Result;
use crate::indicators::monthly;
use crate::jobs::Counts;
use crate::types::Ctx;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let ctx = Ctx::system(app.now(), "write_indicators");
    Ok(vec![("written", monthly::write(&app.db, &ctx)?)])
}
