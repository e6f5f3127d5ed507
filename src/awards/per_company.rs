//! The most places of one company: its further products are passed over, and the next company's move up.

use std::collections::HashMap;

use super::shortlist::Contender;
use crate::rounds::rule_set::RuleSet;

/// Puts the products that keep a place first, then those passed over, then the others, each in the order of price.
/// Gives the number of places that are taken. What is passed over stands behind the shortlist, so its rank is the
/// place at which it would have been next, not the place of its price.
pub fn pass_over<'a>(
    rules: &RuleSet,
    ranked: Vec<Contender<'a>>,
    places: usize,
) -> (Vec<Contender<'a>>, usize) {
    let Some(products) = &rules.products else { return (ranked, places) };
    let most = products.most_per_company.0;
    let mut taken: HashMap<&str, u32> = HashMap::new();
    let (mut list, mut passed, mut rest) = (Vec::with_capacity(ranked.len()), Vec::new(), Vec::new());
    for (mut contender, by_price) in ranked.into_iter().zip(1..) {
        if list.len() == places {
            rest.push(contender);
            continue;
        }
        let company: &str = &contender.bid.company;
        let own = taken.entry(company).or_default();
        *own += 1;
        if *own <= most {
            list.push(contender);
        } else {
            contender.passed = Some(format!("price rank {by_price}; {company}: {own} > {most}"));
            passed.push(contender);
        }
    }
    let taken = list.len();
    list.append(&mut passed);
    list.append(&mut rest);
    (list, taken)
}
