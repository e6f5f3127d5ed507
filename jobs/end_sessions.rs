//! Deletes sessions that have ended by themselves.

use crate::error::Result;
use crate::jobs::Counts;
use crate::people;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let now = app.now();
    let ended = app.db.write(|tx| people::store::delete_ended_sessions(tx, now))?;
    Ok(vec![("ended", ended)])
}
