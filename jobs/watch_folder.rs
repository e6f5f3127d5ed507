//! Takes the files of the watched folder, when there is one.

use crate::error::Result;
use crate::jobs::Counts;
use crate::prices::files::folder;
use crate::prices::files::spool::Spool;
use crate::prices::files::work::Bench;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let Some(watched) = &app.settings.watch_folder else { return Ok(Vec::new()) };
    let spool = Spool::at(&app.settings.spool_folder);
    let now = || app.now();
    let bench = Bench { db: &app.db, spool: &spool, node: &app.settings.node, now: &now };
    let done = folder::run(&bench, watched, app.settings.price_file_bytes)?;
    Ok(vec![("done", done.done), ("refused", done.failed), ("waiting", done.waiting)])
}
