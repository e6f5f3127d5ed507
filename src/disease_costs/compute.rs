//! What rounds do to a basket: each item's price before and after, and the cost of a case.
//!
//! Only rounds that have a lot of something in the basket count. Purchases are read by the ranges of the basket's own
//! products; the figures are kept, so that a page sums nothing.

use std::collections::{BTreeMap, HashMap};

use chrono::{Months, NaiveDate};
use serde_json::json;

use super::{Basket, CaseEffect, CaseLine, Item, Refused, SUBJECT, Source, basket, rules, store};
use crate::audit::{self, Deed};
use crate::awards::fraction::Fraction;
use crate::catalog::{Product, spec};
use crate::db::{Conn, Db, Tx};
use crate::error::{Error, Result};
use crate::prices;
use crate::rounds::{self, Lot, Round};
use crate::standards::Standard;
use crate::standards::effects;
use crate::standards::effects::rules::Bought;
use crate::standards::negotiated::rules::own_price;
use crate::standards::rules::in_force;
use crate::standards::store::{self as standards, Offered};
use crate::types::{AwardId, Ctx, DiseaseBasketId, Money, ProductId, RoundId, Time, UnitPrice};

type Purchases = HashMap<ProductId, Vec<Bought>>;

/// Computes what rounds do to a basket and keeps it, when it differs from what is kept; whether it did.
pub fn refresh(tx: &mut Tx, ctx: &Ctx, id: &DiseaseBasketId) -> Result<bool> {
    let it = basket(tx.conn(), id)?;
    let found = of_basket(tx.conn(), &it, ctx.now)?;
    let (effects, lines): (Vec<CaseEffect>, Vec<Vec<CaseLine>>) = found.into_iter().unzip();
    let mut lines: Vec<CaseLine> = lines.into_iter().flatten().collect();
    lines.sort_by(|a, b| (&a.round_id, a.position).cmp(&(&b.round_id, b.position)));
    let is_same = {
        let known: Vec<CaseEffect> =
            store::effects(tx.conn(), id)?.into_iter().map(|(effect, _)| effect).collect();
        known.len() == effects.len()
            && effects.iter().all(|new| {
                known.iter().any(|old| CaseEffect { computed_at: old.computed_at, ..new.clone() } == *old)
            })
            && store::effect_lines(tx.conn(), id)? == lines
    };
    if is_same {
        return Ok(false);
    }
    store::replace_effects(tx, id, &effects, &lines)?;
    let deed = Deed { action: "disease_basket.effects", subject: SUBJECT, id: id.as_str() };
    audit::record(tx, ctx, deed, &(), &json!({ "revision": it.revision, "effects": effects }))?;
    Ok(true)
}

/// The nightly pass over every basket in use; how many changed. New awards, standards and purchases are met by it.
pub fn refresh_all(db: &Db, ctx: &Ctx) -> Result<usize> {
    let ids = db.read(store::in_use)?;
    let mut changed = 0;
    for id in ids {
        changed += usize::from(db.write(|tx| refresh(tx, ctx, &id))?);
    }
    Ok(changed)
}

/// What is looked at in one round.
struct Ground<'a> {
    basket: &'a Basket,
    lots: Vec<&'a Lot>,
    offered: Vec<Offered>,
    standards: Vec<Standard>,
    execution_from: NaiveDate,
    /// Products each item may be bought as.
    choices: &'a [Vec<ProductId>],
    products: &'a HashMap<ProductId, Product>,
    own: Purchases,
    all: Purchases,
}

