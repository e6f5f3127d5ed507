//! Price indices (价格指数): baskets as reviewed documents, and what is counted of them from purchases month by month.

pub mod count;
pub mod document;
pub mod import;
pub mod linkage;
pub mod rules;
pub mod store;

use chrono::{Months, NaiveDate};
use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter, Recipient};
use crate::people::{self, Role};
use crate::schema::{basket_items, baskets, index_months};
use crate::text::{Lang, Text};
use crate::types::{AccountId, BasketId, Ctx, Money, Points, ProductId, Quantity, Share, Time, Value};

pub use document::{Document, Refused};

crate::words! {
    /// What a basket holds.
    Kind {
        /// Decoction pieces (中药饮片), known by their codes.
        Pieces = "pieces",
        /// Drugs.
        Drugs = "drugs",
        /// Medical consumables.
        Consumables = "consumables",
    }

    /// A formula of an index.
    Formula {
        /// Prices weighted by the base period's quantities.
        Laspeyres = "laspeyres",
        /// Prices weighted by the month's quantities.
        Paasche = "paasche",
        /// The square root of the product of both.
        Fisher = "fisher",
    }

    /// What becomes of an item that was not bought in a month.
    Missing {
        /// Its last price counts on.
        Carried = "carried",
        /// It is left out of that month.
        LeftOut = "left_out",
    }

    /// How an item stands in a month.
    ItemState {
        /// Bought.
        Purchased = "purchased",
        /// Not bought: its last price was carried forward.
        Carried = "carried",
        /// Not bought: left out.
        LeftOut = "left_out",
    }

    /// Where a version of a basket is.
    State {
        /// Being written.
        Draft = "draft",
        /// Waits for a second person.
        Asked = "asked",
        /// Approved: it is counted.
        Approved = "approved",
        /// Given up.
        Discarded = "discarded",
    }

    /// Where an item's weight comes from.
    Origin {
        /// Nothing is known yet.
        Open = "open",
        /// Given with the item.
        Given = "given",
        /// Summed from the purchases of the base period.
        Computed = "computed",
    }

    /// How sure a source is.
    Confidence {
        /// Read in the source.
        Verified = "verified",
        /// Quoted by somebody else.
        SecondHand = "second_hand",
        /// Own knowledge.
        Own = "own",
    }
}

/// A version of a basket.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = baskets, treat_none_as_null = true)]
pub struct Basket {
    /// Its id, from the form.
    pub id: BasketId,
    /// Its short name, for addresses and the command line; versions share it.
    pub name: String,
    /// Its version, from 1.
    pub version: i32,
    /// Its title in Chinese.
    pub title_zh: String,
    /// Its title in English.
    pub title_en: String,
    /// What it holds.
    pub kind: Kind,
    /// The formulas it is published by, in order, parted by spaces; the first is the one linkage goes by.
    pub formulas: String,
    /// The first day of the base period.
    pub base_from: NaiveDate,
    /// How many months the base period has: 1 or 12.
    pub base_months: i32,
    /// The index of the base period.
    pub base_value: Points,
    /// What becomes of items not bought in a month.
    pub missing: Missing,
    /// The change that calls for a linkage notice; none without one.
    pub threshold: Option<Share>,
    /// The first month counted.
    pub from_month: NaiveDate,
    /// The last month counted; none while it runs on.
    pub to_month: Option<NaiveDate>,
    /// Who answers for it.
    pub owner: String,
    /// When it is to be reviewed.
    pub review_day: NaiveDate,
    /// What it is for.
    pub purpose: String,
    /// Where its method comes from.
    pub source: String,
    /// How sure that is.
    pub confidence: Confidence,
    /// Where it is.
    pub state: State,
    /// Counts its changes, so that nobody changes what they have not seen.
    pub revision: i32,
    /// When it was entered.
    pub created_at: Time,
    /// Who asked for approval.
    pub asked_by: Option<AccountId>,
    /// When.
    pub asked_at: Option<Time>,
    /// Who decided.
    pub decided_by: Option<AccountId>,
    /// When.
    pub decided_at: Option<Time>,
    /// What was said with the decision.
    pub remark: String,
    /// The last purchase that was counted.
    pub counted_to: i32,
    /// When it was counted last.
    pub counted_at: Option<Time>,
}

