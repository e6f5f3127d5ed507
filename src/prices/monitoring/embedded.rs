//! The monitoring rules that come with the program.

use super::refused::Refused;
use super::rules::Rule;

const EMBEDDED: &[(&str, &str)] = &[
    ("jiangsu-2021", include_str!("rules/jiangsu-2021.toml")),
    ("above-contract", include_str!("rules/above-contract.toml")),
    ("above-standard", include_str!("rules/above-standard.toml")),
    ("above-ceiling", include_str!("rules/above-ceiling.toml")),
    ("dearer-elsewhere", include_str!("rules/dearer-elsewhere.toml")),
    ("month-change", include_str!("rules/month-change.toml")),
    ("mad-outlier", include_str!("rules/mad-outlier.toml")),
    ("cusum-drift", include_str!("rules/cusum-drift.toml")),
    ("abnormal-volume", include_str!("rules/abnormal-volume.toml")),
    ("award-creep", include_str!("rules/award-creep.toml")),
    ("never-bought", include_str!("rules/never-bought.toml")),
    ("substitution", include_str!("rules/substitution.toml")),
];

/// Their names.
pub fn names() -> Vec<&'static str> {
    EMBEDDED.iter().map(|(name, _)| *name).collect()
}

/// Every one of them.
pub fn all() -> Result<Vec<Rule>, Refused> {
    EMBEDDED.iter().map(|(_, text)| Rule::parse(text)).collect()
}

/// The text of the rule of that name, case ignored.
pub fn text(name: &str) -> Result<&'static str, Refused> {
    let found = EMBEDDED.iter().find(|(known, _)| known.eq_ignore_ascii_case(name.trim()));
    let unknown = || Refused::Unknown { name: name.trim().to_owned(), known: names().join(", ") };
    found.map(|(_, text)| *text).ok_or_else(unknown)
}

/// The rule of that name, case ignored.
pub fn find(name: &str) -> Result<Rule, Refused> {
    Rule::parse(text(name)?)
}
