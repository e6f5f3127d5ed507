//! Ends credit ratings whose time is over.

use crate::error::Result;
use crate::jobs::Counts;
use crate::ratings;
use crate::types::Ctx;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let ctx = Ctx::system(app.now(), "end_ratings");
    let mut count = 0;
    loop {
        match app.db.write(|tx| ratings::expire(tx, &ctx))? {
            0 => return Ok(vec![("ended", count)]),
            n => count += n,
        }
    }
}
