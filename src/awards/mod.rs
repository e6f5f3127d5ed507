//! Awards: who is shortlisted, fused, revived and wins, why, and how much each hospital agrees to buy.
//!
//! The engine is pure: values in, values out, and the order of the input never matters. What computes a round's
//! award with it, keeps its versions, makes it public and final is in `evaluation`, `confirmation` and `objections`.

pub mod allocations;
pub mod choices;
pub mod classes;
pub mod comparison;
pub mod confirmation;
pub mod documents;
pub mod evaluation;
pub mod files;
pub mod fraction;
pub mod fuse;
pub mod grades;
pub mod guarantee;
pub mod input;
pub mod objections;
pub mod output;
pub mod per_company;
pub mod pre_winners;
#[cfg(test)]
mod properties;
pub mod publicity;
pub mod questions;
pub mod ranking;
pub mod reassignment;
pub mod region_lines;
pub mod regions;
pub mod results;
pub mod revival;
pub mod rules;
pub mod selection;
pub mod sheets;
pub mod shortlist;
pub mod store;
#[cfg(test)]
mod tests;
pub mod units;
pub mod volume;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::rounds::rule_set::{Category, FormClass};
use crate::types::{Quantity, UnitPrice};

pub use rules::{Refused, award};

crate::words! {
    /// What became of a bid.
    Status {
        /// Won at its own price (中选).
        Won = "won",
        /// Won at an accepted lower price (复活中选).
        WonRevived = "won_revived",
        /// Won without agreed volume (不带量中选).
        WonNoVolume = "won_no_volume",
        /// Shortlisted, but fails the conditions (熔断).
        Fused = "fused",
        /// Below the last place of the shortlist (未入围).
        NotShortlisted = "not_shortlisted",
        /// Does not take part (无效).
        Invalid = "invalid",
    }

    /// The first reason for a status.
    Code {
        /// The price is not above zero.
        BadPrice = "BAD_PRICE",
        /// The price has more decimals than allowed.
        TooManyDecimals = "TOO_MANY_DECIMALS",
        /// The comparable price is above the ceiling.
        OverCeiling = "OVER_CEILING",
        /// No current price to cut, where bids are ranked by cut.
        NoCurrentPrice = "NO_CURRENT_PRICE",
        /// A smaller cut than the rules ask of every bid.
        CutTooSmall = "CUT_TOO_SMALL",
        /// A related company's bid stands instead.
        RelatedCompany = "RELATED_COMPANY",
        /// Its company has all the places it may have.
        PerCompany = "PER_COMPANY",
        /// In unit B, above the highest price that won in A.
        AboveA = "ABOVE_A",
        /// Ranked below the quota.
        NotShortlisted = "NOT_SHORTLISTED",
        /// Lost its place because the lot's spread is among the widest.
        Eliminated = "ELIMINATED",
        /// Above the fuse line with no other condition met.
        Fused = "FUSED",
        /// Wins only with a lower price: to be negotiated.
        Negotiate = "NEGOTIATE",
        /// Offered a price in the negotiation that wins.
        Negotiated = "NEGOTIATED",
        /// Shortlisted, where the rules ask nothing more.
        WonPlace = "WON_PLACE",
        /// Within the fuse line.
        WonRatio = "WON_RATIO",
        /// Cut deeply enough.
        WonCut = "WON_CUT",
        /// Above the fuse line, but within the line of class B.
        WonClassPrice = "WON_CLASS_PRICE",
        /// A pre-winner among the first of all lots by cut.
        WonDirect = "WON_DIRECT",
        /// Cheap enough.
        WonLowPrice = "WON_LOW_PRICE",
        /// Far below the mean: wins without volume.
        ZeroVolume = "ZERO_VOLUME",
        /// Shortlisted and fused, accepted the price.
        RevivedIn = "REVIVED_IN",
        /// Not shortlisted, accepted the price.
        RevivedOut = "REVIVED_OUT",
        /// A reference drug that accepted the price.
        RevivedReference = "REVIVED_REFERENCE",
    }

    /// What is asked of a bidder after the opening.
    Question {
        /// Whether it takes the revival price (复活).
        Revival = "revival",
        /// Which lower price it can offer (议价).
        Negotiation = "negotiation",
    }

    /// What a supplier is to a region.
    Supply {
        /// The main supplier (主供).
        Main = "main",
        /// The spare one (备供).
        Spare = "spare",
    }

    /// The classes a rule set sorts bidders into.
    Class {
        /// The first class.
        A = "A",
        /// The second class.
        B = "B",
        /// The third class.
        C = "C",
    }

    /// What kind of product is offered.
    Kind {
        /// The originator or reference drug (参比制剂).
        Reference = "reference",
        /// An evaluated generic (仿制药).
        Generic = "generic",
    }
}