impl Basket {
    /// Its title in a language.
    pub fn title(&self, t: &Text) -> &str {
        if t.lang == Lang::Zh { &self.title_zh } else { &self.title_en }
    }

    /// The formulas it is published by.
    pub fn formulas(&self) -> Vec<Formula> {
        self.formulas.split(' ').filter_map(|word| word.parse().ok()).collect()
    }

    /// The formula linkage goes by.
    pub fn main(&self) -> Formula {
        self.formulas().first().copied().unwrap_or(Formula::Laspeyres)
    }

    /// The first day after the base period.
    pub fn base_to(&self) -> NaiveDate {
        let months = u32::try_from(self.base_months).unwrap_or(1);
        self.base_from.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX)
    }
}

/// An item of a basket with its weight.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = basket_items, treat_none_as_default_value = false)]
pub struct BasketItem {
    /// Of which version.
    pub basket_id: BasketId,
    /// Its place in the basket, from 1.
    pub position: i32,
    /// The product.
    pub product_id: ProductId,
    /// What was bought in the base period; none while unknown.
    pub base_quantity: Option<Quantity>,
    /// For how much: the weight.
    pub base_amount: Option<Money>,
    /// Where both come from.
    pub origin: Origin,
}

/// A month of an index, with the sums it is made of.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = index_months, treat_none_as_default_value = false)]
pub struct IndexMonth {
    /// Of which version.
    pub basket_id: BasketId,
    /// Its first day.
    pub month: NaiveDate,
    /// Items bought.
    pub purchased: i32,
    /// Items whose last price was carried forward.
    pub carried: i32,
    /// Items left out.
    pub left_out: i32,
    /// Of these two, items whose returns ate up their purchases.
    pub returned: i32,
    /// Base prices, base quantities.
    pub p0q0: Value,
    /// The month's prices, base quantities.
    pub p1q0: Value,
    /// Base prices, the month's quantities.
    pub p0q1: Value,
    /// The month's prices, the month's quantities.
    pub p1q1: Value,
    /// Laspeyres; none in a month without purchases.
    pub laspeyres: Option<Points>,
    /// Paasche.
    pub paasche: Option<Points>,
    /// Fisher.
    pub fisher: Option<Points>,
    /// When it was counted.
    pub counted_at: Time,
}

impl IndexMonth {
    /// The index by a formula.
    pub fn of(&self, formula: Formula) -> Option<Points> {
        match formula {
            Formula::Laspeyres => self.laspeyres,
            Formula::Paasche => self.paasche,
            Formula::Fisher => self.fisher,
        }
    }
}

/// The table of baskets, as the trail names it.
pub const SUBJECT: &str = "baskets";

fn record(tx: &mut Tx, ctx: &Ctx, action: &str, before: &Basket, after: &Basket) -> Result<()> {
    audit::record(tx, ctx, Deed { action, subject: SUBJECT, id: after.id.as_str() }, before, after)
}

/// A version of a basket.
pub fn basket(conn: &mut Conn, id: &BasketId) -> Result<Basket> {
    store::basket(conn, id)?.ok_or(Error::NotFound)
}

/// Enters a first draft. The same form sent twice makes one.
pub fn draft(tx: &mut Tx, ctx: &Ctx, id: &BasketId, name: &str, given: Document) -> Result<()> {
    if store::basket(tx.conn(), id)?.is_some() {
        return Ok(());
    }
    let name = document::name(name)?;
    let latest = store::latest(tx.conn(), &name)?;
    if latest.as_ref().is_some_and(|it| it.state != State::Discarded) {
        return Err(Refused::NameTaken(name).into());
    }
    let version = latest.map_or(1, |it| it.version.saturating_add(1));
    let it = given.checked()?.into_basket(id.clone(), name, version, ctx.now);
    store::insert(tx, &it)?;
    audit::record(tx, ctx, Deed { action: "basket.draft", subject: SUBJECT, id: id.as_str() }, &(), &it)
}

