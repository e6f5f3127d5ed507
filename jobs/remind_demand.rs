//! Reminds hospitals whose demand report is not handed in.

use crate::error::Result;
use crate::jobs::Counts;
use crate::rounds::demand;
use crate::types::Ctx;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let ctx = Ctx::system(app.now(), "remind_demand");
    Ok(vec![("reminded", app.db.write(|tx| demand::remind(tx, &ctx))?)])
}
