//! Deletes the records of runs that ended well more than ninety days ago, and answers kept by their idempotency keys.

use crate::error::Result;
use crate::jobs::Counts;
use crate::runs;
use crate::tokens::idempotency;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let before = app.now().plus_days(-90);
    let answers = app.now().plus_days(-idempotency::DAYS);
    Ok(vec![
        ("forgotten", app.db.write(|tx| runs::forget(tx, before))?),
        ("answers", app.db.write(|tx| idempotency::forget(tx, answers))?),
    ])
}
