//! Looks at files of purchases and listings that have come, and applies those that may be applied.

use crate::error::Result;
use crate::jobs::Counts;
use crate::prices::files::spool::Spool;
use crate::prices::files::work::{self, Bench};
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let spool = Spool::at(&app.settings.spool_folder);
    let now = || app.now();
    let done = work::run_due(&Bench { db: &app.db, spool: &spool, node: &app.settings.node, now: &now })?;
    Ok(vec![("checked", done.checked), ("applied", done.applied), ("refused", done.failed)])
}
