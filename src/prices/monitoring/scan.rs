//! A file of listings judged by a rule: each listing in its tier or left out with a reason. Pure.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::kinds::Tier;
use super::rules::Rule;
use crate::prices::comparable::{Grouped, Key, Kind, Left};
use crate::types::UnitPrice;

/// Decimals of a ratio as it is written; the tier is decided on the exact quotient.
const PLACES: u32 = 6;

/// A listing judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its line in the file.
    pub line: u64,
    /// Its code.
    pub code: String,
    /// Its generic name.
    pub generic: String,
    /// A tablet or capsule.
    pub is_solid: bool,
    /// Its strength in mg, where known.
    pub strength: Option<Decimal>,
    /// Yuan for one smallest unit.
    pub price: UnitPrice,
    /// The lowest of its group.
    pub lowest: UnitPrice,
    /// How many times the lowest it is, rounded half up.
    pub ratio: Decimal,
    /// Its tier.
    pub tier: Tier,
}

/// The columns of findings.
pub const COLUMNS: &[&str] = &["code", "generic", "strength_mg", "unit_price", "lowest", "ratio", "tier"];

impl Finding {
    /// The cells of [`COLUMNS`].
    pub fn cells(&self) -> [String; 7] {
        [
            self.code.clone(),
            self.generic.clone(),
            self.strength.map(|mg| mg_shown(mg).to_string()).unwrap_or_default(),
            self.price.to_string(),
            self.lowest.to_string(),
            self.ratio.to_string(),
            self.tier.to_string(),
        ]
    }
}

/// A strength as it is written: to six decimals of a mg at most.
pub fn mg_shown(mg: Decimal) -> Decimal {
    crate::catalog::ratio::shown(mg)
}

/// The group whose dearest listing is the largest multiple of its cheapest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spread {
    /// What the group shares.
    pub key: Key,
    /// The cheapest.
    pub lowest: Finding,
    /// The dearest.
    pub highest: Finding,
}

/// What a scan found.
#[derive(Debug, Clone, Default)]
pub struct Scan {
    /// Every listing compared, group by group, the cheapest of a group first.
    pub findings: Vec<Finding>,
    /// Groups compared.
    pub groups: usize,
    /// The largest spread; none when nothing is compared.
    pub largest: Option<Spread>,
    /// The largest of tablets and capsules.
    pub largest_solid: Option<Spread>,
    /// What is not compared, by line.
    pub left: Vec<Left>,
}

impl Scan {
    /// How many findings each tier has, also the tiers without any: all, and of tablets and capsules.
    pub fn tiers(&self) -> BTreeMap<Tier, (u64, u64)> {
        let mut counts: BTreeMap<Tier, (u64, u64)> = Tier::ALL.iter().map(|tier| (*tier, (0, 0))).collect();
        for finding in &self.findings {
            let (all, solid) = counts.entry(finding.tier).or_default();
            *all += 1;
            *solid += u64::from(finding.is_solid);
        }
        counts
    }

    /// How many listings were left out for each kind of reason, only those that occur.
    pub fn reasons(&self) -> BTreeMap<Kind, u64> {
        let mut counts = BTreeMap::new();
        for left in &self.left {
            *counts.entry(left.why.kind()).or_default() += 1;
        }
        counts
    }
}

/// Judges groups of listings by a rule; of equally large spreads the first counts. None when a number no longer fits what it is written with, which prices
/// and packs within their limits do not reach.
pub fn scan(rule: &Rule, grouped: Grouped) -> Option<Scan> {
    let mut found = Scan { groups: grouped.groups.len(), left: grouped.left, ..Scan::default() };
    let (mut widest, mut widest_solid) = (None, None);
    for group in grouped.groups {
        let first = found.findings.len();
        let mut spread = None;
        for member in group.members {
            let ratio = member.price.over(group.lowest)?;
            spread = spread.max(Some(ratio));
            found.findings.push(Finding {
                line: member.listing.line,
                code: member.listing.code.as_str().to_owned(),
                generic: member.listing.generic,
                is_solid: member.is_solid,
                strength: member.strength,
                price: member.price.price()?,
                lowest: group.lowest.price()?,
                ratio: ratio.rounded(PLACES)?,
                tier: rule.judgement.tier(ratio),
            });
        }
        let ends = found.findings.get(first).cloned().zip(found.findings.last().cloned());
        let (lowest, highest) = ends?;
        let it = Spread { key: group.key, lowest, highest };
        if it.highest.is_solid && spread > widest_solid {
            widest_solid = spread;
            found.largest_solid = Some(it.clone());
        }
        if spread > widest {
            widest = spread;
            found.largest = Some(it);
        }
    }
    Some(found)
}
