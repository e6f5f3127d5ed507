//! Opens the agreement years that have begun, so that every contract in its term has the row orders draw on.

use crate::contracts::volumes;
use crate::error::Result;
use crate::jobs::Counts;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let today = app.now().day();
    Ok(vec![("opened", app.db.write(|tx| volumes::open_years(tx, today))?)])
}
