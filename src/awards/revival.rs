//! Revival (复活): bids that did not win may take the winners' price, if they say so when asked, or said so in
//! advance with the bid.

use rust_decimal::Decimal;

use super::fraction::{Fraction, pair, shown};
use super::fuse::{Line, Verdict};
use super::shortlist::{Contender, Standing, join};
use super::{Answers, Code, Consent, Entitlement, Kind, Question, Reason, Status};
use crate::rounds::rule_set::{RevivalPrice, RuleSet, SingleWinner};
use crate::types::{UnitPrice, half_up};

/// The comparable price that revived bids take, and how it was found.
struct Offer {
    price: Fraction,
    how: String,
}

/// What a kind of revival gives.
struct Terms {
    code: Code,
    section: &'static str,
    volume: bool,
    chooses_regions: bool,
}

/// Revives who is entitled and accepts.
pub fn revive(
    rules: &RuleSet,
    standing: &Standing,
    line: Option<&Line>,
    answers: &Answers,
    verdicts: &mut [Verdict],
) {
    let Some(offer) = line.and_then(|line| offer(rules, standing, line, verdicts)) else { return };
    if let Some(revival) = &rules.revival {
        let (volume, chooses_regions) = (revival.volume, revival.chooses_regions);
        let terms = Terms { code: Code::RevivedIn, section: "revival", volume, chooses_regions };
        for (contender, verdict) in standing.valid.iter().zip(verdicts.iter_mut()) {
            if verdict.reason.code == Code::Fused {
                accept(rules, contender, &offer, &terms, answers, verdict);
            }
        }
    }
    let outside = offer_outside(rules, standing, &offer, verdicts);
    revive_outside(rules, standing, &outside, answers, verdicts);
    revive_reference(rules, standing, &offer, answers, verdicts);
}

/// The highest comparable price that won by itself; with a single winner, the fuse factor times its price
/// or the anchor, as the rules say.
fn offer(rules: &RuleSet, standing: &Standing, line: &Line, verdicts: &[Verdict]) -> Option<Offer> {
    let won = |(contender, verdict): (&Contender, &Verdict)| {
        (verdict.status == Status::Won).then_some(contender.price)
    };
    let winners: Vec<Fraction> = standing.valid.iter().zip(verdicts).filter_map(won).collect();
    let single = rules.revival.as_ref().map_or(SingleWinner::Anchor, |revival| revival.single_winner);
    let from = match (winners.as_slice(), single) {
        ([], _) => return None,
        ([winner], SingleWinner::Winner) => *winner,
        ([_], SingleWinner::Anchor) => line.anchor,
        (winners, _) => {
            let price = winners.iter().copied().max()?;
            return Some(Offer { price, how: format!("max(won) = {}", shown(price.value(), 4)) });
        }
    };
    let price = from.times(line.factor);
    let (from, shown_price) = (shown(from.value(), 4), shown(price.value(), 4));
    Some(Offer { price, how: format!("{} × {from} = {shown_price}", line.factor.normalize()) })
}

/// The price for bids outside the shortlist: the offer itself, or the highest that a shortlisted bid wins at. The
/// two differ only with a single winner beside whom nobody was revived.
fn offer_outside(rules: &RuleSet, standing: &Standing, offer: &Offer, verdicts: &[Verdict]) -> Offer {
    let price = rules.revival_out.as_ref().map(|revival| revival.price);
    let revived = verdicts.iter().any(|verdict| verdict.reason.code == Code::RevivedIn);
    let won = standing.valid.iter().zip(verdicts).filter(|(_, verdict)| verdict.status == Status::Won);
    match won.map(|(contender, _)| contender.price).max() {
        Some(highest) if price == Some(RevivalPrice::HighestShortlisted) && !revived => {
            Offer { price: highest, how: format!("max(won) = {}", shown(highest.value(), 4)) }
        }
        _ => Offer { price: offer.price, how: offer.how.clone() },
    }
}

