//! Screens: what in opened bids is worth looking into, said neutrally and with every number behind it.
//!
//! A finding is a reason to look, not proof. The computing is pure: values in, findings out, and the order of the
//! bids never matters. Nothing is computed before the opening, and findings are kept nowhere: only what people
//! found when they looked ([`Remark`]) is.

mod across;
pub mod files;
mod lots;
mod names;
mod origins;
pub mod rules;
pub mod statistics;
pub mod store;
#[cfg(test)]
mod tests;
pub mod thresholds;

use std::collections::BTreeMap;
use std::sync::Arc;

use diesel::prelude::*;
use rust_decimal::Decimal;

use crate::audit::{self, Deed};
use crate::awards::input::{self, Canon};
use crate::awards::{self, Status, publicity};
use crate::bids::submissions;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::rounds::{self, Round, RoundState};
use crate::schema::screen_remarks;
use crate::types::{AccountId, Ctx, OfferId, OrganisationId, RoundId, Time, UnitPrice};

pub use rules::screen;
pub use thresholds::{Threshold, Thresholds};

crate::words! {
    /// What is looked at.
    Screen {
        /// One company bids for a lot.
        SingleBidder = "single_bidder",
        /// Few companies bid for a lot.
        FewBidders = "few_bidders",
        /// Several companies bid one price.
        IdenticalPrices = "identical_prices",
        /// Highest and lowest price are close.
        LowSpread = "low_spread",
        /// Prices vary little.
        LowVariation = "low_variation",
        /// The lowest price stands apart while the others are close together.
        RelativeDistance = "relative_distance",
        /// The same at the last winner.
        RelativeDistanceLast = "relative_distance_last",
        /// The second price is far above the first.
        CoverGap = "cover_gap",
        /// The first loser is far above the last winner.
        CoverGapLast = "cover_gap_last",
        /// The second price is unusually close to the first, for this round.
        CloseSecond = "close_second",
        /// The second price is unusually far from the first, for this round.
        FarSecond = "far_second",
        /// Most prices are high and few are low.
        Skewness = "skewness",
        /// Prices are gathered at one point.
        Kurtosis = "kurtosis",
        /// Every price is near the ceiling.
        NearCeiling = "near_ceiling",
        /// One and the same fraction of the ceiling in several lots.
        CeilingFraction = "ceiling_fraction",
        /// Round numbers.
        RoundNumbers = "round_numbers",
        /// The same wording.
        SameText = "same_text",
        /// Many bids above the ceiling.
        OverCeiling = "over_ceiling",
        /// The lowest bid was found invalid.
        LowestInvalid = "lowest_invalid",
        /// Companies of one group meet in a lot.
        RelatedMeet = "related_meet",
        /// Two companies' prices differ by a constant factor.
        ConstantFactor = "constant_factor",
        /// Companies take turns at winning.
        Rotation = "rotation",
        /// Bids of different companies from one device.
        SameDevice = "same_device",
        /// Files of different companies with one author.
        SameAuthor = "same_author",
        /// A company that bids often and seldom wins.
        OftenLosing = "often_losing",
        /// Bids withdrawn or late.
        WithdrawnLate = "withdrawn_late",
    }

    /// What looking into a finding came to.
    Outcome {
        /// Checked; there is an explanation.
        Explained = "explained",
        /// Being checked.
        Checking = "checking",
        /// Passed on to whoever is competent.
        Referred = "referred",
    }
}

/// A lot as the screens see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    /// Its code.
    pub code: Arc<str>,
    /// The spec prices are compared at.
    pub spec: String,
    /// The highest valid price.
    pub ceiling: UnitPrice,
}

/// An opened bid as the screens see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bid {
    /// The lot's code.
    pub lot: Arc<str>,
    /// The company's code.
    pub company: Arc<str>,
    /// Its group of related companies, else empty.
    pub group: String,
    /// The product.
    pub product: String,
    /// Its spec as written.
    pub spec: String,
    /// The price of one unit of it.
    pub unit_price: UnitPrice,
    /// The ratio of its spec to the comparable spec.
    pub ratio: Decimal,
    /// What became of it, when an award was computed.
    pub status: Option<Status>,
}

