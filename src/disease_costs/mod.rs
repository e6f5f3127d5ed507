//! Disease cost (病种费用): what each round does to the cost of a case, by baskets of the drugs and consumables a case
//! uses.
//!
//! Before is what was paid on average in the twelve months before the round's award, or the lot's ceiling where nothing
//! was bought; after is the round's payment standard or selected price. Each line says which.

pub mod changes;
pub mod compute;
pub mod import;
pub mod rules;
pub mod store;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::schema::{disease_baskets, disease_effect_lines, disease_effects, disease_items};
use crate::text::Text;
use crate::types::{
    AccountId, AwardId, DiseaseBasketId, Money, OrganisationId, ProductId, Quantity, RoundId, Time, UnitPrice,
};

pub use rules::Refused;

/// The table of baskets, for the trail.
pub const SUBJECT: &str = "disease_baskets";

crate::words! {
    /// Where a price of a line comes from.
    Source {
        /// What the basket's own hospital paid on average.
        PaidOwn = "paid_own",
        /// What all hospitals paid on average.
        Paid = "paid",
        /// The lot's ceiling: nothing was bought.
        Ceiling = "ceiling",
        /// The listing price: nothing was bought, and the round has no lot of it.
        Listing = "listing",
        /// The payment standard that follows from the round.
        Standard = "standard",
        /// The highest price selected in the lot, for the comparable specification.
        Award = "award",
        /// The round does not touch it: as before.
        Unchanged = "unchanged",
        /// Several lots of the round have this generic name.
        Ambiguous = "ambiguous",
        /// No price is known.
        Unknown = "unknown",
    }
}

impl Source {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let d = &t.disease_costs;
        match self {
            Source::PaidOwn => d.s_paid_own,
            Source::Paid => d.s_paid,
            Source::Ceiling => d.s_ceiling,
            Source::Listing => d.s_listing,
            Source::Standard => d.s_standard,
            Source::Award => d.s_award,
            Source::Unchanged => d.s_unchanged,
            Source::Ambiguous => d.s_ambiguous,
            Source::Unknown => d.s_unknown,
        }
    }
}

/// A case basket.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = disease_baskets, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Basket {
    /// Its id, from the form.
    pub id: DiseaseBasketId,
    /// The disease (病种名称).
    pub name: String,
    /// Its code of DRG or DIP.
    pub code: String,
    /// Whose cases; none: the city's.
    pub hospital_id: Option<OrganisationId>,
    /// Cases in a year, if known.
    pub cases: Option<i64>,
    /// Where the quantities come from.
    pub document: String,
    /// In use.
    pub active: bool,
    /// Counts up with every change.
    pub revision: i32,
    /// When it was entered.
    pub created_at: Time,
    /// By whom.
    pub account_id: Option<AccountId>,
}

/// What a case uses of one product or generic.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = disease_items, treat_none_as_default_value = false)]
pub struct Item {
    /// The basket.
    pub basket_id: DiseaseBasketId,
    /// Its place, from 1.
    pub position: i32,
    /// The product; none: any of the generic.
    pub product_id: Option<ProductId>,
    /// The product's code; empty of a generic.
    pub code: String,
    /// The generic name.
    pub generic: String,
    /// Smallest units a case uses.
    pub quantity: Quantity,
}

/// What a round does to the cost of a case.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = disease_effects, treat_none_as_default_value = false)]
pub struct CaseEffect {
    /// The basket.
    pub basket_id: DiseaseBasketId,
    /// The round.
    pub round_id: RoundId,
    /// The award that was looked at.
    pub award_id: AwardId,
    /// First day of the purchases before.
    pub from_day: NaiveDate,
    /// The day after the last of them: the day of the award.
    pub to_day: NaiveDate,
    /// Lines of the basket.
    pub lines: i32,
    /// Of them without a price before or after: in neither sum.
    pub unknown: i32,
    /// The cost of a case before.
    pub cost_before: Money,
    /// The cost of a case after.
    pub cost_after: Money,
    /// When.
    pub computed_at: Time,
}

impl CaseEffect {
    /// What the cost of a case moves by.
    pub fn change(&self) -> Option<Money> {
        self.cost_after.minus(self.cost_before)
    }
}

/// One line of it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = disease_effect_lines, treat_none_as_default_value = false)]
pub struct CaseLine {
    /// The basket.
    pub basket_id: DiseaseBasketId,
    /// The round.
    pub round_id: RoundId,
    /// The item's place.
    pub position: i32,
    /// The lot's code in the round; empty when it has none of it.
    pub lot: String,
    /// The product's code; empty of a generic.
    pub code: String,
    /// The generic name.
    pub generic: String,
    /// Smallest units a case uses.
    pub quantity: Quantity,
    /// Yuan for one before.
    pub price_before: Option<UnitPrice>,
    /// Where that comes from.
    pub source_before: Source,
    /// Yuan for one after.
    pub price_after: Option<UnitPrice>,
    /// Where that comes from.
    pub source_after: Source,
    /// Quantity times price before, rounded once to the cent.
    pub cost_before: Option<Money>,
    /// Quantity times price after, rounded once to the cent.
    pub cost_after: Option<Money>,
}

impl CaseLine {
    /// What the line moves by, when both sides are known.
    pub fn change(&self) -> Option<Money> {
        self.cost_after?.minus(self.cost_before?)
    }
}

/// A basket's page.
pub fn path(id: &DiseaseBasketId) -> String {
    format!("/disease-costs/{id}")
}

/// A basket.
pub fn basket(conn: &mut Conn, id: &DiseaseBasketId) -> Result<Basket> {
    store::basket(conn, id)?.ok_or(Error::NotFound)
}
