//! A rule set: every parameter of an award as versioned data, with its clause, source and confidence.

use rust_decimal::Decimal;
use serde::Deserialize;

use super::parameter_kinds::{Fields, Section};
pub use super::parameters::*;
use super::rule_check::{self, Refused};
use crate::sourced;
use crate::types::sha256;

/// Declares the sections in the order a reader wants them; what is not `Option` every rule set has.
macro_rules! rule_set {
    ($(pub $section:ident: $type:ty,)*) => {
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
            $(pub $section: $type,)*
            /// The text it was read from.
            #[serde(skip)]
            pub text: String,
            /// SHA-256 of the text.
            #[serde(skip)]
            pub hash: String,
        }

        /// The sections with the description of their parameters, in the order a reader wants them.
        pub const SECTIONS: &[Section] = &[$(Section {
            name: stringify!($section),
            optional: <$type as Fields>::OPTIONAL,
            fields: <$type as Fields>::FIELDS,
        },)*];
    };
}

rule_set! {
    pub price: Price,
    pub ranking: Option<Ranking>,
    pub spec_ratios: Option<SpecRatios>,
    pub related: Option<Related>,
    pub products: Option<Products>,
    pub tie_break: TieBreak,
    pub units: Option<Units>,
    pub quota: Quota,
    pub guarantee: Option<Guarantee>,
    pub elimination: Option<Elimination>,
    pub fuse: Option<Fuse>,
    pub min_cut: Option<MinCut>,
    pub low_price: Option<LowPrice>,
    pub single_bidder: Option<SingleBidder>,
    pub pre_winners: Option<PreWinners>,
    pub classes: Option<Classes>,
    pub zero_volume: Option<ZeroVolume>,
    pub revival: Option<Revival>,
    pub revival_out: Option<RevivalOut>,
    pub revival_reference: Option<RevivalReference>,
    pub share: Share,
    pub term: Term,
    pub term_end: Option<TermEnd>,
    pub volume: Volume,
    pub grade: Option<Grade>,
    pub regions: Option<Regions>,
    pub standard: Standard,
}

/// What stands above the sections.
pub const HEADER: [&str; 4] = ["name", "title", "title_en", "document"];

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

/// The rule sets that come with the program: consumables, then drugs, each oldest first.
pub const EMBEDDED: &[(&str, &str)] = &[
    ("GY-HD2020-1", include_str!("rule_sets/gy_hd2020_1.toml")),
    ("GH-HD2021-1", include_str!("rule_sets/gh_hd2021_1.toml")),
    ("GH-HD2022-1", include_str!("rule_sets/gh_hd2022_1.toml")),
    ("GY-YD2018-1", include_str!("rule_sets/gy_yd2018_1.toml")),
    ("GY-YD2019-1", include_str!("rule_sets/gy_yd2019_1.toml")),
    ("GY-YD2019-2", include_str!("rule_sets/gy_yd2019_2.toml")),
    ("GY-YD2020-1", include_str!("rule_sets/gy_yd2020_1.toml")),
    ("GY-YD2021-1", include_str!("rule_sets/gy_yd2021_1.toml")),
    ("GY-YD2021-2", include_str!("rule_sets/gy_yd2021_2.toml")),
    ("GY-YD2021-3", include_str!("rule_sets/gy_yd2021_3.toml")),
    ("GY-YD2022-1", include_str!("rule_sets/gy_yd2022_1.toml")),
    ("JH-YD2022-1", include_str!("rule_sets/jh_yd2022_1.toml")),
    ("GY-YD2023-1", include_str!("rule_sets/gy_yd2023_1.toml")),
    ("GY-YD2023-2", include_str!("rule_sets/gy_yd2023_2.toml")),
    ("GY-YD2024-1", include_str!("rule_sets/gy_yd2024_1.toml")),
    ("GY-YD2024-2", include_str!("rule_sets/gy_yd2024_2.toml")),
    ("GY-YD2025-1", include_str!("rule_sets/gy_yd2025_1.toml")),
    ("GY-YD2026-1", include_str!("rule_sets/gy_yd2026_1.toml")),
];

/// The names of the rule sets that come with the program.
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
        let mut rules: RuleSet = sourced::read(text).map_err(Refused::Unreadable)?;
        rule_check::check(&rules)?;
        // The text has just been read as a rule set, so it is a table too.
        rule_check::bounds(&text.parse().unwrap_or_default())?;
        rules.text = text.to_owned();
        rules.hash = sha256(text.as_bytes());
        Ok(rules)
    }

    /// Every parameter with its value, clause, source and confidence.
    pub fn parameters(&self) -> Vec<Parameter> {
        let table: toml::Table = self.text.parse().unwrap_or_default();
        let mut list = Vec::new();
        for Section { name, fields, .. } in SECTIONS {
            let Some(section) = table.get(*name).and_then(toml::Value::as_table) else { continue };
            let mark = |key| section.get(key).map(plain).unwrap_or_default();
            for key in fields.iter().map(|field| field.key) {
                let Some(value) = section.get(key) else { continue };
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

    /// Whether all specs of a product have one price.
    pub fn has_one_price(&self) -> bool {
        self.price.same_for_specs == Some(true)
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

    /// Whether bids are ranked by their cut against the product's current price.
    pub fn ranks_by_cut(&self) -> bool {
        self.ranking.as_ref().is_some_and(|ranking| ranking.by == RankBy::Cut)
    }

    /// The price ratio of a spec to the comparable spec where the rules name it: ranked by cut every price is
    /// held against the product's own, so specs are not converted.
    pub fn named_ratio(&self, comparable: &str, spec: &str) -> Option<Decimal> {
        if self.ranks_by_cut() {
            return Some(Decimal::ONE);
        }
        self.spec_ratios.as_ref()?.between(comparable, spec)
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

impl Grade {
    /// The part of its own demand that a winner keeps: by its rank, and by the rank or class it is graded by, both
    /// counted from 1.
    pub fn own(&self, rank: usize, place: usize) -> Decimal {
        let is_first = rank == 1 && (place == 1 || self.first_in_a != Some(true));
        let first = self.first.filter(|_| is_first);
        first.or_else(|| at(&self.own, place)).map_or(Decimal::ONE, |part| part.0)
    }
}

/// The keys every section has.
pub const MARKS: [&str; 3] = ["clause", "source", "confidence"];

/// Entry `n` counted from 1, the last entry for all above; none for 0.
pub fn at<T: Copy>(table: &[T], n: usize) -> Option<T> {
    let last = table.len().checked_sub(1)?;
    table.get(n.checked_sub(1)?.min(last)).copied()
}

/// A value as it is read: a list with spaces between its entries.
pub fn plain(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(list) => list.iter().map(plain).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}