/// Makes a new version of an approved basket, as a draft with the same items; asked twice it is made once.
pub fn copy(tx: &mut Tx, ctx: &Ctx, of: &BasketId, id: &BasketId) -> Result<()> {
    if store::basket(tx.conn(), id)?.is_some() {
        return Ok(());
    }
    let before = basket(tx.conn(), of)?;
    let latest = store::latest(tx.conn(), &before.name)?.ok_or(Error::NotFound)?;
    if matches!(latest.state, State::Draft | State::Asked) {
        return Err(Refused::OpenDraft(latest.version).into());
    }
    let it = Basket {
        id: id.clone(),
        version: latest.version.saturating_add(1),
        to_month: None,
        state: State::Draft,
        revision: 1,
        created_at: ctx.now,
        asked_by: None,
        asked_at: None,
        decided_by: None,
        decided_at: None,
        remark: String::new(),
        counted_to: 0,
        counted_at: None,
        ..before
    };
    store::insert(tx, &it)?;
    store::copy_items(tx, of, id)?;
    audit::record(tx, ctx, Deed { action: "basket.copy", subject: SUBJECT, id: id.as_str() }, &of, &it)
}

/// A draft that stands as the reader has seen it.
fn draft_seen(tx: &mut Tx, id: &BasketId, revision: i32) -> Result<Basket> {
    let it = basket(tx.conn(), id)?;
    if it.state != State::Draft {
        return Err(Refused::NotDraft.into());
    }
    if it.revision != revision {
        return Err(Refused::Stale.into());
    }
    Ok(it)
}

/// Changes a draft. A base period that moves takes computed weights away: they are of another time.
pub fn change(tx: &mut Tx, ctx: &Ctx, id: &BasketId, revision: i32, given: Document) -> Result<()> {
    let before = draft_seen(tx, id, revision)?;
    let fresh =
        given.checked()?.into_basket(id.clone(), before.name.clone(), before.version, before.created_at);
    if fresh.kind != before.kind && store::has_items(tx.conn(), id)? {
        return Err(Refused::KindFixed.into());
    }
    let after =
        Basket { revision: before.revision.saturating_add(1), remark: before.remark.clone(), ..fresh };
    if (after.base_from, after.base_months) != (before.base_from, before.base_months) {
        store::open_computed(tx, id)?;
    }
    store::update(tx, &after)?;
    record(tx, ctx, "basket.change", &before, &after)
}

/// Marks a draft as changed, for what is written beside it.
fn touch(tx: &mut Tx, before: &Basket) -> Result<Basket> {
    let after = Basket { revision: before.revision.saturating_add(1), ..before.clone() };
    store::update(tx, &after)?;
    Ok(after)
}

/// Sums the weights of the items that were given none from the purchases of the base period. Says how many items still
/// have none: what was not bought, net of returns, cannot be weighted.
pub fn weigh(tx: &mut Tx, ctx: &Ctx, id: &BasketId, revision: i32) -> Result<usize> {
    let before = draft_seen(tx, id, revision)?;
    store::open_computed(tx, id)?;
    let items = store::items(tx.conn(), id)?;
    let open: Vec<&BasketItem> = items.iter().filter(|it| it.origin == Origin::Open).collect();
    let products: Vec<ProductId> = open.iter().map(|it| it.product_id.clone()).collect();
    let bought = store::bought(tx.conn(), &products, before.base_from, before.base_to())?;
    let mut missing = 0;
    for it in open {
        match bought.get(&it.product_id).filter(|it| it.is_priced()) {
            Some(base) => store::set_weight(tx, it, base)?,
            None => missing += 1,
        }
    }
    let after = touch(tx, &before)?;
    record(tx, ctx, "basket.weigh", &before, &after)?;
    Ok(missing)
}

/// Gives a draft up; done twice it is done once.
pub fn discard(tx: &mut Tx, ctx: &Ctx, id: &BasketId, revision: i32) -> Result<()> {
    if basket(tx.conn(), id)?.state == State::Discarded {
        return Ok(());
    }
    let before = draft_seen(tx, id, revision)?;
    let after =
        Basket { state: State::Discarded, revision: before.revision.saturating_add(1), ..before.clone() };
    store::update(tx, &after)?;
    record(tx, ctx, "basket.discard", &before, &after)
}

fn path(id: &BasketId) -> String {
    format!("/indices/{id}")
}