/// How one envelope reached the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// The company's code.
    pub company: Arc<str>,
    /// The envelope's number in the round.
    pub seq: i32,
    /// When it was received.
    pub at: Time,
    /// The network it came from, shortened.
    pub network: String,
    /// Address and browser, as a hash; empty when unknown.
    pub device: String,
    /// The browser's own name.
    pub agent: String,
    /// The file's author.
    pub author: String,
    /// Who saved it last.
    pub editor: String,
    /// When it was made, as the file says.
    pub made: String,
}

/// Everything the screens look at.
#[derive(Debug, Clone, Default)]
pub struct Input {
    /// The lots.
    pub lots: Vec<Lot>,
    /// The opened bids.
    pub bids: Vec<Bid>,
    /// How the envelopes of those companies came in.
    pub submissions: Vec<Submission>,
    /// Companies that submitted anything, and those of them with nothing opened.
    pub submitted: (usize, usize),
}

/// Something worth looking into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which screen found it.
    pub screen: Screen,
    /// The lot, when it is about one.
    pub lot: Option<Arc<str>>,
    /// The companies, by code.
    pub companies: Vec<Arc<str>>,
    /// What tells it from another of the same screen, lot and companies; else empty.
    pub mark: String,
    /// How many bids, lots or companies the figure was formed from.
    pub n: usize,
    /// The figure.
    pub figure: Decimal,
    /// What it was held against.
    pub threshold: Decimal,
    /// The numbers it came from, in no language.
    pub arithmetic: String,
    /// The bids behind it, by place in the input.
    pub rows: Vec<usize>,
}

/// What the screens found, and how many lots, pairs or companies each had enough of to look at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Screened {
    /// The findings, by screen, lot and companies.
    pub findings: Vec<Finding>,
    /// How many each screen could look at.
    pub looked: BTreeMap<Screen, usize>,
}

impl Finding {
    /// What it is known by: the same as long as it is about the same things, whatever the figure is.
    pub fn id(&self) -> String {
        let mut canon = Canon::default();
        canon.line(&[self.screen.as_str(), self.lot.as_deref().unwrap_or_default(), &self.mark]);
        canon.line(&self.companies);
        canon.hex().chars().take(32).collect()
    }
}

/// What somebody found when looking into a finding. Remarks are added, never changed.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = screen_remarks)]
pub struct Remark {
    /// Its id, from the form.
    pub id: String,
    /// Of which round.
    pub round_id: RoundId,
    /// Which finding ([`Finding::id`]).
    pub finding: String,
    /// Its screen.
    pub screen: Screen,
    /// The figure that was looked at.
    pub figure: String,
    /// What it came to.
    pub outcome: Outcome,
    /// In words.
    pub remark: String,
    /// Who looked.
    pub account_id: Option<AccountId>,
    /// When.
    pub at: Time,
}

/// An opened round with what the screens found in it.
pub struct Opened {
    /// What they looked at.
    pub input: Input,
    /// The offers behind the bids, at the same places.
    pub offers: Vec<OfferId>,
    /// The companies' names by code.
    pub names: BTreeMap<Arc<str>, String>,
    /// The version of the award that says who won, if there is one.
    pub version: Option<i32>,
    /// What they found.
    pub screened: Screened,
    /// What they were held against.
    pub thresholds: Thresholds,
}

impl Opened {
    /// A company's name.
    pub fn name<'a>(&'a self, code: &'a str) -> &'a str {
        self.names.get(code).map_or(code, String::as_str)
    }

    /// The names of a finding's companies.
    pub fn companies<'a>(&'a self, finding: &'a Finding) -> Vec<&'a str> {
        finding.companies.iter().map(|code| self.name(code)).collect()
    }

    /// The finding of that id.
    pub fn find(&self, id: &str) -> Option<&Finding> {
        self.screened.findings.iter().find(|finding| finding.id() == id)
    }
}

/// Whether the bids of a round have been opened.
pub fn is_opened(round: &Round) -> bool {
    round.state >= RoundState::Evaluation && round.state != RoundState::Aborted
}

