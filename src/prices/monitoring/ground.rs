//! What purchases are held against: a family of products with their contracts, ceilings, payment standards, listings
//! and groups.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;

use super::purchases::Month;
use crate::prices::comparable::Quotient;
use crate::types::ProductId;

/// A price that holds for a span of days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The first day.
    pub from: NaiveDate,
    /// The last day; none while it holds.
    pub to: Option<NaiveDate>,
    /// Millionths of a yuan for one unit.
    pub price: i64,
    /// Where it comes from: a contract's number, a lot's code, a region.
    pub source: Arc<str>,
}

/// Prices by their first day; of those that hold on a day the one that began last counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeline(Vec<Span>);

impl Timeline {
    /// Puts spans in their order; of equal first days the later one given counts.
    pub fn new(mut spans: Vec<Span>) -> Self {
        spans.sort_by_key(|span| span.from);
        Self(spans)
    }

    /// What holds on a day.
    pub fn at(&self, day: NaiveDate) -> Option<&Span> {
        self.0.iter().rev().find(|span| span.from <= day && span.to.is_none_or(|to| day <= to))
    }

    /// Whether nothing ever holds.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The spans by their first day.
    pub fn spans(&self) -> &[Span] {
        &self.0
    }
}

/// A hospital's contract for a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreed {
    /// Its number.
    pub number: Arc<str>,
    /// Its first day.
    pub from: NaiveDate,
    /// Its last day.
    pub to: NaiveDate,
    /// Thousandths of a unit agreed for a year.
    pub quantity: i64,
    /// Its price, with its changes.
    pub prices: Timeline,
    /// Its lot's place in the family.
    pub lot: usize,
}

/// A listing price among those of its group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Yuan for one unit.
    pub price: Quotient,
    /// The lowest of the group.
    pub lowest: Quotient,
    /// The code of the product that has it.
    pub lowest_code: Arc<str>,
    /// Products of the group.
    pub peers: usize,
}

/// A product and what its purchases are held against.
#[derive(Debug, Clone)]
pub struct Product {
    /// Its number among purchases; below zero when it was never bought.
    pub no: i32,
    /// Its id.
    pub id: ProductId,
    /// Its code.
    pub code: Arc<str>,
    /// The payment standard.
    pub standard: Timeline,
    /// The ceiling of its lot.
    pub ceiling: Timeline,
    /// The lowest listing of other regions.
    pub elsewhere: Timeline,
    /// The price that won.
    pub award: Timeline,
    /// Contracts by hospital.
    pub contracts: HashMap<i32, Vec<Agreed>>,
    /// Its listing price, when it can be compared.
    pub listed: Option<Listed>,
}

/// A lot as far as a family has to do with it.
#[derive(Debug, Clone)]
pub struct Lot {
    /// Its code.
    pub code: Arc<str>,
    /// The places of the products that won.
    pub winners: HashSet<usize>,
}

/// Products that are judged together: of one generic, with the lots they compete in.
#[derive(Debug, Clone, Default)]
pub struct Family {
    /// The products.
    pub products: Vec<Product>,
    /// The lots.
    pub lots: Vec<Lot>,
    /// Comparable groups, as places of products; each product is in one.
    pub groups: Vec<Vec<usize>>,
}

/// The months judged: purchases up to the last month are known, those of its months are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first month reported; none from the beginning.
    pub from: Option<Month>,
    /// The last month.
    pub to: Month,
    /// Whether nothing was bought after it, so that what is missing can be judged.
    pub is_open: bool,
}

impl Window {
    /// Whether a month is reported.
    pub fn has(self, month: Month) -> bool {
        self.from.is_none_or(|from| from <= month) && month <= self.to
    }
}
