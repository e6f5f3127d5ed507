//! The conditions a shortlisted bid must meet: the ratio fuse (熔断), the cut, the low-price line.

use rust_decimal::Decimal;

use super::fraction::{Fraction, pair, shown};
use super::shortlist::{Contender, Standing, conversion, join};
use super::{Class, Code, Lot, Reason, Status};
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
    /// Whether it was entitled to a revival and did not accept.
    pub refused: bool,
    /// The class or unit the rules sorted it into.
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
pub fn judge(rules: &RuleSet, standing: &Standing, line: Option<&Line>) -> Vec<Verdict> {
    let alone = standing.valid.len() == 1;
    let last = standing.apart + standing.places;
    let verdict = |(index, contender): (usize, &Contender)| {
        let verdict = if index < standing.apart {
            zero_volume(rules, standing, contender)
        } else if index >= last {
            outside(rules, standing, index, contender)
        } else if alone && rules.single_bidder.is_some() {
            single(rules, standing.lot, contender)
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
    verdict.price = wins.then_some(contender.bid.unit_price);
    verdict.chooses_regions = verdict.status == Status::Won;
    let arithmetic = join(std::mem::take(&mut verdict.reason.arithmetic), conversion(contender.bid));
    verdict.reason.arithmetic = join(arithmetic, contender.tie.clone());
    verdict
}

/// A verdict by a section of the rules.
pub fn found(rules: &RuleSet, status: Status, code: Code, arithmetic: String, section: &str) -> Verdict {
    let clause = format!("{} {section}", rules.name);
    let reason = Reason { code, arithmetic, clause };
    Verdict { status, price: None, reason, chooses_regions: false, refused: false, class: None }
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

/// The only valid bidder wins with the cut, and negotiates without it.
fn single(rules: &RuleSet, lot: &Lot, contender: &Contender) -> Verdict {
    let least = rules.single_bidder.as_ref().map_or(Decimal::ZERO, |single| single.min_cut.0);
    let (met, arithmetic) = cut(lot, contender, least);
    let arithmetic = format!("n = 1; {arithmetic}");
    match met {
        true => found(rules, Status::Won, Code::WonCut, arithmetic, "single_bidder"),
        false => found(rules, Status::Fused, Code::Negotiate, arithmetic, "single_bidder"),
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
        let (met, arithmetic) = cut(lot, contender, least.ratio.0);
        if met {
            return won(Code::WonCut, arithmetic, "min_cut");
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

/// Whether the cut against the ceiling is at least `least`, and `(1.0000 − 0.4500) / 1.0000 = 55.00% ≥ 50.00%`.
pub fn cut(lot: &Lot, contender: &Contender, least: Decimal) -> (bool, String) {
    let ceiling = Fraction::whole(lot.ceiling.decimal());
    let most = ceiling.times(Decimal::ONE - least);
    let met = contender.price <= most;
    let (made, wanted) = percents(cut_of(lot, contender), least);
    let (from, price) = (shown(ceiling.value(), 4), shown(contender.price.value(), 4));
    let sign = if met { "≥" } else { "<" };
    (met, format!("({from} − {price}) / {from} = {made}% {sign} {wanted}%"))
}

/// The cut against the ceiling, to 28 digits.
pub fn cut_of(lot: &Lot, contender: &Contender) -> Decimal {
    cut_against(lot, contender.price)
}

/// The cut of a comparable price against the ceiling, to 28 digits.
pub fn cut_against(lot: &Lot, price: Fraction) -> Decimal {
    let ceiling = Fraction::whole(lot.ceiling.decimal());
    price.over(ceiling).map_or(Decimal::ZERO, |left| Decimal::ONE.saturating_sub(left.value()))
}

fn percents(made: Decimal, wanted: Decimal) -> (String, String) {
    let hundred = Decimal::ONE_HUNDRED;
    let (made, wanted) = (made.saturating_mul(hundred), wanted.saturating_mul(hundred));
    let shows = |p: &u32| shown(made, *p).cmp(&shown(wanted, *p)) != std::cmp::Ordering::Equal;
    let places = if made == wanted { 2 } else { (2..=20).find(shows).unwrap_or(20) };
    (shown(made, places), shown(wanted, places))
}
