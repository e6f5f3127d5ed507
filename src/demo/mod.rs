//! A sample city, filled through the same operations the pages use: one round from demand to payment standard,
//! one open for bids, one in demand reporting.

mod city;
mod history;
mod people;
mod round;

use crate::db::Db;
use crate::error::Result;
use crate::rounds;
use crate::types::{Ctx, Time};

pub use people::{City, LOGINS};

/// Whether the database holds nothing but, at most, an earlier sample city.
pub fn may_fill(db: &Db) -> Result<bool> {
    db.read(|conn| {
        let organisations = crate::people::store::organisations(conn, None, "", None, 2)?;
        Ok(organisations.is_empty())
    })
}

/// Fills an empty database. `say` hears each step as it is done. Every account gets the password hashed in
/// `password_hash`; `token` is the settlement system's.
pub fn fill(db: &Db, now: Time, password_hash: &str, token: &str, say: &mut dyn FnMut(&str)) -> Result<()> {
    let began = now.plus_days(-1_100);
    let ctx = Ctx::system(began, "demo");
    db.write(|tx| rounds::seed_rule_sets(tx, &ctx))?;
    let city = people::settle(db, &ctx, password_hash)?;
    say("organisations");
    let products = history::stock(db, &ctx)?;
    let round_began = now.plus_days(-round::BEGAN);
    history::buy(db, &city, &products, now, 10..=36, round_began)?;
    say("purchases");
    round::finished(db, &city, now, token)?;
    say("finished");
    history::buy(db, &city, &products, now, 1..=9, now.plus_days(-12))?;
    round::bidding(db, &city, now)?;
    say("bidding");
    round::reporting(db, &city, now)?;
    say("reporting");
    Ok(())
}
