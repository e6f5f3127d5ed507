//! The price board: what is summed over many purchases or findings, counted each night, and what its pages read.
//!
//! **What is counted.** No index of purchases begins with a day or a supplier, and one more would slow every import: so
//! the sums of a month ([`Sum`]) and the products and partners a hospital or supplier has most of ([`Top`]) stand in
//! small tables. Pages read one product's purchases, or one hospital's of a product or month, from the two indexes.
//!
//! **Suppliers** stand in purchases as the file has them. A supplier of the register is whoever has that name or that
//! code, letter by letter ([`names_of`]); sums are kept under the text, so a supplier that is registered later finds its
//! own at once.

pub mod counting;
pub mod found;
pub mod history;
pub mod peers;
pub mod purchases;
pub mod store;

use chrono::{Datelike, Months, NaiveDate};
use diesel::prelude::*;
use rust_decimal::Decimal;

use crate::people::Organisation;
use crate::schema::{board_counts, purchase_sums};
use crate::types::{Money, Time};

crate::words! {
    /// Whose sums.
    Part {
        /// Of everything.
        All = "all",
        /// Of a hospital, by its id.
        Hospital = "hospital",
        /// Of a supplier, by its name or code as purchases have it.
        Supplier = "supplier",
        /// Of a product, by its id.
        Product = "product",
    }
}

/// How far the purchases are counted.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = board_counts)]
pub struct Count {
    /// Always 1: there is one row.
    pub no: i32,
    /// The last purchase counted.
    pub last_id: i32,
    /// How many there were up to it.
    pub lines: i64,
    /// The first day of the last month that has purchases or findings.
    pub last_month: NaiveDate,
    /// When.
    pub counted_at: Time,
}

/// A month's purchases, net of returns.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = purchase_sums)]
pub struct Sum {
    /// Whose: the id or the supplier's text; empty for everything.
    pub key: String,
    /// The first day of the month.
    pub month: NaiveDate,
    /// Purchases.
    pub lines: i64,
    /// What they cost.
    pub amount: Money,
    /// Of it under a contract of the hospital for the product that held on the day.
    pub contracted: Money,
    /// Of it bought, not returned, of products that some region lists: what can be held against a listing.
    pub judged: Money,
    /// Of that, paid above the lowest listing in force on the first day of the month.
    pub above: Money,
}

impl Sum {
    /// The share on contract; none when nothing was bought.
    pub fn contracted_share(&self) -> Option<Decimal> {
        share(self.contracted, self.amount)
    }

    /// The share of what can be judged that was paid above the lowest listing.
    pub fn above_share(&self) -> Option<Decimal> {
        share(self.above, self.judged)
    }
}

/// One amount as a part of another.
pub fn share(part: Money, whole: Money) -> Option<Decimal> {
    whole.is_positive().then(|| part.decimal().checked_div(whole.decimal())).flatten()
}

/// What somebody has most of in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Top {
    /// Its place, from 1.
    pub place: i32,
    /// The product, hospital or supplier: its id or text.
    pub other: String,
    /// Purchases.
    pub lines: i64,
    /// What they cost, net of returns.
    pub amount: Money,
}

/// The texts by which purchases may name a supplier.
pub fn names_of(supplier: &Organisation) -> Vec<String> {
    vec![supplier.name.clone(), supplier.code.clone()]
}

/// The first day of a day's month.
pub fn month_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// The first day of the month so many months after another's.
pub fn later(month: NaiveDate, months: u32) -> NaiveDate {
    month.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX)
}

/// The first day of the month so many months before another's.
pub fn earlier(month: NaiveDate, months: u32) -> NaiveDate {
    month.checked_sub_months(Months::new(months)).unwrap_or(NaiveDate::MIN)
}
