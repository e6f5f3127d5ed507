//! Reminds hospitals that are late with payments, once a week.

use crate::error::Result;
use crate::jobs::Counts;
use crate::payments::ageing;
use crate::types::Ctx;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let ctx = Ctx::system(app.now(), "remind_payers");
    ageing::recount(&app.db, app.now())?;
    Ok(vec![("late", app.db.write(|tx| ageing::remind(tx, &ctx))?)])
}
