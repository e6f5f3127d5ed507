//! Two awards side by side: who wins, at what price, what is saved, and where they differ.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::case::Case;
use super::figures::{Figures, Sum, ceilings, figures, sum};
use crate::awards::{Award, Code, Outcome, Status};
use crate::error::{Error, Result};
use crate::types::{Quantity, UnitPrice};

/// What became of a bid on one side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Its place.
    pub rank: Option<u32>,
    /// What became of it.
    pub status: Status,
    /// The price it wins at.
    pub price: Option<UnitPrice>,
    /// The first reason.
    pub code: Code,
}

/// One bid on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedBid {
    /// The company's code.
    pub company: String,
    /// Its name, else its code.
    pub name: String,
    /// The product.
    pub product: String,
    /// The price bid.
    pub unit_price: UnitPrice,
    /// As it was.
    pub base: Decided,
    /// With the changes.
    pub changed: Decided,
}

impl ComparedBid {
    /// It wins on one side only, or at another price.
    pub fn differs(&self) -> bool {
        (self.base.status, self.base.price) != (self.changed.status, self.changed.price)
    }
}

/// One lot on one side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotSide {
    /// The ceiling.
    pub ceiling: UnitPrice,
    /// The agreed volume.
    pub agreed: Quantity,
    /// Winners, prices and saving.
    pub figures: Figures,
}

/// One lot on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedLot {
    /// The lot's code.
    pub lot: String,
    /// Its generic name.
    pub generic: String,
    /// As it was.
    pub base: LotSide,
    /// With the changes.
    pub changed: LotSide,
    /// Its bids, in the order of the base.
    pub bids: Vec<ComparedBid>,
}

impl ComparedLot {
    /// Some bid of it differs.
    pub fn differs(&self) -> bool {
        self.bids.iter().any(ComparedBid::differs)
    }
}

/// One side as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// The rule set.
    pub rules: String,
    /// Bids that win.
    pub winners: u32,
    /// Lots with a winner.
    pub lots_won: u32,
    /// What it would cost at the ceilings, and costs.
    pub sum: Sum,
}

/// Two awards side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// As it was.
    pub base: Side,
    /// With the changes.
    pub changed: Side,
    /// Lot by lot.
    pub lots: Vec<ComparedLot>,
}

impl Comparison {
    /// How many bids differ.
    pub fn differing(&self) -> usize {
        self.lots.iter().flat_map(|lot| &lot.bids).filter(|bid| bid.differs()).count()
    }
}

/// Computes both awards and sets them side by side. `names` are companies' names by code.
pub fn compare(base: &Case, changed: &Case, names: &HashMap<Arc<str>, String>) -> Result<Comparison> {
    let outcomes = [base.award()?, changed.award()?];
    // One yardstick for both sides: with lower ceilings less would seem to be saved although less is paid.
    let (old, new) = (ceilings(&base.lots), ceilings(&changed.lots));
    let [was, is] = [0, 1].map(|side: usize| figures(&old, &outcomes[side]).map_err(Error::refused));
    let (was, is) = (was?, is?);
    let mut later: HashMap<(&str, &str, &str), &Award> = HashMap::new();
    for award in &outcomes[1].awards {
        later.insert((&award.lot, &award.company, &award.product), award);
    }
    let mut by_lot: BTreeMap<&str, Vec<ComparedBid>> = BTreeMap::new();
    for award in &outcomes[0].awards {
        let other =
            later.get(&(&*award.lot, &*award.company, award.product.as_str())).ok_or(Error::NotFound)?;
        by_lot.entry(&award.lot).or_default().push(compared(award, other, names));
    }
    let generics: HashMap<&str, &str> =
        base.lots.iter().map(|lot| (&*lot.code, lot.generic.as_str())).collect();
    let mut lots = Vec::new();
    for (at, lot) in outcomes[0].lots.iter().enumerate() {
        let code = &*lot.lot;
        let side = |ceilings: &HashMap<&str, UnitPrice>, outcome: &Outcome, figures: &[Figures]| LotSide {
            ceiling: ceilings.get(code).copied().unwrap_or_default(),
            agreed: outcome.lots.get(at).map(|lot| lot.agreed).unwrap_or_default(),
            figures: figures.get(at).cloned().unwrap_or_default(),
        };
        lots.push(ComparedLot {
            lot: code.to_owned(),
            generic: generics.get(code).map(|name| (*name).to_owned()).unwrap_or_default(),
            base: side(&old, &outcomes[0], &was),
            changed: side(&new, &outcomes[1], &is),
            bids: by_lot.remove(code).unwrap_or_default(),
        });
    }
    Ok(Comparison { base: whole(base, &was)?, changed: whole(changed, &is)?, lots })
}

fn compared(base: &Award, changed: &Award, names: &HashMap<Arc<str>, String>) -> ComparedBid {
    let decided = |award: &Award| Decided {
        rank: award.rank,
        status: award.status,
        price: award.award_price,
        code: award.reason.code,
    };
    ComparedBid {
        company: base.company.to_string(),
        name: names.get(&base.company).cloned().unwrap_or_else(|| base.company.to_string()),
        product: base.product.clone(),
        unit_price: base.unit_price,
        base: decided(base),
        changed: decided(changed),
    }
}

fn whole(case: &Case, figures: &[Figures]) -> Result<Side> {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Ok(Side {
        rules: case.rules.name.clone(),
        winners: figures.iter().map(|lot| lot.winners).sum(),
        lots_won: count(figures.iter().filter(|lot| lot.winners > 0).count()),
        sum: sum(figures.iter()).map_err(Error::refused)?,
    })
}

/// The columns of the comparison as a file, with their widths in a sheet.
pub const COLUMNS: [(&str, u16); 15] = [
    ("lot", 8),
    ("generic", 24),
    ("company", 22),
    ("name", 28),
    ("product", 28),
    ("unit_price", 12),
    ("base_ceiling", 12),
    ("changed_ceiling", 12),
    ("base_rank", 8),
    ("changed_rank", 8),
    ("base_status", 14),
    ("changed_status", 14),
    ("base_price", 12),
    ("changed_price", 12),
    ("differs", 8),
];

/// Which of [`COLUMNS`] hold numbers.
pub const NUMBERS: [usize; 7] = [5, 6, 7, 8, 9, 12, 13];

impl Comparison {
    /// One line for each bid.
    pub fn lines(&self) -> Vec<Vec<String>> {
        let or_empty = |price: Option<UnitPrice>| price.map(|p| p.to_string()).unwrap_or_default();
        let rank = |rank: Option<u32>| rank.map(|r| r.to_string()).unwrap_or_default();
        let line = |lot: &ComparedLot, bid: &ComparedBid| {
            vec![
                lot.lot.clone(),
                lot.generic.clone(),
                bid.company.clone(),
                bid.name.clone(),
                bid.product.clone(),
                bid.unit_price.to_string(),
                lot.base.ceiling.to_string(),
                lot.changed.ceiling.to_string(),
                rank(bid.base.rank),
                rank(bid.changed.rank),
                bid.base.status.to_string(),
                bid.changed.status.to_string(),
                or_empty(bid.base.price),
                or_empty(bid.changed.price),
                if bid.differs() { "yes" } else { "no" }.to_owned(),
            ]
        };
        self.lots.iter().flat_map(|lot| lot.bids.iter().map(move |bid| line(lot, bid))).collect()
    }
}
