//! Holds prices against the payment standards in force and proposes what to do where they differ.

use crate::error::Result;
use crate::jobs::Counts;
use crate::standards::links;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let (found, over) = links::find(&app.db, app.now())?;
    Ok(vec![("found", found), ("over", over)])
}
