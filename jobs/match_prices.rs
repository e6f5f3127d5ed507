//! Matches purchases and listings that were kept with the registers as they are now, and lists what the catalogue lists.

use crate::error::Result;
use crate::jobs::Counts;
use crate::prices::{ingest, listings};
use crate::types::Ctx;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let ctx = Ctx::system(app.now(), "match_prices");
    let purchases = app.db.write(|tx| ingest::match_again(tx, &ctx))?;
    let matched = app.db.write(|tx| listings::match_again(tx, &ctx))?;
    let followed = app.db.write(|tx| listings::follow_catalogue(tx, &ctx))?;
    let count = |number: i64| usize::try_from(number).unwrap_or(0);
    Ok(vec![
        ("matched", count(purchases.added + purchases.unchanged)),
        ("listings_matched", count(matched.added + matched.unchanged)),
        ("from_catalogue", followed),
    ])
}