/// One bid unit (竞价单元).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    /// Its code.
    pub code: Arc<str>,
    /// Generic name.
    pub generic: String,
    /// Dosage form.
    pub form: String,
    /// The class of the form.
    pub form_class: FormClass,
    /// The spec that prices are compared at.
    pub comparable_spec: String,
    /// Highest valid price of the comparable spec.
    pub ceiling: UnitPrice,
    /// Which share table applies.
    pub category: Category,
    /// Base volume, when no demand by hospital is given.
    pub base_volume: Option<Quantity>,
}

/// One offer for one lot: of one company, or of one of its products where the rules have `[products]`. Then the key
/// of a bid is (lot, company, product); else (lot, company) is enough and stays the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bid {
    /// The lot's code.
    pub lot: Arc<str>,
    /// The company's code; ties end on it.
    pub company: Arc<str>,
    /// Companies of one group count once.
    pub group: Option<String>,
    /// The product offered.
    pub product: String,
    /// Its spec.
    pub spec: String,
    /// Yuan for one unit of its own spec.
    pub unit_price: UnitPrice,
    /// Price ratio of its spec to the comparable spec (差比价系数).
    pub ratio: Decimal,
    /// The most it can supply in a year.
    pub capacity: Option<Quantity>,
    /// Volume that hospitals reported for the brand; else the demand for it counts.
    pub reported_volume: Option<Quantity>,
    /// Sales of the last year.
    pub sales: Option<Quantity>,
    /// Reference drug or generic.
    pub kind: Option<Kind>,
    /// Whether it accepts a revival price.
    pub accepts_revival: bool,
    /// Whether it can supply all regions (全区供应).
    pub supplies_all: bool,
    /// What a unit of its spec is listed at now (现行挂网价), where the rules rank by cut.
    pub current_price: Option<UnitPrice>,
}

/// One hospital's yearly demand for one lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// The region.
    pub region: Arc<str>,
    /// The hospital.
    pub hospital: Arc<str>,
    /// The lot's code.
    pub lot: Arc<str>,
    /// The brand's company, or any brand.
    pub company: Option<Arc<str>>,
    /// Which of that company's products; none is its brand as a whole.
    pub product: Option<Arc<str>>,
    /// Units of the comparable spec a year.
    pub quantity: Quantity,
}

/// A bidder's answer to a question; it counts before what the bid itself says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// The lot's code.
    pub lot: Arc<str>,
    /// The company.
    pub company: Arc<str>,
    /// What was asked.
    pub question: Question,
    /// The price it accepts or offers, for its own spec; none is a refusal.
    pub price: Option<UnitPrice>,
}

/// A region taken by a winner in its turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    /// The lot's code.
    pub lot: Arc<str>,
    /// The region.
    pub region: Arc<str>,
    /// The winner.
    pub company: Arc<str>,
    /// As main or as spare supplier.
    pub supply: Supply,
}

/// Volume of brands that did not win, given to a winner by the hospital itself (调剂).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reassignment {
    /// The lot's code.
    pub lot: Arc<str>,
    /// The hospital.
    pub hospital: Arc<str>,
    /// The winner that gets it.
    pub company: Arc<str>,
    /// Which of its products; none is its first by rank.
    pub product: Option<Arc<str>>,
    /// Agreed quantity, after the share.
    pub quantity: Quantity,
}

/// What was answered after the opening: as much a part of the input as the bids are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answers {
    /// Consents and refusals.
    pub consents: Vec<Consent>,
    /// Regions in the order they were taken.
    pub picks: Vec<Pick>,
    /// Volume that hospitals gave themselves.
    pub reassignments: Vec<Reassignment>,
}

impl Answers {
    /// The answers of each lot: looking one up there costs no more than the lot's own answers.
    fn by_lot(&self) -> HashMap<&str, Self> {
        let mut lots: HashMap<&str, Self> = HashMap::new();
        for it in &self.consents {
            lots.entry(&it.lot).or_default().consents.push(it.clone());
        }
        for it in &self.picks {
            lots.entry(&it.lot).or_default().picks.push(it.clone());
        }
        for it in &self.reassignments {
            lots.entry(&it.lot).or_default().reassignments.push(it.clone());
        }
        lots
    }

    /// What a bidder answered to a question, if it did.
    pub fn consent(&self, lot: &str, company: &str, question: Question) -> Option<&Consent> {
        self.consents.iter().find(|c| &*c.lot == lot && &*c.company == company && c.question == question)
    }
}