/// Asks for a second person. Asked twice by the same person it is asked once.
pub fn ask(tx: &mut Tx, ctx: &Ctx, id: &BasketId, revision: i32) -> Result<()> {
    let asker = ctx.actor.account.clone().ok_or(Error::Forbidden)?;
    let known = basket(tx.conn(), id)?;
    if known.state == State::Asked && known.asked_by.as_ref() == Some(&asker) {
        return Ok(());
    }
    let before = draft_seen(tx, id, revision)?;
    let items = store::items(tx.conn(), id)?;
    document::ready(&before, &items, store::earlier(tx.conn(), &before)?.as_ref())?;
    let after = Basket {
        state: State::Asked,
        revision: before.revision.saturating_add(1),
        asked_by: Some(asker),
        asked_at: Some(ctx.now),
        remark: String::new(),
        ..before.clone()
    };
    store::update(tx, &after)?;
    record(tx, ctx, "basket.ask", &before, &after)?;
    for reviewer in people::recipients_with(tx.conn(), Role::Reviewer)? {
        let t = reviewer.lang.text();
        let letter = Letter::ApprovalAsked {
            number: format!("{} v{}", after.name, after.version),
            title: after.title(t).to_owned(),
            path: path(id),
            action: t.indices.action.to_owned(),
            by: ctx.actor.name.clone(),
        };
        notify::post(tx, ctx, &reviewer, &letter, &format!("basket.asked:{id}:{}", after.revision))?;
    }
    Ok(())
}

/// Takes a request back, so that the draft can be changed again.
pub fn withdraw(tx: &mut Tx, ctx: &Ctx, id: &BasketId) -> Result<()> {
    let before = basket(tx.conn(), id)?;
    match before.state {
        State::Draft => return Ok(()),
        State::Asked => {}
        State::Approved | State::Discarded => return Err(Refused::Decided.into()),
    }
    let after = Basket { state: State::Draft, revision: before.revision.saturating_add(1), ..before.clone() };
    store::update(tx, &after)?;
    record(tx, ctx, "basket.withdraw", &before, &after)
}

/// A reviewer, never the one who asked, decides: a yes ends the version before it and lets this one be counted; a no
/// needs a remark and gives the draft back. Of two at once the second is told.
pub fn decide(tx: &mut Tx, ctx: &Ctx, id: &BasketId, revision: i32, yes: bool, remark: &str) -> Result<()> {
    let decider = ctx.actor.account.clone().ok_or(Error::Forbidden)?;
    let before = basket(tx.conn(), id)?;
    document::may_decide(&before, &decider, revision, yes, remark)?;
    if yes && let Some(earlier) = store::earlier(tx.conn(), &before)? {
        let last = before.from_month.pred_opt().map(count::month_of);
        if earlier.to_month.is_none_or(|to| last.is_some_and(|last| to > last)) {
            let ended = Basket { to_month: last, ..earlier.clone() };
            store::update(tx, &ended)?;
            record(tx, ctx, "basket.end", &earlier, &ended)?;
        }
    }
    let after = Basket {
        state: if yes { State::Approved } else { State::Draft },
        revision: before.revision.saturating_add(1),
        decided_by: Some(decider),
        decided_at: Some(ctx.now),
        remark: remark.trim().to_owned(),
        ..before.clone()
    };
    store::update(tx, &after)?;
    record(tx, ctx, "basket.decide", &before, &after)?;
    answer(tx, ctx, &after)
}

/// Writes the decision to whoever asked.
fn answer(tx: &mut Tx, ctx: &Ctx, it: &Basket) -> Result<()> {
    let Some(asker) = it.asked_by.as_ref() else { return Ok(()) };
    let Some(asker) = people::store::account(tx.conn(), asker)? else { return Ok(()) };
    let t = asker.lang.text();
    let is_yes = it.state == State::Approved;
    let letter = Letter::ApprovalDecided {
        number: format!("{} v{}", it.name, it.version),
        title: it.title(t).to_owned(),
        path: path(&it.id),
        action: t.indices.action.to_owned(),
        decision: if is_yes { t.indices.approved } else { t.indices.rejected }.to_owned(),
        by: ctx.actor.name.clone(),
        remark: if it.remark.is_empty() { t.common.none.to_owned() } else { it.remark.clone() },
    };
    let to = Recipient { account: Some(asker.id), address: asker.email, lang: asker.lang };
    notify::post(tx, ctx, &to, &letter, &format!("basket.decided:{}:{}", it.id, it.revision))
}
