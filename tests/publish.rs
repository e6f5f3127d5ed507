//! Open data: releases and records that pass the standard's validator, public tables, and what never appears there.

mod ocds;
mod tables;
mod walk;

use diesel::prelude::*;
use jicai::rounds::{self, Lot, Round, RoundState};
use jicai::schema::awards;
use serde_json::Value;

use crate::contracts::{award, lost, won};
use crate::support::Site;

pub const KANGEN: &str = "浙江康恩药业有限公司";
pub const HUADONG: &str = "华东制药有限公司";
pub const QILU: &str = "齐鲁制药有限公司";

/// Says that a round's award was made public.
pub fn make_public(site: &Site, round: &Round) {
    let now = site.now();
    site.app
        .db
        .write(|tx| {
            diesel::update(awards::table.filter(awards::round_id.eq(&round.id)))
                .set(awards::published_at.eq(Some(now)))
                .execute(tx.conn())?;
            Ok(())
        })
        .unwrap();
}

/// Moves a round to a state as the platform does: with one more version.
pub fn step(site: &Site, round: &Round, state: RoundState) -> Round {
    let now = site.app.db.read(|c| rounds::round(c, &round.id)).unwrap();
    let after = Round { state, version: now.version + 1, ..now };
    site.app.db.write(|tx| rounds::store::update_round(tx, &after)).unwrap();
    after
}

/// A round in a state with two winners and a loser, and its award made public at some time.
pub fn published(site: &Site, state: RoundState) -> (Round, Vec<Lot>) {
    let (round, lots) = site.round_in(state);
    let bids = [
        won(0, "supplier1", "康恩的胶囊", "0.123456"),
        won(1, "supplier2", "华东的注射液", "1.05"),
        lost(1, "supplier3", "齐鲁的注射液", "2.7183"),
    ];
    let agreed = [(0, "hospital1", "supplier1", "12345"), (1, "hospital2", "supplier2", "33.5")];
    award(site, &round, &lots, &bids, &agreed);
    make_public(site, &round);
    (round, lots)
}

/// Runs the job that releases rounds.
pub async fn release(site: &Site) {
    crate::cases::run(site, "publish_rounds").await;
}

/// The JSON at an address.
pub async fn json(site: &Site, path: &str) -> Value {
    serde_json::from_slice(&site.get("", path).await.is(200).bytes).unwrap()
}
