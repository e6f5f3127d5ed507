//! Writes the alert mails that are due: what monitoring found since each subscription's last.

use crate::error::{Error, Result};
use crate::jobs::Counts;
use crate::prices::alerts;
use crate::types::Ctx;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let (signer, ctx) = (app.signer()?, Ctx::system(app.now(), "write_alerts"));
    let tally = alerts::write_due(&app.db, &ctx, &signer, app.settings.mail_bounces)?;
    if let Some(fault) = tally.fault {
        return Err(Error::fault(format!("{} subscriptions could not be told: {fault}", tally.faults)));
    }
    Ok(vec![("written", tally.written), ("nothing", tally.nothing), ("held", tally.held)])
}
