//! Why a scan finds what the one before did not: what each rule judged a product by, then and now.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::ScanRun;
use crate::db::Conn;
use crate::error::Result;
use crate::prices::monitoring::exclusions::Excluded;
use crate::prices::monitoring::ground::{Family, Product};
use crate::prices::monitoring::{Kind, Rule};
use crate::schema::{scan_inputs, scan_rules};
use crate::text::Text;
use crate::types::{Money, ProductId, sha256};

crate::words! {
    /// Why a finding is new, changed or gone.
    Cause {
        /// No scan judged before.
        First = "first",
        /// The rule or what it leaves out is new, was changed or does not hold any more.
        Rule = "rule",
        /// Contracts, winners or ceilings of the product changed.
        Award = "award",
        /// Its payment standard changed.
        Standard = "standard",
        /// Its listing here or elsewhere changed.
        Listing = "listing",
        /// Purchases came, or time passed.
        Purchases = "purchases",
    }
}

impl Cause {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let s = &t.scans;
        match self {
            Cause::First => s.cause_first,
            Cause::Rule => s.cause_rule,
            Cause::Award => s.cause_award,
            Cause::Standard => s.cause_standard,
            Cause::Listing => s.cause_listing,
            Cause::Purchases => s.cause_purchases,
        }
    }
}

/// What one cause changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// Why.
    pub cause: Cause,
    /// Findings that are new or back.
    pub new: i64,
    /// Findings whose figures changed.
    pub changed: i64,
    /// Findings that are gone.
    pub gone: i64,
    /// By how much the effect of those that stand grew.
    pub effect: Money,
}

/// The drift that a run reports.
pub fn drifts(run: &ScanRun) -> Vec<Drift> {
    serde_json::from_str(&run.drift).unwrap_or_default()
}

/// What a product is judged by from one source: a fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = scan_inputs, treat_none_as_default_value = false)]
pub struct Input {
    /// The product.
    pub product_id: ProductId,
    /// The source.
    pub source: Cause,
    /// SHA-256 of it; empty where there is nothing.
    pub fingerprint: String,
}

/// What the scans before judged by.
#[derive(Debug, Default)]
pub struct Before {
    rules: HashMap<String, String>,
    inputs: HashMap<(ProductId, Cause), String>,
}

/// Loads it; as much as there are products.
pub fn before(conn: &mut Conn) -> Result<Before> {
    let rules: Vec<(String, String)> =
        scan_rules::table.select((scan_rules::rule, scan_rules::hash)).load(conn)?;
    let inputs: Vec<Input> = scan_inputs::table
        .select((scan_inputs::product_id, scan_inputs::source, scan_inputs::fingerprint))
        .load(conn)?;
    let inputs = inputs.into_iter().map(|it| ((it.product_id, it.source), it.fingerprint));
    Ok(Before { rules: rules.into_iter().collect(), inputs: inputs.collect() })
}

/// What each rule judges by: its highest version and a fingerprint.
pub type Fingerprints = BTreeMap<String, (u32, String)>;

/// The fingerprint of each rule: its text, or its versions with their last days, and what it leaves out.
pub fn fingerprints(rules: &[Rule], excluded: &Excluded) -> Fingerprints {
    let mut found = Fingerprints::new();
    for rule in rules {
        let of: Vec<&Rule> = rules.iter().filter(|other| other.name == rule.name).collect();
        let mut hash = match of.as_slice() {
            [only] => only.hash.clone(),
            several => {
                let part = |it: &&Rule| format!("{} {:?}", it.hash, it.effective.to);
                sha256(several.iter().map(part).collect::<Vec<_>>().join("\n").as_bytes())
            }
        };
        let left_out = excluded.fingerprint(&rule.name);
        if !left_out.is_empty() {
            hash = sha256(format!("{hash} {left_out}").as_bytes());
        }
        let version = of.iter().map(|it| it.version).max().unwrap_or_default();
        found.insert(rule.name.clone(), (version, hash));
    }
    found
}

/// Where a kind of rule takes its references from.
fn source(kind: Kind) -> Cause {
    match kind {
        Kind::AboveContract | Kind::AboveCeiling | Kind::Creep | Kind::NeverBought | Kind::Substitution => {
            Cause::Award
        }
        Kind::AboveStandard => Cause::Standard,
        Kind::DearerElsewhere | Kind::LowestMultiple => Cause::Listing,
        Kind::MonthChange | Kind::Outlier | Kind::Drift | Kind::Volume => Cause::Purchases,
    }
}

impl Before {
    /// Why a rule finds otherwise about a product. `inputs` are the product's that changed.
    pub fn cause(&self, rules: &[Rule], now: &Fingerprints, name: &str, changed: &[Input]) -> Cause {
        let Some(hash) = self.rules.get(name) else {
            return if self.rules.is_empty() { Cause::First } else { Cause::Rule };
        };
        let is_same = now.get(name).is_some_and(|(_, now)| now == hash);
        let Some(rule) = rules.iter().find(|rule| rule.name == name).filter(|_| is_same) else {
            return Cause::Rule;
        };
        let source = source(rule.kind);
        let is_changed = changed.iter().any(|it| it.source == source);
        if is_changed { source } else { Cause::Purchases }
    }

    /// The inputs of a product that are not what they were.
    pub fn changed(&self, family: &Family, at: usize) -> Vec<Input> {
        let Some(product) = family.products.get(at) else { return Vec::new() };
        let now = [
            (Cause::Award, award(family, at, product)),
            (Cause::Standard, fingerprint(product.standard.is_empty(), &product.standard)),
            (Cause::Listing, {
                let it = (&product.elsewhere, &product.listed);
                fingerprint(product.elsewhere.is_empty() && product.listed.is_none(), &it)
            }),
        ];
        let mut changed = Vec::new();
        for (source, fingerprint) in now {
            let key = (product.id.clone(), source);
            if self.inputs.get(&key).map(String::as_str).unwrap_or_default() != fingerprint {
                changed.push(Input { product_id: key.0, source, fingerprint });
            }
        }
        changed
    }
}

fn fingerprint(is_nothing: bool, of: &impl std::fmt::Debug) -> String {
    if is_nothing { String::new() } else { sha256(format!("{of:?}").as_bytes()) }
}

fn award(family: &Family, at: usize, product: &Product) -> String {
    let mut contracts: Vec<_> = product.contracts.values().flatten().collect();
    contracts.sort_by_key(|it| it.number.clone());
    // Which products won says what substitutes for what in the whole family.
    let lots: Vec<_> = family
        .lots
        .iter()
        .map(|lot| {
            let mut winners: Vec<usize> = lot.winners.iter().copied().collect();
            winners.sort_unstable();
            (&lot.code, lot.winners.contains(&at), winners)
        })
        .collect();
    let is_nothing = contracts.is_empty() && lots.is_empty() && product.ceiling.is_empty();
    fingerprint(is_nothing, &(contracts, lots, &product.ceiling, &product.award))
}
