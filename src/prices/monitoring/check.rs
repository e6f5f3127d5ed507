//! What makes no sense in a monitoring rule that can be read: every fault, with where it stands. Pure.

use rust_decimal::Decimal;

use super::kinds::{Kind, Tier};
use super::refused::Refused;
use super::rules::{Judgement, Rule};
use crate::prices::comparable::Quotient;

/// A fault and the value it is about, such as `judgement.tiers.2.tier`.
pub type Found = (String, Refused);

/// Every fault, in the order of the document.
pub fn check(rule: &Rule) -> Vec<Found> {
    let told = [
        ("name", &rule.name),
        ("title", &rule.title),
        ("title_en", &rule.title_en),
        ("why", &rule.why),
        ("why_en", &rule.why_en),
        ("formula", &rule.formula),
        ("how", &rule.how),
        ("how_en", &rule.how_en),
        ("document", &rule.document),
        ("owner", &rule.owner),
        ("owner_en", &rule.owner_en),
        ("effective.source", &rule.effective.source),
        ("judgement.clause", &rule.judgement.clause),
        ("judgement.source", &rule.judgement.source),
    ];
    let blank = told.into_iter().filter(|(_, text)| text.trim().is_empty());
    let mut found: Vec<Found> = blank.map(|(field, _)| (field.to_owned(), Refused::Blank(field))).collect();
    let mut days = |field: &'static str| found.push((field.to_owned(), Refused::Days(field)));
    if rule.review_by < rule.reviewed {
        days("review_by");
    }
    if rule.effective.to.is_some_and(|to| to < rule.effective.from) {
        days("effective.to");
    }
    tiers(&rule.judgement, rule.kind, &mut found);
    parameters(&rule.judgement, rule.kind, &mut found);
    found
}

fn tiers(of: &Judgement, kind: Kind, found: &mut Vec<Found>) {
    if of.tiers.is_empty() {
        found.push(("judgement.tiers".to_owned(), Refused::NoTiers));
    }
    let (mut last, mut mildest) = (None, Tier::None);
    for (at, bound) in of.tiers.iter().enumerate() {
        let place = format!("judgement.tiers.{at}");
        let Some(start) = bound.starts_at().filter(|_| bound.above.is_none() || bound.from.is_none()) else {
            found.push((place, Refused::Bound(bound.tier)));
            continue;
        };
        // `from = "1"` would put the reference itself into a tier.
        let is_low = bound.from == Some(Quotient::ONE) || start < Quotient::ONE;
        let is_first = kind.is_multiple() && is_low;
        if is_first || last.is_some_and(|last| start <= last) || bound.tier <= mildest {
            found.push((place, Refused::Order(bound.tier)));
        }
        (last, mildest) = (Some(start), bound.tier.max(mildest));
    }
}

fn parameters(of: &Judgement, kind: Kind, found: &mut Vec<Found>) {
    let needs = kind.needs();
    for (at, it) in of.parameters.iter().enumerate() {
        let place = |field: &str| format!("judgement.parameters.{at}.{field}");
        let earlier = of.parameters.iter().take(at).any(|other| other.name == it.name);
        if earlier || needs.iter().all(|needed| needed.name != it.name) {
            found.push((place("name"), Refused::Parameter(it.name.clone())));
        }
        if it.source.trim().is_empty() {
            found.push((place("source"), Refused::Blank("judgement.parameters.source")));
        }
    }
    for needed in needs {
        let Some(at) = of.parameters.iter().position(|it| it.name == needed.name) else {
            found.push(("judgement".to_owned(), Refused::Missing(needed.name)));
            continue;
        };
        let value = of.parameters.get(at).map_or(Decimal::ZERO, |it| it.value);
        let bounds = Decimal::new(needed.least, 4)..=Decimal::new(needed.most, 4);
        if !bounds.contains(&value) || (needed.is_whole && !value.fract().is_zero()) {
            let why = Refused::Range { name: needed.name, value: value.to_string() };
            found.push((format!("judgement.parameters.{at}.value"), why));
        }
    }
}
