//! Holds prices against the payment standards in force and proposes what to do where they differ.

use crate::error::Result;
use crate::jobs::Counts;
use crate::standards::links;
use crate::types::Ctx;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let ctx = Ctx::system(app.now(), "link_prices");
    let (found, over) = links::find(&app.db, &ctx)?;
    Ok(vec![("found", found), ("over", over)])
}
