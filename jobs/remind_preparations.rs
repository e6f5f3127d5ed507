//! Reminds of hospital preparations whose price is to be reviewed again.

use crate::error::Result;
use crate::jobs::Counts;
use crate::preparations::review;
use crate::types::Ctx;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let ctx = Ctx::system(app.now(), "remind_preparations");
    Ok(vec![("reminded", app.db.write(|tx| review::remind(tx, &ctx))?)])
}
