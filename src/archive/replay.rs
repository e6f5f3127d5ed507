//! Replay: a stored version of an award computed again from what it was computed from, and held against itself.

use std::collections::{BTreeMap, HashMap};

use super::report::Difference;
use crate::awards::input::{self, Input, Offer};
use crate::awards::store::{self, Version};
use crate::awards::{Outcome, evaluation};
use crate::db::Conn;
use crate::error::Result;
use crate::rounds::{self, Round};
use crate::types::{LotId, OfferId, OrganisationId, Quantity};

/// What came of computing a version again.
pub struct Replayed {
    /// The version as stored.
    pub version: Version,
    /// The hash of its input, put together again.
    pub input_sha256: String,
    /// The hash of its result, computed again.
    pub output_sha256: String,
    /// Offers and agreed quantities compared one by one.
    pub compared: usize,
    /// Stored rows that are not what was computed.
    pub differences: Vec<Difference>,
}

impl Replayed {
    /// The input is the one it was computed from.
    pub fn is_same_input(&self) -> bool {
        self.input_sha256 == self.version.input_sha256
    }

    /// Everything is as stored.
    pub fn is_same(&self) -> bool {
        self.is_same_input()
            && self.output_sha256 == self.version.output_sha256
            && self.differences.is_empty()
    }
}

/// Computes a version again. Rounds keep everything a version rests on, so the input is what stood at its moment.
pub fn replay(conn: &mut Conn, round: &Round, version: Version) -> Result<Replayed> {
    let bound = Round { rule_set_id: version.rule_set_id.clone(), ..round.clone() };
    let input = input::load_as_of(conn, &bound, Some(version.computed_at))?;
    let outcome = evaluation::compute(&input)?;
    let mut differences = Vec::new();
    let mut compared = decisions(conn, &version, &input, &outcome, &mut differences)?;
    compared += agreed(conn, round, &version, &input, &outcome, &mut differences)?;
    Ok(Replayed {
        input_sha256: input.sha256.clone(),
        output_sha256: input::hash_of_outcome(&outcome),
        compared,
        differences,
        version,
    })
}

/// What a decision says, as it is shown.
type Said = [String; 6];

fn or_empty(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn decisions(
    conn: &mut Conn,
    version: &Version,
    input: &Input,
    outcome: &Outcome,
    differences: &mut Vec<Difference>,
) -> Result<usize> {
    const COLUMNS: [&str; 6] = ["status", "rank", "award_price", "share", "term_years", "code"];
    let companies: HashMap<&OrganisationId, &str> =
        input.offers.iter().map(|offer| (&offer.supplier_id, &*offer.bid.company)).collect();
    let codes: HashMap<&LotId, &str> = input.lot_ids.iter().map(|(code, id)| (id, &**code)).collect();
    let mut stored: BTreeMap<(&str, &str, &str), Said> = BTreeMap::new();
    let rows = store::all_decisions(conn, &version.id)?;
    for (row, _) in &rows {
        // An excluded offer is decided by the ruling, not by the engine.
        if row.code == evaluation::EXCLUDED {
            continue;
        }
        let lot = codes.get(&row.lot_id).copied().unwrap_or_default();
        let company = companies.get(&row.supplier_id).copied().unwrap_or_default();
        let said = [
            row.status.to_string(),
            or_empty(row.rank),
            or_empty(row.award_price),
            row.share.clone(),
            or_empty(row.term_years),
            row.code.clone(),
        ];
        stored.insert((lot, company, &row.product), said);
    }
    for it in &outcome.awards {
        let computed = [
            it.status.to_string(),
            or_empty(it.rank),
            or_empty(it.award_price),
            or_empty(it.share.map(|share| share.normalize())),
            or_empty(it.term_years),
            it.reason.code.to_string(),
        ];
        let said = stored.remove(&(&*it.lot, &*it.company, it.product.as_str())).unwrap_or_default();
        let place = format!("{} {} {}", it.lot, it.company, it.product);
        for (column, (said, computed)) in COLUMNS.iter().zip(said.iter().zip(&computed)) {
            if said != computed {
                differences.push(Difference::of(&place, column, said, computed));
            }
        }
    }
    for ((lot, company, product), said) in stored {
        differences.push(Difference::of(&format!("{lot} {company} {product}"), "status", &said[0], ""));
    }
    Ok(outcome.awards.len())
}

fn agreed(
    conn: &mut Conn,
    round: &Round,
    version: &Version,
    input: &Input,
    outcome: &Outcome,
    differences: &mut Vec<Difference>,
) -> Result<usize> {
    let mut computed: HashMap<&str, BTreeMap<OfferId, i64>> = HashMap::new();
    for part in &outcome.allocations {
        let is_it = |offer: &&Offer| {
            let bid = &offer.bid;
            (&bid.lot, &bid.company) == (&part.lot, &part.company)
                && part.product.as_ref().is_none_or(|product| **product == *bid.product)
        };
        let Some(offer) = input.offers.iter().find(is_it) else { continue };
        *computed.entry(&part.lot).or_default().entry(offer.id.clone()).or_default() +=
            part.quantity.scaled();
    }
    let mut compared = 0;
    for lot in rounds::lots_of(conn, &round.id)? {
        let mut stored = store::agreed_sums(conn, &version.id, &lot.id)?;
        for (offer, sum) in computed.remove(lot.code.as_str()).unwrap_or_default() {
            compared += 1;
            let (held, sum) = (stored.remove(&offer).unwrap_or_default(), Quantity::from_scaled(sum));
            if held != sum {
                differences.push(Difference::of(&lot.code, "agreed_quantity", held, sum));
            }
        }
        for held in stored.into_values() {
            differences.push(Difference::of(&lot.code, "agreed_quantity", held, ""));
        }
    }
    Ok(compared)
}
