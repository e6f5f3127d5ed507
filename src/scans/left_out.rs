//! A family judged without what is left out: its purchases are neither judged nor held against others.

use std::collections::{HashMap, HashSet};

use super::pass::Held;
use crate::prices::monitoring::Kind;
use crate::prices::monitoring::ground::Family;
use crate::prices::monitoring::judge::{Found, judge as judge_family};
use crate::prices::monitoring::purchases::{Ledger, Purchase};
use crate::types::{OrganisationId, ProductId};

/// The products whose listings are compared with nothing.
pub fn unlisted(held: Held<'_>) -> HashSet<ProductId> {
    let rules = held.asked.rules.iter().filter(|rule| rule.kind == Kind::LowestMultiple);
    rules.flat_map(|rule| held.excluded.products_of(&rule.name)).collect()
}

/// Everything the rules find in a family of whose products this was bought; none when a number no longer fits.
pub fn judge(
    held: Held<'_>,
    family: &Family,
    bought: &[&[Purchase]],
    hospitals: &HashMap<i32, (OrganisationId, String)>,
) -> Option<Vec<Found>> {
    let rules = &held.asked.rules;
    let products = family.products.iter().map(|it| &it.id);
    let touched: Vec<bool> =
        rules.iter().map(|rule| held.excluded.touches(&rule.name, products.clone())).collect();
    let whole = Ledger::new(bought);
    if !touched.contains(&true) {
        return judge_family(rules, family, &whole, held.window);
    }
    let mut found = Vec::new();
    for ((at, rule), is_touched) in rules.iter().enumerate().zip(touched) {
        let one = std::slice::from_ref(rule);
        let is_out = |product: usize, hospital: Option<i32>| {
            let hospital = hospital.and_then(|no| hospitals.get(&no)).map(|it| &it.0);
            let product = family.products.get(product).map(|it| &it.id);
            product.is_some_and(|product| held.excluded.leaves_out(&rule.name, product, hospital))
        };
        let judged = if is_touched {
            let left = |(place, rows): (usize, &&[Purchase])| {
                rows.iter().filter(|row| !is_out(place, Some(row.hospital))).copied().collect()
            };
            let left: Vec<Vec<Purchase>> = bought.iter().enumerate().map(left).collect();
            judge_family(one, family, &Ledger::new(&left), held.window)?
        } else {
            judge_family(one, family, &whole, held.window)?
        };
        // What is not bought has no purchase that could be left out.
        let kept = judged.into_iter().filter(|it| !is_touched || !is_out(it.product, it.hospital));
        found.extend(kept.map(|it| Found { rule: at, ..it }));
    }
    Some(found)
}