/// Screens a round; nothing before its opening.
pub fn of_round(conn: &mut Conn, round: &Round) -> Result<Option<Opened>> {
    if !is_opened(round) {
        return Ok(None);
    }
    let thresholds = Thresholds::embedded().map_err(Error::refused)?;
    let award = awards::store::latest(conn, &round.id)?;
    let statuses: BTreeMap<OfferId, Status> = match &award {
        Some(award) => {
            let decided = awards::store::all_decisions(conn, &award.id)?;
            decided.into_iter().map(|(decision, _)| (decision.offer_id, decision.status)).collect()
        }
        None => BTreeMap::new(),
    };
    let lots = rounds::lots_of(conn, &round.id)?;
    let offers = input::offers_of(conn, &round.id)?;
    let names = offers.iter().map(|it| (it.bid.company.clone(), it.name.clone())).collect();
    let ids = offers.iter().map(|it| it.id.clone()).collect();
    let companies: BTreeMap<_, _> =
        offers.iter().map(|it| (it.supplier_id.clone(), it.bid.company.clone())).collect();
    let lot = |it: rounds::Lot| Lot { code: it.code.into(), spec: it.comparable_spec, ceiling: it.ceiling };
    let input = Input {
        lots: lots.into_iter().map(lot).collect(),
        submissions: came_in(submissions::of_round(conn, &round.id)?, &companies),
        submitted: submissions::counts(conn, &round.id)?,
        bids: offers.into_iter().map(|it| Bid::of(&it.bid, statuses.get(&it.id).copied())).collect(),
    };
    let screened = screen(&thresholds, &input);
    Ok(Some(Opened { input, offers: ids, names, version: award.map(|it| it.version), screened, thresholds }))
}

/// The submissions with the companies' codes.
fn came_in(
    list: Vec<submissions::Submission>,
    companies: &BTreeMap<OrganisationId, Arc<str>>,
) -> Vec<Submission> {
    let one = |it: submissions::Submission| {
        Some(Submission {
            company: companies.get(&it.supplier_id)?.clone(),
            seq: it.seq,
            at: it.at,
            network: it.network,
            device: it.device,
            agent: it.agent,
            author: it.author,
            editor: it.editor,
            made: it.made,
        })
    };
    list.into_iter().filter_map(one).collect()
}

impl Bid {
    /// A bid of the award as the screens see it.
    pub fn of(bid: &awards::Bid, status: Option<Status>) -> Self {
        Self {
            lot: bid.lot.clone(),
            company: bid.company.clone(),
            group: bid.group.clone().unwrap_or_default(),
            product: bid.product.clone(),
            spec: bid.spec.clone(),
            unit_price: bid.unit_price,
            ratio: bid.ratio,
            status,
        }
    }
}

/// What an officer writes about a finding.
#[derive(Debug, Clone)]
pub struct Looked {
    /// The remark's id, made by the form.
    pub id: AccountId,
    /// The finding.
    pub finding: String,
    /// What it came to.
    pub outcome: Outcome,
    /// In words.
    pub remark: String,
}

/// Records what looking into a finding came to; the same form twice is one remark.
pub fn remark(tx: &mut Tx, ctx: &Ctx, id: &RoundId, looked: Looked) -> Result<()> {
    let round = rounds::round(tx.conn(), id)?;
    let opened = of_round(tx.conn(), &round)?.ok_or(Error::NotFound)?;
    let finding = opened.find(&looked.finding).ok_or(Error::NotFound)?;
    let text = publicity::text(&looked.remark, "remark")?;
    let known = store::remarks(tx.conn(), id)?;
    if known.iter().any(|remark| remark.id == looked.id.as_str()) {
        return Ok(());
    }
    let before = known.iter().rev().find(|remark| remark.finding == looked.finding);
    let remark = Remark {
        id: looked.id.to_string(),
        round_id: id.clone(),
        finding: looked.finding,
        screen: finding.screen,
        figure: finding.figure.to_string(),
        outcome: looked.outcome,
        remark: text,
        account_id: ctx.actor.account.clone(),
        at: ctx.now,
    };
    store::insert_remark(tx, &remark)?;
    let deed = Deed { action: "screen.remark", subject: "screen_remarks", id: &remark.id };
    let was = before.map(|remark| (remark.outcome, &remark.remark));
    let now = (&remark.finding, remark.screen, &remark.figure, remark.outcome, &remark.remark);
    audit::record(tx, ctx, deed, &was, &now)
}