/// What a bid that has not won may be asked, and at what price it would win. It stays what it is whatever was
/// answered: an answer to another price is not one to this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entitlement {
    /// The question.
    pub question: Question,
    /// The price to accept, or the highest that a negotiation may end at, for its own spec.
    pub price: UnitPrice,
}

/// Why a bid has its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The first word.
    pub code: Code,
    /// The arithmetic with its numbers, in no language.
    pub arithmetic: String,
    /// The rule set and its section, such as `GY-YD2024-2 fuse`.
    pub clause: String,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} [{}]", self.code, self.arithmetic, self.clause)
    }
}

/// The decision on one bid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Award {
    /// The lot's code.
    pub lot: Arc<str>,
    /// The company.
    pub company: Arc<str>,
    /// The product.
    pub product: String,
    /// The price bid.
    pub unit_price: UnitPrice,
    /// Its spec's ratio.
    pub ratio: Decimal,
    /// The comparable price, rounded to be shown.
    pub comparable_price: UnitPrice,
    /// The cut against the ceiling, or the current price where bids are ranked by cut, to 28 digits.
    pub cut: Decimal,
    /// Place among the valid bids.
    pub rank: Option<u32>,
    /// What became of it.
    pub status: Status,
    /// The price it wins at, for its own spec.
    pub award_price: Option<UnitPrice>,
    /// The agreed share of the lot, for winners.
    pub share: Option<Decimal>,
    /// The term in years, for winners.
    pub term_years: Option<u32>,
    /// The class the rules sorted it into, where they have classes.
    pub class: Option<Class>,
    /// What it may be asked, when it has not won.
    pub entitled: Option<Entitlement>,
    /// Why.
    pub reason: Reason,
}

/// What was decided for a lot as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotOutcome {
    /// The lot's code.
    pub lot: Arc<str>,
    /// Valid bidders (n).
    pub bidders: usize,
    /// Places on the shortlist.
    pub places: usize,
    /// What the fuse line is measured from, to be shown.
    pub anchor: Option<Decimal>,
    /// The fuse line, to be shown.
    pub line: Option<Decimal>,
    /// Winners with volume.
    pub winners: usize,
    /// Those of them who choose regions, in rank order.
    pub choosers: Vec<Arc<str>>,
    /// The agreed share.
    pub share: Option<Decimal>,
    /// The term in years.
    pub term_years: Option<u32>,
    /// The day every term ends, when the rules name one.
    pub until: Option<NaiveDate>,
    /// Base volume: the demand's sum, else as given.
    pub base: Quantity,
    /// Agreed volume: rounded per hospital and summed, or the rounded share of the given base.
    pub agreed: Quantity,
}

/// What one hospital agrees to buy from one winner in a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allocation {
    /// The lot's code.
    pub lot: Arc<str>,
    /// The region.
    pub region: Arc<str>,
    /// The hospital.
    pub hospital: Arc<str>,
    /// The winner.
    pub company: Arc<str>,
    /// The product, where the rules let a company win with several; else its only one is meant.
    pub product: Option<Arc<str>>,
    /// The agreed quantity.
    pub quantity: Quantity,
    /// The part of it that the hospital reported for the winner's own brand.
    pub own: Quantity,
}

/// Agreed volume that no winner had capacity for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unallocated {
    /// The lot's code.
    pub lot: Arc<str>,
    /// The region.
    pub region: Arc<str>,
    /// The hospital.
    pub hospital: Arc<str>,
    /// The quantity.
    pub quantity: Quantity,
}

/// What a region's hospitals need and agree to buy in a year, summed from its hospitals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionVolume {
    /// The lot's code.
    pub lot: Arc<str>,
    /// The region.
    pub region: Arc<str>,
    /// The demand.
    pub base: Quantity,
    /// What is agreed of it.
    pub agreed: Quantity,
    /// The part of it that no winner had capacity for.
    pub unallocated: Quantity,
}

/// Who supplies a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionChoice {
    /// The lot's code.
    pub lot: Arc<str>,
    /// The region.
    pub region: Arc<str>,
    /// The main supplier (主供).
    pub main: Arc<str>,
    /// The spare supplier (备供).
    pub spare: Option<Arc<str>>,
}

/// All that follows from the input.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// By lot.
    pub lots: Vec<LotOutcome>,
    /// By lot, then rank, invalid bids last.
    pub awards: Vec<Award>,
    /// By lot, region, hospital, then the winner's rank.
    pub allocations: Vec<Allocation>,
    /// By lot and region.
    pub regions: Vec<RegionChoice>,
    /// By lot and region.
    pub volumes: Vec<RegionVolume>,
    /// By lot, region and hospital.
    pub unallocated: Vec<Unallocated>,
}
