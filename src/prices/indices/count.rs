//! Counts indices from purchases, month by month: what is new since the last count, and nothing twice.
//!
//! A basket keeps the number of the last purchase it has seen. Purchases entered since then touch a first month; from it
//! on every month is counted anew, because prices are carried forward. Only months that have ended are counted.

use chrono::{Datelike, Months, NaiveDate};
use serde_json::json;

use super::rules::{self, Before, Bought, Item};
use super::{Basket, BasketItem, IndexMonth, SUBJECT, State, linkage, store};
use crate::audit::{self, Deed};
use crate::db::{Conn, Db, Tx};
use crate::error::{Error, Result};
use crate::types::{BasketId, Ctx, ProductId, Time};

/// The first day of a day's month.
pub fn month_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// The first day of the next month.
pub fn next_month(month: NaiveDate) -> NaiveDate {
    month.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX)
}

/// What has to be counted of a basket: from one month to another, seen up to a purchase.
struct Due {
    basket: Basket,
    from: NaiveDate,
    to: NaiveDate,
    seen: i32,
}

/// Counts every approved basket; says how many months were counted.
pub fn run(db: &Db, now: Time) -> Result<usize> {
    let ctx = Ctx::system(now, "count_indices");
    let ids: Vec<BasketId> =
        db.read(|conn| Ok(store::approved(conn)?.into_iter().map(|it| it.id).collect()))?;
    let mut counted = 0;
    for id in ids {
        counted += one(db, &ctx, &id)?;
    }
    Ok(counted)
}

/// Counts one basket, each month in its own transaction. What is seen is written last: a count that is cut short begins
/// again.
pub fn one(db: &Db, ctx: &Ctx, id: &BasketId) -> Result<usize> {
    let Some(due) = db.read(|conn| due(conn, id, ctx.now))? else { return Ok(0) };
    let items = db.read(|conn| store::items(conn, id))?;
    let (mut month, mut counted) = (due.from, 0);
    while month <= due.to {
        db.write(|tx| count(tx, ctx, &due.basket, &items, month))?;
        counted += 1;
        month = next_month(month);
    }
    db.write(|tx| {
        let after = Basket { counted_to: due.seen, counted_at: Some(ctx.now), ..due.basket.clone() };
        store::counted_to(tx, &after)?;
        if counted == 0 {
            return Ok(());
        }
        let deed = Deed { action: "index.count", subject: SUBJECT, id: id.as_str() };
        let known = json!({ "from": due.from, "to": due.to, "months": counted, "purchases_to": due.seen });
        audit::record(tx, ctx, deed, &json!({ "purchases_to": due.basket.counted_to }), &known)
    })?;
    Ok(counted)
}

/// What has to be counted; nothing when no purchase came in and no month ended.
fn due(conn: &mut Conn, id: &BasketId, now: Time) -> Result<Option<Due>> {
    let basket = store::basket(conn, id)?.filter(|it| it.state == State::Approved);
    let Some(basket) = basket else { return Ok(None) };
    let Some(ended) = month_of(now.day()).pred_opt().map(month_of) else { return Ok(None) };
    let to = basket.to_month.map_or(ended, |to| to.min(ended));
    let seen = store::last_purchase(conn)?;
    let uncounted = store::last_month(conn, id)?.map_or(basket.from_month, next_month);
    let touched = if seen > basket.counted_to && basket.counted_at.is_some() {
        store::first_day_after(conn, basket.counted_to, seen)?.map(month_of)
    } else {
        None
    };
    let from = touched.map_or(uncounted, |touched| touched.min(uncounted)).max(basket.from_month);
    if from > to && seen == basket.counted_to {
        return Ok(None);
    }
    Ok(Some(Due { basket, from, to, seen }))
}

/// Counts one month of a basket and says so when it has moved beyond the linkage threshold.
fn count(tx: &mut Tx, ctx: &Ctx, basket: &Basket, items: &[BasketItem], month: NaiveDate) -> Result<()> {
    let products: Vec<ProductId> = items.iter().map(|it| it.product_id.clone()).collect();
    let bought = store::bought(tx.conn(), &products, month, next_month(month))?;
    let last = month.pred_opt().map(month_of).filter(|last| *last >= basket.from_month);
    let before = match last {
        Some(last) => store::month_items(tx.conn(), &basket.id, last)?,
        None => Default::default(),
    };
    let counted: Vec<Item> = items
        .iter()
        .map(|it| Item {
            base: Bought {
                quantity: it.base_quantity.unwrap_or_default(),
                amount: it.base_amount.unwrap_or_default(),
            },
            bought: bought.get(&it.product_id).copied(),
            before: before.get(&it.position).map(|it| Before { price: it.price, p1q0: it.p1q0 }),
        })
        .collect();
    let too_large =
        || Error::fault(format!("index {} v{}, {month}: a figure does not fit", basket.name, basket.version));
    let (figures, lines) = rules::month(&counted, basket.missing, basket.base_value).ok_or_else(too_large)?;
    let it = IndexMonth {
        basket_id: basket.id.clone(),
        month,
        purchased: figures.purchased,
        carried: figures.carried,
        left_out: figures.left_out,
        returned: figures.returned,
        p0q0: figures.p0q0,
        p1q0: figures.p1q0,
        p0q1: figures.p0q1,
        p1q1: figures.p1q1,
        laspeyres: figures.laspeyres,
        paasche: figures.paasche,
        fisher: figures.fisher,
        counted_at: ctx.now,
    };
    store::write_month(tx, &it, items, &lines)?;
    linkage::check(tx, ctx, basket, &it)
}
