//! Price indices (价格指数): baskets as reviewed documents, and what is counted of them from purchases month by month.

pub mod count;
pub mod document;
pub mod drafts;
pub mod import;
pub mod linkage;
pub mod rules;
pub mod store;

use chrono::{Months, NaiveDate};
use diesel::prelude::*;
use serde::Serialize;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::schema::{basket_items, baskets, index_months};
use crate::sourced::Confidence;
use crate::text::{Lang, Text};
use crate::types::{AccountId, BasketId, Money, Points, ProductId, Quantity, Share, Time, Value};

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

/// A version of a basket.
pub fn basket(conn: &mut Conn, id: &BasketId) -> Result<Basket> {
    store::basket(conn, id)?.ok_or(Error::NotFound)
}
