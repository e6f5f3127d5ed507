//! A computed award as people read it: lot by lot, with names and cuts.

use std::collections::{BTreeMap, HashMap};

use rust_decimal::Decimal;

use super::publicity::is_public;
use super::store::{self, Decision, LotLine, Version};
use super::{Code, Status, evaluation};
use crate::db::Conn;
use crate::error::Result;
use crate::rounds::{self, Lot, Round};
use crate::text::Text;
use crate::types::{AwardId, OfferId, RoundId, UnitPrice, half_up};

/// A lot's result.
pub struct LotResult {
    /// The lot.
    pub lot: Lot,
    /// What was decided for it as a whole.
    pub line: Option<LotLine>,
    /// The winning offers with the companies' names, by rank.
    pub winners: Vec<(Decision, String)>,
    /// How many offers did not win, by status.
    pub lost: BTreeMap<Status, usize>,
    /// The mean cut of the winners' award prices, in percent; empty without winners.
    average_cut: String,
}

/// What cuts are measured from: the lots' ceilings, or the products' current prices where the rules of the round
/// rank by cut.
#[derive(Debug, Default)]
pub struct Bases(HashMap<OfferId, UnitPrice>);

impl Bases {
    /// Those of a round.
    pub fn of(conn: &mut Conn, round: &Round) -> Result<Self> {
        match rounds::rules_of(conn, round)?.ranks_by_cut() {
            true => store::current_prices(conn, &round.id).map(Self),
            false => Ok(Self::default()),
        }
    }

    /// The cut of an offer's price, in percent.
    pub fn cut(&self, decision: &Decision, lot: &Lot) -> String {
        self.share(decision, decision.unit_price, lot).map(percent).unwrap_or_default()
    }

    fn share(&self, decision: &Decision, price: UnitPrice, lot: &Lot) -> Option<Decimal> {
        match self.0.get(&decision.offer_id) {
            Some(current) => share_cut(price.decimal(), *current),
            None => share_cut(comparable(price, &decision.ratio)?, lot.ceiling),
        }
    }
}

impl LotResult {
    /// The mean cut of the winners' award prices, in percent; empty without winners.
    pub fn average_cut(&self) -> &str {
        &self.average_cut
    }

    /// The offers that did not win, counted by status in words.
    pub fn losers(&self, t: &Text) -> String {
        let count = |(status, n): (&Status, &usize)| {
            crate::text::fill(t.evaluation.public_count, &[("status", &status.name(t)), ("n", n)])
        };
        self.lost.iter().map(count).collect::<Vec<_>>().join(t.files.list_join)
    }
}

/// A price at the comparable spec.
fn comparable(price: UnitPrice, ratio: &str) -> Option<Decimal> {
    price.decimal().checked_div(ratio.parse().ok()?)
}

fn share_cut(price: Decimal, ceiling: UnitPrice) -> Option<Decimal> {
    Some(Decimal::ONE - price.checked_div(ceiling.decimal())?)
}

/// A share as a percentage, rounded once.
fn percent(share: Decimal) -> String {
    format!("{:.2}%", half_up(share * Decimal::ONE_HUNDRED, 2))
}

/// The cut of an offer's price against the ceiling, in percent.
pub fn cut(decision: &Decision, ceiling: UnitPrice) -> String {
    cut_at(decision.unit_price, decision, ceiling)
}

/// The cut that an offer would make at another price.
pub fn cut_at(price: UnitPrice, decision: &Decision, ceiling: UnitPrice) -> String {
    let price = comparable(price, &decision.ratio);
    price.and_then(|price| share_cut(price, ceiling)).map(percent).unwrap_or_default()
}

fn average(bases: &Bases, winners: &[(Decision, String)], lot: &Lot) -> String {
    let cuts: Vec<Decimal> =
        winners.iter().filter_map(|(d, _)| bases.share(d, d.award_price?, lot)).collect();
    let sum: Decimal = cuts.iter().sum();
    sum.checked_div(Decimal::from(cuts.len())).map(percent).unwrap_or_default()
}

