//! Sends the letters that are due; without a mail server they wait.

use crate::error::{Error, Result};
use crate::jobs::Counts;
use crate::notify::outbox;
use crate::notify::smtp::Office;
use crate::prices::alerts;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let Some(office) = Office::of(&app.settings)? else {
        let waiting = app.db.read(outbox::waiting)?;
        return Ok(vec![("waiting", usize::try_from(waiting).unwrap_or(0))]);
    };
    let tally = outbox::send_due(&app.db, &office, &|| app.now(), &alerts::may_send)?;
    if tally.is_away {
        return Err(Error::fault(format!(
            "the mail server does not answer: sent={} later={} dead={}",
            tally.sent, tally.later, tally.dead
        )));
    }
    Ok(vec![
        ("sent", tally.sent),
        ("later", tally.later),
        ("dead", tally.dead),
        ("withdrawn", tally.withdrawn),
    ])
}
