//! A case: all that an award is computed from, as it was or with changes.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::refused::Refused;
use crate::awards::rules::HIGHEST_CEILING;
use crate::awards::{Answers, Bid, Demand, Lot, Outcome, award};
use crate::error::{Error, Result};
use crate::rounds::rule_set::RuleSet;
use crate::types::{RuleSetId, UnitPrice};

/// All that an award is computed from.
#[derive(Debug, Clone)]
pub struct Case {
    /// The rules.
    pub rules: RuleSet,
    /// The lots.
    pub lots: Vec<Lot>,
    /// The bids that take part.
    pub bids: Vec<Bid>,
    /// The demand.
    pub demand: Vec<Demand>,
    /// What was answered.
    pub answers: Answers,
}

/// What a simulation changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// Another rule set version.
    pub rules: Option<RuleSetId>,
    /// Every ceiling at this many percent of what it was.
    pub percent: Option<Decimal>,
    /// The ceilings of single lots, which come before the percentage.
    pub ceilings: BTreeMap<String, UnitPrice>,
}

impl Case {
    /// Computes the award.
    pub fn award(&self) -> Result<Outcome> {
        award(&self.rules, &self.lots, &self.bids, &self.demand, &self.answers).map_err(Error::refused)
    }

    /// The same case with changes; `rules` are those that `changes` names.
    ///
    /// What a bidder consented to stands. Regions that were taken and volume that hospitals re-allocated rest on the
    /// award as it was: under changes the default choice takes their place.
    pub fn changed(&self, changes: &Changes, rules: Option<RuleSet>) -> Result<Self> {
        let mut case = self.clone();
        if *changes == Changes::default() {
            return Ok(case);
        }
        case.answers = Answers { consents: case.answers.consents, ..Answers::default() };
        if let Some(rules) = rules {
            case.rules = rules;
        }
        if let Some(code) = changes.ceilings.keys().find(|code| !case.lots.iter().any(|l| *l.code == **code))
        {
            return Err(Error::refused(Refused::UnknownLot(code.clone())));
        }
        for lot in &mut case.lots {
            lot.ceiling = ceiling(lot, changes).map_err(Error::refused)?;
        }
        Ok(case)
    }
}

/// A ceiling after the changes, rounded once to what a price keeps.
fn ceiling(lot: &Lot, changes: &Changes) -> std::result::Result<UnitPrice, Refused> {
    let wrong = || Refused::Ceiling(lot.code.to_string());
    let changed = match (changes.ceilings.get(&*lot.code), changes.percent) {
        (Some(given), _) => *given,
        (None, None) => lot.ceiling,
        (None, Some(percent)) => {
            let scaled = lot.ceiling.decimal().checked_mul(percent).ok_or_else(wrong)?;
            UnitPrice::rounded(scaled / Decimal::ONE_HUNDRED).map_err(|_| wrong())?
        }
    };
    let is_believed = changed.is_positive() && changed.decimal() <= Decimal::from(HIGHEST_CEILING);
    if is_believed { Ok(changed) } else { Err(wrong()) }
}