fn of_basket(conn: &mut Conn, it: &Basket, now: Time) -> Result<Vec<(CaseEffect, Vec<CaseLine>)>> {
    let items = store::items(conn, &it.id)?;
    let ids: Vec<ProductId> = items.iter().filter_map(|item| item.product_id.clone()).collect();
    let products = store::products_by_id(conn, ids)?;
    let keys: Vec<String> = products.values().map(|product| product.generic_key.clone()).collect();
    let generics: Vec<String> = items.iter().map(|item| item.generic.clone()).collect();
    let lots = store::lots_of(conn, generics.clone(), keys)?;
    let choices = choices(conn, &items, &generics)?;
    let mut by_round: BTreeMap<RoundId, Vec<&Lot>> = BTreeMap::new();
    for lot in &lots {
        by_round.entry(lot.round_id.clone()).or_default().push(lot);
    }
    let confirmed = store::confirmed(conn, by_round.keys().cloned().collect())?;
    let mut found = Vec::new();
    for (round_id, award, at) in confirmed {
        let Some(lots) = by_round.get(&round_id) else { continue };
        let round = rounds::round(conn, &round_id)?;
        let span = before(at.day())?;
        let ground = Ground {
            basket: it,
            lots: lots.clone(),
            offered: standards::offered(conn, &award)?,
            standards: standards::current_of_round(conn, &round_id)?,
            execution_from: round.calendar.execution_from,
            choices: &choices,
            products: &products,
            own: own_purchases(conn, it, &choices, span)?,
            all: all_purchases(conn, &choices, span)?,
        };
        found.push(ground.effect(&items, (&round, award), span, now)?);
    }
    Ok(found)
}

/// The twelve months before a day.
fn before(day: NaiveDate) -> Result<(NaiveDate, NaiveDate)> {
    let from = day.checked_sub_months(Months::new(12));
    Ok((from.ok_or_else(|| Error::fault("no such day in the calendar"))?, day))
}

/// What each item may be bought as: its product, or every product of its generic name.
fn choices(conn: &mut Conn, items: &[Item], generics: &[String]) -> Result<Vec<Vec<ProductId>>> {
    let mut by_generic: HashMap<String, Vec<ProductId>> = HashMap::new();
    for it in prices::products_like(conn, &[], generics)? {
        by_generic.entry(it.generic).or_default().push(it.id);
    }
    let of = |it: &Item| match &it.product_id {
        Some(id) => vec![id.clone()],
        None => by_generic.get(&it.generic).cloned().unwrap_or_default(),
    };
    Ok(items.iter().map(of).collect())
}

fn every(choices: &[Vec<ProductId>]) -> Vec<ProductId> {
    let mut every: Vec<ProductId> = choices.iter().flatten().cloned().collect();
    every.sort_unstable();
    every.dedup();
    every
}

fn own_purchases(
    conn: &mut Conn,
    it: &Basket,
    choices: &[Vec<ProductId>],
    span: (NaiveDate, NaiveDate),
) -> Result<Purchases> {
    let Some(hospital) = &it.hospital_id else { return Ok(Purchases::new()) };
    match prices::store::hospital_number(conn, hospital)? {
        None => Ok(Purchases::new()),
        number => effects::store::bought(conn, &every(choices), span, number),
    }
}

fn all_purchases(
    conn: &mut Conn,
    choices: &[Vec<ProductId>],
    span: (NaiveDate, NaiveDate),
) -> Result<Purchases> {
    effects::store::bought(conn, &every(choices), span, None)
}

type Priced = (Option<UnitPrice>, Source);

