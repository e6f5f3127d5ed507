//! Judges stored prices every night by every monitoring rule.

use crate::error::Result;
use crate::jobs::Counts;
use crate::prices::monitoring::versions;
use crate::scans::{self, Asked};
use crate::types::Ctx;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let ctx = Ctx::system(app.now(), "scan_prices");
    let rules = app.db.read(versions::judging)?;
    let asked = Asked { rules, is_whole: true, ..Asked::default() };
    let run = scans::run(&app.db, &ctx, &asked, &mut |_| (), &|| app.now())?;
    let count = |n: i64| usize::try_from(n).unwrap_or(usize::MAX);
    Ok(vec![
        ("purchases", count(run.rows_read)),
        ("new", count(run.found_new)),
        ("changed", count(run.changed)),
        ("gone", count(run.gone)),
        ("standing", count(run.standing)),
    ])
}
