//! The parameters a rule set is made of: closed words, exact numbers, and sections that say where they come from.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer};

use super::parameter_kinds::{Field, Fields, Kind, Value};
pub use crate::sourced::Confidence;
use crate::types::parse_decimal;

/// Declares closed words that a parameter can be.
macro_rules! choices {
    ($($(#[$doc:meta])* $name:ident { $($words:tt)* })*) => {
        crate::words! { $($(#[$doc])* $name { $($words)* })* }
        $(impl Value for $name {
            const KIND: Kind = Kind::Word(|| $name::ALL.iter().map(|word| word.as_str()).collect());
        })*
    };
}

impl Value for Confidence {
    const KIND: Kind = Kind::Word(|| Confidence::ALL.iter().map(|word| word.as_str()).collect());
}

choices! {
    /// The dosage-form classes that low-price lines tell apart (剂型类别).
    FormClass {
        /// Oral solids (口服固体).
        OralSolid = "oral_solid",
        /// Small-volume injections (小容量注射剂).
        SmallInjection = "small_injection",
        /// Large-volume injections (大容量注射剂).
        LargeInjection = "large_injection",
        /// Everything else.
        Other = "other",
    }

    /// The lists that decide a lot's share of the base volume (类别).
    Category {
        /// No reduced share.
        General = "general",
        /// Antibiotics and hormones (抗菌药物和激素).
        Reduced = "reduced",
        /// Special antibiotics (特殊使用级抗菌药物).
        Special = "special",
    }

    /// What the fuse line is measured from (锚点).
    Anchor {
        /// The lowest comparable price.
        Lowest = "lowest",
        /// The higher of the lowest and a share of the shortlisted mean.
        LowestOrMeanShare = "lowest_or_mean_share",
        /// The higher of the lowest and the shortlisted mean less some standard deviations.
        LowestOrMeanLessDeviation = "lowest_or_mean_less_deviation",
    }

    /// Facts that separate equal comparable prices; larger goes first.
    Comparator {
        /// Sales of the last year.
        Sales = "sales",
        /// Volume the hospitals reported for the brand.
        ReportedVolume = "reported_volume",
        /// Regions whose hospitals reported the brand (覆盖地区).
        Coverage = "coverage",
        /// Supply capacity.
        Capacity = "capacity",
    }

    /// What bids are ranked by.
    RankBy {
        /// The comparable price, the lowest first.
        Price = "price",
        /// The cut against the product's own current price (降幅), the deepest first.
        Cut = "cut",
    }

    /// Whose cuts set the least cut of a negotiation.
    MeanOf {
        /// The pre-winners that win directly.
        Direct = "direct",
        /// All pre-winners.
        PreWinners = "pre_winners",
    }

    /// How winners are sorted into classes A, B and C.
    ClassBy {
        /// By their place among the winners.
        Place = "place",
        /// By their price against the ceiling.
        Price = "price",
    }

    /// Which bid of related companies stands.
    Keep {
        /// The lowest comparable price.
        Lowest = "lowest",
    }

    /// The price a revived bid takes.
    RevivalPrice {
        /// The highest comparable price that won without revival.
        HighestWinner = "highest_winner",
        /// The highest comparable price that a shortlisted bid wins at, revived ones among them.
        HighestShortlisted = "highest_shortlisted",
    }

    /// What the fuse factor multiplies when a single bid won without revival.
    SingleWinner {
        /// That winner's comparable price.
        Winner = "winner",
        /// The anchor.
        Anchor = "anchor",
    }

    /// What a winner's grade goes by.
    GradeBy {
        /// Its place among the winners with volume.
        Rank = "rank",
        /// The class it wins in.
        Class = "class",
    }

    /// Who gets the volume no winning brand was named for.
    Unclaimed {
        /// The region's main supplier, then its spare, then by rank.
        MainSupplier = "main_supplier",
        /// The first rank, then by rank as capacity allows.
        FirstRank = "first_rank",
        /// All winners in proportion to their own brands' volume, then by rank as capacity allows.
        Proportional = "proportional",
    }
}

/// An exact number, written as a decimal string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number(pub Decimal);

/// A whole number, written as a decimal string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count(pub u32);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        parse_decimal(&text)
            .map(Self)
            .map_err(|_| serde::de::Error::custom(format!("not a number: \"{text}\"")))
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        match text.parse() {
            Ok(count) if digits => Ok(Self(count)),
            _ => Err(serde::de::Error::custom(format!("not a whole number: \"{text}\""))),
        }
    }
}

/// Declares sections: their values, each perhaps with the least and the most it can be, and, always, clause, source
/// and confidence.
macro_rules! sections {
    ($($(#[$doc:meta])* $name:ident {
        $($(#[$fdoc:meta])* $field:ident: $type:ty $(= $low:literal to $high:literal)?,)*
    })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$fdoc])* pub $field: $type,)*
            /// What the document says, in its language.
            pub clause: String,
            /// Where it was read.
            pub source: String,
            /// How sure it is.
            pub confidence: Confidence,
        }

        impl Fields for $name {
            const FIELDS: &'static [Field] = &[$(Field {
                key: stringify!($field),
                kind: <$type as Value>::KIND,
                optional: <$type as Value>::OPTIONAL,
                bounds: sections!(@bounds $($low $high)?),
            },)*];
        }
    )*};
    (@bounds) => { None };
    (@bounds $low:literal $high:literal) => { Some(($low, $high)) };
}

