//! Reminds hospitals and suppliers whose contracts wait for their confirmation.

use crate::contracts;
use crate::error::Result;
use crate::jobs::Counts;
use crate::types::Ctx;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let ctx = Ctx::system(app.now(), "remind_contracts");
    Ok(vec![("reminded", app.db.write(|tx| contracts::remind(tx, &ctx))?)])
}
