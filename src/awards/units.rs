//! Two units of one lot (竞价单元A、B): the companies that most of the demand is for compete apart from the others.

use std::cmp::Reverse;

use rust_decimal::Decimal;

use super::fraction::{Fraction, pair, shown};
use super::fuse::{Verdict, finished, found};
use super::shortlist::{Contender, Standing};
use super::{Class, Code, Status};
use crate::rounds::rule_set::{RuleSet, Units};

/// Decides every valid bid within its unit: the first ranks as many as the quota allows for the unit's own number of
/// bidders, and in B nothing above the highest price that won in A. Gives the verdicts and the places of both units.
pub fn judge(rules: &RuleSet, units: &Units, standing: &Standing) -> (Vec<Verdict>, usize) {
    let sorted = sort(units, &standing.valid);
    let mut verdicts: Vec<Option<Verdict>> = vec![None; sorted.len()];
    let (mut places, mut highest) = (0, None);
    for class in [Class::A, Class::B] {
        let members: Vec<usize> = (0..sorted.len()).filter(|at| sorted[*at].0 == class).collect();
        let quota = rules.quota(members.len()).min(members.len());
        places += quota;
        for (place, at) in members.iter().enumerate() {
            let contender = &standing.valid[*at];
            let above = highest.filter(|highest| units.b_within_a && contender.price > *highest);
            let ranked =
                format!("{class} {} {} {quota} (n = {})", place + 1, sign(place < quota), members.len());
            let why = format!("{ranked}; {}", sorted[*at].1);
            let verdict = match above {
                _ if place >= quota => {
                    found(rules, Status::NotShortlisted, Code::NotShortlisted, why, "quota")
                }
                Some(highest) => {
                    let (price, most) = pair(contender.price, highest);
                    let why = format!("{price} > max(A) = {most}; {why}");
                    found(rules, Status::Fused, Code::AboveA, why, "units")
                }
                None => found(rules, Status::Won, Code::WonPlace, why, "quota"),
            };
            verdicts[*at] = Some(Verdict { class: Some(class), ..finished(contender, verdict) });
        }
        if class == Class::A {
            highest = members.iter().take(quota).map(|at| standing.valid[*at].price).max();
        }
    }
    // Each bid is in exactly one of the two.
    (verdicts.into_iter().flatten().collect(), places)
}

fn sign(is_within: bool) -> &'static str {
    if is_within { "≤" } else { ">" }
}

/// The unit of each bid and how it was found. In the order of reported demand, companies are in A as long as those
/// before them have not reached the share; the one that crosses it is still in. Where A must supply all regions, a
/// company that cannot is in B, and its demand counts on the way all the same.
fn sort(units: &Units, bids: &[Contender]) -> Vec<(Class, String)> {
    let sum = |list: &mut dyn Iterator<Item = Decimal>| list.fold(Decimal::ZERO, Decimal::saturating_add);
    let total = sum(&mut bids.iter().map(|bid| bid.reported));
    let line = Fraction::whole(total).times(units.demand_share.0);
    let mut order: Vec<usize> = (0..bids.len()).collect();
    order.sort_by_key(|at| (Reverse(bids[*at].reported), *at));
    let mut sorted = vec![(Class::B, String::new()); bids.len()];
    let mut before = Decimal::ZERO;
    for at in order {
        let within = Fraction::whole(before) < line;
        let able = !units.supplies_all || bids[at].bid.supplies_all;
        let (own, share) = (bids[at].reported.normalize(), units.demand_share.0.normalize());
        let limit = shown(line.value(), 3).parse::<Decimal>().unwrap_or_default().normalize();
        let (sum, sign) = (before.normalize(), if within { "<" } else { "≥" });
        let mut how =
            format!("demand {own}, before it {sum} {sign} {share} × {} = {limit}", total.normalize());
        if units.supplies_all {
            how.push_str(if able { "; all regions" } else { "; not all regions" });
        }
        sorted[at] = (if within && able { Class::A } else { Class::B }, how);
        before = before.saturating_add(bids[at].reported);
    }
    sorted
}
