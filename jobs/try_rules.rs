//! Tries out drafts of monitoring rules that wait.

use crate::error::Result;
use crate::jobs::Counts;
use crate::scans::drafts::trials;
use crate::types::Ctx;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let ctx = Ctx::system(app.now(), trials::JOB);
    let (tried, failed) = trials::run_waiting(&app.db, &ctx, &|| app.now())?;
    Ok(vec![("tried", tried), ("failed", failed)])
}
