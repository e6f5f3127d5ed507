//! Reminds suppliers of claims that are due, and hospitals of claims they have to verify.

use crate::error::Result;
use crate::jobs::Counts;
use crate::payments::claims::remind;
use crate::types::Ctx;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let ctx = Ctx::system(app.now(), "remind_claims");
    let done = app.db.write(|tx| remind::remind(tx, &ctx))?;
    Ok(vec![("suppliers", done.suppliers), ("hospitals", done.hospitals), ("overdue", done.overdue)])
}
