//! Counts what orders and stock say of the monitored generics and judges each.

use crate::error::Result;
use crate::jobs::Counts;
use crate::supply::shortages;
use crate::types::Ctx;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let ctx = Ctx::system(app.now(), "watch_shortages");
    let done = shortages::watch(&app.db, &ctx)?;
    Ok(vec![("generics", done.generics), ("opened", done.opened), ("changed", done.changed)])
}
