//! The award of a round: each lot ranked, shortlisted, judged and revived, then its volume distributed.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::allocations::{ByLot, LotVolume, Winner};
use super::choices::{self, Choices};
use super::fuse::{self, Verdict};
use super::pre_winners::{self, Call};
use super::shortlist::{self, Standing, comparable};
use super::volume::Scale;
use super::{
    Answers, Award, Bid, Consent, Demand, Lot, LotOutcome, Outcome, Question, Status, classes, guarantee,
    ranking, revival, units,
};
pub use crate::bids::rules::RATIOS;
use crate::rounds::rule_set::RuleSet;
use crate::text::{Say, Text, fill};
use crate::types::{Quantity, UnitPrice};

/// The highest ceiling that is believed, in yuan a unit.
pub const HIGHEST_CEILING: i64 = 1_000_000_000;

/// Why an award is not computed: the input contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// A lot is there twice.
    LotTwice(Arc<str>),
    /// A bid or a demand names a lot that is not there.
    UnknownLot(Arc<str>),
    /// A company bids twice in a lot.
    BidTwice {
        /// The lot.
        lot: Arc<str>,
        /// The company.
        company: Arc<str>,
    },
    /// An answer of a company that does not bid in the lot.
    NoSuchBid {
        /// The lot.
        lot: Arc<str>,
        /// The company.
        company: Arc<str>,
    },
    /// A company answers the same question twice in a lot.
    ConsentTwice {
        /// The lot.
        lot: Arc<str>,
        /// The company.
        company: Arc<str>,
        /// The question.
        question: Question,
    },
    /// A ceiling that is not above zero, or not to be believed.
    Ceiling(Arc<str>),
    /// A price ratio that is not to be believed.
    Ratio {
        /// The lot.
        lot: Arc<str>,
        /// The company.
        company: Arc<str>,
    },
    /// A quantity below zero.
    NegativeDemand(Arc<str>),
    /// Volumes that add up to more than can be kept.
    TooMuch(Arc<str>),
    /// A region or volume that was chosen after the opening and does not stand.
    Choice(choices::Refused),
}

impl Say for Refused {
    fn say(&self, text: &Text) -> String {
        let t = &text.awards;
        match self {
            Self::LotTwice(lot) => fill(t.lot_twice, &[("lot", lot)]),
            Self::UnknownLot(lot) => fill(t.lot_unknown, &[("lot", lot)]),
            Self::BidTwice { lot, company } => fill(t.bid_twice, &[("lot", lot), ("company", company)]),
            Self::NoSuchBid { lot, company } => fill(t.no_such_bid, &[("lot", lot), ("company", company)]),
            Self::ConsentTwice { lot, company, question } => {
                let values: [(&str, &dyn std::fmt::Display); 3] =
                    [("lot", lot), ("company", company), ("question", question)];
                fill(t.consent_twice, &values)
            }
            Self::Ceiling(lot) => fill(t.ceiling, &[("lot", lot), ("most", &HIGHEST_CEILING)]),
            Self::Ratio { lot, company } => {
                let (least, most) = RATIOS;
                let values: [(&str, &dyn std::fmt::Display); 4] =
                    [("lot", lot), ("company", company), ("least", &least), ("most", &most)];
                fill(t.ratio, &values)
            }
            Self::NegativeDemand(lot) => fill(t.demand_negative, &[("lot", lot)]),
            Self::TooMuch(lot) => fill(t.volume_too_much, &[("lot", lot)]),
            Self::Choice(why) => why.say(text),
        }
    }
}

