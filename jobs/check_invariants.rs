//! Checks every night that volume, goods and money agree, and keeps what does not as incidents.

use crate::error::Result;
use crate::incidents;
use crate::jobs::Counts;
use crate::types::Ctx;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let ctx = Ctx::system(app.now(), "check_invariants");
    let run = incidents::check(&app.db, &ctx, || app.now())?;
    let count = |n: i64| usize::try_from(n).unwrap_or(usize::MAX);
    Ok(vec![("rows", count(run.rows_read)), ("breaches", count(run.breaches))])
}