sections! {
    /// How a bid price is written.
    Price {
        /// Decimals allowed.
        decimals: Count = "0" to "6",
        /// Whether all specs of a product have one price (各规格同价), so that nothing is converted to a comparable
        /// spec: consumables. Without it prices are converted by 差比价.
        same_for_specs: Option<bool>,
    }
    /// How many can be shortlisted (入围).
    Quota {
        /// By number of valid bidders from 1; the last entry is for that number and above.
        by_bidders: Vec<Count> = "1" to "1000",
    }
    /// The order of equal prices.
    TieBreak {
        /// Compared in this order; the company code decides last.
        order: Vec<Comparator>,
    }
    /// A company may bid several products in a lot, each a bid of its own. Without it a second bid is refused.
    Products {
        /// The most places of one company; its further products are passed over, and the next company moves up.
        most_per_company: Count = "1" to "1000",
    }
    /// The bids of a lot compete in two units, A and B (竞价单元A、B), each with its own quota.
    Units {
        /// Companies in the order of reported demand are in A until the ones before reach this share of the sum.
        demand_share: Number = "0.0001" to "1",
        /// Whether a company of A must be able to supply all regions.
        supplies_all: bool,
        /// Whether a price of B above the highest that won in A does not win.
        b_within_a: bool,
    }
    /// A cut against the ceiling that wins at any rank (保底中选).
    Guarantee {
        /// The least cut, 0.6 is 60 %.
        min_cut: Number = "0.0001" to "0.9999",
    }
    /// Related companies count once.
    Related {
        /// Which of their bids stands.
        keep: Keep,
    }
    /// What bids are ranked by; without it the comparable price.
    Ranking {
        /// The key.
        by: RankBy,
        /// A bid with a smaller cut against the product's current price is invalid; for cuts only.
        least_cut: Option<Number> = "0" to "0.9999",
    }
    /// One pre-winner a lot (预中选): the first of them all by cut win, the others negotiate (议价).
    PreWinners {
        /// At most so many win directly.
        direct: Count = "0" to "1000",
        /// With fewer bidders a lot's pre-winner negotiates whatever its cut.
        direct_bidders: Count = "1" to "1000",
        /// Whose cuts the least cut of the negotiation is the mean of.
        mean_of: MeanOf,
        /// Only lots of so many bidders count for the mean.
        mean_bidders: Count = "1" to "1000",
        /// Times the mean is the least cut.
        factor: Number = "0.01" to "1",
    }
    /// Price relations of specs, where the rules name their own (比价关系).
    SpecRatios {
        /// The specs, volume and content.
        specs: Vec<String>,
        /// Their prices beside each other, in the same order.
        ratios: Vec<Number> = "0.001" to "1000",
    }
    /// Winners are sorted into classes A, B and C; whoever is revived is of class C.
    Classes {
        /// How.
        by: ClassBy,
        /// Winners of class A, by number of winners from 1; the last is for that and above.
        a_places: Option<Vec<Count>> = "0" to "1000",
        /// Winners of class B after them, likewise.
        b_places: Option<Vec<Count>> = "0" to "1000",
        /// The highest price of class A as a share of the ceiling.
        a_line: Option<Number> = "0.0001" to "1",
        /// The highest price of class B as a share of the ceiling; up to it a shortlisted bid wins above the
        /// fuse line.
        b_line: Option<Number> = "0.0001" to "1",
    }
    /// The ratio fuse (熔断). Without it whoever is shortlisted wins.
    Fuse {
        /// Times the anchor is the fuse line.
        factor: Number = "1" to "100",
        /// The anchor's formula.
        anchor: Anchor,
        /// The share of the mean, for that formula.
        mean_share: Option<Number> = "0.01" to "1",
        /// The standard deviations taken off the mean, for that formula.
        deviations: Option<Number> = "0" to "10",
    }
    /// A cut against the ceiling that wins above the fuse line.
    MinCut {
        /// The least cut, 0.5 is 50 %.
        ratio: Number = "0.0001" to "0.9999",
    }
    /// Comparable prices up to these win above the fuse line.
    LowPrice {
        /// Oral solids.
        oral_solid: Option<Number> = "0.0001" to "1000000",
        /// Small-volume injections.
        small_injection: Option<Number> = "0.0001" to "1000000",
        /// Large-volume injections.
        large_injection: Option<Number> = "0.0001" to "1000000",
        /// Everything else.
        other: Option<Number> = "0.0001" to "1000000",
    }
    /// The only valid bidder of a lot wins with this cut, and negotiates without it.
    SingleBidder {
        /// The least cut against the ceiling.
        min_cut: Number = "0.0001" to "0.9999",
    }
    /// Bids much below the mean win without volume and take no place on the shortlist.
    ZeroVolume {
        /// Standard deviations below the shortlisted mean.
        deviations: Number = "0.1" to "10",
    }
    /// The lots with the widest spread lose the last place of their shortlist.
    Elimination {
        /// Whether it applies.
        enabled: bool,
        /// How many lots.
        lots: Count = "0" to "1000",
    }
    /// A shortlisted bid above the fuse line may accept a price and win (入围复活).
    Revival {
        /// The price.
        price: RevivalPrice,
        /// The price when a single bid won.
        single_winner: SingleWinner,
        /// Whether it carries volume.
        volume: bool,
        /// Whether it chooses regions.
        chooses_regions: bool,
    }
    /// A bid outside the shortlist may accept a price and win (未入围复活).
    RevivalOut {
        /// The price.
        price: RevivalPrice,
        /// Only for a brand with at least the mean reported volume and a price that is not the highest; the first
        /// rule sets did not say and meant yes.
        wanted: Option<bool>,
        /// Whether it carries volume.
        volume: bool,
        /// Whether it chooses regions.
        chooses_regions: bool,
    }
    /// A reference drug that did not win may accept a price and win (参比制剂复活).
    RevivalReference {
        /// The price.
        price: RevivalPrice,
        /// Whether it carries volume.
        volume: bool,
        /// Whether it chooses regions.
        chooses_regions: bool,
    }
    /// The agreed share of the base volume, by number of winners from 1; the last is for that and above.
    Share {
        /// General lots.
        general: Vec<Number> = "0.0001" to "1",
        /// Antibiotics and hormones.
        reduced: Vec<Number> = "0.0001" to "1",
        /// Special antibiotics.
        special: Vec<Number> = "0.0001" to "1",
    }
    /// The term in years, by number of winners from 1; the last is for that and above.
    Term {
        /// Years.
        years: Vec<Count> = "1" to "10",
    }
    /// A calendar day on which every term ends.
    TermEnd {
        /// The last day.
        until: NaiveDate,
    }
    /// How agreed volume is rounded and distributed.
    Volume {
        /// Agreed quantities are whole multiples of it.
        rounding_unit: Number = "0.001" to "1000000",
        /// Who gets what no winning brand was named for.
        unclaimed: Unclaimed,
        /// Whether a hospital may place that volume with winners of its own choice first (调剂).
        hospitals_place: Option<bool>,
    }
    /// Graded volume (梯度带量): the part of the demand for its own brand, after the share, that a winner keeps.
    /// The rest is distributed like the volume of brands that did not win.
    Grade {
        /// Rank or class.
        by: GradeBy,
        /// From the first rank or class; the last is for that and all after, and for who has no class.
        own: Vec<Number> = "0" to "1",
        /// What the first rank keeps (A1); without it as its rank or class has it.
        first: Option<Number> = "0" to "1",
        /// Only when the first rank is in class A; the first rule sets did not say and meant no.
        first_in_a: Option<bool>,
    }
    /// Winners choose the regions they supply (供应地区).
    Regions {
        /// Regions the first rank takes before the turns begin.
        priority: Count = "0" to "100",
        /// Whether spare suppliers (备供) are chosen too.
        spare: bool,
    }
    /// Payment standards of products that did not win (医保支付标准).
    Standard {
        /// Up to this multiple of the selected price the selected price is the standard.
        multiple: Number = "1" to "100",
        /// Above it, the standard is cut by this in the first year.
        cut: Number = "0.0001" to "0.9999",
        /// In this year the standard reaches the selected price.
        years: Count = "1" to "10",
    }
}
