//! A round that never was: lots and bids drawn from a seed.

use std::sync::Arc;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::case::Case;
use super::draws::Draws;
use crate::awards::{Answers, Bid, Kind, Lot};
use crate::rounds::rule_set::{Category, FormClass, RuleSet};
use crate::types::{Quantity, RuleSetId, UnitPrice};

/// What a synthetic round looks like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Synthetic {
    /// Its rules.
    pub rules: RuleSetId,
    /// How many lots.
    pub lots: u32,
    /// How many bidders each lot has.
    pub bidders: u32,
    /// Prices lie between the ceiling and the ceiling less this share of it.
    pub spread: Decimal,
    /// What the numbers are drawn from.
    pub seed: u64,
}

/// The run number under which synthetic rounds are drawn; runs of a simulation count from 0.
const RUN: u64 = u64::MAX;

/// Draws the round: ceilings from 0.50 to 50 yuan, 10,000 to 10 million units a year, the first bidder offers the
/// reference drug and the others generics, half of them accept a revival price.
pub fn synthetic(it: &Synthetic, rules: RuleSet) -> Case {
    let mut draws = Draws::new(it.seed, RUN);
    let places = rules.price.decimals.0.min(UnitPrice::PLACES);
    let (mut lots, mut bids) = (Vec::new(), Vec::new());
    for number in 1..=it.lots {
        let code: Arc<str> = number.to_string().into();
        let ceiling = Decimal::new(whole(50 + draws.up_to(4_950)), 2);
        for bidder in 1..=it.bidders {
            let off = Decimal::new(whole(draws.up_to(1_000_000)), 6) * it.spread;
            bids.push(bid(&code, bidder, ceiling * (Decimal::ONE - off), places, &mut draws));
        }
        lots.push(Lot {
            generic: format!("#{number}"),
            code,
            form: String::new(),
            form_class: FormClass::Other,
            comparable_spec: "1".to_owned(),
            ceiling: UnitPrice::rounded(ceiling).unwrap_or_default(),
            category: Category::General,
            base_volume: Some(Quantity::from_scaled(whole(100 + draws.up_to(99_900)) * 100_000)),
        });
    }
    Case { rules, lots, bids, demand: Vec::new(), answers: Answers::default() }
}

fn bid(lot: &Arc<str>, bidder: u32, price: Decimal, places: u32, draws: &mut Draws) -> Bid {
    let least = Decimal::new(1, places);
    Bid {
        lot: lot.clone(),
        company: format!("S{bidder:03}").into(),
        group: None,
        product: format!("S{bidder:03}-{lot}"),
        spec: "1".to_owned(),
        unit_price: UnitPrice::rounded(price.trunc_with_scale(places).max(least)).unwrap_or_default(),
        ratio: Decimal::ONE,
        capacity: None,
        reported_volume: None,
        sales: Some(Quantity::from_scaled(whole(draws.up_to(1_000_000)) * 1_000)),
        kind: Some(if bidder == 1 { Kind::Reference } else { Kind::Generic }),
        accepts_revival: draws.up_to(1) == 1,
        supplies_all: true,
        current_price: None,
    }
}

/// Draws stay far below what a signed number holds.
fn whole(drawn: u64) -> i64 {
    i64::try_from(drawn).unwrap_or(i64::MAX)
}
