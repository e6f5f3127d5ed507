//! Winners sorted into classes A, B and C (A、B、C类), which grade the volume they get.

use rust_decimal::Decimal;

use super::fraction::{Fraction, pair, shown};
use super::fuse::Verdict;
use super::shortlist::{Contender, Standing, join};
use super::{Class, Lot, Status};
use crate::rounds::rule_set::{ClassBy, Classes, Count, RuleSet, at};

/// Whether a price is within the line of class B, and the arithmetic; `None` where classes go by place.
pub fn within_b(rules: &RuleSet, lot: &Lot, price: Fraction) -> Option<(bool, String)> {
    let line = rules.classes.as_ref()?.b_line?.0;
    Some(held(lot, price, line))
}

/// Sorts the winners of a lot into classes: whoever won by itself by place or price, the revived into C.
pub fn sort(rules: &RuleSet, standing: &Standing, verdicts: &mut [Verdict]) {
    let Some(classes) = &rules.classes else { return };
    let own = verdicts.iter().filter(|verdict| verdict.status == Status::Won).count();
    let mut place = 0;
    for (contender, verdict) in standing.valid.iter().zip(verdicts) {
        let (class, why) = match verdict.status {
            Status::Won => {
                place += 1;
                match classes.by {
                    ClassBy::Place => by_place(classes, place, own),
                    ClassBy::Price => by_price(classes, standing.lot, contender),
                }
            }
            Status::WonRevived => (Class::C, None),
            _ => continue,
        };
        verdict.class = Some(class);
        let said = std::mem::take(&mut verdict.reason.arithmetic);
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        verdict.reason.arithmetic = join(said, Some(format!("class {class}{why}")));
    }
}

fn by_place(classes: &Classes, place: usize, winners: usize) -> (Class, Option<String>) {
    let places = |table: &Option<Vec<Count>>| {
        table.as_deref().and_then(|table| at(table, winners)).map_or(0, |count| count.0 as usize)
    };
    let a = places(&classes.a_places);
    let b = a.saturating_add(places(&classes.b_places));
    match place {
        place if place <= a => (Class::A, Some(format!("{place} ≤ {a}"))),
        place if place <= b => (Class::B, Some(format!("{place} ≤ {b}"))),
        place => (Class::C, Some(format!("{place} > {b}"))),
    }
}

fn by_price(classes: &Classes, lot: &Lot, contender: &Contender) -> (Class, Option<String>) {
    let lines = [(Class::A, classes.a_line), (Class::B, classes.b_line)];
    let mut last = None;
    for (class, line) in lines {
        let Some(line) = line else { continue };
        let (met, why) = held(lot, contender.price, line.0);
        if met {
            return (class, Some(why));
        }
        last = Some(why);
    }
    (Class::C, last)
}

/// `30.0000 ≤ 0.75 × 43.2000 = 32.4000`.
fn held(lot: &Lot, price: Fraction, share: Decimal) -> (bool, String) {
    let ceiling = Fraction::whole(lot.ceiling.decimal());
    let most = ceiling.times(share);
    let met = price <= most;
    let (price, most) = pair(price, most);
    let sign = if met { "≤" } else { ">" };
    (met, format!("{price} {sign} {} × {} = {most}", share.normalize(), shown(ceiling.value(), 4)))
}