/// Computes the award. The result does not depend on the order of lots, bids, demand or answers; only the
/// regions of one lot stand in the order in which they were taken.
pub fn award(
    rules: &RuleSet,
    lots: &[Lot],
    bids: &[Bid],
    demand: &[Demand],
    answers: &Answers,
) -> Result<Outcome, Refused> {
    let lots = in_order(lots)?;
    let by_lot = by_lot(rules, &lots, bids)?;
    check_demand(&lots, demand)?;
    check_consents(&lots, &by_lot, &answers.consents)?;
    let choices = choices::by_lot(answers);
    let known = |lot: &&&str| lots.iter().any(|it| *it.code == ***lot);
    if let Some(lot) = choices.keys().filter(|lot| !known(lot)).min() {
        return Err(Refused::UnknownLot((*lot).into()));
    }
    let answers = answers.by_lot();
    let demand = ByLot::new(demand);

    let none = Vec::new();
    let mut standings: Vec<Standing> = lots
        .iter()
        .map(|lot| shortlist::stand(rules, lot, by_lot.get(lot.code.as_ref()).unwrap_or(&none), &demand))
        .collect();
    shortlist::eliminate(rules, &mut standings);

    let calls = pre_winners::call(rules, &standings).unwrap_or_else(|| vec![None; standings.len()]);
    let (no_answers, no_choices) = (Answers::default(), Choices::default());
    let mut outcome = Outcome::default();
    for (standing, call) in standings.iter().zip(&calls) {
        let lot: &str = &standing.lot.code;
        let answers = answers.get(lot).unwrap_or(&no_answers);
        let choices = choices.get(lot).unwrap_or(&no_choices);
        settle(rules, standing, call.as_ref(), &demand, answers, choices, &mut outcome)?;
    }
    Ok(outcome)
}

/// The lots in the natural order of their codes (`L2` before `L10`).
fn in_order(lots: &[Lot]) -> Result<Vec<&Lot>, Refused> {
    let mut lots: Vec<&Lot> = lots.iter().collect();
    lots.sort_by(|a, b| natural(&a.code, &b.code));
    if let Some(two) = lots.windows(2).find(|two| two[0].code == two[1].code) {
        return Err(Refused::LotTwice(two[0].code.clone()));
    }
    let most = UnitPrice::rounded(Decimal::from(HIGHEST_CEILING)).unwrap_or_default();
    match lots.iter().find(|lot| !lot.ceiling.is_positive() || lot.ceiling > most) {
        Some(lot) => Err(Refused::Ceiling(lot.code.clone())),
        None => Ok(lots),
    }
}

fn by_lot<'a>(
    rules: &RuleSet,
    lots: &[&Lot],
    bids: &'a [Bid],
) -> Result<HashMap<&'a str, Vec<&'a Bid>>, Refused> {
    let known: std::collections::HashSet<&str> = lots.iter().map(|lot| lot.code.as_ref()).collect();
    let mut sorted: Vec<&Bid> = bids.iter().collect();
    sorted.sort_by(|a, b| (&a.lot, &a.company, &a.product).cmp(&(&b.lot, &b.company, &b.product)));
    // Where a company may win with several products, its second bid is twice only when it is for the same one.
    let is_twice = |a: &Bid, b: &Bid| {
        (&a.lot, &a.company) == (&b.lot, &b.company) && (rules.products.is_none() || a.product == b.product)
    };
    if let Some(two) = sorted.windows(2).find(|two| is_twice(two[0], two[1])) {
        return Err(Refused::BidTwice { lot: two[0].lot.clone(), company: two[0].company.clone() });
    }
    let mut by_lot: HashMap<&str, Vec<&Bid>> = HashMap::new();
    for bid in sorted {
        if !known.contains(bid.lot.as_ref()) {
            return Err(Refused::UnknownLot(bid.lot.clone()));
        }
        if bid.ratio < RATIOS.0 || bid.ratio > RATIOS.1 {
            return Err(Refused::Ratio { lot: bid.lot.clone(), company: bid.company.clone() });
        }
        by_lot.entry(&bid.lot).or_default().push(bid);
    }
    Ok(by_lot)
}

