//! Listing prices (挂网价) of this and other regions: what a product is listed at, from a day on.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::schema::listings;
use crate::types::{ListingId, ProductId, Time, UnitPrice};

/// What a product is listed at in a region, until the same region lists it anew. There is one to a product, region and
/// day.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = listings)]
pub struct Listing {
    /// Its id.
    pub id: ListingId,
    /// The product.
    pub product_id: ProductId,
    /// The region by its name, as the file has it.
    pub region: String,
    /// The first day of this price.
    pub from_day: NaiveDate,
    /// Yuan a pack.
    pub price: UnitPrice,
    /// Where it comes from: the file's name, or the address of the sender.
    pub source: String,
    /// When it was entered.
    pub created_at: Time,
}