/// The result of every lot, in the order of the round.
pub fn by_lot(conn: &mut Conn, round: &RoundId, award: &AwardId) -> Result<Vec<LotResult>> {
    let mut lines = store::lot_lines_of(conn, award)?;
    let of = rounds::round(conn, round)?;
    let bases = Bases::of(conn, &of)?;
    let mut decided: HashMap<_, Vec<(Decision, String)>> = HashMap::new();
    for (decision, company) in store::all_decisions(conn, award)? {
        decided.entry(decision.lot_id.clone()).or_default().push((decision, company));
    }
    let mut list = Vec::new();
    for lot in rounds::lots_of(conn, round)? {
        let all = decided.remove(&lot.id).unwrap_or_default();
        let (winners, losers): (Vec<_>, Vec<_>) = all.into_iter().partition(|(d, _)| d.award_price.is_some());
        let mut lost = BTreeMap::new();
        for (decision, _) in losers {
            *lost.entry(decision.status).or_insert(0) += 1;
        }
        let average_cut = average(&bases, &winners, &lot);
        list.push(LotResult { line: lines.remove(&lot.id), lot, winners, lost, average_cut });
    }
    Ok(list)
}

/// The versions that were ever public, newest first.
pub fn published(conn: &mut Conn, round: &RoundId) -> Result<Vec<Version>> {
    Ok(store::versions(conn, round)?.into_iter().filter(|v| v.published_at.is_some()).collect())
}

/// The version everybody may read now.
pub fn current(conn: &mut Conn, round: &Round) -> Result<Option<Version>> {
    if !is_public(round.state) {
        return Ok(None);
    }
    Ok(published(conn, &round.id)?.into_iter().next())
}

impl Status {
    /// The status's name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let e = &t.evaluation;
        match self {
            Status::Won => e.status_won,
            Status::WonRevived => e.status_won_revived,
            Status::WonNoVolume => e.status_won_no_volume,
            Status::Fused => e.status_fused,
            Status::NotShortlisted => e.status_not_shortlisted,
            Status::Invalid => e.status_invalid,
        }
    }
}

/// A reason code in words.
pub fn code_name(code: &str, t: &Text) -> &'static str {
    let e = &t.evaluation;
    if code == evaluation::EXCLUDED {
        return e.code_excluded;
    }
    let Ok(code) = code.parse::<Code>() else { return "" };
    match code {
        Code::BadPrice => e.code_bad_price,
        Code::TooManyDecimals => e.code_too_many_decimals,
        Code::NoCurrentPrice => e.code_no_current_price,
        Code::CutTooSmall => e.code_cut_too_small,
        Code::WonClassPrice => e.code_won_class_price,
        Code::WonDirect => e.code_won_direct,
        Code::OverCeiling => e.code_over_ceiling,
        Code::RelatedCompany => e.code_related_company,
        Code::PerCompany => e.code_per_company,
        Code::AboveA => e.code_above_a,
        Code::NotShortlisted => e.code_not_shortlisted,
        Code::Eliminated => e.code_eliminated,
        Code::Fused => e.code_fused,
        Code::Negotiate => e.code_negotiate,
        Code::Negotiated => e.code_negotiated,
        Code::WonPlace => e.code_won_place,
        Code::WonRatio => e.code_won_ratio,
        Code::WonCut => e.code_won_cut,
        Code::WonLowPrice => e.code_won_low_price,
        Code::ZeroVolume => e.code_zero_volume,
        Code::RevivedIn => e.code_revived_in,
        Code::RevivedOut => e.code_revived_out,
        Code::RevivedReference => e.code_revived_reference,
    }
}

impl store::AwardState {
    /// The state's name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            store::AwardState::Proposed => t.evaluation.award_proposed,
            store::AwardState::Superseded => t.evaluation.award_superseded,
            store::AwardState::Confirmed => t.evaluation.award_confirmed,
        }
    }
}

impl super::objections::ObjectionState {
    /// The state's name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            Self::Open => t.evaluation.objection_open,
            Self::Upheld => t.evaluation.objection_upheld,
            Self::Rejected => t.evaluation.objection_rejected,
        }
    }
}
