//! Stored listing prices that are a multiple of the lowest of their group.

use super::{Case, Facts, Found, Tier, times};
use crate::prices::findings::Figure;

/// For how many months purchases count for the money effect.
const YEAR: i32 = 12;

pub(super) fn lowest_multiple(case: &Case<'_>, found: &mut Vec<Found>) -> Option<()> {
    if !case.rule.covers(case.window.to.first()) {
        return Some(());
    }
    for (at, product) in case.products() {
        let Some(listed) = &product.listed else { continue };
        let (over, under) = listed.price.parts();
        let (low_over, low_under) = listed.lowest.parts();
        let ratio = listed.price.over(listed.lowest)?;
        let tier = case.rule.judgement.tier(ratio);
        if tier == Tier::None {
            continue;
        }
        let cells = case.ledger.cells(at).iter();
        let recent = cells.filter(|cell| case.window.to.since(cell.month) < YEAR);
        let quantity = recent.map(|cell| cell.net).sum::<i128>().max(0);
        // Yuan to billionths: price × quantity (thousandths) × 10⁶.
        let dearer = over.checked_mul(low_under)?.checked_sub(low_over.checked_mul(under)?)?;
        let effect = i128::try_from(dearer).ok()?.checked_mul(quantity)?.checked_mul(1_000_000)?;
        let facts = Facts {
            tier,
            observed: Some(listed.price.price()?),
            reference: Some(listed.lowest.price()?),
            quantity,
            effect: (effect, i128::try_from(under.checked_mul(low_under)?).ok()?),
            purchases: 0,
            figures: vec![
                (Figure::Ratio, times(ratio)),
                (Figure::GroupLowest, listed.lowest.price()?.to_string()),
                (Figure::GroupLowestProduct, listed.lowest_code.to_string()),
                (Figure::Peers, listed.peers.to_string()),
            ],
        };
        found.push(case.place(at, None, None, facts)?);
    }
    Some(())
}
