//! Notes orders not answered in time and lines not delivered in time, each once.

use crate::db::Tx;
use crate::error::Result;
use crate::jobs::Counts;
use crate::supply::confirmations;
use crate::types::Ctx;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let ctx = Ctx::system(app.now(), "note_late");
    let unanswered = all(app, |tx| confirmations::note_unanswered(tx, &ctx))?;
    let late = all(app, |tx| confirmations::note_late(tx, &ctx))?;
    Ok(vec![("unanswered", unanswered), ("late", late)])
}

/// One transaction after the other, until nothing is left.
fn all(app: &App, mut part: impl FnMut(&mut Tx) -> Result<usize>) -> Result<usize> {
    let mut count = 0;
    loop {
        match app.db.write(&mut part)? {
            0 => return Ok(count),
            n => count += n,
        }
    }
}
