//! Why a listing cannot be compared.

use crate::catalog::code::{self, BadCode};
use crate::catalog::ratio;
use crate::catalog::spec::Unreadable;
use crate::files::Fault;
use crate::prices::comparable::unit::Size;
use crate::text::{Say, Text, fill};

crate::words! {
    /// What kind of reason it is, to be counted by.
    Kind {
        /// The line of the file cannot be read.
        Line = "line",
        /// No product code.
        Code = "code",
        /// No generic name.
        Name = "name",
        /// No price, or zero.
        NoPrice = "no_price",
        /// A price that is none.
        BadPrice = "bad_price",
        /// A kind of product whose specification says no content.
        Product = "product",
        /// The pack cannot be read.
        Pack = "pack",
        /// The pack counts something else than smallest units.
        Unit = "unit",
        /// The content is stated for another unit than the price: for a dose of a bottle, a pill of a sachet.
        Part = "part",
        /// The specification cannot be read.
        Spec = "spec",
        /// The content is not stated as a weight.
        NoWeight = "no_weight",
        /// A compound, whose strength is more than one number.
        Compound = "compound",
        /// Specification and pack contradict each other.
        Contradiction = "contradiction",
        /// Named in the exclusion list.
        Excluded = "excluded",
        /// The price ratios say nothing.
        Ratio = "ratio",
        /// Sold in another size than the others of the group.
        Mixed = "mixed",
        /// Nothing to compare with.
        Only = "only",
    }
}

impl Kind {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let m = &t.monitoring;
        match self {
            Kind::Line => m.k_line,
            Kind::Code => m.k_code,
            Kind::Name => m.k_name,
            Kind::NoPrice => m.k_no_price,
            Kind::BadPrice => m.k_bad_price,
            Kind::Product => m.k_product,
            Kind::Pack => m.k_pack,
            Kind::Unit => m.k_unit,
            Kind::Part => m.k_part,
            Kind::Spec => m.k_spec,
            Kind::NoWeight => m.k_no_weight,
            Kind::Compound => m.k_compound,
            Kind::Contradiction => m.k_contradiction,
            Kind::Excluded => m.k_excluded,
            Kind::Ratio => m.k_ratio,
            Kind::Mixed => m.k_mixed,
            Kind::Only => m.k_only,
        }
    }
}

/// Why a listing cannot be compared.
#[derive(Debug, Clone)]
pub enum Incomparable {
    /// The line of the file cannot be read.
    Line(Fault),
    /// The code is none.
    Code(BadCode),
    /// No generic name.
    Name,
    /// No price, or zero, which stands for none in the platforms' files.
    NoPrice,
    /// The price is no number above zero with at most six decimals.
    BadPrice(Fault),
    /// Consumables and decoction pieces have no specification with a content.
    Product(code::Kind),
    /// The pack cannot be read.
    Pack(Unreadable),
    /// A tablet's or capsule's pack that counts something else, or a pack counted in boxes.
    Unit {
        /// The pack as written.
        pack: String,
        /// What it counts.
        unit: String,
    },
    /// The specification is for another unit than the price: for one dose of a spray, one pill of a sachet, or
    /// the bottle whose pills are counted.
    Part {
        /// The specification.
        spec: String,
        /// What the price is for.
        unit: String,
    },
    /// The specification cannot be read.
    Spec(Unreadable),
    /// The content is stated in units of activity, or only the volume is.
    NoWeight(String),
    /// Several active components.
    Compound(String),
    /// The pack repeats another content or volume than the specification states.
    Contradiction {
        /// The specification.
        spec: String,
        /// The pack.
        pack: String,
    },
    /// Excluded by the user's list, for this reason.
    Excluded(String),
    /// The price cannot be converted to the reference specification.
    Ratio {
        /// The reference specification.
        reference: String,
        /// Why.
        why: ratio::Refused,
    },
    /// Sold in another size than most of its group.
    Mixed {
        /// What its own price is for.
        own: Size,
        /// What most of the group's prices are for.
        group: Size,
    },
    /// The only listing of its group.
    Only,
}

impl Incomparable {
    /// What kind of reason it is.
    pub fn kind(&self) -> Kind {
        match self {
            Incomparable::Line(_) => Kind::Line,
            Incomparable::Code(_) => Kind::Code,
            Incomparable::Name => Kind::Name,
            Incomparable::NoPrice => Kind::NoPrice,
            Incomparable::BadPrice(_) => Kind::BadPrice,
            Incomparable::Product(_) => Kind::Product,
            Incomparable::Pack(_) => Kind::Pack,
            Incomparable::Unit { .. } => Kind::Unit,
            Incomparable::Part { .. } => Kind::Part,
            Incomparable::Spec(_) => Kind::Spec,
            Incomparable::NoWeight(_) => Kind::NoWeight,
            Incomparable::Compound(_) => Kind::Compound,
            Incomparable::Contradiction { .. } => Kind::Contradiction,
            Incomparable::Excluded(_) => Kind::Excluded,
            Incomparable::Ratio { .. } => Kind::Ratio,
            Incomparable::Mixed { .. } => Kind::Mixed,
            Incomparable::Only => Kind::Only,
        }
    }
}

impl Say for Incomparable {
    fn say(&self, t: &Text) -> String {
        let m = &t.monitoring;
        match self {
            Incomparable::Line(fault) | Incomparable::BadPrice(fault) => fault.say(t),
            Incomparable::Code(why) => why.say(t),
            Incomparable::Name => m.no_name.to_owned(),
            Incomparable::NoPrice => m.no_price.to_owned(),
            Incomparable::Product(kind) => fill(m.product, &[("kind", kind)]),
            Incomparable::Pack(why) | Incomparable::Spec(why) => why.say(t),
            Incomparable::Unit { pack, unit } => fill(m.unit, &[("pack", pack), ("unit", unit)]),
            Incomparable::Part { spec, unit } => fill(m.part, &[("spec", spec), ("unit", unit)]),
            Incomparable::NoWeight(spec) => fill(m.no_weight, &[("spec", spec)]),
            Incomparable::Compound(spec) => fill(m.compound, &[("spec", spec)]),
            Incomparable::Contradiction { spec, pack } => {
                fill(m.contradiction, &[("spec", spec), ("pack", pack)])
            }
            Incomparable::Excluded(reason) => fill(m.excluded, &[("reason", reason)]),
            Incomparable::Ratio { reference, why } => {
                fill(m.ratio, &[("reference", reference), ("why", &why.say(t))])
            }
            Incomparable::Mixed { own, group } => fill(m.mixed, &[("own", own), ("group", group)]),
            Incomparable::Only => m.only.to_owned(),
        }
    }
}
