//! Deletes the records of runs that ended well more than ninety days ago.

use crate::error::Result;
use crate::jobs::Counts;
use crate::runs;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let before = app.now().plus_days(-90);
    Ok(vec![("forgotten", app.db.write(|tx| runs::forget(tx, before))?)])
}