impl Ground<'_> {
    fn effect(
        &self,
        items: &[Item],
        (round, award_id): (&Round, AwardId),
        (from_day, to_day): (NaiveDate, NaiveDate),
        computed_at: Time,
    ) -> Result<(CaseEffect, Vec<CaseLine>)> {
        let lines = items
            .iter()
            .zip(self.choices)
            .map(|(item, choices)| self.line(&round.id, item, choices))
            .collect::<Result<Vec<CaseLine>>>()?;
        let sums = rules::sums(&lines).ok_or(Refused::TooLarge)?;
        let effect = CaseEffect {
            basket_id: self.basket.id.clone(),
            round_id: round.id.clone(),
            award_id,
            from_day,
            to_day,
            lines: i32::try_from(lines.len()).map_err(|_| Refused::TooLarge)?,
            unknown: sums.unknown,
            cost_before: sums.before,
            cost_after: sums.after,
            computed_at,
        };
        Ok((effect, lines))
    }

    fn line(&self, round: &RoundId, item: &Item, choices: &[ProductId]) -> Result<CaseLine> {
        let product = item.product_id.as_ref().and_then(|id| self.products.get(id));
        let lots: Vec<&Lot> = self.lots.iter().copied().filter(|lot| is_of(lot, item, product)).collect();
        let (price_before, source_before) = self.before(product, &lots, choices);
        let (price_after, source_after) = match lots.as_slice() {
            [] => (price_before, Source::Unchanged),
            [lot] => self.after(product, lot, (price_before, source_before)),
            _ => (None, Source::Ambiguous),
        };
        let cost = |price: Option<UnitPrice>| -> Result<Option<Money>> {
            let cost = price.map(|price| Money::of(item.quantity, price)).transpose();
            cost.map_err(|_| Refused::TooLarge.into())
        };
        Ok(CaseLine {
            basket_id: self.basket.id.clone(),
            round_id: round.clone(),
            position: item.position,
            lot: match lots.as_slice() {
                [lot] => lot.code.clone(),
                _ => String::new(),
            },
            code: item.code.clone(),
            generic: item.generic.clone(),
            quantity: item.quantity,
            cost_before: cost(price_before)?,
            cost_after: cost(price_after)?,
            price_before,
            source_before,
            price_after,
            source_after,
        })
    }

    fn before(&self, product: Option<&Product>, lots: &[&Lot], choices: &[ProductId]) -> Priced {
        let average = |bought: &Purchases| {
            rules::average(choices.iter().filter_map(|product| bought.get(product)).flatten())
        };
        if let Some(price) = average(&self.own) {
            return (Some(price), Source::PaidOwn);
        }
        if let Some(price) = average(&self.all) {
            return (Some(price), Source::Paid);
        }
        if let [lot] = lots {
            return (Some(lot.ceiling), Source::Ceiling);
        }
        match product.and_then(own_price) {
            Some(price) => (Some(price), Source::Listing),
            None => (None, Source::Unknown),
        }
    }

    /// A product has its payment standard, else what it won at; a generic the highest price selected in its lot. Without
    /// either the round leaves it as it was.
    fn after(&self, product: Option<&Product>, lot: &Lot, before: Priced) -> Priced {
        let offered = self.offered.iter().filter(|it| it.lot_id == lot.id);
        match product {
            Some(product) => {
                let is_it = |name: &str, company: &str, given: &str| {
                    let is_same_spec = || spec::plain(given) == spec::plain(&product.spec);
                    name == product.code || (company == product.maker && is_same_spec())
                };
                // Its own row, before that of another pack of its maker's.
                let of_lot = || self.standards.iter().filter(|it| it.lot == lot.code);
                let coded = of_lot().filter(|it| it.product == product.code);
                let named = of_lot().filter(|it| is_it(&it.product, &it.company, &it.spec));
                let day = self.execution_from;
                if let Some(it) = in_force(coded, day).or_else(|| in_force(named, day)) {
                    return (Some(it.standard), Source::Standard);
                }
                let won = offered
                    .filter(|it| is_it(&it.product, &it.company, &it.spec))
                    .find_map(|it| it.award_price);
                match won {
                    Some(price) => (Some(price), Source::Award),
                    None => (before.0, Source::Unchanged),
                }
            }
            None => match offered.filter_map(Offered::comparable).max().map(Fraction::value) {
                Some(highest) => match UnitPrice::rounded(highest) {
                    Ok(price) => (Some(price), Source::Award),
                    Err(_) => (None, Source::Unknown),
                },
                None => (before.0, Source::Unchanged),
            },
        }
    }
}

/// Whether a lot is of an item: by the product's generic key, else by the generic name.
fn is_of(lot: &Lot, item: &Item, product: Option<&Product>) -> bool {
    match product {
        Some(product) if !lot.generic_key.is_empty() => lot.generic_key == product.generic_key,
        _ => lot.generic == item.generic,
    }
}
