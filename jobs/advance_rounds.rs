//! Moves every round on whose date has come: demand closes, bidding closes and its root is published, execution
//! begins and ends; and forgets the shares of openers who waited too long.

use crate::bids;
use crate::error::Result;
use crate::jobs::Counts;
use crate::rounds;
use crate::types::Ctx;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let ctx = Ctx::system(app.now(), "advance_rounds");
    let signer = app.signer()?;
    app.db.write(|tx| {
        let moved = rounds::steps::advance_due(tx, &ctx)?;
        let closed = bids::close_due(tx, &ctx, &signer)?;
        bids::forget_lapsed(tx, &ctx)?;
        Ok(vec![("advanced", moved.len()), ("closed", closed)])
    })
}