fn check_demand(lots: &[&Lot], demand: &[Demand]) -> Result<(), Refused> {
    let known: std::collections::HashSet<&str> = lots.iter().map(|lot| lot.code.as_ref()).collect();
    // The smallest, so that the refusal does not depend on the order of lines.
    let unknown = demand.iter().filter(|line| !known.contains(line.lot.as_ref())).map(|line| &line.lot).min();
    if let Some(lot) = unknown {
        return Err(Refused::UnknownLot(lot.clone()));
    }
    match demand.iter().filter(|line| line.quantity < Quantity::ZERO).map(|line| &line.lot).min() {
        Some(lot) => Err(Refused::NegativeDemand(lot.clone())),
        None => Ok(()),
    }
}

/// Every answer is of a company that bids in its lot, and given once.
fn check_consents(
    lots: &[&Lot],
    by_lot: &HashMap<&str, Vec<&Bid>>,
    consents: &[Consent],
) -> Result<(), Refused> {
    // In one order, so that the refusal does not depend on the order of lines.
    let mut sorted: Vec<&Consent> = consents.iter().collect();
    sorted.sort_by_key(|it| (&it.lot, &it.company, it.question));
    for it in &sorted {
        let (lot, company) = (it.lot.clone(), it.company.clone());
        let bids = by_lot.get(it.lot.as_ref());
        if bids.is_none() && !lots.iter().any(|lot| lot.code == it.lot) {
            return Err(Refused::UnknownLot(lot));
        }
        if !bids.is_some_and(|bids| bids.iter().any(|bid| bid.company == it.company)) {
            return Err(Refused::NoSuchBid { lot, company });
        }
    }
    let same = |two: &&[&Consent]| {
        (&two[0].lot, &two[0].company, two[0].question) == (&two[1].lot, &two[1].company, two[1].question)
    };
    match sorted.windows(2).find(same) {
        Some(two) => Err(Refused::ConsentTwice {
            lot: two[0].lot.clone(),
            company: two[0].company.clone(),
            question: two[0].question,
        }),
        None => Ok(()),
    }
}

/// Decides one lot and adds what follows to the outcome.
fn settle(
    rules: &RuleSet,
    standing: &Standing,
    call: Option<&Call>,
    demand: &ByLot,
    answers: &Answers,
    choices: &Choices,
    outcome: &mut Outcome,
) -> Result<(), Refused> {
    let lot = standing.lot;
    let line = fuse::line(rules, standing);
    let (mut verdicts, places) = match &rules.units {
        Some(both) => units::judge(rules, both, standing),
        None => (fuse::judge(rules, standing, line.as_ref(), answers), standing.places),
    };
    guarantee::grant(rules, standing, &mut verdicts);
    if let Some(call) = call {
        pre_winners::judge(rules, standing, call, answers, &mut verdicts);
    }
    revival::revive(rules, standing, line.as_ref(), answers, &mut verdicts);
    classes::sort(rules, standing, &mut verdicts);
    let winners: Vec<Winner> = standing
        .valid
        .iter()
        .zip(&verdicts)
        .filter(|(_, verdict)| matches!(verdict.status, Status::Won | Status::WonRevived))
        .map(|(contender, verdict)| Winner {
            company: contender.bid.company.clone(),
            product: contender.bid.product.as_str().into(),
            capacity: contender.bid.capacity,
            chooses_regions: verdict.chooses_regions,
            class: verdict.class,
        })
        .collect();
    let share = rules.share(lot.category, winners.len());
    let term_years = rules.term(winners.len());

    let volume = volume(rules, lot, demand, &winners, share, choices).map_err(Refused::Choice)?;
    let (base, volume) = volume.ok_or(Refused::TooMuch(lot.code.clone()))?;
    let choosers = winners.iter().filter(|winner| rules.regions.is_some() && winner.chooses_regions);
    outcome.lots.push(LotOutcome {
        lot: lot.code.clone(),
        bidders: standing.valid.len(),
        places,
        anchor: line.as_ref().map(|line| line.anchor.value()),
        line: line.as_ref().map(|line| line.line.value()),
        winners: winners.len(),
        choosers: choosers.map(|winner| winner.company.clone()).collect(),
        share,
        term_years,
        until: rules.term_end.as_ref().map(|end| end.until),
        base,
        agreed: volume.agreed.unwrap_or_default(),
    });
    outcome.awards.extend(awards(rules, standing, verdicts, share, term_years));
    outcome.allocations.extend(volume.allocations);
    outcome.regions.extend(volume.regions);
    outcome.volumes.extend(volume.volumes);
    outcome.unallocated.extend(volume.unallocated);
    Ok(())
}

