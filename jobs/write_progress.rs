//! Writes to hospitals and suppliers whose purchases lag behind the time elapsed, once a week.

use crate::error::Result;
use crate::jobs::Counts;
use crate::supply::progress;
use crate::types::Ctx;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let ctx = Ctx::system(app.now(), "write_progress");
    Ok(vec![("behind", progress::letters::write(&app.db, &ctx)?)])
}
