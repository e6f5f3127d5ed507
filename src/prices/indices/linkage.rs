//! Linkage (联动): an index of decoction pieces that moved beyond its threshold calls for prices and payment standards to
//! follow; the officers are told which pieces, from what price to what.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Basket, IndexMonth, ItemState, rules, store};
use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter};
use crate::people::{self, Role};
use crate::schema::linkage_notices;
use crate::text::Text;
use crate::types::{BasketId, Ctx, Money, NoticeId, Points, Share, Time, UnitPrice, half_up};

/// What is said when an index has moved. It stands as it was said, whatever is counted later.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = linkage_notices, treat_none_as_default_value = false)]
pub struct Notice {
    /// Its id.
    pub id: NoticeId,
    /// Of which version of which basket.
    pub basket_id: BasketId,
    /// The month whose index moved.
    pub month: NaiveDate,
    /// The month it is held against: that of the notice before; none for the base period.
    pub reference_month: Option<NaiveDate>,
    /// The index it is held against.
    pub reference: Points,
    /// The index.
    pub value: Points,
    /// The change, a part of one.
    pub change: Share,
    /// The threshold it is beyond.
    pub threshold: Share,
    /// The pieces, as JSON.
    pub pieces: String,
    /// When it was said.
    pub created_at: Time,
}

/// A piece whose price changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// Its code.
    pub code: String,
    /// Its name and specification.
    pub name: String,
    /// Its price when prices were linked last, or in the base period.
    pub old: UnitPrice,
    /// Its price now.
    pub new: UnitPrice,
    /// Its points of the index.
    pub contribution: Points,
}

impl Piece {
    /// The payment standard suggested: the new price, rounded half up to the cent.
    pub fn standard(&self) -> Money {
        Money::rounded(self.new.decimal()).unwrap_or_default()
    }

    /// Its change, a part of one, rounded half up to four decimals; none from a price of nothing.
    pub fn change(&self) -> Option<Share> {
        let moved = self.new.decimal() - self.old.decimal();
        Share::rounded(half_up(moved.checked_div(self.old.decimal())?, 4)).ok()
    }
}

impl Notice {
    /// Its pieces, those that moved the index most first.
    pub fn pieces(&self) -> Result<Vec<Piece>> {
        Ok(serde_json::from_str(&self.pieces)?)
    }
}

/// A part of one as a percentage with its sign.
pub fn percent(share: Share) -> String {
    let hundred = (share.decimal() * rust_decimal::Decimal::ONE_HUNDRED).normalize();
    if share.is_positive() { format!("+{hundred}%") } else { format!("{hundred}%") }
}

/// One notice.
pub fn notice(conn: &mut Conn, basket: &BasketId, id: &NoticeId) -> Result<Notice> {
    let it = linkage_notices::table.find(id).filter(linkage_notices::basket_id.eq(basket));
    it.select(Notice::as_select()).first(conn).optional()?.ok_or(Error::NotFound)
}

/// A basket's notices, the latest first.
pub fn notices(conn: &mut Conn, basket: &BasketId, limit: i64) -> Result<Vec<Notice>> {
    Ok(linkage_notices::table
        .filter(linkage_notices::basket_id.eq(basket))
        .order(linkage_notices::month.desc())
        .limit(limit)
        .select(Notice::as_select())
        .load(conn)?)
}

/// Holds a month against the last notice, or the base value, and says so when it is beyond the threshold. Months up to
/// the last notice's have been said: they are not said again when they are counted again.
pub(super) fn check(tx: &mut Tx, ctx: &Ctx, basket: &Basket, month: &IndexMonth) -> Result<()> {
    let Some(threshold) = basket.threshold else { return Ok(()) };
    let Some(value) = month.of(basket.main()) else { return Ok(()) };
    let last = notices(tx.conn(), &basket.id, 1)?.into_iter().next();
    if last.as_ref().is_some_and(|last| last.month >= month.month) {
        return Ok(());
    }
    let reference = last.as_ref().map_or(basket.base_value, |last| last.value);
    let Some(change) = rules::beyond(reference, value, threshold) else { return Ok(()) };
    let reference_month = last.map(|last| last.month);
    let pieces = pieces(tx.conn(), basket, month.month, reference_month)?;
    let it = Notice {
        id: NoticeId::new(),
        basket_id: basket.id.clone(),
        month: month.month,
        reference_month,
        reference,
        value,
        change,
        threshold,
        pieces: serde_json::to_string(&pieces)?,
        created_at: ctx.now,
    };
    diesel::insert_into(linkage_notices::table).values(&it).execute(tx.conn())?;
    let deed = Deed { action: "index.link", subject: "linkage_notices", id: it.id.as_str() };
    audit::record(tx, ctx, deed, &(), &it)?;
    write(tx, ctx, basket, &it, pieces.len())
}

/// The pieces bought in a month whose price differs from the reference month's, or from the base period's.
fn pieces(
    conn: &mut Conn,
    basket: &Basket,
    month: NaiveDate,
    reference: Option<NaiveDate>,
) -> Result<Vec<Piece>> {
    let olds = match reference {
        Some(reference) => store::month_items(conn, &basket.id, reference)?,
        None => Default::default(),
    };
    let bases = store::items(conn, &basket.id)?;
    let bases: std::collections::HashMap<i32, UnitPrice> = bases
        .iter()
        .filter_map(|it| {
            let base = rules::Bought { quantity: it.base_quantity?, amount: it.base_amount? };
            Some((it.position, base.price()?))
        })
        .collect();
    let of = (&basket.id, month);
    let mut found = Vec::new();
    for (it, (code, generic, spec, _)) in store::month_page(conn, of, store::Order::Basket, None, i64::MAX)? {
        let old = olds.get(&it.position).map(|it| it.price).or(bases.get(&it.position).copied());
        let Some(old) = old.filter(|old| it.state == ItemState::Purchased && *old != it.price) else {
            continue;
        };
        let name = format!("{generic} {spec}").trim().to_owned();
        found.push(Piece { code, name, old, new: it.price, contribution: it.contribution });
    }
    found.sort_by_key(|it| (std::cmp::Reverse(it.contribution.scaled().abs()), it.code.clone()));
    Ok(found)
}

/// Tells every officer, once.
fn write(tx: &mut Tx, ctx: &Ctx, basket: &Basket, it: &Notice, count: usize) -> Result<()> {
    for officer in people::recipients_with(tx.conn(), Role::Officer)? {
        let t: &Text = officer.lang.text();
        let letter = Letter::IndexLinked {
            number: it.month.format("%Y-%m").to_string(),
            title: basket.title(t).to_owned(),
            path: format!("/indices/{}/notices/{}", basket.id, it.id),
            value: it.value.to_string(),
            reference: it.reference.to_string(),
            change: percent(it.change),
            count: i64::try_from(count).unwrap_or(i64::MAX),
        };
        notify::post(tx, ctx, &officer, &letter, &format!("index.linked:{}", it.id))?;
    }
    Ok(())
}
