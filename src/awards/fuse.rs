//! The conditions a shortlisted bid must meet: the ratio fuse (熔断), the cut, the low-price line.

use rust_decimal::{Decimal, RoundingStrategy};

use super::fraction::{Fraction, pair, shown};
use super::ranking;
use super::shortlist::{Contender, Standing, join, told};
use super::{Answers, Bid, Class, Code, Entitlement, Lot, Question, Reason, Status, classes};
use crate::rounds::rule_set::{Anchor, RuleSet};
use crate::types::UnitPrice;

/// The fuse line of a lot.
#[derive(Debug, Clone)]
pub struct Line {
    /// What it is measured from (锚点).
    pub anchor: Fraction,
    /// Times the anchor is the line.
    pub factor: Decimal,
    /// Factor times anchor.
    pub line: Fraction,
    /// How an anchor other than the lowest price was found.
    pub how: Option<String>,
}

/// The decision on a valid bid.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// What became of it.
    pub status: Status,
    /// The price it wins at, for its own spec.
    pub price: Option<UnitPrice>,
    /// Why.
    pub reason: Reason,
    /// Whether it takes part in the choice of regions.
    pub chooses_regions: bool,
    /// What it may be asked, when it has not won.
    pub entitled: Option<Entitlement>,
    /// The class or unit the rules sort it into.
    pub class: Option<Class>,
}

/// The fuse line over the shortlist; none when nobody is shortlisted or the rules have no fuse.
pub fn line(rules: &RuleSet, standing: &Standing) -> Option<Line> {
    let fuse = rules.fuse.as_ref()?;
    let prices: Vec<Fraction> = standing.shortlisted().iter().map(|c| c.price).collect();
    let lowest = *prices.first()?;
    let (anchor, how) = match fuse.anchor {
        Anchor::Lowest => (lowest, None),
        Anchor::LowestOrMeanShare => {
            let share = fuse.mean_share.map_or(Decimal::ONE, |share| share.0);
            let mean = Fraction::mean(&prices)?;
            let part = mean.times(share);
            let how = format!("{} × {}", share.normalize(), shown(mean.value(), 4));
            (lowest.max(part), Some(larger(lowest, part, &how)))
        }
        Anchor::LowestOrMeanLessDeviation => {
            let times = fuse.deviations.map_or(Decimal::ONE, |times| times.0);
            // Mean and deviation are those that set the lowest bids apart; the lowest price is one of the rest: a
            // bid that takes no place must not fuse the others.
            let (mean, deviation) = standing.spread?;
            let part = Fraction::whole(mean.saturating_sub(deviation.saturating_mul(times)));
            let how = format!("{} − {} × {}", shown(mean, 4), times.normalize(), shown(deviation, 4));
            (lowest.max(part), Some(larger(lowest, part, &how)))
        }
    };
    let factor = fuse.factor.0;
    Some(Line { anchor, factor, line: anchor.times(factor), how })
}

fn larger(lowest: Fraction, part: Fraction, how: &str) -> String {
    let (low, other) = pair(lowest, part);
    let anchor = shown(lowest.max(part).value(), 4);
    format!("anchor = max({low}, {how} = {other}) = {anchor}")
}

/// Decides every valid bid of a lot by its place and the conditions, before any revival.
pub fn judge(rules: &RuleSet, standing: &Standing, line: Option<&Line>, answers: &Answers) -> Vec<Verdict> {
    let alone = standing.valid.len() == 1;
    let last = standing.apart + standing.places;
    let verdict = |(index, contender): (usize, &Contender)| {
        let verdict = if index < standing.apart {
            zero_volume(rules, standing, contender)
        } else if index >= last {
            outside(rules, standing, index, contender)
        } else if alone && rules.single_bidder.is_some() {
            single(rules, standing.lot, contender, answers)
        } else if let Some(line) = line {
            conditions(rules, standing.lot, line, contender)
        } else {
            let arithmetic = format!("rank {} ≤ {last} (n = {})", index + 1, standing.valid.len());
            found(rules, Status::Won, Code::WonPlace, arithmetic, "quota")
        };
        finished(contender, verdict)
    };
    standing.valid.iter().enumerate().map(verdict).collect()
}

/// The verdict with what follows from its status and with the conversion and ties of its bid.
pub fn finished(contender: &Contender, mut verdict: Verdict) -> Verdict {
    let wins = matches!(verdict.status, Status::Won | Status::WonNoVolume);
    verdict.price = wins.then(|| verdict.price.unwrap_or(contender.bid.unit_price));
    verdict.chooses_regions = verdict.status == Status::Won;
    verdict.reason.arithmetic = join(std::mem::take(&mut verdict.reason.arithmetic), told(contender));
    verdict
}

/// A verdict by a section of the rules.
pub fn found(rules: &RuleSet, status: Status, code: Code, arithmetic: String, section: &str) -> Verdict {
    let clause = format!("{} {section}", rules.name);
    let reason = Reason { code, arithmetic, clause };
    Verdict { status, price: None, reason, chooses_regions: false, entitled: None, class: None }
}

fn zero_volume(rules: &RuleSet, standing: &Standing, contender: &Contender) -> Verdict {
    let line = standing.apart_line.as_deref().unwrap_or_default();
    let arithmetic = format!("{} < {line}", shown(contender.price.value(), 4));
    found(rules, Status::WonNoVolume, Code::ZeroVolume, arithmetic, "zero_volume")
}

