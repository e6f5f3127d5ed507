//! Pushes released payment standards to the endpoints of the settlement feed's consumers.

use crate::error::Result;
use crate::jobs::Counts;
use crate::standards::feed::push::{self, http::Courier};
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let now = || app.now();
    let done = push::push_due(&app.db, &app.signer()?, &Courier::default(), &now)?;
    Ok(vec![("sent", done.sent), ("later", done.later), ("dead", done.dead)])
}
