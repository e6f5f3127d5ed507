//! Pre-winners (预中选): one a lot, ranked over all lots by their cut; the first win, the others negotiate (议价).

use std::cmp::Ordering;

use rust_decimal::{Decimal, RoundingStrategy};

use super::fraction::{Fraction, shown};
use super::fuse::{Verdict, beyond};
use super::shortlist::{self, Contender, Standing, join};
use super::{Answers, Code, Entitlement, Question, Reason, Status};
use crate::rounds::rule_set::{MeanOf, PreWinners, RuleSet};
use crate::types::UnitPrice;

/// What is decided for a lot's pre-winner when all lots are seen.
#[derive(Debug, Clone)]
pub struct Call {
    /// Whether it wins directly.
    pub direct: bool,
    /// Its place among the pre-winners, or why it has none.
    pub why: String,
    /// The least cut of a negotiation and how it was found; none when no lot counts for it.
    pub least: Option<(Decimal, String)>,
}

/// Decides over all lots who wins directly and which cut the others have to reach; nothing where the rules know
/// no pre-winners. The calls stand in the order of the lots, none for a lot without a pre-winner.
pub fn call(rules: &RuleSet, standings: &[Standing]) -> Option<Vec<Option<Call>>> {
    let pre = rules.pre_winners.as_ref()?;
    let winners: Vec<Option<&Contender>> =
        standings.iter().map(|standing| standing.shortlisted().first()).collect();

    let able = |index: &usize| standings[*index].valid.len() >= pre.direct_bidders.0 as usize;
    let mut ranked: Vec<(usize, &Contender)> =
        winners.iter().enumerate().filter_map(|(index, winner)| Some((index, (*winner)?))).collect();
    ranked.retain(|(index, _)| able(index));
    // Lots come in their order and the sort is stable, so equal cuts of equal facts go by the lot's code.
    ranked.sort_by(|(_, a), (_, b)| by_cut(rules, a, b));
    let mut places = vec![None; standings.len()];
    ranked.iter().zip(1..).for_each(|((index, _), place)| places[*index] = Some(place));

    let most = pre.direct.0 as usize;
    let direct = |index: usize| places[index].is_some_and(|place: usize| place <= most);
    let counted = |of: MeanOf| -> Vec<Fraction> {
        let lots = standings.iter().zip(&winners).enumerate();
        lots.filter(|(index, (standing, _))| {
            standing.valid.len() >= pre.mean_bidders.0 as usize
                && (of == MeanOf::PreWinners || direct(*index))
        })
        .filter_map(|(_, (_, winner))| Some((*winner)?.measure.left()))
        .collect()
    };
    let least = least(pre, &counted(pre.mean_of));

    let calls = winners.iter().enumerate().map(|(index, winner)| {
        (*winner)?;
        let why = match places[index] {
            Some(place) if place <= most => format!("place {place} ≤ {most}"),
            Some(place) => format!("place {place} > {most}"),
            None => format!("n = {} < {}", standings[index].valid.len(), pre.direct_bidders.0),
        };
        Some(Call { direct: direct(index), why, least: least.clone() })
    });
    Some(calls.collect())
}

/// The deepest cut first; of equal cuts the facts that separate equal prices.
fn by_cut(rules: &RuleSet, a: &Contender, b: &Contender) -> Ordering {
    a.measure.left().cmp(&b.measure.left()).then_with(|| shortlist::by_facts(rules, a, b))
}

/// The mean cut times the factor.
fn least(pre: &PreWinners, left: &[Fraction]) -> Option<(Decimal, String)> {
    let mean = Decimal::ONE.saturating_sub(Fraction::mean(left)?.value());
    let factor = pre.factor.0;
    let least = mean.saturating_mul(factor);
    let times = if factor == Decimal::ONE { String::new() } else { format!("{} × ", factor.normalize()) };
    Some((least, format!("least cut = {times}mean of {} = {}", left.len(), percent(least))))
}

/// Decides a lot's pre-winner by the call and by what it answered.
pub fn judge(rules: &RuleSet, standing: &Standing, call: &Call, answers: &Answers, verdicts: &mut [Verdict]) {
    let index = standing.apart;
    let (Some(contender), Some(verdict)) = (standing.valid.get(index), verdicts.get_mut(index)) else {
        return;
    };
    let bid = contender.bid;
    let said = format!("cut {}, {}", percent(contender.measure.cut()), call.why);
    let target = target(rules, standing, call, contender);
    // What it is asked is never more than it bid.
    let most = target.map_or(bid.unit_price, |target| target.min(bid.unit_price));
    let least = call.least.as_ref().map(|(_, how)| format!("{how}, price ≤ {}", target.unwrap_or(most)));
    let answered =
        answers.consent(&bid.lot, &bid.company, Question::Negotiation).map(|consent| consent.price);
    let (code, arithmetic) = match answered {
        _ if call.direct => (Code::WonDirect, said),
        None => (Code::Negotiate, join(said, least)),
        Some(Some(price)) => {
            let why = beyond(rules, price, target.unwrap_or(UnitPrice::from_scaled(i64::MAX)));
            let code = if why.is_none() { Code::Negotiated } else { Code::Negotiate };
            let is_low_enough = target.is_none_or(|target| price <= target);
            let offered = why.filter(|_| is_low_enough).unwrap_or_else(|| price.to_string());
            (code, join(join(said, least), Some(format!("offered {offered}"))))
        }
        Some(None) => (Code::Negotiate, join(join(said, least), Some("REFUSED".to_owned()))),
    };
    let price = match (code, answered.flatten()) {
        (Code::WonDirect, _) => Some(bid.unit_price),
        // A negotiation never raises a price.
        (Code::Negotiated, Some(price)) => Some(price.min(bid.unit_price)),
        _ => None,
    };
    verdict.status = if price.is_some() { Status::Won } else { Status::Fused };
    verdict.chooses_regions = price.is_some();
    verdict.price = price;
    // It stays what it is whatever was answered: a price that does not win can be followed by one that does.
    verdict.entitled =
        price.is_none().then_some(Entitlement { question: Question::Negotiation, price: most });
    let arithmetic = join(arithmetic, shortlist::told(contender));
    verdict.reason = Reason { code, arithmetic, clause: format!("{} pre_winners", rules.name) };
}

/// The highest price for its own spec that reaches the least cut, rounded down to what can be written; none when
/// there is no least cut, and any price will do.
fn target(rules: &RuleSet, standing: &Standing, call: &Call, contender: &Contender) -> Option<UnitPrice> {
    let (least, _) = call.least.as_ref()?;
    let ceiling = Fraction::whole(standing.lot.ceiling.decimal());
    let most = ceiling.times(Decimal::ONE.saturating_sub(*least)).for_spec(contender.bid.ratio).value();
    let places = rules.price.decimals.0;
    // Digits beyond the twelfth are what the mean has lost, and would miss a price that meets it.
    let exact = most.round_dp_with_strategy(12, RoundingStrategy::MidpointAwayFromZero);
    let written = exact.round_dp_with_strategy(places, RoundingStrategy::ToZero);
    Some(UnitPrice::rounded(written.max(Decimal::new(1, places))).unwrap_or(UnitPrice::from_scaled(i64::MAX)))
}

fn percent(share: Decimal) -> String {
    format!("{}%", shown(share.saturating_mul(Decimal::ONE_HUNDRED), 2))
}