fn outside(rules: &RuleSet, standing: &Standing, index: usize, contender: &Contender) -> Verdict {
    let last = standing.apart + standing.places;
    if let Some(why) = &contender.passed {
        return found(rules, Status::NotShortlisted, Code::PerCompany, why.clone(), "products");
    }
    if let Some(why) = standing.eliminated.as_ref().filter(|_| index == last) {
        return found(rules, Status::NotShortlisted, Code::Eliminated, why.clone(), "elimination");
    }
    let arithmetic = format!("rank {} > {last} (n = {})", index + 1, standing.valid.len());
    found(rules, Status::NotShortlisted, Code::NotShortlisted, arithmetic, "quota")
}

/// The only valid bidder wins with the cut, and negotiates (议价) without it.
fn single(rules: &RuleSet, lot: &Lot, contender: &Contender, answers: &Answers) -> Verdict {
    let (bid, section) = (contender.bid, "single_bidder");
    let least = rules.single_bidder.as_ref().map_or(Decimal::ZERO, |single| single.min_cut.0);
    let (met, arithmetic) = contender.measure.reaches(least);
    let arithmetic = format!("n = 1; {arithmetic}");
    if met {
        return found(rules, Status::Won, Code::WonCut, arithmetic, section);
    }
    let most = most(rules, contender, least);
    let answer = answers.consent(&bid.lot, &bid.company, Question::Negotiation);
    let said = match answer.map(|answer| answer.price) {
        Some(Some(price)) => match beyond(rules, price, most.unwrap_or_default()) {
            Some(why) => Some(format!("CONSENT {why}")),
            None => {
                let lower = Bid { unit_price: price, ..bid.clone() };
                let (_, made) = ranking::measure(rules, lot, &lower).reaches(least);
                let arithmetic = join(arithmetic, Some(format!("{} → {price}; {made}", bid.unit_price)));
                let won = found(rules, Status::Won, Code::Negotiated, arithmetic, section);
                return Verdict { price: Some(price), ..won };
            }
        },
        Some(None) => Some("CONSENT no".to_owned()),
        None => None,
    };
    let entitled = most.map(|price| Entitlement { question: Question::Negotiation, price });
    let lost = found(rules, Status::Fused, Code::Negotiate, join(arithmetic, said), section);
    Verdict { entitled, ..lost }
}

/// The highest price of a bid's own spec that makes the cut, rounded down to the decimals a price may have;
/// none when that is no price.
fn most(rules: &RuleSet, contender: &Contender, least: Decimal) -> Option<UnitPrice> {
    let limit = contender.measure.from.times(Decimal::ONE - least);
    // The cut against a current price is one of its own spec.
    let ratio = if rules.ranks_by_cut() { Decimal::ONE } else { contender.bid.ratio };
    let places = rules.price.decimals.0;
    let mut price = limit.for_spec(ratio).value().round_dp_with_strategy(places, RoundingStrategy::ToZero);
    if Fraction::comparable(price, ratio) > limit {
        price -= Decimal::new(1, places);
    }
    UnitPrice::exact(price).ok().filter(|price| price.is_positive())
}

/// Why a negotiated price does not win, if so: `0.5001 > 0.50`, `0.00 ≤ 0`, `0.12345: 5 > 4`.
pub fn beyond(rules: &RuleSet, price: UnitPrice, most: UnitPrice) -> Option<String> {
    let (scale, allowed) = (price.decimal().normalize().scale(), rules.price.decimals.0);
    if price > most {
        Some(format!("{price} > {most}"))
    } else if !price.is_positive() {
        Some(format!("{price} ≤ 0"))
    } else {
        (scale > allowed).then(|| format!("{price}: {scale} > {allowed}"))
    }
}

/// Any one condition is enough; a bid that fails them all is told about each.
fn conditions(rules: &RuleSet, lot: &Lot, line: &Line, contender: &Contender) -> Verdict {
    let won = |code, arithmetic, section| found(rules, Status::Won, code, arithmetic, section);
    let within = contender.price <= line.line;
    let ratio = join(ratio(line, contender, if within { "≤" } else { ">" }), line.how.clone());
    if within {
        return won(Code::WonRatio, ratio, "fuse");
    }
    let mut failed = ratio;
    if let Some(least) = &rules.min_cut {
        let (met, arithmetic) = contender.measure.reaches(least.ratio.0);
        if met {
            return won(Code::WonCut, arithmetic, "min_cut");
        }
        failed = join(failed, Some(arithmetic));
    }
    if let Some((met, arithmetic)) = classes::within_b(rules, lot, contender.price) {
        if met {
            return won(Code::WonClassPrice, arithmetic, "classes");
        }
        failed = join(failed, Some(arithmetic));
    }
    if let Some(low) = rules.low_line(lot.form_class) {
        let met = contender.price <= Fraction::whole(low);
        let (price, low) = pair(contender.price, Fraction::whole(low));
        if met {
            return won(Code::WonLowPrice, format!("{price} ≤ {low}"), "low_price");
        }
        failed = join(failed, Some(format!("{price} > {low}")));
    }
    found(rules, Status::Fused, Code::Fused, failed, "fuse")
}

/// `1.2000 > 1.8 × 0.5000 = 0.9000`.
fn ratio(line: &Line, contender: &Contender, sign: &str) -> String {
    let (price, limit) = pair(contender.price, line.line);
    let (factor, anchor) = (line.factor.normalize(), shown(line.anchor.value(), 4));
    format!("{price} {sign} {factor} × {anchor} = {limit}")
}
