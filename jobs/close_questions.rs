//! Closes the questions to bidders whose deadline has passed: no answer is a no.

use crate::awards::questions;
use crate::error::Result;
use crate::jobs::Counts;
use crate::types::Ctx;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let ctx = Ctx::system(app.now(), "close_questions");
    Ok(vec![("lapsed", app.db.write(|tx| questions::close_due(tx, &ctx))?)])
}