/// A bid outside the shortlist: reported volume at least the mean, not the highest price, and consent.
fn revive_outside(
    rules: &RuleSet,
    standing: &Standing,
    offer: &Offer,
    answers: &Answers,
    verdicts: &mut [Verdict],
) {
    let Some(revival) = &rules.revival_out else { return };
    let (volume, chooses_regions) = (revival.volume, revival.chooses_regions);
    let terms = Terms { code: Code::RevivedOut, section: "revival_out", volume, chooses_regions };
    let sum = standing.valid.iter().fold(Decimal::ZERO, |sum, c| sum.saturating_add(c.reported));
    let mean = Fraction::new(sum, Decimal::from(standing.valid.len()));
    let highest = standing.valid.last().map(|c| c.price);
    for (contender, verdict) in standing.valid.iter().zip(verdicts.iter_mut()) {
        if verdict.reason.code != Code::NotShortlisted {
            continue;
        }
        if revival.wanted == Some(false) {
            accept(rules, contender, offer, &terms, answers, verdict);
            continue;
        }
        let own = Fraction::whole(contender.reported);
        let enough = own >= mean;
        let below = Some(contender.price) != highest;
        let sign = if enough { "≥" } else { "<" };
        let (own, average) = pair(own, mean);
        add(verdict, format!("volume {own} {sign} {average}"));
        if !below {
            add(verdict, format!("{} = max(bids)", shown(contender.price.value(), 4)));
        }
        if enough && below {
            accept(rules, contender, offer, &terms, answers, verdict);
        }
    }
}

/// A reference drug that did not win may win without volume.
fn revive_reference(
    rules: &RuleSet,
    standing: &Standing,
    offer: &Offer,
    answers: &Answers,
    verdicts: &mut [Verdict],
) {
    let Some(revival) = &rules.revival_reference else { return };
    let (volume, chooses_regions) = (revival.volume, revival.chooses_regions);
    let terms = Terms { code: Code::RevivedReference, section: "revival_reference", volume, chooses_regions };
    for (contender, verdict) in standing.valid.iter().zip(verdicts.iter_mut()) {
        let lost = matches!(verdict.status, Status::Fused | Status::NotShortlisted);
        // A bid that was entitled already has not accepted this price.
        if lost && verdict.entitled.is_none() && contender.bid.kind == Some(Kind::Reference) {
            accept(rules, contender, offer, &terms, answers, verdict);
        }
    }
}

/// Revives a bid that is entitled, when it accepts: what it answered counts before what the bid says, and an
/// answer to another price than this one is none.
fn accept(
    rules: &RuleSet,
    contender: &Contender,
    offer: &Offer,
    terms: &Terms,
    answers: &Answers,
    verdict: &mut Verdict,
) {
    let bid = contender.bid;
    let price = own_price(rules, contender, offer);
    let said = match answers.consent(&bid.lot, &bid.company, Question::Revival) {
        Some(Consent { price: Some(given), .. }) if *given == price => Ok(Some(format!("CONSENT {given}"))),
        Some(Consent { price: Some(given), .. }) => {
            Err(format!("STALE_CONSENT {given} ≠ {price}; {}", offer.how))
        }
        Some(Consent { price: None, .. }) => Err(format!("REFUSED_REVIVAL {}; CONSENT no", offer.how)),
        None if bid.accepts_revival => Ok(None),
        None => Err(format!("REFUSED_REVIVAL {}", offer.how)),
    };
    let said = match said {
        Ok(said) => said,
        Err(why) => {
            add(verdict, why);
            verdict.entitled = Some(Entitlement { question: Question::Revival, price });
            return;
        }
    };
    let mut arithmetic = format!("{} → {}", shown(contender.price.value(), 4), offer.how);
    if bid.ratio != Decimal::ONE {
        let (ratio, target) = (shown(bid.ratio, 6), shown(offer.price.value(), 4));
        arithmetic = join(arithmetic, Some(format!("{target} × {ratio} = {price}")));
    }
    arithmetic = join(arithmetic, Some(format!("{} {}", verdict.reason.code, verdict.reason.arithmetic)));
    let arithmetic = join(arithmetic, said);
    let clause = format!("{} {}", rules.name, terms.section);
    verdict.status = if terms.volume { Status::WonRevived } else { Status::WonNoVolume };
    verdict.price = Some(price);
    verdict.chooses_regions = terms.volume && terms.chooses_regions;
    verdict.reason = Reason { code: terms.code, arithmetic, clause };
}

/// The revival price for a bid's own spec.
fn own_price(rules: &RuleSet, contender: &Contender, offer: &Offer) -> UnitPrice {
    let bid = contender.bid;
    let own = offer.price.for_spec(bid.ratio).value();
    // Not rounded away: the smallest price that can be written is still a price.
    let rounded = half_up(own, rules.price.decimals.0).max(Decimal::new(1, rules.price.decimals.0));
    // The bid has at most the allowed decimals, so the lower of the two does too.
    UnitPrice::rounded(rounded).map_or(bid.unit_price, |price| price.min(bid.unit_price))
}

fn add(verdict: &mut Verdict, more: String) {
    verdict.reason.arithmetic = join(std::mem::take(&mut verdict.reason.arithmetic), Some(more));
}
