//! Releases of rounds as open data, wherever something public changed.

use crate::error::Result;
use crate::jobs::Counts;
use crate::publish;
use crate::types::Ctx;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let ctx = Ctx::system(app.now(), "publish_rounds");
    let mut count = 0;
    for round in app.db.read(|conn| publish::due(conn, ctx.now.day()))? {
        count += usize::from(app.db.write(|tx| publish::refresh(tx, &ctx, &round))?);
    }
    Ok(vec![("releases", count)])
}
