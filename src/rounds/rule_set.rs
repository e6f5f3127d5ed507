//! A rule set: every parameter of an award as versioned data, with its clause, source and confidence.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer};

use super::rule_check::{self, Refused};
use crate::types::{parse_decimal, sha256};

crate::words! {
    /// How sure a parameter is.
    Confidence {
        /// Read in the document or in a report of it.
        Verified = "verified",
        /// Reported by others only.
        SecondHand = "second_hand",
        /// The makers' own choice, to be checked by whoever uses it.
        Own = "own",
    }

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
    }

    /// What the fuse factor multiplies when a single bid won without revival.
    SingleWinner {
        /// That winner's comparable price.
        Winner = "winner",
        /// The anchor.
        Anchor = "anchor",
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

/// Declares sections: their values and, always, clause, source and confidence.
macro_rules! sections {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $type:ty,)* })*) => {$(
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
    )*};
}

sections! {
    /// How a bid price is written.
    Price {
        /// Decimals allowed.
        decimals: Count,
    }
    /// How many can be shortlisted (入围).
    Quota {
        /// By number of valid bidders from 1; the last entry is for that number and above.
        by_bidders: Vec<Count>,
    }
    /// The order of equal prices.
    TieBreak {
        /// Compared in this order; the company code decides last.
        order: Vec<Comparator>,
    }
    /// Related companies count once.
    Related {
        /// Which of their bids stands.
        keep: Keep,
    }
    /// The ratio fuse (熔断).
    Fuse {
        /// Times the anchor is the fuse line.
        factor: Number,
        /// The anchor's formula.
        anchor: Anchor,
        /// The share of the mean, for that formula.
        mean_share: Option<Number>,
        /// The standard deviations taken off the mean, for that formula.
        deviations: Option<Number>,
    }
    /// A cut against the ceiling that wins above the fuse line.
    MinCut {
        /// The least cut, 0.5 is 50 %.
        ratio: Number,
    }
    /// Comparable prices up to these win above the fuse line.
    LowPrice {
        /// Oral solids.
        oral_solid: Option<Number>,
        /// Small-volume injections.
        small_injection: Option<Number>,
        /// Large-volume injections.
        large_injection: Option<Number>,
        /// Everything else.
        other: Option<Number>,
    }
    /// The only valid bidder of a lot wins with this cut, and negotiates without it.
    SingleBidder {
        /// The least cut against the ceiling.
        min_cut: Number,
    }
    /// Bids much below the mean win without volume and take no place on the shortlist.
    ZeroVolume {
        /// Standard deviations below the shortlisted mean.
        deviations: Number,
    }
    /// The lots with the widest spread lose the last place of their shortlist.
    Elimination {
        /// Whether it applies.
        enabled: bool,
        /// How many lots.
        lots: Count,
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
        general: Vec<Number>,
        /// Antibiotics and hormones.
        reduced: Vec<Number>,
        /// Special antibiotics.
        special: Vec<Number>,
    }
    /// The term in years, by number of winners from 1; the last is for that and above.
    Term {
        /// Years.
        years: Vec<Count>,
    }
    /// A calendar day on which every term ends.
    TermEnd {
        /// The last day.
        until: NaiveDate,
    }
    /// How agreed volume is rounded and distributed.
    Volume {
        /// Agreed quantities are whole multiples of it.
        rounding_unit: Number,
        /// Who gets what no winning brand was named for.
        unclaimed: Unclaimed,
    }
    /// Winners choose the regions they supply (供应地区).
    Regions {
        /// Regions the first rank takes before the turns begin.
        priority: Count,
        /// Whether spare suppliers (备供) are chosen too.
        spare: bool,
    }
    /// Payment standards of products that did not win (医保支付标准).
    Standard {
        /// Up to this multiple of the selected price the selected price is the standard.
        multiple: Number,
        /// Above it, the standard is cut by this in the first year.
        cut: Number,
        /// In this year the standard reaches the selected price.
        years: Count,
    }
}

/// One version of the rules of an award.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct RuleSet {
    /// The document number, such as `GY-YD2024-2`.
    pub name: String,
    /// Its title in Chinese.
    pub title: String,
    /// Its title in English.
    pub title_en: String,
    /// The document the rules come from.
    pub document: String,
    pub price: Price,
    pub quota: Quota,
    pub tie_break: TieBreak,
    pub related: Option<Related>,
    pub fuse: Fuse,
    pub min_cut: Option<MinCut>,
    pub low_price: Option<LowPrice>,
    pub single_bidder: Option<SingleBidder>,
    pub zero_volume: Option<ZeroVolume>,
    pub elimination: Option<Elimination>,
    pub revival: Option<Revival>,
    pub revival_out: Option<RevivalOut>,
    pub revival_reference: Option<RevivalReference>,
    pub share: Share,
    pub term: Term,
    pub term_end: Option<TermEnd>,
    pub volume: Volume,
    pub regions: Option<Regions>,
    pub standard: Standard,
    /// The text it was read from.
    #[serde(skip)]
    pub text: String,
    /// SHA-256 of the text.
    #[serde(skip)]
    pub hash: String,
}

