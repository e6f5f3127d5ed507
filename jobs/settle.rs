//! Goes on with settlements that stopped between two steps: after a stop of the program, or where a page left off.

use crate::error::Result;
use crate::jobs::Counts;
use crate::payments::settlements::steps;
use crate::types::Ctx;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let ctx = Ctx::system(app.now(), "settle");
    Ok(vec![("steps", steps::advance_all(&app.db, &ctx)?)])
}
