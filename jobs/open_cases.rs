//! Opens price cases from the findings of the night's scan and counts the open ones anew.

use crate::cases::opening;
use crate::error::Result;
use crate::jobs::Counts;
use crate::types::Ctx;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let ctx = Ctx::system(app.now(), "open_cases");
    let tally = opening::open_due(&app.db, &ctx)?;
    Ok(vec![
        ("opened", tally.opened),
        ("reopened", tally.reopened),
        ("joined", tally.joined),
        ("recounted", tally.recounted),
    ])
}