/// The sections in the order a reader wants them.
const SECTIONS: &[&str] = &[
    "price",
    "related",
    "tie_break",
    "quota",
    "elimination",
    "fuse",
    "min_cut",
    "low_price",
    "single_bidder",
    "zero_volume",
    "revival",
    "revival_out",
    "revival_reference",
    "share",
    "term",
    "term_end",
    "volume",
    "regions",
    "standard",
];

/// One parameter as a reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// `section.key`.
    pub name: String,
    /// The value as written.
    pub value: String,
    /// What the document says.
    pub clause: String,
    /// Where it was read.
    pub source: String,
    /// How sure it is, as written.
    pub confidence: String,
}

/// The rule sets that come with the program.
pub const EMBEDDED: &[(&str, &str)] = &[
    ("GY-YD2019-2", include_str!("rule_sets/gy_yd2019_2.toml")),
    ("GY-YD2022-1", include_str!("rule_sets/gy_yd2022_1.toml")),
    ("GY-YD2023-2", include_str!("rule_sets/gy_yd2023_2.toml")),
    ("GY-YD2024-2", include_str!("rule_sets/gy_yd2024_2.toml")),
    ("GY-YD2025-1", include_str!("rule_sets/gy_yd2025_1.toml")),
    ("GY-YD2026-1", include_str!("rule_sets/gy_yd2026_1.toml")),
];

/// The names of the rule sets that come with the program, oldest first.
pub fn names() -> Vec<&'static str> {
    EMBEDDED.iter().map(|(name, _)| *name).collect()
}

/// The rule set of that document number, case ignored.
pub fn find(name: &str) -> Result<RuleSet, Refused> {
    match EMBEDDED.iter().find(|(known, _)| known.eq_ignore_ascii_case(name.trim())) {
        Some((_, text)) => RuleSet::parse(text),
        None => Err(Refused::Unknown { name: name.to_owned(), known: names().join(", ") }),
    }
}

impl RuleSet {
    /// Reads and checks a rule set; whatever is unknown, missing or makes no sense is refused.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let mut rules: RuleSet = toml::from_str(text).map_err(|e| {
            let start = e.span().map_or(0, |span| span.start);
            let line = text.bytes().take(start).filter(|b| *b == b'\n').count() + 1;
            Refused::Unreadable { line, message: e.message().replace('\n', " ") }
        })?;
        rule_check::check(&rules)?;
        rules.text = text.to_owned();
        rules.hash = sha256(text.as_bytes());
        Ok(rules)
    }

    /// Every parameter with its value, clause, source and confidence.
    pub fn parameters(&self) -> Vec<Parameter> {
        let table: toml::Table = self.text.parse().unwrap_or_default();
        let mut list = Vec::new();
        for name in SECTIONS {
            let Some(section) = table.get(*name).and_then(toml::Value::as_table) else { continue };
            let mark = |key| section.get(key).map(plain).unwrap_or_default();
            for (key, value) in section.iter().filter(|(k, _)| !MARKS.contains(&k.as_str())) {
                list.push(Parameter {
                    name: format!("{name}.{key}"),
                    value: plain(value),
                    clause: mark(MARKS[0]),
                    source: mark(MARKS[1]),
                    confidence: mark(MARKS[2]),
                });
            }
        }
        list
    }

    /// How many of `bidders` valid bidders are shortlisted.
    pub fn quota(&self, bidders: usize) -> usize {
        at(&self.quota.by_bidders, bidders).map_or(0, |count| count.0 as usize)
    }

    /// The share of the base volume with so many winners.
    pub fn share(&self, category: Category, winners: usize) -> Option<Decimal> {
        let table = match category {
            Category::General => &self.share.general,
            Category::Reduced => &self.share.reduced,
            Category::Special => &self.share.special,
        };
        at(table, winners).map(|share| share.0)
    }

    /// The term in years with so many winners.
    pub fn term(&self, winners: usize) -> Option<u32> {
        at(&self.term.years, winners).map(|years| years.0)
    }

    /// The low-price line of a form class.
    pub fn low_line(&self, class: FormClass) -> Option<Decimal> {
        let lines = self.low_price.as_ref()?;
        let line = match class {
            FormClass::OralSolid => lines.oral_solid,
            FormClass::SmallInjection => lines.small_injection,
            FormClass::LargeInjection => lines.large_injection,
            FormClass::Other => lines.other,
        };
        line.map(|line| line.0)
    }
}

/// The keys every section has.
const MARKS: [&str; 3] = ["clause", "source", "confidence"];

/// Entry `n` counted from 1, the last entry for all above; none for 0.
fn at<T: Copy>(table: &[T], n: usize) -> Option<T> {
    let last = table.len().checked_sub(1)?;
    table.get(n.checked_sub(1)?.min(last)).copied()
}

fn plain(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(list) => list.iter().map(plain).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}
