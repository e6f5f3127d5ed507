//! Reminds openers who have not taken their key before bidding begins.

use crate::error::Result;
use crate::jobs::Counts;
use crate::rounds::openers;
use crate::types::Ctx;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let ctx = Ctx::system(app.now(), "remind_openers");
    Ok(vec![("reminded", app.db.write(|tx| openers::remind(tx, &ctx))?)])
}