/// The base volume (the hospitals' demand, else as given for the lot) and what is agreed of it; `None` when it is
/// too large to be kept.
fn volume(
    rules: &RuleSet,
    lot: &Lot,
    demand: &ByLot,
    winners: &[Winner],
    share: Option<Decimal>,
    choices: &Choices,
) -> Result<Option<(Quantity, LotVolume)>, choices::Refused> {
    let share = share.unwrap_or_default();
    if !demand.has(&lot.code) {
        choices.none_stand()?;
        return Ok(national(rules, lot, share));
    }
    let volume = demand.allocate(rules, &lot.code, winners, share, choices)?;
    let base = i64::try_from(demand.total(&lot.code)).ok().map(Quantity::from_scaled);
    Ok(base.filter(|_| volume.agreed.is_some()).map(|base| (base, volume)))
}

/// The volume of a lot whose base is given as one number.
fn national(rules: &RuleSet, lot: &Lot, share: Decimal) -> Option<(Quantity, LotVolume)> {
    let base = lot.base_volume.unwrap_or_default();
    let scale = Scale::new(share, rules.volume.rounding_unit.0)?;
    let agreed = scale.quantity(scale.rounded(i128::from(base.scaled())))?;
    Some((base, LotVolume { agreed: Some(agreed), ..LotVolume::default() }))
}

fn awards(
    rules: &RuleSet,
    standing: &Standing,
    verdicts: Vec<Verdict>,
    share: Option<Decimal>,
    term_years: Option<u32>,
) -> Vec<Award> {
    let new = |bid: &Bid, status, reason| Award {
        lot: bid.lot.clone(),
        company: bid.company.clone(),
        product: bid.product.clone(),
        unit_price: bid.unit_price,
        ratio: bid.ratio,
        comparable_price: UnitPrice::rounded(comparable(bid).value())
            .unwrap_or(UnitPrice::from_scaled(i64::MAX)),
        cut: ranking::measure(rules, standing.lot, bid).cut(),
        rank: None,
        status,
        award_price: None,
        share: None,
        term_years: None,
        class: None,
        entitled: None,
        reason,
    };
    let ranked = standing.valid.iter().zip(verdicts).zip(1..).map(|((contender, verdict), rank)| {
        let with_volume = matches!(verdict.status, Status::Won | Status::WonRevived);
        Award {
            rank: Some(rank),
            award_price: verdict.price,
            share: share.filter(|_| with_volume),
            term_years: term_years.filter(|_| verdict.price.is_some()),
            class: verdict.class,
            entitled: verdict.entitled,
            ..new(contender.bid, verdict.status, verdict.reason)
        }
    });
    let invalid = standing.invalid.iter().map(|(bid, reason)| new(bid, Status::Invalid, reason.clone()));
    ranked.chain(invalid).collect()
}

/// Compares runs of digits as numbers and everything else by bytes.
pub fn natural(a: &str, b: &str) -> Ordering {
    let (mut x, mut y) = (a, b);
    while let (Some(i), Some(j)) = (x.chars().next(), y.chars().next()) {
        let order = if i.is_ascii_digit() && j.is_ascii_digit() {
            let (n, m) = (digits(&mut x), digits(&mut y));
            n.len().cmp(&m.len()).then_with(|| n.cmp(m))
        } else {
            x = &x[i.len_utf8()..];
            y = &y[j.len_utf8()..];
            i.cmp(&j)
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    x.len().cmp(&y.len()).then_with(|| a.cmp(b))
}

/// Takes a run of digits off the front, leading zeros dropped.
fn digits<'a>(text: &mut &'a str) -> &'a str {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (run, rest) = text.split_at(end);
    *text = rest;
    run.trim_start_matches('0')
}
