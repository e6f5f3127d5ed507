//! Why a price cannot be converted.

use rust_decimal::Decimal;

use crate::catalog::spec::Unreadable;
use crate::text::{Say, Text, fill};

/// Why two products cannot be converted into each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// A specification cannot be read.
    Spec(Unreadable),
    /// Different dosage forms without a ratio.
    Form {
        /// The base's.
        base: String,
        /// The other's.
        other: String,
    },
    /// No measure that both state.
    Measure {
        /// The base's specification.
        base: String,
        /// The other's specification.
        other: String,
    },
    /// A compound whose components are not in proportion.
    Components {
        /// The base's specification.
        base: String,
        /// The other's specification.
        other: String,
    },
    /// Injections of the same content in different larger volumes.
    Volume {
        /// The base's specification.
        base: String,
        /// The other's specification.
        other: String,
    },
    /// A bottle and a bag, and nobody says of what.
    Material {
        /// The base's specification.
        base: String,
        /// The other's specification.
        other: String,
    },
    /// A material for something that is no large infusion.
    NoInfusion(String),
    /// A form relation that cannot be meant.
    FormRatio {
        /// The factor.
        k: Decimal,
        /// The addition.
        yuan: Decimal,
    },
    /// Deductions leave nothing of the price.
    BelowZero(Decimal),
    /// Counts in different units.
    Unit {
        /// The base's.
        base: String,
        /// The other's.
        other: String,
    },
    /// Tablets counted in something else than pieces.
    SolidUnit(String),
    /// A count of zero or below.
    Count(Decimal),
    /// A price of zero or below.
    Price(Decimal),
    /// A number out of all proportion.
    Size,
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let c = &t.catalog;
        let both =
            |text: &str, base: &String, other: &String| fill(text, &[("base", base), ("other", other)]);
        match self {
            Refused::Spec(why) => why.say(t),
            Refused::Form { base, other } => both(c.ratio_form, base, other),
            Refused::Measure { base, other } => both(c.ratio_measure, base, other),
            Refused::Components { base, other } => both(c.ratio_components, base, other),
            Refused::Volume { base, other } => both(c.ratio_volume, base, other),
            Refused::Material { base, other } => both(c.ratio_material, base, other),
            Refused::NoInfusion(what) => fill(c.ratio_no_infusion, &[("what", what)]),
            Refused::FormRatio { k, yuan } => fill(c.ratio_form_ratio, &[("k", k), ("yuan", yuan)]),
            Refused::BelowZero(price) => fill(c.ratio_below_zero, &[("price", price)]),
            Refused::Unit { base, other } => both(c.ratio_unit, base, other),
            Refused::SolidUnit(unit) => fill(c.ratio_solid_unit, &[("unit", unit)]),
            Refused::Count(count) => fill(c.ratio_count, &[("count", count)]),
            Refused::Price(price) => fill(c.ratio_price, &[("price", price)]),
            Refused::Size => c.ratio_size.to_owned(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some("spec")
    }
}
