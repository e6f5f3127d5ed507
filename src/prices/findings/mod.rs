//! What the monitoring rules found in stored prices: each finding with its figures and its money effect.

mod figures;

pub use self::figures::{Figure, figures, stored};

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::prices::monitoring::Tier;
use crate::schema::findings;
use crate::types::{CaseId, FindingId, Money, OrganisationId, ProductId, Quantity, Time, UnitPrice};

crate::words! {
    /// Whether a finding is still found.
    State {
        /// The last scan found it.
        Standing = "standing",
        /// A later scan did not find it any more: prices or rules changed.
        Gone = "gone",
    }
}

/// One product at one hospital in one month, as one rule found it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = findings, treat_none_as_null = true)]
pub struct Finding {
    /// Its id.
    pub id: FindingId,
    /// Rule, product, hospital and month in one text: the same finding is known again by it.
    pub key: String,
    /// The rule's name.
    pub rule: String,
    /// The rule's version that found it last.
    pub rule_version: i32,
    /// The product.
    pub product_id: ProductId,
    /// The hospital that bought; none where a listing was judged.
    pub hospital_id: Option<OrganisationId>,
    /// Who sold most of it, as the purchases name them; empty where no purchase was judged.
    pub supplier: String,
    /// The first day of the month judged.
    pub month: NaiveDate,
    /// How grave it is.
    pub tier: Tier,
    /// The price that was judged, yuan for one smallest unit as purchases count it; none where the rule judges volume.
    pub observed: Option<UnitPrice>,
    /// What it was held against, in the same unit.
    pub reference: Option<UnitPrice>,
    /// The quantity concerned.
    pub quantity: Quantity,
    /// What it cost at this hospital: the excess over the reference times the quantity, rounded once to the cent.
    pub effect: Money,
    /// The same over every hospital of the same rule, product and month.
    pub effect_all: Money,
    /// The other figures of the rule, a JSON array of `[name, value]`; see [`figures()`].
    pub figures: String,
    /// Whether it is still found.
    pub state: State,
    /// The case that follows it.
    pub case_id: Option<CaseId>,
    /// When it was found first.
    pub found_at: Time,
    /// When it was found last.
    pub seen_at: Time,
    /// When it was not found any more.
    pub gone_at: Option<Time>,
}
