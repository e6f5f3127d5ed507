//! A sample city, filled through the same operations the pages use: one round from demand to payment standard and the
//! monitoring of its prices, one open for bids, one in demand reporting, one of consumables in evaluation, one with questions to bidders.

mod city;
mod costs;
mod history;
mod people;
mod prices;
mod round;
mod stents;
mod supply;
pub mod transactions;
pub mod year;

use crate::db::Db;
use crate::error::Result;
use crate::indicators;
use crate::people::store;
use crate::rounds;
use crate::signing::Signer;
use crate::types::{Ctx, Time};
use zeroize::Zeroizing;

pub use people::{City, LOGINS};

/// What is being filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Organisations and accounts.
    People,
    /// Products and purchases.
    Purchases,
    /// The round walked to its payment standards.
    Finished,
    /// Half a year of orders, deliveries and payments under its contracts.
    Supplied,
    /// Its prices scanned, a case followed.
    Watched,
    /// The round open for bids.
    Bidding,
    /// The round in demand reporting.
    Reporting,
    /// The round of consumables, opened and waiting for its evaluation.
    Evaluating,
    /// The round in evaluation.
    Asking,
}

/// Whether the database is empty, so that a sample city may be filled in.
pub fn may_fill(db: &Db) -> Result<bool> {
    db.read(|conn| Ok(store::organisations(conn, None, "", None, 1)?.is_empty()))
}

/// Whether the database holds a sample city, whole or broken off, and nothing else.
pub fn is_sample(db: &Db) -> Result<bool> {
    if db.is_behind()? {
        return Ok(false);
    }
    db.read(|conn| {
        let is_empty = store::organisations(conn, None, "", None, 1)?.is_empty();
        Ok(is_empty || store::organisation_by_code(conn, people::BUREAU_CODE)?.is_some())
    })
}

/// The key of an opener of the round that is open for bids.
pub struct KeyFile {
    /// The file's name.
    pub name: String,
    /// The key.
    pub text: Zeroizing<String>,
}

/// Fills an empty database. `say` hears each step as it is done. Every account gets the password hashed in
/// `password_hash`; `token` is the settlement system's. What comes back are the keys of the round that is open for
/// bids: nobody else has them.
pub fn fill(
    db: &Db,
    now: Time,
    signer: &Signer,
    password_hash: &str,
    token: &str,
    say: &mut dyn FnMut(Step),
) -> Result<Vec<KeyFile>> {
    let began = now.plus_days(-1_100);
    let ctx = Ctx::system(began, "demo");
    db.write(|tx| rounds::seed_rule_sets(tx, &ctx))?;
    let city = people::settle(db, &ctx, password_hash)?;
    say(Step::People);
    let products = history::stock(db, &ctx)?;
    let round_began = now.plus_days(-round::BEGAN);
    history::buy(db, &city, (&products, &[]), now, 10..=36, round_began)?;
    say(Step::Purchases);
    round::finished(db, &city, now, signer, token)?;
    say(Step::Finished);
    supply::half_a_year(db, &city, now)?;
    say(Step::Supplied);
    let agreed = prices::agreed(db)?;
    history::buy(db, &city, (&products, &agreed), now, 1..=9, now.plus_days(-12))?;
    prices::watched(db, &city, &products, &agreed, now)?;
    say(Step::Watched);
    let keys = round::bidding(db, &city, now, signer)?;
    say(Step::Bidding);
    round::reporting(db, &city, now, signer)?;
    say(Step::Reporting);
    stents::evaluating(db, &city, now, signer)?;
    say(Step::Evaluating);
    round::asking(db, &city, now, signer)?;
    say(Step::Asking);
    costs::count(db, now)?;
    indicators::counting::count(db, now)?;
    Ok(keys)
}
